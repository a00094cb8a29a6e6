import Diagnostics
import Glibc
import Profiles
import Testing

/// The date that stands for today in these tests.
let asOf = "2026-11-22"

/// A mappings folder for one test; gone with the last reference.
final class Folder {
  let path: String

  init(_ files: [String: String] = [:]) {
    var template = Array("/tmp/ocop-profiles-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, let made = mkdtemp(base) else { fatalError("no temporary folder") }
      return String(cString: made)
    }
    for (name, text) in files { write(name, Array(text.utf8)) }
  }

  deinit { remove(path) }

  var library: ProfileLibrary { ProfileLibrary(root: path) }

  func write(_ name: String, _ bytes: [UInt8]) {
    let folders = name.split(separator: "/").dropLast()
    for i in folders.indices { mkdir(path + "/" + folders[...i].joined(separator: "/"), 0o755) }
    guard let file = fopen(path + "/" + name, "w") else { return }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }

  private func remove(_ path: String) {
    if let stream = opendir(path) {
      while let entry = readdir(stream) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { remove(path + "/" + name) }
      }
      closedir(stream)
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}

/// The repository's own mappings folder.
let repositoryMappings: String = {
  let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
  return parts.joined(separator: "/") + "/mappings"
}()

/// Where `⟦n⟧` stood in a text.
struct Markers {
  var text = ""
  var places: [Int: (line: Int, column: Int)] = [:]

  init(_ marked: String) {
    var line = 1, column = 1
    var rest = Substring(marked)
    while let character = rest.first {
      rest = rest.dropFirst()
      if character == "⟦", let end = rest.firstIndex(of: "⟧"), let number = Int(rest[..<end]) {
        places[number] = (line, column)
        rest = rest[rest.index(after: end)...]
        continue
      }
      text.append(character)
      if character == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
    }
  }
}

/// A profile around some rules, so that tests show only what they are about.
func profile(_ body: String, head: String = "") -> String {
  """
  profile: test
  title: A test
  version: "1"
  adapter: delimited
  standing: {state: unconfirmed, date: "2026-11-22", source: a test}
  \(head)
  \(body)
  """
}

/// A table of some columns, one a line.
func table(_ columns: String..., head: String = "") -> String {
  profile("table:\n  columns:\n" + columns.map { "    - " + $0 }.joined(separator: "\n"), head: head)
}

/// An XML layout of some rules.
func xml(_ rules: String..., blocks: String = "", head: String = "") -> String {
  profile(
    """
    xml:
      namespaces: {m: "urn:m"}
      prologue: '<m:all xmlns:m="urn:m"><list>'
      epilogue: "</list></m:all>"
      record: list/entry
      rules:
    \(rules.map { "    - " + $0 }.joined(separator: "\n"))
    \(blocks)
    """, head: head)
}

/// The findings of a linted text.
func lint(_ yaml: String, in library: ProfileLibrary = ProfileLibrary(root: repositoryMappings)) -> [Diagnostic] {
  let found = DiagnosticCollector()
  library.lint(yaml: yaml, file: "test.yaml", asOf: asOf, into: found)
  return found.kept
}

/// A profile loaded from text.
func load(
  _ yaml: String, variables: [String: String] = [:],
  in library: ProfileLibrary = ProfileLibrary(root: repositoryMappings)
) throws -> Profile {
  try library.load(yaml: yaml, file: "test.yaml", asOf: asOf, variables: variables)
}

/// Lints a marked text and expects these findings at these markers, and no other warning or error.
func expect(
  _ marked: String, _ expected: [(code: DiagnosticCode, marker: Int)], notes: Bool = false,
  in library: ProfileLibrary = ProfileLibrary(root: repositoryMappings),
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let markers = Markers(marked)
  let found = lint(markers.text, in: library).filter { notes || $0.severity > .note }
  let actual = found.map { "\($0.code.id) \($0.place.line ?? 0):\($0.place.column ?? 0)" }.sorted()
  let wanted = expected.map { finding in
    let place = markers.places[finding.marker] ?? (0, 0)
    return "\(finding.code.id) \(place.line):\(place.column)"
  }.sorted()
  #expect(actual == wanted, "\(found.map(\.description).joined(separator: "\n"))", sourceLocation: sourceLocation)
  for finding in found {
    #expect(finding.place.file == "test.yaml", sourceLocation: sourceLocation)
    #expect(!finding.message.en.isEmpty && !finding.message.vi.isEmpty, sourceLocation: sourceLocation)
  }
}

extension Layout {
  var columns: [Rule] { if case .table(let table) = self { table.columns } else { [] } }
  var elements: ElementLayout? { if case .elements(let layout) = self { layout } else { nil } }
  var workbook: WorkbookLayout? { if case .workbook(let layout) = self { layout } else { nil } }
}

extension Rule {
  var field: FieldRule? { if case .field(let field) = self { field } else { nil } }
  var each: EachRule? { if case .each(let each) = self { each } else { nil } }
}

extension FieldRule {
  /// The names of its column.
  var names: [String] { if case .column(let names, _, _, _) = place { names } else { [] } }
}

/// The text of a file.
func text(of path: String) throws -> String {
  let file = try #require(fopen(path, "r"))
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&chunk, 1, chunk.count, file)
    if count == 0 { return String(decoding: bytes, as: UTF8.self) }
    bytes.append(contentsOf: chunk[..<count])
  }
}
