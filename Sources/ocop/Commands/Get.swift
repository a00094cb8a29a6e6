import ArgumentParser
import Diagnostics
import Ledger
import Transfer

#if canImport(Glibc)
  import Glibc
#endif

struct Get: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Fetch files from servers.",
    discussion: """
      A place is a URL, or NAME or NAME:path of an endpoint in the file of endpoints. A pattern in the last name (*, ?, [a-z], \
      {csv,xml}) or a slash at the end fetches many files. A file appears under its name when it is whole and verified; a \
      broken transfer is tried again and goes on where it stopped, also in the next run.

      Exit 0 only when every file was fetched; 75 when trying again may help; 130 or 143 after a signal.

      Examples:
        ocop get 'saigon-coop:answers/*.xml' -o answers/
        ocop get saigon-coop:answers/orders.xml -o - --max-size 5MB > orders.xml
      """)

  @Argument(help: "URLs, or NAME:path.", completion: .custom(endpointNames))
  var places: [String]

  @Option(name: .shortAndLong, help: "A file, a folder, or `-`; otherwise this folder.", completion: .file())
  var output: String?

  @Option(help: "The SHA-256 that the file must have.")
  var sha256: String?

  @Option(help: ArgumentHelp("Most bytes of one file, such as 500MB.", valueName: "size"))
  var maxSize: SizeArgument?

  @Option(help: "Most transfers side by side.")
  var parallel: Int?

  @Flag(help: "Unpack files that are compressed by gzip.")
  var decompress = false

  @Option(help: "Where the machine-readable report goes.", completion: .file())
  var report: String?

  @OptionGroup var endpoints: EndpointOptions

  @OptionGroup var messages: MessageOptions

  func validate() throws {
    guard !places.isEmpty else { throw ValidationError("Name at least one URL or NAME:path.") }
    if let sha256 {
      guard sha256.utf8.count == 64, sha256.allSatisfy(\.isHexDigit) else {
        throw ValidationError("--sha256 takes 64 hexadecimal digits.")
      }
      guard places.count == 1 else { throw ValidationError("--sha256 goes with one file.") }
    }
    if let parallel, !(1...64).contains(parallel) { throw ValidationError("--parallel takes 1 to 64.") }
    if output == "-", places.count > 1 { throw ValidationError("Only one file can go to standard output.") }
    if output == "-", messages.format == .json {
      throw ValidationError("With -o - standard output is the file's; use --report for JSON.")
    }
  }

  func run() throws {
    let targets = try faultExits(messages.language) { () throws(Fault) in
      var targets: [Endpoint] = []
      for place in places {
        var endpoint = try endpoints.endpoint(place)
        if let maxSize { endpoint.limits.size = maxSize.bytes }
        if let parallel { endpoint.limits.parallel = parallel }
        targets.append(endpoint)
      }
      try TransferSession.checkNames(targets.map(\.url.path).filter { !$0.meansMany }.map(\.description))
      return targets
    }
    if output == "-" || sha256 != nil, targets.contains(where: \.url.path.meansMany) {
      throw ValidationError("A pattern or folder means many files; -o - and --sha256 go with one.")
    }
    var options = DownloadOptions()
    options.sha256 = sha256
    options.decompress = decompress
    if let output, output.hasSuffix("/") { mkdir(output, 0o777) }
    let meter = TransferMeter()
    let (output, isMany) = (output, places.count > 1)
    let outcome = try TransferRun.wait(messages, isDone: { (outcome: TransferOutcome) in outcome.exitCode == .done }) {
      [options] () throws(Fault) in
      let session = try TransferSession(
        ledger: try DeliveryLedger(), connectionsPerHost: targets.map(\.limits.parallel).max() ?? 4)
      defer { session.close() }
      var outcome = TransferOutcome()
      for endpoint in targets {
        await outcome.fetch(
          endpoint, to: output, asFolder: isMany, session, options, progress: meter.report)
      }
      return outcome
    }
    meter.clear()
    try finish("get", .download, outcome, report, messages)
  }
}

extension RemotePath {
  /// Whether it is a folder or a pattern.
  var meansMany: Bool { isFolder || name.contains { "*?[{".contains($0) } }
}

extension TransferOutcome {
  /// Fetches what an endpoint's path means; faults are taken down, not thrown.
  mutating func fetch(
    _ endpoint: Endpoint, to output: String?, asFolder: Bool, _ session: TransferSession, _ options: DownloadOptions,
    progress: TransferSession.Progress?
  ) async {
    let address = endpoint.url.description
    do throws(Fault) {
      if endpoint.url.path.meansMany {
        let all = try await session.downloadAll(endpoint, to: output ?? ".", options: options, progress: progress)
        guard !all.isEmpty else {
          throw Fault(
            .unreadable,
            Diagnostic(
              .transferNotFound, at: Place(file: address),
              message: .init(
                "No file is there, or none fits the pattern.", vi: "Không có tệp nào, hoặc không tệp nào khớp mẫu.")))
        }
        results += all.map { one in
          TransferResult(name: one.name, result: one.result.map { $0.naming(one.name) })
        }
      } else {
        let path = asFolder ? (output ?? ".") + "/" : output ?? "./"
        let receipt = try await session.download(endpoint, to: path, options: options, progress: progress)
        add(address, .success(receipt.naming(endpoint.url.path.name)))
      }
    } catch {
      add(address, .failure(error))
    }
  }
}

extension TransferReceipt {
  /// The same with the file's name behind a local folder.
  func naming(_ name: String) -> TransferReceipt {
    var receipt = self
    if local.hasSuffix("/") { receipt.local += name }
    return receipt
  }
}

/// Prints what transfers gave and ends the command by it.
func finish(
  _ command: String, _ direction: TransferReceipt.Direction, _ outcome: TransferOutcome, _ reportPath: String?,
  _ messages: MessageOptions
) throws {
  for result in outcome.results {
    if case .failure(let fault) = result.result { Terminal.note(fault.diagnostic.text(in: messages.language)) }
  }
  Terminal.note(outcome.summary(direction, messages))
  let report = TransferReport(command: command, outcome: outcome)
  if let reportPath {
    try faultExits(messages.language) { () throws(Fault) in try report.save(to: reportPath) }
  }
  var code = outcome.exitCode
  if messages.format == .json, !Terminal.write(report.text + "\n", 1), code == .done { code = .outputFailed }
  if code != .done { try end(code) }
}
