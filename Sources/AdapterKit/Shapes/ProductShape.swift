internal import ProductModel

#if canImport(Glibc)
  internal import Glibc
#endif

/// What products have in common for which an engine does the same: everything that decides where it finds nodes and entries.
///
/// - the product's nodes: kinds, parents and how many entries each has;
/// - its entries: node, attribute and facet of each, but not their values;
/// - of those values the ones that the engine's plan compares (`AskedValues`): keys such as `price[market=VN]`, currencies, what
///   conditions ask for.
///
/// For products with a layout (`ProductRow.layout`) its number stands for nodes, entries and values that are fixed in it, so that
/// nearly nothing is left to be compared. All of it is compared, not only its hash, so a shape never stands for a product that
/// differs.
struct ProductShape: ~Copyable {
  /// How many nodes and how many entries a product has.
  typealias Size = (nodes: Int, entries: Int)

  /// A product with more nodes or entries is looked at by itself: comparing its shape would cost as much.
  static var partLimit: Int { 1000 }

  private struct Key {
    var entry: Int32
    var length: UInt32
    /// Whether the value counts, or only whether there is one.
    var isValue: Bool
  }

  private let layout: UInt64
  private let size: Size
  private let memory: UnsafeMutableRawPointer
  private let words: UnsafeMutablePointer<UInt64>
  private let keys: UnsafeMutableBufferPointer<Key>
  private let keyBytes: UnsafeMutablePointer<UInt8>

  /// The shape of a product, of which nothing is kept but what the shape is made of.
  init(_ product: ProductMemory, _ size: Size, _ layout: UInt64, _ asked: AskedValues) {
    self.size = size
    self.layout = layout
    var keyCount = 0, byteCount = 0
    for i in 0..<size.entries where layout == 0 || !product.entries[i].isFixed {
      let use = asked.use(of: product.entries[i], in: product)
      if use != .none { keyCount += 1 }
      if use == .value { byteCount += Int(product.entries[i].length) }
    }
    let wordCount = layout == 0 ? size.nodes + 1 + size.entries : 0
    let keyPlace = wordCount * MemoryLayout<UInt64>.stride
    let bytePlace = keyPlace + keyCount * MemoryLayout<Key>.stride
    memory = .allocate(byteCount: max(bytePlace + byteCount, 8), alignment: 8)
    words = memory.bindMemory(to: UInt64.self, capacity: wordCount)
    keys = UnsafeMutableBufferPointer(
      start: (memory + keyPlace).bindMemory(to: Key.self, capacity: keyCount), count: keyCount)
    keyBytes = (memory + bytePlace).bindMemory(to: UInt8.self, capacity: byteCount)
    if layout == 0 {
      for i in 0...size.nodes { words[i] = product.word(ofNode: i) }
      for i in 0..<size.entries { words[size.nodes + 1 + i] = product.word(ofEntry: i) }
    }
    var key = 0, to = 0
    for i in 0..<size.entries where layout == 0 || !product.entries[i].isFixed {
      let entry = product.entries[i]
      let use = asked.use(of: entry, in: product)
      if use == .none { continue }
      keys.initializeElement(
        at: key,
        to: Key(
          entry: Int32(i), length: use == .value ? entry.length : min(entry.length, 1), isValue: use == .value))
      key += 1
      if use == .value {
        (keyBytes + to).initialize(from: product.bytes + Int(entry.offset), count: Int(entry.length))
        to += Int(entry.length)
      }
    }
  }

  deinit { memory.deallocate() }

  /// By what a shape found before is looked for first: the layout, or else how many parts the product has.
  @inline(__always) static func hint(_ size: Size, _ layout: UInt64) -> UInt64 {
    layout != 0 ? layout : UInt64(truncatingIfNeeded: size.nodes &* 17 &+ size.entries)
  }

  /// Whether a product has this shape.
  func isShape(of product: ProductMemory, _ size: Size, _ layout: UInt64) -> Bool {
    guard self.layout == layout, self.size == size else { return false }
    if layout == 0 {
      // The sentinel behind the last node counts too.
      for i in 0...size.nodes where words[i] != product.word(ofNode: i) { return false }
      let entryWords = words + size.nodes + 1
      for i in 0..<size.entries where entryWords[i] != product.word(ofEntry: i) { return false }
    }
    var at = 0
    for k in 0..<keys.count {
      let key = keys[k], entry = product.entries[Int(key.entry)]
      if !key.isValue {
        if min(entry.length, 1) != key.length { return false }
        continue
      }
      guard entry.length == key.length else { return false }
      if memcmp(product.bytes + Int(entry.offset), keyBytes + at, Int(key.length)) != 0 { return false }
      at += Int(key.length)
    }
    return true
  }
}

extension ProductMemory {
  /// A hash of nodes and entries without values.
  func hashOfOutline(_ size: ProductShape.Size) -> UInt64 {
    var hash = WordHash.mixed(UInt64(size.nodes), UInt64(size.entries))
    for i in 0..<size.nodes { hash = WordHash.mixed(hash, word(ofNode: i)) }
    for i in 0..<size.entries { hash = WordHash.mixed(hash, word(ofEntry: i)) }
    return hash
  }
}
