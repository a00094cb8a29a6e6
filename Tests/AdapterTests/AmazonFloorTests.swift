import AdapterTesting
import Diagnostics
import Documents
import ProductModel
import Profiles
import Testing

@testable import AdapterKit

#if canImport(Glibc)
  import Glibc
#endif

/// What a food listing needs, row by row: each value stands in its column and is read back from it.
@Suite("Amazon: every row of the food table")
struct AmazonFloorTests {
  /// A row of the table from canonical values to listing files.
  struct Row {
    var name: String
    /// Column → text, of the product below.
    var cells: [String: String]
    /// Paths that must be read back as they were.
    var paths: [String]
    /// Why a listing file does not carry it.
    var reason: String?

    init(_ name: String, _ cells: [String: String] = [:], _ paths: [String] = [], not reason: String? = nil) {
      (self.name, self.cells, self.paths, self.reason) = (name, cells, paths, reason)
    }
  }

  static let m = "[marketplace_id=ATVPDKIKX0DER]"
  static let l = m + "[language_tag=en_US]"

  static let values: KeyValuePairs<String, String> = [
    "category[amazon-us].code": "GROCERY", "category[amazon-us-item-type].code": "candy",
    "category[amazon-us-browse-node].code": "16322721", "title@en/amazon-us": "Pandan Candy", "brand": "VÍ DỤ",
    "description@en": "Soft candy.", "keywords@en": "pandan", "ingredientStatement@en": "coconut, sugar",
    "originCountry": "VN", "isDangerous": "false", "item[each].gtin": "08939999002028", "item[each].sku": "KD-LD",
    "item[each].netContent": "200 GRM", "item[each].netWeight": "200 GRM", "item[each].grossWeight": "260 GRM",
    "item[each].depth": "180 MMT", "item[each].width": "120 MMT", "item[each].height": "40 MMT",
    "item[each].stock": "300", "item[each].leadTime": "3 DAY", "shelfLife.fromProduction": "365 DAY",
    "storage.zone": "AMBIENT", "price[market=US,item=each,type=retail].amount": "9.99",
    "price[market=US,item=each,type=retail].currency": "USD", "price[market=US,item=each,type=list].amount": "12",
    "price[market=US,item=each,type=list].currency": "USD",
    "price[market=US,item=each,type=sale,from=2026-12-01].amount": "8.5",
    "price[market=US,item=each,type=sale,from=2026-12-01].currency": "USD",
    "price[market=US,item=each,type=sale,from=2026-12-01].to": "2026-12-24",
    "party[manufacturer].name@en": "Example Co", "allergen[AM].level": "CONTAINS", "allergen[AP].level": "MAY_CONTAIN",
    "certificate[KOSHER].number": "K-1", "family.id": "KD", "family.theme": "flavor",
    "family.axis[flavor].value@en": "Pandan", "media[1].url": "https://example.vn/1.jpg",
    "media[2].url": "https://example.vn/2.jpg", "bullet[1].text@en": "FRESH",
    "bullet[2].text@en": "OCOP 4-star certified (Vietnam)",
  ]

