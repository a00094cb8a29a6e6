internal import Diagnostics
internal import ProductModel
internal import Settings

/// Rules for the same place, and places for the same attribute, within one table, form, element or block.
struct PlaceChecks {
  let lint: ProfileLint
  let scope: RuleScope

  func run() {
    switch scope.style {
    case .columns, .form:
      // Columns of a table stand side by side, whatever rules they are in.
      checkPlaces(flattened(scope.rules, intoEach: true))
      checkAttributes(scope.rules)
      checkFormulas()
    case .elements: checkElements(scope.rules)
    }
  }

  /// A rule with the conditions that it stands under.
  private struct Member {
    var rule: BuiltRule
    var groups: [Condition]
    /// The numbers of the columns that it stands for.
    var repeats: ClosedRange<Int>?
  }

  private func flattened(
    _ rules: [BuiltRule], groups: [Condition] = [], intoEach: Bool, repeats: ClosedRange<Int>? = nil
  ) -> [Member] {
    rules.flatMap { rule -> [Member] in
      switch rule.rule {
      case .group(let group):
        return flattened(rule.children, groups: groups + [group.when], intoEach: intoEach, repeats: repeats)
      case .each(let each) where intoEach:
        let numbers = each.max.map { each.firstNumber...each.firstNumber + min($0, 100) - 1 }
        return flattened(rule.children, groups: groups, intoEach: true, repeats: repeats ?? numbers)
      default: return [Member(rule: rule, groups: groups, repeats: repeats)]
      }
    }
  }

  /// Whether two rules can hold for one node: neither stands in a group that the other is not in.
  private func canMeet(_ a: [Condition], _ b: [Condition]) -> Bool {
    a.starts(with: b) || b.starts(with: a)
  }

  // MARK: - Places

  struct ColumnName: Hashable {
    var text: String
    var isExact: Bool
    var comparable: String { isExact ? text : foldedHeader(text) }
  }

  /// The names of the columns that a rule has, its unit's too.
  static func columnNames(_ rule: BuiltRule) -> [ColumnName] {
    guard let field = rule.rule.fieldPart else { return [] }
    var names: [ColumnName] = []
    for place in [field.place, field.unit?.place] {
      if case .column(let texts, _, _, let isExact) = place {
        names += texts.map { ColumnName(text: $0, isExact: isExact) }
      }
    }
    return names
  }

  private func checkPlaces(_ members: [Member]) {
    var seen: [String: (member: Member, place: Place)] = [:]
    func take(_ key: String, _ text: String, _ member: Member, _ place: Place) {
      if let earlier = seen[key], canMeet(earlier.member.groups, member.groups) {
        lint.report(
          .profilePlaceTwice, at: place, value: text, "“\(text)” has a rule already, at \(position(earlier.place)).",
          "“\(text)” đã có quy tắc ở \(position(earlier.place)).")
      } else {
        seen[key] = (member, place)
      }
    }
    for member in members {
      let rule = member.rule
      guard let field = rule.rule.fieldPart else { continue }
      if case .cell(let cell) = field.place {
        let place = rule.place(of: "cell")
        take("code " + cell.code, cell.code, member, place)
        for address in [cell.labelCell, cell.valueCell] { take("cell " + address, address, member, place) }
        continue
      }
      // Alternatives of one column that fold to one name are no two places.
      var own = Set<String>()
      for name in PlaceChecks.columnNames(rule) {
        let place = rule.place(of: name.isExact ? "path" : "header")
        let numbers = name.text.contains("{i}") ? Array(member.repeats ?? 1...1) : [0]
        for number in numbers {
          let key = number == 0 ? name.comparable : replacing(name.comparable, with: number)
          guard own.insert(key).inserted || !rule.rule.isOnePlace else { continue }
          take("name " + key, number == 0 ? name.text : replacing(name.text, with: number), member, place)
        }
      }
      if case .column(_, _, let code?, _) = field.place { take("code " + code, code, member, rule.place(of: "code")) }
    }
  }

  private func replacing(_ text: String, with number: Int) -> String {
    var text = text
    while let range = text.firstRange(of: "{i}") { text.replaceSubrange(range, with: String(number)) }
    return text
  }

  private func position(_ place: Place) -> String { "\(place.line ?? 0):\(place.column ?? 0)" }

  // MARK: - Elements

