internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

// The parser's events, for every element and text of a document: what is usual stands in the few functions here that are
// always inlined, what is not in functions of its own, so that little code is run through again and again.

extension ElementMachine {
  // MARK: Begin

  @inline(__always) mutating func start(
    _ name: XMLName, _ attributes: borrowing XMLAttributes, _ handler: ElementHandler
  ) {
    if recordTop < 0 || skipping > 0 { return startOutside(name, attributes, handler) }
    if collects { cutText() }
    let parent = frames + top
    let from = parent.pointee.state
    if parent.pointee.decision >= 0 { return decide(name, attributes, handler, parent.pointee) }
    row = names.find(from, name)
    let state = names.rows[Int(row)].target
    if state < 0 { return startUnusual(name, attributes, handler, from) }
    push(state, parent.pointee.base, name)
    if residue.keeps { residue.after = nil }
    open(state, name, attributes, handler, from: from)
  }

  /// An element outside of every record, or inside one that is passed over.
  @inline(never) mutating func startOutside(
    _ name: XMLName, _ attributes: borrowing XMLAttributes, _ handler: ElementHandler
  ) {
    if collects { cutText() }
    if skipping > 0 {
      skipping += 1
      if residue.isOpen { residue.start(name, attributes) }
      return
    }
    if top < 0 { return push(plan.root, 0, name) }
    if frames[top].decision >= 0 { return decide(name, attributes, handler, frames[top]) }
    startUnusual(name, attributes, handler, frames[top].state)
  }

  /// An element that the table of names does not answer for: new, decided by attributes or children, unknown, or a record.
  @inline(never) mutating func startUnusual(
    _ name: XMLName, _ attributes: borrowing XMLAttributes, _ handler: ElementHandler, _ from: Int32
  ) {
    let base = frames[top].base
    var state = target(from, name)
    if state < Self.unknown { state = choose(from, name, attributes) }
    if state < Self.unknown {
      push(plan.void, base, name)
      frames[top].decision = -2 - state
      frames[top].origin = UInt32(truncatingIfNeeded: handler.byteOffset &- current.offset)
      return
    }
    if state < 0 { return skip(name, attributes, handler, from: from, notTaken: from == plan.void) }
    if recordTop < 0, state == plan.record { beginRecord(name, handler) }
    push(state, base, name)
    if recordTop < 0 { return }
    if residue.keeps { residue.after = nil }
    open(state, name, attributes, handler, from: from)
  }

  /// Does what the begin of an element asks for, once it has a frame.
  @inline(__always) private mutating func open(
    _ state: Int32, _ name: XMLName, _ attributes: borrowing XMLAttributes, _ handler: ElementHandler, from: Int32
  ) {
    switch (tables.states.base + Int(state)).pointee.opening {
    case .nothing: return
    case .text:
      let frame = frames + top
      frame.pointee.origin = UInt32(truncatingIfNeeded: handler.byteOffset &- current.offset)
      resetDetails(frame)
      collect(frame)
    case .more: enter(state, name, attributes, handler, from: from)
    }
  }

  @inline(__always) private mutating func collect(_ frame: UnsafeMutablePointer<Frame>) {
    frame.pointee.textStart = batch.pointee.byteCount
    collects = true
    wantsText = true
  }

  /// What an element does beside leading to others: opens nodes, has attributes that count, or a text.
  @inline(never) mutating func enter(
    _ state: Int32, _ name: XMLName, _ attributes: borrowing XMLAttributes, _ handler: ElementHandler, from: Int32
  ) {
    let frame = frames + top
    frame.pointee.origin = UInt32(truncatingIfNeeded: handler.byteOffset &- current.offset)
    resetDetails(frame)
    let facts = tables.states.base + Int(state)
    if !facts.pointee.openers.isEmpty || facts.pointee.call >= 0, !open(facts, frame), plan.edges[Int(state)].isEmpty,
      facts.pointee.actions.isEmpty
    {
      top -= 1
      return skip(name, attributes, handler, from: from, notTaken: true)
    }
    // The text begins behind the values of all attributes: they lie in the same arena.
    var at = frame.pointee.state, hasText = false
    while at >= 0 {
      let facts = tables.states.base + Int(at)
      if attributes.count > 0, !facts.pointee.attributes.isEmpty { use(facts.pointee.attributes, attributes) }
      hasText = hasText || !facts.pointee.actions.isEmpty
      at = facts.pointee.fallback
    }
    if hasText { collect(frame) }
  }

