/// Serial numbers of days, as cells hold dates, and ISO 8601 text.
enum CellDate {
  /// The ISO text of a serial number as its format shows it: `2026-11-21`, `2026-11-21T08:00:00`, `08:00:00`, or hours beyond
  /// a day as `36:00:00`. Nil when no program shows a date for it (negative, or after the year 9999).
  ///
  /// In the 1900 system day 60 is 29 February 1900, which never was; it is written as Excel shows it and is for the reader's
  /// date check to refuse. Times are rounded to milliseconds and have a fraction only when there is one.
  static func text(serial: Double, format: NumberFormat, is1904: Bool) -> String? {
    guard serial >= 0, serial < 2_958_466 else { return nil }
    var days = Int(serial.rounded(.down))
    var milliseconds = Int(((serial - Double(days)) * 86_400_000).rounded())
    if milliseconds == 86_400_000 {
      days += 1
      milliseconds = 0
    }
    if format.contains(.elapsed) { return time(milliseconds, extraHours: days * 24) }
    var shown = format
    if format.contains(.either) { shown = days == 0 ? .time : milliseconds == 0 ? .date : [.date, .time] }
    // A date format over less than a day is a time; Excel shows 1900-01-00 for it.
    if days == 0, !is1904, shown.contains(.time) || milliseconds != 0 { return time(milliseconds, extraHours: 0) }
    if shown == .time, days == 0 { return time(milliseconds, extraHours: 0) }
    if shown == .time { return date(days, is1904) + "T" + time(milliseconds, extraHours: 0) }
    if days == 0, !is1904 { return nil }
    return shown.contains(.time) ? date(days, is1904) + "T" + time(milliseconds, extraHours: 0) : date(days, is1904)
  }

  private static func date(_ serial: Int, _ is1904: Bool) -> String {
    if !is1904, serial == 60 { return "1900-02-29" }
    // Days since 1970-01-01. 1904-01-01 is day 0 of one system; 1900-01-01 is day 1 of the other, which has a day too many.
    let day = is1904 ? serial - 24_107 : serial - (serial < 60 ? 25_568 : 25_569)
    let (year, month, dayOfMonth) = civil(day)
    return pad(year, 4) + "-" + pad(month, 2) + "-" + pad(dayOfMonth, 2)
  }

  private static func time(_ milliseconds: Int, extraHours: Int) -> String {
    let seconds = milliseconds / 1000
    let text =
      pad(seconds / 3600 + extraHours, 2) + ":" + pad(seconds / 60 % 60, 2) + ":" + pad(seconds % 60, 2)
    return milliseconds % 1000 == 0 ? text : text + "." + pad(milliseconds % 1000, 3)
  }

  private static func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  /// Year, month and day of a day counted from 1970-01-01 in the Gregorian calendar.
  private static func civil(_ day: Int) -> (Int, Int, Int) {
    // Years begin in March here, so that the leap day ends the year; 400 years have 146 097 days.
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * ofYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  /// The serial number, in the 1900 system, of `2026-11-21` or `2026-11-21T08:00:00`; nil when the text is no such date from
  /// 1900-03-01 to 9999-12-31. Earlier days differ between programs.
  static func serial(_ iso: String) -> Double? {
    let bytes = Array(iso.utf8)
    func number(_ from: Int, _ count: Int) -> Int? {
      var value = 0
      for i in from..<from + count {
        guard bytes[i] >= 0x30, bytes[i] <= 0x39 else { return nil }
        value = value * 10 + Int(bytes[i] - 0x30)
      }
      return value
    }
    guard bytes.count == 10 || bytes.count == 19, bytes[4] == 0x2D, bytes[7] == 0x2D, let year = number(0, 4),
      let month = number(5, 2), let day = number(8, 2), (1...12).contains(month), day >= 1
    else { return nil }
    let (y, m) = month <= 2 ? (year - 1, month + 9) : (year, month - 3)
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468
    // The way back shows a day that its month does not have.
    guard civil(days) == (year, month, day), days + 25_569 > 60 else { return nil }
    if bytes.count == 10 { return Double(days + 25_569) }
    guard bytes[10] == 0x54, bytes[13] == 0x3A, bytes[16] == 0x3A, let hour = number(11, 2), let minute = number(14, 2),
      let second = number(17, 2), hour < 24, minute < 60, second < 60
    else { return nil }
    return Double(days + 25_569) + Double(hour * 3600 + minute * 60 + second) / 86_400
  }

  /// Whether a text looks like an ISO 8601 date or time, as `t="d"` cells hold it.
  static func isISO(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count >= 8, bytes.count <= 40, bytes[0] >= 0x30, bytes[0] <= 0x39 else { return false }
    return bytes.allSatisfy {
      ($0 >= 0x30 && $0 <= 0x3A) || $0 == 0x2D || $0 == 0x2B || $0 == 0x2E || $0 == 0x54 || $0 == 0x5A
    } && (bytes[2] == 0x3A || (bytes.count >= 10 && bytes[4] == 0x2D && bytes[7] == 0x2D))
  }
}
