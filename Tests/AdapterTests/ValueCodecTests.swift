import AdapterKit
import Bytes
import Diagnostics
import ProductModel
import Profiles
import Testing

/// What one converter makes of a text and back.
struct ValueProbe {
  let codec: ValueCodec

  init(_ converter: Converter, _ type: ValueType, lists: [CodeList] = [], unit: UnitPlace? = nil) throws {
    codec = try ValueCodec(
      converter, type: type, codes: Dictionary(uniqueKeysWithValues: lists.map { ($0.name, $0) }), unit: unit)
  }

  /// The canonical value, `blank`, or `!code`; warnings are shown as `value ?code`.
  func read(_ text: String, unit: String? = nil) -> String {
    var batch = ProductBatch()
    let place = batch.append(text)
    let unitPlace = unit.map { batch.append($0) }
    func value(_ offset: Int, _ length: Int) -> String {
      String(decoding: UnsafeBufferPointer(start: batch.unsafeArena + offset, count: length), as: UTF8.self)
    }
    switch codec.read(offset: place.offset, length: place.length, unit: unitPlace, in: &batch) {
    case .value(let offset, let length): return value(offset, length)
    case .warned(let offset, let length, let finding): return value(offset, length) + " ?" + finding.code.id
    case .blank: return "blank"
    case .fault(let finding): return "!" + finding.code.id
    }
  }

  /// The finding of a wrong text.
  func finding(_ text: String) -> ConversionFinding? {
    var batch = ProductBatch()
    let place = batch.append(text)
    switch codec.read(offset: place.offset, length: place.length, in: &batch) {
    case .fault(let finding), .warned(_, _, let finding): return finding
    default: return nil
    }
  }

  /// The text written, with ` ~reason` for a loss, or `!code`.
  func write(_ value: String) -> String {
    var buffer = ByteBuffer()
    switch codec.write(value.utf8.span, into: &buffer) {
    case .exact: return buffer.string()
    case .lossy(let reason): return buffer.string() + " ~" + reason.rawValue
    case .fault(let finding):
      #expect(buffer.count == 0, "nothing is written on a fault")
      return "!" + finding.code.id
    }
  }
}

func codeList(_ name: String, _ pairs: KeyValuePairs<String, [String]>) -> CodeList {
  var list = CodeList(name: name)
  for (code, texts) in pairs { list.add(code, texts: texts) }
  return list
}

@Suite struct ValueCodecTests {
  let units = codeList("units", ["GRM": ["g", "gram", "gam"], "KGM": ["kg"], "MLT": ["ml"]])
  let periods = codeList("periods", ["DAY": ["ngày", "日"], "MON": ["tháng", "か月"], "ANN": ["năm", "年"]])

  @Test func textLosesTheBlanksAroundItOnly() throws {
    let probe = try ValueProbe(.text, .text)
    #expect(probe.read("  Mật hoa\u{A0}dừa \u{3000}") == "Mật hoa\u{A0}dừa")
    #expect(probe.read(" \t\u{A0}\u{3000}") == "blank")
    #expect(probe.read("à") == "à")
    #expect(probe.write("Mật hoa") == "Mật hoa")
    #expect(probe.codec.writesAsIs)
  }

  @Test func gtinIsPaddedAndChecked() throws {
    let probe = try ValueProbe(.gtin, .gtin)
    #expect(probe.read("8938501234018") == "08938501234018")
    #expect(probe.read("08938501234018") == "08938501234018")
    #expect(probe.read("8938501234019") == "!gtin-check-digit")
    #expect(probe.read("893850123401") == "!gtin-check-digit")
    #expect(probe.read("89385012340") == "!gtin-length")
    #expect(probe.read("8938501A34018") == "!gtin-characters")
    #expect(probe.read("8.9385E+12") == "!gtin-scientific")
    #expect(probe.read("8,93850123E+12") == "!gtin-scientific")
    #expect(probe.write("08938501234018") == "8938501234018")
    #expect(try ValueProbe(.gtin14, .gtin).write("08938501234018") == "08938501234018")
    #expect(try ValueProbe(.text, .gtin).read("8938501234018") == "08938501234018", "text on a GTIN is still a GTIN")
  }

