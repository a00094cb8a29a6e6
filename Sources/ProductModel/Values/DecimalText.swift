/// Why a text is no decimal number in the style asked for.
public enum DecimalFault: Error, Hashable, Sendable {
  /// Nothing to read.
  case empty
  /// A byte that cannot stand here; its offset.
  case unexpected(at: Int)
  /// Groups that are not of three digits; offset of the separator.
  case grouping(at: Int)
  /// A number in the other style, `45,000.5` where `45.000,5` is expected; what it would be if read so.
  case otherStyle(DecimalValue)
  /// An exponent, `8.9E+12`, where none is allowed: a spreadsheet has probably lost digits.
  case scientific
  /// More than 38 digits, or too large or small.
  case outOfRange
}

/// Decimal numbers as people and files write them.
public enum DecimalText {
  /// Which sign separates the decimals.
  public enum Style: Sendable, Hashable, CaseIterable {
    /// `1234.5`, with grouping `1,234.5`.
    case point
    /// `1234,5`, with grouping `1.234,5`, as in Vietnam. A lone point before exactly three digits is grouping: `45.000`
    /// is forty-five thousand.
    case comma
  }

  /// The number that a text says. A sign, leading and trailing zeros are accepted; blanks around it are not.
  ///
  /// Grouping also accepts the blank, the no-break space and the narrow no-break space.
  ///
  /// - Throws: `DecimalFault`; `.otherStyle` when the text is a number only in the other style.
  public static func parse(
    _ text: Span<UInt8>, style: Style = .point, allowsGrouping: Bool = false, allowsExponent: Bool = false
  ) throws(DecimalFault) -> DecimalValue {
    do {
      return try read(text, style, grouping: allowsGrouping, exponent: allowsExponent)
    } catch {
      switch error {
      case .empty, .scientific, .outOfRange, .otherStyle: throw error
      case .unexpected, .grouping:
        let other: Style = style == .point ? .comma : .point
        if let value = try? read(text, other, grouping: true, exponent: false) { throw .otherStyle(value) }
        throw error
      }
    }
  }

  /// The number that a text says.
  ///
  /// - Throws: `DecimalFault`.
  public static func parse(
    _ text: String, style: Style = .point, allowsGrouping: Bool = false, allowsExponent: Bool = false
  ) throws(DecimalFault) -> DecimalValue {
    try parse(text.utf8.span, style: style, allowsGrouping: allowsGrouping, allowsExponent: allowsExponent)
  }

  /// Whether a text is canonical: `0`, `12.5`, `-3`; no plus sign, no superfluous zeros, no `-0`, at most 38 digits.
  public static func isCanonical(_ text: Span<UInt8>) -> Bool {
    let n = text.count
    var i = 0
    if n > 0, text[0] == UInt8(ascii: "-") { i = 1 }
    let start = i
    guard i < n else { return false }
    if text[i] == 0x30 {
      i += 1
      if i < n, text[i] != UInt8(ascii: ".") { return false }
    } else {
      while i < n, isDigit(text[i]) { i += 1 }
      if i == start { return false }
    }
    if i == n { return n - start <= 38 && !(start == 1 && text[1] == 0x30) }
    guard text[i] == UInt8(ascii: ".") else { return false }
    let point = i
    i += 1
    while i < n, isDigit(text[i]) { i += 1 }
    return i == n && i > point + 1 && text[n - 1] != 0x30 && n - start <= 39
  }

  /// Whether a text is a canonical whole number of at most 18 digits: `12`, `0`, `-3`.
  public static func isCanonicalInteger(_ text: Span<UInt8>) -> Bool {
    let n = text.count
    var i = n > 0 && text[0] == UInt8(ascii: "-") ? 1 : 0
    let start = i
    guard n > start, n - start <= 18 else { return false }
    if text[i] == 0x30 { return n == 1 }
    while i < n, isDigit(text[i]) { i += 1 }
    return i == n
  }

