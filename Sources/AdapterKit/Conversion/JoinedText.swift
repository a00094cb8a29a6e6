internal import Bytes
internal import ProductModel

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
