internal import AdapterKit
internal import Diagnostics
internal import Documents
public import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

// Documents written, read and damaged.

extension Conformance {
  struct Written {
    var document: InputDocument
    var losses: LossReport
    var states: [ProductState]
    var diagnostics: DiagnosticCollector
  }

  func context() -> (context: AdapterContext, diagnostics: DiagnosticCollector) {
    let diagnostics = DiagnosticCollector()
    return (AdapterContext(profile: profile, asOf: asOf, diagnostics: diagnostics), diagnostics)
  }

  func write(_ products: some Sequence<Product>) throws(Fault) -> Written {
    let (context, diagnostics) = context()
    let path = temporaryPath("written")
    defer { unlink(path) }
    let file = try OutputDocument.create(path)
    let writer = try adapter.makeWriter(file, context)
    var states: [ProductState] = []
    var batch = ProductBatch()
    for product in products {
      batch.append(product)
      if batch.isFull {
        try writer.write(&batch)
        states += batch.rows.map(\.state)
        batch.recycle()
      }
    }
    try writer.write(&batch)
    states += batch.rows.map(\.state)
    try writer.finish()
    try file.commit()
    // The document outlives its name: it is open.
    return Written(
      document: try InputDocument.open(path), losses: context.losses, states: states, diagnostics: diagnostics)
  }

  func read(_ document: InputDocument) throws(Fault) -> (
    products: [Product], faulted: Int, diagnostics: DiagnosticCollector
  ) {
    let (context, diagnostics) = context()
    let reader = try adapter.makeReader(document, context)
    var products: [Product] = []
    var faulted = 0
    var batch = ProductBatch()
    while try reader.read(into: &batch) {
      for i in 0..<batch.count {
        if batch.rows[i].state == .good { products.append(Product(batch[product: i])) } else { faulted += 1 }
      }
      batch.recycle()
    }
    return (products, faulted, diagnostics)
  }

  func firstAccepted(where isWanted: (Product) -> Bool = { _ in true }) throws(Fault) -> Product? {
    let written = try write(seeds)
    return zip(seeds, written.states).first { $0.1 == .good && isWanted($0.0) }?.0
  }

  /// Three good products of which the second then gets a wrong check digit; nil when it has no GTIN in the document.
  func brokenDocument() throws(Fault) -> (document: InputDocument, good: Int, wrong: String, right: String)? {
    guard let seed = try firstAccepted(where: { $0["item[each].gtin"] != nil }) else { return nil }
    let products = (1...3).map { seed.renumbered($0) }
    guard let right = products[1]["item[each].gtin"]?.dropFirst(), let last = right.last?.wholeNumberValue else {
      return nil
    }
    let wrong = right.dropLast() + String((last + 1) % 10)
    let written = try write(products)
    return try replacing(String(right), String(wrong), in: written.document).map {
      ($0, 2, String(wrong), String(right))
    }
  }

  /// A document with one text in place of another of the same length; nil when it does not hold it.
  func replacing(_ old: String, _ new: String, in document: InputDocument) throws(Fault) -> InputDocument? {
    if adapter.specification.layout == .workbook { return try Self.replacingCells(old, new, in: document) }
    var bytes = try document.bytes(at: 0, count: Int(document.size))
    let old = Array(old.utf8), new = Array(new.utf8)
    var found = false
    var at = 0
    while at + old.count <= bytes.count {
      if bytes[at] == old[0], bytes[at..<at + old.count].elementsEqual(old) {
        bytes.replaceSubrange(at..<at + old.count, with: new)
        found = true
        at += old.count
      } else {
        at += 1
      }
    }
    return found ? InputDocument(bytes: bytes, name: "changed") : nil
  }

  /// The same for the cells of a workbook, which is taken apart and put together again.
  private static func replacingCells(
    _ old: String, _ new: String, in document: InputDocument
  ) throws(Fault) -> InputDocument? {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let path = "\(folder)/ocop-conformance-\(getpid())-\(Int.random(in: 0..<1 << 48)).xlsx"
    defer { unlink(path) }
    let reader = try WorkbookReader(document), writer = try WorkbookWriter(path: path)
    var found = false
    var sheets: [String: WorkbookSheetWriter] = [:]
    for sheet in reader.sheets {
      let copy = try writer.addSheet(sheet.name, visibility: sheet.visibility)
      if sheets.isEmpty { copy.activate() }
      sheets[sheet.name] = copy
      let rows = try reader.rows(of: sheet)
      while let row = try rows.next() {
        for cell in row.cells where cell.kind != .blank {
          let address = row.address(cell)
          var text = row.text(cell)
          if text == old || text == "0" + old {
            text = text == old ? new : "0" + new
            found = true
          }
          switch cell.kind {
          case .number: try copy.writeNumber(text, at: address)
          case .date: try copy.writeDate(text, at: address)
          case .boolean: try copy.writeBoolean(text == "true", at: address)
          default: try copy.writeText(text, at: address)
          }
        }
      }
    }
    for (name, place) in reader.definedNames.sorted(by: { $0.key < $1.key }) {
      if let sheet = sheets[place.sheet] { try writer.defineName(name, place.range, of: sheet) }
    }
    try writer.close()
    return found ? try InputDocument.open(path) : nil
  }

  func temporaryPath(_ name: String) -> String {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    return "\(folder)/ocop-conformance-\(getpid())-\(profile.name)-\(name)-\(Int.random(in: 0..<1 << 48))"
  }
}

extension Product {
  /// A copy under other GTINs and SKUs: the n-th of a series, with right check digits.
  public func renumbered(_ n: Int) -> Product {
    var copy = self
    for i in copy.root.children.indices where copy.root.children[i].kind == .item {
      let gtin = "0893" + String(String(100_000_000 + n * 16 + i).suffix(9))
      if copy.root.children[i][.gtin] != nil { copy.root.children[i][.gtin] = Self.gtin(gtin) }
      if let sku = copy.root.children[i][.sku] { copy.root.children[i][.sku] = sku.prefix(20) + "-\(n)" }
    }
    return copy
  }

  /// Digits with their check digit.
  static func gtin(_ digits: String) -> String { digits + "\(GTIN.checkDigit(of: digits) ?? 0)" }
}
