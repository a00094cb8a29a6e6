internal import Diagnostics
internal import ProductModel
internal import Settings

/// Whether nodes that rules open can be told apart: something fills the key of every keyed kind.
struct KeyChecks {
  let lint: ProfileLint
  let scope: RuleScope

  func run() {
    if scope.style.isElements, scope.name != "xml", let kind = scope.enclosing.last {
      check(kind, key: [], filled: filled(scope.rules), at: scope.rules.first?.source.position.place ?? Place())
    }
    check(scope.rules)
    if case .elements = scope.style { checkCalls() }
  }

  private func check(_ rules: [BuiltRule]) {
    checkPaths(rules)
    for rule in rules {
      switch rule.rule {
      case .each(let each):
        var known = filled(rule.children)
        known.formUnion(each.set.map(\.attribute))
        check(each.kind, key: each.key, filled: known, at: rule.place(of: "each"))
        check(rule.children)
      case .list(let list):
        var known = Set(list.set.map(\.attribute))
        for piece in list.pieces {
          if case .value(let path, _) = piece, let own = ownAttribute(path) { known.insert(own) }
        }
        check(list.kind, key: [], filled: known, at: rule.place(of: "list"))
      case .group: check(rule.children)
      case .field, .composite, .call: break
      }
    }
  }

  private func check(_ kind: NodeKind, key: [Attribute], filled: Set<Attribute>, at place: Place) {
    let wanted = key.isEmpty ? kind.declaration.key : key
    guard !wanted.isEmpty else { return }
    if !key.isEmpty {
      for attribute in key where !filled.contains(attribute) {
        lint.report(
          .profileKeyUnfilled, at: place, value: attribute.name,
          "“key” names “\(attribute.name)”, which no rule inside fills.",
          "“key” nêu “\(attribute.name)” nhưng không quy tắc nào bên trong điền nó.")
      }
      return
    }
    // An item without id takes its GTIN, or its code, as id.
    let sufficient: Set<Attribute> = kind == .item ? [.id, .gtin, .sku] : Set(wanted)
    if filled.isDisjoint(with: sufficient) {
      let names = wanted.map(\.name).joined(separator: ", ")
      lint.report(
        .profileKeyUnfilled, at: place, value: kind.name,
        "No rule or set inside fills the key of “\(kind.name)”: \(names).",
        "Không quy tắc hay set nào bên trong điền khóa của “\(kind.name)”: \(names).")
    } else if kind != .item, kind != .contains, let first = wanted.first, !filled.contains(first) {
      lint.report(
        .profileKeyUnfilled, severity: .warning, at: place, value: "\(kind.name).\(first.name)",
        "No rule or set inside fills “\(first.name)”, the first part of the key of “\(kind.name)”.",
        "Không quy tắc hay set nào bên trong điền “\(first.name)”, phần đầu của khóa “\(kind.name)”.")
    }
  }

  /// Attributes of the node itself that rules write when they read.
  private func filled(_ rules: [BuiltRule]) -> Set<Attribute> {
    var known = Set<Attribute>()
    for rule in rules {
      switch rule.rule {
      case .field(let field): if let own = field.target.flatMap(ownAttribute) { known.insert(own) }
      case .composite(let composite) where composite.node.isEmpty:
        for piece in composite.pieces {
          if case .value(let path, _) = piece, let own = ownAttribute(path) { known.insert(own) }
        }
      case .group: known.formUnion(filled(rule.children))
      case .call(let call): if let link = call.link { known.insert(link) }
      case .composite, .list, .each: break
      }
    }
    return known
  }

  private func ownAttribute(_ path: ModelPath) -> Attribute? {
    path.steps.isEmpty && !path.isFromProduct ? path.attribute : nil
  }

  /// Paths such as `price.amount` that name a keyed node without selector: some other rule must fill its key.
  private func checkPaths(_ rules: [BuiltRule]) {
    struct Open: Hashable {
      var steps: [ModelPath.Step]
      var isFromProduct: Bool
    }
    var filled: [Open: Set<Attribute>] = [:]
    var first: [Open: (Place, String)] = [:]
    func gather(_ rules: [BuiltRule]) {
      for rule in rules {
        switch rule.rule {
        case .field(let field):
          guard let path = field.target, let attribute = path.attribute, let last = path.steps.last,
            last.selector == .first, !last.kind.declaration.key.isEmpty
          else { continue }
          let open = Open(steps: path.steps, isFromProduct: path.isFromProduct)
          filled[open, default: []].insert(attribute)
          if first[open] == nil { first[open] = (rule.place(of: "is"), path.description) }
        case .group: gather(rule.children)
        case .each where scope.isRowPerNode, .each, .composite, .list, .call: break
        }
      }
    }
    gather(rules)
    for (open, attributes) in filled {
      guard let kind = open.steps.last?.kind, attributes.isDisjoint(with: kind.declaration.key),
        let (place, path) = first[open]
      else { continue }
      let names = kind.declaration.key.map(\.name).joined(separator: ", ")
      lint.report(
        .profileKeyUnfilled, severity: .warning, at: place, value: path,
        "“\(path)” does not say which “\(kind.name)” is meant (\(names)), and no rule fills that.",
        "“\(path)” không nói rõ “\(kind.name)” nào (\(names)), và không quy tắc nào điền khóa.")
    }
  }

  // MARK: - Calls

  /// Blocks that nothing calls.
  private func checkCalls() {
    guard scope.name != "xml" else { return }
    func calls(_ rules: [BuiltRule], to name: String) -> Bool {
      rules.contains { rule in
        if case .call(let call) = rule.rule, call.block == name { return true }
        return calls(rule.children, to: name)
      }
    }
    // A block that only calls itself is not reached either.
    if lint.built.scopes.contains(where: { $0.name != scope.name && calls($0.rules, to: scope.name) }) { return }
    let place = lint.built.source["xml"]?["blocks"]?[scope.name]?.position.place ?? Place()
    lint.report(
      .profileUnreachable, at: place, value: scope.name, "Nothing calls the block “\(scope.name)”.",
      "Không có gì gọi khối “\(scope.name)”.")
  }
}

extension RuleStyle {
  var isElements: Bool { if case .elements = self { true } else { false } }
}
