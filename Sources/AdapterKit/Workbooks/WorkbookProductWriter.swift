internal import Bytes
public import Diagnostics
public import Documents
public import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

/// Writes products as a workbook after a profile's `workbook:` layout: tables with one row a product, tables with one row a
/// part, forms with one sheet a product, a card of company data, code lists, text, and the hidden `_meta` sheet by which a
/// returned workbook is read again.
///
/// The same products, profile and date give the same bytes. Small workbooks are held back and written in the ordinary way;
/// larger ones go to the disk row by row (see `SheetSink`), so memory does not grow with the input.
public final class WorkbookProductWriter: ProductWriter {
  private let context: AdapterContext
  private let output: OutputDocument
  private let plan: WorkbookPlan
  private let accepts: [ConditionPlan]
  private let sink: SheetSink
  private let path: String
  private let isTemporary: Bool
  private let lists: ChoiceLists
  private var tables: [SheetTableWriter] = []
  private var form: FormWriter?
  private var card: CardWriter?
  private var writing = CellWriting()
  private var number = 0
  /// Tabs in order; forms stand where the layout has them.
  private var order: [Int] = []
  private var meta: Int?
  private var formPosition = 0

  /// Makes a writer; the document is begun with the first product.
  ///
  /// - Throws: `.configuration` with `workbook-layout` or `converter-unfit` for a profile that is no workbook's, `.output` when
  ///   the file cannot be begun.
  public init(_ output: OutputDocument, _ context: AdapterContext) throws(Fault) {
    self.context = context
    self.output = output
    let profile = context.profile
    plan = try WorkbookPlan(profile, asOf: context.asOf)
    accepts = profile.accepts.map { ConditionPlan($0) }
    if let path = output.temporaryPath {
      self.path = path
      isTemporary = false
    } else {
      path = try Self.temporaryFile(output.name)
      isTemporary = true
    }
    sink = SheetSink(path: path)
    let styles = WorkbookStyles(font: plan.layout.font)
    lists = ChoiceLists(profile.codes, plan)
    for (i, sheet) in plan.sheets.enumerated() {
      let layout = plan.layout.sheets[i]
      switch sheet {
      case .table(let table):
        let writer = try SheetTableWriter(table, layout, plan, sink, styles, lists)
        tables.append(writer)
        order.append(writer.sheet)
      case .form(let form):
        self.form = FormWriter(form, layout, plan, sink, styles, lists)
        formPosition = order.count
      case .card(let card):
        let writer = try CardWriter(card, layout, sink, styles)
        self.card = writer
        order.append(writer.sheet)
      case .text(_, let lines): order.append(try TextSheets.add(layout, lines, sink, styles))
      case .lists(_, let names): order.append(try TextSheets.add(layout, lists: names, lists, sink, styles))
      }
    }
    if form == nil { completeSheets() }
  }

  /// Adds what stands behind the forms, when no more of them will come: from then on rows may go to the disk.
  private func completeSheets() {
    guard !sink.isComplete else { return }
    if let form { order.insert(contentsOf: form.sheets, at: formPosition) }
    if plan.template != nil {
      let sheet = sink.addSheet(SheetSink.Sheet(name: MetaSheet.name, isHidden: true))
      meta = sheet
      order.append(sheet)
    }
    sink.order = order
    sink.isComplete = true
  }

  deinit {
    if isTemporary { unlink(path) }
  }

  /// Writes the good rows of a batch; see `ProductWriter`.
  public func write(_ batch: inout ProductBatch) throws(Fault) {
    for i in 0..<batch.count where batch.rows[i].state == .good { try write(i, in: &batch) }
  }

