internal import Diagnostics
internal import ProductModel

#if canImport(Glibc)
  internal import Glibc
#endif

// Elements for nodes: loops over the nodes of a kind, and blocks, which may call themselves for packs in packs.

extension ElementRun {
  /// An element for each node of a kind.
  mutating func each(_ i: Int, _ step: StepPointer, _ node: Int, _ product: NodeView) -> Bool {
    let each = eaches.base + Int(step.pointee.detail)
    var parent = node
    switch each.pointee.parent {
    case .node: break
    case .product: parent = 0
    case .path:
      guard let at = plan.parents[Int(each.pointee.parentPath)].node(from: product.node(at: node)) else { return false }
      parent = at
    }
    var count = 0
    var isAlive = false
    var child = index.first(each.pointee.kind, under: parent)
    while child >= 0 {
      if tester.holds(each.pointee.tests, child, index, product), inherits(each.pointee.inherited, child, node) {
        count += 1
        if count > each.pointee.max {
          coverage.loseNode(product.node(at: child), .tooMany)
        } else {
          switch each.pointee.isPlain && !isThorough && !hasResidue ? byShape(each, child, product) : .unknown {
          case .written: isAlive = true
          case .nothing: break
          case .unknown:
            if general(i, step, each, child, product) { isAlive = true }
            if isFaulted { return isAlive }
          }
        }
      }
      child = index.next(after: child, under: parent)
    }
    return isAlive
  }

  /// The element of a loop's node, step by step.
  private mutating func general(
    _ i: Int, _ step: StepPointer, _ each: UnsafeMutablePointer<ElementWritingPlan.Each>, _ child: Int,
    _ product: NodeView
  ) -> Bool {
    loops.append(Int32(child))
    slots.fill(each.pointee.scope, from: child, index, &languages, candidates)
    let isAlive = inside(i, step, i + 1..<Int(step.pointee.end), child, each.pointee.scope, product)
    if isAlive {
      for k in each.pointee.sets {
        let entry = index.find(setAttributes[Int(k)], on: child)
        if entry >= 0 { coverage.mark(entry) }
      }
    }
    loops.removeLast()
    if each.pointee.isPlain, !isThorough, !hasResidue, !isFaulted { learnShape(i, each, child, product) }
    return isAlive
  }

  /// The element of a node with what is in it.
  private mutating func inside(
    _ i: Int, _ step: StepPointer, _ body: Range<Int>, _ node: Int, _ scope: Int32, _ product: NodeView
  ) -> Bool {
    if step.pointee.text >= 0 || !step.pointee.attributes.isEmpty || step.pointee.lead.isEmpty {
      return element(i, node, scope, product)
    }
    open(i)
    return close(run(body.lowerBound, body.upperBound, node, scope, product))
  }

  /// Whether a node has the values that reading sets on it from the nodes around.
  @inline(__always) private mutating func inherits(_ range: Range<Int32>, _ child: Int, _ node: Int) -> Bool {
    for k in range where !inherits(inherited[Int(k)], child, node) { return false }
    return true
  }

  private mutating func inherits(_ value: ElementWritingPlan.Inherited, _ child: Int, _ node: Int) -> Bool {
    let own = index.find(value.attribute, on: child)
    if own < 0 { return false }
    var above = node
    var i = loops.count - 1
    while i >= 0 {
      if index.memory.nodes[Int(loops[i])].kind == value.kind {
        above = Int(loops[i])
        break
      }
      i -= 1
    }
    while index.memory.nodes[above].kind != value.kind {
      if above == 0 { return false }
      above = Int(index.memory.nodes[above].parent)
    }
    let theirs = index.find(value.source, on: above)
    return theirs >= 0 && isEqual(own, theirs)
  }

  /// Whether two entries have the same value.
  mutating func isEqual(_ a: Int, _ b: Int) -> Bool {
    let a = index.bytes(of: a), b = index.bytes(of: b)
    guard a.count == b.count, let x = a.baseAddress, let y = b.baseAddress else { return false }
    return memcmp(x, y, a.count) == 0
  }

  // MARK: Blocks

  /// The element of a block, for the node that the link names, or for all that stand for themselves.
  mutating func call(_ i: Int, _ step: StepPointer, _ node: Int, _ product: NodeView) -> Bool {
    let call = calls.base + Int(step.pointee.detail)
    if let link = call.pointee.link {
      let entry = index.find(link, on: node)
      var called = entry < 0 ? -1 : index.first(call.pointee.kind, under: 0)
      while called >= 0 {
        let id = index.find(.id, on: called)
        if id >= 0, isEqual(id, entry) {
          coverage.mark(entry)
          return enter(i, step, called, product)
        }
        called = index.next(after: called, under: 0)
      }
      return false
    }
    if topItem >= 0, call.pointee.kind == .item { return enter(i, step, topItem, product) }
    var isAlive = false
    var called = index.first(call.pointee.kind, under: 0)
    while called >= 0 {
      if call.pointee.kind != .item || !isContained(called) {
        if enter(i, step, called, product) { isAlive = true }
        if isFaulted { return isAlive }
      }
      called = index.next(after: called, under: 0)
    }
    return isAlive
  }

  /// Whether another item contains this one.
  mutating func isContained(_ item: Int) -> Bool {
    var other = index.first(.item, under: 0)
    while other >= 0 {
      if other != item {
        var content = index.first(.contains, under: other)
        while content >= 0 {
          let link = index.find(.item, on: content), id = index.find(.id, on: item)
          if link >= 0, id >= 0, isEqual(link, id) { return true }
          content = index.next(after: content, under: other)
        }
      }
      other = index.next(after: other, under: 0)
    }
    return false
  }

  private mutating func enter(_ i: Int, _ step: StepPointer, _ called: Int, _ product: NodeView) -> Bool {
    if items.count >= Self.depthLimit || items.indices.contains(where: { items[$0] == Int32(called) }) {
      let view = product.node(at: called)
      isFaulted = true
      findings.append(
        ElementWriteFinding(
          code: .elementCycle, entry: view.find(.id) ?? -1, path: "item.contains", value: view.string(.id),
          message: DiagnosticCode.elementCycle.title))
      return false
    }
    let call = calls.base + Int(step.pointee.detail)
    items.append(Int32(called))
    loops.append(Int32(called))
    slots.fill(call.pointee.scope, from: called, index, &languages, candidates)
    let body = Int(call.pointee.block.lowerBound)..<Int(call.pointee.block.upperBound)
    let isAlive = inside(i, step, body, called, call.pointee.scope, product)
    loops.removeLast()
    items.removeLast()
    return isAlive
  }
}
