internal import Diagnostics
internal import ProductModel
internal import Settings

/// Reads model paths, conditions and set values of a profile, from the node that the enclosing rule stands on.
struct PathReader {
  let diagnostics: DiagnosticCollector
  let codes: [String: CodeList]

  /// A path to an attribute; nil after a finding.
  func attribute(_ text: String, at node: SourceNode, in context: NodeKind) -> ModelPath? {
    guard let path = path(text, at: node, in: context) else { return nil }
    guard path.attribute != nil else {
      report(
        node, text,
        .init("“\(text)” names a node, not an attribute.", vi: "“\(text)” là một nút, không phải thuộc tính."),
        .init("Add “.” and an attribute.", vi: "Thêm “.” và tên thuộc tính."))
      return nil
    }
    return path
  }

  /// A path to a node; nil after a finding.
  func nodePath(_ text: String, at node: SourceNode, in context: NodeKind) -> ModelPath? {
    guard let path = path(text, at: node, in: context) else { return nil }
    guard path.attribute == nil else {
      report(
        node, text,
        .init(
          "“\(text)” leads to an attribute; a kind of node is expected.",
          vi: "“\(text)” dẫn tới một thuộc tính; ở đây cần một loại nút."), nil)
      return nil
    }
    return path
  }

  /// A path to a kind that repeats: the nodes above it and the kind; nil after a finding.
  func kind(_ text: String, at node: SourceNode, in context: NodeKind)
    -> (parent: [ModelPath.Step], kind: NodeKind, isFromProduct: Bool)?
  {
    guard let path = nodePath(text, at: node, in: context), let last = path.steps.last else { return nil }
    guard last.selector == .first else {
      report(
        node, text,
        .init(
          "“\(last)” is one node; a kind that repeats is expected.",
          vi: "“\(last)” là một nút; ở đây cần một loại nút lặp lại."),
        .init("Choose among the nodes with “set” or “only”.", vi: "Chọn các nút bằng “set” hoặc “only”."))
      return nil
    }
    return (Array(path.steps.dropLast()), last.kind, path.isFromProduct)
  }

  private func path(_ text: String, at node: SourceNode, in context: NodeKind) -> ModelPath? {
    guard node.isShort(text, diagnostics) else { return nil }
    do throws(ModelPath.ParseError) {
      return try ModelPath(text, in: context)
    } catch {
      report(
        node, text,
        .init(
          "“\(text)” is not in the model: \(error.message).",
          vi: "“\(text)” không có trong mô hình (sai từ ký tự thứ \(error.offset + 1))."), didYouMean(error.suggestion))
      return nil
    }
  }

  /// The attribute of a kind by its name; nil after a finding.
  func attribute(named name: String, of kind: NodeKind, at position: SourcePosition) -> Attribute? {
    if let attribute = Attribute(name: name), Model.declaration(kind, attribute) != nil { return attribute }
    diagnostics.report(
      Diagnostic(
        .profilePath, at: position.place, value: name,
        message: .init(
          "“\(kind.name)” has no attribute “\(name)”.", vi: "Nút “\(kind.name)” không có thuộc tính “\(name)”."),
        hint: didYouMean(nearest(to: name, among: kind.declaration.attributes.map(\.attribute.name)))))
    return nil
  }

  /// A condition; nil after a finding.
  func condition(_ node: SourceNode, in context: NodeKind) -> Condition? {
    guard let reader = MappingReader(node, diagnostics) else { return nil }
    let text = reader.requiredText("path")
    let pathNode = reader.node("path") ?? node
    var values = reader.texts("in")
    let present = reader.boolean("present")
    let not = reader.flag("not")
    if let list = reader.text("codes") {
      if let codes = codes[list] {
        values = codes.order
      } else if let listNode = reader.node("codes") {
        _ = ConverterParser(diagnostics: diagnostics, codes: codes).known(list, at: listNode)
      }
    }
    reader.finish()
    if !reader.has("in"), !reader.has("codes"), present == nil {
      reader.missing(
        "in",
        .init(
          "Write in: [values], codes: LIST or present: true.",
          vi: "Viết in: [giá trị], codes: DANH-MỤC hoặc present: true."))
    }
    guard let text, let path = attribute(text, at: pathNode, in: context) else { return nil }
    return Condition(path: path, values: values, isNegated: not != (present == false))
  }

  /// Conditions in a list, or one.
  func conditions(_ reader: MappingReader, _ key: String, in context: NodeKind) -> [Condition] {
    reader.list(key).compactMap { condition($0, in: context) }
  }

  /// `{level: CONTAINS, item: "^item.id"}`.
  func set(_ node: SourceNode?, of kind: NodeKind, within enclosing: [NodeKind]) -> [SetValue] {
    guard let node, let reader = MappingReader(node, diagnostics) else { return [] }
    var values: [SetValue] = []
    for entry in node.entries ?? [] {
      guard let attribute = attribute(named: entry.key, of: kind, at: entry.position),
        let text = reader.text(entry.value)
      else { continue }
      guard text.hasPrefix("^") else {
        values.append(SetValue(attribute: attribute, source: .constant(text)))
        continue
      }
      let parts = text.dropFirst().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, let above = NodeKind(name: parts[0]) else {
        report(
          entry.value, text,
          .init("“\(text)” is not ^kind.attribute.", vi: "“\(text)” không có dạng ^loại.thuộc-tính."), nil)
        continue
      }
      // `^market.country` outside of any market is the market of the document or, when it names none, of the profile.
      guard enclosing.contains(above) || text == "^market.country" else {
        report(
          entry.value, text,
          .init("No “\(above.name)” encloses this rule.", vi: "Quy tắc này không nằm trong “\(above.name)” nào."),
          .init(
            "It stands in: \(enclosing.map(\.name).joined(separator: ", ")).",
            vi: "Quy tắc nằm trong: \(enclosing.map(\.name).joined(separator: ", "))."))
        continue
      }
      guard let source = self.attribute(named: parts[1], of: above, at: entry.value.position) else { continue }
      values.append(SetValue(attribute: attribute, source: .enclosing(above, source)))
    }
    return values
  }

  private func report(_ node: SourceNode, _ value: String, _ message: LocalizedText, _ hint: LocalizedText?) {
    diagnostics.report(Diagnostic(.profilePath, at: node.position.place, value: value, message: message, hint: hint))
  }
}

extension ModelPath {
  /// The kind of the node it leads to, for a path that starts from a node of a kind.
  func kind(from context: NodeKind) -> NodeKind { steps.last?.kind ?? (isFromProduct ? .product : context) }

  /// The declaration of the attribute it leads to.
  func declaration(from context: NodeKind) -> AttributeDeclaration? {
    attribute.flatMap { Model.declaration(kind(from: context), $0) }
  }
}
