/// A bounded table of things that are dear to work out, each found again by a hash and an exact comparison.
///
/// It has 32 sets of 4 places. What no longer fits takes the place of the oldest of its set, and is worked out anew when it is
/// asked for again: more kinds of records than places cost time, never correctness. The ones found last are
/// tried first, without a hash, since records come in runs of the same kind. What is asked for once only is not worth a place: see `admits`.
struct BoundedCache<Value: AnyObject>: ~Copyable {
  private static var sets: Int { 32 }
  private static var ways: Int { 4 }
  /// How many values there can be.
  static var capacity: Int { sets * ways }

  private var values: [Value?]
  private var hashes: [UInt64]
  private var oldest: [UInt8]
  /// Hashes that were asked for and not found.
  private var missed: [UInt64]
  /// The ones found or added last, by a hint.
  private var recents: [Value?]

  init() {
    values = Array(repeating: nil, count: Self.capacity)
    hashes = Array(repeating: 0, count: Self.capacity)
    oldest = Array(repeating: 0, count: Self.sets)
    recents = Array(repeating: nil, count: Self.sets * 2)
    missed = Array(repeating: 0, count: Self.capacity * 4)
  }

  /// The places in which a value with a hash can be.
  func places(_ hash: UInt64) -> Range<Int> {
    let first = Self.set(hash) * Self.ways
    return first..<first + Self.ways
  }

  /// The value in a place, when it has a hash; whether it is the one meant is for the caller to find out.
  func value(_ place: Int, _ hash: UInt64) -> Value? { hashes[place] == hash ? values[place] : nil }

  /// The value that was found or added last with a hint, or with another hint in its place.
  @inline(__always) func recent(_ hint: UInt64 = 0) -> Value? { recents[Int(hint % UInt64(recents.count))] }

  /// Notes which value was found.
  mutating func found(_ value: Value, _ hint: UInt64 = 0) { recents[Int(hint % UInt64(recents.count))] = value }

  /// Whether a value that was not found is worth being worked out and added: it was asked for before, and not too long ago.
  mutating func admits(_ hash: UInt64) -> Bool {
    // Two places, so that two kinds in turn do not forget each other for good.
    let place = Int(hash % UInt64(missed.count / 2)) * 2
    if missed[place] == hash || missed[place + 1] == hash { return true }
    missed[place + 1] = missed[place]
    missed[place] = hash
    return false
  }

  /// Adds a value that was not found.
  mutating func add(_ value: Value, _ hash: UInt64, _ hint: UInt64 = 0) {
    let set = Self.set(hash)
    let place = set * Self.ways + Int(oldest[set])
    oldest[set] = (oldest[set] + 1) % UInt8(Self.ways)
    values[place] = value
    hashes[place] = hash
    found(value, hint)
  }

  private static func set(_ hash: UInt64) -> Int { Int(hash >> 59) }
}

/// Hashes of words, for tables in which everything is compared after.
enum WordHash {
  /// One more word of a hash.
  @inline(__always) static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
    return product ^ product >> 32
  }
}
