internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

/// Finds the product of every joined row and of every form, by one pass over the main table.
struct RowMatcher {
  /// Something by which products are named: an attribute, or the running number under a heading.
  private struct Identity {
    var name: String
    /// The main table's slot.
    var slot: Int
    var codec: ValueCodec?
    /// Value → product, or -2 when several have it.
    var products: [String: Int32] = [:]
  }

  private var identities: [Identity] = []
  private let tables: [WorkbookPlan.Table]
  /// For each product what forms are compared with: GTIN, SKU, names.
  private var formKeys: [[String]] = []
  private let formSlots: [Int]
  private var count = 0

  /// Reads the main table through.
  ///
  /// - Throws: `configuration` with `workbook-layout` for a join that the main table does not have; faults of the workbook.
  init(
    _ main: WorkbookProductReader.MainTable, _ tables: [WorkbookPlan.Table], _ joined: JoinedRows,
    _ workbook: WorkbookReader,
    isProduct: (WorkbookRow) -> Bool
  ) throws(Fault) {
    self.tables = tables
    var steps: [(path: ModelPath, step: FieldStep)] = []
    for case .field(let step) in main.table.plan.steps { if let path = step.rule.target { steps.append((path, step)) } }
    formSlots = steps.filter { Self.isIdentity($0.path) }.sorted { Self.rank($0.path) < Self.rank($1.path) }.map(
      \.step.slot)
    for table in tables {
      for join in table.join where !identities.contains(where: { $0.name == Self.name(join) }) {
        let title = table.plan.slots[join.slot].title
        if let path = join.rule.target {
          guard let found = steps.first(where: { $0.path == path }) else {
            throw Fault(
              .configuration,
              Diagnostic(
                .workbookLayout, attribute: path.description,
                message: .init(
                  "The main table has no column for \(path), by which “\(title)” joins",
                  vi: "Bảng chính không có cột cho \(path) để ghép theo “\(title)”")))
          }
          identities.append(Identity(name: Self.name(join), slot: found.step.slot, codec: found.step.codec))
        } else if let slot = main.table.plan.slots.firstIndex(where: { $0.names.first == title }) {
          identities.append(Identity(name: Self.name(join), slot: slot, codec: nil))
        }
      }
    }
    let rows = try workbook.rows(of: main.sheet)
    var scratch = ProductBatch()
    while let row = try rows.next() {
      guard row.index >= main.head.dataRow, isProduct(row) else { continue }
      scratch.recycle()
      for i in identities.indices {
        let column = main.head.columns[identities[i].slot]
        let cell = column >= 0 ? row.cell(at: column) : nil
        var value = cell.flatMap { cell in Self.canonical(row.bytes(cell), identities[i].codec, &scratch) }
        if value == nil, identities[i].codec == nil { value = String(count + 1) }
        guard let value else { continue }
        identities[i].products[value] = identities[i].products[value] == nil ? Int32(count) : -2
      }
      if !formSlots.isEmpty {
        formKeys.append(
          formSlots.map { slot in
            let column = main.head.columns[slot]
            return column >= 0 ? LabelText.folded(row[column]) : ""
          })
      }
      count += 1
    }
  }

  private static func name(_ join: FieldStep) -> String {
    join.rule.target?.description ?? "#"
      + ({ if case .column(let names, _, _, _) = join.rule.place { names.first } else { nil } }() ?? "")
  }

  private static func isIdentity(_ path: ModelPath) -> Bool { rank(path) < 9 }

  private static func rank(_ path: ModelPath) -> Int {
    switch (path.steps.count, path.steps.first?.kind, path.attribute) {
    case (1, .item, .gtin): path.steps[0].selector == .keys([.init(attribute: .id, value: Model.baseItem)]) ? 0 : 9
    case (1, .item, .sku): path.steps[0].selector == .keys([.init(attribute: .id, value: Model.baseItem)]) ? 1 : 9
    case (0, _, .name): 2
    default: 9
    }
  }

  /// The canonical text of a cell; a wrong one as it stands, so that the rows of a product with a wrong code stay with it.
  /// Nil for a blank one.
  private static func canonical(
    _ bytes: UnsafeBufferPointer<UInt8>, _ codec: ValueCodec?, _ scratch: inout ProductBatch
  ) -> String? {
    guard let start = bytes.baseAddress, bytes.count > 0 else { return nil }
    let offset = scratch.append(start, count: bytes.count)
    guard let codec else {
      let place = TextScan.trimmed(UnsafePointer(scratch.unsafeArena), offset, bytes.count)
      return place.length == 0 ? nil : text(place, &scratch)
    }
    switch codec.read(offset: offset, length: bytes.count, in: &scratch) {
    case .value(let offset, let length), .warned(let offset, let length, _): return text((offset, length), &scratch)
    case .fault:
      let place = TextScan.trimmed(UnsafePointer(scratch.unsafeArena), offset, bytes.count)
      return place.length == 0 ? nil : "\u{0}" + text(place, &scratch)
    case .blank: return nil
    }
  }

  private static func text(_ place: (offset: Int, length: Int), _ scratch: inout ProductBatch) -> String {
    String(
      decoding: UnsafeBufferPointer(start: UnsafePointer(scratch.unsafeArena) + place.offset, count: place.length),
      as: UTF8.self)
  }

