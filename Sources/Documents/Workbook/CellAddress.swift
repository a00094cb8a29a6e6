/// The place of a cell in a sheet. Rows count from 1 as people do, columns from 0 as arrays do; printed as `F14`.
public struct CellAddress: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The row, from 1 to 1 048 576.
  public var row: Int
  /// The column, from 0 (A) to 16 383 (XFD).
  public var column: Int

  /// Rows in a sheet (Excel's limit).
  public static let rows = 1_048_576
  /// Columns in a sheet (Excel's limit).
  public static let columns = 16_384

  /// Makes an address from a row counted from 1 and a column counted from 0.
  public init(row: Int, column: Int) {
    self.row = row
    self.column = column
  }

  /// Reads `F14`, `$F$14`, `f14`; nil for anything else or beyond a sheet's limits.
  public init?(_ text: some StringProtocol) {
    var column = 0, row = 0, letters = 0, digits = 0
    var previous: UInt8 = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "$"):
        // Before the letters and before the digits, once each.
        if previous == byte || digits > 0 || (letters > 0 && previous == UInt8(ascii: "$")) { return nil }
      case UInt8(ascii: "A")...UInt8(ascii: "Z") where digits == 0,
        UInt8(ascii: "a")...UInt8(ascii: "z") where digits == 0:
        if letters > 0, previous == UInt8(ascii: "$") { return nil }
        letters += 1
        column = column * 26 + Int(byte & 0x1F)
        if column > Self.columns { return nil }
      case UInt8(ascii: "0")...UInt8(ascii: "9") where letters > 0:
        digits += 1
        row = row * 10 + Int(byte & 0x0F)
        if row > Self.rows || row == 0 { return nil }
      default: return nil
      }
      previous = byte
    }
    guard letters > 0, digits > 0 else { return nil }
    self.init(row: row, column: column - 1)
  }

  /// The letters of a column counted from 0: `A`, `Z`, `AA`.
  public static func letters(ofColumn column: Int) -> String {
    var letters: [UInt8] = []
    var rest = column
    while rest >= 0 {
      letters.append(UInt8(ascii: "A") + UInt8(rest % 26))
      rest = rest / 26 - 1
    }
    return String(decoding: letters.reversed(), as: UTF8.self)
  }

  /// The address as `F14`.
  public var description: String { Self.letters(ofColumn: column) + String(row) }

  /// The address as `$F$14`, for formulas and defined names.
  public var absolute: String { "$" + Self.letters(ofColumn: column) + "$" + String(row) }

  /// Orders by row, then by column.
  public static func < (a: CellAddress, b: CellAddress) -> Bool { (a.row, a.column) < (b.row, b.column) }
}

/// A rectangle of cells, `B2:D7`, or one cell.
public struct CellRange: Sendable, Hashable, CustomStringConvertible {
  /// The top left cell.
  public var first: CellAddress
  /// The bottom right cell.
  public var last: CellAddress

  /// Makes a range from two opposite corners.
  public init(_ a: CellAddress, _ b: CellAddress) {
    first = CellAddress(row: min(a.row, b.row), column: min(a.column, b.column))
    last = CellAddress(row: max(a.row, b.row), column: max(a.column, b.column))
  }

  /// Makes a range of one cell.
  public init(_ cell: CellAddress) { self.init(cell, cell) }

  /// Reads `B2:D7`, `$B$2:$D$7`, `B2`, whole columns `A:C` and whole rows `3:5`; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 1, let cell = CellAddress(parts[0]) {
      self.init(cell)
      return
    }
    guard parts.count == 2 else { return nil }
    if let a = CellAddress(parts[0]), let b = CellAddress(parts[1]) {
      self.init(a, b)
    } else if let a = CellAddress(parts[0] + "1"), let b = CellAddress(parts[1] + "\(CellAddress.rows)"),
      !parts[0].utf8.contains(where: Self.isDigit), !parts[1].utf8.contains(where: Self.isDigit)
    {
      self.init(a, b)
    } else if let a = Self.wholeRow(parts[0]), let b = Self.wholeRow(parts[1]) {
      self.init(CellAddress(row: a, column: 0), CellAddress(row: b, column: CellAddress.columns - 1))
    } else {
      return nil
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func wholeRow(_ text: some StringProtocol) -> Int? {
    CellAddress("$A" + (text.hasPrefix("$") ? "" : "$") + text)?.row
  }

  /// Whether a cell lies in the range.
  public func contains(_ cell: CellAddress) -> Bool {
    cell.row >= first.row && cell.row <= last.row && cell.column >= first.column && cell.column <= last.column
  }

  /// The range as `B2:D7`, or `B2` for one cell.
  public var description: String { first == last ? first.description : "\(first):\(last)" }

  /// The range as `$B$2:$D$7`, or `$B$2` for one cell.
  public var absolute: String { first == last ? first.absolute : "\(first.absolute):\(last.absolute)" }

  /// The range with its sheet, quoted, as formulas and defined names write it: `'Mã hàng'!$A$1:$A$9`.
  public func reference(inSheet sheet: String) -> String {
    "'" + sheet.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'!" + absolute
  }
}
