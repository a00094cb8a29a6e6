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
      if ValueType.url.check(span) == nil { return .value(offset: offset, length: length) }
      return .fault(Self.finding(.urlFormat, "is not an absolute URL", vi: "không phải địa chỉ URL đầy đủ", text))
    case .gtin, .gtin14: return readGTIN(span, text, offset, &batch)
    case .gln:
      let result = GLN.check(span)
      return result == .valid
        ? .value(offset: offset, length: length)
        : .fault(Self.gtinFinding(result, text, kind: "GLN", lengths: "13", vi: "13"))
    case .integer, .decimal, .money: return readNumber(offset, length, &batch)
    case .measure: return readMeasure(span, text, offset, &batch)
    case .amount: return readAmount(offset, length, unit, &batch)
    case .measureIn, .days:
      guard let code = details.unit else { return .blank }
      switch number(offset, length, &batch, allowsFraction: operation != .days) {
      case .success(let value): return append(Measure(value, code), &batch)
      case .failure(let error): return .fault(error.finding)
      }
    case .quantity: return readQuantity(offset, length, &batch)
    case .duration: return readDuration(text, &batch)
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

  private func readGTIN(
    _ span: Span<UInt8>, _ text: UnsafeBufferPointer<UInt8>, _ offset: Int, _ batch: inout ProductBatch
  ) -> Reading {
    let result = GTIN.check(span)
    guard result == .valid else {
      return .fault(Self.gtinFinding(result, text, kind: "GTIN", lengths: "8, 12, 13 or 14", vi: "8, 12, 13 hoặc 14"))
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

  static func gtinFinding(
    _ result: GTINResult, _ text: UnsafeBufferPointer<UInt8>, kind: String, lengths: String, vi: String
  ) -> ConversionFinding {
    let code: DiagnosticCode =
      switch result {
      case .wrongCheckDigit, .valid: .gtinCheckDigit
      case .wrongLength: .gtinLength
      case .notDigits: .gtinCharacters
      case .scientific: .gtinScientific
      }
    let why = result.message(kind, lengths: lengths, vi: vi)
    let value = string(text)
    return ConversionFinding(code, .init("“\(value)”: \(why.en)", vi: "“\(value)”: \(why.vi)"))
  }

  // MARK: Numbers

  struct NumberError: Error { let finding: ConversionFinding }

  private func readNumber(_ offset: Int, _ length: Int, _ batch: inout ProductBatch) -> Reading {
    let text = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + offset, count: length)
    let span = Span(_unsafeElements: text)
    // A whole number without separators is canonical in every style; with a point, in all but the comma style.
    if operation != .money || maxFraction == 0 {
      if DecimalText.isCanonicalInteger(span) { return .value(offset: offset, length: length) }
    }
    if operation == .decimal, style != .comma, DecimalText.isCanonical(span) {
      return .value(offset: offset, length: length)
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

  private static func parse(
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
  private static func endsInZeroDecimals(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
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

  private func otherStyleFinding(_ value: DecimalValue, _ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding {
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

  private func currencyFinding(_ word: String, _ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding {
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

  private func decimalsFinding(_ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding {
    let code = details.currency.map { String(decoding: $0, as: UTF8.self) } ?? ""
    return Self.finding(
      .numberFormat, maxFraction == 0 ? "has decimals; \(code) has none" : "has more than \(maxFraction) decimals",
      vi: maxFraction == 0 ? "có phần lẻ; \(code) không có phần lẻ" : "có quá \(maxFraction) chữ số thập phân", text)
  }

  static func written(_ value: DecimalValue, comma: Bool) -> String {
    comma ? String(value.description.map { $0 == "." ? "," : $0 }) : value.description
  }

  // MARK: Measures

  private func readMeasure(
    _ span: Span<UInt8>, _ text: UnsafeBufferPointer<UInt8>, _ offset: Int, _ batch: inout ProductBatch
  ) -> Reading {
    if Measure.check(span) == nil { return .value(offset: offset, length: text.count) }
    do throws(MeasureFault) {
      let measure = try Measure(span)
      return append(measure, &batch)
    } catch {
      switch error {
      case .noUnit:
        return .fault(
          Self.finding(.unitMissing, "has no unit; write as 500 GRM", vi: "thiếu đơn vị; ghi dạng 500 GRM", text))
      case .number:
        return .fault(
          Self.finding(.numberFormat, "does not begin with a plain number", vi: "không bắt đầu bằng số", text))
      case .unknownUnit:
        return .fault(
          Self.finding(
            .unknownUnit, "has no unit of UN/ECE Recommendation 20 or 21",
            vi: "có đơn vị không thuộc Khuyến nghị 20 hoặc 21 của UN/ECE", text))
      }
    }
  }

  private func readAmount(
    _ offset: Int, _ length: Int, _ unit: (offset: Int, length: Int)?, _ batch: inout ProductBatch
  ) -> Reading {
    let arena = UnsafePointer(batch.unsafeArena)
    let place = unit.map { TextScan.trimmed(arena, $0.offset, $0.length) } ?? (offset: 0, length: 0)
    let text = UnsafeBufferPointer(start: arena + offset, count: length)
    guard place.length > 0 else {
      return .fault(Self.finding(.unitMissing, "has no unit", vi: "thiếu đơn vị", text))
    }
    let unitText = UnsafeBufferPointer(start: arena + place.offset, count: place.length)
    guard let code = unitCode(unitText) else { return .fault(unitFinding(unitText)) }
    let span = Span(_unsafeElements: text)
    // Canonical digits followed by the code need no arithmetic.
    if DecimalText.isCanonicalInteger(span) || (style != .comma && DecimalText.isCanonical(span)) {
      batch.reserveBytes(length + 4)
      let at = batch.append(UnsafePointer(batch.unsafeArena) + offset, count: length)
      let out = batch.unsafeArena + at + length
      out[0] = 0x20
      let total = length + 1 + code.write(into: out + 1)
      batch.setByteCount(at + total)
      return .value(offset: at, length: total)
    }
    switch number(offset, length, &batch) {
    case .success(let value): return append(Measure(value, code), &batch)
    case .failure(let error): return .fault(error.finding)
    }
  }

  /// The unit of a text, by the list or as a code.
  func unitCode(_ text: UnsafeBufferPointer<UInt8>) -> UnitCode? {
    guard let index = details.list else { return UnitCode(Span(_unsafeElements: text)) }
    if let found = index.codes.find(text) {
      return index.codes.withBytes(found) { UnitCode(Span(_unsafeElements: $0)) }
    }
    return index.list.code(for: String(decoding: text, as: UTF8.self)).flatMap { UnitCode($0) }
  }

  private func unitFinding(_ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding {
    let shown = Self.string(text)
    let near = details.list.flatMap { nearest(to: String(decoding: text, as: UTF8.self), among: $0.list.knownTexts) }
    let known = details.list.map { $0.list.knownTexts.prefix(8).joined(separator: ", ") } ?? "GRM, KGM, MLT, LTR"
    return ConversionFinding(
      .unknownUnit, .init("“\(shown)” is no known unit", vi: "“\(shown)” không phải đơn vị đã biết"),
      hint: DiagnosticMessages.suggestion(near) ?? .init("Known: \(known).", vi: "Đã biết: \(known)."))
  }

  private func readQuantity(_ offset: Int, _ length: Int, _ batch: inout ProductBatch) -> Reading {
    let arena = UnsafePointer(batch.unsafeArena)
    var end = 0
    // The number: everything up to the first byte that no number has.
    while end < length, Self.isNumberByte(arena[offset + end]) { end += 1 }
    let unit = TextScan.trimmed(arena, offset + end, length - end)
    let amount = TextScan.trimmed(arena, offset, end)
    let text = UnsafeBufferPointer(start: arena + offset, count: length)
    guard amount.length > 0 else {
      return .fault(Self.finding(.measureFormat, "is no number with a unit", vi: "không phải số kèm đơn vị", text))
    }
    guard unit.length > 0 else {
      return .fault(Self.finding(.unitMissing, "has no unit", vi: "thiếu đơn vị", text))
    }
    let unitText = UnsafeBufferPointer(start: arena + unit.offset, count: unit.length)
    guard let code = unitCode(unitText) else { return .fault(unitFinding(unitText)) }
    switch number(amount.offset, amount.length, &batch) {
    case .success(let value): return append(Measure(value, code), &batch)
    case .failure(let error): return .fault(error.finding)
    }
  }

  private static func isNumberByte(_ byte: UInt8) -> Bool {
    byte &- 0x30 < 10 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "+") || byte == 0x20
  }

  /// A period in words: `24 tháng`, `製造日より730日`, `12 tháng kể từ ngày sản xuất`.
  private func readDuration(_ text: UnsafeBufferPointer<UInt8>, _ batch: inout ProductBatch) -> Reading {
    let fault = Reading.fault(
      Self.finding(.measureFormat, "is no period such as 24 months", vi: "không phải thời hạn dạng 24 tháng", text))
    guard let list = details.list?.list else { return fault }
    let folded = CodeList.folded(String(decoding: text, as: UTF8.self))
    guard let first = folded.firstIndex(where: { $0.isASCII && $0.isNumber }) else { return fault }
    var end = first
    while end < folded.endIndex, folded[end].isASCII, folded[end].isNumber || folded[end] == "." {
      end = folded.index(after: end)
    }
    guard let value = DecimalValue(String(folded[first..<end])) else { return fault }
    let rest = String(folded[end...].drop { $0 == " " })
    if let code = list.code(for: rest), let unit = UnitCode(code) { return append(Measure(value, unit), &batch) }
    // The longest word of the list with which the rest begins.
    var best: (text: String, code: String)?
    for (word, code) in list.readings {
      let word = CodeList.folded(word)
      guard !word.isEmpty, rest.hasPrefix(word), word.count > (best?.text.count ?? 0) else { continue }
      let next = rest.dropFirst(word.count).first
      if let next, next.isASCII, next.isLetter || next.isNumber { continue }
      best = (word, code)
    }
    guard let best, let unit = UnitCode(best.code) else { return fault }
    guard case .value(let offset, let length) = append(Measure(value, unit), &batch) else { return fault }
    let words = DiagnosticMessages.short(rest.dropFirst(best.text.count).drop { $0 == " " })
    return .warned(
      offset: offset, length: length,
      ConversionFinding(
        .periodWords,
        .init("“\(words)” after the period was passed over", vi: "Phần “\(words)” sau thời hạn đã được bỏ qua")))
  }

  // MARK: Dates

  private func readDate(
    _ span: Span<UInt8>, _ text: UnsafeBufferPointer<UInt8>, _ offset: Int, _ batch: inout ProductBatch
  ) -> Reading {
    var date = CalendarDate(span)
    if date != nil, type == .date { return .value(offset: offset, length: 10) }
    if date == nil { date = lenientDate(span, text) }
    guard let date else { return .fault(dateFinding(text)) }
    return append(date, &batch)
  }

  private func lenientDate(_ span: Span<UInt8>, _ text: UnsafeBufferPointer<UInt8>) -> CalendarDate? {
    // A date and time at midnight is a date in spreadsheets' eyes.
    if text.count >= 16, text[10] == UInt8(ascii: "T") || text[10] == 0x20,
      let date = CalendarDate(span.extracting(0..<10))
    {
      return text[11...].allSatisfy { "0:.Z+".utf8.contains($0) } || DateAndTime(span) != nil ? date : nil
    }
    guard let date = try? DateText.parse(span, order: .dmy) else { return nil }
    if details.dateStyle == .dmy || beginsWithYear(text) { return date }
    // Day and month in front of the year: only when they cannot change places.
    guard let other = try? DateText.parse(span, order: .mdy) else { return date }
    return other == date ? date : nil
  }

  private func beginsWithYear(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = text.first else { return false }
    // Japanese and Korean dates, eras, and four or more digits in front.
    return !(first &- 0x30 < 10) || (text.count > 3 && text[..<4].allSatisfy { $0 &- 0x30 < 10 })
  }

  private func dateFinding(_ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding {
    let example = details.dateStyle == .dmy ? "22/11/2026" : details.dateStyle == .ymd ? "2026/11/22" : "2026-11-22"
    return Self.finding(
      .dateFormat, "is no date that is safe to read", vi: "không phải ngày đọc được chắc chắn", text,
      hint: .init("Write it as \(example).", vi: "Ghi dạng \(example)."))
  }

  private func readDateTime(
    _ span: Span<UInt8>, _ text: UnsafeBufferPointer<UInt8>, _ offset: Int, _ batch: inout ProductBatch
  ) -> Reading {
    if DateAndTime(span) != nil { return .value(offset: offset, length: text.count) }
    var bytes = Array(text)
    if bytes.count == 10, CalendarDate(span) != nil { bytes += Array("T00:00:00".utf8) }
    if bytes.count > 10, bytes[10] == 0x20 { bytes[10] = UInt8(ascii: "T") }
    if bytes.count == 16 { bytes += Array(":00".utf8) }
    var warning: ConversionFinding?
    if DateAndTime(bytes.span) == nil {
      bytes += Array(details.offset.utf8)
      warning = ConversionFinding(
        .timeOffset,
        .init(
          "“\(Self.string(text))” has no offset; +07:00 was taken",
          vi: "“\(Self.string(text))” không ghi múi giờ; đã hiểu là +07:00"))
    }
    guard DateAndTime(bytes.span) != nil else {
      return .fault(
        Self.finding(
          .dateFormat, "is no date and time", vi: "không phải ngày giờ", text,
          hint: .init("Write it as 2026-11-22T08:00:00+07:00.", vi: "Ghi dạng 2026-11-22T08:00:00+07:00.")))
    }
    let place = Self.append(bytes, &batch)
    if let warning { return .warned(offset: place.offset, length: place.length, warning) }
    return .value(offset: place.offset, length: place.length)
  }

  // MARK: Words

  private func readBoolean(_ text: UnsafeBufferPointer<UInt8>, _ batch: inout ProductBatch) -> Reading {
    for (words, value) in [(details.yes, "true"), (details.no, "false")] {
      for word in words where word.utf8.elementsEqual(text) {
        let place = batch.append(value)
        return .value(offset: place.offset, length: place.length)
      }
    }
    let folded = CodeList.folded(String(decoding: text, as: UTF8.self))
    for (words, value) in [(details.yes, "true"), (details.no, "false")] {
      if folded == value || words.contains(where: { CodeList.folded($0) == folded }) {
        let place = batch.append(value)
        return .value(offset: place.offset, length: place.length)
      }
    }
    let expected = [details.yes.first, details.no.first].compactMap { $0 }.joined(separator: " / ")
    return .fault(
      Self.finding(
        .booleanFormat, "is neither yes nor no", vi: "không phải có hoặc không", text,
        hint: .init("Write \(expected).", vi: "Ghi \(expected).")))
  }

  private func readCode(
    _ text: UnsafeBufferPointer<UInt8>, _ offset: Int, _ batch: inout ProductBatch
  ) -> Reading {
    guard let index = details.list else { return .blank }
    if let found = index.codes.find(text) {
      return index.codes.withBytes(found) { code in
        if code.elementsEqual(text) { return .value(offset: offset, length: text.count) }
        guard let start = code.baseAddress else { return .blank }
        return .value(offset: batch.append(start, count: code.count), length: code.count)
      }
    }
    let string = String(decoding: text, as: UTF8.self)
    if let code = index.list.code(for: string) {
      let place = batch.append(code)
      return .value(offset: place.offset, length: place.length)
    }
    let near = nearest(to: string, among: index.list.knownTexts)
    let shown = Self.string(text)
    if details.isOpen {
      return .warned(
        offset: offset, length: text.count,
        ConversionFinding(
          .codeUnlisted,
          .init(
            "“\(shown)” is not in the list “\(index.list.name)”; taken as it stands",
            vi: "“\(shown)” không có trong danh mục “\(index.list.name)”; giữ nguyên"),
          hint: DiagnosticMessages.suggestion(near)))
    }
    return .fault(Self.codeFinding(shown, index.list, near))
  }

  static func codeFinding(_ shown: String, _ list: CodeList, _ near: String?) -> ConversionFinding {
    let known = list.knownTexts.prefix(8).joined(separator: ", ") + (list.knownTexts.count > 8 ? ", …" : "")
    return ConversionFinding(
      .codeUnknown,
      .init("“\(shown)” is not in the list “\(list.name)”", vi: "“\(shown)” không có trong danh mục “\(list.name)”"),
      hint: DiagnosticMessages.suggestion(near) ?? .init("Allowed: \(known).", vi: "Cho phép: \(known)."))
  }

  /// `■常温 □冷蔵 □冷凍`: the one whose square is filled.
  private func readChoice(
    _ text: UnsafeBufferPointer<UInt8>, _ offset: Int, _ batch: inout ProductBatch
  ) -> Reading {
    let string = String(decoding: text, as: UTF8.self)
    var marked: [String] = []
    var word = ""
    var isOpen = false, isMarked = false
    for character in string {
      if Self.filled.contains(character) || Self.empty.contains(character) {
        if isOpen, isMarked { marked.append(word) }
        word = ""
        isOpen = true
        isMarked = Self.filled.contains(character)
      } else {
        word.append(character)
      }
    }
    if isOpen, isMarked { marked.append(word) }
    // Without squares the cell holds the word itself.
    guard isOpen else { return readCode(text, offset, &batch) }
    guard marked.count <= 1 else {
      return .fault(Self.finding(.choiceMarks, "has several marks", vi: "có nhiều ô được đánh dấu", text))
    }
    guard let choice = marked.first, let list = details.list?.list else { return .blank }
    guard let code = list.code(for: choice) else {
      return .fault(
        Self.codeFinding(DiagnosticMessages.short(choice), list, nearest(to: choice, among: list.knownTexts)))
    }
    let place = batch.append(code)
    return .value(offset: place.offset, length: place.length)
  }

  static let filled: Set<Character> = ["■", "☑", "☒", "✓", "✔", "●", "◼", "レ"]
  static let empty: Set<Character> = ["□", "☐", "○", "◻"]

  // MARK: Helpers

  private func append(_ value: DecimalValue, _ batch: inout ProductBatch) -> Reading {
    batch.reserveBytes(DecimalValue.maxTextLength)
    let at = batch.byteCount
    let count = value.write(into: batch.unsafeArena + at)
    batch.setByteCount(at + count)
    return .value(offset: at, length: count)
  }

  private func append(_ measure: Measure, _ batch: inout ProductBatch) -> Reading {
    batch.reserveBytes(Measure.maxTextLength)
    let at = batch.byteCount
    let count = measure.write(into: batch.unsafeArena + at)
    batch.setByteCount(at + count)
    return .value(offset: at, length: count)
  }

  private func append(_ date: CalendarDate, _ batch: inout ProductBatch) -> Reading {
    batch.reserveBytes(40)
    let at = batch.byteCount
    date.write(into: batch.unsafeArena + at)
    batch.setByteCount(at + 10)
    if type != .dateTime { return .value(offset: at, length: 10) }
    let rest = batch.append("T00:00:00" + details.offset)
    return .value(offset: at, length: 10 + rest.length)
  }

  private static func append(_ bytes: [UInt8], _ batch: inout ProductBatch) -> (offset: Int, length: Int) {
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
