internal import Diagnostics
internal import ProductModel
internal import Profiles

/// An element layout compiled for writing: a flat program of steps in the order of the rules.
///
/// Rules that follow each other and share the elements around them are written into the same elements. A step stands before
/// those of the elements inside it and knows where they end (`end`), so a part of the program that writes nothing is passed
/// over at once. For example
///
///     - {at: size/depth, is: depth, unit: "@code"}        container  <size>                      end 3
///     - {at: size/note, is: note}                         measure      <depth code="   </depth>   end 2
///                                                         copy         <note>          </note>    end 3
///
/// Each rule's shape decides its step's kind once, here, so that the run need not ask: the commonest leaves have steps of
/// their own (`copy`, `measure`, `converted`, `texts`, `literal`), whatever is special is an `element`. All bytes that are known
/// now are ready in `literals`. What a step asks of its value at every product is in `facts`, without references; `values`
/// has the rest. Values are found by *slots*: see `EntrySlots`; which steps a product needs, by bits: see `StepCandidates`. Immutable.
final class ElementWritingPlan: Sendable {
  struct Step {
    enum Kind: UInt8 {
      /// Holds other elements only, and is not written when none of them is.
      case container
      /// A value as it stands.
      case copy
      /// A number, its unit in an attribute.
      case measure
      /// A value through a converter.
      case converted
      /// An element for each language of a text.
      case texts
      /// Always the same; it keeps nothing around it.
      case literal
      /// Anything else.
      case element
      /// An element for each of some nodes.
      case each
      /// The element of a block.
      case call
    }
    var kind = Kind.element
    /// Whether nothing is to be done, nor anybody told, when the value is missing.
    var isOptional = false
    /// Conditions on the enclosing node, as an index of `guardSets`, or -1.
    var guards: Int32 = -1
    /// One past the steps inside.
    var end: Int32 = 0
    /// The container directly around it, or -1 for none in the part of the program that is run at one node.
    var parent: Int32 = -1
    /// What comes before the value, or before what is inside: the tag, with the attribute's name where that varies.
    var lead: Range<Int32> = 0..<0
    /// `<name a="b"`
    var open: Range<Int32> = 0..<0
    /// `</name>`
    var close: Range<Int32> = 0..<0
    /// The value that is the element's text, or -1.
    var text: Int32 = -1
    /// The value for each of whose texts the element is repeated, or -1.
    var repeats: Int32 = -1
    /// Values in attributes, as indexes of `attributeValues`.
    var attributes: Range<Int32> = 0..<0
    /// Index of `eaches` or `calls`.
    var detail: Int32 = -1
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
    /// As an index of `guardSets`, or -1; for values in attributes and in the enclosing element, which have no step.
    var guards: Int32 = -1
    var target: PathPlan?
    var attribute: Attribute = .id
    var facet: Facet = .none
    var isMany = false
    /// The id of an item, which is not written where reading would give the same by itself.
    var isItemID = false
    /// The level of an item, which the item `each` has even when nobody says so.
    var isItemLevel = false
    var codec: ValueCodec
    var constant: Range<Int32>?
    var derived: DerivationPlan?
    /// Whether the derived text says something of the product, rather than of the day or always the same.
    var isDerivedFromProduct = true
    var fallbacks: [(path: PathPlan, codec: ValueCodec)] = []
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

    var isField: Bool { if case .field = source { true } else { false } }

    /// Whether nothing at all is written when the product has no value, and nobody misses it.
    var isOptional: Bool {
      isField && target != nil && language == nil && constant == nil && derived == nil && fallbacks.isEmpty
        && !isItemLevel && !isItemID && rule.requirement != .required && rule.requirement != .recommended
    }
  }

  /// What the inner loop asks of a value, without references.
  struct ValueFacts {
    enum Place: UInt8 {
      /// Nowhere: there is no target.
      case none
      /// On the enclosing node, the product, or a node at a path from the product: `slot`.
      case slot
      /// Down a path from the enclosing node.
      case path
    }
    var place = Place.none
    /// Where `EntrySlots` has its entry, or -1.
    var slot: Int32 = -1
    /// For a value at a path from the product, the index of `paths`; else -1.
    var path: Int32 = -1
    var attribute: Attribute
    var facet: UInt16
    /// The element is repeated for each language, so that there is no such thing as *the* value.
    var hasLanguages: Bool
    /// A text of more bytes has to be looked at.
    var limit: Int32
  }

