internal import ProductModel

// Residue: elements that a reader of this format met and no rule reads. Each is kept with the path at which it stood and the
// name of the element before it, and is written there again: behind the last element of that name, or at the front, and
// where there is neither any more, at the end of the element around it.

/// An element that no rule reads.
struct ResiduePiece {
  /// Its entry, and the node that it belongs to.
  var entry: Int
  var node: Int
  /// The local names of the elements around it, outermost first.
  var path: [String]
  /// The name of the element before it; empty for none.
  var after: String
  var isWritten = false
}

extension ElementRun {
  /// Finds the product's residue of XML; other formats have contexts of their own.
  mutating func findResidue(_ product: NodeView) {
    residue.removeAll(keepingCapacity: true)
    for node in 0..<product.end(of: 0) {
      for entry in product.node(at: node).entryRange where product.entry(entry).attribute == .residue {
        let text = product.string(of: entry)
        guard text.hasPrefix("/"), let end = text.firstIndex(of: "\u{1F}"), text[end...].dropFirst().hasPrefix("<"),
          let blank = text[..<end].firstIndex(of: " ")
        else { continue }
        residue.append(
          ResiduePiece(
            entry: entry, node: node, path: text[..<blank].split(separator: "/").map(String.init),
            after: String(text[text.index(after: blank)..<end])))
      }
    }
    hasResidue = !residue.isEmpty
  }

  /// Whether the next step in the same element has another name.
  mutating func isLastOfName(_ step: Int, _ end: Int) -> Bool {
    let next = Int(steps[step].end)
    return next >= end || plan.names[next] != plan.names[step]
  }

  /// Writes what stands in the innermost open element: at its front (-1), behind a step's element, or (nil) whatever is left.
  mutating func putResidue(after step: Int?, _ node: Int) -> Bool {
    var isWritten = false
    for i in residue.indices where !residue[i].isWritten && residue[i].node == node && isInside(residue[i].path) {
      if let step, residue[i].after != (step < 0 ? "" : plan.names[step]) { continue }
      residue[i].isWritten = true
      flush()
      let text = index.bytes(of: residue[i].entry)
      if let start = text.firstIndex(of: 0x1F) { sink.append(UnsafeBufferPointer(rebasing: text[(start + 1)...])) }
      coverage.mark(residue[i].entry)
      isWritten = true
    }
    return isWritten
  }

  /// Whether the open elements are the last ones of a path.
  private mutating func isInside(_ path: [String]) -> Bool {
    var k = path.count - 1, i = elements.count - 1
    while i >= 0 {
      let name = plan.names[Int(elements[i].step)]
      if !name.isEmpty {
        if k < 0 || path[k] != name { return false }
        k -= 1
      }
      i -= 1
    }
    // What is left is what the prologue opens: the root, and the way to the record.
    return k >= 0
  }

  /// Counts what found no place, though it came from a record of this layout.
  mutating func loseResidue() {
    let record = plan.names[0]
    for piece in residue where !piece.isWritten && piece.path.contains(record) {
      coverage.lose(piece.entry, .notCarried)
    }
  }
}
