@testable import AdapterKit
import Diagnostics
import Documents
import ProductModel
import Profiles
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// What tests of XML documents share: profiles, reading and writing in memory.
enum ElementProbe {
  static let asOf = "2026-11-22"

  /// The package's folder.
  static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

  /// A file of the shared data, or nil when that is not here.
  static func shared(_ path: String) -> String? {
    let folder = getenv("OCOP_SHARED").map { String(cString: $0) } ?? root + "/../shared"
    let file = folder + "/" + path
    return access(file, R_OK) == 0 ? file : nil
  }

  static func profile(_ name: String = "gs1-cin", _ variables: [String: String] = [:]) throws -> Profile {
    try ProfileLibrary(root: root + "/mappings").load(name, asOf: asOf, variables: variables)
  }

  static func profile(yaml: String) throws -> Profile {
    try ProfileLibrary(root: root + "/mappings").load(yaml: yaml, asOf: asOf)
  }

  /// What reading gave.
  struct Reading {
    var rows: [ProductRow] = []
    var products: [Product] = []
    var diagnostics = DiagnosticCollector()
    var fault: Fault?
    var reader: ElementReader?
    var places: [Place] = []

    var codes: [String] { diagnostics.kept.map(\.code.id) }
    func all(_ code: DiagnosticCode) -> [Diagnostic] { diagnostics.kept.filter { $0.code == code } }
  }

  /// Reads a document to its end or its fault.
  static func read(_ bytes: [UInt8], _ profile: Profile, residue: Bool = false, name: String = "test.xml") -> Reading {
    var reading = Reading()
    let context = AdapterContext(
      profile: profile, asOf: asOf, diagnostics: reading.diagnostics, keepsResidue: residue)
    do {
      let reader = try ElementReader(InputDocument(bytes: bytes, name: name), context)
      reading.reader = reader
      // Two batches in turn: a reader must not leave parts of a record in the one before.
      var first = ProductBatch(), second = ProductBatch()
      while true {
        first.recycle()
        guard take(try reader.read(into: &first), first, reader, &reading) else { break }
        second.recycle()
        guard take(try reader.read(into: &second), second, reader, &reading) else { break }
      }
    } catch {
      reading.fault = error
    }
    return reading
  }

  private static func take(
    _ isMore: Bool, _ batch: borrowing ProductBatch, _ reader: ElementReader, _ reading: inout Reading
  ) -> Bool {
    for i in 0..<batch.count {
      reading.rows.append(batch.rows[i])
      reading.products.append(Product(batch[product: i]))
      let entries = batch.rows[i].entryCount
      reading.places.append(
        entries == 0 ? Place() : reader.place(of: batch.rows[i], origin: batch.origin(product: i, entry: entries - 1)))
    }
    return isMore
  }

  static func read(_ text: String, _ profile: Profile, residue: Bool = false) -> Reading {
    read(Array(text.utf8), profile, residue: residue)
  }

  /// What writing gave.
  struct Writing {
    var text = ""
    var states: [ProductState] = []
    var diagnostics = DiagnosticCollector()
    var losses: [Loss] = []
    /// How many products were written by forms, and how many forms did not give what the steps gave.
    var filledForms = 0
    var refutedForms = 0

    var codes: [String] { diagnostics.kept.map(\.code.id) }
  }

  static func write(
    _ products: [Product], _ profile: Profile, residue: Bool = false, isThorough: Bool = false
  ) throws -> Writing {
    var writing = Writing()
    let context = AdapterContext(
      profile: profile, asOf: asOf, diagnostics: writing.diagnostics, keepsResidue: residue)
    let output = OutputDocument.memory()
    let writer = try ElementWriter(output, context)
    writer.isThorough = isThorough
    var batch = ProductBatch()
    for product in products {
      if batch.isFull {
        try writer.write(&batch)
        writing.states += batch.rows.map(\.state)
        batch.recycle()
      }
      batch.append(product)
    }
    try writer.write(&batch)
    writing.states += batch.rows.map(\.state)
    try writer.finish()
    writing.text = String(decoding: output.contents, as: UTF8.self)
    writing.losses = context.losses.losses
    (writing.filledForms, writing.refutedForms) = writer.forms
    return writing
  }

  /// Writes products in the usual ways and step by step, and expects the same document, findings, places and losses.
  static func expectSame(
    _ products: [Product], _ profile: Profile, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Writing {
    let usual = try write(products, profile), thorough = try write(products, profile, isThorough: true)
    expectSame(usual, thorough, sourceLocation)
    return usual
  }

  static func expectSame(_ usual: Writing, _ thorough: Writing, _ sourceLocation: SourceLocation) {
    #expect(usual.states == thorough.states, sourceLocation: sourceLocation)
    #expect(usual.diagnostics.kept == thorough.diagnostics.kept, sourceLocation: sourceLocation)
    #expect(usual.diagnostics.counts == thorough.diagnostics.counts, sourceLocation: sourceLocation)
    #expect(usual.losses == thorough.losses, sourceLocation: sourceLocation)
    for (a, b) in zip(usual.text.split(separator: "\n"), thorough.text.split(separator: "\n")) where a != b {
      let start = zip(a, b).prefix { $0 == $1 }.count
      Issue.record(
        "\(a.dropFirst(max(start - 200, 0)).prefix(400))\nbut thoroughly\n\(b.dropFirst(max(start - 200, 0)).prefix(400))",
        sourceLocation: sourceLocation)
      break
    }
    #expect(usual.text.utf8.count == thorough.text.utf8.count, sourceLocation: sourceLocation)
    #expect(usual.refutedForms == 0, sourceLocation: sourceLocation)
    #expect(thorough.filledForms == 0, sourceLocation: sourceLocation)
  }

  /// A product with a bottle, a case of twelve and a pallet.
  static func syrup(_ number: Int = 1) -> Product {
    var product = Product()
    let base = gtin("893000\(String(repeating: "0", count: 6 - "\(number)".count))\(number)")
    product["item[each].gtin"] = "0" + base
    product["item[each].sku"] = "MHD-\(number)"
    product["item[each].level"] = "BASE_UNIT_OR_EACH"
    product["item[each].isBaseUnit"] = "true"
    product["item[each].netContent"] = "250 MLT"
    product["item[case-12].gtin"] = gtin("1893000\(String(repeating: "0", count: 6 - "\(number)".count))\(number)")
    product["item[case-12].level"] = "CASE"
    product["item[case-12].isBaseUnit"] = "false"
    product["item[case-12].name@vi"] = "Thùng 12 chai"
    product["item[case-12].contains[each].quantity"] = "12"
    product["name@vi"] = "Mật hoa dừa \(number) & <bạn>"
    product["name@en"] = "Coconut nectar \(number)"
    product["category[gpc].code"] = "10000044"
    product["price[market=VN,item=each,type=catalogue].amount"] = "98000"
    product["price[market=VN,item=each,type=catalogue].currency"] = "VND"
    product["price[market=VN,item=case-12,type=catalogue].amount"] = "1150000"
    product["price[market=VN,item=case-12,type=catalogue].currency"] = "VND"
    product["market[VN].country"] = "VN"
    product["lastChange"] = "2026-06-15T08:00:00+07:00"
    product["party[supplier].gln"] = "8930000009999"
    return product
  }

  /// Digits with their check digit.
  static func gtin(_ digits: String) -> String { digits + "\(GTIN.checkDigit(of: digits) ?? 0)" }
}

/// Equality that order does not matter to, where the model gives it no meaning.
func same(_ a: Product, _ b: Product) -> Bool { a.canonicalised() == b.canonicalised() }