  private func checkElements(_ rules: [BuiltRule]) {
    let members = flattened(rules, intoEach: false)
    var seen: [ElementPath: [Member]] = [:]
    for member in members {
      guard let path = member.rule.rule.element else { continue }
      let twin = seen[path, default: []].first { canMeet($0.groups, member.groups) && isTwin($0, member) }
      if let twin {
        // A derived rule is written only: it stands in for a value that is missing.
        let isAlternative = twin.rule.rule.isDerived != member.rule.rule.isDerived
        lint.report(
          .profilePlaceTwice, severity: isAlternative ? .note : .error, at: member.rule.place(of: "at"),
          value: path.description,
          "“\(path)” has a rule already, at \(position(twin.rule.source.position.place))"
            + (isAlternative ? "; when both have a value, both are written." : "."),
          "“\(path)” đã có quy tắc ở \(position(twin.rule.source.position.place))"
            + (isAlternative ? "; khi cả hai có giá trị thì cả hai được ghi." : "."))
      }
      seen[path, default: []].append(member)
    }
    checkAttributes(rules)
    for member in members { if case .each = member.rule.rule { checkElements(member.rule.children) } }
  }

  /// Whether two rules at one element cannot both work.
  private func isTwin(_ first: Member, _ second: Member) -> Bool {
    let a = first.rule, b = second.rule
    if standsInFor(first, second) || standsInFor(second, first) { return false }
    switch (a.rule, b.rule) {
    case (.each(let a), .each(let b)):
      // Elements of one name may open nodes of several kinds, or be told apart by what is set.
      return a.kind == b.kind && a.parent == b.parent && a.set == b.set && a.only == b.only
    case (.field(let x), .field(let y)):
      // The n-th rule holds the n-th value of an attribute that has many.
      if x.target == y.target, let target = x.target, target.declaration(from: a.context)?.isMany == true {
        return false
      }
      return true
    case (.each, _), (_, .each), (.call, _), (_, .call): return false
    default: return true
    }
  }

  /// Whether a rule holds only where the value that another one writes is absent.
  private func standsInFor(_ a: Member, _ b: Member) -> Bool {
    guard case .field(let field) = b.rule.rule, let target = field.target else { return false }
    return a.groups.contains { condition in
      condition.path == target && (condition.isNegated ? condition.values.isEmpty : condition.values == [""])
    }
  }

  // MARK: - Attributes

  private struct Target: Hashable {
    var path: ModelPath
    var language: String?
  }

  private func checkAttributes(_ rules: [BuiltRule]) {
    var seen: [Target: [Member]] = [:]
    let members = flattened(rules, intoEach: false)
    for member in members {
      guard case .field(let field) = member.rule.rule, let path = field.target, field.place != .nowhere else {
        continue
      }
      if path.declaration(from: member.rule.context)?.isMany == true { continue }
      let target = Target(path: path, language: field.languageAttribute)
      if let earlier = seen[target]?.first(where: { canMeet($0.groups, member.groups) }) {
        lint.report(
          .profileAttributeTwice, at: member.rule.place(of: "is"), value: path.description,
          "“\(path)” has a place already, at \(position(earlier.rule.source.position.place)).",
          "“\(path)” đã có vị trí ở \(position(earlier.rule.source.position.place)).")
      }
      seen[target, default: []].append(member)
    }
    if case .elements = scope.style { return }
    for member in members { if case .each = member.rule.rule { checkAttributes(member.rule.children) } }
  }

  // MARK: - Formulas

  private func checkFormulas() {
    var codes = Set<String>()
    let members = flattened(scope.rules, intoEach: true)
    for rule in members.map(\.rule) + scope.joins {
      switch rule.rule.fieldPart?.place {
      case .column(_, _, let code?, _): codes.insert(code)
      case .cell(let cell): codes.insert(cell.code)
      default: break
      }
    }
    for member in members {
      guard case .field(let field) = member.rule.rule, case .formula(let formula) = field.derived else { continue }
      var rest = Substring(formula)
      while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
        let code = String(rest[rest.index(after: open)..<close])
        if !codes.contains(code) {
          lint.report(
            .profileOperand, at: member.rule.place(of: "derive"), value: code,
            "The sheet has no field with the code “\(code)”.", "Trang tính không có ô mang mã “\(code)”.",
            hint: didYouMean(nearest(to: code, among: codes.sorted())))
        }
        rest = rest[rest.index(after: close)...]
      }
    }
  }
}

extension Rule {
  /// The part with place, length and presentation; nil for structure.
  var fieldPart: FieldRule? {
    switch self {
    case .field(let field): return field
    case .composite(let composite): return composite.field
    case .list(let list): return list.field
    case .each, .group, .call: return nil
    }
  }

  /// Whether it is written only.
  var isDerived: Bool { if case .field(let field) = self { field.derived != nil } else { false } }

  /// Whether all column names belong to one place, so that no unit stands beside.
  var isOnePlace: Bool { fieldPart?.unit == nil }

  /// The element, for rules of XML.
  var element: ElementPath? {
    switch self {
    case .each(let each): return each.element
    case .call(let call): return call.element
    default:
      if case .element(let path) = fieldPart?.place { return path }
      return nil
    }
  }
}
