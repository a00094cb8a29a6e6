internal import Diagnostics
internal import ProductModel
internal import Settings

/// The rules of one table, form, card, record or block: one place is meant by one rule in it.
struct RuleScope {
  var style: RuleStyle
  /// How people name it: a sheet, `xml`, a block.
  var name: String
  var enclosing: [NodeKind]
  var rules: [BuiltRule]
  /// Columns that join rows of a workbook's table to products and nodes.
  var joins: [BuiltRule] = []
  /// Whether the only rule is the each rule of a table with one row a node.
  var isRowPerNode = false
}

/// Makes a layout from the YAML of `table:`, `workbook:` or `xml:`.
final class LayoutBuilder {
  let diagnostics: DiagnosticCollector
  let codes: [String: CodeList]
  let paths: PathReader
  let converters: ConverterParser
  let patterns: PatternParser
  /// What was built, for the linter.
  private(set) var scopes: [RuleScope] = []
  /// The columns of tables with one row a product, by code.
  private var columnsByCode: [String: SourceNode] = [:]

  init(diagnostics: DiagnosticCollector, codes: [String: CodeList]) {
    self.diagnostics = diagnostics
    self.codes = codes
    paths = PathReader(diagnostics: diagnostics, codes: codes)
    converters = ConverterParser(diagnostics: diagnostics, codes: codes)
    patterns = PatternParser(diagnostics: diagnostics, paths: paths, converters: converters)
  }

  private func builder(_ style: RuleStyle, namespaces: [String: String] = [:], blocks: Set<String> = []) -> RuleBuilder
  {
    RuleBuilder(
      diagnostics: diagnostics, style: style, paths: paths, converters: converters, patterns: patterns,
      elements: ElementPathParser(diagnostics: diagnostics, namespaces: namespaces), blocks: blocks)
  }

  private func scope(_ style: RuleStyle, _ name: String, _ node: SourceNode?, in enclosing: [NodeKind]) -> [Rule] {
    var builder = builder(style)
    if style == .form { builder.columns = columnsByCode }
    let rules = builder.rules(node, in: enclosing)
    scopes.append(RuleScope(style: style, name: name, enclosing: enclosing, rules: rules))
    return rules.map(\.rule)
  }

  // MARK: - Delimited text

  func table(_ node: SourceNode) -> TableLayout? {
    guard let reader = MappingReader(node, diagnostics) else { return nil }
    defer { reader.finish() }
    var layout = TableLayout(columns: [])
    if let format = reader.node("format"), let inner = MappingReader(format, diagnostics) {
      if let word = inner.choice("delimiter", [",", ";", "|", "tab", "\t"]) {
        layout.delimiter = word == "tab" ? "\t" : word.first ?? ","
      }
      layout.isStrict = inner.flag("strict")
      layout.quotes = inner.choice("quotes", ["rfc4180", "none", "tolerant"]) ?? layout.quotes
      layout.encoding = inner.text("encoding") ?? layout.encoding
      layout.bom = inner.flag("bom")
      layout.newline = inner.choice("newline", ["crlf", "lf"]) ?? layout.newline
      inner.finish()
    }
    if let rows = headRows(reader) { layout.rows = rows }
    layout.unmatched = unmatched(reader)
    if reader.node("columns") == nil { reader.missing("columns") }
    layout.columns = scope(.columns, "table", reader.node("columns"), in: [.product])
    return layout
  }

  private func unmatched(_ reader: MappingReader) -> Unmatched {
    reader.choice("unmatched", Unmatched.allCases.map(\.rawValue)).flatMap(Unmatched.init(rawValue:)) ?? .residue
  }

  private func headRows(_ reader: MappingReader) -> [HeadRow]? {
    guard let node = reader.node("rows") else { return nil }
    return (node.items ?? [node]).compactMap { item in
      switch item.text {
      case "names": return .names
      case "labels": return .labels
      case "codes": return .codes
      case "sublabels": return .sublabels
      case "blank": return .blank
      default: break
      }
      if let text = item["text"], let inner = MappingReader(item, diagnostics) {
        let cells = inner.texts(text)
        _ = inner.node("text")
        inner.finish()
        return .text(cells)
      }
      reader.wrong(
        item,
        .init(
          "names, labels, codes, sublabels, blank or {text: [cells]} is expected here",
          vi: "ở đây cần names, labels, codes, sublabels, blank hoặc {text: [các ô]}"))
      return nil
    }
  }

  // MARK: - Workbooks

  func workbook(_ node: SourceNode) -> WorkbookLayout? {
    guard let reader = MappingReader(node, diagnostics) else { return nil }
    defer { reader.finish() }
    let template = reader.text("template"), font = reader.text("font")
    let unmatched = unmatched(reader)
    if !reader.has("sheets") { reader.missing("sheets") }
    let nodes = reader.list("sheets")
    for node in nodes {
      guard let table = node["table"], table["each"] == nil else { continue }
      for column in table["columns"]?.items ?? [] {
        if let code = column["code"]?.text, columnsByCode[code] == nil { columnsByCode[code] = column }
      }
    }
    let sheets = nodes.compactMap(sheet)
    return WorkbookLayout(sheets: sheets, template: template, font: font, unmatched: unmatched)
  }

