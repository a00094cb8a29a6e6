internal import Diagnostics
internal import Ledger

// What earlier attempts and runs have done, found out by asking the server.
extension Upload {
  /// What became of a request that gives the final name.
  enum Fate {
    /// The file stands whole under the final name.
    case published
    /// Nothing happened; a part may still stand under the temporary name.
    case unpublished(partStands: Bool)
    /// The server's answers do not decide.
    case unknown
  }

  /// Settles what earlier runs left open, finds out whether the same bytes were delivered before, and writes down the intent.
  mutating func resolve() async throws(TransferFault) {
    var adopted: TransferRecord?
    if let ledger = context.ledger, let claim {
      temporary = nil
      var isOpen = false
      let records = try TransferFault.local { () throws(Fault) in try ledger.leftovers(of: target, .upload, claim) }
      if try TransferFault.local({ () throws(Fault) in try needsDigest(records, ledger) }) { try await knowDigest() }
      for record in records {
        if record.state == .publishing || record.state == .unknown {
          switch try await settle(record, ledger) {
          case .published:
            if record.sha256 == sha256, !options.again {
              let name = record.published ?? wanted.name
              final = try self.name(name)
              return end(.alreadyDelivered, "found at the server after an unknown outcome")
            }
            continue
          case .unknown:
            isOpen = true
            continue
          case .unpublished: break
          }
        }
        if adopted == nil, !isDirect, store.abilities.resumesWrites, store.abilities.tellsSize,
          record.sha256 == sha256, record.bytes == source.size, let part = record.part
        {
          adopted = record
          temporary = try name(part)
        } else {
          try await drop(record, ledger)
        }
      }
      if !isOpen, !options.again, !sha256.isEmpty, let earlier = try deliveredBefore(ledger) {
        if let adopted { try await drop(adopted, ledger) }
        final = try name(earlier.published ?? wanted.name)
        outcome = .alreadyDelivered
        answer = "delivered before, on \(earlier.ended ?? earlier.begun)"
        phase = .done
        return
      }
    }
    if isDirect { try await knowDigest() }
    if !isDirect, temporary == nil, let template = policy.temporaryName {
      temporary = try name(Self.fill(template, name: wanted.name, id: context.newID()))
    }
    partMayStand = adopted != nil
    if let ledger = context.ledger, let claim {
      let intent = TransferIntent(
        .upload, target: target, endpoint: context.endpoint.name, remote: address, local: source.path,
        bytes: source.size, sha256: sha256.isEmpty ? nil : sha256, part: temporary?.name)
      row = try TransferFault.local { () throws(Fault) in
        let row = try ledger.begin(intent, claim)
        if let adopted { try ledger.settle(adopted, as: .failed, part: nil) }
        return row
      }
    }
    if sha256.isEmpty { beginDigest() }
    phase = isDirect ? .publishing : .sending
  }

  /// Whether these bytes are what was delivered last to this name; with numbered names, whether they ever were.
  private func deliveredBefore(_ ledger: DeliveryLedger) throws(TransferFault) -> TransferRecord? {
    try TransferFault.local { () throws(Fault) in
      if policy.existing == .unique { return try ledger.delivery(of: sha256, to: target, .upload) }
      let last = try ledger.lastDelivery(to: target, .upload)
      return last?.sha256 == sha256 ? last : nil
    }
  }

  private mutating func end(_ outcome: TransferReceipt.Outcome, _ answer: String) {
    self.outcome = outcome
    self.answer = answer
    // The done-file may be what was missing.
    phase = .finishing
  }

  /// Removes the part of an earlier run and ends its row.
  private func drop(_ record: TransferRecord, _ ledger: DeliveryLedger) async throws(TransferFault) {
    var left: String?
    if let part = record.part {
      do throws(TransferFault) { try await store.remove(try name(part)) } catch {
        if error.remedy != .giveUp { throw error }
        left = part
      }
    }
    let state = record.state == .delivered ? TransferRecord.State.delivered : .failed
    try TransferFault.local { () throws(Fault) in try ledger.settle(record, as: state, part: left) }
  }

