import AdapterKit
import Diagnostics
import Documents
import ProductModel
import Profiles
import Testing

let tableUnits = codeList("units", ["GRM": ["g", "gam"], "KGM": ["kg"], "MLT": ["ml"]])

/// A shop's table with a bit of everything.
let shop = TableLayout(
  newline: "lf",
  columns: [
    column("Mã SKU", "SKU", is: "item[each].sku") { $0.requirement = .required },
    column("Tên sản phẩm", is: "name@vi") {
      $0.requirement = .required
      $0.maxCharacters = 40
    },
    column("Mã vạch", is: "item[each].gtin", as: .gtin),
    column("Giá (VND)", is: "price[market=VN,item=each,type=retail].amount", as: .money(.comma, currency: "VND")),
    column("Khối lượng tịnh", is: "item[each].netContent", as: .decimal(.comma, minFraction: 0, maxFraction: nil)) {
      $0.unit = UnitPlace(place: header("Đơn vị"), codes: "units")
    },
    column("Sao", is: "ocop.stars", as: .integer(.plain)),
    .composite(
      CompositeRule(
        field: FieldRule(place: header("Kích thước")), node: path("item[each].gtin").steps,
        pieces: [
          .value(path("depth", in: .item), .measureIn(unit: "CMT", .plain, maxFraction: 1)), .literal("×"),
          .value(path("width", in: .item), .measureIn(unit: "CMT", .plain, maxFraction: 1)), .literal("×"),
          .value(path("height", in: .item), .measureIn(unit: "CMT", .plain, maxFraction: 1)),
        ])),
    .list(
      ListRule(
        field: FieldRule(place: header("Dị ứng")), parent: [], kind: .allergen,
        set: [SetValue(attribute: .level, source: .constant("CONTAINS"))], only: [], separator: ", ",
        pieces: [.value(path("code", in: .allergen), .text)], none: "không")),
    .each(
      EachRule(
        kind: .media, max: 3, set: [SetValue(attribute: .type, source: .constant("PRODUCT_IMAGE"))],
        rules: [column("Ảnh {i}", is: "url", in: .media)])),
  ])

let shopHeader =
  "Mã SKU,Tên sản phẩm,Mã vạch,Giá (VND),Khối lượng tịnh,Đơn vị,Sao,Kích thước,Dị ứng,Ảnh 1,Ảnh 2,Ảnh 3"

let shopRows = [
  "TVF-1,Mật hoa dừa,8938501234018,98000,250,ml,4,6×6×16.5,không,https://x.vn/1.jpg,https://x.vn/2.jpg,",
  "TVF-2,\"Kẹo dừa, loại \"\"sáp\"\"\",,45000,\"1,5\",kg,,,\"AM, AN\",,,",
]

@Suite struct TableTests {
  let probe = TableProbe(shop, codes: [tableUnits])

  var text: String { ([shopHeader] + shopRows).joined(separator: "\n") + "\n" }

  @Test func aTableBecomesProducts() throws {
    let reading = try probe.read(text)
    #expect(reading.diagnostics.isEmpty)
    #expect(reading.products.count == 2)
    let first = reading.products[0]
    #expect(first["item[each].sku"] == "TVF-1")
    #expect(first["item[each].gtin"] == "08938501234018")
    #expect(first["name@vi"] == "Mật hoa dừa")
    #expect(first["price[market=VN,item=each,type=retail].amount"] == "98000")
    #expect(first["price[market=VN,item=each,type=retail].currency"] == "VND", "money brings its currency")
    #expect(first["item[each].netContent"] == "250 MLT")
    #expect(first["ocop.stars"] == "4")
    #expect(first["item[each].height"] == "16.5 CMT")
    #expect(first.root.nodes(.allergen).isEmpty)
    #expect(first.root.nodes(.media).map { $0[.url] } == ["https://x.vn/1.jpg", "https://x.vn/2.jpg"])
    #expect(first.root.nodes(.media)[0][.type] == "PRODUCT_IMAGE")
    let second = reading.products[1]
    #expect(second["name@vi"] == "Kẹo dừa, loại \"sáp\"")
    #expect(second["item[each].netContent"] == "1.5 KGM")
    #expect(second["ocop.stars"] == nil)
    #expect(second.root.nodes(.ocop).isEmpty, "a node is opened only when a value comes")
    #expect(second.root.nodes(.allergen).map { $0[.code] } == ["AM", "AN"])
    #expect(second.root.nodes(.allergen)[0][.level] == "CONTAINS")
  }

