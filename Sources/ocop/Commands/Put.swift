import ArgumentParser
import Diagnostics
import Ledger
import Transfer

struct Put: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "put",
    abstract: "Send files to a server.",
    discussion: """
      The place is a URL, or NAME or NAME:path of an endpoint; a slash at its end means a folder. Files appear there under \
      their names when they are whole: by a temporary name and renaming, or as the endpoint's publishing policy says. What \
      was delivered before is not sent again; when an answer was lost, the server is asked first.

      Exit 0 only when every file was delivered; 5 when somebody must find out what the server has; 75 when trying again may \
      help; 130 or 143 after a signal.

      Example:
        ocop put feed.csv saigon-coop:feeds/
      """)

  @Argument(help: "The files, then the URL or NAME:path; `-` is standard input.", completion: .file())
  var arguments: [String]

  @Flag(help: "Send also what was delivered before, or whose outcome is not known.")
  var again = false

  @Flag(help: "Read each file back from the server and compare before it gets its name.")
  var readBack = false

  @Option(help: ArgumentHelp("Wait until files have not changed for so long, such as 5s.", valueName: "duration"))
  var stableFor: DurationArgument?

  @Option(help: "Most transfers side by side.")
  var parallel: Int?

  @Option(help: "Where the machine-readable report goes.", completion: .file())
  var report: String?

  @OptionGroup var endpoints: EndpointOptions

  @OptionGroup var messages: MessageOptions

  func validate() throws {
    guard arguments.count >= 2 else { throw ValidationError("Name files and then a URL or NAME:path.") }
    if let parallel, !(1...64).contains(parallel) { throw ValidationError("--parallel takes 1 to 64.") }
    if arguments.dropLast().contains("-"), arguments.count > 2 {
      throw ValidationError("Standard input goes alone.")
    }
  }

  func run() throws {
    let files = Array(arguments.dropLast())
    let endpoint = try faultExits(messages.language) { () throws(Fault) in
      var endpoint = try endpoints.endpoint(arguments.last ?? "")
      if let parallel { endpoint.limits.parallel = parallel }
      return endpoint
    }
    if files == ["-"], endpoint.url.path.isFolder, ![.smtp, .smtps].contains(endpoint.url.scheme) {
      throw ValidationError("Standard input has no name: write one at the end of the URL.")
    }
    var options = UploadOptions()
    options.again = again
    options.readBack = readBack
    options.stableFor = stableFor?.seconds ?? 0
    let meter = TransferMeter()
    let outcome = try TransferRun.wait(messages, isDone: { (outcome: TransferOutcome) in outcome.exitCode == .done }) {
      [options] () throws(Fault) in
      let session = try TransferSession(ledger: try DeliveryLedger(), connectionsPerHost: endpoint.limits.parallel)
      defer { session.close() }
      var outcome = TransferOutcome()
      if files.count == 1 {
        do throws(Fault) {
          let receipt = try await session.upload(files[0], to: endpoint, options: options, progress: meter.report)
          outcome.add(files[0], .success(receipt))
        } catch { outcome.add(files[0], .failure(error)) }
      } else {
        outcome.results = try await session.uploadAll(files, to: endpoint, options: options, progress: meter.report)
      }
      return outcome
    }
    meter.clear()
    try finish("put", .upload, outcome, report, messages)
  }
}
