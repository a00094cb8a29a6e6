import Foundation
import Glibc
import Testing

/// Feeds to Amazon, against a server that behaves as its published models say.
@Suite("Amazon feeds", .enabled("runs in `make test-system`") { await Gateway.has("amazon") })
struct AmazonFaultTests {
  /// A server of one's own, and a gateway that knows it as `amazon`.
  static func start(_ more: [Place.Setting: String] = [:]) async throws -> (Server, Gateway) {
    let server = try await Server.start(.spapi)
    let origin = "https://localhost:\(server["SPAPI_TLS_PORT"])"
    var place = Place(
      url: origin + "/",
      settings: [
        .authority: server["CA"], .marketplaces: "[\(server["SPAPI_MARKETPLACE"])]",
        .clientID: "{env: LWA_ID}", .clientSecret: "{env: LWA_SECRET}", .refreshToken: "{env: LWA_TOKEN}",
        .tokenURL: origin + server["SPAPI_TOKEN_PATH"],
      ],
      variables: [
        "LWA_ID": server["SPAPI_CLIENT_ID"], "LWA_SECRET": server["SPAPI_CLIENT_SECRET"],
        "LWA_TOKEN": server["SPAPI_REFRESH_TOKEN"],
      ], disk: server["SPAPI_DIR"])
    place.settings.merge(more) { $1 }
    return (server, try Gateway(["amazon": place]))
  }

  static func feed(_ skus: String...) -> String {
    let messages = skus.enumerated().map { number, sku in
      #"{"messageId":\#(number + 1),"sku":"\#(sku)","operationType":"PATCH","productType":"PRODUCT","patches":[{"op":"replace","path":"/attributes/item_name","value":[{"value":"Mật hoa dừa","marketplace_id":"ATVPDKIKX0DER"}]}]}"#
    }
    return #"{"header":{"sellerId":"A1TESTSELLER","version":"2.0","issueLocale":"en_US"},"messages":["#
      + messages.joined(separator: ",") + "]}"
  }

  static func submit(_ gateway: Gateway, by wrapper: [String] = []) async throws -> Child.Ended {
    try await gateway.run(
      "amazon", "submit", gateway.folder("feed.json"), "--endpoint", "amazon", "--wait", "--for", "60", by: wrapper,
      within: 90)
  }

  static func feeds(_ server: Server) -> Int { server.events("SPAPI_FEEDS").filter { $0["event"] == "feed" }.count }

  /// All accepted, some refused, all refused; the uploaded bytes are those of the file.
  @Test(
    .requirements("R36"), .needs(.spapi),
    arguments: [("A-1 A-2", 0), ("A-1 BAD-2", 3), ("BAD-1", 65)] as [(String, Int32)])
  func reports(skus: String, code: Int32) async throws {
    let (server, gateway) = try await Self.start()
    let list = skus.split(separator: " ").map(String.init)
    let text = list.count == 2 ? Self.feed(list[0], list[1]) : Self.feed(list[0])
    try gateway.folder.write("feed.json", text)
    let run = try await Self.submit(gateway)
    #expect(run.code == code, "\(run.code): \(run.errors)\(run.text)")
    #expect(Self.feeds(server) == 1)
    let uploaded = try #require(server.events("SPAPI_FEEDS").first { $0["event"] == "uploaded" })
    #expect(uploaded["size"] == "\(text.utf8.count)")
    await server.stop()
  }

  /// Faults that heal: one feed in the end, and no more.
  @Test(
    .requirements("R16", "R10"), .needs(.spapi), .timeLimit(.minutes(20)),
    arguments: [
      "feed-lost 1", "document-lost 1", "upload-lost 1", "upload-reset 1 100", "upload503 1", "expired 1",
      "throttled 2",
      "error500 1", "error503 1", "result-cut 1", "result-reset 1", "token503 1",
    ])
  func healing(fault: String) async throws {
    let (server, gateway) = try await Self.start()
    try gateway.folder.write("feed.json", Self.feed("A-1"))
    try server.fail("SPAPI_FAULTS", fault)
    let run = try await Self.submit(gateway)
    #expect(run.code == 0, "\(run.code): \(run.errors)\(run.text)")
    #expect(Self.feeds(server) == 1)
    #expect(server.events("SPAPI_LOG").contains { $0["event"] == "fault" })
    await server.stop()
  }

  /// Refused by Login with Amazon: asked once, and no secret in what is said.
  @Test(.requirements("R17", "S4"), .needs(.spapi), arguments: ["invalid_grant 9", "invalid_client 9"])
  func refusedLogin(fault: String) async throws {
    let (server, gateway) = try await Self.start()
    try gateway.folder.write("feed.json", Self.feed("A-1"))
    try server.fail("SPAPI_FAULTS", fault)
    let run = try await Self.submit(gateway)
    #expect(run.code != 0 && run.code != 75, "\(run.code)")
    #expect(!(run.errors + run.text).contains("MARKER"))
    #expect(server.events("SPAPI_LOG").filter { $0["target"].hasPrefix("/auth/") }.count == 1)
    #expect(Self.feeds(server) == 0)
    let left = try await Child.run("grep", ["-rl", "MARKER", gateway.folder.path])
    #expect(left.text.isEmpty, "\(left.text)")
    await server.stop()
  }

  /// Amazon ends a feed without doing its work.
  @Test(.requirements("R36"), .needs(.spapi), arguments: ["FATAL", "CANCELLED"])
  func ended(state: String) async throws {
    let (server, gateway) = try await Self.start()
    try gateway.folder.write("feed.json", Self.feed("A-1"))
    try Data(#"{"progress": ["IN_QUEUE", "\#(state)"]}"#.utf8).write(to: URL(fileURLWithPath: server["SPAPI_SCENARIO"]))
    let run = try await Self.submit(gateway)
    #expect(run.code == 4, "\(run.code): \(run.errors)")
    await server.stop()
  }

  /// The same file twice is one feed.
  @Test(.requirements("R19"), .needs(.spapi))
  func submittedOnce() async throws {
    let (server, gateway) = try await Self.start()
    try gateway.folder.write("feed.json", Self.feed("A-1"))
    #expect(try await Self.submit(gateway).code == 0)
    let again = try await Self.submit(gateway)
    #expect(again.code == 0, "\(again.errors)")
    #expect(Self.feeds(server) == 1)
    await server.stop()
  }

  /// Killed between any two steps that it writes down, and run again: one feed.
  @Test(.requirements("R2", "R10"), .needs(.spapi), .needs(program: "strace"), .timeLimit(.minutes(20)))
  func killedWhileSubmitting() async throws {
    for number in 1...5 {
      let (server, gateway) = try await Self.start()
      try gateway.folder.write("feed.json", Self.feed("A-1"))
      _ = try await Self.submit(
        gateway,
        by: [
          "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=rename,renameat,renameat2", "-e",
          "inject=rename,renameat,renameat2:signal=KILL:when=\(number)",
        ])
      let again = try await Self.submit(gateway)
      #expect(again.code == 0, "\(number): \(again.errors)")
      #expect(Self.feeds(server) == 1, "\(number)")
      await server.stop()
    }
  }
}
