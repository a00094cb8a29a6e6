public import Diagnostics
public import Documents
public import ProductModel
internal import Profiles

/// Reads products from a workbook after a profile's `workbook:` layout.
///
/// The main table is streamed; rows of joined tables may stand in any order and are kept in memory by product, under limits;
/// forms and cards are small and held whole. Headings are found by codes and names wherever they stand, forms' values by
/// defined names, by `_meta` or by their labels, so a workbook that people have edited is still understood.
///
/// **Places.** `ProductRow.recordOffset` is the number of the row in the main table (from 1); a form without a row in the
/// table has 2³² + its number, a row of a joined table that belongs to no product 2³³ + its number among such rows.
/// An origin is a number of a row that this reader knows (22 bits; 0 stands for the record's own row) and a column (10 bits);
/// `place(of:origin:)` makes sheet and cell of it.
///
/// Several sheets may hold one value. The main table counts, except that a form that differs from it wins, because partners
/// correct forms (`form-beats-table`); other differences are reported as `workbook-sheets-differ`.
public final class WorkbookProductReader: ProductReader {
  let context: AdapterContext
  let input: InputDocument
  let plan: WorkbookPlan
  let workbook: WorkbookReader
  let main: MainTable?
  /// Rows of joined tables.
  var joined = JoinedRows()
  /// The sheets of the joined tables, by table.
  var tableSheets: [WorkbookSheet?] = []
  var tableHeads: [SheetHead?] = []
  var forms: [FormSheet] = []
  var cards: [FormSheet] = []
  /// Known rows for origins: sheet's name and row; the first is the record's own.
  var places: [(sheet: String, row: Int32)] = [("", 0)]
  /// For each joined row its number in `places`.
  var joinedPlace = 1
  var rows: WorkbookRows?
  var ordinal = 0
  var cursor = 0
  var formOfOrdinal: [Int: Int] = [:]
  var looseForms: [Int] = []
  var loose = 0
  var unmatched: [Int32] = []
  var nextUnmatched = 0
  var reading = CellReading()
  var total: UInt64 = 0

  /// The main table and how its columns were found.
  struct MainTable {
    let table: WorkbookPlan.Table
    let sheet: WorkbookSheet
    let head: SheetHead
    /// Slots whose cells make a row a product.
    let counting: Set<Int>
  }

  /// A form or card with the cells of its values.
  struct FormSheet {
    let sheet: WorkbookSheet
    let grid: SheetGrid
    /// From the sheet's name; 0 for a card.
    let number: Int
    let plan: CellPlan
    /// For each slot where its value stands.
    let cells: [CellAddress?]
    /// The first of the sheet's rows among known rows.
    let firstPlace: Int
  }

  /// Opens a workbook, finds its sheets and columns, and reads the joined tables, forms and cards.
  ///
  /// - Throws: what `WorkbookReader` throws for what is no workbook; `.configuration` for a profile without `workbook:`;
  ///   `.malformed` with `workbook-template`, `workbook-sheet-missing`, `workbook-header-missing` or `workbook-column-missing`;
  ///   `.unreadable` with `workbook-sheet-too-large`.
  public init(_ input: InputDocument, _ context: AdapterContext) throws(Fault) {
    self.input = input
    self.context = context
    let plan = try WorkbookPlan(context.profile, asOf: context.asOf)
    self.plan = plan
    let workbook = try WorkbookReader(input)
    self.workbook = workbook
    let meta = try Self.meta(workbook, plan, context)
    var main: MainTable?
    if let table = plan.main, let sheet = Self.sheet(table.name, table.aliases, workbook) {
      main = try Self.bind(table, sheet, workbook, context)
    }
    self.main = main
    try loadForms(meta.fields)
    guard main != nil || !forms.isEmpty else {
      let name = plan.main?.name ?? plan.form?.name ?? ""
      let there = workbook.sheets.map { "“\($0.name)”" }.prefix(8).joined(separator: ", ")
      throw Fault(
        .malformed,
        Diagnostic(
          .workbookSheetMissing, at: Place(file: workbook.name), value: name,
          message: .init(
            "There is no sheet “\(name)”; there are \(there)", vi: "Không có trang “\(name)”; có các trang \(there)"),
          hint: nearest(to: name, among: workbook.sheets.map(\.name)).map {
            .init("Is “\($0)” the sheet? Name it “\(name)”.", vi: "Có phải trang “\($0)”? Hãy đặt tên là “\(name)”.")
          }))
    }
    try loadJoined()
    try matchRows()
    if let main { rows = try workbook.rows(of: main.sheet) }
  }

