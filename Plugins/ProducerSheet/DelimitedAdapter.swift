public import AdapterKit
public import Diagnostics
public import Documents

/// One row a product; the profile says which column is what. For partners whose format needs no adapter of its own.
public struct DelimitedAdapter: Adapter {
  /// Makes the adapter.
  public init() {}

  /// What it is.
  public let specification = AdapterSpecification(
    name: "delimited", title: "Delimited text of any layout (CSV, TSV)",
    purpose: """
      One row a product; the profile says which column is what. For partners whose format needs no adapter of its own.
      """,
    mediaTypes: ["text/csv", "text/tab-separated-values"], fileExtensions: ["csv", "tsv", "txt"], layout: .table,
    exampleProfile: "producer-csv")

  /// Makes a reader.
  public func makeReader(_ input: InputDocument, _ context: AdapterContext) throws(Fault) -> any ProductReader {
    try TableReader(input, context)
  }

  /// Makes a writer.
  public func makeWriter(_ output: OutputDocument, _ context: AdapterContext) throws(Fault) -> any ProductWriter {
    try TableWriter(output, context)
  }
}
