import Diagnostics
import Ledger
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct LedgerTests {
  private static func newFolder() -> String {
    var template = Array("/tmp/ocop-ledger-XXXXXX".utf8CString)
    mkdtemp(&template)
    return template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  private static func intent(_ target: String) -> TransferIntent {
    TransferIntent(
      .upload, target: target, endpoint: "shop", remote: "sftp://shop.example/in/\(target)", local: "/tmp/\(target)",
      bytes: 5, sha256: "ab", part: ".\(target).part")
  }

  private static func bytes(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 16 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }

  private static func write(_ path: String, _ bytes: some Collection<UInt8>) {
    let file = fopen(path, "w")!
    defer { fclose(file) }
    let bytes = Array(bytes)
    fwrite(bytes, 1, bytes.count, file)
  }

  @Test("R40: a row says who did what, when, with which digest, and what the server answered")
  func rows() throws {
    let ledger = try DeliveryLedger(folder: Self.newFolder())
    let claim = try #require(try ledger.claim("t"))
    let id = try ledger.begin(Self.intent("t"), claim)
    var row = try #require(try ledger.newest(1).first)
    #expect(row.state == .sending && row.ended == nil && row.part == ".t.part")
    #expect(row.process == Int64(getpid()) && !row.user.isEmpty && !row.host.isEmpty)
    #expect(row.begun.hasSuffix("Z") && row.begun.count == 24)
    try ledger.publish(id, as: "t", bytes: 5, sha256: "ab", version: "absent")
    #expect(try ledger.newest(1).first?.state == .publishing)
    #expect(try ledger.leftovers(of: "t", .upload, claim).map(\.id) == [id])
    try ledger.finish(id, TransferEnding(.delivered, attempts: 2, resumedAt: 3, answer: "226 ok"))
    row = try #require(try ledger.newest(1).first)
    #expect(row.state == .delivered && row.part == nil && row.attempts == 2 && row.resumedAt == 3)
    #expect(row.answer == "226 ok" && row.bytes == 5 && row.sha256 == "ab" && row.ended != nil)
    #expect(try ledger.leftovers(of: "t", .upload, claim).isEmpty)
    #expect(try ledger.lastDelivery(to: "t", .upload)?.id == id)
    #expect(try ledger.lastDelivery(to: "t", .download) == nil)
    #expect(try ledger.delivery(of: "cd", to: "t", .upload) == nil)
    // What has ended is not changed any more.
    try ledger.finish(id, TransferEnding(.failed, attempts: 9))
    #expect(try ledger.newest(1).first?.attempts == 2)
  }

  @Test("R19: an unknown outcome is asked about until something was delivered after it")
  func unknownOfThePast() throws {
    let ledger = try DeliveryLedger(folder: Self.newFolder())
    let claim = try #require(try ledger.claim("t"))
    let first = try ledger.begin(Self.intent("t"), claim)
    try ledger.finish(first, TransferEnding(.unknown, part: ".t.part", attempts: 3))
    #expect(try ledger.leftovers(of: "t", .upload, claim).map(\.id) == [first])
    let second = try ledger.begin(Self.intent("t"), claim)
    try ledger.finish(second, TransferEnding(.delivered, attempts: 1))
    #expect(try ledger.leftovers(of: "t", .upload, claim).isEmpty)
    // A part of a failed one is a part for ever, until it is taken up or removed.
    let third = try ledger.begin(Self.intent("t"), claim)
    try ledger.finish(third, TransferEnding(.failed, part: ".t.part", attempts: 1))
    let fourth = try ledger.begin(Self.intent("t"), claim)
    try ledger.finish(fourth, TransferEnding(.delivered, attempts: 1))
    #expect(try ledger.leftovers(of: "t", .upload, claim).map(\.id) == [third])
  }

  @Test("S18: the ledger and what stands beside it are readable by their user alone")
  func rights() throws {
    let folder = Self.newFolder() + "/a/b"
    let ledger = try DeliveryLedger(folder: folder)
    let claim = try #require(try ledger.claim("t"))
    _ = try ledger.begin(Self.intent("t"), claim)
    for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "ledger.locks"] {
      var status = stat()
      #expect(stat(folder + "/" + name, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600, "\(name)")
    }
    var status = stat()
    #expect(stat(folder, &status) == 0 && status.st_mode & 0o777 == 0o700)
  }

  @Test("S4: nothing of what is secret in an address gets into the file")
  func noSecrets() throws {
    // The intent has no place for user or query; the target is a digest.
    let names = Mirror(reflecting: Self.intent("t")).children.compactMap(\.label).sorted()
    #expect(names == ["bytes", "direction", "endpoint", "local", "part", "remote", "sha256", "target", "version"])
  }

  @Test("A claim is held by one at a time, and free when it is let go")
  func claims() throws {
    let folder = Self.newFolder()
    let (a, b) = (try DeliveryLedger(folder: folder), try DeliveryLedger(folder: folder))
    var claim: LedgerClaim? = try a.claim("t")
    #expect(claim != nil)
    #expect(try a.claim("t") == nil)
    #expect(try b.claim("t") == nil)
    #expect(try b.claim("u") != nil)
    claim = nil
    #expect(try b.claim("t") != nil)
  }

  @Test("R28: many connections that open and write at once never meet a locked ledger")
  func together() async throws {
    let folder = Self.newFolder() + "/new"
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<8 {
        group.addTask {
          let ledger = try DeliveryLedger(folder: folder)
          for index in 0..<40 {
            guard let claim = try ledger.claim("\(worker)-\(index)") else { continue }
            let id = try ledger.begin(Self.intent("\(worker)-\(index)"), claim)
            try ledger.finish(id, TransferEnding(.delivered, attempts: 1))
          }
        }
      }
      try await group.waitForAll()
    }
    let rows = try DeliveryLedger(folder: folder).newest(1000)
    #expect(rows.count == 320)
    #expect(rows.allSatisfy { $0.state == .delivered })
  }

  @Test("R27: a ledger whose log lost its tail opens, is sound, and has lost the last rows alone")
  func cutLog() throws {
    let folder = Self.newFolder()
    let ledger = try DeliveryLedger(folder: folder)
    for index in 0..<30 {
      let claim = try #require(try ledger.claim("\(index)"))
      _ = try ledger.begin(Self.intent("\(index)"), claim)
    }
    let database = Self.bytes(folder + "/ledger.sqlite")
    let log = Self.bytes(folder + "/ledger.sqlite-wal")
    #expect(log.count > 10_000)
    for cut in stride(from: 0, through: log.count, by: max(1, log.count / 23)) {
      let copy = Self.newFolder()
      Self.write(copy + "/ledger.sqlite", database)
      Self.write(copy + "/ledger.sqlite-wal", log[..<cut])
      let opened = try DeliveryLedger(folder: copy)
      #expect(try opened.check() == nil)
      let ids = try opened.newest(100).map(\.id)
      #expect(ids == ids.indices.map { Int64(ids.count - $0) })
      if cut == log.count { #expect(ids.count == 30) }
    }
  }

  @Test("R27: rows stay in the log when the ledger is closed, and are there when it is opened again")
  func keepsLog() throws {
    let folder = Self.newFolder()
    do {
      let ledger = try DeliveryLedger(folder: folder)
      for index in 0..<20 {
        let claim = try #require(try ledger.claim("\(index)"))
        _ = try ledger.begin(Self.intent("\(index)"), claim)
      }
    }
    #expect(Self.bytes(folder + "/ledger.sqlite-wal").count > 10_000, "closing copied the log")
    let opened = try DeliveryLedger(folder: folder)
    #expect(try opened.newest(100).count == 20 && opened.check() == nil)
  }

  @Test("R31: a ledger made by a newer program is refused; so is a file that is none")
  func refuses() throws {
    let folder = Self.newFolder()
    do { _ = try DeliveryLedger(folder: folder) }
    // What a newer program would have written down.
    let path = folder + "/ledger.sqlite"
    _ = try Self.sqlite(path, "INSERT INTO grdb_migrations VALUES ('99 jobs')")
    let newer = #expect(throws: Fault.self) { try DeliveryLedger(folder: folder) }
    #expect(newer?.diagnostic.code == .ledgerNewer && newer?.kind == .configuration)

    let other = Self.newFolder()
    Self.write(other + "/ledger.sqlite", Array("this is no database at all, but long enough to be one".utf8))
    let damaged = #expect(throws: Fault.self) { try DeliveryLedger(folder: other) }
    #expect(damaged?.diagnostic.code == .ledgerDamaged)

    symlink("/dev/null", Self.newFolder() + "/x")
    let linked = Self.newFolder()
    symlink(path, linked + "/ledger.sqlite")
    #expect(throws: Fault.self) { try DeliveryLedger(folder: linked) }
  }

  private static func sqlite(_ path: String, _ statement: String) throws -> Int32 {
    let pipe = popen(
      "python3 -c 'import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()' '\(path)' \"\(statement)\"",
      "r")
    return pclose(pipe)
  }

  @Test("The codes are listed, and say what to do in both languages")
  func codes() {
    for code in DiagnosticCode.ledgerCodes {
      #expect(!code.title.vi.isEmpty && !code.remedy.vi.isEmpty && !code.explanation.vi.isEmpty)
    }
  }
}
