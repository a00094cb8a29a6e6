internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

// Packs of a whole record: items get their ids, those met twice become one, and values that are known late are filled in.

extension ElementMachine {
  /// Gives each item without id one: `each` for the base unit, its GTIN for others. Items met twice become one.
  mutating func nameItems() {
    var base: Int32 = -1
    var count = 0
    for i in 1..<max(current.nodes.count, 1) where current.nodes[i].kind == .item {
      let entry = current.find(.id, on: Int32(i))
      if entry >= 0, Self.isEqual(value(entry), Self.baseItem) { base = Int32(i) }
    }
    for i in 1..<max(current.nodes.count, 1) where current.nodes[i].kind == .item {
      let item = Int32(i)
      count += 1
      if mergeWithEarlier(item) { continue }
      if current.find(.id, on: item) >= 0 { continue }
      if isBase(item) {
        if base < 0 {
          base = item
          setBytes(.id, Self.baseItem, on: item, origin: 0)
          continue
        }
        findings.append(
          ElementFinding(
            code: .elementSeveralBases, message: DiagnosticCode.elementSeveralBases.title, origin: originOf(item),
            element: path(to: top), node: item))
      }
      let gtin = current.find(.gtin, on: item)
      if gtin >= 0 {
        let entry = current.entries[Int(gtin)]
        current.addEntry(.id, .none, on: item, offset: entry.offset, length: Int(entry.length), origin: entry.origin)
      } else {
        setBytes(.id, Array("item-\(count)".utf8), on: item, origin: 0)
      }
    }
    if base >= 0 { current.baseEntry = Int(current.find(.gtin, on: current.standing(base))) }
  }

  static let baseItem = Array(Model.baseItem.utf8)
  static let baseLevel = Array("BASE_UNIT_OR_EACH".utf8)

  mutating func isBase(_ item: Int32) -> Bool {
    let flag = current.find(.isBaseUnit, on: item)
    if flag >= 0 { return value(flag).count == 4 }
    let level = current.find(.level, on: item)
    return level >= 0 && Self.isEqual(value(level), Self.baseLevel)
  }

  func originOf(_ node: Int32) -> UInt32 {
    let entry = current.nodes[Int(node)].firstEntry
    return entry < 0 ? 0 : current.entries[Int(entry)].origin
  }

  /// Whether an item has the GTIN of an earlier one: then it is the same, met below another pack. What was read without
  /// key from below it is there twice and is dropped.
  mutating func mergeWithEarlier(_ item: Int32) -> Bool {
    let gtin = current.find(.gtin, on: item)
    if gtin < 0 { return false }
    for i in 1..<Int(item) where current.nodes[i].kind == .item && current.nodes[i].alias < 0 {
      let other = current.find(.gtin, on: Int32(i))
      guard other >= 0, isEqual(gtin, other) else { continue }
      merge(item, into: Int32(i))
      for k in i..<current.nodes.count
      where current.nodes[k].owner == item && current.nodes[k].kind.declaration.key.isEmpty
        && current.nodes[k].kind.declaration.isMany && current.nodes[k].parent != item
      {
        drop(Int32(k))
      }
      return true
    }
    return false
  }

  mutating func isEqual(_ a: Int32, _ b: Int32) -> Bool {
    let a = value(a), b = value(b)
    return a.count == b.count && (a.isEmpty || memcmp(a.baseAddress!, b.baseAddress!, a.count) == 0)
  }

  /// Takes a node out: it becomes an alias of itself that is never emitted.
  mutating func drop(_ node: Int32) { current.nodes[Int(node)].isDropped = true }

  // MARK: Values known late

  mutating func resolveFixups() {
    for fixup in current.fixups {
      var source = fixup.source
      if source < 0 { source = current.child(fixup.sourceKind, of: 0) }
      let node = current.standing(fixup.node)
      if current.nodes[Int(node)].isDropped || current.find(fixup.attribute, on: node) >= 0 { continue }
      let entry = source < 0 ? -1 : current.find(fixup.sourceAttribute, on: current.standing(source))
      if entry >= 0 {
        let e = current.entries[Int(entry)]
        current.addEntry(
          fixup.attribute, .none, on: node, offset: e.offset, length: Int(e.length),
          origin: fixup.source < 0 ? fixup.origin : e.origin)
      } else if fixup.sourceKind == .market, let market = plan.market {
        setBytes(fixup.attribute, market, on: node, origin: fixup.origin)
      }
    }
    if plan.hasItems { resolveContents() }
  }

  /// What a pack holds is named by the item's id when the item is part of this product.
  mutating func resolveContents() {
    for i in 1..<max(current.nodes.count, 1) where current.nodes[i].kind == .contains {
      let gtin = current.find(.gtin, on: Int32(i))
      if gtin < 0 { continue }
      for k in 1..<current.nodes.count where current.nodes[k].kind == .item && current.nodes[k].alias < 0 {
        let own = current.find(.gtin, on: Int32(k))
        guard own >= 0, isEqual(own, gtin) else { continue }
        let id = current.find(.id, on: Int32(k))
        if id >= 0, current.find(.item, on: Int32(i)) < 0 {
          let e = current.entries[Int(id)]
          current.addEntry(
            .item, .none, on: Int32(i), offset: e.offset, length: Int(e.length),
            origin: current.entries[Int(gtin)].origin)
        }
        current.entries[Int(gtin)].length = -1
        break
      }
    }
  }
}
