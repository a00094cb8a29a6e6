public import Diagnostics

/// A file of settings: its name for messages.
public final class SourceFile: Sendable {
  /// The name as people gave it.
  public let name: String

  /// Makes a file of a name.
  public init(name: String) { self.name = name }
}

/// Where a piece of YAML stands.
public struct SourcePosition: Sendable {
  /// The file.
  public let file: SourceFile
  /// The line, from 1.
  public let line: Int
  /// The column, from 1, in characters.
  public let column: Int

  /// Makes a position.
  public init(file: SourceFile, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// The position as findings have it.
  public var place: Place { Place(file: file.name, line: line, column: column) }
}

/// YAML as it stands: every scalar as text, whatever YAML 1.1 would make of it (`NO`, `0893…`, `1.10`), every piece with its
/// place. Rules of a parent and of a child are merged in this form, so each keeps its own file and line.
public struct SourceNode: Sendable {
  /// What it is.
  public var content: Content
  /// Where it stands.
  public var position: SourcePosition

  /// What a node can be.
  public enum Content: Sendable {
    /// Text, and whether it was written without quotes.
    case scalar(String, isPlain: Bool)
    /// A list.
    case sequence([SourceNode])
    /// Keys with values, in the order of the file.
    case mapping([SourceEntry])
  }

  /// Makes a node.
  public init(content: Content, position: SourcePosition) {
    self.content = content
    self.position = position
  }

  /// Nothing, `~` or `null` without quotes: as if the key were not there; takes a parent's value away.
  public var isNull: Bool {
    if case .scalar(let text, true) = content { return text.isEmpty || text == "~" || text == "null" }
    return false
  }

  /// The text of a scalar; nil for null and for others.
  public var text: String? {
    if case .scalar(let text, _) = content, !isNull { return text }
    return nil
  }

  /// Keys and values of a mapping; nil for others.
  public var entries: [SourceEntry]? {
    if case .mapping(let entries) = content { return entries }
    return nil
  }

  /// The items of a list; nil for others.
  public var items: [SourceNode]? {
    if case .sequence(let items) = content { return items }
    return nil
  }

  /// The value of a key in a mapping; nil when it is absent or null.
  public subscript(key: String) -> SourceNode? {
    entries?.first { $0.key == key && !$0.value.isNull }?.value
  }

  /// The texts of a scalar or of a sequence of scalars.
  public var texts: [String] { text.map { [$0] } ?? items?.compactMap(\.text) ?? [] }
}

extension SourceNode {
  /// Whether a text can be a name, path or converter at all; a finding when it is longer than any of them.
  public func isShort(_ text: String, _ diagnostics: DiagnosticCollector) -> Bool {
    if text.utf8.count <= 2000 { return true }
    diagnostics.report(
      Diagnostic(
        .settingsLimit, at: position.place, value: String(text.prefix(80)),
        message: .init("The text is too long for what it stands for.", vi: "Văn bản quá dài ở vị trí này.")))
    return false
  }
}

/// A key and its value.
public struct SourceEntry: Sendable {
  /// The key.
  public var key: String
  /// Where the key stands.
  public var position: SourcePosition
  /// The value.
  public var value: SourceNode

  /// Makes an entry.
  public init(key: String, position: SourcePosition, value: SourceNode) {
    self.key = key
    self.position = position
    self.value = value
  }
}
