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
}
