import Bytes
import Diagnostics
import Documents
import Testing

private func read(
  _ text: String, _ dialect: DelimitedDialect? = nil, chunk: Int = 1 << 16
) throws -> [[String]] {
  try DelimitedReader(InputDocument(bytes: Array(text.utf8), name: "t.csv"), dialect: dialect, chunk: chunk)
    .rows().map(\.cells)
}

@Suite("Delimited reader and writer") struct DelimitedReaderTests {
  @Test("Rows have lines and offsets, whatever the chunk") func positions() throws {
    let text = "\u{FEFF}a,b\r\n\r\n\"x\"\"\n\n\"\"y\",1\r\nlast,\"\n\"\n"
    for chunk in 1...text.utf8.count {
      let document = InputDocument(bytes: Array(text.utf8), name: "t.csv")
      let rows = try DelimitedReader(document, chunk: chunk).rows()
      #expect(rows.map(\.line) == [1, 3, 6])
      #expect(rows.map(\.byte) == [3, 10, 24])
      #expect(rows.map(\.cells) == [["a", "b"], ["x\"\n\n\"y", "1"], ["last", "\n"]])
    }
  }

  @Test("A broken row is a fault with its place, and the next rows are read") func faults() throws {
    let text = "tên,giá\nMật ong \"rừng\",1\nb,2\n\u{1}c,\u{0}\nd,4\n"
    let reader = try DelimitedReader(InputDocument(bytes: Array(text.utf8), name: "t.csv"))
    #expect(try reader.next()?.cells == ["tên", "giá"])
    let first = fault { _ = try reader.next() }
    #expect(first?.kind == .malformed)
    #expect(first?.diagnostic.code == .delimitedStrayQuote)
    #expect(first?.diagnostic.place.line == 2)
    #expect(first?.diagnostic.place.column == 9)
    #expect(try reader.next()?.cells == ["b", "2"])
    #expect(fault { _ = try reader.next() }?.diagnostic.code == .delimitedNulByte)
    #expect(try reader.next()?.line == 5)
    #expect(try reader.next() == nil)
  }

  @Test("Bytes that are no text are a fault where they stand") func invalidText() throws {
    let good = Array("tên;tên;tên;tên;tên;ạạạạạ\n".utf8)
    let document = InputDocument(
      bytes: good + Array("ab;ạ".utf8) + [0xFF, 0x3B, 0x63, 0x0A] + Array("x;y\n".utf8), name: "t")
    let reader = try DelimitedReader(document)
    _ = try reader.next()
    let place = fault { _ = try reader.next() }?.diagnostic
    #expect(place?.code == .delimitedInvalidText)
    #expect(place?.place.line == 2)
    #expect(place?.place.column == 5)
    #expect(try reader.next()?.cells == ["x", "y"])
  }

  @Test("The header is found under a preamble") func preamble() throws {
    let text = "DANH SÁCH SẢN PHẨM\n\nNăm 2026;;\nSTT;Tên sản phẩm;Hạng sao\n1;Mật ong;4\n"
    let reader = try DelimitedReader(InputDocument(bytes: Array(text.utf8), name: "t"))
    #expect(reader.dialect.delimiter == UInt8(ascii: ";"))
    let header = try reader.header { $0.contains("Tên sản phẩm") }
    #expect(header?.line == 4)
    #expect(reader.preamble.map(\.line) == [1, 3])
    #expect(try reader.next()?.cells == ["1", "Mật ong", "4"])
    let none = try DelimitedReader(InputDocument(bytes: Array(text.utf8), name: "t"))
    #expect(try none.header(within: 2) { $0.contains("?") } == nil)
    #expect(none.preamble.count == 2)
  }

  @Test("Text comes out in normalisation form C") func normalisation() throws {
    #expect(Array(try read("Ma\u{302}\u{323}t\n")[0][0].utf8) == Array("Mật".utf8))
  }

