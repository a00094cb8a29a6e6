internal import Bytes
internal import CLibCURL
public import Diagnostics
internal import Documents
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// Feeds to Amazon's Selling Partner API: submitting, asking, fetching results (Feeds API 2021-06-30).
///
/// A file is submitted once: what was sent is remembered on disk before Amazon is asked for a feed, and when the answer to
/// that is lost, Amazon's list of feeds says whether there is one. A run that dies goes on where it was.
public final class SellingPartner: Sendable {
  /// Most bytes of a result that is packed, and of what it unpacks to.
  private static let resultLimit = 256 << 20

  private let client: SellingPartnerClient
  private let engine: CurlEngine
  private let journal: FeedJournal
  private var endpoint: Endpoint { client.endpoint }

  /// Makes a connection to a seller's account; nothing is sent yet.
  ///
  /// - Parameter state: the folder in which feeds are remembered; `$OCOP_STATE`, else `$XDG_STATE_HOME/ocop`, else
  ///   `~/.local/state/ocop`.
  /// - Throws: `.configuration` with `amazon-endpoint` or `curl-missing`; `.output` with `amazon-journal`.
  public init(_ endpoint: Endpoint, state: String? = nil) throws(Fault) {
    engine = try CurlEngine()
    client = try SellingPartnerClient(endpoint, engine)
    let variables = ["OCOP_STATE": "", "XDG_STATE_HOME": "/ocop", "HOME": "/.local/state/ocop"]
    let usual = ["OCOP_STATE", "XDG_STATE_HOME", "HOME"].lazy.compactMap { name -> String? in
      guard let value = getenv(name), value.pointee != 0 else { return nil }
      return String(cString: value) + (variables[name] ?? "")
    }.first
    journal = try FeedJournal(state: state ?? usual ?? ".", name: endpoint.name ?? endpoint.url.host)
  }

  deinit { engine.close() }

  // MARK: Submitting

  /// Submits a file, unless it was submitted before.
  ///
  /// - Parameter again: submits it although an earlier feed of the same bytes is known.
  /// - Returns: the feed's record; of the earlier feed when there is one.
  /// - Throws: `amazon-feed-unknown` when nobody can tell which feed is ours; `amazon-feed-type`, `amazon-refused`,
  ///   `transfer-…` and faults of the file.
  public func submit(_ path: String, again: Bool = false) async throws(Fault) -> FeedRecord {
    let settings = client.settings
    if Self.deadFeedTypes.contains(settings.feedType), !endpoint.url.host.hasPrefix("sandbox.") {
      throw Fault(
        .configuration,
        Diagnostic(
          .amazonFeedType, at: Place(file: endpoint.name ?? endpoint.url.description), value: settings.feedType))
    }
    let source = DocumentSource(try InputDocument.open(path))
    let digests: S3Digests
    do throws(TransferFault) { digests = try S3Digests(source, from: 0, count: source.size) } catch {
      throw error.fault
    }

    let claim = try await claim()
    defer { withExtendedLifetime(claim) {} }
    let known = try journal.all()
    let same = known.filter {
      $0.sha256 == digests.sha256.hex && $0.feedType == settings.feedType && $0.marketplaces == settings.marketplaces
    }
    if let last = same.max(by: { $0.attempt < $1.attempt }) {
      switch last.stage {
      case .created where !again: return last
      case .created: break
      // `again` is also how a person says that none of several feeds is ours.
      case .creating where again: break
      case .creating:
        if let found = try await resolve(last, known) { return found }
        return try await create(last, known)
      // The document may be older than the two days that Amazon keeps it: a new one costs nothing.
      case .uploaded: journal.remove(last)
      }
    }
    let (document, time) = try await upload(source, digests, type: Self.contentType(of: path))
    let attempt = (same.map(\.attempt).max() ?? 0) + 1
    let record = FeedRecord(
      file: path, bytes: source.size, sha256: digests.sha256.hex, feedType: settings.feedType,
      marketplaces: settings.marketplaces, attempt: attempt, stage: .uploaded, document: document, since: time)
    try journal.save(record)
    return try await create(record, known)
  }

