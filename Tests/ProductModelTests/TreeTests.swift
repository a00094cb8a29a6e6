import ProductModel
import Testing

@Suite("Comparison, merge, losses and completeness")
struct TreeTests {
  private func changed(_ product: Product, _ change: (inout Product) -> Void) -> Product {
    var copy = product
    change(&copy)
    return copy
  }

  @Test func orderDoesNotMatterWhereKeysAre() throws {
    for product in try sixProducts() {
      var shuffled = product
      shuffled.root.children.reverse()
      shuffled.root.values.reverse()
      // Nodes without a key keep their order.
      let bullets = shuffled.root.children.filter { $0.kind.declaration.key.isEmpty }
      shuffled.root.children.removeAll { $0.kind.declaration.key.isEmpty }
      shuffled.root.children += bullets.reversed()
      #expect(shuffled.differences(from: product) == [])
      #expect(shuffled.isEquivalent(to: product))
      #expect(shuffled.canonicalised() == product.canonicalised())
      #expect(product.canonicalised().canonicalised() == product.canonicalised())
    }
  }

  @Test func differencesSayWhatAndWhere() throws {
    let old = try sixProducts()[3]
    let new = changed(old) {
      $0["price[market=VN,item=each,type=retail,minQty=10,from=2026-07-01].amount"] = "245000"
      $0["name@ko"] = "연잎차"
      $0.root.children.removeAll { $0.kind == .market }
    }
    #expect(
      new.differences(from: old).map(\.description) == [
        "name@ko: – → 연잎차",
        "price[market=VN,item=each,type=retail,minQty=10,from=2026-07-01].amount: 249000 → 245000",
        "market[JP].country: JP → –", "market[JP].status: active → –", "market[JP].agreement: CPTPP → –",
        "market[JP].hasAreaRestriction: true → –", "market[JP].areaRestriction@ja: 関東地方のみ → –",
      ])
    #expect(
      new.differences(from: old).map(\.change) == [.added, .changed, .removed, .removed, .removed, .removed, .removed])
    // The same differences the other way round.
    #expect(
      old.differences(from: new).map { Difference(path: $0.path, old: $0.new, new: $0.old) }
        == new.differences(from: old))
  }

  /// The same quantity in another unit is the same value, on an attribute as in a key.
  @Test(arguments: [
    ("depth", "260 MMT", "26 CMT", true), ("depth", "26 CMT", "0.26 MTR", true),
    ("depth", "260 MMT", "26.1 CMT", false),
    ("grossWeight", "0.5 KGM", "500 GRM", true), ("grossWeight", "1 LBR", "453.59237 GRM", true),
    // Rounded pounds are another quantity.
    ("grossWeight", "1 LBR", "453.592 GRM", false),
    ("netContent", "1 LTR", "1000 MLT", true), ("netContent", "1 OZA", "29.5735295625 MLT", true),
    ("netContent", "500 MLT", "500 GRM", false), ("netContent", "12 H87", "12 EA", true),
    ("netContent", "1 DZN", "12 H87", true), ("leadTime", "1 WEE", "7 DAY", true),
    ("leadTime", "1 MON", "30 DAY", false),
    ("leadTime", "1 ANN", "12 MON", true), ("netContent", "1 SET", "1 KT", false),
  ])
  func unitsDoNotMatter(attribute: String, before: String, after: String, isSame: Bool) {
    var old = Product(), new = Product()
    old["item[each].\(attribute)"] = before
    new["item[each].\(attribute)"] = after
    #expect(
      new.differences(from: old).map(\.description)
        == (isSame ? [] : ["item[each].\(attribute): \(before) → \(after)"]))
    #expect(new.isEquivalent(to: old) == isSame)
    // Merging keeps this side's way of writing it.
    #expect(old.union(new).conflicts.isEmpty == isSame)
    #expect(old.union(new).product == old)
  }

  @Test func unitsDoNotMatterInKeysAndBetweenSeveral() {
    var old = Product(), new = Product()
    old["nutrition[100 GRM].nutrient[ENER-].amount"] = "268 KJO"
    new["nutrition[0.1 KGM].nutrient[ENER-].amount"] = "268000 JOU"
    new["nutrition[0.1 KGM].state"] = "UNPREPARED"
    #expect(new.differences(from: old) == [])
    // Kilocalories follow from kilojoules by no law of food labels.
    new["nutrition[0.1 KGM].nutrient[ENER-].amount"] = "64.05 E14"
    #expect(new.differences(from: old).count == 1)
    var one = Product(), other = Product()
    one.root.children = [
      ProductNode(
        .item, [.init(.id, .none, "each"), .init(.netContent, .none, "500 MLT"), .init(.netContent, .none, "520 GRM")])
    ]
    other.root.children = [
      ProductNode(
        .item, [.init(.id, .none, "each"), .init(.netContent, .none, "0.52 KGM"), .init(.netContent, .none, "50 CLT")])
    ]
    #expect(other.differences(from: one) == [])
  }

  @Test func whatIsUnderstoodIsNoDifference() {
    var plain = Product(), explicit = Product()
    plain["price[market=VN,item=each,type=retail].amount"] = "98000"
    explicit["price[market=VN,item=each,type=retail,minQty=1].amount"] = "98000"
    explicit["type"] = "product"
    #expect(explicit.differences(from: plain) == [] && plain.differences(from: explicit) == [])
    #expect(explicit.isEquivalent(to: plain))
    explicit["type"] = "assortment"
    #expect(explicit.differences(from: plain).map(\.description) == ["type: – → assortment"])
  }

  @Test func productsWithoutIdentityArePairedByPlace() {
    func product(_ text: String, sku: String? = nil) -> Product {
      var product = Product()
      product["description@vi"] = text
      if let sku { product["item[each].sku"] = sku }
      return product
    }
    func pairs(_ old: [Product], _ new: [Product]) -> [[Int?]] {
      ProductPairing.pairs(old, new).map { [$0.old, $0.new] }
    }
    let a = product("a"), b = product("b"), c = product("c"), x = product("x", sku: "1")
    #expect(pairs([a, b], [a, b]) == [[0, 0], [1, 1]])
    #expect(pairs([a, b, c], [a, c]) == [[0, 0], [1, nil], [2, 1]])
    #expect(pairs([a, x, b], [x, product("a'"), b]) == [[0, 1], [1, 0], [2, 2]])
    #expect(pairs([a], [a, b]) == [[0, 0], [nil, 1]])
    // Two of one name are not one.
    #expect(pairs([x, x], [x, x, x]) == [[0, 0], [1, 1], [nil, 2]])
  }

  @Test func sequencesAreAligned() throws {
    let old = try sixProducts()[4]
    let inserted = changed(old) {
      let at = $0.root.children.firstIndex { $0.kind == .ingredient } ?? 0
      $0.root.children.insert(ProductNode(.ingredient, [AttributeValue(.name, .en, "salt")]), at: at + 1)
    }
    #expect(inserted.differences(from: old).map(\.description) == ["ingredient[2].name@en: – → salt"])
    let nested = changed(old) { $0["ingredient[2].ingredient[2].ingredient[1].ingredient[1].share"] = "3.9" }
    #expect(
      nested.differences(from: old).map(\.description)
        == ["ingredient[2].ingredient[2].ingredient[1].ingredient[1].share: 3.998 → 3.9"])
    let swapped = changed(old) {
      let at = $0.root.children.indices.filter { i in old.root.children[i].kind == .ingredient }
      $0.root.children.swapAt(at[0], at[1])
    }
    #expect(!swapped.differences(from: old).isEmpty)
  }

  @Test func repeatedValues() throws {
    let old = try sixProducts()[0]
    let new = changed(old) { $0.root.children[3].values.removeAll { $0.attribute == .packagingMaterial } }
    let material = new.root.children[3].kind == .item
    #expect(material)
    #expect(new.differences(from: old).map(\.description) == ["item[each].packagingMaterial: GLASS → –"])
    // Two units of one quantity have no order.
    let turned = changed(old) { product in
      let contents = product.root.children[3].all(.netContent)
      product.root.children[3].values.removeAll { $0.attribute == .netContent }
      product.root.children[3].values += contents.reversed().map { AttributeValue(.netContent, .none, $0) }
    }
    #expect(turned != old && turned.differences(from: old) == [])
  }

  @Test func emptyNodesCount() {
    let old = Product(), new = Product(ProductNode(.product, children: [ProductNode(.storage)]))
    #expect(new.differences(from: old).map(\.path.description) == ["storage"])
    #expect(new.differences(from: old).first?.change == .added)
  }

  @Test func doubleKeysDoNotLoseNodes() {
    func tax(_ rate: String) -> ProductNode {
      ProductNode(
        .tax,
        [AttributeValue(.market, .none, "VN"), AttributeValue(.type, .none, "VAT"), AttributeValue(.rate, .none, rate)])
    }
    let old = Product(ProductNode(.product, children: [tax("8"), tax("10")]))
    let new = Product(ProductNode(.product, children: [tax("8"), tax("5")]))
    #expect(new.differences(from: old).map { $0.old + $0.new } == [["10", "5"]])
    #expect(old.differences(from: old) == [])
  }

  // MARK: Merge

  @Test func mergeTakesBothSides() throws {
    let base = try sixProducts()[0]
    let mine = changed(base) {
      $0["ocop.stars"] = "5"
      $0["item[case-24].minimumOrder"] = "10"
      $0["item[pallet].level"] = "PALLET"
    }
    let theirs = changed(base) {
      $0["name@vi"] = "Mật hoa dừa 250 ml"
      $0["media[2].type"] = "PRODUCT_LABEL_IMAGE"
      $0["item[pack-6].level"] = "PACK_OR_INNER_PACK"
      $0.root.children.removeAll { $0.kind == .certificate }
    }
    let result = Product.merge(base: base, mine: mine, theirs: theirs)
    #expect(result.conflicts == [])
    let merged = result.product
    #expect(merged["ocop.stars"] == "5" && merged["name@vi"] == "Mật hoa dừa 250 ml")
    #expect(merged["item[case-24].minimumOrder"] == "10" && merged["media[2].type"] == "PRODUCT_LABEL_IMAGE")
    #expect(merged.root.nodes(.item).compactMap { $0[.id] } == ["each", "case-12", "case-24", "pallet", "pack-6"])
    #expect(merged.root.nodes(.certificate).isEmpty)
    // Turned round, the same tree comes out.
    #expect(Product.merge(base: base, mine: theirs, theirs: mine).product.isEquivalent(to: merged))
    #expect(Product.merge(base: base, mine: base, theirs: theirs).product.isEquivalent(to: theirs))
    #expect(Product.merge(base: base, mine: mine, theirs: base).product.isEquivalent(to: mine))
  }

  @Test func mergeReportsConflicts() throws {
    let base = try sixProducts()[0]
    let mine = changed(base) {
      $0["ocop.stars"] = "5"
      $0.root.children.removeAll { $0[.id] == "case-24" }
    }
    let theirs = changed(base) {
      $0["ocop.stars"] = "3"
      $0["item[case-24].grossWeight"] = "12 KGM"
    }
    let result = Product.merge(base: base, mine: mine, theirs: theirs)
    #expect(result.conflicts.map(\.path.description) == ["ocop.stars", "item[case-24]"])
    #expect(result.conflicts.first?.description == "ocop.stars: 4; mine 5, theirs 3")
    #expect(result.product["ocop.stars"] == "5")
    #expect(result.product["item[case-24].grossWeight"] == "12 KGM")
  }

  @Test func bothAddTheSame() throws {
    let base = try sixProducts()[2]
    let added = changed(base) { $0["nutrition[100 GRM].nutrient[FAT].amount"] = "1 GRM" }
    let same = Product.merge(base: base, mine: added, theirs: added)
    #expect(same.product == added && same.conflicts == [])
    let other = changed(added) { $0["nutrition[100 GRM].nutrient[FAT].amount"] = "2 GRM" }
    let result = Product.merge(base: base, mine: added, theirs: other)
    #expect(result.conflicts.map(\.path.description) == ["nutrition[100 GRM].nutrient[FAT].amount"])
    #expect(result.product.isEquivalent(to: added))
  }

  @Test func sequencesMerge() throws {
    let base = try sixProducts()[4]
    let mine = changed(base) { $0["ingredient[1].share"] = "44" }
    let theirs = changed(base) {
      let at = $0.root.children.firstIndex { $0.kind == .additive } ?? 0
      $0.root.children.insert(ProductNode(.ingredient, [AttributeValue(.name, .en, "salt")]), at: at)
    }
    let result = Product.merge(base: base, mine: mine, theirs: theirs)
    #expect(result.conflicts == [])
    #expect(result.product["ingredient[1].share"] == "44" && result.product["ingredient[5].name@en"] == "salt")
  }

  @Test func unionOfTwoNotifications() throws {
    let whole = try sixProducts()[0]
    let first = changed(whole) { product in
      product.root.children.removeAll { $0.kind == .party || $0[.id] == "case-24" }
      product["name@ko"] = nil
    }
    let second = changed(whole) { product in
      product.root.children.removeAll { $0.kind == .media || $0[.id] == "case-12" }
      product["item[each].grossWeight"] = "460 GRM"
    }
    let result = first.union(second)
    #expect(result.conflicts.map(\.path.description) == ["item[each].grossWeight"])
    #expect(result.product.isEquivalent(to: whole))
    #expect(whole.union(whole).product.isEquivalent(to: whole) && whole.union(whole).conflicts == [])
  }

  // MARK: Losses

  @Test func lossesAreCountedByPattern() throws {
    var batch = ProductBatch()
    for product in try sixProducts() { batch.append(product) }
    var report = LossReport()
    for i in 0..<batch.count {
      let product = batch[product: i]
      var prices = product.nodes(.price)
      while let price = prices.next() { report.add(.amount, of: price, .rounded) }
      if product.find(.name, .ko) != nil { report.add(.name, .ko, of: product, .notCarried) }
      var ingredients = product.nodes(.ingredient)
      while let ingredient = ingredients.next() {
        var nested = ingredient.nodes(.ingredient)
        while let inner = nested.next() { report.add(.share, of: inner, .notCarried) }
      }
    }
    #expect(
      report.losses.map { "\($0.pattern) \($0.reason.rawValue) \($0.count)" } == [
        "ingredient.ingredient.share not-carried 3", "name@ko not-carried 4", "price[market=JP].amount rounded 3",
        "price[market=VN].amount rounded 4",
      ])
    #expect(report.losses[0].example == "08938501005052" && report.total == 14)
    // The same pattern by path is the same row.
    report.add(try ModelPath("price[market=JP,item=each,minQty=7].amount"), .rounded, example: "x")
    #expect(report.losses[2].count == 4)
    report.add("price[market=JP].amount", .rounded, count: 2)
    #expect(report.losses[2].count == 6 && report.losses.count == 4)
    var other = LossReport()
    other.merge(report)
    other.merge(report)
    #expect(other.total == 34 && other.losses.count == 4)
  }

  @Test func patternsAreLimited() throws {
    var report = LossReport()
    for i in 0..<5000 {
      report.add(
        ModelPath(
          steps: [.init(kind: .party, selector: .keys([.init(attribute: .role, value: "r\(i)")]))], attribute: .name),
        .notCarried, example: "p")
    }
    #expect(report.losses.count == LossReport.patternLimit + 1 && report.total == 5000)
  }

  // MARK: Completeness

  @Test func gapsAreConcrete() throws {
    let product = try sixProducts()[4]
    let required = try [
      "name@ko", "name", "item[each].gtin", "item.grossWeight", "ingredient.name@en", "storage.zone", "ocop",
      "allergen[AP].level", "title@en/amazon-us",
    ]
    .map { try ModelPath($0) }
    let check = Completeness(required: required)
    #expect(
      check.gaps(in: product).map(\.path.description)
        == ["item[each].grossWeight", "ingredient[4].name@en", "storage.zone", "ocop", "title@en/amazon-us"])
    #expect(abs(check.share(of: product) - 4.0 / 9) < 1e-12)
    #expect(Completeness(required: []).share(of: product) == 1)
  }

  @Test func pathOfAView() throws {
    var batch = ProductBatch()
    batch.append(try sixProducts()[4])
    let view = batch[product: 0]
    for i in view.descendants {
      let path = ModelPath(of: view.node(at: i), nil)
      let product = Product(view)
      #expect(product.node(path.steps) == ProductNode(view.node(at: i)))
    }
  }
}
