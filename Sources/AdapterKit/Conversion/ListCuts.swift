internal import Bytes
internal import COcopShims
internal import ProductModel

/// The bytes at which a list is cut into elements and these into values. Nearly all lists of feeds are of this kind:
/// `FAT=12 GRM;SALTEQ=1 GRM`, `AF|AW`.
struct ListCuts {
  /// The byte between elements.
  let mark: UInt8
  /// It and the literals of the pattern, up to four different ones.
  let bytes: (UInt8, UInt8, UInt8, UInt8)

  /// Nil for a list that is not of this kind.
  init?(mark: UInt8?, _ pattern: PatternCodec) {
    guard let mark, pattern.isCutByBytes else { return nil }
    let literals = Set(pattern.steps.dropFirst().map(\.sought.first)).sorted()
    // An element never holds the mark.
    guard literals.count <= 3, !literals.contains(mark) else { return nil }
    self.mark = mark
    let all = [mark] + literals + [mark, mark, mark]
    bytes = (all[0], all[1], all[2], all[3])
  }

  /// How many places of such bytes are looked at together.
  static let room = 128
}

extension ListCodec {
  /// Reads elements of a text from a place on; answers where it stopped: past the end, or in front of an element with more
  /// literals in it than are looked at together.
  func read(
    _ from: Int, _ end: Int, _ cuts: ListCuts, _ opening: inout Opening, in batch: inout ProductBatch,
    findings: inout [PartFinding]
  ) -> Int {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: ListCuts.room) { memory in
      guard let places = memory.baseAddress else { return from }
      var at = from
      while true {
        let count = ocop_find_all4(
          batch.unsafeArena, at, end, cuts.bytes.0, cuts.bytes.1, cuts.bytes.2, cuts.bytes.3, places, ListCuts.room)
        guard reserve(count, &batch) else { return at }
        var start = at, number = 0
        while true {
          var next = number
          while next < count, batch.unsafeArena[Int(places[next])] != cuts.mark { next &+= 1 }
          // There may be more places than fit, and the element's end among them.
          if next == count, count == ListCuts.room { break }
          let stop = next < count ? Int(places[next]) : end
          let element = Self.trimmed(UnsafePointer(batch.unsafeArena), start, stop)
          if element.start < element.end {
            if opening.parent < 0 {
              openParent(opening.origin(element.start), &opening, &batch)
              guard reserve(count, &batch) else { return start }
            }
            read(element.start, element.end, places + number, next &- number, opening, &batch, &findings)
          }
          if next == count { return end + 1 }
          start = stop &+ 1
          number = next &+ 1
        }
        if start == at { return at }
        at = start
      }
    }
  }

  /// Finds the values of a text without setting them; false when it is to be read step by step instead: when an element is
  /// unusual, a value has to be said something about, or there are more cuts than are looked at together.
  ///
  /// - Parameter origin: that of the text's first byte.
  func find(
    _ from: Int, _ end: Int, origin: Int, in batch: inout ProductBatch, _ row: inout FoundRow
  ) -> Bool {
    guard let cuts else { return false }
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: ListCuts.room) { memory in
      guard let places = memory.baseAddress else { return false }
      let count = ocop_find_all4(
        batch.unsafeArena, from, end, cuts.bytes.0, cuts.bytes.1, cuts.bytes.2, cuts.bytes.3, places, ListCuts.room)
      if count == ListCuts.room { return false }
      let steps = pattern.steps, shift = origin &- from, first = row.next
      // The element at hand: which of its parts comes, where that begins, and those that have a value.
      var step = 0, at = from, parts: UInt8 = 0, next = 0
      while true {
        let stop = next < count ? Int(places[next]) : end
        let isEnd = next == count || batch.unsafeArena[stop] == cuts.mark
        next &+= 1
        if !isEnd, step &+ 1 == steps.count || batch.unsafeArena[stop] != steps[step &+ 1].sought.first { continue }
        let text = Self.trimmed(UnsafePointer(batch.unsafeArena), at, stop)
        if text.start < text.end {
          var place = (offset: text.start, length: text.end &- text.start)
          let bytes = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + place.offset, count: place.length)
          if !steps[step].reading.isCanonical(bytes) {
            guard
              case .value(let offset, let length) = pattern.parts[step].codec.read(
                offset: place.offset, length: place.length, in: &batch)
            else { return false }
            place = (offset, length)
          }
          // An element begins without the blanks in front of it.
          row.add(place, (step == 0 ? text.start : at) &+ shift)
          parts |= 1 &<< UInt8(truncatingIfNeeded: step)
        }
        at = stop &+ 1
        if !isEnd {
          step &+= 1
          continue
        }
        if parts & 1 == 1 {
          row.end(parts)
        } else if step > 0 || parts > 0 {
          return false
        }
        if next > count { break }
        step = 0
        parts = 0
      }
      row.end(0)
      return row.next > first
    }
  }

  /// Makes room for the parts of all elements that some cuts can give.
  private func reserve(_ cuts: Int, _ batch: inout ProductBatch) -> Bool {
    // A converter may set a second value, the currency of an amount.
    batch.reserveParts(nodes: cuts + 1, entries: (cuts + 1) * (fixed.count + 2 * pattern.steps.count))
  }

  /// Reads one element without blanks around it; `literals` are the places in it where a literal may stand.
  @inline(__always) private func read(
    _ from: Int, _ end: Int, _ literals: UnsafePointer<UInt32>, _ count: Int, _ opening: Opening,
    _ batch: inout ProductBatch, _ findings: inout [PartFinding]
  ) {
    let child = batch.unsafeAddNode(elementKind, under: opening.parent)
    let shift = opening.origin &- opening.offset
    var i = 0
    while i < fixed.count {
      batch.unsafeSet(
        fixed[i].attribute, 0, on: child, offset: opening.block &+ fixed[i].start, length: fixed[i].count,
        origin: from &+ shift)
      i &+= 1
    }
    let steps = pattern.steps
    var at = from, next = 0
    i = 0
    while true {
      var stop = end
      if i &+ 1 < steps.count {
        let literal = steps[i &+ 1].sought.first
        while next < count {
          let place = Int(literals[next])
          next &+= 1
          if place >= at, batch.unsafeArena[place] == literal {
            stop = min(place, end)
            break
          }
        }
      }
      let text = Self.trimmed(UnsafePointer(batch.unsafeArena), at, stop)
      if text.start < text.end {
        let bytes = UnsafeBufferPointer(
          start: UnsafePointer(batch.unsafeArena) + text.start, count: text.end &- text.start)
        if steps[i].reading.isCanonical(bytes) {
          batch.unsafeSet(
            steps[i].attribute, steps[i].facet, on: child, offset: text.start, length: bytes.count,
            origin: at &+ shift)
        } else {
          _ = pattern.readOther(i, at, stop - at, at + shift, child, &batch, &findings)
        }
      }
      i &+= 1
      // Values at the end may be missing together with the literals in front of them.
      if stop == end || i == steps.count { return }
      at = stop &+ 1
    }
  }

  /// A text without the blanks around it.
  @inline(__always) private static func trimmed(
    _ arena: UnsafePointer<UInt8>, _ start: Int, _ end: Int
  ) -> (start: Int, end: Int) {
    // Nearly all texts begin with a letter that begins no blank, and end in ASCII.
    if start < end, arena[start] &- 0x21 < 0xC2 - 0x21, arena[end &- 1] &- 0x21 < 0x80 - 0x21 { return (start, end) }
    let place = TextScan.trimmed(arena, start, end - start)
    return (place.offset, place.offset + place.length)
  }

  /// Writes elements that are found by their constants and whose values stand as they are; answers how many.
  func join(_ above: Int, _ node: NodeView, _ buffer: inout ByteBuffer, _ coverage: inout Coverage) -> Int {
    let memory = node.unsafeMemory
    var text = JoinedText(memory.bytes)
    let start = buffer.count
    var marked = (start: 0, end: 0)
    var written = 0, known: UInt32?
    var next = above + 1
    let end = Int(memory.nodes[above].end)
    while next < end {
      let number = next
      next = Int(memory.nodes[number].end)
      if memory.nodes[number].kind != elementKind { continue }
      let first = Int(memory.nodes[number].first), last = Int(memory.nodes[number &+ 1].first)
      guard hasConstants(first, last, memory, &known) else { continue }
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
    var elements = 0, known: UInt32?
    var next = above + 1
    let end = Int(memory.nodes[above].end)
    while next < end {
      let number = next
      next = Int(memory.nodes[number].end)
      if memory.nodes[number].kind != elementKind { continue }
      let first = Int(memory.nodes[number].first), last = Int(memory.nodes[number + 1].first)
      guard hasConstants(first, last, memory, &known) else { continue }
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
      elements += 1
      if values + fixed.count == last - first {
        coverage.mark(first..<last)
      } else {
        markSingly(product.node(at: number), &coverage)
      }
    }
    return elements
  }

  /// Whether an element has the constants of `set`. All elements that came from one text share the bytes of the first constant:
  /// `known` says where they were compared last.
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

/// A text made of values of one arena with bytes between them. Values that stand in the arena as they would be written, with the
/// same bytes between them, are copied together: a list that goes from one table to another is one copy.
struct JoinedText {
  private let arena: UnsafePointer<UInt8>
  /// What is still to be copied.
  private var from = 0, to = 0

  init(_ arena: UnsafePointer<UInt8>) { self.arena = arena }

  /// Whether nothing is left to be copied.
  var isEmpty: Bool { from == to }

  /// What is still to be copied, as a place in the arena.
  var rest: (offset: Int, count: Int) { (from, to &- from) }

  /// Takes the first value.
  @inline(__always) mutating func begin(_ value: Entry) {
    from = Int(value.offset)
    to = from &+ Int(value.length)
  }

  /// Takes a byte and a value.
  @inline(__always) mutating func append(_ byte: UInt8, _ value: Entry, _ buffer: inout ByteBuffer) {
    if Int(value.offset) == to &+ 1, arena[to] == byte {
      to = to &+ 1 &+ Int(value.length)
      return
    }
    finish(&buffer)
    buffer.append(byte)
    begin(value)
  }

  /// Takes some bytes and a value.
  mutating func append(_ bytes: [UInt8], _ value: Entry, _ buffer: inout ByteBuffer) {
    if Int(value.offset) == to + bytes.count, bytes.indices.allSatisfy({ arena[to + $0] == bytes[$0] }) {
      to += bytes.count + Int(value.length)
      return
    }
    finish(&buffer)
    buffer.append(bytes)
    begin(value)
  }

  /// Copies what is left.
  @inline(__always) mutating func finish(_ buffer: inout ByteBuffer) {
    buffer.append(arena + from, count: to - from)
    from = to
  }
}
