import Foundation
import Testing

/// What a download must be before it counts.
@Suite("Downloads", .enabled("runs in `make test-system`") { await Gateway.has("put") })
struct DownloadTests {
  /// A file that is written anew in its place while it is read, as long as before: one version comes, whole.
  @Test(.requirements("R14"), .needs(.sftp))
  func rewrittenWhileRead() async throws {
    var place = try await Place.sftp()
    let port = try #require(URL(string: place.url)?.port)
    let proxy = try await Server.start(.faultproxy, ["\(port)", "--rate", "200000"])
    place = try knowing(place.through(proxy), proxy)
    let gateway = try Gateway(place)
    let (old, new) = ([UInt8](repeating: 1, count: 400_000), [UInt8](repeating: 2, count: 400_000))
    let path = place.disk + "/feed.bin"
    try Data(old).write(to: URL(fileURLWithPath: path))
    // Times of SFTP are whole seconds.
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: path)
    let child = try gateway.start(["get", gateway.address("feed.bin"), "-o", gateway.folder("back.bin")])
    let ending = Task { await child.ended() }
    try await Task.sleep(for: .milliseconds(700))
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.write(contentsOf: Data(new))
    try file.close()
    let ended = await ending.value
    #expect(ended.code == 0, "\(ended.errors)")
    #expect(gateway.folder.read("back.bin") == new)
    await proxy.stop()
  }

  /// Truncated in each way, for ever: no success, nothing under the final name.
  @Test(
    .requirements("R13", "R36"), .needs(.badhttp),
    arguments: ["short@1000", "chunkcut", "reset@5000", "nolencut", "gzipcut", "wrongmd5", "wrongdigest"])
  func broken(fault: String) async throws {
    let gateway = try Gateway(try await .bad(fault).with([.attempts: "2"]))
    let run = try await gateway.get("broken", "feed.bin")
    if fault == "gzipcut", run.code == 0 {
      // Taken as bytes, which it then is.
      #expect(gateway.folder.read("feed.bin")?.starts(with: [0x1F, 0x8B]) == true)
      return
    }
    #expect(run.code != 0, "\(run.text)")
    #expect(gateway.folder.read("feed.bin") == nil, "\(gateway.folder.names)")
  }

  /// One bit changes on the way, and the length is right: the digest that the user gives tells, and so does S3's.
  @Test(.requirements("R13", "R11"), .needs(.badhttp), .needs(.s3), arguments: ["http", "s3"])
  func flipped(protocol name: String) async throws {
    if name == "http" {
      let right = try Gateway(try await .bad("ok"))
      #expect(try await right.get("flipped", "feed.bin").code == 0)
      let digest = try await Child.run("sha256sum", [right.folder("feed.bin")]).text.prefix(64)
      let gateway = try Gateway(try await .bad("flip@3000").with([.attempts: "2"]))
      let run = try await gateway.run(
        "get", gateway.address("flipped"), "-o", gateway.folder("feed.bin"), "--sha256", String(digest))
      #expect(run.code == 65 || run.code == 66 || run.code == 75, "\(run.code): \(run.errors)")
      #expect(gateway.folder.read("feed.bin") == nil)
      return
    }
    let server = try await Servers.get(.s3)
    let content = Bytes.noise(200_000, seed: 77)
    let place = try await Place.s3()
    let sender = try Gateway(place)
    try sender.folder.write("feed.bin", content)
    #expect(try await sender.put("feed.bin", "feed.bin").code == 0)
    // Far behind the head of the answer.
    let proxy = try await Server.start(.faultproxy, [server["S3_PORT"], "--down-flip", "100000"])
    let service = "http://127.0.0.1:\(proxy["PROXY_PORT"])"
    let receiver = try Gateway(place.with([.service: service, .attempts: "2"]))
    let run = try await receiver.get("feed.bin", "back.bin")
    #expect(proxy.events("PROXY_LOG").contains { $0["fault"] == "down-flip" })
    // The second try may come by the same connection, behind the byte that is wrong.
    #expect(receiver.folder.read("back.bin") == (run.code == 0 ? content : nil))
    await proxy.stop()
  }

  /// No length: refused without a digest, taken with the right one, refused with a wrong one.
  @Test(.requirements("R13"), .needs(.badhttp))
  func withoutLength() async throws {
    let gateway = try Gateway(try await .bad("nolen").with([.attempts: "2"]))
    #expect(try await gateway.get("unproven", "feed.bin").code != 0)
    #expect(gateway.folder.read("feed.bin") == nil)
    let digests = try Gateway(try await .bad("ok"))
    #expect(try await digests.get("unproven", "right.bin").code == 0)
    let right = try await Child.run("sha256sum", [digests.folder("right.bin")]).text.prefix(64)
    let proven = try await gateway.run(
      "get", gateway.address("unproven"), "-o", gateway.folder("feed.bin"), "--sha256", String(right))
    #expect(proven.code == 0, "\(proven.errors)")
    #expect(gateway.folder.read("feed.bin") == digests.folder.read("right.bin"))
    let wrong = try await gateway.run(
      "get", gateway.address("unproven"), "-o", gateway.folder("wrong.bin"), "--sha256",
      String(repeating: "0", count: 64))
    #expect(wrong.code != 0)
    #expect(gateway.folder.read("wrong.bin") == nil)
  }

  /// Broken once, gone on with by range under If-Range: whole and right, and fewer bytes than twice the file.
  @Test(.requirements("R14"), .needs(.badhttp), arguments: ["short:1@60000", "reset:1@60000"])
  func resumed(fault: String) async throws {
    let gateway = try Gateway(try await .bad(fault))
    let name = OutcomeTests.fresh("resumed")
    let run = try await gateway.get(name, "feed.bin")
    #expect(run.code == 0, "\(run.errors)")
    let whole = try Gateway(try await .bad("ok"))
    #expect(try await whole.get(name, "feed.bin").code == 0)
    #expect(gateway.folder.read("feed.bin") == whole.folder.read("feed.bin"))
    let requests = try await Servers.get(.badhttp).events("BAD_LOG").filter {
      $0["target"].contains(name) && !$0["target"].hasPrefix("/ok/") && $0["method"] == "GET"
    }
    #expect(requests.count == 2)
    let second = try #require(requests.last)
    #expect(second.header("range") != nil)
    #expect(second.header("if-range")?.hasPrefix("\"") == true)
    #expect(second["status"] == "206")
  }

  /// Another version at each try, a server that ignores ranges, one that answers another range: never a mixture.
  @Test(
    .requirements("R14"), .needs(.badhttp), arguments: ["changing@30000", "norange", "wrongrange", "short:1@60000"])
  func neverMixed(fault: String) async throws {
    let server = try await Servers.get(.badhttp)
    let gateway = try Gateway(try await .bad(fault))
    let name = OutcomeTests.fresh("mixed")
    if fault != "changing@30000" {
      let original = Bytes.noise(100_000, seed: 5)
      try Data(original).write(to: URL(fileURLWithPath: "\(server["BAD_DIR"])/\(name)"))
      // The part of an earlier version, as a run that was killed would leave it.
      let cut = try await Server.start(.faultproxy, [server["BAD_PORT"], "--down-reset", "40000"])
      let broken = try Gateway(try await Place.bad(fault).through(cut).with([.attempts: "2"]))
      #expect(try await broken.get(name, "feed.bin").code != 0)
      #expect(broken.folder.read("feed.bin") == nil)
      await cut.stop()
      let run = try await gateway.get(name, "feed.bin")
      if run.code == 0 { #expect(gateway.folder.read("feed.bin") == original) }
      return
    }
    let run = try await gateway.get(name, "feed.bin")
    if let bytes = gateway.folder.read("feed.bin") {
      #expect(run.code == 0)
      #expect(Set(bytes).count == 1, "two versions in one file")
      #expect(bytes.count == 100_000)
    } else {
      #expect(run.code != 0)
    }
  }

  /// The file is replaced between two tries: the new one, whole.
  @Test(.requirements("R14"), .needs(.sftp), .needs(.pyftpd), arguments: ["sftp", "ftp"])
  func replacedBetweenTries(protocol name: String) async throws {
    let old = Bytes.noise(300_000, seed: 11), new = Bytes.noise(320_000, seed: 12)
    var place: Place
    var servers: [Server] = []
    if name == "sftp" {
      place = try await .sftp()
      let port = try #require(URL(string: place.url)?.port)
      let proxy = try await Server.start(.faultproxy, ["\(port)", "--down-reset", "200000", "--first", "1"])
      place = try knowing(place.through(proxy), proxy)
      servers = [proxy]
    } else {
      let server = try await Server.start(.pyftpd)
      try server.fail("FTP_FAULTS", "cut 1 100000")
      place = .pyftpd(server)
      servers = [server]
    }
    place = place.with([.firstPause: "8s", .longestPause: "8s"])
    try Data(old).write(to: URL(fileURLWithPath: place.disk + "/feed.bin"))
    let gateway = try Gateway(place)
    let child = try gateway.start(["get", gateway.address("feed.bin"), "-o", gateway.folder("feed.bin")])
    let ending = Task { await child.ended() }
    let log = name == "sftp" ? "PROXY_LOG" : "FTP_LOG"
    while !servers[0].events(log).contains(where: { $0["event"] == "fault" }), kill(child.pid, 0) == 0 {
      try await Task.sleep(for: .milliseconds(10))
    }
    try await Task.sleep(for: .milliseconds(200))
    try Data(new).write(to: URL(fileURLWithPath: place.disk + "/feed.bin"))
    let ended = await ending.value
    #expect(ended.code == 0, "\(ended.errors)")
    #expect(gateway.folder.read("feed.bin") == new)
    for server in servers { await server.stop() }
  }

  /// A compressed answer that inflates beyond the limit ends there: no file, little memory.
  @Test(.requirements("S14"), .needs(.badhttp), arguments: [[], ["--decompress"]])
  func bomb(options: [String]) async throws {
    let gateway = try Gateway(try await .bad("gzipbomb@64").with([.attempts: "2", .size: "1000000"]))
    let child = try gateway.start(["get", gateway.address("bomb"), "-o", gateway.folder("feed.bin")] + options)
    let run = await child.ended()
    let size = gateway.folder.read("feed.bin")?.count ?? 0
    if run.code == 0 {
      // Kept packed, as it came.
      #expect(size < 1_000_000)
    } else {
      #expect(size == 0)
    }
    #expect(run.peak < max(200 << 20, Child.leastPeak + 1), "\(run.peak)")
  }

  /// More than the limit, with and without a length: ended, no file.
  @Test(.requirements("S14"), .needs(.badhttp), arguments: ["ok", "nolen"])
  func tooLarge(fault: String) async throws {
    let gateway = try Gateway(try await .bad(fault).with([.attempts: "2", .size: "50000"]))
    #expect(try await gateway.get("large", "feed.bin").code != 0)
    #expect(gateway.folder.read("feed.bin") == nil)
  }

  /// 400 MB through either way in little memory.
  @Test(.requirements("R37"), .needs(.nginx), .timeLimit(.minutes(20)))
  func boundedMemory() async throws {
    let place = try await Place.dav()
    let gateway = try Gateway(place)
    let size = 400 << 20
    _ = FileManager.default.createFile(atPath: gateway.folder("large.bin"), contents: nil)
    truncate(gateway.folder("large.bin"), size)
    let put = try await gateway.put("large.bin", "large.bin", within: 150)
    #expect(put.code == 0, "\(put.errors)")
    #expect(put.peak < max(256 << 20, Child.leastPeak + 1), "\(put.peak >> 20) MB")
    let get = try await gateway.get("large.bin", "back.bin", within: 150)
    #expect(get.code == 0, "\(get.errors)")
    #expect(get.peak < max(256 << 20, Child.leastPeak + 1), "\(get.peak >> 20) MB")
    let same = try await Child.run("cmp", [gateway.folder("large.bin"), gateway.folder("back.bin")])
    #expect(same.code == 0)
    unlink(place.disk + "/large.bin")
  }
}