  static let rows: [Row] = [
    Row("sku", ["contribution_sku#1.value": "KD-LD"], ["item[each].sku"]),
    Row("product category", ["product_type#1.value": "GROCERY"], ["category[amazon-us].code"]),
    Row("browse keyword", ["item_type_keyword\(m)#1.value": "candy"], ["category[amazon-us-item-type].code"]),
    Row(
      "browse node", ["recommended_browse_nodes\(m)#1.value": "16322721"], ["category[amazon-us-browse-node].code"]),
    Row("operation", ["::record_action": "Edit (Partial Update)"]),
    Row(
      "gtin", ["amzn1.volt.ca.product_id_value": "8939999002028", "amzn1.volt.ca.product_id_type": "EAN"],
      ["item[each].gtin"]),
    Row("gtin exemption", ["supplier_declared_has_product_identifier_exemption\(m)#1.value": ""]),
    Row("existing ASIN", not: "the model identifies by GTIN; an offer on a known listing is another template"),
    Row("name per language", ["item_name\(l)#1.value": "Pandan Candy"], ["title@en/amazon-us"]),
    Row("short highlight", not: "no public template has shown the attribute"),
    Row("brand", ["brand\(l)#1.value": "VÍ DỤ"], []),
    Row("manufacturer", ["manufacturer\(l)#1.value": "Example Co"], ["party[manufacturer].name@en"]),
    Row("model/part number", ["part_number\(m)#1.value": "KD-LD"]),
    Row(
      "bullets", ["bullet_point\(l)#1.value": "FRESH", "bullet_point\(l)#3.value": ""], ["bullet[1].text@en"]),
    Row("description", ["product_description\(l)#1.value": "Soft candy."], []),
    Row("search keywords", ["generic_keyword\(l)#1.value": "pandan"], []),
    Row("ingredients", ["ingredients\(l)#1.value": "coconut, sugar"], ["ingredientStatement@en"]),
    Row("allergens (contains)", ["allergen_information\(m)#1.value": "milk"], ["allergen[AM].level"]),
    Row("allergens (may contain)", ["allergen_information\(m)#6.value": "peanuts_may_contain"], ["allergen[AP].level"]),
    Row(
      "net content",
      ["unit_count\(m)#1.value": "200", "unit_count\(m)#1.type[language_tag=en_US].value": "Gram"],
      ["item[each].netContent"]),
    Row("pack count", ["number_of_items\(m)#1.value": "1"]),
    Row(
      "net weight", ["item_weight\(m)#1.value": "200", "item_weight\(m)#1.unit": "Grams"], ["item[each].netWeight"]),
    Row(
      "package size",
      [
        "item_package_dimensions\(m)#1.length.value": "180", "item_package_dimensions\(m)#1.length.unit": "Millimeters",
        "item_package_dimensions\(m)#1.width.value": "120", "item_package_dimensions\(m)#1.height.value": "40",
      ], ["item[each].depth", "item[each].width", "item[each].height"]),
    Row(
      "package weight", ["item_package_weight\(m)#1.value": "260", "item_package_weight\(m)#1.unit": "Grams"],
      ["item[each].grossWeight"]),
    Row(
      "shelf life",
      [
        "fc_shelf_life\(m)#1.value": "365", "fc_shelf_life\(m)#1.unit": "Days",
        "is_expiration_dated_product\(m)#1.value": "Yes", "product_expiration_type\(m)#1.value": "Shelf Life",
      ], ["shelfLife.fromProduction"]),
    Row("storage temperature", ["temperature_rating\(m)#1.value": "ambient: room temperature"], ["storage.zone"]),
    Row("liquid", not: "an attribute of the type FOOD; this profile is for GROCERY"),
    Row("country of origin", ["country_of_origin\(m)#1.value": "Vietnam"], ["originCountry"]),
    Row("dangerous goods", ["supplier_declared_dg_hz_regulation\(m)#1.value": "Not Applicable"], ["isDangerous"]),
    Row("HS code", not: "Amazon has no attribute for it"),
    Row(
      "price", ["purchasable_offer\(m)[audience=ALL]#1.our_price#1.schedule#1.value_with_tax": "9.99"],
      ["price[market=US,item=each,type=retail].amount", "price[market=US,item=each,type=retail].currency"]),
    Row("list price (MSRP)", ["list_price\(m)#1.value": "12.00"], ["price[market=US,item=each,type=list].amount"]),
    Row(
      "sale price",
      [
        "purchasable_offer\(m)[audience=ALL]#1.discounted_price#1.schedule#1.value_with_tax": "8.50",
        "purchasable_offer\(m)[audience=ALL]#1.discounted_price#1.schedule#1.start_at": "2026-12-01",
        "purchasable_offer\(m)[audience=ALL]#1.discounted_price#1.schedule#1.end_at": "2026-12-24",
      ],
      ["price[market=US,item=each,type=sale].from", "price[market=US,item=each,type=sale].to"]),
    Row(
      "quantity",
      ["fulfillment_availability#1.quantity": "300", "fulfillment_availability#1.fulfillment_channel_code": "DEFAULT"],
      ["item[each].stock"]),
    Row("handling time", ["fulfillment_availability#1.lead_time_to_ship_max_days": "3"], ["item[each].leadTime"]),
    Row(
      "images",
      [
        "main_product_image_locator\(m)#1.media_location": "https://example.vn/1.jpg",
        "other_product_image_locator_1\(m)#1.media_location": "https://example.vn/2.jpg",
      ], ["media[1].url", "media[2].url"]),
    Row("nutrition panel image", not: "no public template has shown the attribute"),
    Row("certificates", ["specialty\(l)#1.value": "kosher"], ["certificate[KOSHER].standard"]),
    Row("OCOP stars", ["bullet_point\(l)#2.value": "OCOP 4-star certified (Vietnam)"], ["bullet[2].text@en"]),
    Row("condition", ["condition_type\(m)#1.value": "New"]),
    Row("shipping template", ["merchant_shipping_group\(m)#1.value": "Nationwide"]),
    Row(
      "variation",
      [
        "parentage_level\(m)#1.value": "Child", "child_parent_sku_relationship\(m)#1.parent_sku": "KD",
        "variation_theme#1.name": "Flavor", "flavor\(l)#1.value": "Pandan",
      ], ["family.id", "family.theme", "family.axis[flavor].value@en"]),
  ]

