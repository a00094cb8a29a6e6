internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

// Forms and cards: values that stand beside labels.

extension WorkbookProductReader {
  /// Puts a form's texts in place of the table's where they differ.
  func merge(
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
  func readRest(of form: FormSheet, _ batch: inout ProductBatch) {
    let known = Set(main?.table.plan.slots.compactMap(\.code) ?? [])
    var cells = [CellInput](repeating: .absent, count: form.plan.slots.count)
    for (i, slot) in form.plan.slots.enumerated() {
      guard slot.isRead, let address = form.cells[i], slot.code.map({ !known.contains($0) }) ?? true else { continue }
      cells[i] = take(form, address, slot, &batch)
    }
    reading.prefix = ""
    reading.read(form.plan, cells, on: 0, &batch)
  }

  func readForm(_ number: Int, _ batch: inout ProductBatch) {
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

  func readCards(_ batch: inout ProductBatch) {
    for card in cards {
      var cells = [CellInput](repeating: .absent, count: card.plan.slots.count)
      for (i, slot) in card.plan.slots.enumerated() where slot.isRead {
        if let address = card.cells[i] { cells[i] = take(card, address, slot, &batch) }
      }
      reading.prefix = ""
      reading.read(card.plan, cells, on: 0, &batch)
    }
  }
}