  // MARK: End

  @inline(__always) mutating func end(_ handler: ElementHandler) {
    if skipping > 0 { return endSkipped() }
    let frame = frames + top
    if frame.pointee.textStart >= 0 {
      collects = false
      wantsText = false
      let facts = tables.states.base + Int(frame.pointee.state)
      if facts.pointee.field >= 0 {
        let start = frame.pointee.textStart
        field(
          Int(facts.pointee.field), offset: start, length: textEnd(frame) &- start, frame,
          frame.pointee.base &+ facts.pointee.fieldScope)
      } else {
        endText(frame)
      }
    }
    if residue.keeps { residue.after = frame.pointee.name }
    if top == recordTop {
      recordTop = -1
      finishRecord(at: handler.byteOffset)
    }
    top &-= 1
  }

  /// Where the text of an element that ends has its end.
  @inline(__always) private func textEnd(_ frame: UnsafeMutablePointer<Frame>) -> Int {
    frame.pointee.textEnd >= 0 ? frame.pointee.textEnd : batch.pointee.byteCount
  }

  /// An element has ended whose text decides, or is not only the one field of its state.
  @inline(never) private mutating func endText(_ frame: UnsafeMutablePointer<Frame>) {
    if frame.pointee.decides { choose(by: frame.pointee) }
    let start = frame.pointee.textStart
    let end = textEnd(frame)
    var at = frame.pointee.state
    while at >= 0 {
      let facts = tables.states.base + Int(at)
      var i = facts.pointee.actions.lowerBound
      while i < facts.pointee.actions.upperBound {
        run(i, offset: start, length: end &- start, frame)
        i &+= 1
      }
      at = facts.pointee.fallback
    }
  }

  @inline(never) private mutating func endSkipped() {
    skipping -= 1
    if residue.isOpen {
      residue.end()
      if skipping == 0 {
        wantsText = false
        keepResidue()
      }
    }
  }

  // MARK: Text

  /// Takes a text that `wantsText` asked for.
  @inline(__always) mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) {
    if collects {
      if let start = bytes.baseAddress { _ = batch.pointee.append(start, count: bytes.count) }
    } else if skipping > 0, residue.isOpen {
      residue.text(bytes)
    }
  }

  /// A child ends the text of the element around it.
  @inline(never) private mutating func cutText() {
    frames[top].textEnd = batch.pointee.byteCount
    collects = false
    wantsText = false
  }

  // MARK: Frames

  /// Opens a frame, in place: what is unusual about an element is said later.
  @inline(__always) mutating func push(_ state: Int32, _ base: Int32, _ name: XMLName) {
    // The parser's own limit on depth stops a document before the stack is full.
    precondition(top < lastFrame)
    top &+= 1
    let frame = frames + top
    frame.pointee.state = state
    frame.pointee.base = base
    frame.pointee.origin = 0
    frame.pointee.decision = -1
    frame.pointee.name = name.local
    frame.pointee.prefix = name.prefix
    frame.pointee.textStart = -1
  }

  /// What holds for elements that do more than lead to others.
  @inline(__always) func resetDetails(_ frame: UnsafeMutablePointer<Frame>) {
    frame.pointee.textEnd = -1
    frame.pointee.unitLength = -1
    frame.pointee.hasFacet = false
    frame.pointee.decides = false
  }

  /// Says that the arena's bytes moved: what frames know of texts still being read.
  mutating func shiftFrames(by distance: Int) {
    if top < 0 { return }
    for i in 0...top where frames[i].textStart >= 0 {
      frames[i].textStart += distance
      if frames[i].textEnd >= 0 { frames[i].textEnd += distance }
      frames[i].unitOffset &+= distance
    }
  }
}
