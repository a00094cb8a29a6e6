internal import Diagnostics
internal import Documents
internal import ProductModel

#if canImport(Glibc)
  internal import Glibc
#endif

/// Writes some records of a workbook as a workbook of the same template: heads, their rows of every table, their forms, and
/// the sheets that belong to all. Texts and kinds of cells are kept, so the file runs through the same command again.
struct WorkbookQuarantine {
  private let reader: WorkbookProductReader

  init(_ reader: WorkbookProductReader) { self.reader = reader }

  func write(_ records: [ProductRow], to output: OutputDocument) throws(Fault) {
    var mainRows: Set<Int> = [], looseRows: Set<Int32> = [], forms: Set<Int> = []
    for record in records {
      switch record.recordOffset >> 32 {
      case 0: mainRows.insert(Int(record.recordOffset))
      case 1: forms.insert(Int(record.recordOffset & 0xFFFF_FFFF))
      default: looseRows.insert(Int32(truncatingIfNeeded: record.recordOffset & 0xFFFF_FFFF))
      }
    }
    var ordinals: Set<Int32> = []
    for ordinal in try reader.ordinals(ofRows: mainRows) {
      ordinals.insert(Int32(ordinal))
      if let form = reader.form(ofOrdinal: ordinal) { forms.insert(form) }
    }
    let path = try path(for: output)
    defer { if output.temporaryPath == nil { unlink(path) } }
    let sink = SheetSink(path: path)
    let text = sink.style(.text), plain = sink.style(.plain)
    var kept: [String: Int] = [:]
    for sheet in reader.workbook.sheets {
      let head: Int, keep: (Int) -> Bool
      if let main = reader.main, main.sheet == sheet {
        head = main.head.dataRow
        keep = { mainRows.contains($0) }
      } else if let table = reader.tableSheets.firstIndex(where: { $0 == sheet }) {
        head = reader.tableHeads[table]?.dataRow ?? 1
        var rows: Set<Int> = []
        for (i, row) in reader.joined.rows.enumerated() where Int(row.table) == table {
          if ordinals.contains(row.owner) || looseRows.contains(Int32(i)) { rows.insert(Int(row.sheetRow)) }
        }
        keep = { rows.contains($0) }
      } else if let form = reader.forms.firstIndex(where: { $0.sheet == sheet }) {
        guard forms.contains(form) else { continue }
        head = .max
        keep = { _ in true }
      } else {
        head = .max
        keep = { _ in true }
      }
      kept[sheet.name] = try copy(sheet, head: head, keep: keep, sink, text: text, plain: plain)
    }
    for (name, place) in reader.workbook.definedNames.sorted(by: { $0.key < $1.key }) {
      if let sheet = kept[place.sheet] { sink.defineName(name, sheet: sheet, place.range) }
    }
    try sink.finish()
    if output.temporaryPath == nil { try WorkbookProductWriter.copy(path, to: output) }
  }

  private func path(for output: OutputDocument) throws(Fault) -> String {
    if let path = output.temporaryPath { return path }
    return try WorkbookProductWriter.temporaryFile(output.name)
  }

  /// Copies a sheet's head and the rows to keep; rows move up, heads stay where they are.
  private func copy(
    _ sheet: WorkbookSheet, head: Int, keep: (Int) -> Bool, _ sink: SheetSink, text: Int, plain: Int
  ) throws(Fault) -> Int {
    let merges = try reader.workbook.merges(of: sheet).filter { $0.first.row == $0.last.row && $0.first.row < head }
    let mergedTo = Dictionary(merges.map { ($0.first, $0.last.column) }, uniquingKeysWith: { first, _ in first })
    let number = sink.addSheet(SheetSink.Sheet(name: sheet.name, isHidden: sheet.visibility != .visible))
    let rows = try reader.workbook.rows(of: sheet)
    var next = head, last = 0
    while let row = try rows.next() {
      var index = row.index
      if index >= head {
        guard keep(row.index) else { continue }
        index = next
        next += 1
      }
      // Rows of the file come in order, but for broken files.
      guard index > last else { continue }
      last = index
      var out = OutputRow(index: index, isHidden: row.isHidden)
      for cell in row.cells where cell.kind != .blank {
        let value = row.text(cell)
        let end = mergedTo[CellAddress(row: row.index, column: cell.column)]
        switch cell.kind {
        case .number where value.utf8.count <= 16:
          out.cells.append(OutputCell(column: cell.column, content: .number(value), style: plain, mergedTo: end))
        case .date where value.utf8.count == 10:
          out.cells.append(
            OutputCell(column: cell.column, content: CellContent.date(value), style: plain, mergedTo: end))
        default:
          out.cells.append(OutputCell(column: cell.column, content: .text(value), style: text, mergedTo: end))
        }
      }
      try sink.append(out, to: number)
    }
    return number
  }
}

extension WorkbookProductReader {
  /// The numbers among products of some rows of the main table.
  func ordinals(ofRows rows: Set<Int>) throws(Fault) -> [Int] {
    guard let main, !rows.isEmpty else { return [] }
    var found: [Int] = [], ordinal = 0
    let all = try workbook.rows(of: main.sheet)
    while let row = try all.next() {
      guard row.index >= main.head.dataRow, isProduct(row, main) else { continue }
      if rows.contains(row.index) { found.append(ordinal) }
      ordinal += 1
    }
    return found
  }
}
