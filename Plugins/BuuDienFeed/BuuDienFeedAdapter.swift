public import AdapterKit
public import Diagnostics
public import Documents

/// The marketplace's product feed: one CSV row a product, Vietnamese headers, money in whole đồng, decimal commas.
public struct BuuDienFeedAdapter: Adapter {
  /// Makes the adapter.
  public init() {}

  /// What it is.
  public let specification = AdapterSpecification(
    name: "buu-dien-feed", title: "Bưu điện sàn product feed (CSV)",
    purpose: """
      The marketplace's product feed: one CSV row a product, Vietnamese headers, money in whole đồng, decimal commas.
      """,
    mediaTypes: ["text/csv"], fileExtensions: ["csv"], layout: .table, exampleProfile: "buu-dien")

  /// Makes a reader.
  public func makeReader(_ input: InputDocument, _ context: AdapterContext) throws(Fault) -> any ProductReader {
    try TableReader(input, context)
  }

  /// Makes a writer.
  public func makeWriter(_ output: OutputDocument, _ context: AdapterContext) throws(Fault) -> any ProductWriter {
    try TableWriter(output, context)
  }
}
