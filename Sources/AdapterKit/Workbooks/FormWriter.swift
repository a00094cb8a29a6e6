internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

/// Writes forms: one sheet a product, up to the layout's limit.
final class FormWriter {
  private let form: WorkbookPlan.Form
  private let layout: SheetLayout
  private let sink: SheetSink
  private let styles: WorkbookStyles
  private let lists: ChoiceLists
  /// The sheets' numbers in the sink.
  private(set) var sheets: [Int] = []
  /// Fields by row, each with its columns.
  private var rows: [Int: [Field]] = [:]
  private let lastColumn: Int
  private let lastRow: Int

  private struct Field {
    var slot: Int
    var label: CellAddress
    var labelEnd: Int
    var value: CellAddress
    var valueEnd: Int
  }

  init(
    _ form: WorkbookPlan.Form, _ layout: SheetLayout, _ plan: WorkbookPlan, _ sink: SheetSink,
    _ styles: WorkbookStyles, _ lists: ChoiceLists
  ) {
    self.form = form
    self.layout = layout
    self.sink = sink
    self.styles = styles
    self.lists = lists
    lastColumn = max(1, form.layout.columnWidths.count) - 1
    var last = form.layout.bars.map(\.row).max() ?? 1
    for (i, slot) in form.plan.slots.enumerated() {
      guard let cell = slot.cell, let label = CellAddress(cell.labelCell), let value = CellAddress(cell.valueCell)
      else {
        continue
      }
      rows[label.row, default: []].append(
        Field(
          slot: i, label: label,
          labelEnd: label.row == value.row && value.column > label.column ? value.column - 1 : label.column,
          value: value, valueEnd: lastColumn))
      last = max(last, label.row, value.row)
    }
    lastRow = last
    // A value reaches up to the next label of its row.
    for row in rows.keys {
      rows[row]?.sort { $0.label.column < $1.label.column }
      guard let fields = rows[row] else { continue }
      for i in fields.indices where i + 1 < fields.count {
        rows[row]?[i].valueEnd = max(fields[i].value.column, fields[i + 1].label.column - 1)
      }
    }
  }

  /// Whether a further product gets a form.
  var hasRoom: Bool { sheets.count < form.layout.limit }

  /// The values of a product.
  func values(_ product: NodeView, _ writing: inout CellWriting) -> [SlotValue] {
    var values = [SlotValue](repeating: .none, count: form.plan.slots.count)
    let findings = writing.findings
    writing.write(form.plan, product, into: &values)
    // The table has said already what is missing or too long.
    let known = Set(findings.map { [$0.field, $0.code.id] })
    writing.findings.removeAll { finding in
      known.contains([finding.field, finding.code.id])
    }
    writing.findings = findings + writing.findings
    return values
  }

  /// Writes a form.
  func append(_ values: [SlotValue]) throws(Fault) {
    let number = sheets.count + 1
    let fields = rows.values.joined().sorted { $0.label < $1.label }
    let form = self.form, lists = self.lists, widths = form.layout.columnWidths
    let sheet = sink.addSheet(
      SheetSink.Sheet(
        name: WorkbookPlan.formName(layout.name, number), isHidden: layout.isHidden,
        prepare: { (writer) throws(Fault) in
          for (i, width) in widths.enumerated() { try writer.setColumnWidth(i, width) }
          try writer.setPrint(PrintSetup())
        },
        finish: { (writer, _) throws(Fault) in
          for field in fields {
            guard let list = form.plan.slots[field.slot].presentation.choices else { continue }
            try lists.offer(list, in: CellRange(field.value), of: writer)
          }
        }))
    sheets.append(sheet)
    try writeTitle(to: sheet)
    let bars = Dictionary(form.layout.bars.map { ($0.row, $0.text) }, uniquingKeysWith: { first, _ in first })
    guard lastRow >= 2 else { return }
    for row in 2...lastRow {
      if let bar = bars[row] {
        try sink.append(
          OutputRow(
            index: row,
            cells: [OutputCell(column: 0, content: .text(bar), style: sink.style(styles.bar), mergedTo: lastColumn)],
            height: 18),
          to: sheet)
      } else if let fields = rows[row] {
        try sink.append(self.row(row, fields, values), to: sheet)
      }
    }
    for field in fields {
      guard let code = form.plan.slots[field.slot].code else { continue }
      sink.defineName("item\(number).\(code)", sheet: sheet, CellRange(field.value))
    }
  }

  private func writeTitle(to sheet: Int) throws(Fault) {
    let parts = form.layout.title.split(separator: "\n", maxSplits: 1)
    try sink.append(
      OutputRow(
        index: 1,
        cells: [
          OutputCell(
            column: 0, content: .text(parts.first.map(String.init) ?? ""), style: sink.style(styles.title),
            mergedTo: lastColumn)
        ], height: 27.75),
      to: sheet)
    guard parts.count > 1, rows[2] == nil, !form.layout.bars.contains(where: { $0.row == 2 }) else { return }
    try sink.append(
      OutputRow(
        index: 2, cells: [OutputCell(column: 0, content: .text(String(parts[1])), style: sink.style(styles.note))],
        height: 14),
      to: sheet)
  }

  private func row(_ index: Int, _ fields: [Field], _ values: [SlotValue]) -> OutputRow {
    var row = OutputRow(index: index)
    var height = 24.0
    for field in fields {
      let slot = form.plan.slots[field.slot]
      let label = Self.mark(slot.requirement) + " " + slot.title + (slot.label.map { "\n" + $0 } ?? "")
      row.cells.append(
        OutputCell(
          column: field.label.column, content: .text(label), style: sink.style(styles.label),
          mergedTo: field.labelEnd > field.label.column ? field.labelEnd : nil))
      height = max(
        height, slot.presentation.height ?? 0,
        TextExtent.height(label, width: width(field.label.column, field.labelEnd), size: 9))
      guard field.value.row == index else { continue }
      var format = slot.format
      var content = OutputCell.Content.blank
      switch values[field.slot] {
      case .none: break
      case .text(let text, let isNumber):
        content = isNumber ? .number(text) : .text(text)
        if !isNumber { format = "@" }
        height = max(height, TextExtent.height(text, width: width(field.value.column, field.valueEnd), size: 10))
      case .date(let date):
        content = CellContent.date(date)
        if case .text = content { format = "@" }
      case .formula(let formula):
        content = CellContent.formula(formula, form.plan.slots, values) { self.form.plan.slots[$0].cell?.valueCell }
      }
      row.cells.append(
        OutputCell(
          column: field.value.column, content: content,
          style: sink.style(styles.value(slot.requirement, format: format, isFilled: true)),
          mergedTo: field.valueEnd > field.value.column ? field.valueEnd : nil))
    }
    row.height = min(409, height)
    row.cells.sort { $0.column < $1.column }
    return row
  }

  private func width(_ first: Int, _ last: Int) -> Double {
    var sum = 0.0
    for i in first...max(first, last) where i < form.layout.columnWidths.count { sum += form.layout.columnWidths[i] }
    return max(sum, 4)
  }

  static func mark(_ requirement: Requirement) -> String {
    switch requirement {
    case .required: return "■"
    case .blank: return "◇"
    case .optional, .recommended: return "□"
    }
  }
}
