import AdapterTesting
import Diagnostics
import Documents
import ProductModel
import Profiles
import Testing

@testable import AdapterKit

/// Products of one shape are filled into a form instead of going through the steps of the program. Going through all steps must give
/// the same: document, findings, places, losses.
@Suite struct ElementFormTests {
  /// The same product with other values: nodes, attributes and keys stay, and so do codes, on which conditions may hang.
  static func varied(_ node: ProductNode, _ round: Int) -> ProductNode {
    var node = node
    let keys = [.id, .item, .type] + node.kind.declaration.key
    for i in node.values.indices where !keys.contains(node.values[i].attribute) {
      let value = node.values[i]
      guard let type = Model.declaration(node.kind, value.attribute)?.type else { continue }
      switch type {
      case .text: node.values[i].text = [value.text, "\(value.text) \(round)", "<\(round) & \(round)>"][round % 3]
      case .url: node.values[i].text += round % 2 == 0 ? "?r=\(round)" : ""
      case .integer: node.values[i].text = "\(round + 1)"
      case .decimal, .percent: node.values[i].text = "\(round + 1)\(round % 2 == 0 ? ".25" : "")"
      case .measure:
        let unit = value.text.split(separator: " ").last ?? "GRM"
        node.values[i].text = "\(round * 7 + 1)\(round % 2 == 0 ? ".5" : "") \(unit)"
      case .date: node.values[i].text = "2027-0\(round % 9 + 1)-15"
      case .dateTime: node.values[i].text = "2026-0\(round % 9 + 1)-15T08:00:00+07:00"
      case .gtin: node.values[i].text = "0" + ElementProbe.gtin("89300000\(1000 + round)")
      case .code, .boolean, .gln: break
      }
    }
    node.children = node.children.map { varied($0, round) }
    return node
  }

  static func rounds(_ products: [Product], _ count: Int) -> [[Product]] {
    products.map { product in (0..<count).map { Product(varied(product.root, $0)) } }
  }