  /// Where findings go.
  var findings: DiagnosticCollector { context.diagnostics }

  /// How many bytes of cells have been read.
  public var bytesRead: UInt64 { total }

  // MARK: Reading

  /// Fills a batch; see `ProductReader`.
  public func read(into batch: inout ProductBatch) throws(Fault) -> Bool {
    while !batch.isFull, let main, let row = try rows?.next() {
      guard row.index >= main.head.dataRow, isProduct(row, main) else { continue }
      readProduct(row, main, &batch)
      ordinal += 1
    }
    while !batch.isFull, loose < looseForms.count {
      readForm(looseForms[loose], &batch)
      loose += 1
    }
    while !batch.isFull, loose >= looseForms.count, nextUnmatched < unmatched.count { reportUnmatched(&batch) }
    return batch.count > 0
  }

  /// Whether a row is no data, by the profile's `skip:`.
  static func isSkipped(_ row: WorkbookRow, _ table: WorkbookPlan.Table, _ head: SheetHead) -> Bool {
    table.skip.contains { slot, texts in
      head.columns[slot] >= 0 && texts.contains(LabelText.folded(row[head.columns[slot]]))
    }
  }

  func isProduct(_ row: WorkbookRow, _ main: MainTable) -> Bool {
    if !main.table.skip.isEmpty, Self.isSkipped(row, main.table, main.head) { return false }
    for slot in main.counting {
      let column = main.head.columns[slot]
      if column >= 0, let cell = row.cell(at: column), cell.kind != .blank, !Self.isBlank(row.bytes(cell)) {
        return true
      }
    }
    return false
  }

  static func isBlank(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = text.baseAddress else { return true }
    return TextScan.trimmed(start, 0, text.count).length == 0
  }

  private func readProduct(_ row: WorkbookRow, _ main: MainTable, _ batch: inout ProductBatch) {
    batch.beginProduct(at: UInt64(row.index))
    reading.findings.removeAll(keepingCapacity: true)
    var cells = [CellInput](repeating: .absent, count: main.table.plan.slots.count)
    for (slot, column) in main.head.columns.enumerated() where column >= 0 {
      guard main.table.plan.slots[slot].isRead, let cell = row.cell(at: column) else { continue }
      cells[slot] = take(
        row.bytes(cell), cell.kind, cell.isFormula, main.table.plan.slots[slot], origin: Self.origin(0, column), &batch)
    }
    var form: FormSheet?
    if let number = formOfOrdinal[ordinal] { form = forms[number] }
    if let form { merge(form, into: &cells, main, row.index, &batch) }
    reading.prefix = ""
    reading.read(main.table.plan, cells, on: 0, &batch)
    if let form { readRest(of: form, &batch) }
    readJoined(&batch)
    readCards(&batch)
    end(&batch)
  }

