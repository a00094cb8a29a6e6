internal import Bytes
internal import Diagnostics
internal import Ledger

/// What one transfer works with.
struct DeliveryContext: Sendable {
  let endpoint: Endpoint
  let store: any Store
  let ledger: DeliveryLedger?
  let clock: TransferClock
  let progress: (@Sendable (TransferProgress) -> Void)?

  /// A part of a name that no other transfer has.
  func newID() -> String {
    String(UInt64.random(in: .min ... .max), radix: 36)
  }

  /// The remote address for messages and the ledger: without user and query.
  func address(_ path: RemotePath) -> String { endpoint.url.at(path).description }

  /// What is compared for “the same target”: a digest of all that tells one target from another, also of what may be secret.
  func target(_ path: RemotePath, local: String = "") -> String {
    let url = endpoint.url
    let parts = [
      url.scheme.rawValue, endpoint.login.user ?? url.user ?? "", url.host,
      String(url.port ?? url.scheme.standardPort), path.asFolder(false).description, url.query ?? "",
      endpoint.s3.service ?? "", endpoint.mail.to.joined(separator: ","), local,
    ]
    return SHA256.hex(of: Array(parts.joined(separator: "\0").utf8))
  }

  /// Takes the sole right to serve a target, waiting for another process that has it.
  ///
  /// - Throws: `transfer-in-progress` (`.transient`) when that takes too long; `ledger-failed`; `transfer-cancelled`.
  func claim(_ target: String, _ address: String) async throws(Fault) -> LedgerClaim? {
    guard let ledger else { return nil }
    let start = clock.now()
    var pause = 0.02
    while true {
      if let claim = try ledger.claim(target) { return claim }
      guard clock.now() - start + pause < min(endpoint.retry.deadline, endpoint.limits.total) else {
        throw Fault(.transient, Diagnostic(.transferInProgress, at: Place(file: address)))
      }
      do { try await clock.sleep(pause) } catch {
        throw Retrying.cancelled(Fault(.transient, Diagnostic(.transferInProgress, at: Place(file: address))))
      }
      pause = min(1, pause * 2)
    }
  }
}

extension TransferFault {
  /// Runs something local; what it throws is never tried again.
  static func local<R>(_ body: () throws(Fault) -> R) throws(TransferFault) -> R {
    do throws(Fault) { return try body() } catch { throw TransferFault(error, .giveUp) }
  }
}
