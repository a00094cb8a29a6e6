internal import Diagnostics
internal import Settings

/// Merges a profile into its parent. Most keys are taken as a whole; rule lists are merged by place, see `mappings/README.md`.
struct Inheritance {
  let diagnostics: DiagnosticCollector
  /// Whether there is a parent at all; without one, a rule that only changes another is simply incomplete.
  let hasParent: Bool

  /// How a key's value is merged.
  private indirect enum Shape: Sendable {
    /// The child's value stands.
    case replace
    /// Key by key, each replaced.
    case entries
    /// Key by key, each merged in a shape.
    case each(Shape)
    /// Keys with shapes of their own; others are replaced.
    case keys([String: Shape])
    /// A list of rules, merged by place.
    case rules
    /// A list of sheets, merged by name.
    case sheets
  }

  private static let table = Shape.keys(["format": .entries, "columns": .rules])
  private static let sheet = Shape.keys([
    "table": .keys(["columns": .rules, "join": .rules, "parents": .rules]), "form": .keys(["fields": .rules]),
    "card": .rules,
  ])
  private static let profile = Shape.keys([
    "let": .entries, "codes": .entries, "table": table, "workbook": .keys(["sheets": .sheets]),
    "xml": .keys([
      "namespaces": .entries, "rules": .rules, "blocks": .each(.keys(["rules": .rules])),
    ]),
  ])
  private static let rule = Shape.keys(["rules": .rules, "columns": .rules, "fields": .rules])

  /// What a child does not take over: it says itself who it is, how sure we are, and what its tests are.
  private static let own: Set<String> = ["profile", "standing", "tests", "extends"]
  private static let layouts: Set<String> = ["canonical", "table", "workbook", "xml"]

  /// Merges a child into its (already merged) parent.
  func merge(_ child: SourceNode, into parent: SourceNode) -> SourceNode {
    let ownLayouts = Inheritance.layouts.filter { child[$0] != nil }
    var base = parent
    if let entries = parent.entries {
      base.content = .mapping(
        entries.filter {
          !Inheritance.own.contains($0.key)
            // A child with another layout replaces the parent's.
            && (ownLayouts.isEmpty || !Inheritance.layouts.contains($0.key) || ownLayouts.contains($0.key))
        })
    }
    return merge(base, child, Inheritance.profile)
  }

  /// Applies `remove:`, `before:` and `after:` of a profile without parent, where they can only be mistakes.
  func settle(_ node: SourceNode) -> SourceNode {
    merge(SourceNode(content: .mapping([]), position: node.position), node, Inheritance.profile)
  }

  private func merge(_ parent: SourceNode, _ child: SourceNode, _ shape: Shape) -> SourceNode {
    switch shape {
    case .replace: return child
    case .entries: return mergeKeys(parent, child) { _ in .replace }
    case .each(let inner): return mergeKeys(parent, child) { _ in inner }
    case .keys(let shapes): return mergeKeys(parent, child) { shapes[$0] ?? .replace }
    case .rules: return mergeRules(parent, child, removed: nil)
    case .sheets: return mergeSheets(parent, child)
    }
  }

  private func mergeKeys(_ parent: SourceNode, _ child: SourceNode, _ shape: (String) -> Shape) -> SourceNode {
    guard let parentEntries = parent.entries, let childEntries = child.entries else { return child }
    var result = parentEntries
    let hasRules = (parentEntries + childEntries).contains { if case .rules = shape($0.key) { true } else { false } }
    let removed = hasRules ? child["remove"] : nil
    for entry in childEntries where !(hasRules && entry.key == "remove") {
      let at = result.firstIndex { $0.key == entry.key }
      var merged = entry
      let empty = SourceNode(content: .sequence([]), position: entry.value.position)
      if case .rules = shape(entry.key), entry.value.items != nil {
        merged.value = mergeRules(at.map { result[$0].value } ?? empty, entry.value, removed: removed)
      } else if let at {
        merged.value = merge(result[at].value, entry.value, shape(entry.key))
      } else if entry.value.entries != nil {
        // Nothing to merge with, but lists inside may hold `before:` and `remove:`.
        merged.value = merge(
          SourceNode(content: .mapping([]), position: entry.value.position), entry.value, shape(entry.key))
      } else if case .sheets = shape(entry.key) {
        merged.value = mergeSheets(empty, entry.value)
      }
      if let at {
        // The child's value at the parent's place in the order; null takes the key away.
        if entry.value.isNull { result.remove(at: at) } else { result[at] = merged }
      } else {
        result.append(merged)
      }
    }
    if let removed, !childEntries.contains(where: { if case .rules = shape($0.key) { true } else { false } }) {
      for i in result.indices {
        guard case .rules = shape(result[i].key) else { continue }
        let none = SourceNode(content: .sequence([]), position: removed.position)
        result[i].value = mergeRules(result[i].value, none, removed: removed)
      }
    }
    return SourceNode(content: .mapping(result), position: child.position)
  }

