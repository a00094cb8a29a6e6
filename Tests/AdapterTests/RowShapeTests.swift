import AdapterTesting
import Diagnostics
import Documents
import ProductModel
import Profiles
import Testing

@testable import AdapterKit

/// Rows of one shape share what was looked up for the first of them. Whatever stands before a row, it must come out as if it
/// stood alone.
@Suite("Rows of many shapes")
struct RowShapeTests {
  static let codes = [
    tableUnits, codeList("vat", ["NOT_TAXABLE": ["KCT"]]), codeList("periods", ["DAY": ["ngày"], "MON": ["tháng"]]),
  ]

  /// Keys, currencies, units, conditions, limits, constants, repeated nodes: all that decides where a value comes from.
  static let layout = TableLayout(
    newline: "lf",
    columns: [
      column("sku", is: "item[each].sku") { $0.requirement = .required },
      column("name", is: "name@vi") {
        $0.maxCharacters = 12
        $0.truncates = true
      },
      column("short", is: "shortDescription@vi") { $0.maxCharacters = 12 },
      column("brand", is: "brand@en") { $0.fallbacks = [path("brand")] },
      column("vn", is: "price[market=VN,item=each,type=retail].amount", as: .money(.plain, currency: "VND")),
      column("jp", is: "price[market=JP,item=each,type=retail].amount", as: .money(.plain, currency: "JPY")),
      column("net", is: "item[each].netContent", as: .decimal(.comma, minFraction: 0, maxFraction: nil)) {
        $0.unit = UnitPlace(place: header("unit"), codes: "units")
      },
      column("weight", is: "item[each].grossWeight", as: .measureIn(unit: "GRM", .plain, maxFraction: 0)),
      column("vat", is: "tax[market=VN,type=VAT].rate", as: .decimal(.plain, minFraction: 0, maxFraction: 1)) {
        $0.alternative = AlternativeRule(target: path("tax[market=VN,type=VAT].category"), codes: "vat")
      },
      column("life", is: "shelfLife.fromProduction", as: .duration(codes: "periods")),
      column("stars", is: "ocop.stars", as: .integer(.plain)) { $0.requirement = .recommended },
      .group(
        GroupRule(
          when: Condition(path: path("ocop.stars"), values: ["5"]),
          rules: [column("five", is: "certificate[OCOP].number"), column("status", is: "status")])),
      column("made", is: "originCountry") {
        $0.constant = "VN"
      },
      .each(
        EachRule(
          kind: .media, max: 2, set: [SetValue(attribute: .type, source: .constant("PRODUCT_IMAGE"))],
          only: [Condition(path: path("url", in: .media), values: [])],
          rules: [column("image {i}", is: "url", in: .media)])),
    ])

  let probe = TableProbe(layout, codes: codes)

  /// A product that has the values of some bits of a number.
  static func product(_ bits: Int) -> Product {
    let values: [(String, [String])] = [
      ("name@vi", ["Mật hoa dừa", "Mật hoa dừa sáp Trà Vinh"]),
      ("shortDescription@vi", ["Ngọt", "Ngọt", "Ngọt thanh và thơm mùi dừa"]),
      ("brand@en", ["Ví dụ"]),
      ("brand", ["Vidu"]),
      ("price[market=VN,item=each,type=retail].amount", ["98000", "45000"]),
      ("price[market=VN,item=each,type=retail].currency", ["VND", "VND", "VND", "USD"]),
      ("price[market=JP,item=each,type=retail].amount", ["980"]),
      ("item[each].netContent", ["250 MLT", "1.5 KGM", "12 C62"]),
      ("item[each].grossWeight", ["300 GRM", "1.2 KGM", "0.0004 KGM", "5 MLT"]),
      ("tax[market=VN,type=VAT].rate", ["8", "10", "8.55"]),
      ("tax[market=VN,type=VAT].category", ["NOT_TAXABLE", "STANDARD"]),
      ("shelfLife.fromProduction", ["24 MON", "90 DAY", "2 ANN"]),
      ("ocop.stars", ["4", "5"]),
      ("certificate[OCOP].number", ["12/QĐ"]),
      ("originCountry", ["VN", "JP"]),
      ("name@en", ["Nectar"]),
    ]
    var product = Product()
    product[path("item[each].sku")] = bits % 31 == 7 ? nil : "SKU-\(bits)"
    for (i, (name, choices)) in values.enumerated() where bits >> i & 1 == 1 {
      product[path(name)] = choices[(bits >> 3 ^ bits) % 7 % choices.count]
    }
    for i in 0..<(bits >> 5) % 4 {
      var values = [AttributeValue(.type, .none, (bits >> i) % 5 == 0 ? "VIDEO" : "PRODUCT_IMAGE")]
      if (bits >> i) % 3 != 0 { values.append(AttributeValue(.url, .none, "https://x.vn/\(bits)-\(i).jpg")) }
      product.root.children.append(ProductNode(.media, values))
    }
    return product
  }

