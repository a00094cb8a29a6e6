import Documents
import Testing

/// What a reader of a whole document sees; places count from the document's start.
private enum DelimitedEvent: Hashable, CustomStringConvertible {
  case row([[UInt8]], at: Int)
  case blank
  case fault(DelimitedFault, at: Int)

  var description: String {
    switch self {
    case .row(let fields, let at):
      "\(at):" + fields.map { "[" + String(decoding: $0, as: UTF8.self) + "]" }.joined()
    case .blank: "blank"
    case .fault(let fault, let at): "\(at):\(fault)"
    }
  }
}

/// Reads a document through a buffer that is filled by a few bytes at a time, and stops when it does not come to an end.
private func events(
  _ document: [UInt8], delimiter: UInt8 = 0x2C, quotes: QuoteMode = .rfc4180, limits: DelimitedLimits = .default,
  chunk: Int = .max
) -> [DelimitedEvent] {
  var tokenizer = DelimitedTokenizer(delimiter: delimiter, quotes: quotes, limits: limits)
  var events: [DelimitedEvent] = []
  // Exactly as much memory as there are bytes: a tool that checks memory sees every read beyond.
  var buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
  defer { buffer.deallocate() }
  var base = 0, filled = 0, at = 0, calls = 0
  while calls < 100 * document.count + 100 {
    calls += 1
    switch tokenizer.nextRow(buffer, from: at, end: filled, atEnd: base + filled == document.count) {
    case .row(let next):
      let fields = (0..<tokenizer.fieldCount).map { Array(tokenizer.bytes(of: $0, in: buffer)) }
      events.append(.row(fields, at: base + tokenizer.rowStart))
      at = next
    case .blank(let next):
      events.append(.blank)
      at = next
    case .fault(let fault, let place, let next):
      events.append(.fault(fault, at: base + place))
      at = next
    case .needMore(let from):
      let more = min(chunk, document.count - base - filled)
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: filled - from + more)
      larger.update(from: buffer + from, count: filled - from)
      for i in 0..<more { larger[filled - from + i] = document[base + filled + i] }
      buffer.deallocate()
      buffer = larger
      base += from
      filled += more - from
      at = 0
    case .end: return events
    }
  }
  Issue.record("no end after \(calls) calls")
  return events
}

private func described(
  _ text: String, quotes: QuoteMode = .rfc4180, limits: DelimitedLimits = .default
) -> String {
  events(Array(text.utf8), quotes: quotes, limits: limits).map(\.description).joined(separator: " ")
}

