import AdapterKit
import Diagnostics
import Documents
import ProductModel
import Profiles

/// Builds profiles in Swift and runs tables over text; for the tests of this folder.
struct TableProbe {
  var profile: Profile
  var asOf = "2026-11-22"
  var chunk = 1 << 16
  var keepsResidue = false

  init(_ layout: TableLayout, codes: [CodeList] = [], accepts: [Condition] = []) {
    profile = Profile(
      name: "probe", title: "A table for tests", version: "1", adapter: "delimited",
      standing: .init(state: .unconfirmed, date: "2026-11-22", source: "tests"), accepts: accepts,
      codes: Dictionary(uniqueKeysWithValues: codes.map { ($0.name, $0) }), layout: .table(layout), file: "probe.yaml")
  }

  /// What reading gave.
  struct Reading {
    var products: [Product] = []
    var rows: [ProductRow] = []
    var diagnostics: [Diagnostic] = []
    var places: [[Place]] = []

    var codes: [String] { diagnostics.map(\.code.id) }
  }

  func context() -> AdapterContext {
    AdapterContext(profile: profile, asOf: asOf, diagnostics: DiagnosticCollector(), keepsResidue: keepsResidue)
  }

  func read(_ text: String, locate: TableLocation? = nil) throws -> Reading {
    try read(Array(text.utf8), locate: locate)
  }

  func read(_ bytes: [UInt8], locate: TableLocation? = nil) throws -> Reading {
    let context = context()
    let reader = try TableReader(InputDocument(bytes: bytes, name: "in.csv"), context, locate: locate, chunk: chunk)
    var reading = Reading()
    var batch = ProductBatch()
    while try reader.read(into: &batch) {
      for i in 0..<batch.count {
        reading.rows.append(batch.rows[i])
        reading.products.append(Product(batch[product: i]))
        var places: [Place] = []
        for entry in 0..<batch.rows[i].entryCount {
          places.append(reader.place(of: batch.rows[i], origin: batch.origin(product: i, entry: entry)))
        }
        reading.places.append(places)
      }
      batch.recycle()
    }
    reading.diagnostics = context.diagnostics.kept
    return reading
  }

  /// The records with some numbers, written verbatim.
  func records(_ text: String, _ numbers: [Int]) throws -> String {
    let reader = try TableReader(InputDocument(bytes: Array(text.utf8), name: "in.csv"), context(), chunk: chunk)
    var batch = ProductBatch()
    var rows: [ProductRow] = []
    while try reader.read(into: &batch) {
      rows += batch.rows
      batch.recycle()
    }
    let output = OutputDocument.memory()
    try reader.writeRecords(numbers.map { rows[$0] }, to: output)
    return String(decoding: output.contents, as: UTF8.self)
  }

  /// What writing gave.
  struct Writing {
    var text = ""
    var bytes: [UInt8] = []
    var states: [ProductState] = []
    var diagnostics: [Diagnostic] = []
    var losses: [String] = []

    var codes: [String] { diagnostics.map(\.code.id) }
  }

  func write(_ products: [Product]) throws -> Writing {
    let context = context()
    context.locate = { row, origin in Place(file: "source", byte: row.recordOffset + UInt64(origin)) }
    let output = OutputDocument.memory()
    let writer = try TableWriter(output, context)
    var batch = ProductBatch()
    var writing = Writing()
    for (i, product) in products.enumerated() { batch.append(product, recordOffset: UInt64(i) * 1000) }
    try writer.write(&batch)
    writing.states = batch.rows.map(\.state)
    try writer.finish()
    writing.bytes = output.contents
    writing.text = String(decoding: output.contents, as: UTF8.self)
    writing.diagnostics = context.diagnostics.kept
    writing.losses = context.losses.losses.map { "\($0.pattern) \($0.reason.rawValue) \($0.count)" }
    return writing
  }

  /// Reads a text and writes it again.
  func roundTrip(_ text: String) throws -> Writing {
    let context = context()
    let reader = try TableReader(InputDocument(bytes: Array(text.utf8), name: "in.csv"), context, chunk: chunk)
    let output = OutputDocument.memory()
    let writer = try TableWriter(output, context)
    var batch = ProductBatch()
    var writing = Writing()
    while try reader.read(into: &batch) {
      try writer.write(&batch)
      writing.states += batch.rows.map(\.state)
      batch.recycle()
    }
    try writer.finish()
    writing.text = String(decoding: output.contents, as: UTF8.self)
    writing.diagnostics = context.diagnostics.kept
    writing.losses = context.losses.losses.map { "\($0.pattern) \($0.reason.rawValue) \($0.count)" }
    return writing
  }
}

/// A column's place.
func header(_ names: String..., label: String? = nil, isExact: Bool = false) -> FieldPlace {
  .column(names: names, label: label, code: nil, isExact: isExact)
}

/// A path in the notation; tests fail loudly on a wrong one.
func path(_ text: String, in kind: NodeKind = .product) -> ModelPath {
  do { return try ModelPath(text, in: kind) } catch { fatalError("\(text): \(error)") }
}

/// A plain rule: column, path, converter.
func column(
  _ names: String..., is target: String, as converter: Converter = .text, in kind: NodeKind = .product,
  _ change: (inout FieldRule) -> Void = { _ in }
) -> Rule {
  var rule = FieldRule(
    place: .column(names: names, label: nil, code: nil, isExact: false), target: path(target, in: kind),
    converter: converter)
  change(&rule)
  return .field(rule)
}

/// A product from paths and values.
func product(_ values: KeyValuePairs<String, String>) -> Product {
  var product = Product()
  for (text, value) in values { product[path(text)] = value }
  return product
}
