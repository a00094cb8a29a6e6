internal import Diagnostics
internal import Documents
internal import Ledger

#if canImport(Glibc)
  internal import Glibc
#endif

/// One file from a server to this machine: whole, verified and synced before it gets its final name; broken reads go on
/// where they stopped, also in a later run, as long as the server has the same version (R1, R13, R14).
struct Download: Sendable {
  private let context: DeliveryContext
  private let path: RemotePath
  private let options: DownloadOptions
  private let address: String

  init(_ context: DeliveryContext, _ path: RemotePath, _ options: DownloadOptions) {
    self.context = context
    self.path = path
    self.options = options
    address = context.address(path)
  }

  // MARK: To a file

  func run(to local: String) async throws(Fault) -> TransferReceipt {
    let target = try LocalTarget(local, remoteName: path.name)
    let key = context.target(path, local: target.path)
    let claim = try await context.claim(key, address)
    defer { withExtendedLifetime(claim) {} }

    var earlier: (record: TransferRecord, name: String, descriptor: Int32, version: RemoteVersion)?
    if let ledger = context.ledger, let claim {
      for record in try ledger.leftovers(of: key, .download, claim) {
        if earlier == nil, let found = open(record, target) {
          earlier = (record, found.name, found.descriptor, found.version)
        } else {
          if let name = Self.name(of: record) { target.removePart(name) }
          try ledger.settle(record, as: try outcome(of: record, target), part: nil)
        }
      }
    }
    let name = earlier?.name ?? target.partName(context.newID())
    var row: Int64?
    if let ledger = context.ledger, let claim {
      row = try ledger.begin(
        TransferIntent(
          .download, target: key, endpoint: context.endpoint.name, remote: address, local: target.path,
          part: target.path.dropLast(target.name.utf8.count, of: name), version: earlier?.version.notation), claim)
      if let earlier { try ledger.settle(earlier.record, as: .failed, part: nil) }
    }
    var retrying = Retrying(context.endpoint.retry, context.clock)
    var sink: PartSink?
    do throws(Fault) {
      let descriptor: Int32
      if let earlier { descriptor = earlier.descriptor } else { descriptor = try target.makePart(name) }
      let part = self.sink(descriptor, target.path, row)
      sink = part
      if let earlier { try part.adopt(earlier.version) }
      let proof = try await fetch(into: part, &retrying)
      var receipt = try receipt(part, local, retrying.attempts, proof)
      if options.decompress, Inflating.isGzip(descriptor) {
        receipt = try publishUnpacked(part, name, target, receipt, row)
        target.removePart(name)
      } else {
        try publish(name, descriptor, target, receipt, row)
      }
      if let row, let ledger = context.ledger {
        try ledger.finish(
          row,
          TransferEnding(
            .delivered, bytes: receipt.bytes, sha256: receipt.sha256, attempts: receipt.attempts,
            resumedAt: receipt.resumedAt, answer: receipt.answer))
      }
      return receipt
    } catch {
      // A part is kept when the next run can go on with it; else nothing is left.
      let version = sink?.prepare().version
      let isKept = error.kind == .transient && row != nil && version != nil && context.store.abilities.resumesReads
      if !isKept { target.removePart(name) }
      if let row, let ledger = context.ledger {
        let part = isKept ? target.path.dropLast(target.name.utf8.count, of: name) : nil
        if let version, isKept { try? ledger.keep(part: part, version: version.notation, of: row) }
        try? ledger.finish(
          row,
          TransferEnding(
            .failed, part: part, attempts: retrying.attempts, resumedAt: sink?.resumedAt ?? 0,
            code: error.diagnostic.code.id))
      }
      throw error
    }
  }

  /// The part that an earlier run has left, when it can be gone on with.
  private func open(
    _ record: TransferRecord, _ target: LocalTarget
  ) -> (name: String, descriptor: Int32, version: RemoteVersion)? {
    guard context.store.abilities.resumesReads, record.state != .publishing,
      let version = record.version.flatMap(RemoteVersion.init(notation:)), let name = Self.name(of: record),
      let descriptor = target.openPart(name)
    else { return nil }
    return (name, descriptor, version)
  }

  private static func name(of record: TransferRecord) -> String? {
    record.part.flatMap { $0.split(separator: "/").last }.map(String.init)
  }

