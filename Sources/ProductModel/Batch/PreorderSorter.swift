/// Puts nodes in preorder and entries behind their nodes; keeps its scratch memory.
struct PreorderSorter {
  private var order: [UInt16] = []
  private var place: [UInt16] = []
  private var firstChild: [Int32] = []
  private var nextSibling: [Int32] = []
  private var starts: [Int32] = []
  private var nodeCopy: [Node] = []
  private var entryCopy: [Entry] = []
  private var originCopy: [UInt32] = []

  static func isSorted(_ entries: UnsafeMutablePointer<Entry>, _ m: Int) -> Bool {
    var last: UInt16 = 0
    for i in 0..<m {
      if entries[i].node < last { return false }
      last = entries[i].node
    }
    return true
  }

  static func isPreorder(_ nodes: UnsafeMutablePointer<Node>, _ n: Int) -> Bool {
    guard n > 1 else { return true }
    for i in 1..<n {
      let parent = Int(nodes[i].parent)
      var above = i - 1
      while above > parent { above = Int(nodes[above].parent) }
      if above != parent { return false }
    }
    return true
  }

  mutating func sort(
    _ nodes: UnsafeMutablePointer<Node>, _ n: Int, _ entries: UnsafeMutablePointer<Entry>,
    _ origins: UnsafeMutablePointer<UInt32>, _ m: Int
  ) {
    if firstChild.count < n {
      firstChild = Array(repeating: -1, count: n)
      nextSibling = Array(repeating: -1, count: n)
      order = Array(repeating: 0, count: n)
      place = Array(repeating: 0, count: n)
      starts = Array(repeating: 0, count: n + 1)
    }
    for i in 0..<n {
      firstChild[i] = -1
      nextSibling[i] = -1
    }
    var i = n - 1
    while i > 0 {
      let p = Int(nodes[i].parent)
      nextSibling[i] = firstChild[p]
      firstChild[p] = Int32(i)
      i -= 1
    }
    // Preorder walk without recursion: down to the first child, else on to the next sibling of the nearest ancestor.
    var at = 0, out = 0
    while true {
      order[out] = UInt16(at)
      place[at] = UInt16(out)
      out += 1
      if firstChild[at] >= 0 {
        at = Int(firstChild[at])
        continue
      }
      while at != 0, nextSibling[at] < 0 { at = Int(nodes[at].parent) }
      if at == 0 { break }
      at = Int(nextSibling[at])
    }
    nodeCopy.removeAll(keepingCapacity: true)
    for i in 0..<n {
      var node = nodes[Int(order[i])]
      node.parent = place[Int(node.parent)]
      nodeCopy.append(node)
    }
    for i in 0..<n { nodes[i] = nodeCopy[i] }

    for i in 0...n { starts[i] = 0 }
    for i in 0..<m {
      entries[i].node = place[Int(entries[i].node)]
      starts[Int(entries[i].node) + 1] += 1
    }
    for i in 0..<n { starts[i + 1] += starts[i] }
    entryCopy.removeAll(keepingCapacity: true)
    originCopy.removeAll(keepingCapacity: true)
    for i in 0..<m {
      entryCopy.append(entries[i])
      originCopy.append(origins[i])
    }
    for i in 0..<m {
      let node = Int(entryCopy[i].node)
      let to = Int(starts[node])
      starts[node] += 1
      entries[to] = entryCopy[i]
      origins[to] = originCopy[i]
    }
  }
}
