public import AdapterKit

extension TableAdapter {
  /// Delimited text of any layout; the producer's list is one.
  public static let delimited = TableAdapter(
    AdapterSpecification(
      name: "delimited", title: "Delimited text of any layout (CSV, TSV)",
      purpose: """
        One row a product; the profile says which column is what. For partners whose format needs no adapter of its own.
        """,
      mediaTypes: ["text/csv", "text/tab-separated-values"], fileExtensions: ["csv", "tsv", "txt"], layout: .table,
      exampleProfile: "producer-csv"))
}
