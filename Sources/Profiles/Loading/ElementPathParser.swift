internal import Diagnostics
internal import Settings

/// Reads element paths: `a/b`, `p:a`, `a[@type=X]`, `a[b=X]`, `a/@unit`, `.`.
struct ElementPathParser {
  let diagnostics: DiagnosticCollector
  /// Prefix → URI.
  let namespaces: [String: String]

  /// The path of a text; nil after a finding at the node.
  func parse(_ text: String, at node: SourceNode) -> ElementPath? {
    guard node.isShort(text, diagnostics) else { return nil }
    if text == "." { return ElementPath(steps: []) }
    var path = ElementPath(steps: [])
    let parts = ElementPathParser.split(text)
    for (i, part) in parts.enumerated() {
      if part.hasPrefix("@") {
        let name = String(part.dropFirst())
        guard i == parts.count - 1 else {
          return fail(node, text, .init("An attribute ends a path.", vi: "Thuộc tính chỉ đứng cuối đường dẫn."))
        }
        guard ElementPathParser.isName(name) || name == "xml:lang" else { return badName(name, node) }
        path.attribute = name
        continue
      }
      // `./@unit` is the enclosing element's own attribute.
      if part == ".", i == 0, parts.count == 2, parts[1].hasPrefix("@") { continue }
      guard let step = step(part, text, node) else { return nil }
      path.steps.append(step)
    }
    return path
  }

  private func step(_ part: String, _ whole: String, _ node: SourceNode) -> ElementPath.Step? {
    var rest = Substring(part)
    var conditions: [ElementPath.AttributeValueCondition] = []
    if let open = rest.utf8.firstIndex(of: UInt8(ascii: "[")) {
      var conditionText = rest[open...]
      rest = rest[..<open]
      while !conditionText.isEmpty {
        guard conditionText.hasPrefix("["), let close = conditionText.firstIndex(of: "]"),
          let equals = conditionText[..<close].firstIndex(of: "=")
        else {
          return failStep(
            node, whole,
            .init(
              "A condition is written [@attribute=value] or [element=value].",
              vi: "Điều kiện được viết [@thuộc tính=giá trị] hoặc [phần tử=giá trị]."))
        }
        var name = String(conditionText[conditionText.index(after: conditionText.startIndex)..<equals])
        let isElement = !name.hasPrefix("@")
        if !isElement { name.removeFirst() }
        var value = String(conditionText[conditionText.index(after: equals)..<close])
        if value.count >= 2, value.first == "\"" || value.first == "'", value.last == value.first {
          value = String(value.dropFirst().dropLast())
        }
        guard ElementPathParser.isName(name) else {
          _ = badName(name, node)
          return nil
        }
        conditions.append(.init(name: name, value: value, isElement: isElement))
        conditionText = conditionText[conditionText.index(after: close)...]
      }
    }
    var prefix = ""
    var name = String(rest)
    if let colon = rest.utf8.firstIndex(of: UInt8(ascii: ":")) {
      prefix = String(rest[..<colon])
      name = String(rest[rest.utf8.index(after: colon)...])
    }
    guard ElementPathParser.isName(name), prefix.isEmpty || ElementPathParser.isName(prefix) else {
      _ = badName(String(rest), node)
      return nil
    }
    guard prefix.isEmpty || namespaces[prefix] != nil else {
      diagnostics.report(
        Diagnostic(
          .profileElementPath, at: node.position.place, value: whole,
          message: .init(
            "The prefix “\(prefix)” has no namespace.", vi: "Tiền tố “\(prefix)” chưa có không gian tên."),
          hint: didYouMean(nearest(to: prefix, among: namespaces.keys.sorted()))
            ?? .init("Declare it under “namespaces”.", vi: "Khai báo trong “namespaces”.")))
      return nil
    }
    return ElementPath.Step(
      namespace: prefix.isEmpty ? nil : namespaces[prefix], prefix: prefix, name: name, conditions: conditions)
  }

  /// Steps; a slash within brackets does not part them.
  private static func split(_ text: String) -> [String] {
    var parts: [String] = []
    var depth = 0
    var start = text.startIndex
    for i in text.utf8.indices {
      switch text.utf8[i] {
      case UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "/") where depth <= 0:
        parts.append(String(text[start..<i]))
        start = text.utf8.index(after: i)
      default: break
      }
    }
    parts.append(String(text[start...]))
    return parts
  }

  /// A name without colon as XML 1.0 has it (its letters more widely).
  static func isName(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first else { return false }
    func isStart(_ s: Unicode.Scalar) -> Bool {
      s.isASCII ? (s.value | 0x20) &- 0x61 < 26 || s == "_" : s.properties.isAlphabetic
    }
    return isStart(first)
      && text.unicodeScalars.allSatisfy {
        isStart($0) || ($0.value >= 0x30 && $0.value <= 0x39) || $0 == "-" || $0 == "." || $0.value == 0xB7
      }
  }

  private func badName(_ name: String, _ node: SourceNode) -> ElementPath? {
    fail(
      node, name,
      .init(
        "“\(name)” is not the name of an element or attribute.", vi: "“\(name)” không phải tên phần tử hay thuộc tính.")
    )
  }

  private func failStep(_ node: SourceNode, _ value: String, _ message: LocalizedText) -> ElementPath.Step? {
    _ = fail(node, value, message)
    return nil
  }

  private func fail(_ node: SourceNode, _ value: String, _ message: LocalizedText) -> ElementPath? {
    diagnostics.report(Diagnostic(.profileElementPath, at: node.position.place, value: value, message: message))
    return nil
  }
}
