import AdapterKit
import Diagnostics
import Documents
import ProductModel
import Profiles
import Testing

@Suite struct TableWritingTests {
  let probe = TableProbe(shop, codes: [tableUnits])
  let good: KeyValuePairs<String, String> = ["item[each].sku": "A", "name@vi": "Mật hoa dừa"]

  @Test func requiredValuesAreAskedFor() throws {
    let writing = try probe.write([product(good), product(["item[each].sku": "B"]), product(good)])
    #expect(writing.states == [.good, .faulted, .good])
    #expect(writing.text.split(separator: "\n").count == 3, "nothing of a faulted product is written")
    let finding = try #require(writing.diagnostics.first)
    #expect(finding.code == .requiredMissing)
    #expect(finding.place.file == "source")
    #expect(finding.place.byte == 1000)
    #expect(finding.place.field == "Tên sản phẩm")
    #expect(finding.attribute == "name@vi")
    #expect(finding.product == "B")
  }

  @Test func requirementsCanDependAndRecommendationsOnlyWarn() throws {
    let layout = TableLayout(
      newline: "lf",
      columns: [
        column("sku", is: "item[each].sku"),
        column("stars", is: "ocop.stars") { $0.requirement = .recommended },
        column("certificate", is: "certificate[OCOP].number") {
          $0.requirement = .required
          $0.requiredWhen = Condition(path: path("ocop.stars"), values: ["4", "5"])
        },
      ])
    let writing = try TableProbe(layout).write([
      product(["item[each].sku": "A", "ocop.stars": "3"]), product(["item[each].sku": "B", "ocop.stars": "4"]),
      product(["item[each].sku": "C"]),
    ])
    #expect(writing.states == [.good, .faulted, .good])
    #expect(writing.codes == ["required-missing", "recommended-missing"])
    #expect(writing.text == "sku,stars,certificate\nA,3,\nC,,\n")
  }

  @Test func longTextsAreNotCut() throws {
    let fits = String(repeating: "ạ", count: 40)
    let writing = try probe.write([
      product(["item[each].sku": "A", "name@vi": fits]), product(["item[each].sku": "B", "name@vi": fits + "b"]),
    ])
    #expect(writing.states == [.good, .faulted])
    #expect(writing.codes == ["text-too-long"])
    #expect(writing.diagnostics[0].message.en.contains("41"))
  }

  @Test func textsAreCutOnlyWhenTheRuleSaysSo() throws {
    let layout = TableLayout(
      newline: "lf",
      columns: [
        column("a", is: "name@vi") {
          $0.maxCharacters = 5
          $0.truncates = true
        },
        column("b", is: "name@ja") {
          $0.maxBytes = 7
          $0.truncates = true
        },
      ])
    let writing = try TableProbe(layout).write([product(["name@vi": "Mật hoa dừa", "name@ja": "ココナッツ"])])
    #expect(writing.text == "a,b\nMật h,ココ\n")
    #expect(writing.losses == ["name@ja truncated 1", "name@vi truncated 1"])
    let blank = try TableProbe(layout).write([product(["name@vi": "Mật  hoa"])])
    #expect(blank.text == "a,b\nMật,\n", "no blank is left at the end")
  }

  @Test func lossesAreCounted() throws {
    var rich = product(good)
    rich["name@en"] = "Coconut nectar"
    rich["price[market=JP,item=each,type=retail].amount"] = "980"
    rich["ingredient[1].origin"] = "VN"
    rich["allergen[AM].level"] = "MAY_CONTAIN"
    for i in 1...5 {
      rich.root.children.append(
        ProductNode(
          .media, [AttributeValue(.type, .none, "PRODUCT_IMAGE"), AttributeValue(.url, .none, "https://x.vn/\(i).jpg")])
      )
    }
    let writing = try probe.write([rich, rich])
    #expect(writing.states == [.good, .good])
    #expect(writing.losses.contains("name@en not-carried 2"), "\(writing.losses)")
    #expect(writing.losses.contains("price[market=JP].amount not-carried 2"))
    #expect(writing.losses.contains("price[market=JP].item not-carried 2"))
    #expect(writing.losses.contains("ingredient.origin not-carried 2"))
    #expect(writing.losses.contains("allergen[code=AM].level not-carried 2"), "the list takes CONTAINS only")
    #expect(writing.losses.contains { $0.hasPrefix("media") && $0.hasSuffix("too-many 4") })
    #expect(!writing.losses.contains { $0.hasPrefix("item") || $0.hasPrefix("name@vi") })
  }

