internal import Bytes

/// Numbers as workbooks store them (a double, printed with up to 17 digits) as the shortest decimal text that is the same
/// double, without exponent.
enum CellNumber {
  enum Outcome: Equatable {
    /// The stored text is that already.
    case same
    /// The text was put behind the buffer.
    case appended
    /// The stored text is no number.
    case invalid
  }

  /// Puts the canonical text of a stored number behind a buffer, unless the stored text is canonical already.
  static func canonical(_ raw: UnsafeBufferPointer<UInt8>, into buffer: inout ByteBuffer) -> Outcome {
    if isCanonical(raw) { return .same }
    guard let value = value(raw) else { return .invalid }
    buffer.append(text(value))
    return .appended
  }

  /// The value of a stored number; nil when the text is none (also for infinity and the like).
  static func value(_ raw: UnsafeBufferPointer<UInt8>) -> Double? {
    guard raw.count > 0, raw.count <= 400,
      raw.allSatisfy({
        ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E || $0 | 0x20 == 0x65 || $0 <= 0x20
      })
    else { return nil }
    let trimmed = raw.drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed()
    guard let value = Double(String(decoding: trimmed, as: UTF8.self)), value.isFinite else { return nil }
    return value
  }

  /// The shortest decimal text of a finite number, without exponent; whole numbers without a point.
  static func text(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 9_007_199_254_740_992 { return String(Int64(value)) }
    let text = value.description
    guard let e = text.utf8.firstIndex(of: UInt8(ascii: "e")) else {
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
    // d.ddde±x: move the point.
    let exponent = Int(text[text.utf8.index(after: e)...]) ?? 0
    var mantissa = text[..<e]
    let sign = mantissa.hasPrefix("-") ? "-" : ""
    if !sign.isEmpty { mantissa = mantissa.dropFirst() }
    let parts = mantissa.split(separator: ".")
    var digits = parts.joined()
    var point = parts[0].utf8.count + exponent
    if parts.count == 2, parts[1] == "0" { digits = String(parts[0]) }
    if point <= 0 {
      digits = String(repeating: "0", count: 1 - point) + digits
      point = 1
    }
    if point >= digits.utf8.count { return sign + digits + String(repeating: "0", count: point - digits.utf8.count) }
    let index = digits.index(digits.startIndex, offsetBy: point)
    return sign + digits[..<index] + "." + digits[index...]
  }

  /// Whether a text is an optional sign, digits without a needless zero in front, and an optional fraction without a
  /// needless zero behind, of at most 15 significant digits, which a double always holds.
  static func isCanonical(_ raw: UnsafeBufferPointer<UInt8>) -> Bool {
    var i = raw.first == 0x2D ? 1 : 0
    let start = i
    while i < raw.count, raw[i] >= 0x30, raw[i] <= 0x39 { i += 1 }
    let whole = i - start
    if whole == 0 || (whole > 1 && raw[start] == 0x30) || i > 17 { return false }
    if i == raw.count { return whole <= 15 && !(start == 1 && raw[start] == 0x30) }
    guard raw[i] == 0x2E else { return false }
    let point = i
    i += 1
    while i < raw.count, raw[i] >= 0x30, raw[i] <= 0x39 { i += 1 }
    return i == raw.count && i > point + 1 && raw[i - 1] != 0x30 && whole + (i - point - 1) <= 15
  }
}