  @Test func itWritesWhatItRead() throws {
    let writing = try probe.roundTrip(text)
    #expect(writing.text == text)
    #expect(writing.losses.isEmpty)
    #expect(writing.diagnostics.isEmpty)
  }

  @Test func everyChunkSizeReadsTheSame() throws {
    let text =
      shopHeader + "\r\n\r\n" + shopRows.map { $0.replacingEnd("\r\n") }.joined() + shopRows[0].replacingEnd("\r\n")
      + "TVF-3,\"Dòng một\r\nDòng hai 👍\",8938501234018,1,2,g,3,1×2×3,AM,,,"
    let whole = try probe.read(text)
    #expect(whole.products.count == 4)
    #expect(whole.products[3]["name@vi"] == "Dòng một\nDòng hai 👍")
    for chunk in Array(1...70) + [100, 255, 256, 400] {
      var probe = probe
      probe.chunk = chunk
      let reading = try probe.read(text)
      #expect(reading.products == whole.products, "chunk \(chunk)")
      #expect(reading.places == whole.places, "chunk \(chunk)")
      #expect(reading.rows.map(\.recordOffset) == whole.rows.map(\.recordOffset), "chunk \(chunk)")
      #expect(reading.rows.map(\.recordLength) == whole.rows.map(\.recordLength), "chunk \(chunk)")
    }
  }

  @Test func manyRowsGoThroughSeveralBatches() throws {
    var text = shopHeader + "\n"
    for i in 0..<700 { text += "S-\(i),Sản phẩm \(i),,\(i + 1).000,\(i + 1),g,,,,,,\n" }
    var probe = probe
    probe.chunk = 5000
    let reading = try probe.read(text)
    #expect(reading.products.count == 700)
    for (i, product) in reading.products.enumerated() {
      #expect(product["item[each].sku"] == "S-\(i)")
      #expect(product["price[market=VN,item=each,type=retail].amount"] == "\((i + 1) * 1000)")
    }
  }

  @Test func headersAreFoundWhateverTheirOrderAndDress() throws {
    let text = """
      Danh sách sản phẩm 2026,,,

      Giá (VND), MÃ  VẠCH *,Te\u{302}n sa\u{309}n pha\u{302}\u{309}m (bắt buộc),sku,Khối lượng tịnh,ĐƠN VỊ
      1000,8938501234018,Mật,A,5,g
      """
    let reading = try probe.read(text)
    #expect(reading.products.count == 1)
    #expect(reading.products[0]["name@vi"] == "Mật")
    #expect(reading.products[0]["item[each].gtin"] == "08938501234018")
  }