  /// How an earlier run ended that was stopped in the midst: its file stands there whole, or it had no effect.
  private func outcome(of record: TransferRecord, _ target: LocalTarget) throws(Fault) -> TransferRecord.State {
    guard record.state == .publishing, let sha256 = record.sha256, let bytes = record.bytes,
      let file = try? FileSource(target.path, progress: { _, _ in }), file.size == bytes,
      (try? file.sha256()) == sha256
    else { return record.state == .delivered ? .delivered : .failed }
    return .delivered
  }

  // MARK: To standard output

  /// Spools the file, and copies it out when it is whole and verified.
  func runToStandardOutput() async throws(Fault) -> TransferReceipt {
    var row: Int64?
    let key = context.target(path, local: "-\0" + context.newID())
    let claim = try await context.claim(key, address)
    defer { withExtendedLifetime(claim) {} }
    if let ledger = context.ledger, let claim {
      row = try ledger.begin(
        TransferIntent(
          .download, target: key, endpoint: context.endpoint.name, remote: address, local: "-"), claim)
    }
    var retrying = Retrying(context.endpoint.retry, context.clock)
    do throws(Fault) {
      let part = sink(try makeSpool(), "standard output", nil)
      let proof = try await fetch(into: part, &retrying)
      var receipt = try receipt(part, "-", retrying.attempts, proof)
      var output = part.descriptor
      if options.decompress, Inflating.isGzip(output) {
        output = try makeSpool()
        (receipt.bytes, receipt.sha256) = try Inflating.unpack(
          part.descriptor, into: output, limit: context.endpoint.limits.size, place: address, path: "-")
      }
      defer { if output != part.descriptor { close(output) } }
      try Self.copyOut(output)
      if let row, let ledger = context.ledger {
        try ledger.finish(
          row,
          TransferEnding(
            .delivered, bytes: receipt.bytes, sha256: receipt.sha256, attempts: receipt.attempts,
            answer: receipt.answer))
      }
      return receipt
    } catch {
      if let row, let ledger = context.ledger {
        try? ledger.finish(
          row, TransferEnding(.failed, attempts: retrying.attempts, code: error.diagnostic.code.id))
      }
      throw error
    }
  }

