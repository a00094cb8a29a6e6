internal import Diagnostics
internal import ProductModel
internal import Profiles

/// An element layout compiled for writing: a flat program in the order of the rules.
///
/// Rules that follow each other and share the elements around them are written into the same elements. An operation stands
/// before those of the elements inside it and knows where they end, so that a part of the program that writes nothing is
/// passed over in one step. Immutable.
final class ElementWritingPlan: Sendable {
  struct Operation {
    enum Kind: UInt8 { case element, each, call }
    var kind = Kind.element
    /// One past the operations inside.
    var end: Int32 = 0
    /// Conditions on the enclosing node, as a range of `guards`.
    var guards: Range<Int32> = 0..<0
    /// Index of the tag, or -1 for none.
    var tag: Int32 = -1
    /// Values in attributes, as indexes of `values`.
    var attributes: Range<Int32> = 0..<0
    /// The value that is the element's text, or -1.
    var text: Int32 = -1
    /// The value for each of whose texts the element is repeated, or -1.
    var repeats: Int32 = -1
    /// Index of `eaches` or `calls`.
    var detail: Int32 = -1
  }

  /// An element's tags, as places in `literals`.
  struct Tag {
    /// `<name a="b"`
    var open: Range<Int32>
    /// `</name>`
    var close: Range<Int32>
  }

  /// Something that is written as text.
  struct Value: Sendable {
    enum Source: Sendable {
      case field
      case composite(PathPlan, PatternCodec)
      case list(ListCodec)
    }
    var source = Source.field
    var rule: FieldRule
    var guards: Range<Int32>
    var target: PathPlan?
    var attribute: Attribute
    var facet: Facet
    var isMany: Bool
    /// The id of an item, which is not written where reading would give the same by itself.
    var isItemID: Bool
    /// The level of an item, which the item `each` has even when nobody says so.
    var isItemLevel = false
    var codec: ValueCodec
    var constant: Range<Int32>?
    var derived: DerivationPlan?
    /// Whether the derived text says something of the product, rather than of the day or always the same.
    var isDerivedFromProduct: Bool
    var fallbacks: [(path: PathPlan, codec: ValueCodec)]
    /// ` languageCode="`
    var language: Range<Int32>?
    /// ` measurementUnitCode="`
    var unit: Range<Int32>?
    /// ` name="`, for a value in an attribute.
    var name: Range<Int32>?
    /// Whether it is about the record's top item instead of the product: `item.…` in a layout of one record a top item.
    var isAboutTopItem = false
    var limit: LengthLimit
    var requiredWhen: ConditionPlan?
    /// The element's place in the document, for messages.
    var place: String
  }

  /// A condition on the enclosing node.
  struct Guard: Sendable {
    var condition: ConditionPlan
    /// Whether it asks for an item's level; the item `each` has that of base units even when nobody says so.
    var isLevel: Bool
    /// The condition in words, to know it again.
    var text: String

    init(_ condition: Condition, at kind: NodeKind) {
      self.condition = ConditionPlan(condition, at: kind)
      text = "\(kind) \(condition)"
      isLevel = kind == .item && condition.path.steps.isEmpty && condition.path.attribute == .level
    }

    func holds(_ node: NodeView) -> Bool {
      if isLevel, node.find(.level) == nil, ElementWriterRun.isBase(node) {
        return ElementWriterRun.baseLevel.withUnsafeBufferPointer { condition.accepts($0) }
      }
      return condition.holds(node)
    }
  }

  /// What the inner loop asks of a value, without references.
  struct ValueFacts {
    enum Place: UInt8 { case none, node, product, path }
    /// Where its value stands: on the enclosing node, on the product, at the end of a path, or nowhere, since there is none
    /// or since it has one for each language, which repeats the element.
    var place = Place.none
    var attribute: Attribute
    var facet: Facet
    /// Whether nothing at all is written when the product has no value, and nobody misses it.
    var isOptional: Bool
    /// Whether the value is copied as it is, without attributes beside it.
    var isSimple: Bool

    init(_ value: Value) {
      attribute = value.attribute
      facet = value.facet
      var isField = false
      if case .field = value.source { isField = true }
      if let target = value.target, isField, value.language == nil {
        place = !target.steps.isEmpty ? .path : target.isFromProduct ? .product : .node
      }
      isOptional =
        isField && value.target != nil && value.language == nil && value.constant == nil && value.derived == nil
        && value.fallbacks.isEmpty && !value.isItemLevel && !value.isItemID && value.rule.requirement != .required
        && value.rule.requirement != .recommended
      isSimple =
        isOptional && place != .path && value.unit == nil && value.codec.writesAsIs && !value.limit.isLimited
        && value.codec.currency == nil
    }
  }

  struct Each: Sendable {
    var parent: PathPlan
    var kind: NodeKind
    var sets: [SetPlan]
    var only: [ConditionPlan]
    var max: Int
  }

  struct Call: Sendable {
    var block: Int32
    var kind: NodeKind
    var link: Attribute?
  }

  let operations: [Operation]
  let tags: [Tag]
  let literals: [UInt8]
  let values: [Value]
  let guards: [Guard]
  let attributeValues: [Int32]
  let eaches: [Each]
  let calls: [Call]
  /// The operations of each block.
  let blocks: [Range<Int32>]
  /// The record's own operation and those inside.
  let record: Range<Int32>
  let prologue: [UInt8]
  let epilogue: [UInt8]
  let isPerTopItem: Bool
  let accepts: [ConditionPlan]

  /// Compiles a layout.
  ///
  /// - Throws: `configuration` for what the loader lets pass but the engine cannot run.
  convenience init(_ layout: ElementLayout, profile: Profile, asOf: String) throws(Fault) {
    var compiler = WritingCompiler(layout: layout, profile: profile, asOf: asOf)
    try compiler.compile()
    self.init(compiler)
  }

  private init(_ c: WritingCompiler) {
    operations = c.operations
    tags = c.tags
    literals = c.literals
    values = c.values
    guards = c.guardPlans
    attributeValues = c.attributeValues
    eaches = c.eaches
    calls = c.calls
    blocks = c.blockRanges
    record = c.record
    prologue = c.resolved(c.layout.prologue)
    epilogue = c.resolved(c.layout.epilogue)
    isPerTopItem = c.layout.isPerTopItem
    accepts = c.profile.accepts.map { ConditionPlan($0) }
  }
}
