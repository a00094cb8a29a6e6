public import Diagnostics
public import ProductModel
public import Profiles

/// One column of a table (or cell of a form) after `{i}` was expanded and units got columns of their own.
public struct TableColumn: Sendable {
  /// The names under which it is found; the first is written.
  public let names: [String]
  /// A second heading for people.
  public let label: String?
  /// The code in a row of codes.
  public let code: String?
  /// Whether names are compared byte for byte instead of after folding.
  public let isExact: Bool
  /// For forms: the cell.
  public let cell: FormCell?
  /// How the cell looks.
  public let presentation: Presentation
  /// The rule's place in the profile.
  public let position: Place
  /// How much the partner needs a value: the strongest of the rules that write the column.
  public internal(set) var requirement: Requirement
  /// What it holds, for messages and documentation; nil for constants and derived values.
  public let path: ModelPath?
  /// The converter.
  public let converter: Converter
  /// The type of the attribute, when there is one.
  public let type: ValueType?
  /// Whether it holds the unit of another column.
  public let isUnit: Bool
  /// From 1 for a column repeated by `each:`; 0 otherwise.
  public let repetition: Int
  /// For a workbook: the formula of a derived column, with `{code}` for other columns.
  public internal(set) var formula: String?
  /// Whether a reader cannot do without it.
  public internal(set) var isNeededForReading = false
  /// The fields that it holds; more than one where groups share a column.
  var fields: [Int] = []
  /// The fields whose units it holds.
  var unitFields: [Int] = []
}

/// The columns of a table, compiled for reading and writing. Works on rows of cells and knows nothing of files, so that
/// delimited text and workbooks share it.
public struct TablePlan: Sendable {
  /// The columns in the order they are written.
  public let columns: [TableColumn]
  /// The kind of node that a row is about.
  public let kind: NodeKind
  let slots: [Slot]
  let keys: [Key]
  let sets: [SetPlan]
  let fields: [Field]
  let codecs: [ValueCodec]
  /// For each codec, which part of a value it writes as it stands.
  let parts: [WrittenPart]
  let patterns: [PatternCodec]
  let lists: [ListCodec]
  let derivations: [DerivationPlan]
  let groups: [Group]
  let eaches: [Each]
  /// Bytes that stand at the start of every batch: constants, keys, defaults.
  let constants: [UInt8]
  /// Fields sorted so that their nodes open in preorder.
  let readingOrder: [Int]
  let families: [Family]
  /// The slots that are searched, family by family.
  let searched: [Int]
  /// For each slot with families, the family of every kind, or -1.
  let familyOfKind: [Int32]
  /// Fields that are in no column and only looked at.
  let checks: [Int]

  /// A node that columns reach: the row's own node, or one below it.
  struct Slot: Sendable {
    var parent: Int
    var kind: NodeKind
    /// Key attributes that select it, as a range of `keys`.
    var selectors = 0..<0
    /// Set when opened like keys, and expected when written; but a node is not searched by them.
    var implied = 0..<0
    /// Values taken from enclosing nodes, as a range of `sets`.
    var sets = 0..<0
    /// From 1; 0 when it does not count.
    var position = 0
    /// The `each:` rule and the number in it, from 0; -1 for none.
    var each = -1
    var number = 0
    /// A place in the order for the elements of a list; never opened.
    var isOrderOnly = false
    /// The slots below it whose nodes are searched when written, as a range of `families`.
    var families = 0..<0
    /// Where the families below it stand by kind, in `familyOfKind`.
    var kinds = 0
  }

  /// The slots below one slot whose nodes are of one kind.
  struct Family: Sendable {
    var kind: NodeKind
    /// A range of `searched`.
    var slots: Range<Int>
  }

  /// An attribute and its value, which lies in `constants`.
  struct Key: Sendable {
    var attribute: Attribute
    var offset: Int
    var length: Int
  }

  enum Operation: UInt8, Sendable { case value, text, values, constant, derived, composite, list, check }

  /// One rule, compiled.
  struct Field: Sendable {
    var operation: Operation
    var column = -1
    var unitColumn = -1
    /// The node that holds the value.
    var slot = 0
    /// The node in which the rule stands.
    var scope = 0
    var attribute: Attribute = .id
    var facet: Facet = .none
    /// Index of the codec, pattern, list or derivation.
    var index = -1
    /// Which of several values, from 0.
    var occurrence = 0
    var group = -1
    /// The constant or default text in `constants`; -1 for none.
    var constantOffset = -1
    var constantLength = 0
    /// Whether the default holds only for a node that is there anyway.
    var isLazy = false
    var hasTarget = false
    /// The field of the attribute that some texts of the cell stand for (`or:`); -1 for none.
    var alternative = -1
    /// Whether this is such a field: read and written before the one it belongs to.
    var isAlternative = false
  }

  /// What is needed of a field less often.
  struct Details: Sendable {
    var rule: FieldRule
    var limit: LengthLimit
    var fallbacks: [(path: PathPlan, codec: ValueCodec)] = []
    var requiredWhen: ConditionPlan?
    var separator: [UInt8] = []
    var prefix: [UInt8] = []
    var suffix: [UInt8] = []
    var constantText: [UInt8] = []
  }

  let details: [Details]
  /// What shapes of products are made of; nil when rows share none.
  let asked: AskedValues?

  /// How many of each there are.
  struct Counts: Sendable {
    var slots: Int
    var keys: Int
    var families: Int
    var columns: Int
  }

  var counts: Counts {
    Counts(slots: slots.count, keys: keys.count, families: families.count, columns: columns.count)
  }

  /// A condition for some rules.
  struct Group: Sendable {
    var condition: ConditionPlan
    /// Where the condition's value is found while reading.
    var slot: Int
    var scope: Int
    var outer: Int
  }

  /// A repeated node.
  struct Each: Sendable {
    var parent: Int
    var kind: NodeKind
    var set: [SetPlan]
    var only: [ConditionPlan]
    var slots: [Int]
  }

  /// Compiles the columns of a table.
  ///
  /// - Parameters:
  ///   - rules: rules with columns, or with cells for a form.
  ///   - kind: the node that a row is about.
  ///   - codes: the profile's code lists.
  ///   - asOf: the date that stands for today, ISO.
  /// - Throws: `configuration` with the code `converter-unfit` or `table-rule-unfit`.
  public init(_ rules: [Rule], at kind: NodeKind = .product, codes: [String: CodeList], asOf: String) throws(Fault) {
    var builder = TablePlanBuilder(kind: kind, codes: codes, asOf: asOf)
    try builder.add(rules, builder.start)
    builder.finish()
    columns = builder.columns
    self.kind = kind
    var slots: [Slot]
    (slots, keys, sets) = builder.settledSlots()
    (families, searched, familyOfKind) = TablePlanBuilder.families(&slots)
    self.slots = slots
    fields = builder.fields
    details = builder.details
    codecs = builder.codecs
    parts = codecs.map(WrittenPart.init)
    patterns = builder.patterns
    lists = builder.lists
    derivations = builder.derivations
    groups = builder.groups
    eaches = builder.eaches
    constants = builder.constants
    readingOrder = builder.readingOrder()
    asked = AskedValues(slots, keys, fields, codecs, lists, eaches)
    checks = fields.indices.filter { [fields] in fields[$0].operation == .check }
  }
}
