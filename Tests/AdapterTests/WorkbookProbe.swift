import Diagnostics
import Documents
import ProductModel
import Profiles

@testable import AdapterKit

#if canImport(Glibc)
  import Glibc
#endif

/// Writes and reads workbooks for the tests of this folder.
struct WorkbookProbe {
  var profile: Profile
  var asOf = "2026-11-22"

  init(_ name: String) throws {
    profile = try ProfileLibrary(root: Repository.path("mappings")).load(name, asOf: "2026-11-22")
  }

  init(_ layout: WorkbookLayout, codes: [CodeList] = []) {
    profile = Profile(
      name: "probe", title: "A workbook for tests", version: "1", adapter: "producer-sheet",
      standing: .init(state: .unconfirmed, date: "2026-11-22", source: "tests"),
      codes: Dictionary(uniqueKeysWithValues: codes.map { ($0.name, $0) }), layout: .workbook(layout),
      file: "probe.yaml")
  }

  struct Writing {
    var bytes: [UInt8]
    var states: [ProductState]
    var diagnostics: [Diagnostic]
    var losses: [Loss]
    var codes: [String] { diagnostics.map(\.code.id) }
  }

  struct Reading {
    var products: [Product] = []
    var rows: [ProductRow] = []
    var diagnostics: [Diagnostic] = []
    /// The places of all entries of each product, by attribute path.
    var places: [[String: Place]] = []
    var codes: [String] { diagnostics.map(\.code.id) }
    var good: [Product] { zip(products, rows).filter { $0.1.state == .good }.map(\.0) }
  }

  func write(_ products: [Product]) throws -> Writing {
    let context = AdapterContext(profile: profile, asOf: asOf, diagnostics: DiagnosticCollector())
    let output = OutputDocument.memory()
    let writer = try WorkbookProductWriter(output, context)
    var states: [ProductState] = []
    var batch = ProductBatch()
    for (i, product) in products.enumerated() {
      batch.append(product)
      if batch.isFull || i == products.count - 1 {
        try writer.write(&batch)
        states += batch.rows.map(\.state)
        batch.recycle()
      }
    }
    try writer.finish()
    return Writing(
      bytes: output.contents, states: states, diagnostics: context.diagnostics.kept, losses: context.losses.losses)
  }

  func read(_ bytes: [UInt8]) throws -> Reading {
    try withReader(bytes) { reader, _ in try collect(reader) }
  }

  func withReader<T>(_ bytes: [UInt8], _ body: (WorkbookProductReader, AdapterContext) throws -> T) throws -> T {
    let context = AdapterContext(profile: profile, asOf: asOf, diagnostics: DiagnosticCollector())
    return try body(try WorkbookProductReader(InputDocument(bytes: bytes, name: "in.xlsx"), context), context)
  }

  func collect(_ reader: WorkbookProductReader) throws -> Reading {
    var reading = Reading()
    var batch = ProductBatch()
    while try reader.read(into: &batch) {
      for i in 0..<batch.count {
        reading.rows.append(batch.rows[i])
        reading.products.append(Product(batch[product: i]))
        var places: [String: Place] = [:]
        let root = batch[product: i]
        for node in root.index..<root.end(of: 0) {
          for entry in root.node(at: node).entryRange {
            let what = root.entry(entry)
            let path = "\(root.node(at: node).kind.name).\(what.attribute.name)"
            if places[path] == nil {
              places[path] = reader.place(of: batch.rows[i], origin: batch.origin(product: i, entry: entry))
            }
          }
        }
        reading.places.append(places)
      }
      batch.recycle()
    }
    reading.diagnostics = reader.findings.kept
    return reading
  }

  /// The rows with an error, as a workbook.
  func quarantine(_ bytes: [UInt8]) throws -> [UInt8] {
    try withReader(bytes) { reader, _ in
      var faulted: [ProductRow] = []
      var batch = ProductBatch()
      while try reader.read(into: &batch) {
        faulted += batch.rows.filter { $0.state == .faulted }
        batch.recycle()
      }
      let output = OutputDocument.memory()
      try reader.writeRecords(faulted, to: output)
      return output.contents
    }
  }
}

/// A workbook taken apart, changed as people change it, and put together again.
struct EditedWorkbook {
  struct Cell {
    var kind: WorkbookCellKind
    var text: String
    /// Whether the cell has a formula, whose text is not kept.
    var isFormula = false
  }