  // MARK: - Rules

  /// Keys that say what a rule does; a child's rule with one of them replaces the parent's as a whole.
  private static let purposes = ["is", "const", "derive", "pattern", "list", "each", "call"]

  private func mergeRules(_ parent: SourceNode, _ child: SourceNode, removed: SourceNode?) -> SourceNode {
    guard var rules = parent.items, let additions = child.items else { return child }
    var removals = removed.map { [$0] } ?? []
    for addition in additions {
      if let only = addition.entries, only.count == 1, only[0].key == "remove" { removals.append(only[0].value) }
    }
    for removal in removals { remove(removal, from: &rules) }
    let inherited = rules.count
    for addition in additions {
      guard let entries = addition.entries else {
        rules.append(addition)
        continue
      }
      if entries.count == 1, entries[0].key == "remove" { continue }
      let before = addition["before"], after = addition["after"]
      var rule = addition
      rule.content = .mapping(entries.filter { $0.key != "before" && $0.key != "after" })
      // Only inherited rules can be meant: two rules of one file for one place are a finding, not a merger.
      let match = match(rule, among: rules.prefix(inherited))
      let isChange = Inheritance.purposes.allSatisfy { rule[$0] == nil } && rule["when"] == nil
      if let match {
        let isMerger = isChange || (rule["when"] != nil)
        rules[match] = isMerger ? merge(rules[match], rule, Inheritance.rule) : rule
        if let target = before ?? after {
          let moved = rules.remove(at: match)
          if let at = index(of: target, in: rules) {
            rules.insert(moved, at: before == nil ? at + 1 : at)
          } else {
            rules.insert(moved, at: match)
          }
        }
        continue
      }
      let settled = merge(SourceNode(content: .mapping([]), position: rule.position), rule, Inheritance.rule)
      if isChange, hasParent, !RulePlace(rule).names.isEmpty {
        unknownPlace(RulePlace(rule).names.first?.text ?? "", at: rule.position, in: rules.prefix(inherited))
      }
      if let target = before ?? after, let at = index(of: target, in: rules) {
        rules.insert(settled, at: before == nil ? at + 1 : at)
      } else {
        rules.append(settled)
      }
    }
    return SourceNode(content: .sequence(rules), position: child.position)
  }

  private func match(_ rule: SourceNode, among rules: ArraySlice<SourceNode>) -> Int? {
    let place = RulePlace(rule)
    let candidates = rules.indices.filter { RulePlace(rules[$0]).isSame(as: place) }
    if candidates.count > 1 {
      // Several rules stand in one place, such as the n-th values of one attribute: the one that does the same is meant.
      let purpose = Inheritance.purposes.first { rule[$0] != nil }
      if let purpose, let text = rule[purpose]?.text,
        let exact = candidates.first(where: { rules[$0][purpose]?.text == text })
      {
        return exact
      }
      diagnostics.report(
        Diagnostic(
          .profilePlaceAmbiguous, at: rule.position.place, value: place.names.first?.text,
          message: .init(
            "\(candidates.count) rules of the parent stand in this place; the first one is taken.",
            vi: "Hồ sơ cha có \(candidates.count) quy tắc ở vị trí này; lấy quy tắc đầu tiên.")))
    }
    return candidates.first
  }

  private func remove(_ removal: SourceNode, from rules: inout [SourceNode]) {
    for target in removal.items ?? [removal] {
      guard let text = target.text else { continue }
      let count = rules.count
      let before = rules
      rules.removeAll { RulePlace($0).isNamed(text) }
      if rules.count == count { unknownPlace(text, at: target.position, in: before[...]) }
    }
  }

