import Foundation
import Glibc
import Testing

/// A file stands under its final name only when it is whole, wherever a transfer is stopped.
@Suite("Publishing", .enabled("runs in `make test-system`") { await Gateway.has("put") })
struct PublishingTests {
  static let content = Bytes.noise(400_000)

  /// The places at which an upload can be published by a rename.
  enum Way: String, CaseIterable, Sendable {
    case sftp, vsftpd, pyftpd, dav

    func place() async throws -> Place {
      switch self {
      case .sftp: try await .sftp()
      case .vsftpd: try await .vsftpd()
      case .pyftpd: .pyftpd(try await Servers.get(.pyftpd))
      case .dav: try await .dav()
      }
    }

    static let available: [Way] = System.isRoot || System.mustRun ? allCases : [.sftp, .pyftpd, .dav]
  }

  /// Killed at each system call that makes, fills, syncs, names or removes files: the final name is absent or right, and the
  /// same command brings it to a good end, with nothing left over.
  @Test(.requirements("R1", "R2"), .needs(.badhttp), .needs(program: "strace"), .timeLimit(.minutes(20)))
  func killedWhileFetching() async throws {
    let gateway = try Gateway(try await .bad("ok"))
    let calls = "fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,ftruncate,fchmod"
    let target = gateway.folder("out/feed.bin")
    mkdir(gateway.folder("out"), 0o755)
    let trace = gateway.folder("trace")
    let whole = try await gateway.run(
      "get", gateway.address("killed"), "-o", target, by: ["strace", "-f", "-qq", "-o", trace, "-e", "trace=\(calls)"])
    #expect(whole.code == 0, "\(whole.errors)")
    let right = try #require(Bytes.read(target))
    #expect(right.count == 100_000)

    // How often each call happened, in the ordinary run.
    var counts: [String: Int] = [:]
    for line in try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 1)
      // Short process numbers are followed by several blanks.
      if let name = words.last?.split(separator: "(").first, line.contains("(") {
        counts[name.trimmingCharacters(in: .whitespaces), default: 0] += 1
      }
    }
    #expect(counts.keys.contains { $0.hasPrefix("rename") || $0.hasPrefix("link") }, "\(counts)")
    #expect(counts["fsync", default: 0] + counts["fdatasync", default: 0] >= 2, "file and folder: \(counts)")
    var killed = 0
    for (call, count) in counts.sorted(by: { $0.key < $1.key }) {
      for number in 1...min(count, 12) {
        unlink(target)
        let run = try await gateway.run(
          "get", gateway.address("killed"), "-o", target,
          by: [
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
            "inject=\(call):signal=KILL:when=\(number)",
          ])
        if run.code != 0 { killed += 1 }
        let now = Bytes.read(target)
        #expect(now == nil || now == right, "\(call) \(number): \(now?.count ?? 0) bytes under the final name")
        let again = try await gateway.run("get", gateway.address("killed"), "-o", target)
        #expect(again.code == 0, "\(call) \(number): \(again.errors)")
        #expect(Bytes.read(target) == right, "\(call) \(number)")
        #expect(Bytes.names(in: gateway.folder("out")) == ["feed.bin"], "\(call) \(number): something is left")
      }
    }
    #expect(killed >= 3, "the faults did not happen")
  }

  /// A sync that fails: no success, nothing under the final name that was not synced.
  @Test(.requirements("R5", "R1"), .needs(.badhttp), .needs(program: "strace"))
  func failingSync() async throws {
    let gateway = try Gateway(try await .bad("ok"))
    mkdir(gateway.folder("out"), 0o755)
    let run = try await gateway.run(
      "get", gateway.address("sync"), "-o", gateway.folder("out/feed.bin"),
      by: [
        "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e",
        "inject=fsync,fdatasync:error=EIO",
      ])
    #expect(run.code == 4, "\(run.code): \(run.errors)")
    #expect(Bytes.names(in: gateway.folder("out")).isEmpty)
  }

  /// What is begun is on the disk before the server hears of it, and what is published is so before the rename: without that, a
  /// power cut would forget what was sent. In the second run, since the first one makes the files of the ledger.
  @Test(.requirements("R2"), .needs(.sftp), .needs(program: "strace"))
  func intentBeforeEffect() async throws {
    let gateway = try Gateway(try await .sftp())
    try gateway.folder.write("a.csv", Bytes.noise(100))
    #expect(try await gateway.put("a.csv", "a.csv").code == 0)
    let trace = gateway.folder("trace")
    let run = try await gateway.run(
      "put", gateway.folder("a.csv"), gateway.address("b.csv"),
      by: ["strace", "-f", "-qq", "-y", "-o", trace, "-e", "trace=fsync,fdatasync,connect,sendto"])
    #expect(run.code == 0, "\(run.errors)")
    let calls = try #require(Bytes.read(trace).map { String(decoding: $0, as: UTF8.self) }).split(separator: "\n")
    func isSync(_ call: Substring) -> Bool { call.contains("sync(") && call.contains("/ledger.sqlite-wal>") }
    let connected = try #require(calls.firstIndex { $0.contains("connect(") && $0.contains("AF_INET") })
    #expect(calls[..<connected].contains(where: isSync), "the intent is not synced:\n\(calls.joined(separator: "\n"))")
    // Begun, sent and about to be renamed, done: three commits.
    #expect(calls.filter(isSync).count >= 3)
  }

  /// A disk that fills: code 4, the path in the message, nothing left; the same command works once there is room.
  @Test(.requirements("R4", "R36"), .needs(.badhttp), .needsRoot)
  func fullDiskHere() async throws {
    let place = try await Place.bad("ok")
    let name = "large-\(UUID().uuidString.prefix(8))"
    try Data(Bytes.noise(2_000_000)).write(to: URL(fileURLWithPath: "\(place.disk)/\(name)"))
    let gateway = try Gateway(place)
    let small = gateway.folder("small")
    mkdir(small, 0o755)
    let mounted = try await Child.run("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small])
    try #require(mounted.code == 0, "\(mounted.errors)")
    defer { umount2(small, Int32(MNT_DETACH)) }
    let full = try await gateway.run("get", gateway.address(name), "-o", small + "/feed.bin")
    #expect(full.code == 4, "\(full.code): \(full.errors)")
    #expect(full.errors.contains(small), "\(full.errors)")
    #expect(Bytes.names(in: small).isEmpty)
    let larger = try await Child.run("mount", ["-o", "remount,size=8m", small])
    try #require(larger.code == 0, "\(larger.errors)")
    let again = try await gateway.run("get", gateway.address(name), "-o", small + "/feed.bin")
    #expect(again.code == 0, "\(again.errors)")
    #expect(Bytes.read(small + "/feed.bin")?.count == 2_000_000)
  }

  /// A disk that fills at the server: no success, no half file under the final name.
  @Test(.requirements("R4", "R36"), .needs(.sftp), .needsRoot)
  func fullDiskThere() async throws {
    let server = try await Servers.get(.sftp)
    try #require(!server["SFTP_SMALL"].isEmpty)
    var place = try await Place.sftp()
    place.url = place.url.replacingOccurrences(of: place.disk, with: server["SFTP_SMALL"])
    place.disk = server["SFTP_SMALL"]
    let gateway = try Gateway(place.with([.attempts: "2"]))
    try gateway.folder.write("large.bin", Bytes.noise(2_000_000))
    let run = try await gateway.put("large.bin", "large.bin")
    #expect(run.code != 0)
    #expect(place.read("large.bin") == nil)
  }

  /// Whoever lists the folder again and again during a slow upload never sees a part under the final name.
  @Test(.requirements("R7"), .needs(.sftp), .needs(.pyftpd), .needs(.nginx), arguments: ["sftp", "ftp", "dav"])
  func listingDuringUpload(protocol name: String) async throws {
    var place: Place
    switch name {
    case "sftp": place = try await .sftp()
    case "dav": place = try await .dav()
    default: place = .pyftpd(try await Servers.get(.pyftpd), port: "FTP_SLOW_PORT")
    }
    var proxy: Server?
    if name != "ftp" {
      let port = try #require(URL(string: place.url)?.port)
      let slow = try await Server.start(.faultproxy, ["\(port)", "--rate", "200000"])
      place = place.through(slow)
      if name == "sftp" { place = try knowing(place, slow) }
      proxy = slow
    }
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    let child = try gateway.start(["put", gateway.folder("feed.bin"), gateway.address("feed.bin")])
    let ending = Task { await child.ended() }
    var looks = 0, looksAtPart = 0, sizes: Set<Int> = [], others: Set<String> = []
    while place.read("feed.bin")?.count != Self.content.count, looks < 20_000, kill(child.pid, 0) == 0 {
      looks += 1
      if let seen = place.read("feed.bin") { sizes.insert(seen.count) }
      let parts = place.names.filter { $0 != "feed.bin" }
      if !parts.isEmpty { looksAtPart += 1 }
      others.formUnion(parts)
      try await Task.sleep(for: .milliseconds(1))
    }
    let ended = await ending.value
    #expect(ended.code == 0, "\(ended.errors)")
    #expect(place.read("feed.bin") == Self.content)
    #expect(sizes.subtracting([Self.content.count]).isEmpty, "seen: \(sizes)")
    #expect(others.count == 1, "a temporary name was seen: \(others)")
    // More than once while it grew; how often depends on what else the machine does. nginx shows a part when it has it whole.
    #expect(looksAtPart > (name == "dav" ? 0 : 1))
    #expect(place.names == ["feed.bin"])
    await proxy?.stop()
  }

  /// What stands under the final name already: replaced, kept beside, or kept; nothing else is left.
  @Test(
    .requirements("R8"), .needs(.sftp), .needs(.pyftpd), .needs(.nginx),
    arguments: Way.available, ["replace", "unique", "fail"])
  func existingFiles(way: Way, policy: String) async throws {
    let place = try await way.place().with([.existing: policy])
    let gateway = try Gateway(place)
    try gateway.folder.write("old.bin", "old")
    try gateway.folder.write("new.bin", "new content")
    try gateway.folder.write("newest.bin", "newest")
    let first = try await gateway.put("old.bin", "feed.csv")
    #expect(first.code == 0, "\(first.errors)")
    let second = try await gateway.put("new.bin", "feed.csv")
    switch policy {
    case "replace":
      #expect(second.code == 0, "\(second.errors)")
      #expect(place.read("feed.csv") == Array("new content".utf8))
      #expect(place.names == ["feed.csv"])
    case "unique":
      #expect(second.code == 0, "\(second.errors)")
      #expect(place.read("feed.csv") == Array("old".utf8))
      #expect(place.read("feed-2.csv") == Array("new content".utf8))
      let third = try await gateway.put("newest.bin", "feed.csv")
      #expect(third.code == 0, "\(third.errors)")
      #expect(place.names == ["feed-2.csv", "feed-3.csv", "feed.csv"])
    default:
      #expect(second.code != 0)
      #expect(place.read("feed.csv") == Array("old".utf8))
      #expect(place.names == ["feed.csv"])
    }
  }

  /// A rename that the server refuses altogether: no success, no temporary file left, and what was there stays.
  @Test(.requirements("R8", "R36"), .needs(.pyftpd))
  func refusedRename() async throws {
    let server = try await Server.start(.pyftpd)
    let place = Place.pyftpd(server)
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.csv", "content")
    try server.fail("FTP_FAULTS", "norename 100")
    let run = try await gateway.put("feed.csv", "feed.csv")
    #expect(run.code != 0)
    #expect(place.names.isEmpty, "\(place.names)")
    await server.stop()
  }

  /// The rename is done, its answer is lost: success, the file stands there once, nothing is sent twice.
  @Test(.requirements("R9"), .needs(.sftp), .needs(.pyftpd), .needs(.badhttp), arguments: ["ftp", "sftp", "dav"])
  func lostAnswerToRename(protocol name: String) async throws {
    var place: Place
    var servers: [Server] = []
    switch name {
    case "ftp":
      let server = try await Server.start(.pyftpd)
      try server.fail("FTP_FAULTS", "rename-lost 1")
      place = .pyftpd(server)
      servers = [server]
    case "sftp":
      place = try await .sftp()
      let port = try #require(URL(string: place.url)?.port)
      let proxy = try await Server.start(
        .faultproxy, ["\(port)", "--lose-when", place.disk + "/feed.csv", "--first", "1"])
      place = try knowing(place.through(proxy), proxy)
      servers = [proxy]
    default:
      place = try await .bad("move-lost:1", scheme: "dav")
    }
    let gateway = try Gateway(place)
    let content = "lost rename \(UUID())"
    let file = name == "dav" ? "lost-\(UUID().uuidString.prefix(8)).csv" : "feed.csv"
    try gateway.folder.write("feed.csv", content)
    let run = try await gateway.put("feed.csv", file)
    #expect(run.code == 0, "\(run.errors)")
    #expect(place.read(file) == Array(content.utf8))
    if name == "ftp" {
      #expect(
        servers[0].events("FTP_LOG").filter { $0["event"] == "command" && $0["line"].hasPrefix("STOR") }.count == 1)
      #expect(servers[0].events("FTP_LOG").contains { $0["event"] == "fault" })
    } else if name == "dav" {
      let requests = try await Servers.get(.badhttp).events("BAD_LOG").filter { $0["target"].contains(file) }
      #expect(requests.filter { $0["method"] == "PUT" }.count == 1)
    } else {
      #expect(servers[0].events("PROXY_LOG").contains { $0["fault"] == "answer-lost" })
      #expect(place.names == ["feed.csv"])
    }
    for server in servers { await server.stop() }
  }

  /// A fetched file is for its owner only, and a symbolic link in the way is not followed.
  @Test(.requirements("S18"), .needs(.badhttp))
  func ownersOnly() async throws {
    let gateway = try Gateway(try await .bad("ok"))
    let secret = try gateway.folder.write("elsewhere", "must stay")
    symlink(secret, gateway.folder("feed.bin"))
    let run = try await gateway.get("owner", "feed.bin", by: ["sh", "-c", "umask 000; exec \"$@\"", "sh"])
    #expect(gateway.folder.read("elsewhere") == Array("must stay".utf8), "the link was followed")
    if run.code == 0 {
      #expect(gateway.folder.read("feed.bin")?.count == 100_000)
      let attributes = try FileManager.default.attributesOfItem(atPath: gateway.folder("feed.bin"))
      #expect(attributes[.type] as? FileAttributeType == .typeRegular)
    }
    let plain = try await gateway.get("owner", "plain.bin", by: ["sh", "-c", "umask 000; exec \"$@\"", "sh"])
    #expect(plain.code == 0, "\(plain.errors)")
    let mode = try FileManager.default.attributesOfItem(atPath: gateway.folder("plain.bin"))[.posixPermissions] as? Int
    #expect([0o600, 0o640].contains(mode), "\(String(mode ?? 0, radix: 8))")
  }

  /// The file that is sent grows, or is another one, while it is read: it is not delivered.
  @Test(.requirements("R20"), .needs(.sftp))
  func stillBeingWritten() async throws {
    var place = try await Place.sftp()
    let port = try #require(URL(string: place.url)?.port)
    // So slow that the machine can be busy for seconds and the file still grows in time.
    let proxy = try await Server.start(.faultproxy, ["\(port)", "--rate", "60000"])
    place = try knowing(place.through(proxy), proxy)
    let gateway = try Gateway(place.with([.attempts: "1"]))
    try gateway.folder.write("feed.bin", Self.content)
    let child = try gateway.start(["put", gateway.folder("feed.bin"), gateway.address("feed.bin")])
    let ending = Task { await child.ended() }
    while place.names.isEmpty, kill(child.pid, 0) == 0 { try await Task.sleep(for: .milliseconds(10)) }
    let writer = try FileHandle(forWritingTo: URL(fileURLWithPath: gateway.folder("feed.bin")))
    try writer.seekToEnd()
    try writer.write(contentsOf: Data("more".utf8))
    try writer.close()
    let ended = await ending.value
    #expect(ended.code != 0)
    #expect(place.read("feed.bin") == nil)
    await proxy.stop()
  }
}

/// The same place with known hosts that name a proxy's port.
func knowing(_ place: Place, _ proxy: Server) throws -> Place {
  let hosts = try String(contentsOfFile: try #require(place.settings[.knownHosts]), encoding: .utf8)
  let path = proxy.folder + "/known_hosts"
  let lines = hosts.split(separator: "\n").map { line in
    "[127.0.0.1]:\(proxy["PROXY_PORT"]) " + line.split(separator: " ", maxSplits: 1)[1]
  }
  try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
  return place.with([.knownHosts: path])
}