  private func write(_ i: Int, in batch: inout ProductBatch) throws(Fault) {
    let row = batch.rows[i]
    var state = ProductState.good
    var rows: [[TableRow]] = []
    var formValues: [SlotValue]?
    var cardValues: [SlotValue]?
    do {
      let product = batch[product: i]
      for condition in accepts where !condition.holds(product) { state = .notApplicable }
      if state == .good {
        writing.begin(product, number: number + 1)
        for table in tables { rows.append(table.rows(product, &writing)) }
        if let form, form.hasRoom { formValues = form.values(product, &writing) }
        if let card { cardValues = card.values(product, &writing) }
        if writing.isFaulted { state = .faulted }
      }
    }
    if state != .notApplicable, !writing.findings.isEmpty {
      report(row, batch[product: i], (0..<row.entryCount).map { batch.origin(product: i, entry: $0) })
    }
    guard state == .good else {
      batch.rows[i].state = state
      return
    }
    reportEmptyNodes(batch[product: i])
    writing.coverage.finish(batch[product: i], into: &context.losses)
    number += 1
    for (table, rows) in zip(tables, rows) { try table.append(rows) }
    if let form, let formValues { try form.append(formValues) }
    if let card, let cardValues { card.append(cardValues) }
    if form?.hasRoom != true { completeSheets() }
  }

  /// A node without any value has no cell, unless it is a row of its own.
  private func reportEmptyNodes(_ product: NodeView) {
    for number in product.descendants {
      let node = product.node(at: number)
      guard node.entryRange.isEmpty, node.descendants.isEmpty else { continue }
      if !tables.contains(where: { $0.table.layout.each?.kind == node.kind && $0.table.number != nil }) {
        writing.coverage.loseNode(node, .notCarried)
      }
    }
  }

  private func report(_ row: ProductRow, _ product: NodeView, _ origins: [Int]) {
    let identity = product.identity
    for finding in writing.findings {
      var place = finding.entry.map { context.locate(row, origins[$0]) } ?? context.locate(row, 0)
      place.field = finding.field
      context.diagnostics.report(
        Diagnostic(
          finding.code, severity: finding.severity, at: place, product: identity, attribute: finding.attribute,
          value: finding.value, message: finding.message, hint: finding.hint))
    }
  }

  /// Writes `_meta`, company data and the file itself; see `ProductWriter`.
  public func finish() throws(Fault) {
    if let card {
      for finding in try card.finish(products: number) {
        context.diagnostics.report(finding.diagnostic)
        if finding.count > 0 { context.losses.add(finding.pattern, .notCarried, count: finding.count) }
      }
    }
    completeSheets()
    if let meta { try writeMeta(to: meta) }
    try sink.finish()
    if isTemporary { try Self.copy(path, to: output) }
  }

  // MARK: _meta

  private func writeMeta(to sheet: Int) throws(Fault) {
    let style = sink.style(WorkbookStyles(font: plan.layout.font).plain)
    let main = tables.first { $0.table.isMain }
    let template = plan.template ?? ("", "")
    var lines: [[String]] = [
      ["template", template.name], ["template_version", template.version], ["profile_version", plan.profile.version],
      ["exported_at", context.asOf], ["product_count", String(number)],
    ]
    if let main {
      lines.append(["sheet", main.table.name])
      for (name, row) in main.headRowNumbers { lines.append([name, String(row)]) }
    }
    lines.append(MetaSheet.header)
    if let form = plan.form {
      for slot in form.plan.slots {
        guard let cell = slot.cell else { continue }
        lines.append([cell.code, cell.labelCell, cell.valueCell, cell.labels.first ?? ""])
      }
    }
    for (i, line) in lines.enumerated() {
      try sink.append(
        OutputRow(
          index: i + 1,
          cells: line.enumerated().map { OutputCell(column: $0.offset, content: .text($0.element), style: style) }),
        to: sheet)
    }
  }

  // MARK: Files

  static func temporaryFile(_ name: String) throws(Fault) -> String {
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(directory)/ocop-workbook-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      throw Fault(
        .output,
        Diagnostic(
          .outputFailed, at: Place(file: name),
          message: .init("No temporary file: \(reason)", vi: "Không tạo được tệp tạm: \(reason)")))
    }
    close(descriptor)
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Copies a file into an output.
  static func copy(_ path: String, to output: OutputDocument) throws(Fault) {
    let document = try InputDocument.open(path)
    var at: UInt64 = 0
    while at < document.size {
      let bytes = try document.bytes(at: at, count: 1 << 18)
      if bytes.isEmpty { break }
      try output.write(bytes)
      at += UInt64(bytes.count)
    }
  }
}

/// The hidden sheet that tells a reader what it has before it.
enum MetaSheet {
  static let name = "_meta"
  static let header = ["code", "label_cell", "value_cell", "label_text"]
}
