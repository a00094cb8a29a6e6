public import AdapterKit

extension WorkbookAdapter {
  /// The workbook for Japanese buyers.
  public static let japanSheet = WorkbookAdapter(
    AdapterSpecification(
      name: "japan-sheet", title: "Japanese product sheet (XLSX)",
      purpose: """
        The workbook that Japanese buyers ask of exporters: a product table, one FCP-style form a product, ingredients, \
        nutrition, allergens.
        """,
      mediaTypes: ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], fileExtensions: ["xlsx"],
      layout: .workbook, exampleProfile: "japan"))
}
