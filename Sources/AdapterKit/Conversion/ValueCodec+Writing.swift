public import Bytes
internal import Diagnostics
internal import ProductModel
internal import Profiles

extension ValueCodec {
  /// Writes a canonical value as the text of the place.
  ///
  /// On a fault nothing has been written. For a measure with a unit place this writes the amount.
  public func write(_ value: Span<UInt8>, into buffer: inout ByteBuffer) -> Writing {
    if writesAsIs {
      buffer.append(value)
      return .exact
    }
    switch operation {
    case .text, .url, .gtin14, .gln, .measure, .dateTime:
      buffer.append(value)
      return .exact
    case .gtin:
      let start = GTIN.start(value, form: .natural)
      buffer.append(value.extracting(start..<value.count))
      return .exact
    case .integer, .decimal, .money: return writeNumber(value, &buffer)
    case .amount: return writeAmount(value, into: &buffer)
    case .measureIn: return writeMeasureIn(value, &buffer)
    case .quantity, .duration:
      let mark = buffer.count
      let amount = writeAmount(value, into: &buffer)
      if case .fault = amount { return amount }
      let unitMark = buffer.count
      let unit = writeUnit(value, into: &buffer)
      if case .fault = unit {
        buffer.truncate(to: mark)
        return unit
      }
      if buffer.count > unitMark, buffer.bytes[unitMark] <= 0xE1 {
        // Latin words stand apart from the number, Japanese and Korean ones do not.
        buffer.insert(0x20, at: unitMark)
      }
      return amount
    case .days: return writeDays(value, &buffer)
    case .date, .dateTimeOfDate: return writeDate(value, &buffer)
    case .boolean:
      let isYes = value.count == 4
      let words = isYes ? details.yes : details.no
      buffer.append(words.first ?? (isYes ? "true" : "false"))
      return .exact
    case .codes: return writeCode(value, &buffer)
    case .choice: return writeChoice(value, &buffer)
    case .affixed:
      guard let inner = details.inner else { return .exact }
      let mark = buffer.count
      buffer.append(details.prefix)
      let outcome = inner.write(value, into: &buffer)
      if case .fault = outcome {
        buffer.truncate(to: mark)
        return outcome
      }
      buffer.append(details.suffix)
      return outcome
    }
  }

  /// Writes the number of a measure whose unit has a place of its own.
  ///
  /// When the partner's list has no word for the unit, the amount is converted into the first unit of the list to which it
  /// can be converted exactly; `writeUnit` then writes that one.
  public func writeAmount(_ value: Span<UInt8>, into buffer: inout ByteBuffer) -> Writing {
    var blank = 0
    while blank < value.count, value[blank] != 0x20 { blank += 1 }
    guard blank < value.count else { return writeNumber(value, &buffer) }
    if details.list == nil || hasWord(value.extracting(blank + 1..<value.count)) {
      return writeNumber(value.extracting(0..<blank), &buffer)
    }
    guard let other = converted(value) else { return .fault(unitWordFinding(value)) }
    return write(other.value, &buffer)
  }

  /// Writes the unit of a measure in the partner's words, or its code when there is no list.
  public func writeUnit(_ value: Span<UInt8>, into buffer: inout ByteBuffer) -> Writing {
    var blank = 0
    while blank < value.count, value[blank] != 0x20 { blank += 1 }
    guard blank < value.count else { return .exact }
    let unit = value.extracting(blank + 1..<value.count)
    guard let index = details.list else {
      buffer.append(unit)
      return .exact
    }
    if let found = unit.withUnsafeBufferPointer({ index.texts.find($0) }) {
      index.texts.withBytes(found) { buffer.append($0) }
      return .exact
    }
    guard let other = converted(value) else { return .fault(unitWordFinding(value)) }
    buffer.append(other.text)
    return .exact
  }

  /// Whether one of several measures may fit this place better than another.
  public var prefersUnits: Bool {
    if case .measureIn = converter { return true }
    return hasUnitPlace && details.list != nil
  }

