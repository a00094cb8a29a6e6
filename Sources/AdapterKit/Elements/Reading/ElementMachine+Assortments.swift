internal import ProductModel

// Mixed cases: a trade item that is no base unit and holds items of other products, by their GTINs.

extension ElementMachine {
  /// In a record without base unit, the one item that holds two or more items of other products is the product itself: it
  /// becomes `each`, and its names become the product's.
  mutating func nameMixedCase() {
    var mixed: Int32 = -1
    for i in 1..<max(current.nodes.count, 1) where current.nodes[i].kind == .item {
      let item = Int32(i)
      if isBase(item) { return }
      let id = current.find(.id, on: item)
      if id >= 0, Self.isEqual(value(id), Self.baseItem) { return }
      if !holdsSeveralProducts(item) { continue }
      if mixed >= 0 { return }
      mixed = item
    }
    if mixed < 0 || current.find(.id, on: mixed) >= 0 { return }
    setBytes(.id, Self.baseItem, on: mixed, origin: 0)
    var i = current.nodes[Int(mixed)].firstEntry
    while i >= 0 {
      let entry = current.entries[Int(i)]
      if entry.length >= 0, entry.attribute == .name || entry.attribute == .shortName {
        current.entries[Int(i)].length = -1
        current.addEntry(
          entry.attribute, Facet.stored(entry.facet), on: 0, offset: entry.offset, length: Int(entry.length),
          origin: entry.origin)
      }
      i = entry.next
    }
  }

  /// A product whose item `each` is no base unit and holds items by GTIN that are not its own is an assortment.
  mutating func recogniseAssortment() {
    if current.find(.type, on: 0) >= 0 { return }
    for i in 1..<max(current.nodes.count, 1) where current.nodes[i].kind == .contains {
      let item = current.standing(current.nodes[i].parent)
      let id = current.find(.id, on: item)
      if id < 0 || isBase(item) || !Self.isEqual(value(id), Self.baseItem) { continue }
      if current.find(.gtin, on: Int32(i)) < 0 || current.find(.item, on: Int32(i)) >= 0 { continue }
      return setBytes(.type, Self.assortment, on: 0, origin: 0)
    }
  }

  /// Whether an item holds two different GTINs that no item of the record has.
  private mutating func holdsSeveralProducts(_ item: Int32) -> Bool {
    var first: Int32 = -1
    for i in 1..<max(current.nodes.count, 1)
    where current.nodes[i].kind == .contains && current.nodes[i].parent == item {
      let gtin = current.find(.gtin, on: Int32(i))
      if gtin < 0 || isOwn(gtin) || (first >= 0 && isEqual(first, gtin)) { continue }
      if first >= 0 { return true }
      first = gtin
    }
    return false
  }

  /// Whether an item of the record has this GTIN.
  private mutating func isOwn(_ gtin: Int32) -> Bool {
    for i in 1..<max(current.nodes.count, 1) where current.nodes[i].kind == .item {
      let own = current.find(.gtin, on: Int32(i))
      if own >= 0, isEqual(own, gtin) { return true }
    }
    return false
  }

  static let assortment = Array("assortment".utf8)
}
