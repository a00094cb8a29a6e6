public import Diagnostics
public import Ledger

/// The transfers of one command or job run: one engine, one set of connections, one ledger.
///
///     let session = try TransferSession(ledger: DeliveryLedger())
///     defer { session.close() }
///     let receipt = try await session.upload("feed.csv", to: endpoint)
///
/// Everything is tried again by its remedy until the endpoint's deadline; what is thrown is final for this run. Cancelling the
/// task stops a transfer; parts are kept, and the next run goes on.
public final class TransferSession: Sendable {
  /// Is told how far a transfer has come; called often, on any thread.
  public typealias Progress = @Sendable (TransferProgress) -> Void

  private let ledger: DeliveryLedger?
  private let engine: CurlEngine?
  private let clock: TransferClock
  private let open: @Sendable (Endpoint) throws(Fault) -> any Store

  /// Makes a session.
  ///
  /// - Parameters:
  ///   - ledger: the record of deliveries; without one, nothing is known of earlier runs: files are sent again, and broken
  ///     transfers start anew.
  ///   - connectionsPerHost: most connections to one server at a time.
  /// - Throws: `.configuration` with `curl-missing`.
  public init(ledger: DeliveryLedger?, connectionsPerHost: Int = 4) throws(Fault) {
    let engine = try CurlEngine(connectionsPerHost: connectionsPerHost)
    self.ledger = ledger
    self.engine = engine
    clock = .system
    open = { endpoint throws(Fault) in try StoreRegistry.open(endpoint, on: engine) }
  }

  /// A session over other stores, for tests.
  init(
    ledger: DeliveryLedger?, clock: TransferClock, open: @escaping @Sendable (Endpoint) throws(Fault) -> any Store
  ) {
    self.ledger = ledger
    engine = nil
    self.clock = clock
    self.open = open
  }

  /// Closes connections after what runs now; the session is not used any more.
  public func close() { engine?.close() }

  private func context(_ endpoint: Endpoint, _ progress: Progress?) throws(Fault) -> DeliveryContext {
    DeliveryContext(
      endpoint: endpoint, store: try open(endpoint), ledger: ledger, clock: clock, progress: progress)
  }

  // MARK: Listing

  /// The files of a folder; those of a folder that fit a pattern in the path's last name; or one file alone. By name.
  ///
  /// - Throws: `transfer-not-found` when there is no such file or folder; faults of the network.
  public func list(_ endpoint: Endpoint) async throws(Fault) -> RemoteListing {
    try await list(endpoint, context(endpoint, nil))
  }

  private func list(_ endpoint: Endpoint, _ context: DeliveryContext) async throws(Fault) -> RemoteListing {
    let path = endpoint.url.path
    let store = context.store
    func folder(_ path: RemotePath) async throws(Fault) -> RemoteListing {
      var listing = try await Retrying.run(endpoint.retry, clock) { () throws(TransferFault) in
        try await store.list(path)
      }
      listing.files.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      return listing
    }
    if path.isFolder { return try await folder(path) }
    if Glob.isPattern(path.name) {
      let glob = try Glob(path.name)
      var listing = try await folder(path.parent)
      // A name that is spelled like the pattern is meant too.
      listing.files.removeAll { !glob.matches($0.name) && $0.name != path.name }
      listing.refusedFiles.removeAll { !glob.matches($0.name) }
      return listing
    }
    let file = try await Retrying.run(endpoint.retry, clock) { () throws(TransferFault) in
      try await store.status(of: path)
    }
    guard let file else {
      throw Fault(.unreadable, Diagnostic(.transferNotFound, at: Place(file: context.address(path))))
    }
    return file.kind == .folder ? try await folder(path.asFolder()) : RemoteListing(files: [file])
  }

  // MARK: One file

  /// Fetches a file: to a path, into a folder, or to standard output for `-`.
  ///
  /// The final name appears when the file is whole, verified and on the disk, and not before.
  ///
  /// - Throws: faults of the network, of the local file, `download-incomplete`, `download-unproven`, `digest-mismatch`,
  ///   `transfer-too-large`, `gzip-damaged`, `transfer-in-progress`, `ledger-failed`.
  public func download(
    _ endpoint: Endpoint, to path: String, options: DownloadOptions = DownloadOptions(), progress: Progress? = nil
  ) async throws(Fault) -> TransferReceipt {
    try await download(endpoint.url.path, to: path, options, context(endpoint, progress))
  }

  private func download(
    _ remote: RemotePath, to path: String, _ options: DownloadOptions, _ context: DeliveryContext
  ) async throws(Fault) -> TransferReceipt {
    let download = Download(context, remote, options)
    return path == "-" ? try await download.runToStandardOutput() : try await download.run(to: path)
  }

  /// Sends a file, or standard input for `-`.
  ///
  /// - Parameter name: the remote name in the endpoint's folder; without it the local one, or the endpoint's path when that is
  ///   no folder.
  /// - Returns: also for a file that had been delivered before and was not sent again.
  /// - Throws: faults of the network, of the local file, `source-changing`, `transfer-exists`, `upload-mismatch`,
  ///   `delivery-unknown` (`.stopped`), `transfer-too-large`, `transfer-in-progress`, `ledger-failed`.
  public func upload(
    _ path: String, to endpoint: Endpoint, as name: String? = nil, options: UploadOptions = UploadOptions(),
    progress: Progress? = nil
  ) async throws(Fault) -> TransferReceipt {
    try await upload(path, as: name, options, context(endpoint, progress))
  }

