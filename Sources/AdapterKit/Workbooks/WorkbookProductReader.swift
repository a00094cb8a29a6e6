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
  private(set) var joined = JoinedRows()
  /// The sheets of the joined tables, by table.
  private(set) var tableSheets: [WorkbookSheet?] = []
  private(set) var tableHeads: [SheetHead?] = []
  private(set) var forms: [FormSheet] = []
  private(set) var cards: [FormSheet] = []
  /// Known rows for origins: sheet's name and row; the first is the record's own.
  private var places: [(sheet: String, row: Int32)] = [("", 0)]
  /// For each joined row its number in `places`.
  private var joinedPlace = 1
  private var rows: WorkbookRows?
  private var ordinal = 0
  private var cursor = 0
  private var formOfOrdinal: [Int: Int] = [:]
  private var looseForms: [Int] = []
  private var loose = 0
  private var unmatched: [Int32] = []
  private var nextUnmatched = 0
  private var reading = CellReading()
  private var total: UInt64 = 0

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

  func isProduct(_ row: WorkbookRow, _ main: MainTable) -> Bool {
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
  private func take(
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

  private func note(
    _ code: DiagnosticCode, _ slot: CellSlot, _ origin: Int, _ value: String?, _ message: LocalizedText
  ) {
    reading.findings.append(
      PendingFinding(
        code: code, severity: nil, origin: origin, slotTitle: slot.title, attribute: nil, value: value,
        message: message, hint: nil))
  }

  /// Seals the product and reports what was found in it.
  private func end(_ batch: inout ProductBatch) {
    if batch.isOverflown {
      note(.productTooLarge, CellSlot(names: []), 0, nil, DiagnosticCode.productTooLarge.title)
    }
    let isFaulted = reading.findings.contains { ($0.severity ?? $0.code.severity) >= .error }
    batch.endProduct(length: 1, state: isFaulted ? .faulted : .good)
    guard !reading.findings.isEmpty, let row = batch.rows.last else { return }
    let identity = Product(batch[product: batch.count - 1]).identity
    for finding in reading.findings {
      var place = place(of: row, origin: finding.origin)
      place.field = finding.slotTitle.isEmpty ? nil : finding.slotTitle
      context.diagnostics.report(
        Diagnostic(
          finding.code, severity: finding.severity, at: place, product: identity, attribute: finding.attribute,
          value: finding.value, message: finding.message, hint: finding.hint))
    }
  }

  // MARK: Joined rows

  private func readJoined(_ batch: inout ProductBatch) {
    var mine: [Int32] = []
    while cursor < joined.order.count, joined.rows[Int(joined.order[cursor])].owner == Int32(ordinal) {
      mine.append(joined.order[cursor])
      cursor += 1
    }
    var i = 0
    let tables = joinedTables
    while i < mine.count {
      let table = joined.rows[Int(mine[i])].table
      var end = i
      while end < mine.count, joined.rows[Int(mine[end])].table == table { end += 1 }
      readRows(Array(mine[i..<end]), tables[Int(table)], &batch)
      i = end
    }
  }

  private func inputs(_ number: Int32, _ table: WorkbookPlan.Table, _ batch: inout ProductBatch) -> [CellInput] {
    let row = joined.rows[Int(number)]
    var cells = [CellInput](repeating: .absent, count: table.plan.slots.count)
    for cell in joined.cells(of: row) {
      let origin = Self.origin(joinedPlace + Int(number), Int(cell.column))
      joined.bytes.withUnsafeBufferPointer { bytes in
        cells[Int(cell.slot)] = take(
          UnsafeBufferPointer(rebasing: bytes[Int(cell.offset)..<Int(cell.offset + cell.length)]), cell.kind,
          cell.isFormula, table.plan.slots[Int(cell.slot)], origin: origin, &batch)
      }
    }
    return cells
  }

  private func readRows(_ numbers: [Int32], _ table: WorkbookPlan.Table, _ batch: inout ProductBatch) {
    guard let each = table.layout.each else {
      for number in numbers {
        reading.prefix = ""
        reading.read(table.plan, inputs(number, table, &batch), on: 0, &batch)
      }
      return
    }
    var rows = numbers.map { (number: $0, cells: inputs($0, table, &batch), position: [Int]()) }
    if let slot = table.number {
      for i in rows.indices {
        let text = text(rows[i].cells[slot], &batch)
        if let position = NodePosition.parse(text) {
          rows[i].position = position
        } else if !text.isEmpty {
          note(
            .workbookPosition, table.plan.slots[slot], rows[i].cells[slot].origin, text,
            .init("“\(text)” is no position such as 2 or 2.1", vi: "“\(text)” không phải số thứ tự dạng 2 hoặc 2.1"))
        }
      }
      NodePosition.sort(&rows)
    }
    var opened: [[Int]: Int] = [:]
    var counts: [Int: Int] = [:]
    for row in rows {
      guard var parent = parent(of: row.cells, row.number, table, &batch) else { continue }
      if row.position.count > 1 {
        guard let above = opened[Array(row.position.dropLast())] else {
          let slot = table.plan.slots[table.number ?? 0]
          note(
            .workbookParentMissing, slot, Self.origin(joinedPlace + Int(row.number), 0),
            row.position.map(String.init).joined(separator: "."),
            .init("There is no row for the part it belongs to", vi: "Không có dòng cho phần cha của nó"))
          continue
        }
        parent = above
      }
      let node = node(of: row.cells, each, table, under: parent, nth: counts[parent, default: 0], &batch)
      counts[parent, default: 0] += 1
      if !row.position.isEmpty { opened[row.position] = node }
      let key = table.keys.first.flatMap { batch.openValue($0.attribute, on: node) }.map {
        String(decoding: $0, as: UTF8.self)
      }
      let place =
        row.position.isEmpty ? String(counts[parent] ?? 1) : row.position.map(String.init).joined(separator: ".")
      reading.prefix = "\(each.kind.name)[\(key ?? place)]."
      reading.read(table.plan, row.cells, on: node, &batch)
    }
    reading.prefix = ""
  }

  /// The node below which a row stands; nil after a finding.
  private func parent(
    of cells: [CellInput], _ number: Int32, _ table: WorkbookPlan.Table, _ batch: inout ProductBatch
  ) -> Int? {
    guard let each = table.layout.each else { return 0 }
    var at = 0
    for step in each.parent {
      let steps = table.parents.filter { $0.path?.path.steps.last?.kind == step.kind }
      guard !steps.isEmpty else {
        at = NodeOpener.node(
          PathPlan.Step(step), under: at, in: &batch, origin: Self.origin(joinedPlace + Int(number), 0))
        continue
      }
      var wanted: [(attribute: Attribute, value: String)] = []
      for step in steps {
        guard let attribute = step.path?.attribute, let codec = step.codec else { continue }
        wanted.append((attribute, canonical(cells[step.slot], codec, &batch) ?? ""))
      }
      let found = (0..<batch.openNodeCount).first { node in
        node != 0 && batch.openKind(node) == step.kind && batch.openParent(node) == at
          && wanted.allSatisfy { key in
            let value = batch.openValue(key.attribute, on: node)
            return value.map { $0.elementsEqual(key.value.utf8) } ?? key.value.isEmpty
          }
      }
      guard let found else {
        let shown = wanted.map(\.value).filter { !$0.isEmpty }.joined(separator: ", ")
        note(
          .workbookParentMissing, table.plan.slots[steps[0].slot],
          Self.origin(
            joinedPlace + Int(number),
            max(0, (tableHeads[Int(joined.rows[Int(number)].table)]?.columns[steps[0].slot] ?? 0))),
          shown,
          .init(
            "The product has no \(step.kind.name) “\(shown)”", vi: "Sản phẩm không có \(step.kind.name) “\(shown)”"))
        return nil
      }
      at = found
    }
    return at
  }

  /// The node that a row is about: the one with the same key, the next one of a kind without key, or a new one.
  private func node(
    of cells: [CellInput], _ each: EachRule, _ table: WorkbookPlan.Table, under parent: Int, nth: Int,
    _ batch: inout ProductBatch
  ) -> Int {
    let origin = cells.first { $0.isPresent }?.origin ?? 0
    var siblings: [Int] = []
    for node in 0..<batch.openNodeCount
    where node != 0 && batch.openKind(node) == each.kind && batch.openParent(node) == parent {
      siblings.append(node)
    }
    if table.keys.isEmpty {
      if each.kind.declaration.isMany ? nth < siblings.count : !siblings.isEmpty {
        return each.kind.declaration.isMany ? siblings[nth] : siblings[0]
      }
    } else {
      let wanted = table.keys.map { key in
        key.step.flatMap { step in step.codec.flatMap { canonical(cells[step.slot], $0, &batch) } }
          ?? table.set.first { $0.attribute == key.attribute }.map { String(decoding: $0.constant, as: UTF8.self) }
          ?? ""
      }
      let same = siblings.first { node in
        zip(table.keys, wanted).allSatisfy { key, value in
          batch.openValue(key.attribute, on: node).map { $0.elementsEqual(value.utf8) } ?? value.isEmpty
        }
      }
      if let same { return same }
    }
    let node = batch.addNode(each.kind, under: parent)
    for value in table.set { value.apply(to: node, enclosing: parent, in: &batch, origin: origin) }
    return node
  }

  private func canonical(_ cell: CellInput, _ codec: ValueCodec, _ batch: inout ProductBatch) -> String? {
    guard cell.isPresent else { return nil }
    switch codec.read(offset: cell.offset, length: cell.length, in: &batch) {
    case .value(let offset, let length), .warned(let offset, let length, _):
      return text(CellInput(offset: offset, length: length), &batch)
    case .blank, .fault: return nil
    }
  }

  private func text(_ cell: CellInput, _ batch: inout ProductBatch) -> String {
    let bytes = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + cell.offset, count: cell.length)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A row that belongs to no product is a record of its own, so that counts add up and it can be quarantined.
  private func reportUnmatched(_ batch: inout ProductBatch) {
    let number = unmatched[nextUnmatched]
    nextUnmatched += 1
    let row = joined.rows[Int(number)]
    let table = joinedTables[Int(row.table)]
    let isAmbiguous = row.owner == -2
    batch.beginProduct(at: (1 << 33) + UInt64(number))
    reading.findings.removeAll(keepingCapacity: true)
    let key = joined.cells(of: row).first { cell in table.join.contains { $0.slot == Int(cell.slot) } }
    let shown = key.map { joined.text($0) } ?? ""
    let slot = table.plan.slots[Int(key?.slot ?? 0)]
    note(
      isAmbiguous ? .workbookRowAmbiguous : .workbookRowUnmatched, slot,
      Self.origin(joinedPlace + Int(number), Int(key?.column ?? 0)), shown,
      isAmbiguous
        ? .init("Several products have “\(shown)”", vi: "Nhiều sản phẩm cùng có “\(shown)”")
        : shown.isEmpty
          ? .init("The row does not say to which product it belongs", vi: "Dòng không ghi thuộc sản phẩm nào")
          : .init("No product has “\(shown)”", vi: "Không có sản phẩm “\(shown)”"))
    end(&batch)
  }

  // MARK: Forms and cards

  /// Puts a form's texts in place of the table's where they differ.
  private func merge(
    _ form: FormSheet, into cells: inout [CellInput], _ main: MainTable, _ row: Int, _ batch: inout ProductBatch
  ) {
    for (i, slot) in form.plan.slots.enumerated() {
      guard slot.isRead, let code = slot.code, let address = form.cells[i],
        let at = main.table.plan.slots.firstIndex(where: { $0.code == code })
      else { continue }
      let input = take(form, address, main.table.plan.slots[at], &batch)
      guard input.isPresent else { continue }
      let table = cells[at]
      if table.isPresent, CellComparison.isSame(table, input, main.table.plan.steps, at, &batch) { continue }
      let old = text(table, &batch), new = text(input, &batch)
      if table.isPresent || main.head.columns[at] >= 0 {
        let column = main.head.columns[at]
        let cell = column >= 0 ? "\(main.sheet.name)!\(CellAddress(row: row, column: column))" : main.sheet.name
        note(
          .formBeatsTable, slot, input.origin, new,
          .init(
            "The form says “\(DiagnosticMessages.short(new))”, \(cell) says “\(DiagnosticMessages.short(old))”; the form counts",
            vi:
              "Phiếu ghi “\(DiagnosticMessages.short(new))”, \(cell) ghi “\(DiagnosticMessages.short(old))”; lấy theo phiếu"
          ))
      }
      cells[at] = input
    }
  }

  /// Reads the fields of a form that the table does not have.
  private func readRest(of form: FormSheet, _ batch: inout ProductBatch) {
    let known = Set(main?.table.plan.slots.compactMap(\.code) ?? [])
    var cells = [CellInput](repeating: .absent, count: form.plan.slots.count)
    for (i, slot) in form.plan.slots.enumerated() {
      guard slot.isRead, let address = form.cells[i], slot.code.map({ !known.contains($0) }) ?? true else { continue }
      cells[i] = take(form, address, slot, &batch)
    }
    reading.prefix = ""
    reading.read(form.plan, cells, on: 0, &batch)
  }

  private func readForm(_ number: Int, _ batch: inout ProductBatch) {
    let form = forms[number]
    batch.beginProduct(at: (1 << 32) + UInt64(number))
    reading.findings.removeAll(keepingCapacity: true)
    var cells = [CellInput](repeating: .absent, count: form.plan.slots.count)
    for (i, slot) in form.plan.slots.enumerated() where slot.isRead {
      if let address = form.cells[i] { cells[i] = take(form, address, slot, &batch) }
    }
    reading.prefix = ""
    reading.read(form.plan, cells, on: 0, &batch)
    if main != nil {
      note(
        .formWithoutRow, CellSlot(names: []), Self.origin(form.firstPlace, 0), nil, DiagnosticCode.formWithoutRow.title)
    }
    readCards(&batch)
    end(&batch)
  }

  private func take(
    _ form: FormSheet, _ address: CellAddress, _ slot: CellSlot, _ batch: inout ProductBatch
  ) -> CellInput {
    guard let cell = form.grid[address] else { return .absent }
    var text = cell.text
    let origin = Self.origin(form.firstPlace + address.row - 1, address.column)
    return text.withUTF8 { take($0, cell.kind, cell.isFormula, slot, origin: origin, &batch) }
  }

  private func readCards(_ batch: inout ProductBatch) {
    for card in cards {
      var cells = [CellInput](repeating: .absent, count: card.plan.slots.count)
      for (i, slot) in card.plan.slots.enumerated() where slot.isRead {
        if let address = card.cells[i] { cells[i] = take(card, address, slot, &batch) }
      }
      reading.prefix = ""
      reading.read(card.plan, cells, on: 0, &batch)
    }
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

  // MARK: Opening

  private static func meta(
    _ workbook: WorkbookReader, _ plan: WorkbookPlan, _ context: AdapterContext
  ) throws(Fault) -> (keys: [String: String], fields: [String: FormFinder.MetaField]) {
    guard let sheet = workbook.sheet(named: MetaSheet.name) else { return ([:], [:]) }
    let meta = FormFinder.readMeta(try SheetGrid(workbook, sheet, rows: 5000, withMerges: false))
    guard let wanted = plan.template, let found = meta.keys["template"] else { return meta }
    let place = Place(file: workbook.name, sheet: sheet.name, cell: "B1")
    let version = meta.keys["template_version"] ?? ""
    if found != wanted.name {
      throw Fault(
        .malformed,
        Diagnostic(
          .workbookTemplate, at: place, value: found,
          message: .init(
            "The workbook was made from the template “\(found)”, the profile reads “\(wanted.name)”",
            vi: "Sổ tính được tạo từ mẫu “\(found)”, hồ sơ này đọc mẫu “\(wanted.name)”")))
    }
    if version != wanted.version {
      context.diagnostics.report(
        Diagnostic(
          .workbookTemplate, at: Place(file: workbook.name, sheet: sheet.name, cell: "B2"), value: version,
          message: .init(
            "The workbook was made from version \(version) of the template, the profile reads version \(wanted.version)",
            vi: "Sổ tính theo phiên bản mẫu \(version), hồ sơ này đọc phiên bản \(wanted.version)")))
    }
    return meta
  }

  static func sheet(_ name: String, _ aliases: [String], _ workbook: WorkbookReader) -> WorkbookSheet? {
    for name in [name] + aliases { if let sheet = workbook.sheet(named: name) { return sheet } }
    let folded = Set(([name] + aliases).map { LabelText.folded($0) })
    return workbook.sheets.first { folded.contains(LabelText.folded($0.name)) }
  }

  private static func head(
    _ table: WorkbookPlan.Table, _ sheet: WorkbookSheet, _ workbook: WorkbookReader, _ context: AdapterContext
  ) throws(Fault) -> SheetHead {
    let grid = try SheetGrid(workbook, sheet, rows: SheetHead.reach + 6, withMerges: false)
    let slots = table.plan.slots
    guard let head = SheetHead(grid, slots) else {
      let wanted = slots.prefix(5).map { "“\($0.title)”" }.joined(separator: ", ")
      throw Fault(
        .malformed,
        Diagnostic(
          .workbookHeaderMissing, at: Place(file: workbook.name, sheet: sheet.name),
          message: .init(
            "No row of the sheet “\(sheet.name)” has the headings \(wanted) …",
            vi: "Không dòng nào của trang “\(sheet.name)” có các tiêu đề \(wanted) …")))
    }
    for (i, slot) in slots.enumerated() where head.columns[i] < 0 && slot.requirement == .required && slot.isRead {
      let near = nearest(to: slot.title, among: head.unknown.map(\.text))
      throw Fault(
        .malformed,
        Diagnostic(
          .workbookColumnMissing, at: Place(file: workbook.name, sheet: sheet.name, field: slot.title),
          message: .init(
            "The sheet “\(sheet.name)” has no column “\(slot.title)”",
            vi: "Trang “\(sheet.name)” không có cột “\(slot.title)”"),
          hint: DiagnosticMessages.suggestion(near)))
    }
    for column in head.unknown {
      let place = Place(
        file: workbook.name, sheet: sheet.name,
        cell: CellAddress(row: head.headerRow, column: column.column).description, field: column.text)
      let finding = Diagnostic(
        .workbookColumnUnknown, severity: context.profile.unmatchedSeverity, at: place, value: column.text,
        message: .init("No rule takes the column “\(column.text)”", vi: "Không có quy tắc cho cột “\(column.text)”"))
      if context.profile.unmatchedSeverity == .fatal { throw Fault(.malformed, finding) }
      context.diagnostics.report(finding)
    }
    return head
  }

  private static func bind(
    _ table: WorkbookPlan.Table, _ sheet: WorkbookSheet, _ workbook: WorkbookReader, _ context: AdapterContext
  ) throws(Fault) -> MainTable {
    MainTable(
      table: table, sheet: sheet, head: try head(table, sheet, workbook, context),
      counting: Self.counting(table.plan.steps))
  }

  /// Slots that hold values of products, not constants.
  static func counting(_ steps: [CellStep]) -> Set<Int> {
    var slots: Set<Int> = []
    for step in steps {
      switch step {
      case .field(let field): if field.path != nil { slots.insert(field.slot) }
      case .pattern(let pattern): slots.insert(pattern.slot)
      case .list(let list): slots.insert(list.slot)
      case .numbered(let each): for steps in each.columns { slots.formUnion(counting(steps)) }
      case .group(_, _, let steps): slots.formUnion(counting(steps))
      }
    }
    return slots
  }

  private func loadForms(_ meta: [String: FormFinder.MetaField]) throws(Fault) {
    for sheet in plan.sheets {
      switch sheet {
      case .form(let form):
        for sheet in workbook.sheets {
          guard let number = WorkbookPlan.formNumber(sheet.name, form.name), forms.count < form.layout.limit else {
            continue
          }
          forms.append(try load(sheet, number, form.plan, meta) { "item\(number).\($0)" })
        }
      case .card(let card):
        guard let sheet = Self.sheet(card.name, card.aliases, workbook) else { continue }
        cards.append(try load(sheet, 0, card.plan, [:]) { "co.\($0)" })
      default: break
      }
    }
  }

  private func load(
    _ sheet: WorkbookSheet, _ number: Int, _ plan: CellPlan, _ meta: [String: FormFinder.MetaField],
    name: @escaping (String) -> String
  ) throws(Fault) -> FormSheet {
    let grid = try SheetGrid(workbook, sheet)
    let workbook = self.workbook
    let finder = FormFinder(grid, plan.slots, meta: meta) { code in
      guard let named = workbook.definedNames[name(code)], named.sheet == sheet.name else { return nil }
      return named.range.first
    }
    var cells: [CellAddress?] = []
    for slot in plan.slots {
      let found = slot.isRead ? finder.find(slot) : nil
      cells.append(found?.address)
      if let found, found.isMoved {
        context.diagnostics.report(
          Diagnostic(
            .workbookLabelMoved,
            at: Place(file: input.name, sheet: sheet.name, cell: found.address.description, field: slot.title)))
      }
    }
    let first = places.count
    for row in 1...max(1, min(grid.lastRow, 4000)) { places.append((sheet.name, Int32(row))) }
    joinedPlace = places.count
    return FormSheet(sheet: sheet, grid: grid, number: number, plan: plan, cells: cells, firstPlace: first)
  }

  private func loadJoined() throws(Fault) {
    for (number, table) in joinedTables.enumerated() {
      guard let sheet = Self.sheet(table.name, table.aliases, workbook) else {
        tableSheets.append(nil)
        tableHeads.append(nil)
        continue
      }
      let head = try Self.head(table, sheet, workbook, context)
      guard table.join.contains(where: { head.columns[$0.slot] >= 0 }) else {
        let slot = table.plan.slots[table.join.first?.slot ?? 0]
        throw Fault(
          .malformed,
          Diagnostic(
            .workbookColumnMissing, at: Place(file: input.name, sheet: sheet.name, field: slot.title),
            message: .init(
              "The sheet “\(sheet.name)” has no column “\(slot.title)” to say which product a row belongs to",
              vi: "Trang “\(sheet.name)” không có cột “\(slot.title)” để biết dòng thuộc sản phẩm nào")))
      }
      tableSheets.append(sheet)
      tableHeads.append(head)
      let counting = Self.counting(table.plan.steps)
      let keys = Set(table.join.map(\.slot) + table.parents.map(\.slot) + [table.number ?? -1])
      let rows = try workbook.rows(of: sheet)
      while let row = try rows.next() {
        guard row.index >= head.dataRow else { continue }
        joined.begin(table: number, sheetRow: row.index)
        var isFilled = false
        for (slot, column) in head.columns.enumerated() where column >= 0 {
          guard table.plan.slots[slot].isRead || keys.contains(slot), let cell = row.cell(at: column),
            cell.kind != .blank || cell.isFormula
          else { continue }
          let text = row.bytes(cell)
          if cell.kind != .blank, Self.isBlank(text) { continue }
          joined.add(slot: slot, column: column, kind: cell.kind, isFormula: cell.isFormula, text)
          if counting.contains(slot) || slot == table.number, cell.kind != .blank { isFilled = true }
        }
        if !isFilled { joined.dropLast() }
        if joined.isFull {
          throw Fault(
            .unreadable,
            Diagnostic(.workbookSheetTooLarge, at: Place(file: input.name, sheet: sheet.name, cell: "A\(row.index)")))
        }
      }
    }
  }

  // MARK: Matching

  /// Finds out which product each joined row and each form belongs to.
  private func matchRows() throws(Fault) {
    guard let main else {
      looseForms = Array(forms.indices)
      finishMatching()
      return
    }
    guard !joined.rows.isEmpty || !forms.isEmpty else { return }
    let matcher = try RowMatcher(main, joinedTables, joined, workbook) { row in self.isProduct(row, main) }
    matcher.assignOwners(&joined)
    (formOfOrdinal, looseForms) = matcher.assignForms(forms, main)
    finishMatching()
  }

  private func finishMatching() {
    for (i, row) in joined.rows.enumerated() where row.owner < 0 { unmatched.append(Int32(i)) }
    joined.sortByOwner()
    // Rows without an owner sort first.
    cursor = unmatched.count
  }
}
