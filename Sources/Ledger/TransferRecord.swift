/// One transfer in the ledger: what was meant, who did it, how far it came and how it ended. No secrets.
public struct TransferRecord: Sendable, Hashable {
  /// Which way the bytes went.
  public enum Direction: String, Sendable { case download, upload }

  /// How far it came.
  public enum State: String, Sendable, CaseIterable {
    /// Begun. When nobody holds the claim, the program ended in the midst.
    case sending
    /// All bytes are there; the final name is being given.
    case publishing
    /// The file stands whole under its final name.
    case delivered
    /// It ended with an error and has had no effect under the final name.
    case failed
    /// It ended without an answer, and nobody could be asked: a person has to look.
    case unknown
  }

  /// Number, in the order of beginning.
  public var id: Int64
  /// Which way the bytes went.
  public var direction: Direction
  /// How far it came.
  public var state: State
  /// What may not be served by two at once and is compared for “delivered already”: a digest of the target's address.
  public var target: String
  /// The endpoint's name in the configuration file.
  public var endpoint: String?
  /// The remote address, without user and query.
  public var remote: String
  /// The local path, or `-`.
  public var local: String
  /// Bytes of the whole file, when known.
  public var bytes: UInt64?
  /// SHA-256 of the whole file, in lower-case hexadecimal digits, when known.
  public var sha256: String?
  /// The temporary name at the server (upload), the part file's path (download); nil once it is gone.
  public var part: String?
  /// The final name that was chosen, when it is not the one asked for.
  public var published: String?
  /// Download: the version the part was read from. Upload: what stood under the final name before. In `Transfer`'s notation.
  public var version: String?
  /// Attempts.
  public var attempts: Int
  /// The offset at which the last attempt went on.
  public var resumedAt: UInt64
  /// The server's last answer.
  public var answer: String?
  /// The code of the error that ended it.
  public var code: String?
  /// Who did it: the system's user.
  public var user: String
  /// Where: the machine's name.
  public var host: String
  /// The process.
  public var process: Int64
  /// When it began: UTC, `2026-11-22T04:05:06.789Z`.
  public var begun: String
  /// When it ended; nil while it is under way.
  public var ended: String?
}

/// What is meant to be done, written before the first effect.
public struct TransferIntent: Sendable {
  /// Which way the bytes go.
  public var direction: TransferRecord.Direction
  /// What may not be served by two at once: a digest of the target's address, without secrets.
  public var target: String
  /// The endpoint's name in the configuration file.
  public var endpoint: String?
  /// The remote address, without user and query.
  public var remote: String
  /// The local path, or `-`.
  public var local: String
  /// Bytes of the whole file, when known.
  public var bytes: UInt64?
  /// SHA-256 of the whole file, when known.
  public var sha256: String?
  /// The temporary name at the server (upload), the part file's path (download), written down before it is made.
  public var part: String?
  /// The version that an adopted part was read from.
  public var version: String?

  /// Makes an intent.
  public init(
    _ direction: TransferRecord.Direction, target: String, endpoint: String?, remote: String, local: String,
    bytes: UInt64? = nil, sha256: String? = nil, part: String? = nil, version: String? = nil
  ) {
    self.part = part
    self.version = version
    self.direction = direction
    self.target = target
    self.endpoint = endpoint
    self.remote = remote
    self.local = local
    self.bytes = bytes
    self.sha256 = sha256
  }
}

/// How a transfer ended.
public struct TransferEnding: Sendable {
  /// `delivered`, `failed` or `unknown`.
  public var state: TransferRecord.State
  /// Bytes of the whole file.
  public var bytes: UInt64?
  /// SHA-256 of the whole file.
  public var sha256: String?
  /// A part that is left, at the server or here.
  public var part: String?
  /// Attempts.
  public var attempts: Int
  /// The offset at which the last attempt went on.
  public var resumedAt: UInt64
  /// The server's last answer, without secrets.
  public var answer: String?
  /// The code of the error.
  public var code: String?

  /// Makes an ending.
  public init(
    _ state: TransferRecord.State, bytes: UInt64? = nil, sha256: String? = nil, part: String? = nil, attempts: Int,
    resumedAt: UInt64 = 0, answer: String? = nil, code: String? = nil
  ) {
    self.state = state
    self.bytes = bytes
    self.sha256 = sha256
    self.part = part
    self.attempts = attempts
    self.resumedAt = resumedAt
    self.answer = answer
    self.code = code
  }
}
