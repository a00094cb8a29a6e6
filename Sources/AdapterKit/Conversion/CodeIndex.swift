internal import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

/// Bytes to bytes by open addressing, so that looking a code up makes no String.
struct ByteMap: Sendable {
  private struct Slot: Sendable {
    var key: UInt32
    var keyLength: UInt32
    var value: UInt32
    var valueLength: UInt32
    var hash: UInt32
    /// How many pairs were added before.
    var number: UInt32
    var isUsed: Bool

    static let free = Slot(key: 0, keyLength: 0, value: 0, valueLength: 0, hash: 0, number: 0, isUsed: false)
  }

  private var slots: [Slot]
  private var bytes: [UInt8] = []
  private(set) var count = 0

  init() { slots = Array(repeating: .free, count: 16) }

  /// Adds a pair; a key that is there already keeps its value.
  mutating func add(_ key: String, _ value: String) {
    let keyBytes = Array(key.utf8)
    if keyBytes.withUnsafeBufferPointer({ find($0) }) != nil { return }
    if (count + 1) * 2 > slots.count {
      let old = slots
      slots = Array(repeating: .free, count: old.count * 2)
      for slot in old where slot.isUsed { place(slot) }
    }
    let keyAt = bytes.count
    bytes.append(contentsOf: keyBytes)
    let valueAt = bytes.count
    bytes.append(contentsOf: value.utf8)
    place(
      Slot(
        key: UInt32(keyAt), keyLength: UInt32(keyBytes.count), value: UInt32(valueAt),
        valueLength: UInt32(bytes.count - valueAt), hash: keyBytes.withUnsafeBufferPointer { Self.hash($0) },
        number: UInt32(count), isUsed: true))
    count += 1
  }

  private mutating func place(_ slot: Slot) {
    var i = Int(slot.hash) & (slots.count - 1)
    while slots[i].isUsed { i = (i + 1) & (slots.count - 1) }
    slots[i] = slot
  }

  /// Where the value of a key lies in `bytes`, or nil.
  func find(_ key: UnsafeBufferPointer<UInt8>) -> (offset: Int, length: Int)? {
    slot(key).map { (Int(slots[$0].value), Int(slots[$0].valueLength)) }
  }

  /// The number of a key's pair in the order they were added, or nil.
  func number(of key: UnsafeBufferPointer<UInt8>) -> Int? { slot(key).map { Int(slots[$0].number) } }

  @inline(__always) private func slot(_ key: UnsafeBufferPointer<UInt8>) -> Int? {
    let hash = Self.hash(key)
    var i = Int(hash) & (slots.count - 1)
    while slots[i].isUsed {
      if slots[i].hash == hash, Int(slots[i].keyLength) == key.count, isEqual(Int(slots[i].key), key) { return i }
      i = (i + 1) & (slots.count - 1)
    }
    return nil
  }

  private func isEqual(_ at: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = key.baseAddress else { return true }
    return bytes.withUnsafeBufferPointer { $0.baseAddress.map { memcmp($0 + at, start, key.count) == 0 } ?? false }
  }

  /// Gives the bytes at a place to a function.
  @inline(__always) func withBytes<R>(_ place: (offset: Int, length: Int), _ body: (UnsafeBufferPointer<UInt8>) -> R)
    -> R
  {
    bytes.withUnsafeBufferPointer {
      body(UnsafeBufferPointer(rebasing: $0[place.offset..<place.offset + place.length]))
    }
  }

  /// A hash of eight bytes at a time. Keys come from profiles; input is only looked up, so it cannot make the table slow.
  private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt32 {
    let bytes = UnsafeRawBufferPointer(key), count = bytes.count
    var hash = UInt64(count)
    func mix(_ word: UInt64) {
      hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 29
    }
    if count >= 8 {
      var at = 0
      while at + 8 < count {
        mix(bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        at += 8
      }
      // The last eight bytes may overlap those before.
      mix(bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
    } else {
      var word: UInt64 = 0
      for byte in bytes { word = word << 8 | UInt64(byte) }
      mix(word)
    }
    return UInt32(truncatingIfNeeded: hash >> 32)
  }
}

/// A code list, compiled: exact texts are found by their bytes; only a miss is folded and looked up as a String.
final class CodeIndex: Sendable {
  let list: CodeList
  /// Text as written by the partner → canonical code.
  let codes: ByteMap
  /// Canonical code → text written.
  let texts: ByteMap
  /// The units among the codes, by the number of their pair.
  private let units: [UnitCode?]
  /// Codes whose text reads back as another code: writing them loses something.
  let ambiguous: ByteMap

  init(_ list: CodeList) {
    self.list = list
    var codes = ByteMap(), texts = ByteMap(), units: [UnitCode?] = []
    for reading in list.readings {
      codes.add(reading.text, reading.code)
      if codes.count > units.count { units.append(UnitCode(reading.code)) }
    }
    self.units = units
    for code in list.order { texts.add(code, list.text(for: code) ?? code) }
    self.codes = codes
    self.texts = texts
    var ambiguous = ByteMap()
    for code in list.order {
      if let text = list.text(for: code), let back = list.code(for: text), back != code { ambiguous.add(code, back) }
    }
    self.ambiguous = ambiguous
  }

  /// Whether the list has a text as it stands there, and the unit that it stands for, if it does for one.
  func unit(_ text: UnsafeBufferPointer<UInt8>) -> (isKnown: Bool, unit: UnitCode?) {
    codes.number(of: text).map { (true, units[$0]) } ?? (false, nil)
  }
}
