public import AdapterKit

extension TableAdapter {
  /// The marketplace's product feed: one CSV row a product, Vietnamese headers.
  public static let buuDienFeed = TableAdapter(
    AdapterSpecification(
      name: "buu-dien-feed", title: "Bưu điện sàn product feed (CSV)",
      purpose: """
        The marketplace's product feed: one CSV row a product, Vietnamese headers, money in whole đồng, decimal commas.
        """,
      mediaTypes: ["text/csv"], fileExtensions: ["csv"], layout: .table, exampleProfile: "buu-dien"))
}
