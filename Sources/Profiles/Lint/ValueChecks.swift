internal import Diagnostics
internal import ProductModel
internal import Settings

/// Canonical values that stand in a profile: selectors, set, conditions.
struct ValueChecks {
  let lint: ProfileLint

  /// Checks a value against its attribute; `codes` also looks it up in the vocabulary.
  func check(_ value: String, _ declaration: AttributeDeclaration, at place: Place, codes: Bool) {
    if let fault = declaration.type.check(value.utf8.span) {
      lint.report(
        .profileCanonicalValue, at: place, value: value,
        "“\(value)” is no canonical value of “\(declaration.attribute.name)”: \(fault.message.en).",
        "“\(value)” không phải giá trị chuẩn của “\(declaration.attribute.name)”: \(fault.message.vi).",
        hint: .init("Such as “\(declaration.example)”.", vi: "Ví dụ “\(declaration.example)”."))
      return
    }
    guard codes, let known = knownCodes(declaration), !known.contains(value) else { return }
    lint.report(
      .profileCanonicalValue, severity: .warning, at: place, value: value,
      "“\(value)” is not a code of the vocabulary “\(declaration.vocabulary ?? "")”.",
      "“\(value)” không phải mã trong từ vựng “\(declaration.vocabulary ?? "")”.",
      hint: didYouMean(nearest(to: value, among: known)))
  }

  /// The codes that an attribute can have; nil when nobody has listed them.
  private func knownCodes(_ declaration: AttributeDeclaration) -> [String]? {
    guard let name = declaration.vocabulary else { return nil }
    if name == "country" { return Country.all }
    if name == "currency" { return Currency.all }
    if name == "unit" { return UnitCode.all.map(\.code) }
    guard let vocabulary = (try? shelfVocabulary(name)) ?? nil else { return nil }
    return vocabulary.rows.map { $0[0] }
  }

  private func shelfVocabulary(_ name: String) throws(Fault) -> Vocabulary? { try lint.shelf.vocabulary(name) }

  /// Selectors of all paths of a rule.
  func checkSelectors(_ rule: BuiltRule) {
    for (path, key) in paths(of: rule) {
      for step in path {
        guard case .keys(let keys) = step.selector else { continue }
        for value in keys {
          guard let declaration = Model.declaration(step.kind, value.attribute) else { continue }
          check(value.value, declaration, at: rule.place(of: key), codes: true)
        }
      }
    }
  }

  private func paths(of rule: BuiltRule) -> [([ModelPath.Step], String)] {
    func pieces(_ pieces: [PatternPiece], _ key: String) -> [([ModelPath.Step], String)] {
      pieces.compactMap { if case .value(let path, _) = $0 { (path.steps, key) } else { nil } }
    }
    switch rule.rule {
    case .field(let field):
      var all = field.target.map { [($0.steps, "is")] } ?? []
      all += field.fallbacks.map { ($0.steps, "fallback") }
      if let other = field.alternative { all.append((other.target.steps, "or")) }
      if case .template(let template) = field.derived { all += pieces(template, "derive") }
      return all
    case .composite(let composite): return [(composite.node, "on")] + pieces(composite.pieces, "pattern")
    case .list(let list): return [(list.parent, "list")] + pieces(list.pieces, "pattern")
    case .each(let each): return [(each.parent, "each")]
    case .group(let group): return [(group.when.path.steps, "when")]
    case .call: return []
    }
  }

  /// Constants of `set:`.
  func checkSets(_ set: [SetValue], _ rule: BuiltRule) {
    let kind: NodeKind
    switch rule.rule {
    case .each(let each): kind = each.kind
    case .list(let list): kind = list.kind
    default: return
    }
    for value in set {
      guard case .constant(let text) = value.source, let declaration = Model.declaration(kind, value.attribute) else {
        continue
      }
      let place = rule.source["set"]?[value.attribute.name]?.position.place ?? rule.place(of: "set")
      check(text, declaration, at: place, codes: true)
    }
  }

  /// Values that conditions ask for.
  func checkConditions(_ conditions: [Condition], at place: Place, in context: NodeKind = .product) {
    for condition in conditions {
      guard let declaration = condition.path.declaration(from: context) else { continue }
      // The empty text asks for an absent value.
      for value in condition.values where !value.isEmpty { check(value, declaration, at: place, codes: true) }
    }
  }

  /// Reports a condition that an outer one excludes.
  func checkReachable(_ condition: Condition, within outer: [Condition], at place: Place) {
    for other in outer where other.path == condition.path {
      let excluded: Bool
      switch (other.isNegated, condition.isNegated) {
      case (false, false):
        excluded =
          !other.values.isEmpty && !condition.values.isEmpty
          && Set(other.values).isDisjoint(with: condition.values)
      case (false, true):
        excluded = other.values.isEmpty ? condition.values.isEmpty : Set(other.values).isSubset(of: condition.values)
      case (true, false):
        excluded =
          other.values.isEmpty
          ? !condition.values.contains("")
          : !condition.values.isEmpty && Set(condition.values).isSubset(of: other.values)
      case (true, true): excluded = false
      }
      guard excluded else { continue }
      lint.report(
        .profileUnreachable, at: place, value: condition.path.description,
        "The condition on “\(condition.path)” never holds here: an outer condition excludes it.",
        "Điều kiện về “\(condition.path)” không bao giờ đúng ở đây: điều kiện ngoài đã loại trừ.")
      return
    }
  }
}
