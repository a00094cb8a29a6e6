internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

/// One row of a table before it has a number.
struct TableRow {
  var values: [SlotValue]
}

/// Writes one table of a workbook.
final class SheetTableWriter {
  let table: WorkbookPlan.Table
  /// The sheet's number in the sink.
  let sheet: Int
  /// Names and numbers of the rows above the data, for `_meta`.
  let headRowNumbers: [(String, Int)]
  private let sink: SheetSink
  private var nextRow: Int
  /// For each slot its style with a number format, as text, and empty.
  private var filled: [Int] = []
  private var asText: [Int] = []
  private var empty: [Int] = []
  private var productCount = 0
  /// Whether the table is wider than a page.
  private let isWide: Bool
  /// Products beyond this one get no styled empty cells, which nobody looks at in a long list.
  private static let decorated = 500

  init(
    _ table: WorkbookPlan.Table, _ layout: SheetLayout, _ plan: WorkbookPlan, _ sink: SheetSink,
    _ styles: WorkbookStyles, _ lists: ChoiceLists
  ) throws(Fault) {
    self.table = table
    self.sink = sink
    let slots = table.plan.slots
    let rows = table.layout.rows
    let dataRow = rows.count + 1
    nextRow = dataRow
    let widths = slots.map { $0.presentation.width ?? 14 }
    let isWide = widths.reduce(0, +) > 180
    self.isWide = isWide
    var numbers: [(String, Int)] = []
    for (i, row) in rows.enumerated() {
      if row == .codes { numbers.append(("row_code", i + 1)) }
      if row == .names { numbers.append(("row_label", i + 1)) }
    }
    headRowNumbers = numbers + [("row_data", dataRow)]
    let namesRow = (rows.firstIndex(of: .names) ?? 0) + 1
    sheet = sink.addSheet(
      SheetSink.Sheet(
        name: layout.name, isHidden: layout.isHidden, isActive: layout.isActive,
        prepare: { (writer) throws(Fault) in
          for (i, width) in widths.enumerated() { try writer.setColumnWidth(i, width) }
          try writer.freeze(at: CellAddress(row: dataRow, column: table.layout.frozenColumns))
          var print = PrintSetup()
          print.isLandscape = true
          print.pagesWide = isWide ? nil : 1
          print.titleRows = namesRow...max(namesRow, dataRow - 1)
          if table.layout.frozenColumns > 0 { print.titleColumns = 0...(table.layout.frozenColumns - 1) }
          try writer.setPrint(print)
        },
        finish: { (writer, last) throws(Fault) in
          // Room below the data, so that lists are offered in new rows as well.
          let end = min(CellAddress.rows, max(last, dataRow) + 500)
          for (i, slot) in slots.enumerated() {
            guard let list = slot.presentation.choices else { continue }
            try lists.offer(
              list, in: CellRange(CellAddress(row: dataRow, column: i), CellAddress(row: end, column: i)), of: writer)
          }
        }))
    for slot in slots {
      let isCentred = (slot.presentation.width ?? 14) <= 8
      filled.append(
        sink.style(
          styles.value(slot.requirement, format: slot.format, isFilled: false, isCentred: isCentred, isTop: true)))
      asText.append(
        sink.style(styles.value(slot.requirement, format: "@", isFilled: false, isCentred: isCentred, isTop: true)))
      empty.append(
        sink.style(styles.value(slot.requirement, format: slot.format, isFilled: true, isCentred: isCentred)))
    }
    try writeHead(styles)
  }

