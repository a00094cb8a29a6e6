internal import Diagnostics
internal import Settings

/// Puts the values of variables into texts: `$name`, `${name}`; `$$` is a dollar sign, and a `$` before anything else stays.
struct Variables {
  private(set) var values: [String: String]
  let diagnostics: DiagnosticCollector

  /// Gathers the variables of a merged profile. `overrides` win over `let:`; `profile` and `asOf` cannot be changed.
  init(
    _ profile: SourceNode, name: String, asOf: String, overrides: [String: String], diagnostics: DiagnosticCollector
  ) {
    self.diagnostics = diagnostics
    values = [:]
    var raw: [String: SourceNode] = [:]
    for entry in profile["let"]?.entries ?? [] where !entry.value.isNull { raw[entry.key] = entry.value }
    for key in ["market", "language"] where raw[key] == nil { raw[key] = profile[key] }
    var fixed = overrides
    fixed["profile"] = name
    fixed["asOf"] = asOf
    var active: [String] = []
    for key in raw.keys.sorted() { _ = resolve(key, raw, fixed, &active) }
    values.merge(fixed) { $1 }
  }

  /// Variables may name others; a circle is reported once and stands for nothing.
  private mutating func resolve(
    _ name: String, _ raw: [String: SourceNode], _ fixed: [String: String], _ active: inout [String]
  ) -> String? {
    if let value = fixed[name] ?? values[name] { return value }
    guard let node = raw[name] else { return nil }
    guard let text = node.text else {
      values[name] = ""
      diagnostics.report(
        Diagnostic(
          .settingsValue, at: node.position.place,
          message: .init("The variable “\(name)” must be a text.", vi: "Biến “\(name)” phải là văn bản.")))
      return ""
    }
    if active.contains(name) {
      diagnostics.report(
        Diagnostic(
          .profileVariableUnknown, at: node.position.place, value: name,
          message: .init("The variable “\(name)” stands for itself.", vi: "Biến “\(name)” quy về chính nó.")))
      return ""
    }
    active.append(name)
    defer { active.removeLast() }
    var problems: [String] = []
    var resolved = ""
    for piece in Variables.pieces(of: text) {
      switch piece {
      case .text(let text): resolved += text
      case .variable(let other):
        if let value = resolve(other, raw, fixed, &active) { resolved += value } else { problems.append(other) }
      }
      // Variables that double each other grow fast.
      if resolved.utf8.count > 64 << 10 {
        resolved = ""
        diagnostics.report(
          Diagnostic(
            .settingsLimit, at: node.position.place,
            message: .init(
              "The variable “\(name)” is longer than 64 KiB.", vi: "Biến “\(name)” dài hơn 64 KiB.")))
        break
      }
    }
    values[name] = resolved
    for problem in problems { unknown(problem, node, known: Array(raw.keys) + Array(fixed.keys)) }
    return resolved
  }

  /// A tree with all variables put in. `let` itself and what is in `escaped` keys is left alone.
  func substitute(_ node: SourceNode) -> SourceNode {
    switch node.content {
    case .scalar(let text, _):
      guard text.utf8.contains(UInt8(ascii: "$")) else { return node }
      return SourceNode(content: .scalar(substitute(text, in: node) { $0 }, isPlain: false), position: node.position)
    case .sequence(let items):
      return SourceNode(content: .sequence(items.map(substitute)), position: node.position)
    case .mapping(let entries):
      return SourceNode(
        content: .mapping(
          entries.map { entry in
            var entry = entry
            if entry.key == "prologue" || entry.key == "epilogue" {
              // Values stand in XML there.
              if let text = entry.value.text {
                entry.value.content = .scalar(substitute(text, in: entry.value, Variables.escaped), isPlain: false)
              }
            } else if entry.key != "let" {
              entry.value = substitute(entry.value)
            }
            return entry
          }), position: node.position)
    }
  }

  private func substitute(_ text: String, in node: SourceNode, _ escape: (String) -> String) -> String {
    var result = ""
    for piece in Variables.pieces(of: text) {
      switch piece {
      case .text(let text): result += text
      case .variable(let name):
        if let value = values[name] { result += escape(value) } else { unknown(name, node, known: Array(values.keys)) }
      }
      if result.utf8.count > YAMLSource.byteLimit {
        diagnostics.report(
          Diagnostic(
            .settingsLimit, at: node.position.place,
            message: .init("The text is too long.", vi: "Văn bản quá dài.")))
        return ""
      }
    }
    return result
  }

  private func unknown(_ name: String, _ node: SourceNode, known: [String]) {
    let near = nearest(to: name, among: known.sorted())
    diagnostics.report(
      Diagnostic(
        .profileVariableUnknown, at: node.position.place, value: "$" + name,
        message: .init("Nothing defines the variable “$\(name)”.", vi: "Không có biến “$\(name)”."),
        hint: didYouMean(near.map { "$" + $0 })))
  }

  private enum Piece {
    case text(String)
    case variable(String)
  }

  private static func pieces(of text: String) -> [Piece] {
    var pieces: [Piece] = []
    var literal = ""
    let scalars = Array(text.unicodeScalars)
    var i = 0
    func isNameStart(_ s: Unicode.Scalar) -> Bool { (s.value | 0x20 >= 0x61 && s.value | 0x20 <= 0x7A) && s.isASCII }
    func isName(_ s: Unicode.Scalar) -> Bool {
      isNameStart(s) || (s.value >= 0x30 && s.value <= 0x39) || s == "_"
    }
    while i < scalars.count {
      guard scalars[i] == "$", i + 1 < scalars.count else {
        literal.unicodeScalars.append(scalars[i])
        i += 1
        continue
      }
      if scalars[i + 1] == "$" {
        literal += "$"
        i += 2
        continue
      }
      let isBraced = scalars[i + 1] == "{"
      let start = isBraced ? i + 2 : i + 1
      var end = start
      while end < scalars.count, end == start ? isNameStart(scalars[end]) : isName(scalars[end]) { end += 1 }
      if end > start, !isBraced || (end < scalars.count && scalars[end] == "}") {
        if !literal.isEmpty { pieces.append(.text(literal)) }
        literal = ""
        var name = ""
        name.unicodeScalars.append(contentsOf: scalars[start..<end])
        pieces.append(.variable(name))
        i = isBraced ? end + 1 : end
      } else {
        literal += "$"
        i += 1
      }
    }
    if !literal.isEmpty { pieces.append(.text(literal)) }
    return pieces
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
