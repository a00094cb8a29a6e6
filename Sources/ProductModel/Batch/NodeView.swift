// Views over a batch. They borrow it, cannot outlive it, and allocate nothing. This is the one file that declares functions
// returning views, and so the one that needs the experimental lifetime spelling.

/// A node of a product in a batch: its values by attribute and facet, its children by kind.
///
/// ```swift
/// let product = batch[product: i]
/// let name = product[.name, .vi]                       // Span<UInt8>, empty when absent
/// var nutrients = product.nodes(.nutrition)
/// while let nutrition = nutrients.next() { … }
/// ```
public struct NodeView: ~Escapable, Copyable {
  @usableFromInline let bytes: Span<UInt8>
  @usableFromInline let nodes: Span<Node>
  @usableFromInline let entries: Span<Entry>
  /// The node's number within its product.
  public let index: Int

  @inlinable @_lifetime(copy bytes, copy nodes, copy entries)
  init(bytes: Span<UInt8>, nodes: Span<Node>, entries: Span<Entry>, index: Int) {
    self.bytes = bytes
    self.nodes = nodes
    self.entries = entries
    self.index = index
  }

  /// The kind.
  @inlinable public var kind: NodeKind { nodes[index].kind }

  /// The entries of this node, as numbers within the product.
  @inlinable public var entryRange: Range<Int> { Int(nodes[index].first)..<Int(nodes[index + 1].first) }

  /// The numbers of the nodes below this one.
  @inlinable public var descendants: Range<Int> { index + 1..<Int(nodes[index].end) }

  /// The number of the parent node; 0 for the product itself.
  @inlinable public var parent: Int { Int(nodes[index].parent) }

  /// One past the last node of the subtree of a node of this product.
  @inlinable public func end(of node: Int) -> Int { Int(nodes[node].end) }

  /// The kind of a node of this product.
  @inlinable public func kind(of node: Int) -> NodeKind { nodes[node].kind }

  /// The first entry of a node of this product; one past the last node's comes the number of all entries.
  @inlinable public func firstEntry(of node: Int) -> Int { Int(nodes[node].first) }

  /// Whether an entry's bytes stand in an array from a place on.
  @inlinable public func hasBytes(of entry: Entry, _ array: [UInt8], from place: Int) -> Bool {
    let start = Int(entry.offset)
    for k in 0..<Int(entry.length) where bytes[start + k] != array[place + k] { return false }
    return true
  }

  /// The entry with a number within the product.
  @inlinable public func entry(_ number: Int) -> Entry { entries[number] }

  /// The number of the first entry of an attribute and facet, or nil.
  @inlinable public func find(_ attribute: Attribute, _ facet: Facet = .none) -> Int? {
    var i = Int(nodes[index].first)
    let end = Int(nodes[index + 1].first)
    while i < end {
      let e = entries[i]
      if e.attribute == attribute && e.facet == facet.rawValue { return i }
      i &+= 1
    }
    return nil
  }

  /// The bytes of an entry.
  @inlinable @_lifetime(copy self) public func bytes(of entry: Int) -> Span<UInt8> {
    let e = entries[entry]
    return bytes.extracting(Int(e.offset)..<Int(e.offset) + Int(e.length))
  }

  /// The first value of an attribute and facet; empty when absent.
  @inlinable public subscript(attribute: Attribute, facet: Facet = .none) -> Span<UInt8> {
    @_lifetime(copy self) get {
      guard let i = find(attribute, facet) else { return bytes.extracting(0..<0) }
      return bytes(of: i)
    }
  }

  /// The value as a String, or nil; for rules, messages and tests.
  public func string(_ attribute: Attribute, _ facet: Facet = .none) -> String? {
    find(attribute, facet).map { string(of: $0) }
  }

  /// An entry's value as a String.
  public func string(of entry: Int) -> String {
    let span = bytes(of: entry)
    return span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }

  /// The node with a number within the same product.
  @inlinable @_lifetime(copy self) public func node(at number: Int) -> NodeView {
    NodeView(bytes: bytes, nodes: nodes, entries: entries, index: number)
  }

  /// The children of a kind.
  @inlinable @_lifetime(copy self) public func nodes(_ kind: NodeKind) -> NodeList { NodeList(of: self, kind: kind) }

  /// The first child of a kind.
  @inlinable @_lifetime(copy self) public func node(_ kind: NodeKind) -> NodeView? {
    var i = index + 1
    let end = Int(nodes[index].end)
    while i < end {
      if nodes[i].kind == kind { return node(at: i) }
      i = Int(nodes[i].end)
    }
    return nil
  }

  /// The first child of a kind whose attribute has a value.
  @inlinable @_lifetime(copy self)
  public func node(_ kind: NodeKind, where attribute: Attribute, is value: [UInt8]) -> NodeView? {
    var i = index + 1
    let end = Int(nodes[index].end)
    while i < end {
      if nodes[i].kind == kind {
        let view = node(at: i)
        if view.has(attribute, value) { return view }
      }
      i = Int(nodes[i].end)
    }
    return nil
  }

  /// Whether the first plain value of an attribute is these bytes.
  @inlinable public func has(_ attribute: Attribute, _ value: [UInt8]) -> Bool {
    guard let entry = find(attribute) else { return false }
    let e = entries[entry]
    guard Int(e.length) == value.count else { return false }
    for k in 0..<value.count where bytes[Int(e.offset) + k] != value[k] { return false }
    return true
  }
}

/// The children of one kind, one after the other: `while let price = prices.next()`.
public struct NodeList: ~Escapable {
  @usableFromInline let parent: NodeView
  @usableFromInline let kind: NodeKind
  @usableFromInline var at: Int
  @usableFromInline let end: Int

  @inlinable @_lifetime(copy parent) init(of parent: NodeView, kind: NodeKind) {
    self.parent = parent
    self.kind = kind
    self.at = parent.index + 1
    self.end = Int(parent.nodes[parent.index].end)
  }

  /// The next child, or nil.
  @inlinable @_lifetime(copy self) public mutating func next() -> NodeView? {
    while at < end {
      let i = at
      at = Int(parent.nodes[i].end)
      if parent.nodes[i].kind == kind { return parent.node(at: i) }
    }
    return nil
  }
}

extension ProductBatch {
  /// A finished product.
  @inlinable public subscript(product i: Int) -> NodeView {
    @_lifetime(borrow self) get {
      let row = rows[i]
      return unsafe _overrideLifetime(
        NodeView(
          bytes: Span(_unsafeStart: bytes, count: byteCount),
          nodes: Span(_unsafeStart: nodes + row.node, count: row.nodeCount + 1),
          entries: Span(_unsafeStart: entries + row.entry, count: row.entryCount), index: 0), borrowing: self)
    }
  }

  /// The origin of an entry of a finished product: its offset from the record's start.
  @inlinable public func origin(product i: Int, entry: Int) -> Int { Int(origins[rows[i].entry + entry]) }
}
