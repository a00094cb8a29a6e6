internal import CXlsxWriter
public import Diagnostics

/// What a formula's cell shows until a program computes it anew.
public enum CachedValue: Sendable, Hashable {
  /// Nothing is known; programs show 0 until they compute.
  case none
  /// A number.
  case number(Double)
  /// A text.
  case text(String)
}

/// How a sheet is printed.
public struct PrintSetup: Sendable, Hashable {
  /// Whether the paper lies on its long side.
  public var isLandscape = false
  /// How many pages the sheet's width is shrunk to; nil for no shrinking.
  public var pagesWide: Int? = 1
  /// Margins in inches.
  public var left = 0.4, right = 0.4, top = 0.5, bottom = 0.5
  /// Rows that are printed on top of each page, from 1.
  public var titleRows: ClosedRange<Int>?
  /// Columns that are printed at the left of each page, from 0.
  public var titleColumns: ClosedRange<Int>?

  /// A4, upright, one page wide.
  public init() {}
}

/// One sheet of a workbook that is being written. Made by `WorkbookWriter.addSheet`.
///
/// All functions throw `output` with `workbook-write` for a cell outside the sheet, when rows go back in constant memory, and
/// when the library refuses.
public final class WorkbookSheetWriter {
  /// The name on the tab.
  public let name: String

  private let writer: WorkbookWriter
  private let sheet: UnsafeMutablePointer<lxw_worksheet>
  /// The row that constant memory has reached, from 1.
  private var currentRow = 0
  private var rowHeights: [Int: Double] = [:]
  private var hiddenRows: Set<Int> = []
  private var columnWidths: [Int: Double] = [:]
  private var hiddenColumns: Set<Int> = []
  /// Columns that are merged, by row.
  private var mergedColumns: [Int: [ClosedRange<Int>]] = [:]

  init(_ writer: WorkbookWriter, _ sheet: UnsafeMutablePointer<lxw_worksheet>, _ name: String) {
    self.writer = writer
    self.sheet = sheet
    self.name = name
  }

  // MARK: Cells

  /// Writes text, never taken for a number or a formula. Characters that XML cannot hold are escaped as Excel does.
  ///
  /// - Throws: `output` with `workbook-text-too-long` above 32 767 UTF-16 units.
  public func writeText(_ text: String, at cell: CellAddress, style: CellStyle = .plain) throws(Fault) {
    let (row, column, format) = try prepare(cell, style)
    try checkLength(text, cell)
    if text.isEmpty { return try check(worksheet_write_blank(sheet, row, column, format), cell) }
    try check(worksheet_write_string(sheet, row, column, CellText.escape(text), format), cell)
  }

  /// Writes a decimal number such as `12.5`; the style's number format says how it is shown.
  ///
  /// - Returns: false when the text has more digits than a cell's double can carry, so that a part of the value is lost.
  /// - Throws: `output` with `workbook-write` when the text is no number.
  @discardableResult
  public func writeNumber(_ decimal: String, at cell: CellAddress, style: CellStyle = .plain) throws(Fault) -> Bool {
    var text = decimal
    let value = text.withUTF8 { CellNumber.value($0) }
    guard let value else {
      throw .workbook(
        .output, .workbookWrite, place(cell), .init("this is no number", vi: "đây không phải là số"), value: decimal)
    }
    let (row, column, format) = try prepare(cell, style)
    try check(worksheet_write_number(sheet, row, column, value, format), cell)
    // The library prints 16 digits, so what 15 digits cannot hold may differ in the file.
    return Self.canonical(decimal) == CellNumber.text(value) && Self.digits(decimal) <= 15
  }

  /// Writes a real date from `2026-11-21` or `2026-11-21T08:00:00`, shown in the style's number format, or as `yyyy/mm/dd`.
  ///
  /// - Throws: `output` with `workbook-write` when the text is no date from 1900-03-01 to 9999-12-31.
  public func writeDate(_ iso: String, at cell: CellAddress, style: CellStyle = .plain) throws(Fault) {
    guard let serial = CellDate.serial(iso) else {
      throw .workbook(
        .output, .workbookWrite, place(cell), .init("this is no date", vi: "đây không phải là ngày"), value: iso)
    }
    let dated =
      style.numberFormat == nil
      ? style.with { $0.numberFormat = iso.utf8.count > 10 ? "yyyy/mm/dd hh:mm:ss" : "yyyy/mm/dd" } : style
    let (row, column, format) = try prepare(cell, dated)
    try check(worksheet_write_number(sheet, row, column, serial, format), cell)
  }

