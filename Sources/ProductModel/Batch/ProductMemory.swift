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

extension ProductMemory {
  /// Stands where no product has been begun yet; nothing in it may be looked at.
  public static var none: ProductMemory {
    let nothing = UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
    return ProductMemory(
      bytes: nothing.assumingMemoryBound(to: UInt8.self), nodes: nothing.assumingMemoryBound(to: Node.self),
      entries: nothing.assumingMemoryBound(to: Entry.self))
  }
}

extension ProductBatch {
  /// The parts of a finished product in raw memory.
  public func unsafeMemory(product i: Int) -> ProductMemory {
    ProductMemory(bytes: bytes, nodes: nodes + rows[i].node, entries: entries + rows[i].entry)
  }
}
