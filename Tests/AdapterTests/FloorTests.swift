import AdapterKit
import Documents
import ProductModel
import Profiles
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// What GS1 CIN must carry at least, shown row by row: `Floor/gs1-cin.tsv` names for each element of the floor the attribute of
/// the model, and this suite finds the element in what is written and the value in what is read back.
@Suite struct FloorTests {
  private struct Row {
    var name: String
    /// Below `tradeItem`, with `/@name` for an attribute; empty where GS1 has none.
    var element: String
    var model: String
    var shown: String
    var reason: String
    /// Where it stands in the document.
    var place: String { reason.hasPrefix("at ") ? String(reason.dropFirst(3).prefix { $0 != ":" }) : element }
    var line: String { [name, element, model, shown, reason].joined(separator: "\t") }
  }

  private let path = Repository.path("Tests/AdapterTests/Floor/gs1-cin.tsv")
  private let profile: Profile

  init() throws { profile = try ElementProbe.profile() }

  private func text(_ path: String) throws -> String {
    let document = try InputDocument.open(path)
    return try String(decoding: document.bytes(at: 0, count: Int(document.size)), as: UTF8.self)
  }

  /// The table's head and rows.
  private func table() throws -> (head: [String], rows: [Row]) {
    var head: [String] = [], rows: [Row] = []
    for line in try text(path).split(separator: "\n") {
      if line.hasPrefix("#") || line.hasPrefix("row\t") {
        head.append(String(line))
        continue
      }
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      try #require(cells.count == 5, "\(line)")
      rows.append(Row(name: cells[0], element: cells[1], model: cells[2], shown: cells[3], reason: cells[4]))
    }
    return (head, rows)
  }

  /// Writes products and reads them back: what came back for what was accepted, and the paths of elements below `tradeItem`.
  private func trip(_ products: [Product]) throws -> (pairs: [(before: Product, after: Product)], places: Set<String>) {
    let writing = try ElementProbe.write(products, profile)
    let reading = ElementProbe.read(writing.text, profile)
    let accepted = zip(products, writing.states).filter { $0.1 == .good }.map(\.0)
    try #require(accepted.count == reading.products.count)
    let places = PlaceCollector()
    var parser = XMLPushParser(handler: places, name: "written")
    try parser.push(Array(writing.text.utf8))
    try parser.finish()
    return (zip(accepted, reading.products).map { ($0, $1) }, places.found)
  }

  /// Whether a value that a product had is there again; periods and sizes in whatever unit.
  private func isBack(_ path: ModelPath, _ pairs: [(before: Product, after: Product)]) -> Bool {
    pairs.contains { before, after in
      guard let value = before[path] else { return false }
      let back = after[path]
      if path.declaration?.type == .measure {
        return back.flatMap { Measure($0) }?.standard == Measure(value)?.standard
      }
      // What CIN states by its kind of place, such as the state of preparation, is understood in the model.
      return back == value
    }
  }

  @Test func everyRowIsCarried() throws {
    var (head, rows) = try table()
    #expect(rows.count == 102)
    let seeds = Seeds.products.filter { $0["category[gpc].code"] != nil }
    let whole = try trip(seeds)
    let seed = try #require(seeds.first { $0["item[level=PALLET].id"] != nil } ?? seeds.first)
    for i in rows.indices {
      let row = rows[i]
      if row.model.isEmpty {
        #expect(row.shown == "-" && !row.reason.isEmpty, "\(row.name) says why it is not carried")
        continue
      }
      let model = try ModelPath(row.model)
      var shown = "lost"
      if seeds.contains(where: { $0[model] != nil }) {
        let isDerived = row.shown == "derived"
        if whole.places.contains(row.place), isBack(model, whole.pairs) { shown = isDerived ? "derived" : "seeds" }
      } else {
        var product = seed
        product[model] = model.declaration?.example
        let made = try trip([product])
        if made.places.contains(row.place), isBack(model, made.pairs) { shown = "made" }
      }
      rows[i].shown = shown
      #expect(shown != "lost", "\(row.name): \(row.element), \(row.model)")
    }
    let text = (head + rows.map(\.line)).joined(separator: "\n") + "\n"
    if getenv("OCOP_UPDATE_TABLES").map({ String(cString: $0) }) == "1" {
      let file = try #require(fopen(path, "w"))
      fputs(text, file)
      fclose(file)
    }
    #expect(
      text == (try self.text(path)), "what is shown is not what Floor/gs1-cin.tsv says; OCOP_UPDATE_TABLES=1 writes it")
  }

  /// The rows are those of the shared table of requirements, none left out.
  @Test func rowsAreThoseOfTheRequirements() throws {
    guard let file = ElementProbe.shared("data/retail/mapping.csv") else {
      return print("skipped: data/retail/mapping.csv is not here")
    }
    // Of a row only the first three cells matter, and none of them is quoted.
    let wanted = try text(file).split(whereSeparator: \.isNewline).dropFirst().map { line in
      let cells = line.split(separator: ",", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
      let module = cells[1].isEmpty ? "" : "tradeItemInformation/extension/\(cells[1])/"
      return "\(cells[0]) \(cells[2].isEmpty ? "" : module + cells[2])"
    }
    #expect(try table().rows.map { "\($0.name) \($0.element)" } == wanted)
  }
}

/// The paths of all elements and attributes below `tradeItem`, by local names.
private final class PlaceCollector: XMLHandler {
  var found: Set<String> = []
  private var open: [String] = []

  override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
    open.append(name.localName)
    guard let at = open.lastIndex(of: "tradeItem") else { return }
    let path = open[(at + 1)...].joined(separator: "/")
    found.insert(path)
    for i in 0..<attributes.count { found.insert("\(path)/@\(attributes[i].name.localName)") }
  }

  override func endElement(_ name: XMLName) { open.removeLast() }
}
