import Foundation
import Testing

/// What is tried again, how often, when, and when it ends.
@Suite("Retries and limits", .enabled("runs in `make test-system`") { await Gateway.has("put") })
struct RetryTests {
  /// The requests that concern a name at the faulty server.
  static func requests(_ name: String) async throws -> [Event] {
    try await Servers.get(.badhttp).events("BAD_LOG").filter { $0["event"] == "request" && $0["target"].contains(name) }
  }

  /// Busy twice with Retry-After: three requests, with at least that pause between them.
  @Test(.requirements("R16"), .needs(.badhttp), arguments: ["busy-1:2", "throttled-1:2"])
  func retryAfter(fault: String) async throws {
    let gateway = try Gateway(try await .bad(fault).with([.longestPause: "5s"]))
    let name = OutcomeTests.fresh("busy")
    let run = try await gateway.get(name, "feed.bin")
    #expect(run.code == 0, "\(run.errors)")
    let times = try await Self.requests(name).filter { $0["method"] == "GET" }.map { Double($0["time"]) ?? 0 }
    #expect(times.count == 3)
    for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier >= 0.95, "\(times)") }
  }

  /// A fault that may heal and does not: as many requests as allowed, pauses that grow, and the code that says try later.
  @Test(
    .requirements("R16", "R36"), .needs(.badhttp), arguments: ["status-503", "status-500", "reset@100", "short@100"])
  func givingUp(fault: String) async throws {
    let gateway = try Gateway(try await .bad(fault).with([.attempts: "4", .firstPause: "0.4s", .longestPause: "10s"]))
    let name = OutcomeTests.fresh("down")
    let run = try await gateway.get(name, "feed.bin")
    #expect(run.code == 75, "\(run.code): \(run.errors)")
    let times = try await Self.requests(name).filter { $0["method"] == "GET" }.map { Double($0["time"]) ?? 0 }
    #expect(times.count == 4)
    if fault.hasPrefix("status"), times.count == 4 {
      // With jitter each pause is somewhere up to its double; the last is longer than a third of what doubling gives.
      #expect(times[3] - times[2] > 0.4, "\(times)")
    }
    #expect(gateway.folder.read("feed.bin") == nil)
  }

  /// The deadline ends it, whatever the number of attempts.
  @Test(.requirements("R16", "R18"), .needs(.badhttp))
  func deadline() async throws {
    let gateway = try Gateway(
      try await .bad("busy-30").with([.attempts: "100", .longestPause: "60s", .deadline: "2s"]))
    let run = try await gateway.get(OutcomeTests.fresh("deadline"), "feed.bin")
    #expect(run.code == 75, "\(run.errors)")
    #expect(run.seconds < 20)
  }

  /// Refusals: one request, and no more.
  @Test(
    .requirements("R17", "R36"), .needs(.badhttp),
    arguments: ["status-401", "status-403", "status-404", "status-410", "status-400"])
  func refused(fault: String) async throws {
    let gateway = try Gateway(try await .bad(fault))
    let name = OutcomeTests.fresh("refused")
    let run = try await gateway.get(name, "feed.bin")
    #expect(run.code != 0 && run.code != 75, "\(run.code)")
    #expect(try await Self.requests(name).filter { $0["method"] == "GET" }.count == 1)
  }

  /// Uploads that are refused: sent once.
  @Test(.requirements("R17", "R36"), .needs(.badhttp), arguments: ["status-403", "refuse-413@1000", "refuse-507@1000"])
  func refusedUploads(fault: String) async throws {
    let gateway = try Gateway(try await .bad(fault))
    let name = OutcomeTests.fresh("refused")
    try gateway.folder.write("feed.bin", Bytes.noise(200_000))
    let run = try await gateway.put("feed.bin", name)
    #expect(run.code != 0)
    #expect(try await Self.requests(name).filter { $0["method"] == "PUT" }.count <= (fault.contains("507") ? 4 : 1))
  }

  /// A wrong password, a right that is missing (FTP): one login.
  @Test(.requirements("R17"), .needs(.pyftpd))
  func wrongPassword() async throws {
    let server = try await Server.start(.pyftpd)
    var place = Place.pyftpd(server)
    place.variables = ["FTP_PASSWORD": "MARKER-wrong"]
    let gateway = try Gateway(place)
    let run = try await gateway.get("feed.bin", "feed.bin")
    #expect(run.code != 0 && run.code != 75, "\(run.code)")
    #expect(server.events("FTP_LOG").filter { $0["event"] == "connect" }.count == 1)
    var reader = Place.pyftpd(server).with([.user: server["FTP_READER"]])
    reader.variables = ["FTP_PASSWORD": server["FTP_READER_PASSWORD"]]
    let refused = try Gateway(reader)
    try refused.folder.write("feed.bin", "content")
    #expect(try await refused.put("feed.bin", "feed.bin").code != 0)
    #expect(server.events("FTP_LOG").filter { $0["line"].hasPrefix("STOR") }.count == 1)
    await server.stop()
  }

  /// Servers that never come to an end: the transfer does.
  @Test(
    .requirements("R18"), .needs(.badhttp),
    arguments: ["hang", "slowheader", "slowbody", "bigheader"])
  func endless(fault: String) async throws {
    let gateway = try Gateway(
      try await .bad(fault).with([.attempts: "1", .stall: "2s", .total: "6s", .deadline: "10s"]))
    let run = try await gateway.get("endless", "feed.bin", within: 40)
    #expect(run.code > 0, "\(run.code)")
    #expect(run.seconds < 30, "\(run.seconds)")
    #expect(gateway.folder.read("feed.bin") == nil)
  }

  /// Uploads whose answer never comes, and a connection in which nothing moves any more.
  @Test(
    .requirements("R18"), .needs(.badhttp), .needs(.sftp), arguments: ["no-continue", "store-then-hang", "black hole"])
  func endlessUpload(fault: String) async throws {
    let limits: [Place.Setting: String] = [.attempts: "1", .stall: "2s", .total: "6s", .deadline: "10s"]
    var place: Place
    if fault == "black hole" {
      let sftp = try await Place.sftp()
      let port = try #require(URL(string: sftp.url)?.port)
      let proxy = try await Server.start(.faultproxy, ["\(port)", "--black-hole", "100000"])
      place = try knowing(sftp.through(proxy), proxy)
    } else {
      place = try await .bad(fault)
    }
    let gateway = try Gateway(place.with(limits))
    try gateway.folder.write("feed.bin", Bytes.noise(300_000))
    let run = try await gateway.put("feed.bin", OutcomeTests.fresh("endless"), within: 40)
    #expect(run.code != -9)
    #expect(run.seconds < 30, "\(run.seconds)")
  }

  /// Nobody listens: tried again, then the code that says try later.
  @Test(.requirements("R16", "R36"))
  func nobodyThere() async throws {
    let gateway = try Gateway(Place(url: "http://127.0.0.1:9/", disk: "/nonexistent").with([.attempts: "2"]))
    let run = try await gateway.get("feed.bin", "feed.bin")
    #expect(run.code == 75, "\(run.code): \(run.errors)")
  }
}
