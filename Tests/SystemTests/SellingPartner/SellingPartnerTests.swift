import Diagnostics
import Foundation
import Testing

@testable import Transfer

/// Feeds against a server that behaves as Amazon's models and guides say, over TLS.
@Suite("Selling Partner API", .needs(.spapi))
struct SellingPartnerTests {
  let folder = try! Folder()

  private func endpoint(_ server: Server) throws -> Endpoint {
    let host = "localhost:\(server["SPAPI_TLS_PORT"])"
    var endpoint = Endpoint(name: "amazon-us", url: try RemoteURL("https://\(host)/"))
    endpoint.trust.authorityFile = server["CA"]
    endpoint.retry.firstPause = 0.05
    endpoint.retry.longestPause = 0.5
    endpoint.retry.deadline = 60
    var settings = SellingPartnerSettings(
      clientID: Secret(server["SPAPI_CLIENT_ID"]), clientSecret: Secret(server["SPAPI_CLIENT_SECRET"]),
      refreshToken: Secret(server["SPAPI_REFRESH_TOKEN"]))
    settings.marketplaces = [server["SPAPI_MARKETPLACE"]]
    settings.tokenURL = "https://\(host)\(server["SPAPI_TOKEN_PATH"])"
    endpoint.sellingPartner = settings
    return endpoint
  }

  private func partner(_ server: Server, state: String = "state") throws -> SellingPartner {
    try SellingPartner(endpoint(server), state: folder(state))
  }