  /// Writes `TRUE` or `FALSE`.
  public func writeBoolean(_ value: Bool, at cell: CellAddress, style: CellStyle = .plain) throws(Fault) {
    let (row, column, format) = try prepare(cell, style)
    try check(worksheet_write_boolean(sheet, row, column, value ? 1 : 0, format), cell)
  }

  /// Writes a formula, such as `=ROUND(B4*1.08,0)`, with function names in English and commas.
  public func writeFormula(
    _ formula: String, cached: CachedValue = .none, at cell: CellAddress, style: CellStyle = .plain
  ) throws(Fault) {
    let (row, column, format) = try prepare(cell, style)
    switch cached {
    case .none: try check(worksheet_write_formula(sheet, row, column, formula, format), cell)
    case .number(let value): try check(worksheet_write_formula_num(sheet, row, column, formula, format, value), cell)
    case .text(let text):
      try checkLength(text, cell)
      try check(worksheet_write_formula_str(sheet, row, column, formula, format, CellText.escape(text)), cell)
    }
  }

  /// Writes a cell that has a style and no value.
  public func writeBlank(at cell: CellAddress, style: CellStyle) throws(Fault) {
    let (row, column, format) = try prepare(cell, style)
    try check(worksheet_write_blank(sheet, row, column, format), cell)
  }

  /// Merges a range and writes a text into its first cell. A range of one cell is written and not merged.
  ///
  /// - Throws: `output` with `workbook-text-too-long`; with `workbook-write` when the range overlaps another merged one, or
  ///   has several rows in constant memory.
  public func mergeRange(_ range: CellRange, _ text: String, style: CellStyle = .plain) throws(Fault) {
    if range.first == range.last { return try writeText(text, at: range.first, style: style) }
    let (row, column, format) = try prepare(range.first, style)
    if writer.constantMemory, range.last.row != range.first.row {
      throw .workbook(
        .output, .workbookWrite, place(range.first),
        .init(
          "several rows cannot be merged in constant memory", vi: "không gộp được nhiều dòng ở chế độ bộ nhớ cố định"))
    }
    _ = try indices(range.last)
    try checkLength(text, range.first)
    // Excel calls a file with overlapping ranges damaged.
    for row in range.first.row...range.last.row {
      let columns = range.first.column...range.last.column
      if mergedColumns[row, default: []].contains(where: { $0.overlaps(columns) }) {
        throw .workbook(
          .output, .workbookWrite, place(range.first),
          .init("\(range) overlaps another merged range", vi: "\(range) chồng lên vùng gộp khác"))
      }
    }
    for row in range.first.row...range.last.row {
      mergedColumns[row, default: []].append(range.first.column...range.last.column)
    }
    try check(
      worksheet_merge_range(
        sheet, row, column, UInt32(range.last.row - 1), UInt16(range.last.column), CellText.escape(text), format),
      range.first)
  }

  // MARK: Rows, columns, view

  /// Sets a column's width in characters of the default font. Columns count from 0.
  public func setColumnWidth(_ column: Int, _ width: Double) throws(Fault) {
    columnWidths[column] = width
    try applyColumn(column)
  }

  /// Hides a column.
  public func hideColumn(_ column: Int) throws(Fault) {
    hiddenColumns.insert(column)
    try applyColumn(column)
  }

  /// Sets a row's height in points. Rows count from 1. In constant memory, before the row's cells.
  public func setRowHeight(_ row: Int, _ height: Double) throws(Fault) {
    rowHeights[row] = height
    try applyRow(row)
  }

  /// Hides a row. In constant memory, before the row's cells.
  public func hideRow(_ row: Int) throws(Fault) {
    hiddenRows.insert(row)
    try applyRow(row)
  }

  /// Keeps what is above and left of a cell on the screen.
  public func freeze(at cell: CellAddress) throws(Fault) {
    let (row, column) = try indices(cell)
    worksheet_freeze_panes(sheet, row, column)
  }