  /// Asks what became of an earlier run that ended while the final name was given.
  private func settle(_ record: TransferRecord, _ ledger: DeliveryLedger) async throws(TransferFault) -> Fate {
    let final = try name(record.published ?? wanted.name)
    let part = try record.part.map { name throws(TransferFault) in try self.name(name) }
    let fate = try await fate(
      of: part, final, before: Standing(notation: record.version), size: record.bytes ?? 0,
      sha256: record.sha256 ?? "", isOurs: record.sha256 == sha256)
    switch fate {
    case .published:
      try TransferFault.local { () throws(Fault) in
        try ledger.settle(record, as: .delivered, part: nil, answer: "found at the server afterwards")
      }
    case .unpublished: break
    case .unknown:
      try TransferFault.local { () throws(Fault) in try ledger.settle(record, as: .unknown, part: record.part) }
      if record.sha256 == sha256, !options.again { throw unknown(record.begun) }
    }
    return fate
  }

  /// Nobody can say whether the partner has the file.
  func unknown(_ since: String?) -> TransferFault {
    let of = since.map { " of \($0)" } ?? ""
    let vi = since.map { " lúc \($0)" } ?? ""
    return TransferFault(
      Fault(
        .stopped,
        Diagnostic(
          .deliveryUnknown, at: Place(file: address),
          message: .init(
            "The transfer\(of) ended without an answer, and the server does not tell whether it has the file.",
            vi: "Lần truyền\(vi) kết thúc không có câu trả lời và máy chủ không cho biết đã nhận tệp chưa."))),
      .giveUp)
  }

  /// Asks what became of this run's request for the final name.
  func fate() async throws(TransferFault) -> Fate {
    try await fate(of: temporary, final, before: before, size: source.size, sha256: sha256, isOurs: true)
  }

  /// Asks the server about a temporary and a final name, and draws conclusions:
  ///
  /// - A part that still stands under its temporary name was not renamed.
  /// - A part that is gone was renamed, when what stands under the final name has its size (and digest).
  /// - Without renaming: what stands there and did not before is ours, when it has the size (and digest).
  private func fate(
    of part: RemotePath?, _ final: RemotePath, before: Standing, size: UInt64, sha256: String, isOurs: Bool
  ) async throws(TransferFault) -> Fate {
    guard store.abilities.tellsSize else { return .unknown }
    let now: RemoteFile?
    do throws(TransferFault) {
      if let part, try await store.status(of: part) != nil { return .unpublished(partStands: true) }
      now = try await store.status(of: final)
    } catch {
      if error.remedy == .giveUp { return .unknown }
      throw error
    }
    guard let version = now?.version else {
      // A part that is gone from both names: it was taken away under one of them.
      return part == nil ? .unpublished(partStands: false) : .unknown
    }
    let digest = try compareDigest(version, sha256, isOurs: isOurs)
    if digest == true { return .published }
    let fits = version.size == size && digest != false
    switch before {
    case .version(let earlier):
      if earlier.proves(version) { return .unpublished(partStands: false) }
      if fits, earlier.contradicts(version) { return .published }
      if fits, part != nil { return .published }
      return fits ? .unknown : part == nil ? .unpublished(partStands: false) : .unknown
    case .absent:
      return fits ? .published : part == nil ? .unpublished(partStands: false) : .unknown
    case .notAsked:
      if fits, part != nil { return .published }
      return fits || part != nil ? .unknown : .unpublished(partStands: false)
    }
  }

  /// Whether a digest that the server tells is that of the bytes; nil when it tells none.
  func compareDigest(
    _ version: RemoteVersion, _ sha256: String, isOurs: Bool = true
  ) throws(TransferFault) -> Bool? {
    if let told = version.sha256 { return told == sha256 }
    if isOurs, let told = version.md5 {
      return try TransferFault.local { () throws(Fault) in told == (try source.md5()) }
    }
    return nil
  }
}
