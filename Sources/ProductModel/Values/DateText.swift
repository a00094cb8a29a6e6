/// Why a text is no date.
public enum DateFault: Error, Hashable, Sendable {
  /// Not day, month and year in any known form.
  case notADate
  /// A day that does not exist, or numbers in another order than expected.
  case impossible
  /// A year of two digits: the century is a guess.
  case shortYear
}

/// Dates as people and files write them.
public enum DateText {
  /// Which number comes first where only the order tells day from month.
  public enum Order: Sendable, Hashable, CaseIterable {
    /// `21/11/2026`, as in Vietnam.
    case dmy
    /// `11/21/2026`, as in the United States.
    case mdy
  }

  /// The date that a text names.
  ///
  /// Accepted: `2026-11-22`, `2026/11/22`, `2026.11.22`, `20261122`; `22/11/2026`, `22-11-2026`, `22.11.2026` in the given
  /// order; `ngày 22 tháng 11 năm 2026`; `2026年11月22日`; `2026년 11월 22일`; Japanese eras `令和8年11月22日`, `R8.11.22`
  /// (Reiwa, Heisei, Shōwa, Taishō; 元 is year 1; a year beyond an era's end counts on). Full-width digits and signs count as
  /// plain ones.
  ///
  /// - Throws: `DateFault`.
  public static func parse(_ text: Span<UInt8>, order: Order = .dmy) throws(DateFault) -> CalendarDate {
    var reader = Reader(order: order)
    try reader.read(text)
    return try reader.date()
  }

  /// The date that a text names.
  ///
  /// - Throws: `DateFault`.
  public static func parse(_ text: String, order: Order = .dmy) throws(DateFault) -> CalendarDate {
    try parse(text.utf8.span, order: order)
  }

  private struct Reader {
    let order: Order
    var numbers: InlineArray<3, (value: Int, digits: Int)> = .init(repeating: (0, 0))
    var count = 0
    /// The year before the era's year 1; 0 for none.
    var eraBase = 0
    var eraStart = 0
    /// What stood behind a number: 1 year, 2 month, 3 day; 0 a plain separator.
    var marks: InlineArray<3, UInt8> = .init(repeating: 0)

    init(order: Order) { self.order = order }

    mutating func read(_ text: Span<UInt8>) throws(DateFault) {
      var i = 0
      let n = text.count
      // Between two numbers stands something; an empty gap would join their digits anyway.
      while i < n {
        if let (digit, width) = Self.digit(text, i) {
          guard count < 3 else { throw .notADate }
          var value = digit, digits = 1
          i += width
          while i < n, let (digit, width) = Self.digit(text, i) {
            value = value * 10 + digit
            digits += 1
            i += width
            guard digits <= 8 else { throw .notADate }
          }
          numbers[count] = (value, digits)
          count += 1
          continue
        }
        i += try skip(text, i)
      }
    }

    static func digit(_ text: Span<UInt8>, _ i: Int) -> (Int, Int)? {
      if DecimalText.isDigit(text[i]) { return (Int(text[i] - 0x30), 1) }
      if i + 2 < text.count, text[i] == 0xEF, text[i + 1] == 0xBC, text[i + 2] &- 0x90 < 10 {
        return (Int(text[i + 2] - 0x90), 3)
      }
      return nil
    }

