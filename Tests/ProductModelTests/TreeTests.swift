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
