internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

/// Gives the parser's events to the machine.
final class ElementHandler: XMLHandler {
  let machine: UnsafeMutablePointer<ElementMachine>

  init(_ machine: UnsafeMutablePointer<ElementMachine>) { self.machine = machine }

  override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
    machine.pointee.start(name, attributes, self)
  }

  override func endElement(_ name: XMLName) { machine.pointee.end(self) }

  override func text(_ bytes: UnsafeBufferPointer<UInt8>) { machine.pointee.text(bytes) }
}

/// Runs a reading plan over one document: a stack of frames, a table from names to states that fills as names are met, and
/// the record being built. All memory is made once; a record in steady state costs no allocation.
struct ElementMachine {
  struct Frame {
    var state: Int32
    /// Where the scopes of the block begin in `scopes`.
    var base: Int32
    /// Offset from the record's start, just before the start tag's end.
    var origin: UInt32 = 0
    var facet: Facet = .none
    var hasFacet = false
    /// The text in the arena; -1 when the element's text is of no interest.
    var textStart = -1
    /// Where the text ends, when a child cut it short; else -1.
    var textEnd = -1
    var unitOffset = 0
    var unitLength = -1
    /// The edge whose target a child is still to decide, or -1.
    var decision: Int32 = -1
    /// Whether the text decides about the parent.
    var decides = false
    let name: UnsafePointer<UInt8>
    let prefix: UnsafePointer<UInt8>?
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

  struct Slot {
    var state: Int32 = -1
    var target: Int32 = 0
    var name: UnsafePointer<UInt8>?
    var namespace: UnsafePointer<UInt8>?
    /// Whether the element was reported as one that nothing reads.
    var isReported = false
  }

  /// What the table of names answers beside states (0 and up): an unknown element, or an edge with several targets.
  static let unknown: Int32 = -1
  static let slotCount = 8192

  let plan: ElementReadingPlan
  let limits: XMLLimits
  /// Set while the parser runs.
  var batch: UnsafeMutablePointer<ProductBatch>

  /// The plan's states and actions, out of reach of reference counts.
  let states: UnsafeMutablePointer<ElementReadingPlan.State>
  let actions: UnsafeMutablePointer<ElementReadingPlan.Action>
  let facts: UnsafeMutablePointer<ElementReadingPlan.FieldFacts>
  let codecs: UnsafeMutablePointer<ValueCodec>
  /// The indexes of guards that rules refer to by range, and each guard's scope.
  let guardLists: Pile<Int32>
  let guardScopes: Pile<Int32>
  /// What short texts were read as.
  let memo = ConversionMemo()
  let frames: UnsafeMutablePointer<Frame>
  var top = -1
  let scopes: UnsafeMutablePointer<Scope>
  let slots: UnsafeMutablePointer<Slot>
  var slotsUsed = 0
  /// The slot of the element at hand, or -1 when it has none.
  var slot = -1
  var attributePointers: [UnsafePointer<UInt8>?]
  /// Text goes to the arena now.
  var collects = false
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

  var findings: [ElementFinding] = []
  /// What was already reported, where it has no slot in the table of names.
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
    states = .allocate(capacity: plan.states.count)
    for (i, state) in plan.states.enumerated() { (states + i).initialize(to: state) }
    actions = .allocate(capacity: plan.actions.count)
    for (i, action) in plan.actions.enumerated() { (actions + i).initialize(to: action) }
    facts = .allocate(capacity: plan.fields.count)
    codecs = .allocate(capacity: plan.fields.count)
    for (i, field) in plan.fields.enumerated() {
      (facts + i).initialize(to: ElementReadingPlan.FieldFacts(field))
      (codecs + i).initialize(to: field.codec)
    }
    guardLists = Pile(plan.guardLists)
    guardScopes = Pile(plan.guards.map(\.scope))
    frames = .allocate(capacity: limits.depth + 8)
    scopes = .allocate(capacity: limits.depth + 8)
    slots = .allocate(capacity: Self.slotCount)
    slots.initialize(repeating: Slot(), count: Self.slotCount)
    attributePointers = Array(repeating: nil, count: plan.attributeNames.count)
    // Not used before a batch is set.
    batch = UnsafeMutablePointer(bitPattern: 8).unsafelyUnwrapped
  }

  func free() {
    current.free()
    pending.free()
    states.deallocate()
    actions.deallocate()
    facts.deallocate()
    codecs.deinitialize(count: plan.fields.count)
    codecs.deallocate()
    guardLists.free()
    guardScopes.free()
    memo.free()
    frames.deallocate()
    scopes.deallocate()
    slots.deallocate()
  }

  // MARK: Events

