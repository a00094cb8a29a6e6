#if canImport(Glibc)
  public import Glibc
#endif

/// Some products side by side in one arena: the unit that readers fill and writers take.
///
/// Bytes, entries and nodes live in raw memory that is reused from batch to batch, so a product in steady state costs no
/// allocation. Readers open nodes and set values in any order between `beginProduct` and `endProduct`; sealing puts nodes in
/// preorder and entries behind their node. For tables the chunk read from the file is the arena itself: values point into it.
public struct ProductBatch: ~Copyable {
  /// How many products fill a batch.
  public static let productLimit = 128
  /// How many bytes fill a batch.
  public static let byteLimit = 256 << 10
  /// How many nodes and how many entries one product may have.
  public static let partLimit = 65_534

  @usableFromInline var bytes: UnsafeMutablePointer<UInt8>
  @usableFromInline var byteCapacity: Int
  /// How many bytes of the arena are in use.
  public private(set) var byteCount = 0

  @usableFromInline var entries: UnsafeMutablePointer<Entry>
  @usableFromInline var origins: UnsafeMutablePointer<UInt32>
  @usableFromInline var entryCapacity: Int
  @usableFromInline var entryCount = 0

  @usableFromInline var nodes: UnsafeMutablePointer<Node>
  @usableFromInline var nodeCapacity: Int
  @usableFromInline var nodeCount = 0

  /// The finished products.
  public var rows: [ProductRow] = []

  // The open product.
  @usableFromInline var openNode = -1
  @usableFromInline var openEntry = 0
  private var openByte = 0
  private var openOffset: UInt64 = 0
  /// How many nodes and entries there were when a template was filled; the product is sealed as long as it has no more.
  private var sealed = (nodes: -1, entries: -1)
  /// The number of that template.
  private var sealedLayout: UInt64 = 0
  /// Whether the open product had too many nodes or entries; the reader reports it and drops the product.
  public private(set) var isOverflown = false

  private var sorter = PreorderSorter()

  /// Makes an empty batch.
  public init() {
    byteCapacity = Self.byteLimit + (64 << 10)
    bytes = .allocate(capacity: byteCapacity)
    entryCapacity = 8192
    entries = .allocate(capacity: entryCapacity)
    origins = .allocate(capacity: entryCapacity)
    nodeCapacity = 4096
    nodes = .allocate(capacity: nodeCapacity)
    rows.reserveCapacity(Self.productLimit)
  }

  deinit {
    bytes.deallocate()
    entries.deallocate()
    origins.deallocate()
    nodes.deallocate()
  }

  /// How many finished products it holds.
  @inlinable public var count: Int { rows.count }

  /// Whether a reader should stop and hand the batch on.
  @inlinable public var isFull: Bool { rows.count >= Self.productLimit || byteCount >= Self.byteLimit }

  /// Whether a product is being built.
  @inlinable public var hasOpenProduct: Bool { openNode >= 0 }

  /// Forgets the finished products; a product being built is kept and moved to the front.
  public mutating func recycle() {
    rows.removeAll(keepingCapacity: true)
    guard openNode >= 0 else {
      byteCount = 0
      entryCount = 0
      nodeCount = 0
      return
    }
    // What moves is sealed anew.
    if sealed.nodes >= 0 { sealed = (.max, .max) }
    memmove(bytes, bytes + openByte, byteCount - openByte)
    for i in openEntry..<entryCount { entries[i].offset -= UInt32(openByte) }
    byteCount -= openByte
    openByte = 0
    let nodeTotal = nodeCount - openNode
    memmove(nodes, nodes + openNode, nodeTotal * MemoryLayout<Node>.stride)
    openNode = 0
    nodeCount = nodeTotal
    let entryTotal = entryCount - openEntry
    memmove(entries, entries + openEntry, entryTotal * MemoryLayout<Entry>.stride)
    memmove(origins, origins + openEntry, entryTotal * 4)
    openEntry = 0
    entryCount = entryTotal
  }

  // MARK: Arena

  /// The arena, for readers that read a file's chunk straight into it. Valid until bytes are appended or reserved.
  @inlinable public var unsafeArena: UnsafeMutablePointer<UInt8> { bytes }

  /// Makes room for some more bytes; existing offsets stay valid, pointers do not.
  @inlinable public mutating func reserveBytes(_ more: Int) {
    if byteCount + more > byteCapacity { growBytes(more) }
  }

