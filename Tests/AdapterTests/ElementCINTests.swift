import AdapterKit
import Diagnostics
import Documents
import ProductModel
import Profiles
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// GS1 CIN: our own products, and the shared samples where they are at hand.
@Suite struct ElementCINTests {
  private let profile: Profile

  init() throws { profile = try ElementProbe.profile() }

  private func file(_ path: String) throws -> [UInt8]? {
    guard let file = ElementProbe.shared(path) else {
      print("skipped: \(path) is not here")
      return nil
    }
    let document = try InputDocument.open(file)
    return try document.bytes(at: 0, count: Int(document.size))
  }

  /// Parent, child and quantity, by GTIN, of all packs.
  private func edges(_ product: Product) -> [String] {
    let items = product.root.nodes(.item)
    var gtins: [String: String] = [:]
    for item in items { gtins[item[.id] ?? ""] = item[.gtin] }
    return items.flatMap { item in
      item.nodes(.contains).map {
        "\(item[.gtin] ?? "?") > \($0[.gtin] ?? gtins[$0[.item] ?? ""] ?? "?") x \($0[.quantity] ?? "?")"
      }
    }.sorted()
  }

  private func gtins(_ product: Product) -> [String] { product.root.nodes(.item).compactMap { $0[.gtin] }.sorted() }

  // MARK: Samples; what is expected was read from them once by XPath

  @Test func referenceHierarchy() throws {
    guard let bytes = try file("data/retail/examples/reference/reference-cin-3level-vi.xml") else { return }
    let reading = ElementProbe.read(bytes, profile)
    #expect(reading.fault == nil)
    #expect(reading.rows.map(\.state) == [.good])
    #expect(reading.diagnostics.kept.allSatisfy { $0.severity == .note })
    let product = try #require(reading.products.first)
    #expect(gtins(product) == ["08930000000019", "18930000000016", "28930000000013"])
    #expect(edges(product) == ["18930000000016 > 08930000000019 x 12", "28930000000013 > 18930000000016 x 60"])
    let expected = [
      "name@en": "Lang Bien fish sauce 40N 500 ml", "brand": "Làng Biển", "brand@en": "Lang Bien",
      "item[18930000000016].name@vi": "Thùng 12 chai nước mắm Làng Biển 500 ml", "item[each].netContent": "500 MLT",
      "item[18930000000016].netContent": "6000 MLT", "item[18930000000016].itemsPerLayer": "12",
      "item[28930000000013].platformType": "12", "item[28930000000013].leadTime": "5 DAY",
      "price[market=VN,item=each,type=catalogue].amount": "98000",
      "price[market=VN,item=each,type=catalogue].to": "2026-12-31",
      "price[market=VN,item=18930000000016,type=list].amount": "1437500", "allergen[AC].level": "MAY_CONTAIN",
      "nutrition[100 MLT].nutrient[FAT].precision": "LESS_THAN", "nutrition[100 MLT].nutrient[NA].dailyPercent": "383",
      "ingredient[2].share": "30", "shelfLife.fromProduction": "730 DAY", "shelfLife.kind": "PRODUCTION_DATE",
      "storage.temperatureMax": "35 CEL", "originCountry": "VN", "originProvince": "gso-2024:49",
      "certificate[OCOP].number": "123/QĐ-UBND", "certificate[OCOP].expires": "2028-06-30",
      "media[1].isPrimary": "true",
      "category[hs].code": "21039012", "tax[market=VN,type=VAT].rate": "8", "party[contact].phone": "+84000000000",
      "party[manufacturer].gln": "8930000009999", "market[VN].country": "VN",
      "effectiveFrom": "2026-07-01T00:00:00+07:00",
    ]
    for (path, value) in expected { #expect(product[path] == value, "\(path)") }
    #expect(product.root.nodes(.nutrition)[0].nodes(.nutrient)[0].all(.amount) == ["268 KJO", "64 E14"])
  }

  @Test func referenceComesBackEqual() throws {
    guard let bytes = try file("data/retail/examples/reference/reference-cin-3level-vi.xml") else { return }
    let first = ElementProbe.read(bytes, profile).products
    let writing = try ElementProbe.write(first, profile)
    #expect(writing.states == [.good])
    #expect(writing.losses.isEmpty, "\(writing.losses)")
    let second = ElementProbe.read(writing.text, profile)
    #expect(second.products.count == 1 && same(second.products[0], first[0]))
    try expectValid(writing.text)
  }

  @Test(
    arguments: [
      ("21-items-long-ingredients.xml", 1, 21, ["10036016500279"], [], "true"),
      (
        "case-2-children-ADD.xml", 1, 1, ["00018627703389", "10036016500279"],
        ["10036016500279 > ? x 22", "10036016500279 > 00018627703389 x 14", "10036016500279 > ? x 8"], "false"
      ),
      ("evebury-soup.xml", 1, 1, ["00074562000525"], [], "true"),
      ("gs1-sample-soup.xml", 1, 1, ["00074562000525"], [], "true"),
      ("minimal-case.xml", 1, 1, ["00018627703396"], [], "false"),
    ] as [(String, Int, Int, [String], [String], String)])
  func samples(_ sample: (name: String, products: Int, records: Int, gtins: [String], edges: [String], base: String))
    throws
  {
    guard let bytes = try file("data/retail/examples/gs1-cin/\(sample.name)") else { return }
    let reading = ElementProbe.read(bytes, profile)
    #expect(reading.fault == nil)
    #expect(reading.rows.count == sample.products)
    #expect(reading.rows.map(\.records).reduce(0, +) == sample.records)
    let product = try #require(reading.products.first)
    #expect(gtins(product) == sample.gtins)
    #expect(edges(product) == sample.edges.sorted())
    #expect(product.root.nodes(.item)[0][.isBaseUnit] == sample.base)
    // The one with children has a GTIN with a wrong check digit, which has no place in the tree but is told; GS1's own a GLN.
    #expect(
      reading.codes.contains("gtin-check-digit")
        == (sample.name == "case-2-children-ADD.xml"))
    #expect(reading.codes.contains("gln-check-digit") == (sample.name == "gs1-sample-soup.xml"))
  }

