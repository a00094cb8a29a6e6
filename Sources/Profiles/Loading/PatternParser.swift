internal import Diagnostics
internal import ProductModel
internal import Settings

/// Reads patterns, `{depth}×{width}`, and derivations.
struct PatternParser {
  let diagnostics: DiagnosticCollector
  let paths: PathReader
  let converters: ConverterParser

  /// The pieces of a pattern about a node of a kind. `with` gives converters by path.
  func pieces(_ text: String, at node: SourceNode, in context: NodeKind, with: SourceNode? = nil) -> [PatternPiece]? {
    guard let raw = raw(text, at: node) else { return nil }
    var chosen: [String: Converter] = [:]
    var unused = Set<String>()
    for entry in with?.entries ?? [] {
      unused.insert(entry.key)
      if let text = entry.value.text { chosen[entry.key] = converters.parse(text, at: entry.value) }
    }
    var pieces: [PatternPiece] = []
    var isGood = true
    for piece in raw {
      switch piece {
      case .literal(let text): pieces.append(.literal(text))
      case .value(let text):
        let (path, converter) = split(text)
        unused.remove(path)
        guard let target = paths.attribute(path, at: node, in: context) else {
          isGood = false
          continue
        }
        let type = target.declaration(from: context)?.type ?? .text
        guard let converter else {
          pieces.append(.value(target, chosen[path] ?? ConverterParser.standard(for: type)))
          continue
        }
        guard let parsed = converters.parse(converter, at: node) else {
          isGood = false
          continue
        }
        pieces.append(.value(target, parsed))
      }
    }
    for entry in with?.entries ?? [] where unused.contains(entry.key) {
      diagnostics.report(
        Diagnostic(
          .settingsKeyUnknown, at: entry.position.place, value: entry.key,
          message: .init("The pattern has no {\(entry.key)}.", vi: "Mẫu không có {\(entry.key)}.")))
    }
    return isGood ? pieces : nil
  }

  /// Reports two values without text between them: a pattern that is read could not be taken apart.
  func requireSeparators(_ pieces: [PatternPiece], at node: SourceNode) {
    for (a, b) in zip(pieces, pieces.dropFirst()) {
      guard case .value = a, case .value = b else { continue }
      diagnostics.report(
        Diagnostic(
          .profilePattern, at: node.position.place, value: node.text,
          message: .init(
            "Two values stand side by side without text between them.",
            vi: "Hai giá trị đứng liền nhau, không có văn bản xen giữa.")))
    }
  }

  /// `is:`-less computed values.
  func derivation(_ node: SourceNode, in context: NodeKind) -> Derivation? { derivation(node, in: context, depth: 0) }

  private func derivation(_ node: SourceNode, in context: NodeKind, depth: Int) -> Derivation? {
    if let text = node.text { return textual(text, node, context) }
    guard let reader = MappingReader(node, diagnostics) else { return nil }
    if let only = node.entries, only.count == 1, only[0].value.isNull {
      diagnostics.report(
        Diagnostic(
          .settingsValue, at: node.position.place, value: only[0].key,
          message: .init("A text in quotes is expected here.", vi: "Ở đây cần văn bản trong ngoặc kép."),
          hint: .init("Write \"{\(only[0].key)}\".", vi: "Viết \"{\(only[0].key)}\".")))
      return nil
    }
    defer { reader.finish() }
    if reader.has("first") {
      guard depth < 8 else { return nil }
      let all = reader.list("first").compactMap { derivation($0, in: context, depth: depth + 1) }
      return all.isEmpty ? nil : .first(all)
    }
    if reader.has("when") {
      let conditions = paths.conditions(reader, "when", in: context)
      guard depth < 8, let then = reader.node("then") else {
        reader.missing("then")
        return nil
      }
      return derivation(then, in: context, depth: depth + 1).map { .when(conditions, $0) }
    }
    if let text = reader.text("count"), let at = reader.node("count") {
      guard let path = paths.kind(text, at: at, in: context) else { return nil }
      guard path.parent.isEmpty, !path.isFromProduct else { return onlyBelow(at, text) }
      return .count(path.kind)
    }
    if let text = reader.text("sum"), let at = reader.node("sum") {
      guard let path = paths.attribute(text, at: at, in: context), let attribute = path.attribute else { return nil }
      guard path.steps.count == 1, path.steps[0].selector == .first, !path.isFromProduct else {
        return onlyBelow(at, text)
      }
      let type = path.declaration(from: context)?.type
      guard type == .integer || type == .decimal || type == .percent else {
        diagnostics.report(
          Diagnostic(
            .profileOperand, at: at.position.place, value: text,
            message: .init(
              "“\(text)” is not a number and has no sum.", vi: "“\(text)” không phải số nên không cộng được.")))
        return nil
      }
      return .sum(path.steps[0].kind, attribute)
    }
    if let formula = reader.text("formula") {
      if let at = reader.node("formula"), !formula.hasPrefix("=") {
        reader.wrong(at, .init("a formula begins with “=”", vi: "công thức bắt đầu bằng “=”"))
      }
      return .formula(formula)
    }
    if let text = reader.text("asOf"), let at = reader.node("asOf") {
      return converters.parse(text, at: at).map { .asOf($0) }
    }
    if reader.has("scale") {
      let amount = operand("scale", reader, context), to = operand("to", reader, context)
      let from = operand("from", reader, context), unit = reader.requiredText("unit")
      for key in ["to", "from"] where !reader.has(key) { reader.missing(key) }
      guard let amount, let to, let from, let unit else { return nil }
      return .scale(amount: amount, unit: unit, from: from, to: to)
    }
    if reader.has("number") { return reader.flag("number") ? .number : nil }
    if let text = reader.text("join"), let at = reader.node("join") {
      let pattern = reader.requiredText("pattern")
      let separator = reader.requiredText("by")
      let patternNode = reader.node("pattern") ?? node
      let path = paths.kind(text, at: at, in: .product)
      let with = reader.node("with")
      let conditions = path.map { paths.conditions(reader, "only", in: $0.kind) } ?? []
      guard let path, let pattern, let separator,
        let pieces = pieces(pattern, at: patternNode, in: path.kind, with: with)
      else { return nil }
      return .join(path.parent, path.kind, conditions, pieces, separator)
    }
    reader.wrong(
      node,
      .init(
        "a text, first, when, count, sum, formula, asOf, number, scale or join is expected here",
        vi: "ở đây cần văn bản, first, when, count, sum, formula, asOf, number, scale hoặc join"))
    return nil
  }

