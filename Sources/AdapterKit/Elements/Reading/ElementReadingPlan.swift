internal import Diagnostics
internal import ProductModel
internal import Profiles

/// An element layout compiled for reading: an automaton over element names. Immutable; the machine that runs it owns the
/// loop and all memory.
///
/// A *state* stands for one element of the layout. Values inside repeated elements belong to a *scope*: the record is scope
/// 0, an `each:` inside it scope 1, and so on; a block that is called begins again at 0, one place above its caller. So a
/// recursion costs nothing: it is an edge back to the block's first state.
struct ElementReadingPlan: Sendable {
  /// One element of the layout.
  struct State {
    /// The state whose rules hold here too: of the same element without conditions or without the node it opens. -1: none.
    var fallback: Int32 = -1
    /// What to do with the element's text.
    var actions: Range<Int32> = 0..<0
    /// Attributes to look at.
    var attributes: Range<Int32> = 0..<0
    /// Nodes that the element may open; the first whose guards hold does.
    var openers: Range<Int32> = 0..<0
    /// The call that re-enters a block here, or -1.
    var call: Int32 = -1
    /// The scope that the rules of this element's children belong to.
    var scope: Int32 = 0
    /// What there is to do when such an element begins.
    var opening = Opening.nothing
    /// The one field that its text becomes, without conditions; -1 for none, or when there is more to do with the text.
    var field: Int32 = -1
    /// The scope of that field.
    var fieldScope: Int32 = 0
  }

  /// What an element's begin asks for beside a frame.
  enum Opening: UInt8 {
    /// It only leads to other elements.
    case nothing
    /// Its text is to be collected, for the state's `field`.
    case text
    /// It opens nodes, calls a block, has attributes, or a text that is not only the one `field`.
    case more
  }

  /// Elements of one name below a state; more than one target only when attribute values tell them apart.
  struct Edge: Sendable {
    var name: [UInt8]
    var namespace: [UInt8]?
    /// Most conditions first.
    var targets: [(conditions: [(name: [UInt8], value: [UInt8])], state: Int32)]
    /// Whether the conditions are about child elements instead of attributes: index of `decisions`, or -1.
    var decision: Int32 = -1
  }

  /// What an attribute of an element is for.
  struct AttributeUse: Sendable {
    enum Role: Sendable { case language, unit, value(action: Int32) }
    /// Index into `attributeNames`.
    var name: Int32
    var role: Role
  }

  /// What becomes of a text.
  struct Action {
    enum Kind: UInt8 { case field, composite, list }
    var kind: Kind
    /// Index into `fields`, `composites` or `lists`.
    var index: Int32
    /// Conditions that must hold, as indexes of `guards`.
    var guards: Range<Int32>
    /// The scope whose node the rule is about.
    var scope: Int32
  }

  /// A condition on a scope's node.
  struct Guard: Sendable {
    var scope: Int32
    var path: Target
    /// Accepted values; empty for any that is present.
    var values: [[UInt8]]
    var isNegated: Bool
    /// Whether it asks for an item's level; an item marked as base unit has that of base units.
    var isLevel: Bool
    /// Whether it asks if an item's id is `each`, which is to say whether it carries what is true of the product; a base unit
    /// does, whatever a sender calls it.
    var isMain: Bool
    /// What an absent value counts as.
    var absent: [UInt8]
  }

  /// Where a value goes: from the scope's node or the product down some steps.
  struct Target: Sendable {
    var isFromProduct: Bool
    /// Index into `paths`, or -1 for no steps.
    var path: Int32
    var attribute: Attribute
    var facet: Facet
    /// Whether several values may stand side by side.
    var isMany: Bool
  }

  /// A place tied to an attribute.
  struct Field: Sendable {
    var target: Target?
    var codec: ValueCodec
    /// What the text must be when there is no target.
    var constant: [UInt8]?
    var defaultValue: [UInt8]?
    var hasLanguage: Bool
    var hasUnit: Bool
    /// Whether the text itself may become the value, so that its form is to be looked at.
    var needsScan: Bool
    var rule: FieldRule
  }

  /// What the inner loop asks of a field, without references.
  struct FieldFacts {
    var target: Target
    var hasTarget: Bool
    var hasLanguage: Bool
    var needsScan: Bool
    /// Whether the text is the value, once it was scanned.
    var isText: Bool
    var hasCurrency: Bool
    /// Whether what its texts are read as is worth remembering.
    var isMemorable: Bool

    init(_ field: Field) {
      target = field.target ?? Target(isFromProduct: true, path: -1, attribute: .id, facet: .none, isMany: false)
      hasTarget = field.target != nil
      hasLanguage = field.hasLanguage
      needsScan = field.needsScan
      isText = field.target != nil && field.codec.operation == .text
      hasCurrency = field.codec.currency != nil
      isMemorable = field.target != nil && !field.hasUnit && field.codec.isMemorable
    }
  }

  /// A node that an element opens.
  struct Opener: Sendable {
    /// The state inside.
    var state: Int32
    var guards: Range<Int32>
    /// The scope of its node; its parent scope is one less.
    var scope: Int32
    var kind: NodeKind
    var isFromProduct: Bool
    /// Steps between parent and node, as an index of `paths`, or -1.
    var path: Int32
    var sets: [SetPlan]
    /// The attributes that find the same node again; empty for the kind's own key.
    var key: [Attribute]
  }

  /// A call of a block.
  struct Call: Sendable {
    /// The block's first state.
    var state: Int32
    var kind: NodeKind
    /// The attribute of the calling node that takes the called node's id.
    var link: Attribute?
  }

  var states: [State] = []
  /// Edges by state.
  var edges: [[Edge]] = []
  var actions: [Action] = []
  var attributes: [AttributeUse] = []
  var attributeNames: [[UInt8]] = []
  var guards: [Guard] = []
  /// The indexes of guards that rules refer to by range.
  var guardLists: [Int32] = []
  var openers: [Opener] = []
  var calls: [Call] = []
  var fields: [Field] = []
  var composites: [CompositeField] = []
  var lists: [ListCodec] = []
  /// Steps from a node down to another, which is made when it is not there.
  var paths: [[PathPlan.Step]] = []
  /// Values set on every record.
  var implied: [(target: Target, value: [UInt8])] = []
  /// The state of the root element; its edges lead to the record.
  var root: Int32 = 0
  /// The state of a record's element.
  var record: Int32 = 0
  /// A state without anything inside.
  var void: Int32 = 0
  /// Edges whose target a child element decides.
  var decisions: [Edge] = []
  var unmatched: Unmatched = .residue
  /// The path to the record as the layout writes it, for messages.
  var recordPath = ""
  /// What stands for a missing language.
  var language: Facet = .none
  /// The profile's market, for `^market.country` where the document names none.
  var market: [UInt8]?
  /// Whether items are called blocks, so that packs are to be normalised.
  var hasItems = false
  /// Whether one product may come as several records, one a top item.
  var mergesRecords = false
}