  @Test(arguments: ["gs1-cin", "saigon-coop"]) func seedsOfManyValues(_ name: String) throws {
    let profile = try ElementProbe.profile(name)
    let products = Seeds.products + Seeds.six
    // One after the other, and in turns.
    let runs = Self.rounds(products, 7)
    let writing = try ElementProbe.expectSame(runs.flatMap { $0 }, profile)
    #expect(writing.filledForms > products.count)
    let turns = (0..<7).flatMap { round in runs.map { $0[round] } }
    #expect(try ElementProbe.expectSame(turns, profile).filledForms > products.count)
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func randomProducts(_ seed: UInt64) throws {
    let products = Self.rounds(ElementProgramTests.products(seed, 60), 6).flatMap { $0 }
    // Most random products hold something that there is a word to be said about.
    #expect(try ElementProbe.expectSame(products, try ElementProbe.profile()).filledForms > 0)
    let simple = try ElementProbe.profile(yaml: ElementProgramTests.layout)
    #expect(try ElementProbe.expectSame(products, simple).filledForms > 30)
  }

  /// Values that a form cannot know: empty ones, codes that are not in the list, texts that are cut or refused, units that cannot be
  /// converted, values that a condition asks for, packs that hold each other.
  @Test func valuesThatAreNotAsUsual() throws {
    let profile = try ElementProbe.profile(yaml: ElementProgramTests.layout)
    let odd: [(path: String, values: [String])] = [
      ("name@vi", ["Mật hoa dừa", "", "Mật hoa dừa sáp Trà Vinh thượng hạng"]),
      ("description@vi", ["Ngọt", String(repeating: "dài ", count: 12), "a < b & c"]),
      ("brand", ["Ví dụ", ""]),
      ("item[each].netContent", ["250 MLT", "1.5 KGM", "x", ""]),
      ("price[market=VN,item=each,type=retail].currency", ["VND", "USD", ""]),
      ("allergen[AM].level", ["CONTAINS", "FREE_FROM"]),
      ("party[supplier].gln", ["8930000009999", ""]),
      ("party[supplier].name", ["HTX", "A & B", ""]),
      ("claim[ORGANIC].code", ["ORGANIC", "A;B"]),
      ("item[each].packagingMaterial", ["PLASTIC", "<PLASTIC>"]),
    ]
    var dice = SplitMix64(state: 11)
    var products: [Product] = []
    for number in 0..<400 {
      var product = ElementProbe.syrup(number + 1)
      product["allergen[AM].code"] = number % 9 == 4 ? "AX" : "AM"
      product["price[market=VN,item=each,type=retail].amount"] = "\(number)000"
      for (path, values) in odd {
        // The usual value nearly always, so that forms come to be.
        let isOdd = Int.random(in: 0..<12, using: &dice) == 0
        product[path] = isOdd ? values.randomElement(using: &dice) ?? "" : values[0]
      }
      products.append(product)
    }
    let writing = try ElementProbe.expectSame(products, profile)
    #expect(writing.filledForms > 50)
    #expect(writing.losses.contains { $0.reason == .truncated })
    #expect(writing.states.contains(.faulted))
    _ = try ElementProbe.expectSame(products, try ElementProbe.profile())
  }

  /// Rows of a table come with layouts, by which their forms are found.
  @Test func rowsOfTables() throws {
    let columns: [Rule] =
      [
        column("gtin", is: "item[each].gtin", as: .gtin), column("sku", is: "item[each].sku"),
        column("vi", is: "name@vi"), column("en", is: "name@en"), column("brand", is: "brand"),
        column("gpc", is: "category[gpc].code"),
        column("net", is: "item[each].netContent", as: .measureIn(unit: "GRM", .plain, maxFraction: nil)),
        column("price", is: "price[market=VN,item=each,type=retail].amount", as: .money(.plain, currency: "VND")),
        column("status", is: "status"), column("changed", is: "lastChange", as: .dateTime),
      ] + RowShapeTests.lists
    let probe = TableProbe(TableLayout(newline: "lf", columns: columns), codes: RowShapeTests.codes)
    let profile = try ElementProbe.profile()
    var random = SplitMix64(state: 21)
    let lists = (0..<10).map { _ in RowShapeTests.lists(&random) }
    var text = "gtin,sku,vi,en,brand,gpc,net,price,status,changed,allergens,nutrients,parts\n"
    for number in 0..<1500 {
      let gtin = ElementProbe.gtin("8930\(10_000_000 + number)"), has = { (odds: Int) in number % odds != 0 }
      text +=
        [
          gtin, "S\(number)", "Mật hoa & dừa \(number)", has(4) ? "Nectar <\(number)>" : "", has(3) ? "Ví dụ" : "",
          "10000044", has(5) ? "\(number % 17).5" : "x", has(2) ? "\(number)000" : "",
          ["ACTIVE", "DISCONTINUED"][number % 2], "2026-06-\(10 + number % 20)T08:00:00+07:00",
          lists[number % 10],
        ].joined(separator: ",") + "\n"
    }
    func write(isThorough: Bool) throws -> (writing: ElementProbe.Writing, layouts: Int) {
      var writing = ElementProbe.Writing(), layouts: Set<UInt64> = []
      let reader = try TableReader(InputDocument(bytes: Array(text.utf8), name: "in.csv"), probe.context())
      let context = AdapterContext(profile: profile, asOf: ElementProbe.asOf, diagnostics: writing.diagnostics)
      let output = OutputDocument.memory()
      let writer = try ElementWriter(output, context)
      writer.isThorough = isThorough
      var batch = ProductBatch()
      while try reader.read(into: &batch) {
        layouts.formUnion(batch.rows.map(\.layout))
        try writer.write(&batch)
        writing.states += batch.rows.map(\.state)
        batch.recycle()
      }
      try writer.finish()
      writing.text = String(decoding: output.contents, as: UTF8.self)
      writing.losses = context.losses.losses
      (writing.filledForms, writing.refutedForms) = writer.forms
      return (writing, layouts.count)
    }
    let usual = try write(isThorough: false), thorough = try write(isThorough: true)
    ElementProbe.expectSame(usual.writing, thorough.writing, #_sourceLocation)
    #expect(usual.layouts > 10)
    #expect(usual.writing.filledForms > 200)
  }
}
