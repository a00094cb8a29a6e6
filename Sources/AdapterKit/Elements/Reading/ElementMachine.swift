internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

/// Gives the parser's events to the machine.
final class ElementHandler: XMLHandler {
  let machine: UnsafeMutablePointer<ElementMachine>
  /// Whether the parser tells of texts.
  private var listens = true

  init(_ machine: UnsafeMutablePointer<ElementMachine>) { self.machine = machine }

  override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
    machine.pointee.start(name, attributes, self)
    if machine.pointee.wantsText != listens { listen() }
  }

  override func endElement(_ name: XMLName) {
    machine.pointee.end(self)
    if machine.pointee.wantsText != listens { listen() }
  }

  private func listen() {
    listens = machine.pointee.wantsText
    listenToTexts(listens)
  }

  override func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    if machine.pointee.wantsText { machine.pointee.take(bytes) }
  }
}

/// Runs a reading plan over one document: a stack of frames, a table from names to states that fills as names are met, and
/// the record being built. All memory is made once; a record in steady state costs no allocation.
///
/// Functions that run for every element or value are `mutating` even where they only look: what is `inout` is passed by its
/// address, where the compiler may copy a value, and this one is a kilobyte large.
struct ElementMachine {
  /// An open element. What stands behind `textStart` holds only for elements that do more than lead to others.
  struct Frame {
    var state: Int32 = 0
    /// Where the scopes of the block begin in `scopes`.
    var base: Int32 = 0
    /// Offset from the record's start, just before the start tag's end.
    var origin: UInt32 = 0
    /// The edge whose target a child is still to decide, or -1.
    var decision: Int32 = -1
    var name = UnsafePointer<UInt8>(bitPattern: 16).unsafelyUnwrapped
    var prefix: UnsafePointer<UInt8>?
    /// The text in the arena; -1 when the element's text is of no interest.
    var textStart = -1

    /// Where the text ends, when a child cut it short; else -1.
    var textEnd = -1
    var unitOffset = 0
    var unitLength = -1
    var facet = Facet.stored(0)
    var hasFacet = false
    /// Whether the text decides about the parent.
    var decides = false
  }

  /// A node that values inside an element belong to; made when the first value comes.
  struct Scope {
    var node: Int32
    var kind: NodeKind
    /// The enclosing scope's place in `scopes`, or -1.
    var parent: Int32
    /// The opener, or -1 for a called block.
    var opener: Int32 = -1
    /// For a called block: the attribute of the caller's node that names this one.
    var link: Attribute?
    var origin: UInt32 = 0
    /// Which guards were found to hold or not.
    var known: UInt64 = 0
    var truth: UInt64 = 0
  }

  /// What stands for a state where the plan has none: an unknown element, or, below it, an edge with several targets.
  static let unknown: Int32 = -1

  let plan: ElementReadingPlan
  let limits: XMLLimits
  /// Set while the parser runs.
  var batch: UnsafeMutablePointer<ProductBatch>

  /// The plan in raw memory.
  let tables: ReadingTables
  /// What short texts were read as.
  let memo = ConversionMemo()
  let frames: UnsafeMutablePointer<Frame>
  var top = -1
  let scopes: UnsafeMutablePointer<Scope>
  /// The deepest frame that there is room for.
  let lastFrame: Int
  var names = NameTable()
  /// The row of the element at hand in the table of names, or 0 when it has none.
  var row: Int32 = 0
  /// Where the parser keeps the names of attributes.
  let attributePointers: Pile<UnsafePointer<UInt8>?>
  /// Text goes to the arena now.
  var collects = false
  /// Text goes somewhere now: to the arena or to residue.
  var wantsText = false
  /// Elements open below, and with, one that is passed over.
  var skipping = 0

  /// The frame of the open record, or -1.
  var recordTop = -1
  var current = RecordScratch()
  /// The last whole record, held back until it is sure that the next one is not the same product.
  var pending = RecordScratch()
  var hasPending = false
  /// `pending`, once it was merged with another record.
  var merged: Product?

  /// How the products before looked.
  let layouts = LayoutMemory()

  var findings: [ElementFinding] = []
  /// What was already reported, where it has no row in the table of names.
  var reported: Set<String> = []
  var unknownCount = 0
  static let unknownLimit = 512
  var languages: [(bytes: UInt64, facet: Facet)] = []

  let keepsResidue: Bool
  var residue = ElementResidue()

  /// Where the first record begins, and the elements around it as written.
  var firstRecord: UInt64?
  var ancestors: [String] = []
  var ancestorPath = ""
  /// An element on the way to the record that has the right name in another namespace.
  var nearMiss: (name: String, namespace: String?, expected: String?, offset: UInt64)?
  var recordCount = 0
  let sink: ElementFindingSink

  init(_ plan: ElementReadingPlan, limits: XMLLimits, keepsResidue: Bool, sink: ElementFindingSink) {
    self.plan = plan
    self.limits = limits
    self.keepsResidue = keepsResidue
    self.sink = sink
    tables = ReadingTables(plan)
    lastFrame = limits.depth + 7
    frames = .allocate(capacity: lastFrame + 1)
    frames.initialize(repeating: Frame(), count: lastFrame + 1)
    scopes = .allocate(capacity: lastFrame + 1)
    attributePointers = Pile(repeating: nil, count: plan.attributeNames.count)
    // Not used before a batch is set.
    batch = UnsafeMutablePointer(bitPattern: 8).unsafelyUnwrapped
  }

  func free() {
    current.free()
    pending.free()
    tables.free()
    memo.free()
    frames.deallocate()
    scopes.deallocate()
    names.free()
    attributePointers.free()
  }
}