  /// Numbers in an order that only the seed decides.
  static func numbers(_ count: Int, below limit: Int, seed: UInt64) -> [Int] {
    var random = SplitMix64(state: seed)
    return (0..<count).map { _ in Int.random(in: 0..<limit, using: &random) }
  }

  /// Writes the products together and one by one, and expects the same of both.
  func expectNoDifference(_ products: [Product], _ comment: Comment, _ probe: TableProbe? = nil) throws {
    let probe = probe ?? self.probe
    let together = try probe.write(products)
    var text = "", states: [ProductState] = [], findings: [String] = [], losses: [String: Int] = [:]
    for (i, product) in products.enumerated() {
      let alone = try probe.write([product])
      let lines = alone.text.split(separator: "\n", omittingEmptySubsequences: false)
      if i == 0 { text = lines[0] + "\n" }
      text += lines.dropFirst().joined(separator: "\n")
      states += alone.states
      findings += alone.diagnostics.map { "\($0.code.id) \($0.place.field ?? "") \($0.value ?? "") \($0.message.en)" }
      for loss in alone.losses {
        let parts = loss.split(separator: " ")
        losses[parts.dropLast().joined(separator: " "), default: 0] += Int(parts[parts.count - 1]) ?? 0
      }
    }
    #expect(together.text == text, comment)
    #expect(together.states == states, comment)
    #expect(
      together.diagnostics.map { "\($0.code.id) \($0.place.field ?? "") \($0.value ?? "") \($0.message.en)" }
        == findings, comment)
    #expect(together.losses.sorted() == losses.map { "\($0) \($1)" }.sorted(), comment)
  }

  @Test func alternatingShapes() throws {
    let shapes = Self.numbers(5, below: 1 << 16, seed: 1)
    try expectNoDifference((0..<60).map { Self.product(shapes[$0 % 5]) }, "five shapes in turn")
  }

  /// Far more shapes than are kept, each of them met again after its place was taken.
  @Test(arguments: [2, 3]) func moreShapesThanAreKept(seed: UInt64) throws {
    let count = BoundedCache<RowShape>.capacity * 2
    let shapes = Self.numbers(count, below: 1 << 16, seed: seed)
    #expect(Set(shapes).count > BoundedCache<RowShape>.capacity)
    try expectNoDifference((shapes + shapes.reversed()).map(Self.product), "seed \(seed)")
  }

  /// Nodes and attributes are the same, the values by which columns find their nodes are not.
  @Test func valuesOfKeysAreTold() throws {
    func priced(_ market: String, _ type: String, _ currency: String) -> Product {
      var product = Product()
      product[path("item[each].sku")] = "A"
      product.root.children.append(
        ProductNode(
          .price,
          [
            AttributeValue(.market, .none, market), AttributeValue(.item, .none, "each"),
            AttributeValue(.type, .none, type), AttributeValue(.amount, .none, "980"),
            AttributeValue(.currency, .none, currency),
          ]))
      return product
    }
    var products: [Product] = []
    for _ in 0..<3 {
      for market in ["VN", "JP", "US"] {
        for type in ["retail", "lists!"] {
          for currency in ["VND", "JPY", "USD"] { products.append(priced(market, type, currency)) }
        }
      }
    }
    try expectNoDifference(products, "prices")
    let two = try probe.write([priced("VN", "retail", "VND"), priced("JP", "retail", "JPY")])
    let cells = two.text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(cells[1][4] == "980" && cells[1][5] == "" && cells[2][4] == "" && cells[2][5] == "980")
  }

  /// What is lost is told by values that no column looks at: keys in the path of a loss, and what is understood when it is absent.
  @Test func valuesOfLossesAreTold() throws {
    func lossy(_ code: String, _ minimum: String, _ market: String) -> Product {
      var product = Product()
      product[path("item[each].sku")] = "A"
      product[path("nutrition[100 GRM].nutrient[\(code)].amount")] = "1 GRM"
      product.root.children.append(
        ProductNode(
          .price,
          [
            AttributeValue(.market, .none, market), AttributeValue(.item, .none, "each"),
            AttributeValue(.type, .none, "list"), AttributeValue(.amount, .none, "5"),
            AttributeValue(.minQty, .none, minimum),
          ]))
      return product
    }
    var products: [Product] = []
    for i in 0..<60 {
      // Runs of equal ones, then each another, then equal ones again.
      let turn = (20..<40).contains(i) ? i : i / 7
      products.append(
        lossy(["FAT", "SALTEQ", "FIBTG"][turn % 3], turn % 2 == 0 ? "1" : "10", turn % 5 == 0 ? "VN" : "JP"))
    }
    try expectNoDifference(products, "losses")
    let counts = try probe.write(products).losses
    #expect(counts.contains { $0.hasPrefix("nutrition.nutrient[code=FAT].amount not-carried ") }, "\(counts)")
    #expect(counts.contains { $0.hasPrefix("nutrition.nutrient[code=SALTEQ].amount not-carried ") })
    let told = products.count { $0["price.minQty"] != "1" }
    #expect(
      counts.filter { $0.contains("minQty") }.compactMap { Int($0.split(separator: " ").last ?? "") }.reduce(0, +)
        == told)
  }

  // MARK: Reading

  static let head = "sku,name,short,brand,vn,jp,net,unit,weight,vat,life,stars,five,status,made,image 1,image 2"

  /// A row of which the cells of some bits hold something.
  static func row(_ bits: Int) -> String {
    let values: [[String]] = [
      ["A"], ["Mật hoa dừa", " Kẹo "], ["Ngọt", "\u{1}lạ"], ["Ví dụ"], ["98000", "98000 đ", "x\u{1}"], ["980"],
      ["250", "a"],
      ["ml", "kg"], ["300", "1200"], ["8", "KCT", "?"], ["24 tháng", "90 ngày", "lâu"], ["4", "5"], ["12/QĐ"],
      ["ACTIVE"], ["VN", "", "JP"], ["https://x.vn/1.jpg"], ["https://x.vn/2.jpg"],
    ]
    return values.enumerated().map { i, choices in
      bits >> i & 1 == 0 ? (bits % 5 == 0 ? " " : "") : choices[(bits >> 2 ^ bits) % 11 % choices.count]
    }.joined(separator: ",")
  }

  static let readable = TableLayout(
    newline: "lf",
    columns: layout.columns + [
      column("extra", is: "targetCustomers@vi") { $0.defaultValue = "mọi người" }
    ])

  @Test(arguments: [4, 5], [false, true]) func rowsAreReadAsIfAlone(seed: UInt64, keepsResidue: Bool) throws {
    var probe = TableProbe(Self.readable, codes: Self.codes)
    probe.keepsResidue = keepsResidue
    probe.profile.layout = .table(Self.readable)
    let count = BoundedCache<RowTemplate>.capacity * 2
    let rows = Self.numbers(count, below: 1 << 17, seed: seed).map(Self.row)
    let names = Self.head + ",extra,theirs"
    let lines = (rows + rows.reversed()).enumerated().map { $1 + ($0 % 3 == 0 ? ",trẻ em" : ",") + ",\($0 % 4)" }
    let together = try probe.read(([names] + lines).joined(separator: "\n") + "\n")
    var products: [Product] = [], states: [ProductState] = [], findings: [String] = [], columns: [[Int]] = []
    for (i, line) in lines.enumerated() {
      let alone = try probe.read("\(names)\n\(line)\n")
      products += alone.products
      states += alone.rows.map(\.state)
      findings += alone.diagnostics.filter { $0.place.line != 1 }.map { "\(i) \($0.code.id) \($0.place.column ?? 0)" }
      columns += alone.places.map { $0.map { $0.column ?? 0 } }
    }
    #expect(together.products == products)
    #expect(together.rows.map(\.state) == states)
    #expect(states.contains(.good) && states.contains(.faulted))
    #expect(
      together.diagnostics.filter { $0.place.line != 1 }
        .map { "\(($0.place.line ?? 0) - 2) \($0.code.id) \($0.place.column ?? 0)" } == findings)
    #expect(together.places.map { $0.map { $0.column ?? 0 } } == columns)
  }

  /// Lists that are cut by single bytes.
  static let lists: [Rule] = [
    .list(
      ListRule(
        field: FieldRule(place: header("allergens")), parent: [], kind: .allergen,
        set: [SetValue(attribute: .level, source: .constant("CONTAINS"))], only: [], separator: "|",
        pieces: [.value(path("code", in: .allergen), .text)], none: "none")),
    .list(
      ListRule(
        field: FieldRule(place: header("nutrients")), parent: path("nutrition[100 GRM].basis").steps, kind: .nutrient,
        set: [], only: [], separator: "; ",
        pieces: [
          .value(path("code", in: .nutrient), .text), .literal("="), .value(path("amount", in: .nutrient), .measure),
        ], none: nil)),
    .list(
      ListRule(
        field: FieldRule(place: header("parts")), parent: [], kind: .ingredient, set: [], only: [], separator: "/",
        pieces: [
          .value(path("name@vi", in: .ingredient), .text), .literal("="),
          .value(path("name@en", in: .ingredient), .text), .literal("="),
          .value(path("origin", in: .ingredient), .codes(list: "units", isOpen: true)),
        ], none: nil)),
  ]

  /// Cells of lists: usual ones, such as templates are made for, and all that is unusual about others.
  static func lists(_ random: inout SplitMix64) -> String {
    func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }
    func list(_ most: Int, _ separator: String, _ usual: [String], _ odd: [String]) -> String {
      let count = Int.random(in: 0...most, using: &random)
      return (0..<count).map { _ in pick(Int.random(in: 0..<8, using: &random) == 0 ? odd : usual) }
        .joined(separator: separator)
    }
    let allergens = list(3, "|", ["AF", "AM"], ["", " AY ", "none", "AW ", "\u{1}AX"])
    let nutrients = list(
      3, "; ", ["FAT=1 GRM", "SALT=0.5 GRM", "FIBTG=12 GRM"],
      ["FAT", "=1 GRM", "FAT=", "FAT=1.50 GRM", " FAT = 2 GRM ", "FAT=1 XYZ", "FAT=x", "A=B=C", "="])
    let parts = list(
      2, "/", ["dừa=coconut=ml", "muối=salt=kg", "nước=water"], ["đường", "=sugar=ml", "a==kg", "a=b=c=d", " ", "é=e"])
    let long = Int.random(in: 0..<40, using: &random) == 0
    return [long ? Array(repeating: "AF", count: 200).joined(separator: "|") : allergens, nutrients, parts]
      .map { "\"\($0)\"" }.joined(separator: ",")
  }

  /// The same rows by way of the plan that sets values one by one.
  @Test func templatesAndStepsAgree() throws {
    let columns = Self.readable.columns + Self.lists
    let plain = TableProbe(TableLayout(newline: "lf", columns: columns), codes: Self.codes)
    // Several values in one cell make the plan one that cannot be read by templates.
    let values = column("words", is: "keywords@vi") { $0.separator = "; " }
    let stepwise = TableProbe(TableLayout(newline: "lf", columns: columns + [values]), codes: Self.codes)
    func isRegular(_ probe: TableProbe, _ header: String) throws -> Bool {
      let input = InputDocument(bytes: Array((header + "\n").utf8), name: "in.csv")
      return try TableReader(input, probe.context()).plan.isRegular
    }
    let names = Self.head + ",extra,allergens,nutrients,parts"
    #expect(try isRegular(plain, names))
    #expect(try !isRegular(stepwise, names + ",words"))
    #expect(try TableWriter(.memory(), probe.context()).plan.asked != nil)
    var random = SplitMix64(state: 6)
    // Few sets of flat cells, so that templates are met again.
    let flat = Self.numbers(6, below: 1 << 17, seed: 7)
    let rows = (0..<1500).map { i in
      Self.row(flat[i % 6]) + ",\(i % 2 == 0 ? "trẻ em" : "")," + Self.lists(&random)
    }
    let text = ([names] + rows).joined(separator: "\n") + "\n"
    let a = try plain.read(text), b = try stepwise.read(text.replacing(names, with: names + ",words"))
    for (i, (x, y)) in zip(a.products, b.products).enumerated() { #expect(x == y, "\(rows[i])") }
    #expect(a.rows.map(\.state) == b.rows.map(\.state))
    func cells(_ places: [[Place]]) -> [[String]] { places.map { $0.map { "\($0.line ?? 0):\($0.column ?? 0)" } } }
    #expect(cells(a.places) == cells(b.places))
    #expect(
      a.diagnostics.map { "\($0.code.id) \($0.place.line ?? 0) \($0.place.column ?? 0) \($0.message.en)" }
        == b.diagnostics.map { "\($0.code.id) \($0.place.line ?? 0) \($0.place.column ?? 0) \($0.message.en)" })
    #expect(a.rows.count == 1500)
    // Of both ways there are many, and rows of one layout have the same nodes and entries.
    #expect(a.rows.count { $0.layout != 0 } > 500 && a.rows.count { $0.layout == 0 } > 200)
    #expect(b.rows.allSatisfy { $0.layout == 0 })
    var layouts: [UInt64: [String]] = [:]
    for (row, product) in zip(a.rows, a.products) where row.layout != 0 {
      let outline = product.root.outline
      #expect(layouts[row.layout, default: outline] == outline)
      layouts[row.layout] = outline
    }
  }

  /// Lists by the shapes of products are written as element by element.
  @Test(arguments: [8, 9]) func listsAreWrittenAsIfAlone(seed: UInt64) throws {
    let probe = TableProbe(TableLayout(newline: "lf", columns: Self.lists), codes: Self.codes)
    var random = SplitMix64(state: seed)
    var products: [Product] = []
    for i in 0..<150 {
      var product = Product()
      for k in 0..<(i % 3) {
        product.root.children.append(
          ProductNode(
            .allergen,
            [
              AttributeValue(.code, .none, i % 17 == 3 ? "A|F" : ["AF", "AM"][k]),
              AttributeValue(.level, .none, i % 7 == 2 ? "MAY_CONTAIN" : "CONTAINS"),
            ]))
      }
      if i % 4 != 0 {
        product[path("nutrition[100 GRM].basis")] = "100 GRM"
        for k in 1...3 where i % 5 != k {
          product[path("nutrition[100 GRM].nutrient[N\(k)].code")] = "N\(k)"
          if Int.random(in: 0..<9, using: &random) > 0 {
            product[path("nutrition[100 GRM].nutrient[N\(k)].amount")] = "\(i).5 GRM"
          }
          if i % 31 == 5 { product[path("nutrition[100 GRM].nutrient[N\(k)].dailyPercent")] = "3" }
        }
      }
      for k in 1...2 {
        product[path("ingredient[\(k)].name@vi")] = i % 23 == 7 ? "a/b" : "dừa \(i)"
        if (i >> k) & 3 != 0 { product[path("ingredient[\(k)].name@en")] = "coconut" }
        if (i >> k) & 1 == 0 { product[path("ingredient[\(k)].origin")] = "VN" }
      }
      products.append(product)
    }
    try expectNoDifference(products + products.reversed(), "seed \(seed)", probe)
  }
}

extension ProductNode {
  /// The kinds of the node and of those below it with their attributes, without values.
  fileprivate var outline: [String] {
    ["\(kind) \(values.map { "\($0.attribute)@\($0.facet)" })"] + children.flatMap(\.outline)
  }
}
