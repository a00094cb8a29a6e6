internal import Bytes
internal import Diagnostics
internal import Documents
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// What tells whether a local file is the same and has not been written since.
struct FileIdentity: Hashable, Sendable {
  var device: UInt64
  var inode: UInt64
  var size: UInt64
  var seconds: Int
  var nanoseconds: Int

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = UInt64(clamping: status.st_size)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }

  /// The file under a path now; nil when there is none.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}

/// A local file that is sent: read in place, never changed, and watched for changes by others (R20).
final class FileSource: ByteSource {
  let path: String
  let size: UInt64
  let identity: FileIdentity

  private let descriptor: Int32
  private let offset = Mutex<UInt64>(0)
  private let progress: @Sendable (UInt64, UInt64) -> Void
  /// A spool of standard input has no name to be looked up again.
  private let hasName: Bool
  private let digest: FileDigest

  /// Opens a file; `progress` is told how many bytes were read from its start, and how many there are.
  ///
  /// - Throws: `.unreadable` with `local-file`.
  init(_ path: String, progress: @escaping @Sendable (UInt64, UInt64) -> Void) throws(Fault) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else { throw Fault.local(path, errno, .unreadable) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw Fault.local(path, .init("it is not a file", vi: "không phải là tệp"), .unreadable)
    }
    identity = FileIdentity(status)
    size = identity.size
    self.path = path
    self.progress = progress
    hasName = true
    digest = FileDigest(descriptor, path: path)
  }

  /// Takes over a nameless file.
  init(spool descriptor: Int32, progress: @escaping @Sendable (UInt64, UInt64) -> Void) {
    var status = stat()
    fstat(descriptor, &status)
    self.descriptor = descriptor
    identity = FileIdentity(status)
    size = identity.size
    path = "-"
    self.progress = progress
    hasName = false
    digest = FileDigest(descriptor, path: path)
  }

  deinit { close(descriptor) }

  func seek(to offset: UInt64) throws(Fault) { self.offset.withLock { $0 = offset } }

  func read(into memory: UnsafeMutableRawBufferPointer) throws(Fault) -> Int {
    let at = offset.withLock { $0 }
    let count = try readAt(at, into: memory)
    // More than was hashed is not sent; that it has grown is found below.
    let sent = min(count, Int(clamping: size - min(at, size)))
    if sent == 0 { try checkUnchanged() }
    offset.withLock { $0 = at + UInt64(sent) }
    progress(at + UInt64(sent), size)
    return sent
  }

  func readAt(_ at: UInt64, into memory: UnsafeMutableRawBufferPointer) throws(Fault) -> Int {
    while true {
      let count = pread(descriptor, memory.baseAddress, memory.count, off_t(clamping: at))
      if count >= 0 { return count }
      if errno != EINTR { throw Fault.local(path, errno, .unreadable) }
    }
  }

  /// - Throws: `.transient` with `source-changing` when the file is not what it was when it was opened.
  func checkUnchanged() throws(Fault) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, FileIdentity(status) == identity,
      !hasName || FileIdentity(path: path) == identity
    else { throw Self.changing(path) }
  }

  static func changing(_ path: String) -> Fault {
    Fault(.transient, Diagnostic(.sourceChanging, at: Place(file: path.escapedForDisplay)))
  }

  /// SHA-256 of the whole; made once, also when several ask.
  ///
  /// - Throws: `local-file`, `source-changing`.
  func sha256() throws(Fault) -> String {
    let hex = try digest.hex(to: size)
    try checkUnchanged()
    return hex
  }

  /// MD5 of the whole.
  ///
  /// - Throws: `local-file`, `source-changing`.
  func md5() throws(Fault) -> String {
    var digest = MD5()
    try digestAll { digest.add($0) }
    return digest.hex
  }

  private func digestAll(_ add: (UnsafeRawBufferPointer) -> Void) throws(Fault) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { memory.deallocate() }
    var at: UInt64 = 0
    while at < size {
      let count = min(try readAt(at, into: memory), Int(clamping: size - at))
      if count == 0 { break }
      add(UnsafeRawBufferPointer(rebasing: memory[..<count]))
      at += UInt64(count)
    }
    try checkUnchanged()
  }
}

/// No bytes: for a done-file.
final class EmptySource: ByteSource {
  let size: UInt64 = 0
  func seek(to offset: UInt64) throws(Fault) {}
  func read(into memory: UnsafeMutableRawBufferPointer) throws(Fault) -> Int { 0 }
}

/// A nameless temporary file; nothing is left of it however the program ends.
///
/// - Throws: `.output` with `local-file`.
func makeSpool() throws(Fault) -> Int32 {
  let (descriptor, folder) = openNamelessFile()
  if descriptor < 0 { throw Fault.local(folder, errno) }
  return descriptor
}

/// The system's words for an error number.
func systemMessage(_ error: Int32) -> String { String(cString: strerror(error)) }
