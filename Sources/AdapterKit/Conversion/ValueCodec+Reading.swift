internal import COcopShims
internal import Diagnostics
public import ProductModel
internal import Profiles

extension ValueCodec {
  /// Reads the text of a place that lies in the batch's arena.
  ///
  /// - Parameters:
  ///   - offset: where the text begins in the arena.
  ///   - length: its length in bytes.
  ///   - unit: where the unit's text lies, for a measure whose unit has a place of its own; nil when that is blank.
  ///   - batch: the batch; longer canonical forms are appended to its arena, so pointers into it do not survive.
  @inline(__always) public func read(
    offset: Int, length: Int, unit: (offset: Int, length: Int)? = nil, in batch: inout ProductBatch
  ) -> Reading {
    let place = TextScan.trimmed(batch.unsafeArena, offset, length)
    if place.length == 0 { return .blank }
    if operation == .text { return .value(offset: place.offset, length: place.length) }
    return convert(place.offset, place.length, unit, &batch)
  }

  @inline(never) func convert(
    _ offset: Int, _ length: Int, _ unit: (offset: Int, length: Int)?, _ batch: inout ProductBatch
  ) -> Reading {
    let text = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + offset, count: length)
    let span = Span(_unsafeElements: text)
    switch operation {
    case .text: return .value(offset: offset, length: length)
    case .url:
      if Self.isURL(text) { return .value(offset: offset, length: length) }
      return .fault(Self.finding(.urlFormat, "is not an absolute URL", vi: "không phải địa chỉ URL đầy đủ", text))
    case .gtin, .gtin14: return readGTIN(span, text, offset, &batch)
    case .gln:
      let result = GLN.check(span)
      return result == .valid
        ? .value(offset: offset, length: length)
        : .fault(Self.glnFinding(result, text))
    case .integer, .decimal, .money: return readNumber(offset, length, &batch)
    case .measure: return readMeasure(span, text, offset, &batch)
    case .amount: return readAmount(offset, length, unit, &batch)
    case .measureIn, .days:
      guard let code = details.unit else { return .blank }
      if let plain = Self.plain(text, allowsPoint: style != .comma), operation != .days || plain.decimals == 0 {
        return append(offset, plain.length, code, &batch)
      }
      switch number(offset, length, &batch, allowsFraction: operation != .days) {
      case .success(let value): return append(Measure(value, code), &batch)
      case .failure(let error): return .fault(error.finding)
      }
    case .quantity: return readQuantity(offset, length, &batch)
    case .duration: return readDuration(offset, text, &batch)
    case .date: return readDate(span, text, offset, &batch)
    case .dateTimeOfDate:
      // The date is what counts; the time of day is the profile's.
      guard length >= 10, let date = CalendarDate(span.extracting(0..<10)) else {
        return readDate(span, text, offset, &batch)
      }
      if length > 10, text[10] != UInt8(ascii: "T"), text[10] != 0x20 { return readDate(span, text, offset, &batch) }
      _ = date
      return .value(offset: offset, length: 10)
    case .dateTime: return readDateTime(span, text, offset, &batch)
    case .boolean: return readBoolean(text, &batch)
    case .codes: return readCode(text, offset, &batch)
    case .choice: return readChoice(text, offset, &batch)
    case .affixed:
      guard let inner = details.inner else { return .blank }
      var start = offset, end = offset + length
      if text.starts(with: details.prefix) { start += details.prefix.count }
      let suffix = details.suffix
      if end - start >= suffix.count, text.suffix(suffix.count).elementsEqual(suffix) { end -= suffix.count }
      return inner.read(offset: start, length: end - start, unit: unit, in: &batch)
    }
  }

  // MARK: Identification

  func readGTIN(
    _ span: Span<UInt8>, _ text: UnsafeBufferPointer<UInt8>, _ offset: Int, _ batch: inout ProductBatch
  ) -> Reading {
    let result = GTIN.check(span)
    guard result == .valid else {
      return .fault(Self.gtinFinding(result, text))
    }
    if text.count == 14 { return .value(offset: offset, length: 14) }
    let length = text.count
    batch.reserveBytes(14)
    let at = batch.byteCount
    let arena = batch.unsafeArena
    GTIN.writeCanonical(
      Span(_unsafeStart: UnsafePointer(arena) + offset, count: length), into: arena + at)
    batch.setByteCount(at + 14)
    return .value(offset: at, length: 14)
  }

  static func gtinFinding(_ result: GTINResult, _ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding {
    let code: DiagnosticCode =
      switch result {
      case .wrongCheckDigit, .valid: .gtinCheckDigit
      case .wrongLength: .gtinLength
      case .notDigits: .gtinCharacters
      case .scientific: .gtinScientific
      }
    return keyFinding(code, ValueFault.gtin(result), text)
  }

  static func glnFinding(_ result: GTINResult, _ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding {
    let code: DiagnosticCode =
      switch result {
      case .wrongCheckDigit, .valid: .glnCheckDigit
      case .wrongLength: .glnLength
      case .notDigits: .glnCharacters
      case .scientific: .glnScientific
      }
    return keyFinding(code, ValueFault.gln(result), text)
  }

  private static func keyFinding(
    _ code: DiagnosticCode, _ fault: ValueFault, _ text: UnsafeBufferPointer<UInt8>
  ) -> ConversionFinding {
    let value = string(text)
    return ConversionFinding(code, .init("“\(value)”: \(fault.message.en)", vi: "“\(value)”: \(fault.message.vi)"))
  }

  // MARK: Helpers

  /// How many bytes at the front of a plain number are its canonical form, and how many of them are decimals; nil when the
  /// text needs a closer look.
  static func plain(_ text: UnsafeBufferPointer<UInt8>, allowsPoint: Bool) -> (length: Int, decimals: Int)? {
    let n = text.count
    guard n > 0, n <= 38 else { return nil }
    var i = 0
    if text[0] == 0x30 {
      i = 1
    } else {
      while i < n, text[i] &- 0x30 < 10 { i += 1 }
      if i == 0 { return nil }
    }
    if i == n { return (n, 0) }
    guard allowsPoint, text[i] == UInt8(ascii: "."), i + 1 < n else { return nil }
    let point = i
    i += 1
    while i < n, text[i] &- 0x30 < 10 { i += 1 }
    guard i == n else { return nil }
    while text[i - 1] == 0x30 { i -= 1 }
    return i - 1 == point ? (point, 0) : (i, i - point - 1)
  }

  /// Whether a text begins with a scheme (RFC 3986, section 3.1) and holds nothing that a URL cannot hold. Control
  /// characters were seen to before.
  static func isURL(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var i = 0
    // Nearly all schemes are these two.
    if text.count > 6, text[0] == UInt8(ascii: "h"), text[1] == UInt8(ascii: "t"), text[2] == UInt8(ascii: "t"),
      text[3] == UInt8(ascii: "p")
    {
      i = text[4] == UInt8(ascii: "s") ? 5 : 4
    }
    while i < text.count, text[i] != UInt8(ascii: ":") {
      let byte = text[i]
      let isMore =
        byte &- 0x30 < 10 || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      guard (byte | 0x20) &- 0x61 < 26 || (i > 0 && isMore) else { return false }
      i += 1
    }
    guard i > 1, i + 1 < text.count, let start = text.baseAddress else { return false }
    return ocop_find_not_url(start, i, text.count) == text.count
  }

  /// A number that stands in the arena, followed by a unit.
  func append(_ offset: Int, _ length: Int, _ unit: UnitCode, _ batch: inout ProductBatch) -> Reading {
    batch.reserveBytes(length + 4)
    let at = batch.append(UnsafePointer(batch.unsafeArena) + offset, count: length)
    let out = batch.unsafeArena + at + length
    out[0] = 0x20
    let total = length + 1 + unit.write(into: out + 1)
    batch.setByteCount(at + total)
    return .value(offset: at, length: total)
  }

  func append(_ value: DecimalValue, _ batch: inout ProductBatch) -> Reading {
    batch.reserveBytes(DecimalValue.maxTextLength)
    let at = batch.byteCount
    let count = value.write(into: batch.unsafeArena + at)
    batch.setByteCount(at + count)
    return .value(offset: at, length: count)
  }

  func append(_ measure: Measure, _ batch: inout ProductBatch) -> Reading {
    batch.reserveBytes(Measure.maxTextLength)
    let at = batch.byteCount
    let count = measure.write(into: batch.unsafeArena + at)
    batch.setByteCount(at + count)
    return .value(offset: at, length: count)
  }

  func append(_ date: CalendarDate, _ batch: inout ProductBatch) -> Reading {
    batch.reserveBytes(40)
    let at = batch.byteCount
    date.write(into: batch.unsafeArena + at)
    batch.setByteCount(at + 10)
    if type != .dateTime { return .value(offset: at, length: 10) }
    let rest = batch.append("T00:00:00" + details.offset)
    return .value(offset: at, length: 10 + rest.length)
  }

  static func append(_ bytes: [UInt8], _ batch: inout ProductBatch) -> (offset: Int, length: Int) {
    bytes.withUnsafeBufferPointer { buffer in
      (buffer.baseAddress.map { batch.append($0, count: buffer.count) } ?? 0, buffer.count)
    }
  }

  static func string(_ text: UnsafeBufferPointer<UInt8>) -> String {
    DiagnosticMessages.short(String(decoding: text, as: UTF8.self))
  }

  static func finding(
    _ code: DiagnosticCode, _ en: String, vi: String, _ text: UnsafeBufferPointer<UInt8>, hint: LocalizedText? = nil
  ) -> ConversionFinding {
    let shown = string(text)
    return ConversionFinding(code, .init("“\(shown)” \(en)", vi: "“\(shown)” \(vi)"), hint: hint)
  }
}
