internal import ProductModel

#if canImport(Glibc)
  internal import Glibc
#endif

/// What the last product of a shape lost: the next one that has the same entries left, and the same values where the account hangs
/// on them, loses the same, and is counted without a look at its nodes.
///
/// Values count where a path is told by them (`price[market=JP]`), and where one says what is understood when there is none.
final class KnownLosses {
  private struct Value {
    var entry: Int32
    var length: UInt32
    /// Where its bytes begin in `bytes`.
    var start: Int
  }

  /// Where the losses are counted.
  var counters: [LossReport.Counter] = []
  private var marks: [UInt64] = []
  private var values: [Value] = []
  private var bytes: [UInt8] = []
  private var holds = false
  /// How often in a row products lost something else; a shape whose products all differ is no longer noted.
  private var misses = 0

  private static let mostMisses = 16
  private static let longest = 64

  /// Whether a product with some entries accounted for loses the same.
  func hold(for product: ProductMemory, _ marks: ArraySlice<UInt64>) -> Bool {
    guard holds, self.marks.count == marks.count else { return false }
    for (i, word) in marks.enumerated() where self.marks[i] != word { return false }
    let isSame = bytes.withUnsafeBufferPointer { bytes in
      values.allSatisfy { value in
        let entry = product.entries[Int(value.entry)]
        guard entry.length == value.length, value.length > 0, let start = bytes.baseAddress else {
          return entry.length == value.length
        }
        return memcmp(product.bytes + Int(entry.offset), start + value.start, Int(value.length)) == 0
      }
    }
    if isSame { misses = 0 }
    return isSame
  }

  /// Begins the account of another product; false when it is not worth noting.
  func begin(_ marks: ArraySlice<UInt64>) -> Bool {
    holds = misses < Self.mostMisses
    misses += 1
    guard holds else { return false }
    self.marks.removeAll(keepingCapacity: true)
    self.marks.append(contentsOf: marks)
    values.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
    counters.removeAll(keepingCapacity: true)
    return true
  }

  /// Notes an entry on whose value the account hangs.
  func note(_ entry: Int, _ product: NodeView) {
    if values.contains(where: { $0.entry == Int32(entry) }) { return }
    let text = product.bytes(of: entry)
    // Keys and flags are short; what is longer is not kept.
    if text.count > Self.longest { holds = false }
    values.append(Value(entry: Int32(entry), length: UInt32(text.count), start: bytes.count))
    for i in 0..<min(text.count, Self.longest) { bytes.append(text[i]) }
  }
}
