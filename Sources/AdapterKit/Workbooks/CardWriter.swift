internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

/// Writes label and value rows for the whole workbook: what all products agree on.
final class CardWriter {
  /// The sheet's number in the sink.
  let sheet: Int
  private let card: WorkbookPlan.Card
  private let sink: SheetSink
  private let styles: WorkbookStyles
  private var agreed: [SlotValue]?
  private var differing: Set<Int> = []
  /// How many products have each value nowhere else.
  private var counts: [Int]
  private var uncovered: Set<Int> = []

  init(
    _ card: WorkbookPlan.Card, _ layout: SheetLayout, _ sink: SheetSink, _ styles: WorkbookStyles
  ) throws(Fault) {
    self.card = card
    self.sink = sink
    self.styles = styles
    counts = Array(repeating: 0, count: card.plan.slots.count)
    let values = max(40, card.plan.slots.compactMap(\.presentation.width).max() ?? 70)
    sheet = sink.addSheet(
      SheetSink.Sheet(
        name: layout.name, isHidden: layout.isHidden, isActive: layout.isActive,
        prepare: { (writer) throws(Fault) in
          try writer.setColumnWidth(0, 34)
          try writer.setColumnWidth(1, values)
          try writer.setPrint(PrintSetup())
        }))
  }

  /// The values of a product. What is missing is told by the sheet's empty cells, not for every product anew.
  func values(_ product: NodeView, _ writing: inout CellWriting) -> [SlotValue] {
    var values = [SlotValue](repeating: .none, count: card.plan.slots.count)
    let before = writing.findings
    uncovered.removeAll(keepingCapacity: true)
    for case .field(let step) in card.plan.steps {
      guard let entry = step.path?.find(from: product) else { continue }
      if !writing.coverage.isMarked(entry) { uncovered.insert(step.slot) }
    }
    writing.write(card.plan, product, into: &values)
    let isFirst = agreed == nil
    writing.findings =
      before
      + writing.findings.dropFirst(before.count).compactMap { finding in
        guard finding.code == .requiredMissing || finding.code == .recommendedMissing else { return finding }
        // Company data that is missing must not keep a product back.
        var finding = finding
        finding.severity = .warning
        return isFirst ? finding : nil
      }
    return values
  }

  /// Takes the values of a product that was written.
  func append(_ values: [SlotValue]) {
    for (i, value) in values.enumerated() {
      if uncovered.contains(i) { counts[i] += 1 }
      if let agreed, agreed[i].plainText != value.plainText { differing.insert(i) }
    }
    if agreed == nil { agreed = values }
  }

  /// Writes the sheet and answers where products differ.
  func finish(products: Int) throws(Fault) -> [(diagnostic: Diagnostic, pattern: String, count: Int)] {
    var findings: [(diagnostic: Diagnostic, pattern: String, count: Int)] = []
    for (i, slot) in card.plan.slots.enumerated() {
      let label = FormWriter.mark(slot.requirement) + " " + slot.title + (slot.label.map { "\n" + $0 } ?? "")
      var content = OutputCell.Content.blank
      if differing.contains(i) {
        let path = path(of: i)
        findings.append(
          (
            Diagnostic(
              .cardDiffers, at: Place(sheet: card.name, cell: "B\(i + 1)", field: slot.title), attribute: path,
              message: .init(
                "The \(products) products differ in “\(slot.title)”, so that it stays empty",
                vi: "\(products) sản phẩm khác nhau ở “\(slot.title)” nên ô để trống")), path ?? slot.title, counts[i]
          ))
      } else if let text = agreed?[i].plainText {
        content = .text(text)
      }
      let style = styles.value(slot.requirement, format: "@", isFilled: true)
      let width = slot.presentation.width ?? 70
      var height = TextExtent.height(label, width: 34, size: 9)
      if case .text(let text) = content { height = max(height, TextExtent.height(text, width: width, size: 10)) }
      try sink.append(
        OutputRow(
          index: i + 1,
          cells: [
            OutputCell(column: 0, content: .text(label), style: sink.style(styles.label)),
            OutputCell(column: 1, content: content, style: sink.style(style)),
          ], height: max(30, height)),
        to: sheet)
      if let code = slot.code {
        sink.defineName("co.\(code)", sheet: sheet, CellRange(CellAddress(row: i + 1, column: 1)))
      }
    }
    return findings
  }

  private func path(of slot: Int) -> String? {
    for case .field(let step) in card.plan.steps where step.slot == slot { return step.path?.path.description }
    return nil
  }
}