  @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  private static func read(
    _ text: Span<UInt8>, _ style: Style, grouping: Bool, exponent allowsExponent: Bool
  ) throws(DecimalFault) -> DecimalValue {
    let mark: UInt8 = style == .point ? UInt8(ascii: ".") : UInt8(ascii: ",")
    let n = text.count
    guard n > 0 else { throw .empty }
    var i = 0
    let isNegative = text[0] == UInt8(ascii: "-")
    if isNegative || text[0] == UInt8(ascii: "+") { i = 1 }

    var digits = Digits()
    let firstDigit = i
    var sinceGroup = -1
    var groupAt = 0
    var seen = 0
    while i < n {
      let byte = text[i]
      if isDigit(byte) {
        guard digits.append(byte) else { throw .outOfRange }
        seen += 1
        if sinceGroup >= 0 { sinceGroup += 1 }
        i += 1
        continue
      }
      let width = separatorWidth(text, i, style)
      guard width > 0, seen > 0 else { break }
      // In front of a group stand 1 to 3 digits, and not a zero alone: `0.500` is no five hundred.
      let isFirst = sinceGroup < 0
      guard grouping, isFirst ? seen <= 3 && text[firstDigit] != 0x30 : sinceGroup == 3 else { throw .grouping(at: i) }
      sinceGroup = 0
      groupAt = i
      i += width
    }
    if sinceGroup >= 0, sinceGroup != 3 { throw .grouping(at: groupAt) }

    var power = 0
    if i < n, text[i] == mark {
      i += 1
      let first = i
      while i < n, isDigit(text[i]) {
        guard digits.append(text[i]) else { throw .outOfRange }
        i += 1
      }
      power = first - i
      seen += i - first
      if i == first { throw .unexpected(at: i < n ? i : i - 1) }
    }
    guard seen > 0 else { throw .unexpected(at: min(i, n - 1)) }
    if i < n, text[i] | 0x20 == UInt8(ascii: "e") {
      guard let by = exponent(text, i + 1) else { throw .unexpected(at: i) }
      guard allowsExponent else { throw .scientific }
      power += by
      i = n
    }
    guard i == n else { throw .unexpected(at: i) }
    guard let value = DecimalValue(significand: isNegative ? -digits.value : digits.value, exponent: power) else {
      throw .outOfRange
    }
    return value
  }

  /// Gathers digits, in 64 bits as long as they fit.
  private struct Digits {
    var low: UInt64 = 0
    var wide: Int128?

    @inline(__always) mutating func append(_ byte: UInt8) -> Bool {
      if wide == nil {
        if low < 1_000_000_000_000_000_000 {
          low = low &* 10 &+ UInt64(byte &- 0x30)
          return true
        }
        wide = Int128(low)
      }
      guard let wide else { return false }
      let (more, isOver) = wide.multipliedReportingOverflow(by: 10)
      let (sum, isOverToo) = more.addingReportingOverflow(Int128(byte &- 0x30))
      self.wide = sum
      return !isOver && !isOverToo
    }

    var value: Int128 { wide ?? Int128(low) }
  }

  /// How many bytes a group separator has here; 0 when there is none.
  @inline(__always) private static func separatorWidth(_ text: Span<UInt8>, _ i: Int, _ style: Style) -> Int {
    switch text[i] {
    case UInt8(ascii: ","): return style == .point ? 1 : 0
    case UInt8(ascii: "."): return style == .comma ? 1 : 0
    case 0x20: return 1
    case 0xC2: return i + 1 < text.count && text[i + 1] == 0xA0 ? 2 : 0
    case 0xE2: return i + 2 < text.count && text[i + 1] == 0x80 && text[i + 2] == 0xAF ? 3 : 0
    default: return 0
    }
  }

  private static func exponent(_ text: Span<UInt8>, _ from: Int) -> Int? {
    var i = from
    let n = text.count
    let isNegative = i < n && text[i] == UInt8(ascii: "-")
    if i < n, isNegative || text[i] == UInt8(ascii: "+") { i += 1 }
    guard i < n, n - i <= 4 else { return nil }
    var value = 0
    while i < n {
      guard isDigit(text[i]) else { return nil }
      value = value * 10 + Int(text[i] - 0x30)
      i += 1
    }
    return isNegative ? -value : value
  }
}