  private func index(of target: SourceNode, in rules: [SourceNode]) -> Int? {
    guard let text = target.text else { return nil }
    if let at = rules.firstIndex(where: { RulePlace($0).isNamed(text) }) { return at }
    unknownPlace(text, at: target.position, in: rules[...])
    return nil
  }

  private func unknownPlace(_ text: String, at position: SourcePosition, in rules: ArraySlice<SourceNode>) {
    let near = nearest(to: text, among: rules.flatMap { RulePlace($0).names.map(\.text) })
    diagnostics.report(
      Diagnostic(
        .profilePlaceUnknown, at: position.place, value: text,
        message: .init(
          "The parent has no rule for the place “\(text)”.", vi: "Hồ sơ cha không có quy tắc cho vị trí “\(text)”."),
        hint: didYouMean(near)))
  }

  // MARK: - Sheets

  private func mergeSheets(_ parent: SourceNode, _ child: SourceNode) -> SourceNode {
    guard var sheets = parent.items, let additions = child.items else { return child }
    for addition in additions {
      if let only = addition.entries, only.count == 1, only[0].key == "remove" {
        for target in only[0].value.items ?? [only[0].value] {
          let count = sheets.count
          sheets.removeAll { $0["name"]?.text == target.text }
          if sheets.count == count, let text = target.text { unknownPlace(text, at: target.position, in: []) }
        }
        continue
      }
      let empty = SourceNode(content: .mapping([]), position: addition.position)
      if let at = sheets.firstIndex(where: { $0["name"]?.text == addition["name"]?.text && $0["name"] != nil }) {
        sheets[at] = merge(sheets[at], addition, Inheritance.sheet)
      } else {
        sheets.append(merge(empty, addition, Inheritance.sheet))
      }
    }
    return SourceNode(content: .sequence(sheets), position: child.position)
  }
}

/// The names by which a rule's place is meant in `remove:`, `before:`, `after:` and by a child's rule.
struct RulePlace {
  struct Name: Hashable {
    enum Kind { case header, exact, element, cell, code, condition }
    var kind: Kind
    var text: String
    var folded: String
  }

  var names: [Name] = []

  init(_ rule: SourceNode) {
    for text in rule["header"]?.texts ?? [] {
      names.append(Name(kind: .header, text: text, folded: foldedHeader(text)))
    }
    for text in rule["path"]?.texts ?? [] { names.append(Name(kind: .exact, text: text, folded: text)) }
    if let text = rule["at"]?.text { names.append(Name(kind: .element, text: text, folded: text)) }
    if let text = rule["cell"]?["code"]?.text { names.append(Name(kind: .cell, text: text, folded: text)) }
    if let text = rule["code"]?.text { names.append(Name(kind: .code, text: text, folded: text)) }
    if names.isEmpty, let condition = rule["when"] {
      let text = condition.canonicalText
      names.append(Name(kind: .condition, text: text, folded: text))
    }
  }

  func isSame(as other: RulePlace) -> Bool {
    names.contains { name in other.names.contains { $0.kind == name.kind && $0.folded == name.folded } }
  }

  func isNamed(_ text: String) -> Bool {
    names.contains { $0.text == text || ($0.kind == .header && $0.folded == foldedHeader(text)) }
  }
}

extension SourceNode {
  /// One line that two equal pieces of YAML share, whatever their layout.
  var canonicalText: String {
    switch content {
    case .scalar(let text, _): return text
    case .sequence(let items): return "[" + items.map(\.canonicalText).joined(separator: ", ") + "]"
    case .mapping(let entries):
      return "{" + entries.map { "\($0.key): \($0.value.canonicalText)" }.sorted().joined(separator: ", ") + "}"
    }
  }
}

/// How headers are compared: as code lists fold texts, without `*` and the Vietnamese mark of compulsory columns.
func foldedHeader(_ text: String) -> String {
  var folded = CodeList.folded(text)
  for mark in ["*", "(bắt buộc)"] {
    while let range = folded.firstRange(of: mark) { folded.removeSubrange(range) }
  }
  return CodeList.folded(folded)
}
