/// What a finished transfer has done: one row of the ledger, and what `--format json` prints.
public struct TransferReceipt: Sendable, Hashable {
  /// Which way the bytes went.
  public enum Direction: String, Sendable, Hashable { case download, upload }
  /// How it ended.
  public enum Outcome: String, Sendable, Hashable {
    /// The file stands whole under its final name.
    case delivered
    /// The same bytes had been delivered there before, and nothing was sent again (R19).
    case alreadyDelivered = "already-delivered"
  }

  /// Which way the bytes went.
  public var direction: Direction
  /// How it ended.
  public var outcome: Outcome
  /// The endpoint's name, where it has one.
  public var endpoint: String?
  /// The remote address, without user and query.
  public var remote: String
  /// The local path, or `-`.
  public var local: String
  /// Bytes of the whole file.
  public var bytes: UInt64
  /// SHA-256 of the whole file in lower-case hexadecimal digits.
  public var sha256: String
  /// The offset at which the last attempt went on; 0 when it started anew.
  public var resumedAt: UInt64
  /// Attempts in all.
  public var attempts: Int
  /// The server's last answer, in its own words, without secrets.
  public var answer: String

  /// Makes a receipt.
  public init(
    direction: Direction, outcome: Outcome, endpoint: String?, remote: String, local: String, bytes: UInt64,
    sha256: String, resumedAt: UInt64, attempts: Int, answer: String
  ) {
    self.direction = direction
    self.outcome = outcome
    self.endpoint = endpoint
    self.remote = remote
    self.local = local
    self.bytes = bytes
    self.sha256 = sha256
    self.resumedAt = resumedAt
    self.attempts = attempts
    self.answer = answer
  }
}
