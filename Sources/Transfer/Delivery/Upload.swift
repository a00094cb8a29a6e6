internal import Diagnostics
internal import Documents
internal import Ledger
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// One file from this machine to a server, delivered once.
///
/// The way is a row of phases, each of which can be entered again: an attempt that begins after a fault first asks the server
/// what the last one has done (R9, R10), and never sends again what may have arrived. What is meant is in the ledger before
/// each effect, so that a run after a crash can ask in the same way.
///
///     resolving    what earlier runs left open is settled; the same bytes delivered before end it here (R19)
///     sending      the bytes go to a temporary name, from where the server has them (R15), and are verified (R11)
///     publishing   the temporary name becomes the final one by the endpoint's policy (R7, R8); or, without renaming, the
///                  bytes go to the final name at once
///     finishing    the done-file is written
struct Upload {
  enum Phase { case resolving, sending, publishing, finishing, done }

  let context: DeliveryContext
  let wanted: RemotePath
  let options: UploadOptions
  let source: FileSource
  /// SHA-256 of the bytes; empty until `knowDigest`.
  private(set) var sha256 = ""
  /// Makes the digest of a long file while it is sent.
  private var digesting: Task<Void, Never>?
  let target: String
  let address: String
  var claim: LedgerClaim?
  var row: Int64?
  var phase = Phase.resolving
  /// The temporary file at the server; nil before one is chosen, and when the store writes under the final name.
  var temporary: RemotePath?
  /// Bytes may stand under the temporary name.
  var partMayStand = false
  /// The name that the file gets; differs from the wanted one under the policy `unique`.
  var final: RemotePath
  /// The number of the next name to be tried under the policy `unique`.
  var nextNumber = 2
  /// What stood under the final name before.
  var before = Standing.notAsked
  /// A request that gives the final name was sent, and its outcome has not been seen.
  var mayBePublished = false
  var outcome = TransferReceipt.Outcome.delivered
  var resumedAt: UInt64 = 0
  var answer = ""

  var store: any Store { context.store }
  var policy: PublishPolicy { context.endpoint.publish }
  /// Whether the bytes go to the final name at once.
  var isDirect: Bool {
    !store.abilities.moves || store.abilities.writesWhole || policy.temporaryName == nil
  }

  /// Sends a file, or standard input for `-`.
  static func run(
    _ local: String, to wanted: RemotePath, _ options: UploadOptions, _ context: DeliveryContext
  ) async throws(Fault) -> TransferReceipt {
    let source = try await FileSource.whenStable(local, stableFor: options.stableFor, name: wanted.name, context)
    if source.size > context.endpoint.limits.size {
      throw Fault(
        .unreadable,
        Diagnostic(
          .transferTooLarge, at: Place(file: local.escapedForDisplay),
          message: .init(
            "The file has \(source.size) bytes; the endpoint allows \(context.endpoint.limits.size).",
            vi: "Tệp có \(source.size) byte; điểm kết nối cho phép \(context.endpoint.limits.size).")))
    }
    let target = context.target(wanted)
    var upload = Upload(
      context: context, wanted: wanted, options: options, source: source, target: target,
      address: context.address(wanted), claim: try await context.claim(target, context.address(wanted)), final: wanted)
    return try await upload.run()
  }

  private mutating func run() async throws(Fault) -> TransferReceipt {
    var retrying = Retrying(context.endpoint.retry, context.clock)
    while phase != .done {
      do throws(TransferFault) { try await advance() } catch {
        do throws(Fault) { try await retrying.wait(after: error) } catch {
          await abandon(error, retrying.attempts)
          throw explained(error)
        }
      }
    }
    if let row, let ledger = context.ledger {
      try ledger.finish(
        row,
        TransferEnding(
          .delivered, bytes: source.size, sha256: sha256, attempts: retrying.attempts, resumedAt: resumedAt,
          answer: answer))
    }
    return TransferReceipt(
      direction: .upload, outcome: outcome, endpoint: context.endpoint.name, remote: context.address(final),
      local: source.path, bytes: source.size, sha256: sha256, resumedAt: resumedAt, attempts: retrying.attempts,
      answer: answer)
  }

  // MARK: The digest

  /// A file shorter than this is read through before anything else.
  private static let longFile: UInt64 = 1 << 20

  /// Whether the digest is needed before anything is sent: to compare with what was delivered or begun before, to be written
  /// down before an effect under the final name, and where it costs nothing.
  func needsDigest(_ leftovers: [TransferRecord], _ ledger: DeliveryLedger) throws(Fault) -> Bool {
    if isDirect || source.size < Self.longFile || !leftovers.isEmpty { return true }
    if options.again { return false }
    if policy.existing == .unique { return true }
    // Bytes of another number are other bytes.
    guard let last = try ledger.lastDelivery(to: target, .upload) else { return false }
    return last.bytes == nil || last.bytes == source.size
  }

  /// Reads the file through, or waits until that is done.
  mutating func knowDigest() async throws(TransferFault) {
    guard sha256.isEmpty else { return }
    await digesting?.value
    digesting = nil
    let source = self.source
    sha256 = try TransferFault.local { () throws(Fault) in try source.sha256() }
  }

  /// Begins to read the file through beside the sending; the ledger learns the digest as soon as it is known, so that a later
  /// run can go on with the part.
  mutating func beginDigest() {
    let source = self.source, row = self.row, ledger = context.ledger
    digesting = Task.detached {
      guard let sha256 = try? source.sha256(), let row, let ledger else { return }
      try? ledger.remember(sha256: sha256, of: row)
    }
  }

  private mutating func advance() async throws(TransferFault) {
    switch phase {
    case .resolving: try await resolve()
    case .sending: try await send()
    case .publishing: if isDirect { try await writeFinal() } else { try await rename() }
    case .finishing:
      try await writeDoneFile()
      phase = .done
    case .done: break
    }
  }

