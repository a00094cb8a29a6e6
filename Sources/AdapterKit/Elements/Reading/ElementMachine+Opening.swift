internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

// What begins with an element: the record, the nodes that it opens, the block that it calls.

extension ElementMachine {
  /// Opens what the element opens; false when it could open nodes and none of them holds.
  mutating func open(
    _ facts: UnsafeMutablePointer<ElementReadingPlan.State>, _ frame: UnsafeMutablePointer<Frame>
  ) -> Bool {
    let isOpen = facts.pointee.openers.isEmpty || openScope(facts, frame)
    if facts.pointee.call >= 0 { call(facts, frame) }
    return isOpen
  }

  /// An element inside one whose meaning is not decided yet: the one that decides is read, others are passed over.
  mutating func decide(
    _ name: XMLName, _ attributes: borrowing XMLAttributes, _ handler: ElementHandler, _ parent: Frame
  ) {
    let isDeciding =
      name.uri == nil
      && plan.decisions[Int(parent.decision)].targets.contains {
        $0.conditions.contains { Self.isEqual(name.local, $0.name) }
      }
    row = 0
    if !isDeciding { return skip(name, attributes, handler, from: plan.void, notTaken: true) }
    push(plan.void, parent.base, name)
    resetDetails(frames + top)
    frames[top].decides = true
    frames[top].textStart = batch.pointee.byteCount
    collects = true
    wantsText = true
  }

  /// The text of a child decides which rules its parent has.
  mutating func choose(by frame: Frame) {
    let end = frame.textEnd >= 0 ? frame.textEnd : batch.pointee.byteCount
    let arena = UnsafePointer(batch.pointee.unsafeArena)
    let (at, count) = TextScan.trimmed(arena, frame.textStart, end - frame.textStart)
    let text = UnsafeBufferPointer(start: arena + at, count: count)
    let decision = Int(frames[top - 1].decision)
    frames[top - 1].decision = -1
    for target in plan.decisions[decision].targets
    where target.conditions.isEmpty
      || target.conditions.contains(where: { Self.isEqual(frame.name, $0.name) && Self.isEqual(text, $0.value) })
    {
      frames[top - 1].state = target.state
      if !open(tables.states.base + Int(target.state), frames + top - 1) { frames[top - 1].state = plan.void }
      return
    }
  }

  /// Opens the scope of the first opener whose guards hold; false when none does.
  mutating func openScope(
    _ facts: UnsafeMutablePointer<ElementReadingPlan.State>, _ frame: UnsafeMutablePointer<Frame>
  ) -> Bool {
    for i in facts.pointee.openers {
      let opener = tables.openers.base + Int(i)
      if !holds(opener.pointee.guards, base: frame.pointee.base) { continue }
      let at = frame.pointee.base + opener.pointee.scope
      scopes[Int(at)] = Scope(
        node: -1, kind: opener.pointee.kind, parent: at - 1, opener: i, origin: frame.pointee.origin)
      frame.pointee.state = opener.pointee.state
      return true
    }
    return false
  }

  mutating func call(
    _ facts: UnsafeMutablePointer<ElementReadingPlan.State>, _ frame: UnsafeMutablePointer<Frame>
  ) {
    let call = tables.calls[Int(facts.pointee.call)]
    let caller = frame.pointee.base + facts.pointee.scope
    let base = caller + 1
    scopes[Int(base)] = Scope(node: -1, kind: call.kind, parent: caller, link: call.link, origin: frame.pointee.origin)
    frame.pointee.base = base
    frame.pointee.state = call.state
  }

  mutating func beginRecord(_ name: XMLName, _ handler: ElementHandler) {
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
}