  private func writeHead(_ styles: WorkbookStyles) throws(Fault) {
    let slots = table.plan.slots
    for (i, row) in table.layout.rows.enumerated() {
      var out = OutputRow(index: i + 1)
      var height = 0.0
      func add(_ column: Int, _ text: String, _ style: CellStyle) {
        out.cells.append(OutputCell(column: column, content: .text(text), style: sink.style(style)))
        let size = style.fontSize ?? 10
        height = max(height, TextExtent.height(text, width: slots[column].presentation.width ?? 14, size: size))
      }
      switch row {
      case .names:
        for (c, slot) in slots.enumerated() {
          add(c, slot.title + (slot.requirement == .required ? "*" : ""), styles.header(slot.requirement))
        }
        out.height = max(height, 20)
      case .labels, .sublabels:
        for (c, slot) in slots.enumerated() { add(c, slot.label ?? "", styles.sublabel) }
        out.height = max(height, 14)
      case .codes:
        for (c, slot) in slots.enumerated() {
          out.cells.append(OutputCell(column: c, content: .text(slot.code ?? ""), style: sink.style(styles.codes)))
        }
        out.isHidden = true
      case .text(let cells):
        for (c, text) in cells.enumerated() {
          out.cells.append(OutputCell(column: c, content: .text(text), style: sink.style(styles.text)))
        }
      case .blank: break
      }
      try sink.append(out, to: sheet)
    }
  }

  // MARK: Values

  /// The rows of a product.
  func rows(_ product: NodeView, _ writing: inout CellWriting) -> [TableRow] {
    guard let each = table.layout.each else {
      var values = [SlotValue](repeating: .none, count: table.plan.slots.count)
      write(table.join, product, &writing, into: &values)
      writing.write(table.plan, product, into: &values)
      return [TableRow(values: values)]
    }
    var rows: [TableRow] = []
    walk(each.parent[...], product.index, product, &writing, &rows)
    return rows
  }

  private func write(
    _ steps: [FieldStep], _ node: NodeView, _ writing: inout CellWriting, into values: inout [SlotValue]
  ) {
    for step in steps { writing.write([.field(step)], table.plan, node, into: &values) }
  }

  /// Goes down to the nodes that are the parents of the rows' nodes.
  private func walk(
    _ steps: ArraySlice<ModelPath.Step>, _ at: Int, _ product: NodeView, _ writing: inout CellWriting,
    _ rows: inout [TableRow]
  ) {
    guard let step = steps.first else {
      return children(of: at, "", product, &writing, &rows)
    }
    let plan = PathPlan(ModelPath(steps: [step], attribute: nil), at: product.node(at: at).kind)
    if table.parents.isEmpty {
      guard let next = plan.node(from: product.node(at: at)) else { return }
      writing.markSelectors(plan, product, next)
      return walk(steps.dropFirst(), next, product, &writing, &rows)
    }
    var nodes = product.node(at: at).nodes(step.kind)
    while let node = nodes.next() {
      if case .keys = step.selector, plan.steps.first?.matches(node) != true { continue }
      walk(steps.dropFirst(), node.index, product, &writing, &rows)
    }
  }

  private func children(
    of parent: Int, _ position: String, _ product: NodeView, _ writing: inout CellWriting, _ rows: inout [TableRow]
  ) {
    guard let each = table.layout.each else { return }
    var nodes = product.node(at: parent).nodes(each.kind)
    var count = 0
    search: while let node = nodes.next() {
      count += 1
      for value in table.set where !value.matches(node, enclosing: parent) { continue search }
      for condition in table.only where !condition.holds(node) { continue search }
      for value in table.set { writing.coverage.mark(value.attribute, of: node) }
      var values = [SlotValue](repeating: .none, count: table.plan.slots.count)
      write(table.join, product, &writing, into: &values)
      writeParents(of: node, product, &writing, &values)
      let place = position + String(count)
      if let number = table.number { values[number] = .text(place, isNumber: false) }
      let saved = writing.prefix
      writing.prefix = "\(each.kind.name)[\(ProductNode(node).keyText ?? place)]."
      writing.write(table.plan, node, into: &values)
      writing.prefix = saved
      rows.append(TableRow(values: values))
      if table.number != nil, each.kind.declaration.parents.contains(each.kind), position.utf8.count < 40 {
        children(of: node.index, place + ".", product, &writing, &rows)
      }
    }
  }

