import Diagnostics
import ProductModel
import Testing

@Suite("Values: identification numbers, decimals, measures, dates, codes")
struct ValueTests {
  @Test(arguments: [
    ("08938501234018", GTINResult.valid), ("8938501001016", .valid), ("08938501001016", .valid),
    ("4006381333931", .valid), ("036000291452", .valid), ("96385074", .valid), ("18938501001013", .valid),
    ("8938501001017", .wrongCheckDigit(expected: 6)), ("893850100102", .wrongCheckDigit(expected: 1)),
    ("", .wrongLength),
    ("123456789", .wrongLength), ("893850100101X", .notDigits), ("8938501 001018", .notDigits),
    ("8.9E+12", .scientific), ("8.93850123E+12", .scientific), ("8,93850123E+12", .scientific), ("9E12", .scientific),
    ("E12", .notDigits),
  ])
  func gtin(text: String, result: GTINResult) { #expect(GTIN.check(text) == result) }

  @Test func gtinForms() {
    #expect(GTIN.canonical("96385074") == "00000096385074")
    #expect(GTIN.canonical("8938501001017") == nil)
    #expect(GTIN.written("00000096385074") == "96385074")
    #expect(GTIN.written("00000096385074", form: .thirteen) == "0000096385074")
    #expect(GTIN.written("08938501001016") == "8938501001016")
    #expect(GTIN.written("18938501001013") == "18938501001013")
    #expect(GTIN.written("00036000291452") == "0036000291452")
    #expect(GTIN.written("00036000291452", form: .upc) == "036000291452")
    #expect(GTIN.written("08938501001016", form: .fourteen) == "08938501001016")
    #expect(GTIN.checkDigit(of: "893850100101") == 6)
    #expect(GTIN.checkDigit(of: "89385010010x") == nil)
    #expect(GLN.check("8938500000010") == .valid)
    #expect(GLN.check("96385074") == .wrongLength)
    // Every single wrong digit is found.
    let right = Array("8938501001016".utf8)
    for i in right.indices {
      for digit in UInt8(0x30)...0x39 where digit != right[i] {
        var wrong = right
        wrong[i] = digit
        #expect(GTIN.check(String(decoding: wrong, as: UTF8.self)) != .valid)
      }
    }
  }

  @Test func ocopCode() throws {
    let code = try #require(OCOPCode("84-846-29347-12-2021"))
    #expect(code.province == "84" && code.district == "846" && code.commune == "29347")
    #expect(code.ordinal == 12 && code.year == 2021)
    for wrong in [
      "84-846-29347-1-21", "84-846-29347-0-2021", "84-846-2934-1-2021", "84-846-29347-1-2017", "x",
      "84-846-29347--2021",
    ] {
      #expect(OCOPCode(wrong) == nil)
    }
  }

  @Test(arguments: [
    ("+045.500", "45.5"), ("-0", "0"), ("0.000", "0"), ("1234.5", "1234.5"), ("-12.50", "-12.5"), ("000", "0"),
    ("100", "100"), (".5", "0.5"), ("99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
    ("0.00000000000000000001", "0.00000000000000000001"),
  ])
  func pointDecimals(text: String, canonical: String) throws {
    let value = try DecimalText.parse(text)
    #expect(value.description == canonical)
    #expect(ValueType.decimal.check(canonical) == nil)
    #expect((ValueType.decimal.check(text) == nil) == (text == canonical))
  }

  @Test(arguments: [
    ("1.234,56", "1234.56"), ("45.000", "45000"), ("45000", "45000"), ("12,5", "12.5"), ("1.234.567", "1234567"),
    ("1 234 567,8", "1234567.8"), ("1\u{A0}234", "1234"), ("-45.000", "-45000"),
  ])
  func commaDecimals(text: String, canonical: String) throws {
    #expect(try DecimalText.parse(text, style: .comma, allowsGrouping: true).description == canonical)
  }

  @Test(arguments: [
    ("45,000.5", DecimalText.Style.comma, DecimalFault.otherStyle(DecimalValue("45000.5")!)),
    ("12.5", .comma, .otherStyle(DecimalValue("12.5")!)), ("0.500", .comma, .otherStyle(DecimalValue("0.5")!)),
    ("1.234,56", .point, .otherStyle(DecimalValue("1234.56")!)), ("", .point, .empty), ("8.9E+12", .point, .scientific),
    ("1,23,456", .point, .grouping(at: 4)), ("12a", .point, .unexpected(at: 2)), ("-", .point, .unexpected(at: 0)),
    ("1e", .point, .unexpected(at: 1)), ("1.", .point, .unexpected(at: 1)),
    (String(repeating: "9", count: 40), .point, .outOfRange),
  ])
  func wrongDecimals(text: String, style: DecimalText.Style, fault: DecimalFault) {
    #expect(throws: fault) { try DecimalText.parse(text, style: style, allowsGrouping: true) }
  }

  @Test func exponents() throws {
    #expect(try DecimalText.parse("1.15E6", allowsExponent: true).description == "1150000")
    #expect(try DecimalText.parse("25e-2", allowsExponent: true).description == "0.25")
    #expect(throws: DecimalFault.outOfRange) { try DecimalText.parse("1E9999", allowsExponent: true) }
  }

  /// Texts that would be measures if a byte more or less were looked at.
  @Test(arguments: [
    "5 \0KT", "5 \u{1}KT", "5 K\0T", "00 GRM", "0.50 GRM", ".5 GRM", "5. GRM", "5  GRM", "5 XX", "5 KG",
  ])
  func measuresThatAreNone(text: String) { #expect(Measure.check(text.utf8.span) != nil) }

  @Test(arguments: ["5 KT", "0 GRM", "0.5 GRM", "12 EA", "-5 CEL", "100 MLT"]) func measures(text: String) {
    #expect(Measure.check(text.utf8.span) == nil)
    #expect(Measure(text) != nil)
  }

  @Test func arithmetic() throws {
    func d(_ text: String) -> DecimalValue { DecimalValue(text)! }
    #expect(d("0.1").adding(d("0.2")) == d("0.3"))
    #expect(d("98000").multiplied(by: d("1.08")) == d("105840"))
    #expect(d("5").subtracting(d("7.5")) == d("-2.5"))
    #expect(d("12345").divided(byPowerOfTen: 3) == d("12.345"))
    #expect(d("2.345").scaled(toDecimals: 2) == (d("2.35"), false))
    #expect(d("-2.345").scaled(toDecimals: 2) == (d("-2.35"), false))
    #expect(d("2.3").scaled(toDecimals: 2) == (d("2.3"), true))
    #expect(d("0.004").scaled(toDecimals: 2) == (.zero, false))
    #expect(d("2") > d("1.999999") && d("-2") < d("1") && d("10") > d("9.5") && d("-10") < d("-9.5"))
    #expect(DecimalValue(significand: 1, exponent: 40)! > d("99"))
    #expect(DecimalValue(significand: -1, exponent: 40)! < d("0.0001"))
    let third = try #require(d("1").multiplied(by: d("1"), over: d("3")))
    #expect(!third.isExact && third.value == d("0.3333333333"))
    #expect(d("1").multiplied(by: d("1"), over: .zero) == nil)
    #expect(try #require(d("7").multiplied(by: d("3"), over: d("8"))) == (d("2.625"), true))
    let huge = d(String(repeating: "9", count: 38))
    #expect(huge.adding(huge) == nil || huge.multiplied(by: huge) == nil)
    #expect(huge.multiplied(by: huge) == nil)
    #expect(d("12.50") == d("12.5") && d("12.50").hashValue == d("12.5").hashValue)
    #expect(d("300").intValue == 300 && d("0.5").intValue == nil)
  }

  @Test(arguments: [
    ("500 GRM", "KGM", "0.5", true), ("1 LBR", "GRM", "453.59237", true), ("250 MLT", "LTR", "0.25", true),
    ("8.5 OZA", "MLT", "251.37500128125", true), ("1 GRM", "LBR", "0.0022046226", false),
    ("10 INH", "CMT", "25.4", true),
    ("2 ANN", "MON", "24", true), ("2 WEE", "DAY", "14", true), ("-18 CEL", "FAH", "-0.4", true),
    ("50 FAH", "CEL", "10", true),
    ("1 FAH", "CEL", "-17.2222222222", false), ("25 CEL", "KEL", "298.15", true), ("2 DZN", "H87", "24", true),
    ("1.5 MTQ", "LTR", "1500", true),
  ])
  func conversions(text: String, unit: String, value: String, isExact: Bool) throws {
    let unit = try #require(UnitCode(unit))
    let result = try #require(Measure(text)?.convert(to: unit))
    #expect(result.value.description == value)
    #expect(result.isExact == isExact)
  }

  @Test(arguments: [
    ("24 MON", "DAY"), ("1 ANN", "DAY"), ("500 GRM", "MLT"), ("1780 KJO", "E14"), ("425 E14", "KJO"), ("1 XBX", "H87"),
    ("1 SET", "H87"),
  ])
  func noConversion(text: String, unit: String) throws {
    let other = try #require(UnitCode(unit)), measure = try #require(Measure(text))
    #expect(measure.convert(to: other) == nil)
  }

  @Test func unitsAreSound() throws {
    #expect(UnitCode.all.count > 90)
    #expect(Set(UnitCode.all).count == UnitCode.all.count)
    for unit in UnitCode.all {
      #expect(UnitCode(unit.code) == unit)
      if let factor = unit.factor { #expect(factor > .zero) }
    }
    #expect(UnitCode("XPK")?.code == "XPK" && UnitCode("ZZZ") == nil && UnitCode("g") == nil && UnitCode("GRMS") == nil)
    #expect(UnitCode("4G")?.code == "4G")
  }

  @Test(arguments: [
    "21/11/2026", "21-11-2026", "21.11.2026", "2026-11-21", "2026/11/21", "2026.11.21", "20261121", "2026年11月21日",
    "2026년 11월 21일", "2026. 11. 21.", "令和8年11月21日", "R8.11.21", "ngày 21 tháng 11 năm 2026", "２０２６年１１月２１日",
  ])
  func dates(text: String) throws {
    #expect(try DateText.parse(text).description == "2026-11-21")
  }

  @Test(arguments: [
    ("31/04/2026", DateFault.impossible), ("11/21/2026", .impossible), ("29/02/2025", .impossible),
    ("21/11/26", .shortYear),
    ("", .notADate), ("ngày", .notADate), ("2026", .notADate), ("1/2/3/2026", .notADate), ("R0.1.1", .notADate),
    ("2026年11日21月", .notADate), ("平成元年1月7日", .impossible), ("99999999999999999999", .notADate), ("12:30", .notADate),
  ])
  func wrongDates(text: String, fault: DateFault) {
    #expect(throws: fault) { try DateText.parse(text) }
  }

  @Test func eras() throws {
    #expect(try DateText.parse("平成元年1月8日").description == "1989-01-08")
    #expect(try DateText.parse("S64.1.7").description == "1989-01-07")
    #expect(try DateText.parse("11/21/2026", order: .mdy).description == "2026-11-21")
  }

  @Test func calendar() throws {
    let issued = try #require(CalendarDate("2022-11-30"))
    #expect(issued.adding(months: 36)?.description == "2025-11-30")
    #expect(CalendarDate("2026-01-31")?.adding(months: 1)?.description == "2026-02-28")
    #expect(CalendarDate("2024-02-29")?.adding(months: 12)?.description == "2025-02-28")
    #expect(CalendarDate("2024-03-31")?.adding(months: -1)?.description == "2024-02-29")
    #expect(CalendarDate("9999-12-31")?.adding(days: 1) == nil)
    #expect(CalendarDate("0001-01-01")?.adding(months: -1) == nil)
    #expect(CalendarDate("1970-01-01")?.dayNumber == 0)
    #expect(CalendarDate("2000-03-01")?.dayNumber == 11_017)
    var day = try #require(CalendarDate("1896-01-01")), number = day.dayNumber
    while day.year < 1905 {
      day = try #require(day.adding(days: 1))
      number += 1
      #expect(day.dayNumber == number)
    }
    #expect(CalendarDate("1900-02-29") == nil && CalendarDate("2000-02-29") != nil && CalendarDate("2026-1-01") == nil)
    #expect(
      DateAndTime("2026-11-22T08:00:00+07:00")?.secondsSinceEpoch
        == DateAndTime("2026-11-22T01:00:00Z")?.secondsSinceEpoch)
    #expect(DateAndTime("2026-11-22T08:00:00.125-03:30")?.offsetMinutes == -210)
    for wrong in [
      "2026-11-22T24:00:00Z", "2026-11-22T08:00:00", "2026-11-22 08:00:00Z", "2026-11-31T08:00:00Z",
      "2026-11-22T08:00:00+15:00", "2026-11-22T08:00:00.Z",
    ] {
      #expect(DateAndTime(wrong) == nil)
    }
  }

  @Test func codeLists() {
    #expect(
      Country.numeric(alpha2: "VN") == "704" && Country.alpha2(numeric: "704") == "VN"
        && Country.alpha2(numeric: "4") == "AF")
    #expect(Country.alpha3(alpha2: "JP") == "JPN" && Country.alpha2(alpha3: "KOR") == "KR")
    #expect(Country.numeric(alpha2: "XX") == nil && Country.numeric(alpha2: "vn") == nil)
    #expect(
      Country.all.count == 249 && Country.all == Country.all.sorted() && Country.all.first == "AD"
        && Country.all.last == "ZW")
    #expect(Currency.decimals("VND") == 0 && Currency.decimals("USD") == 2 && Currency.decimals("KWD") == 3)
    #expect(Currency.decimals("XAU") == nil && Currency.decimals("ABC") == nil && Currency.numeric("JPY") == "392")
    #expect(Currency.all == Currency.all.sorted())
    #expect(Language.isKnown("vi") && Language.isKnown("ko") && !Language.isKnown("vn") && Language.all.count == 184)
  }

  /// Every example in the declarations is a canonical value of its type.
  @Test func examplesAreCanonical() {
    for kind in Model.kinds {
      for attribute in kind.attributes {
        #expect(attribute.type.check(attribute.example) == nil, "\(kind.kind.name).\(attribute.attribute.name)")
      }
    }
  }

  private static let wrongValues: [(ValueType, String, ValueFault, String?)] = [
    (.decimal, "045.50", ValueFault.notDecimal, "45.5"), (.boolean, "TRUE", .notBoolean, "true"),
    (.integer, "012", .notInteger, "12"), (.measure, "500.0 grm", .measure(.number), "500 GRM"),
    (.measure, "500g", .measure(.noUnit), nil), (.measure, "5 QQQ", .measure(.unknownUnit), nil),
    (.date, "22/11/2026", .notADate, "2026-11-22"), (.date, "2026-02-30", .notADate, nil),
    (.gtin, "8938501001016", .unpaddedGTIN, "08938501001016"),
    (.gtin, "08938501001017", .gtin(.wrongCheckDigit(expected: 6)), nil), (.text, " a", .outerBlank, "a"),
    (.text, "Tra\u{300}", .notNFC, "Trà"), (.text, "a\u{1}", .control(at: 1), nil),
    (.code, "a\nb", .control(at: 1), nil),
    (.url, "www.example.vn", .notAURL, nil), (.url, "https://a b", .notAURL, nil), (.text, "", .empty, nil),
    (.dateTime, "2026-11-22", .notADateTime, nil), (.decimal, "1E5", .notDecimal, nil),
    (.decimal, "-0", .notDecimal, "0"),
    (.integer, "9999999999999999999", .notInteger, nil),
  ]

  @Test(arguments: wrongValues)
  func canonicalChecks(type: ValueType, text: String, fault: ValueFault, form: String?) {
    #expect(type.check(text) == fault)
    #expect(type.canonicalForm(text).map { Array($0.utf8) } == form.map { Array($0.utf8) })
    #expect(!fault.message.en.isEmpty && !fault.message.vi.isEmpty)
  }

  @Test func invalidUTF8IsFound() {
    func check(_ type: ValueType, _ bytes: [UInt8]) -> ValueFault? { type.check(bytes.span) }
    #expect(check(.text, [0x61, 0xC3, 0x28]) == .notUTF8(at: 1))
    #expect(check(.url, Array("https://".utf8) + [0xFF]) == .notUTF8(at: 8))
    #expect(ValueType.text.check("một\ndòng") == nil)
  }
}
