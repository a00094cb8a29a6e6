internal import ProductModel

/// Layouts in the notation of profiles.
enum LayoutText {
  static func write(_ table: TableLayout, _ writer: inout YAMLText) {
    writer.line("table:")
    writer.indented { writer in
      writer.line(
        "format: "
          + YAMLText.flow([
            ("delimiter", table.delimiter == "\t" ? "tab" : YAMLText.quoted(String(table.delimiter))),
            ("strict", String(table.isStrict)), ("quotes", table.quotes), ("encoding", YAMLText.quoted(table.encoding)),
            ("bom", String(table.bom)), ("newline", table.newline),
          ]))
      writer.line("rows: " + rows(table.rows))
      rules("columns", table.columns, .columns, &writer)
      writer.line("unmatched: \(table.unmatched.rawValue)")
    }
  }

  private static func rows(_ rows: [HeadRow]) -> String {
    let texts = rows.map { row -> String in
      switch row {
      case .names: return "names"
      case .labels: return "labels"
      case .codes: return "codes"
      case .sublabels: return "sublabels"
      case .blank: return "blank"
      case .text(let cells): return "{text: \(YAMLText.list(cells))}"
      }
    }
    return "[" + texts.joined(separator: ", ") + "]"
  }

  private static func rules(
    _ key: String, _ rules: [Rule], _ style: RuleStyle, _ writer: inout YAMLText, about kind: NodeKind = .product
  ) {
    guard !rules.isEmpty else { return writer.line("\(key): []") }
    let text = RuleText(style: style, kind: kind)
    writer.block(key, rules) { writer, rule in text.write(rule, &writer) }
  }

  // MARK: - Workbooks

  static func write(_ workbook: WorkbookLayout, _ writer: inout YAMLText) {
    writer.line("workbook:")
    writer.indented { writer in
      if let template = workbook.template { writer.pair("template", template) }
      if let font = workbook.font { writer.pair("font", font) }
      writer.line("unmatched: \(workbook.unmatched.rawValue)")
      writer.block("sheets", workbook.sheets) { writer, sheet in write(sheet, &writer) }
    }
  }

  private static func write(_ sheet: SheetLayout, _ writer: inout YAMLText) {
    writer.line("- name: \(YAMLText.quoted(sheet.name))")
    writer.indented { writer in
      if !sheet.aliases.isEmpty { writer.line("aliases: \(YAMLText.list(sheet.aliases))") }
      if sheet.isHidden { writer.line("hidden: true") }
      if sheet.isActive { writer.line("active: true") }
      switch sheet.content {
      case .text(let lines): writer.section("text", lines.map(YAMLText.quoted))
      case .codeLists(let names): writer.line("lists: \(YAMLText.list(names))")
      case .card(let fields): rules("card", fields, .columns, &writer)
      case .table(let table): write(table, &writer)
      case .form(let form): write(form, &writer)
      }
    }
  }

  private static func write(_ table: SheetTable, _ writer: inout YAMLText) {
    writer.line("table:")
    writer.indented { writer in
      writer.line("rows: " + rows(table.rows))
      if table.frozenColumns > 0 { writer.line("frozen: \(table.frozenColumns)") }
      if !table.skip.isEmpty {
        writer.line("skip: " + YAMLText.flow(table.skip.map { (YAMLText.quoted($0.header), YAMLText.list($0.texts)) }))
      }
      if !table.join.isEmpty { rules("join", table.join, .columns, &writer) }
      if !table.parents.isEmpty { rules("parents", table.parents, .columns, &writer) }
      if case .field(let number)? = table.number {
        var pairs = RuleText.place(number.place)
        if let width = number.presentation.width { pairs.append(("width", RuleText.number(width))) }
        if let format = number.presentation.numberFormat { pairs.append(("format", YAMLText.quoted(format))) }
        writer.line("number: \(YAMLText.flow(pairs))")
      }
      if let each = table.each {
        for pair in RuleText.eachPairs(each) where pair.0 != "max" { writer.line("\(pair.0): \(pair.1)") }
      }
      rules("columns", table.columns, .columns, &writer, about: table.each?.kind ?? .product)
    }
  }

  private static func write(_ form: SheetForm, _ writer: inout YAMLText) {
    writer.line("form:")
    writer.indented { writer in
      writer.line("limit: \(form.limit)")
      writer.line("widths: [\(form.columnWidths.map(RuleText.number).joined(separator: ", "))]")
      writer.pair("title", form.title)
      writer.section("bars", form.bars.map { "{row: \($0.row), text: \(YAMLText.quoted($0.text))}" })
      rules("fields", form.fields, .form, &writer)
    }
  }

  // MARK: - XML

  static func write(_ layout: ElementLayout, _ writer: inout YAMLText) {
    writer.line("xml:")
    writer.indented { writer in
      writer.block("namespaces", layout.namespaces.sorted { $0.key < $1.key }) { writer, entry in
        writer.pair(entry.key, entry.value)
      }
      writer.line("prologue: \(YAMLText.quoted(layout.prologue))")
      writer.line("epilogue: \(YAMLText.quoted(layout.epilogue))")
      writer.line("record: \(YAMLText.quoted(layout.record.description))")
      writer.line("per: \(layout.isPerTopItem ? "top-item" : "product")")
      writer.line("unmatched: \(layout.unmatched.rawValue)")
      rules("rules", layout.rules, .elements, &writer)
      writer.block("blocks", layout.blocks.sorted { $0.key < $1.key }) { writer, entry in
        writer.line("\(YAMLText.quoted(entry.key)):")
        writer.indented { writer in
          writer.line("kind: \(entry.value.kind.name)")
          rules("rules", entry.value.rules, .elements, &writer, about: entry.value.kind)
        }
      }
    }
  }

  // MARK: - Tests

  static func write(_ test: ProfileTest, _ writer: inout YAMLText) {
    writer.line("- name: \(YAMLText.quoted(test.name))")
    writer.indented { writer in
      if let input = test.input { writer.line("input: \(YAMLText.quoted(input))") }
      var paths: [String] = []
      var values: [String: [String]] = [:]
      for (path, value) in test.product {
        if values[path.description] == nil { paths.append(path.description) }
        values[path.description, default: []].append(value)
      }
      writer.block("product", paths) { writer, path in
        let all = values[path] ?? []
        writer.line("\(YAMLText.quoted(path)): \(all.count == 1 ? YAMLText.quoted(all[0]) : YAMLText.list(all))")
      }
      writer.section("output", test.output.map(YAMLText.quoted))
      if !test.diagnostics.isEmpty { writer.line("diagnostics: \(YAMLText.list(test.diagnostics))") }
    }
  }
}