  /// The keys of the ancestors that the row's node stands below.
  private func writeParents(
    of node: NodeView, _ product: NodeView, _ writing: inout CellWriting, _ values: inout [SlotValue]
  ) {
    for step in table.parents {
      guard let path = step.path, let kind = path.path.steps.last?.kind, let codec = step.codec,
        let attribute = path.attribute
      else { continue }
      var at = node.parent
      while at != 0, product.node(at: at).kind != kind { at = product.node(at: at).parent }
      let ancestor = product.node(at: at)
      guard ancestor.kind == kind, let entry = ancestor.find(attribute) else { continue }
      values[step.slot] = writing.text(of: entry, ancestor, codec, step.content)
      writing.coverage.mark(entry)
    }
  }

  // MARK: Cells

  /// Gives the rows of one product to the sink.
  func append(_ rows: [TableRow]) throws(Fault) {
    productCount += 1
    let isDecorated = productCount <= Self.decorated
    for row in rows {
      var out = OutputRow(index: nextRow)
      var height = 16.0
      for (i, value) in row.values.enumerated() {
        if isDecorated, let text = value.plainText {
          height = max(height, TextExtent.height(text, width: table.plan.slots[i].presentation.width ?? 14, size: 10))
        }
        switch value {
        case .none:
          if isDecorated { out.cells.append(OutputCell(column: i, content: .blank, style: empty[i])) }
        case .text(let text, let isNumber):
          out.cells.append(
            OutputCell(
              column: i, content: isNumber ? .number(text) : .text(text), style: isNumber ? filled[i] : asText[i]))
        case .date(let date):
          let content = CellContent.date(date)
          if case .date = content {
            out.cells.append(OutputCell(column: i, content: content, style: filled[i]))
          } else {
            out.cells.append(OutputCell(column: i, content: content, style: asText[i]))
          }
        case .formula(let formula):
          out.cells.append(
            OutputCell(
              column: i, content: CellContent.formula(formula, nextRow, table.plan.slots, row.values), style: filled[i])
          )
        }
      }
      // Long texts are cut off after some lines; the cell holds them whole.
      if isDecorated { out.height = min(height, isWide ? 45 : 90) }
      try sink.append(out, to: sheet)
      nextRow += 1
    }
  }
}

/// Makes contents of cells.
enum CellContent {
  /// A real date, or the text when a workbook cannot hold it.
  static func date(_ iso: String) -> OutputCell.Content {
    // Days before 1 March 1900 are counted differently by different programs.
    iso >= "1900-03-01" && iso <= "9999-12-31" && iso.utf8.count == 10 ? .date(iso) : .text(iso)
  }

  /// A formula of a table's row with addresses for codes, and its value when it is simple.
  static func formula(
    _ formula: String, _ row: Int, _ slots: [CellSlot], _ values: [SlotValue]
  ) -> OutputCell.Content {
    Self.formula(formula, slots, values) { CellAddress(row: row, column: $0).description }
  }

  /// A formula with addresses for codes, and its value when it is simple.
  static func formula(
    _ formula: String, _ slots: [CellSlot], _ values: [SlotValue], address: (Int) -> String?
  ) -> OutputCell.Content {
    var text = ""
    var rest = formula[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      text += rest[..<open]
      let code = String(rest[rest.index(after: open)..<close])
      text += slots.firstIndex { $0.code == code }.flatMap(address) ?? "NA()"
      rest = rest[rest.index(after: close)...]
    }
    text += rest
    let value = FormulaEvaluator.value(of: formula) { code in
      guard let slot = slots.firstIndex(where: { $0.code == code }) else { return nil }
      switch values[slot] {
      case .none: return .text("")
      case .text(let text, let isNumber): return isNumber ? Double(text).map { .number($0) } : .text(text)
      case .date, .formula: return nil
      }
    }
    switch value {
    case .number(let number): return .formula(text, .number(number))
    case .text(let string): return .formula(text, .text(string))
    default: return .formula(text, .none)
    }
  }
}
