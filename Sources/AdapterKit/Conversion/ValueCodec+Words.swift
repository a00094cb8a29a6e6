internal import Diagnostics
internal import ProductModel
internal import Profiles

// Dates, and words that stand for codes, yes and no.
extension ValueCodec {
  func readDate(
    _ span: Span<UInt8>, _ text: UnsafeBufferPointer<UInt8>, _ offset: Int, _ batch: inout ProductBatch
  ) -> Reading {
    var date = CalendarDate(span)
    if date != nil, type == .date { return .value(offset: offset, length: 10) }
    if date == nil, details.dateStyle == .dmy { date = Self.dayFirst(text) }
    if date == nil { date = lenientDate(span, text) }
    guard let date else { return .fault(dateFinding(text)) }
    return append(date, &batch)
  }

  /// The day that `22/11/2026` names: what nearly all dates look like where the day stands first.
  static func dayFirst(_ text: UnsafeBufferPointer<UInt8>) -> CalendarDate? {
    guard text.count == 10, text[2] == UInt8(ascii: "/"), text[5] == UInt8(ascii: "/") else { return nil }
    var number = 0
    for i in 0..<10 where i != 2 && i != 5 {
      let digit = text[i] &- 0x30
      guard digit < 10 else { return nil }
      number = number * 10 + Int(digit)
    }
    return CalendarDate(year: number % 10_000, month: number / 10_000 % 100, day: number / 1_000_000)
  }

  func lenientDate(_ span: Span<UInt8>, _ text: UnsafeBufferPointer<UInt8>) -> CalendarDate? {
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

  func beginsWithYear(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = text.first else { return false }
    // Japanese and Korean dates, eras, and four or more digits in front.
    return !(first &- 0x30 < 10) || (text.count > 3 && text[..<4].allSatisfy { $0 &- 0x30 < 10 })
  }

  func dateFinding(_ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding {
    let example = details.dateStyle == .dmy ? "22/11/2026" : details.dateStyle == .ymd ? "2026/11/22" : "2026-11-22"
    return Self.finding(
      .dateFormat, "is no date that is safe to read", vi: "không phải ngày đọc được chắc chắn", text,
      hint: .init("Write it as \(example).", vi: "Ghi dạng \(example)."))
  }

  func readDateTime(
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

  func readBoolean(_ text: UnsafeBufferPointer<UInt8>, _ batch: inout ProductBatch) -> Reading {
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

  func readCode(
    _ text: UnsafeBufferPointer<UInt8>, _ offset: Int, _ batch: inout ProductBatch
  ) -> Reading {
    guard let index = details.list else { return .blank }
    if let found = Self.known(text, offset, index, &batch) { return .value(offset: found.offset, length: found.length) }
    let string = String(decoding: text, as: UTF8.self)
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

  /// The code that a text stands for in the codec's list; nil when there is none, whatever may have been meant.
  func readKnownCode(_ offset: Int, _ length: Int, _ batch: inout ProductBatch) -> (offset: Int, length: Int)? {
    guard let index = details.list else { return nil }
    let text = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + offset, count: length)
    return Self.known(text, offset, index, &batch)
  }

  private static func known(
    _ text: UnsafeBufferPointer<UInt8>, _ offset: Int, _ index: CodeIndex, _ batch: inout ProductBatch
  ) -> (offset: Int, length: Int)? {
    if let found = index.codes.find(text) {
      return index.codes.withBytes(found) { code in
        if code.elementsEqual(text) { return (offset, text.count) }
        guard let start = code.baseAddress else { return nil }
        return (batch.append(start, count: code.count), code.count)
      }
    }
    return index.list.code(for: String(decoding: text, as: UTF8.self)).map { batch.append($0) }
  }

  static func codeFinding(_ shown: String, _ list: CodeList, _ near: String?) -> ConversionFinding {
    let known = list.knownTexts.prefix(8).joined(separator: ", ") + (list.knownTexts.count > 8 ? ", …" : "")
    return ConversionFinding(
      .codeUnknown,
      .init("“\(shown)” is not in the list “\(list.name)”", vi: "“\(shown)” không có trong danh mục “\(list.name)”"),
      hint: DiagnosticMessages.suggestion(near) ?? .init("Allowed: \(known).", vi: "Cho phép: \(known)."))
  }

  /// `■常温 □冷蔵 □冷凍`: the one whose square is filled.
  func readChoice(
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
}
