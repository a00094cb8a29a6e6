import Diagnostics
import Documents

/// A checked-in table of what is expected of third-party files: tab-separated, a line a file, sorted by its path.
///
/// Its first columns are what a test finds. The last two, `peer` and `note`, are written by `.ci/corpus_peer.py` and by
/// people; they stay with a line as long as the test finds the same.
struct CorpusTable {
  /// The names of the columns that the test fills, the file's path first.
  let columns: [String]
  /// The lines' found columns, `peer` and `note`, by path.
  private(set) var lines: [String: [String]] = [:]
  private let path: String

  /// Reads a table beside this source file; an absent one is empty.
  init(_ name: String, columns: [String]) throws {
    self.columns = columns
    path = "\(#filePath)".split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/" + name
    guard let document = try? InputDocument.open(path) else { return }
    let bytes = try document.bytes(at: 0, count: Int(document.size))
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
      var cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      cells += Array(repeating: "", count: max(0, columns.count + 2 - cells.count))
      lines[cells[0]] = cells
    }
  }

  /// What differs between the table and what was found, a text a file.
  func differences(from found: [[String]]) -> [String] {
    var differences: [String] = []
    var missing = Set(lines.keys)
    for cells in found {
      missing.remove(cells[0])
      guard let line = lines[cells[0]] else {
        differences.append("\(cells[0]): not in the table; found \(cells.dropFirst().joined(separator: " | "))")
        continue
      }
      if Array(line.prefix(columns.count)) != cells {
        let expected = line[1..<columns.count].joined(separator: " | ")
        differences.append("\(cells[0]): expected \(expected), found \(cells.dropFirst().joined(separator: " | "))")
      }
    }
    return differences + missing.sorted().map { "\($0): in the table, but there is no such file" }
  }

  /// Lines that nobody has vouched for: not compared with an independent reader, or different from it without a reason.
  var unexplained: [String] {
    lines.values.compactMap { line -> String? in
      let peer = line[columns.count], note = line[columns.count + 1]
      if peer.isEmpty { return "\(line[0]): not compared, run .ci/corpus_peer.py" }
      // Where peers disagree with one another, the reader has to be told which one is right, too.
      let agrees =
        (peer.hasPrefix("equal") || peer.hasPrefix("refuses")) && !peer.split(separator: " ").contains("differs:")
      return agrees || !note.isEmpty ? nil : "\(line[0]): \(peer), and no note says why"
    }.sorted()
  }

  /// Writes the table with what was found.
  func write(_ found: [[String]]) throws {
    var text = (columns + ["peer", "note"]).joined(separator: "\t") + "\n"
    for cells in found.sorted(by: { $0[0].utf8.lexicographicallyPrecedes($1[0].utf8) }) {
      let old = lines[cells[0]] ?? []
      let isSame = Array(old.prefix(columns.count)) == cells
      text += (cells + (isSame ? Array(old[columns.count...]) : ["", ""])).joined(separator: "\t") + "\n"
    }
    let output = try OutputDocument.create(path)
    let bytes = Array(text.utf8)
    try bytes.withUnsafeBufferPointer { buffer throws(Fault) in try output.write(buffer) }
    try output.commit()
  }
}
