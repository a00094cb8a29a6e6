import Bytes
import Testing

@testable import Documents

@Suite("Workbook values") struct WorkbookValueTests {
  @Test("Addresses in A1 notation, there and back")
  func addresses() throws {
    for (text, row, column) in [
      ("A1", 1, 0), ("Z9", 9, 25), ("AA10", 10, 26), ("AZ1", 1, 51), ("ZZ3", 3, 701), ("AAA4", 4, 702),
      ("XFD1048576", 1_048_576, 16_383),
    ] {
      let address = CellAddress(row: row, column: column)
      #expect(CellAddress(text) == address)
      #expect(address.description == text)
      #expect(CellAddress(address.absolute) == address)
    }
    #expect(CellAddress("$b$7") == CellAddress(row: 7, column: 1))
    for column in 0..<CellAddress.columns {
      #expect(CellAddress(CellAddress.letters(ofColumn: column) + "1")?.column == column)
    }
    for bad in [
      "", "A", "1", "A0", "XFE1", "A1048577", "A1B", "$$A1", "A$$1", "A1$", "Ａ1", "A-1", "A1 ",
      "AAAAAAAAAAAAAAAAAAAAAA1", "A99999999999999999999999", "A$", "$A", "A$B1",
    ] {
      #expect(CellAddress(bad) == nil, "\(bad)")
    }
  }

  @Test("Ranges, whole columns and rows, and references with sheet names")
  func ranges() throws {
    let range = try #require(CellRange("$D$7:B2"))
    #expect(range.description == "B2:D7")
    #expect(range.contains(CellAddress(row: 3, column: 2)) && !range.contains(CellAddress(row: 8, column: 2)))
    #expect(CellRange("C5")?.description == "C5")
    #expect(CellRange("A:C")?.last == CellAddress(row: 1_048_576, column: 2))
    #expect(CellRange("$3:$5")?.first == CellAddress(row: 3, column: 0))
    for bad in ["", ":", "A1:", "A1:B2:C3", "A1:B", "#REF!", "A1,B2"] { #expect(CellRange(bad) == nil, "\(bad)") }
    #expect(range.reference(inSheet: "Mã 'A'") == "'Mã ''A'''!$B$2:$D$7")
    let back = try #require(WorkbookReader.reference("'Mã ''A'''!$B$2:$D$7"))
    #expect(back.sheet == "Mã 'A'" && back.range == range)
    #expect(WorkbookReader.reference("商品!$A$1")?.sheet == "商品")
    for bad in [
      "1", "#REF!", "Sheet1!#REF!", "A!$A$1,B!$A$2", "'A'!$A$1,'B'!$A$2", "SUM(A!$A$1)", "[1]A!$A$1", "\"x\"",
    ] {
      #expect(WorkbookReader.reference(bad) == nil, "\(bad)")
    }
  }

  @Test("Numbers become the shortest decimal text of the same double")
  func numbers() {
    let cases = [
      ("8938501234018", "8938501234018"), ("8.938501234018E12", "8938501234018"), ("8938501234018.0", "8938501234018"),
      ("0.10000000000000001", "0.1"), ("1.5", "1.5"), ("1.50", "1.5"), ("-0", "0"), ("007", "7"), ("1E3", "1000"),
      ("1e-7", "0.0000001"), ("1.25E-3", "0.00125"), ("123456789012345678", "123456789012345680"),
      ("9007199254740991", "9007199254740991"),
      ("1.7976931348623157E308", "17976931348623157" + String(repeating: "0", count: 292)),
      ("-1.5E-5", "-0.000015"), ("2.2999999999999998", "2.3"), ("1E22", "10000000000000000000000"), (" 12 ", "12"),
      ("+5", "5"),
      ("100", "100"), ("0.5", "0.5"), ("-12.25", "-12.25"),
    ]
    for (raw, expected) in cases {
      var buffer = ByteBuffer()
      var text = raw
      let outcome = text.withUTF8 { CellNumber.canonical($0, into: &buffer) }
      #expect(outcome != .invalid, "\(raw)")
      #expect((outcome == .same ? raw : buffer.string()) == expected, "\(raw)")
      #expect(Double(raw.filter { $0 != " " }) == Double(expected), "\(raw)")
    }
    for bad in ["", "abc", "1,5", "NaN", "inf", "0x10", "1e999", "--1", "1 2", "."] {
      var buffer = ByteBuffer()
      var text = bad
      #expect(text.withUTF8 { CellNumber.canonical($0, into: &buffer) } == .invalid, "\(bad)")
    }
    var generator = SplitMix64(state: 7)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      if !value.isFinite { continue }
      let text = CellNumber.text(value)
      #expect(Double(text) == value && !text.contains("e"))
    }
  }

