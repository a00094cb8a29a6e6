import AdapterTesting
import Diagnostics
import Documents
import ProductModel
import Profiles
import Testing

@testable import AdapterKit

@Suite("Workbooks: products come back as they were")
struct WorkbookRoundTripTests {
  /// Seeds, the six hand-written products and random ones: nothing changes, nothing is lost.
  @Test func producerSheetIsTheIdentity() throws {
    let probe = try WorkbookProbe("producer-sheet")
    var random = RandomProducts(seed: 5)
    random.channels = []
    // A single part without any value says nothing and has no cell.
    let made = random.products(120).map { product in
      var product = product
      product.root.children.removeAll { !$0.kind.declaration.isMany && $0.values.isEmpty && $0.children.isEmpty }
      return product
    }
    for (name, products) in [("seeds", Seeds.products), ("six", Seeds.six), ("random", made)] {
      let written = try probe.write(products)
      #expect(written.states.allSatisfy { $0 == .good }, "\(name)")
      #expect(written.losses == [], "\(name)")
      let back = try probe.read(written.bytes)
      #expect(back.diagnostics.filter { $0.severity > .note && $0.code != .codeUnlisted } == [], "\(name)")
      try #require(back.products.count == products.count)
      for (before, after) in zip(products, back.products) {
        #expect(after.differences(from: before) == [], "\(name) \(before.identity ?? "")")
      }
    }
  }

  /// A part without any value has no cell, and is told as a loss.
  @Test func emptyPartsAreLosses() throws {
    var product = Seeds.products[0]
    product.root.children.removeAll { $0.kind == .trace }
    product.root.children.append(ProductNode(.trace))
    #expect(try WorkbookProbe("producer-sheet").write([product]).losses.map(\.pattern) == ["trace"])
  }

  /// Texts of a channel without columns are told as losses.
  @Test func otherChannelsAreLosses() throws {
    var product = Seeds.products[0]
    product["title@en/amazon-jp"] = "For another channel"
    let written = try WorkbookProbe("producer-sheet").write([product])
    #expect(written.losses.map(\.pattern) == ["title@en/amazon-jp"])
  }

  /// What the partners' sheets carry reads back the same: writing what was read gives the same products again, and no value
  /// is made up.
  @Test(arguments: ["japan", "korea"]) func partnersSheets(_ name: String) throws {
    let probe = try WorkbookProbe(name)
    let products = Seeds.products + Seeds.six
    let written = try probe.write(products)
    let accepted = zip(products, written.states).filter { $0.1 == .good }.map(\.0)
    #expect(accepted.count >= 20)
    let once = try probe.read(written.bytes)
    #expect(once.diagnostics.filter { $0.severity > .note } == [])
    try #require(once.products.count == accepted.count)
    for (before, after) in zip(accepted, once.products) {
      for difference in after.differences(from: before) where !difference.new.isEmpty {
        // Of the pictures the sheets have the first one and those of the label, which move up.
        if difference.path.kind == .media { continue }
        // Lengths are in centimetres, and of several units the sheet has one.
        let isMeasure = difference.path.declaration?.type == .measure
        #expect(isMeasure && !difference.old.isEmpty, "\(name) \(before.identity ?? "") \(difference)")
        for new in difference.new {
          #expect(difference.old.contains { old in isSameQuantity(old, new) }, "\(difference)")
        }
      }
    }
    let again = try probe.write(once.products)
    #expect(again.losses == [])
    let twice = try probe.read(again.bytes)
    #expect(zip(once.products, twice.products).allSatisfy { $0.isEquivalent(to: $1) })
  }

  private func isSameQuantity(_ a: String, _ b: String) -> Bool {
    guard let a = Measure(a), let b = Measure(b), let other = a.convert(to: b.unit) else { return false }
    return other.value == b.value
  }

