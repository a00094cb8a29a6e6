public import AdapterKit

extension WorkbookAdapter {
  /// The workbook for Korean importers.
  public static let koreaSheet = WorkbookAdapter(
    AdapterSpecification(
      name: "korea-sheet", title: "Korean label sheet (XLSX)",
      purpose: """
        The workbook from which a Korean importer makes label and declaration: a product table, one label form a product, \
        ingredients to 100 %, nutrition, allergens.
        """,
      mediaTypes: ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], fileExtensions: ["xlsx"],
      layout: .workbook, exampleProfile: "korea"))
}