  @Test func otherDelimitersAndEncodingsAreFound() throws {
    let semicolons = "SKU;Tên sản phẩm;Khối lượng tịnh;Đơn vị\nA;Mật;1,5;kg\nB;Keo;2,5;kg\n"
    #expect(try probe.read(semicolons).products[0]["item[each].netContent"] == "1.5 KGM")
    var wide: [UInt8] = [0xFF, 0xFE]
    for unit in "SKU\tTên sản phẩm\nA\tMật hoa dừa\n".utf16 { wide += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    #expect(try probe.read(wide).products[0]["name@vi"] == "Mật hoa dừa")
  }

  @Test func missingColumnNamesTheNearestHeader() throws {
    let fault = #expect(throws: Fault.self) { try probe.read("SKU,Tên sãn phẩm\nA,Mật\n") }
    #expect(fault?.kind == .malformed)
    #expect(fault?.diagnostic.code == .tableColumnMissing)
    #expect(fault?.diagnostic.message.en.contains("Tên sản phẩm") == true)
    #expect(fault?.diagnostic.hint?.en.contains("Tên sãn phẩm") == true)
    #expect(fault?.diagnostic.place.line == 1)
    let none = #expect(throws: Fault.self) { try probe.read("a,b\n1,2\n") }
    #expect(none?.diagnostic.code == .tableHeaderMissing)
    #expect(throws: Fault.self) { try probe.read("") }
    let unit = #expect(throws: Fault.self) { try probe.read("SKU,Tên sản phẩm,Khối lượng tịnh\nA,Mật,5\n") }
    #expect(unit?.diagnostic.message.en.contains("Đơn vị") == true)
  }

  @Test func unknownAndDoubleColumnsAreReportedOnce() throws {
    let text = "SKU,Tên sản phẩm,Màu,SKU\nA,Mật,đỏ,B\nC,Keo,,D\n"
    let reading = try probe.read(text)
    #expect(Set(reading.codes) == ["table-column-unknown", "table-column-duplicate"])
    #expect(reading.diagnostics.count == 2)
    #expect(reading.diagnostics.first { $0.code == .tableColumnUnknown }?.severity == .note)
    #expect(reading.products[0]["item[each].sku"] == "A")
    var strict = shop
    strict.unmatched = .error
    #expect(throws: Fault.self) { try TableProbe(strict, codes: [tableUnits]).read(text) }
    strict.unmatched = .warn
    let warned = try TableProbe(strict, codes: [tableUnits]).read(text)
    #expect(warned.diagnostics.contains { $0.code == .tableColumnUnknown && $0.severity == .warning })
  }

  @Test func residueGoesBackToItsColumn() throws {
    var keeping = probe
    keeping.keepsResidue = true
    let text = shopHeader + ",Màu,Ghi chú\n" + shopRows[0] + ",,\n" + shopRows[0] + ",đỏ,\"a,b\"\n"
    #expect(try keeping.roundTrip(text).text == text)
    let plain = try probe.roundTrip(text)
    #expect(plain.text == shopHeader + "\n" + shopRows[0] + "\n" + shopRows[0] + "\n")
  }

  @Test func wrongValuesFaultTheirRowAndNoOther() throws {
    let text =
      shopHeader + "\n" + shopRows[0] + "\n"
      + "TVF-9,Mật,8938501234019,\"45,000.5\",5,gói,4,6×6,AM,not a link,,\n" + shopRows[1] + "\n"
    let reading = try probe.read(text)
    #expect(reading.rows.map(\.state) == [.good, .faulted, .good])
    #expect(
      Set(reading.codes) == ["gtin-check-digit", "number-format", "unknown-unit", "pattern-mismatch", "url-format"])
    let digit = try #require(reading.diagnostics.first { $0.code == .gtinCheckDigit })
    #expect(digit.place.file == "in.csv")
    #expect(digit.place.line == 3)
    #expect(digit.place.column == 11)
    #expect(digit.place.field == "Mã vạch")
    #expect(digit.attribute == "item[each].gtin")
    #expect(digit.value == "8938501234019")
    #expect(digit.product == "TVF-9")
    let offset = try #require(digit.place.byte)
    #expect(Array(text.utf8)[Int(offset)...].starts(with: "8938501234019".utf8))
    #expect(reading.products[1]["name@vi"] == "Mật", "good values of a faulted row stay")
  }

  @Test func textIsComposedAndBytesAreChecked() throws {
    let decomposed = shopHeader + "\nA,Ma\u{323}\u{302}t,,,,,,,,,,\n"
    let reading = try probe.read(decomposed)
    #expect(reading.codes == ["nfd-normalised"])
    #expect(reading.rows[0].state == .good)
    #expect(Array((reading.products[0]["name@vi"] ?? "").utf8) == Array("Mật".utf8))

    var bytes = Array((shopHeader + "\nA,Mật").utf8)
    let bad = bytes.count
    bytes += [0xFF] + Array(" hoa,,,,,,,,,,\nB,Keo,,,,,,,,,,\n".utf8)
    let broken = try probe.read(bytes)
    #expect(broken.codes == ["text-invalid-bytes"])
    #expect(broken.rows.map(\.state) == [.faulted, .good])
    #expect(broken.diagnostics[0].place.byte == UInt64(bad))
    #expect(broken.diagnostics[0].place.line == 2)

    let control = try probe.read(shopHeader + "\nA,Mật\u{0B}hoa,,,,,,,,,,\n")
    #expect(control.codes == ["control-character"])
    #expect(control.products[0]["name@vi"] == "Mật hoa")
  }

  @Test func raggedRows() throws {
    let text = "SKU,Tên sản phẩm,Mã vạch\nA,Mật\n\nB,Keo,,,\nC,\"Bún\",,x\n,,\nD\n"
    let reading = try probe.read(text)
    #expect(reading.products.map { $0["item[each].sku"] } == ["A", "B", "C", "D"])
    #expect(reading.rows.map(\.state) == [.good, .good, .faulted, .good])
    #expect(reading.codes == ["table-row-too-wide"])
    #expect(reading.diagnostics[0].place.line == 5)
  }

