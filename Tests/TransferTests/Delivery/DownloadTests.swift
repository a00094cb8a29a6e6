import Bytes
import Diagnostics
import Ledger
import Synchronization
import Testing

@testable import Transfer

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct DownloadTests {
  let folder = TestFolder()
  let clock = FakeClock()
  static let large = sample(3_000_000)
  var bytes: [UInt8] { Self.large }

  private func session(_ store: any Store, ledger: Bool = true) throws -> TransferSession {
    TransferSession(
      ledger: ledger ? try DeliveryLedger(folder: folder.path + "/state") : nil, clock: clock.clock
    ) { _ in store }
  }

  /// A server with one file, which breaks each of the first reads after some bytes.
  private func server(_ bytes: [UInt8], breaks: Int = 0, at: Int = 1000) -> ScriptedStore {
    let store = Server.sftp.store()
    store.put("feed.csv", bytes)
    store.world.withLock { world in
      world.breakAt = at
      world.plan = { step, name in
        name.hasPrefix("read") && step <= breaks ? .init(moment: .middle, remedy: .retry) : nil
      }
    }
    return store
  }

  private var visible: [String] { folder.names.filter { $0 != "state" } }

  @Test("R1 R40: the file is whole under its name, with its digest in the ledger")
  func whole() async throws {
    let store = server(bytes)
    let receipt = try await session(store).download(Endpoint.test("/out/feed.csv"), to: folder.path + "/")
    #expect(folder.read("feed.csv") == Array(bytes.prefix(1 << 20)))
    #expect(receipt.bytes == 3_000_000 && receipt.sha256 == SHA256.hex(of: bytes))
    #expect(receipt.attempts == 1 && receipt.answer == "verified by length")
    #expect(visible == ["feed.csv"])
    let row = try #require(try DeliveryLedger(folder: folder.path + "/state").newest(1).first)
    #expect(row.state == .delivered && row.sha256 == receipt.sha256 && row.part == nil)
    #expect(row.remote == "sftp://partner.example/out/feed.csv" && row.local.hasSuffix("/feed.csv"))
  }

  @Test("Numbers of a server that no file can have end the download")
  func hostileNumbers() throws {
    let path = folder.path + "/part"
    let sink = PartSink(
      open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600), path: path, remote: "http://x.example/a", limit: 1 << 40,
      progress: { _, _ in }, onVersion: { _ in })
    #expect(throws: Fault.self) {
      try sink.start(TransferHead(status: 206, length: 1, offset: .max, version: RemoteVersion()))
    }
  }

  @Test("R14: a broken read goes on where it stopped")
  func resumes() async throws {
    let store = server(bytes, breaks: 2, at: 1_000_000)
    let receipt = try await session(store, ledger: false).download(
      Endpoint.test("/out/feed.csv"), to: folder.path + "/a.csv")
    #expect(receipt.resumedAt == 2_000_000 && receipt.attempts == 3)
    #expect(receipt.sha256 == SHA256.hex(of: bytes))
    #expect(store.steps == ["read feed.csv 0", "read feed.csv 1000000", "read feed.csv 2000000"])
  }

  @Test("R14: another version at the server is read from its start, never mixed")
  func otherVersion() async throws {
    let store = server(bytes, breaks: 1, at: 1_000_000)
    let newer = sample(3_000_000, seed: 5)
    // The file is exchanged between the attempts: while the clock sleeps.
    let clock = TransferClock(
      now: { 0 }, sleep: { _ in store.put("feed.csv", newer) }, random: { 0 })
    let session = TransferSession(ledger: nil, clock: clock) { _ in store }
    let receipt = try await session.download(Endpoint.test("/out/feed.csv"), to: folder.path + "/a.csv")
    #expect(receipt.sha256 == SHA256.hex(of: newer))
    #expect(receipt.resumedAt == 0)
  }

  @Test("R14: the next run goes on with the part of the last one; a changed part or file starts anew")
  func resumesAcrossRuns() async throws {
    let endpoint = try Endpoint.test("/out/feed.csv") { $0.retry.attempts = 1 }
    for change in ["none", "file", "part", "link"] {
      let store = server(bytes, breaks: 1, at: 2_000_000)
      let path = folder.path + "/\(change).csv"
      await #expect(throws: Fault.self) { try await session(store).download(endpoint, to: path) }
      let part = try #require(visible.first { $0.hasPrefix(".\(change).csv.") })
      #expect(folder.mode(part) == 0o600)
      #expect(!visible.contains("\(change).csv"))
      var expected = bytes
      switch change {
      case "file":
        expected = sample(2_500_000, seed: 3)
        store.put("feed.csv", expected)
      case "part": folder.write(part, sample(2_000_000, seed: 4))
      case "link":
        rename(folder.path + "/" + part, folder.path + "/elsewhere")
        symlink(folder.path + "/elsewhere", folder.path + "/" + part)
      default: break
      }
      var options = DownloadOptions()
      if change == "part" { options.sha256 = SHA256.hex(of: bytes).uppercased() }
      let receipt = try await session(store).download(
        change == "part" ? Endpoint.test("/out/feed.csv") : endpoint, to: path, options: options)
      #expect(receipt.sha256 == SHA256.hex(of: expected), "\(change)")
      #expect(receipt.resumedAt == (change == "none" ? 2_000_000 : 0), "\(change)")
      #expect(visible.filter { $0.hasPrefix(".") }.isEmpty, "\(change)")
      unlink(folder.path + "/elsewhere")
    }
  }

  @Test("R13: short, longer and unproven downloads are not accepted")
  func lengths() async throws {
    let path = folder.path + "/feed.csv"
    let endpoint = try Endpoint.test("/out/feed.csv")
    // The server announces more, or fewer, than it sends.
    for announced in [{ $0 + 1 }, { $0 - 1 }] as [@Sendable (UInt64) -> UInt64] {
      let store = server(sample(500))
      store.world.withLock { $0.announces = { announced($0) } }
      let fault = await #expect(throws: Fault.self) {
        try await session(store, ledger: false).download(endpoint, to: path)
      }
      #expect(fault?.diagnostic.code == .downloadIncomplete && fault?.kind == .transient)
      #expect(visible.isEmpty)
    }
    // Neither length nor size nor digest, and the connection just ends.
    for (isDelimited, tellsMD5, sha256) in [
      (false, false, nil), (true, false, nil), (false, true, nil), (false, false, SHA256.hex(of: sample(500))),
    ] {
      var abilities = StoreAbilities()
      abilities.resumesReads = true
      let store = ScriptedStore(abilities)
      store.put("feed.csv", sample(500))
      store.world.withLock {
        $0.announces = { _ in nil }
        $0.isDelimited = isDelimited
        $0.tellsMD5 = tellsMD5
      }
      var options = DownloadOptions()
      options.sha256 = sha256
      let session = try session(SizelessStore(store))
      if isDelimited || tellsMD5 || sha256 != nil {
        #expect(try await session.download(endpoint, to: path, options: options).bytes == 500)
      } else {
        let fault = await #expect(throws: Fault.self) { try await session.download(endpoint, to: path) }
        #expect(fault?.diagnostic.code == .downloadUnproven)
      }
    }
    #expect(visible == ["feed.csv"])
  }

  @Test("A wrong digest is not accepted: fetched again when the server told it, refused when the caller did")
  func digests() async throws {
    let store = server(sample(500))
    let endpoint = try Endpoint.test("/out/feed.csv")
    var options = DownloadOptions()
    options.sha256 = String(repeating: "0", count: 64)
    let fault = await #expect(throws: Fault.self) {
      try await session(store).download(endpoint, to: folder.path + "/feed.csv", options: options)
    }
    #expect(fault?.diagnostic.code == .digestMismatch && fault?.kind == .unreadable)
    #expect(store.steps.count == 1)
    #expect(visible.isEmpty)

    let flipping = FlippingStore(store, times: 2)
    store.world.withLock { $0.tellsMD5 = true }
    let receipt = try await session(flipping).download(endpoint, to: folder.path + "/feed.csv")
    #expect(receipt.attempts == 3 && folder.read("feed.csv") == sample(500))
    #expect(receipt.answer == "verified by length, MD5")
  }

  @Test("S14: the limit of size holds for what comes and for what it unpacks to")
  func limits() async throws {
    let endpoint = try Endpoint.test("/out/feed.csv") { $0.limits.size = 499 }
    for length in [{ $0 }, { _ in nil }] as [@Sendable (UInt64) -> UInt64?] {
      let store = server(sample(500))
      store.world.withLock { $0.announces = length }
      let fault = await #expect(throws: Fault.self) {
        try await session(store).download(endpoint, to: folder.path + "/feed.csv")
      }
      #expect(fault?.diagnostic.code == .transferTooLarge && fault?.kind == .unreadable)
      #expect(store.steps.count == 1)
    }
    var options = DownloadOptions()
    options.decompress = true
    let bomb = server(gzip(of: [UInt8](repeating: 0, count: 500_000)))
    let large = try Endpoint.test("/out/feed.csv") { $0.limits.size = 100_000 }
    let fault = await #expect(throws: Fault.self) {
      try await session(bomb).download(large, to: folder.path + "/feed.csv", options: options)
    }
    #expect(fault?.diagnostic.code == .transferTooLarge)
    #expect(visible.isEmpty)
  }

  @Test("Compressed files are unpacked on request: several members, padding, damage; others are kept")
  func decompresses() async throws {
    var options = DownloadOptions()
    options.decompress = true
    let endpoint = try Endpoint.test("/out/feed.csv")
    let (a, b) = (sample(70_000), sample(10, seed: 2))
    let cases: [([UInt8], [UInt8]?)] = [
      (gzip(of: a), a), (gzip(of: a) + gzip(of: b), a + b), (gzip(of: a) + [0, 0, 0], a), (a, a), ([], []),
      (Array(gzip(of: a).dropLast(3)), nil), (gzip(of: a) + [7], nil), ([0x1F, 0x8B], nil),
      (gzip(of: a).enumerated().map { $0.offset == 60_000 ? $0.element ^ 4 : $0.element }, nil),
    ]
    for (packed, plain) in cases {
      let store = server(packed)
      let path = folder.path + "/feed.csv"
      unlink(path)
      if let plain {
        let receipt = try await session(store).download(endpoint, to: path, options: options)
        #expect(folder.read("feed.csv") == plain && receipt.bytes == UInt64(plain.count))
        #expect(receipt.sha256 == SHA256.hex(of: plain))
      } else {
        let fault = await #expect(throws: Fault.self) {
          try await session(store).download(endpoint, to: path, options: options)
        }
        #expect(fault?.diagnostic.code == .gzipDamaged && fault?.kind == .malformed)
      }
      #expect(visible == (plain == nil ? [] : ["feed.csv"]))
    }
  }

  @Test("S18: rights of the old file are kept, new files have at most 0640; a link is replaced and not followed")
  func rights() async throws {
    let endpoint = try Endpoint.test("/out/feed.csv")
    let session = try session(server(sample(500)))
    _ = try await session.download(endpoint, to: folder.path + "/new")
    #expect(folder.mode("new") & ~0o640 == 0o100000 & 0o7777)
    chmod(folder.write("old", [1]), 0o604)
    _ = try await session.download(endpoint, to: folder.path + "/old")
    #expect(folder.mode("old") == 0o604)
    folder.write("precious", [7])
    symlink(folder.path + "/precious", folder.path + "/link")
    _ = try await session.download(endpoint, to: folder.path + "/link")
    #expect(folder.read("precious") == [7] && folder.read("link") == sample(500))
    mkfifo(folder.path + "/pipe", 0o600)
    for path in ["/pipe", "/missing/feed.csv", "/new/x"] {
      let fault = await #expect(throws: Fault.self) { try await session.download(endpoint, to: folder.path + path) }
      #expect(fault?.diagnostic.code == .localFile && fault?.kind == .output)
    }
  }

  @Test("S9: names from the server cannot leave the folder; what is hidden or a folder is left alone")
  func many() async throws {
    let store = Server.ftp.store()
    for name in ["a.csv", "b.csv", "c.xml", ".d.csv.x.part"] { store.put(name, Array(name.utf8)) }
    let session = try session(store)
    let results = try await session.downloadAll(Endpoint.test("/out/*.csv"), to: folder.path)
    #expect(results.map(\.name) == ["a.csv", "b.csv"])
    #expect(visible == ["a.csv", "b.csv"])
    #expect(folder.read("b.csv") == Array("b.csv".utf8))
    #expect(try await session.list(Endpoint.test("/out/{a,c}.*")).files.map(\.name) == ["a.csv", "c.xml"])
    #expect(try await session.list(Endpoint.test("/out/a.csv")).files.map(\.name) == ["a.csv"])
    #expect(try await session.list(Endpoint.test("/out/")).files.count == 4)
    let fault = await #expect(throws: Fault.self) { try await session.list(Endpoint.test("/out/none")) }
    #expect(fault?.diagnostic.code == .transferNotFound)
  }

  @Test("R5 R4: without room or rights the error names the path and nothing is left")
  func localFaults() async throws {
    // /dev/full cannot be a folder; a folder without rights stands for it (not for the superuser).
    let endpoint = try Endpoint.test("/out/feed.csv")
    let long = String(repeating: "n", count: 300)
    let fault = await #expect(throws: Fault.self) {
      try await session(server(sample(5))).download(endpoint, to: folder.path + "/" + long)
    }
    #expect(fault?.kind == .output && fault?.diagnostic.message.en.contains(long.prefix(200)) == true)
    #expect(visible.isEmpty)
  }

  /// Packed by the system's gzip: not by our own hands.
  private func gzip(of bytes: [UInt8]) -> [UInt8] {
    let name = folder.path + "/state-input"
    let file = fopen(name, "w")!
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
    defer { unlink(name) }
    let pipe = popen("gzip -nc '\(name)'", "r")!
    defer { pclose(pipe) }
    var packed = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&packed, 1, packed.count, pipe)
    return Array(packed[..<count])
  }
}

