public import Diagnostics

/// A sheet of a workbook.
public struct WorkbookSheet: Sendable, Hashable {
  /// Who sees the sheet's tab.
  public enum Visibility: String, Sendable, CaseIterable {
    /// Everybody.
    case visible
    /// Who asks the program to show hidden sheets.
    case hidden
    /// Nobody, except through macros or the file itself.
    case veryHidden
  }

  /// The name on the tab.
  public let name: String
  /// Who sees the tab.
  public let visibility: Visibility
  /// The position among all tabs of the workbook, from 0; sheets that hold a chart only are counted and not listed.
  public let index: Int
  /// The part with the sheet's cells.
  let part: String
}

/// Reads workbooks of Office Open XML (.xlsx, .xlsm): ECMA-376 transitional and strict, as Excel, LibreOffice, WPS and the
/// usual libraries write them.
///
/// The archive is read through the document, so that files, streams and memory all work. Sheets are streamed: only the
/// shared strings are held in memory, and they are bounded. Drawings, charts, macros and links are never opened. Not for use
/// from several tasks at once; several sheets may be read alternately.
///
/// ```swift
/// let workbook = try WorkbookReader(InputDocument.open("list.xlsx"))
/// let rows = try workbook.rows(of: workbook.sheets[0])
/// while let row = try rows.next() { print(row.index, row[0]) }
/// ```
public final class WorkbookReader {
  /// The sheets with cells, in the workbook's order.
  public let sheets: [WorkbookSheet]
  /// Names that stand for one range of one sheet. Names for formulas, constants and several ranges are left out, and so are
  /// the built-in ones; of a name that several sheets define for themselves the first counts.
  public let definedNames: [String: (sheet: String, range: CellRange)]
  /// Whether days are counted from 1904, as old Macintosh workbooks do. Cells' dates take it into account.
  public let date1904: Bool
  /// The document's name, for messages.
  public var name: String { package.document.name }

  private let package: WorkbookPackage
  private let relationships: PackageRelationships
  private var strings: SharedStrings?
  private var formats: CellFormats?
  private var merges: [Int: [CellRange]] = [:]

