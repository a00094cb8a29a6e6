public import Diagnostics

/// An error of a transfer: what people read, and what decides whether and how it is tried again.
public struct TransferFault: Error, Sendable {
  /// What to do next, by behaviour and not by name of the error.
  public enum Remedy: Sendable, Hashable {
    /// The same request may succeed later: connection refused, time-out, 429, 503.
    case retry
    /// The server may have done what was asked although its answer is missing: ask it before anything is sent again.
    case ask
    /// Trying again cannot help: 401, 403, 404, a wrong host key, a certificate that does not verify. Nothing has happened,
    /// unless the fault's kind is `stopped`: then it may have, and nobody can be asked.
    case giveUp
  }

  /// The finding, with the exit code's class.
  public var fault: Fault
  /// What to do next.
  public var remedy: Remedy
  /// The server's own wish (Retry-After), in seconds from now.
  public var retryAfter: Double?

  /// Makes a fault.
  public init(_ fault: Fault, _ remedy: Remedy, retryAfter: Double? = nil) {
    self.fault = fault
    self.remedy = remedy
    self.retryAfter = retryAfter
  }
}

extension TransferFault {
  /// A download that is not whole, and why; to be tried again.
  static func incomplete(_ address: String, _ reason: LocalizedText) -> TransferFault {
    TransferFault(
      Fault(
        .transient,
        Diagnostic(
          .downloadIncomplete, at: Place(file: address),
          message: .init("The download is not whole: \(reason.en).", vi: "Tệp tải về không đầy đủ: \(reason.vi)."))),
      .retry)
  }
}
