import AdapterKit
import Diagnostics
import Documents
import ProductModel
import Profiles
import Testing

@Suite struct ElementReaderTests {
  /// A small layout with most of the language: attributes, languages, units, groups, lists, choices, repeated nodes.
  static let small = """
    profile: small
    title: small
    version: "1"
    adapter: supplier-xml
    standing: {state: unconfirmed, date: "2026-11-22", source: test}
    market: VN
    language: vi
    codes:
      unit: {GRM: g, MLT: ml}
      level: {BASE_UNIT_OR_EACH: EA, CASE: CS}
      allergen: {AM: sữa, AF: cá}
    xml:
      namespaces: {n: "urn:n"}
      prologue: |
        <?xml version="1.0" encoding="UTF-8"?>
        <list xmlns:n="urn:n" by="$profile">
      epilogue: |
        </list>
      record: n:product
      rules:
        - {at: "@sku", is: "item[each].sku"}
        - {at: gtin, is: "item[each].gtin", as: gtin}
        - {at: name, is: name, facet: {language: "@lang"}, max: 60}
        - {at: size, is: "item[each].netContent", unit: {at: "@unit", codes: unit}}
        - {at: price, is: "price[market=VN,item=each,type=retail].amount"}
        - {at: price/@cur, is: "price[market=VN,item=each,type=retail].currency"}
        - {at: fixed, const: YES}
        - {at: type, is: type, default: product}
        - when: {path: type, in: [assortment]}
          rules: [{at: note, is: story@vi}]
        - when: {path: type, in: [assortment], not: true}
          rules: [{at: note, is: description@vi}]
        - {at: dims, pattern: "{depth}x{width}x{height}", on: "item[each]", with: {depth: measureIn(MMT), width: measureIn(MMT), height: measureIn(MMT)}}
        - {at: allergens, list: allergen, by: ";", pattern: "{code}", with: {code: codes(allergen)}, set: {level: CONTAINS}, none: "-"}
        - each: ingredient
          at: ingredients/ingredient
          rules:
            - {at: ".", is: name@vi}
            - {at: "@share", is: share}
        - {at: "contact[kind=phone]/value", is: "party[contact].phone"}
        - {at: "contact[kind=mail]/value", is: "party[contact].email"}
        - {at: "flag[@id=1]", is: isDangerous}
      unmatched: residue
    """

  private let profile: Profile

  init() throws { profile = try ElementProbe.profile(yaml: Self.small) }

  private func document(_ records: String...) -> String {
    "<?xml version=\"1.0\"?>\n<list xmlns:n=\"urn:n\">\n<head>x</head>" + records.joined(separator: "\n") + "</list>"
  }

  private let whole = """
    <n:product sku=" A&amp;1 "><gtin>8930000000019</gtin><name lang="vi">Mật <![CDATA[hoa]]> dừa</name><name lang="en">Nectar</name>
    <size unit="ml"> 250.0 </size><price cur="VND">1.15E6</price><fixed>YES</fixed><type/><note>ngon</note><dims>60x60x165</dims>
    <allergens>sữa; cá</allergens><ingredients><ingredient share="70">Cá cơm</ingredient><ingredient share="30">Muối</ingredient></ingredients>
    <contact><kind>mail</kind><value>a@b.vn</value></contact><contact><kind>phone</kind><value>+84 1</value></contact>
    <flag id="2">false</flag><flag id="1">TRUE</flag></n:product>
    """

  @Test func everyRuleReads() throws {
    let reading = ElementProbe.read(document(whole), profile)
    #expect(reading.fault == nil)
    let product = try #require(reading.products.first)
    #expect(reading.rows.map(\.state) == [.good])
    #expect(product["item[each].sku"] == "A&1")
    #expect(product["item[each].gtin"] == "08930000000019")
    #expect(product["name@vi"] == "Mật hoa dừa")
    #expect(product["name@en"] == "Nectar")
    #expect(product["item[each].netContent"] == "250 MLT")
    #expect(product["price[market=VN,item=each,type=retail].amount"] == "1150000")
    #expect(product["price[market=VN,item=each,type=retail].currency"] == "VND")
    #expect(product["type"] == "product")
    #expect(product["description@vi"] == "ngon")
    #expect(product["story@vi"] == nil)
    #expect(product["item[each].depth"] == "60 MMT")
    #expect(product["item[each].height"] == "165 MMT")
    #expect(product["allergen[AM].level"] == "CONTAINS")
    #expect(product.root.nodes(.allergen).count == 2)
    #expect(product["ingredient[2].name@vi"] == "Muối")
    #expect(product["ingredient[1].share"] == "70")
    #expect(product["party[contact].email"] == "a@b.vn")
    #expect(product["party[contact].phone"] == "+84 1")
    #expect(product["isDangerous"] == "true")
    #expect(product.root.nodes(.item).count == 1)
    // <flag id="2"> is the only thing that no rule reads.
    #expect(reading.codes == ["element-unmapped"])
    #expect(reading.diagnostics.kept.first?.place.element == "/list/product/flag")
  }

