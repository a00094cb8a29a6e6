/// A day of the Gregorian calendar, years 1 to 9999. Canonical form: `2026-11-22` (ISO 8601).
public struct CalendarDate: Hashable, Sendable {
  /// The year.
  public let year: Int
  /// The month, 1 to 12.
  public let month: Int
  /// The day of the month, from 1.
  public let day: Int

  /// A day that exists, or nil.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// The day that a canonical text names, or nil.
  public init?(_ text: Span<UInt8>) {
    guard text.count == 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
      let year = Self.year(text, 0), let month = Self.pair(text, 5), let day = Self.pair(text, 8)
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// The day that a canonical text names, or nil.
  public init?(_ text: String) { self.init(text.utf8.span) }

  /// The day a number of days after 1 January 1970, or nil outside years 1 to 9999.
  public init?(dayNumber: Int) {
    guard dayNumber > -800_000, dayNumber < 3_000_000 else { return nil }
    // Counted in eras of 400 years that begin on 1 March, so that the leap day comes last.
    let shifted = dayNumber + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    self.init(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// How many days after 1 January 1970 it is; negative before.
  public var dayNumber: Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The day some days later, or earlier when negative; nil outside years 1 to 9999.
  public func adding(days: Int) -> CalendarDate? {
    let (number, isOver) = dayNumber.addingReportingOverflow(days)
    return isOver ? nil : CalendarDate(dayNumber: number)
  }

  /// The same day some months later, or the last day of that month when it is shorter: 31 January and one month is 28 or 29
  /// February. OCOP certificates hold 36 months (148/QĐ-TTg). Nil outside years 1 to 9999.
  public func adding(months: Int) -> CalendarDate? {
    guard months > -120_000, months < 120_000 else { return nil }
    let total = year * 12 + month - 1 + months
    guard total >= 12 else { return nil }
    let year = total / 12, month = total % 12 + 1
    return CalendarDate(year: year, month: month, day: min(day, Self.days(inMonth: month, of: year)))
  }

  /// How many days a month has.
  public static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }

  /// Writes the canonical text, 10 bytes.
  public func write(into out: UnsafeMutablePointer<UInt8>) {
    func put(_ value: Int, _ at: Int) {
      out[at] = 0x30 + UInt8(truncatingIfNeeded: value / 10)
      out[at + 1] = 0x30 + UInt8(truncatingIfNeeded: value % 10)
    }
    put(year / 100, 0)
    put(year % 100, 2)
    out[4] = UInt8(ascii: "-")
    put(month, 5)
    out[7] = UInt8(ascii: "-")
    put(day, 8)
  }

  /// The number that four digits say, or nil.
  private static func year(_ text: Span<UInt8>, _ at: Int) -> Int? {
    guard let century = pair(text, at), let year = pair(text, at + 2) else { return nil }
    return century * 100 + year
  }

  /// The number that two digits say, or nil.
  @inline(__always) static func pair(_ text: Span<UInt8>, _ at: Int) -> Int? {
    let tens = text[at] &- 0x30, ones = text[at + 1] &- 0x30
    return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : nil
  }
}

extension CalendarDate: Comparable, CustomStringConvertible {
  /// Orders days by time.
  public static func < (a: CalendarDate, b: CalendarDate) -> Bool {
    (a.year, a.month, a.day) < (b.year, b.month, b.day)
  }

  /// The canonical text.
  public var description: String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 10) { buffer in
      guard let start = buffer.baseAddress else { return "" }
      write(into: start)
      return String(decoding: UnsafeBufferPointer(start: start, count: 10), as: UTF8.self)
    }
  }
}

/// A day, a time of day and an offset from UTC: `2026-11-22T08:00:00+07:00` (ISO 8601, extended form).
public struct DateAndTime: Hashable, Sendable {
  /// The day where the offset holds.
  public let date: CalendarDate
  /// Seconds since midnight, 0 to 86399.
  public let secondOfDay: Int
  /// Minutes ahead of UTC; 420 in Vietnam.
  public let offsetMinutes: Int

  /// The moment that a canonical text names, or nil: day, `T`, hours, minutes, seconds, an optional fraction of up to nine
  /// digits (which is passed over), and `Z` or an offset of at most 14 hours.
  public init?(_ text: Span<UInt8>) {
    guard text.count >= 20, text.count <= 35, let date = CalendarDate(text.extracting(0..<10)),
      text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
      let hour = CalendarDate.pair(text, 11), hour < 24, let minute = CalendarDate.pair(text, 14),
      minute < 60,
      let second = CalendarDate.pair(text, 17), second < 60
    else { return nil }
    var at = 19
    if text[at] == UInt8(ascii: ".") {
      let first = at + 1
      at = first
      while at < text.count, DecimalText.isDigit(text[at]) { at += 1 }
      guard at > first, at - first <= 9 else { return nil }
    }
    guard at < text.count else { return nil }
    if text[at] == UInt8(ascii: "Z") {
      guard at + 1 == text.count else { return nil }
      offsetMinutes = 0
    } else {
      let isWest = text[at] == UInt8(ascii: "-")
      guard isWest || text[at] == UInt8(ascii: "+"), at + 6 == text.count, text[at + 3] == UInt8(ascii: ":"),
        let hours = CalendarDate.pair(text, at + 1), let minutes = CalendarDate.pair(text, at + 4),
        minutes < 60,
        hours * 60 + minutes <= 840
      else { return nil }
      offsetMinutes = (isWest ? -1 : 1) * (hours * 60 + minutes)
    }
    self.date = date
    secondOfDay = hour * 3600 + minute * 60 + second
  }

  /// The moment that a canonical text names, or nil.
  public init?(_ text: String) { self.init(text.utf8.span) }

  /// Seconds since 1 January 1970, 00:00 UTC.
  public var secondsSinceEpoch: Int { date.dayNumber * 86_400 + secondOfDay - offsetMinutes * 60 }
}
