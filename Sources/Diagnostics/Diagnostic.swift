/// One finding: what is wrong, where, in which product and attribute, and what to do.
public struct Diagnostic: Sendable, Hashable {
  /// The stable code.
  public var code: DiagnosticCode
  /// The severity in this run; a profile may have changed the code's own.
  public var severity: Severity
  /// Where in the input.
  public var place: Place
  /// How people name the product: GTIN, SKU or position.
  public var product: String?
  /// The canonical path, such as `item[each].gtin`.
  public var attribute: String?
  /// The offending value, shortened to 80 characters, when it helps. Never a secret.
  public var value: String?
  /// What is wrong with this very value.
  public var message: LocalizedText
  /// What to do about it; the code's general remedy when nil.
  public var hint: LocalizedText?

  /// Makes a finding; the severity is the code's unless given.
  public init(
    _ code: DiagnosticCode, severity: Severity? = nil, at place: Place = Place(), product: String? = nil,
    attribute: String? = nil, value: String? = nil, message: LocalizedText? = nil, hint: LocalizedText? = nil
  ) {
    self.code = code
    self.severity = severity ?? code.severity
    self.place = place
    self.product = product
    self.attribute = attribute
    self.value = value.map { $0.count > 80 ? String($0.prefix(79)) + "…" : $0 }
    self.message = message ?? code.title
    self.hint = hint
  }
}

extension Diagnostic: CustomStringConvertible {
  /// The finding on one or two lines in English; see `text(in:)`.
  public var description: String { text(in: .en) }

  /// The finding as a person reads it: `place: severity[code]: message`, the value, and the hint on a second line.
  public func text(in language: MessageLanguage) -> String {
    let where_ = place.description
    var text = where_.isEmpty ? "" : where_ + ": "
    text += "\(severity.name(in: language))[\(code.id)]: \(message[language])"
    if let value, !message[language].contains(value) { text += " («\(value)»)" }
    if let product { text += language == .vi ? " — sản phẩm \(product)" : " — product \(product)" }
    let hint = hint ?? code.remedy
    if !hint[language].isEmpty { text += "\n  → \(hint[language])" }
    return text
  }
}

extension Severity {
  /// The word for people.
  public func name(in language: MessageLanguage) -> String {
    switch (language, self) {
    case (.en, _): return rawValue
    case (.vi, .note): return "ghi chú"
    case (.vi, .warning): return "cảnh báo"
    case (.vi, .error): return "lỗi"
    case (.vi, .fatal): return "lỗi nghiêm trọng"
    }
  }
}