  /// Shows this sheet when the workbook is opened.
  public func activate() { worksheet_activate(sheet) }

  /// Puts filter buttons over a table whose first row is the header.
  public func autofilter(_ range: CellRange) throws(Fault) {
    let (row, column) = try indices(range.first)
    let (lastRow, lastColumn) = try indices(range.last)
    try check(worksheet_autofilter(sheet, row, column, lastRow, lastColumn), range.first)
  }

  /// Sets how the sheet is printed, on A4.
  public func setPrint(_ setup: PrintSetup) throws(Fault) {
    worksheet_set_paper(sheet, 9)
    if setup.isLandscape { worksheet_set_landscape(sheet) } else { worksheet_set_portrait(sheet) }
    worksheet_set_margins(sheet, setup.left, setup.right, setup.top, setup.bottom)
    if let pages = setup.pagesWide { worksheet_fit_to_pages(sheet, UInt16(clamping: pages), 0) }
    if let rows = setup.titleRows {
      let first = CellAddress(row: rows.lowerBound, column: 0)
      let (a, _) = try indices(first)
      let (b, _) = try indices(CellAddress(row: rows.upperBound, column: 0))
      try check(worksheet_repeat_rows(sheet, a, b), first)
    }
    if let columns = setup.titleColumns {
      let first = CellAddress(row: 1, column: columns.lowerBound)
      let (_, a) = try indices(first)
      let (_, b) = try indices(CellAddress(row: 1, column: columns.upperBound))
      try check(worksheet_repeat_columns(sheet, a, b), first)
    }
  }

  // MARK: Lists to choose from

  /// Offers a list in each cell of a range. Other values are warned of, not refused: the reader reports them.
  ///
  /// - Throws: `output` with `workbook-write` when the list has more than 255 characters in all or a choice has a comma; put
  ///   such a list into a sheet and give its range.
  public func listValidation(_ range: CellRange, choices: [String]) throws(Fault) {
    guard !choices.contains(where: { $0.contains(",") }) else {
      throw .workbook(
        .output, .workbookWrite, place(range.first),
        .init("a choice of an inline list has a comma", vi: "một lựa chọn trong danh sách có dấu phẩy"))
    }
    // Excel's limit is 255 characters with the commas between; libxlsxwriter 1.1.4 joins them in a buffer of as many bytes.
    guard choices.joined(separator: ",").utf8.count <= 255 else {
      throw .workbook(
        .output, .workbookWrite, place(range.first),
        .init("an inline list has more than 255 bytes", vi: "danh sách có hơn 255 byte"))
    }
    var pointers: [UnsafeMutablePointer<CChar>?] = choices.map { ocopCopy($0) }
    defer { pointers.forEach { $0?.deallocate() } }
    pointers.append(nil)
    let error = pointers.withUnsafeMutableBufferPointer { list in
      validate(range) {
        $0.validate = UInt8(LXW_VALIDATION_TYPE_LIST.rawValue)
        $0.value_list = list.baseAddress
      }
    }
    try check(error, range.first)
  }

  /// Offers the cells of a range, of this or another sheet, as a list in each cell of a range.
  public func listValidation(
    _ range: CellRange, source: CellRange, of sheet: WorkbookSheetWriter
  ) throws(Fault) {
    let formula = ocopCopy("=" + source.reference(inSheet: sheet.name))
    defer { formula.deallocate() }
    let error = validate(range) {
      $0.validate = UInt8(LXW_VALIDATION_TYPE_LIST_FORMULA.rawValue)
      $0.value_formula = formula
    }
    try check(error, range.first)
  }

  private func validate(_ range: CellRange, _ set: (inout lxw_data_validation) -> Void) -> lxw_error {
    var rule = lxw_data_validation()
    rule.ignore_blank = UInt8(LXW_VALIDATION_ON.rawValue)
    rule.show_input = UInt8(LXW_VALIDATION_ON.rawValue)
    rule.show_error = UInt8(LXW_VALIDATION_ON.rawValue)
    rule.dropdown = UInt8(LXW_VALIDATION_ON.rawValue)
    rule.error_type = UInt8(LXW_VALIDATION_ERROR_TYPE_WARNING.rawValue)
    set(&rule)
    guard let (row, column) = try? indices(range.first), let (lastRow, lastColumn) = try? indices(range.last) else {
      return LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE
    }
    return worksheet_data_validation_range(sheet, row, column, lastRow, lastColumn, &rule)
  }