  @Test func numbersFollowTheirStyle() throws {
    let comma = try ValueProbe(.decimal(.comma, minFraction: 0, maxFraction: nil), .decimal)
    #expect(comma.read("1.234,5") == "1234.5")
    #expect(comma.read("45.000") == "45000")
    #expect(comma.read("12") == "12")
    #expect(comma.read("012,50") == "12.5")
    #expect(comma.read("45,000.5") == "!number-format")
    #expect(comma.finding("45,000.5")?.hint?.en == "Write 45000,5.")
    #expect(comma.write("1234.5") == "1234,5")

    let plain = try ValueProbe(.decimal(.plain, minFraction: 0, maxFraction: nil), .decimal)
    #expect(plain.read("1234.5") == "1234.5")
    #expect(plain.read("1,234.5") == "!number-format")
    #expect(plain.read("zwölf") == "!number-format")
    #expect(plain.read("1e3") == "!number-format")

    let point = try ValueProbe(.decimal(.point, minFraction: 2, maxFraction: 2), .decimal)
    #expect(point.read("1,234.5") == "1234.5")
    #expect(point.read("１，２３４．５") == "1234.5", "full-width digits and signs")
    #expect(point.write("1234.5") == "1234.50")
    #expect(point.write("3") == "3.00")
    #expect(point.write("1.005") == "1.01 ~rounded")

    let whole = try ValueProbe(.integer(.comma), .integer)
    #expect(whole.read("1.200") == "1200")
    #expect(whole.read("12,5") == "!number-format")
    #expect(try ValueProbe(.text, .percent).read("33.50 %") == "33.5")
  }

  @Test func moneyKnowsItsCurrency() throws {
    let vnd = try ValueProbe(.money(.comma, currency: "VND"), .decimal)
    for text in ["45.000 đ", "45.000₫", "45000", "45000.0", "45.000 VNĐ", "VND 45.000", "45.000 đồng", "45.000,00"] {
      #expect(vnd.read(text) == "45000", "\(text)")
    }
    #expect(vnd.read("45.000,5") == "!number-format")
    #expect(vnd.read("12 $") == "!money-currency")
    #expect(vnd.read("45.000 đ/kg") == "!number-format")
    #expect(vnd.write("45000") == "45000")
    #expect(vnd.codec.currency == Array("VND".utf8))
    let usd = try ValueProbe(.money(.plain, currency: "USD"), .decimal)
    #expect(usd.read("$12.5") == "12.5")
    #expect(usd.write("12.5") == "12.50")
    #expect(try ValueProbe(.money(.point, currency: "JPY"), .decimal).read("￥1,200") == "1200")
    #expect(throws: Fault.self) { try ValueProbe(.money(.plain, currency: "DONG"), .decimal) }
  }

  @Test func measuresKeepTheirUnit() throws {
    #expect(try ValueProbe(.measure, .measure).read("500.0 GRM") == "500 GRM")
    #expect(try ValueProbe(.measure, .measure).read("500") == "!unit-missing")
    #expect(try ValueProbe(.measure, .measure).read("500 QQQ") == "!unknown-unit")

    let grams = try ValueProbe(.measureIn(unit: "GRM", .plain, maxFraction: 0), .measure)
    #expect(grams.read("450") == "450 GRM")
    #expect(grams.write("0.45 KGM") == "450")
    #expect(grams.write("0.4505 KGM") == "451 ~rounded")
    #expect(grams.write("450 MLT") == "!unit-conversion")

    let quantity = try ValueProbe(.quantity(codes: "units", .comma), .measure, lists: [units])
    #expect(quantity.read("1,5kg") == "1.5 KGM")
    #expect(quantity.read("500 gram") == "500 GRM")
    #expect(quantity.read("500 GAM") == "500 GRM")
    #expect(quantity.read("500") == "!unit-missing")
    #expect(quantity.read("500 gr") == "!unknown-unit")
    #expect(quantity.finding("500 kgg")?.hint?.en == "Did you mean “kg”?")
    #expect(quantity.write("500 GRM") == "500 g")
    #expect(quantity.write("2 LTR") == "2000 ml", "the list has no word for litres, but one for millilitres")
    #expect(quantity.write("2 MTR") == "!unknown-unit")

    let split = try ValueProbe(
      .decimal(.comma, minFraction: 0, maxFraction: nil), .measure, lists: [units],
      unit: UnitPlace(place: .column(names: ["Đơn vị"], label: nil, code: nil, isExact: false), codes: "units"))
    #expect(split.codec.hasUnitPlace)
    #expect(split.read("1,5", unit: " KG ") == "1.5 KGM")
    #expect(split.read("500", unit: "gam") == "500 GRM")
    #expect(split.read("500") == "!unit-missing")
    #expect(split.read("500", unit: "gói") == "!unknown-unit")
    #expect(split.write("1.5 KGM") == "1,5")
    var unit = ByteBuffer()
    _ = split.codec.writeUnit("1.5 KGM".utf8.span, into: &unit)
    #expect(unit.string() == "kg")
  }