  /// A measure named by a key.
  private func operand(_ key: String, _ reader: MappingReader, _ context: NodeKind) -> ModelPath? {
    guard let text = reader.text(key), let node = reader.node(key),
      let path = paths.attribute(text, at: node, in: context)
    else { return nil }
    if path.declaration(from: context)?.type == .measure { return path }
    diagnostics.report(
      Diagnostic(
        .profileOperand, at: node.position.place, value: text,
        message: .init("“\(text)” is not a measure.", vi: "“\(text)” không phải số đo.")))
    return nil
  }

  private func onlyBelow(_ node: SourceNode, _ text: String) -> Derivation? {
    diagnostics.report(
      Diagnostic(
        .profileOperand, at: node.position.place, value: text,
        message: .init(
          "Only nodes right below the enclosing node are counted and summed, without selector.",
          vi: "Chỉ đếm và cộng các nút ngay dưới nút đang xét, không có bộ chọn.")))
    return nil
  }

  private func textual(_ text: String, _ node: SourceNode, _ context: NodeKind) -> Derivation? {
    guard let raw = raw(text, at: node) else { return nil }
    let references = raw.filter { if case .value(let value) = $0 { value.contains("->") } else { false } }
    guard !references.isEmpty else { return pieces(text, at: node, in: context).map { .template($0) } }
    guard raw.count == 1, case .value(let value) = raw[0], let arrow = value.firstRange(of: "->") else {
      diagnostics.report(
        Diagnostic(
          .profilePattern, at: node.position.place, value: text,
          message: .init(
            "{attribute->attribute} stands alone, without other text.",
            vi: "{thuộc-tính->thuộc-tính} phải đứng một mình, không có văn bản khác.")))
      return nil
    }
    let (target, converter) = split(String(value[arrow.upperBound...]))
    let source = String(value[..<arrow.lowerBound])
    guard let from = paths.attribute(named: source, of: context, at: node.position),
      let to = paths.attribute(named: target, of: .item, at: node.position)
    else { return nil }
    let type = Model.declaration(.item, to)?.type ?? .text
    guard let converter else { return .reference(from, to, ConverterParser.standard(for: type)) }
    return converters.parse(converter, at: node).map { .reference(from, to, $0) }
  }

  private enum Raw {
    case literal(String)
    case value(String)
  }

  private func split(_ text: String) -> (path: String, converter: String?) {
    guard let bar = text.firstIndex(of: "|") else { return (CharacterTrim.trimmed(text), nil) }
    return (
      CharacterTrim.trimmed(String(text[..<bar])), CharacterTrim.trimmed(String(text[text.index(after: bar)...]))
    )
  }

  private func raw(_ text: String, at node: SourceNode) -> [Raw]? {
    var pieces: [Raw] = []
    var literal = ""
    var i = text.startIndex
    func fault(_ en: String, _ vi: String) -> [Raw]? {
      diagnostics.report(
        Diagnostic(.profilePattern, at: node.position.place, value: text, message: .init(en, vi: vi)))
      return nil
    }
    while i < text.endIndex {
      let character = text[i]
      let next = text.index(after: i)
      if character == "{" || character == "}" {
        if next < text.endIndex, text[next] == character {
          literal.append(character)
          i = text.index(after: next)
          continue
        }
        guard character == "{" else { return fault("“}” has no “{”.", "“}” không có “{”.") }
        guard let close = text[next...].firstIndex(of: "}") else {
          return fault("“{” is not closed.", "“{” chưa đóng.")
        }
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        literal = ""
        pieces.append(.value(String(text[next..<close])))
        i = text.index(after: close)
        continue
      }
      literal.append(character)
      i = next
    }
    if !literal.isEmpty { pieces.append(.literal(literal)) }
    return pieces
  }
}
