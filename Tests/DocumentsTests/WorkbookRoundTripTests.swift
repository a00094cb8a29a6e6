import Diagnostics
import Documents
import Testing

#if canImport(Glibc)
  import Glibc
#endif

func fileBytes(_ path: String) -> [UInt8] {
  guard let stream = fopen(path, "rb") else { return [] }
  defer { fclose(stream) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&chunk, 1, chunk.count, stream), count > 0 { bytes += chunk[..<count] }
  return bytes
}

/// A sheet as lines `A1 kind text`, blanks left out.
func cellLines(_ workbook: WorkbookReader, _ sheet: WorkbookSheet) throws -> [String] {
  let rows = try workbook.rows(of: sheet)
  var lines: [String] = []
  while let row = try rows.next() {
    for cell in row.cells where cell.kind != .blank || cell.isFormula {
      lines.append("\(row.address(cell)) \(cell.kind)\(cell.isFormula ? " formula" : "") \(row.text(cell))")
    }
  }
  return lines
}

func cell(_ text: String) -> CellAddress { CellAddress(text) ?? CellAddress(row: 1, column: 0) }
func range(_ text: String) -> CellRange { CellRange(text) ?? CellRange(CellAddress(row: 1, column: 0)) }

@Suite("Workbooks written and read") struct WorkbookRoundTripTests {
  /// A workbook with everything the writer knows.
  private func write(to path: String, constantMemory: Bool = false) throws {
    let workbook = try WorkbookWriter(path: path, constantMemory: constantMemory)
    let list = try workbook.addSheet("商品一覧")
    let form = try workbook.addSheet("Phiếu 'A'_1")
    let codes = try workbook.addSheet("코드", visibility: .hidden)
    let label = CellStyle {
      $0.fontName = "ＭＳ Ｐゴシック"
      $0.fontSize = 10
      $0.isBold = true
      $0.fillColor = 0xDDDDDD
      $0.fontColor = 0
      $0.border = .thin
      $0.wrapsText = true
      $0.horizontal = .center
      $0.vertical = .center
    }
    try list.setColumnWidth(0, 18)
    try list.hideRow(1)
    try list.writeText("gtin", at: cell("A1"))
    try list.writeText("price", at: cell("B1"))
    try list.setRowHeight(2, 30)
    try list.writeText("JANコード", at: cell("A2"), style: label)
    try list.writeText("希望小売価格", at: cell("B2"), style: label)
    try list.writeText("8938501234018", at: cell("A3"), style: .text)
    try list.writeNumber("1280", at: cell("B3"), style: CellStyle { $0.numberFormat = "#,##0" })
    try list.writeNumber("12.5", at: cell("C3"), style: CellStyle { $0.numberFormat = "0.0" })
    try list.writeDate("2026-11-21", at: cell("D3"))
    try list.writeDate("2026-11-21T08:00:00", at: cell("E3"))
    try list.writeFormula("=ROUND(B3*1.08,0)", cached: .number(1382), at: cell("F3"))
    try list.writeFormula("=A2&\"!\"", cached: .text("JANコード!"), at: cell("G3"))
    try list.writeBoolean(true, at: cell("H3"))
    try list.writeBlank(at: cell("I3"), style: label)
    try list.writeText("Nước mắm cá cơm <\"nhĩ\"> & Phở\n다음 줄\t\r_x000D_ \u{1}😀  ", at: cell("J3"))
    try list.writeText("=1+1", at: cell("K3"))
    try list.writeDate(
      "2026-01-02", at: cell("L3"), style: CellStyle { $0.numberFormat = "[$-411]ggge\"年\"m\"月\"d\"日\"" })
    try list.freeze(at: cell("C3"))
    try list.autofilter(range("A2:L3"))
    try list.hideColumn(11)
    var print = PrintSetup()
    print.isLandscape = true
    print.titleRows = 2...2
    print.titleColumns = 0...0
    try list.setPrint(print)
    try list.listValidation(range("M3:M9"), choices: ["○", "－", "△"])
    try form.mergeRange(range("A1:C1"), "商品特性", style: label)
    try form.mergeRange(range("D1"), "một ô", style: label)
    try form.writeText(" giữ khoảng trắng ", at: cell("D2"))
    if !constantMemory { try form.mergeRange(range("A3:B5"), "여러 줄", style: label) }
    try codes.writeText("AF", at: cell("A1"))
    try form.listValidation(range("D4"), source: range("A1:A9"), of: codes)
    try workbook.defineName("item1.jan", range("A3"), of: list)
    try workbook.defineName("item1.name", range("D2:F2"), of: form)
    try workbook.defineName("rate", formula: "=1.08")
    form.activate()
    try workbook.close()
  }

