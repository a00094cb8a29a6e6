import Diagnostics
import Documents
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Writes events down as text, neighbouring texts joined.
final class EventRecorder: XMLHandler {
  var events: [String] = []
  private var run: [UInt8] = []

  private func endRun() {
    if !run.isEmpty { events.append("\"" + String(decoding: run, as: UTF8.self) + "\"") }
    run = []
  }

  private func label(_ name: XMLName) -> String { (name.namespace.map { "{\($0)}" } ?? "") + name.localName }

  override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
    endRun()
    var text = "<" + label(name)
    for i in 0..<attributes.count { text += " \(label(attributes[i].name))=«\(attributes[i].string)»" }
    events.append(text + ">")
  }

  override func endElement(_ name: XMLName) {
    endRun()
    events.append("</" + label(name) + ">")
  }

  override func text(_ bytes: UnsafeBufferPointer<UInt8>) { run.append(contentsOf: bytes) }
}

/// The faults' code of reading a document in pieces; nil when it is well-formed.
func xmlFault(
  _ bytes: [UInt8], piece: Int = 1 << 16, limits: XMLLimits = .default, handler: XMLHandler = XMLHandler()
) -> Fault? {
  do throws(Fault) {
    var parser = XMLPushParser(handler: handler, limits: limits, name: "test.xml")
    var rest = bytes[...]
    while !rest.isEmpty {
      try parser.push(Array(rest.prefix(piece)))
      rest = rest.dropFirst(piece)
    }
    try parser.finish()
    return nil
  } catch { return error }
}

func xmlFault(_ text: String, piece: Int = 1 << 16, limits: XMLLimits = .default) -> Fault? {
  xmlFault(Array(text.utf8), piece: piece, limits: limits)
}

func xmlEvents(_ bytes: [UInt8], piece: Int = 1 << 16) throws -> [String] {
  let recorder = EventRecorder()
  if let fault = xmlFault(bytes, piece: piece, handler: recorder) { throw fault }
  return recorder.events
}

@Suite("XML reader") struct XMLReaderTests {
  static let sample = """
    <?xml version="1.0" encoding="UTF-8"?>
    <?style x > y?><!-- a < b ' " -->
    <m:list xmlns:m="urn:m" xmlns="urn:d" count='2' m:x="a &gt; b > c &amp; &lt;&quot;&apos;&#38;&#38;amp; &#x1EA1;">
    <item name="n > m" q='"'>Nước &amp; mắm<![CDATA[ <raw> & ]]]]><![CDATA[>]]>&#65;</item><empty/><m:e a="1"
     b="2"></m:e><none xmlns=""/>
    </m:list>

    """

  static let sampleEvents = [
    "<{urn:m}list count=«2» {urn:m}x=«a > b > c & <\"'&&amp; ạ»>", "\"\n\"", "<{urn:d}item name=«n > m» q=«\"»>",
    "\"Nước & mắm <raw> & ]]>A\"", "</{urn:d}item>", "<{urn:d}empty>", "</{urn:d}empty>", "<{urn:m}e a=«1» b=«2»>",
    "</{urn:m}e>", "<none>", "</none>", "\"\n\"", "</{urn:m}list>",
  ]

  @Test("Events are the same for every size of pieces")
  func pieces() throws {
    let bytes = Array(Self.sample.utf8)
    for piece in 1...bytes.count { #expect(try xmlEvents(bytes, piece: piece) == Self.sampleEvents, "piece \(piece)") }
  }

  @Test("A document cut off at any byte is a fault, in any size of pieces")
  func truncated() {
    let bytes = Array(Self.sample.utf8)
    // The last line end may be missing.
    for length in 0..<bytes.count - 2 {
      for piece in [1, 7, 1 << 16] {
        let fault = xmlFault(Array(bytes.prefix(length)), piece: piece)
        #expect(fault?.diagnostic.code == .xmlMalformed, "cut at \(length), piece \(piece)")
        #expect(fault?.kind == .malformed)
      }
    }
  }

  @Test("Line ends are normalised in text and in CDATA, in any size of pieces")
  func lineEnds() throws {
    let bytes = Array("<a>1\r\n2\r3\n4<![CDATA[5\r\n\r\n6\r7\r]]><![CDATA[\n8\r\r\n]]>&#13;\r\n</a>".utf8)
    let long = Array("<a><![CDATA[\(String(repeating: "\r\n", count: 2000))]]></a>".utf8)
    for piece in Array(1...bytes.count) + [1 << 16] {
      #expect(
        try xmlEvents(bytes, piece: piece) == ["<a>", "\"1\n2\n3\n45\n\n6\n7\n\n8\n\n\r\n\"", "</a>"], "piece \(piece)")
      let lines = "\"" + String(repeating: "\n", count: 2000) + "\""
      #expect(try xmlEvents(long, piece: piece) == ["<a>", lines, "</a>"], "piece \(piece)")
    }
  }

