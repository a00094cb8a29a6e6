// What a batch is made of: values, nodes, and a row for each product.

/// One value in a batch: which node, attribute and facet, and where its bytes lie in the arena. 16 bytes.
public struct Entry: Sendable {
  /// Offset of the value's bytes in the arena.
  public var offset: UInt32
  /// Length of the value in bytes.
  public var length: UInt32
  /// The node within the product.
  public var node: UInt16
  /// The facet's number.
  public var facet: UInt16
  /// The attribute.
  public var attribute: Attribute
  /// Whether its bytes are the same in all products of one layout (`ProductRow.layout`): a constant of the reader's plan.
  public internal(set) var isFixed = false

  @inlinable init(offset: UInt32, length: UInt32, node: UInt16, facet: UInt16, attribute: Attribute) {
    self.offset = offset
    self.length = length
    self.node = node
    self.facet = facet
    self.attribute = attribute
  }
}

/// One node in a batch. After sealing the nodes of a product stand in preorder: a subtree is `i ..< end`, its own entries
/// are `first ..< next.first`. A sentinel node ends each product. 8 bytes.
public struct Node: Sendable {
  /// The kind.
  public var kind: NodeKind
  /// The parent within the product; 0 for the product itself.
  public var parent: UInt16
  /// One past the last node of the subtree.
  public var end: UInt16
  /// The first entry within the product.
  public var first: UInt16

  @inlinable init(kind: NodeKind, parent: UInt16, end: UInt16, first: UInt16) {
    self.kind = kind
    self.parent = parent
    self.end = end
    self.first = first
  }
}

/// What became of a product on its way.
public enum ProductState: UInt8, Sendable {
  /// Read whole and free of errors.
  case good
  /// Has an error: goes to quarantine.
  case faulted
  /// Not accepted by the profile, which is no error.
  case notApplicable
  /// Left out by a filter.
  case filtered
}

/// One product of a batch.
public struct ProductRow: Sendable {
  /// First node in the batch.
  public var node: Int
  /// How many nodes, without the sentinel.
  public var nodeCount: Int
  /// First entry in the batch.
  public var entry: Int
  /// How many entries.
  public var entryCount: Int
  /// Offset of the record in the decoded input; for a workbook, see the reader.
  public var recordOffset: UInt64
  /// Length of the record in bytes.
  public var recordLength: UInt64
  /// What became of it.
  public var state: ProductState
  /// How many records of the input it was read from; more than one where a format splits a product.
  public var records: Int = 1
  /// Products with the same number have equal nodes and entries, and equal values where an entry `isFixed`; 0 when nothing is
  /// known. So what was worked out for one of them holds for the others, without a look at each node. The number is that of the
  /// template they were filled into, or of the layout they were recognised by; unique in the process.
  public internal(set) var layout: UInt64 = 0
}
