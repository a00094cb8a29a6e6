internal import Diagnostics
internal import ProductModel
internal import Profiles

/// A finding while a product is written. Many are made for every product of a run and only counted, so that they are put into
/// words when somebody will read them (`ElementRun.diagnostic`).
struct ElementWriteFinding {
  var code: DiagnosticCode
  /// The value of the plan that it is about, and the node that it was for; -1 for none.
  var number = -1
  var node = 0
  /// The product's entry that it is about, or -1.
  var entry = -1
  /// The canonical path, where it is not that of the value of the plan.
  var path: String?
  var value: String?
  /// What is wrong with the value; nil when there is none, which the partner misses.
  var message: LocalizedText?
  var hint: LocalizedText?
}

extension ElementRun {
  /// A value that is not there; a finding when the partner needs it.
  @discardableResult mutating func missing(_ number: Int, _ node: NodeView) -> Bool {
    let isRequired: Bool
    switch values[number].rule.requirement {
    case .required: isRequired = true
    case .recommended: isRequired = false
    default: return false
    }
    if let when = values[number].requiredWhen, !when.holds(node) { return false }
    if chosen.value == Int32(number) { return false }
    if isRequired { isFaulted = true }
    findings.append(
      ElementWriteFinding(
        code: isRequired ? .requiredMissing : .recommendedMissing, number: number, node: node.index,
        entry: node.entryRange.isEmpty ? -1 : node.entryRange.lowerBound))
    return false
  }

  mutating func wrong(
    _ number: Int, _ entry: Int, _ node: NodeView, _ finding: ConversionFinding, path: String? = nil,
    value: String? = nil
  ) {
    if finding.code.severity >= .error { isFaulted = true }
    findings.append(
      ElementWriteFinding(
        code: finding.code, number: number, node: node.index, entry: entry, path: path, value: value,
        message: finding.message, hint: finding.hint))
  }

  /// A finding in words. Its product is the one written last.
  func diagnostic(_ finding: ElementWriteFinding, at place: Place, _ product: NodeView) -> Diagnostic {
    var place = place
    var attribute = finding.path, value = finding.value, message = finding.message
    if finding.number >= 0 {
      let field = values[finding.number].place
      place.field = place.field ?? field
      attribute =
        attribute ?? values[finding.number].rule.target.map { Self.path(of: product.node(at: finding.node), and: $0) }
      if message != nil {
        value = value ?? (finding.entry >= 0 ? product.string(of: finding.entry) : nil)
      } else {
        let isRequired = finding.code == .requiredMissing
        message = LocalizedText(
          "“\(attribute ?? field)” has no value, but \(field) \(isRequired ? "needs" : "should have") one",
          vi: "“\(attribute ?? field)” chưa có giá trị, trong khi \(field) \(isRequired ? "bắt buộc" : "nên có")")
      }
    }
    return Diagnostic(
      finding.code, at: place, product: product.identity, attribute: attribute, value: value, message: message,
      hint: finding.hint)
  }

  /// `item[each].gtin`, `additive[2].name`
  static func path(of node: NodeView, and path: ModelPath) -> String {
    var whole = path
    whole.isFromProduct = false
    if !path.isFromProduct { whole.steps.insert(contentsOf: ModelPath(of: node, nil).steps, at: 0) }
    return whole.description
  }
}