  private func sheet(_ node: SourceNode) -> SheetLayout? {
    guard let reader = MappingReader(node, diagnostics) else { return nil }
    defer { reader.finish() }
    let name = reader.requiredText("name") ?? ""
    let aliases = reader.texts("aliases")
    let isHidden = reader.flag("hidden"), isActive = reader.flag("active")
    let kinds = ["text", "card", "table", "form", "lists"]
    let present = kinds.filter(reader.has)
    guard present.count == 1 else {
      for kind in kinds { _ = reader.node(kind) }
      reader.missing(
        kinds.joined(separator: " | "),
        .init("A sheet has exactly one of them.", vi: "Mỗi trang tính có đúng một trong các mục này."))
      return nil
    }
    let content: SheetLayout.Content?
    switch present[0] {
    case "text": content = .text(reader.texts("text"))
    case "card": content = .card(scope(.columns, name, reader.node("card"), in: [.product]))
    case "table": content = reader.node("table").flatMap { sheetTable($0, name) }.map { .table($0) }
    case "form":
      let form = reader.node("form").flatMap { self.form($0, name) }
      if let form, form.limit > 1, !name.contains("{n}"), let at = reader.node("name") {
        diagnostics.report(
          Diagnostic(
            .profileNumbering, at: at.position.place, value: name,
            message: .init(
              "“\(name)” has no {n}, so all forms would have one name.",
              vi: "“\(name)” thiếu {n}, nên mọi biểu mẫu sẽ trùng tên.")))
      }
      content = form.map { SheetLayout.Content.form($0) }
    default:
      content = .codeLists(
        reader.list("lists").compactMap { item in
          reader.text(item).flatMap { converters.known($0, at: item) ? $0 : nil }
        })
    }
    return content.map {
      SheetLayout(name: name, aliases: aliases, content: $0, isHidden: isHidden, isActive: isActive)
    }
  }

  private func sheetTable(_ node: SourceNode, _ name: String) -> SheetTable? {
    guard let reader = MappingReader(node, diagnostics) else { return nil }
    defer { reader.finish() }
    var table = SheetTable(columns: [])
    if let rows = headRows(reader) { table.rows = rows }
    table.frozenColumns = reader.integer("frozen", 0...100) ?? 0
    var enclosing: [NodeKind] = [.product]
    let eachText = reader.text("each"), eachNode = reader.node("each")
    let set = reader.node("set"), keys = reader.list("key")
    let only = reader.list("only")
    if let eachText, let eachNode, let path = paths.kind(eachText, at: eachNode, in: .product) {
      let above = [.product] + path.parent.map(\.kind)
      enclosing = above + [path.kind]
      table.each = EachRule(
        parent: path.parent, kind: path.kind, set: paths.set(set, of: path.kind, within: above),
        only: only.compactMap { paths.condition($0, in: path.kind) },
        key: keys.compactMap { key in
          reader.text(key).flatMap { paths.attribute(named: $0, of: path.kind, at: key.position) }
        },
        rules: [], position: eachNode.position.place)
    } else if eachText == nil {
      for key in ["set", "only", "key"] where reader.has(key) {
        reader.wrong(
          reader.node(key) ?? node, .init("“\(key)” needs “each”", vi: "“\(key)” cần có “each”"))
      }
    }
    let columns = builder(.columns)
    let join = columns.rules(reader.node("join"), in: [.product])
    let parents = columns.rules(reader.node("parents"), in: [.product])
    table.join = join.map(\.rule)
    table.parents = parents.map(\.rule)
    if let number = reader.node("number") { table.number = numberColumn(number) }
    if reader.node("columns") == nil { reader.missing("columns") }
    table.columns = scope(.columns, name, reader.node("columns"), in: enclosing)
    if let skip = reader.node("skip") { table.skip = skipped(skip, table) }
    // The same rules, for engines that compile an each rule as such.
    table.each?.rules = table.columns
    if var last = scopes.popLast() {
      if let each = table.each {
        // The linter sees the each rule around the columns.
        let above = Array(enclosing.dropLast())
        last.rules = [BuiltRule(rule: .each(each), source: node, enclosing: above, children: last.rules)]
        last.isRowPerNode = true
      }
      last.joins = join + parents
      last.enclosing = [.product]
      scopes.append(last)
    }
    return table
  }

