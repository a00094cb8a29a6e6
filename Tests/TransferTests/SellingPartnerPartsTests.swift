import Diagnostics
import Foundation
import Testing

@testable import Transfer

/// Parts of the Selling Partner API that need no server.
struct SellingPartnerPartsTests {
  @Test func ratesByTokens() {
    var limits = RateLimits()
    for _ in 0..<15 { #expect(limits.take(.createFeed, now: 0) == 0) }
    // The bucket is empty; a token takes two minutes.
    let wait = limits.take(.createFeed, now: 0)
    #expect(abs(wait - 1 / 0.0083) < 0.001)
    #expect(limits.take(.getFeed, now: 0) == 0)
    // On credit: the next one waits behind it.
    #expect(limits.take(.createFeed, now: 1 / 0.0083) > 1)
    limits.update(.createFeed, rate: "2")
    #expect(limits.take(.createFeed, now: 1000) == 0)
    limits.update(.createFeed, rate: "0")
    limits.update(.createFeed, rate: "nonsense")
    limits.empty(.createFeed)
    #expect(abs(limits.take(.createFeed, now: 1000) - 0.5) < 0.001)
  }

  @Test func reports() throws {
    let text = """
      {"header": {"sellerId": "A", "version": "2.0", "feedId": "7"}, "issues": [
        {"messageId": 2, "sku": "Dừa\\n1", "code": "90220", "severity": "ERROR", "message": "missing", "attributeName": "brand"},
        {"severity": "WARNING", "message": "whole feed"}],
       "summary": {"errors": 1, "warnings": 1, "messagesProcessed": 3, "messagesAccepted": 2, "messagesInvalid": 1}}
      """
    let report = try ProcessingReport(Array(text.utf8), name: "r")
    #expect(report.feed == "7" && report.processed == 3 && report.accepted == 2)
    let found = report.diagnostics(file: "feed.json")
    #expect(found.map(\.severity) == [.error, .warning])
    #expect(found[0].place.element == "messages[messageId=2]" && found[0].place.field == "brand")
    #expect(found[0].message.en == "90220: missing")
    // S21: control characters cannot write lines of their own.
    #expect(found[0].product == "Dừa\\u{a}1")
    #expect(found[1].product == nil && found[1].place.element == nil)
  }

  @Test(arguments: ["", "{", "[]", "{}", "<html>", #"{"summary": {}}"#])
  func noReports(_ text: String) {
    let fault = #expect(throws: Fault.self) { try ProcessingReport(Array(text.utf8), name: "r") }
    #expect(fault?.diagnostic.code == .amazonReport)
  }

  /// Amazon's own example and reports from the field.
  @Test(
    .enabled("The shared data is not here") { Self.shared != nil },
    arguments: [
      ("reports/json-processing-report.4002008.json", 4, 0),
      ("reports/json-processing-report.food-errors.synthetic.json", 3, 1),
      ("schemas/listings-feed-processing-report-schema-v2.example.json", 3, 2),
    ])
  func foreignReports(_ name: String, _ issues: Int, _ accepted: Int) throws {
    let path = try #require(Self.shared) + "/data/amazon/" + name
    let bytes = try #require(FileManager.default.contents(atPath: path).map(Array.init))
    let report = try ProcessingReport(bytes, name: name)
    #expect(report.issues.count == issues && report.accepted == accepted)
    #expect(report.diagnostics(file: name).allSatisfy { $0.severity == .error })
  }

  static let shared: String? = {
    let named = ProcessInfo.processInfo.environment["OCOP_SHARED"]
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    let path = named ?? root.appendingPathComponent("../shared").path
    return FileManager.default.fileExists(atPath: path + "/data/amazon") ? path : nil
  }()

  /// S14: what unpacks to more than the limit is refused, whatever its own size.
  @Test func packedResults() throws {
    // A gzip of 1 000 letters, by the gzip command.
    let packed: [UInt8] = [
      0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4B, 0x4C, 0x1C, 0x05, 0xA3, 0x60, 0x14, 0x0C, 0x77,
      0x00, 0x00, 0x03, 0xDA, 0x38, 0x9A, 0xE8, 0x03, 0x00, 0x00,
    ]
    #expect(try Gunzip.unpack(packed, limit: 1000, place: "whole") == [UInt8](repeating: 0x61, count: 1000))
    let bomb = #expect(throws: Fault.self) { try Gunzip.unpack(packed, limit: 999, place: "bomb") }
    #expect(bomb?.diagnostic.code == .transferTooLarge)
    #expect(throws: Fault.self) { try Gunzip.unpack(Array(packed.dropLast(4)), limit: 10_000, place: "cut") }
    #expect(throws: Fault.self) { try Gunzip.unpack([], limit: 10_000, place: "empty") }
    #expect(throws: Fault.self) { try Gunzip.unpack(Array("plain".utf8), limit: 10_000, place: "plain") }
  }

  @Test func recordsOfFeeds() throws {
    let record = FeedRecord(
      file: "mật \"hoa\".json", bytes: 12, sha256: "ab", feedType: "JSON_LISTINGS_FEED", marketplaces: ["A", "B"],
      attempt: 2,
      stage: .creating, document: "d", since: 1_795_321_742, feed: nil, status: .other("NEW"), result: nil)
    #expect(FeedRecord(try JSONValue(Array(record.json.utf8))) == record)
    #expect(FeedRecord(.object([:])) == nil)
  }
}