@Suite("Delimited tokenizer") struct DelimitedTokenizerTests {
  @Test(
    "Rows and fields",
    arguments: [
      ("", ""), ("a", "0:[a]"), ("a,b\n", "0:[a][b]"), ("a,b\r\nc,d", "0:[a][b] 5:[c][d]"), ("a\rb\r", "0:[a] 2:[b]"),
      (",", "0:[][]"), ("a,\n,b\n", "0:[a][] 3:[][b]"), ("\n\r\n\ra", "blank blank blank 4:[a]"),
      ("\"a,b\",c", "0:[a,b][c]"), ("\"a\"\"b\"", "0:[a\"b]"), ("\"\",\"\"\n", "0:[][]"), ("\"\"", "0:[]"),
      ("\"\"\"\"\"\",x", "0:[\"\"][x]"), ("\"a\r\nb\"\r\nc", "0:[a\r\nb] 8:[c]"), ("x,\"y\"", "0:[x][y]"),
      ("\"y\",", "0:[y][]"), ("\"a\"\r\r", "0:[a] blank"), (" \"", "1:strayQuote"),
    ])
  func rows(_ text: String, _ expected: String) { #expect(described(text) == expected) }

  @Test(
    "Broken rows are named, and reading goes on after them",
    arguments: [
      ("a,\"b\"c,d\ne,f\n", "5:textAfterQuote 9:[e][f]"), ("a,b\"c\"\r\ne", "3:strayQuote 8:[e]"),
      ("\"a\" ,b\nc", "3:textAfterQuote 7:[c]"), ("a\n\"b,c\nd,e\nf", "0:[a] 2:unterminatedQuote 7:[d][e] 11:[f]"),
      ("\"", "0:unterminatedQuote"), ("a,b\0c,d\ne", "3:nulByte 8:[e]"), ("\"b\0c\"\ne", "2:nulByte 6:[e]"),
    ])
  func faults(_ text: String, _ expected: String) { #expect(described(text) == expected) }

  @Test(
    "Tolerant text: raw cells and cells quoted by Excel",
    arguments: [
      ("5\" pan,\"a,b\",c\"", "0:[5\" pan][a,b][c\"]"), ("\"Best\" honey,x", "0:[\"Best\" honey][x]"),
      ("\"a\"\"b\",\"c\nd\"\ne", "0:[a\"b][c\nd] 13:[e]"), ("\"open,x\ny", "0:[\"open][x] 8:[y]"),
      ("\"a\"b\"c\",d", "0:[\"a\"b\"c\"][d]"), ("\"a\0", "2:nulByte"),
    ])
  func tolerant(_ text: String, _ expected: String) { #expect(described(text, quotes: .tolerant) == expected) }

  @Test("Without quotes a quote is a character") func plain() {
    #expect(described("\"a,b\"\n\"\"", quotes: .none) == "0:[\"a][b\"] 6:[\"\"]")
  }

  @Test("Caps: columns, row length, tolerant quotes") func caps() {
    let small = DelimitedLimits(rowBytes: 10, columns: 3, tolerantQuoteBytes: 5)
    #expect(described("a,b,c\na,b,c,d\ne", limits: small) == "0:[a][b][c] 12:tooManyColumns 14:[e]")
    #expect(described("a,b,c,d,e\ne", limits: small) == "6:tooManyColumns 10:[e]")
    #expect(described("123456789\n1234567890\nab", limits: small) == "0:[123456789] 10:rowTooLong 21:[ab]")
    #expect(described("1234567890", limits: small) == "0:[1234567890]")
    #expect(described("12345678901", limits: small) == "0:rowTooLong")
    #expect(described("\"23456789012345\"\nx", limits: small) == "0:unterminatedQuote 17:[x]")
    #expect(described("\"3,5,7\"\nx", quotes: .tolerant, limits: small) == "0:[\"3][5][7\"] 8:[x]")
    let wide = Array(String(repeating: ",", count: 16_383).utf8)
    #expect(events(wide).count == 1)
    #expect(events(wide + [0x2C]) == [.fault(.tooManyColumns, at: 16_384)])
  }

  @Test("A row without end is dropped piece by piece") func endless() {
    // Memory stays bounded: once the row is over its cap, only what comes next is asked for.
    var tokenizer = DelimitedTokenizer(delimiter: 0x2C, quotes: .rfc4180, limits: DelimitedLimits(rowBytes: 100))
    let piece = UnsafeMutablePointer<UInt8>.allocate(capacity: 101)
    defer { piece.deallocate() }
    piece.update(repeating: 0x61, count: 101)
    #expect(tokenizer.nextRow(piece, from: 0, end: 100, atEnd: false) == .needMore(from: 0))
    #expect(tokenizer.nextRow(piece, from: 0, end: 101, atEnd: false) == .fault(.rowTooLong, at: 0, next: 101))
    for _ in 0..<5 { #expect(tokenizer.nextRow(piece, from: 0, end: 101, atEnd: false) == .needMore(from: 101)) }
    piece[100] = 0x0D
    #expect(tokenizer.nextRow(piece, from: 0, end: 101, atEnd: false) == .needMore(from: 100))
    piece[0] = 0x0D
    piece[1] = 0x0A
    piece[2] = 0x62
    #expect(tokenizer.nextRow(piece, from: 0, end: 3, atEnd: true) == .row(next: 3))
    #expect(tokenizer.rowStart == 2)
  }

  @Test("Every chunk size gives the same rows", arguments: QuoteMode.allCases) func chunks(_ quotes: QuoteMode) {
    let text =
      "gtin,name,note\r\n8936012340015,\"Mật ong \"\"Bạc Hà\"\"\",\"two\r\nlines, \"\"\"\"\"\r\n\r\n,,\n\"\",x\"y,z\r"
      + "\"open \"q\", b\n" + String(repeating: "long cell ", count: 30) + ",\"" + String(repeating: "\"\"", count: 70)
      + "\"\rlast,\"\"\"\""
    let document = Array(text.utf8)
    let whole = events(document, quotes: quotes)
    #expect(whole.count > 6)
    for chunk in 1...document.count + 1 {
      #expect(events(document, quotes: quotes, chunk: chunk) == whole, "chunk \(chunk)")
    }
  }

  @Test("Noise: every chunk size agrees, also at the caps", arguments: QuoteMode.allCases)
  func noise(_ quotes: QuoteMode) {
    var random = SplitMix64(state: 3)
    let letters = Array("ab\",\"\",\n\r\n\0".utf8.dropLast()) + [0x22, 0x2C]
    for round in 0..<1_500 {
      var document = (0..<Int.random(in: 0...60, using: &random)).map { _ in letters.randomElement(using: &random)! }
      if round % 5 == 0, !document.isEmpty { document[document.count / 2] = 0 }
      // Long runs reach the blocks of 64 bytes.
      if round % 3 == 0 { document.insert(contentsOf: [UInt8](repeating: 0x78, count: 70), at: document.count / 3) }
      let limits =
        round % 2 == 0 ? DelimitedLimits.default : DelimitedLimits(rowBytes: 24, columns: 5, tolerantQuoteBytes: 9)
      let whole = events(document, quotes: quotes, limits: limits)
      for chunk in [1, 2, 3, 5, 7, 13, 64] {
        let cut = events(document, quotes: quotes, limits: limits, chunk: chunk)
        if cut != whole {
          Issue.record("chunk \(chunk) of \(document): \(cut) for \(whole)")
          return
        }
      }
    }
  }

  @Test("Rows agree with a plain automaton") func reference() {
    var random = SplitMix64(state: 3)
    let letters = Array("abc,,\"\"\n\r".utf8)
    var compared = 0
    for _ in 0..<20_000 {
      let document = (0..<Int.random(in: 0...40, using: &random)).map { _ in letters.randomElement(using: &random)! }
      guard let expected = Self.automaton(document) else { continue }
      compared += 1
      let found = events(document).compactMap { event -> [[UInt8]]? in
        if case .row(let fields, _) = event { return fields }
        return event == .blank ? nil : [[0]]
      }
      if found != expected {
        Issue.record("\(String(decoding: document, as: UTF8.self).debugDescription): \(found)")
        return
      }
    }
    #expect(compared > 2_000)
  }

  /// RFC 4180 one byte at a time; nil when the text breaks it.
  private static func automaton(_ text: [UInt8]) -> [[[UInt8]]]? {
    var rows: [[[UInt8]]] = [], row: [[UInt8]] = [], field: [UInt8] = []
    var i = 0, wasQuoted = false, isEmptyLine = true
    func at(_ i: Int) -> UInt8? { i < text.count ? text[i] : nil }
    while let byte = at(i) {
      switch byte {
      case 0x2C:
        row.append(field)
        field = []
        wasQuoted = false
        isEmptyLine = false
        i += 1
      case 0x0D, 0x0A:
        if !isEmptyLine { rows.append(row + [field]) }
        row = []
        field = []
        wasQuoted = false
        isEmptyLine = true
        i += byte == 0x0D && at(i + 1) == 0x0A ? 2 : 1
      case 0x22:
        if !field.isEmpty || wasQuoted { return nil }
        wasQuoted = true
        isEmptyLine = false
        i += 1
        while true {
          guard let inner = at(i) else { return nil }
          i += 1
          if inner == 0x22 {
            if at(i) != 0x22 { break }
            i += 1
          }
          field.append(inner)
        }
      default:
        if wasQuoted { return nil }
        isEmptyLine = false
        field.append(byte)
        i += 1
      }
    }
    if !isEmptyLine { rows.append(row + [field]) }
    return rows
  }
}
