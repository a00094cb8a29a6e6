internal import ProductModel

// The program at one node: from one step that has something to do to the next, with the tags that stand between their texts.

extension ElementRun {
  /// Where a run stands in the document.
  ///
  /// Of the containers that a run opens, those in which something was written that keeps them are done with: nothing will take
  /// them back, so that it is enough to know the innermost one. Only those that may have to be taken back, since there is
  /// nothing but constants in them so far, or nothing at all, stand in `elements`.
  struct Position {
    /// How many elements were open before the run; -1 where all steps are gone through and all open elements in `elements`.
    let floor: Int
    /// The place of a run that has opened nothing.
    let ground: Int
    /// The last step whose text was written, with its end tag still to come; or the innermost container that is kept; or the
    /// ground. In each case it says which tags follow on the way to another step.
    var place: Int
    /// Whether something was written that keeps the innermost open element, or without one what is around the run.
    var isAlive = false

    var isThorough: Bool { floor < 0 }

    init(floor: Int, ground: Int) {
      self.floor = floor
      self.ground = ground
      place = ground
    }
  }

  /// Stands for the run's end where a step is named to which tags lead; the complement of a step, for what is around it.
  static let toEnd = Int32.max

  /// Runs some steps at a node; whether something was written that keeps what is around it.
  mutating func run(_ start: Int, _ limit: Int, _ node: Int, _ scope: Int32, _ product: NodeView) -> Bool {
    if hasResidue || isThorough { return runThroughAll(start, limit, node, scope, product) }
    var at = Position(floor: elements.count, ground: steps.count &+ Int(scope))
    var i = candidates.next(from: start, below: limit, in: scope)
    while i < limit {
      let step = steps.base + i
      if step.pointee.guards < 0 || holds(step.pointee.guards, node, product) {
        switch step.pointee.kind {
        case .copy, .measure, .converted: leaf(i, step, node, scope, product, &at)
        case .texts: texts(i, step, node, scope, product, &at)
        case .literal: constant(i, step, node, scope, product, &at)
        case .element, .each, .call:
          arrive(i, &at)
          switch step.pointee.kind {
          case .each: settle(each(i, step, node, product), &at)
          case .call: settle(call(i, step, node, product), &at)
          default: settle(general(i, step, node, scope, product), &at)
          }
          // A node of the same scope further inside may have taken the slots.
          if !slots.holds(node, in: scope) { slots.fill(scope, from: node, index, &languages, candidates) }
        case .container: break
        }
        if isFaulted {
          while elements.count > at.floor { _ = close(false) }
          return at.isAlive
        }
      }
      i = candidates.next(from: Int(step.pointee.end), below: limit, in: scope)
    }
    while elements.count > at.floor { at.isAlive = close(at.isAlive) }
    if at.place < steps.count { join(at.place, Self.toEnd) }
    return at.isAlive
  }

  // MARK: Tags

  /// Writes what stands before the text of a leaf, which will keep what is around it.
  @inline(__always) mutating func lead(_ i: Int, _ step: StepPointer, _ at: inout Position) {
    if elements.count > at.floor {
      uncertainLead(i, step, &at)
    } else {
      flush()
      join(at.place, Int32(truncatingIfNeeded: i))
      at.place = i
    }
    at.isAlive = true
  }

  /// The same where open elements may still have to be taken back. Now they are kept.
  @inline(never) private mutating func uncertainLead(_ i: Int, _ step: StepPointer, _ at: inout Position) {
    if !at.isThorough { arrive(i, &at) }
    flush()
    literal(step.pointee.lead)
    if at.isThorough { return }
    elements.truncate(to: at.floor)
    written = at.floor
    at.place = i
  }

  /// Writes what stands behind the text of a leaf, where it does not come together with the next tags.
  @inline(__always) mutating func trail(_ step: StepPointer, _ at: Position) {
    if at.isThorough { literal(step.pointee.close) }
  }

