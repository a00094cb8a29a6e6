internal import Diagnostics
internal import Documents
internal import Profiles

/// Sheets that are written and never read: text for people and code lists for drop-downs.
enum TextSheets {
  /// Adds a sheet of lines.
  static func add(
    _ layout: SheetLayout, _ lines: [String], _ sink: SheetSink, _ styles: WorkbookStyles
  ) throws(Fault) -> Int {
    let sheet = sink.addSheet(
      SheetSink.Sheet(
        name: layout.name, isHidden: layout.isHidden, isActive: layout.isActive,
        prepare: { (writer) throws(Fault) in
          try writer.setColumnWidth(0, 110)
          try writer.setPrint(PrintSetup())
        }))
    for (i, line) in lines.enumerated() {
      let style = i == 0 ? styles.text.with { $0.isBold = true } : styles.text
      try sink.append(
        OutputRow(
          index: i + 1, cells: [OutputCell(column: 0, content: .text(line), style: sink.style(style))],
          height: TextExtent.height(line, width: 110, size: 10)),
        to: sheet)
    }
    return sheet
  }

  /// Adds a sheet with one column a code list.
  static func add(
    _ layout: SheetLayout, lists names: [String], _ lists: ChoiceLists, _ sink: SheetSink, _ styles: WorkbookStyles
  ) throws(Fault) -> Int {
    let sheet = sink.addSheet(
      SheetSink.Sheet(
        name: layout.name, isHidden: layout.isHidden, isActive: layout.isActive,
        prepare: { (writer) throws(Fault) in lists.sheets[layout.name] = writer }))
    let style = sink.style(styles.plain)
    let columns = names.map { [$0] + lists.texts(of: $0) }
    for row in 0..<(columns.map(\.count).max() ?? 0) {
      var out = OutputRow(index: row + 1)
      for (i, column) in columns.enumerated() where row < column.count {
        out.cells.append(OutputCell(column: i, content: .text(column[row]), style: style))
      }
      try sink.append(out, to: sheet)
    }
    return sheet
  }
}

/// Code lists as drop-downs: short ones stand in the cell's rule, long ones on the sheet of code lists.
final class ChoiceLists {
  private let codes: [String: CodeList]
  /// List → sheet and column.
  private var columns: [String: (sheet: String, column: Int)] = [:]
  /// Sheets of code lists that have been made.
  var sheets: [String: WorkbookSheetWriter] = [:]

  init(_ codes: [String: CodeList], _ plan: WorkbookPlan) {
    self.codes = codes
    for case .lists(let sheet, let names) in plan.sheets {
      for (i, name) in names.enumerated() { columns[name] = (sheet, i) }
    }
  }

  /// The texts of a list, each once.
  func texts(of name: String) -> [String] {
    var seen: Set<String> = []
    return codes[name]?.knownTexts.filter { !$0.isEmpty && seen.insert($0).inserted } ?? []
  }

  /// Offers a list in cells; a long list without a column stays without a drop-down.
  func offer(_ name: String, in range: CellRange, of writer: WorkbookSheetWriter) throws(Fault) {
    let texts = texts(of: name)
    if texts.isEmpty { return }
    let length = texts.reduce(texts.count - 1) { $0 + $1.utf8.count }
    if length <= 255, !texts.contains(where: { $0.contains(",") || $0.contains("\"") }) {
      return try writer.listValidation(range, choices: texts)
    }
    guard let place = columns[name], let sheet = sheets[place.sheet] else { return }
    try writer.listValidation(
      range,
      source: CellRange(
        CellAddress(row: 2, column: place.column), CellAddress(row: texts.count + 1, column: place.column)),
      of: sheet)
  }
}