  /// Opens a workbook and reads its list of sheets.
  ///
  /// - Throws: `unreadable` with `workbook-web-page`, `-text`, `-legacy-xls`, `-encrypted`, `-xlsb`, `-other-format`, `-unsafe`
  ///   or `-limit`; `malformed` with `workbook-damaged`, `xml-malformed` and the other codes of XML.
  public init(_ document: InputDocument, limits: WorkbookLimits = .default) throws(Fault) {
    let package = try WorkbookPackage(document, limits: limits)
    self.package = package
    let root = try PackageRelationships(of: "", in: package)
    let part = root.target(kind: "officeDocument") ?? "xl/workbook.xml"
    if part.hasSuffix(".bin") { throw WorkbookImpostor.fault(ofArchive: package) }
    let handler = WorkbookHandler(limits: limits)
    guard try package.parse(part, handler) else { throw WorkbookImpostor.fault(ofArchive: package) }
    guard handler.isWorkbook else { throw WorkbookImpostor.fault(ofArchive: package) }
    relationships = try PackageRelationships(of: part, in: package)
    date1904 = handler.date1904
    let byId = Dictionary(relationships.items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var sheets: [WorkbookSheet] = []
    for (index, sheet) in handler.sheets.enumerated() {
      let target: String
      if let item = byId[sheet.relationship] {
        // Chart sheets, dialogue sheets and macro sheets have no cells for us.
        if item.kind != "worksheet" { continue }
        target = item.target
      } else {
        // Without relationships the usual name is the best guess.
        target = "xl/worksheets/sheet\(index + 1).xml"
      }
      sheets.append(WorkbookSheet(name: sheet.name, visibility: sheet.visibility, index: index, part: target))
    }
    self.sheets = sheets
    var names: [String: (sheet: String, range: CellRange)] = [:]
    for defined in handler.names where !defined.name.hasPrefix("_xlnm.") {
      guard let reference = Self.reference(defined.formula) else { continue }
      if names[defined.name] == nil || !defined.isLocal { names[defined.name] = reference }
    }
    definedNames = names
  }

  /// The sheet of a name, compared as Excel does, without case; nil when there is none.
  public func sheet(named name: String) -> WorkbookSheet? {
    sheets.first { $0.name == name } ?? sheets.first { $0.name.lowercased() == name.lowercased() }
  }

  /// Starts reading a sheet's rows.
  ///
  /// - Throws: `malformed` with `workbook-damaged` when the sheet's part is missing; faults of the shared strings and styles.
  public func rows(of sheet: WorkbookSheet) throws(Fault) -> WorkbookRows {
    if strings == nil {
      let part = relationships.target(kind: "sharedStrings")
      strings = try part.map { part throws(Fault) in try SharedStrings(part, in: package) } ?? SharedStrings()
    }
    if formats == nil {
      let part = relationships.target(kind: "styles")
      formats = try part.map { part throws(Fault) in try CellFormats(part, in: package) } ?? CellFormats()
    }
    let handler = SheetHandler(
      sheet: sheet.name, limits: package.limits, formats: formats ?? CellFormats(), strings: strings ?? SharedStrings(),
      is1904: date1904, mergesOnly: false)
    return WorkbookRows(try stream(sheet), handler, sheet.name) { [weak self] in self?.merges[sheet.index] = $0 }
  }

  /// The merged ranges of a sheet. They stand behind the rows, so the sheet is read through when its rows were not.
  ///
  /// - Throws: as `rows(of:)` and `WorkbookRows.next()`.
  public func merges(of sheet: WorkbookSheet) throws(Fault) -> [CellRange] {
    if let known = merges[sheet.index] { return known }
    let handler = SheetHandler(
      sheet: sheet.name, limits: package.limits, formats: CellFormats(), strings: SharedStrings(), is1904: false,
      mergesOnly: true)
    let part = try stream(sheet)
    var parser = XMLPushParser(handler: handler, limits: WorkbookPackage.xmlLimits, name: part.displayName)
    while let piece = try part.next() { try parser.push(piece) }
    try parser.finish()
    merges[sheet.index] = handler.merges
    return handler.merges
  }

  private func stream(_ sheet: WorkbookSheet) throws(Fault) -> WorkbookPart {
    if let part = try package.open(sheet.part) { return part }
    throw .workbook(
      .malformed, .workbookDamaged, Place(file: name, sheet: sheet.name),
      .init("the sheet's part is missing", vi: "thiếu phần chứa trang tính"), value: sheet.part)
  }

  /// The sheet and range of a name's formula: `Sheet1!$A$1`, `'Mã hàng'!$A$1:$B$9`. Nil for anything else.
  static func reference(_ formula: String) -> (sheet: String, range: CellRange)? {
    var text = formula[...]
    if text.hasPrefix("=") { text = text.dropFirst() }
    guard let mark = text.lastIndex(of: "!"), let range = CellRange(text[text.index(after: mark)...]) else {
      return nil
    }
    var sheet = text[..<mark]
    if sheet.hasPrefix("'"), sheet.hasSuffix("'"), sheet.count >= 2 {
      sheet = sheet.dropFirst().dropLast()
      // A quote inside a quoted name is doubled; a lone one means several references.
      let parts = sheet.split(separator: "''", omittingEmptySubsequences: false)
      if parts.contains(where: { $0.contains("'") }) { return nil }
      return (parts.joined(separator: "'"), range)
    }
    // Without quotes there is no operator, comma or other workbook.
    if sheet.isEmpty || sheet.contains(where: { "'\"(),:!+*/&<>=[]{} ".contains($0) }) { return nil }
    return (String(sheet), range)
  }
}

/// The rows of a sheet, read as they are asked for.
public final class WorkbookRows {
  private let part: WorkbookPart
  private let handler: SheetHandler
  private var parser: XMLPushParser
  private let sheet: String
  private let whenDone: ([CellRange]) -> Void
  private var taken = 0
  private var isDone = false
  private var fault: Fault?

