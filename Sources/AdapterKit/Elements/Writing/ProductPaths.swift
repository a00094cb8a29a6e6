internal import ProductModel

/// The nodes to which paths from the product lead, `party[supplier]` or `storage`: looked for once in a product.
struct ProductPaths {
  struct Step: Sendable {
    var kind: NodeKind
    /// From 1; 0 when it does not count.
    var position: Int
    /// What its keys must be, as a range of tests.
    var keys: Range<Int32>
  }
  typealias Path = [Step]

  private struct State {
    var steps: Range<Int>
    var product = -1
    var node = -1
    /// Whether what its selectors say was marked as written.
    var isMarked = false
  }

  private let steps: Pile<Step>
  private let states: Pile<State>

  init(_ paths: [Path]) {
    var steps: [Step] = [], states: [State] = []
    for path in paths {
      states.append(State(steps: steps.count..<steps.count + path.count))
      steps += path
    }
    self.steps = Pile(steps)
    self.states = Pile(states)
  }

  func free() {
    steps.free()
    states.free()
  }

  /// The node at a path's end, or -1.
  @inline(__always) func node(
    _ path: Int32, product: Int, _ index: ProductIndex, _ tester: NodeTester, _ view: NodeView
  ) -> Int {
    let state = states.base + Int(path)
    if state.pointee.product == product { return state.pointee.node }
    state.pointee.product = product
    state.pointee.isMarked = false
    state.pointee.node = search(state.pointee.steps, index, tester, view)
    return state.pointee.node
  }

  /// Whether the keys of a path's nodes are still to be marked as written; true once in a product.
  @inline(__always) func takeMark(_ path: Int32) -> Bool {
    let state = states.base + Int(path)
    defer { state.pointee.isMarked = true }
    return !state.pointee.isMarked
  }

  private func search(
    _ range: Range<Int>, _ index: ProductIndex, _ tester: NodeTester, _ view: NodeView
  ) -> Int {
    var at = 0
    for i in range {
      var child = index.first(steps[i].kind, under: at), seen = 0
      while child >= 0 {
        seen += 1
        if steps[i].position > 0 ? seen == steps[i].position : tester.holds(steps[i].keys, child, index, view) { break }
        child = index.next(after: child, under: at)
      }
      if child < 0 { return -1 }
      at = child
    }
    return at
  }
}
