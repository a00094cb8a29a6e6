import AdapterTesting
import Diagnostics
import Documents
import ProductModel
import Profiles
import Testing

@testable import AdapterKit

@Suite("Workbooks: tables as people fill them in")
struct WorkbookTableTests {
  let probe: WorkbookProbe

  init() throws { probe = try WorkbookProbe("producer-sheet") }

  private func book(_ main: [[String]], _ others: [(String, [[String]])] = []) throws -> [UInt8] {
    var book = EditedWorkbook()
    book.addSheet("Sản phẩm", main)
    for (name, rows) in others { book.addSheet(name, rows) }
    return try book.bytes()
  }

  /// Headings in any order, in capitals, with marks, below a title; columns that nobody knows are told once.
  @Test func headingsAreFound() throws {
    let bytes = try book([
      ["Danh sách sản phẩm OCOP tỉnh Vĩnh Long"], [],
      ["TÊN SẢN PHẨM (bắt buộc)", "Mã vạch GTIN*", "Ghi chú", "mã hàng (sku)", "Khối lượng tịnh"],
      ["Mật hoa dừa", "8939999001014", "xem lại", "TVF-1", "250 ml; 330 g"], [],
      ["Đường hoa dừa", "", "", "TVF-2", "1,5 kg"],
    ])
    let reading = try probe.read(bytes)
    #expect(reading.codes == ["workbook-column-unknown"])
    #expect(reading.diagnostics[0].place.cell == "C3")
    #expect(reading.products.map { $0["name@vi"] } == ["Mật hoa dừa", "Đường hoa dừa"])
    #expect(
      reading.products[0].node([.init(kind: .item, selector: .first)])?.all(.netContent) == ["250 MLT", "330 GRM"])
    #expect(reading.products[1]["item[each].netContent"] == "1.5 KGM")
    #expect(reading.rows.map(\.recordOffset) == [4, 6])
    #expect(reading.places[1]["product.name"]?.description == "in.xlsx:Sản phẩm!A6")
  }

  @Test func documentFaults() throws {
    let noName = try book([["STT", "Mã hàng (SKU)", "Tên sản phảm", "Nhãn hiệu"], ["1", "A", "B", "C"]])
    var fault = #expect(throws: Fault.self) { try probe.read(noName) }
    #expect(
      fault?.diagnostic.code == .workbookColumnMissing && fault?.diagnostic.hint?.en.contains("Tên sản phảm") == true)
    let noHead = try book([["a", "b"], ["c", "d"]])
    fault = #expect(throws: Fault.self) { try probe.read(noHead) }
    #expect(fault?.diagnostic.code == .workbookHeaderMissing)
    var renamed = EditedWorkbook()
    renamed.addSheet("Sảnphẩm 1", [["Tên sản phẩm"]])
    let bytes = try renamed.bytes()
    fault = #expect(throws: Fault.self) { try probe.read(bytes) }
    #expect(fault?.diagnostic.code == .workbookSheetMissing && fault?.kind == .malformed)
    let page = Array("<!DOCTYPE html><html><body>Login</body></html>".utf8)
    fault = #expect(throws: Fault.self) { try probe.read(page) }
    #expect(fault?.diagnostic.code == .workbookWebPage)
  }

  /// Rows of a detail sheet in any order, by SKU or by number, nested by position.
  @Test func joinedRowsInAnyOrder() throws {
    let bytes = try book(
      [["STT", "Mã hàng (SKU)", "Tên sản phẩm"], ["7", "A", "Một"], ["8", "", "Hai"], ["9", "C", "Ba"]],
      [
        (
          "Thành phần",
          [
            ["Sản phẩm (mã hàng)", "STT", "Thứ tự", "Tên thành phần", "Tỷ lệ (%)"], ["C", "", "2", "muối", "5"],
            ["A", "", "2.1", "sữa", ""], ["", "8", "1", "gạo", "100"], ["C", "", "1", "cá", "95"],
            ["A", "", "2", "bột sữa", "12,5"], ["A", "", "1", "dừa", "87,5"], ["A", "", "2.2", "lecithin", ""],
          ]
        )
      ])
    let reading = try probe.read(bytes)
    #expect(reading.diagnostics == [])
    #expect(reading.products[0]["ingredient[1].name@vi"] == "dừa")
    #expect(reading.products[0]["ingredient[2].share"] == "12.5")
    #expect(reading.products[0]["ingredient[2].ingredient[2].name@vi"] == "lecithin")
    #expect(reading.products[1]["ingredient[1].name@vi"] == "gạo")
    #expect(reading.products[2].root.nodes(.ingredient).map { $0[.name, .vi] } == ["cá", "muối"])
    #expect(reading.places[2]["ingredient.share"]?.description == "in.xlsx:Thành phần!E5")
  }

  /// Rows without a product, with an unclear one, and below something that is not there.
  @Test func rowsThatBelongNowhere() throws {
    let bytes = try book(
      [["STT", "Mã hàng (SKU)", "Tên sản phẩm"], ["1", "A", "Một"], ["2", "B", "Hai"], ["3", "B", "Ba"]],
      [
        (
          "Dị ứng",
          [
            ["Sản phẩm (mã hàng)", "STT", "Chất gây dị ứng", "Mức độ"], ["X", "", "Sữa", "Có chứa"],
            ["B", "", "Sữa", "Có chứa"],
            ["B", "3", "Trứng", "Có thể chứa"], ["A", "", "Trứng", "Không rõ"],
          ]
        ),
        (
          "Chứa đựng",
          [["Sản phẩm (mã hàng)", "Mã quy cách", "Chứa quy cách", "Số lượng"], ["A", "case-12", "each", "12"]]
        ),
      ])
    let reading = try probe.read(bytes)
    #expect(
      Set(reading.codes) == [
        "workbook-row-unmatched", "workbook-row-ambiguous", "code-unknown", "workbook-parent-missing",
      ])
    #expect(reading.products[2]["allergen[AE].level"] == "MAY_CONTAIN")
    #expect(reading.rows.map(\.state) == [.faulted, .good, .good, .faulted, .faulted])
    let unmatched = try #require(reading.diagnostics.first { $0.code == .workbookRowUnmatched })
    #expect(unmatched.place.description.hasPrefix("in.xlsx:Dị ứng!A2") && unmatched.value == "X")
    let parent = try #require(reading.diagnostics.first { $0.code == .workbookParentMissing })
    #expect(parent.place.cell == "B2" && parent.place.sheet == "Chứa đựng" && parent.value == "case-12")
  }

  /// Numeric cells keep their point in columns whose texts have a comma; GTINs survive as numbers; dates are dates.
  @Test func typesOfCells() throws {
    var edited = try EditedWorkbook(
      book(
        [
          [
            "Mã hàng (SKU)", "Mã vạch GTIN", "Tên sản phẩm", "Điểm OCOP", "Ngày quyết định", "Hàng nguy hiểm",
            "Số sao OCOP",
          ], ["A", "", "Một"],
        ],
        [
          (
            "Giá",
            [
              ["Sản phẩm (mã hàng)", "Thị trường", "Giá", "Tiền tệ"], ["A", "VN", "", "VND"],
              ["A", "US", "1.234,5", "USD"],
            ]
          )
        ]))
    edited.set("Sản phẩm", "B2", "8939999001014", .number)
    edited.set("Sản phẩm", "D2", "91.125", .number)
    edited.set("Sản phẩm", "E2", "2022-11-30", .date)
    edited.set("Sản phẩm", "F2", "true", .boolean)
    edited.set("Sản phẩm", "G2", "4", .number)
    edited.set("Giá", "C2", "98.125", .number)
    let product = try #require(probe.read(edited.bytes()).good.first)
    #expect(product["item[each].gtin"] == "08939999001014")
    #expect(product["ocop.score"] == "91.125")
    #expect(product["ocop.decisionDate"] == "2022-11-30")
    #expect(product["isDangerous"] == "true")
    #expect(product["ocop.stars"] == "4")
    #expect(product.root.nodes(.price).map { $0[.amount] } == ["98.125", "1234.5"])
  }

  /// Broken cells fault their product only, each with its cell.
  @Test func brokenCells() throws {
    var edited = try EditedWorkbook(
      book([
        ["Mã hàng (SKU)", "Mã vạch GTIN", "Tên sản phẩm", "Số sao OCOP"], ["A", "8939999001015", "Một", ""],
        ["B", "4.54929E+12", "Hai", ""], ["C", "", "Ba", "bốn"], ["D", "", "Bốn", ""], ["E", "", "Năm", ""],
      ]))
    edited.set("Sản phẩm", "D5", "#N/A", .error)
    edited.set("Sản phẩm", "D6", "", .number, isFormula: true)
    let reading = try probe.read(edited.bytes())
    #expect(reading.rows.map(\.state).filter { $0 == .faulted }.count >= 3)
    #expect(reading.diagnostics.filter { $0.severity >= .error }.map(\.place.cell).prefix(3) == ["B2", "B3", "D4"])
    #expect(reading.codes.prefix(2) == ["gtin-check-digit", "gtin-scientific"])
    #expect(reading.diagnostics[0].attribute == "item[each].gtin" && reading.diagnostics[0].product == "A")
  }

  /// What was rejected goes into a workbook of the same template and, mended there, runs through.
  @Test func quarantine() throws {
    var bad = try EditedWorkbook(probe.write(Array(Seeds.products.prefix(6))).bytes)
    let row = try #require(bad.row("Sản phẩm", [1: "TVF-DHD-500"]))
    let right = try #require(bad["Sản phẩm", "C\(row)"])
    bad["Sản phẩm", "C\(row)"] = "8939999001020"
    let item = try #require(bad.row("Quy cách", [0: "TVF-DHD-500", 2: "each"]))
    bad["Quy cách", "D\(item)"] = nil
    let bytes = try bad.bytes()
    let reading = try probe.read(bytes)
    #expect(reading.rows.filter { $0.state == .faulted }.count == 1)
    let quarantine = try probe.quarantine(bytes)
    let again = try probe.read(quarantine)
    #expect(again.rows.map(\.state) == [.faulted] && again.codes.contains("gtin-check-digit"))
    var mended = try EditedWorkbook(quarantine)
    mended["Sản phẩm", "C3"] = right
    let fixed = try probe.read(mended.bytes())
    #expect(fixed.rows.map(\.state) == [.good])
    #expect(fixed.products[0].differences(from: Seeds.products[1]) == [])
    #expect(mended.sheets.map(\.name) == bad.sheets.map(\.name))
  }

  /// Two sheets that name the same pack make one pack, and a contradiction is told.
  @Test func onePackFromTwoSheets() throws {
    let bytes = try book(
      [
        ["Mã hàng (SKU)", "Mã vạch GTIN", "Tên sản phẩm", "Khối lượng tịnh"], ["A", "8939999001014", "Một", "250 ml"],
      ],
      [
        (
          "Quy cách",
          [
            ["Sản phẩm (mã hàng)", "Mã quy cách", "Mã hàng (SKU)", "Khối lượng tịnh", "Cấp đóng gói"],
            ["A", "each", "A", "300 ml", "Đơn vị cơ bản"], ["A", "case-12", "A-T12", "", "Thùng"],
          ]
        )
      ])
    let reading = try probe.read(bytes)
    #expect(reading.products[0].root.nodes(.item).count == 2)
    #expect(reading.products[0]["item[each].netContent"] == "250 MLT")
    #expect(reading.products[0]["item[case-12].level"] == "CASE")
    #expect(reading.codes == ["workbook-sheets-differ"])
    #expect(reading.diagnostics[0].place.cell == "D2")
  }

  /// A workbook that grows beyond what is held back goes to the disk row by row and reads the same.
  @Test func largeWorkbooks() throws {
    var products: [Product] = []
    for i in 0..<900 {
      var product = Seeds.products[i % 2]
      product["item[each].sku"] = "SKU-\(i)"
      product["item[each].gtin"] = nil
      products.append(product)
    }
    let written = try probe.write(products)
    #expect(written.states.allSatisfy { $0 == .good })
    let back = try probe.read(written.bytes)
    #expect(back.diagnostics == [])
    try #require(back.products.count == products.count)
    for i in stride(from: 0, to: 900, by: 97) { #expect(back.products[i].differences(from: products[i]) == []) }
    #expect(try probe.write(products).bytes == written.bytes)
  }

  /// Many rows of one product are read; too many fault the product and not the machine.
  @Test(arguments: [1000, 10_500]) func manyRowsOfOneProduct(_ count: Int) throws {
    var rows = [["Sản phẩm (mã hàng)", "Thứ tự", "Tên thành phần", "Tỷ lệ (%)"]]
    for i in 1...count { rows.append(["A", String(i), "thành phần \(i)", "0,01"]) }
    let reading = try probe.read(
      book([["Mã hàng (SKU)", "Tên sản phẩm"], ["A", "Một"], ["B", "Hai"]], [("Thành phần", rows)]))
    #expect(reading.rows.map(\.state) == [count > 10_000 ? .faulted : .good, .good])
    #expect(reading.codes == (count > 10_000 ? ["product-too-large"] : []))
    #expect(reading.products[0].root.nodes(.ingredient).count == (count > 10_000 ? 0 : count))
  }
}
