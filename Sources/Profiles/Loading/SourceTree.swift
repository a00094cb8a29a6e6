internal import Diagnostics

/// A profile's file: its name for messages.
final class SourceFile: Sendable {
  let name: String

  init(name: String) { self.name = name }
}

/// Where a piece of YAML stands.
struct SourcePosition: Sendable {
  let file: SourceFile
  /// Line and column from 1; the column counts characters.
  let line: Int
  let column: Int

  var place: Place { Place(file: file.name, line: line, column: column) }
}

/// YAML as it stands: every scalar as text, whatever YAML 1.1 would make of it (`NO`, `0893…`, `1.10`), every piece with its
/// place. Rules of a parent and of a child are merged in this form, so each keeps its own file and line.
struct SourceNode: Sendable {
  var content: Content
  var position: SourcePosition

  enum Content: Sendable {
    /// Text, and whether it was written without quotes.
    case scalar(String, isPlain: Bool)
    case sequence([SourceNode])
    case mapping([SourceEntry])
  }

  /// Nothing, `~` or `null` without quotes: as if the key were not there; takes a parent's value away.
  var isNull: Bool {
    if case .scalar(let text, true) = content { return text.isEmpty || text == "~" || text == "null" }
    return false
  }

  var text: String? {
    if case .scalar(let text, _) = content, !isNull { return text }
    return nil
  }

  var entries: [SourceEntry]? {
    if case .mapping(let entries) = content { return entries }
    return nil
  }

  var items: [SourceNode]? {
    if case .sequence(let items) = content { return items }
    return nil
  }

  /// The value of a key in a mapping; nil when it is absent or null.
  subscript(key: String) -> SourceNode? {
    entries?.first { $0.key == key && !$0.value.isNull }?.value
  }

  /// The texts of a scalar or of a sequence of scalars.
  var texts: [String] { text.map { [$0] } ?? items?.compactMap(\.text) ?? [] }
}

extension SourceNode {
  /// Whether a text can be a name, path or converter at all; a finding when it is longer than any of them.
  func isShort(_ text: String, _ diagnostics: DiagnosticCollector) -> Bool {
    if text.utf8.count <= 2000 { return true }
    diagnostics.report(
      Diagnostic(
        .profileLimit, at: position.place, value: String(text.prefix(80)),
        message: .init("The text is too long for what it stands for.", vi: "Văn bản quá dài ở vị trí này.")))
    return false
  }
}

/// A key and its value.
struct SourceEntry: Sendable {
  var key: String
  var position: SourcePosition
  var value: SourceNode
}
