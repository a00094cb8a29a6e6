internal import Diagnostics
internal import Ledger

// The file gets its final name.
extension Upload {
  /// Most numbers that are tried under the policy `unique`.
  private static let mostNumbers = 1000

  // MARK: By renaming

  /// Renames the whole and verified temporary file, by the endpoint's policy.
  mutating func rename() async throws(TransferFault) {
    guard let temporary else { return phase = .finishing }
    if mayBePublished {
      switch try await fate() {
      case .published: return try await confirm()
      case .unknown: throw unknown(nil)
      case .unpublished(let partStands):
        mayBePublished = false
        if !partStands {
          partMayStand = false
          phase = .sending
          return
        }
      }
    }
    if policy.existing != .replace, before == .notAsked { try await chooseFreeName() }
    try writeDown()
    mayBePublished = true
    do throws(TransferFault) {
      try await store.move(
        temporary, to: final, replacing: policy.existing == .replace && store.abilities.movesOver)
    } catch {
      guard error.remedy == .giveUp, !Task.isCancelled else { throw error }
      // Refused; or done by an earlier request whose answer was lost, and then the part is gone.
      switch try await fate() {
      case .published: return try await confirm()
      // It stays open in the ledger, and the next run asks again.
      case .unknown: throw error
      case .unpublished(let partStands):
        mayBePublished = false
        if !partStands { throw error }
      }
      guard try await store.status(of: final) != nil else { throw error }
      switch policy.existing {
      case .fail: throw exists()
      case .unique:
        before = .notAsked
        return
      case .replace:
        // The server does not rename over a file: remove it first, with a short gap (R8).
        guard store.abilities.removes else { throw error }
        try await store.remove(final)
        mayBePublished = true
        do throws(TransferFault) { try await store.move(temporary, to: final, replacing: false) } catch {
          if error.remedy != .giveUp { throw error }
          // The old file is gone by our doing: whatever the refusal means, the next attempt asks and goes on.
          throw TransferFault(error.fault, .ask)
        }
      }
    }
    try await confirm()
  }

  /// Looks at the final name once more.
  private mutating func confirm() async throws(TransferFault) {
    do throws(TransferFault) { try await verify(final, isFinal: true) } catch {
      // It was right under the temporary name; something at the partner has changed it since.
      if error.fault.diagnostic.code == .uploadMismatch {
        mayBePublished = false
        partMayStand = false
        throw TransferFault(Fault(.output, error.fault.diagnostic), .giveUp)
      }
      throw error
    }
    mayBePublished = false
    partMayStand = false
    phase = .finishing
  }

  /// Finds a name under which no file stands, or refuses.
  private mutating func chooseFreeName() async throws(TransferFault) {
    while true {
      if try await store.status(of: final) == nil {
        before = .absent
        return
      }
      try nextName()
    }
  }

  /// The next numbered name: `feed-2.csv`.
  private mutating func nextName() throws(TransferFault) {
    guard policy.existing == .unique, nextNumber <= Self.mostNumbers else { throw exists() }
    var stem = wanted.name
    var suffix = ""
    if let dot = stem.lastIndex(of: "."), dot != stem.startIndex {
      suffix = String(stem[dot...])
      stem = String(stem[..<dot])
    }
    let tail = "-\(nextNumber)\(suffix)"
    final = try name(LocalTarget.shortened(stem, to: 255 - tail.utf8.count) + tail)
    nextNumber += 1
  }

  private func exists() -> TransferFault {
    TransferFault(Fault(.output, Diagnostic(.transferExists, at: Place(file: context.address(final)))), .giveUp)
  }

  /// Writes down which name is about to be given, before it is.
  private func writeDown() throws(TransferFault) {
    guard let row, let ledger = context.ledger else { return }
    try TransferFault.local { () throws(Fault) in
      try ledger.publish(row, as: final.name, bytes: source.size, sha256: sha256, version: before.notation)
    }
  }

  // MARK: At once

  /// Writes under the final name, for protocols whose writes are whole by themselves and partners who want it so.
  mutating func writeFinal() async throws(TransferFault) {
    if mayBePublished {
      switch try await fate() {
      case .published: return try await confirmDirect()
      case .unknown: throw unknown(nil)
      case .unpublished: mayBePublished = false
      }
    }
    let keepsOld = policy.existing != .replace
    if before == .notAsked, store.abilities.tellsSize { try await lookAtFinal(keepsOld) }
    try writeDown()
    let condition: WriteCondition =
      keepsOld && store.abilities.writesIfAbsent && !partMayStand ? .absent : .always
    try TransferFault.local { () throws(Fault) in try source.seek(to: 0) }
    mayBePublished = true
    partMayStand = partMayStand || !store.abilities.writesWhole
    do throws(TransferFault) {
      _ = try await store.write(final, from: source, at: 0, if: condition)
    } catch {
      // What is tried again by its remedy had no effect; what is refused neither. A store that cannot ask says so itself.
      if error.remedy != .ask, error.fault.kind != .stopped, !Task.isCancelled { mayBePublished = false }
      guard error.remedy == .giveUp, condition == .absent, error.fault.diagnostic.code == .transferExists else {
        throw error
      }
      partMayStand = false
      before = .notAsked
      return try nextName()
    }
    try await confirmDirect()
  }

  /// Remembers what stands under the final name, so that one's own file can be told from it afterwards.
  private mutating func lookAtFinal(_ keepsOld: Bool) async throws(TransferFault) {
    do throws(TransferFault) {
      while true {
        guard let file = try await store.status(of: final) else { return before = .absent }
        if !keepsOld { return before = .version(file.version) }
        try nextName()
      }
    } catch {
      // A server that takes files and does not answer about them; whoever is refused for himself is told so now.
      let codes: [DiagnosticCode] = [.transferRefused, .transferDenied, .transferProtocol]
      guard error.remedy == .giveUp, codes.contains(error.fault.diagnostic.code) else { throw error }
    }
  }

  private mutating func confirmDirect() async throws(TransferFault) {
    do throws(TransferFault) { try await verify(final, isFinal: true) } catch {
      if error.fault.diagnostic.code == .uploadMismatch {
        // Nobody may take it for the whole.
        mayBePublished = false
        if try await removed(final) {
          partMayStand = false
          before = .absent
        }
      }
      throw error
    }
    try TransferFault.local { () throws(Fault) in try source.checkUnchanged() }
    mayBePublished = false
    partMayStand = false
    phase = .finishing
  }
}
