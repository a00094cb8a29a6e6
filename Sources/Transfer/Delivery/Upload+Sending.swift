internal import Bytes
internal import Diagnostics
internal import Synchronization

// The bytes go to the temporary name.
extension Upload {
  /// Brings the bytes under the temporary name, from where the server has them, and verifies them there.
  mutating func send() async throws(TransferFault) {
    guard let temporary else { return phase = .publishing }
    var offset: UInt64 = 0
    if partMayStand {
      try await knowDigest()
      offset = try await usableOffset(temporary)
    }
    resumedAt = offset
    partMayStand = true
    if offset < source.size || source.size == 0 {
      let start = offset
      try TransferFault.local { () throws(Fault) in try source.seek(to: start) }
      _ = try await store.write(temporary, from: source, at: offset, if: .always)
    }
    try await verify(temporary, isFinal: false)
    try await knowDigest()
    if options.readBack, store.abilities.resumesReads { try await readBack(temporary) }
    try TransferFault.local { () throws(Fault) in try source.checkUnchanged() }
    phase = .publishing
  }

  /// How many bytes of the part at the server are right: 0 when it has more than there are, or others.
  private func usableOffset(_ part: RemotePath) async throws(TransferFault) -> UInt64 {
    guard store.abilities.resumesWrites, store.abilities.tellsSize,
      let version = try await store.status(of: part)?.version, let size = version.size, size > 0, size <= source.size
    else { return 0 }
    if size == source.size, let same = try compareDigest(version, sha256) { return same ? size : 0 }
    guard store.abilities.resumesReads else { return size }
    // The end of the part is read back: whoever has written other bytes there is found out (R15).
    let length = min(size, 256 << 10)
    let sink = ComparingSink(source, at: size - length, to: size)
    do throws(TransferFault) {
      _ = try await store.read(part, from: size - length, of: version, into: sink)
    } catch {
      if sink.isDifferent { return 0 }
      // A part that may be written and not read is trusted by its size.
      if error.remedy != .giveUp { throw error }
      return size
    }
    return sink.isSame ? size : 0
  }

  /// Asks the server what it has now, and compares size and digest. The digest may still be made while the server, which may be
  /// bringing the file to its disk, takes its time to answer.
  mutating func verify(_ path: RemotePath, isFinal: Bool) async throws(TransferFault) {
    guard store.abilities.tellsSize || store.abilities.tellsDigest else {
      answer = "accepted; the server does not tell the size"
      return
    }
    let file: RemoteFile?
    do throws(TransferFault) { file = try await store.status(of: path) } catch {
      // It may be written and not looked at: its size was compared before, or cannot be.
      guard isFinal, error.remedy == .giveUp else { throw error }
      if isDirect { answer = "accepted; the server does not tell the size" }
      return
    }
    guard let version = file?.version else {
      guard isFinal else { throw mismatch(path, .init("it is not there", vi: "không có tệp")) }
      answer = "accepted; taken away at once"
      return
    }
    if let size = version.size, size != source.size {
      throw mismatch(path, .init("\(size) bytes instead of \(source.size)", vi: "\(size) byte thay vì \(source.size)"))
    }
    try await knowDigest()
    let digest = try compareDigest(version, sha256)
    if digest == false { throw mismatch(path, .init("another digest", vi: "mã băm khác")) }
    let proof = (version.size == nil ? [] : ["size"]) + (digest == nil ? [] : ["digest"])
    answer =
      proof.isEmpty ? "accepted; the server does not tell the size" : "verified by " + proof.joined(separator: ", ")
  }

  private func mismatch(_ path: RemotePath, _ reason: LocalizedText) -> TransferFault {
    TransferFault(
      Fault(
        .transient,
        Diagnostic(
          .uploadMismatch, at: Place(file: context.address(path)),
          message: .init(
            "The server has other bytes than were sent: \(reason.en).",
            vi: "Máy chủ có dữ liệu khác với đã gửi: \(reason.vi)."))),
      .retry)
  }

  /// Reads the whole part back and compares it byte by byte.
  private mutating func readBack(_ path: RemotePath) async throws(TransferFault) {
    let sink = ComparingSink(source, at: 0, to: source.size)
    do throws(TransferFault) { _ = try await store.read(path, from: 0, of: nil, into: sink) } catch {
      if !sink.isDifferent { throw error }
    }
    guard sink.isSame else {
      partMayStand = !(try await removed(path))
      throw mismatch(path, .init("other bytes", vi: "byte khác"))
    }
    answer = "verified by reading back"
  }

  /// Removes what is wrong at the server; whether that worked.
  func removed(_ path: RemotePath) async throws(TransferFault) -> Bool {
    guard store.abilities.removes else { return false }
    do throws(TransferFault) { try await store.remove(path) } catch {
      if error.remedy != .giveUp { throw error }
      return false
    }
    return true
  }
}

/// Compares bytes from a server with a local file.
final class ComparingSink: ByteSink {
  private struct State {
    var at: UInt64
    var isDifferent = false
    var memory: [UInt8] = []
  }

  private let source: FileSource
  private let from: UInt64
  private let to: UInt64
  private let state: Mutex<State>

  init(_ source: FileSource, at from: UInt64, to: UInt64) {
    self.source = source
    self.from = from
    self.to = to
    state = Mutex(State(at: from))
  }

  /// Whether some byte differed, or came from another place.
  var isDifferent: Bool { state.withLock { $0.isDifferent } }
  /// Whether all bytes came and none differed.
  var isSame: Bool { state.withLock { !$0.isDifferent && $0.at == to } }

  func start(_ head: TransferHead) throws(Fault) {
    if head.offset != from { throw different() }
  }

  func receive(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    let (at, memory) = state.withLock { ($0.at, $0.memory) }
    guard UInt64(bytes.count) <= to - at else { throw different() }
    var local = memory
    if local.count < bytes.count { local = [UInt8](repeating: 0, count: bytes.count) }
    var done = 0
    while done < bytes.count {
      var fault: Fault?
      var count = 0
      local.withUnsafeMutableBytes { local in
        do throws(Fault) {
          count = try source.readAt(
            at + UInt64(done), into: UnsafeMutableRawBufferPointer(rebasing: local[done..<bytes.count]))
        } catch { fault = error }
      }
      if let fault { throw fault }
      if count == 0 { throw different() }
      done += count
    }
    let isEqual = local.withUnsafeBytes { $0.prefix(bytes.count).elementsEqual(bytes) }
    guard isEqual else { throw different() }
    state.withLock {
      $0.at = at + UInt64(bytes.count)
      $0.memory = local
    }
  }

  private func different() -> Fault {
    state.withLock { $0.isDifferent = true }
    return Fault(.transient, Diagnostic(.uploadMismatch, at: Place(file: source.path.escapedForDisplay)))
  }
}
