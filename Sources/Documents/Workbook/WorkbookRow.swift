internal import Bytes

/// What a cell holds.
public enum WorkbookCellKind: UInt8, Sendable {
  /// Text.
  case text
  /// A number, as the shortest decimal text of the stored double.
  case number
  /// `true` or `false`.
  case boolean
  /// An error value such as `#N/A`.
  case error
  /// A number that its format shows as a date or time, as ISO 8601 text: `2026-11-21`, `2026-11-21T08:00:00`, `08:00:00`.
  case date
  /// Nothing; a formula without a cached value is blank too.
  case blank
}

/// One cell of a row: its column, its kind, and where the row keeps its text.
public struct WorkbookCell: Sendable {
  /// The column, from 0 (A).
  public internal(set) var column: Int
  /// What the cell holds.
  public internal(set) var kind: WorkbookCellKind
  /// Whether the cell has a formula; its value is then what the last program computed. Blank and a formula means that
  /// no program did.
  public internal(set) var isFormula: Bool
  /// Whether the text lies in the shared strings.
  var isShared = false
  var start: UInt32 = 0
  var length: UInt32 = 0
  var rawStart: UInt32 = 0
  var rawLength: UInt32 = 0
}

/// The bytes and cells of some rows that were read together.
final class RowStorage {
  // Written to by one handler only, at each event; checks of exclusive access took a sixth of a reading's instructions.
  @exclusivity(unchecked) var bytes = ByteBuffer(capacity: 1 << 12)
  @exclusivity(unchecked) var cells: [WorkbookCell] = []
  let strings: SharedStrings

  init(strings: SharedStrings) { self.strings = strings }
}

/// One row of a sheet. Cells that the file does not mention are not there; they are blank.
public struct WorkbookRow {
  /// The row's number, from 1. Rows come in the order of the file, which some programs break.
  public let index: Int
  /// Whether the row is hidden.
  public let isHidden: Bool
  let storage: RowStorage
  let range: Range<Int>

  /// The cells in order of their columns, each column at most once.
  public var cells: ArraySlice<WorkbookCell> { storage.cells[range] }

  /// The cell of a column counted from 0; nil when the row has none.
  public func cell(at column: Int) -> WorkbookCell? {
    var low = range.lowerBound, high = range.upperBound
    while low < high {
      let middle = (low + high) / 2
      if storage.cells[middle].column < column { low = middle + 1 } else { high = middle }
    }
    return low < range.upperBound && storage.cells[low].column == column ? storage.cells[low] : nil
  }

  /// The text of the cell of a column counted from 0; empty when there is none.
  public subscript(column: Int) -> String { cell(at: column).map(text) ?? "" }

  /// The text of one of this row's cells: the text itself, a plain decimal, an ISO date, `true`, `#N/A`.
  public func text(_ cell: WorkbookCell) -> String { String(decoding: bytes(cell), as: UTF8.self) }

  /// The value of one of this row's cells as the file has it, such as `8.938501234018E12`; the text for text.
  public func rawText(_ cell: WorkbookCell) -> String {
    if cell.rawLength == 0 { return text(cell) }
    let start = Int(cell.rawStart)
    return String(decoding: storage.bytes.bytes[start..<start + Int(cell.rawLength)], as: UTF8.self)
  }

  /// The UTF-8 of one of this row's cells, without a copy; valid while the row lives.
  public func bytes(_ cell: WorkbookCell) -> UnsafeBufferPointer<UInt8> {
    let all = cell.isShared ? storage.strings.bytes.bytes : storage.bytes.bytes
    let start = Int(cell.start)
    return UnsafeBufferPointer(rebasing: all[start..<start + Int(cell.length)])
  }

  /// The address of one of this row's cells.
  public func address(_ cell: WorkbookCell) -> CellAddress { CellAddress(row: index, column: cell.column) }
}
