public import AdapterKit
public import Diagnostics
public import Documents

/// The workbook that Japanese buyers ask of exporters: a product table, one FCP-style form a product, ingredients, nutrition, allergens.
public struct JapanSheetAdapter: Adapter {
  /// Makes the adapter.
  public init() {}

  /// What it is.
  public let specification = AdapterSpecification(
    name: "japan-sheet", title: "Japanese product sheet (XLSX)",
    purpose: """
      The workbook that Japanese buyers ask of exporters: a product table, one FCP-style form a product, ingredients, nutrition, allergens.
      """,
    mediaTypes: ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], fileExtensions: ["xlsx"],
    layout: .workbook, exampleProfile: "japan")

  /// Makes a reader.
  public func makeReader(_ input: InputDocument, _ context: AdapterContext) throws(Fault) -> any ProductReader {
    try WorkbookProductReader(input, context)
  }

  /// Makes a writer.
  public func makeWriter(_ output: OutputDocument, _ context: AdapterContext) throws(Fault) -> any ProductWriter {
    try WorkbookProductWriter(output, context)
  }
}
