import Testing

/// Third-party files are read with true counts or refused with a reason; nothing crashes, nothing hangs.
///
/// `files.tsv` says what is expected of each file, and what an independent reader counts in it.
@Suite("Third-party files", .enabled(if: SharedFiles.isWanted, "there are no third-party files (OCOP_SHARED)"))
struct FileCorpusTests {
  static let folders = ["amazon/flatfile", "corpora", "japan-korea", "retail/examples/gs1-*"]

  @Test("Every file is read or refused as the table says")
  func files() throws {
    try #require(SharedFiles.root != nil, "OCOP_REQUIRE_SHARED is set, and there are no third-party files")
    let table = try CorpusTable("files.tsv", columns: ["file", "reader", "outcome", "code", "counts"])
    let watchdog = Watchdog(limit: .seconds(300))
    var found: [[String]] = []
    var tally: [String: Int] = [:]
    for file in Self.folders.flatMap(SharedFiles.files(in:)) {
      watchdog.begin(file)
      let reader = FileReader(for: file)
      let cells =
        switch reader.read(file) {
        case .read(let counts, let code): ["read", code, counts]
        case .refused(let code): ["refused", code, ""]
        case .notRead(let reason): ["not read", "", reason]
        }
      found.append([file, reader.rawValue] + cells)
      tally[reader.rawValue + " " + cells[0], default: 0] += 1
    }
    let slowest = watchdog.end()
    print(
      "Third-party files:", tally.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    print("The slowest was \(slowest.file), \(slowest.time)")
    if SharedFiles.updatesTables { return try table.write(found) }
    let differences = table.differences(from: found)
    #expect(differences.isEmpty, "\(differences.count) files:\n\(differences.prefix(40).joined(separator: "\n"))")
    #expect(found.count > 2400)
  }
}

/// The table itself; it is there even where the files are not.
@Suite("Table of third-party files") struct FileTableTests {
  @Test("Every line of the table is vouched for by an independent reader or a reason")
  func peers() throws {
    let table = try CorpusTable("files.tsv", columns: ["file", "reader", "outcome", "code", "counts"])
    let unexplained = table.unexplained
    #expect(!table.lines.isEmpty)
    #expect(unexplained.isEmpty, "\(unexplained.count) files:\n\(unexplained.prefix(40).joined(separator: "\n"))")
  }
}
