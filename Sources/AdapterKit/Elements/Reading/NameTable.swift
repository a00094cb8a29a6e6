internal import Documents

/// From names to states: which state an element leads to from the state around it. It fills as names are met.
///
/// A row is keyed by the state and by the addresses of the name and its namespace, which the parser keeps for as long as it
/// lives: within one parse, equal addresses are equal names. A name at another address only gets a row of its own, so the
/// answer is always that of the plan. Documents repeat themselves: each row knows which one came next the last time, and
/// that one is looked at first.
struct NameTable {
  struct Row {
    let name: UnsafePointer<UInt8>
    let namespace: UnsafePointer<UInt8>?
    /// The state that the name was met in.
    let state: Int32
    /// The state that it leads to, or what else the plan says: see `ElementMachine.resolve`.
    let target: Int32
    /// The next row with the same hash, or 0.
    let next: Int32
    /// The row that was asked for after this one the last time.
    var follower: Int32 = 0
    /// Whether the element was reported as one that nothing reads.
    var isReported = false
  }

  /// Hostile names must not fill the memory: what comes after that many is resolved anew each time.
  private static let limit = 4096
  private static let hashBits = 11

  /// In the order in which they were met. The first one is nobody's.
  private(set) var rows = Pile<Row>(capacity: 512)
  /// The first row of each hash, or 0.
  private let heads = Pile<Int32>(repeating: 0, count: 1 << hashBits)
  /// The row found last.
  private var last: Int32 = 0

  init() {
    let nobody = UnsafePointer<UInt8>(bitPattern: 16).unsafelyUnwrapped
    rows.append(Row(name: nobody, namespace: nil, state: -1, target: -1, next: 0))
  }

  func free() {
    rows.free()
    heads.free()
  }

  /// The row of a name in a state, or 0.
  @inline(__always) mutating func find(_ state: Int32, _ name: XMLName) -> Int32 {
    let guess = rows[Int(last)].follower
    let row = rows.base + Int(guess)
    if row.pointee.name == name.local, row.pointee.state == state, row.pointee.namespace == name.uri {
      last = guess
      return guess
    }
    return search(state, name)
  }

  @inline(never) private mutating func search(_ state: Int32, _ name: XMLName) -> Int32 {
    var i = heads[Self.hash(state, name)]
    while i > 0 {
      let row = rows.base + Int(i)
      if row.pointee.name == name.local, row.pointee.state == state, row.pointee.namespace == name.uri {
        rows[Int(last)].follower = i
        last = i
        return i
      }
      i = row.pointee.next
    }
    return 0
  }

  /// Adds a row; 0 when the table is full.
  mutating func add(_ state: Int32, _ name: XMLName, target: Int32) -> Int32 {
    if rows.count >= Self.limit { return 0 }
    let hash = Self.hash(state, name)
    let number = Int32(rows.count)
    rows.append(Row(name: name.local, namespace: name.uri, state: state, target: target, next: heads[hash]))
    heads[hash] = number
    rows[Int(last)].follower = number
    last = number
    return number
  }

  private static func hash(_ state: Int32, _ name: XMLName) -> Int {
    let key = UInt(bitPattern: name.local) ^ UInt(truncatingIfNeeded: state) << 40
    return Int((key &* 0x9E37_79B9_7F4A_7C15) >> UInt(UInt.bitWidth - hashBits))
  }
}