  @Test func invalidFilesHavePreciseFaults() throws {
    guard let broken = try file("data/retail/examples/gs1-invalid/not-well-formed.xml"),
      let wrong = try file("data/retail/examples/gs1-invalid/wrong-namespace-everywhere.xml"),
      let unknown = try file("data/retail/examples/gs1-invalid/unknown-element.xml")
    else { return }
    let malformed = ElementProbe.read(broken, profile)
    #expect(malformed.fault?.kind == .malformed && malformed.fault?.diagnostic.code == .xmlMalformed)
    #expect(malformed.fault?.diagnostic.place.line != nil)
    let namespace = ElementProbe.read(wrong, profile)
    #expect(namespace.fault?.diagnostic.code == .elementNoRecord)
    #expect(namespace.fault?.diagnostic.message.en.contains("namespace") == true)
    #expect(namespace.fault?.diagnostic.place.line != nil)
    let lax = ElementProbe.read(unknown, profile)
    #expect(lax.fault == nil && lax.codes.contains("element-unmapped"))
  }

  // MARK: Our own products

  @Test func packsPricesAndTextsComeBack() throws {
    let products = (1...300).map { ElementProbe.syrup($0) }
    let writing = try ElementProbe.write(products, profile)
    #expect(writing.states.allSatisfy { $0 == .good })
    #expect(writing.losses.isEmpty, "\(writing.losses)")
    let reading = ElementProbe.read(writing.text, profile)
    #expect(reading.codes == [])
    #expect(reading.products.count == 300)
    for (a, b) in zip(products, reading.products) { #expect(same(a, b)) }
    try expectValid(try ElementProbe.write(Array(products.prefix(3)), profile).text)
  }

  @Test func severalTopItemsAreSeveralRecordsOfOneProduct() throws {
    var product = ElementProbe.syrup()
    product["item[case-24].gtin"] = ElementProbe.gtin("2893000000001")
    product["item[case-24].level"] = "CASE"
    product["item[case-24].isBaseUnit"] = "false"
    product["item[case-24].contains[each].quantity"] = "24"
    product["ingredient[1].name@vi"] = "mật hoa dừa"
    product["media[1].url"] = "https://example.vn/1.jpg"
    product["media[1].type"] = "PRODUCT_IMAGE"
    let writing = try ElementProbe.write([ElementProbe.syrup(7), product, ElementProbe.syrup(8)], profile)
    #expect(writing.text.components("<cin:catalogueItemNotification>") == 4)
    let reading = ElementProbe.read(writing.text, profile)
    #expect(reading.rows.map(\.records) == [1, 2, 1])
    #expect(reading.codes == [])
    #expect(reading.products.count == 3 && same(reading.products[1], product), "\(reading.products)")
    try expectValid(writing.text)
    // The two records contradict each other.
    let torn = writing.text.reversedReplacingFirst("250</netContent>", with: "251</netContent>", from: product)
    let conflict = ElementProbe.read(torn, profile)
    #expect(conflict.rows.map(\.records) == [1, 2, 1])
    #expect(conflict.products[1]["item[each].netContent"] == "250 MLT")
  }

  @Test func oneWrongCheckDigitQuarantinesOneRecord() throws {
    let products = (1...5).map { ElementProbe.syrup($0) }
    let text = try ElementProbe.write(products, profile).text
    let right = products[2]["item[each].gtin"] ?? ""
    let wrong = String(right.dropLast()) + (right.last == "9" ? "0" : "9")
    let reading = ElementProbe.read(text.replacing(right, with: wrong), profile)
    #expect(reading.rows.map(\.state) == [.good, .good, .faulted, .good, .good])
    let output = OutputDocument.memory()
    try #require(reading.reader).writeRecords(reading.rows.filter { $0.state == .faulted }, to: output)
    let mended = String(decoding: output.contents, as: UTF8.self).replacing(wrong, with: right)
    let again = ElementProbe.read(mended, profile)
    #expect(again.products.count == 1 && same(again.products[0], products[2]))
    let finding = try #require(reading.all(.gtinCheckDigit).first)
    #expect(
      finding.place.element?.hasSuffix(
        "/catalogueItem/tradeItem/nextLowerLevelTradeItemInformation/childTradeItem/gtin") == true)
  }

