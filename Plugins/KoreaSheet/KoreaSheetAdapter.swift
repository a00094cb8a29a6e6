public import AdapterKit
public import Diagnostics
public import Documents

/// The workbook from which a Korean importer makes label and declaration: a product table, one label form a product, ingredients to 100 %, nutrition, allergens.
public struct KoreaSheetAdapter: Adapter {
  /// Makes the adapter.
  public init() {}

  /// What it is.
  public let specification = AdapterSpecification(
    name: "korea-sheet", title: "Korean label sheet (XLSX)",
    purpose: """
      The workbook from which a Korean importer makes label and declaration: a product table, one label form a product, ingredients to 100 %, nutrition, allergens.
      """,
    mediaTypes: ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], fileExtensions: ["xlsx"],
    layout: .workbook, exampleProfile: "korea")

  /// Makes a reader.
  public func makeReader(_ input: InputDocument, _ context: AdapterContext) throws(Fault) -> any ProductReader {
    try WorkbookProductReader(input, context)
  }

  /// Makes a writer.
  public func makeWriter(_ output: OutputDocument, _ context: AdapterContext) throws(Fault) -> any ProductWriter {
    try WorkbookProductWriter(output, context)
  }
}