  private static func copyOut(_ descriptor: Int32) throws(Fault) {
    // A reader that goes away is an error here and no death.
    signal(SIGPIPE, SIG_IGN)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { memory.deallocate() }
    var at: UInt64 = 0
    while true {
      let count = pread(descriptor, memory.baseAddress, memory.count, off_t(clamping: at))
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw Fault.local("standard output", errno) }
      if count == 0 { return }
      if let error = writeAll(1, UnsafeRawBufferPointer(rebasing: memory[..<count])) {
        throw Fault.local("standard output", error)
      }
      at += UInt64(count)
    }
  }

  // MARK: Reading

  private func sink(_ descriptor: Int32, _ path: String, _ row: Int64?) -> PartSink {
    let name = self.path.name
    let progress = context.progress
    let ledger = context.ledger
    return PartSink(
      descriptor, path: path, remote: address, limit: context.endpoint.limits.size,
      progress: { progress?(TransferProgress(name: name, done: $0, total: $1)) },
      onVersion: { version in
        // A long download is remembered while it runs, so that it can be gone on with even if this process is killed. Not on
        // the engine's thread, which has other files to serve; a late row changes nothing.
        guard let row, let ledger else { return }
        Task.detached { try? ledger.remember(version: version.notation, of: row) }
      })
  }

  /// Reads until the part is whole and verified.
  ///
  /// - Returns: by what it was verified.
  private func fetch(into sink: PartSink, _ retrying: inout Retrying) async throws(Fault) -> String {
    while true {
      do throws(TransferFault) { return try await attempt(sink) } catch { try await retrying.wait(after: error) }
    }
  }

  private func attempt(_ sink: PartSink) async throws(TransferFault) -> String {
    let (offset, version) = sink.prepare()
    var read: RemoteVersion
    do throws(TransferFault) {
      read = try await context.store.read(path, from: offset, of: version, into: sink)
    } catch {
      sink.settle()
      throw sink.failure ?? error
    }
    sink.settle()
    if let failure = sink.failure { throw failure }
    guard let head = sink.head else {
      throw sink.incomplete(.init("the server sent nothing", vi: "máy chủ không gửi gì"))
    }
    let count = sink.count
    if let end = sink.end, count != end {
      throw sink.incomplete(.init("\(count) of \(end) bytes", vi: "\(count) trên \(end) byte"))
    }
    var proof = sink.end == nil ? [] : ["length"]
    if sink.end == nil, read.size == nil, context.store.abilities.tellsSize {
      // A server that cannot be asked is no reason to throw away what its protocol says is whole.
      do throws(TransferFault) { read.size = try await context.store.status(of: path)?.version.size } catch {
        if error.remedy != .giveUp { throw error }
      }
    }
    if let size = read.size {
      guard size == count else {
        sink.discard()
        throw sink.incomplete(
          .init("the server has \(size) bytes, \(count) came", vi: "máy chủ có \(size) byte, nhận được \(count)"))
      }
      if proof.isEmpty { proof.append("size") }
    }
    proof += try verifyDigests(sink, [head.version, read])
    if proof.isEmpty {
      guard head.isDelimited else {
        throw TransferFault(Fault(.unreadable, Diagnostic(.downloadUnproven, at: Place(file: address))), .giveUp)
      }
      proof.append("end of transfer")
    }
    return proof.joined(separator: ", ")
  }

  /// Compares what the server tells, and what the caller expects.
  private func verifyDigests(_ sink: PartSink, _ versions: [RemoteVersion]) throws(TransferFault) -> [String] {
    var proof: [String] = []
    let sha256 = try TransferFault.local { () throws(Fault) in try sink.sha256() }
    if let told = versions.compactMap(\.sha256).first {
      guard told == sha256 else { throw mismatch(sink, "SHA-256", told, sha256, .retry) }
      proof.append("SHA-256")
    }
    if let told = versions.compactMap(\.md5).first {
      let md5 = try TransferFault.local { () throws(Fault) in try sink.md5() }
      guard told == md5 else { throw mismatch(sink, "MD5", told, md5, .retry) }
      proof.append("MD5")
    }
    if let wanted = options.sha256?.lowercased() {
      guard wanted == sha256 else {
        // After a resumed read the earlier part may be the wrong one; a file read in one piece is what the server has.
        throw mismatch(sink, "SHA-256", wanted, sha256, sink.resumedAt > 0 ? .retry : .giveUp)
      }
      proof.append("expected SHA-256")
    }
    return proof
  }

  private func mismatch(
    _ sink: PartSink, _ kind: String, _ wanted: String, _ found: String, _ remedy: TransferFault.Remedy
  ) -> TransferFault {
    sink.discard()
    return TransferFault(
      Fault(
        remedy == .retry ? .transient : .unreadable,
        Diagnostic(
          .digestMismatch, at: Place(file: address),
          message: .init(
            "The \(kind) should be \(wanted) and is \(found).", vi: "\(kind) phải là \(wanted) nhưng là \(found)."))),
      remedy)
  }

  // MARK: Publishing

  private func receipt(
    _ sink: PartSink, _ local: String, _ attempts: Int, _ proof: String
  ) throws(Fault) -> TransferReceipt {
    TransferReceipt(
      direction: .download, outcome: .delivered, endpoint: context.endpoint.name, remote: address, local: local,
      bytes: sink.count, sha256: try sink.sha256(), resumedAt: sink.resumedAt, attempts: attempts,
      answer: "verified by \(proof)")
  }

  private func publish(
    _ name: String, _ descriptor: Int32, _ target: LocalTarget, _ receipt: TransferReceipt, _ row: Int64?
  ) throws(Fault) {
    try target.publish(name, descriptor) { () throws(Fault) in
      guard let row, let ledger = context.ledger else { return }
      try ledger.publish(row, as: target.name, bytes: receipt.bytes, sha256: receipt.sha256, version: nil)
    }
  }

  /// Unpacks the part into another one, which gets the final name.
  private func publishUnpacked(
    _ part: PartSink, _ partName: String, _ target: LocalTarget, _ receipt: TransferReceipt, _ row: Int64?
  ) throws(Fault) -> TransferReceipt {
    // Beside the part and named after it, so that a later run that finds the one removes both.
    let name = partName + LocalTarget.unpackedSuffix
    target.removePart(name)
    let descriptor = try target.makePart(name)
    defer { close(descriptor) }
    var receipt = receipt
    (receipt.bytes, receipt.sha256) = try Inflating.unpack(
      part.descriptor, into: descriptor, limit: context.endpoint.limits.size, place: address, path: target.path)
    try publish(name, descriptor, target, receipt, row)
    return receipt
  }
}

extension String {
  /// The path of a file beside this one: the last `count` bytes, its name, replaced by another name.
  fileprivate func dropLast(_ count: Int, of name: String) -> String {
    String(decoding: utf8.dropLast(count), as: UTF8.self) + name
  }
}
