public import AdapterKit
public import Diagnostics
public import Documents

/// The canonical product itself: JSON Lines, one product a line. Everything the model holds, nothing else.
public struct CanonicalAdapter: Adapter {
  /// Makes the adapter.
  public init() {}

  /// What it is.
  public let specification = AdapterSpecification(
    name: "canonical", title: "Canonical products (JSON Lines)",
    purpose: """
      The canonical model written down: one JSON object a line, attributes and nodes as `ocop schema` publishes them. \
      Everything that the model holds passes; reading and writing lose nothing.
      """,
    mediaTypes: ["application/jsonl"], fileExtensions: ["jsonl", "ndjson"], layout: .canonical,
    exampleProfile: "canonical")

  /// Makes a reader.
  public func makeReader(_ input: InputDocument, _ context: AdapterContext) throws(Fault) -> any ProductReader {
    try CanonicalReader(input, context)
  }

  /// Makes a writer.
  public func makeWriter(_ output: OutputDocument, _ context: AdapterContext) throws(Fault) -> any ProductWriter {
    CanonicalWriter(output, context)
  }
}