  /// Whether a measure stands in a unit of this place, so that nothing need be converted.
  public func hasOwnUnit(_ value: Span<UInt8>) -> Bool {
    var blank = 0
    while blank < value.count, value[blank] != 0x20 { blank += 1 }
    guard blank < value.count else { return true }
    let unit = value.extracting(blank + 1..<value.count)
    guard case .measureIn(let own, _, _) = converter else { return hasWord(unit) }
    return unit.withUnsafeBufferPointer { $0.elementsEqual(own.utf8) }
  }

  private func hasWord(_ unit: Span<UInt8>) -> Bool {
    unit.withUnsafeBufferPointer { details.list?.texts.find($0) != nil }
  }

  /// A measure in the first unit of the list that it converts to exactly.
  private func converted(_ value: Span<UInt8>) -> (value: DecimalValue, text: String)? {
    guard let list = details.list?.list, let measure = try? Measure(value) else { return nil }
    for code in list.order {
      if let unit = UnitCode(code), let other = measure.convert(to: unit), other.isExact,
        let text = list.text(for: code)
      {
        return (other.value, text)
      }
    }
    return nil
  }

  private func unitWordFinding(_ value: Span<UInt8>) -> ConversionFinding {
    let known = details.list?.list.knownTexts.prefix(8).joined(separator: ", ") ?? ""
    return value.withUnsafeBufferPointer {
      Self.finding(
        .unknownUnit, "has a unit that the partner has no word for", vi: "có đơn vị mà đối tác không có từ tương ứng",
        $0,
        hint: .init("Known: \(known).", vi: "Đã biết: \(known)."))
    }
  }

  // MARK: Numbers

  /// Writes a canonical number in the codec's style and with its decimals.
  private func writeNumber(_ value: Span<UInt8>, _ buffer: inout ByteBuffer) -> Writing {
    var point = 0
    while point < value.count, value[point] != UInt8(ascii: ".") { point += 1 }
    let fraction = max(0, value.count - point - 1)
    if fraction > maxFraction {
      guard let number = try? DecimalText.parse(value, style: .point) else {
        buffer.append(value)
        return .exact
      }
      return write(number, &buffer)
    }
    buffer.append(value.extracting(0..<point))
    if fraction > 0 {
      buffer.append(mark)
      buffer.append(value.extracting(point + 1..<value.count))
    }
    pad(fraction, &buffer)
    return .exact
  }

