/// A product as a comfortable tree of Strings: for rules, comparison, merge, messages and tests.
///
/// It costs about four times the batch's view; conversions use views. Two products are equal when their trees are, wherever
/// their values came from.
public struct Product: Sendable, Hashable {
  /// The product's own node.
  public var root: ProductNode

  /// Makes a product from its root node.
  public init(_ root: ProductNode = ProductNode(.product)) { self.root = root }
}

/// A node of a comfortable product.
public struct ProductNode: Sendable, Hashable {
  /// The kind.
  public var kind: NodeKind
  /// The values, in the order they came.
  public var values: [AttributeValue]
  /// The nodes below, in the order they came.
  public var children: [ProductNode]

  /// Makes a node.
  public init(_ kind: NodeKind, _ values: [AttributeValue] = [], children: [ProductNode] = []) {
    self.kind = kind
    self.values = values
    self.children = children
  }

  /// The first value of an attribute and facet; setting nil removes all values of it.
  public subscript(_ attribute: Attribute, _ facet: Facet = .none) -> String? {
    get { values.first { $0.attribute == attribute && $0.facet == facet }?.text }
    set {
      let at = values.firstIndex { $0.attribute == attribute && $0.facet == facet }
      if let newValue {
        if let at { values[at].text = newValue } else { values.append(AttributeValue(attribute, facet, newValue)) }
      } else {
        values.removeAll { $0.attribute == attribute && $0.facet == facet }
      }
    }
  }

  /// All values of an attribute and facet, in order.
  public func all(_ attribute: Attribute, _ facet: Facet = .none) -> [String] {
    values.filter { $0.attribute == attribute && $0.facet == facet }.map(\.text)
  }

  /// The children of a kind, in order.
  public func nodes(_ kind: NodeKind) -> [ProductNode] { children.filter { $0.kind == kind } }

  /// The index among `children` of the node that a step leads to, or nil.
  public func index(of step: ModelPath.Step) -> Int? {
    var seen = 0
    for (i, child) in children.enumerated() where child.kind == step.kind {
      seen += 1
      switch step.selector {
      case .first: return i
      case .position(let n): if seen == n { return i }
      case .keys(let keys): if keys.allSatisfy({ child[$0.attribute] == $0.value }) { return i }
      }
    }
    return nil
  }

  /// The value of the node's first key attribute that has one; what `[…]` shows.
  public var keyText: String? {
    for key in kind.declaration.key { if let value = self[key] { return value } }
    return nil
  }
}

/// One value of a comfortable node.
public struct AttributeValue: Sendable, Hashable {
  /// The attribute.
  public var attribute: Attribute
  /// The facet.
  public var facet: Facet
  /// The canonical text.
  public var text: String

  /// Makes a value.
  public init(_ attribute: Attribute, _ facet: Facet = .none, _ text: String) {
    self.attribute = attribute
    self.facet = facet
    self.text = text
  }
}

extension Product {
  /// The node that steps lead to, or nil.
  public func node(_ steps: some Sequence<ModelPath.Step>) -> ProductNode? {
    var node = root
    for step in steps {
      guard let i = node.index(of: step) else { return nil }
      node = node.children[i]
    }
    return node
  }

  /// The value at a path, or nil.
  public subscript(path: ModelPath) -> String? {
    get {
      guard let attribute = path.attribute else { return nil }
      return node(path.steps)?[attribute, path.facet]
    }
    set {
      guard let attribute = path.attribute else { return }
      func set(_ node: inout ProductNode, _ steps: ArraySlice<ModelPath.Step>) {
        guard let step = steps.first else {
          node[attribute, path.facet] = newValue
          return
        }
        var at = node.index(of: step)
        if at == nil {
          if newValue == nil { return }
          var child = ProductNode(step.kind)
          if case .keys(let keys) = step.selector { for key in keys { child[key.attribute] = key.value } }
          node.children.append(child)
          at = node.children.count - 1
        }
        set(&node.children[at!], steps.dropFirst())
      }
      set(&root, path.steps[...])
    }
  }

  /// The value at a path in the notation, or nil when it is absent or the path is wrong; for tests and messages.
  public subscript(path: String) -> String? {
    get { (try? ModelPath(path)).flatMap { self[$0] } }
    set { if let path = try? ModelPath(path) { self[path] = newValue } }
  }

  /// How people name this product: base unit's GTIN, its SKU, any GTIN, the family's id, or a name.
  public var identity: String? {
    let items = root.nodes(.item)
    let base = items.first { $0[.id] == Model.baseItem } ?? items.first
    return base?[.gtin] ?? base?[.sku] ?? items.lazy.compactMap { $0[.gtin] }.first
      ?? root.nodes(.family).first?[.id] ?? root[.name, .vi] ?? root.values.first { $0.attribute == .name }?.text
  }
}

extension Product {
  /// A comfortable copy of a product in a batch.
  public init(_ view: borrowing NodeView) {
    root = ProductNode(view)
  }
}

extension NodeView {
  /// How people name this product (`Product.identity`), found without a copy of the product.
  public var identity: String? {
    var base: String?, sku: String?, any: String?
    var items = nodes(.item), isFirst = true
    while let item = items.next() {
      let isBase = item.string(.id) == Model.baseItem
      if isFirst || isBase { (base, sku) = (item.string(.gtin), item.string(.sku)) }
      any = any ?? item.string(.gtin)
      isFirst = false
      if isBase { break }
    }
    if let name = base ?? sku ?? any { return name }
    while let item = items.next() { if let gtin = item.string(.gtin) { return gtin } }
    if let family = node(.family), let id = family.string(.id) { return id }
    if let name = string(.name, .vi) { return name }
    for number in entryRange where entry(number).attribute == .name { return string(of: number) }
    return nil
  }
}

extension ProductNode {
  /// A comfortable copy of a node and what is below it.
  public init(_ view: borrowing NodeView) {
    self.init(view.kind)
    values.reserveCapacity(view.entryRange.count)
    for e in view.entryRange {
      let entry = view.entry(e)
      values.append(AttributeValue(entry.attribute, Facet.stored(entry.facet), view.string(of: e)))
    }
    var i = view.index + 1
    let end = view.descendants.upperBound
    while i < end {
      children.append(ProductNode(view.node(at: i)))
      i = view.end(of: i)
    }
  }
}

extension ProductBatch {
  /// Adds a whole product to the batch.
  public mutating func append(_ product: Product, recordOffset: UInt64 = 0, recordLength: UInt64 = 0) {
    beginProduct(at: recordOffset)
    fill(product.root, 0)
    endProduct(length: recordLength)
  }

  private mutating func fill(_ node: ProductNode, _ number: Int) {
    for value in node.values { set(value.attribute, value.facet, on: number, value.text) }
    for child in node.children { fill(child, addNode(child.kind, under: number)) }
  }

  /// A comfortable copy of a finished product.
  public func product(at i: Int) -> Product { Product(self[product: i]) }

  /// Comfortable copies of all products.
  public func products() -> [Product] {
    var all: [Product] = []
    for i in 0..<count { all.append(Product(self[product: i])) }
    return all
  }
}