  /// Waits for the sole right to submit.
  private func claim() async throws(Fault) -> FeedJournal.Claim {
    let end = ContinuousClock.now + .seconds(endpoint.retry.deadline)
    while true {
      if let claim = try journal.claim() { return claim }
      let busy = Fault(
        .transient,
        Diagnostic(
          .amazonFeedPending, at: Place(file: endpoint.name ?? endpoint.url.description),
          message: .init(
            "Another run is submitting for this seller.", vi: "Một tiến trình khác đang gửi cho người bán này."))
      )
      guard .now < end else { throw busy }
      do { try await Task.sleep(for: .milliseconds(200)) } catch { throw busy }
    }
  }

  /// Makes a document and sends the bytes to it; a document that is never used goes away by itself.
  private func upload(
    _ source: DocumentSource, _ digests: S3Digests, type: String
  ) async throws(Fault) -> (document: String, time: Int64) {
    try await Retrying.run(endpoint.retry, .system) { () async throws(TransferFault) in
      let answer = try await self.client.perform(
        .createFeedDocument, "documents", body: jsonLine([("contentType", .string(type))]))
      guard let document = answer.body["feedDocumentId"]?.text, let address = answer.body["url"]?.text else {
        throw self.client.refused("documents", .init("no document in the answer", vi: "câu trả lời không có tài liệu"))
      }
      let response = try await self.client.upload(source, to: address, type: type)
      // Encrypted storage tells another tag, which says nothing.
      if let told = S3Answer.version(of: response).md5, told != digests.md5.hex {
        throw TransferFault(
          Fault(
            .transient,
            Diagnostic(
              .transferBroken, at: Place(file: self.endpoint.url.description),
              message: .init("The storage has MD5 \(told), sent was \(digests.md5.hex).", vi: "MD5 không khớp."))),
          .retry)
      }
      // Without Amazon's clock: this machine's, with room for its error.
      return (document, answer.time ?? Int64(time(nil)) - 300)
    }
  }

  /// Asks for the feed: the one step that must not happen twice.
  private func create(_ record: FeedRecord, _ known: [FeedRecord]) async throws(Fault) -> FeedRecord {
    var record = record
    record.stage = .creating
    try journal.save(record)
    let body = jsonLine([
      ("feedType", .string(record.feedType)), ("marketplaceIds", .array(record.marketplaces.map { .string($0) })),
      ("inputFeedDocumentId", .string(record.document)),
    ])
    var retrying = Retrying(endpoint.retry)
    while true {
      let fault: TransferFault
      do throws(TransferFault) {
        let answer = try await client.perform(.createFeed, "feeds", body: body)
        guard let feed = answer.body["feedId"]?.text, !feed.isEmpty else {
          throw TransferFault(
            client.refused("feeds", .init("no feed in the answer", vi: "câu trả lời không có feed")).fault, .ask)
        }
        record.feed = feed
        record.stage = .created
        try local { () throws(Fault) in try journal.save(record) }
        return record
      } catch { fault = error }
      switch fault.remedy {
      case .giveUp:
        // Refused, so there is no feed.
        if record.feed == nil { journal.remove(record) }
        throw fault.fault
      case .ask:
        if let found = try await resolve(record, known) { return found }
      case .retry: break
      }
      guard await retrying.pause(after: fault) else { throw fault.fault }
    }
  }