  // MARK: Helpers

  private func prepare(
    _ cell: CellAddress, _ style: CellStyle
  ) throws(Fault) -> (UInt32, UInt16, UnsafeMutablePointer<lxw_format>?) {
    let (row, column) = try indices(cell)
    if writer.constantMemory {
      // The library would drop such a cell without a word.
      if cell.row < currentRow {
        throw .workbook(
          .output, .workbookWrite, place(cell),
          .init("rows must come in order in constant memory", vi: "các dòng phải theo thứ tự ở chế độ bộ nhớ cố định"))
      }
      currentRow = cell.row
    }
    return (row, column, try writer.format(style))
  }

  private func indices(_ cell: CellAddress) throws(Fault) -> (UInt32, UInt16) {
    _ = try writer.open()
    guard (1...CellAddress.rows).contains(cell.row), (0..<CellAddress.columns).contains(cell.column) else {
      throw .workbook(
        .output, .workbookWrite, Place(file: writer.path, sheet: name),
        .init(
          "row \(cell.row), column \(cell.column) is outside the sheet",
          vi: "dòng \(cell.row), cột \(cell.column) nằm ngoài trang tính"))
    }
    return (UInt32(cell.row - 1), UInt16(cell.column))
  }

  private func applyColumn(_ column: Int) throws(Fault) {
    let cell = CellAddress(row: 1, column: column)
    let (_, index) = try indices(cell)
    var options = lxw_row_col_options()
    options.hidden = hiddenColumns.contains(column) ? 1 : 0
    try check(worksheet_set_column_opt(sheet, index, index, columnWidths[column] ?? 8.43, nil, &options), cell)
  }

  private func applyRow(_ row: Int) throws(Fault) {
    let cell = CellAddress(row: row, column: 0)
    let (index, _, _) = try prepare(cell, .plain)
    var options = lxw_row_col_options()
    options.hidden = hiddenRows.contains(row) ? 1 : 0
    try check(worksheet_set_row_opt(sheet, index, rowHeights[row] ?? 15, nil, &options), cell)
  }

  private func checkLength(_ text: String, _ cell: CellAddress) throws(Fault) {
    if text.utf8.count > 32_767, text.utf16.count > 32_767 {
      throw .workbook(.output, .workbookTextTooLong, place(cell), value: text)
    }
  }

  private func place(_ cell: CellAddress) -> Place {
    Place(file: writer.path, sheet: name, cell: cell.description)
  }

  private func check(_ error: lxw_error, _ cell: CellAddress) throws(Fault) {
    if error != LXW_NO_ERROR { try WorkbookWriter.check(error, place(cell)) }
  }

  /// A decimal without sign of plus, needless zeros and point.
  private static func canonical(_ decimal: String) -> String {
    var sign = "", text = decimal[...]
    if let first = text.first, first == "-" || first == "+" {
      if first == "-" { sign = "-" }
      text = text.dropFirst()
    }
    if text.contains(".") {
      while text.hasSuffix("0") { text = text.dropLast() }
      if text.hasSuffix(".") { text = text.dropLast() }
    }
    while text.hasPrefix("0"), text.count > 1, !text.hasPrefix("0.") { text = text.dropFirst() }
    return text == "0" ? "0" : sign + text
  }

  /// Significant digits of a decimal.
  private static func digits(_ decimal: String) -> Int {
    let digits = canonical(decimal).utf8.filter { $0 >= 0x30 && $0 <= 0x39 }.drop { $0 == 0x30 }
    return decimal.contains(".") ? digits.count : digits.count - digits.reversed().prefix { $0 == 0x30 }.count
  }
}

/// A NUL-terminated copy that C may hold; the caller frees it.
private func ocopCopy(_ text: String) -> UnsafeMutablePointer<CChar> {
  let bytes = Array(text.utf8CString)
  let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
  copy.initialize(from: bytes, count: bytes.count)
  return copy
}
