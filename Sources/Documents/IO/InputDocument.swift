public import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// An input of which any part can be read at any time: a file, or a stream that was first put into one.
///
/// Detecting encodings, reading a file twice, and finding the line of a fault all need to go back, so standard input and
/// pipes are copied into a nameless temporary file when they are opened. Reading does not move any position, so one
/// document may be read from several tasks at once.
public final class InputDocument: Sendable {
  /// The name for messages: the path as given, or `standard input`.
  public let name: String
  /// How many bytes the document had when it was opened.
  public let size: UInt64

  private let descriptor: Int32
  private let bytes: [UInt8]

  /// Makes a document of bytes in memory; for tests and small texts.
  public init(bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
    size = UInt64(bytes.count)
    descriptor = -1
  }

  /// Takes over a descriptor of a regular file, which is closed with the document.
  init(descriptor: Int32, name: String, size: UInt64) {
    self.descriptor = descriptor
    self.name = name
    self.size = size
    bytes = []
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Opens a file, or standard input for `-`.
  ///
  /// - Parameter title: the name for messages, where it is not the path.
  /// - Throws: `unreadable` with the code `input-missing`, `input-is-directory`, `input-permission` or `input-unreadable`;
  ///   `output` with `spool-failed` when a stream does not fit into the temporary directory.
  public static func open(_ path: String, as title: String? = nil) throws(Fault) -> InputDocument {
    let isStandardInput = path == "-"
    let name = title ?? (isStandardInput ? "standard input" : path)
    var descriptor: Int32
    repeat {
      descriptor = isStandardInput ? dup(0) : Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    } while descriptor < 0 && errno == EINTR
    guard descriptor >= 0 else { throw failure(errno, name) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = errno
      close(descriptor)
      throw failure(error, name)
    }
    let kind = status.st_mode & S_IFMT
    if kind == S_IFDIR {
      close(descriptor)
      throw failure(EISDIR, name)
    }
    // A file given as standard input may stand in its middle, when a shell has read its first lines; then it is a stream.
    if kind == S_IFREG, lseek(descriptor, 0, SEEK_CUR) == 0, status.st_size > 0 {
      return InputDocument(descriptor: descriptor, name: name, size: UInt64(status.st_size))
    }
    defer { close(descriptor) }
    let spool = try SpoolFile(for: name)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw failure(errno, name) }
      if count == 0 { break }
      try spool.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    return spool.document()
  }

  /// Reads from an offset until the memory is full or the document ends.
  ///
  /// - Returns: how many bytes were read; less than asked for only at the end.
  /// - Throws: `unreadable` with the code `input-unreadable` when the device fails.
  public func read(at offset: UInt64, into memory: UnsafeMutableRawBufferPointer) throws(Fault) -> Int {
    guard let base = memory.baseAddress, offset < size || descriptor >= 0 else { return 0 }
    if descriptor < 0 {
      let count = min(memory.count, Int(size - offset))
      bytes.withUnsafeBytes { _ = memcpy(base, $0.baseAddress! + Int(offset), count) }
      return count
    }
    guard let start = Int(exactly: offset) else { return 0 }
    var done = 0
    while done < memory.count {
      let count = pread(descriptor, base + done, memory.count - done, start + done)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw Self.failure(errno, name) }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// The first bytes; fewer than asked for when the document is shorter.
  ///
  /// - Throws: as `read(at:into:)`.
  public func prefix(_ count: Int) throws(Fault) -> [UInt8] { try bytes(at: 0, count: count) }

  /// Some bytes from an offset on, as an array; fewer than asked for at the end. For headers, messages and tests.
  ///
  /// - Throws: as `read(at:into:)`.
  public func bytes(at offset: UInt64, count: Int) throws(Fault) -> [UInt8] {
    let room = offset < size ? Int(min(UInt64(max(count, 0)), size - offset)) : 0
    var result = [UInt8](repeating: 0, count: room)
    // Typed errors do not pass through the array's closure.
    let outcome = result.withUnsafeMutableBytes { memory -> Result<Int, Fault> in
      do throws(Fault) { return .success(try read(at: offset, into: memory)) } catch { return .failure(error) }
    }
    result.removeLast(room - (try outcome.get()))
    return result
  }

  private static func failure(_ error: Int32, _ name: String) -> Fault {
    let code: DiagnosticCode
    switch error {
    case ENOENT, ENOTDIR, ENAMETOOLONG: code = .inputMissing
    case EISDIR: code = .inputIsDirectory
    case EACCES, EPERM: code = .inputPermission
    default: code = .inputUnreadable
    }
    // The system's own words, which are English, only where the title does not say it all.
    guard code == .inputUnreadable else { return Fault(.unreadable, Diagnostic(code, at: Place(file: name))) }
    let reason = String(cString: strerror(error))
    return Fault(
      .unreadable,
      Diagnostic(
        code, at: Place(file: name),
        message: .init("\(code.title.en): \(reason)", vi: "\(code.title.vi): \(reason)")))
  }
}
