internal import Bytes
internal import Diagnostics
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// Writes a download into its part file and proves, as far as the server's words go, that it is whole: own count, own limit,
/// own digest. Goes on where an earlier attempt or run stopped.
final class PartSink: ByteSink {
  private struct State {
    var count: UInt64 = 0
    var head: TransferHead?
    var end: UInt64?
    var resumedAt: UInt64 = 0
    var wanted = RemoteVersion()
    var failure: TransferFault?
  }

  let descriptor: Int32
  private let path: String
  private let remote: String
  private let limit: UInt64
  private let state = Mutex(State())
  private let writer: PartWriter
  private let progress: @Sendable (UInt64, UInt64?) -> Void
  private let onVersion: @Sendable (RemoteVersion) -> Void
  /// A part shorter than this is not worth being remembered beyond this run.
  private static let worthKeeping: UInt64 = 1 << 20

  /// - Parameters:
  ///   - descriptor: the part file; the sink closes it.
  ///   - onVersion: is told, on the engine's thread, which version a long download reads.
  init(
    _ descriptor: Int32, path: String, remote: String, limit: UInt64,
    progress: @escaping @Sendable (UInt64, UInt64?) -> Void,
    onVersion: @escaping @Sendable (RemoteVersion) -> Void
  ) {
    self.descriptor = descriptor
    writer = PartWriter(descriptor, path: path)
    self.path = path
    self.remote = remote
    self.limit = limit
    self.progress = progress
    self.onVersion = onVersion
  }

  deinit { close(descriptor) }

  // MARK: Between attempts

  /// Bytes that came; between attempts, those in the part.
  var count: UInt64 { state.withLock { $0.count } }
  /// The offset at which the last attempt went on.
  var resumedAt: UInt64 { state.withLock { $0.resumedAt } }
  /// What the server said last.
  var head: TransferHead? { state.withLock { $0.head } }
  /// What ended an attempt here.
  var failure: TransferFault? { state.withLock { $0.failure } }
  /// SHA-256 of the part.
  ///
  /// - Throws: `.output` with `local-file`.
  func sha256() throws(Fault) -> String { try writer.sha256() }
  /// The offset at which the announced bytes end.
  var end: UInt64? { state.withLock { $0.end } }