  @Test func idsThatNothingElseTellsTravelAlong() throws {
    let text = try ElementProbe.write([ElementProbe.syrup()], profile).text
    #expect(text.contains("Code=\"FOR_INTERNAL_USE_1\">case-12</additionalTradeItemIdentification>"))
    #expect(!text.contains("Code=\"FOR_INTERNAL_USE_1\">each<"))
    var plain = ElementProbe.syrup()
    plain["item[each].level"] = nil
    plain["item[each].isBaseUnit"] = nil
    let writing = try ElementProbe.write([plain], profile)
    #expect(writing.text.contains("<tradeItemUnitDescriptorCode>BASE_UNIT_OR_EACH</tradeItemUnitDescriptorCode>"))
    #expect(ElementProbe.read(writing.text, profile).products.first?["name@en"] == "Coconut nectar 1")
  }

  @Test func lexicalFormsOfXMLSchema() throws {
    let text = try ElementProbe.write([ElementProbe.syrup()], profile).text
      .replacing("98000", with: " 9.8E4 ").replacing(">true<", with: "> 1 <").replacing(">false<", with: ">0<")
      .replacing("2026-06-15T08:00:00+07:00", with: "2026-06-15T08:00:00").replacing(">704<", with: ">\n704\t<")
    let reading = ElementProbe.read(text, profile)
    #expect(reading.rows.map(\.state) == [.good])
    #expect(Set(reading.codes) == ["time-offset"])
    #expect(reading.products.count == 1 && same(reading.products[0], ElementProbe.syrup()))
  }

