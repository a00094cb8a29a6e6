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

  private struct Slot {
    var state: Int32 = -1
    var target: Int32 = 0
    var name: UnsafePointer<UInt8>?
    var namespace: UnsafePointer<UInt8>?
    /// Whether the element was reported as one that nothing reads.
    var isReported = false
  }

  /// What the table of names answers beside states (0 and up): an unknown element, or an edge with several targets.
  private static let unknown: Int32 = -1
  private static let slotCount = 8192

  let plan: ElementReadingPlan
  let limits: XMLLimits
  /// Set while the parser runs.
  var batch: UnsafeMutablePointer<ProductBatch>

  /// The plan's states and actions, out of reach of reference counts.
  let states: UnsafeMutablePointer<ElementReadingPlan.State>
  let actions: UnsafeMutablePointer<ElementReadingPlan.Action>
  let facts: UnsafeMutablePointer<ElementReadingPlan.FieldFacts>
  let codecs: UnsafeMutablePointer<ValueCodec>
  let frames: UnsafeMutablePointer<Frame>
  var top = -1
  let scopes: UnsafeMutablePointer<Scope>
  private let slots: UnsafeMutablePointer<Slot>
  private var slotsUsed = 0
  /// The slot of the element at hand, or -1 when it has none.
  private var slot = -1
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
  private var unknownCount = 0
  private static let unknownLimit = 512
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

    if recordTop < 0 {
      if state != plan.record { return push(Frame(state: state, base: base, name: name.local, prefix: name.prefix)) }
      beginRecord(name, handler)
    }
    push(Frame(state: state, base: base, name: name.local, prefix: name.prefix))
    if !states[Int(state)].isPlain { enter(state, name, attributes, handler, from: from) }
  }

  /// What an element does beside leading to others: opens nodes, has attributes that count, or a text.
  private mutating func enter(
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

  @inline(__always) private mutating func push(_ frame: Frame) {
    // The parser's own limit on depth stops a document before the stack is full.
    precondition(top + 1 < limits.depth + 8)
    top += 1
    frames[top] = frame
  }

  // MARK: Names

  /// The state below a state for a name; less than -1 when attributes decide.
  @inline(__always) private mutating func target(_ state: Int32, _ name: XMLName) -> Int32 {
    let hash = UInt(bitPattern: name.local) &* 0x9E37_79B1 ^ UInt(bitPattern: name.uri) &+ UInt(state) &* 0x85EB_CA6B
    var i = Int((hash ^ hash >> 15) & UInt(Self.slotCount - 1))
    while let known = slots[i].name {
      if known == name.local, slots[i].state == state, slots[i].namespace == name.uri {
        slot = i
        return slots[i].target
      }
      i = (i + 1) & (Self.slotCount - 1)
    }
    let target = resolve(state, name)
    // Hostile names must not fill the table; beyond that, each is resolved anew.
    slot = -1
    if slotsUsed < Self.slotCount / 2 {
      slotsUsed += 1
      slot = i
      slots[i] = Slot(state: state, target: target, name: name.local, namespace: name.uri)
    }
    return target
  }

  @inline(never) private func resolve(_ state: Int32, _ name: XMLName) -> Int32 {
    var at = state
    while at >= 0 {
      for edge in plan.edges[Int(at)] where isEqual(name.local, edge.name) && isEqual(name.uri, edge.namespace) {
        let only = edge.targets.count == 1 && edge.targets[0].conditions.isEmpty
        return only ? edge.targets[0].state : -2
      }
      at = plan.states[Int(at)].fallback
    }
    return Self.unknown
  }

  /// The target that an element's attributes decide.
  @inline(never) private func choose(_ state: Int32, _ name: XMLName, _ attributes: borrowing XMLAttributes) -> Int32 {
    var at = state
    while at >= 0 {
      for edge in plan.edges[Int(at)] where isEqual(name.local, edge.name) && isEqual(name.uri, edge.namespace) {
        if edge.decision >= 0 { return -2 - edge.decision }
        for target in edge.targets {
          var holds = true
          for condition in target.conditions {
            var isMet = false
            for i in 0..<attributes.count
            where attributes[i].name.uri == nil && isEqual(attributes[i].name.local, condition.name) {
              isMet = Self.isEqual(attributes[i].value, condition.value)
            }
            holds = holds && isMet
          }
          if holds { return target.state }
        }
      }
      at = plan.states[Int(at)].fallback
    }
    return Self.unknown
  }

  func isEqual(_ name: UnsafePointer<UInt8>, _ bytes: [UInt8]) -> Bool {
    for (i, byte) in bytes.enumerated() where name[i] != byte { return false }
    return name[bytes.count] == 0
  }

  func isEqual(_ name: UnsafePointer<UInt8>?, _ bytes: [UInt8]?) -> Bool {
    guard let name, let bytes else { return (name == nil || name![0] == 0) && (bytes?.isEmpty ?? true) }
    return isEqual(name, bytes)
  }

  static func isEqual(_ a: UnsafeBufferPointer<UInt8>, _ b: [UInt8]) -> Bool {
    a.count == b.count
      && (a.isEmpty || b.withUnsafeBufferPointer { memcmp(a.baseAddress!, $0.baseAddress!, a.count) == 0 })
  }

  /// The elements from the root to a frame, by their local names.
  func path(to frame: Int, and last: UnsafePointer<UInt8>? = nil) -> String {
    var text = ""
    if frame >= 0 { for i in 0...frame { text += "/" + String(cString: frames[i].name) } }
    return last.map { text + "/" + String(cString: $0) } ?? text
  }

  // MARK: Opening

  /// Opens what the element opens; false when it could open nodes and none of them holds.
  private mutating func open(
    _ facts: UnsafeMutablePointer<ElementReadingPlan.State>, _ frame: UnsafeMutablePointer<Frame>
  ) -> Bool {
    let isOpen = facts.pointee.openers.isEmpty || openScope(facts, frame)
    if facts.pointee.call >= 0 { call(facts, frame) }
    return isOpen
  }

  /// An element inside one whose meaning is not decided yet: the one that decides is read, others are passed over.
  private mutating func decide(
    _ name: XMLName, _ attributes: borrowing XMLAttributes, _ handler: ElementHandler, _ parent: Frame
  ) {
    let isDeciding =
      name.uri == nil
      && plan.decisions[Int(parent.decision)].targets.contains {
        $0.conditions.contains { isEqual(name.local, $0.name) }
      }
    slot = -1
    if !isDeciding { return skip(name, attributes, handler, from: plan.void, notTaken: true) }
    var frame = Frame(state: plan.void, base: parent.base, name: name.local, prefix: name.prefix)
    frame.decides = true
    frame.textStart = batch.pointee.byteCount
    push(frame)
    collects = true
  }

  /// The text of a child decides which rules its parent has.
  private mutating func choose(by frame: Frame) {
    let end = frame.textEnd >= 0 ? frame.textEnd : batch.pointee.byteCount
    let arena = UnsafePointer(batch.pointee.unsafeArena)
    let (at, count) = TextScan.trimmed(arena, frame.textStart, end - frame.textStart)
    let text = UnsafeBufferPointer(start: arena + at, count: count)
    let decision = Int(frames[top - 1].decision)
    frames[top - 1].decision = -1
    for target in plan.decisions[decision].targets
    where target.conditions.isEmpty
      || target.conditions.contains(where: { isEqual(frame.name, $0.name) && Self.isEqual(text, $0.value) })
    {
      frames[top - 1].state = target.state
      if !open(states + Int(target.state), frames + top - 1) { frames[top - 1].state = plan.void }
      return
    }
  }

  /// Opens the scope of the first opener whose guards hold; false when none does.
  private mutating func openScope(
    _ facts: UnsafeMutablePointer<ElementReadingPlan.State>, _ frame: UnsafeMutablePointer<Frame>
  ) -> Bool {
    for i in facts.pointee.openers {
      if !holds(plan.openers[Int(i)].guards, base: frame.pointee.base) { continue }
      let at = frame.pointee.base + plan.openers[Int(i)].scope
      scopes[Int(at)] = Scope(
        node: -1, kind: plan.openers[Int(i)].kind, parent: at - 1, opener: i, origin: frame.pointee.origin)
      frame.pointee.state = plan.openers[Int(i)].state
      return true
    }
    return false
  }

  private mutating func call(
    _ facts: UnsafeMutablePointer<ElementReadingPlan.State>, _ frame: UnsafeMutablePointer<Frame>
  ) {
    let call = plan.calls[Int(facts.pointee.call)]
    let caller = frame.pointee.base + facts.pointee.scope
    let base = caller + 1
    scopes[Int(base)] = Scope(node: -1, kind: call.kind, parent: caller, link: call.link, origin: frame.pointee.origin)
    frame.pointee.base = base
    frame.pointee.state = call.state
  }

  private mutating func beginRecord(_ name: XMLName, _ handler: ElementHandler) {
    let offset = handler.parser.tagOffset
    if firstRecord == nil {
      firstRecord = offset
      ancestorPath = path(to: top)
      for i in 0...top {
        let frame = frames[i]
        ancestors.append((frame.prefix.map { String(cString: $0) + ":" } ?? "") + String(cString: frame.name))
      }
    }
    recordCount += 1
    recordTop = top + 1
    current.begin(at: offset, arena: batch.pointee.byteCount, slots: plan.paths.count)
    scopes[0] = Scope(node: 0, kind: .product, parent: -1)
    if keepsResidue { residue.begin() }
  }

  // MARK: Unknown elements

  /// Passes over an element that no rule takes, and says so once for each path.
  @inline(never) private mutating func skip(
    _ name: XMLName, _ attributes: borrowing XMLAttributes, _ handler: ElementHandler, from state: Int32,
    notTaken: Bool = false
  ) {
    skipping = 1
    if recordTop < 0 {
      if nearMiss == nil {
        for edge in plan.edges[Int(state)] where isEqual(name.local, edge.name) {
          nearMiss = (
            name.localName, name.namespace, edge.namespace.map { String(decoding: $0, as: UTF8.self) },
            handler.parser.tagOffset
          )
        }
      }
      return
    }
    if keepsResidue, !notTaken { residue.open(name, attributes, context: path(to: top), after: residue.after) }
    if slot >= 0 {
      if slots[slot].isReported || unknownCount >= Self.unknownLimit { return }
      slots[slot].isReported = true
    } else if unknownCount >= Self.unknownLimit || !reported.insert("\(state) \(name.qualifiedName)").inserted {
      return
    }
    unknownCount += 1
    reportUnknown(name, handler, state, notTaken: notTaken)
  }

  private mutating func reportUnknown(_ name: XMLName, _ handler: ElementHandler, _ state: Int32, notTaken: Bool) {
    let element = path(to: top, and: name.local)
    var hint: LocalizedText?
    for edge in plan.edges[Int(state)] where isEqual(name.local, edge.name) && !isEqual(name.uri, edge.namespace) {
      let expected = edge.namespace.map { "«" + String(decoding: $0, as: UTF8.self) + "»" }
      hint = LocalizedText(
        "an element of this name is read in \(expected.map { "the namespace " + $0 } ?? "no namespace")",
        vi: "phần tử tên này được đọc \(expected.map { "trong không gian tên " + $0 } ?? "ngoài mọi không gian tên")")
    }
    let code: DiagnosticCode = notTaken ? .elementNotTaken : .elementUnmapped
    let finding = ElementFinding(
      code: code, severity: notTaken ? nil : (plan.unmatched == .warn ? .warning : nil),
      message: .init(
        notTaken ? "this item's “\(name.localName)” is not read here" : "no rule reads “\(name.qualifiedName)”",
        vi: notTaken
          ? "“\(name.localName)” của cấp này không được đọc" : "không có quy tắc nào đọc “\(name.qualifiedName)”"),
      hint: hint, origin: UInt32(truncatingIfNeeded: handler.parser.tagOffset &- current.offset), element: element)
    if plan.unmatched == .error, !notTaken {
      return handler.fail(Fault(.malformed, sink.diagnostic(finding, offset: current.offset, product: nil)))
    }
    findings.append(finding)
  }

  private mutating func keepResidue() {
    guard let value = residue.close() else { return }
    let node = scopeNode(frames[top])
    let place = batch.pointee.append(value)
    current.addEntry(.residue, .none, on: node, offset: place.offset, length: place.length, origin: frames[top].origin)
  }

  /// The node that an element's children belong to.
  private mutating func scopeNode(_ frame: Frame) -> Int32 {
    materialise(frame.base + plan.states[Int(frame.state)].scope)
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
