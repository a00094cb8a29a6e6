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

  struct Path: Sendable {
    var steps: [Step]
    /// The scope of the values at its end.
    var scope: Int32
  }

  private struct State {
    var steps: Range<Int>
    var scope: Int32
    var node = -1
    /// Whether what its selectors say was marked as written.
    var isMarked = false
  }

  private let steps: Pile<Step>
  private let states: Pile<State>

  init(_ paths: [Path]) {
    var steps: [Step] = [], states: [State] = []
    for path in paths {
      states.append(State(steps: steps.count..<steps.count + path.steps.count, scope: path.scope))
      steps += path.steps
    }
    self.steps = Pile(steps)
    self.states = Pile(states)
  }

  func free() {
    steps.free()
    states.free()
  }

  var indices: Range<Int> { states.indices }

  /// Starts a product.
  func begin(_ index: ProductIndex, _ tester: NodeTester, _ view: NodeView) {
    var i = 0
    while i < states.count {
      let state = states.base + i
      state.pointee.isMarked = false
      state.pointee.node = search(state.pointee.steps, index, tester, view)
      i &+= 1
    }
  }

  /// The node at a path's end, or -1.
  @inline(__always) func node(at path: Int) -> Int { states[path].node }

  /// The scope of the values at a path's end.
  @inline(__always) func scope(of path: Int) -> Int32 { states[path].scope }

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
      let step = steps.base + i
      var child = index.first(step.pointee.kind, under: at), seen = 0
      while child >= 0 {
        seen += 1
        if step.pointee.position > 0
          ? seen == step.pointee.position : tester.holds(step.pointee.keys, child, index, view)
        {
          break
        }
        child = index.next(after: child, under: at)
      }
      if child < 0 { return -1 }
      at = child
    }
    return at
  }
}
