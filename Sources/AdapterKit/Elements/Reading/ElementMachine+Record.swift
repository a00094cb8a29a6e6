internal import Diagnostics
internal import Documents
internal import ProductModel

#if canImport(Glibc)
  internal import Glibc
#endif

// What happens when a record is whole: packs are normalised, doubles merged, findings told, and the product handed on.

extension ElementMachine {
  mutating func finishRecord(at end: UInt64) {
    current.length = end - current.offset
    if plan.hasItems {
      nameMixedCase()
      nameItems()
    }
    resolveFixups()
    if plan.hasItems { recogniseAssortment() }
    for implied in plan.implied {
      let node = implied.target.path >= 0 ? find(implied.target.path, from: 0, origin: 0) : 0
      if current.find(implied.target.attribute, implied.target.facet, on: node) < 0 {
        setBytes(implied.target.attribute, implied.value, on: node, origin: 0)
      }
    }
    mergeDoubles()
    if current.isOverflown {
      current.hasError = true
      findings.append(
        ElementFinding(
          code: .productTooLarge, message: DiagnosticCode.productTooLarge.title, origin: 0, element: path(to: top)))
    }
    if !findings.isEmpty { tellFindings() }

    if hasPending, plan.mergesRecords, isSameProduct() {
      mergeWithPending()
    } else {
      emitPending()
      swap(&pending, &current)
      hasPending = true
    }
  }

  // MARK: Packs