  /// A listings feed with these SKUs; one with BAD in it is refused by the server.
  private func feed(_ skus: String..., name: String = "feed.json") throws -> String {
    let messages = skus.enumerated().map {
      #"{"messageId":\#($0 + 1),"sku":"\#($1)","operationType":"DELETE"}"#
    }
    return try folder.write(
      name,
      #"{"header":{"sellerId":"A1TESTSELLER","version":"2.0"},"messages":[\#(messages.joined(separator: ","))]}"#)
  }

  /// The feeds that the server has made.
  private func made(_ server: Server) -> Int { server.events("SPAPI_FEEDS").filter { $0["event"] == "feed" }.count }

  private func scenario(_ server: Server, _ json: String) throws {
    try Data(json.utf8).write(to: URL(fileURLWithPath: server["SPAPI_SCENARIO"]), options: .atomic)
  }

  @Test(.requirements("S4", "S14")) func wholeWay() async throws {
    let server = try await Server.start(.spapi)
    let partner = try partner(server)
    let path = try feed("OCOP-1", "OCOP-BAD", "OCOP-3")
    let record = try await partner.submit(path)
    let id = try #require(record.feed)
    #expect(record.stage == .created)
    let done = try await partner.wait(for: id, upTo: 30)
    #expect(done.status == .done)
    let report = try ProcessingReport(try await partner.result(of: id), name: "result")
    #expect(report.processed == 3 && report.accepted == 2 && report.invalid == 1)
    let found = report.diagnostics(file: path)
    #expect(found.count == 1 && found[0].product == "OCOP-BAD" && found[0].severity == .error)
    #expect(found[0].place.field == "externally_assigned_product_identifier")
    // What was sent is what is stored.
    #expect(Bytes.read(server["SPAPI_DIR"] + "/" + record.document) == Bytes.read(path))
    // No token goes to the storage.
    // The server takes a request down after it has answered it.
    var requests: [Event] = [], storage: [Event] = []
    for _ in 0..<100 where storage.count < 2 {
      requests = server.events("SPAPI_LOG").filter { $0["event"] == "request" }
      storage = requests.filter { $0["target"].hasPrefix("/storage/") }
      if storage.count < 2 { try await Task.sleep(for: .milliseconds(50)) }
    }
    #expect(storage.count == 2)
    #expect(storage.allSatisfy { $0.header("x-amz-access-token") == nil && $0.header("authorization") == nil })
    #expect(requests.filter { $0["target"] == "/auth/o2/token" }.count == 1)
    // No secret is on the disk.
    for name in folder.names where name.hasPrefix("state") {
      #expect(!String(decoding: folder.read(name) ?? [], as: UTF8.self).contains("MARKER"))
    }
    await server.stop()
  }

  /// R19, R10: the same bytes are submitted once, by whoever asks and whenever; again only on purpose.
  @Test(.requirements("R19")) func submittedOnce() async throws {
    let server = try await Server.start(.spapi)
    let path = try feed("OCOP-1")
    let first = try await partner(server).submit(path)
    let second = try await partner(server).submit(path)
    #expect(first.feed == second.feed && made(server) == 1)
    let third = try await partner(server).submit(path, again: true)
    #expect(third.feed != first.feed && third.attempt == 2 && made(server) == 2)
    let other = try await partner(server).submit(try feed("OCOP-2", name: "other.json"))
    #expect(other.feed != third.feed && made(server) == 3)
    #expect(try partner(server).feeds().count == 3)
    await server.stop()
  }

  /// Two at once: one submits, the other finds it submitted.
  @Test(.requirements("R19")) func twoAtOnce() async throws {
    let server = try await Server.start(.spapi)
    let path = try feed("OCOP-1")
    async let a = partner(server).submit(path)
    async let b = partner(server).submit(path)
    let feeds = try await [a.feed, b.feed]
    #expect(feeds[0] == feeds[1] && made(server) == 1)
    await server.stop()
  }

  /// R10: the answer to createFeed is lost; the list of feeds has it, and no second one is made.
  @Test(.requirements("R10")) func lostFeed() async throws {
    let server = try await Server.start(.spapi)
    try server.fail("SPAPI_FAULTS", "feed-lost 1")
    let record = try await partner(server).submit(try feed("OCOP-1"))
    #expect(record.stage == .created && record.feed != nil)
    #expect(made(server) == 1)
    #expect(try await partner(server).wait(for: record.feed ?? "", upTo: 30).status == .done)
    await server.stop()
  }

  /// A run that died while it asked for the feed: the next one finds the feed, or makes it when there is none.
  @Test(.requirements("R10"), arguments: [true, false]) func diedWhileAsking(_ wasMade: Bool) async throws {
    let server = try await Server.start(.spapi)
    let path = try feed("OCOP-1")
    // What the dead run had done: all, or all but the last step.
    let dead = try await partner(server, state: "dead").submit(path)
    var record = dead
    record.stage = .creating
    record.feed = nil
    let state = wasMade ? "next" : "other"
    let journal = try FeedJournal(state: folder(state), name: "amazon-us")
    if !wasMade {
      // The only feed there is belongs to another submission.
      var others = dead
      others.attempt = 7
      try journal.save(others)
    }
    record.attempt = wasMade ? 1 : 8
    try journal.save(record)
    let next = try await partner(server, state: state).submit(path)
    #expect(next.stage == .created)
    #expect((next.feed == dead.feed) == wasMade)
    #expect(made(server) == (wasMade ? 1 : 2))
    await server.stop()
  }

  /// Several feeds may be ours: a person decides.
  @Test(.requirements("R10")) func severalFeeds() async throws {
    let server = try await Server.start(.spapi)
    let path = try feed("OCOP-1")
    var record = try await partner(server, state: "dead").submit(path)
    _ = try await partner(server, state: "dead").submit(try feed("OCOP-2", name: "other.json"))
    record.stage = .creating
    record.feed = nil
    try FeedJournal(state: folder("next"), name: "amazon-us").save(record)
    let fault = await #expect(throws: Fault.self) { try await partner(server, state: "next").submit(path) }
    #expect(fault?.diagnostic.code == .amazonFeedUnknown)
    #expect(made(server) == 2)
    // `again` says that none of them is ours.
    #expect(try await partner(server, state: "next").submit(path, again: true).feed != nil)
    #expect(made(server) == 3)
    await server.stop()
  }

  @Test(
    .requirements("R16"),
    arguments: [
      "expired 1", "token503 1", "throttled 2", "error503 1", "error500 1", "document-lost 1", "upload-lost 1",
      "upload-reset 1 10", "upload503 1", "upload403 1",
    ])
  func heals(_ faults: String) async throws {
    let server = try await Server.start(.spapi)
    try server.fail("SPAPI_FAULTS", faults)
    let record = try await partner(server).submit(try feed("OCOP-1"))
    #expect(record.feed != nil && made(server) == 1)
    #expect(Bytes.read(server["SPAPI_FAULTS"]).map { String(decoding: $0, as: UTF8.self).contains(" 0") } == true)
    await server.stop()
  }

  @Test(.requirements("R13"), arguments: ["result-cut 1", "result-reset 1"]) func resultsAreWhole(_ faults: String)
    async throws
  {
    let server = try await Server.start(.spapi)
    let partner = try partner(server)
    let id = try #require(try await partner.submit(try feed("OCOP-1", "OCOP-2")).feed)
    _ = try await partner.wait(for: id, upTo: 30)
    try server.fail("SPAPI_FAULTS", faults)
    #expect(try ProcessingReport(try await partner.result(of: id), name: "result").processed == 2)
    await server.stop()
  }

  /// R17, S4: what cannot heal is asked once, and no secret is told.
  @Test(.requirements("R17", "S4"), arguments: ["invalid_client", "invalid_grant"]) func refusals(_ kind: String)
    async throws
  {
    let server = try await Server.start(.spapi)
    try server.fail("SPAPI_FAULTS", "\(kind) 9")
    let fault = await #expect(throws: Fault.self) { try await partner(server).submit(try feed("OCOP-1")) }
    #expect(fault?.diagnostic.code == .transferLogin && fault?.kind == .configuration)
    #expect(fault?.diagnostic.text(in: .en).contains(kind) == true)
    #expect(fault?.diagnostic.text(in: .en).contains("MARKER") == false)
    #expect(server.events("SPAPI_LOG").filter { $0["event"] == "fault" }.count == 1)
    await server.stop()
  }

  @Test func endsOfFeeds() async throws {
    let server = try await Server.start(.spapi)
    let partner = try partner(server)
    let missing = await #expect(throws: Fault.self) { try await partner.status(of: "../../no such") }
    #expect(missing?.diagnostic.code == .transferNotFound)

    try scenario(server, #"{"progress": ["IN_QUEUE", "IN_QUEUE", "FATAL"]}"#)
    let id = try #require(try await partner.submit(try feed("OCOP-1")).feed)
    let pending = await #expect(throws: Fault.self) { try await partner.result(of: id) }
    #expect(pending?.diagnostic.code == .amazonFeedPending && pending?.kind == .transient)
    #expect(try await partner.wait(for: id, upTo: 30).status == .fatal)
    let failed = await #expect(throws: Fault.self) { try await partner.result(of: id) }
    #expect(failed?.diagnostic.code == .amazonFeedFailed && failed?.kind == .output)
    await server.stop()
  }

  /// A wait that ends early leaves the feed to be asked for later.
  @Test func waitsNoLongerThanAsked() async throws {
    let server = try await Server.start(.spapi)
    try scenario(server, #"{"progress": ["IN_PROGRESS"]}"#)
    let partner = try partner(server)
    let id = try #require(try await partner.submit(try feed("OCOP-1")).feed)
    #expect(try await partner.wait(for: id, upTo: 0.1).status == .inProgress)
    #expect(try partner.feeds().first?.status == .inProgress)
    await server.stop()
  }

  @Test func endpointsThatAreNone() throws {
    var endpoint = Endpoint(url: try RemoteURL("https://sellingpartnerapi-na.amazon.com/"))
    #expect(throws: Fault.self) { try SellingPartner(endpoint, state: folder("x")) }
    var settings = SellingPartnerSettings(clientID: Secret("a"), clientSecret: Secret("b"), refreshToken: Secret("c"))
    settings.marketplaces = ["ATVPDKIKX0DER"]
    endpoint.sellingPartner = settings
    _ = try SellingPartner(endpoint, state: folder("x"))
    endpoint.url = try RemoteURL("http://sellingpartnerapi-na.amazon.com/")
    #expect(throws: Fault.self) { try SellingPartner(endpoint, state: folder("x")) }
  }
}
