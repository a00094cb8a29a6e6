import Diagnostics
import ProductModel
import Rules
import Testing

@Suite("Rules")
struct RuleTests {
  /// What the rules say about a product given by paths.
  private func findings(_ values: [String: String], asOf: String = "2026-11-22") throws -> [String] {
    var product = Product()
    for (path, value) in values.sorted(by: { $0.key < $1.key }) { product[path] = value }
    var batch = ProductBatch()
    batch.append(product)
    var codes: [String] = []
    try #require(RuleSet(asOf: asOf)).check(batch[product: 0]) { codes.append($0.code.id) }
    return codes
  }

  @Test func goodProductHasNoFinding() throws {
    #expect(
      try findings([
        "item[each].sku": "A", "item[case-12].contains[each].quantity": "12", "ocop.stars": "4",
        "certificate[OCOP].issued": "2024-12-16", "certificate[OCOP].expires": "2027-12-16",
        "shelfLife.fromProduction": "730 DAY", "shelfLife.onArrival": "540 DAY",
      ]) == [])
  }

  @Test(arguments: [
    ("pack-item-unknown", ["item[each].sku": "A", "item[case-12].contains[eech].quantity": "12"]),
    ("pack-cycle", ["item[a].contains[b].quantity": "1", "item[b].contains[a].quantity": "1"]),
    ("ocop-potential-five", ["ocop.stars": "5", "ocop.state": "proposed-5"]),
    ("ocop-period", ["certificate[OCOP].issued": "2024-12-16", "certificate[OCOP].expires": "2028-12-16"]),
    ("certificate-expired", ["certificate[HACCP].expires": "2026-11-21"]),
    ("period-order", ["price[market=VN].from": "2026-02-01", "price[market=VN].to": "2026-01-01"]),
    (
      "ingredient-shares",
      ["ingredient[1].share": "99.5", "ingredient[1].name@vi": "dừa", "ingredient[1].ingredient[1].share": "50"]
    ),
    ("shelf-life-order", ["shelfLife.fromProduction": "180 DAY", "shelfLife.onArrival": "181 DAY"]),
  ])
  func findsOneThing(code: String, values: [String: String]) throws {
    if code == "ingredient-shares" {
      // Nested shares are shares of their parent; only the top level adds up.
      #expect(try findings(values) == [])
      var product = Product()
      for share in ["60", "40.5"] {
        product.root.children.append(ProductNode(.ingredient, [AttributeValue(.share, .none, share)]))
      }
      var batch = ProductBatch()
      batch.append(product)
      var codes: [String] = []
      try #require(RuleSet(asOf: "2026-11-22")).check(batch[product: 0]) { codes.append($0.code.id) }
      #expect(codes == [code])
      return
    }
    #expect(try findings(values) == [code])
  }

  /// 36 months from the end of February of a leap year, and the day before the anniversary, are both right.
  @Test(arguments: ["2027-02-28", "2027-02-27"])
  func periodsClamp(expires: String) throws {
    #expect(
      try findings(
        ["certificate[OCOP].issued": "2024-02-29", "certificate[OCOP].expires": expires], asOf: "2026-01-01") == [])
  }

  /// A record with thousands of packs is checked in time that grows with its size only.
  @Test func manyPacksAreChecked() throws {
    var product = Product()
    for i in 0..<5000 {
      product.root.children.append(
        ProductNode(
          .item, [AttributeValue(.id, .none, "p\(i)")],
          children: [ProductNode(.contains, [AttributeValue(.item, .none, "p\(i + 1)")])]))
    }
    var batch = ProductBatch()
    batch.append(product)
    var codes: [String] = []
    try #require(RuleSet(asOf: "2026-11-22")).check(batch[product: 0]) { codes.append($0.code.id) }
    #expect(codes == ["pack-item-unknown"])
  }
}
