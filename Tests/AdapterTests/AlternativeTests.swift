import AdapterTesting
import Diagnostics
import ProductModel
import Profiles
import Testing

@testable import AdapterKit

/// `or:` — some texts of a place stand for another attribute.
@Suite("Texts that stand for another attribute")
struct AlternativeTests {
  static let codes = codeList("vat", ["NOT_TAXABLE": ["KCT", "không chịu thuế"]])
  static let rate = column(
    "Thuế (%)", is: "tax[market=VN,type=VAT].rate", as: .decimal(.comma, minFraction: 0, maxFraction: nil)
  ) {
    $0.alternative = AlternativeRule(target: path("tax[market=VN,type=VAT].category"), codes: "vat")
    $0.requirement = .required
  }
  static let name = column("Tên", is: "name@vi")

  let taxed = product(["name@vi": "A", "tax[market=VN,type=VAT].rate": "8"])
  let outside = product(["name@vi": "B", "tax[market=VN,type=VAT].category": "NOT_TAXABLE"])
  let untold = product(["name@vi": "C", "tax[market=VN,type=VAT].category": "STANDARD"])

  @Test func inATable() throws {
    let probe = TableProbe(TableLayout(newline: "lf", columns: [Self.name, Self.rate]), codes: [Self.codes])
    let written = try probe.write([taxed, outside, untold])
    #expect(written.text == "Tên,Thuế (%)\nA,8\nB,KCT\n")
    #expect(written.states == [.good, .good, .faulted] && written.codes == ["required-missing"])
    #expect(written.losses == [])
    let read = try probe.read("Tên,Thuế (%)\nA,8\nB,KCT\nC,Không chịu  thuế\nD,kct?\nE,\n")
    #expect(
      Array(read.products[..<3]) == [
        taxed, outside, product(["name@vi": "C", "tax[market=VN,type=VAT].category": "NOT_TAXABLE"]),
      ])
    #expect(read.rows.map(\.state) == [.good, .good, .good, .faulted, .good] && read.diagnostics.count == 1)
    #expect(read.products[4].node([.init(kind: .tax, selector: .first)]) == nil)
  }

  /// The text goes before a number; the number it hides is a loss.
  @Test func theTextHidesTheNumber() throws {
    let probe = TableProbe(TableLayout(newline: "lf", columns: [Self.name, Self.rate]), codes: [Self.codes])
    var both = outside
    both["tax[market=VN,type=VAT].rate"] = "0"
    let written = try probe.write([both])
    #expect(
      written.text == "Tên,Thuế (%)\nB,KCT\n"
        && written.losses.map { $0.hasPrefix("tax") && $0.hasSuffix("rate not-carried 1") } == [true])
  }

  @Test func inAWorkbook() throws {
    let probe = WorkbookProbe(
      WorkbookLayout(sheets: [
        SheetLayout(name: "Sản phẩm", content: .table(SheetTable(columns: [Self.name, Self.rate])))
      ]),
      codes: [Self.codes])
    let written = try probe.write([taxed, outside, untold])
    #expect(
      written.states == [.good, .good, .faulted] && written.codes == ["required-missing"] && written.losses.isEmpty)
    let read = try probe.read(written.bytes)
    #expect(read.products == [taxed, outside] && read.diagnostics.isEmpty)
    var both = outside
    both["tax[market=VN,type=VAT].rate"] = "0"
    #expect(try probe.write([both]).losses.map(\.pattern).contains { $0.hasPrefix("tax") && $0.hasSuffix(".rate") })
  }
}
