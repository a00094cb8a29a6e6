public import Diagnostics

/// Reads the keys of one mapping. Every key that is asked for is known; `finish()` reports the others with the nearest name.
public final class MappingReader {
  /// The mapping.
  public let node: SourceNode
  /// What takes the findings.
  public let diagnostics: DiagnosticCollector
  private var asked: Set<String> = []

  /// Nil, and a finding, when the node is not a mapping.
  public init?(_ node: SourceNode, _ diagnostics: DiagnosticCollector) {
    self.node = node
    self.diagnostics = diagnostics
    guard node.entries != nil else {
      diagnostics.report(
        Diagnostic(
          .settingsValue, at: node.position.place, value: node.text,
          message: .init("Keys with values are expected here.", vi: "Ở đây cần các khóa và giá trị."),
          hint: .init("Write {key: value, …}.", vi: "Viết {khóa: giá trị, …}.")))
      return nil
    }
  }

  /// The value of a key; nil when it is absent or null.
  public func node(_ key: String) -> SourceNode? {
    asked.insert(key)
    return node[key]
  }

  /// Whether a key is there with a value; it is not asked for by that.
  public func has(_ key: String) -> Bool { node[key] != nil }

  /// The key's own position, for findings about the key rather than its value.
  public func position(of key: String) -> SourcePosition {
    node.entries?.first { $0.key == key }?.position ?? node.position
  }

  /// A text; other values are a finding.
  public func text(_ key: String) -> String? { node(key).flatMap(text) }

  /// A text that must be there.
  public func requiredText(_ key: String, _ why: LocalizedText? = nil) -> String? {
    if let text = text(key) { return text }
    if !has(key) { missing(key, why) }
    return nil
  }

  /// The text of a node; a finding when it has none, a warning when YAML would read it as something else.
  public func text(_ node: SourceNode) -> String? {
    guard let text = node.text else {
      if !node.isNull { wrong(node, .init("a text is expected here", vi: "ở đây cần một văn bản")) }
      return nil
    }
    if case .scalar(_, true) = node.content, PlainScalar.isMisread(text) {
      diagnostics.report(
        Diagnostic(
          .settingsScalarUnquoted, at: node.position.place, value: text,
          message: .init(
            "“\(text)” without quotes is not a text to other YAML readers.",
            vi: "“\(text)” không có ngoặc kép sẽ bị phần mềm YAML khác hiểu không phải văn bản.")))
    }
    return text
  }

  /// Texts of a list, or one text.
  public func texts(_ key: String) -> [String] { node(key).map(texts) ?? [] }

  /// The texts of a list, or one text.
  public func texts(_ node: SourceNode) -> [String] {
    if let items = node.items { return items.compactMap(text) }
    return text(node).map { [$0] } ?? []
  }

  /// The items of a list; one item stands for a list of one.
  public func list(_ key: String) -> [SourceNode] {
    guard let node = node(key) else { return [] }
    return node.items ?? [node]
  }

  /// True or false; false when absent.
  public func flag(_ key: String) -> Bool { boolean(key) ?? false }

  /// True, false, or nil when absent.
  public func boolean(_ key: String) -> Bool? {
    guard let node = node(key) else { return nil }
    switch node.text {
    case "true": return true
    case "false": return false
    default:
      wrong(node, .init("true or false is expected here", vi: "ở đây cần true hoặc false"))
      return nil
    }
  }

  /// A whole number in a range.
  public func integer(_ key: String, _ range: ClosedRange<Int>) -> Int? {
    guard let node = node(key) else { return nil }
    if let text = node.text, let number = Int(text), range.contains(number) { return number }
    wrong(
      node,
      .init(
        "a whole number from \(range.lowerBound) to \(range.upperBound) is expected here",
        vi: "ở đây cần số nguyên từ \(range.lowerBound) đến \(range.upperBound)"))
    return nil
  }

  /// A number such as a width.
  public func number(_ key: String, upTo limit: Double) -> Double? { node(key).flatMap { number($0, upTo: limit) } }

  /// A number from 0 to a limit.
  public func number(_ node: SourceNode, upTo limit: Double) -> Double? {
    if let text = node.text, let number = Double(text), number >= 0, number <= limit { return number }
    wrong(
      node,
      .init("a number from 0 to \(Int(limit)) is expected here", vi: "ở đây cần số từ 0 đến \(Int(limit))"))
    return nil
  }

  /// One of some words.
  public func choice(_ key: String, _ words: [String]) -> String? {
    guard let node = node(key) else { return nil }
    guard let text = node.text, words.contains(text) else {
      let list = words.joined(separator: ", ")
      wrong(
        node, .init("one of \(list) is expected here", vi: "ở đây cần một trong: \(list)"),
        hint: didYouMean(node.text.flatMap { nearest(to: $0, among: words) }))
      return nil
    }
    return text
  }

  /// Reports that a key is missing, and why it is needed.
  public func missing(_ key: String, _ why: LocalizedText? = nil) {
    asked.insert(key)
    diagnostics.report(
      Diagnostic(
        .settingsKeyMissing, at: node.position.place, value: key,
        message: .init("“\(key)” is missing here.", vi: "Ở đây thiếu “\(key)”."), hint: why))
  }

  /// Reports a value of the wrong kind; `what` is half a sentence, made into a whole one.
  public func wrong(_ node: SourceNode, _ what: LocalizedText, hint: LocalizedText? = nil) {
    let en = what.en.prefix(1).uppercased() + what.en.dropFirst() + "."
    let vi = what.vi.prefix(1).uppercased() + what.vi.dropFirst() + "."
    diagnostics.report(
      Diagnostic(.settingsValue, at: node.position.place, value: node.text, message: .init(en, vi: vi), hint: hint))
  }

  /// Reports keys that nobody asked for. `elsewhere` are keys that exist in other places, with what to say about them.
  public func finish(_ elsewhere: [String: LocalizedText] = [:]) {
    for entry in node.entries ?? [] where !asked.contains(entry.key) {
      let near = nearest(to: entry.key, among: asked.sorted())
      diagnostics.report(
        Diagnostic(
          .settingsKeyUnknown, at: entry.position.place, value: entry.key,
          message: .init("“\(entry.key)” is not a key here.", vi: "“\(entry.key)” không phải khóa ở đây."),
          hint: elsewhere[entry.key] ?? didYouMean(near)
            ?? .init(
              "Keys here: \(asked.sorted().joined(separator: ", ")).",
              vi: "Các khóa ở đây: \(asked.sorted().joined(separator: ", ")).")))
    }
  }
}
