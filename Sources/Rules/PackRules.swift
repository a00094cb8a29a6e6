internal import Diagnostics
internal import ProductModel

/// A pack that holds an item which the product does not have.
struct PackReferenceRule: ProductRule {
  let source = "this model: contains.item names an item of the same product"
  let kinds: [NodeKind] = [.contains]
  let attributes: [Attribute] = [.item]
  let code = DiagnosticCode(
    "pack-item-unknown", .error,
    title: LocalizedText("Pack holds an unknown item", vi: "Quy cách chứa mặt hàng không có"),
    explanation: LocalizedText(
      "A pack says that it holds an item, but the product has no item with that id.",
      vi: "Một quy cách khai là chứa một mặt hàng, nhưng sản phẩm không có mặt hàng với mã đó."),
    remedy: LocalizedText(
      "Correct the id, or add the item; items of other products are named by GTIN.",
      vi: "Sửa mã, hoặc thêm mặt hàng; mặt hàng của sản phẩm khác thì ghi bằng GTIN."))

  /// Above this many items a table of ids is made, lest a hostile record take time quadratic in its size.
  private static let linearLimit = 32

  func check(_ product: borrowing NodeView, asOf: CalendarDate, _ report: (RuleFinding) -> Void) {
    var table: Set<String>?
    var items = product.nodes(.item)
    var count = 0
    while items.next() != nil { count += 1 }
    if count > Self.linearLimit {
      var ids = Set<String>()
      items = product.nodes(.item)
      while let item = items.next() { if let id = item.string(.id) { ids.insert(id) } }
      table = ids
    }
    items = product.nodes(.item)
    while let item = items.next() {
      var contents = item.nodes(.contains)
      while let content = contents.next() {
        guard let entry = content.find(.item) else { continue }
        var known = table?.contains(content.string(of: entry)) ?? false
        if known { continue }
        var others = product.nodes(.item)
        while table == nil, let other = others.next() {
          if let id = other.find(.id), other.hasSameBytes(id, as: content, entry) {
            known = true
            break
          }
        }
        if !known {
          let id = content.string(of: entry)
          report(
            RuleFinding(
              code, entry: entry, attribute: "item[\(item.string(.id) ?? "?")].contains.item",
              LocalizedText("there is no item “\(id)”", vi: "không có mặt hàng “\(id)”")))
        }
      }
    }
  }
}

/// Packs that hold each other in a circle.
struct PackCycleRule: ProductRule {
  let source = "this model: packs are a graph without cycles"
  let kinds: [NodeKind] = [.contains]
  let attributes: [Attribute] = [.item]
  let code = DiagnosticCode(
    "pack-cycle", .error,
    title: LocalizedText("Packs hold each other in a circle", vi: "Các quy cách chứa lẫn nhau"),
    explanation: LocalizedText(
      "Following what packs hold leads back to where it began.", vi: "Lần theo các quy cách lại trở về điểm đầu."),
    remedy: LocalizedText("Correct what the packs hold.", vi: "Sửa lại nội dung các quy cách."))

  private static let baseItem = Array(Model.baseItem.utf8)

  func check(_ product: borrowing NodeView, asOf: CalendarDate, _ report: (RuleFinding) -> Void) {
    // Nearly all products: nothing that holds anything but the base unit, no memory needed.
    var needsLook = false
    var items = product.nodes(.item)
    while let item = items.next() {
      var contents = item.nodes(.contains)
      while let content = contents.next() {
        if content.find(.item) != nil, !content.has(.item, Self.baseItem) { needsLook = true }
        if item.has(.id, Self.baseItem), content.find(.item) != nil { needsLook = true }
      }
    }
    if needsLook { look(product, report) }
  }

  /// Takes away items that hold nothing that is left; what cannot be taken away stands in a circle.
  private func look(_ product: borrowing NodeView, _ report: (RuleFinding) -> Void) {
    var numbers: [String: Int] = [:]
    var ids: [(id: String, entry: Int?)] = []
    var items = product.nodes(.item)
    while let item = items.next() {
      let id = item.string(.id) ?? ""
      numbers[id] = ids.count
      ids.append((id, item.find(.id)))
    }
    var holders: [[Int]] = Array(repeating: [], count: ids.count)
    var open = Array(repeating: 0, count: ids.count)
    items = product.nodes(.item)
    var number = 0
    while let item = items.next() {
      var contents = item.nodes(.contains)
      while let content = contents.next() {
        guard let held = content.string(.item).flatMap({ numbers[$0] }) else { continue }
        holders[held].append(number)
        open[number] += 1
      }
      number += 1
    }
    var free = open.indices.filter { open[$0] == 0 }
    while let item = free.popLast() {
      for holder in holders[item] {
        open[holder] -= 1
        if open[holder] == 0 { free.append(holder) }
      }
    }
    guard let circle = open.firstIndex(where: { $0 > 0 }) else { return }
    report(
      RuleFinding(
        code, entry: ids[circle].entry, attribute: "item[\(ids[circle].id)].contains",
        LocalizedText("the pack holds itself in the end", vi: "quy cách này rốt cuộc chứa chính nó")))
  }
}

extension NodeView {
  /// Whether two entries of one product have the same bytes.
  func hasSameBytes(_ entry: Int, as other: borrowing NodeView, _ otherEntry: Int) -> Bool {
    let a = bytes(of: entry), b = other.bytes(of: otherEntry)
    guard a.count == b.count else { return false }
    for i in 0..<a.count where a[i] != b[i] { return false }
    return true
  }
}
