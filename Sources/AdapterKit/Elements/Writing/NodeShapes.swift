internal import ProductModel

/// What is written for the nodes of a loop, by their shape: ten nutrients of a product, and those of the next ten thousand,
/// differ in their values and in little else.
///
/// A node's **shape** is which values it has: the attributes and facets of its entries in their order, and what the conditions
/// within the loop say of it. Where a loop has nothing in it but plain values of its own node and constants, the shape decides
/// everything but the texts of the values: which tags are written, which entry goes where through which converter, what is marked
/// as carried. So this is worked out once for a shape and then gone through like a form:
///
///     <nutrientDetail><nutrientTypeCode>|entry 0|</nutrientTypeCode><quantityContained unit="|entry 2|</quantityContained></nutrientDetail>
///
/// Keys are compared whole. A value that is not as usual (too long, not known to the converter yet) makes the node go the
/// general way, which leaves the same bytes and marks that the form would have. A loop has at most `limit` shapes; nodes of
/// others go the general way, too.
struct NodeShapes {
  /// How many shapes of a loop are remembered.
  static let limit = 16
  /// Nodes with more entries have no shape: what a shape marks is a word of bits.
  static let entryLimit = 64

  enum Way: UInt8 { case copy, measure, converted, end }

  /// A piece of the form: fixed bytes, and behind them a value.
  struct Piece {
    var start: Int32
    var count: Int32
    var value: Int32 = -1
    /// The entry, counted from the node's first.
    var entry: UInt8 = 0
    var way = Way.end
  }

  struct Shape {
    /// The attributes and facets, in `keys`.
    fileprivate var keys: Range<Int32>
    /// What the conditions within the loop say, a bit for each.
    fileprivate var answers: UInt64
    /// The next shape of the same loop, or -1.
    fileprivate var next: Int32
    /// In `pieces`; empty when nothing is written.
    var pieces: Range<Int32>
    /// The entries that are carried.
    var marks: UInt64 = 0
    /// Whether there is something about the shape that only the general way knows.
    var isSpecial = false
  }

  /// By scope: the first shape, or -1.
  private let heads: Pile<Int32>
  private let counts: Pile<Int32>
  private var shapes = Pile<Shape>()
  private var keys = Pile<UInt32>()
  private(set) var pieces = Pile<Piece>()
  private(set) var bytes = Pile<UInt8>(capacity: 1 << 12)

  init(scopes: Int) {
    heads = Pile(repeating: -1, count: scopes)
    counts = Pile(repeating: 0, count: scopes)
  }

  func free() {
    heads.free()
    counts.free()
    shapes.free()
    keys.free()
    pieces.free()
    bytes.free()
  }

  @inline(__always) private static func key(_ entry: UnsafePointer<Entry>) -> UInt32 {
    UInt32(truncatingIfNeeded: entry.pointee.attribute.ordinal) << 16 | UInt32(entry.pointee.facet)
  }

  /// The shape of a node with these entries; nil when it is not known.
  @inline(__always) func find(
    _ scope: Int32, _ entries: UnsafePointer<Entry>, _ count: Int, _ answers: UInt64
  ) -> UnsafeMutablePointer<Shape>? {
    var at = heads[Int(scope)]
    while at >= 0 {
      let shape = shapes.base + Int(at)
      if shape.pointee.keys.count == count, shape.pointee.answers == answers {
        let keys = keys.base + Int(shape.pointee.keys.lowerBound)
        var i = 0
        while i < count, keys[i] == Self.key(entries + i) { i &+= 1 }
        if i == count { return shape }
      }
      at = shape.pointee.next
    }
    return nil
  }

  /// Whether a loop may have one more shape.
  func hasRoom(in scope: Int32) -> Bool { counts[Int(scope)] < Int32(Self.limit) }

  /// Remembers a shape; nil for the form when there is something about it that only the general way knows.
  mutating func remember(
    _ scope: Int32, _ entries: UnsafePointer<Entry>, _ count: Int, _ answers: UInt64, _ form: NodeForm?
  ) {
    let firstKey = Int32(keys.count)
    for i in 0..<count { keys.append(Self.key(entries + i)) }
    let first = Int32(pieces.count)
    for piece in form?.pieces ?? [] {
      pieces.append(
        Piece(
          start: Int32(bytes.count), count: Int32(piece.bytes.count), value: piece.value, entry: piece.entry,
          way: piece.way))
      for byte in piece.bytes { bytes.append(byte) }
    }
    // Copied in blocks, which may go beyond the end.
    let end = bytes.count
    for _ in 0..<XMLSink.slack { bytes.append(0) }
    bytes.truncate(to: end)
    shapes.append(
      Shape(
        keys: firstKey..<Int32(keys.count), answers: answers, next: heads[Int(scope)],
        pieces: first..<Int32(pieces.count), marks: form?.marks ?? 0, isSpecial: form == nil))
    heads[Int(scope)] = Int32(shapes.count - 1)
    counts[Int(scope)] += 1
  }
}

/// What is written for nodes of a shape, while it is worked out.
struct NodeForm {
  struct Piece {
    var bytes: [UInt8]
    var value: Int32 = -1
    var entry: UInt8 = 0
    var way = NodeShapes.Way.end
  }

  var pieces: [Piece] = []
  var marks: UInt64 = 0
  /// The bytes since the last value.
  var bytes: [UInt8] = []
}