    /// Passes over what is no digit and answers its width.
    mutating func skip(_ text: Span<UInt8>, _ i: Int) throws(DateFault) -> Int {
      func has(_ word: StaticString) -> Int {
        guard i + word.utf8CodeUnitCount <= text.count else { return 0 }
        for k in 0..<word.utf8CodeUnitCount where text[i + k] != word.utf8Start[k] { return 0 }
        return word.utf8CodeUnitCount
      }
      switch text[i] {
      case 0x20: return 1
      case UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."):
        // A full stop may also close a Korean date: `2026. 11. 22.`
        guard count > 0 || eraBase > 0 else { throw .notADate }
        return 1
      case UInt8(ascii: "R"), UInt8(ascii: "H"), UInt8(ascii: "S"), UInt8(ascii: "T"), UInt8(ascii: "r"),
        UInt8(ascii: "h"), UInt8(ascii: "s"):
        guard count == 0, eraBase == 0, text[i] != UInt8(ascii: "t") else { throw .notADate }
        switch text[i] & 0xDF {
        case UInt8(ascii: "R"): era(2018, 2019, 5, 1)
        case UInt8(ascii: "H"): era(1988, 1989, 1, 8)
        case UInt8(ascii: "S"): era(1925, 1926, 12, 25)
        default: era(1911, 1912, 7, 30)
        }
        return 1
      default: break
      }
      var width = has("令和")
      if width > 0 { return try openEra(width, 2018, 2019, 5, 1) }
      width = has("平成")
      if width > 0 { return try openEra(width, 1988, 1989, 1, 8) }
      width = has("昭和")
      if width > 0 { return try openEra(width, 1925, 1926, 12, 25) }
      width = has("大正")
      if width > 0 { return try openEra(width, 1911, 1912, 7, 30) }
      width = has("元")
      if width > 0, eraBase > 0, count == 0 {
        numbers[0] = (1, 1)
        count = 1
        return width
      }
      width = max(has("年"), has("년"))
      if width > 0 { return try mark(1, width) }
      width = max(has("月"), has("월"))
      if width > 0 { return try mark(2, width) }
      width = max(has("日"), has("일"))
      if width > 0 { return try mark(3, width) }
      // Vietnamese puts the word in front of its number; the order is day, month, year.
      width = max(has("ngày"), has("Ngày"), has("tháng"))
      if width > 0 { return width }
      width = max(has("năm"), has("／"), has("．"))
      if width == 0 { width = max(has("－"), has("\u{3000}"), has("\u{A0}")) }
      guard width > 0 else { throw .notADate }
      return width
    }

    mutating func openEra(_ width: Int, _ base: Int, _ y: Int, _ m: Int, _ d: Int) throws(DateFault) -> Int {
      guard count == 0, eraBase == 0 else { throw .notADate }
      era(base, y, m, d)
      return width
    }

    mutating func era(_ base: Int, _ year: Int, _ month: Int, _ day: Int) {
      eraBase = base
      eraStart = CalendarDate(year: year, month: month, day: day)?.dayNumber ?? 0
    }

    mutating func mark(_ what: UInt8, _ width: Int) throws(DateFault) -> Int {
      guard count > 0, marks[count - 1] == 0 else { throw .notADate }
      marks[count - 1] = what
      return width
    }

    func date() throws(DateFault) -> CalendarDate {
      let a = numbers[0], b = numbers[1], c = numbers[2]
      if marks[0] != 0 || marks[1] != 0 || marks[2] != 0 {
        guard count == 3, marks[0] == 1, marks[1] == 2, marks[2] == 3 || marks[2] == 0 else { throw .notADate }
      }
      if eraBase > 0 {
        guard count == 3, a.digits <= 2, a.value > 0 else { throw .notADate }
        let date = try exact(eraBase + a.value, b, c)
        guard date.dayNumber >= eraStart else { throw .impossible }
        return date
      }
      if count == 1, a.digits == 8 {
        return try exact(a.value / 10_000, (a.value / 100 % 100, 2), (a.value % 100, 2))
      }
      guard count == 3 else { throw .notADate }
      if a.digits == 4 { return try exact(a.value, b, c) }
      if c.digits == 4 { return try order == .dmy ? exact(c.value, b, a) : exact(c.value, a, b) }
      throw a.digits <= 2 && b.digits <= 2 && c.digits <= 2 ? .shortYear : .notADate
    }

    func exact(
      _ year: Int, _ month: (value: Int, digits: Int), _ day: (value: Int, digits: Int)
    ) throws(DateFault) -> CalendarDate {
      guard month.digits <= 2, day.digits <= 2 else { throw .notADate }
      guard let date = CalendarDate(year: year, month: month.value, day: day.value) else { throw .impossible }
      return date
    }
  }
}
