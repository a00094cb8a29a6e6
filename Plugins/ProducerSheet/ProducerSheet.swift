public import AdapterKit

extension WorkbookAdapter {
  /// The producer's own workbook.
  public static let producerSheet = WorkbookAdapter(
    AdapterSpecification(
      name: "producer-sheet", title: "Producer's workbook for all markets (XLSX)",
      purpose: """
        The wide Vietnamese workbook of many sheets in which a producer fills in everything for all markets once.
        """,
      mediaTypes: ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], fileExtensions: ["xlsx"],
      layout: .workbook, exampleProfile: "producer-sheet"))
}