  /// Takes over the bytes of an earlier run, read from a version.
  ///
  /// - Throws: `.output` with `local-file`.
  func adopt(_ version: RemoteVersion) throws(Fault) {
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw Fault.local(path, errno) }
    let count = UInt64(clamping: status.st_size)
    writer.adopt(count)
    state.withLock {
      $0.count = count
      $0.wanted = version
    }
  }

  /// Prepares an attempt: from where and of which version to read. A part that nothing ties to a version starts anew.
  func prepare() -> (offset: UInt64, version: RemoteVersion?) {
    state.withLock { state in
      state.failure = nil
      state.end = nil
      state.head = nil
      let isKnown = state.wanted.etag != nil || (state.wanted.size != nil && state.wanted.modified != nil)
      return isKnown && state.count > 0 ? (state.count, state.wanted) : (0, nil)
    }
  }

  /// Ends an attempt: all bytes that came are in the part now, or the reason is in ``failure``.
  func settle() {
    let (count, fault) = writer.finish()
    state.withLock {
      $0.count = count
      if let fault, $0.failure == nil { $0.failure = TransferFault(fault, .giveUp) }
    }
  }

  /// Forgets all bytes, so that the next attempt starts anew.
  func discard() {
    state.withLock {
      $0.count = 0
      $0.wanted = RemoteVersion()
    }
    writer.discard()
  }

  /// MD5 of the part, for a server that tells it.
  ///
  /// - Throws: `.output` with `local-file`.
  func md5() throws(Fault) -> String {
    var digest = MD5()
    try readAll { digest.add($0) }
    return digest.hex
  }

  private func readAll(_ body: (UnsafeRawBufferPointer) -> Void) throws(Fault) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { memory.deallocate() }
    var at: UInt64 = 0
    while true {
      let count = pread(descriptor, memory.baseAddress, memory.count, off_t(clamping: at))
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw Fault.local(path, errno) }
      if count == 0 { return }
      body(UnsafeRawBufferPointer(rebasing: memory[..<count]))
      at += UInt64(count)
    }
  }

  // MARK: On the engine's thread

  func start(_ head: TransferHead) throws(Fault) {
    let fault = state.withLock { state -> TransferFault? in
      state.head = head
      // The server may say any numbers.
      state.end = head.length.map { length in
        let (end, isOverflow) = head.offset.addingReportingOverflow(length)
        return isOverflow ? .max : end
      }
      if let end = state.end, end > limit { return tooLarge() }
      if head.offset == 0, state.count > 0 {
        state.count = 0
        state.wanted = RemoteVersion()
        writer.discard()
      } else if head.offset != state.count || (head.offset > 0 && state.wanted.contradicts(head.version)) {
        // Another place or another version than asked for: what is here does not belong to what would come.
        state.wanted = RemoteVersion()
        return incomplete(
          .init(
            "the server goes on at another place or with another file", vi: "máy chủ gửi tiếp từ vị trí hoặc tệp khác"))
      }
      if head.offset == 0 { state.wanted = head.version }
      state.resumedAt = head.offset
      return nil
    }
    if let fault { throw failed(fault) }
    if head.offset == 0, head.length ?? .max > Self.worthKeeping { onVersion(head.version) }
  }

  func receive(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    let (fault, count, end) = state.withLock { state -> (TransferFault?, UInt64, UInt64?) in
      let count = state.count + UInt64(bytes.count)
      if count > limit { return (tooLarge(), count, nil) }
      if let end = state.end, count > end {
        state.wanted = RemoteVersion()
        return (incomplete(.init("more bytes than announced", vi: "nhiều byte hơn thông báo")), count, nil)
      }
      do throws(Fault) { try writer.append(bytes, keeping: self) } catch {
        return (TransferFault(error, .giveUp), count, nil)
      }
      state.count = count
      return (nil, count, state.end)
    }
    if let fault { throw failed(fault) }
    progress(count, end)
  }

  private func failed(_ fault: TransferFault) -> Fault {
    state.withLock { $0.failure = fault }
    return fault.fault
  }

  private func tooLarge() -> TransferFault {
    TransferFault(
      Fault(
        .unreadable,
        Diagnostic(
          .transferTooLarge, at: Place(file: remote),
          message: .init(
            "The file has more than the \(limit) bytes that the endpoint allows.",
            vi: "Tệp có nhiều hơn \(limit) byte mà điểm kết nối cho phép."))),
      .giveUp)
  }

  /// A download that is not whole, and why.
  func incomplete(_ reason: LocalizedText) -> TransferFault { .incomplete(remote, reason) }
}

extension RemoteVersion {
  /// Whether both say something about the same thing, and say different things.
  func contradicts(_ other: RemoteVersion) -> Bool {
    func differ<T: Equatable>(_ a: T?, _ b: T?) -> Bool {
      if let a, let b { a != b } else { false }
    }
    return differ(etag, other.etag) || differ(size, other.size) || differ(modified, other.modified)
  }

  /// For the ledger: `size modified etag`, with `-` for what is not known.
  var notation: String {
    "\(size.map { String($0) } ?? "-") \(modified.map { String($0) } ?? "-") \(etag ?? "-")"
  }

  /// Reads the ledger's notation.
  init?(notation: String) {
    let parts = notation.split(separator: " ", maxSplits: 2)
    guard parts.count == 3 else { return nil }
    self.init(
      size: UInt64(parts[0]), modified: Int64(parts[1]), etag: parts[2] == "-" ? nil : String(parts[2]))
  }
}
