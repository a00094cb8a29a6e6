/// Remembers what short texts were converted to, by whoever converted them: codes, dates and periods are few and come again
/// in every product, and converters always give the same. A table of fixed size; a later text takes an earlier one's place.
struct ConversionMemo {
  /// Longer texts are not remembered.
  static let limit = 24
  /// Longer results are not remembered.
  static let resultLimit = 32
  private static let slotCount = 1024

  /// A result of up to 32 bytes.
  struct Result {
    var front = SIMD16<UInt8>(repeating: 0)
    var back = SIMD16<UInt8>(repeating: 0)
    var count = 0
  }

  /// A text with the number of its converter: up to 24 bytes lie whole in three words, which overlap.
  struct Key {
    fileprivate var a: UInt64 = 0
    fileprivate var b: UInt64 = 0
    fileprivate var c: UInt64 = 0
    fileprivate var number: UInt64

    fileprivate init(number: UInt64) { self.number = number }

    @inline(__always) init?(_ text: UnsafePointer<UInt8>, _ count: Int, converter: Int) {
      if count == 0 || count > ConversionMemo.limit { return nil }
      let raw = UnsafeRawPointer(text)
      if count >= 8 {
        a = raw.loadUnaligned(as: UInt64.self)
        c = raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        if count > 16 { b = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self) }
      } else if count >= 4 {
        a = UInt64(raw.loadUnaligned(as: UInt32.self))
        c = UInt64(raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
      } else {
        a = UInt64(text[0]) | UInt64(text[count - 1]) << 16
        if count == 3 { a |= UInt64(text[1]) << 8 }
      }
      number = UInt64(converter) << 8 | UInt64(count)
    }

    @inline(__always) fileprivate var slot: Int {
      var hash = (a ^ (c << 21 | c >> 43)) &* 0x9E37_79B9_7F4A_7C15
      hash = (hash ^ hash >> 32 ^ b ^ number) &* 0x94D0_49BB_1331_11EB
      return Int(truncatingIfNeeded: hash >> 40) & (ConversionMemo.slotCount - 1)
    }
  }

  /// By slot; a number that no key has where nothing is remembered.
  private let keys: Pile<Key>
  private let results: Pile<Result>

  init() {
    keys = Pile(repeating: Key(number: .max), count: Self.slotCount)
    results = Pile(repeating: Result(), count: Self.slotCount)
  }

  func free() {
    keys.free()
    results.free()
  }

  /// What a text was converted to, or nil; valid until something else is remembered.
  @inline(__always) func find(_ key: Key) -> UnsafeMutablePointer<Result>? {
    let slot = key.slot
    let known = keys.base + slot
    guard known.pointee.number == key.number, known.pointee.a == key.a, known.pointee.c == key.c,
      known.pointee.b == key.b
    else { return nil }
    return results.base + slot
  }

  /// Remembers what a text was converted to; nothing when that is too long.
  func remember(_ key: Key, _ bytes: UnsafeBufferPointer<UInt8>) {
    if bytes.count > Self.resultLimit { return }
    let slot = key.slot
    keys[slot] = key
    results[slot].count = bytes.count
    for (i, byte) in bytes.enumerated() {
      if i < 16 { results[slot].front[i] = byte } else { results[slot].back[i - 16] = byte }
    }
  }
}

extension ValueCodec {
  /// Whether texts of this converter are few and come again and again.
  var isMemorable: Bool {
    switch operation {
    case .codes, .choice, .boolean, .days, .date, .dateTimeOfDate, .duration: true
    default: false
    }
  }
}