  @Test func faultedProductsLoseNothing() throws {
    let writing = try probe.write([product(["name@en": "only English"])])
    #expect(writing.states == [.faulted])
    #expect(writing.losses.isEmpty)
  }

  @Test func roundedValuesAreLosses() throws {
    let layout = TableLayout(
      newline: "lf",
      columns: [
        column("days", is: "shelfLife.fromProduction", as: .days),
        column("score", is: "ocop.score", as: .decimal(.plain, minFraction: 0, maxFraction: 0)),
      ])
    let writing = try TableProbe(layout).write([product(["shelfLife.fromProduction": "24 MON", "ocop.score": "91.5"])])
    #expect(writing.text == "days,score\n720,92\n")
    #expect(writing.losses == ["ocop.score rounded 1", "shelfLife.fromProduction converted 1"])
  }

  @Test func otherProductsAreNotApplicable() throws {
    let accepting = TableProbe(shop, codes: [tableUnits], accepts: [Condition(path: path("type"), values: ["product"])])
    let writing = try accepting.write([product(good), product(["type": "family", "family.id": "F"])])
    #expect(writing.states == [.good, .notApplicable])
    #expect(writing.diagnostics.isEmpty)
    #expect(writing.losses.isEmpty)
  }

  @Test func aPriceInAnotherCurrencyStaysHome() throws {
    var dear = product(good)
    dear["price[market=VN,item=each,type=retail].amount"] = "5"
    dear["price[market=VN,item=each,type=retail].currency"] = "USD"
    let writing = try probe.write([dear])
    #expect(writing.states == [.faulted])
    #expect(writing.codes == ["money-currency"])
  }

  @Test func charactersOutsideTheEncodingNameTheirColumn() throws {
    let layout = TableLayout(
      encoding: "cp932", newline: "lf",
      columns: [column("商品名", is: "name@ja"), column("ベトナム名", is: "name@vi")])
    let writing = try TableProbe(layout).write([
      product(["name@ja": "ココナッツ", "name@vi": "keo"]), product(["name@ja": "ココナッツ", "name@vi": "kẹo"]),
    ])
    #expect(writing.states == [.good, .faulted])
    #expect(writing.codes == ["encoding-unencodable"])
    #expect(writing.diagnostics[0].place.field == "ベトナム名")
    #expect(writing.bytes.starts(with: [0x8F, 0xA4, 0x95, 0x69]), "商品 in cp932")
    #expect(try TableProbe(layout).read(writing.bytes).products.map { $0["name@ja"] } == ["ココナッツ"])
  }

  @Test func constantsStandAndAreChecked() throws {
    let layout = TableLayout(
      newline: "lf",
      columns: [
        column("sku", is: "item[each].sku"),
        .field(FieldRule(place: header("action"), constant: "Update")),
        .field(FieldRule(place: header("origin"), target: path("originCountry"), constant: "VN")),
        .field(FieldRule(place: .nowhere, target: path("type"), constant: "product")),
      ])
    let probe = TableProbe(layout)
    let reading = try probe.read("sku,action,origin\nA,Update,VN\nB,Delete,VN\nC,,\n")
    #expect(reading.rows.map(\.state) == [.good, .faulted, .good])
    #expect(reading.codes == ["const-mismatch"])
    #expect(reading.products[0]["originCountry"] == "VN")
    #expect(reading.products[0]["type"] == "product")
    let writing = try probe.write([
      product(["item[each].sku": "A", "type": "product", "originCountry": "VN"]),
      product(["item[each].sku": "B", "type": "family"]), product(["item[each].sku": "C", "originCountry": "JP"]),
    ])
    #expect(writing.text == "sku,action,origin\nA,Update,VN\nC,Update,VN\n")
    #expect(writing.states == [.good, .faulted, .good])
    #expect(writing.losses == ["originCountry not-carried 1"])
  }

