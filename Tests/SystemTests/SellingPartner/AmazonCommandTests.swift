import Foundation
import Testing

@testable import Transfer

/// `ocop amazon` as a user runs it, with its configuration file, exit codes, and deaths in between.
@Suite("ocop amazon", .needs(.spapi))
struct AmazonCommandTests {
  let folder = try! Folder()

  /// Runs the command with an endpoint of this server, and nothing of the tests' own environment.
  private func run(_ server: Server, _ arguments: [String], by wrapper: [String] = []) async throws -> Child.Ended {
    try folder.write(
      "endpoints.yaml",
      """
      endpoints:
        amazon-us:
          url: https://localhost:\(server["SPAPI_TLS_PORT"])/
          tls: {ca: "\(server["CA"])"}
          retry: {first-pause: 0.05s, longest-pause: 0.5s}
          selling-partner:
            marketplaces: [\(server["SPAPI_MARKETPLACE"])]
            client-id: {env: LWA_CLIENT_ID}
            client-secret: {env: LWA_CLIENT_SECRET}
            refresh-token: {env: LWA_REFRESH_TOKEN}
            token-url: "https://localhost:\(server["SPAPI_TLS_PORT"])\(server["SPAPI_TOKEN_PATH"])"

      """)
    let command =
      wrapper + [Gateway.executable, "amazon"] + arguments
      + (arguments.contains("--endpoint") ? [] : ["--endpoint", "amazon-us"])
    let ended = try await Child.run(
      command[0], Array(command.dropFirst()),
      environment: [
        "LWA_CLIENT_ID": server["SPAPI_CLIENT_ID"], "LWA_CLIENT_SECRET": server["SPAPI_CLIENT_SECRET"],
        "LWA_REFRESH_TOKEN": server["SPAPI_REFRESH_TOKEN"], "OCOP_STATE": folder("state"), "LC_ALL": "C.UTF-8",
        "OCOP_ENDPOINTS": folder("endpoints.yaml"), "COLUMNS": "400", "SWIFT_BACKTRACE": "enable=no",
      ], folder: folder.path)
    #expect(!ended.text.contains("MARKER") && !ended.errors.contains("MARKER"))
    return ended
  }

  private func feed(_ skus: String..., name: String = "feed.json") throws -> String {
    let messages = skus.enumerated().map {
      #"{"messageId":\#($0 + 1),"sku":"\#($1)","operationType":"DELETE"}"#
    }
    return try folder.write(
      name,
      #"{"header":{"sellerId":"A1TESTSELLER","version":"2.0"},"messages":[\#(messages.joined(separator: ","))]}"#)
  }

  private func made(_ server: Server) -> Int { server.events("SPAPI_FEEDS").filter { $0["event"] == "feed" }.count }

  @Test(.requirements("R36", "S4")) func exitCodes() async throws {
    let server = try await Server.start(.spapi)
    let some = try feed("OCOP-1", "OCOP-BAD")
    // Some messages refused: 3, and what is wrong with which SKU.
    let submitted = try await run(server, ["submit", some, "--wait"])
    #expect(submitted.code == 3, "\(submitted.errors)")
    #expect(submitted.text.contains("2 messages, 1 accepted, 1 refused"))
    #expect(submitted.errors.contains("error[amazon-issue]: 8560") && submitted.errors.contains("OCOP-BAD"))
    // All refused: 65. All accepted: 0.
    #expect(try await run(server, ["submit", try feed("BAD-1", name: "bad.json"), "--wait"]).code == 65)
    #expect(try await run(server, ["submit", try feed("OCOP-7", name: "good.json"), "--wait"]).code == 0)
    // By number, as JSON, and the report as Amazon wrote it.
    let number = String(try #require(submitted.text.split(separator: " ").dropFirst().first).dropLast())
    let status = try await run(server, ["status", number, "--format", "json"])
    #expect(status.code == 0)
    let json = try JSONSerialization.jsonObject(with: Data(status.output)) as? [[String: Any]]
    #expect(json?.first?["status"] as? String == "DONE" && json?.first?["file"] as? String == some)
    let result = try await run(server, ["result", number, "-o", folder("report.json"), "--format", "json"])
    #expect(result.code == 3)
    #expect(
      folder.read("report.json").map { String(decoding: $0, as: UTF8.self).contains("\"messagesInvalid\"") } == true)
    // Nothing under way any more; a feed that is not there; a file that is not there; an endpoint that is none.
    #expect(try await run(server, ["status"]).code == 0)
    #expect(try await run(server, ["status", "nothing"]).code == 66)
    #expect(try await run(server, ["submit", folder("missing.json")]).code == 66)
    #expect(try await run(server, ["submit", some, "--endpoint", "nobody"]).code == 78)
    // Amazon ends the feed: 4. It takes longer than one waits: 75, and asking goes on later.
    try Data(#"{"progress": ["IN_PROGRESS", "IN_PROGRESS", "FATAL"]}"#.utf8)
      .write(to: URL(fileURLWithPath: server["SPAPI_SCENARIO"]), options: .atomic)
    let slow = try await run(server, ["submit", try feed("OCOP-8", name: "slow.json"), "--wait", "--for", "0"])
    #expect(slow.code == 75 && slow.text.contains("IN_PROGRESS"))
    #expect(try await run(server, ["status"]).code == 75)
    #expect(try await run(server, ["status"]).code == 4)
    await server.stop()
  }

  /// Killed while a step is recorded, the run goes on the next time, and Amazon has one feed. (A death after the answer is
  /// among the tests of the API: strace counts calls by thread, and the answer comes on another one.)
  @Test(.requirements("R2", "R10"), arguments: [1, 2]) func killed(at step: Int) async throws {
    let strace = "/usr/bin/strace"
    try #require(FileManager.default.isExecutableFile(atPath: strace), "strace is not installed")
    let server = try await Server.start(.spapi)
    let path = try feed("OCOP-1", "OCOP-2")
    let killed = try await run(
      server, ["submit", path],
      by: [
        strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=rename", "-e", "inject=rename:signal=KILL:when=\(step)",
      ])
    #expect(killed.code != 0)
    let again = try await run(server, ["submit", path, "--wait"])
    #expect(again.code == 0, "\(again.errors)")
    #expect(made(server) == 1)
    await server.stop()
  }
}
