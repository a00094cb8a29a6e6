import Foundation
import Testing

/// What a broken upload has done is found out, never guessed.
@Suite("Outcome of uploads", .enabled("runs in `make test-system`") { await Gateway.has("put") })
struct OutcomeTests {
  static let content = Bytes.noise(300_000, seed: 7)

  static func fresh(_ name: String) -> String { "\(name)-\(UUID().uuidString.prefix(8).lowercased())" }

  /// Reset before the answer, stored or not: the server is asked, and gets the file exactly once.
  @Test(.requirements("R10"), .needs(.badhttp), arguments: ["store-then-reset:1", "accept-then-reset:1"])
  func unknownOutcome(fault: String) async throws {
    let place = try await Place.bad(fault)
    let gateway = try Gateway(place)
    let name = Self.fresh("outcome")
    try gateway.folder.write("feed.bin", Self.content)
    let run = try await gateway.put("feed.bin", name)
    #expect(run.code == 0, "\(run.errors)")
    #expect(place.read(name) == Self.content)
    let requests = try await Servers.get(.badhttp).events("BAD_LOG").filter { $0["target"].contains(name) }
    let uploads = requests.filter { $0["method"] == "PUT" }
    let stored = fault.hasPrefix("store")
    #expect(uploads.count == (stored ? 1 : 2), "\(uploads.count) uploads")
    let asked = try #require(
      requests.firstIndex { ["HEAD", "GET", "PROPFIND"].contains($0["method"]) && $0["status"] != "0" }, "nobody asked")
    let reset = try #require(requests.firstIndex { $0["method"] == "PUT" })
    #expect(
      requests[reset...].contains { ["HEAD", "GET", "PROPFIND"].contains($0["method"]) }, "asked only before: \(asked)")
  }

  /// The same by FTP: all bytes arrived, the 226 did not.
  @Test(.requirements("R10"), .needs(.pyftpd))
  func lostTransferReply() async throws {
    let server = try await Server.start(.pyftpd)
    let place = Place.pyftpd(server)
    let gateway = try Gateway(place)
    try server.fail("FTP_FAULTS", "lost226 1")
    try gateway.folder.write("feed.bin", Self.content)
    let run = try await gateway.put("feed.bin", "feed.bin")
    #expect(run.code == 0, "\(run.errors)")
    #expect(place.read("feed.bin") == Self.content)
    #expect(place.names == ["feed.bin"])
    await server.stop()
  }

  /// The answer to an S3 upload is lost: the object is asked for, and stands there once.
  @Test(.requirements("R10"), .needs(.s3))
  func lostAnswerOfS3() async throws {
    let server = try await Servers.get(.s3)
    let proxy = try await Server.start(.faultproxy, [server["S3_PORT"], "--lose-answer", "PUT /", "--first", "1"])
    let place = try await Place.s3().with([.service: "http://127.0.0.1:\(proxy["PROXY_PORT"])"])
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    let run = try await gateway.put("feed.bin", "feed.bin")
    #expect(run.code == 0, "\(run.errors)")
    #expect(proxy.events("PROXY_LOG").contains { $0["fault"] == "answer-lost" })
    #expect(try await gateway.get("feed.bin", "back.bin").code == 0)
    #expect(gateway.folder.read("back.bin") == Self.content)
    await proxy.stop()
  }

  /// The server says yes and has stored fewer bytes: noticed, done again, and right in the end; while it never gets right, no
  /// success and nothing under the final name.
  @Test(.requirements("R11", "R36"), .needs(.pyftpd))
  func shortenedAtTheServer() async throws {
    let server = try await Server.start(.pyftpd)
    let place = Place.pyftpd(server)
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    try server.fail("FTP_FAULTS", "short 1")
    let once = try await gateway.put("feed.bin", "once.bin")
    #expect(once.code == 0, "\(once.errors)")
    #expect(place.read("once.bin") == Self.content)
    try server.fail("FTP_FAULTS", "short 100")
    let always = try await gateway.put("feed.bin", "always.bin")
    #expect(always.code != 0)
    #expect(place.read("always.bin") == nil)
    // A part may wait for the next run, which goes on with it and leaves nothing else behind.
    try server.fail("FTP_FAULTS", "short 0")
    let healed = try await gateway.put("feed.bin", "always.bin")
    #expect(healed.code == 0, "\(healed.errors)")
    #expect(place.names == ["always.bin", "once.bin"], "\(place.names)")
    await server.stop()
  }

  /// One bit changes on the way to S3: its digest tells, and the upload is done again.
  @Test(.requirements("R11", "R12"), .needs(.s3))
  func flippedOnTheWay() async throws {
    let server = try await Servers.get(.s3)
    // Behind the head of the request: in the body.
    let proxy = try await Server.start(.faultproxy, [server["S3_PORT"], "--up-flip", "100000", "--first", "1"])
    let place = try await Place.s3().with([.service: "http://127.0.0.1:\(proxy["PROXY_PORT"])"])
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    let run = try await gateway.put("feed.bin", "feed.bin")
    #expect(proxy.events("PROXY_LOG").contains { $0["fault"] == "up-flip" })
    if run.code == 0 {
      #expect(try await gateway.get("feed.bin", "back.bin").code == 0)
      #expect(gateway.folder.read("back.bin") == Self.content)
    }
    await proxy.stop()
  }

  /// What an S3 upload sends beside the body.
  @Test(.requirements("R12"), .needs(.badhttp))
  func headersOfS3() async throws {
    let server = try await Servers.get(.badhttp)
    let name = Self.fresh("s3")
    let place = Place(
      url: "s3://bucket/",
      settings: [
        .service: "http://127.0.0.1:\(server["BAD_PORT"])", .accessKey: "{env: S3_KEY}", .secretKey: "{env: S3_SECRET}",
      ], variables: ["S3_KEY": "AKTEST", "S3_SECRET": "MARKER-s3-secret"], disk: server["BAD_DIR"])
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    let run = try await gateway.put("feed.bin", name)
    #expect(run.code == 0, "\(run.errors)")
    let upload = try #require(server.events("BAD_LOG").last { $0["method"] == "PUT" && $0["target"].contains(name) })
    #expect(upload.header("x-amz-content-sha256") == upload["sha256"])
    #expect(upload.header("content-md5") != nil || upload.header("x-amz-checksum-sha256") != nil)
    #expect(upload.header("authorization")?.hasPrefix("AWS4-HMAC-SHA256") == true)
  }

  /// The part of a broken upload is gone on with at the size that the server has, whatever that is by then.
  @Test(.requirements("R15"), .needs(.sftp), arguments: ["as it is", "longer", "shorter", "different"])
  func brokenUpload(part: String) async throws {
    var place = try await Place.sftp()
    let port = try #require(URL(string: place.url)?.port)
    let proxy = try await Server.start(.faultproxy, ["\(port)", "--up-reset", "250000", "--first", "1"])
    place = try knowing(place.through(proxy), proxy).with([.firstPause: "2s", .longestPause: "2s"])
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    let child = try gateway.start(["put", gateway.folder("feed.bin"), gateway.address("feed.bin")])
    let ending = Task { await child.ended() }
    // Between the fault and the next attempt somebody changes the part.
    while !proxy.events("PROXY_LOG").contains(where: { $0["event"] == "fault" }), kill(child.pid, 0) == 0 {
      try await Task.sleep(for: .milliseconds(10))
    }
    try await Task.sleep(for: .milliseconds(300))
    if let name = place.names.first, part != "as it is" {
      let path = "\(place.disk)/\(name)"
      var bytes = Bytes.read(path) ?? []
      switch part {
      case "longer": bytes += Bytes.noise(400_000, seed: 3)
      case "shorter": bytes.removeLast(min(bytes.count, 50_000))
      default: for at in stride(from: 0, to: bytes.count, by: 1000) { bytes[at] ^= 0xFF }
      }
      // In place: another file would have other rights.
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle.truncate(atOffset: 0)
      try handle.write(contentsOf: Data(bytes))
      try handle.close()
    }
    let ended = await ending.value
    #expect(ended.code == 0, "\(ended.errors)")
    #expect(place.read("feed.bin") == Self.content)
    #expect(place.names == ["feed.bin"], "\(place.names)")
    await proxy.stop()
  }

  /// The same file again: not sent again. Another content under the same name: sent.
  @Test(.requirements("R19"), .needs(.pyftpd))
  func deliveredOnce() async throws {
    let server = try await Server.start(.pyftpd)
    let place = Place.pyftpd(server)
    let gateway = try Gateway(place)
    let uploads = { server.events("FTP_LOG").filter { $0["event"] == "command" && $0["line"].hasPrefix("STOR") }.count }
    try gateway.folder.write("feed.bin", Self.content)
    #expect(try await gateway.put("feed.bin", "feed.bin").code == 0)
    #expect(uploads() == 1)
    // Touched, and by a copy of another name: still the same content for the same place.
    try gateway.folder.write("copy.bin", Self.content)
    let again = try await gateway.put("copy.bin", "feed.bin")
    #expect(again.code == 0, "\(again.errors)")
    #expect(uploads() == 1)
    try gateway.folder.write("feed.bin", Self.content + [0])
    #expect(try await gateway.put("feed.bin", "feed.bin").code == 0)
    #expect(uploads() == 2)
    #expect(place.read("feed.bin") == Self.content + [0])
    await server.stop()
  }

  /// Killed in the midst of an upload and run again: the file stands there once, and nothing beside it.
  @Test(.requirements("R2", "R10"), .needs(.sftp), .needs(program: "strace"), .timeLimit(.minutes(20)))
  func killedWhileSending() async throws {
    for number in [1, 3, 10, 20, 30, 40] {
      let place = try await Place.sftp()
      let gateway = try Gateway(place)
      try gateway.folder.write("feed.bin", Self.content)
      _ = try await gateway.put(
        "feed.bin", "feed.bin",
        by: [
          "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=sendto,send,write", "-e",
          "inject=sendto,send:signal=KILL:when=\(number)",
        ])
      let now = place.read("feed.bin")
      #expect(now == nil || now == Self.content)
      let again = try await gateway.put("feed.bin", "feed.bin")
      #expect(again.code == 0, "\(number): \(again.errors)")
      #expect(place.read("feed.bin") == Self.content, "\(number)")
      #expect(place.names == ["feed.bin"], "\(number): \(place.names)")
    }
  }
}