  @inline(__always) private mutating func join(_ from: Int, _ to: Int32) {
    if !joins.write(from: from, to: to, into: &sink) { putTogether(from, to) }
  }

  @inline(never) private mutating func putTogether(_ from: Int, _ to: Int32) {
    joins.write(from: from, to: to, into: &sink, tags(from: from, to: to), of: literals)
  }

  /// The tags between two places, as ranges of `literals`.
  mutating func tags(from: Int, to: Int32) -> [Range<Int32>] {
    var ranges: [Range<Int32>] = []
    var container = -1
    if from < steps.count {
      let last = steps[from]
      container = last.kind == .container ? from : Int(last.parent)
      // A constant's end tag is part of it.
      if last.kind != .container, last.kind != .literal { ranges.append(last.close) }
    }
    let isLead = to >= 0 && to != Self.toEnd
    let step = isLead ? Int(to) : to == Self.toEnd ? Int.max : Int(~to)
    while container >= 0, Int(steps[container].end) <= step {
      ranges.append(steps[container].close)
      container = Int(steps[container].parent)
    }
    if isLead {
      var opened: [Range<Int32>] = [steps[step].lead]
      var above = Int(steps[step].parent)
      while above != container, above >= 0 {
        opened.append(steps[above].lead)
        above = Int(steps[above].parent)
      }
      ranges += opened.reversed()
    }
    return ranges
  }

  // MARK: Steps of which nobody knows what they will write

  /// Ends the elements that end before a step, and opens those around it; they are written when something inside is.
  mutating func arrive(_ i: Int, _ at: inout Position) {
    while elements.count > at.floor, Int(steps[Int(elements[elements.count - 1].step)].end) <= i {
      at.isAlive = close(at.isAlive)
    }
    var around = -1
    if elements.count > at.floor {
      around = Int(elements[elements.count - 1].step)
    } else if at.place < steps.count {
      join(at.place, ~Int32(truncatingIfNeeded: i))
      around = steps[at.place].kind == .container ? at.place : Int(steps[at.place].parent)
      while around >= 0, Int(steps[around].end) <= i { around = Int(steps[around].parent) }
      at.place = around >= 0 ? around : at.ground
    }
    openContainers(down: Int(steps[i].parent), from: around, &at)
  }

  private mutating func openContainers(down to: Int, from around: Int, _ at: inout Position) {
    if to < 0 || to == around { return }
    openContainers(down: Int(steps[to].parent), from: around, &at)
    open(to, at.isAlive)
    at.isAlive = false
  }

  /// Takes note of whether a step that was arrived at wrote something that keeps what is around it.
  mutating func settle(_ isAlive: Bool, _ at: inout Position) {
    if isAlive { at.isAlive = true }
    if at.isThorough || elements.count == at.floor { return }
    if at.isAlive, written == elements.count {
      // All of them are kept.
      at.place = Int(elements[elements.count - 1].step)
      elements.truncate(to: at.floor)
      written = at.floor
    } else {
      while !at.isAlive, elements.count > max(at.floor, written) { at.isAlive = close(false) }
    }
  }

  // MARK: Constants

  /// Writes a constant. Most keep nothing around them: they are there when something else is.
  private mutating func constant(
    _ i: Int, _ step: StepPointer, _ node: Int, _ scope: Int32, _ product: NodeView, _ at: inout Position
  ) {
    if !step.pointee.isOptional { return lead(i, step, &at) }
    let container = Int(step.pointee.parent)
    while elements.count > at.floor, Int(steps[Int(elements[elements.count - 1].step)].end) <= i {
      at.isAlive = close(at.isAlive)
    }
    if elements.count > at.floor {
      if Int(elements[elements.count - 1].step) == container { return uncertainConstant(i, step, &at) }
    } else if container < 0 || (at.place < steps.count && at.place >= container && at.place < Int(steps[container].end))
    {
      // What it stands in is open, or none of this run's business.
      let isAlive = at.isAlive
      lead(i, step, &at)
      at.isAlive = isAlive
      return
    }
    switch prospects(of: container, after: i, node, scope, product) {
    case .sure: lead(i, step, &at)
    case .open: uncertainConstant(i, step, &at)
    case .none: break
    }
  }