  @Test("What is written is read: texts in four languages, numbers, dates, merges, names, hidden sheets and rows")
  func roundTrip() throws {
    for constantMemory in [false, true] {
      let directory = TemporaryDirectory()
      let path = directory.path + "/a.xlsx"
      try write(to: path, constantMemory: constantMemory)
      // From memory as well as from a file.
      for document in [try InputDocument.open(path), InputDocument(bytes: fileBytes(path), name: "a.xlsx")] {
        let workbook = try WorkbookReader(document)
        #expect(workbook.sheets.map(\.name) == ["商品一覧", "Phiếu 'A'_1", "코드"])
        #expect(workbook.sheets.map(\.visibility) == [.visible, .visible, .hidden])
        #expect(workbook.date1904 == false)
        #expect(workbook.definedNames.count == 2)
        #expect(workbook.definedNames["item1.jan"]?.sheet == "商品一覧")
        #expect(workbook.definedNames["item1.jan"]?.range == range("A3"))
        #expect(workbook.definedNames["item1.name"]?.sheet == "Phiếu 'A'_1")
        #expect(workbook.definedNames["item1.name"]?.range == range("D2:F2"))
        let list = workbook.sheets[0], form = workbook.sheets[1]
        #expect(
          try cellLines(workbook, list) == [
            "A1 text gtin", "B1 text price", "A2 text JANコード", "B2 text 希望小売価格", "A3 text 8938501234018",
            "B3 number 1280", "C3 number 12.5", "D3 date 2026-11-21", "E3 date 2026-11-21T08:00:00",
            "F3 number formula 1382", "G3 text formula JANコード!", "H3 boolean true",
            "J3 text Nước mắm cá cơm <\"nhĩ\"> & Phở\n다음 줄\t\r_x000D_ \u{1}😀  ", "K3 text =1+1", "L3 date 2026-01-02",
          ])
        let rows = try workbook.rows(of: list)
        #expect(try rows.next()?.isHidden == true)
        #expect(try rows.next()?.isHidden == false)
        let third = try #require(try rows.next())
        #expect(third.index == 3 && third[0] == "8938501234018" && third[8] == "" && third[99] == "")
        #expect(third.cell(at: 8)?.kind == .blank && third.cell(at: 99) == nil)
        #expect(third.cell(at: 3).map(third.rawText) == "46347")
        #expect(try rows.next() == nil)
        #expect(try workbook.merges(of: form).map(\.description) == (constantMemory ? ["A1:C1"] : ["A1:C1", "A3:B5"]))
        #expect(try workbook.merges(of: list).isEmpty)
        #expect(
          try cellLines(workbook, form)
            == ["A1 text 商品特性", "D1 text một ô", "D2 text  giữ khoảng trắng "]
            + (constantMemory ? [] : ["A3 text 여러 줄"]))
      }
    }
  }

  @Test("The same calls give the same bytes")
  func reproducible() throws {
    let directory = TemporaryDirectory()
    try write(to: directory.path + "/a.xlsx")
    try write(to: directory.path + "/b.xlsx")
    // A clock that goes on must not show.
    sleep(2)
    try write(to: directory.path + "/c.xlsx")
    let first = fileBytes(directory.path + "/a.xlsx")
    #expect(first.count > 5000)
    #expect(first == fileBytes(directory.path + "/b.xlsx"))
    #expect(first == fileBytes(directory.path + "/c.xlsx"))
  }

  @Test("A large sheet in constant memory comes back whole, also two sheets read in turn")
  func large() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/a.xlsx"
    let workbook = try WorkbookWriter(path: path, constantMemory: true)
    for sheet in 0..<2 {
      let target = try workbook.addSheet("S\(sheet)")
      for row in 1...3000 {
        try target.writeText("Sản phẩm \(sheet)-\(row) 漢字", at: CellAddress(row: row, column: 0))
        try target.writeNumber("\(row).25", at: CellAddress(row: row, column: 1))
        try target.writeText(String(repeating: "x", count: row % 700), at: CellAddress(row: row, column: 2))
      }
    }
    try workbook.close()
    let reader = try WorkbookReader(InputDocument.open(path))
    let a = try reader.rows(of: reader.sheets[0]), b = try reader.rows(of: reader.sheets[1])
    var kept: [WorkbookRow] = []
    for row in 1...3000 {
      for (sheet, rows) in [a, b].enumerated() {
        let read = try #require(try rows.next())
        #expect(read.index == row && read[0] == "Sản phẩm \(sheet)-\(row) 漢字" && read[1] == "\(row).25")
        #expect(read[2].utf8.count == row % 700)
        if row % 500 == 0 { kept.append(read) }
      }
    }
    #expect(try a.next() == nil && b.next() == nil)
    // Rows that were kept still hold their own texts.
    #expect(kept.count == 12)
    for (i, row) in kept.enumerated() { #expect(row[0] == "Sản phẩm \(i % 2)-\(500 * (i / 2 + 1)) 漢字") }
  }

  @Test("The writer refuses what a workbook cannot hold, naming the cell")
  func refusals() throws {
    let directory = TemporaryDirectory()
    let workbook = try WorkbookWriter(path: directory.path + "/a.xlsx")
    let sheet = try workbook.addSheet("A")
    func code(_ body: () throws(Fault) -> Void) -> (String, Place)? {
      do throws(Fault) {
        try body()
        return nil
      } catch { return (error.diagnostic.code.id, error.diagnostic.place) }
    }
    let long = String(repeating: "ả", count: 32_767)
    #expect(code { () throws(Fault) in try sheet.writeText(long, at: cell("A1")) } == nil)
    let tooLong = code { () throws(Fault) in try sheet.writeText(long + "x", at: cell("B2")) }
    #expect(tooLong?.0 == "workbook-text-too-long" && tooLong?.1.cell == "B2" && tooLong?.1.sheet == "A")
    #expect(code { () throws(Fault) in try sheet.writeNumber("12,5", at: cell("A2")) }?.0 == "workbook-write")
    #expect(code { () throws(Fault) in try sheet.writeDate("2026-02-30", at: cell("A2")) }?.0 == "workbook-write")
    #expect(
      code { () throws(Fault) in try sheet.writeText("x", at: CellAddress(row: 0, column: 0)) }?.0 == "workbook-write")
    #expect(
      code { () throws(Fault) in try sheet.writeText("x", at: CellAddress(row: 1, column: 16_384)) }?.0
        == "workbook-write")
    for name in ["", "a/b", "a", "x[1]", String(repeating: "あ", count: 32), "'x"] {
      #expect(code { () throws(Fault) in _ = try workbook.addSheet(name) }?.0 == "workbook-write", "\(name)")
    }
    #expect(code { () throws(Fault) in _ = try workbook.addSheet(String(repeating: "あ", count: 31)) } == nil)
    for name in ["A1", "R1C1", "r", "C2", "RC", "1a", ".a", "", "a b", "a-b", "a!b"] {
      #expect(
        code { () throws(Fault) in try workbook.defineName(name, formula: "=1") }?.0 == "workbook-write", "\(name)")
    }
    for name in ["item1.jan", "_x", "Rate", "RCX", "名前", "Mã_hàng", "co.tax_id"] {
      #expect(code { () throws(Fault) in try workbook.defineName(name, formula: "=1") } == nil, "\(name)")
    }
    try sheet.mergeRange(range("C8:D9"), "x")
    for overlap in ["D9:E9", "A8:C8", "C8:D9", "B7:F20"] {
      #expect(
        code { () throws(Fault) in try sheet.mergeRange(range(overlap), "y") }?.0 == "workbook-write", "\(overlap)")
    }
    #expect(code { () throws(Fault) in try sheet.mergeRange(range("E8:F9"), "y") } == nil)
    #expect(
      code { () throws(Fault) in
        try sheet.listValidation(range("A1"), choices: [String(repeating: "x", count: 300)])
      }?.0 == "workbook-write")
    #expect(try sheet.writeNumber("123456789012345678901", at: cell("A3")) == false)
    #expect(try sheet.writeNumber("0.10", at: cell("A4")) == true)
    #expect(try sheet.writeNumber("-1234567.89", at: cell("A5")) == true)
    try workbook.close()
    #expect(code { () throws(Fault) in try sheet.writeText("x", at: cell("A1")) }?.0 == "workbook-write")
    #expect(code { () throws(Fault) in try workbook.close() }?.0 == "workbook-write")
    let reader = try WorkbookReader(InputDocument.open(directory.path + "/a.xlsx"))
    let row = try #require(try reader.rows(of: reader.sheets[0]).next())
    #expect(row[0] == long)

    let constant = try WorkbookWriter(path: directory.path + "/b.xlsx", constantMemory: true)
    let table = try constant.addSheet("A")
    try table.writeText("x", at: cell("A2"))
    #expect(code { () throws(Fault) in try table.writeText("y", at: cell("A1")) }?.0 == "workbook-write")
    #expect(code { () throws(Fault) in try table.mergeRange(range("A3:A4"), "y") }?.0 == "workbook-write")
    let missing = try WorkbookWriter(path: directory.path + "/none/c.xlsx")
    _ = try missing.addSheet("A")
    #expect(code { () throws(Fault) in try missing.close() }?.0 == "workbook-write")
  }
}