  @Test(arguments: ["japan", "korea", "producer-sheet"]) func sameBytes(_ name: String) throws {
    let probe = try WorkbookProbe(name)
    let products = Array(Seeds.products.prefix(5))
    #expect(try probe.write(products).bytes == probe.write(products).bytes)
  }

  /// Every field of the partner's list stands in the table and on the form, with its look.
  @Test func japaneseForm() throws {
    let probe = try WorkbookProbe("japan")
    let product = try #require(Seeds.products.first)
    let book = try EditedWorkbook(probe.write([product]).bytes)
    #expect(book.sheets.map(\.name) == ["記入要領", "企業情報", "商品一覧", "商品シート_1", "原材料", "栄養成分", "アレルゲン", "コード", "_meta"])
    #expect(book.sheets.first { $0.name == "_meta" }?.visibility == .hidden)
    #expect(book["商品シート_1", "A7"] == "■ JANコード\nGTIN-13 / GTIN-8")
    #expect(book["商品シート_1", "D7"] == "8939999001014")
    #expect(book["商品シート_1", "A30"]?.hasPrefix("◇") == true)
    #expect(book["商品一覧", "E1"] == "jan")
    #expect(book["商品一覧", "E2"] == "JANコード*")
    #expect(book["商品一覧", "E4"] == "8939999001014")
    #expect(book.names.contains { $0.name == "item1.jan" && $0.sheet == "商品シート_1" && $0.range.description == "D7" })
    let form = try #require(book.sheets.first { $0.name == "商品シート_1" })
    #expect(form.merges.contains { $0.description == "A7:C7" } && form.merges.contains { $0.description == "D7:F7" })
    #expect(form.cells[try #require(CellAddress("D4"))]?.kind == .date)
    #expect(form.cells[try #require(CellAddress("D4"))]?.text == "2026-11-22")
    // 1280 yen and 8 %: the price with tax and the salt are formulas with the value they will have.
    #expect(form.cells[try #require(CellAddress("D13"))]?.kind == .number)
    #expect(book["商品シート_1", "D14"] == "1382")
    #expect(book["商品シート_1", "J35"] == "0.1")
    #expect(book["_meta", "A1"] == "template" && book["_meta", "B1"] == "jp-product-sheet")
  }

  /// A product that lacks what the partner must have is reported with field and attribute, and is not written.
  @Test func requiredFields() throws {
    let probe = try WorkbookProbe("japan")
    var product = try #require(Seeds.products.first)
    product["quality.steps@ja"] = nil
    let written = try probe.write([product, Seeds.products[1]])
    #expect(written.states == [.faulted, .good])
    let finding = try #require(written.diagnostics.first { $0.code == .requiredMissing })
    #expect(finding.attribute == "quality.steps@ja" && finding.place.field == "製造工程")
    #expect(finding.product == product.identity)
    #expect(try probe.read(written.bytes).products.count == 1)
  }

  @Test func formulas() {
    func value(_ text: String, _ fields: [String: FormulaEvaluator.Value] = [:]) -> FormulaEvaluator.Value? {
      FormulaEvaluator.value(of: text) { fields[$0] }
    }
    #expect(value("=1+2*3") == .number(7))
    #expect(value("=(1+2)*-3/2") == .number(-4.5))
    #expect(value("=INT({a}*(1+VALUE({b})))", ["a": .number(680), "b": .text("8%")]) == .number(734))
    #expect(value("=ROUND({a}*2.54/1000,1)", ["a": .number(45)]) == .number(0.1))
    #expect(value("=IF({a}=\"\",\"\",1)", ["a": .text("")]) == .text(""))
    #expect(value("=IF(OR({a}=\"\",{b}=\"\"),\"\",{a})", ["a": .number(3), "b": .text("x")]) == .number(3))
    #expect(value("=SUMIFS(A:A,B:B,1)") == nil)
    #expect(value("={a}+1") == nil)
    #expect(value("=1/0") == nil)
    #expect(value("=" + String(repeating: "(", count: 100_000)) == nil)
  }
}