  @Test func periodsAreReadFromSentences() throws {
    let probe = try ValueProbe(.duration(codes: "periods"), .measure, lists: [periods])
    #expect(probe.read("24 tháng") == "24 MON")
    #expect(probe.read("製造日より730日") == "730 DAY")
    #expect(probe.read("24か月") == "24 MON")
    #expect(probe.read("12 tháng kể từ ngày sản xuất") == "12 MON ?period-words")
    #expect(probe.read("lâu") == "!measure-format")
    #expect(probe.read("12 thángx") == "!measure-format")
    #expect(probe.write("24 MON") == "24 tháng")
    let days = try ValueProbe(.days, .measure)
    #expect(days.read("540") == "540 DAY")
    #expect(days.write("540 DAY") == "540")
    #expect(days.write("24 MON") == "720 ~converted")
    #expect(days.write("2 ANN") == "730 ~converted")
    #expect(days.write("2 WEE") == "14")
  }

  @Test func datesAreNeverGuessed() throws {
    let vi = try ValueProbe(.date(.dmy), .date)
    #expect(vi.read("05/06/2026") == "2026-06-05")
    #expect(vi.read("5-6-2026") == "2026-06-05")
    #expect(vi.read("2026-06-05") == "2026-06-05")
    #expect(vi.read("2026-06-05 00:00:00") == "2026-06-05")
    #expect(vi.read("31/02/2026") == "!date-format")
    #expect(vi.read("5/6/26") == "!date-format")
    #expect(vi.write("2026-06-05") == "05/06/2026")
    let iso = try ValueProbe(.date(.iso), .date)
    #expect(iso.read("05/06/2026") == "!date-format", "fifth of June or sixth of May")
    #expect(iso.read("22/11/2026") == "2026-11-22", "only one reading exists")
    #expect(iso.read("2026/6/5") == "2026-06-05")
    #expect(iso.read("2026年6月5日") == "2026-06-05")
    #expect(try ValueProbe(.date(.ymd), .date).write("2026-06-05") == "2026/06/05")

    let time = try ValueProbe(.dateTime, .dateTime)
    #expect(time.read("2026-11-22T08:00:00+07:00") == "2026-11-22T08:00:00+07:00")
    #expect(time.read("2026-11-22 08:00") == "2026-11-22T08:00:00+07:00 ?time-offset")
    #expect(time.read("gestern") == "!date-format")
    let end = try ValueProbe(.dateTimeOfDate(isEnd: true, offset: "+07:00"), .date)
    #expect(end.read("2026-11-22T23:59:59+07:00") == "2026-11-22")
    #expect(end.write("2026-11-22") == "2026-11-22T23:59:59+07:00")
  }

  @Test func wordsBecomeCodes() throws {
    let yes = try ValueProbe(.boolean(yes: "Có|co|x", no: "Không"), .boolean)
    #expect(yes.read("CÓ") == "true")
    #expect(yes.read("x") == "true")
    #expect(yes.read("không") == "false")
    #expect(yes.read("maybe") == "!boolean-format")
    #expect(yes.write("true") == "Có")
    #expect(yes.write("false") == "Không")

    let zones = codeList("zones", ["AMBIENT": ["常温", "Thường"], "CHILLED": ["冷蔵", "Mát"]])
    let closed = try ValueProbe(.codes(list: "zones", isOpen: false), .code, lists: [zones])
    #expect(closed.read("常温") == "AMBIENT")
    #expect(closed.read("thường ") == "AMBIENT")
    #expect(closed.read("thuong") == "!code-unknown")
    #expect(closed.finding("冷庫")?.hint != nil)
    #expect(closed.write("CHILLED") == "冷蔵")
    #expect(closed.write("FROZEN") == "!code-unknown")
    let open = try ValueProbe(.codes(list: "zones", isOpen: true), .code, lists: [zones])
    #expect(open.read("OTHER") == "OTHER ?code-unlisted")
    #expect(open.write("FROZEN") == "FROZEN ~unmapped-code")
    #expect(throws: Fault.self) { try ValueProbe(.codes(list: "none", isOpen: false), .code) }

    let choice = try ValueProbe(.choice(list: "zones"), .code, lists: [zones])
    #expect(choice.write("CHILLED") == "□常温 ■冷蔵")
    #expect(choice.read("□常温 ■冷蔵") == "CHILLED")
    #expect(choice.read("■常温 ■冷蔵") == "!choice-marks")
    #expect(choice.read("□常温 □冷蔵") == "blank")
    #expect(choice.read("冷蔵") == "CHILLED")

    let affixed = try ValueProbe(.affixed(prefix: "約", .integer(.plain), suffix: "個"), .integer)
    #expect(affixed.read("約12個") == "12")
    #expect(affixed.read("12") == "12")
    #expect(affixed.write("12") == "約12個")
  }

