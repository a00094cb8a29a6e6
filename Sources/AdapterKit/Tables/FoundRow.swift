internal import ProductModel

/// The values found in a row, before there is a product. Raw memory, since every cell writes there.
///
/// It has a place for each action of the plan and for each alternative, and behind them room for the values of lists, in the order
/// in which they are found.
struct FoundRow: ~Copyable {
  /// How many values a list may have here; rows with longer lists are read step by step.
  static var listRoom: Int { ListCuts.room + 1 }

  let values: UnsafeMutablePointer<FoundValue>
  /// A bit for every action and alternative that was found.
  let present: UnsafeMutablePointer<UInt64>
  /// How many words of bits there are.
  let words: Int
  /// For each list that was found the parts that its elements have, a byte an element with a bit for each part of the pattern,
  /// then a zero.
  let outline: UnsafeMutablePointer<UInt8>
  private(set) var outlineCount = 0
  /// Where the next value of a list goes.
  private(set) var next: Int
  private let firstOfLists: Int

  /// Makes room for some values, and for some lists behind them.
  init(count: Int, lists: Int) {
    words = max((count + 63) >> 6, 1)
    firstOfLists = words << 6
    next = firstOfLists
    let room = firstOfLists + lists * Self.listRoom
    values = .allocate(capacity: room)
    values.initialize(repeating: FoundValue(offset: 0, length: 0, origin: 0), count: room)
    present = .allocate(capacity: words)
    present.initialize(repeating: 0, count: words)
    // Hashing reads whole words.
    let marks = lists * (Self.listRoom + 1) + 8
    outline = .allocate(capacity: marks)
    outline.initialize(repeating: 0, count: marks)
  }

  deinit {
    values.deallocate()
    present.deallocate()
    outline.deallocate()
  }

  @inline(__always) mutating func clear() {
    for i in 0..<words { present[i] = 0 }
    outlineCount = 0
    next = firstOfLists
  }

  @inline(__always) func has(_ number: Int) -> Bool { present[number >> 6] & (1 << UInt64(number & 63)) != 0 }

  @inline(__always) func set(_ number: Int) { present[number >> 6] |= 1 << UInt64(number & 63) }

  @inline(__always) func set(_ number: Int, _ place: (offset: Int, length: Int), _ origin: Int) {
    values[number] = FoundValue(offset: place.offset, length: place.length, origin: origin)
    set(number)
  }

  /// Adds a value of a list; there must be room.
  @inline(__always) mutating func add(_ place: (offset: Int, length: Int), _ origin: Int) {
    values[next] = FoundValue(offset: place.offset, length: place.length, origin: origin)
    next &+= 1
  }

  /// Ends an element whose values were added, given by its parts; 0 ends the list.
  @inline(__always) mutating func end(_ parts: UInt8) {
    outline[outlineCount] = parts
    outlineCount &+= 1
  }

  /// The numbers of the first list's values.
  var listValues: Int { firstOfLists }

  var hash: UInt64 {
    var hash = UInt64(outlineCount)
    for i in 0..<words { hash = WordHash.mixed(hash, present[i]) }
    if outlineCount == 0 { return hash }
    for i in outlineCount..<outlineCount + 7 { outline[i] = 0 }
    for i in stride(from: 0, to: outlineCount, by: 8) {
      let word = UnsafeRawPointer(outline).loadUnaligned(fromByteOffset: i, as: UInt64.self)
      hash = WordHash.mixed(hash, word)
    }
    return hash
  }
}
