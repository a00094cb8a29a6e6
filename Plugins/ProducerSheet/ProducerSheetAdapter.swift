public import AdapterKit
public import Diagnostics
public import Documents

/// The wide Vietnamese workbook of many sheets in which a producer fills in everything for all markets once.
public struct ProducerSheetAdapter: Adapter {
  /// Makes the adapter.
  public init() {}

  /// What it is.
  public let specification = AdapterSpecification(
    name: "producer-sheet", title: "Producer's workbook for all markets (XLSX)",
    purpose: """
      The wide Vietnamese workbook of many sheets in which a producer fills in everything for all markets once.
      """,
    mediaTypes: ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], fileExtensions: ["xlsx"],
    layout: .workbook, exampleProfile: "producer-sheet")

  /// Makes a reader.
  public func makeReader(_ input: InputDocument, _ context: AdapterContext) throws(Fault) -> any ProductReader {
    try WorkbookProductReader(input, context)
  }

  /// Makes a writer.
  public func makeWriter(_ output: OutputDocument, _ context: AdapterContext) throws(Fault) -> any ProductWriter {
    try WorkbookProductWriter(output, context)
  }
}
