import Diagnostics
import Foundation
import Testing

@testable import Transfer

/// The cases of the published models, where the shared data is.
private let sandboxCases: String? = {
  let shared = ProcessInfo.processInfo.environment["OCOP_SHARED"] ?? System.root + "/../shared"
  let path = shared + "/data/amazon/http/static-sandbox-cases.json"
  return FileManager.default.fileExists(atPath: path) ? path : nil
}()

/// Requests as Amazon's published models expect them: each of the static sandbox's cases of the feeds that we use gets its
/// answer, which it does only when all its parameters are right.
@Suite(
  "Selling Partner API, the sandbox of the models", .enabled("The shared data is not here") { sandboxCases != nil }
)
struct SandboxTests {
  private func client(_ server: Server, _ engine: CurlEngine) throws -> SellingPartnerClient {
    let host = "localhost:\(server["SANDBOX_TLS_PORT"])"
    var endpoint = Endpoint(url: try RemoteURL("https://\(host)/"))
    endpoint.trust.authorityFile = server["CA"]
    var settings = SellingPartnerSettings(clientID: Secret("a"), clientSecret: Secret("b"), refreshToken: Secret("c"))
    settings.marketplaces = ["ATVPDKIKX0DER"]
    settings.tokenURL = "https://\(host)/auth/o2/token"
    endpoint.sellingPartner = settings
    return try SellingPartnerClient(endpoint, engine)
  }

  @Test func answers() async throws {
    let server = try await Server.start(.sandbox, [try #require(sandboxCases)])
    let engine = try CurlEngine()
    defer { engine.close() }
    let client = try client(server, engine)

    let document = try await client.perform(
      .createFeedDocument, "documents", body: #"{"contentType":"text/tab-separated-values; charset=UTF-8"}"#)
    #expect(document.body["feedDocumentId"]?.text == "3d4e42b5-1d6e-44e8-a89c-2abfca0625bb")
    #expect(document.body["url"]?.text?.hasPrefix("https://") == true)
    let feed = try await client.perform(
      .createFeed, "feeds",
      body: jsonLine([
        ("feedType", .string("POST_PRODUCT_DATA")),
        ("marketplaceIds", .array([.string("ATVPDKIKX0DER"), .string("A1F83G8C2ARO7P")])),
        ("inputFeedDocumentId", .string("3d4e42b5-1d6e-44e8-a89c-2abfca0625bb")),
      ]))
    #expect(feed.body["feedId"]?.text == "3485934")
    let status = try await client.perform(.getFeed, "feeds/feedId1")
    #expect(status.body["processingStatus"]?.text == "CANCELLED")
    #expect(status.body["createdTime"]?.text.flatMap(ISODate.seconds) == 1_710_162_984)
    let list = try await client.perform(
      .getFeeds, "feeds",
      query: [("feedTypes", "POST_PRODUCT_DATA"), ("pageSize", "10"), ("processingStatuses", "CANCELLED,DONE")])
    #expect(list.body["feeds"]?.elements.count == 1 && list.body["nextToken"]?.text != nil)
    let result = try await client.perform(.getFeedDocument, "documents/0356cf79-b8b0-4226-b4b9-0ee058ea5760")
    #expect(result.body["url"]?.text?.hasPrefix("https://") == true)
    await server.stop()
  }

  /// The models' errors are given up, in Amazon's words.
  @Test func errors() async throws {
    let server = try await Server.start(.sandbox, [try #require(sandboxCases)])
    let engine = try CurlEngine()
    defer { engine.close() }
    let client = try client(server, engine)
    let wrong: [(FeedOperation, String, [(name: String, value: String)], String?)] = [
      (.createFeedDocument, "documents", [], "{}"),
      (
        .createFeed, "feeds", [],
        #"{"marketplaceIds":["ATVPDKIKX0DER","A1F83G8C2ARO7P"],"inputFeedDocumentId":"badDocumentId"}"#
      ),
      (.getFeed, "feeds/badFeedId1", [], nil), (.getFeedDocument, "documents/badDocumentId1", [], nil),
      (.getFeeds, "feeds", [("feedTypes", "POST_PRODUCT_DATA"), ("processingStatuses", "BAD_VALUE,DONE")], nil),
    ]
    for (operation, path, query, body) in wrong {
      let fault = await #expect(throws: TransferFault.self, "\(operation)") {
        try await client.perform(operation, path, query: query, body: body)
      }
      #expect(fault?.remedy == .giveUp && fault?.fault.diagnostic.code == .amazonRefused, "\(operation)")
      #expect(fault?.fault.diagnostic.message.en.contains("400: Invalid input") == true, "\(operation)")
    }
    await server.stop()
  }
}