  mutating func start(_ name: XMLName, _ attributes: borrowing XMLAttributes, _ handler: ElementHandler) {
    if collects {
      frames[top].textEnd = batch.pointee.byteCount
      collects = false
    }
    if skipping > 0 {
      skipping += 1
      if residue.isOpen { residue.start(name, attributes) }
      return
    }
    if top < 0 {
      push(Frame(state: plan.root, base: 0, name: name.local, prefix: name.prefix))
      return
    }
    let parent = frames + top
    if parent.pointee.decision >= 0 { return decide(name, attributes, handler, parent.pointee) }
    let from = parent.pointee.state, base = parent.pointee.base
    var state = target(from, name)
    if state < Self.unknown { state = choose(from, name, attributes) }
    if state < Self.unknown {
      push(Frame(state: plan.void, base: base, name: name.local, prefix: name.prefix))
      frames[top].decision = -2 - state
      frames[top].origin = UInt32(truncatingIfNeeded: handler.parser.byteOffset &- current.offset)
      return
    }
    if state < 0 { return skip(name, attributes, handler, from: from, notTaken: from == plan.void) }

    if recordTop < 0, state == plan.record { beginRecord(name, handler) }
    push(state, base, name)
    if recordTop < 0 { return }
    if residue.keeps { residue.after = nil }
    if !states[Int(state)].isPlain { enter(state, name, attributes, handler, from: from) }
  }

  /// What an element does beside leading to others: opens nodes, has attributes that count, or a text.
  mutating func enter(
    _ state: Int32, _ name: XMLName, _ attributes: borrowing XMLAttributes, _ handler: ElementHandler, from: Int32
  ) {
    let frame = frames + top
    frame.pointee.origin = UInt32(truncatingIfNeeded: handler.parser.byteOffset &- current.offset)
    let facts = states + Int(state)
    if !facts.pointee.openers.isEmpty || facts.pointee.call >= 0, !open(facts, frame), plan.edges[Int(state)].isEmpty,
      facts.pointee.actions.isEmpty
    {
      top -= 1
      return skip(name, attributes, handler, from: from, notTaken: true)
    }
    var at = frame.pointee.state
    while at >= 0 {
      let facts = states + Int(at)
      if !facts.pointee.attributes.isEmpty, attributes.count > 0 { use(facts.pointee.attributes, attributes) }
      if !facts.pointee.actions.isEmpty {
        frame.pointee.textStart = batch.pointee.byteCount
        collects = true
      }
      at = facts.pointee.fallback
    }
  }

  mutating func end(_ handler: ElementHandler) {
    if skipping > 0 {
      skipping -= 1
      if residue.isOpen {
        residue.end()
        if skipping == 0 { keepResidue() }
      }
      return
    }
    collects = false
    let frame = frames + top
    if frame.pointee.textStart >= 0 {
      if frame.pointee.decides { choose(by: frame.pointee) }
      let end = frame.pointee.textEnd >= 0 ? frame.pointee.textEnd : batch.pointee.byteCount
      let length = end - frame.pointee.textStart
      var at = frame.pointee.state
      while at >= 0 {
        let facts = states + Int(at)
        var i = facts.pointee.actions.lowerBound
        while i < facts.pointee.actions.upperBound {
          run(i, offset: frame.pointee.textStart, length: length, frame)
          i += 1
        }
        at = facts.pointee.fallback
      }
    }
    if residue.keeps { residue.after = frame.pointee.name }
    if top == recordTop {
      recordTop = -1
      finishRecord(at: handler.parser.byteOffset)
    }
    top -= 1
  }

  @inline(__always) mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    if collects {
      if let start = bytes.baseAddress { _ = batch.pointee.append(start, count: bytes.count) }
    } else if skipping > 0, residue.isOpen {
      residue.text(bytes)
    }
  }

  /// Opens a frame, in place: what is unusual about an element is said later.
  @inline(__always) mutating func push(_ state: Int32, _ base: Int32, _ name: XMLName) {
    precondition(top + 1 < limits.depth + 8)
    top &+= 1
    (frames + top).initialize(to: Frame(state: state, base: base, name: name.local, prefix: name.prefix))
  }

  mutating func push(_ frame: Frame) {
    // The parser's own limit on depth stops a document before the stack is full.
    precondition(top + 1 < limits.depth + 8)
    top += 1
    frames[top] = frame
  }
}

extension ElementMachine {
  /// Says that the arena's bytes moved: what frames know of texts still being read.
  mutating func shiftFrames(by distance: Int) {
    if top < 0 { return }
    for i in 0...top {
      if frames[i].textStart >= 0 { frames[i].textStart += distance }
      if frames[i].textEnd >= 0 { frames[i].textEnd += distance }
      frames[i].unitOffset += distance
    }
  }
}
