internal import Bytes
internal import ProductModel

// Writing a list whose values stand in the arena as they are to be written.

extension ListCodec {
  /// Writes elements that are found by their constants and whose values stand as they are; answers how many.
  func join(_ above: Int, _ node: NodeView, _ buffer: inout ByteBuffer, _ coverage: inout Coverage) -> Int {
    let memory = node.unsafeMemory
    var text = JoinedText(memory.bytes)
    let start = buffer.count
    var marked = (start: 0, end: 0)
    var written = 0
    var elements = Elements(under: above, memory)
    while let (number, first, last) = next(of: &elements, memory) {
      let values = join(first, last, memory, &text, start, &buffer)
      if values == 0 { continue }
      written &+= 1
      if values &+ fixed.count == last &- first {
        // Everything that the element has; elements stand side by side.
        if first != marked.end {
          coverage.mark(marked.start..<marked.end)
          marked.start = first
        }
        marked.end = last
      } else {
        markSingly(node.node(at: number), &coverage)
      }
    }
    text.finish(&buffer)
    coverage.mark(marked.start..<marked.end)
    return written
  }

  /// Finds out which values `join` would write and with which bytes between them, and marks them; answers how many elements there
  /// are, or nil when more than single bytes stand between them.
  func settle(
    _ above: Int, _ product: NodeView, _ memory: ProductMemory, _ joints: inout [RowShape.Joint],
    _ coverage: inout Coverage
  ) -> Int? {
    guard let separatorByte else { return nil }
    let steps = pattern.steps
    var count = 0
    var elements = Elements(under: above, memory)
    while let (number, first, last) = next(of: &elements, memory) {
      var values = 0
      for i in 0..<steps.count {
        let entry = Self.find(steps[i].attribute, steps[i].facet, first, last, memory)
        if entry == last { continue }
        // A value is missing in front of this one: its literals stand there all the same.
        guard values == i, i == 0 || steps[i].before.count == 1 else { return nil }
        joints.append(RowShape.Joint(entry: Int32(entry), before: i == 0 ? separatorByte : steps[i].before.first))
        values += 1
      }
      if values == 0 { continue }
      count += 1
      if values + fixed.count == last - first {
        coverage.mark(first..<last)
      } else {
        markSingly(product.node(at: number), &coverage)
      }
    }
    return count
  }

  /// The nodes under a node that may be elements of the list.
  private struct Elements {
    var next: Int
    let end: Int
    /// Where the first constant was compared last: all elements that came from one text share its bytes.
    var known: UInt32?

    init(under above: Int, _ memory: ProductMemory) {
      next = above + 1
      end = Int(memory.nodes[above].end)
    }
  }

  /// The next element that has the list's kind and constants, and its entries; nil behind the last one.
  @inline(__always) private func next(
    of elements: inout Elements, _ memory: ProductMemory
  ) -> (number: Int, first: Int, last: Int)? {
    while elements.next < elements.end {
      let number = elements.next
      elements.next = Int(memory.nodes[number].end)
      if memory.nodes[number].kind != elementKind { continue }
      let first = Int(memory.nodes[number].first), last = Int(memory.nodes[number &+ 1].first)
      if hasConstants(first, last, memory, &elements.known) { return (number, first, last) }
    }
    return nil
  }

  /// Whether an element has the constants of `set`; `known` says where the first was compared last.
  @inline(__always) private func hasConstants(
    _ first: Int, _ last: Int, _ memory: ProductMemory, _ known: inout UInt32?
  ) -> Bool {
    var i = 0
    while i < fixed.count {
      let entry = Self.find(fixed[i].attribute, 0, first, last, memory)
      if entry == last { return false }
      let value = memory.entries[entry]
      guard Int(value.length) == fixed[i].count else { return false }
      if i > 0 || value.offset != known {
        let bytes = memory.bytes + Int(value.offset)
        for k in 0..<fixed[i].count where bytes[k] != constants[fixed[i].start + k] { return false }
        if i == 0 { known = value.offset }
      }
      i &+= 1
    }
    return true
  }

  /// Writes the values of an element with what stands between them; answers how many there were.
  @inline(__always) private func join(
    _ first: Int, _ last: Int, _ memory: ProductMemory, _ text: inout JoinedText, _ start: Int,
    _ buffer: inout ByteBuffer
  ) -> Int {
    let steps = pattern.steps
    let isFirst = text.isEmpty && buffer.count == start
    var values = 0, literal = 0, i = 0
    while i < steps.count {
      let entry = Self.find(steps[i].attribute, steps[i].facet, first, last, memory)
      if entry < last {
        let value = memory.entries[entry]
        if i == 0, isFirst {
          text.begin(value)
        } else if i == 0, let byte = separatorByte {
          text.append(byte, value, &buffer)
        } else if values > 0, literal == i, steps[i].before.count == 1 {
          text.append(steps[i].before.first, value, &buffer)
        } else {
          // Longer literals, or values are missing and the literals in front of them stand in a row.
          text.append(between(values == 0 && !isFirst, literal...i), value, &buffer)
        }
        values &+= 1
        literal = i &+ 1
      }
      i &+= 1
    }
    return values
  }

  @inline(never) private func between(_ hasSeparator: Bool, _ literals: ClosedRange<Int>) -> [UInt8] {
    literals.reduce(into: hasSeparator ? separator : []) { $0 += pattern.parts[$1].before }
  }

  @inline(never) private func markSingly(_ element: NodeView, _ coverage: inout Coverage) {
    for value in fixed { coverage.mark(value.attribute, of: element) }
    for step in pattern.steps {
      if let entry = element.find(step.attribute, Facet.stored(step.facet)) { coverage.mark(entry) }
    }
  }

  /// The first entry of an attribute and facet, or `last`.
  @inline(__always) private static func find(
    _ attribute: Attribute, _ facet: UInt16, _ first: Int, _ last: Int, _ memory: ProductMemory
  ) -> Int {
    var i = first
    while i < last, memory.entries[i].attribute != attribute || memory.entries[i].facet != facet { i &+= 1 }
    return i
  }
}
