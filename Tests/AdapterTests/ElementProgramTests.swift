import AdapterTesting
import Diagnostics
import ProductModel
import Profiles
import Testing

/// A product is written by going to those steps only that have something to do, and by copying the tags between two texts in
/// one piece. Going through all steps, one after the other, must give the same: document, findings, places, losses.
@Suite struct ElementProgramTests {
  /// Constants before, between and behind values, alone and in containers; texts that are cut, refused or missed; loops with
  /// constants in them; an element with attributes; more optional values in one element than tags between two are remembered.
  static let layout =
    """
    profile: program
    title: program
    version: "1"
    adapter: supplier-xml
    standing: {state: unconfirmed, date: "2026-11-22", source: test}
    market: VN
    language: vi
    codes:
      allergen: {AM: sữa, AF: "cá & <tôm>"}
    xml:
      prologue: <list>
      epilogue: </list>
      record: product
      rules:
        - {at: head/kind, const: K}
        - {at: head/name, is: name, facet: {language: "@lang"}, max: 12, truncate: true}
        - {at: head/mark, const: M}
        - {at: gtin, is: "item[each].gtin", as: gtin, required: true}
        - {at: box/open, const: O}
        - {at: box/inner/first, const: F}
        - {at: box/inner/list, list: claim, by: ";", pattern: "{code}"}
        - {at: box/inner/second, const: F2}
        - {at: box/inner/description, is: description@vi, max: 40}
        - {at: box/inner/last, const: L}
        - {at: box/outer/only, const: never}
        - {at: box/shut, const: S}
        - {at: brand, is: brand, recommended: true}
        - when: {path: brand, in: [""]}
          rules:
            - {at: unbranded/reason, const: none, always: true}
            - {at: unbranded/note, const: "&"}
        - {at: size, is: "item[each].netContent", unit: "@unit"}
        - {at: price, is: "price[market=VN,item=each,type=retail].amount"}
        - {at: price/@cur, is: "price[market=VN,item=each,type=retail].currency"}
        - {at: lists/intro, const: I}
        - each: allergen
          at: lists/allergens/allergen
          rules:
            - {at: kind, const: a}
            - {at: code, is: code, as: codes(allergen)}
            - {at: tail, const: z}
        - each: ingredient
          at: lists/ingredients/ingredient
          rules:
            - {at: "@share", is: share}
            - {at: name, is: name, facet: {language: "@lang"}}
            - {at: where/kind, const: origin}
            - {at: where/country, is: origin}
            - each: ingredient
              at: parts/ingredient
              rules:
                - {at: where/kind, const: origin}
                - {at: where/country, is: origin}
        - {at: lists/close, const: C}
        - {at: supplier/name, is: "party[supplier].name"}
        - {at: supplier/gln, is: "party[supplier].gln"}
        - {at: supplier/all, derive: "{party[supplier].name} {party[supplier].gln}"}
        - {at: materials/material/code, is: "item[each].packagingMaterial"}
    \(options.map { "    - {at: options/\($0), is: \"item[each].\($0)\"}" }.joined(separator: "\n"))
    """

  static let options = [
    "sku", "buyerSku", "isBaseUnit", "isConsumerUnit", "isDespatchUnit", "isInvoiceUnit", "isOrderable", "level",
    "depth",
    "height", "width", "drainedWeight", "grossWeight", "netWeight", "layersPerPallet", "itemsPerPallet",
    "itemsPerLayer",
    "availableTo", "saleUnit", "maximumOrder", "minimumOrder", "orderMultiple", "availableFrom", "leadTime",
    "packagingType", "platformType", "isVariableMeasure",
  ]

  /// Random products, most of them with what a notification cannot do without; each is followed by what is left of it when
  /// values and nodes are taken away, so that one that has all comes before and behind one that has little.
  static func products(_ seed: UInt64, _ count: Int) -> [Product] {
    var random = RandomProducts(seed: seed)
    var dice = SplitMix64(state: seed)
    var all: [Product] = []
    for number in 0..<count {
      var product = random.next()
      if number % 5 > 0 {
        if product.root[.type] == "family" { product.root[.type] = nil }
        product["category[gpc].code"] = "10000044"
        product["name@vi"] = product["name@vi"] ?? "Mật hoa & <dừa>"
        product["item[each].gtin"] = product["item[each].gtin"] ?? "08930000000019"
      }
      all.append(product)
      var thin = product
      let odds = 1 + number % 4
      thin.root.values.removeAll {
        ![.type, .name].contains($0.attribute) && Int.random(in: 0...odds, using: &dice) == 0
      }
      for k in thin.root.children.indices {
        let keys = [.id] + thin.root.children[k].kind.declaration.key
        thin.root.children[k].values.removeAll {
          !keys.contains($0.attribute) && Int.random(in: 0...odds, using: &dice) == 0
        }
      }
      thin.root.children.removeAll {
        ![.item, .category].contains($0.kind) && Int.random(in: 0...odds, using: &dice) == 0
      }
      all.append(thin)
    }
    return all
  }

