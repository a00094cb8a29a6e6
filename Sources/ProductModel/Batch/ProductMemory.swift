/// The parts of a finished product in raw memory, for the innermost loops of engines, where a view's checks of bounds would be
/// paid at every value. Everything else uses `NodeView`.
///
/// Numbers of nodes and entries are those of the product; behind the last node stands the sentinel. Valid as long as the
/// batch is neither changed nor recycled.
public struct ProductMemory {
  /// The batch's arena.
  public let bytes: UnsafePointer<UInt8>
  /// The product's nodes in preorder, and the sentinel.
  public let nodes: UnsafePointer<Node>
  /// The product's entries.
  public let entries: UnsafePointer<Entry>

  @inlinable init(bytes: UnsafePointer<UInt8>, nodes: UnsafePointer<Node>, entries: UnsafePointer<Entry>) {
    self.bytes = bytes
    self.nodes = nodes
    self.entries = entries
  }
}

// What two products have in common is told apart from their values: words that are equal when nodes or entries are alike.
extension ProductMemory {
  /// Kind, parent, end and first entry of a node.
  @inlinable @inline(__always) public func word(ofNode node: Int) -> UInt64 {
    UnsafeRawPointer(nodes + node).loadUnaligned(as: UInt64.self) & Self.nodeMask
  }

  /// Node, facet and attribute of an entry: all but where its value lies.
  @inlinable @inline(__always) public func word(ofEntry entry: Int) -> UInt64 {
    UnsafeRawPointer(entries + entry).loadUnaligned(fromByteOffset: 8, as: UInt64.self) & Self.entryMask
  }

  // Kinds and attributes stand in one or two bytes; what is left beside them has no meaning.
  @inlinable static var nodeMask: UInt64 {
    MemoryLayout<NodeKind>.size == 1 ? 0xFFFF_FFFF_FFFF_00FF : 0xFFFF_FFFF_FFFF_FFFF
  }
  @inlinable static var entryMask: UInt64 {
    MemoryLayout<Attribute>.size == 1 ? 0x0000_00FF_FFFF_FFFF : 0x0000_FFFF_FFFF_FFFF
  }
}

extension ProductMemory {
  /// Stands where no product has been begun yet; nothing in it may be looked at.
  public static var none: ProductMemory {
    let nothing = UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
    return ProductMemory(
      bytes: nothing.assumingMemoryBound(to: UInt8.self), nodes: nothing.assumingMemoryBound(to: Node.self),
      entries: nothing.assumingMemoryBound(to: Entry.self))
  }
}

extension NodeView {
  /// The parts of the node's product in raw memory.
  @inlinable public var unsafeMemory: ProductMemory {
    ProductMemory(
      bytes: bytes.withUnsafeBufferPointer { $0.baseAddress.unsafelyUnwrapped },
      nodes: nodes.withUnsafeBufferPointer { $0.baseAddress.unsafelyUnwrapped },
      entries: entries.withUnsafeBufferPointer { $0.baseAddress.unsafelyUnwrapped })
  }
}

extension ProductBatch {
  /// The parts of a finished product in raw memory.
  public func unsafeMemory(product i: Int) -> ProductMemory {
    ProductMemory(bytes: bytes, nodes: nodes + rows[i].node, entries: entries + rows[i].entry)
  }
}

// Parts of the open product for which room was made: lists of tables open some twenty nodes a row.
extension ProductBatch {
  /// Makes room for some more nodes and entries of the open product, so that as many may be added unsafely; false when the
  /// product would have too many.
  public mutating func reserveParts(nodes moreNodes: Int, entries moreEntries: Int) -> Bool {
    guard openNodeCount + moreNodes <= Self.partLimit, entryCount - openEntry + moreEntries <= Self.partLimit else {
      return false
    }
    while nodeCount + moreNodes > nodeCapacity { growNodes() }
    while entryCount + moreEntries > entryCapacity { growEntries() }
    return true
  }

  /// Opens a node as `addNode` does; there must be room.
  @inlinable public mutating func unsafeAddNode(_ kind: NodeKind, under parent: Int) -> Int {
    let number = nodeCount &- openNode
    nodes[nodeCount] = Node(kind: kind, parent: UInt16(truncatingIfNeeded: parent), end: 0, first: 0)
    nodeCount &+= 1
    return number
  }

  /// Sets a value as `set` does; there must be room.
  @inlinable public mutating func unsafeSet(
    _ attribute: Attribute, _ facet: UInt16, on node: Int, offset: Int, length: Int, origin: Int
  ) {
    entries[entryCount] = Entry(
      offset: UInt32(truncatingIfNeeded: offset), length: UInt32(truncatingIfNeeded: length),
      node: UInt16(truncatingIfNeeded: node), facet: facet, attribute: attribute)
    origins[entryCount] = UInt32(truncatingIfNeeded: origin)
    entryCount &+= 1
  }
}