  struct Each {
    enum Parent { case node, product, path }
    /// Under which node the children are looked for; `path`: see `parents`.
    var parent = Parent.node
    var parentPath: Int32 = -1
    var kind: NodeKind
    var scope: Int32
    /// Conditions on the children, and the constants that reading sets on them, as indexes of `tests`.
    var tests: Range<Int32> = 0..<0
    /// What reading sets on them from the nodes around, as indexes of `inherited`.
    var inherited: Range<Int32> = 0..<0
    /// The attributes that reading sets, as indexes of `setAttributes`: said by the place, and so written.
    var sets: Range<Int32> = 0..<0
    var max: Int
    /// Whether there is nothing in it but plain values of its own node and constants: see `NodeShapes`.
    var isPlain = false
    /// The conditions within a plain loop, as indexes of `loopGuards`.
    var guards: Range<Int32> = 0..<0
  }

  /// A value that a node has from a node around it.
  struct Inherited {
    var attribute: Attribute
    var kind: NodeKind
    var source: Attribute
  }

  struct Call {
    var block: Range<Int32> = 0..<0
    var number: Int
    var kind: NodeKind
    var scope: Int32
    var link: Attribute?
  }

  let steps: [Step]
  let literals: [UInt8]
  let values: [Value]
  let facts: [ValueFacts]
  let tests: NodeTests
  /// Conditions that belong together, as ranges of `tests`.
  let guardSets: [Range<Int32>]
  /// Indexes of `guardSets`.
  let loopGuards: [Int32]
  let attributeValues: [Int32]
  let eaches: [Each]
  let parents: [PathPlan]
  let inherited: [Inherited]
  let setAttributes: [Attribute]
  let calls: [Call]
  let slots: EntrySlots.Plan
  let candidates: StepCandidates.Plan
  let paths: [ProductPaths.Path]
  /// The local name of each step's element; empty for none.
  let names: [String]
  let prologue: [UInt8]
  let epilogue: [UInt8]
  let isPerTopItem: Bool
  let accepts: [ConditionPlan]
  /// What shapes of products are made of: see `ProductForm`.
  let asked: AskedValues

  /// Compiles a layout.
  ///
  /// - Throws: `configuration` for what the loader lets pass but the engine cannot run.
  convenience init(_ layout: ElementLayout, profile: Profile, asOf: String) throws(Fault) {
    var compiler = WritingCompiler(layout: layout, profile: profile, asOf: asOf)
    try compiler.compile()
    self.init(compiler)
  }

  private init(_ c: WritingCompiler) {
    steps = c.steps
    literals = c.literals
    values = c.values
    facts = c.facts
    tests = c.tests
    guardSets = c.guardSets
    loopGuards = c.loopGuards
    attributeValues = c.attributeValues
    eaches = c.eaches
    parents = c.parents
    inherited = c.inherited
    setAttributes = c.setAttributes
    calls = c.calls
    slots = c.slots
    candidates = StepCandidates.Plan(c)
    paths = c.paths
    names = c.names
    prologue = c.resolved(c.layout.prologue)
    epilogue = c.resolved(c.layout.epilogue)
    isPerTopItem = c.layout.isPerTopItem
    accepts = c.profile.accepts.map { ConditionPlan($0) }
    asked = Self.asked(c, accepts)
  }

  /// Every value that steps, loops and blocks compare with anything. What is asked of an attribute on one kind of node is taken
  /// to be asked on all.
  private static func asked(_ c: WritingCompiler, _ accepts: [ConditionPlan]) -> AskedValues {
    var asked = AskedValues()
    for test in c.tests.tests where test.condition < 0 {
      let isNamed = test.accepted.contains { !c.tests.texts[Int($0)].isEmpty }
      asked.add(isNamed ? .value : .emptiness, test.attribute)
    }
    for condition in c.tests.conditions + accepts { asked.add(condition) }
    for value in c.values {
      for path in [value.target].compactMap({ $0 }) + value.fallbacks.map(\.path) { asked.add(path) }
      if case .composite(let path, _) = value.source { asked.add(path) }
      if let condition = value.requiredWhen { asked.add(condition) }
      if value.codec.currency != nil { asked.add(.value, .currency) }
    }
    for path in c.parents { asked.add(path) }
    for value in c.inherited {
      asked.add(.value, value.attribute)
      asked.add(.value, value.source)
    }
    for attribute in c.setAttributes { asked.add(.value, attribute) }
    for call in c.calls { if let link = call.link { asked.add(.value, link) } }
    // Which item is the base unit, and which holds which.
    for attribute in [Attribute.id, .item, .isBaseUnit, .level, .type] { asked.add(.value, attribute) }
    return asked
  }
}