  @Test(arguments: ["gs1-cin", "saigon-coop"], [1, 2, 3] as [UInt64]) func notifications(_ name: String, _ seed: UInt64)
    throws
  {
    let writing = try ElementProbe.expectSame(Self.products(seed, 150), try ElementProbe.profile(name))
    // Good, faulted and passed over, each of them more than once.
    for state in [ProductState.good, .faulted, .notApplicable] where name == "gs1-cin" || state != .notApplicable {
      #expect(writing.states.count { $0 == state } > 1, "\(state)")
    }
    #expect(!writing.losses.isEmpty && !writing.codes.isEmpty)
  }

  @Test func seedsAsNotifications() throws {
    let profile = try ElementProbe.profile()
    _ = try ElementProbe.expectSame(Seeds.products + Seeds.six + Seeds.products.reversed(), profile)
  }

  @Test(arguments: [4, 5, 6] as [UInt64]) func everyKindOfStep(_ seed: UInt64) throws {
    let profile = try ElementProbe.profile(yaml: Self.layout)
    var products = Self.products(seed, 250)
    // One after the other and in turns: texts that are too long, codes that are not in the list.
    for i in stride(from: 3, to: products.count, by: 7) {
      products[i]["description@vi"] = String(repeating: "dài ", count: 12)
    }
    for i in products.indices where i % 3 == 0 {
      products[i].root.children.removeAll { $0.kind == .allergen && $0[.code] != "AM" && $0[.code] != "AF" }
    }
    let writing = try ElementProbe.expectSame(products, profile)
    #expect(writing.states.contains(.good) && writing.states.contains(.faulted))
    #expect(writing.losses.contains { $0.reason == .truncated })
    #expect(writing.text.contains("<head><kind>K</kind>") && writing.text.contains("<mark>M</mark></head>"))
    #expect(!writing.text.contains("never"))
  }

  /// Pictures with each of 64 sets of values, which are more shapes than are remembered, forwards and backwards; and with values that
  /// no shape expects: empty ones, codes that are not in the list, texts that are too long.
  @Test func moreShapesThanAreRemembered() throws {
    let profile = try ElementProbe.profile()
    let values: [(String, String, odd: String)] = [
      ("type", "PRODUCT_IMAGE", "VIDEO?"), ("mime", "image/jpeg", String(repeating: "m", count: 40)),
      ("fileName", "a & <b>.jpg", ""), ("url", "https://cdn.example.vn/a.jpg", ""), ("isPrimary", "true", "false"),
      ("title@vi", "Mặt trước", ""),
    ]
    var products: [Product] = []
    for number in 0..<192 {
      var product = ElementProbe.syrup(number + 1)
      for media in 1...3 {
        let isOdd = number % 5 == 3 && media == 2
        for (bit, value) in values.enumerated() where (number + 7 * media) & 1 << bit != 0 {
          product["media[\(media)].\(value.0)"] = isOdd ? value.odd : value.1
        }
      }
      product["allergen[\(number % 2 == 0 ? "AM" : "AF")].level"] = number % 11 == 5 ? nil : "CONTAINS"
      products.append(product)
    }
    let forwards = try ElementProbe.expectSame(products, profile),
      backwards = try ElementProbe.expectSame(products.reversed(), profile)
    #expect(forwards.states.count { $0 == .good } > 100)
    let records = forwards.text.split(separator: "\n").filter { $0.hasPrefix("<cin:catalogueItemNotification>") }
    let turned = backwards.text.split(separator: "\n").filter { $0.hasPrefix("<cin:catalogueItemNotification>") }
    #expect(records == turned.reversed())
  }

  /// Every step is followed by each of the others somewhere: more followers than are remembered.
  @Test func moreFollowersThanAreRemembered() throws {
    let profile = try ElementProbe.profile(yaml: Self.layout)
    var products: [Product] = []
    for (i, first) in Self.options.enumerated() {
      for second in Self.options.dropFirst(i) {
        var product = Product()
        product["item[each].gtin"] = "08930000000019"
        for path in [first, second] { product["item[each].\(path)"] = "1" }
        products.append(product)
      }
    }
    for text in [
      try ElementProbe.expectSame(products, profile).text,
      try ElementProbe.expectSame(products.reversed(), profile).text,
    ] {
      for product in products.prefix(200) {
        let values = Self.options.filter { product["item[each].\($0)"] != nil }
        let tags = values.map { "<\($0)>1</\($0)>" }.joined()
        #expect(text.contains("<options>\(tags)</options>"))
      }
    }
  }
}