  @Test("UTF-16 that ends within a character is refused")
  func halfCharacter() {
    let wide: [UInt8] = "\u{FEFF}<a/>\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    #expect(xmlFault(wide) == nil)
    for piece in [1, 1 << 16] {
      #expect(xmlFault(wide + [0x0A], piece: piece)?.diagnostic.code == .xmlEncoding)
      #expect(xmlFault(Array(wide.dropLast()), piece: piece)?.diagnostic.code == .xmlEncoding)
    }
  }

  @Test("UTF-16 with a byte order mark and declared 8-bit encodings arrive as UTF-8")
  func encodings() throws {
    let text = "<a b=\"Phở\">日本 한국 𠮷</a>"
    let events = ["<a b=«Phở»>", "\"日本 한국 𠮷\"", "</a>"]
    var little: [UInt8] = [0xFF, 0xFE], big: [UInt8] = [0xFE, 0xFF]
    for unit in text.utf16 {
      little += [UInt8(unit & 0xFF), UInt8(unit >> 8)]
      big += [UInt8(unit >> 8), UInt8(unit & 0xFF)]
    }
    let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + Array(text.utf8)
    for document in [little, big, marked] {
      for piece in [1, 2, 3, 5, 64, 1 << 16] {
        #expect(try xmlEvents(document, piece: piece) == events, "piece \(piece)")
      }
    }
    func declared(_ encoding: String, _ body: [UInt8]) -> [UInt8] {
      Array("<?xml version=\"1.0\" encoding=\"\(encoding)\"?><a>".utf8) + body + Array("</a>".utf8)
    }
    for piece in [1, 3, 46, 47, 1 << 16] {
      #expect(try xmlEvents(declared("ISO-8859-1", [0x63, 0x61, 0x66, 0xE9]), piece: piece)[1] == "\"café\"")
      #expect(try xmlEvents(declared("windows-1252", [0x80, 0x31]), piece: piece)[1] == "\"€1\"")
      #expect(try xmlEvents(declared("Shift_JIS", [0x93, 0xFA, 0x96, 0x7B]), piece: piece)[1] == "\"日本\"")
      #expect(try xmlEvents(declared("EUC-KR", [0xC7, 0xD1]), piece: piece)[1] == "\"한\"")
    }
  }