  /// Looks for the feed whose answer was lost, among those that were created since then and are not known to be others.
  ///
  /// - Returns: the record with its feed; nil when there is none.
  /// - Throws: `amazon-feed-unknown` when there are several.
  private func resolve(_ record: FeedRecord, _ known: [FeedRecord]) async throws(Fault) -> FeedRecord? {
    let others = Set(known.compactMap(\.feed))
    // A new feed takes a moment to be listed.
    for pause in [0, 2, 5] {
      do { try await Task.sleep(for: .seconds(endpoint.retry.firstPause * Double(pause))) } catch { break }
      let found = try await feeds(of: record).filter { !others.contains($0) }
      if found.count > 1 {
        throw Fault(
          .stopped,
          Diagnostic(
            .amazonFeedUnknown, at: Place(file: record.file), value: found.joined(separator: ", "),
            message: .init(
              "The answer to createFeed was lost, and there are \(found.count) new feeds: \(found.joined(separator: ", ")).",
              vi: "Câu trả lời của createFeed bị mất và có \(found.count) feed mới: \(found.joined(separator: ", "))."))
        )
      }
      if let feed = found.first {
        var record = record
        record.feed = feed
        record.stage = .created
        try journal.save(record)
        return record
      }
    }
    return nil
  }

  /// Feeds of the record's kind that Amazon has created since then.
  private func feeds(of record: FeedRecord) async throws(Fault) -> [String] {
    var found: [String] = []
    var query = [
      (name: "feedTypes", value: record.feedType), (name: "createdSince", value: ISODate.text(record.since)),
      (name: "pageSize", value: "100"),
    ]
    for _ in 0..<20 {
      let page = query
      let answer = try await Retrying.run(endpoint.retry, .system) { () async throws(TransferFault) in
        try await self.client.perform(.getFeeds, "feeds", query: page)
      }
      for feed in answer.body["feeds"]?.elements ?? [] {
        guard let id = feed["feedId"]?.text, feed["feedType"]?.text == record.feedType else { continue }
        if let places = feed["marketplaceIds"]?.elements.compactMap(\.text), Set(places) != Set(record.marketplaces) {
          continue
        }
        if let created = feed["createdTime"]?.text.flatMap(ISODate.seconds), created < record.since { continue }
        found.append(id)
      }
      guard let next = answer.body["nextToken"]?.text, !next.isEmpty else { break }
      query = [(name: "nextToken", value: next)]
    }
    return found
  }

  // MARK: Asking

  /// The feeds that were submitted from here.
  public func feeds() throws(Fault) -> [FeedRecord] { try journal.all() }

  /// Asks how far Amazon is with a feed.
  ///
  /// - Throws: `transfer-not-found` when the seller has no such feed; as `submit`.
  public func status(of feed: String) async throws(Fault) -> FeedRecord {
    let answer = try await Retrying.run(endpoint.retry, .system) { () async throws(TransferFault) in
      try await self.client.perform(.getFeed, "feeds/\(PercentCode.encode(feed))")
    }
    guard let word = answer.body["processingStatus"]?.text else {
      throw client.refused("feeds/\(feed)", .init("no status in the answer", vi: "câu trả lời không có trạng thái"))
        .fault
    }
    // A feed that was submitted elsewhere can be asked for too.
    let known = try journal.all().first { $0.feed == feed }
    var record =
      known
      ?? FeedRecord(
        file: "", bytes: 0, sha256: "", feedType: answer.body["feedType"]?.text ?? "",
        marketplaces: answer.body["marketplaceIds"]?.elements.compactMap(\.text) ?? [], attempt: 1, stage: .created,
        document: "", since: 0, feed: feed)
    record.status = FeedRecord.Status(word)
    record.result = answer.body["resultFeedDocumentId"]?.text ?? record.result
    if known != nil, known != record { try journal.save(record) }
    return record
  }

  /// Asks until Amazon is done with a feed, at growing intervals.
  ///
  /// - Parameters:
  ///   - seconds: after these, what is known is returned.
  ///   - report: told each status.
  public func wait(
    for feed: String, upTo seconds: Double, report: @Sendable (FeedRecord) -> Void = { _ in }
  ) async throws(Fault) -> FeedRecord {
    let end = ContinuousClock.now + .seconds(seconds)
    var pause = endpoint.retry.firstPause * 5
    while true {
      let record = try await status(of: feed)
      report(record)
      if record.status?.isFinal == true || .now + .seconds(pause) > end { return record }
      do { try await Task.sleep(for: .seconds(pause)) } catch { return record }
      pause = min(pause * 1.5, max(endpoint.retry.longestPause, endpoint.retry.firstPause))
    }
  }

