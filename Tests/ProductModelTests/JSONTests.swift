import Bytes
import Diagnostics
import ProductModel
import Testing

@Suite("Canonical JSON: exact both ways, and every fault with its place")
struct JSONTests {
  @Test func sixProductsComeBackByteForByte() throws {
    let lines = try sixLines()
    #expect(lines.count == 9)
    for line in lines {
      let read = readJSON(line)
      #expect(read.findings == [])
      #expect(try writeJSON(#require(read.product)) == line)
    }
  }

  /// Several lines in one arena, in pieces of every size, and with a batch recycled between: the same products.
  @Test func chunksDoNotMatter() throws {
    let lines = try sixLines()
    let text = Array(lines.joined(separator: "\n").utf8) + [0x0A]
    let expected = try sixProducts()
    for size in [1, 2, 3, 7, 64, 1000, 4096, text.count] {
      var batch = ProductBatch()
      var reader = CanonicalJSONReader()
      var found: [Product] = []
      var lineStart = 0, at = 0
      while at < text.count {
        let end = min(at + size, text.count)
        text[at..<end].withUnsafeBufferPointer { _ = batch.append($0.baseAddress!, count: $0.count) }
        at = end
        // Whatever is whole is read; the rest of the arena waits for the next piece.
        while let feed = (lineStart..<batch.byteCount).first(where: { batch.unsafeArena[$0] == 0x0A }) {
          #expect(reader.read(line: lineStart..<feed, in: &batch, recordOffset: UInt64(lineStart)))
          lineStart = feed + 1
        }
      }
      found += batch.products()
      #expect(found == expected, "pieces of \(size)")
    }
  }

  @Test func originsPointAtValues() throws {
    let line = "{\"name\":{\"vi\":\"Trà\"},\"item\":[{\"id\":\"each\",\"stock\":12}]}"
    var batch = ProductBatch()
    _ = batch.append("####")
    let place = batch.append(line)
    var reader = CanonicalJSONReader()
    #expect(reader.read(line: place.offset..<place.offset + place.length, in: &batch, recordOffset: 50))
    let bytes = Array(line.utf8)
    let view = batch[product: 0]
    for (entry, text) in [(0, "Trà"), (1, "each"), (2, "12")] {
      let origin = batch.origin(product: 0, entry: entry)
      #expect(bytes[origin...].starts(with: Array(text.utf8)))
      #expect(view.string(of: entry) == text)
    }
    #expect(batch.rows[0].recordOffset == 50 && batch.rows[0].recordLength == UInt64(line.utf8.count))
  }