  @Test(
    "Delimiters are found",
    arguments: [
      ("a,b,c\n1,2,3\n", ","), ("a;b;c\n1,5;2,5;x\n2,5;3,5;y\n", ";"), ("a\tb\n1,2\t3,4\n5,6\t7\n", "\t"),
      ("a|b\n1|2\n", "|"), ("Title, with commas, in it\na;b\n1;2\n", ";"), ("a;b\n\"x,y;z\";2\n\"x,y;\n,,z\";3\n", ";"),
      ("only\n", ","), ("a;b,c;d\n", ";"), ("sep=|\na,b|c\n", "|"), ("", ","), ("a,b\n\n\n1,2\n", ","),
      ("\"x\t\nx\t\nx\t\n\",b,c\nd,e,f\n", ","), ("\"\"\"x\"\"\tx\",b\ny\tx,b\n", ","), ("\"a\"b|1\n\"a\"b|2\n", "|"),
      ("\"\\\"a\\\" b\";1\n# c, d\n\"\\\"e\\\" f\";2\n", ";"),
    ])
  func sniffing(_ text: String, _ delimiter: String) {
    #expect(DelimitedDialect.sniff(Array(text.utf8)).delimiter == Array(delimiter.utf8)[0])
  }

  @Test("Excel's sep= line is no row") func separatorLine() throws {
    let reader = try DelimitedReader(InputDocument(bytes: Array("sep=;\r\na;b\r\n".utf8), name: "t"))
    let row = try reader.next()
    #expect(row?.cells == ["a", "b"])
    #expect(row?.line == 2)
  }

  @Test("Line ends are found") func newlines() {
    #expect(DelimitedDialect.sniff(Array("a,b\r\n".utf8)).newline == .crlf)
    #expect(DelimitedDialect.sniff(Array("a,b\n".utf8)).newline == .lf)
  }

  @Test(
    "What is written can be read",
    arguments: [
      DelimitedDialect.csv, DelimitedDialect(delimiter: 0x3B, newline: .lf, writesBOM: true),
      DelimitedDialect(delimiter: 0x09), DelimitedDialect.tabText, DelimitedDialect(delimiter: 0x7C, quotes: .none),
    ])
  func roundTrip(_ dialect: DelimitedDialect) throws {
    var random = SplitMix64(state: 5)
    let letters = Array("ab\"\",;|\t\r\nạ한🍯 '=".unicodeScalars)
    let writer = DelimitedWriter(dialect)
    for _ in 0..<400 {
      let rows = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        (0..<Int.random(in: 2...5, using: &random)).map { _ in
          var field = String.UnicodeScalarView()
          for _ in 0..<Int.random(in: 0...12, using: &random) { field.append(letters.randomElement(using: &random)!) }
          return String(field)
        }
      }
      var buffer = ByteBuffer()
      writer.begin(&buffer)
      var changes: DelimitedChange = []
      for row in rows { changes.formUnion(writer.row(row, to: &buffer)) }
      let flat = String(UnicodeScalar(dialect.delimiter))
      let expected =
        dialect.quotes == .rfc4180
        ? rows
        : rows.map {
          $0.map {
            var text = ""
            let scalars = Array($0.unicodeScalars)
            for (i, scalar) in scalars.enumerated() where !(scalar == "\n" && i > 0 && scalars[i - 1] == "\r") {
              text.unicodeScalars.append(String(scalar) == flat || scalar == "\r" || scalar == "\n" ? " " : scalar)
            }
            return text
          }
        }
      let written = buffer.string()
      #expect(
        try read(written, dialect, chunk: Int.random(in: 1...40, using: &random)) == expected,
        "\(written.debugDescription)")
      #expect(changes.contains(.flattened) == (expected != rows))
    }
  }

  @Test("A row of one empty field is a row") func singleEmpty() throws {
    var buffer = ByteBuffer()
    let writer = DelimitedWriter(.csv)
    _ = writer.row([""], to: &buffer)
    _ = writer.row(["x"], to: &buffer)
    #expect(try read(buffer.string(), .csv) == [[""], ["x"]])
  }

  @Test(
    "Formulas are disarmed where asked, numbers are not",
    arguments: [
      ("=1+1", "'=1+1"), ("@x", "'@x"), ("+84912", "+84912"), ("-12,5", "-12,5"), ("-a", "'-a"), ("+x", "'+x"),
      ("-", "-"), ("text", "text"), ("a=b", "a=b"), ("=\"x\"", "\"'=\"\"x\"\"\""),
    ])
  func formulas(_ text: String, _ expected: String) {
    var buffer = ByteBuffer()
    let writer = DelimitedWriter(DelimitedDialect(delimiter: 0x3B), guardsFormulas: true)
    let change = Array(text.utf8).withUnsafeBufferPointer { writer.append($0, to: &buffer) }
    #expect(buffer.string() == expected)
    #expect(change.contains(.guarded) == (text != expected))
  }
}

