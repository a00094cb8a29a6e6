/// How the text of a place and a canonical value turn into each other. Each converter is invertible or says what it loses.
public indirect enum Converter: Sendable, Hashable {
  /// Text as it is, trimmed and in NFC.
  case text
  /// A GTIN: any length is read and padded to 14 digits; written in its natural length (13 where the first digit is 0).
  case gtin
  /// A GTIN, written with 14 digits.
  case gtin14
  /// A whole number; grouping as in the number style.
  case integer(NumberStyle)
  /// A decimal; written with at most `maxFraction` digits (a loss is reported) and at least `minFraction`.
  case decimal(NumberStyle, minFraction: Int, maxFraction: Int?)
  /// An amount of money in a currency whose decimals decide; currency signs and words are accepted when read.
  case money(NumberStyle, currency: String)
  /// A canonical measure in one text: `500 GRM`.
  case measure
  /// A number in a fixed unit; written in that unit when the conversion is exact to `maxFraction` digits, else a loss.
  case measureIn(unit: String, NumberStyle, maxFraction: Int?)
  /// Number and unit word in one text, `500 g`, by a code list of units.
  case quantity(codes: String, NumberStyle)
  /// A period of time in words, `24 tháng`, `製造日より730日`, by a code list of units DAY, MON, ANN.
  case duration(codes: String)
  /// A period as whole days; months and years become 30 and 365 days when written, and a loss is reported.
  case days
  /// A date in a style.
  case date(DateStyle)
  /// A date attribute held as a date and time: written with the time of the day's start or end and an offset.
  case dateTimeOfDate(isEnd: Bool, offset: String)
  /// A date and time with offset.
  case dateTime
  /// Yes and no in words; alternatives separated by `|`, the first is written.
  case boolean(yes: String, no: String)
  /// A code by a code list. An unknown text is an error, or, in an open list, passes with a warning.
  case codes(list: String, isOpen: Bool)
  /// One of several choices shown as squares in one cell: `■常温 □冷蔵 □冷凍`.
  case choice(list: String)
  /// A fixed text before and after the value of another converter.
  case affixed(prefix: String, Converter, suffix: String)

  /// How numbers are written.
  public enum NumberStyle: String, Sendable, CaseIterable {
    /// `1234.5`; grouping commas are an error.
    case plain
    /// `1.234,5` (Vietnamese); written without grouping. A lone point before exactly three digits is grouping.
    case comma
    /// `1,234.5`; written without grouping.
    case point
  }

  /// How dates are written; other usual forms are accepted when they cannot be misread.
  public enum DateStyle: String, Sendable, CaseIterable {
    /// `2026-11-22`
    case iso
    /// `22/11/2026`
    case dmy
    /// `2026/11/22`
    case ymd
  }
}