/// A server that says no size and time with a read.
private final class SizelessStore: Store {
  let store: ScriptedStore
  var abilities: StoreAbilities { store.abilities }
  init(_ store: ScriptedStore) { self.store = store }
  func status(of path: RemotePath) async throws(TransferFault) -> RemoteFile? { try await store.status(of: path) }
  func list(_ folder: RemotePath) async throws(TransferFault) -> RemoteListing { try await store.list(folder) }
  func read(
    _ path: RemotePath, from offset: UInt64, of version: RemoteVersion?, into sink: any ByteSink
  ) async throws(TransferFault) -> RemoteVersion {
    var version = try await store.read(path, from: offset, of: version, into: sink)
    version.size = nil
    return version
  }
  func write(
    _ path: RemotePath, from source: any ByteSource, at offset: UInt64, if condition: WriteCondition
  ) async throws(TransferFault) -> RemoteVersion {
    try await store.write(path, from: source, at: offset, if: condition)
  }
  func move(_ path: RemotePath, to target: RemotePath, replacing: Bool) async throws(TransferFault) {
    try await store.move(path, to: target, replacing: replacing)
  }
  func remove(_ path: RemotePath) async throws(TransferFault) { try await store.remove(path) }
}

/// A way that flips a bit in the first reads.
private final class FlippingStore: Store {
  private final class Flip: ByteSink {
    let sink: any ByteSink
    init(_ sink: any ByteSink) { self.sink = sink }
    func start(_ head: TransferHead) throws(Fault) { try sink.start(head) }
    func receive(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
      var copy = Array(bytes)
      copy[0] ^= 1
      var fault: Fault?
      copy.withUnsafeBytes { bytes in
        do throws(Fault) { try sink.receive(bytes) } catch { fault = error }
      }
      if let fault { throw fault }
    }
  }