  /// Gives each item without id one: `each` for the base unit, its GTIN for others. Items met twice become one.
  private mutating func nameItems() {
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

  func isBase(_ item: Int32) -> Bool {
    let flag = current.find(.isBaseUnit, on: item)
    if flag >= 0 { return value(flag).count == 4 }
    let level = current.find(.level, on: item)
    return level >= 0 && Self.isEqual(value(level), Self.baseLevel)
  }

  private func originOf(_ node: Int32) -> UInt32 {
    let entry = current.nodes[Int(node)].firstEntry
    return entry < 0 ? 0 : current.entries[Int(entry)].origin
  }

  /// Whether an item has the GTIN of an earlier one: then it is the same, met below another pack. What was read without
  /// key from below it is there twice and is dropped.
  private mutating func mergeWithEarlier(_ item: Int32) -> Bool {
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

  func isEqual(_ a: Int32, _ b: Int32) -> Bool {
    let a = value(a), b = value(b)
    return a.count == b.count && (a.isEmpty || memcmp(a.baseAddress!, b.baseAddress!, a.count) == 0)
  }

  /// Takes a node out: it becomes an alias of itself that is never emitted.
  private mutating func drop(_ node: Int32) { current.nodes[Int(node)].isDropped = true }

  // MARK: Values known late

  private mutating func resolveFixups() {
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
  private mutating func resolveContents() {
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

  // MARK: Doubles

  /// Nodes of one kind with one key under one parent become one.
  private mutating func mergeDoubles() {
    let candidates = current.kinds.twice & ~Self.keyless
    if candidates == 0 { return }
    for i in 1..<max(current.nodes.count, 1) {
      let kind = current.nodes[i].kind
      if candidates & 1 << UInt64(kind.rawValue) == 0 || current.nodes[i].alias >= 0 { continue }
      let hash = keyHash(Int32(i))
      current.nodes[i].hash = hash
      if hash == 0 { continue }
      let parent = current.nodes[i].parent
      for k in 1..<i
      where current.nodes[k].kind == kind && current.nodes[k].hash == hash && current.nodes[k].parent == parent
        && current.nodes[k].alias < 0 && !current.nodes[k].isDropped && hasSameKey(Int32(i), Int32(k))
      {
        merge(Int32(i), into: Int32(k))
        break
      }
    }
  }

  /// Kinds that are aligned by sequence and so never merged, a bit each.
  private static let keyless: UInt64 = Model.kinds.reduce(0) { bits, kind in
    kind.key.isEmpty && kind.isMany ? bits | 1 << UInt64(kind.kind.rawValue) : bits
  }

  private func key(of node: Int32) -> [Attribute] {
    let opener = current.nodes[Int(node)].opener
    return opener >= 0 ? plan.openers[Int(opener)].key : current.nodes[Int(node)].kind.declaration.key
  }

  /// A hash of the key's values; 0 when the node has none, unless there can be only one of its kind.
  private func keyHash(_ node: Int32) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    var hasKey = false
    let key = key(of: node)
    for attribute in key {
      hash = (hash ^ UInt32(attribute.rawValue)) &* 16_777_619
      let entry = current.find(attribute, on: node)
      if entry < 0 { continue }
      hasKey = true
      for byte in value(entry) { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    }
    if key.isEmpty, !current.nodes[Int(node)].kind.declaration.isMany { return 1 }
    return hasKey ? hash | 1 : 0
  }

  private func hasSameKey(_ a: Int32, _ b: Int32) -> Bool {
    for attribute in key(of: a) {
      let x = current.find(attribute, on: a), y = current.find(attribute, on: b)
      if x < 0 || y < 0 {
        if x != y { return false }
      } else if !isEqual(x, y) {
        return false
      }
    }
    return true
  }

  /// Moves what one node has to another; values that contradict are reported and left out.
  private mutating func merge(_ from: Int32, into to: Int32) {
    var i = current.nodes[Int(from)].firstEntry
    current.nodes[Int(from)].alias = to
    var child = current.nodes[Int(from)].firstChild
    while child >= 0 {
      let next = current.nodes[Int(child)].nextSibling
      current.adopt(child, to)
      child = next
    }
    while i >= 0 {
      let entry = current.entries[Int(i)]
      if entry.length >= 0 { take(entry, on: to) }
      i = entry.next
    }
  }

  private mutating func take(_ entry: RecordScratch.Entry, on node: Int32) {
    let isMany = Model.declaration(current.nodes[Int(node)].kind, entry.attribute)?.isMany ?? false
    let arena = UnsafePointer(batch.pointee.unsafeArena)
    var i = current.nodes[Int(node)].firstEntry
    while i >= 0 {
      let other = current.entries[Int(i)]
      if other.attribute == entry.attribute, other.facet == entry.facet, other.length >= 0 {
        let isSame =
          other.length == entry.length
          && memcmp(arena + other.offset, arena + entry.offset, Int(entry.length)) == 0
        if isSame { return }
        if !isMany {
          let kept = String(decoding: value(i), as: UTF8.self)
          let text = UnsafeBufferPointer(start: arena + entry.offset, count: Int(entry.length))
          return conflict(
            node, entry.attribute, Facet.stored(entry.facet), kept, String(decoding: text, as: UTF8.self), entry.origin,
            path(to: top))
        }
      }
      i = other.next
    }
    current.addEntry(
      entry.attribute, Facet.stored(entry.facet), on: node, offset: entry.offset, length: Int(entry.length),
      origin: entry.origin)
  }

  // MARK: Findings

  private mutating func tellFindings() {
    let product = identity()
    for finding in findings {
      let attribute = finding.path.map { attributePath(finding.node, $0) }
      let diagnostic = sink.diagnostic(finding, offset: current.offset, product: product, attribute: attribute)
      if diagnostic.severity >= .error { current.hasError = true }
      sink.diagnostics.report(diagnostic)
    }
    findings.removeAll(keepingCapacity: true)
  }

  /// How people name the open record's product.
  private func identity() -> String? {
    var first: String?
    for i in 0..<current.nodes.count where current.nodes[i].kind == .item && current.nodes[i].alias < 0 {
      for attribute in [Attribute.gtin, .sku] {
        let entry = current.find(attribute, on: Int32(i))
        if entry < 0 { continue }
        let text = String(decoding: value(entry), as: UTF8.self)
        if isBase(Int32(i)) { return text }
        first = first ?? text
        break
      }
    }
    return first
  }

  /// `item[each].gtin`
  private func attributePath(_ node: Int32, _ path: ModelPath) -> String {
    var text = path.description
    if path.isFromProduct { return text.hasPrefix("product.") ? String(text.dropFirst(8)) : text }
    var at = node < 0 ? 0 : current.standing(node)
    while at > 0 {
      let kind = current.nodes[Int(at)].kind
      var step = kind.name
      for key in kind.declaration.key.prefix(1) {
        let entry = current.find(key, on: at)
        if entry >= 0 { step += "[" + String(decoding: value(entry), as: UTF8.self) + "]" }
      }
      text = step + "." + text
      at = current.standing(current.nodes[Int(at)].parent)
    }
    return text
  }

  // MARK: Handing on

  /// Whether the open record's base unit is that of the one before.
  private func isSameProduct() -> Bool {
    guard current.baseEntry >= 0, pending.baseEntry >= 0 else { return false }
    let a = current.entries[current.baseEntry], b = pending.entries[pending.baseEntry]
    return a.length == b.length
      && memcmp(batch.pointee.unsafeArena + a.offset, batch.pointee.unsafeArena + b.offset, Int(a.length)) == 0
  }

  /// Puts the held-back record into the batch.
  mutating func emitPending() {
    guard hasPending else { return }
    hasPending = false
    if let product = merged {
      batch.pointee.append(product, recordOffset: pending.offset, recordLength: pending.length)
      batch.pointee.rows[batch.pointee.rows.count - 1].state = pending.hasError ? .faulted : .good
      batch.pointee.rows[batch.pointee.rows.count - 1].records = pending.records
      merged = nil
      return
    }
    emit(pending: true)
  }

  /// Puts a record into the batch.
  private mutating func emit(pending isPending: Bool) {
    if isPending {
      Self.emit(&pending, to: batch)
      if !pending.deferred.isEmpty { readDeferred(pending) }
      batch.pointee.endProduct(length: pending.length, state: pending.hasError ? .faulted : .good)
    } else {
      Self.emit(&current, to: batch)
      if !current.deferred.isEmpty { readDeferred(current) }
      batch.pointee.endProduct(length: current.length, state: current.hasError ? .faulted : .good)
    }
  }

  /// Nodes in preorder, each followed by its values, so that the batch has nothing to sort.
  private static func emit(_ record: inout RecordScratch, to batch: UnsafeMutablePointer<ProductBatch>) {
    batch.pointee.beginProduct(at: record.offset)
    var at: Int32 = 0, number = 0
    while true {
      var entry = record.nodes[Int(at)].firstEntry
      while entry >= 0 {
        let e = record.entries[Int(entry)]
        if e.length >= 0 {
          batch.pointee.set(
            e.attribute, Facet.stored(e.facet), on: number, offset: e.offset, length: Int(e.length),
            origin: Int(e.origin))
        }
        entry = e.next
      }
      // Down to the first child, else on to the next sibling of the nearest node that has one.
      var next = record.nodes[Int(at)].firstChild
      while true {
        while next >= 0, record.nodes[Int(next)].alias >= 0 || record.nodes[Int(next)].isDropped {
          next = record.nodes[Int(next)].nextSibling
        }
        if next >= 0 || at == 0 { break }
        next = record.nodes[Int(at)].nextSibling
        at = record.nodes[Int(at)].parent
      }
      if next < 0 { break }
      at = next
      let parent = record.nodes[Int(at)].parent
      number = batch.pointee.addNode(
        record.nodes[Int(at)].kind, under: parent == 0 ? 0 : Int(record.nodes[Int(parent)].hash))
      // The hash is no longer needed: its place holds the node's number in the batch.
      record.nodes[Int(at)].hash = UInt32(number)
    }
  }

  /// Reads texts with several values into the batch's open product.
  private mutating func readDeferred(_ record: RecordScratch) {
    var parts: [PartFinding] = []
    for text in record.deferred {
      let standing = record.standing(text.node)
      if record.nodes[Int(standing)].isDropped { continue }
      let node = standing == 0 ? 0 : Int(record.nodes[Int(standing)].hash)
      if text.kind == .list {
        plan.lists[Int(text.index)].read(
          offset: text.offset, length: text.length, origin: Int(text.origin), on: node, in: &batch.pointee,
          findings: &parts)
      } else {
        let at = plan.composites[Int(text.index)].node.openNode(
          from: node, in: &batch.pointee, origin: Int(text.origin))
        _ = plan.composites[Int(text.index)].pattern.read(
          offset: text.offset, length: text.length, origin: Int(text.origin), on: at, in: &batch.pointee,
          findings: &parts)
      }
      for part in parts {
        var place = sink.place(near: record.offset + UInt64(text.origin))
        place.element = text.element
        let diagnostic = Diagnostic(
          part.finding.code, at: place, attribute: part.path?.description, value: part.value,
          message: part.finding.message,
          hint: part.finding.hint)
        if diagnostic.severity >= .error { markFaulted(record.offset) }
        sink.diagnostics.report(diagnostic)
      }
      parts.removeAll(keepingCapacity: true)
    }
  }

  private mutating func markFaulted(_ offset: UInt64) {
    if pending.offset == offset { pending.hasError = true } else { current.hasError = true }
  }

  /// A second record of the same product: the slow path, in comfortable copies.
  private mutating func mergeWithPending() {
    let arena = batch.pointee.byteCount
    let first: Product
    if let merged {
      first = merged
    } else {
      emit(pending: true)
      first = Product(batch.pointee[product: batch.pointee.count - 1])
      batch.pointee.removeLastProduct()
    }
    emit(pending: false)
    let second = Product(batch.pointee[product: batch.pointee.count - 1])
    batch.pointee.removeLastProduct()
    batch.pointee.setByteCount(arena)

    // What the profile's own market is told goes before what another one is told, else what came first.
    let (before, now) = (first.markets, second.markets)
    let own = plan.market.map { String(decoding: $0, as: UTF8.self) } ?? ""
    let isSecondKept = now.contains(own) && !before.contains(own)
    let union = isSecondKept ? second.union(first) : first.union(second)
    for conflict in union.conflicts {
      let kept = DiagnosticMessages.short(conflict.mine.joined(separator: ", "))
      let other = DiagnosticMessages.short(conflict.theirs.joined(separator: ", "))
      var message = LocalizedText(
        "two records of one product contradict each other; “\(kept)”, which came first, was kept",
        vi: "hai bản ghi của cùng một sản phẩm mâu thuẫn; giá trị có trước “\(kept)” được giữ")
      var hint: LocalizedText?
      if before != now {
        let (a, b) = isSecondKept ? (now, before) : (before, now)
        message = LocalizedText(
          "for the markets \(a.joined(separator: ", ")) and \(b.joined(separator: ", ")) the product is told in two ways; “\(kept)” was kept, “\(other)” was not",
          vi:
            "sản phẩm được khai khác nhau cho thị trường \(a.joined(separator: ", ")) và \(b.joined(separator: ", ")); giữ “\(kept)”, bỏ “\(other)”"
        )
        hint = LocalizedText(
          "Prices and taxes are kept for each market; where everything else differs, read the markets from files of their own.",
          vi: "Giá và thuế được giữ riêng cho từng thị trường; nếu nội dung khác nhau, hãy tách tệp theo thị trường.")
      }
      sink.diagnostics.report(
        Diagnostic(
          .elementConflict, at: sink.place(near: current.offset), product: first.identity,
          attribute: conflict.path.description, value: conflict.theirs.joined(separator: ", "), message: message,
          hint: hint))
    }
    merged = union.product
    pending.length = current.offset + current.length - pending.offset
    pending.records += 1
    pending.hasError = pending.hasError || current.hasError
  }
}

extension Product {
  /// The markets that a product names, in order.
  fileprivate var markets: [String] { root.nodes(.market).compactMap { $0[.country] }.sorted() }
}
