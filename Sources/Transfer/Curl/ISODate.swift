/// Dates of web services, such as `2026-11-22T04:29:02.000Z` (RFC 3339).
enum ISODate {
  /// Seconds since 1970; fractions are cut off. Nil for other forms.
  static func seconds(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] | 0x20 == 0x74, bytes[13] == 0x3A,
      bytes[16] == 0x3A
    else { return nil }
    func number(_ range: Range<Int>) -> Int64? {
      var value: Int64 = 0
      for byte in bytes[range] {
        guard byte >= 0x30, byte <= 0x39 else { return nil }
        value = value * 10 + Int64(byte - 0x30)
      }
      return value
    }
    guard let year = number(0..<4), year >= 1970, let month = number(5..<7), (1...12).contains(month),
      let day = number(8..<10), (1...31).contains(day), let hour = number(11..<13), hour < 24,
      let minute = number(14..<16), minute < 60, let second = number(17..<19), second < 61
    else { return nil }
    var place = 19
    if bytes[place] == 0x2E {
      place += 1
      while place < bytes.count, bytes[place] >= 0x30, bytes[place] <= 0x39 { place += 1 }
    }
    guard place < bytes.count else { return nil }
    var shift: Int64 = 0
    if bytes[place] | 0x20 != 0x7A {
      guard bytes[place] == 0x2B || bytes[place] == 0x2D, bytes.count == place + 6, bytes[place + 3] == 0x3A,
        let hours = number(place + 1..<place + 3), let minutes = number(place + 4..<place + 6)
      else { return nil }
      shift = (hours * 3600 + minutes * 60) * (bytes[place] == 0x2B ? -1 : 1)
    } else if bytes.count != place + 1 {
      return nil
    }
    return days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second + shift
  }

  /// `2026-11-22T04:29:02Z` of seconds since 1970.
  static func text(_ seconds: Int64) -> String {
    var day = seconds / 86_400
    var rest = seconds % 86_400
    if rest < 0 {
      rest += 86_400
      day -= 1
    }
    // Days of the Gregorian calendar, counted from March of the year 0 in eras of 400 years.
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let inEra = shifted - era * 146_097
    let yearInEra = (inEra - inEra / 1460 + inEra / 36_524 - inEra / 146_096) / 365
    let dayOfYear = inEra - (365 * yearInEra + yearInEra / 4 - yearInEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearInEra + era * 400 + (month <= 2 ? 1 : 0)
    func padded(_ number: Int64, _ width: Int = 2) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = "\(padded(year, 4))-\(padded(month))-\(padded(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1))"
    return "\(date)T\(padded(rest / 3600)):\(padded(rest % 3600 / 60)):\(padded(rest % 60))Z"
  }

  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let y = month > 2 ? year : year - 1
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * ((month + 9) % 12) + 2) / 5 + day - 1 - 719_468
  }
}