  @Test func whatThePartnerNeedsIsAskedFor() throws {
    var nameless = ElementProbe.syrup(2)
    nameless["name@vi"] = nil
    nameless["name@en"] = nil
    var long = ElementProbe.syrup(3)
    long["shortName@vi"] = String(repeating: "ậ", count: 41)
    var family = ElementProbe.syrup(4)
    family["type"] = "family"
    var bare = Product()
    bare["name@vi"] = "Không có đơn vị"
    bare["category[gpc].code"] = "10000044"
    let writing = try ElementProbe.write(
      [ElementProbe.syrup(), nameless, long, family, bare, ElementProbe.syrup(5)], profile)
    #expect(writing.states == [.good, .faulted, .faulted, .notApplicable, .faulted, .good])
    #expect(writing.codes == ["required-missing", "text-too-long", "element-no-item"])
    #expect(writing.diagnostics.kept[0].attribute == "name")
    let reading = ElementProbe.read(writing.text, profile)
    #expect(reading.products.count == 2 && same(reading.products[1], ElementProbe.syrup(5)))
    try expectValid(writing.text)
  }

  @Test func packsThatHoldEachOtherAreRefused() throws {
    var circle = ElementProbe.syrup()
    circle["item[each].contains[case-12].quantity"] = "1"
    let writing = try ElementProbe.write([circle], profile)
    #expect(writing.states == [.faulted])
    #expect(writing.codes == ["element-cycle"])
  }

  @Test func whatHasNoPlaceIsALoss() throws {
    var product = ElementProbe.syrup()
    product["ocop.stars"] = "4"
    product["price[market=JP,item=each,type=export].amount"] = "5"
    product["storage.zone"] = "COOL"
    let writing = try ElementProbe.write([product], profile)
    #expect(writing.states == [.good])
    let patterns = Set(writing.losses.map(\.pattern))
    #expect(patterns.contains("ocop.stars"))
    #expect(patterns.contains { $0.contains("price") && $0.hasSuffix("amount") }, "\(patterns)")
    #expect(!patterns.contains("market[country=VN].country"))
  }