  /// What a rule without conditions takes from an attribute stands in front of the text, not in it.
  @Test func attributesBesideAText() throws {
    let rule = "- {at: \"flag[@id=1]\", is: isDangerous}"
    let more =
      "\n    - {at: flag/@code, is: story@en}\n    - {at: \"memo[@id=1]\", is: story@ja}\n    - {at: memo/@code, is: story@ko}"
    let profile = try ElementProbe.profile(yaml: Self.small.replacing(rule, with: rule + more))
    let record = #"<n:product sku="A"><flag id="1" code="X">TRUE</flag><memo code="Y" id="1">Gạo</memo></n:product>"#
    let reading = ElementProbe.read(document(record), profile)
    let product = try #require(reading.products.first)
    #expect(product["isDangerous"] == "true")
    #expect(product["story@en"] == "X")
    #expect(product["story@ja"] == "Gạo")
    #expect(product["story@ko"] == "Y")
    #expect(reading.codes == [])
  }

  @Test func readsBackWhatItWrites() throws {
    let first = try #require(ElementProbe.read(document(whole), profile).products.first)
    let writing = try ElementProbe.write([first], profile)
    #expect(writing.codes == [])
    #expect(writing.losses.isEmpty, "\(writing.losses)")
    let second = ElementProbe.read(writing.text, profile)
    #expect(second.codes == [])
    #expect(second.products.count == 1 && same(first, second.products[0]), "\(writing.text)")
    #expect(
      writing.text.hasPrefix(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<list xmlns:n=\"urn:n\" by=\"small\">\n<n:product sku=\"A&amp;1\"><gtin>8930000000019</gtin>"
      ), "\(writing.text)")
    #expect(writing.text.contains("<size unit=\"ml\">250</size><price cur=\"VND\">1150000</price><fixed>YES</fixed>"))
    #expect(
      writing.text.contains(
        "<ingredients><ingredient share=\"70\">Cá cơm</ingredient><ingredient share=\"30\">Muối</ingredient></ingredients>"
      ))
    #expect(writing.text.contains("<contact><kind>phone</kind><value>+84 1</value></contact>"))
  }

  @Test func placesArePreciseToLineColumnAndPath() throws {
    let reading = ElementProbe.read(
      "<list xmlns:n='urn:n'>\n <n:product>\n  <name lang='vi'>ê</name><gtin\n  >8930000000018</gtin><ingredients><ingredient share='x'>a</ingredient></ingredients></n:product></list>",
      profile)
    let found = reading.all(.gtinCheckDigit)
    #expect(found.count == 1)
    #expect(found.first?.place.line == 3 && found.first?.place.column == 27)
    #expect(found.first?.place.element == "/list/product/gtin")
    #expect(found.first?.attribute == "item[each].gtin")
    #expect(found.first?.place.byte == 63)
    let share = reading.all(.numberFormat).first
    #expect(share?.place.element == "/list/product/ingredients/ingredient/@share")
    #expect(reading.rows.map(\.state) == [.faulted])
  }

  @Test func constantsAreChecked() throws {
    let reading = ElementProbe.read(document("<n:product><fixed>NO</fixed></n:product>"), profile)
    #expect(reading.codes == ["const-mismatch"])
    #expect(reading.rows.map(\.state) == [.good])
  }

  // MARK: Records

  @Test func recordRangesAreExact() throws {
    let records = [
      "<n:product sku=\"1\"><name lang=\"vi\">a</name></n:product>",
      "<n:product\n sku='2 > 1' ><!-- </n:product> <n:product> --><name lang=\"vi\"><![CDATA[</n:product>]]></name></n:product\n>",
      "<n:product sku=\"3\"/>", "<n:product><?pi <n:product> ?><name lang=\"vi\">ậ</name></n:product>",
    ]
    let text =
      "<?xml version=\"1.0\"?><!-- <n:product> --><list xmlns:n=\"urn:n\">" + records.joined(separator: "<!-- x -->\n")
      + "</list>"
    for start in [[], [0xEF, 0xBB, 0xBF]] as [[UInt8]] {
      let bytes = start + Array(text.utf8)
      let reading = ElementProbe.read(bytes, profile)
      #expect(reading.fault == nil)
      let found = reading.rows.map {
        String(decoding: bytes[Int($0.recordOffset)..<Int($0.recordOffset + $0.recordLength)], as: UTF8.self)
      }
      #expect(found == records)
      #expect(reading.products[1]["name@vi"] == "</n:product>")
    }
  }

  @Test func manyRecordsOverManyBatches() throws {
    // Records from tiny to larger than the piece that is read at once, so that every boundary falls inside one.
    var text = "<list xmlns:n='urn:n'>"
    for i in 0..<700 {
      let filler = String(repeating: "ă", count: i % 97 == 0 ? 40_000 : i % 50)
      text += "<n:product sku='\(i)'><name lang='vi'>Tên \(i)</name><note>\(filler)x</note>"
      for k in 0..<(i % 5) { text += "<ingredients><ingredient share='\(k + 1)'>n\(k)</ingredient></ingredients>" }
      text += "</n:product>\n"
    }
    let reading = ElementProbe.read(text + "</list>", profile)
    #expect(reading.fault == nil)
    #expect(reading.rows.count == 700)
    for (i, product) in reading.products.enumerated() {
      #expect(product["item[each].sku"] == "\(i)")
      #expect(product["name@vi"] == "Tên \(i)")
      #expect(product.root.nodes(.ingredient).map { $0[.name, .vi] } == (0..<(i % 5)).map { "n\($0)" })
      #expect(product["description@vi"]?.count == (i % 97 == 0 ? 40_000 : i % 50) + 1)
    }
  }

  /// Records that look alike carry one layout, and are read as if each stood alone.
  @Test func alikeRecordsHaveOneLayout() throws {
    func record(_ i: Int) -> String {
      var text = "<n:product sku='\(i)'><name lang='\(i % 7 == 0 ? "en" : "vi")'>Tên \(i)</name>"
      if i % 2 == 0 { text += "<size unit='ml'>\(i)</size>" }
      for k in 0..<(i % 3) { text += "<ingredients><ingredient share='\(k + 1)'>n\(k)</ingredient></ingredients>" }
      // Read when the record is handed on, behind its place.
      if i % 11 == 0 { text += "<allergens>sữa; cá</allergens>" }
      return text + "</n:product>\n"
    }
    let reading = ElementProbe.read(document(String((0..<400).map(record).joined())), profile)
    #expect(reading.fault == nil && reading.rows.count == 400)
    var layouts: [UInt64: Set<String>] = [:]
    for (i, (row, product)) in zip(reading.rows, reading.products).enumerated() {
      let alone = ElementProbe.read(document(record(i)), profile)
      #expect(alone.products == [product] && alone.rows.first?.layout == 0)
      if i % 11 == 0 {
        #expect(row.layout == 0)
      } else if row.layout != 0 {
        layouts[row.layout, default: []].insert("\(i % 7 == 0) \(i % 2) \(i % 3)")
      }
    }
    #expect(layouts.count == 12, "\(layouts)")
    #expect(layouts.values.allSatisfy { $0.count == 1 })
    // All but the first two of each kind.
    #expect(reading.rows.count { $0.layout != 0 } > 300)
  }

  @Test func quarantineHoldsTheFaultyRecordOnly() throws {
    let bad = "<n:product sku=\"2\"><gtin>8930000000018</gtin></n:product>"
    let text = document("<n:product sku=\"1\"/>", bad, "<n:product sku=\"3\"/>")
    let reading = ElementProbe.read(text, profile)
    #expect(reading.rows.map(\.state) == [.good, .faulted, .good])
    let output = OutputDocument.memory()
    try #require(reading.reader).writeRecords(reading.rows.filter { $0.state == .faulted }, to: output)
    let quarantine = String(decoding: output.contents, as: UTF8.self)
    #expect(quarantine == "<?xml version=\"1.0\"?>\n<list xmlns:n=\"urn:n\">\n<head>x</head>\(bad)\n</list>\n")
    let again = ElementProbe.read(quarantine, profile)
    #expect(again.rows.map(\.state) == [.faulted])
    #expect(again.codes == ["gtin-check-digit"])
    let mended = ElementProbe.read(quarantine.replacing("018<", with: "019<"), profile)
    #expect(mended.rows.map(\.state) == [.good])
    #expect(mended.products[0]["item[each].sku"] == "2")
  }

  // MARK: Encodings

  @Test func encodingsAreTheSame() throws {
    let text = document(whole)
    let expected = ElementProbe.read(text, profile)
    for (name, mark, big) in [
      ("UTF-16", [0xFF, 0xFE], false), ("UTF-16", [0xFE, 0xFF], true), ("UTF-16LE", [], false),
    ]
      as [(String, [UInt8], Bool)]
    {
      let declared = text.replacing("version=\"1.0\"?", with: "version=\"1.0\" encoding='\(name)'?")
      var bytes = mark
      for unit in declared.utf16 {
        bytes += big ? [UInt8(unit >> 8), UInt8(unit & 255)] : [UInt8(unit & 255), UInt8(unit >> 8)]
      }
      let reading = ElementProbe.read(bytes, profile)
      #expect(reading.fault == nil, "\(name)")
      #expect(reading.products == expected.products)
      let output = OutputDocument.memory()
      try #require(reading.reader).writeRecords(reading.rows, to: output)
      #expect(ElementProbe.read(output.contents, profile).products == expected.products)
    }
    let latin =
      Array(
        "<?xml version='1.0' encoding='windows-1252'?><list xmlns:n='urn:n'><n:product><name lang='fr'>p".utf8) + [0xE2]
      + Array("t</name></n:product></list>".utf8)
    #expect(ElementProbe.read(latin, profile).products.first?["name@fr"] == "pât")
  }

  @Test func prefixesDoNotMatter() throws {
    let expected = ElementProbe.read(document(whole), profile).products
    for text in [
      document(whole).replacing("<n:", with: "<zz:").replacing("</n:", with: "</zz:").replacing(
        "xmlns:n", with: "xmlns:zz"),
      document(whole).replacing(" xmlns:n=\"urn:n\"", with: "").replacing(
        "<n:product ", with: "<n:product xmlns:n='urn:n' "),
    ] { #expect(ElementProbe.read(text, profile).products == expected) }
  }

  // MARK: Faults

  @Test func otherDocumentsAreRefusedWithAReason() throws {
    let other = ElementProbe.read("<html><body>Sorry</body></html>", profile)
    #expect(other.fault?.kind == .malformed)
    #expect(other.fault?.diagnostic.code == .elementNoRecord)
    let near = ElementProbe.read("<list>\n <product/></list>", profile)
    #expect(near.fault?.diagnostic.code == .elementNoRecord)
    #expect(
      near.fault?.diagnostic.message.en.contains(
        "“product” stands in no namespace where the namespace «urn:n» is expected") == true)
    #expect(near.fault?.diagnostic.place.line == 2)
  }

  @Test func whatStoodBeforeADocumentFaultIsGood() throws {
    let text = document("<n:product sku=\"1\"/>", "<n:product sku=\"2\"/>", "<n:product sku=\"3\"><name>")
    let cut = String(text.dropLast(7))
    let reading = ElementProbe.read(cut, profile)
    #expect(reading.fault?.kind == .malformed)
    #expect(reading.fault?.diagnostic.code == .xmlMalformed)
    #expect(reading.fault?.diagnostic.hint?.en.contains("number 2 (2)") == true, "\(String(describing: reading.fault))")
  }

  @Test func hostileNamesAndSizesStopNothing() throws {
    var text = "<list xmlns:n='urn:n'><n:product sku='1'>"
    for i in 0..<9_000 { text += "<x\(i)/>" }
    text += "<name lang='vi'>a</name></n:product></list>"
    let names = ElementProbe.read(text, profile)
    #expect(names.products.first?["name@vi"] == "a")
    #expect(names.codes.count <= 600)

    var huge = "<list xmlns:n='urn:n'><n:product sku='1'><ingredients>"
    for i in 0..<70_000 { huge += "<ingredient>\(i)</ingredient>" }
    huge += "</ingredients></n:product><n:product sku='2'/></list>"
    let parts = ElementProbe.read(huge, profile)
    #expect(parts.fault == nil)
    #expect(parts.rows.map(\.state) == [.faulted, .good])
    #expect(parts.codes == ["product-too-large"])
  }

  // MARK: What no rule reads

  @Test func residueStandsOnItsOwn() throws {
    let text = document(
      "<n:product sku=\"1\"><name lang=\"vi\">a</name><o:x xmlns:o=\"urn:o\" o:k='1' l=\"a&lt;\"><o:y>b &amp; c</o:y><z/></o:x></n:product>"
    )
    let reading = ElementProbe.read(text, profile, residue: true)
    #expect(
      reading.products.first?.root[.residue]
        == "/list/product name\u{1F}<o:x xmlns:o=\"urn:o\" o:k=\"1\" l=\"a&lt;\"><o:y>b &amp; c</o:y><z/></o:x>")
    #expect(ElementProbe.read(text, profile).products.first?.root[.residue] == nil)
  }

  @Test func residueIsWrittenBackWhereItStood() throws {
    let text = document(
      "<n:product sku=\"1\"><zero/><name lang=\"vi\">a</name><name lang=\"en\">b</name><o:x xmlns:o=\"urn:o\" k=\"1\">c &amp; d</o:x>"
        + "<y/><price cur=\"VND\">5</price><last/></n:product>")
    let reading = ElementProbe.read(text, profile, residue: true)
    let writing = try ElementProbe.write(reading.products, profile, residue: true)
    for part in [
      "<n:product sku=\"1\"><zero/><name lang=\"vi\">",
      "</name><o:x xmlns:o=\"urn:o\" k=\"1\">c &amp; d</o:x><y/><price", "</price><last/>",
    ] {
      #expect(writing.text.contains(part), "\(part) in \(writing.text)")
    }
    #expect(ElementProbe.read(writing.text, profile, residue: true).products == reading.products)
    #expect(!writing.losses.contains { $0.pattern.contains("residue") })
    #expect(try !ElementProbe.write(reading.products, profile).text.contains("<zero/>"))
  }

  @Test func residueKeepsTheElementsAroundIt() throws {
    let cin = try ElementProbe.profile()
    let text = try ElementProbe.write([ElementProbe.syrup()], cin).text
    let place = "<tradeItemInformation><extension>"
    try #require(text.contains(place))
    let odd = text.replacing(
      place, with: place + "<u:unknownModule xmlns:u=\"urn:u\"><u:a b=\"c\"/></u:unknownModule>", maxReplacements: 1)
    let reading = ElementProbe.read(odd, cin, residue: true)
    #expect(try ElementProbe.write(reading.products, cin, residue: true).text == odd)
    #expect(try ElementProbe.write(reading.products, cin).text == text)
  }

  @Test func textsAreCutWhereTheRuleSaysSo() throws {
    let profile = try ElementProbe.profile(yaml: Self.small.replacing("max: 60", with: "max: 5, truncate: true"))
    var product = Product()
    product["item[each].sku"] = "1"
    product["name@vi"] = "Mật hoa dừa"
    product["name@en"] = "Honey"
    let writing = try ElementProbe.write([product], profile)
    #expect(writing.states == [.good])
    #expect(writing.text.contains("<name lang=\"vi\">Mật h</name><name lang=\"en\">Honey</name>"))
    #expect(writing.losses.map(\.reason) == [.truncated])
  }

  @Test func unknownElementsAreToldOncePerPath() throws {
    let record = "<n:product sku=\"1\"><odd/><odd/></n:product>"
    let reading = ElementProbe.read(document(record, record, record), profile)
    #expect(reading.codes == ["element-unmapped"])
    #expect(reading.diagnostics.kept.first?.severity == .note)
    let strict = try ElementProbe.profile(yaml: Self.small.replacing("unmatched: residue", with: "unmatched: error"))
    #expect(ElementProbe.read(document(record), strict).fault?.diagnostic.code == .elementUnmapped)
    let warning = try ElementProbe.profile(yaml: Self.small.replacing("unmatched: residue", with: "unmatched: warn"))
    #expect(ElementProbe.read(document(record), warning).diagnostics.kept.map(\.severity) == [.warning])
  }
}