  /// Fetches the result of a feed that is done.
  ///
  /// - Throws: `amazon-feed-pending` (`.transient`) when there is none yet; `amazon-feed-failed` (`.output`) when there will be
  ///   none.
  public func result(of feed: String) async throws(Fault) -> [UInt8] {
    let record = try await status(of: feed)
    guard let document = record.result else {
      let word = record.status?.text ?? ""
      let isFailed = record.status == .fatal || record.status == .cancelled
      throw Fault(
        isFailed ? .output : .transient,
        Diagnostic(
          isFailed ? .amazonFeedFailed : .amazonFeedPending, at: Place(file: feed), value: word,
          message: .init(
            "Feed \(feed) is \(word) and has no result.", vi: "Feed \(feed) ở trạng thái \(word), không có kết quả.")
        ))
    }
    return try await Retrying.run(endpoint.retry, .system) { () async throws(TransferFault) in
      // The address lives for five minutes, so each attempt asks for a new one.
      let answer = try await self.client.perform(.getFeedDocument, "documents/\(PercentCode.encode(document))")
      guard let address = answer.body["url"]?.text else {
        throw self.client.refused("documents", .init("no address in the answer", vi: "câu trả lời không có địa chỉ"))
      }
      let bytes = try await self.client.download(address, limit: Self.resultLimit)
      switch answer.body["compressionAlgorithm"]?.text {
      case nil: return bytes
      case "GZIP":
        do throws(Fault) {
          return try Gunzip.unpack(bytes, limit: Self.resultLimit, place: "feed \(feed)")
        } catch { throw TransferFault(error, error.kind == .malformed ? .retry : .giveUp) }
      case let other?:
        throw self.client.refused(
          "documents", .init("the result is packed by \(other)", vi: "kết quả được nén bằng \(other)"))
      }
    }
  }

  // MARK: Small things

  private func local<R>(_ body: () throws(Fault) -> R) throws(TransferFault) -> R {
    do throws(Fault) { return try body() } catch { throw TransferFault(error, .giveUp) }
  }

  private static func contentType(of path: String) -> String {
    let name = path.lowercased()
    if name.hasSuffix(".txt") || name.hasSuffix(".tsv") { return "text/tab-separated-values; charset=UTF-8" }
    if name.hasSuffix(".xml") { return "text/xml; charset=UTF-8" }
    return "application/json; charset=UTF-8"
  }

  /// Switched off by Amazon on 31 July 2025.
  private static let deadFeedTypes: Set = [
    "POST_PRODUCT_DATA", "POST_INVENTORY_AVAILABILITY_DATA", "POST_PRODUCT_OVERRIDES_DATA", "POST_PRODUCT_PRICING_DATA",
    "POST_PRODUCT_IMAGE_DATA", "POST_PRODUCT_RELATIONSHIP_DATA", "POST_FLAT_FILE_INVLOADER_DATA",
    "POST_FLAT_FILE_BOOKLOADER_DATA", "POST_FLAT_FILE_CONVERGENCE_LISTINGS_DATA", "POST_FLAT_FILE_LISTINGS_DATA",
    "POST_FLAT_FILE_PRICEANDQUANTITYONLY_UPDATE_DATA", "POST_UIEE_BOOKLOADER_DATA",
  ]
}

/// Gives the bytes of an input document.
private final class DocumentSource: ByteSource {
  private let document: InputDocument
  private let place = Mutex<UInt64>(0)

  init(_ document: InputDocument) { self.document = document }

  var size: UInt64 { document.size }

  func seek(to offset: UInt64) throws(Fault) { place.withLock { $0 = offset } }

  func read(into memory: UnsafeMutableRawBufferPointer) throws(Fault) -> Int {
    let read = try document.read(at: place.withLock { $0 }, into: memory)
    place.withLock { $0 += UInt64(read) }
    return read
  }
}