  @usableFromInline mutating func growBytes(_ more: Int) {
    var size = byteCapacity * 2
    while size < byteCount + more { size *= 2 }
    let new = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
    memcpy(new, bytes, byteCount)
    bytes.deallocate()
    bytes = new
    byteCapacity = size
  }

  /// Says that bytes up to a place are in use; for readers that filled `unsafeArena` themselves.
  @inlinable public mutating func setByteCount(_ count: Int) {
    precondition(count <= byteCapacity)
    setCount(count)
  }

  @usableFromInline mutating func setCount(_ count: Int) { byteCount = count }

  /// Copies bytes into the arena and answers their offset.
  @inlinable public mutating func append(_ from: UnsafePointer<UInt8>, count n: Int) -> Int {
    if byteCount + n > byteCapacity { growBytes(n) }
    let at = byteCount
    memcpy(bytes + at, from, n)
    setCount(at + n)
    return at
  }

  /// Copies a string's UTF-8 into the arena and answers where it lies.
  public mutating func append(_ text: String) -> (offset: Int, length: Int) {
    var text = text
    return text.withUTF8 { buffer in
      guard let start = buffer.baseAddress, buffer.count > 0 else { return (byteCount, 0) }
      return (append(start, count: buffer.count), buffer.count)
    }
  }

  // MARK: Building

  /// Starts a product whose record begins at an offset of the input. Its own node is 0.
  public mutating func beginProduct(at offset: UInt64) {
    precondition(openNode < 0, "one product at a time")
    openNode = nodeCount
    openEntry = entryCount
    openByte = byteCount
    openOffset = offset
    sealed = (-1, -1)
    isOverflown = false
    pushNode(Node(kind: .product, parent: 0, end: 0, first: 0))
  }

  /// Opens a node under another and answers its number in the product, stable until the product is sealed.
  @inlinable public mutating func addNode(_ kind: NodeKind, under parent: Int) -> Int {
    let number = nodeCount - openNode
    if number >= Self.partLimit { return overflow() }
    pushNode(Node(kind: kind, parent: UInt16(parent), end: 0, first: 0))
    return number
  }

  @usableFromInline mutating func overflow() -> Int {
    isOverflown = true
    return 0
  }

  @inlinable mutating func pushNode(_ node: Node) {
    if nodeCount == nodeCapacity { growNodes() }
    nodes[nodeCount] = node
    nodeCount += 1
  }

  /// Sets a value that lies in the arena. `origin` is its offset from the record's start.
  @inlinable public mutating func set(
    _ attribute: Attribute, _ facet: Facet = .none, on node: Int, offset: Int, length: Int, origin: Int
  ) {
    if entryCount - openEntry >= Self.partLimit {
      _ = overflow()
      return
    }
    if entryCount == entryCapacity { growEntries() }
    entries[entryCount] = Entry(
      offset: UInt32(truncatingIfNeeded: offset), length: UInt32(truncatingIfNeeded: length), node: UInt16(node),
      facet: facet.rawValue, attribute: attribute)
    origins[entryCount] = UInt32(truncatingIfNeeded: origin)
    entryCount += 1
  }

  /// Sets a value from a string, copied into the arena.
  public mutating func set(
    _ attribute: Attribute, _ facet: Facet = .none, on node: Int, _ text: String, origin: Int = 0
  ) {
    let place = append(text)
    set(attribute, facet, on: node, offset: place.offset, length: place.length, origin: origin)
  }

  /// The kind of a node of the open product.
  @inlinable public func openKind(_ node: Int) -> NodeKind { nodes[openNode + node].kind }

  /// The parent of a node of the open product.
  @inlinable public func openParent(_ node: Int) -> Int { Int(nodes[openNode + node].parent) }

  /// How many nodes the open product has so far.
  @inlinable public var openNodeCount: Int { nodeCount - openNode }

  /// The bytes of a value of the open product, last set first; nil when it is not set yet.
  @inlinable public func openValue(_ attribute: Attribute, _ facet: Facet = .none, on node: Int)
    -> UnsafeBufferPointer<UInt8>?
  {
    var i = entryCount - 1
    while i >= openEntry {
      if Int(entries[i].node) == node, entries[i].attribute == attribute, entries[i].facet == facet.rawValue {
        return UnsafeBufferPointer(start: bytes + Int(entries[i].offset), count: Int(entries[i].length))
      }
      i -= 1
    }
    return nil
  }