  let probe: TableProbe
  let child = product(AmazonFloorTests.values)

  init() throws {
    var probe = TableProbe(TableLayout(columns: []))
    probe.profile = try ProfileLibrary(root: Repository.path("mappings")).load(
      "amazon-us", asOf: "2026-11-22", variables: ["shippingTemplate": "Nationwide"])
    self.probe = probe
  }

  /// Cells of the records by column.
  private func cells(_ text: String) -> [[String: String]] {
    let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false).map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    guard lines.count > 6 else { return [] }
    return lines[6...].filter { $0.count > 1 }.map {
      Dictionary(zip(lines[4], $0), uniquingKeysWith: { first, _ in first })
    }
  }

  @Test func everyRow() throws {
    let written = try probe.write([child])
    #expect(written.states == [.good], "\(written.diagnostics)")
    let record = try #require(cells(written.text).first)
    let back = try #require(try probe.read(written.bytes).products.first)
    for row in Self.rows where row.reason == nil {
      #expect(!row.cells.isEmpty, "\(row.name): nothing is shown")
      for (column, text) in row.cells { #expect(record[column] == text, "\(row.name): \(column)") }
      for path in row.paths { #expect(back[path] != nil && back[path] == child[path], "\(row.name): \(path)") }
    }
    // What a fallback put elsewhere comes back as what the column is.
    #expect(back["brand@en"] == "VÍ DỤ" && back["description@en/amazon-us"] == "Soft candy.")
  }

  @Test func withoutGTIN() throws {
    var exempt = child
    exempt["item[each].gtin"] = nil
    let record = try #require(cells(try probe.write([exempt]).text).first)
    #expect(record["supplier_declared_has_product_identifier_exemption\(Self.m)#1.value"] == "Yes")
    #expect(record["amzn1.volt.ca.product_id_type"] == "")
  }

  /// A family is a row of its own, without identifier, price, stock and condition, and comes back as a family.
  @Test func families() throws {
    let parent = product([
      "type": "family", "family.id": "KD", "family.theme": "flavor", "category[amazon-us].code": "GROCERY",
      "category[amazon-us-item-type].code": "candy", "title@en/amazon-us": "Candy", "brand@en": "X",
      "description@en/amazon-us": "Candy in flavors.", "originCountry": "VN",
    ])
    let written = try probe.write([parent, child])
    #expect(written.states == [.good, .good], "\(written.diagnostics)")
    let records = cells(written.text)
    let filled = records[0].filter { !$0.value.isEmpty }.map { $0.key }
    #expect(
      Set(filled) == [
        "contribution_sku#1.value", "product_type#1.value", "::record_action", "item_name\(Self.l)#1.value",
        "brand\(Self.l)#1.value", "item_type_keyword\(Self.m)#1.value", "product_description\(Self.l)#1.value",
        "country_of_origin\(Self.m)#1.value", "parentage_level\(Self.m)#1.value", "variation_theme#1.name",
        "merchant_shipping_group\(Self.m)#1.value",
      ])
    #expect(
      records[0]["contribution_sku#1.value"] == "KD" && records[0]["parentage_level\(Self.m)#1.value"] == "Parent")
    let back = try probe.read(written.bytes)
    #expect(back.diagnostics.isEmpty && back.products[0].differences(from: parent).isEmpty)
    #expect(back.products[1]["type"] == nil && back.products[1]["family.id"] == "KD")
    // A parent that has prices loses them, and it is said.
    var priced = parent
    priced["price[market=US,item=each,type=retail].amount"] = "1"
    #expect(try probe.write([priced]).losses.contains { $0.contains("amount") })
  }

  /// The table of the reference material has no row that is not here.
  @Test(.enabled(if: shared != nil, "there are no third-party files (OCOP_SHARED)"))
  func rowsAreAll() throws {
    let input = try InputDocument.open((Self.shared ?? "") + "/data/amazon/mapping/canonical-to-amazon.csv")
    let text = String(decoding: try input.bytes(at: 0, count: Int(input.size)), as: UTF8.self)
    let names = text.split(whereSeparator: \.isNewline).dropFirst().map { String($0.prefix { $0 != "," }) }
    #expect(names == Self.rows.map(\.name))
  }

  static let shared: String? = {
    let path = getenv("OCOP_SHARED").map { String(cString: $0) } ?? Repository.path("../shared")
    return access(path + "/data", R_OK) == 0 ? path : nil
  }()
}