  @Test("Number formats tell dates, times and lengths of time from numbers")
  func formats() {
    let date = NumberFormat.date, time = NumberFormat.time
    let cases: [(String, NumberFormat)] = [
      ("General", []), ("0.00", []), ("#,##0", []), ("@", []), ("0.00E+00", []), ("0%", []), ("[Red]0", []),
      ("# ?/?", []),
      ("yyyy/mm/dd", date), ("m/d", date), ("mmm", date), ("[$-411]ggge\"年\"m\"月\"d\"日\"", date),
      ("yyyy\"년\"\\ m\"월\"\\ d\"일\"", date), ("yyyy\\-mm\\-dd", date), ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", date),
      ("aaa", date), ("h:mm", time), ("mm:ss", time), ("h:mm AM/PM", time), ("[$-409]h:mm:ss\\ AM/PM;@", time),
      ("ss.00", time),
      ("yyyy/m/d h:mm", [.date, .time]), ("d.m.yy h:mm;@", [.date, .time]), ("m/d/yy h:mm", [.date, .time]),
      ("[h]:mm:ss", .elapsed), ("[mm]:ss", .elapsed), ("0\"day\"", []), ("\"hms\"0", []), ("[$¥-411]#,##0", []),
      ("[DBNum1][$-804]yyyy\"年\"", date), ("#,##0\\ \"円\"", []), ("0_);[Red]\\(0\\)", []), ("General\" d\"", []),
      ("", []),
      ("\\d0", []), ("[Blue]#,##0\"đ\"", []), ("\"", []), ("[", []), ("\\", []), ("_", []), ("h", time), ("A/P", time),
      ("0;yyyy", []), ("[>=100]0.0;0", []), ("#,##0.00 [$₫-42A]", []), ("yyyy.mm", date), ("hh\"時\"mm\"分\"", time),
    ]
    for (code, expected) in cases { #expect(NumberFormat(code: code) == expected, "\(code)") }
    for id in 14...17 { #expect(NumberFormat(builtIn: id) == .date) }
    for id in [27, 28, 31, 36, 50, 58] { #expect(NumberFormat(builtIn: id) == .date) }
    for id in [18, 21, 32, 33, 45, 47] { #expect(NumberFormat(builtIn: id) == .time) }
    for id in [0, 1, 4, 13, 37, 44, 48, 49, 59, 164] { #expect(NumberFormat(builtIn: id) == []) }
  }

  @Test("Serial numbers become ISO dates in both systems")
  func dates() {
    let both: NumberFormat = [.date, .time]
    func text(_ serial: Double, _ format: NumberFormat = .date, _ is1904: Bool = false) -> String? {
      CellDate.text(serial: serial, format: format, is1904: is1904)
    }
    #expect(text(1) == "1900-01-01")
    #expect(text(59) == "1900-02-28")
    #expect(text(60) == "1900-02-29")
    #expect(text(61) == "1900-03-01")
    #expect(text(46347) == "2026-11-21")
    #expect(text(46347, both) == "2026-11-21T00:00:00")
    #expect(text(46347 + 1.0 / 3, both) == "2026-11-21T08:00:00")
    #expect(text(46347.999999999, both) == "2026-11-22T00:00:00")
    #expect(text(46347.9) == "2026-11-21")
    #expect(text(2_958_465) == "9999-12-31")
    #expect(text(2_958_466) == nil && text(-1) == nil && text(.nan) == nil && text(.infinity) == nil)
    #expect(text(0, .date, true) == "1904-01-01")
    #expect(text(44885, .date, true) == "2026-11-21")
    #expect(text(0.5, .time) == "12:00:00")
    #expect(text(0.5 + 0.0005 / 86_400, .time) == "12:00:00.001")
    #expect(text(1.5, .elapsed) == "36:00:00")
    #expect(text(46347, .either) == "2026-11-21" && text(0.25, .either) == "06:00:00")
    for day in stride(from: 61.0, through: 2_958_465, by: 97) {
      #expect(text(day).flatMap { CellDate.serial($0) } == day)
    }
    for second in stride(from: 0, to: 86_400, by: 61) {
      let serial = 46347 + Double(second) / 86_400
      #expect(text(serial, both).flatMap { CellDate.serial($0) } == serial)
    }
    for bad in [
      "", "2026-02-30", "2026-13-01", "2026-1-1", "2026/01/01", "1900-02-29", "0000-01-01", "2026-11-21T24:00:00",
      "2026-11-21 08:00:00", "2026-11-2１",
    ] {
      #expect(CellDate.serial(bad) == nil, "\(bad)")
    }
    #expect(CellDate.serial("2024-02-29") == 45351)
  }

  @Test("Escapes of workbooks are resolved and made")
  func escapes() {
    func read(_ text: String) -> String {
      var buffer = ByteBuffer()
      buffer.append("kept ")
      let from = buffer.count
      buffer.append(text)
      CellText.finish(&buffer, from: from, keepsSpace: true)
      return String(buffer.string().dropFirst(5))
    }
    #expect(read("a_x000D_b") == "a\rb")
    #expect(read("_x005F_x000D_") == "_x000D_")
    #expect(read("_x0041__x1EA1_") == "Aạ")
    #expect(read("_xD83D__xDE00_") == "😀")
    for same in ["_x00", "_x00ZZ_", "x0041_", "_X0041_", "_xD83D_", "_xDE00_x", "", "_", "ạ_"] {
      #expect(read(same) == same)
    }
    let hard = [
      "a\rb", "_x000D_", "\u{0}\u{1}\u{1F}", "_x_x0041_", "\u{FFFE}\u{FFFF}", "tab\tline\n", "😀_x0041", "__x0041__",
      "ạ_xD83D_",
    ]
    for text in hard { #expect(read(CellText.escape(text)) == text, "\(text.debugDescription)") }
    var trimmed = ByteBuffer()
    trimmed.append("x \n y\t ")
    CellText.finish(&trimmed, from: 1, keepsSpace: false)
    #expect(trimmed.string() == "xy")
  }
}
