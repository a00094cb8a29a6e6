import Diagnostics
import Documents
import Testing

/// Makes zip archives with stored entries, so that tests can write packages no library would write.
struct ZipBuilder {
  private var body: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  mutating func add(_ name: String, _ contents: String, flags: Int = 0x800) {
    add(name, Array(contents.utf8), flags: flags)
  }

  mutating func add(_ name: String, _ contents: [UInt8], flags: Int = 0x800) {
    let name = Array(name.utf8)
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in contents {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    crc = ~crc
    let common =
      Self.little(20, 2) + Self.little(flags, 2) + Self.little(0, 2) + Self.little(0, 2) + Self.little(0x21, 2)
      + Self.little(Int(crc), 4) + Self.little(contents.count, 4) + Self.little(contents.count, 4)
      + Self.little(name.count, 2) + Self.little(0, 2)
    directory +=
      [0x50, 0x4B, 1, 2] + Self.little(20, 2) + common + Self.little(0, 10) + Self.little(body.count, 4) + name
    body += [0x50, 0x4B, 3, 4] + common + name + contents
    count += 1
  }

  var bytes: [UInt8] {
    body + directory + [0x50, 0x4B, 5, 6] + Self.little(0, 4) + Self.little(count, 2) + Self.little(count, 2)
      + Self.little(directory.count, 4) + Self.little(body.count, 4) + Self.little(0, 2)
  }

  private static func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
  }
}

/// A package with one sheet, made of its parts' inner XML.
func package(
  sheet: String, strings: String? = nil, styles: String? = nil, workbook: String = "",
  main: String = "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
  relations: String = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
) -> [UInt8] {
  var zip = ZipBuilder()
  let packageRelations = "http://schemas.openxmlformats.org/package/2006/relationships"
  zip.add(
    "_rels/.rels",
    "<Relationships xmlns=\"\(packageRelations)\"><Relationship Id=\"a\" Type=\"\(relations)/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
  )
  zip.add(
    "xl/workbook.xml",
    "<workbook xmlns=\"\(main)\" xmlns:r=\"\(relations)\">\(workbook)<sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
  )
  zip.add(
    "xl/_rels/workbook.xml.rels",
    "<Relationships xmlns=\"\(packageRelations)\"><Relationship Id=\"r1\" Type=\"\(relations)/worksheet\" Target=\"worksheets/s.xml\"/>"
      + "<Relationship Id=\"r2\" Type=\"\(relations)/sharedStrings\" Target=\"sst.xml\"/>"
      + "<Relationship Id=\"r3\" Type=\"\(relations)/styles\" Target=\"styles.xml\"/></Relationships>")
  zip.add("xl/worksheets/s.xml", "<worksheet xmlns=\"\(main)\">\(sheet)</worksheet>")
  if let strings { zip.add("xl/sst.xml", "<sst xmlns=\"\(main)\">\(strings)</sst>") }
  if let styles { zip.add("xl/styles.xml", "<styleSheet xmlns=\"\(main)\">\(styles)</styleSheet>") }
  return zip.bytes
}

/// All cells of the first sheet, or the fault.
func readLines(_ bytes: [UInt8], limits: WorkbookLimits = .default) throws -> [String] {
  let workbook = try WorkbookReader(InputDocument(bytes: bytes, name: "t.xlsx"), limits: limits)
  var lines: [String] = []
  for sheet in workbook.sheets { lines += try cellLines(workbook, sheet) }
  return lines
}

func workbookFault(_ bytes: [UInt8], limits: WorkbookLimits = .default) -> Fault? {
  do throws(Fault) {
    let workbook = try WorkbookReader(InputDocument(bytes: bytes, name: "t.xlsx"), limits: limits)
    for sheet in workbook.sheets {
      let rows = try workbook.rows(of: sheet)
      while try rows.next() != nil {}
      _ = try workbook.merges(of: sheet)
    }
    return nil
  } catch { return error }
}