  /// `skip: {HEADER: [texts]}`.
  private func skipped(_ node: SourceNode, _ table: SheetTable) -> [(header: String, texts: [String])] {
    guard let reader = MappingReader(node, diagnostics) else { return [] }
    defer { reader.finish() }
    var known: [String] = []
    for case .field(let field) in table.columns + table.join + [table.number].compactMap(\.self) {
      if case .column(let names, _, _, _) = field.place { known += names }
    }
    return (node.entries ?? []).compactMap { entry in
      let texts = reader.texts(entry.key)
      if known.contains(entry.key) { return texts.isEmpty ? nil : (entry.key, texts) }
      reader.wrong(
        entry.value, .init("there is no column “\(entry.key)”", vi: "không có cột “\(entry.key)”"),
        hint: didYouMean(nearest(to: entry.key, among: known)))
      return nil
    }
  }

  /// A column that only has a place and a look.
  private func numberColumn(_ node: SourceNode) -> Rule? {
    guard let reader = MappingReader(node, diagnostics) else { return nil }
    defer { reader.finish() }
    let names = reader.texts("header")
    if !reader.has("header") { reader.missing("header") }
    var rule = FieldRule(
      place: .column(names: names, label: reader.text("label"), code: reader.text("code"), isExact: false))
    rule.converter = .integer(.plain)
    rule.presentation.width = reader.number("width", upTo: 255)
    rule.presentation.numberFormat = reader.text("format")
    rule.position = node.position.place
    return names.isEmpty ? nil : .field(rule)
  }

  private func form(_ node: SourceNode, _ name: String) -> SheetForm? {
    guard let reader = MappingReader(node, diagnostics) else { return nil }
    defer { reader.finish() }
    let limit = reader.integer("limit", 1...10_000) ?? 200
    let widths = reader.list("widths").compactMap { reader.number($0, upTo: 255) }
    let title = reader.text("title") ?? ""
    let bars = reader.list("bars").compactMap { item -> (row: Int, text: String)? in
      guard let inner = MappingReader(item, diagnostics) else { return nil }
      defer { inner.finish() }
      let row = inner.integer("row", 1...1_048_576), text = inner.requiredText("text")
      if !inner.has("row") { inner.missing("row") }
      guard let row, let text else { return nil }
      return (row, text)
    }
    if reader.node("fields") == nil { reader.missing("fields") }
    let fields = scope(.form, name, reader.node("fields"), in: [.product])
    return SheetForm(limit: limit, columnWidths: widths, title: title, bars: bars, fields: fields)
  }

  // MARK: - XML

  func elements(_ node: SourceNode) -> ElementLayout? {
    guard let reader = MappingReader(node, diagnostics) else { return nil }
    defer { reader.finish() }
    var namespaces: [String: String] = [:]
    if let node = reader.node("namespaces"), let inner = MappingReader(node, diagnostics) {
      for entry in node.entries ?? [] {
        guard ElementPathParser.isName(entry.key), let uri = inner.text(entry.value), !uri.isEmpty else {
          inner.wrong(
            entry.value, .init("a prefix and its namespace's URI are expected here", vi: "ở đây cần tiền tố và URI"))
          continue
        }
        namespaces[entry.key] = uri
      }
    }
    let prologue = reader.text("prologue") ?? "", epilogue = reader.text("epilogue") ?? ""
    let isPerTopItem = reader.choice("per", ["product", "top-item"]) == "top-item"
    let unmatched = unmatched(reader)
    let blockNodes = reader.node("blocks")?.entries ?? []
    let builder = builder(.elements, namespaces: namespaces, blocks: Set(blockNodes.map(\.key)))
    var record = ElementPath(steps: [])
    if let text = reader.requiredText("record"), let at = reader.node("record"),
      let path = builder.elements.parse(text, at: at)
    {
      record = path
      if path.steps.isEmpty || path.attribute != nil {
        reader.wrong(at, .init("the path of an element is expected here", vi: "ở đây cần đường dẫn tới một phần tử"))
      }
    }
    if reader.node("rules") == nil { reader.missing("rules") }
    let rules = builder.rules(reader.node("rules"), in: [.product])
    scopes.append(RuleScope(style: .elements, name: "xml", enclosing: [.product], rules: rules))
    var blocks: [String: ElementLayout.Block] = [:]
    for entry in blockNodes {
      guard let inner = MappingReader(entry.value, diagnostics) else { continue }
      defer { inner.finish() }
      _ = inner.node("rules")
      guard let kindText = inner.requiredText("kind"), let kindNode = inner.node("kind") else { continue }
      guard let path = paths.kind(kindText, at: kindNode, in: .product) else { continue }
      if inner.node("rules") == nil { inner.missing("rules") }
      let enclosing = [.product] + path.parent.map(\.kind) + [path.kind]
      let built = builder.rules(inner.node("rules"), in: enclosing)
      scopes.append(RuleScope(style: .elements, name: entry.key, enclosing: enclosing, rules: built))
      blocks[entry.key] = ElementLayout.Block(kind: path.kind, rules: built.map(\.rule))
    }
    return ElementLayout(
      namespaces: namespaces, prologue: prologue, epilogue: epilogue, record: record, isPerTopItem: isPerTopItem,
      rules: rules.map(\.rule), blocks: blocks, unmatched: unmatched)
  }
}
