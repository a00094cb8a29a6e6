internal import Diagnostics
internal import ProductModel

/// Five stars together with the state of a potential five-star product.
struct OCOPStateRule: ProductRule {
  let source = "148/QĐ-TTg: five stars are given by the central council only"
  let kinds: [NodeKind] = [.ocop]
  let attributes: [Attribute] = [.stars]
  let code = DiagnosticCode(
    "ocop-potential-five", .warning,
    title: LocalizedText("A potential five-star product is not five-star", vi: "Tiềm năng 5 sao chưa phải 5 sao"),
    explanation: LocalizedText(
      "A product proposed for five stars waits for the central council; until then it has four.",
      vi: "Sản phẩm đề nghị 5 sao còn chờ Hội đồng Trung ương; trước đó là 4 sao."),
    remedy: LocalizedText("Write 4 stars and the state proposed-5.", vi: "Ghi 4 sao và trạng thái proposed-5."))

  private static let five = Array("5".utf8), proposed = Array("proposed-5".utf8)

  func check(_ product: borrowing NodeView, asOf: CalendarDate, _ report: (RuleFinding) -> Void) {
    guard let ocop = product.node(.ocop), let stars = ocop.find(.stars), ocop.has(.stars, Self.five),
      ocop.has(.state, Self.proposed)
    else { return }
    report(RuleFinding(code, entry: stars, attribute: "ocop.stars", code.title))
  }
}

/// An OCOP certificate that does not hold 36 months.
struct OCOPPeriodRule: ProductRule {
  let source = "1048/QĐ-TTg, 148/QĐ-TTg: a ranking holds 36 months from the day of recognition"
  let kinds: [NodeKind] = [.certificate]
  let attributes: [Attribute] = [.expires]
  let code = DiagnosticCode(
    "ocop-period", .warning,
    title: LocalizedText("OCOP certificate does not hold 36 months", vi: "Giấy chứng nhận OCOP không đủ 36 tháng"),
    explanation: LocalizedText(
      "A ranking holds 36 months from the day of recognition; at the end of a month the day is clamped.",
      vi: "Kết quả phân hạng có giá trị 36 tháng kể từ ngày công nhận; cuối tháng thì lấy ngày cuối."),
    remedy: LocalizedText("Check both dates against the certificate.", vi: "Đối chiếu hai ngày với giấy chứng nhận."))

  private static let ocop = Array("OCOP".utf8)

  func check(_ product: borrowing NodeView, asOf: CalendarDate, _ report: (RuleFinding) -> Void) {
    var certificates = product.nodes(.certificate)
    while let certificate = certificates.next() {
      guard certificate.has(.standard, Self.ocop), let to = certificate.find(.expires),
        let issued = CalendarDate(certificate[.issued]), let expires = CalendarDate(certificate.bytes(of: to)),
        let due = issued.adding(months: 36), due != expires
      else { continue }
      // Some certificates name the last day instead of the anniversary.
      if due.dayNumber - expires.dayNumber == 1 { continue }
      report(
        RuleFinding(
          code, entry: to, attribute: "certificate[OCOP].expires",
          LocalizedText(
            "issued \(issued), so it should expire \(due), not \(expires)",
            vi: "cấp ngày \(issued) thì hết hạn \(due), không phải \(expires)")))
    }
  }
}

/// A certificate that has expired.
struct CertificateExpiredRule: ProductRule {
  let source = "the certificate itself"
  let kinds: [NodeKind] = [.certificate]
  let attributes: [Attribute] = [.expires]
  let code = DiagnosticCode(
    "certificate-expired", .warning,
    title: LocalizedText("Certificate has expired", vi: "Chứng nhận đã hết hạn"),
    explanation: LocalizedText(
      "The certificate's last day lies before today (or --as-of).",
      vi: "Ngày cuối của chứng nhận trước hôm nay (hoặc --as-of)."),
    remedy: LocalizedText("Renew it, or take it out.", vi: "Gia hạn, hoặc bỏ chứng nhận này."))

  func check(_ product: borrowing NodeView, asOf: CalendarDate, _ report: (RuleFinding) -> Void) {
    var certificates = product.nodes(.certificate)
    while let certificate = certificates.next() {
      guard let entry = certificate.find(.expires), let expires = CalendarDate(certificate.bytes(of: entry)),
        expires < asOf
      else { continue }
      let standard = certificate.string(.standard) ?? "?"
      report(
        RuleFinding(
          code, entry: entry, attribute: "certificate[\(standard)].expires",
          LocalizedText("\(standard) expired \(expires)", vi: "\(standard) hết hạn \(expires)")))
    }
  }
}