  @Test func defaultsFallbacksAndDerivedValues() throws {
    let layout = TableLayout(
      newline: "lf",
      columns: [
        column("sku", is: "item[each].sku"),
        column("zone", is: "storage.zone") { $0.defaultValue = "AMBIENT" },
        column("title", is: "title@en/probe") { $0.fallbacks = [path("name@en"), path("name@vi")] },
        .field(
          FieldRule(
            place: header("full"),
            derived: .first([
              .template([.value(path("brand"), .text), .literal(" — "), .value(path("name@vi"), .text)]),
              .template([.value(path("name@vi"), .text)]),
            ]))),
        .field(FieldRule(place: header("images"), derived: .count(.media))),
        .field(FieldRule(place: header("date"), derived: .asOf(.date(.dmy)))),
        .field(
          FieldRule(
            place: header("made of"),
            derived: .join([], .ingredient, [], [.value(path("name@vi", in: .ingredient), .text)], ", "))),
        .field(FieldRule(place: header("no"), derived: .number)),
      ])
    let probe = TableProbe(layout)
    let read = try probe.read("sku,zone,full\nA,,ignored\nB,FROZEN,\n")
    #expect(read.products.map { $0["storage.zone"] } == ["AMBIENT", "FROZEN"])
    #expect(read.products[0]["name@vi"] == nil)
    let writing = try probe.write([
      product([
        "item[each].sku": "A", "brand": "TVF", "name@vi": "Mật", "name@en": "Nectar", "ingredient[1].name@vi": "mật",
        "ingredient[2].name@vi": "nước",
      ]),
      product(["item[each].sku": "B", "name@vi": "Keo"]),
    ])
    #expect(
      writing.text
        == "sku,zone,title,full,images,date,made of,no\nA,,Nectar,TVF — Mật,,22/11/2026,\"mật, nước\",1\nB,,Keo,Keo,,22/11/2026,,2\n"
    )
    #expect(writing.losses.isEmpty)
  }

  @Test func referencesGoToItems() throws {
    let layout = TableLayout(
      newline: "lf",
      columns: [
        column("case", is: "item[case].gtin", as: .gtin),
        .each(
          EachRule(
            parent: path("item[case].gtin").steps, kind: .contains, max: 2,
            rules: [
              .field(FieldRule(place: header("holds {i}"), derived: .reference(.item, .gtin, .gtin))),
              column("quantity {i}", is: "quantity", in: .contains),
            ])),
      ])
    var packed = product(["item[each].gtin": "08938501234018", "item[case].gtin": "18938501234015"])
    packed["item[case].contains[each].quantity"] = "12"
    let writing = try TableProbe(layout).write([packed])
    #expect(writing.text == "case,holds 1,quantity 1,holds 2,quantity 2\n18938501234015,8938501234018,12,,\n")
  }

  @Test func groupsHoldWhereTheirConditionDoes() throws {
    let layout = TableLayout(
      newline: "lf",
      columns: [
        column("zone", is: "storage.zone"),
        .group(
          GroupRule(
            when: Condition(path: path("storage.zone"), values: ["FROZEN"]),
            rules: [column("min", is: "storage.temperatureMin", as: .measureIn(unit: "CEL", .plain, maxFraction: 0))])),
      ])
    let probe = TableProbe(layout)
    let text = "zone,min\nFROZEN,-18\nAMBIENT,\n"
    let reading = try probe.read("zone,min\nFROZEN,-18\nAMBIENT,5\n")
    #expect(reading.products.map { $0["storage.temperatureMin"] } == ["-18 CEL", nil])
    #expect(try probe.roundTrip(text).text == text)
  }

  @Test func severalValuesOfOneAttribute() throws {
    let layout = TableLayout(
      newline: "lf",
      columns: [
        column("material", is: "item[each].packagingMaterial") { $0.separator = "|" },
        column("net", is: "item[each].netContent"), column("net 2", is: "item[each].netContent"),
      ])
    let text = "material,net,net 2\nGLASS|METAL,250 MLT,0.33 KGM\nGLASS,1 KGM,\n"
    let writing = try TableProbe(layout).roundTrip(text)
    #expect(writing.text == text)
    #expect(writing.losses.isEmpty)
  }

  @Test func sharedUnitColumnsNeedOneUnit() throws {
    func size(_ name: String, _ target: String) -> Rule {
      column(name, is: "item[each].\(target)", as: .decimal(.plain, minFraction: 0, maxFraction: nil)) {
        $0.unit = UnitPlace(place: header("unit"))
      }
    }
    let layout = TableLayout(newline: "lf", columns: [size("depth", "depth"), size("width", "width")])
    let probe = TableProbe(layout)
    let text = "depth,unit,width\n6,CMT,7\n,CMT,8\n"
    #expect(try probe.roundTrip(text).text == text)
    let writing = try probe.write([product(["item[each].depth": "6 CMT", "item[each].width": "60 MMT"])])
    #expect(writing.states == [.faulted])
    #expect(writing.codes == ["unit-conversion"])
  }

  @Test func listsWithPatterns() throws {
    let layout = TableLayout(
      newline: "lf",
      columns: [
        .list(
          ListRule(
            field: FieldRule(place: header("nutrients")), parent: path("nutrition[100 GRM].basis").steps,
            kind: .nutrient,
            set: [], only: [], separator: "; ",
            pieces: [
              .value(path("code", in: .nutrient), .text), .literal("="),
              .value(path("amount", in: .nutrient), .measure),
            ],
            none: nil)),
        .list(
          ListRule(
            field: FieldRule(place: header("ingredients"), converter: .affixed(prefix: "【", .text, suffix: "】")),
            parent: [], kind: .ingredient, set: [], only: [],
            separator: "、",
            pieces: [
              .value(path("name@ja", in: .ingredient), .text), .literal("("),
              .value(path("share", in: .ingredient), .text), .literal("%)"),
            ],
            none: nil)),
      ])
    let probe = TableProbe(layout)
    let text = "nutrients,ingredients\nFAT=12 GRM; PRO-=3.5 GRM,【米(60%)、塩】\n,\n"
    let reading = try probe.read(text)
    #expect(reading.products.count == 1)
    let first = reading.products[0]
    #expect(first["nutrition[100 GRM].nutrient[FAT].amount"] == "12 GRM")
    #expect(first["nutrition[100 GRM].nutrient[PRO-].amount"] == "3.5 GRM")
    #expect(first["ingredient[1].share"] == "60")
    #expect(first["ingredient[2].name@ja"] == "塩")
    let writing = try probe.roundTrip(text)
    #expect(writing.text == "nutrients,ingredients\nFAT=12 GRM; PRO-=3.5 GRM,【米(60%)、塩】\n")
    #expect(writing.losses.isEmpty)
    let wrong = try probe.read("nutrients,ingredients\nFAT=12; x,\n")
    #expect(wrong.codes.contains("unit-missing"))
  }

  @Test func aSeparatorInsideAnElementIsALoss() throws {
    let layout = TableLayout(
      newline: "lf",
      columns: [
        .list(
          ListRule(
            field: FieldRule(place: header("x")), parent: [], kind: .bullet, set: [], only: [], separator: "|",
            pieces: [.value(path("text@en", in: .bullet), .text)], none: "none"))
      ])
    let writing = try TableProbe(layout).write([product(["bullet[1].text@en": "a|b"]), product(["name@vi": "x"])])
    #expect(writing.text == "x\na|b\nnone\n")
    #expect(writing.losses == ["bullet.text@en converted 1", "name@vi not-carried 1"])
    let whole = String(repeating: "a long text ", count: 9) + "end"
    let several = try TableProbe(layout).write([
      product(["bullet[1].text@en": whole, "bullet[2].text@en": "b|c|d", "bullet[3].text@en": whole])
    ])
    #expect(several.text == "x\n\(whole)|b|c|d|\(whole)\n")
    #expect(several.losses == ["bullet.text@en converted 1"])
  }

  @Test func aListWithASeparatorInsideCountsItsOtherLossesOnce() throws {
    let layout = TableLayout(
      newline: "lf",
      columns: [
        .list(
          ListRule(
            field: FieldRule(place: header("x")), parent: [], kind: .ingredient, set: [], only: [], separator: ";",
            pieces: [
              .value(path("name@vi", in: .ingredient), .text), .literal("="),
              .value(path("share", in: .ingredient), .decimal(.plain, minFraction: 0, maxFraction: 1)),
            ],
            none: nil))
      ])
    let writing = try TableProbe(layout).write([
      product([
        "ingredient[1].name@vi": "a;b", "ingredient[1].share": "33.33", "ingredient[2].name@vi": "c",
        "ingredient[2].share": "66.67",
      ])
    ])
    #expect(writing.text == "x\na;b=33.3;c=66.7\n")
    #expect(Set(writing.losses) == ["ingredient.name@vi converted 1", "ingredient.share rounded 2"])
  }

  @Test func rulesThatTablesCannotHaveAreFaults() throws {
    let call = TableLayout(columns: [.call(CallRule(element: ElementPath(steps: []), block: "b", link: nil))])
    #expect(throws: Fault.self) { try TableProbe(call).write([]) }
    let endless = TableLayout(columns: [.each(EachRule(kind: .media, rules: []))])
    let fault = #expect(throws: Fault.self) { try TableProbe(endless).write([]) }
    #expect(fault?.kind == .configuration)
    var tab = shop
    tab.delimiter = "\""
    #expect(throws: Fault.self) { try TableProbe(tab, codes: [tableUnits]).write([]) }
  }
}
