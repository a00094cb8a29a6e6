internal import Diagnostics
internal import Documents

/// A cell as it was read.
struct SheetCell {
  var kind: WorkbookCellKind
  var isFormula: Bool
  var text: String
}

/// A small sheet held whole: forms, cards, `_meta`, and the head of tables.
struct SheetGrid {
  /// The sheet's name.
  let name: String
  private(set) var cells: [CellAddress: SheetCell] = [:]
  private var merges: [CellAddress: CellRange] = [:]
  /// The last row with a cell.
  private(set) var lastRow = 0
  /// The last column with a cell.
  private(set) var lastColumn = 0

  /// Most cells of a sheet that is held whole; our forms have a few hundred.
  static let limit = 100_000

  /// Reads a sheet through, up to a row.
  ///
  /// - Throws: faults of the workbook; `unreadable` with `workbook-limit` above `limit` cells.
  init(_ workbook: WorkbookReader, _ sheet: WorkbookSheet, rows last: Int = .max, withMerges: Bool = true) throws(Fault)
  {
    name = sheet.name
    let rows = try workbook.rows(of: sheet)
    while let row = try rows.next() {
      if row.index > last { break }
      for cell in row.cells where cell.kind != .blank || cell.isFormula {
        cells[row.address(cell)] = SheetCell(kind: cell.kind, isFormula: cell.isFormula, text: row.text(cell))
        lastColumn = max(lastColumn, cell.column)
      }
      lastRow = max(lastRow, row.index)
      if cells.count > Self.limit {
        throw Fault(
          .unreadable,
          Diagnostic(
            .workbookSheetTooLarge, at: Place(file: workbook.name, sheet: sheet.name), value: String(Self.limit)))
      }
    }
    guard withMerges else { return }
    for range in try workbook.merges(of: sheet) where merges.count < Self.limit { merges[range.first] = range }
  }

  /// The cell at an address; nil when it is empty.
  subscript(address: CellAddress) -> SheetCell? { cells[address] }

  /// The text at an address; empty when there is none.
  func text(_ address: CellAddress) -> String { cells[address]?.text ?? "" }

  /// The merged range that begins at a cell, or the cell alone.
  func extent(_ address: CellAddress) -> CellRange { merges[address] ?? CellRange(address) }

  /// The first cell of the merged range that a cell lies in, or the cell itself.
  func anchor(_ address: CellAddress) -> CellAddress {
    if merges[address] != nil { return address }
    for range in merges.values where range.contains(address) { return range.first }
    return address
  }

  /// The filled cells in reading order.
  var filled: [(address: CellAddress, text: String)] {
    cells.filter { $0.value.kind != .blank }.map { ($0.key, $0.value.text) }.sorted { $0.address < $1.address }
  }
}