  private func write(_ number: DecimalValue, _ buffer: inout ByteBuffer) -> Writing {
    let (rounded, isExact) = number.scaled(toDecimals: maxFraction)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DecimalValue.maxTextLength) { memory in
      guard let start = memory.baseAddress else { return }
      let count = rounded.write(into: start)
      for i in 0..<count where start[i] == UInt8(ascii: ".") { start[i] = mark }
      buffer.append(UnsafePointer(start), count: count)
    }
    pad(rounded.decimals, &buffer)
    return isExact ? .exact : .lossy(.rounded)
  }

  private var mark: UInt8 { style == .comma ? UInt8(ascii: ",") : UInt8(ascii: ".") }

  private func pad(_ fraction: Int, _ buffer: inout ByteBuffer) {
    guard fraction < minFraction else { return }
    if fraction == 0 { buffer.append(mark) }
    for _ in fraction..<minFraction { buffer.append(0x30) }
  }

  private func writeMeasureIn(_ value: Span<UInt8>, _ buffer: inout ByteBuffer) -> Writing {
    let amount = sameUnit(value)
    if amount > 0 { return writeNumber(value.extracting(0..<amount), &buffer) }
    guard let unit = details.unit, let measure = try? Measure(value) else { return .exact }
    guard let other = measure.convert(to: unit, decimals: min(maxFraction, 10)) else {
      return value.withUnsafeBufferPointer {
        .fault(
          Self.finding(.unitConversion, "cannot be given in \(unit)", vi: "không đổi được sang \(unit)", $0))
      }
    }
    let outcome = write(other.value, &buffer)
    return other.isExact ? outcome : .lossy(.rounded)
  }

  /// The length of a measure's number when its unit is the codec's; else 0.
  private func sameUnit(_ value: Span<UInt8>) -> Int {
    let unit = details.unitBytes
    let amount = value.count - unit.count - 1
    guard amount > 0, value[amount] == 0x20 else { return 0 }
    for i in 0..<unit.count where value[amount + 1 + i] != unit[i] { return 0 }
    return amount
  }

  private func writeDays(_ value: Span<UInt8>, _ buffer: inout ByteBuffer) -> Writing {
    let amount = sameUnit(value)
    if amount > 0, DecimalText.isCanonicalInteger(value.extracting(0..<amount)) {
      buffer.append(value.extracting(0..<amount))
      return .exact
    }
    guard let unit = details.unit, let measure = try? Measure(value) else { return .exact }
    var days = measure.convert(to: unit)
    var isApproximate = false
    if days == nil {
      // A rule of thumb, and reported as such: a month has 30 days, a year 365.
      let factor: Int? =
        switch measure.unit.code {
        case "MON": 30
        case "QAN": 90
        case "ANN": 365
        default: nil
        }
      days = factor.flatMap { measure.value.multiplied(by: DecimalValue($0)) }.map { ($0, true) }
      isApproximate = true
    }
    guard let days else {
      return value.withUnsafeBufferPointer {
        .fault(Self.finding(.unitConversion, "is no period of time", vi: "không phải thời hạn", $0))
      }
    }
    let (whole, isExact) = days.value.scaled(toDecimals: 0)
    buffer.append(whole.description)
    return isApproximate ? .lossy(.converted) : isExact && days.isExact ? .exact : .lossy(.rounded)
  }

  // MARK: Dates and words

  private func writeDate(_ value: Span<UInt8>, _ buffer: inout ByteBuffer) -> Writing {
    guard value.count >= 10, let date = CalendarDate(value.extracting(0..<10)) else {
      buffer.append(value)
      return .exact
    }
    let hasTime = value.count > 10
    if operation == .dateTimeOfDate {
      buffer.append(value.extracting(0..<10))
      buffer.append(details.isEnd ? "T23:59:59" : "T00:00:00")
      buffer.append(details.offset)
      return .exact
    }
    switch details.dateStyle {
    case .iso: buffer.append(value.extracting(0..<10))
    case .dmy:
      buffer.append(value.extracting(8..<10))
      buffer.append(0x2F)
      buffer.append(value.extracting(5..<7))
      buffer.append(0x2F)
      buffer.append(value.extracting(0..<4))
    case .ymd:
      buffer.append(value.extracting(0..<4))
      buffer.append(0x2F)
      buffer.append(value.extracting(5..<7))
      buffer.append(0x2F)
      buffer.append(value.extracting(8..<10))
    }
    _ = date
    guard hasTime else { return .exact }
    let isMidnight = DateAndTime(value)?.secondOfDay == 0
    return isMidnight ? .exact : .lossy(.rounded)
  }

  private func writeCode(_ value: Span<UInt8>, _ buffer: inout ByteBuffer) -> Writing {
    guard let index = details.list else { return .exact }
    if let found = value.withUnsafeBufferPointer({ index.texts.find($0) }) {
      index.texts.withBytes(found) { buffer.append($0) }
      if index.ambiguous.count > 0, value.withUnsafeBufferPointer({ index.ambiguous.find($0) }) != nil {
        return .lossy(.unmappedCode)
      }
      return .exact
    }
    if details.isOpen {
      buffer.append(value)
      // In an exact list a code that has no text reads back as it stands.
      if index.list.isExact, index.list.code(for: value.withUnsafeBufferPointer { Self.string($0) }) == nil {
        return .exact
      }
      return .lossy(.unmappedCode)
    }
    let shown = value.withUnsafeBufferPointer { Self.string($0) }
    return .fault(
      ConversionFinding(
        .codeUnknown,
        .init(
          "The partner's list “\(index.list.name)” has no word for the code “\(shown)”",
          vi: "Danh mục “\(index.list.name)” của đối tác không có từ cho mã “\(shown)”")))
  }

  private func writeChoice(_ value: Span<UInt8>, _ buffer: inout ByteBuffer) -> Writing {
    guard let index = details.list else { return .exact }
    let code = value.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    guard index.list.text(for: code) != nil else { return writeCode(value, &buffer) }
    for (i, known) in index.list.order.enumerated() {
      if i > 0 { buffer.append(0x20) }
      buffer.append(known == code ? "■" : "□")
      buffer.append(index.list.text(for: known) ?? known)
    }
    return .exact
  }
}
