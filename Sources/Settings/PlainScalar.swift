/// Texts that YAML readers take for something else when they stand without quotes.
public enum PlainScalar {
  /// Booleans and nulls of YAML 1.1, numbers that lose digits (`08938…`, `1.10`), long digit strings such as GTINs, dates and
  /// times of day. `true`, `false` and short whole numbers are the model's own words.
  public static func isMisread(_ text: String) -> Bool {
    guard text.utf8.count <= 40, let first = text.utf8.first else { return false }
    switch text.lowercased() {
    case "yes", "no", "on", "off", ".inf", ".nan": return true
    default: break
    }
    func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    let digits = text.utf8.filter(isDigit).count
    if digits == text.utf8.count { return digits >= 8 || (digits > 1 && first == 0x30) }
    guard isDigit(first) || first == 0x2B || first == 0x2D || first == 0x2E, digits > 0 else { return false }
    let rest = text.utf8.filter { !isDigit($0) }
    if rest.allSatisfy({ $0 == 0x3A }) { return true }
    if rest.elementsEqual([0x2D, 0x2D]), text.utf8.count == 10 { return true }
    guard Double(text) != nil else { return false }
    return text.hasSuffix("0") || rest.contains { $0 | 0x20 == 0x65 || $0 | 0x20 == 0x78 }
  }
}
