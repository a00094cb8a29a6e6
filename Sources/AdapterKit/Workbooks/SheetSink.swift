internal import Diagnostics
internal import Documents

/// One cell on its way into a workbook.
struct OutputCell {
  /// What it holds.
  enum Content {
    case blank
    case text(String)
    /// A plain decimal.
    case number(String)
    /// An ISO date.
    case date(String)
    case formula(String, CachedValue)
  }

  var column: Int
  var content: Content
  /// Index into the sink's styles.
  var style: Int
  /// The last column of a merged range that begins here.
  var mergedTo: Int? = nil
}

/// One row on its way into a workbook.
struct OutputRow {
  var index: Int
  var cells: [OutputCell] = []
  var height: Double? = nil
  var isHidden = false
}

/// Takes the rows of several sheets in any order of sheets and writes a workbook.
///
/// A small workbook is held back and written in the ordinary way with shared strings, which every program reads best. When
/// it grows beyond `limit` cells, rows go to the disk as they come and memory stays where it is.
final class SheetSink {
  /// A sheet as it is planned.
  struct Sheet {
    var name: String
    var isHidden = false
    var isActive = false
    /// Everything about a sheet that is not a row, done when the sheet is made.
    var prepare: (WorkbookSheetWriter) throws(Fault) -> Void = { (_) throws(Fault) in }
    /// Everything that needs to know the last row, done at the end.
    var finish: (WorkbookSheetWriter, _ lastRow: Int) throws(Fault) -> Void = { (_, _) throws(Fault) in }
  }

  private let limit: Int
  private let path: String
  private var sheets: [Sheet] = []
  private var held: [[OutputRow]] = []
  private var lastRows: [Int] = []
  private var names: [(name: String, sheet: Int, range: CellRange)] = []
  private var cellCount = 0
  private var workbook: WorkbookWriter?
  private var writers: [WorkbookSheetWriter] = []
  private(set) var styles: [CellStyle] = []
  private var styleNumbers: [CellStyle: Int] = [:]
  /// No further sheets will come, so that rows may go to the disk.
  var isComplete = false

  /// Makes a sink that will write to a path.
  init(path: String, limit: Int = 250_000) {
    self.path = path
    self.limit = limit
  }

  /// Adds a sheet behind the others and answers its number.
  func addSheet(_ sheet: Sheet) -> Int {
    precondition(workbook == nil)
    sheets.append(sheet)
    held.append([])
    lastRows.append(0)
    return sheets.count - 1
  }

  /// The number of a style.
  func style(_ style: CellStyle) -> Int {
    if let known = styleNumbers[style] { return known }
    styles.append(style)
    styleNumbers[style] = styles.count - 1
    return styles.count - 1
  }

  /// Gives a name to a range of a sheet.
  func defineName(_ name: String, sheet: Int, _ range: CellRange) { names.append((name, sheet, range)) }

  /// The last row of a sheet so far.
  func lastRow(of sheet: Int) -> Int { lastRows[sheet] }

  /// Takes a row; rows of one sheet come in ascending order.
  func append(_ row: OutputRow, to sheet: Int) throws(Fault) {
    lastRows[sheet] = max(lastRows[sheet], row.index)
    if workbook != nil { return try write(row, to: writers[sheet]) }
    held[sheet].append(row)
    cellCount += row.cells.count
    if isComplete, cellCount > limit { try open(constantMemory: true) }
  }

  /// Writes what is held back and closes the file.
  func finish() throws(Fault) {
    if workbook == nil { try open(constantMemory: false) }
    for (i, sheet) in sheets.enumerated() { try sheet.finish(writers[i], lastRows[i]) }
    for name in names { try workbook?.defineName(name.name, name.range, of: writers[name.sheet]) }
    try workbook?.close()
  }

  /// The order of the tabs, when it is not the order of `addSheet`.
  var order: [Int]?

  private func open(constantMemory: Bool) throws(Fault) {
    let workbook = try WorkbookWriter(path: path, constantMemory: constantMemory)
    self.workbook = workbook
    var made: [Int: WorkbookSheetWriter] = [:]
    for i in order ?? Array(sheets.indices) {
      made[i] = try workbook.addSheet(sheets[i].name, visibility: sheets[i].isHidden ? .hidden : .visible)
      if sheets[i].isActive { made[i]?.activate() }
    }
    writers = sheets.indices.compactMap { made[$0] }
    for (i, sheet) in sheets.enumerated() {
      try sheet.prepare(writers[i])
      for row in held[i] { try write(row, to: writers[i]) }
      held[i] = []
    }
  }

  private func write(_ row: OutputRow, to sheet: WorkbookSheetWriter) throws(Fault) {
    if let height = row.height { try sheet.setRowHeight(row.index, height) }
    if row.isHidden { try sheet.hideRow(row.index) }
    for cell in row.cells {
      let address = CellAddress(row: row.index, column: cell.column)
      let style = styles[cell.style]
      if let last = cell.mergedTo, last > cell.column {
        try sheet.mergeRange(
          CellRange(address, CellAddress(row: row.index, column: last)), "", style: style)
      }
      switch cell.content {
      case .blank: if cell.mergedTo == nil { try sheet.writeBlank(at: address, style: style) }
      case .text(let text): try sheet.writeText(text, at: address, style: style)
      case .number(let number): try sheet.writeNumber(number, at: address, style: style)
      case .date(let date): try sheet.writeDate(date, at: address, style: style)
      case .formula(let formula, let cached):
        try sheet.writeFormula(formula, cached: cached, at: address, style: style)
      }
    }
  }
}
