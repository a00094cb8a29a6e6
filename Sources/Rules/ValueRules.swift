internal import Diagnostics
internal import ProductModel

/// A price, tax or certificate that ends before it begins.
struct PeriodOrderRule: ProductRule {
  let source = "this model: a period's last day is not before its first"
  let kinds: [NodeKind] = [.price, .tax, .certificate]
  let attributes: [Attribute] = [.to, .expires]
  let code = DiagnosticCode(
    "period-order", .warning,
    title: LocalizedText("A period ends before it begins", vi: "Thời hạn kết thúc trước khi bắt đầu"),
    explanation: LocalizedText(
      "Real lists hold such periods; they are reported, never repaired.",
      vi: "Danh sách thực tế có những thời hạn như vậy; chỉ báo, không tự sửa."),
    remedy: LocalizedText("Correct one of the two dates.", vi: "Sửa một trong hai ngày."))

  func check(_ product: borrowing NodeView, asOf: CalendarDate, _ report: (RuleFinding) -> Void) {
    for number in product.descendants {
      let pair: (Attribute, Attribute)
      switch product.kind(of: number) {
      case .price, .tax: pair = (.from, .to)
      case .certificate: pair = (.issued, .expires)
      default: continue
      }
      let node = product.node(at: number)
      guard let first = node.find(pair.0), let last = node.find(pair.1) else { continue }
      // Canonical dates compare as bytes.
      let a = node.bytes(of: first), b = node.bytes(of: last)
      if Self.isLess(b, a) {
        report(
          RuleFinding(
            code, entry: last, attribute: "\(node.kind.name).\(pair.1.name)",
            LocalizedText(
              "\(node.string(of: first)) to \(node.string(of: last))",
              vi: "từ \(node.string(of: first)) đến \(node.string(of: last))")))
      }
    }
  }

  private static func isLess(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    for i in 0..<min(a.count, b.count) where a[i] != b[i] { return a[i] < b[i] }
    return a.count < b.count
  }
}

/// Ingredient shares that add up to more than the product.
struct IngredientShareRule: ProductRule {
  let source = "KR 성분표: shares add up to exactly 100 %"
  let kinds: [NodeKind] = [.ingredient]
  let attributes: [Attribute] = [.share]
  let code = DiagnosticCode(
    "ingredient-shares", .warning,
    title: LocalizedText("Ingredient shares exceed 100 %", vi: "Tỷ lệ thành phần vượt 100 %"),
    explanation: LocalizedText(
      "The shares of the ingredients add up to more than 100 %; Korea refuses anything but exactly 100 %.",
      vi: "Tổng tỷ lệ thành phần lớn hơn 100 %; Hàn Quốc chỉ nhận đúng 100 %."),
    remedy: LocalizedText("Correct the shares.", vi: "Sửa lại tỷ lệ."))

  func check(_ product: borrowing NodeView, asOf: CalendarDate, _ report: (RuleFinding) -> Void) {
    var sum = DecimalValue.zero, last: Int?
    var ingredients = product.nodes(.ingredient)
    while let ingredient = ingredients.next() {
      guard let entry = ingredient.find(.share),
        let share = try? DecimalText.parse(ingredient.bytes(of: entry), style: .point), let next = sum.adding(share)
      else { continue }
      sum = next
      last = entry
    }
    guard let last, DecimalValue(100) < sum else { return }
    report(
      RuleFinding(
        code, entry: last, attribute: "ingredient.share",
        LocalizedText("the shares add up to \(sum) %", vi: "tổng tỷ lệ là \(sum) %")))
  }
}

/// More shelf life on arrival than from production.
struct ShelfLifeOrderRule: ProductRule {
  let source = "GDSN validation rule 314"
  let kinds: [NodeKind] = [.shelfLife]
  let attributes: [Attribute] = [.onArrival]
  let code = DiagnosticCode(
    "shelf-life-order", .warning,
    title: LocalizedText(
      "More shelf life on arrival than from production", vi: "Hạn dùng khi giao dài hơn từ khi sản xuất"),
    explanation: LocalizedText(
      "What is left on arrival cannot be more than there was at production.",
      vi: "Hạn còn lại khi giao không thể dài hơn hạn từ ngày sản xuất."),
    remedy: LocalizedText("Correct one of the two periods.", vi: "Sửa một trong hai thời hạn."))

  func check(_ product: borrowing NodeView, asOf: CalendarDate, _ report: (RuleFinding) -> Void) {
    guard let life = product.node(.shelfLife), let entry = life.find(.onArrival),
      let arrival = try? Measure(life.bytes(of: entry)), let production = try? Measure(life[.fromProduction]),
      arrival.unit == production.unit, production.value < arrival.value
    else { return }
    report(RuleFinding(code, entry: entry, attribute: "shelfLife.onArrival", code.title))
  }
}
