import AdapterTesting
import Diagnostics
import Documents
import ProductModel
import Profiles
import Testing

@testable import AdapterKit

@Suite("Workbooks: sheets that partners have worked on")
struct WorkbookReturnTests {
  let japan: WorkbookProbe
  let sent: [UInt8]

  init() throws {
    japan = try WorkbookProbe("japan")
    sent = try japan.write(Array(Seeds.products.prefix(2))).bytes
  }

  @Test func untouchedSheetHasNothingToSay() throws {
    #expect(try japan.read(sent).diagnostics == [])
  }

  /// A value corrected on the form wins over the list, and both cells are named.
  @Test func formBeatsTable() throws {
    var book = try EditedWorkbook(sent)
    book["商品シート_1", "D23"] = "やさしい甘みのシロップです。"
    book.set("商品シート_1", "D13", "1380", .number)
    let reading = try japan.read(book.bytes())
    #expect(reading.codes == ["form-beats-table", "form-beats-table"])
    #expect(reading.rows.allSatisfy { $0.state == .good })
    #expect(reading.products[0]["description@ja"] == "やさしい甘みのシロップです。")
    #expect(reading.products[0]["price[market=JP,item=each,type=retail].amount"] == "1380")
    let finding = try #require(reading.diagnostics.first { $0.place.cell == "D13" })
    #expect(finding.place.sheet == "商品シート_1" && finding.place.field == "希望小売価格（税抜）")
    #expect(finding.message.en.contains("商品一覧!O4") && finding.message.en.contains("1280"))
    #expect(finding.product == Seeds.products[0].identity)
    #expect(reading.places[0]["price.amount"]?.sheet == "商品シート_1")
  }

  /// The importer's cells are read, whoever fills them in, in the list or on the form.
  @Test func importerFillsIn() throws {
    var book = try EditedWorkbook(sent)
    book["商品シート_2", "D30"] = "株式会社見本 東京都港区1-2-3"
    let reading = try japan.read(book.bytes())
    #expect(reading.products[1]["party[importer].name@ja"] == "株式会社見本 東京都港区1-2-3")
    #expect(reading.products[0]["party[importer].name@ja"] == nil)
  }

  /// Corrected codes: the form still belongs to the product with its number.
  @Test func correctedGTIN() throws {
    var book = try EditedWorkbook(sent)
    book["商品シート_1", "D7"] = "8939999009010"
    book["商品シート_1", "D6"] = "新しい名前"
    let reading = try japan.read(book.bytes())
    #expect(reading.products.count == 2)
    #expect(reading.products[0]["item[each].gtin"] == "08939999009010" || reading.codes.contains("gtin-check-digit"))
    #expect(reading.products[0]["name@ja"] == "新しい名前")
  }

  /// Without defined names `_meta` says where values are; without both, labels do, wherever they stand.
  @Test func threeWaysToFindACell() throws {
    var book = try EditedWorkbook(sent)
    book["商品シート_1", "D22"] = "お菓子づくりに"
    book.names = []
    let byMeta = try japan.read(book.bytes())
    #expect(byMeta.products[0]["usageInstructions@ja"] == "お菓子づくりに")
    #expect(!byMeta.codes.contains("workbook-label-moved"))
    book.sheets.removeAll { $0.name == "_meta" }
    let byLabel = try japan.read(book.bytes())
    #expect(zip(byLabel.products, byMeta.products).flatMap { $0.differences(from: $1) } == [])
    // Two rows inserted on top: every label has moved.
    let form = try #require(book.sheets.firstIndex { $0.name == "商品シート_1" })
    book.sheets[form].merges = book.sheets[form].merges.map {
      CellRange(
        CellAddress(row: $0.first.row + 2, column: $0.first.column),
        CellAddress(row: $0.last.row + 2, column: $0.last.column))
    }
    book.reorder("商品シート_1", from: 1) { $0 + 2 }
    let moved = try japan.read(book.bytes())
    #expect(zip(moved.products, byMeta.products).flatMap { $0.differences(from: $1) } == [])
    #expect(moved.codes.contains("workbook-label-moved"))
  }

