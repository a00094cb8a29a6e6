public import Diagnostics

/// What a download is asked for beyond the endpoint's settings.
public struct DownloadOptions: Sendable, Hashable {
  /// The SHA-256 that the remote file must have, in hexadecimal digits of any case; nil for no expectation.
  public var sha256: String?
  /// Whether a file that begins like gzip is unpacked; others are kept as they are. The endpoint's limit of size holds for
  /// what comes out.
  public var decompress = false

  /// Makes the usual options.
  public init() {}
}

/// What an upload is asked for beyond the endpoint's settings.
public struct UploadOptions: Sendable, Hashable {
  /// Sends also what was delivered already, or whose outcome is not known.
  public var again = false
  /// Seconds for which size and time of the file must not have changed before it is read; waits for that. 0 asks only that it
  /// does not change while it is read.
  public var stableFor = 0.0
  /// Reads the file back from the server before it gets its final name and compares it byte by byte, where the protocol
  /// allows reading.
  public var readBack = false

  /// Makes the usual options.
  public init() {}
}

/// How far a transfer has come.
public struct TransferProgress: Sendable, Hashable {
  /// The file's name.
  public var name: String
  /// Bytes that were moved, from the start of the file on.
  public var done: UInt64
  /// Bytes of the whole file, when known.
  public var total: UInt64?

  /// Makes a report.
  public init(name: String, done: UInt64, total: UInt64?) {
    self.name = name
    self.done = done
    self.total = total
  }
}

/// What came of one of many files.
public struct TransferResult: Sendable {
  /// The file: its remote name (download) or local path (upload).
  public var name: String
  /// What was done, or what was wrong.
  public var result: Result<TransferReceipt, Fault>

  /// Makes a result.
  public init(name: String, result: Result<TransferReceipt, Fault>) {
    self.name = name
    self.result = result
  }
}
