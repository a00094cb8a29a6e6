/// Nodes and entries of a sealed product without its values, by which the next products that a reader builds in the same way are
/// recognised: they are sealed by copying, and carry its number (`ProductRow.layout`).
///
/// A reader that finds values by name builds each product step by step, and yet most of its products come out alike. It keeps a
/// few layouts and offers them to the open product.
///
/// ```swift
/// if batch.seal(as: layout) { … }                 // the open product is like the one that the layout was taken from
/// batch.endProduct(length: length)
/// let layout = batch.takeLayout()                 // of the product that has just ended
/// ```
public final class SealedLayout: Sendable {
  let nodes: [Node]
  /// Node, facet and attribute of each entry.
  let entries: [UInt64]
  let number = ProductTemplate.nextLayout()

  init(nodes: [Node], entries: [UInt64]) {
    self.nodes = nodes
    self.entries = entries
  }
}

extension ProductBatch {
  /// How many nodes and entries the open product has.
  public var openSize: (nodes: Int, entries: Int) { (nodeCount - openNode, entryCount - openEntry) }

  /// Seals the open product like another one, if it was built with the same nodes and entries in the order that they have there.
  public mutating func seal(as layout: SealedLayout) -> Bool {
    let size = openSize
    guard layout.nodes.count == size.nodes, layout.entries.count == size.entries else { return false }
    let open = nodes + openNode, memory = unsafeOpenMemory
    return layout.nodes.withUnsafeBufferPointer { sealed in
      for i in 0..<size.nodes where sealed[i].kind != open[i].kind || sealed[i].parent != open[i].parent {
        return false
      }
      let isSame = layout.entries.withUnsafeBufferPointer { words in
        for i in 0..<size.entries where words[i] != memory.word(ofEntry: i) { return false }
        return true
      }
      guard isSame, let start = sealed.baseAddress else { return false }
      open.update(from: start, count: size.nodes)
      markSealed(layout.number)
      return true
    }
  }

  /// The layout of the last finished product, which carries its number from now on.
  public mutating func takeLayout() -> SealedLayout {
    precondition(openNode < 0 && !rows.isEmpty)
    let row = rows[rows.count - 1], memory = unsafeMemory(product: rows.count - 1)
    let layout = SealedLayout(
      nodes: Array(UnsafeBufferPointer(start: memory.nodes, count: row.nodeCount)),
      entries: (0..<row.entryCount).map { memory.word(ofEntry: $0) })
    rows[rows.count - 1].layout = layout.number
    return layout
  }

  /// The parts of the open product in raw memory; there is no sentinel yet.
  public var unsafeOpenMemory: ProductMemory {
    ProductMemory(bytes: bytes, nodes: nodes + openNode, entries: entries + openEntry)
  }
}
