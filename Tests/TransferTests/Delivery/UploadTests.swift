import Diagnostics
import Ledger
import Synchronization
import Testing

@testable import Transfer

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct UploadTests {
  let folder = TestFolder()
  let clock = FakeClock()

  private func session(_ store: ScriptedStore, ledger: Bool = true) throws -> TransferSession {
    TransferSession(
      ledger: ledger ? try DeliveryLedger(folder: folder.path + "/state") : nil, clock: clock.clock
    ) { _ in store }
  }

  @Test("R19: the same bytes are delivered once; changed bytes, or --again, are sent")
  func onlyOnce() async throws {
    let store = Server.ftp.store()
    let session = try session(store)
    let endpoint = try Endpoint.test("/in/")
    let path = folder.write("feed.csv", sample(100))
    #expect(try await session.upload(path, to: endpoint).outcome == .delivered)
    // The partner takes it away, and the file is touched: still the same bytes.
    store.world.withLock { $0.files = [:] }
    folder.write("feed.csv", sample(100))
    let steps = store.steps.count
    #expect(try await session.upload(path, to: endpoint).outcome == .alreadyDelivered)
    #expect(store.steps.count == steps)
    // A copy under another local name goes to the same remote name.
    let copy = folder.write("copy.csv", sample(100))
    #expect(try await session.upload(copy, to: endpoint, as: "feed.csv").outcome == .alreadyDelivered)
    var again = UploadOptions()
    again.again = true
    #expect(try await session.upload(path, to: endpoint, options: again).outcome == .delivered)
    folder.write("feed.csv", sample(100, seed: 2))
    #expect(try await session.upload(path, to: endpoint).outcome == .delivered)
    // The first bytes again: the last delivery had others.
    folder.write("feed.csv", sample(100))
    #expect(try await session.upload(path, to: endpoint).outcome == .delivered)
    // Another place, another user: another target.
    #expect(try await session.upload(path, to: Endpoint.test("/out/")).outcome == .delivered)
    #expect(try await session.upload(path, to: Endpoint.test("/in/") { $0.login.user = "b" }).outcome == .delivered)
  }

  @Test("R15: an upload goes on at the size that the server has, and starts anew when its bytes are others or too many")
  func resumesWhereTheServerIs() async throws {
    let bytes = sample(5000)
    let path = folder.write("feed.csv", bytes)
    let cases: [([UInt8]?, UInt64)] = [
      (Array(bytes.prefix(3000)), 3000), (bytes, 5000), (bytes + [0], 0), (sample(3000, seed: 7), 0), ([], 0), (nil, 0),
    ]
    for (part, resumedAt) in cases {
      let store = Server.sftp.store()
      let session = try session(store)
      let endpoint = try Endpoint.test("/in/") { $0.retry.attempts = 1 }
      var again = UploadOptions()
      again.again = true
      store.world.withLock {
        $0.plan = { _, step in step.hasPrefix("write") ? .init(moment: .middle, remedy: .ask) : nil }
      }
      await #expect(throws: Fault.self) { try await session.upload(path, to: endpoint, options: again) }
      let name = try #require(store.names.first)
      store.world.withLock { world in
        world.plan = { _, _ in nil }
        world.files[name] = part.map { .init(bytes: $0, modified: 5) }
      }
      let receipt = try await session.upload(path, to: endpoint, options: again)
      #expect(receipt.resumedAt == resumedAt)
      #expect(store.file("feed.csv") == bytes)
      #expect(store.names == ["feed.csv"])
      #expect(store.steps.contains { $0.hasPrefix("write \(name) \(resumedAt)") } == (resumedAt < 5000))
    }
  }

  @Test("R8: what an earlier run has left is removed when the file has changed")
  func removesOrphans() async throws {
    let store = Server.ftp.store()
    let session = try session(store)
    let endpoint = try Endpoint.test("/in/") { $0.retry.attempts = 1 }
    let path = folder.write("feed.csv", sample(5000))
    store.world.withLock {
      $0.plan = { _, step in step.hasPrefix("write") ? .init(moment: .middle, remedy: .ask) : nil }
    }
    await #expect(throws: Fault.self) { try await session.upload(path, to: endpoint) }
    #expect(store.names.count == 1)
    store.world.withLock { $0.plan = { _, _ in nil } }
    folder.write("feed.csv", sample(50, seed: 3))
    _ = try await session.upload(path, to: endpoint)
    #expect(store.names == ["feed.csv"])
  }

  @Test("R7: nothing stands under the final name before the whole does; without a temporary name it is written at once")
  func temporaryNames() async throws {
    let path = folder.write("feed.csv", sample(50))
    for template in [".{name}.{id}.part", "{name}.tmp", nil] {
      let store = Server.ftp.store()
      let session = try session(store, ledger: false)
      let endpoint = try Endpoint.test("/in/") {
        $0.publish.temporaryName = template
        $0.publish.doneFile = "{name}.done"
      }
      _ = try await session.upload(path, to: endpoint)
      #expect(store.names == ["feed.csv", "feed.csv.done"])
      #expect(store.file("feed.csv.done") == [])
      let writes = store.steps.filter { $0.hasPrefix("write") }
      #expect(writes.first?.hasPrefix("write feed.csv 0") == (template == nil))
      #expect(writes.last == "write feed.csv.done 0")
      #expect(store.steps.contains { $0.hasPrefix("move") } == (template != nil))
    }
  }

  @Test("R11: wrong bytes at the server are found by size and digest, removed, and sent again")
  func verifies() async throws {
    let bytes = sample(500)
    let path = folder.write("feed.csv", bytes)
    for server in [Server.ftp, .s3] {
      let store = server.store()
      let spoiled = SpoilingStore(store, bytes: server == .s3 ? nil : 1)
      let session = TransferSession(ledger: nil, clock: clock.clock) { _ in spoiled }
      let receipt = try await session.upload(path, to: Endpoint.test("/in/"))
      #expect(receipt.attempts == 2)
      #expect(store.file("feed.csv") == bytes)
      #expect(receipt.answer == (server == .s3 ? "verified by size, digest" : "verified by size"))
    }
  }

  @Test("R11: reading back finds what size alone does not")
  func readsBack() async throws {
    let bytes = sample(500)
    let path = folder.write("feed.csv", bytes)
    let store = Server.sftp.store()
    let spoiled = SpoilingStore(store, bytes: nil)
    let session = TransferSession(ledger: nil, clock: clock.clock) { _ in spoiled }
    var options = UploadOptions()
    options.readBack = true
    let receipt = try await session.upload(path, to: Endpoint.test("/in/"), options: options)
    #expect(receipt.attempts == 2)
    #expect(store.file("feed.csv") == bytes)
    #expect(store.names == ["feed.csv"])
  }

  @Test("R20: a file that changes while it is sent is not published; one that was left alone for a while is")
  func sourceChanges() async throws {
    let path = folder.write("feed.csv", sample(5000))
    let store = Server.ftp.store()
    let session = try session(store)
    let folder = folder
    store.world.withLock {
      $0.plan = { _, step in
        if step.hasPrefix("write") { folder.write("feed.csv", sample(6000)) }
        return nil
      }
    }
    let fault = await #expect(throws: Fault.self) { try await session.upload(path, to: Endpoint.test("/in/")) }
    #expect(fault?.diagnostic.code == .sourceChanging)
    #expect(store.names.isEmpty)

    store.world.withLock { $0.plan = { _, _ in nil } }
    var options = UploadOptions()
    options.stableFor = 1000
    // Written just now: looked at twice, with the time between.
    let receipt = try await session.upload(path, to: Endpoint.test("/in/"), options: options)
    #expect(receipt.outcome == .delivered)
    #expect(clock.pauses.contains(1000))
  }

  @Test("A file that the partner takes away at once is delivered")
  func takenAway() async throws {
    let path = folder.write("feed.csv", sample(50))
    for server in Server.allCases {
      let store = server.store()
      store.world.withLock { $0.takesAway = true }
      let receipt = try await session(store, ledger: false).upload(path, to: Endpoint.test("/in/"))
      #expect(receipt.answer == "accepted; taken away at once")
      #expect(store.names.isEmpty)
      #expect(store.publications(sample(50)) == 1)
    }
  }

  @Test("Two files of one name are refused before anything is sent, unless the policy numbers them")
  func sameName() async throws {
    let paths = [folder.write("a.csv", sample(50)), folder.path + "/b/a.csv"]
    mkdir(folder.path + "/b", 0o700)
    folder.write("b/a.csv", sample(60))
    let store = Server.sftp.store()
    var to = try Endpoint.test("/in/")
    let fault = await #expect(throws: Fault.self) { try await session(store).uploadAll(paths, to: to) }
    #expect(fault?.diagnostic.code == .transferSameName)
    #expect(fault?.diagnostic.text(in: .en).contains(paths[0]) == true)
    #expect(store.steps.isEmpty)
    to.publish.existing = .unique
    to.limits.parallel = 1
    let results = try await session(store).uploadAll(paths, to: to)
    #expect(results.allSatisfy { if case .success = $0.result { true } else { false } })
    #expect(store.names == ["a-2.csv", "a.csv"])
  }

  @Test("R19: what was delivered after an unknown outcome is known, and not sent again")
  func deliveredAfterUnknown() async throws {
    let (a, b) = (folder.write("a.csv", sample(50)), folder.write("b.csv", sample(60)))
    let store = Server.sftp.store()
    store.world.withLock {
      $0.takesAway = true
      // The rename works, and its answer is lost.
      $0.plan = { _, step in step.hasPrefix("move") ? .init(moment: .after, remedy: .ask) : nil }
    }
    let to = try Endpoint.test("/in/feed.csv")
    await #expect(throws: Fault.self) { try await session(store).upload(a, to: to) }
    store.world.withLock { $0.plan = { _, _ in nil } }
    #expect(try await session(store).upload(b, to: to).outcome == .delivered)
    #expect(try await session(store).upload(b, to: to).outcome == .alreadyDelivered)
    #expect(store.publications(sample(60)) == 1)
  }

  @Test("R17 R18: a refusal ends at once and cleans up; a server that never answers ends by attempts and deadline")
  func ends() async throws {
    let path = folder.write("feed.csv", sample(50))
    let refusing = Server.ftp.store()
    refusing.world.withLock {
      $0.plan = { _, step in
        step.hasPrefix("move") ? .init(moment: .before, remedy: .giveUp, code: .transferDenied) : nil
      }
    }
    let first = await #expect(throws: Fault.self) {
      try await session(refusing).upload(path, to: Endpoint.test("/in/"))
    }
    #expect(first?.diagnostic.code == .transferDenied)
    #expect(refusing.names.isEmpty)
    #expect(clock.pauses.isEmpty)

    let silent = Server.ftp.store()
    silent.world.withLock { $0.plan = { _, _ in .init(moment: .before, remedy: .retry) } }
    let second = await #expect(throws: Fault.self) { try await session(silent).upload(path, to: Endpoint.test("/in/")) }
    #expect(second?.kind == .transient)
    #expect(second?.diagnostic.message.en.contains("after 5 attempts") == true)
  }

  @Test("Many files: side by side up to the limit; one that fails does not stop the others")
  func many() async throws {
    let store = Server.ftp.store()
    store.world.withLock {
      $0.plan = { _, step in
        step.contains(".f3.") ? .init(moment: .before, remedy: .giveUp, code: .transferDenied) : nil
      }
    }
    let paths = (0..<20).map { folder.write("f\($0)", sample(100, seed: UInt8($0))) }
    let results = try await session(store).uploadAll(paths, to: Endpoint.test("/in"))
    #expect(results.map(\.name) == paths)
    for (index, result) in results.enumerated() {
      if case .failure = result.result { #expect(index == 3) } else { #expect(index != 3) }
    }
    #expect(store.names == (0..<20).filter { $0 != 3 }.map { "f\($0)" }.sorted())
  }

  @Test("R21: many at once with the same file: one upload")
  func together() async throws {
    let store = Server.ftp.store()
    let path = folder.write("feed.csv", sample(1000))
    let folder = folder
    let outcomes = try await withThrowingTaskGroup(of: TransferReceipt.Outcome.self) { group in
      for _ in 0..<12 {
        group.addTask {
          // Each with a ledger of its own, as separate processes have.
          let ledger = try DeliveryLedger(folder: folder.path + "/state")
          let session = TransferSession(ledger: ledger, clock: .system) { _ in store }
          return try await session.upload(path, to: Endpoint.test("/in/")).outcome
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.filter { $0 == .delivered }.count == 1)
    #expect(store.publications(sample(1000)) == 1)
  }

  @Test("A missing file, a folder and a name that leads away are refused before anything is sent")
  func refuses() async throws {
    let store = Server.ftp.store()
    let session = try session(store)
    let endpoint = try Endpoint.test("/in/")
    for path in [folder.path + "/missing", folder.path] {
      let fault = await #expect(throws: Fault.self) { try await session.upload(path, to: endpoint, as: "a") }
      #expect(fault?.kind == .unreadable)
    }
    let path = folder.write("feed.csv", [1])
    for name in ["../x", "a\r\nDELE b", ""] {
      await #expect(throws: Fault.self) { try await session.upload(path, to: endpoint, as: name) }
    }
    let small = try Endpoint.test("/in/") { $0.limits.size = 3 }
    let large = folder.write("large", [1, 2, 3, 4])
    let fault = await #expect(throws: Fault.self) { try await session.upload(large, to: small) }
    #expect(fault?.diagnostic.code == .transferTooLarge)
    #expect(store.steps.isEmpty)
  }
}

/// Spoils the first write: cuts bytes off its end, or changes one.
private final class SpoilingStore: Store {
  let store: ScriptedStore
  let bytes: Int?
  let isDone = Atomic(false)
  var abilities: StoreAbilities { store.abilities }

  init(_ store: ScriptedStore, bytes: Int?) {
    self.store = store
    self.bytes = bytes
  }

  func status(of path: RemotePath) async throws(TransferFault) -> RemoteFile? { try await store.status(of: path) }
  func list(_ folder: RemotePath) async throws(TransferFault) -> RemoteListing { try await store.list(folder) }
  func read(
    _ path: RemotePath, from offset: UInt64, of version: RemoteVersion?, into sink: any ByteSink
  ) async throws(TransferFault) -> RemoteVersion {
    try await store.read(path, from: offset, of: version, into: sink)
  }
  func write(
    _ path: RemotePath, from source: any ByteSource, at offset: UInt64, if condition: WriteCondition
  ) async throws(TransferFault) -> RemoteVersion {
    let version = try await store.write(path, from: source, at: offset, if: condition)
    if !isDone.exchange(true, ordering: .relaxed) {
      store.world.withLock { world in
        guard var file = world.files[path.name] else { return }
        if let bytes { file.bytes.removeLast(bytes) } else { file.bytes[7] ^= 1 }
        world.files[path.name] = file
      }
    }
    return version
  }
  func move(_ path: RemotePath, to target: RemotePath, replacing: Bool) async throws(TransferFault) {
    try await store.move(path, to: target, replacing: replacing)
  }
  func remove(_ path: RemotePath) async throws(TransferFault) { try await store.remove(path) }
}