  /// A form alone, without the list, is a product.
  @Test func formsAlone() throws {
    var book = try EditedWorkbook(sent)
    book.sheets.removeAll { $0.name == "商品一覧" || $0.name == "商品シート_2" }
    let reading = try japan.read(book.bytes())
    let product = try #require(reading.products.first)
    #expect(product["item[each].gtin"] == "08939999001014")
    #expect(product["name@en"] == Seeds.products[0]["name@en"])
    #expect(reading.places[0]["item.gtin"]?.description == "in.xlsx:商品シート_1!D7")
    // Rows of the joined tables have lost their list and are told so, one by one.
    #expect(reading.codes.contains("workbook-row-unmatched"))
  }

  /// A foreign form in the same style, found by labels only, in another grid, with choices shown as squares.
  @Test func foreignForm() throws {
    let layout = WorkbookLayout(sheets: [
      SheetLayout(
        name: "商品シート_{n}",
        content: .form(
          SheetForm(
            limit: 10, columnWidths: [10, 10, 10, 10], title: "商品シート", bars: [],
            fields: [
              field("jan", ["JANコード", "JAN"], "A2", "B2", "item[each].gtin", .gtin),
              field("name", ["商品名"], "A3", "B3", "name@ja", .text),
              field("zone", ["保存温度帯", "保存方法"], "A4", "B4", "storage.zone", .codes(list: "zone", isOpen: false)),
            ])))
    ])
    var zone = CodeList(name: "zone")
    zone.add("AMBIENT", texts: ["常温"])
    zone.add("CHILLED", texts: ["冷蔵"])
    var book = EditedWorkbook()
    book.addSheet(
      "商品シート_1",
      [
        ["名物商品エントリーシート"], [], ["", "①商品名", "", "ＪＡＮコード"], ["", "蓮茶", "", "8939999001014"],
        ["", "＊保存方法", "□常温　■冷蔵"],
      ])
    let reading = try WorkbookProbe(layout, codes: [zone]).read(book.bytes())
    #expect(reading.products.first?["item[each].gtin"] == "08939999001014")
    #expect(reading.products.first?["name@ja"] == "蓮茶")
    #expect(reading.products.first?["storage.zone"] == "CHILLED")
  }

  private func field(
    _ code: String, _ labels: [String], _ label: String, _ value: String, _ path: String, _ converter: Converter
  ) -> Rule {
    .field(
      FieldRule(
        place: .cell(FormCell(code: code, labels: labels, sublabel: nil, labelCell: label, valueCell: value)),
        target: try? ModelPath(path), converter: converter))
  }

  /// The list and a detail sheet differ: the list counts and the difference is told with its cell.
  @Test func sheetsDiffer() throws {
    var book = try EditedWorkbook(sent)
    let row = try #require(book.row("栄養成分", [0: "8939999001014"]))
    book.set("栄養成分", "E\(row)", "9.9", .number)
    let reading = try japan.read(book.bytes())
    #expect(reading.codes == ["workbook-sheets-differ"])
    #expect(reading.diagnostics[0].place.cell == "E\(row)" && reading.diagnostics[0].place.sheet == "栄養成分")
    #expect(reading.diagnostics[0].attribute == "nutrition[state=UNPREPARED].nutrient[FAT].amount")
  }

  /// A workbook of another template is refused, one of another version is read.
  @Test func templates() throws {
    let korea = try WorkbookProbe("korea")
    let fault = #expect(throws: Fault.self) { try korea.read(sent) }
    #expect(fault?.kind == .malformed && fault?.diagnostic.code == .workbookTemplate)
    var book = try EditedWorkbook(sent)
    book["_meta", "B2"] = "9"
    #expect(try japan.read(book.bytes()).codes == ["workbook-template"])
  }

  /// Companies that differ are not mixed up: their sheet stays empty and the loss is told.
  @Test func companiesDiffer() throws {
    var other = Seeds.products[1]
    other["party[producer].name"] = "Another company"
    let written = try japan.write([Seeds.products[0], other])
    #expect(written.codes.contains("card-differs"))
    #expect(written.losses.contains { $0.pattern == "party[producer].name" && $0.count == 2 })
    let reading = try japan.read(written.bytes)
    #expect(reading.products.allSatisfy { $0["party[producer].name"] == nil })
    let same = try japan.read(japan.write([Seeds.products[0]]).bytes)
    #expect(same.products[0]["party[producer].name"] == Seeds.products[0]["party[producer].name"])
  }
}