  /// A file that is being made and “not found” means that its folder is missing; nobody knows the temporary name.
  private func explained(_ fault: Fault) -> Fault {
    let isWriting = phase == .sending || phase == .publishing && isDirect
    guard isWriting, fault.diagnostic.code == .transferNotFound else { return fault }
    let folder = context.address(wanted.parent)
    return Fault(
      fault.kind,
      Diagnostic(
        .transferNotFound, at: Place(file: folder),
        message: .init("There is no folder \(folder).", vi: "Không có thư mục \(folder)."),
        hint: .init(
          "Make it at the server, or correct the path.", vi: "Hãy tạo thư mục trên máy chủ hoặc sửa đường dẫn.")))
  }

  // MARK: Done-file

  private func writeDoneFile() async throws(TransferFault) {
    guard let template = policy.doneFile else { return }
    let path = try name(Self.fill(template, name: final.name, id: ""))
    // It has no content, so writing it twice is writing it once.
    _ = try await store.write(path, from: EmptySource(), at: 0, if: .always)
  }

  /// A file beside the wanted one.
  func name(_ name: String) throws(TransferFault) -> RemotePath {
    try TransferFault.local { () throws(Fault) in try wanted.parent.appending(name) }
  }

  static func fill(_ template: String, name: String, id: String) -> String {
    let limit = 255 - max(0, template.utf8.count - 10)
    let name = LocalTarget.shortened(name, to: template.contains("{id}") ? min(limit, 200) : limit)
    return template.replacing("{name}", with: name).replacing("{id}", with: id)
  }

  // MARK: The end without success

  /// Cleans up and writes down how it ended. A part is kept when the next run can go on with it; what may have been published
  /// is kept as unknown, to be asked for then.
  private mutating func abandon(_ fault: Fault, _ attempts: Int) async {
    let isUnknown = mayBePublished || phase == .finishing
    var part = temporary?.name
    // Where nobody may log in, nothing can have been left, and nothing can be removed (R17).
    let mayAct = ![.transferTLS, .transferHostKey, .transferKeyExchange, .transferLogin].contains(fault.diagnostic.code)
    let canResume =
      fault.kind == .transient && fault.diagnostic.code != .sourceChanging && context.ledger != nil
      && store.abilities.resumesWrites && store.abilities.tellsSize
    if !isUnknown, !canResume, mayAct, partMayStand, let temporary {
      if await removeNow(temporary) { part = nil }
    }
    if !isUnknown, !partMayStand { part = nil }
    if !isUnknown, mayAct, isDirect, !store.abilities.writesWhole, before == .absent, partMayStand {
      // What was sent in part would be taken for the whole.
      _ = await removeNow(final)
    }
    if let row, let ledger = context.ledger {
      try? ledger.finish(
        row,
        TransferEnding(
          isUnknown ? .unknown : .failed, part: part, attempts: attempts, resumedAt: resumedAt,
          code: fault.diagnostic.code.id))
    }
  }

  /// Removes a file even when this task has been cancelled; whether it is gone.
  private func removeNow(_ path: RemotePath) async -> Bool {
    let store = store
    return await Task {
      do {
        try await store.remove(path)
        return true
      } catch { return false }
    }.value
  }
}

/// What stood under the final name before.
enum Standing: Hashable, Sendable {
  case notAsked
  case absent
  case version(RemoteVersion)

  init(notation: String?) {
    switch notation {
    case nil: self = .notAsked
    case "absent": self = .absent
    case let text?: self = RemoteVersion(notation: text).map { .version($0) } ?? .notAsked
    }
  }

  /// For the ledger.
  var notation: String? {
    switch self {
    case .notAsked: nil
    case .absent: "absent"
    case .version(let version): version.notation
    }
  }
}

extension FileSource {
  /// Opens a file to be sent, when it has been left alone for some seconds; spools standard input for `-`.
  ///
  /// - Throws: `local-file`, `source-changing`, `transfer-cancelled`.
  static func whenStable(
    _ path: String, stableFor seconds: Double, name: String, _ context: DeliveryContext
  ) async throws(Fault) -> FileSource {
    let report = context.progress
    let progress: @Sendable (UInt64, UInt64) -> Void = { done, total in
      report?(TransferProgress(name: name, done: done, total: total))
    }
    if path == "-" { return FileSource(spool: try spoolInput(), progress: progress) }
    let start = context.clock.now()
    while true {
      let file = try FileSource(path, progress: progress)
      if seconds <= 0 { return file }
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      let age = Double(now.tv_sec - file.identity.seconds)
      // A time in the future proves nothing: then the file is looked at twice.
      if age >= seconds { return file }
      guard context.clock.now() - start + seconds < context.endpoint.retry.deadline else { throw changing(path) }
      do { try await context.clock.sleep(seconds) } catch { throw Retrying.cancelled(changing(path)) }
      if FileIdentity(path: path) == file.identity { return file }
    }
  }

  /// Keeps standard input in a nameless file, so that it can be read again.
  private static func spoolInput() throws(Fault) -> Int32 {
    let spool = try makeSpool()
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { memory.deallocate() }
    var at: UInt64 = 0
    while true {
      let count = Glibc.read(0, memory.baseAddress, memory.count)
      if count < 0, errno == EINTR { continue }
      if count == 0 { return spool }
      let error = count < 0 ? errno : writeAll(spool, UnsafeRawBufferPointer(rebasing: memory[..<count]), at: at)
      if let error {
        close(spool)
        throw count < 0 ? Fault.local("standard input", error, .unreadable) : Fault.local("standard input", error)
      }
      at += UInt64(count)
    }
  }
}
