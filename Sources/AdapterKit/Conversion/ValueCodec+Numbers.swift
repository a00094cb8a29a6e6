internal import Diagnostics
internal import ProductModel
internal import Profiles

// Numbers and money as people and files write them, into canonical decimals.
extension ValueCodec {
  struct NumberError: Error { let finding: ConversionFinding }

  func readNumber(_ offset: Int, _ length: Int, _ batch: inout ProductBatch) -> Reading {
    let text = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + offset, count: length)
    // Plain digits are canonical but for zeros at the end, in the comma style only whole ones.
    if let plain = Self.plain(text, allowsPoint: style != .comma), operation != .integer || plain.decimals == 0,
      operation != .money || plain.decimals <= maxFraction
    {
      return .value(offset: offset, length: plain.length)
    }
    switch number(offset, length, &batch, allowsFraction: operation != .integer) {
    case .success(let value): return append(value, &batch)
    case .failure(let error): return .fault(error.finding)
    }
  }

  /// The number that a text says in the codec's style.
  func number(
    _ offset: Int, _ length: Int, _ batch: inout ProductBatch, allowsFraction: Bool = true
  ) -> Result<DecimalValue, NumberError> {
    var place = (offset: offset, length: length)
    let whole = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + offset, count: length)
    if operation == .money {
      switch CurrencyWords.strip(whole, expected: details.moneyWords) {
      case .success(let range): place = (offset + range.lowerBound, range.count)
      case .failure(let other): return .failure(NumberError(finding: currencyFinding(other.word, whole)))
      }
    } else if type == .percent {
      if whole.last == UInt8(ascii: "%") {
        place = TextScan.trimmed(batch.unsafeArena, offset, length - 1)
      } else if whole.count > 3, whole.suffix(3).elementsEqual([0xEF, 0xBC, 0x85]) {
        place = TextScan.trimmed(batch.unsafeArena, offset, length - 3)
      }
    }
    let text = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + place.offset, count: place.length)
    var outcome = Self.parse(Span(_unsafeElements: text), style)
    if case .failure(.unexpected) = outcome, let narrow = Self.narrowed(text) {
      outcome = Self.parse(narrow.span, style)
    }
    switch outcome {
    case .success(let value):
      if !allowsFraction, !value.isWhole {
        return .failure(
          NumberError(finding: Self.finding(.numberFormat, "is not a whole number", vi: "không phải số nguyên", whole)))
      }
      if operation == .money, value.decimals > maxFraction {
        return .failure(NumberError(finding: decimalsFinding(whole)))
      }
      return .success(value)
    case .failure(.otherStyle(let value)):
      // 45000.0 comes out of spreadsheets and means the whole number in every style.
      if operation == .money, value.isWhole, Self.endsInZeroDecimals(text) { return .success(value) }
      return .failure(NumberError(finding: otherStyleFinding(value, whole)))
    case .failure(.scientific):
      return .failure(
        NumberError(
          finding: Self.finding(
            .numberFormat, "is in scientific form; a spreadsheet may have lost digits",
            vi: "ở dạng khoa học; bảng tính có thể đã làm mất chữ số", whole)))
    case .failure:
      return .failure(NumberError(finding: Self.finding(.numberFormat, "is no number", vi: "không phải là số", whole)))
    }
  }

  static func parse(
    _ text: Span<UInt8>, _ style: Converter.NumberStyle
  ) -> Result<DecimalValue, DecimalFault> {
    do throws(DecimalFault) {
      return .success(
        try DecimalText.parse(text, style: style == .comma ? .comma : .point, allowsGrouping: style != .plain))
    } catch { return .failure(error) }
  }

  /// Full-width digits and signs as plain ones; nil when there are none.
  static func narrowed(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    guard text.contains(0xEF) else { return nil }
    let string = String(decoding: text, as: UTF8.self)
    var out: [UInt8] = []
    for scalar in string.unicodeScalars {
      if scalar.value >= 0xFF01, scalar.value <= 0xFF5E {
        out.append(UInt8(scalar.value - 0xFEE0))
      } else {
        out.append(contentsOf: String(scalar).utf8)
      }
    }
    return out
  }

  /// Whether a text ends in one separator and one or two zeros.
  static func endsInZeroDecimals(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var zeros = 0
    var i = text.count - 1
    while i >= 0, text[i] == 0x30 {
      zeros += 1
      i -= 1
    }
    guard i > 0, zeros == 1 || zeros == 2, text[i] == UInt8(ascii: ".") || text[i] == UInt8(ascii: ",") else {
      return false
    }
    return text[..<i].allSatisfy { $0 != text[i] }
  }

  func otherStyleFinding(_ value: DecimalValue, _ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding {
    let shown = Self.string(text)
    switch style {
    case .comma:
      return ConversionFinding(
        .numberFormat,
        .init(
          "“\(shown)” has a decimal point; here a comma separates the decimals and a point the thousands",
          vi: "“\(shown)” dùng dấu chấm thập phân; ở đây dấu phẩy là dấu thập phân, dấu chấm ngăn hàng nghìn"),
        hint: .init("Write \(Self.written(value, comma: true)).", vi: "Ghi \(Self.written(value, comma: true))."))
    case .plain, .point:
      return ConversionFinding(
        .numberFormat,
        .init(
          style == .plain
            ? "“\(shown)” has grouping or a decimal comma; here only digits and a decimal point stand"
            : "“\(shown)” has a decimal comma; here a point separates the decimals and a comma the thousands",
          vi: style == .plain
            ? "“\(shown)” có dấu ngăn nhóm hoặc dấu phẩy thập phân; ở đây chỉ ghi chữ số và dấu chấm thập phân"
            : "“\(shown)” dùng dấu phẩy thập phân; ở đây dấu chấm là dấu thập phân, dấu phẩy ngăn hàng nghìn"),
        hint: .init("Write \(Self.written(value, comma: false)).", vi: "Ghi \(Self.written(value, comma: false))."))
    }
  }

  func currencyFinding(_ word: String, _ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding {
    let expected = details.currency.map { String(decoding: $0, as: UTF8.self) } ?? ""
    if word.isEmpty { return Self.finding(.numberFormat, "is no number", vi: "không phải là số", text) }
    guard CurrencyWords.isKnown(word) else {
      return Self.finding(
        .numberFormat, "holds “\(word)” beside the number", vi: "có “\(word)” bên cạnh số", text)
    }
    return Self.finding(
      .moneyCurrency, "is in another currency; amounts in \(expected) stand here",
      vi: "là loại tiền khác; ở đây ghi số tiền bằng \(expected)", text)
  }

  func decimalsFinding(_ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding {
    let code = details.currency.map { String(decoding: $0, as: UTF8.self) } ?? ""
    return Self.finding(
      .numberFormat, maxFraction == 0 ? "has decimals; \(code) has none" : "has more than \(maxFraction) decimals",
      vi: maxFraction == 0 ? "có phần lẻ; \(code) không có phần lẻ" : "có quá \(maxFraction) chữ số thập phân", text)
  }

  static func written(_ value: DecimalValue, comma: Bool) -> String {
    comma ? String(value.description.map { $0 == "." ? "," : $0 }) : value.description
  }
}
