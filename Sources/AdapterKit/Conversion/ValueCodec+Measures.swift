internal import Diagnostics
internal import ProductModel
internal import Profiles

// Measures and periods: a number with a unit in one place, in two places, or in a sentence.
extension ValueCodec {
  func readMeasure(
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

  func readAmount(
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
    // Plain digits followed by the code need no arithmetic.
    if let plain = Self.plain(text, allowsPoint: style != .comma) { return append(offset, plain.length, code, &batch) }
    switch number(offset, length, &batch) {
    case .success(let value): return append(Measure(value, code), &batch)
    case .failure(let error): return .fault(error.finding)
    }
  }

  /// The unit of a text, by the list or as a code.
  func unitCode(_ text: UnsafeBufferPointer<UInt8>) -> UnitCode? {
    guard let index = details.list else { return UnitCode(Span(_unsafeElements: text)) }
    let (isKnown, unit) = index.unit(text)
    if isKnown { return unit }
    return index.list.code(for: String(decoding: text, as: UTF8.self)).flatMap { UnitCode($0) }
  }

  func unitFinding(_ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding {
    let shown = Self.string(text)
    let near = details.list.flatMap { nearest(to: String(decoding: text, as: UTF8.self), among: $0.list.knownTexts) }
    let known = details.list.map { $0.list.knownTexts.prefix(8).joined(separator: ", ") } ?? "GRM, KGM, MLT, LTR"
    return ConversionFinding(
      .unknownUnit, .init("“\(shown)” is no known unit", vi: "“\(shown)” không phải đơn vị đã biết"),
      hint: DiagnosticMessages.suggestion(near) ?? .init("Known: \(known).", vi: "Đã biết: \(known)."))
  }

  func readQuantity(_ offset: Int, _ length: Int, _ batch: inout ProductBatch) -> Reading {
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

  static func isNumberByte(_ byte: UInt8) -> Bool {
    byte &- 0x30 < 10 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "+") || byte == 0x20
  }

  /// A period in words: `24 tháng`, `製造日より730日`, `12 tháng kể từ ngày sản xuất`.
  func readDuration(
    _ offset: Int, _ text: UnsafeBufferPointer<UInt8>, _ batch: inout ProductBatch
  ) -> Reading {
    guard let index = details.list else { return .fault(Self.periodFinding(text)) }
    // Nearly all texts are a plain number and a word of the list as it stands there.
    var end = 0
    while end < text.count, text[end] &- 0x30 < 10 || text[end] == UInt8(ascii: ".") { end += 1 }
    if end > 0, let plain = Self.plain(UnsafeBufferPointer(rebasing: text[..<end]), allowsPoint: true) {
      var word = end
      while word < text.count, text[word] == 0x20 { word += 1 }
      let (_, unit) = index.unit(UnsafeBufferPointer(rebasing: text[word...]))
      if let unit { return append(offset, plain.length, unit, &batch) }
    }
    return readWordyDuration(text, index.list, &batch)
  }

  /// A period with other words around it, or written in another way than the list has it.
  private func readWordyDuration(
    _ text: UnsafeBufferPointer<UInt8>, _ list: CodeList, _ batch: inout ProductBatch
  ) -> Reading {
    let folded = CodeList.folded(String(decoding: text, as: UTF8.self))
    guard let first = folded.firstIndex(where: { $0.isASCII && $0.isNumber }) else {
      return .fault(Self.periodFinding(text))
    }
    var end = first
    while end < folded.endIndex, folded[end].isASCII, folded[end].isNumber || folded[end] == "." {
      end = folded.index(after: end)
    }
    guard let value = DecimalValue(String(folded[first..<end])) else { return .fault(Self.periodFinding(text)) }
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
    guard let best, let unit = UnitCode(best.code),
      case .value(let offset, let length) = append(Measure(value, unit), &batch)
    else { return .fault(Self.periodFinding(text)) }
    let words = DiagnosticMessages.short(rest.dropFirst(best.text.count).drop { $0 == " " })
    return .warned(
      offset: offset, length: length,
      ConversionFinding(
        .periodWords,
        .init("“\(words)” after the period was passed over", vi: "Phần “\(words)” sau thời hạn đã được bỏ qua")))
  }

  private static func periodFinding(_ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding {
    finding(.measureFormat, "is no period such as 24 months", vi: "không phải thời hạn dạng 24 tháng", text)
  }
}
