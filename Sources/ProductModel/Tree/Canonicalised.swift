extension Product {
  /// The product in canonical order: nodes by kind and, where a kind has a key, by key; values by attribute and facet in declared
  /// order; measures in the standard unit of their dimension; without values that say what is understood anyway. Two products
  /// that say the same are equal then.
  ///
  /// The order of nodes without a key (ingredients, pictures, selling points) has a meaning and stays, and so does the order
  /// of several values of one attribute, save for measures, which are one quantity in several units.
  public func canonicalised() -> Product { Product(root.canonicalised()) }
}

extension ProductNode {
  /// The node and everything below it in canonical order; see `Product.canonicalised()`.
  public func canonicalised() -> ProductNode {
    var node = ProductNode(kind)
    node.values = groupedValues().flatMap { group in
      Self.isUnderstood(group.texts, group.slot, on: kind)
        ? []
        : Self.meaning(of: group.texts, group.slot, on: kind).map {
          AttributeValue(group.slot.attribute, group.slot.facet, $0)
        }
    }
    let below = children.enumerated().map {
      (place: $0.offset, key: $0.element.keyTuple, node: $0.element.canonicalised())
    }
    node.children = below.sorted { a, b in
      if a.node.kind != b.node.kind { return a.node.kind.rawValue < b.node.kind.rawValue }
      for (x, y) in zip(a.key, b.key) where x != y { return (x ?? "") < (y ?? "") || (x == nil && y != nil) }
      return a.place < b.place
    }.map(\.node)
    return node
  }

  /// The values by attribute and facet, in declared order; measures sorted.
  func groupedValues() -> [(slot: ValueSlot, texts: [String])] {
    let tables = ModelTables.shared
    var order = FacetOrder()
    for value in values { order.learn(value.facet.rawValue) }
    var groups: [ValueSlot: [String]] = [:]
    for value in values {
      groups[ValueSlot(attribute: value.attribute, facet: value.facet), default: []].append(value.text)
    }
    return groups.sorted { a, b in
      let x = (tables.rank(kind, a.key.attribute), order.rank(a.key.facet.rawValue))
      let y = (tables.rank(kind, b.key.attribute), order.rank(b.key.facet.rawValue))
      return x < y
    }.map { slot, texts in
      let isUnordered = texts.count > 1 && tables.shape(kind, slot.attribute)?.type == .measure
      return (slot, isUnordered ? texts.sorted() : texts)
    }
  }
}

/// Where a value stands in a node.
struct ValueSlot: Hashable {
  var attribute: Attribute
  var facet: Facet
}
