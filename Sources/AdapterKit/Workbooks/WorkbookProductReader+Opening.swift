internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

// Opening a workbook: which sheet is which, where the columns are, which row belongs to which product.

extension WorkbookProductReader {
  static func meta(
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

  static func head(
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

  static func bind(
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

  func loadForms(_ meta: [String: FormFinder.MetaField]) throws(Fault) {
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

  func load(
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

  func loadJoined() throws(Fault) {
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
        if !table.skip.isEmpty, Self.isSkipped(row, table, head) { continue }
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

  /// Finds out which product each joined row and each form belongs to.
  func matchRows() throws(Fault) {
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

  func finishMatching() {
    for (i, row) in joined.rows.enumerated() where row.owner < 0 { unmatched.append(Int32(i)) }
    joined.sortByOwner()
    // Rows without an owner sort first.
    cursor = unmatched.count
  }
}