  @Test("Bytes that are not in the encoding are a fault with a place, never replaced")
  func invalidBytes() {
    for bad: [UInt8] in [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE1, 0xBB], [0xFF], [0x80]] {
      let fault = xmlFault(Array("<a>\n<b>x".utf8) + bad + Array("y</b></a>".utf8))
      #expect(fault?.diagnostic.place.line == 2, "\(bad)")
      #expect((4...16).contains(fault?.diagnostic.place.byte ?? 0), "\(bad) at \(fault?.diagnostic.place.byte ?? 0)")
    }
    let header = Array("<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a>".utf8)
    #expect(xmlFault(header + [0x81, 0x20, 0xFF, 0xFF] + Array("</a>".utf8)) != nil)
  }

  @Test("Encodings that hide markup are refused")
  func refusedEncodings() {
    for name in ["UTF-7", "EBCDIC-US", "IBM037", "CP1026", "UCS-4"] {
      let fault = xmlFault("<?xml version=\"1.0\" encoding=\"\(name)\"?><a>+AG</a>")
      #expect(fault != nil, "\(name)")
    }
    #expect(xmlFault("<?xml version=\"1.0\" encoding=\"UTF-7\"?><a>x</a>")?.diagnostic.code == .xmlEncoding)
  }

  @Test("A DOCTYPE ends the reading before any declaration is read")
  func doctype() {
    let documents = [
      "<!DOCTYPE a><a/>", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
      "<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>",
      "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:9/x\"> %p;]><a/>",
      "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ATTLIST a b CDATA \"x\">]><a/>",
      "<!DOCTYPE a [<!ENTITY e \"" + String(repeating: "x", count: 200_000) + "\">]><a/>",
    ]
    for document in documents {
      for piece in [1, 64, 1 << 16] {
        let recorder = EventRecorder()
        let fault = xmlFault(Array(document.utf8), piece: piece, handler: recorder)
        #expect(fault?.diagnostic.code == .xmlDoctype && fault?.kind == .unreadable, "\(document.prefix(60))")
        #expect(recorder.events.isEmpty)
      }
    }
    #expect(xmlFault("<a>&e;</a>")?.diagnostic.code == .xmlMalformed)
  }

  @Test("Each limit refuses what is above it and lets pass what is not")
  func limits() {
    var limits = XMLLimits()
    limits.depth = 10
    limits.attributes = 5
    limits.namespaces = 4
    limits.tagLength = 70_000
    limits.commentLength = 140_000
    limits.textLength = 1000
    limits.names = 500
    limits.totalBytes = 1_000_000
    func nested(_ depth: Int) -> String {
      String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
    }
    func attributes(_ count: Int) -> String { "<a" + (0..<count).map { " b\($0)=''" }.joined() + "/>" }
    func namespaces(_ count: Int) -> String { "<a" + (0..<count).map { " xmlns:b\($0)='u'" }.joined() + "/>" }
    let cases: [(String, passes: String, refused: String)] = [
      ("depth", nested(10), nested(11)), ("attributes", attributes(5), attributes(6)),
      ("namespaces", namespaces(4), namespaces(5)),
      (
        "namespaces in all", "<a xmlns:b='1' xmlns:c='2'><d xmlns:e='3'/></a>",
        "<a xmlns:b='1' xmlns:c='2'><d xmlns:e='3' xmlns:f='4'><g xmlns:h='5'/></d></a>"
      ),
      (
        "tag", "<a b='\(String(repeating: "x", count: 60_000))'/>", "<a b='\(String(repeating: "x", count: 300_000))'/>"
      ),
      (
        "comment", "<a><!--\(String(repeating: "x", count: 130_000))--></a>",
        "<a><!--\(String(repeating: "x", count: 400_000))--></a>"
      ),
      ("text", "<a>\(String(repeating: "é", count: 500))</a>", "<a>\(String(repeating: "é", count: 501))</a>"),
      (
        "CDATA", "<a><![CDATA[\(String(repeating: "x", count: 1000))]]></a>",
        "<a><![CDATA[\(String(repeating: "x", count: 1001))]]></a>"
      ),
      (
        "names", "<a>" + (0..<400).map { "<n\($0)/>" }.joined() + "</a>",
        "<a>" + (0..<600).map { "<n\($0)/>" }.joined() + "</a>"
      ),
      (
        "total", "<a>" + String(repeating: "<b/>", count: 200_000) + "</a>",
        "<a>" + String(repeating: "<b/>", count: 260_000) + "</a>"
      ),
    ]
    // libxml2 holds a CDATA section back until its end: that is no long tag.
    let long = "<a><![CDATA[\(String(repeating: "<é>", count: 100_000))]]></a>"
    for piece in [1000, 1 << 16] { #expect(xmlFault(long, piece: piece, limits: XMLLimits()) == nil) }
    for (name, passes, refused) in cases {
      for piece in [1000, 1 << 16] {
        #expect(xmlFault(passes, piece: piece, limits: limits) == nil, "\(name)")
        let fault = xmlFault(refused, piece: piece, limits: limits)
        #expect(fault?.diagnostic.code == .xmlLimit && fault?.kind == .unreadable, "\(name)")
      }
    }
  }

  @Test("Texts of several nodes do not add up to the limit of one")
  func textLimitPerNode() {
    var limits = XMLLimits()
    limits.textLength = 10
    #expect(xmlFault("<a>" + String(repeating: "<b>123456789</b>", count: 50) + "</a>", limits: limits) == nil)
  }

  @Test("What is not well-formed has a place and a reason")
  func malformed() throws {
    let fault = try #require(xmlFault("<a>\n  <b>\n</a>"))
    #expect(fault.diagnostic.code == .xmlMalformed)
    #expect(fault.diagnostic.place.line == 3)
    #expect(fault.diagnostic.place.file == "test.xml")
    #expect(fault.diagnostic.message.en.contains("tag mismatch"))
    let cut = try #require(xmlFault("<a>\n  <b>\n"))
    #expect(cut.diagnostic.message.en.contains("2 elements are open"))
    #expect(cut.diagnostic.message.vi.contains("2 phần tử chưa đóng"))
    let others = [
      "", " ", "x", "<a/><b/>", "<a b='1' b='2'/>", "<a>&nbsp;</a>", "<p:a/>", "<a p:b='1'/>", "<a>\u{1}</a>",
      "<a b=1/>",
      "<a xmlns:p='u' xmlns:q='u' p:x='' q:x=''/>", "<a>]]></a>", "<a", "<a>&#0;</a>", "<!-- x", "<a/>x", "<a></ a>",
    ]
    for document in others {
      for piece in [1, 1 << 16] { #expect(xmlFault(document, piece: piece) != nil, "\(document)") }
    }
  }

  @Test("A handler ends the parse; no event follows and the fault stays")
  func fail() {
    final class Stopper: XMLHandler {
      var after = 0
      var place = Place()
      override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
        if name.localName == "stop" {
          place = parser.place
          fail(Fault(.configuration, Diagnostic(.xmlLimit, at: place)))
          fail(Fault(.bug, Diagnostic(.xmlMalformed)))
          after = 1
        } else if after > 0 {
          after += 1
        }
      }
      override func text(_ bytes: UnsafeBufferPointer<UInt8>) { if after > 0 { after += 1 } }
      override func endElement(_ name: XMLName) { if after > 0 { after += 1 } }
    }
    let handler = Stopper()
    var parser = XMLPushParser(handler: handler, name: "f.xml")
    for _ in 0..<2 {
      do throws(Fault) {
        try parser.push(Array("<a>\n<stop/><b>x</b></a>".utf8))
        Issue.record("no fault")
      } catch { #expect(error.kind == .configuration) }
    }
    #expect(handler.after == 1)
    #expect(handler.place.line == 2)
  }

  @Test("Offsets cut records out of the document, whatever the pieces")
  func offsets() throws {
    final class Cutter: XMLHandler {
      var starts: [UInt64] = []
      var ends: [UInt64] = []
      var lines: [Int] = []
      override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
        if name.localName == "r" {
          starts.append(parser.tagOffset)
          lines.append(parser.line)
        }
      }
      override func endElement(_ name: XMLName) { if name.localName == "r" { ends.append(parser.byteOffset) } }
    }
    var document = "<list>\n"
    var records: [String] = []
    for i in 0..<400 {
      let long = String(repeating: "ắ", count: i % 50)
      records.append(i % 5 == 0 ? "<r a=\">\(long)\"/>" : "<r\na='\(i)'>\(long)<x>\(i)</x>&amp;</r>")
      document += " " + records[i] + "\n"
    }
    document += "</list>"
    let bytes = Array(document.utf8)
    for piece in [1, 13, 4096, 1 << 16] {
      let cutter = Cutter()
      #expect(xmlFault(bytes, piece: piece, handler: cutter) == nil)
      let cut = zip(cutter.starts, cutter.ends).map { String(decoding: bytes[Int($0)..<Int($1)], as: UTF8.self) }
      #expect(cut == records, "piece \(piece)")
      #expect(cutter.lines == cutter.lines.sorted() && cutter.lines.count == records.count)
    }
  }

  @Test("A name has one address during a parse")
  func internedNames() {
    final class Names: XMLHandler {
      var seen: [String: Set<XMLName>] = [:]
      var depths: [Int] = []
      override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
        seen[name.qualifiedName + (name.namespace ?? ""), default: []].insert(name)
        depths.append(parser.depth)
      }
      override func endElement(_ name: XMLName) { depths.append(parser.depth) }
    }
    let names = Names()
    let body = String(repeating: "<x:a><b/></x:a>", count: 5000)
    #expect(xmlFault(Array("<x:a xmlns:x='u' xmlns='v'>\(body)</x:a>".utf8), piece: 100, handler: names) == nil)
    #expect(names.seen.count == 2)
    #expect(names.seen.values.allSatisfy { $0.count == 1 })
    #expect(Array(names.depths.prefix(5)) == [1, 2, 3, 3, 2])
    #expect(names.depths.last == 1)
  }

  @Test("A document is read inside another's event")
  func nested() throws {
    final class Outer: XMLHandler {
      var inner: [String] = []
      override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
        inner.append((try? xmlEvents(Array("<x/>".utf8)))?.joined() ?? "none")
        if xmlFault("<x>") == nil { inner.append("accepted") }
      }
    }
    let outer = Outer()
    #expect(xmlFault(Array("<a><b/></a>".utf8), handler: outer) == nil)
    #expect(outer.inner == ["<x></x>", "<x></x>"])
  }

  @Test("Nothing is printed, not even what the converters of encodings find")
  func silent() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/stderr"
    let saved = dup(2)
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    dup2(file, 2)
    var faults: [Fault?] = []
    for encoding in ["Shift_JIS", "EUC-KR", "UTF-8", "nonsense"] {
      let head = Array("<?xml version=\"1.0\" encoding=\"\(encoding)\"?><a>".utf8)
      faults.append(xmlFault(head + [0x81, 0x20, 0xFF, 0xFF, 0x41] + Array("</b>".utf8)))
    }
    faults.append(xmlFault([0xFF, 0xFE, 0x3C, 0x00, 0x61, 0x00, 0x00, 0xD8, 0x61, 0x00]))
    faults.append(xmlFault("<p:a>&x;"))
    dup2(saved, 2)
    close(saved)
    close(file)
    #expect(faults.allSatisfy { $0 != nil })
    // Other tests may print at the same time, but not in libxml2's words.
    let printed = String(decoding: fileBytes(path), as: UTF8.self)
    for word in [
      "parser error", "encoder error", "encoding error", "I/O error", "namespace error", "input conversion", "Entity:",
    ] {
      #expect(!printed.contains(word), "\(printed)")
    }
  }

  @Test("Names that may stand in XML")
  func names() {
    for name in ["a", "_x", "tên", "商品", "a-b.c1", "x\u{300}"] { #expect(XMLNames.isName(name), "\(name)") }
    for name in ["", "1a", "-a", "a b", "a:b", "a&", ".x", "\u{300}"] { #expect(!XMLNames.isName(name), "\(name)") }
    #expect(XMLNames.isQualifiedName("a:b") && XMLNames.isQualifiedName("a"))
    #expect(!XMLNames.isQualifiedName("a:b:c") && !XMLNames.isQualifiedName(":a") && !XMLNames.isQualifiedName("a:"))
    #expect(!XMLNames.isCharacter("\u{1}") && XMLNames.isCharacter("\n") && !XMLNames.isCharacter("\u{FFFE}"))
  }

  @Test("Every code of the module has its texts in both languages, and a name of its own")
  func codes() {
    let codes = DiagnosticCode.xmlCodes + DiagnosticCode.workbookCodes
    #expect(Set(codes.map(\.id)).count == codes.count)
    for code in codes {
      for text in [code.title, code.explanation, code.remedy] {
        #expect(!text.en.isEmpty && !text.vi.isEmpty && text.en != text.vi)
      }
      #expect(DiagnosticCode.documentsCodes.contains(code))
    }
  }
}