  @Test func facetsComeInOrder() throws {
    var product = Product()
    product["name@ko"] = "차"
    product["name@en/zz-shop"] = "Z"
    product["name@vi/buu-dien"] = "B"
    product["name@vi"] = "Trà"
    product["name@en/amazon-us"] = "Tea"
    product["name"] = "Tra"
    product["name@fr"] = "Thé"
    product["brand"] = "Phú Lộc"
    #expect(
      writeJSON(product)
        == "{\"name\":{\"und\":\"Tra\",\"vi\":\"Trà\",\"ko\":\"차\",\"en/amazon-us\":\"Tea\",\"en/zz-shop\":\"Z\",\"fr\":\"Thé\","
        + "\"vi/buu-dien\":\"B\"},\"brand\":\"Phú Lộc\"}")
  }

  /// Nothing is dropped where a tree has more than the declarations allow, and values that are no numbers do not break the text.
  @Test func oddTreesAreWrittenWhole() throws {
    let root = ProductNode(
      .product,
      [
        AttributeValue(.status, .none, "active"), AttributeValue(.status, .none, "discontinued"),
        AttributeValue(.residue, .none, "a\u{1F}<b/>"),
      ],
      children: [
        ProductNode(.ocop, [AttributeValue(.stars, .none, "4,5"), AttributeValue(.residue, .none, "x")]),
        ProductNode(.ocop),
        ProductNode(.bullet, []),
      ])
    let text = writeJSON(Product(root))
    #expect(text == "{\"status\":[\"active\",\"discontinued\"],\"ocop\":[{\"stars\":\"4,5\"},{}],\"bullet\":[{}]}")
    let read = readJSON(text)
    #expect(read.findings.map(\.code) == [.jsonType, .jsonType])
    let whole = writeJSON(Product(root), residue: true)
    #expect(whole.contains("\"residue\":[\"a\\u001f<b/>\"]") && whole.contains("\"residue\":[\"x\"]"))
    let product = Product(ProductNode(.product, [AttributeValue(.residue, .none, "a\u{1F}<b/>\u{7}")]))
    #expect(readJSON(writeJSON(product, residue: true)).product == product)
  }

  @Test func prettyTextSaysTheSame() throws {
    for line in try sixLines() {
      let product = try #require(readJSON(line).product)
      let pretty = writeJSON(product, indentation: 2)
      #expect(pretty.contains("\n  \"name\": {\n    \"vi\": "))
      let again = readJSON(pretty)
      #expect(again.findings == [] && again.product == product)
    }
    #expect(writeJSON(Product(), indentation: 2) == "{}")
  }

  @Test func readerIsKindWhereItIsSafe() throws {
    let read = readJSON(
      "{\"isDangerous\":\"false\",\"item\":{\"id\":\"each\",\"stock\":\"12\",\"netContent\":\"250 MLT\"},\"price\":[{\"amount\":12.50},{\"market\":\"JP\",\"amount\":-0}]}"
    )
    #expect(read.findings == [])
    #expect(
      try writeJSON(#require(read.product))
        == "{\"isDangerous\":false,\"item\":[{\"id\":\"each\",\"netContent\":[\"250 MLT\"],\"stock\":12}],\"price\":[{\"amount\":\"12.5\"},{\"market\":\"JP\",\"amount\":\"0\"}]}"
    )
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let json: String
    let code: DiagnosticCode
    let at: Character
    let path: String?
    var word = ""
    var testDescription: String { json }
  }

  /// `»` marks the byte that the finding must name; it is taken out before reading.
  @Test(arguments: [
    Case(json: "{\"»nmae\":\"x\"}", code: .jsonUnknownKey, at: "n", path: nil, word: "name"),
    Case(
      json: "{\"item\":[{\"id\":\"each\",\"»gtinn\":[1,{\"a\":null}]}]}", code: .jsonUnknownKey, at: "g",
      path: "item[each]", word: "gtin"),
    Case(json: "{\"name\":{\"»vn\":\"x\"}}", code: .jsonFacet, at: "v", path: "name", word: "vi"),
    Case(json: "{\"brand\":{\"»en/amazon-us\":\"x\"}}", code: .jsonFacet, at: "e", path: "brand", word: "channel"),
    Case(json: "{\"status\":»{\"vi\":\"x\"}}", code: .jsonType, at: "{", path: "status"),
    Case(
      json: "{\"item\":[{\"id\":\"a\"},{\"stock\":\"»12a\"}]}", code: .valueNotCanonical, at: "1", path: "item[2].stock"
    ),
    Case(
      json: "{\"price\":[{\"market\":\"VN\",\"amount\":\"»045.500\"}]}", code: .valueNotCanonical, at: "0",
      path: "price[VN].amount", word: "45.5"),
    Case(json: "{\"price\":[{\"amount\":»1e999}]}", code: .valueNotCanonical, at: "1", path: "price[1].amount"),
    Case(
      json: "{\"item\":[{\"gtin\":»8938501001016}]}", code: .jsonType, at: "8", path: "item[1].gtin", word: "number"),
    Case(
      json: "{\"item\":[{\"gtin\":\"»8938501001016\"}]}", code: .valueNotCanonical, at: "8", path: "item[1].gtin",
      word: "08938501001016"),
    Case(
      json: "{\"status\":\"active\",\"»status\":\"active\"}", code: .jsonDuplicateKey, at: "s", path: nil,
      word: "status"),
    Case(json: "{\"item\":[],\"»item\":[]}", code: .jsonDuplicateKey, at: "i", path: nil),
    Case(json: "{\"name\":{\"vi\":\"a\",\"»vi\":\"b\"}}", code: .jsonDuplicateKey, at: "v", path: "name"),
    Case(json: "{\"status\":»null}", code: .jsonType, at: "n", path: "status", word: "null"),
    Case(json: "{\"status\":»[\"a\"]}", code: .jsonType, at: "[", path: "status"),
    Case(json: "{\"item\":[»5]}", code: .jsonType, at: "5", path: "item"),
    Case(json: "{\"ocop\":»[{\"stars\":4}]}", code: .jsonType, at: "[", path: "ocop"),
    Case(json: "{\"status\":\"»\"}", code: .valueNotCanonical, at: "\"", path: "status", word: "empty"),
    Case(
      json: "{\"ingredient\":[{},{\"ingredient\":[{\"share\":\"»x\"}]}]}", code: .valueNotCanonical, at: "x",
      path: "ingredient[2].ingredient[1].share"),
    Case(json: "{\"isDangerous\":»1}", code: .jsonType, at: "1", path: "isDangerous"),
  ])
  func faultsHaveAPlace(test: Case) throws {
    let bytes = Array(test.json.utf8)
    let at = try #require(bytes.firstIndex(of: 0xC2))
    let clean = Array(bytes[..<at] + bytes[(at + 2)...])
    let read = readJSON(clean)
    #expect(read.findings.count == 1)
    let finding = try #require(read.findings.first)
    #expect(finding.code == test.code)
    #expect(finding.place.byte == 1000 + UInt64(at))
    #expect(String(decoding: [clean[at]], as: UTF8.self) == String(test.at))
    #expect(finding.attribute == (test.path ?? ""))
    #expect(finding.description.contains(test.word))
    // The rest of the product is there, and the product is marked.
    #expect(read.product != nil)
    var batch = ProductBatch()
    var reader = CanonicalJSONReader()
    let place = clean.withUnsafeBufferPointer { batch.append($0.baseAddress!, count: $0.count) }
    _ = reader.read(line: place..<place + clean.count, in: &batch, recordOffset: 0)
    #expect(batch.rows[0].state == .faulted)
  }

  @Test func findingsNameTheProduct() throws {
    let read = readJSON("{\"status\":\"\",\"item\":[{\"id\":\"each\",\"gtin\":\"08938501001016\"}]}")
    #expect(read.findings.first?.product == "08938501001016")
  }

  /// A line cut anywhere is reported where it was cut, and adds no product.
  @Test func truncatedEverywhere() throws {
    let harness = JSONHarness()
    for line in try sixLines() {
      let bytes = Array(line.utf8)
      for length in 0..<bytes.count {
        let isAdded = harness.read(bytes[..<length])
        let finding = try #require(harness.reader.findings.last)
        let at = try #require(finding.place.byte)
        if isAdded || finding.code != .jsonMalformed || at > 1000 + UInt64(length) {
          Issue.record("cut after \(length) bytes: \(finding)")
        }
      }
    }
  }

  /// Every byte of a record replaced by others never crashes, and what comes back is whole or reported.
  @Test func everyByteBroken() throws {
    let lines = try sixLines()
    let harness = JSONHarness()
    for line in [lines[4], lines[5]] {
      let bytes = Array(line.utf8)
      for i in bytes.indices {
        for other in [UInt8(0x22), 0x5C, 0x7B, 0x5D, 0x00, 0xFF, 0x39] where other != bytes[i] {
          var broken = bytes
          broken[i] = other
          let isAdded = harness.read(broken[...])
          if harness.reader.findings.isEmpty {
            #expect(isAdded)
            let text = harness.text()
            #expect(harness.read(Array(text.utf8)[...]) && harness.text() == text)
          } else if isAdded {
            #expect(harness.batch.rows[0].state == .faulted)
          }
        }
      }
    }
  }

  @Test func hostileInput() throws {
    func code(_ text: String) -> DiagnosticCode? { readJSON(text).findings.last?.code }
    #expect(code(String(repeating: "{\"ingredient\":[", count: 100_000)) == .jsonMalformed)
    #expect(code(String(repeating: "[", count: 100_000)) == .jsonType)
    #expect(code("{\"nope\":" + String(repeating: "[", count: 100_000)) == .jsonMalformed)
    #expect(code("{\"price\":[{\"amount\":\"" + String(repeating: "9", count: 100_000) + "\"}]}") == .valueNotCanonical)
    #expect(code("{\"price\":[{\"amount\":" + String(repeating: "9", count: 100_000) + "}]}") == .valueNotCanonical)
    #expect(code("{\"price\":[{\"amount\":1e-99999999999999999999}]}") == .valueNotCanonical)
    #expect(code("[]") == .jsonType)
    #expect(code("") == .jsonMalformed)
    #expect(code("{} {}") == .jsonMalformed)
    #expect(code("{\"status\":\"\u{1}\"}") == .jsonMalformed)
    #expect(code("{\"status\":\"\\ud800\"}") == .jsonMalformed)
    #expect(code("{\"" + String(repeating: "k", count: 100_000) + "\":1}") == .jsonUnknownKey)
    #expect(code("{\"name\":{\"" + String(repeating: "k", count: 100_000) + "\":1}}") == .jsonFacet)
    #expect(
      readJSON(Array("{\"status\":\"a".utf8) + [0xC3, 0x28] + Array("\"}".utf8)).findings.first?.place.byte == 1012)

    // More parts than a product may have.
    let many = "{\"bullet\":[" + Array(repeating: "{}", count: 70_000).joined(separator: ",") + "]}"
    #expect(code(many) == .recordTooManyParts)
    // More findings than are kept: the first hundred, and the number of the others.
    let wrong = readJSON("{\"claim\":[{\"code\":[" + Array(repeating: "1", count: 5000).joined(separator: ",") + "]}]}")
    #expect(wrong.findings.count == CanonicalJSONReader.findingLimit && wrong.dropped == 4900)
  }

  /// A reader goes on with the next line after a bad one.
  @Test func nextLineIsFine() throws {
    var batch = ProductBatch()
    var reader = CanonicalJSONReader()
    let bad = batch.append("{\"name\":{\"vi\":\"a\"},\"item\":[{\"id\":")
    #expect(!reader.read(line: bad.offset..<bad.offset + bad.length, in: &batch, recordOffset: 0))
    let good = batch.append("{\"name\":{\"vi\":\"b\"}}")
    #expect(reader.read(line: good.offset..<good.offset + good.length, in: &batch, recordOffset: 40))
    #expect(reader.findings == [] && batch.count == 1)
    #expect(batch.products()[0]["name@vi"] == "b")
  }

  /// The published schema is JSON, the same every time, and knows every attribute.
  @Test func schema() throws {
    let text = JSONSchema.text()
    #expect(text == JSONSchema.text())
    var bytes = Array(text.utf8)
    try bytes.withUnsafeMutableBufferPointer { buffer in
      var scanner = JSONScanner(buffer)
      try scanner.skipValue()
      #expect(try scanner.next() == .end)
    }
    for kind in Model.kinds {
      if kind.kind != .product { #expect(text.contains("\n    \"\(kind.kind.name)\": {\n      \"description\": ")) }
      for attribute in kind.attributes { #expect(text.contains("\"\(attribute.attribute.name)\": {")) }
    }
    #expect(text.contains("\"pattern\": \"^[0-9]{14}$\""))
  }

  /// No attribute of a kind has the name of a kind that may stand there, or the two could not be told apart.
  @Test func namesAreUnique() {
    for kind in Model.kinds {
      let below = Set(Model.kinds.filter { $0.parents.contains(kind.kind) }.map(\.kind.name))
      #expect(below.isDisjoint(with: kind.attributes.map(\.attribute.name)), "\(kind.kind.name)")
    }
    #expect(Set(DiagnosticCode.productModelCodes.map(\.id)).count == DiagnosticCode.productModelCodes.count)
  }
}
