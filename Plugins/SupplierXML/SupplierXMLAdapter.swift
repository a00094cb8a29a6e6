public import AdapterKit
public import Diagnostics
public import Documents

/// Product master data as XML: an element tree that the profile describes, with packs nested in packs.
public struct SupplierXMLAdapter: Adapter {
  /// Makes the adapter.
  public init() {}

  /// What it is.
  public let specification = AdapterSpecification(
    name: "supplier-xml", title: "Supplier XML (GS1 CIN and retailers' own)",
    purpose: """
      Product master data as XML: an element tree that the profile describes, with packs nested in packs.
      """,
    mediaTypes: ["application/xml"], fileExtensions: ["xml"], layout: .elements, exampleProfile: "gs1-cin")

  /// Makes a reader.
  public func makeReader(_ input: InputDocument, _ context: AdapterContext) throws(Fault) -> any ProductReader {
    try ElementReader(input, context)
  }

  /// Makes a writer.
  public func makeWriter(_ output: OutputDocument, _ context: AdapterContext) throws(Fault) -> any ProductWriter {
    try ElementWriter(output, context)
  }
}
