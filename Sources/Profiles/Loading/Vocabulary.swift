internal import Diagnostics

/// A table of `mappings/vocabulary`: one row a code, with its texts in several schemes and languages.
struct Vocabulary {
  /// Column names; the first is `code`.
  let columns: [String]
  /// Rows in order; each has as many cells as there are columns.
  let rows: [[String]]

  /// Reads a tab-separated file: comment lines beginning with `#`, a header, rows.
  ///
  /// - Throws: `.configuration` with `profile-vocabulary`, at the line that is wrong.
  static func parse(_ bytes: [UInt8], name: String) throws(Fault) -> Vocabulary {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard isText(bytes[start...]) else {
      throw fault(name, nil, .init("The file is not UTF-8 text.", vi: "Tệp không phải văn bản UTF-8."))
    }
    var columns: [String] = []
    var rows: [[String]] = []
    var number = 0, from = start
    while from <= bytes.count {
      let end = bytes[from...].firstIndex(of: 0x0A) ?? bytes.count
      var line = bytes[from..<end]
      from = end + 1
      number += 1
      if line.last == 0x0D { line = line.dropLast() }
      if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
      var cells = line.split(separator: 0x09, omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
      }
      if columns.isEmpty {
        columns = cells
        guard columns[0] == "code", Set(columns).count == columns.count else {
          throw fault(
            name, number,
            .init(
              "The header begins with “code” and names each column once.",
              vi: "Dòng tiêu đề bắt đầu bằng “code”, mỗi cột một tên."))
        }
        continue
      }
      guard cells.count <= columns.count, !cells[0].isEmpty else {
        throw fault(
          name, number,
          .init(
            "The row has \(cells.count) cells, the header \(columns.count); the first one is the code.",
            vi: "Dòng có \(cells.count) ô, tiêu đề có \(columns.count) cột; ô đầu là mã."))
      }
      while cells.count < columns.count { cells.append("") }
      rows.append(cells)
    }
    guard !columns.isEmpty else {
      throw fault(name, nil, .init("The file has no header.", vi: "Tệp không có dòng tiêu đề."))
    }
    return Vocabulary(columns: columns, rows: rows)
  }

  private static func isText(_ bytes: ArraySlice<UInt8>) -> Bool { String(validating: bytes, as: UTF8.self) != nil }

  /// The number of a column, or nil.
  func column(_ name: String) -> Int? { columns.firstIndex(of: name) }

  /// Whether a row holds on a date (ISO; texts of that form sort as dates do).
  func holds(_ row: [String], on date: String) -> Bool {
    if let from = column("from"), !row[from].isEmpty, row[from] > date { return false }
    if let to = column("to"), !row[to].isEmpty, row[to] < date { return false }
    return true
  }

  /// The alternatives of a cell.
  static func alternatives(_ cell: String) -> [String] {
    if !cell.utf8.contains(UInt8(ascii: "|")) {
      let text = CharacterTrim.trimmed(cell)
      return text.isEmpty ? [] : [text]
    }
    return cell.split(separator: "|").map { CharacterTrim.trimmed(String($0)) }.filter { !$0.isEmpty }
  }

  private static func fault(_ name: String, _ line: Int?, _ message: LocalizedText) -> Fault {
    Fault(.configuration, Diagnostic(.profileVocabulary, at: Place(file: name, line: line), message: message))
  }
}

/// Finds vocabularies below a mappings folder, each read once.
final class VocabularyShelf {
  static let byteLimit = 16 << 20
  let folder: String
  private var read: [String: Result<Vocabulary, Fault>] = [:]

  init(root: String) { folder = root + "/vocabulary" }

  /// The vocabulary of a name; nil when there is none.
  ///
  /// - Throws: as `Vocabulary.parse`.
  func vocabulary(_ name: String) throws(Fault) -> Vocabulary? {
    if let known = read[name] { return try known.get() }
    guard isName(name), ProfileFiles.exists(path(name)) else { return nil }
    let result: Result<Vocabulary, Fault>
    do throws(Fault) {
      let bytes = try ProfileFiles.read(path(name), limit: VocabularyShelf.byteLimit)
      result = .success(try Vocabulary.parse(bytes, name: path(name)))
    } catch {
      result = .failure(error)
    }
    read[name] = result
    return try result.get()
  }

  /// The names of all vocabularies, for “did you mean”.
  func names() -> [String] { ProfileFiles.names(in: folder, suffix: ".tsv") }

  private func path(_ name: String) -> String { folder + "/" + name + ".tsv" }

  private func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D }
  }
}