  @Test func brokenRowsAreRecordsToo() throws {
    let text = "SKU,Tên sản phẩm\nA,\"Mật\"x\nB,Ke\u{0}o\nC,Bún\n"
    let reading = try probe.read(text)
    #expect(reading.rows.map(\.state) == [.faulted, .faulted, .good])
    #expect(reading.codes == ["delimited-text-after-quote", "delimited-nul-byte"])
    #expect(try probe.records(text, [0, 1]) == "SKU,Tên sản phẩm\nA,\"Mật\"x\nB,Ke\u{0}o\n")
  }

  @Test func quarantineRunsAgain() throws {
    let text =
      "Danh sách\n" + shopHeader + "\r\n" + shopRows[0] + "\r\nX,\"Kẹo\ndừa \"\"sáp\"\"\",8938501234019,,,,,,,,,\r\n"
      + shopRows[1]
    let kept = try probe.records(text, [1, 2])
    #expect(
      kept == "Danh sách\n" + shopHeader + "\r\nX,\"Kẹo\ndừa \"\"sáp\"\"\",8938501234019,,,,,,,,,\r\n" + shopRows[1])
    let again = try probe.read(kept)
    #expect(again.rows.map(\.state) == [.faulted, .good])
    #expect(again.codes == ["gtin-check-digit"])
    let mended = kept.split(separator: "8938501234019").joined(separator: "8938501234018")
    #expect(try probe.read(mended).rows.map(\.state) == [.good, .good])
    #expect(
      try probe.records(text, [2, 0]).hasSuffix(shopRows[1] + "\n" + shopRows[0] + "\r\n"), "a line end between records"
    )
  }

  @Test func originsPointAtTheirCells() throws {
    let reading = try probe.read(text)
    let bytes = Array(text.utf8)
    var seen: Set<String> = []
    for (p, product) in reading.products.enumerated() {
      var values: [String] = []
      func walk(_ node: ProductNode) {
        values += node.values.map(\.text)
        node.children.forEach(walk)
      }
      walk(product.root)
      for (value, place) in zip(values, reading.places[p]) {
        let at = Int(try #require(place.byte))
        if bytes[at...].starts(with: value.utf8) { seen.insert(value) }
      }
    }
    let asTheyStand = [
      "TVF-1", "Mật hoa dừa", "98000", "4", "https://x.vn/1.jpg", "https://x.vn/2.jpg", "TVF-2", "45000", "AM", "AN",
    ]
    #expect(seen.isSuperset(of: asTheyStand), "values that stand as they are must be found where their origin says")
  }

  @Test func fixedLocationForSettingsRows() throws {
    let text = "settings=attributeRow=3&dataRow=5\nSKU,Tên sản phẩm\nsku#1,name#1\nmã,tên\nA,Mật\n"
    let layout = TableLayout(columns: [
      .field(FieldRule(place: header("sku#1", isExact: true), target: path("item[each].sku"))),
      .field(FieldRule(place: header("name#1", isExact: true), target: path("name@vi"))),
    ])
    let reading = try TableProbe(layout).read(text, locate: TableLocation(headerRow: 3, dataRow: 5))
    #expect(reading.products.map { $0["item[each].sku"] } == ["A"])
  }

  @Test func headRowsAreWrittenAndSkipped() throws {
    var layout = TableLayout(
      delimiter: "\t", isStrict: true, quotes: "none", newline: "crlf",
      rows: [.text(["settings=1", "x"]), .labels, .names],
      columns: [
        .field(FieldRule(place: header("sku", label: "SKU của bạn"), target: path("item[each].sku"))),
        .field(FieldRule(place: header("name", label: "Tên"), target: path("name@vi"))),
      ])
    let product = product(["item[each].sku": "A", "name@vi": "Hai\ndòng"])
    let writing = try TableProbe(layout).write([product])
    #expect(writing.text == "settings=1\tx\r\nSKU của bạn\tTên\r\nsku\tname\r\nA\tHai dòng\r\n")
    #expect(writing.losses == ["name@vi converted 1"])
    #expect(try TableProbe(layout).read(writing.text).products.count == 1)
    layout.rows = [.names, .labels]
    let below = try TableProbe(layout).write([product])
    #expect(try TableProbe(layout).read(below.text).products.map { $0["name@vi"] } == ["Hai dòng"])
    layout.bom = true
    #expect(try TableProbe(layout).write([]).text == "\u{FEFF}sku\tname\r\nSKU của bạn\tTên\r\n")
  }
}

extension String {
  fileprivate func replacingEnd(_ end: String) -> String { self + end }
}