  private mutating func uncertainConstant(_ i: Int, _ step: StepPointer, _ at: inout Position) {
    arrive(i, &at)
    flush()
    literal(step.pointee.lead)
  }

  enum Prospects { case sure, open, none }

  /// Whether something will come in a container behind one of its constants that keeps it.
  mutating func prospects(
    of container: Int, after constant: Int, _ node: Int, _ scope: Int32, _ product: NodeView
  ) -> Prospects {
    let limit = Int(steps[container].end)
    var prospects = Prospects.none
    var i = candidates.next(from: constant + 1, below: limit, in: scope)
    while i < limit {
      let step = steps.base + i
      if step.pointee.guards < 0 || holds(step.pointee.guards, node, product) {
        switch step.pointee.kind {
        case .copy, .measure, .converted, .texts:
          // A value that is there is written, if only as an empty element, or the whole product is not.
          let facts = facts.base + Int(step.pointee.text)
          if facts.pointee.place == .slot, slots[facts.pointee.slot] >= 0 { return .sure }
          prospects = .open
        case .literal: if !step.pointee.isOptional { return .sure }
        default: prospects = .open
        }
      }
      i = candidates.next(from: Int(step.pointee.end), below: limit, in: scope)
    }
    return prospects
  }

  // MARK: All steps

  /// Goes through all steps, one after the other, and through the boundaries between them, at which residue may stand.
  private mutating func runThroughAll(
    _ start: Int, _ limit: Int, _ node: Int, _ scope: Int32, _ product: NodeView
  ) -> Bool {
    // The end of the innermost open element's steps.
    var end = limit
    let floor = elements.count
    var at = Position(floor: -1, ground: 0)
    var i = start
    if hasResidue, putResidue(after: -1, node) { at.isAlive = true }
    while true {
      if i == end {
        if hasResidue, putResidue(after: nil, node) { at.isAlive = true }
        if elements.count == floor { return at.isAlive }
        let closed = Int(elements[elements.count - 1].step)
        at.isAlive = close(at.isAlive)
        end = elements.count > floor ? Int(steps[Int(elements[elements.count - 1].step)].end) : limit
        if hasResidue, isLastOfName(closed, end), putResidue(after: closed, node) { at.isAlive = true }
        continue
      }
      let step = steps.base + i
      if step.pointee.guards >= 0, !holds(step.pointee.guards, node, product) {
        i = Int(step.pointee.end)
        continue
      }
      switch step.pointee.kind {
      case .container:
        open(i, at.isAlive)
        at.isAlive = false
        end = Int(step.pointee.end)
        i += 1
        if hasResidue, putResidue(after: -1, node) { at.isAlive = true }
        continue
      case .copy, .measure, .converted: leaf(i, step, node, scope, product, &at)
      case .texts: texts(i, step, node, scope, product, &at)
      case .literal:
        flush()
        literal(step.pointee.lead)
        if !step.pointee.isOptional { at.isAlive = true }
      case .element: settle(general(i, step, node, scope, product), &at)
      case .each: settle(each(i, step, node, product), &at)
      case .call: settle(call(i, step, node, product), &at)
      }
      if isFaulted {
        while elements.count > floor { _ = close(false) }
        return at.isAlive
      }
      if step.pointee.kind.rawValue >= ElementWritingPlan.Step.Kind.each.rawValue, !slots.holds(node, in: scope) {
        slots.fill(scope, from: node, index, &languages, candidates)
      }
      if hasResidue, isLastOfName(i, end), putResidue(after: i, node) { at.isAlive = true }
      i = Int(step.pointee.end)
    }
  }
}