  /// Where all values of an attribute on a node of the open product lie in the arena, in the order they were set.
  public func openValues(_ attribute: Attribute, _ facet: Facet = .none, on node: Int) -> [(offset: Int, length: Int)] {
    var found: [(offset: Int, length: Int)] = []
    for i in openEntry..<entryCount
    where Int(entries[i].node) == node && entries[i].attribute == attribute && entries[i].facet == facet.rawValue {
      found.append((Int(entries[i].offset), Int(entries[i].length)))
    }
    return found
  }

  /// The first node of a kind under a parent of the open product whose attribute has this value; nil when there is none.
  public func openNode(
    _ kind: NodeKind, under parent: Int, where attribute: Attribute, is value: UnsafeBufferPointer<UInt8>
  ) -> Int? {
    for i in 0..<openNodeCount where nodes[openNode + i].kind == kind && Int(nodes[openNode + i].parent) == parent {
      if let v = openValue(attribute, on: i), v.count == value.count,
        value.count == 0 || memcmp(v.baseAddress!, value.baseAddress!, v.count) == 0
      {
        return i
      }
    }
    return nil
  }

  /// Finishes the open product: seals it and adds it to the batch.
  public mutating func endProduct(length: UInt64, state: ProductState = .good) {
    precondition(openNode >= 0)
    let layout = seal()
    rows.append(
      ProductRow(
        node: openNode, nodeCount: nodeCount - openNode - 1, entry: openEntry, entryCount: entryCount - openEntry,
        recordOffset: openOffset, recordLength: length, state: state, layout: layout))
    openNode = -1
  }

  /// Drops the open product.
  public mutating func abandonProduct() {
    nodeCount = max(openNode, 0)
    entryCount = openEntry
    openNode = -1
  }

  /// Drops the last finished product and its parts; used by readers that merge it with the next record.
  public mutating func removeLastProduct() {
    precondition(openNode < 0)
    guard let row = rows.popLast() else { return }
    nodeCount = row.node
    entryCount = row.entry
  }

  @usableFromInline mutating func growNodes() {
    nodes = Self.grown(nodes, nodeCount, to: nodeCapacity * 2)
    nodeCapacity *= 2
  }

  @usableFromInline mutating func growEntries() {
    origins = Self.grown(origins, entryCount, to: entryCapacity * 2)
    entries = Self.grown(entries, entryCount, to: entryCapacity * 2)
    entryCapacity *= 2
  }

  private static func grown<T>(_ old: UnsafeMutablePointer<T>, _ count: Int, to capacity: Int)
    -> UnsafeMutablePointer<T>
  {
    let new = UnsafeMutablePointer<T>.allocate(capacity: capacity)
    new.moveInitialize(from: old, count: count)
    old.deallocate()
    return new
  }

  // MARK: Sealing

  /// Says that nodes and entries of the open product stand as sealing would put them, as those of a template do, or of a layout.
  mutating func markSealed(_ layout: UInt64) {
    sealed = (nodeCount, entryCount)
    sealedLayout = layout
  }

  /// Puts the open product in order; the number of its layout, or 0.
  @discardableResult mutating func seal() -> UInt64 {
    let n = nodeCount - openNode, m = entryCount - openEntry
    if sealed.nodes == nodeCount, sealed.entries == entryCount {
      pushNode(Node(kind: .product, parent: 0, end: UInt16(n + 1), first: UInt16(m)))
      return sealedLayout
    }
    let nodes = self.nodes + openNode
    if sealed.nodes >= 0 { for i in 0..<n { nodes[i].end = 0 } }
    if !PreorderSorter.isPreorder(nodes, n) || !PreorderSorter.isSorted(entries + openEntry, m) {
      sorter.sort(nodes, n, entries + openEntry, origins + openEntry, m)
    }
    // Ends: a node's subtree ends where the last of its descendants does.
    var i = n &- 1
    while i >= 0 {
      let end = max(nodes[i].end, UInt16(truncatingIfNeeded: i &+ 1))
      nodes[i].end = end
      let p = Int(nodes[i].parent)
      if i > 0, nodes[p].end < end { nodes[p].end = end }
      i &-= 1
    }
    let entries = self.entries + openEntry
    var e = 0
    i = 0
    while i < n {
      nodes[i].first = UInt16(truncatingIfNeeded: e)
      while e < m, entries[e].node == UInt16(truncatingIfNeeded: i) { e &+= 1 }
      i &+= 1
    }
    pushNode(Node(kind: .product, parent: 0, end: UInt16(n + 1), first: UInt16(m)))
    return 0
  }
}
