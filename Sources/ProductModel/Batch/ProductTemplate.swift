internal import Synchronization

/// A value that a reader has found, not yet in a product.
public struct FoundValue: Sendable {
  /// Offset of its bytes in the arena.
  public var offset: UInt32
  /// Length in bytes.
  public var length: UInt32
  /// Its distance from the record's start.
  public var origin: UInt32

  /// Makes a value.
  @inlinable public init(offset: Int, length: Int, origin: Int) {
    self.offset = UInt32(truncatingIfNeeded: offset)
    self.length = UInt32(truncatingIfNeeded: length)
    self.origin = UInt32(truncatingIfNeeded: origin)
  }
}

/// The sealed nodes and entries of a product, without its values: what all records have in common in which the same values were
/// found. A reader builds one such product step by step, takes the template, and fills it for every record of the same kind;
/// nothing is opened, searched or sorted for those.
///
/// While the template is built, entries say where their values come from instead of where they lie: the offset is the number
/// of a found value, or `constant` and the place among the reader's constants; the origin is that number and 1 more, or 0.
public final class ProductTemplate: Sendable {
  /// Marks an offset that counts from the reader's constants.
  public static let constant = 1 << 31

  let nodes: [Node]
  let entries: [Entry]
  let origins: [UInt32]
  /// What rows filled from it have as `ProductRow.layout`.
  let layout: UInt64

  private static let layouts = Atomic<UInt64>(0)

  init(nodes: [Node], entries: [Entry], origins: [UInt32]) {
    self.nodes = nodes
    self.entries = entries.map { entry in
      var entry = entry
      entry.isFixed = entry.offset & UInt32(Self.constant) != 0
      return entry
    }
    self.origins = origins
    layout = Self.nextLayout()
  }

  /// A number that no other layout of the process has.
  static func nextLayout() -> UInt64 { layouts.add(1, ordering: .relaxed).newValue }
}

extension ProductBatch {
  /// Seals the open product, takes its layout and leaves the product open and empty.
  public mutating func takeTemplate() -> ProductTemplate {
    precondition(hasOpenProduct)
    seal()
    let last = nodeCount - 1
    let template = ProductTemplate(
      nodes: Array(UnsafeBufferPointer(start: nodes + openNode, count: last - openNode)),
      entries: Array(UnsafeBufferPointer(start: entries + openEntry, count: entryCount - openEntry)),
      origins: Array(UnsafeBufferPointer(start: origins + openEntry, count: entryCount - openEntry)))
    nodeCount = openNode
    entryCount = openEntry
    pushNode(Node(kind: .product, parent: 0, end: 0, first: 0))
    return template
  }

  /// Gives the open product, in which nothing has been set yet, the layout of a template and the values found.
  ///
  /// - Parameters:
  ///   - found: at least as many values as the template has numbers for.
  ///   - constants: where the reader's constants stand in the arena.
  public mutating func fill(_ template: ProductTemplate, _ found: UnsafePointer<FoundValue>, constants: Int) {
    precondition(nodeCount == openNode + 1 && entryCount == openEntry)
    nodeCount = openNode
    while nodeCapacity < nodeCount + template.nodes.count { growNodes() }
    template.nodes.withUnsafeBufferPointer { from in
      if let start = from.baseAddress { (nodes + nodeCount).update(from: start, count: from.count) }
    }
    nodeCount += template.nodes.count
    let count = template.entries.count
    while entryCapacity < entryCount + count { growEntries() }
    let to = entries + entryCount, places = origins + entryCount
    template.entries.withUnsafeBufferPointer { from in
      template.origins.withUnsafeBufferPointer { sources in
        for i in 0..<count {
          var entry = from[i]
          let source = sources[i]
          if !entry.isFixed {
            let value = found[Int(entry.offset)]
            entry.offset = value.offset
            entry.length = value.length
            places[i] = value.origin
          } else {
            entry.offset = UInt32(truncatingIfNeeded: Int(entry.offset) - ProductTemplate.constant + constants)
            places[i] = source == 0 ? 0 : found[Int(source) - 1].origin
          }
          to[i] = entry
        }
      }
    }
    entryCount += count
    markSealed(template.layout)
  }
}