  var sheets: [(name: String, visibility: WorkbookSheet.Visibility, cells: [CellAddress: Cell], merges: [CellRange])] =
    []
  var names: [(name: String, sheet: String, range: CellRange)] = []

  init() {}

  init(_ bytes: [UInt8]) throws {
    let reader = try WorkbookReader(InputDocument(bytes: bytes, name: "in.xlsx"))
    for sheet in reader.sheets {
      var cells: [CellAddress: Cell] = [:]
      let rows = try reader.rows(of: sheet)
      while let row = try rows.next() {
        for cell in row.cells where cell.kind != .blank {
          cells[row.address(cell)] = Cell(kind: cell.kind, text: row.text(cell))
        }
      }
      sheets.append((sheet.name, sheet.visibility, cells, try reader.merges(of: sheet)))
    }
    names = reader.definedNames.map { ($0.key, $0.value.sheet, $0.value.range) }.sorted { $0.0 < $1.0 }
  }

  /// The text of a cell; setting it writes text, nil clears it.
  subscript(sheet: String, address: String) -> String? {
    get { CellAddress(address).flatMap { cell in sheets.first { $0.name == sheet }?.cells[cell]?.text } }
    set { set(sheet, address, newValue, .text) }
  }

  mutating func set(
    _ sheet: String, _ address: String, _ text: String?, _ kind: WorkbookCellKind, isFormula: Bool = false
  ) {
    guard let i = sheets.firstIndex(where: { $0.name == sheet }), let cell = CellAddress(address) else { return }
    sheets[i].cells[cell] = text.map { Cell(kind: kind, text: $0, isFormula: isFormula) }
  }

  /// Adds a sheet of text cells.
  mutating func addSheet(_ name: String, _ rows: [[String]]) {
    var cells: [CellAddress: Cell] = [:]
    for (r, row) in rows.enumerated() {
      for (c, text) in row.enumerated() where !text.isEmpty {
        cells[CellAddress(row: r + 1, column: c)] = Cell(kind: .text, text: text)
      }
    }
    sheets.append((name, .visible, cells, []))
  }

  /// Puts the rows of a sheet from a row on into another order.
  mutating func reorder(_ sheet: String, from first: Int, _ order: (Int) -> Int) {
    guard let i = sheets.firstIndex(where: { $0.name == sheet }) else { return }
    var moved: [CellAddress: Cell] = [:]
    for (address, cell) in sheets[i].cells {
      let row = address.row < first ? address.row : order(address.row)
      moved[CellAddress(row: row, column: address.column)] = cell
    }
    sheets[i].cells = moved
  }

  /// The first row in which some columns have these texts.
  func row(_ sheet: String, _ texts: [Int: String]) -> Int? {
    guard let cells = sheets.first(where: { $0.name == sheet })?.cells else { return nil }
    return Set(cells.keys.map(\.row)).sorted().first { row in
      texts.allSatisfy { cells[CellAddress(row: row, column: $0.key)]?.text == $0.value }
    }
  }

  func bytes() throws -> [UInt8] {
    let path = "/tmp/ocop-edited-\(getpid())-\(UInt64.random(in: 0..<UInt64.max)).xlsx"
    defer { unlink(path) }
    let workbook = try WorkbookWriter(path: path)
    var made: [String: WorkbookSheetWriter] = [:]
    for sheet in sheets {
      let writer = try workbook.addSheet(sheet.name, visibility: sheet.visibility)
      if made.isEmpty { writer.activate() }
      made[sheet.name] = writer
      for range in sheet.merges { try writer.mergeRange(range, "") }
      for (address, cell) in sheet.cells.sorted(by: { $0.key < $1.key }) {
        if cell.isFormula {
          try writer.writeFormula("=1+1", at: address)
          continue
        }
        switch cell.kind {
        case .number: try writer.writeNumber(cell.text, at: address)
        case .date: try writer.writeDate(cell.text, at: address)
        case .boolean: try writer.writeBoolean(cell.text == "true", at: address)
        case .error: try writer.writeFormula("=NA()", cached: .text(cell.text), at: address)
        default: try writer.writeText(cell.text, at: address)
        }
      }
    }
    for name in names { if let sheet = made[name.sheet] { try workbook.defineName(name.name, name.range, of: sheet) } }
    try workbook.close()
    let document = try InputDocument.open(path)
    return try document.bytes(at: 0, count: Int(document.size))
  }
}
