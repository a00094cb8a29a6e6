/// The product code of the OCOP dossier system, `TT-HHH-XXXXX-N-YYYY`: `84-846-29347-1-2021`.
///
/// It freezes the administrative codes in force before 1 July 2025 for ever; the text stays the value, this is only a view of
/// it.
public struct OCOPCode: Hashable, Sendable {
  /// Two digits: the province by the General Statistics Office's codes of before July 2025.
  public let province: String
  /// Three digits: the district.
  public let district: String
  /// Five digits: the commune.
  public let commune: String
  /// The product's ordinal in the commune, from 1.
  public let ordinal: Int
  /// The year of registration.
  public let year: Int

  /// Reads a code; nil when its shape is not exactly two, three, five, one to four and four digits, or ordinal or year are
  /// out of range.
  public init?(_ text: String) {
    guard OCOPCode.isWellFormed(text.utf8.span) else { return nil }
    let parts = text.split(separator: "-")
    guard parts.count == 5, let ordinal = Int(parts[3]), let year = Int(parts[4]) else { return nil }
    province = String(parts[0])
    district = String(parts[1])
    commune = String(parts[2])
    self.ordinal = ordinal
    self.year = year
  }

  /// Whether a text has the shape of a code; the year lies in 2018 to 2099, the programme began in 2018.
  public static func isWellFormed(_ text: Span<UInt8>) -> Bool {
    let n = text.count
    guard n >= 19, n <= 22 else { return false }
    for i in 0..<n {
      let isDash = i == 2 || i == 6 || i == 12 || i == n - 5
      guard isDash ? text[i] == UInt8(ascii: "-") : DecimalText.isDigit(text[i]) else { return false }
    }
    if text[13] == 0x30 { return false }
    let century = text[n - 4] == 0x32 && text[n - 3] == 0x30
    return century && (text[n - 2] > 0x31 || (text[n - 2] == 0x31 && text[n - 1] >= 0x38))
  }
}