@Suite("Workbook reader") struct WorkbookReaderTests {
  @Test("Strings: shared, inline, of formulas; readings are left out")
  func strings() throws {
    let bytes = package(
      sheet: """
        <sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v> 2\n</v></c><c r="D1" t="s"/></row>
        <row r="2"><c r="A2" t="inlineStr"><is><t>豊田</t><rPh sb="0" eb="2"><t>トヨタ</t></rPh><phoneticPr fontId="1"/></is></c>
        <c r="B2" t="inlineStr"><is><r><rPr><b/></rPr><t>a </t></r><r><t xml:space="preserve">b </t></r></is></c>
        <c r="C2" t="inlineStr"><is><t><![CDATA[<x>]]>&amp;_x000D_</t></is><v>0</v></c><c r="D2" t="inlineStr"><v>v only</v></c></row>
        <row r="3"><c r="A3" t="str"><f>A1</f><v>商_x000D_品</v></c><c r="B3" t="str"><f>""</f><v></v></c><c r="C3"><f>1+1</f></c>
        <c r="D3"><f t="shared" ref="D3:D9" si="0">1</f><v>2</v></c></row></sheetData>
        """,
      strings: """
        <si><t>商品名</t><rPh sb="0" eb="3"><t>ショウヒンメイ</t></rPh></si>
        <si><r><t>Nước</t></r><r><rPr><sz val="9"/></rPr><t xml:space="preserve"> mắm</t></r><rPh sb="0" eb="1"><r><t>x</t></r></rPh></si>
        <si><t>a_x000D_b_x005F_x0041_</t></si>
        """)
    #expect(
      try readLines(bytes) == [
        "A1 text 商品名", "B1 text Nước mắm", "C1 text a\rb_x0041_", "A2 text 豊田", "B2 text ab ", "C2 text <x>&\r",
        "D2 text v only", "A3 text formula 商\r品", "B3 text formula ", "C3 blank formula ", "D3 number formula 2",
      ])
    for index in ["x", "-1", "1.0", "3", "99999999999999999999"] {
      let wrong = package(
        sheet: "<sheetData><row><c t=\"s\"><v>\(index)</v></c></row></sheetData>", strings: "<si><t>a</t></si>")
      #expect(workbookFault(wrong)?.diagnostic.code == .workbookDamaged, "\(index)")
    }
  }

  @Test("Numbers, booleans, errors, and dates by their formats")
  func kinds() throws {
    let styles = """
      <numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;년&quot;\\ m&quot;월&quot;"/><numFmt numFmtId="177" formatCode="0.0"/></numFmts>
      <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
      <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="176"/><xf numFmtId="177"/><xf numFmtId="31"/><xf numFmtId="46"/></cellXfs>
      """
    let sheet = """
      <sheetData><row><c><v>8.938501234018E12</v></c><c t="n"><v>0.30000000000000004</v></c><c t="b"><v>1</v></c><c t="b"><v>0</v></c>
      <c t="e"><v>#N/A</v></c><c t="d"><v>2026-11-21T08:00:00</v></c><c><v>abc</v></c></row>
      <row><c s="1"><v>46347</v></c><c s="2"><v>46347.333333333336</v></c><c s="3"><v>60</v></c><c s="4"><v>46347</v></c>
      <c s="5"><v>1</v></c><c s="6"><v>1.5</v></c><c s="99"><v>46347</v></c><c s="1"><v>-3</v></c><c s="1" t="s"/></row></sheetData>
      """
    let lines = [
      "A1 number 8938501234018", "B1 number 0.30000000000000004", "C1 boolean true", "D1 boolean false",
      "E1 error #N/A",
      "F1 date 2026-11-21T08:00:00", "G1 text abc",
    ]
    #expect(
      try readLines(package(sheet: sheet, styles: styles)) == lines + [
        "A2 date 2026-11-21", "B2 date 2026-11-21T08:00:00", "C2 date 1900-02-29", "D2 number 46347",
        "E2 date 1900-01-01",
        "F2 date 36:00:00", "G2 number 46347", "H2 number -3",
      ])
    for flag in ["1", "true"] {
      #expect(
        try readLines(package(sheet: sheet, styles: styles, workbook: "<workbookPr date1904=\"\(flag)\"/>")) == lines
          + [
            "A2 date 2030-11-22", "B2 date 2030-11-22T08:00:00", "C2 date 1904-03-01", "D2 number 46347",
            "E2 date 1904-01-02",
            "F2 date 36:00:00", "G2 number 46347", "H2 number -3",
          ])
    }
    let rows = try {
      let workbook = try WorkbookReader(InputDocument(bytes: package(sheet: sheet, styles: styles), name: "t"))
      return try workbook.rows(of: workbook.sheets[0])
    }()
    let row = try #require(try rows.next())
    #expect(
      row.cells.map(row.rawText) == [
        "8.938501234018E12", "0.30000000000000004", "1", "0", "#N/A", "2026-11-21T08:00:00", "abc",
      ])
  }

  @Test("Addresses that are missing, out of order, repeated or lower case")
  func addresses() throws {
    let sheet = """
      <sheetData><row><c><v>1</v></c><c><v>2</v></c><c r="E1"><v>5</v></c><c><v>6</v></c></row><row/><row><c><v>7</v></c></row>
      <row r="10"><c r="b10"><v>8</v></c><c r="A10"><v>9</v></c><c r="B10"><v>10</v></c></row>
      <row r="4"><c r="A4"><v>11</v></c></row><row><c><v>12</v></c></row></sheetData>
      """
    #expect(
      try readLines(package(sheet: sheet)) == [
        "A1 number 1", "B1 number 2", "E1 number 5", "F1 number 6", "A3 number 7", "A10 number 9", "B10 number 10",
        "A4 number 11", "A5 number 12",
      ])
  }

  @Test("Strict namespace, any prefix, foreign elements and alternative contents")
  func namespaces() throws {
    let strict = package(
      sheet: "<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>strict</t></is></c></row></sheetData>",
      main: "http://purl.oclc.org/ooxml/spreadsheetml/main",
      relations: "http://purl.oclc.org/ooxml/officeDocument/relationships")
    #expect(try readLines(strict) == ["A1 text strict"])
    var zip = ZipBuilder()
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    let mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    zip.add(
      "XL\\WorkBook.xml",
      "<x:workbook xmlns:x=\"\(main)\"><mc:AlternateContent xmlns:mc=\"\(mc)\"><mc:Choice Requires=\"z\"><x:workbookPr date1904=\"1\"/></mc:Choice></mc:AlternateContent><x:sheets><x:sheet name=\"Một &amp; hai\" sheetId=\"7\" state=\"veryHidden\"/></x:sheets></x:workbook>"
    )
    zip.add(
      "xl/worksheets/Sheet1.xml",
      """
      <x:worksheet xmlns:x="\(main)" xmlns:mc="\(mc)" xmlns:y="u"><x:sheetViews><x:c><x:v>no</x:v></x:c></x:sheetViews><x:sheetData>
      <x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><y:c r="B1"><y:v>2</y:v></y:c><x:c r="C1"><y:v>3</y:v><x:v>4</x:v><x:extLst><x:v>9</x:v></x:extLst></x:c></x:row>
      <mc:AlternateContent><mc:Choice Requires="y"><x:row r="2"><x:c><x:v>5</x:v></x:c></x:row></mc:Choice><mc:Fallback><x:row r="2"><x:c><x:v>6</x:v></x:c></x:row></mc:Fallback></mc:AlternateContent>
      <x:row r="3" y:r="9" hidden="true"><x:c y:t="s" r="A3"><x:v>7</x:v></x:c></x:row></x:sheetData><x:mergeCells count="1"><x:mergeCell ref="A1:B2"/><x:mergeCell ref="?"/></x:mergeCells></x:worksheet>
      """)
    let workbook = try WorkbookReader(InputDocument(bytes: zip.bytes, name: "t"))
    #expect(workbook.sheets.first?.name == "Một & hai" && workbook.sheets.first?.visibility == .veryHidden)
    #expect(workbook.date1904 == false)
    #expect(
      try cellLines(workbook, workbook.sheets[0]) == ["A1 number 1", "C1 number 4", "A2 number 6", "A3 number 7"])
    #expect(try workbook.merges(of: workbook.sheets[0]).map(\.description) == ["A1:B2"])
  }

  @Test("Parts are found through relationships: absolute, with backslashes, other case, above the folder")
  func paths() throws {
    for (target, part) in [
      ("/xl/worksheets/s.xml", "xl/worksheets/s.xml"), ("worksheets\\s.xml", "xl/worksheets/s.xml"),
      ("WORKSHEETS/S.XML", "xl/worksheets/s.xml"), ("../data/s.xml", "data/s.xml"), ("./s.xml", "xl/s.xml"),
      ("../../../s.xml", "s.xml"),
    ] {
      var zip = ZipBuilder()
      let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
      zip.add(
        "_rels/.rels",
        "<Relationships><Relationship Id='1' Type='\(relations)/officeDocument' Target='/xl/book.xml'/></Relationships>"
      )
      zip.add(
        "xl/book.xml",
        "<workbook xmlns='m' xmlns:r='\(relations)'><sheets><sheet name='C' r:id='c'/><sheet name='S' r:id='s'/></sheets></workbook>"
      )
      zip.add(
        "xl/_rels/book.xml.rels",
        "<Relationships><Relationship Id='s' Type='\(relations)/worksheet' Target='\(target)'/><Relationship Id='c' Type='\(relations)/chartsheet' Target='chart.xml'/></Relationships>"
      )
      zip.add(part, "<worksheet xmlns='m'><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>")
      let workbook = try WorkbookReader(InputDocument(bytes: zip.bytes, name: "t"))
      #expect(workbook.sheets.map(\.index) == [1])
      #expect(try cellLines(workbook, workbook.sheets[0]) == ["A1 number 1"], "\(target)")
    }
  }

  @Test("What is no workbook is named for what it is")
  func impostors() throws {
    func ole(_ name: String) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: 2048)
      bytes.replaceSubrange(0..<8, with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
      bytes[30] = 9
      bytes[48] = 1
      for (i, unit) in name.utf16.enumerated() { bytes[1024 + 128 + 2 * i] = UInt8(unit) }
      bytes[1024 + 128 + 64] = UInt8(2 * name.utf16.count + 2)
      return bytes
    }
    func zip(_ names: String...) -> [UInt8] {
      var zip = ZipBuilder()
      for name in names { zip.add(name, "<x/>") }
      return zip.bytes
    }
    let cases: [([UInt8], String)] = [
      ([], "workbook-damaged"), (Array("<!DOCTYPE html><html><body>Đăng nhập</body>".utf8), "workbook-web-page"),
      (Array("\u{FEFF}\n <HTML lang=vi>".utf8), "workbook-web-page"),
      (Array("<meta http-equiv=\"Content-Type\"><table><tr>".utf8), "workbook-web-page"),
      (Array("gtin,name\n8938501234018,Nước mắm\n".utf8), "workbook-text"),
      (Array("{\"error\": 403}".utf8), "workbook-text"),
      ([0xFF, 0xFE, 0x61, 0x00, 0x09, 0x00], "workbook-text"), ([0x8F, 0xA4, 0x95, 0x69, 0x2C], "workbook-text"),
      (
        Array("<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">".utf8),
        "workbook-other-format"
      ),
      (Array("<?xml version=\"1.0\"?><feed/>".utf8), "workbook-other-format"),
      (ole("EncryptedPackage"), "workbook-encrypted"), (ole("Workbook"), "workbook-legacy-xls"),
      (ole("Book"), "workbook-legacy-xls"),
      (Array(ole("Workbook").prefix(100)), "workbook-legacy-xls"), ([9, 8, 16, 0, 0, 6, 5, 0], "workbook-legacy-xls"),
      (zip("xl/workbook.bin"), "workbook-xlsb"), (zip("word/document.xml"), "workbook-other-format"),
      (zip("mimetype", "content.xml"), "workbook-other-format"), (zip("a.txt"), "workbook-other-format"),
      (zip(), "workbook-other-format"), (zip("../a"), "workbook-unsafe"), (zip("a\\..\\b"), "workbook-unsafe"),
      (zip("/etc/x"), "workbook-unsafe"), (zip("C:/x"), "workbook-unsafe"), (zip("a.xml", "A.XML"), "workbook-unsafe"),
      ([0x50, 0x4B, 3, 4] + [UInt8](repeating: 7, count: 100), "workbook-damaged"),
      ([0, 1, 2, 3, 4, 5], "workbook-damaged"),
      ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0], "workbook-damaged"),
    ]
    for (i, (bytes, code)) in cases.enumerated() {
      let fault = workbookFault(bytes)
      #expect(fault?.diagnostic.code.id == code, "case \(i)")
      #expect(fault?.diagnostic.place.file == "t.xlsx")
    }
  }

  @Test("An encrypted entry is refused as such")
  func encryptedEntry() {
    var zip = ZipBuilder()
    zip.add("_rels/.rels", [UInt8](repeating: 1, count: 40), flags: 1)
    #expect(workbookFault(zip.bytes)?.diagnostic.code == .workbookEncrypted)
  }

  @Test("Each limit refuses what is above it")
  func limits() throws {
    let cells = (0..<200).map {
      "<row><c t=\"inlineStr\"><is><t>\($0) \(String(repeating: "x", count: 90))</t></is></c></row>"
    }.joined()
    let merges = (1...20).map { "<mergeCell ref=\"A\($0):B\($0)\"/>" }.joined()
    let strings = (0..<100).map { "<si><t>chuỗi \($0)</t></si>" }.joined()
    let bytes = package(sheet: "<sheetData>\(cells)</sheetData><mergeCells>\(merges)</mergeCells>", strings: strings)
    #expect(workbookFault(bytes) == nil)
    let tight: [(String, (inout WorkbookLimits) -> Void)] = [
      ("file", { $0.fileSize = UInt64(bytes.count) - 1 }), ("entries", { $0.entries = 4 }),
      ("part", { $0.partSize = 20_000 }),
      ("total", { $0.totalSize = 25_000 }), ("cells", { $0.cells = 199 }), ("merges", { $0.merges = 19 }),
      ("strings", { $0.sharedStrings = 99 }), ("string bytes", { $0.sharedStringBytes = 900 }),
      ("text", { $0.textBytes = 90 }),
    ]
    for (name, change) in tight {
      var limits = WorkbookLimits.default
      change(&limits)
      let fault = workbookFault(bytes, limits: limits)
      #expect(fault?.diagnostic.code == .workbookLimit && fault?.kind == .unreadable, "\(name)")
    }
    var exact = WorkbookLimits.default
    exact.fileSize = UInt64(bytes.count)
    exact.entries = 5
    exact.cells = 200
    exact.merges = 20
    exact.sharedStrings = 100
    exact.textBytes = 95
    #expect(workbookFault(bytes, limits: exact) == nil)
    for sheet in [
      "<sheetData><row r=\"1048577\"/></sheetData>", "<sheetData><row><c r=\"XFE1\"><v>1</v></c></row></sheetData>",
      "<sheetData><row><c r=\"ZZZZZZZZZZZZZZZZZZZZ1\"><v>1</v></c></row></sheetData>",
    ] { #expect(workbookFault(package(sheet: sheet))?.diagnostic.code == .workbookLimit, "\(sheet)") }
  }

  @Test("A part that inflates beyond the ratio is refused before it is inflated whole")
  func ratio() throws {
    let directory = TemporaryDirectory()
    let writer = try WorkbookWriter(path: directory.path + "/a.xlsx", constantMemory: true)
    let sheet = try writer.addSheet("A")
    for row in 1...20_000 { try sheet.writeText("same text", at: CellAddress(row: row, column: 0)) }
    try writer.close()
    var limits = WorkbookLimits.default
    let bytes = fileBytes(directory.path + "/a.xlsx")
    #expect(workbookFault(bytes, limits: limits) == nil)
    limits.ratio = 5
    limits.ratioFloor = 100_000
    let fault = workbookFault(bytes, limits: limits)
    #expect(fault?.diagnostic.code == .workbookLimit)
    #expect(fault?.diagnostic.message.en.contains("ratio") == true)
  }

  @Test("A DOCTYPE in a part, bad XML and strings that do not exist are faults with a place")
  func damagedParts() throws {
    let wrongString = workbookFault(
      package(sheet: "<sheetData><row r=\"3\"><c r=\"B3\" t=\"s\"><v>5</v></c></row></sheetData>"))
    #expect(wrongString?.diagnostic.code == .workbookDamaged)
    #expect(wrongString?.diagnostic.place.sheet == "S" && wrongString?.diagnostic.place.cell == "B3")
    let malformed = workbookFault(package(sheet: "<sheetData><row></sheetData>"))
    #expect(malformed?.diagnostic.code == .xmlMalformed && malformed?.diagnostic.place.sheet == "S")
    #expect(malformed?.diagnostic.place.file == "t.xlsx!xl/worksheets/s.xml")
    let doctype = package(sheet: "<x/>", strings: "<!DOCTYPE a>")
    #expect(workbookFault(doctype)?.diagnostic.code == .xmlMalformed)
    var missing = ZipBuilder()
    missing.add("xl/workbook.xml", "<workbook><sheets><sheet name='A'/></sheets></workbook>")
    #expect(workbookFault(missing.bytes)?.diagnostic.code == .workbookDamaged)
    var entity = ZipBuilder()
    entity.add("xl/workbook.xml", "<!DOCTYPE w [<!ENTITY a \"b\">]><workbook>&a;</workbook>")
    #expect(workbookFault(entity.bytes)?.diagnostic.code == .xmlDoctype)
  }

  @Test("Rows before a fault are given, then the fault, again and again")
  func rowsBeforeFault() throws {
    let rows = (1...3000).map { "<row r=\"\($0)\"><c r=\"A\($0)\"><v>\($0)</v></c></row>" }.joined()
    let workbook = try WorkbookReader(
      InputDocument(bytes: package(sheet: "<sheetData>\(rows)<row><c></row>"), name: "t"))
    let reading = try workbook.rows(of: workbook.sheets[0])
    var count = 0
    for attempt in 0..<3 {
      do throws(Fault) {
        while try reading.next() != nil { count += 1 }
        Issue.record("no fault")
      } catch {
        #expect(error.diagnostic.code == .xmlMalformed, "attempt \(attempt)")
      }
    }
    #expect(count == 3000)
  }

  @Test("A workbook cut off at any byte, or with any byte changed, is read or refused")
  func damaged() throws {
    let bytes = package(
      sheet: "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\"><v>1</v></c></row></sheetData>",
      strings: "<si><t>a</t></si>", styles: "<cellXfs><xf numFmtId=\"14\"/></cellXfs>")
    for length in 0..<bytes.count { #expect(workbookFault(Array(bytes.prefix(length))) != nil, "cut at \(length)") }
    var generator = SplitMix64(state: 11)
    var refused = 0
    for at in bytes.indices {
      var changed = bytes
      changed[at] ^= UInt8(truncatingIfNeeded: generator.next() | 1)
      if workbookFault(changed) != nil { refused += 1 }
    }
    // Most bytes are under a checksum.
    #expect(refused > bytes.count / 2)
  }
}

/// Third-party workbooks: read or refused with a code; nothing crashes or hangs.
@Suite("Workbook corpora", .enabled(if: SharedData.isThere, "the shared data is not there")) struct WorkbookCorpusTests
{
  @Test("Every workbook is read or refused with one of our codes")
  func all() throws {
    var counts: [String: Int] = [:]
    var cells = 0, rows = 0
    let known = Set((DiagnosticCode.workbookCodes + DiagnosticCode.xmlCodes).map(\.id))
    for folder in ["corpora/xlsx", "japan-korea"] {
      for file in SharedData.files(in: folder) where file.hasSuffix(".xlsx") || file.hasSuffix(".xlsm") {
        do throws(Fault) {
          let workbook = try WorkbookReader(InputDocument.open(SharedData.path(file)))
          for sheet in workbook.sheets {
            let reading = try workbook.rows(of: sheet)
            while let row = try reading.next() {
              rows += 1
              cells += row.cells.count
            }
            _ = try workbook.merges(of: sheet)
          }
          counts["read", default: 0] += 1
          #expect(
            !file.contains("/malicious/") || file.hasSuffix("crc-broken.xlsx")
              || file.hasSuffix("no-content-types.xlsx"), "\(file)")
        } catch {
          counts[error.diagnostic.code.id, default: 0] += 1
          #expect(known.contains(error.diagnostic.code.id), "\(file)")
        }
      }
    }
    print(
      "Workbook corpora:", counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "),
      "; \(rows) rows, \(cells) cells")
    #expect(counts["read", default: 0] >= 330)
    #expect(cells > 400_000)
  }

  /// Values that openpyxl 3.1.5 reads from the same files, and what the files' makers say they hold.
  @Test("Known cells of the robustness files")
  func robustness() throws {
    func value(_ file: String, _ sheet: Int, _ address: String) throws -> String? {
      let workbook = try WorkbookReader(InputDocument.open(SharedData.path(file)))
      let rows = try workbook.rows(of: workbook.sheets[sheet])
      let target = cell(address)
      while let row = try rows.next() { if row.index == target.row { return row[target.column] } }
      return nil
    }
    let phonetic = "japan-korea/xlsx-robustness/poi_51519.xlsx"
    #expect(try value(phonetic, 0, "B2") == "豊田")
    #expect(try value(phonetic, 0, "C2") == "豊田車会社")
    #expect(try value("japan-korea/xlsx-robustness/calamine_inlineStr_with_value.xlsx", 0, "A1") == "NN")
    #expect(try value("corpora/xlsx/calamine/whitespace_trim.xlsx", 0, "B2") == "  line1\nline2  ")
    #expect(try value("corpora/xlsx/calamine/whitespace_trim.xlsx", 0, "A2") == "line1\nline2")
    let filled = try WorkbookReader(
      InputDocument.open(SharedData.path("japan-korea/sheets/jp-product-sheet.filled.xlsx")))
    #expect(filled.sheets.count == 10 && filled.definedNames.count == 130)
    #expect(filled.sheets.filter { $0.visibility != .visible }.map(\.name) == ["コード", "_meta"])
    let merged = try WorkbookReader(
      InputDocument.open(SharedData.path("japan-korea/xlsx-robustness/calamine_merged_range.xlsx")))
    #expect(try merged.sheets.map { try merged.merges(of: $0).count }.reduce(0, +) == 15)
  }
}
