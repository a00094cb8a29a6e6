public import AdapterKit

extension TableAdapter {
  /// Amazon's listing files: tab-delimited text whose columns are attribute paths.
  ///
  /// The format says where its rows are: a `settings=` query string in the first row names attribute row and data row, from 1.
  /// Files without settings are found by their header as any table.
  public static let amazonFeed = TableAdapter(
    AdapterSpecification(
      name: "amazon-feed", title: "Amazon listing file (tab-delimited)",
      purpose: """
        The listing template of Seller Central saved as tab-delimited text, for upload by hand. Columns are found by their \
        attribute path, never by position or label. Feeds by the API are another format.
        """,
      mediaTypes: ["text/tab-separated-values"], fileExtensions: ["txt", "tsv"], layout: .table,
      exampleProfile: "amazon-us"),
    locate: TemplateSettings.location)
}