@Suite("Delimited corpora", .enabled(if: SharedData.isThere, "needs OCOP_SHARED")) struct DelimitedCorpusTests {
  /// The rows of an expected JSON: arrays, or objects whose keys are the header.
  private func expectedRows(_ file: String) throws -> [[String]] {
    var bytes = try #require(SharedData.bytes(file))
    var rows: [[String]] = [], row: [String] = [], keys: [String] = []
    try bytes.withUnsafeMutableBufferPointer { buffer in
      var scanner = JSONScanner(buffer)
      while true {
        switch try scanner.next() {
        case .key(let offset, let length):
          let key = scanner.text(offset, length)
          if !keys.contains(key) { keys.append(key) }
        case .string(let offset, let length), .number(let offset, let length): row.append(scanner.text(offset, length))
        case .endObject: fallthrough
        case .endArray:
          if !row.isEmpty { rows.append(row) }
          row = []
        case .end:
          return
        default: break
        }
      }
    }
    return keys.isEmpty ? rows : [keys] + rows
  }

  @Test(
    "csv-spectrum",
    arguments: [
      "comma_in_quotes", "empty", "empty_crlf", "json", "location_coordinates", "quotes_and_newlines", "utf8",
    ])
  func spectrum(_ name: String) throws {
    let document = try InputDocument.open(SharedData.path("corpora/csv/csv-spectrum/csvs/\(name).csv"))
    // One file has quotes in a cell without quotes, which RFC 4180 does not allow.
    let dialect = name == "location_coordinates" ? DelimitedDialect(quotes: .tolerant) : .csv
    var rows = try DelimitedReader(document, dialect: dialect).rows().map(\.cells)
    var expected = try expectedRows("corpora/csv/csv-spectrum/json/\(name).json")
    if name == "location_coordinates" {
      // The telephone number is another one in the two files.
      rows[1][0] = ""
      expected[1][0] = ""
    }
    #expect(rows == expected)
    if name == "location_coordinates" {
      #expect(
        fault { _ = try DelimitedReader(document, dialect: .csv).rows() }?.diagnostic.code == .delimitedStrayQuote)
    }
  }

  @Test("csv-test-data", arguments: ["empty-field", "one-column", "quotes-with-space", "simple-crlf", "utf8"])
  func testData(_ name: String) throws {
    let document = try InputDocument.open(SharedData.path("corpora/csv/csv-test-data/csv/\(name).csv"))
    let rows = try DelimitedReader(document, dialect: .csv).rows().map(\.cells)
    #expect(try rows == expectedRows("corpora/csv/csv-test-data/json/\(name).json"))
  }

  @Test(
    "csv-test-data: broken files are refused",
    arguments: [
      ("bad-missing-quote", DiagnosticCode.delimitedUnterminatedQuote),
      ("bad-quotes-with-unescaped-quote", .delimitedTextAfterQuote), ("bad-unescaped-quote", .delimitedStrayQuote),
    ])
  func broken(_ name: String, _ code: DiagnosticCode) throws {
    let document = try InputDocument.open(SharedData.path("corpora/csv/csv-test-data/csv/\(name).csv"))
    let found = fault { _ = try DelimitedReader(document, dialect: .csv).rows() }
    #expect(found?.diagnostic.code == code)
    #expect(found?.diagnostic.place.line == 2)
  }

  @Test("Hostile files end in rows or faults")
  func hostile() throws {
    for (name, code) in [
      ("nul", DiagnosticCode?.some(.delimitedNulByte)), ("unclosed-quote-1MB", .delimitedUnterminatedQuote),
      ("wide-100k", .delimitedTooManyColumns), ("mixed-eol", nil), ("lone-cr", nil), ("sep-line", nil),
      ("formulas", nil), ("dup-header", nil), ("rtl-override", nil),
    ] {
      let document = try InputDocument.open(SharedData.path("corpora/csv/malicious/\(name).csv"))
      #expect(fault { _ = try DelimitedReader(document).rows() }?.diagnostic.code == code, "\(name)")
    }
  }
}
