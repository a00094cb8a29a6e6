public import AdapterKit

extension ElementAdapter {
  /// Product master data as XML.
  public static let supplierXML = ElementAdapter(
    AdapterSpecification(
      name: "supplier-xml", title: "Supplier XML (GS1 CIN and retailers' own)",
      purpose: """
        Product master data as XML: an element tree that the profile describes, with packs nested in packs.
        """,
      mediaTypes: ["application/xml"], fileExtensions: ["xml"], layout: .elements, exampleProfile: "gs1-cin"))
}
