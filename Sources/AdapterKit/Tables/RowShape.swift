internal import ProductModel

#if canImport(Glibc)
  internal import Glibc
#endif

/// What writing a row has to look up in the product, worked out once for all products of the same shape.
///
/// A shape is keyed by everything that the look-up depends on:
///
/// - the product's nodes: kinds, parents and how many entries each has;
/// - its entries: node, attribute and facet of each, but not their values;
/// - of those values the ones that the plan compares while it looks for nodes and entries (`ShapeKeys`): keys such as
///   `price[market=VN]`, currencies, what an `each:` rule sets or asks for.
///
/// Two products that are equal in all this have the same nodes behind the slots, the same entries in the same columns, and the
/// same entries accounted for; only the values differ. All of it is compared, not only its hash, so a shape never stands for a
/// product that differs. Columns whose result hangs on more than the shape are marked `.other` and worked out for every row.
final class RowShape {
  /// A column of a row.
  struct Cell {
    /// How its text comes about.
    enum Kind: UInt8 {
      /// Nothing is there, and nothing need be.
      case blank
      /// The entry's value as it is.
      case plain
      /// The same, if it is not too long.
      case limited
      /// The entry's value by the field's codec.
      case converted
      /// The amount of a measure whose unit stands in another column.
      case amount
      /// The unit of such a measure.
      case unit
      /// More than the shape tells.
      case other
    }

    var kind: Kind
    var entry: Int32 = -1
    var field: Int32 = -1
  }

  /// The node behind each slot; -1 when the product does not have it.
  let nodes: UnsafeMutablePointer<Int32>
  /// The entries of the keys by which nodes were found.
  let keyEntries: UnsafeMutablePointer<Int32>
  /// Whether the keys of a slot are accounted for by the columns that the shape settles.
  let marked: UnsafeMutablePointer<Int32>
  /// The columns.
  let cells: UnsafeMutablePointer<Cell>
  /// The entries that the settled columns account for, a bit each.
  let coverage: UnsafeBufferPointer<UInt64>
  /// Nodes for which there is no column.
  let surplus: UnsafeBufferPointer<Int32>

  private let memory: UnsafeMutableRawPointer
  // What it is keyed by.
  private let size: (nodes: Int, entries: Int)
  private let words: UnsafeMutablePointer<UInt64>
  private let keys: UnsafeMutableBufferPointer<Key>
  private let keyBytes: UnsafeMutablePointer<UInt8>

  private struct Key {
    var entry: Int32
    var length: UInt32
    /// Whether the value counts, or only whether there is one.
    var isValue: Bool
  }

  /// Makes the shape of a product that was looked up.
  ///
  /// - Parameters:
  ///   - found: what was found out about it.
  ///   - counts: the plan's slots, keys and columns.
  ///   - product: the product, of which nothing is kept but what the shape is keyed by.
  ///   - coverage: the entries accounted for.
  init(
    _ found: borrowing RowWorkspace, _ counts: TablePlan.Counts, _ product: ProductMemory,
    _ size: (nodes: Int, entries: Int), _ asked: ShapeKeys, _ coverage: borrowing Coverage
  ) {
    self.size = size
    var keyCount = 0, byteCount = 0
    for i in 0..<size.entries {
      let use = asked.use(of: product.entries[i], in: product)
      if use != .none { keyCount += 1 }
      if use == .value { byteCount += Int(product.entries[i].length) }
    }
    let wordCount = size.nodes + 1 + size.entries, marks = coverage.words(of: size.entries)
    let numbers = counts.slots * 2 + counts.keys + found.surplus.count
    var at = 0
    func room<T>(_ type: T.Type, _ count: Int) -> Int {
      defer { at += (count * MemoryLayout<T>.stride + 7) & ~7 }
      return at
    }
    let places = (
      words: room(UInt64.self, wordCount), marks: room(UInt64.self, marks.count), keys: room(Key.self, keyCount),
      cells: room(Cell.self, counts.columns), numbers: room(Int32.self, numbers), bytes: room(UInt8.self, byteCount)
    )
    memory = .allocate(byteCount: max(at, 8), alignment: 8)
    words = (memory + places.words).bindMemory(to: UInt64.self, capacity: wordCount)
    for i in 0...size.nodes { words[i] = product.word(ofNode: i) }
    for i in 0..<size.entries { words[size.nodes + 1 + i] = product.word(ofEntry: i) }
    let bits = (memory + places.marks).bindMemory(to: UInt64.self, capacity: marks.count)
    for (i, word) in marks.enumerated() { bits[i] = word }
    self.coverage = UnsafeBufferPointer(start: bits, count: marks.count)
    keys = UnsafeMutableBufferPointer(
      start: (memory + places.keys).bindMemory(to: Key.self, capacity: keyCount), count: keyCount)
    keyBytes = (memory + places.bytes).bindMemory(to: UInt8.self, capacity: byteCount)
    cells = (memory + places.cells).bindMemory(to: Cell.self, capacity: counts.columns)
    cells.initialize(from: found.cells, count: counts.columns)
    nodes = (memory + places.numbers).bindMemory(to: Int32.self, capacity: numbers)
    marked = nodes + counts.slots
    keyEntries = marked + counts.slots
    nodes.initialize(from: found.nodes, count: counts.slots)
    marked.initialize(from: found.marked, count: counts.slots)
    keyEntries.initialize(from: found.keyEntries, count: counts.keys)
    let behind = keyEntries + counts.keys
    for (i, node) in found.surplus.enumerated() { behind[i] = node }
    surplus = UnsafeBufferPointer(start: behind, count: found.surplus.count)
    keep(product, asked)
  }