  let store: ScriptedStore
  let times: Int
  var abilities: StoreAbilities { store.abilities }
  init(_ store: ScriptedStore, times: Int) {
    self.store = store
    self.times = times
  }
  func status(of path: RemotePath) async throws(TransferFault) -> RemoteFile? { try await store.status(of: path) }
  func list(_ folder: RemotePath) async throws(TransferFault) -> RemoteListing { try await store.list(folder) }
  func read(
    _ path: RemotePath, from offset: UInt64, of version: RemoteVersion?, into sink: any ByteSink
  ) async throws(TransferFault) -> RemoteVersion {
    let isSpoiled = store.steps.filter { $0.hasPrefix("read") }.count < times + 1
    return try await store.read(path, from: offset, of: version, into: isSpoiled ? Flip(sink) : sink)
  }
  func write(
    _ path: RemotePath, from source: any ByteSource, at offset: UInt64, if condition: WriteCondition
  ) async throws(TransferFault) -> RemoteVersion {
    try await store.write(path, from: source, at: offset, if: condition)
  }
  func move(_ path: RemotePath, to target: RemotePath, replacing: Bool) async throws(TransferFault) {
    try await store.move(path, to: target, replacing: replacing)
  }
  func remove(_ path: RemotePath) async throws(TransferFault) { try await store.remove(path) }
}
