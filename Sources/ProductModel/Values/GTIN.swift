/// What a check of a GS1 identification number found.
public enum GTINResult: Hashable, Sendable {
  /// Right length, digits only, right check digit.
  case valid
  /// Neither 8, 12, 13 nor 14 digits (13 for a GLN).
  case wrongLength
  /// A character that is no digit.
  case notDigits
  /// The last digit does not follow from the others; the one that would.
  case wrongCheckDigit(expected: UInt8)
  /// A number in scientific form, `8.93850123E+12`: a spreadsheet has lost its digits.
  case scientific
}

/// How a GTIN is written where less than 14 digits are wanted.
public enum GTINForm: Sendable, Hashable, CaseIterable {
  /// 8 digits for a GTIN-8, 14 when the indicator digit is not 0, else 13; a GTIN-12 gets one leading zero.
  case natural
  /// As `natural`, but 12 digits for a GTIN-12, as in North America.
  case upc
  /// 13 digits, 14 when the indicator digit is not 0.
  case thirteen
  /// Always 14 digits, the canonical form.
  case fourteen
}

/// Global Trade Item Numbers (GS1 General Specifications, section 3.3 and 7.9). Canonical form: 14 digits.
public enum GTIN {
  /// Checks length, digits and check digit of a GTIN-8, -12, -13 or -14 as text.
  public static func check(_ digits: Span<UInt8>) -> GTINResult {
    let n = digits.count
    var i = 0
    while i < n, DecimalText.isDigit(digits[i]) { i += 1 }
    if i < n { return isScientific(digits) ? .scientific : .notDigits }
    guard n == 8 || (n >= 12 && n <= 14) else { return .wrongLength }
    let expected = checkDigit(of: digits.extracting(0..<n - 1))
    return digits[n - 1] == 0x30 + expected ? .valid : .wrongCheckDigit(expected: expected)
  }

  /// Checks a GTIN.
  public static func check(_ digits: String) -> GTINResult { check(digits.utf8.span) }

  /// The check digit, 0 to 9, that completes some digits: weights 3 and 1 alternate from the right. The bytes must be
  /// digits.
  public static func checkDigit(of payload: Span<UInt8>) -> UInt8 {
    var sum = 0
    var weight = 3
    var i = payload.count - 1
    while i >= 0 {
      sum += Int(payload[i] & 15) * weight
      weight = 4 - weight
      i -= 1
    }
    return UInt8((10 - sum % 10) % 10)
  }

  /// The check digit that completes some digits; nil when a character is no digit.
  public static func checkDigit(of payload: String) -> UInt8? {
    payload.utf8.allSatisfy(DecimalText.isDigit) ? checkDigit(of: payload.utf8.span) : nil
  }

  /// Writes the 14-digit form of 8 to 14 digits. The memory must hold 14 bytes; the check digit is not looked at.
  public static func writeCanonical(_ digits: Span<UInt8>, into out: UnsafeMutablePointer<UInt8>) {
    let n = min(digits.count, 14)
    for i in 0..<14 - n { out[i] = 0x30 }
    for i in 0..<n { out[14 - n + i] = digits[i] }
  }

  /// The 14-digit form of a valid GTIN, or nil.
  public static func canonical(_ digits: String) -> String? {
    guard check(digits) == .valid else { return nil }
    return String(repeating: "0", count: 14 - digits.utf8.count) + digits
  }

  /// Where in the 14 canonical digits the text to write begins. Other lengths are written whole.
  public static func start(_ canonical: Span<UInt8>, form: GTINForm) -> Int {
    guard canonical.count == 14, form != .fourteen else { return 0 }
    var zeros = 0
    while zeros < 14, canonical[zeros] == 0x30 { zeros += 1 }
    if form != .thirteen, zeros >= 6 { return 6 }
    if form == .upc, zeros >= 2 { return 2 }
    return zeros >= 1 ? 1 : 0
  }

  /// A canonical GTIN in the form asked for.
  public static func written(_ canonical: String, form: GTINForm = .natural) -> String {
    String(canonical.utf8.dropFirst(start(canonical.utf8.span, form: form))) ?? canonical
  }

  static func isScientific(_ text: Span<UInt8>) -> Bool {
    guard let _ = try? DecimalText.parse(text, style: .point, allowsExponent: true) else {
      guard let _ = try? DecimalText.parse(text, style: .comma, allowsExponent: true) else { return false }
      return hasExponent(text)
    }
    return hasExponent(text)
  }

  private static func hasExponent(_ text: Span<UInt8>) -> Bool {
    for i in 0..<text.count where text[i] | 0x20 == UInt8(ascii: "e") { return true }
    return false
  }
}

/// Global Location Numbers: 13 digits with a check digit (GS1 General Specifications, section 3.4).
public enum GLN {
  /// Checks length, digits and check digit.
  public static func check(_ digits: Span<UInt8>) -> GTINResult {
    let result = GTIN.check(digits)
    switch result {
    case .notDigits, .scientific: return result
    default: return digits.count == 13 ? result : .wrongLength
    }
  }

  /// Checks a GLN.
  public static func check(_ digits: String) -> GTINResult { check(digits.utf8.span) }
}