  init(_ part: WorkbookPart, _ handler: SheetHandler, _ sheet: String, whenDone: @escaping ([CellRange]) -> Void) {
    self.part = part
    self.handler = handler
    self.sheet = sheet
    self.whenDone = whenDone
    parser = XMLPushParser(handler: handler, limits: WorkbookPackage.xmlLimits, name: part.displayName)
  }

  /// The next row of the file; nil after the last. Rows that the file does not mention are passed over.
  ///
  /// - Throws: `malformed` with `workbook-damaged` or `xml-malformed`, `unreadable` with `workbook-limit`, `xml-limit` or
  ///   `xml-doctype`, after all rows before the fault were given.
  public func next() throws(Fault) -> WorkbookRow? {
    while taken == handler.queue.count {
      if let fault { throw fault }
      if isDone { return nil }
      handler.beginPiece()
      taken = 0
      do throws(Fault) {
        if let piece = try part.next() {
          try parser.push(piece)
        } else {
          try parser.finish()
          isDone = true
          whenDone(handler.merges)
        }
      } catch { fault = named(error) }
    }
    taken += 1
    return handler.queue[taken - 1]
  }

  /// The fault with the sheet's name.
  private func named(_ fault: Fault) -> Fault {
    var diagnostic = fault.diagnostic
    diagnostic.place.sheet = sheet
    return Fault(fault.kind, diagnostic)
  }
}

/// Reads the workbook part: sheets, names, and the system of dates.
final class WorkbookHandler: XMLHandler {
  struct Sheet {
    var name: String
    var visibility: WorkbookSheet.Visibility
    var relationship: String
  }
  struct Name {
    var name: String
    var isLocal: Bool
    var formula: String
  }

  var isWorkbook = false
  var date1904 = false
  var sheets: [Sheet] = []
  var names: [Name] = []
  private let limits: WorkbookLimits
  private var skipped = 0
  private var name: Name?
  private var formula: [UInt8] = []

  init(limits: WorkbookLimits) { self.limits = limits }

  override func startElement(_ element: XMLName, _ attributes: borrowing XMLAttributes) {
    if skipped > 0 {
      skipped += 1
    } else if parser.depth == 1 {
      isWorkbook = element.is("workbook")
    } else if element.is("workbookPr") {
      date1904 = ["1", "true", "on"].contains(attributes.string("date1904") ?? "")
    } else if element.is("sheet") {
      var relationship = ""
      for i in 0..<attributes.count where attributes[i].name.uri != nil && attributes[i].name.is("id") {
        relationship = attributes[i].string
      }
      sheets.append(
        Sheet(
          name: attributes.string("name") ?? "",
          visibility: attributes.string("state").flatMap { WorkbookSheet.Visibility(rawValue: $0) } ?? .visible,
          relationship: relationship))
      if sheets.count > limits.entries {
        fail(
          WorkbookPackage.limit(parser.place, .init("number of sheets", vi: "số trang tính"), UInt64(limits.entries)))
      }
    } else if element.is("definedName") {
      name = Name(name: attributes.string("name") ?? "", isLocal: attributes.value("localSheetId") != nil, formula: "")
      formula = []
    } else if element.is("Choice") || element.is("extLst") {
      skipped = 1
    }
  }

  override func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    // A reference to one range is short; anything longer is of no use here.
    if name != nil, skipped == 0, formula.count < 1024 { formula.append(contentsOf: bytes) }
  }

  override func endElement(_ element: XMLName) {
    if skipped > 0 {
      skipped -= 1
    } else if element.is("definedName"), var name {
      name.formula = String(decoding: formula, as: UTF8.self)
      if names.count < 200_000 { names.append(name) }
      self.name = nil
    }
  }
}
