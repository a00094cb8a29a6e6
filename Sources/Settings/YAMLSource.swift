public import Diagnostics
internal import Yams

/// Reads YAML into a `SourceNode`: through Yams's composed nodes and never by its decoder, because those keep their places and
/// the text of every scalar.
public struct YAMLSource {
  /// Most bytes of one file.
  public static let byteLimit = 1 << 20
  /// Deepest nesting of lists and mappings.
  public static let depthLimit = 60

  private let file: SourceFile
  private let text: String

  /// Reads a document.
  ///
  /// - Throws: `.configuration` with `settings-yaml` for what is not YAML, `settings-limit` for what is too big or too deep.
  public static func read(_ bytes: [UInt8], name: String) throws(Fault) -> SourceNode {
    let file = SourceFile(name: name)
    guard bytes.count <= byteLimit else {
      throw limit(
        file, 1, 1,
        .init(
          "The file has \(bytes.count) bytes; \(byteLimit) are allowed.",
          vi: "Tệp có \(bytes.count) byte; tối đa \(byteLimit) byte."))
    }
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard var text = String(validating: bytes[start...], as: UTF8.self) else {
      let offset = firstInvalid(bytes)
      let line = bytes[..<offset].reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
      throw Fault(
        .configuration,
        Diagnostic(
          .settingsYAML, at: Place(file: name, line: line, byte: UInt64(offset)),
          message: .init("The file is not UTF-8 text.", vi: "Tệp không phải văn bản UTF-8."),
          hint: .init("Save it as UTF-8.", vi: "Hãy lưu lại ở dạng UTF-8.")))
    }
    text.makeContiguousUTF8()
    let source = YAMLSource(file: file, text: text)
    try source.refuseAliases()
    var root: Node?
    do {
      root = try Yams.compose(yaml: text, .basic)
    } catch let error as YamlError {
      throw source.fault(error)
    } catch {
      throw source.malformed(1, 1, "\(error)")
    }
    guard let root else { throw source.malformed(1, 1, "the file is empty") }
    return try source.convert(root, lines: source.lines(), depth: 0)
  }

  /// A line without its end.
  private struct Line {
    let bytes: Range<Int>
    /// Whether it may hold characters composed of several scalars: those begin at U+0300, in UTF-8 with 0xCC.
    let mayCompose: Bool
  }

  /// The lines, cut at the line breaks of YAML 1.1.
  private func lines() -> [Line] {
    var lines: [Line] = []
    var start = 0, mayCompose = false
    let bytes = text.utf8.span
    var i = 0
    while i < bytes.count {
      let byte = bytes[i]
      if byte >= 0xCC { mayCompose = true }
      let width = YAMLSource.lineBreak(bytes, i)
      if width > 0 {
        lines.append(Line(bytes: start..<i, mayCompose: mayCompose))
        start = i + width
        mayCompose = false
      }
      i += max(width, 1)
    }
    lines.append(Line(bytes: start..<bytes.count, mayCompose: mayCompose))
    return lines
  }

  /// How many bytes a line break has here: LF, CR, CRLF, U+0085, U+2028, U+2029; 0 when there is none.
  private static func lineBreak(_ bytes: Span<UInt8>, _ i: Int) -> Int {
    switch bytes[i] {
    case 0x0A: 1
    case 0x0D: i + 1 < bytes.count && bytes[i + 1] == 0x0A ? 2 : 1
    case 0xC2: i + 1 < bytes.count && bytes[i + 1] == 0x85 ? 2 : 0
    case 0xE2: i + 2 < bytes.count && bytes[i + 1] == 0x80 && bytes[i + 2] & 0xFE == 0xA8 ? 3 : 0
    default: 0
    }
  }

  /// Columns of libyaml count scalars; people count characters, which differ where letters are composed of several.
  private func position(_ mark: Mark?, _ lines: [Line]) -> SourcePosition {
    guard let mark else { return SourcePosition(file: file, line: 1, column: 1) }
    var column = mark.column
    if mark.line >= 1, mark.line <= lines.count, lines[mark.line - 1].mayCompose {
      let line = lines[mark.line - 1].bytes
      let start = text.utf8.index(text.startIndex, offsetBy: line.lowerBound)
      let end = text.utf8.index(start, offsetBy: line.count)
      let before = text.unicodeScalars[start..<end].prefix(max(0, mark.column - 1))
      if before.contains(where: { $0.value >= 0x300 }) { column = Substring(before).count + 1 }
    }
    return SourcePosition(file: file, line: mark.line, column: column)
  }