  /// Sets the owner of every joined row: the first join column that the row fills in decides, the next ones where that one
  /// names several products. -1 stands for none, -2 for several.
  func assignOwners(_ joined: inout JoinedRows) {
    var scratch = ProductBatch()
    for i in joined.rows.indices {
      if i & 1023 == 0 { scratch.recycle() }
      let table = tables[Int(joined.rows[i].table)]
      var owner: Int32 = -1
      for join in table.join {
        guard let identity = identities.first(where: { $0.name == Self.name(join) }),
          let cell = joined.cells(of: joined.rows[i]).first(where: { Int($0.slot) == join.slot })
        else { continue }
        let value = joined.bytes.withUnsafeBufferPointer { bytes in
          Self.canonical(
            UnsafeBufferPointer(rebasing: bytes[Int(cell.offset)..<Int(cell.offset + cell.length)]), join.codec,
            &scratch)
        }
        guard let value, let found = identity.products[value] else {
          // A code that no product has must not be passed over for a number that happens to fit.
          break
        }
        owner = found
        if found >= 0 { break }
      }
      joined.rows[i].owner = owner
    }
  }

  /// The form of each product, and the forms that are left.
  ///
  /// Forms are matched by GTIN, SKU and name; a form whose codes were corrected by its number, when the product with that
  /// number has no other form. Empty forms are left out.
  func assignForms(
    _ forms: [WorkbookProductReader.FormSheet], _ main: WorkbookProductReader.MainTable
  ) -> (byProduct: [Int: Int], loose: [Int]) {
    var byProduct: [Int: Int] = [:]
    var open: [Int] = []
    for (i, form) in forms.enumerated() where !form.isEmpty { open.append(i) }
    let codes = formSlots.map { main.table.plan.slots[$0].code }
    for (k, code) in codes.enumerated() {
      var products: [String: Int] = [:]
      for (product, keys) in formKeys.enumerated() where !keys[k].isEmpty && byProduct[product] == nil {
        products[keys[k]] = products[keys[k]] == nil ? product : -1
      }
      open.removeAll { i in
        guard let code, let slot = forms[i].plan.slots.firstIndex(where: { $0.code == code }),
          let address = forms[i].cells[slot], let product = products[LabelText.folded(forms[i].grid.text(address))],
          product >= 0, byProduct[product] == nil
        else { return false }
        byProduct[product] = i
        return true
      }
    }
    open.removeAll { i in
      let product = forms[i].number - 1
      guard product >= 0, product < count, byProduct[product] == nil else { return false }
      byProduct[product] = i
      return true
    }
    return (byProduct, open)
  }
}

extension WorkbookProductReader.FormSheet {
  /// Whether nothing was filled in.
  var isEmpty: Bool {
    !plan.slots.indices.contains { i in
      plan.slots[i].isRead && cells[i].map { !grid.text($0).isEmpty } == true
    }
  }
}

extension Profile {
  /// How bad an unknown column is.
  var unmatchedSeverity: Severity {
    guard case .workbook(let layout) = self.layout else { return .note }
    switch layout.unmatched {
    case .residue: return .note
    case .warn: return .warning
    case .error: return .fatal
    }
  }
}

/// Whether two cells say the same in the eyes of the rule that reads them.
enum CellComparison {
  static func isSame(
    _ a: CellInput, _ b: CellInput, _ steps: [CellStep], _ slot: Int, _ batch: inout ProductBatch
  ) -> Bool {
    let x = text(a, &batch), y = text(b, &batch)
    if x == y || CodeList.folded(x) == CodeList.folded(y) { return true }
    for case .field(let step) in steps where step.slot == slot {
      guard let codec = step.codec else { continue }
      if step.rule.separator != nil { return LabelText.folded(x) == LabelText.folded(y) }
      guard case .value(let i, let n) = codec.read(offset: a.offset, length: a.length, in: &batch),
        case .value(let j, let m) = codec.read(offset: b.offset, length: b.length, in: &batch)
      else { return false }
      return text(CellInput(offset: i, length: n), &batch) == text(CellInput(offset: j, length: m), &batch)
    }
    return LabelText.folded(x) == LabelText.folded(y)
  }

  private static func text(_ cell: CellInput, _ batch: inout ProductBatch) -> String {
    String(
      decoding: UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + cell.offset, count: cell.length),
      as: UTF8.self)
  }
}

/// Positions of nodes: `3`, `2.1`.
enum NodePosition {
  /// The numbers of a position; nil when the text is none.
  static func parse(_ text: String) -> [Int]? {
    var numbers: [Int] = []
    for part in text.split(separator: ".", omittingEmptySubsequences: false) {
      let part = part.drop { $0 == " " }
      guard let number = Int(part), number > 0, numbers.count < 16 else { return nil }
      numbers.append(number)
    }
    return numbers.isEmpty ? nil : numbers
  }

  /// Sorts rows by position; rows without one stay behind the others in their order.
  static func sort<Cells>(_ rows: inout [(number: Int32, cells: Cells, position: [Int])]) {
    let indexed = rows.enumerated().sorted { a, b in
      let x = a.element.position, y = b.element.position
      if x.isEmpty != y.isEmpty { return y.isEmpty }
      if x == y { return a.offset < b.offset }
      return x.lexicographicallyPrecedes(y)
    }
    rows = indexed.map(\.element)
  }
}
