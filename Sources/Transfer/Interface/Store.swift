public import Diagnostics

/// Files on a server (or in a folder), behind one protocol's words.
///
/// A store does one step at a time and never tries again: `Upload` and `Download` put the steps together, the same way for
/// every protocol, and `Retrying` decides about another attempt. Paths are absolute, decoded, and checked by `RemotePath`.
/// One conformance suite drives all stores against real servers.
public protocol Store: Sendable {
  /// What the protocol can do; `Upload` and `Download` go by it.
  var abilities: StoreAbilities { get }

  /// What the server says about a file; nil when there is none.
  func status(of path: RemotePath) async throws(TransferFault) -> RemoteFile?

  /// The files and folders in a folder, without `.` and `..`, in any order. Names that are no plain file name (S9) are left
  /// out and counted in `refused`.
  func list(_ folder: RemotePath) async throws(TransferFault) -> RemoteListing

  /// Reads a file from an offset on into a sink.
  ///
  /// - Parameter version: what an earlier part was read from; when the server has another version now, reading starts at 0 and
  ///   the head says so.
  /// - Returns: the version that was read.
  func read(
    _ path: RemotePath, from offset: UInt64, of version: RemoteVersion?, into sink: any ByteSink
  ) async throws(TransferFault) -> RemoteVersion

  /// Writes a file, from an offset of the source on to the end; an offset above 0 appends to what the server has.
  ///
  /// - Parameter condition: what must hold at the target, where `abilities` has it.
  /// - Returns: the version as far as the server's answer tells it.
  func write(
    _ path: RemotePath, from source: any ByteSource, at offset: UInt64, if condition: WriteCondition
  ) async throws(TransferFault) -> RemoteVersion

  /// Gives a file another name in the same store.
  ///
  /// - Parameter replacing: whether a file under the new name gives way; without `abilities.movesOver`, that is an error.
  func move(_ path: RemotePath, to target: RemotePath, replacing: Bool) async throws(TransferFault)

  /// Removes a file; a file that is not there is no error.
  func remove(_ path: RemotePath) async throws(TransferFault)
}

/// What must hold at the target of a write.
public enum WriteCondition: Sendable, Hashable {
  /// Nothing.
  case always
  /// No file may stand there (If-None-Match: *).
  case absent
}

/// What a protocol, or one server, can do.
public struct StoreAbilities: Sendable {
  /// A file can be renamed; without it, a single write must be whole by itself (S3, plain HTTP PUT).
  public var moves = false
  /// A rename may replace what stands under the new name, in one step.
  public var movesOver = false
  /// A write can go on at an offset.
  public var resumesWrites = false
  /// A read can start at an offset.
  public var resumesReads = false
  /// Folders can be listed.
  public var lists = false
  /// Files can be removed.
  public var removes = false
  /// The server can say a file's size.
  public var tellsSize = false
  /// The server can say a digest of what it stored, which is compared after each upload.
  public var tellsDigest = false
  /// A write is whole or not there, by the protocol itself.
  public var writesWhole = false
  /// `WriteCondition.absent` is kept by the server.
  public var writesIfAbsent = false

  /// Makes a store without abilities.
  public init() {}
}

/// What tells two versions of a remote file apart.
public struct RemoteVersion: Sendable, Hashable {
  /// Bytes, when known.
  public var size: UInt64?
  /// Seconds since 1970, when known.
  public var modified: Int64?
  /// A strong entity tag, with its quotes; weak ones are not kept, since bytes may differ under them.
  public var etag: String?
  /// MD5 in lower-case hexadecimal digits, where the server tells it.
  public var md5: String?
  /// SHA-256 in lower-case hexadecimal digits, where the server tells it.
  public var sha256: String?

  /// Makes a version.
  public init(
    size: UInt64? = nil, modified: Int64? = nil, etag: String? = nil, md5: String? = nil, sha256: String? = nil
  ) {
    self.size = size
    self.modified = modified
    self.etag = etag
    self.md5 = md5
    self.sha256 = sha256
  }

  /// Whether both are surely one version: equal entity tags, or equal size and time. What is not known does not prove.
  public func proves(_ other: RemoteVersion) -> Bool {
    if let etag, let theirs = other.etag { return etag == theirs }
    guard let size, let modified else { return false }
    return size == other.size && modified == other.modified
  }
}

/// A file or folder on a server.
public struct RemoteFile: Sendable, Hashable {
  /// What it is.
  public enum Kind: String, Sendable { case file, folder, other }

  /// Its name, without folder.
  public var name: String
  /// What it is.
  public var kind: Kind
  /// Its version, as far as the listing tells.
  public var version: RemoteVersion

  /// Makes a file.
  public init(name: String, kind: Kind = .file, version: RemoteVersion) {
    self.name = name
    self.kind = kind
    self.version = version
  }
}

/// The contents of a folder.
public struct RemoteListing: Sendable {
  /// Files and folders.
  public internal(set) var files: [RemoteFile]
  /// Findings about names that were left out because they could leave a folder or hide a command (S9, S10).
  public internal(set) var refused: [Diagnostic] = []
  /// Those of `refused` that are files, with their names as far as they can be read: who fetches all files misses them.
  var refusedFiles: [(name: String, finding: Diagnostic)] = []

  /// Makes a listing.
  public init(files: [RemoteFile]) { self.files = files }

  /// Takes an entry, or leaves it out for its name.
  mutating func add(_ file: RemoteFile) {
    let refusal =
      file.name.unicodeScalars.contains("\u{FFFD}")
      ? LocalizedText("it is not UTF-8", vi: "tên không phải UTF-8") : RemotePath.refusal(of: file.name)
    guard let refusal else { return files.append(file) }
    let finding = RemotePath.fault(file.name, refusal).diagnostic
    refused.append(finding)
    if file.kind == .file { refusedFiles.append((file.name, finding)) }
  }
}
