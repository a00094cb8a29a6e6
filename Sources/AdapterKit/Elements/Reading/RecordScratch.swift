internal import ProductModel

#if canImport(Glibc)
  internal import Glibc
#endif

/// A record while it is read: nodes and values in the order they come, before packs are normalised and doubles merged. The
/// bytes lie in the batch's arena. Reused from record to record.
///
/// It stands between parser and batch because XML says some things twice and some late: the two lists of a pack's contents,
/// the id of an item by which its prices name it.
struct RecordScratch {
  struct Node {
    var kind: NodeKind
    var parent: Int32
    var firstEntry: Int32 = -1
    var lastEntry: Int32 = -1
    /// The node that this one turned out to be, or -1.
    var alias: Int32 = -1
    /// The called item under whose element it was opened, or -1.
    var owner: Int32 = -1
    /// The opener whose key attributes find it again, or -1 for those of its kind.
    var opener: Int32 = -1
    /// Hash of its key; while the record is handed on, its number in the batch.
    var hash: UInt32 = 0
    /// Left out: a double of what has no key.
    var isDropped = false
    var firstChild: Int32 = -1
    var lastChild: Int32 = -1
    var nextSibling: Int32 = -1
    /// Which attributes it has, a bit each: most questions are about what is not there.
    var has = SIMD4<UInt64>(repeating: 0)

    @inline(__always) func mayHave(_ attribute: Attribute) -> Bool {
      has[attribute.ordinal >> 6] & 1 << UInt64(attribute.ordinal & 63) != 0
    }

    @inline(__always) mutating func note(_ attribute: Attribute) {
      has[attribute.ordinal >> 6] |= 1 << UInt64(attribute.ordinal & 63)
    }
  }

  struct Entry {
    /// Offset in the arena.
    var offset: Int
    /// Length, or -1 for an entry that was dropped.
    var length: Int32
    var node: Int32
    /// The node's next entry, or -1.
    var next: Int32 = -1
    var origin: UInt32
    var facet: UInt16
    var attribute: Attribute
  }

  /// A value that is that of another node, known only when the record is whole.
  struct Fixup {
    var node: Int32
    var attribute: Attribute
    /// The node, or -1 for the product's first one of a kind.
    var source: Int32
    var sourceKind: NodeKind
    var sourceAttribute: Attribute
    var origin: UInt32
  }

  var nodes = Pile<Node>()
  var entries = Pile<Entry>(capacity: 1024)
  var fixups: [Fixup] = []
  /// Texts with several values, read when the record is handed on.
  var deferred: [DeferredText] = []
  /// Nodes of the product-wide paths of the plan, -1 where there is none yet.
  var slots = Pile<Int32>()
  /// Kinds that the record has, and those it has more than once, a bit each.
  var kinds: (once: UInt64, twice: UInt64) = (0, 0)
  var isOverflown = false
  var hasError = false

  /// Where the record's first byte lies in the arena, and where the record lies in the input.
  var arenaStart = 0
  var offset: UInt64 = 0
  var length: UInt64 = 0
  /// How many records of the input became this product.
  var records = 1
  /// The base unit's GTIN, by its entry, or -1.
  var baseEntry = -1

  mutating func begin(at offset: UInt64, arena: Int, slots count: Int) {
    nodes.removeAll()
    entries.removeAll()
    fixups.removeAll(keepingCapacity: true)
    if !deferred.isEmpty { deferred.removeAll(keepingCapacity: true) }
    slots.removeAll()
    kinds = (0, 0)
    for _ in 0..<count { slots.append(-1) }
    nodes.append(Node(kind: .product, parent: 0))
    isOverflown = false
    hasError = false
    arenaStart = arena
    self.offset = offset
    length = 0
    records = 1
    baseEntry = -1
  }

  /// Follows doubles to the node that stands.
  func standing(_ node: Int32) -> Int32 {
    var node = node
    while nodes[Int(node)].alias >= 0 { node = nodes[Int(node)].alias }
    return node
  }

  mutating func addNode(_ kind: NodeKind, under parent: Int32, owner: Int32 = -1, opener: Int32 = -1) -> Int32 {
    if nodes.count >= ProductBatch.partLimit {
      isOverflown = true
      return 0
    }
    nodes.append(Node(kind: kind, parent: parent, owner: owner, opener: opener))
    let number = Int32(nodes.count - 1)
    adopt(number, parent)
    let bit: UInt64 = 1 << UInt64(kind.rawValue)
    kinds.twice |= kinds.once & bit
    kinds.once |= bit
    return number
  }

  /// Puts a node behind the other children of a parent.
  mutating func adopt(_ node: Int32, _ parent: Int32) {
    nodes[Int(node)].parent = parent
    nodes[Int(node)].nextSibling = -1
    let last = nodes[Int(parent)].lastChild
    if last >= 0 { nodes[Int(last)].nextSibling = node } else { nodes[Int(parent)].firstChild = node }
    nodes[Int(parent)].lastChild = node
  }

  func free() {
    nodes.free()
    entries.free()
    slots.free()
  }

  mutating func addEntry(
    _ attribute: Attribute, _ facet: Facet, on node: Int32, offset: Int, length: Int, origin: UInt32
  ) {
    if entries.count >= ProductBatch.partLimit {
      isOverflown = true
      return
    }
    let number = Int32(entries.count)
    entries.append(
      Entry(
        offset: offset, length: Int32(truncatingIfNeeded: length), node: node, origin: origin, facet: facet.rawValue,
        attribute: attribute))
    let last = nodes[Int(node)].lastEntry
    if last >= 0 { entries[Int(last)].next = number } else { nodes[Int(node)].firstEntry = number }
    nodes[Int(node)].lastEntry = number
    nodes[Int(node)].note(attribute)
  }

  /// The first entry of an attribute and facet on a node, or -1.
  func find(_ attribute: Attribute, _ facet: Facet = .none, on node: Int32) -> Int32 {
    if !nodes[Int(node)].mayHave(attribute) { return -1 }
    var i = nodes[Int(node)].firstEntry
    while i >= 0 {
      if entries[Int(i)].attribute == attribute, entries[Int(i)].facet == facet.rawValue, entries[Int(i)].length >= 0 {
        return i
      }
      i = entries[Int(i)].next
    }
    return -1
  }

  /// The next child of a kind behind another child, or the first; -1 when there is none.
  func child(_ kind: NodeKind, of parent: Int32, after: Int32 = 0) -> Int32 {
    var i = after > 0 ? nodes[Int(after)].nextSibling : nodes[Int(parent)].firstChild
    while i >= 0 {
      if nodes[Int(i)].kind == kind, nodes[Int(i)].alias < 0, !nodes[Int(i)].isDropped { return i }
      i = nodes[Int(i)].nextSibling
    }
    return -1
  }

  /// Says that the arena's bytes moved.
  mutating func shift(by distance: Int) {
    for i in entries.indices { entries[i].offset += distance }
    for i in deferred.indices { deferred[i].offset += distance }
    arenaStart += distance
  }
}
