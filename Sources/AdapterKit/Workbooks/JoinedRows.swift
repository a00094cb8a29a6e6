internal import Documents

/// The rows of tables that are joined to products, kept in memory because they may stand in any order.
struct JoinedRows {
  /// A row.
  struct Row {
    /// The table in the plan.
    var table: Int32
    /// The row's number in its sheet.
    var sheetRow: Int32
    var firstCell: Int32
    var cellCount: Int32
    /// The product's number in the document from 0; -1 while there is none.
    var owner: Int32
  }

  /// A cell.
  struct Cell {
    var slot: Int32
    var column: Int32
    var kind: WorkbookCellKind
    var isFormula: Bool
    var offset: Int32
    var length: Int32
  }

  /// Most bytes and rows that are kept.
  static let byteLimit = 256 << 20
  static let rowLimit = 4_000_000

  private(set) var bytes: [UInt8] = []
  private(set) var cells: [Cell] = []
  var rows: [Row] = []
  /// Rows by owner, in the order of sheets and rows.
  private(set) var order: [Int32] = []

  /// Starts a row.
  mutating func begin(table: Int, sheetRow: Int) {
    rows.append(
      Row(
        table: Int32(table), sheetRow: Int32(truncatingIfNeeded: sheetRow),
        firstCell: Int32(truncatingIfNeeded: cells.count),
        cellCount: 0, owner: -1))
  }

  /// Adds a cell to the row begun last.
  mutating func add(
    slot: Int, column: Int, kind: WorkbookCellKind, isFormula: Bool, _ text: UnsafeBufferPointer<UInt8>
  ) {
    cells.append(
      Cell(
        slot: Int32(slot), column: Int32(column), kind: kind, isFormula: isFormula,
        offset: Int32(truncatingIfNeeded: bytes.count), length: Int32(truncatingIfNeeded: text.count)))
    bytes.append(contentsOf: text)
    rows[rows.count - 1].cellCount += 1
  }

  /// Takes the row begun last away again.
  mutating func dropLast() {
    guard let row = rows.popLast() else { return }
    let first = Int(row.firstCell)
    if first < cells.count { bytes.removeLast(bytes.count - Int(cells[first].offset)) }
    cells.removeLast(cells.count - first)
  }

  /// Whether no more may come.
  var isFull: Bool { bytes.count > Self.byteLimit || rows.count > Self.rowLimit }

  /// The cells of a row.
  func cells(of row: Row) -> ArraySlice<Cell> { cells[Int(row.firstCell)..<Int(row.firstCell + row.cellCount)] }

  /// The text of a cell.
  func text(_ cell: Cell) -> String {
    String(decoding: bytes[Int(cell.offset)..<Int(cell.offset + cell.length)], as: UTF8.self)
  }

  /// Puts rows in the order of their products, once all owners are known.
  mutating func sortByOwner() {
    order = rows.indices.map { Int32($0) }
    let owners = rows.map(\.owner)
    // Rows of one product keep the order in which they were read: table by table, row by row.
    order.sort { (owners[Int($0)], $0) < (owners[Int($1)], $1) }
  }
}