  private func upload(
    _ path: String, as name: String?, _ options: UploadOptions, _ context: DeliveryContext
  ) async throws(Fault) -> TransferReceipt {
    let folder = context.endpoint.url.path
    let target: RemotePath
    if let name {
      target = try folder.appending(name)
    } else if folder.isFolder {
      target = try folder.appending(Self.name(of: path))
    } else {
      target = folder
    }
    return try await Upload.run(path, to: target, options, context)
  }

  /// A file's own name.
  private static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  // MARK: Many files

  /// Refuses several files that would get one name in one place, where the second would replace the first.
  ///
  /// - Throws: `.configuration` with `transfer-same-name`.
  public static func checkNames(_ paths: [String]) throws(Fault) {
    var first: [String: String] = [:]
    for path in paths {
      if let other = first.updateValue(path, forKey: name(of: path)) {
        let name = name(of: path).escapedForDisplay
        throw Fault(
          .configuration,
          Diagnostic(
            .transferSameName, at: Place(file: path.escapedForDisplay), value: name,
            message: .init(
              "“\(name)” is also the name of \(other.escapedForDisplay), and one would replace the other.",
              vi: "“\(name)” cũng là tên của \(other.escapedForDisplay); tệp này sẽ thay tệp kia.")))
      }
    }
  }

  /// Fetches all files of a folder, or those that fit a pattern, into a local folder; at most `limits.parallel` side by side.
  ///
  /// - Returns: what came of each, by name; one that fails does not stop the others. Names that cannot be used fail with
  ///   `remote-name`.
  /// - Throws: what keeps the folder from being listed.
  public func downloadAll(
    _ endpoint: Endpoint, to folder: String, options: DownloadOptions = DownloadOptions(), progress: Progress? = nil
  ) async throws(Fault) -> [TransferResult] {
    let context = try context(endpoint, progress)
    let path = endpoint.url.path
    let listing = try await list(endpoint, context)
    // One file by its own name stands beside the folder's other files; what was listed stands in it.
    let isOne = !path.isFolder && !Glob.isPattern(path.name) && listing.files.map(\.name) == [path.name]
    let parent = isOne || Glob.isPattern(path.name) ? path.parent : path.asFolder()
    let names = listing.files.filter { $0.kind == .file }.map(\.name)
    let into = folder.hasSuffix("/") ? folder : folder + "/"
    let fetched = await eachOf(names, endpoint) { name throws(Fault) in
      try await self.download(parent.appending(name), to: into, options, context)
    }
    return fetched
      + listing.refusedFiles.map { name, finding in
        var finding = finding
        finding.place.file = context.address(parent) + name.escapedForDisplay
        return TransferResult(name: name.escapedForDisplay, result: .failure(Fault(.unreadable, finding)))
      }
  }

  /// Sends files into the endpoint's folder under their own names; at most `limits.parallel` side by side.
  ///
  /// - Returns: what came of each, in the order given; one that fails does not stop the others.
  /// - Throws: `transfer-same-name` when two would get one name; when the endpoint cannot be used at all.
  public func uploadAll(
    _ paths: [String], to endpoint: Endpoint, options: UploadOptions = UploadOptions(), progress: Progress? = nil
  ) async throws(Fault) -> [TransferResult] {
    var endpoint = endpoint
    endpoint.url.path = endpoint.url.path.asFolder()
    // Letters lie side by side, and so do numbered files.
    if endpoint.publish.existing != .unique, ![.smtp, .smtps].contains(endpoint.url.scheme) {
      try Self.checkNames(paths)
    }
    let context = try context(endpoint, progress)
    return await eachOf(paths, endpoint) { path throws(Fault) in
      try await self.upload(path, as: nil, options, context)
    }
  }

  private func eachOf(
    _ names: [String], _ endpoint: Endpoint,
    _ body: @escaping @Sendable (String) async throws(Fault) -> TransferReceipt
  ) async -> [TransferResult] {
    await withTaskGroup(of: Numbered.self) { group in
      var waiting = names.enumerated().makeIterator()
      var results: [Int: TransferResult] = [:]
      for _ in 0..<max(1, endpoint.limits.parallel) {
        guard let (index, name) = waiting.next() else { break }
        group.addTask { Numbered(index: index, result: await Self.result(of: name, body)) }
      }
      for await done in group {
        results[done.index] = done.result
        guard let (index, name) = waiting.next() else { continue }
        group.addTask { Numbered(index: index, result: await Self.result(of: name, body)) }
      }
      return names.indices.compactMap { results[$0] }
    }
  }

  /// The result of one of many, with its place among them. A pair of them, made inside the task's closure, came out of
  /// Swift 6.3's optimizer with another number.
  private struct Numbered: Sendable {
    var index: Int
    var result: TransferResult
  }

  private static func result(
    of name: String, _ body: @Sendable (String) async throws(Fault) -> TransferReceipt
  ) async -> TransferResult {
    do throws(Fault) { return TransferResult(name: name, result: .success(try await body(name))) } catch {
      return TransferResult(name: name, result: .failure(error))
    }
  }
}
