import AdapterKit
import Diagnostics
import Documents
import Ledger
import Transfer

#if canImport(Glibc)
  import Glibc
#endif

/// Inputs from servers and an output to one, around a conversion that knows this machine's files alone.
///
/// Inputs are fetched whole and verified before the first record is read, and lose their names at once; the output is made
/// whole here and then sent by the endpoint's policy.
struct RemoteFiles {
  let messages: MessageOptions
  /// What the texts of the command line mean, where that is a server.
  private let inputs: [String: Endpoint]
  private let target: Endpoint?
  private let folder: ScratchFolder?

  /// Sorts texts into files and places at servers; a file that exists wins over NAME:path.
  init(
    inputs: [String], output: String, _ endpoints: EndpointOptions, _ messages: MessageOptions
  ) throws(Fault) {
    self.messages = messages
    var remote: [String: Endpoint] = [:]
    for text in inputs {
      if let address = Self.address(text) { remote[text] = try address.endpoint(endpoints.endpoints) }
    }
    self.inputs = remote
    target = try Self.address(output)?.endpoint(endpoints.endpoints)
    folder = remote.isEmpty && target == nil ? nil : try ScratchFolder()
  }

  /// What one text of the command line means, for commands that send nothing: a file, or what is fetched from a server.
  ///
  /// - Throws: the end of the command, after its findings are printed.
  static func fetch(
    _ text: String, _ endpoints: EndpointOptions, _ messages: MessageOptions
  ) throws -> [Conversion.Input] {
    let remote = try faultExits(messages.language) { () throws(Fault) in
      try RemoteFiles(inputs: [text], output: "-", endpoints, messages)
    }
    return try remote.fetch([text])
  }

  /// The same, opened.
  ///
  /// - Throws: as `fetch`.
  static func documents(
    _ text: String, _ endpoints: EndpointOptions, _ messages: MessageOptions
  ) throws -> [InputDocument] {
    let inputs = try fetch(text, endpoints, messages)
    return try faultExits(messages.language) { () throws(Fault) in
      var documents: [InputDocument] = []
      for input in inputs { documents.append(try input.open()) }
      return documents
    }
  }

  private static func address(_ text: String) -> EndpointAddress? {
    if text == "-" || (!RemoteURL.isURL(text) && access(text, F_OK) == 0) { return nil }
    return EndpointAddress(orFile: text)
  }

  // MARK: Inputs

  /// Fetches what is remote.
  ///
  /// - Returns: all inputs in order, where a pattern stands for the files that fit it. What was fetched is named by its address
  ///   without user and query.
  /// - Throws: the end of the command, after its findings are printed.
  func fetch(_ texts: [String]) throws -> [Conversion.Input] {
    guard let folder, !inputs.isEmpty else { return texts.map { .file($0) } }
    let meter = TransferMeter()
    let wanted = texts.enumerated().compactMap { number, text in
      inputs[text].map { (number: number, endpoint: $0, folder: "\(folder.path)/\(number)") }
    }
    let fetched = try TransferRun.wait(messages) { () throws(Fault) in
      let session = try TransferSession(ledger: try DeliveryLedger())
      defer { session.close() }
      var outcomes: [Int: TransferOutcome] = [:]
      for (number, endpoint, folder) in wanted {
        mkdir(folder, 0o700)
        var outcome = TransferOutcome()
        await outcome.fetch(
          endpoint, to: folder, asFolder: true, session, DownloadOptions(), progress: meter.report)
        outcomes[number] = outcome
      }
      return outcomes
    }
    meter.clear()
    var found: [Conversion.Input] = []
    var all = TransferOutcome()
    for (number, text) in texts.enumerated() {
      guard let outcome = fetched[number] else {
        found.append(.file(text))
        continue
      }
      all.results += outcome.results
      for case .success(let receipt) in outcome.results.map(\.result) {
        let document = try faultExits(messages.language) { () throws(Fault) in
          try InputDocument.open(receipt.local, as: receipt.remote)
        }
        unlink(receipt.local)
        found.append(.document(document))
      }
    }
    if all.exitCode != .done {
      for case .failure(let fault) in all.results.map(\.result) {
        Terminal.note(fault.diagnostic.text(in: messages.language))
      }
      try end(all.exitCode)
    }
    Terminal.note(all.summary(.download, messages))
    return found
  }

  // MARK: Output

  /// Where the conversion writes: the file itself, or one that is sent afterwards, under its final name.
  ///
  /// - Parameter standard: the name of the file where the place is a folder.
  func localOutput(_ output: String, standard: String) -> String {
    guard let target, let folder else { return output }
    let name = target.url.path.isFolder ? standard : target.url.path.name
    let parent = folder.path + "/out"
    mkdir(parent, 0o700)
    return parent + "/" + name
  }

  /// How messages and reports name the output.
  func shownOutput(_ output: String) -> String { target?.url.description ?? output }

  /// Whether the output goes to a server.
  var sends: Bool { target != nil }

  /// Sends the output; what keeps it from being delivered is answered, and the file is kept then.
  func send(_ path: String) throws -> Fault? {
    guard let target, let folder else { return nil }
    let meter = TransferMeter()
    defer { meter.clear() }
    let result = try TransferRun.wait(messages) { () throws(Fault) in
      let session = try TransferSession(ledger: try DeliveryLedger())
      defer { session.close() }
      do throws(Fault) {
        return Result<TransferReceipt, Fault>.success(
          try await session.upload(path, to: target, progress: meter.report))
      } catch { return .failure(error) }
    }
    switch result {
    case .success(let receipt):
      var outcome = TransferOutcome()
      outcome.add(path, .success(receipt))
      Terminal.note(outcome.summary(.upload, messages) + ": " + receipt.remote)
      return nil
    case .failure(let fault):
      folder.keep()
      Terminal.note(
        messages.text(
          "Not delivered; the converted file is kept: \(path)",
          vi: "Chưa giao được; tệp đã chuyển đổi được giữ tại: \(path)"))
      return fault
    }
  }
}

/// A folder for this user alone, removed with what is in it.
final class ScratchFolder {
  let path: String
  private var isKept = false

  init() throws(Fault) {
    let parent = environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var template = Array("\(parent)/ocop-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else {
      let reason = String(cString: strerror(errno))
      throw Fault(
        .output,
        Diagnostic(
          .outputFailed, at: Place(file: parent),
          message: .init(
            "No folder can be made in “\(parent)”: \(reason)", vi: "Không tạo được thư mục trong “\(parent)”: \(reason)"
          )))
    }
    path = String(cString: made)
  }

  deinit { if !isKept { Self.remove(path) } }

  /// Leaves the folder where it is.
  func keep() { isKept = true }

  private static func remove(_ path: String) {
    if let stream = opendir(path) {
      while let entry = readdir(stream) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name == "." || name == ".." { continue }
        let inner = path + "/" + name
        if unlink(inner) != 0 { remove(inner) }
      }
      closedir(stream)
    }
    rmdir(path)
  }
}