  @Test func seedsAreValidNotifications() throws {
    let seeds = try seedProducts()
    #expect(seeds.count > 10)
    let writing = try ElementProbe.write(seeds, profile)
    // Those left out lack a GTIN or a GPC brick, which the standard demands.
    #expect(
      Set(writing.codes).isSubset(of: ["required-missing", "element-no-item", "text-too-long"]), "\(Set(writing.codes))"
    )
    #expect(writing.states.filter { $0 == .good }.count > 5, "\(writing.diagnostics.kept)")
    try expectValid(writing.text)
    let reading = ElementProbe.read(writing.text, profile)
    #expect(reading.rows.allSatisfy { $0.state == .good })
    #expect(reading.products.count == writing.states.filter { $0 == .good }.count)
    // A second pass changes nothing any more.
    let second = try ElementProbe.write(reading.products, profile)
    #expect(
      ElementProbe.read(second.text, profile).products.map { $0.canonicalised() }
        == reading.products.map { $0.canonicalised() })
  }

  /// A mixed case is a trade item that is no base unit: it carries the product's texts and holds the others by GTIN.
  @Test func assortmentsComeBack() throws {
    var boxes = (Seeds.six + Seeds.products).filter { $0["type"] == "assortment" }
    #expect(boxes.count == 2)
    for i in boxes.indices { boxes[i]["category[gpc].code"] = "10000590" }
    let writing = try ElementProbe.write(boxes, profile)
    #expect(writing.states == [.good, .good], "\(writing.diagnostics.kept)")
    #expect(!writing.losses.contains { $0.pattern == "type" })
    try expectValid(writing.text)
    #expect(writing.text.contains("Hộp quà Tết ba vị</tradeItemDescription>"))
    #expect(writing.text.contains("<quantityOfChildren>3</quantityOfChildren>"))
    #expect(!writing.text.contains("BASE_UNIT_OR_EACH"))
    let reading = ElementProbe.read(writing.text, profile)
    #expect(reading.codes == [])
    #expect(reading.products.count == 2)
    let lost = writing.losses.map(\.pattern)
    for (before, after) in zip(boxes, reading.products) {
      #expect(after["type"] == "assortment")
      #expect(edges(after) == edges(before))
      // What differs was reported: nothing came from nowhere but the supplier and the day, which CIN must state.
      for difference in after.differences(from: before) where !difference.old.isEmpty {
        let path = LossReport.pattern(difference.path)
        #expect(lost.contains { $0.hasPrefix(path) || path.hasPrefix($0) }, "\(difference)")
      }
    }
    #expect(reading.products[0]["item[each].contains[gtin=08938501003034].quantity"] == "2")
    #expect(reading.products[0]["item[case-6].contains[each].quantity"] == "6")
    #expect(reading.products[1]["shortName@en"] == boxes[1]["shortName@en"])
  }

  /// Others give their mixed cases no id of ours: what it holds tells what it is.
  @Test func mixedCasesOfOthersAreRecognised() throws {
    var box = try #require(Seeds.six.first { $0["type"] == "assortment" })
    box["category[gpc].code"] = "10000590"
    box.root.children.removeAll { $0.kind == .item && $0[.id] == "case-6" }
    let own = try ElementProbe.write([box], profile).text
    let foreign = own.replacing(
      "<additionalTradeItemIdentification additionalTradeItemIdentificationTypeCode=\"FOR_INTERNAL_USE_1\">each</additionalTradeItemIdentification>",
      with: "")
    #expect(foreign != own)
    let product = try #require(ElementProbe.read(foreign, profile).products.first)
    #expect(product["type"] == "assortment")
    #expect(product["name@vi"] == "Hộp quà Tết ba vị" && product["item[each].name@vi"] == nil)
    #expect(edges(product) == edges(box))
    #expect(product["price[market=VN,item=each,type=retail].amount"] == "385000")
    // A case of one other product is a pack of it, no assortment.
    var pack = Product()
    pack["item[case].gtin"] = "18938501002027"
    pack["item[case].isBaseUnit"] = "false"
    pack["item[case].contains[gtin=08938501001016].quantity"] = "12"
    pack["category[gpc].code"] = "10000590"
    let back = try #require(ElementProbe.read(ElementProbe.write([pack], profile).text, profile).products.first)
    #expect(back["type"] == nil)
    #expect(back["item[case].contains[gtin=08938501001016].quantity"] == "12")
  }

  /// One GTIN in two target markets is one product with the prices of both; what they tell differently is reported.
  @Test func targetMarketsAreParts() throws {
    let text = try ElementProbe.write([ElementProbe.syrup()], profile).text
    let open = "<cin:catalogueItemNotification>", close = "</cin:catalogueItemNotification>"
    let parts = text.split(separator: open).map(String.init)
    let rest = parts[1].split(separator: close).map(String.init)
    let record = open + rest[0] + close, tail = rest[1]
    let abroad = record.replacing(">704<", with: ">392<").replacing("98000", with: "700")
      .replacing("currencyCode=\"VND\"", with: "currencyCode=\"JPY\"").replacing(
        "250</netContent>", with: "240</netContent>")
    for records in [[record, abroad], [abroad, record]] {
      let reading = ElementProbe.read(parts[0] + records.joined() + tail, profile)
      #expect(reading.rows.map(\.records) == [2])
      let product = try #require(reading.products.first)
      #expect(product["market[VN].country"] == "VN" && product["market[JP].country"] == "JP")
      #expect(product["price[market=VN,item=each,type=catalogue].amount"] == "98000")
      #expect(product["price[market=JP,item=each,type=catalogue].amount"] == "700")
      #expect(product["price[market=JP,item=each,type=catalogue].currency"] == "JPY")
      // The profile's own market goes first, wherever it stands.
      #expect(product["item[each].netContent"] == "250 MLT")
      let finding = try #require(reading.all(.elementConflict).first)
      #expect(reading.codes == ["element-conflict"])
      #expect(finding.attribute == "item[each].netContent" && finding.value == "240 MLT")
      #expect(finding.message.en.contains("for the markets VN and JP"))
      // Written again for one market, what the other had is told as lost.
      let again = try ElementProbe.write([product], profile)
      let lost = again.losses.map(\.pattern)
      #expect(lost.contains("market[country=JP].country") && lost.contains("price[market=JP].amount"), "\(lost)")
    }
  }

  /// ISO 3166-2 has one code for a province before and after July 2025: it reads as the new one, which is told.
  @Test func provincesOfTheOldSchemeAreALoss() throws {
    let provinces = ["gso-2025:04": "gso-2025:04", "gso-2024:04": "gso-2025:04", "gso-2024:84": "gso-2024:84"]
    for (before, after) in provinces {
      var product = ElementProbe.syrup()
      product["originProvince"] = before
      product["originCountry"] = "VN"
      let writing = try ElementProbe.write([product], profile)
      #expect(writing.losses.map(\.pattern) == (before == after ? [] : ["originProvince"]), "\(before)")
      #expect(ElementProbe.read(writing.text, profile).products.first?["originProvince"] == after)
    }
  }

  @Test func saigonCoopSaysWhatItIs() throws {
    let coop = try ElementProbe.profile("saigon-coop")
    #expect(coop.standing.state == .unconfirmed)
    #expect(coop.parent == "gs1-cin")
    var english = ElementProbe.syrup()
    english["name@vi"] = nil
    let writing = try ElementProbe.write([ElementProbe.syrup(), english], coop)
    #expect(writing.states == [.good, .faulted])
    try expectValid(writing.text)
  }

  // MARK: Help

  private func seedProducts() throws -> [Product] {
    let document = try InputDocument.open(ElementProbe.root + "/seeds/products.jsonl")
    let bytes = try document.bytes(at: 0, count: Int(document.size))
    var products: [Product] = []
    for line in bytes.split(separator: 0x0A) {
      var batch = ProductBatch()
      var reader = CanonicalJSONReader()
      let at = Array(line).withUnsafeBufferPointer { batch.append($0.baseAddress!, count: $0.count) }
      if reader.read(line: at..<at + line.count, in: &batch, recordOffset: 0) { products += batch.products() }
    }
    return products
  }

  /// Validates against both sets of schemas, when they and xmllint are here.
  private func expectValid(_ text: String) throws {
    guard let schema = ElementProbe.shared("data/retail/xsd/gs1-gdsn-3.1.35/CIN-all-modules-driver.xsd"),
      let typed = ElementProbe.shared("data/retail/xsd/gs1-gdsn-3.1.33-typed/CIN-all-modules-driver.xsd"),
      system("command -v xmllint >/dev/null") == 0
    else { return print("skipped: no schemas or no xmllint") }
    let file = "/tmp/ocop-element-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).xml"
    let output = try OutputDocument.create(file)
    try output.write(Array(text.utf8))
    try output.commit()
    defer { unlink(file) }
    for schema in [schema, typed] {
      #expect(
        system("xmllint --noout --schema '\(schema)' '\(file)' 2>/tmp/ocop-lint-\(getpid())") == 0, "\(text.prefix(20))"
      )
    }
  }
}

extension String {
  /// How often a text occurs.
  fileprivate func components(_ text: String) -> Int {
    split(separator: text, omittingEmptySubsequences: false).count - 1
  }

  /// Changes one occurrence in the last record of a product.
  fileprivate func reversedReplacingFirst(_ text: String, with other: String, from product: Product) -> String {
    var parts = split(separator: "<cin:catalogueItemNotification>", omittingEmptySubsequences: false).map(String.init)
    parts[3] = parts[3].replacing(text, with: other)
    return parts.joined(separator: "<cin:catalogueItemNotification>")
  }
}
