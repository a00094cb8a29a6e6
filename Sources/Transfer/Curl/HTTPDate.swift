/// Dates of HTTP headers.
enum HTTPDate {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// Seconds since 1970 of a date such as `Sun, 22 Nov 2026 04:29:02 GMT` (RFC 9110, 5.6.7); nil for other forms.
  static func seconds(_ text: String) -> Int64? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let day = Int64(parts[1]), let year = Int64(parts[3]),
      let month = months.firstIndex(of: String(parts[2]))
    else { return nil }
    let clock = parts[4].split(separator: ":").compactMap { Int64($0) }
    guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2]),
      (1...31).contains(day), (1970...9999).contains(year)
    else { return nil }
    // Days of the Gregorian calendar, counted from March so that the leap day comes last.
    let m = Int64(month) + 1
    let y = m > 2 ? year : year - 1
    let shifted = (m + 9) % 12
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * shifted + 2) / 5 + day - 1 - 719_468
    return days * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
  }
}
