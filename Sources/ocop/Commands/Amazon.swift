import AdapterKit
import ArgumentParser
import Diagnostics
import Documents
import Transfer

struct Amazon: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "amazon",
    abstract: "Submit feeds to Amazon's Selling Partner API, ask about them, fetch their reports.",
    subcommands: [Submit.self, Status.self, Result.self])

  struct Submit: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "submit",
      abstract: "Submit a feed. The same file is submitted once; a run that died goes on.",
      discussion: """
        Prints the feed's number. With --wait, exit 0 when every message was accepted, 3 when some were refused, 65 when all \
        were, 4 when Amazon ended the feed without doing its work, 75 when it takes longer. Exit 5 when an answer was lost and \
        several feeds may be ours.

        Example:
          ocop amazon submit listings.json --endpoint amazon-us --wait
        """)

    @Argument(help: "The feed's document, such as a JSON listings feed.", completion: .file())
    var file: String

    @Flag(help: "Wait until Amazon is done, and fetch the report.")
    var wait = false

    @Option(name: .customLong("for"), help: ArgumentHelp("How long to wait at most.", valueName: "seconds"))
    var patience = 3600.0

    @Flag(help: "Submit although the same file was submitted before, or its feed cannot be told from others.")
    var again = false

    @OptionGroup var options: AmazonOptions

    func run() throws {
      let (record, report) = try options.waiting { partner throws(Fault) in
        let record = try await partner.submit(file, again: again)
        guard wait, let feed = record.feed else { return (record, ProcessingReport?.none) }
        let done = try await partner.wait(for: feed, upTo: patience)
        guard done.status == .done else { return (done, nil) }
        return (done, try ProcessingReport(try await partner.result(of: feed), name: "feed \(feed)"))
      }
      if let report {
        try options.finish(report, record, file: file)
      } else {
        options.show([record])
        if wait { try end(AmazonOptions.exitCode(of: [record])) }
      }
    }
  }

  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status",
      abstract:
        "Ask how far Amazon is with feeds; without numbers, with all that were submitted from here and are not done.",
      discussion: """
        Exit 0 when all are done, 4 when Amazon ended one as FATAL or CANCELLED, 75 when some are still under way.

        Example:
          ocop amazon status 50021018827 --endpoint amazon-us
        """)

    @Argument(help: "Numbers of feeds.")
    var feeds: [String] = []

    @OptionGroup var options: AmazonOptions

    func run() throws {
      let records = try options.waiting { partner throws(Fault) in
        var wanted = feeds
        if wanted.isEmpty {
          wanted = try partner.feeds().filter { $0.status?.isFinal != true }.compactMap(\.feed)
        }
        var records: [FeedRecord] = []
        for feed in wanted { records.append(try await partner.status(of: feed)) }
        return records
      }
      options.show(records)
      let code = AmazonOptions.exitCode(of: records)
      if code != .done { try end(code) }
    }
  }

  struct Result: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "result",
      abstract: "Fetch a feed's processing report and show what it says of each message.",
      discussion: """
        Exit 0 when every message was accepted, 3 when some were refused, 65 when all were; 75 when there is no report yet.

        Example:
          ocop amazon result 50021018827 --endpoint amazon-us -o report.json
        """)

    @Argument(help: "The feed's number.")
    var feed: String

    @Option(name: .shortAndLong, help: "Where the report goes, as Amazon wrote it.", completion: .file())
    var output: String?

    @OptionGroup var options: AmazonOptions

    func run() throws {
      let (record, bytes) = try options.waiting { partner throws(Fault) in
        let bytes = try await partner.result(of: feed)
        return (try partner.feeds().first { $0.feed == feed }, bytes)
      }
      let report = try faultExits(options.language) { () throws(Fault) in
        if let output {
          let document = try OutputDocument.create(output)
          try document.write(bytes)
          try document.commit()
        }
        return try ProcessingReport(bytes, name: "feed \(feed)")
      }
      try options.finish(report, record, file: record?.file ?? "feed \(feed)")
    }
  }
}

/// What the commands share: the endpoint, and how results are shown.
struct AmazonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The endpoint with selling-partner: settings.", valueName: "name"))
  var endpoint: String

  @OptionGroup var endpoints: EndpointOptions

  @OptionGroup var messages: MessageOptions

  var language: MessageLanguage { messages.language }

  /// Runs something with the seller's account to its end.
  func waiting<R: Sendable>(_ body: @escaping @Sendable (SellingPartner) async throws(Fault) -> R) throws -> R {
    let partner = try faultExits(language) { () throws(Fault) in
      try SellingPartner(endpoints.endpoint(endpoint))
    }
    return try TransferRun.wait(messages) { () throws(Fault) in try await body(partner) }
  }

  static func exitCode(of records: [FeedRecord]) -> Diagnostics.ExitCode {
    if records.contains(where: { $0.status == .fatal || $0.status == .cancelled }) { return .outputFailed }
    return records.allSatisfy { $0.status == .done } ? .done : .tryAgain
  }

  /// Prints feeds: a line each, or JSON.
  func show(_ records: [FeedRecord]) {
    if messages.format == .json {
      var json = JSONBuilder()
      json.array(records) { json, record in json.object { json in Self.write(record, into: &json) } }
      Terminal.print(json.text)
    } else {
      for record in records {
        Terminal.print("\(record.feed ?? "?")  \(record.status?.text ?? "SUBMITTED")  \(record.file)")
      }
    }
  }

  private static func write(_ record: FeedRecord, into json: inout JSONBuilder) {
    json.member("feed", record.feed ?? "")
    json.member("status", record.status?.text ?? "SUBMITTED")
    json.member("file", record.file)
    json.member("sha256", record.sha256)
    json.member("feedType", record.feedType)
    json.member("marketplaces", record.marketplaces)
  }

  /// Prints a report and ends by what it says.
  func finish(_ report: ProcessingReport, _ record: FeedRecord?, file: String) throws {
    if messages.format == .json {
      var json = JSONBuilder()
      json.object { json in
        if let record { Self.write(record, into: &json) }
        json.member("messagesProcessed", report.processed)
        json.member("messagesAccepted", report.accepted)
        json.member("messagesInvalid", report.invalid)
        json.array("issues", report.issues) { json, issue in
          json.object { json in
            json.member("severity", issue.severity)
            if let code = issue.code { json.member("code", code) }
            if let message = issue.message { json.member("messageId", message) }
            if let sku = issue.sku { json.member("sku", sku) }
            if let attribute = issue.attribute { json.member("attribute", attribute) }
            json.member("message", issue.text)
          }
        }
      }
      Terminal.print(json.text)
    } else {
      for diagnostic in report.diagnostics(file: file) { Terminal.note(diagnostic.text(in: language)) }
      Terminal.print(
        language == .vi
          ? "feed \(report.feed): \(report.processed) bản tin, nhận \(report.accepted), từ chối \(report.invalid)"
          : "feed \(report.feed): \(report.processed) messages, \(report.accepted) accepted, \(report.invalid) refused")
    }
    if report.invalid > 0 { try end(report.accepted > 0 ? .quarantined : .malformed) }
  }
}