  private func convert(_ node: Node, lines: [Line], depth: Int) throws(Fault) -> SourceNode {
    let position = position(node.mark, lines)
    guard depth <= YAMLSource.depthLimit else {
      throw YAMLSource.limit(
        file, position.line, position.column,
        .init(
          "Lists and mappings are nested more than \(YAMLSource.depthLimit) deep.",
          vi: "Danh sách và ánh xạ lồng nhau sâu quá \(YAMLSource.depthLimit) tầng."))
    }
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      return SourceNode(content: .scalar(scalar.string, isPlain: isPlain), position: position)
    case .sequence(let sequence):
      var items: [SourceNode] = []
      for item in sequence { items.append(try convert(item, lines: lines, depth: depth + 1)) }
      return SourceNode(content: .sequence(items), position: position)
    case .mapping(let mapping):
      var entries: [SourceEntry] = []
      for (key, value) in mapping {
        guard case .scalar(let scalar) = key else {
          throw malformed(key.mark?.line ?? 1, key.mark?.column ?? 1, "a key must be a text, not a list or mapping")
        }
        entries.append(
          SourceEntry(
            key: scalar.string, position: self.position(key.mark, lines),
            value: try convert(value, lines: lines, depth: depth + 1)))
      }
      return SourceNode(content: .mapping(entries), position: position)
    case .alias:
      throw malformed(position.line, position.column, "aliases are not used here")
    }
  }

  /// Anchors and aliases are refused before the parser sees them: a few lines of them can stand for billions of nodes. A name
  /// behind `*` that also stands behind `&` is one.
  private func refuseAliases() throws(Fault) {
    func names(after mark: UInt8) -> [Substring: Int] {
      var found: [Substring: Int] = [:]
      // Nearly all files have none.
      guard text.utf8.contains(mark) else { return found }
      let utf8 = text.utf8
      var i = utf8.startIndex
      var line = 1
      while i < utf8.endIndex {
        let byte = utf8[i]
        i = utf8.index(after: i)
        if byte == 0x0A { line += 1 }
        guard byte == mark else { continue }
        var end = i
        while end < utf8.endIndex, isNameByte(utf8[end]) { end = utf8.index(after: end) }
        if end > i {
          let name = text[i..<end]
          found[name] = found[name] ?? line
        }
      }
      return found
    }
    let aliases = names(after: UInt8(ascii: "*"))
    guard !aliases.isEmpty else { return }
    let anchors = names(after: UInt8(ascii: "&"))
    guard let (_, line) = aliases.filter({ anchors[$0.key] != nil }).min(by: { $0.value < $1.value }) else { return }
    throw malformed(line, 1, "anchors (&) and aliases (*) are not used here; write the values out")
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == 0x5F || byte == 0x2D
  }

  private func fault(_ error: YamlError) -> Fault {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let text = (context.map { $0.text.split(separator: "\n").first.map(String.init) ?? "" } ?? "")
      return malformed(mark.line, mark.column, text.isEmpty ? problem : "\(problem) (\(text))")
    case .reader(let problem, let offset, _, _):
      let line = offset.map { text.utf8.prefix($0).reduce(1) { $1 == 0x0A ? $0 + 1 : $0 } }
      return malformed(line ?? 1, 1, problem)
    case .duplicatedKeysInMapping(let names, let context):
      return malformed(
        context.mark.line, context.mark.column, "the key “\(names.first ?? "")” stands twice in one mapping")
    default:
      return malformed(1, 1, "\(error)")
    }
  }

  private func malformed(_ line: Int, _ column: Int, _ problem: String) -> Fault {
    Fault(
      .configuration,
      Diagnostic(
        .settingsYAML, at: Place(file: file.name, line: line, column: column),
        message: .init("This cannot be read as YAML: \(problem).", vi: "Không đọc được YAML: \(problem).")))
  }

  private static func limit(_ file: SourceFile, _ line: Int, _ column: Int, _ message: LocalizedText) -> Fault {
    Fault(
      .configuration,
      Diagnostic(.settingsLimit, at: Place(file: file.name, line: line, column: column), message: message))
  }

  /// The offset of the first byte that is not UTF-8.
  private static func firstInvalid(_ bytes: [UInt8]) -> Int {
    var low = 0
    var high = bytes.count
    // The longest valid prefix: validity of prefixes that end at a character is monotone, so halving finds it.
    while low < high {
      var middle = (low + high + 1) / 2
      while middle < high, bytes[middle] & 0xC0 == 0x80 { middle += 1 }
      if String(validating: bytes[..<middle], as: UTF8.self) != nil {
        low = middle
      } else {
        high = min(middle, high) - 1
      }
    }
    return min(low, bytes.count)
  }
}
