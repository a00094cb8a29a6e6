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

  // MARK: Findings

  mutating func tellFindings() {
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
  mutating func identity() -> String? {
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
  mutating func attributePath(_ node: Int32, _ path: ModelPath) -> String {
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
  func isSameProduct() -> Bool {
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
  mutating func emit(pending isPending: Bool) {
    if isPending {
      Self.emit(&pending, to: batch)
      if !pending.deferred.isEmpty { readDeferred(pending) }
      end(pending.length, pending.hasError, isInOrder: pending.deferred.isEmpty)
    } else {
      Self.emit(&current, to: batch)
      if !current.deferred.isEmpty { readDeferred(current) }
      end(current.length, current.hasError, isInOrder: current.deferred.isEmpty)
    }
  }

  /// Ends the product that was emitted. What was read late stands behind its place, so that the product has to be sorted.
  private mutating func end(_ length: UInt64, _ hasError: Bool, isInOrder: Bool) {
    let state: ProductState = hasError ? .faulted : .good
    if isInOrder {
      layouts.endProduct(of: &batch.pointee, length: length, state: state)
    } else {
      batch.pointee.endProduct(length: length, state: state)
    }
  }

  /// Nodes in preorder, and their values in the same order, so that the batch has nothing to sort.
  static func emit(_ record: inout RecordScratch, to batch: UnsafeMutablePointer<ProductBatch>) {
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
  mutating func readDeferred(_ record: RecordScratch) {
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

  mutating func markFaulted(_ offset: UInt64) {
    if pending.offset == offset { pending.hasError = true } else { current.hasError = true }
  }

  /// A second record of the same product: the slow path, in comfortable copies.
  mutating func mergeWithPending() {
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
