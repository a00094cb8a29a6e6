internal import Diagnostics
internal import ProductModel
internal import Profiles

/// A finding while a product is written.
struct ElementWriteFinding {
  var code: DiagnosticCode
  var severity: Severity?
  /// The product's entry that it is about, or -1.
  var entry = -1
  /// The canonical path.
  var attribute: String?
  /// The element that it was for.
  var field: String
  var value: String?
  var message: LocalizedText
  var hint: LocalizedText?
}

extension ElementRun {
  /// A value that is not there; a finding when the partner needs it.
  @discardableResult mutating func missing(_ number: Int, _ node: NodeView) -> Bool {
    let requirement = plan.values[number].rule.requirement
    if requirement != .required && requirement != .recommended { return false }
    if let when = plan.values[number].requiredWhen, !when.holds(node) { return false }
    if chosen.value == Int32(number) { return false }
    let isRequired = requirement == .required
    if isRequired { isFaulted = true }
    let path = plan.values[number].rule.target.map { Self.path(of: node, and: $0) }
    let place = plan.values[number].place
    findings.append(
      ElementWriteFinding(
        code: isRequired ? .requiredMissing : .recommendedMissing, entry: firstEntry(node), attribute: path,
        field: place,
        message: .init(
          "“\(path ?? place)” has no value, but \(place) \(isRequired ? "needs" : "should have") one",
          vi: "“\(path ?? place)” chưa có giá trị, trong khi \(place) \(isRequired ? "bắt buộc" : "nên có")")))
    return false
  }

  private func firstEntry(_ node: NodeView) -> Int { node.entryRange.isEmpty ? -1 : node.entryRange.lowerBound }

  mutating func wrong(
    _ number: Int, _ entry: Int, _ node: NodeView, _ finding: ConversionFinding, path: String? = nil,
    value: String? = nil
  ) {
    if finding.code.severity >= .error { isFaulted = true }
    findings.append(
      ElementWriteFinding(
        code: finding.code, entry: entry,
        attribute: path ?? plan.values[number].rule.target.map { Self.path(of: node, and: $0) },
        field: plan.values[number].place, value: value ?? (entry >= 0 ? node.string(of: entry) : nil),
        message: finding.message, hint: finding.hint))
  }

  /// `item[each].gtin`, `additive[2].name`
  static func path(of node: NodeView, and path: ModelPath) -> String {
    var whole = path
    whole.isFromProduct = false
    if !path.isFromProduct { whole.steps.insert(contentsOf: ModelPath(of: node, nil).steps, at: 0) }
    return whole.description
  }
}