  deinit { memory.deallocate() }

  /// Keeps the values that the shape is keyed by.
  private func keep(_ product: ProductMemory, _ asked: ShapeKeys) {
    var key = 0, to = 0
    for i in 0..<size.entries {
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

  /// Whether a product has this shape.
  func isShape(of product: ProductMemory, _ size: (nodes: Int, entries: Int)) -> Bool {
    guard self.size == size else { return false }
    // The sentinel behind the last node counts too.
    for i in 0...size.nodes where words[i] != product.word(ofNode: i) { return false }
    let entryWords = words + size.nodes + 1
    for i in 0..<size.entries where entryWords[i] != product.word(ofEntry: i) { return false }
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

/// Where a product whose shape is not known is looked up. Raw memory, since every cell reads and writes there.
struct RowWorkspace: ~Copyable {
  let nodes: UnsafeMutablePointer<Int32>
  let keyEntries: UnsafeMutablePointer<Int32>
  /// Whether a slot's keys were marked; this one is written in every row.
  let marked: UnsafeMutablePointer<Int32>
  /// How many nodes of each family were seen.
  let seen: UnsafeMutablePointer<Int32>
  let cells: UnsafeMutablePointer<RowShape.Cell>
  var surplus: [Int32] = []
  private let memory: UnsafeMutablePointer<Int32>

  init(_ counts: TablePlan.Counts) {
    let count = max(counts.slots * 2 + counts.keys + counts.families, 1)
    memory = .allocate(capacity: count)
    memory.initialize(repeating: 0, count: count)
    nodes = memory
    marked = nodes + counts.slots
    keyEntries = marked + counts.slots
    seen = keyEntries + counts.keys
    cells = .allocate(capacity: max(counts.columns, 1))
    cells.initialize(repeating: RowShape.Cell(kind: .other), count: max(counts.columns, 1))
  }

  deinit {
    memory.deallocate()
    cells.deallocate()
  }
}

/// The attributes whose values a plan compares while it looks for nodes and entries, by kind of node.
struct ShapeKeys: Sendable {
  /// What is compared of an attribute.
  enum Use: UInt8, Sendable {
    case none
    /// Whether the value is empty.
    case emptiness
    case value
  }

  /// Whether shapes tell all that the plan looks up; else every row is looked up by itself.
  private(set) var isWhole = true
  private var uses: [Use]
  private let width: Int

  /// Finds out what a plan compares.
  init(
    _ slots: [TablePlan.Slot], _ keys: [TablePlan.Key], _ fields: [TablePlan.Field], _ codecs: [ValueCodec],
    _ eaches: [TablePlan.Each]
  ) {
    width = Attribute.allCases.count
    uses = Array(repeating: .none, count: NodeKind.allCases.count * width)
    for slot in slots {
      for key in slot.selectors.lowerBound..<slot.implied.upperBound { add(.value, slot.kind, keys[key].attribute) }
    }
    for field in fields where field.hasTarget && field.index >= 0 {
      guard field.operation == .value || field.operation == .text, codecs[field.index].currency != nil else { continue }
      add(.value, slots[field.slot].kind, .currency)
    }
    for each in eaches {
      for set in each.set {
        add(.value, each.kind, set.attribute)
        if let enclosing = set.enclosing { add(.value, enclosing.kind, enclosing.attribute) }
      }
      for condition in each.only {
        guard condition.path.steps.isEmpty, !condition.path.isFromProduct, let attribute = condition.path.attribute
        else {
          isWhole = false
          continue
        }
        add(condition.values.isEmpty ? .emptiness : .value, each.kind, attribute)
      }
    }
  }

  private mutating func add(_ use: Use, _ kind: NodeKind, _ attribute: Attribute) {
    let at = place(kind, attribute)
    if uses[at] != .value { uses[at] = use }
  }

  /// What is compared of an entry's value.
  @inline(__always) func use(of entry: Entry, in product: ProductMemory) -> Use {
    uses[place(product.nodes[Int(entry.node)].kind, entry.attribute)]
  }

  /// How long the values that a shape is keyed by may be together, in bytes; shapes keep copies of them.
  private static let longest = 4096

  /// A hash of all that a shape is keyed by; nil when that is too much to be kept.
  func hash(_ product: ProductMemory, _ size: (nodes: Int, entries: Int)) -> UInt64? {
    var hash = UInt64(size.nodes), length = 0
    for i in 0..<size.nodes { hash = BoundedCache<RowShape>.mixed(hash, product.word(ofNode: i)) }
    for i in 0..<size.entries {
      hash = BoundedCache<RowShape>.mixed(hash, product.word(ofEntry: i))
      let entry = product.entries[i]
      if use(of: entry, in: product) != .value { continue }
      length += Int(entry.length)
      if length > Self.longest { return nil }
      for k in 0..<min(Int(entry.length), 16) {
        hash = BoundedCache<RowShape>.mixed(hash, UInt64(product.bytes[Int(entry.offset) + k]))
      }
    }
    return hash
  }

  @inline(__always) private func place(_ kind: NodeKind, _ attribute: Attribute) -> Int {
    Int(kind.rawValue) * width + Int(attribute.rawValue)
  }
}
