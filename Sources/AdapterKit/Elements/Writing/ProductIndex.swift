internal import ProductModel

/// The product being written: its parts in raw memory, and the product's own children linked by kind, since a program asks
/// again and again for the same few among dozens.
///
/// It is passed to whoever looks something up, so it is one pointer.
struct ProductIndex {
  private struct State {
    var memory = ProductMemory.none
    /// By node: the product's next child of the same kind, or -1.
    var nexts = Pile<Int32>()
  }

  /// The first child of each kind, or -1; behind them the last ones, which are only needed while the product is begun.
  private let firsts: UnsafeMutablePointer<Int32>
  private let state: UnsafeMutablePointer<State>
  private static let kinds = NodeKind.allCases.count

  init() {
    let count = Self.kinds
    firsts = .allocate(capacity: 2 * count)
    firsts.initialize(repeating: -1, count: 2 * count)
    state = .allocate(capacity: 1)
    state.initialize(to: State())
  }

  func free() {
    state.pointee.nexts.free()
    state.deallocate()
    firsts.deallocate()
  }

  var memory: ProductMemory { @inline(__always) get { state.pointee.memory } }

  /// Takes a product of which only entries are looked at, by their numbers.
  func take(_ memory: ProductMemory) { state.pointee.memory = memory }

  func begin(_ memory: ProductMemory) {
    state.pointee.memory = memory
    let count = Self.kinds
    firsts.update(repeating: -1, count: count)
    let lasts = firsts + count
    let end = Int(memory.nodes[0].end)
    while state.pointee.nexts.count < end { state.pointee.nexts.append(-1) }
    let nexts = state.pointee.nexts.base
    var i = 1
    while i < end {
      let kind = memory.nodes[i].kind.ordinal
      if firsts[kind] < 0 { firsts[kind] = Int32(i) } else { nexts[Int(lasts[kind])] = Int32(i) }
      lasts[kind] = Int32(i)
      nexts[i] = -1
      i = Int(memory.nodes[i].end)
    }
  }

  /// The first child of a kind, or -1.
  @inline(__always) func first(_ kind: NodeKind, under parent: Int) -> Int {
    parent == 0 ? Int(firsts[kind.ordinal]) : search(kind, from: parent + 1, under: parent)
  }

  /// The child of the same kind behind another one, or -1.
  @inline(__always) func next(after child: Int, under parent: Int) -> Int {
    parent == 0
      ? Int(state.pointee.nexts[child])
      : search(memory.nodes[child].kind, from: Int(memory.nodes[child].end), under: parent)
  }

  private func search(_ kind: NodeKind, from start: Int, under parent: Int) -> Int {
    let end = Int(memory.nodes[parent].end)
    var i = start
    while i < end {
      if memory.nodes[i].kind == kind { return i }
      i = Int(memory.nodes[i].end)
    }
    return -1
  }

  /// A node's entries.
  @inline(__always) func entries(of node: Int) -> (first: Int, end: Int) {
    (Int(memory.nodes[node].first), Int(memory.nodes[node + 1].first))
  }

  /// The first entry of an attribute and facet on a node, or -1.
  @inline(__always) func find(_ attribute: Attribute, _ facet: UInt16 = 0, on node: Int) -> Int {
    var (i, end) = entries(of: node)
    while i < end {
      if memory.entries[i].attribute == attribute, memory.entries[i].facet == facet { return i }
      i &+= 1
    }
    return -1
  }

  /// An entry's bytes.
  @inline(__always) func bytes(of entry: Int) -> UnsafeBufferPointer<UInt8> {
    let entry = memory.entries + entry
    return UnsafeBufferPointer(
      start: memory.bytes + Int(entry.pointee.offset), count: Int(entry.pointee.length))
  }
}