  @Test func linksAndLocationNumbersAreChecked() throws {
    #expect(try ValueProbe(.text, .url).read("https://x.vn/a b") == "!url-format")
    #expect(try ValueProbe(.text, .url).read("https://x.vn/a.jpg") == "https://x.vn/a.jpg")
    #expect(try ValueProbe(.text, .gln).read("8930000009999") == "8930000009999")
    #expect(try ValueProbe(.text, .gln).read("8930000000006") == "!gln-check-digit")
    // A right GTIN-14 is no GLN.
    #expect(try ValueProbe(.text, .gln).read("08930000009999") == "!gln-length")
    #expect(try ValueProbe(.text, .gln).read("MST2100000000") == "!gln-characters")
    #expect(try ValueProbe(.text, .gln).read("8.93E+12") == "!gln-scientific")
  }

  @Test func everyFindingSpeaksBothLanguages() throws {
    for code in DiagnosticCode.conversionCodes + DiagnosticCode.tableCodes {
      #expect(!code.title.vi.isEmpty && !code.explanation.vi.isEmpty && !code.remedy.vi.isEmpty, "\(code.id)")
      #expect(code.title.en != code.title.vi, "\(code.id)")
    }
    let ids = (DiagnosticCode.conversionCodes + DiagnosticCode.tableCodes).map(\.id)
    #expect(Set(ids).count == ids.count)
    let finding = try #require(try ValueProbe(.gtin, .gtin).finding("8938501234019"))
    #expect(finding.message.en.contains("8938501234019") && finding.message.vi.contains("8"))
  }

  @Test func hostileTextsAreFaultsAndNoCrashes() throws {
    let lists = [units, periods]
    let converters: [(Converter, ValueType)] = [
      (.gtin, .gtin), (.integer(.comma), .integer), (.decimal(.point, minFraction: 0, maxFraction: 3), .decimal),
      (.money(.comma, currency: "VND"), .decimal), (.measure, .measure),
      (.measureIn(unit: "GRM", .comma, maxFraction: 1), .measure),
      (.quantity(codes: "units", .plain), .measure), (.duration(codes: "periods"), .measure), (.days, .measure),
      (.date(.dmy), .date), (.dateTimeOfDate(isEnd: false, offset: "+07:00"), .date), (.dateTime, .dateTime),
      (.boolean(yes: "x", no: "-"), .boolean), (.codes(list: "units", isOpen: false), .code),
      (.choice(list: "units"), .code), (.affixed(prefix: "(", .text, suffix: ")"), .text), (.text, .url), (.text, .gln),
      (.date(.iso), .dateTime),
    ]
    let texts = [
      "-", "+", ".", ",", "0", "-0", "99999999999999999999999999999999999999999999", "1.", ".1", "1..2", "1,,2", "¥",
      "đ", "%",
      "％", "()", "(", "■", "□", "T", "2026-11-22T", "2026-11-22Tx", "0000-00-00", "12 ", " tháng", "\u{FF11}", "₫₫₫",
      "-đ",
      "５００", "1e999999999", String(repeating: "9", count: 5000), "\u{301}", "e", "E+", "1E+", "00/00/0000",
    ]
    for (converter, type) in converters {
      let probe = try ValueProbe(converter, type, lists: lists)
      for text in texts {
        let result = probe.read(text)
        if !result.hasPrefix("!"), result != "blank", !result.contains(" ?") {
          #expect(type.check(result) == nil, "\(converter) made “\(result)” of “\(text)”")
          _ = probe.write(result)
        }
      }
    }
  }
}
