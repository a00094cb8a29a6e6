/// The tags between two texts of the document, ready in one piece.
///
/// Between a text and the next one stand the end tag of the first, those of the elements that end with it, the tags of the elements
/// that begin, and the tag of the second:
///
///     …>12</quantity>|</contains></item><price><type>|retail…
///
/// Which they are follows from the two steps and the immutable plan alone, not from any product. So they are put together when
/// two steps first follow each other, and copied as one piece whenever they do so again; a pair of steps is the whole key.
/// A step has as many pieces as there are steps that have followed it, at most `limit`: what more may come of very
/// irregular products is put together anew each time. So the memory is bounded by the plan.
struct TagJoins {
  /// How many followers of one place are remembered.
  static let limit = 16

  private struct Join {
    var to: Int32
    /// The next one from the same place, or -1.
    var next: Int32
    var start: Int32
    var count: Int32
  }

  /// By place: the first join from there, or -1.
  private let heads: Pile<Int32>
  private let counts: Pile<Int32>
  private var joins = Pile<Join>()
  private var bytes = Pile<UInt8>(capacity: 1 << 14)

  /// - Parameter places: how many places there are to start from.
  init(places: Int) {
    heads = Pile(repeating: -1, count: places)
    counts = Pile(repeating: 0, count: places)
  }

  func free() {
    heads.free()
    counts.free()
    joins.free()
    bytes.free()
  }

  /// Writes the tags from a place to another; false when they are not known.
  @inline(__always) func write(from: Int, to: Int32, into sink: inout XMLSink) -> Bool {
    var k = Int(heads[from])
    while k >= 0 {
      let join = joins.base + k
      if join.pointee.to == to {
        sink.literal(bytes.base + Int(join.pointee.start), Int(join.pointee.count))
        return true
      }
      k = Int(join.pointee.next)
    }
    return false
  }

  /// Writes tags that are put together now, and remembers them.
  mutating func write(
    from: Int, to: Int32, into sink: inout XMLSink, _ ranges: [Range<Int32>], of literals: Pile<UInt8>
  ) {
    let isRemembered = counts[from] < Int32(Self.limit)
    let start = bytes.count
    for range in ranges {
      for i in range {
        sink.append(literals[Int(i)])
        if isRemembered { bytes.append(literals[Int(i)]) }
      }
    }
    if !isRemembered { return }
    joins.append(Join(to: to, next: heads[from], start: Int32(start), count: Int32(bytes.count - start)))
    heads[from] = Int32(joins.count - 1)
    counts[from] += 1
    // Copied in blocks, which may go beyond the end.
    let end = bytes.count
    for _ in 0..<XMLSink.slack { bytes.append(0) }
    bytes.truncate(to: end)
  }
}