  /// Puts a cell's text into the arena, ready for the codecs.
  func take(
    _ text: UnsafeBufferPointer<UInt8>, _ kind: WorkbookCellKind, _ isFormula: Bool, _ slot: CellSlot, origin: Int,
    _ batch: inout ProductBatch
  ) -> CellInput {
    if kind == .blank {
      if isFormula {
        note(.workbookFormulaEmpty, slot, origin, nil, DiagnosticCode.workbookFormulaEmpty.title)
      }
      return .absent
    }
    guard let start = text.baseAddress, text.count > 0 else { return .absent }
    total += UInt64(text.count)
    if kind == .error {
      let shown = String(decoding: text, as: UTF8.self)
      note(
        .workbookCellError, slot, origin, shown,
        .init("The cell of “\(slot.title)” holds \(shown)", vi: "Ô “\(slot.title)” chứa lỗi \(shown)"))
      return .absent
    }
    let offset = batch.append(start, count: text.count)
    if kind == .number, slot.usesComma {
      // Numeric cells have a point, whatever the language; the column's texts have a comma.
      for i in offset..<offset + text.count where batch.unsafeArena[i] == UInt8(ascii: ".") {
        batch.unsafeArena[i] = UInt8(ascii: ",")
      }
    }
    if kind == .text, !TextScan.isPlain(UnsafePointer(batch.unsafeArena) + offset, count: text.count) {
      switch TextScan.check(offset: offset, length: text.count, in: &batch) {
      case .clean(let offset, let length): return CellInput(offset: offset, length: length, origin: origin)
      case .changed(let offset, let length, let finding):
        note(finding.code, slot, origin, nil, finding.message)
        return CellInput(offset: offset, length: length, origin: origin)
      case .invalid(_, let finding):
        note(finding.code, slot, origin, nil, finding.message)
        return .absent
      }
    }
    return CellInput(offset: offset, length: text.count, origin: origin)
  }

  func note(
    _ code: DiagnosticCode, _ slot: CellSlot, _ origin: Int, _ value: String?, _ message: LocalizedText
  ) {
    reading.findings.append(
      PendingFinding(
        code: code, severity: nil, origin: origin, slotTitle: slot.title, attribute: nil, value: value,
        message: message, hint: nil))
  }

  /// Seals the product and reports what was found in it.
  func end(_ batch: inout ProductBatch) {
    if batch.isOverflown {
      note(.productTooLarge, CellSlot(names: []), 0, nil, DiagnosticCode.productTooLarge.title)
    }
    let isFaulted = reading.findings.contains { ($0.severity ?? $0.code.severity) >= .error }
    batch.endProduct(length: 1, state: isFaulted ? .faulted : .good)
    guard !reading.findings.isEmpty, let row = batch.rows.last else { return }
    let identity = batch[product: batch.count - 1].identity
    for finding in reading.findings {
      var place = place(of: row, origin: finding.origin)
      place.field = finding.slotTitle.isEmpty ? nil : finding.slotTitle
      context.diagnostics.report(
        Diagnostic(
          finding.code, severity: finding.severity, at: place, product: identity, attribute: finding.attribute,
          value: finding.value, message: finding.message, hint: finding.hint))
    }
  }

  func text(_ cell: CellInput, _ batch: inout ProductBatch) -> String {
    let bytes = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + cell.offset, count: cell.length)
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Places

  static func origin(_ place: Int, _ column: Int) -> Int { min(place, (1 << 22) - 1) << 10 | min(max(column, 0), 1023) }

  /// Where an entry stands in the workbook; see `ProductReader`.
  public func place(of row: ProductRow, origin: Int) -> Place {
    var place = Place(file: input.name)
    let number = origin >> 10, column = origin & 1023
    if number > 0, number < joinedPlace, number < places.count {
      place.sheet = places[number].sheet
      place.cell = CellAddress(row: Int(places[number].row), column: column).description
    } else if number >= joinedPlace, number - joinedPlace < joined.rows.count {
      let row = joined.rows[number - joinedPlace]
      place.sheet = tableSheets[Int(row.table)]?.name
      place.cell = CellAddress(row: Int(row.sheetRow), column: column).description
    } else if row.recordOffset < 1 << 32, let main {
      place.sheet = main.sheet.name
      place.cell = CellAddress(row: Int(row.recordOffset), column: column).description
    }
    return place
  }

  /// Writes records as a workbook of the same template; see `ProductReader`.
  public func writeRecords(_ records: [ProductRow], to output: OutputDocument) throws(Fault) {
    try WorkbookQuarantine(self).write(records, to: output)
  }

  /// The form that was matched to a product of the main table.
  func form(ofOrdinal ordinal: Int) -> Int? { formOfOrdinal[ordinal] }

  var joinedTables: [WorkbookPlan.Table] {
    plan.sheets.compactMap { sheet in
      if case .table(let table) = sheet, !table.isMain { return table }
      return nil
    }
  }
}
