internal import Bytes
internal import COcopShims

/// Why bytes are no canonical value of their type.
public enum ValueFault: Hashable, Sendable {
  /// Nothing; an absent value is left out.
  case empty
  /// Bytes that are no UTF-8; offset of the first.
  case notUTF8(at: Int)
  /// Text that is not in normalisation form C.
  case notNFC
  /// A control character other than tab and line feed in a text, any at all in a code; its offset.
  case control(at: Int)
  /// A blank at the start or end.
  case outerBlank
  /// Neither `true` nor `false`.
  case notBoolean
  /// No whole number in canonical form.
  case notInteger
  /// No decimal number in canonical form.
  case notDecimal
  /// No canonical measure.
  case measure(MeasureFault)
  /// Not a day `2026-11-22` that exists.
  case notADate
  /// Not a moment `2026-11-22T08:00:00+07:00` that exists.
  case notADateTime
  /// No absolute URL.
  case notAURL
  /// A right GTIN, but not padded to 14 digits.
  case unpaddedGTIN
  /// No right GTIN.
  case gtin(GTINResult)
  /// No right GLN.
  case gln(GTINResult)
}

extension ValueType {
  /// What keeps bytes from being a canonical value of this type, or nil. Allocates nothing, save for texts that look as if
  /// they were not in NFC.
  public func check(_ value: Span<UInt8>) -> ValueFault? {
    guard value.count > 0 else { return .empty }
    switch self {
    case .text: return Self.text(value, allowsLines: true)
    case .code: return Self.text(value, allowsLines: false)
    case .boolean: return Self.isBoolean(value) ? nil : .notBoolean
    case .integer: return DecimalText.isCanonicalInteger(value) ? nil : .notInteger
    case .decimal, .percent: return DecimalText.isCanonical(value) ? nil : .notDecimal
    case .measure: return Measure.check(value).map { .measure($0) }
    case .date: return CalendarDate(value) == nil ? .notADate : nil
    case .dateTime: return DateAndTime(value) == nil ? .notADateTime : nil
    case .url: return Self.url(value)
    case .gtin:
      let result = GTIN.check(value)
      if result == .valid { return value.count == 14 ? nil : .unpaddedGTIN }
      return .gtin(result)
    case .gln:
      let result = GLN.check(value)
      return result == .valid ? nil : .gln(result)
    }
  }

  /// What keeps a text from being a canonical value of this type, or nil.
  public func check(_ value: String) -> ValueFault? { check(value.utf8.span) }

  /// The canonical form of a value that differs only in how it is written (superfluous zeros, a GTIN without its leading
  /// zeros, outer blanks, capital `TRUE`), or nil when it is canonical already or wrong. For hints and lenient readers.
  public func canonicalForm(_ value: String) -> String? {
    guard let fault = check(value) else { return nil }
    let trimmed = String(
      value.split(omittingEmptySubsequences: true, whereSeparator: \.isWhitespace).joined(separator: " "))
    var form: String?
    switch self {
    case .text where fault == .outerBlank || fault == .notNFC: form = Self.trimmed(value).nfcForm
    case .code where fault == .outerBlank || fault == .notNFC: form = trimmed.nfcForm
    case .boolean: form = trimmed.lowercased()
    case .integer: form = DecimalValue(trimmed).flatMap { $0.intValue }.map(String.init)
    case .decimal, .percent: form = DecimalValue(trimmed)?.description
    case .measure: form = Measure(trimmed.uppercased())?.description
    case .gtin: form = GTIN.canonical(trimmed)
    case .date: form = (try? DateText.parse(trimmed.utf8.span))?.description
    case .gln, .url, .dateTime: form = trimmed
    case .text, .code: form = nil
    }
    return form.flatMap { check($0) == nil ? $0 : nil }
  }

  private static func trimmed(_ value: String) -> String {
    var text = value[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }

  private static func isBoolean(_ value: Span<UInt8>) -> Bool { equal(value, "true") || equal(value, "false") }

  private static func equal(_ value: Span<UInt8>, _ word: StaticString) -> Bool {
    guard value.count == word.utf8CodeUnitCount else { return false }
    for i in 0..<value.count where value[i] != word.utf8Start[i] { return false }
    return true
  }

  private static func text(_ value: Span<UInt8>, allowsLines: Bool) -> ValueFault? {
    if isBlank(value, 0) || isBlank(value, value.count - 1) { return .outerBlank }
    return value.withUnsafeBufferPointer { buffer -> ValueFault? in
      guard let start = buffer.baseAddress else { return .empty }
      var at = 0
      let found = ocop_scan_text(start, buffer.count, &at)
      if found & 1 != 0 { return .notUTF8(at: at) }
      if found & 2 != 0, nfc(buffer) != nil { return .notNFC }
      // The vector scan for JSON stops at control characters, and at quotes and backslashes, which are fine here.
      at = ocop_find_json(start, 0, buffer.count)
      while at < buffer.count {
        let byte = start[at]
        if byte < 0x20, !allowsLines || (byte != 0x0A && byte != 0x09) { return .control(at: at) }
        at = ocop_find_json(start, at + 1, buffer.count)
      }
      return nil
    }
  }

  private static func isBlank(_ value: Span<UInt8>, _ i: Int) -> Bool {
    value[i] == 0x20 || value[i] == 0x09 || value[i] == 0x0A || value[i] == 0x0D
  }

  private static func url(_ value: Span<UInt8>) -> ValueFault? {
    // RFC 3986: a letter, then letters, digits, + - . up to the colon, and something behind it.
    var i = 0
    while i < value.count, value[i] != UInt8(ascii: ":") {
      let byte = value[i]
      let isLetter = byte | 0x20 &- 0x61 < 26
      let isMore =
        DecimalText.isDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      guard isLetter || (i > 0 && isMore) else { return .notAURL }
      i += 1
    }
    guard i > 1, i + 1 < value.count else { return .notAURL }
    for k in i..<value.count {
      switch value[k] {
      case 0x00...0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"):
        return .notAURL
      default: break
      }
    }
    return value.withUnsafeBufferPointer { buffer -> ValueFault? in
      guard let start = buffer.baseAddress else { return .empty }
      var at = 0
      return ocop_scan_text(start, buffer.count, &at) & 1 != 0 ? .notUTF8(at: at) : nil
    }
  }
}
