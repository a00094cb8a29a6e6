public import Bytes
public import Diagnostics
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// An output that appears under its name only when it is whole.
///
/// Bytes go to a hidden temporary file beside the target. `commit()` puts them onto the disk and renames; a reader of the
/// directory sees the old file or the new one, never half of one. An output that is not committed is removed; what a killed run
/// leaves is removed by the next one for the same name.
/// Standard output and devices are written straight through, since they have nothing to rename.
public final class OutputDocument {
  /// The name for messages: the path as given, or `standard output`.
  public let name: String
  /// How many bytes were written here so far. What was written to `temporaryPath` by others counts after `commit()`.
  public private(set) var bytesWritten: UInt64 = 0
  /// The temporary file's path, for libraries that write a file by its name; nil when bytes go straight through.
  public let temporaryPath: String?
  /// What was written, when the output is in memory.
  public private(set) var contents: [UInt8] = []

  private let target: String
  private var descriptor: Int32
  private var isOpen = true

  private static let counter = Atomic<Int>(0)

  private init(name: String, target: String, temporaryPath: String?, descriptor: Int32) {
    self.name = name
    self.target = target
    self.temporaryPath = temporaryPath
    self.descriptor = descriptor
  }

  /// An output in memory, read with `contents`; for tests.
  public static func memory(name: String = "memory") -> OutputDocument {
    OutputDocument(name: name, target: "", temporaryPath: nil, descriptor: -1)
  }

  /// Starts an output under a path, or on standard output for `-`.
  ///
  /// An existing file keeps its contents until `commit()` and gives its permissions to the new one. A symbolic link is
  /// followed. For standard output, the process is set to ignore `SIGPIPE`, so that a closed pipe is a fault and no death.
  ///
  /// - Throws: `output` with the code `output-failed` or `output-permission`.
  public static func create(_ path: String) throws(Fault) -> OutputDocument {
    if path == "-" {
      signal(SIGPIPE, SIG_IGN)
      let descriptor = dup(1)
      if descriptor < 0 { throw failure(errno, "standard output") }
      return OutputDocument(name: "standard output", target: "", temporaryPath: nil, descriptor: descriptor)
    }
    var target = path
    if let resolved = realpath(path, nil) {
      target = String(cString: resolved)
      free(resolved)
    }
    var status = stat()
    var mode: mode_t?
    if stat(target, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { throw failure(EISDIR, path) }
      if status.st_mode & S_IFMT != S_IFREG {
        // A device or a pipe with a name: nothing to rename.
        signal(SIGPIPE, SIG_IGN)
        let descriptor = open(target, O_WRONLY | O_CLOEXEC | O_NOCTTY)
        if descriptor < 0 { throw failure(errno, path) }
        return OutputDocument(name: path, target: target, temporaryPath: nil, descriptor: descriptor)
      }
      mode = status.st_mode & 0o777
    }
    let (directory, file) = split(target)
    if file.isEmpty { throw failure(EISDIR, path) }
    guard
      let part = PartFile.make(
        for: file, in: directory, number: { counter.wrappingAdd(1, ordering: .relaxed).newValue })
    else { throw failure(errno, path) }
    if let mode { fchmod(part.descriptor, mode) }
    return OutputDocument(name: path, target: target, temporaryPath: part.path, descriptor: part.descriptor)
  }

  deinit { discard() }

  /// Writes bytes after those already written.
  ///
  /// - Throws: `output` with the code `output-full`, `output-closed` or `output-failed`.
  public func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(Fault) {
    precondition(isOpen, "written after commit or discard")
    if descriptor < 0 {
      contents.append(contentsOf: bytes)
    } else if let error = writeAll(descriptor, UnsafeRawBufferPointer(bytes)) {
      throw Self.failure(error, name)
    }
    bytesWritten += UInt64(bytes.count)
  }

  /// Writes a buffer's bytes; the buffer is left as it is.
  ///
  /// - Throws: as `write(_:)` of bytes.
  public func write(_ buffer: borrowing ByteBuffer) throws(Fault) { try write(buffer.bytes) }

  /// Writes an array's bytes.
  ///
  /// - Throws: as `write(_:)` of bytes.
  public func write(_ bytes: [UInt8]) throws(Fault) {
    let outcome = bytes.withUnsafeBufferPointer { memory -> Fault? in
      do throws(Fault) { try write(memory) } catch { return error }
      return nil
    }
    if let outcome { throw outcome }
  }

  /// Puts the output onto the disk and gives it its name. Nothing can be written after that.
  ///
  /// - Throws: `output`, and then the target is as it was and the temporary file is gone.
  public func commit() throws(Fault) {
    guard isOpen else { return }
    isOpen = false
    if descriptor < 0 { return }
    defer {
      close(descriptor)
      descriptor = -1
    }
    guard let temporaryPath else {
      // Pipes and terminals cannot be synced (EINVAL); a file behind standard output can.
      if fsync(descriptor) != 0, errno != EINVAL, errno != EROFS, errno != ENOTSUP { throw Self.failure(errno, name) }
      return
    }
    // A library that writes by name may have put a new file there: sync and count what has the name now.
    let written = open(temporaryPath, O_RDONLY | O_CLOEXEC)
    var status = stat()
    if written < 0 || fstat(written, &status) != 0 || fsync(written) != 0
      || rename(temporaryPath, target) != 0
    {
      let error = errno
      if written >= 0 { close(written) }
      unlink(temporaryPath)
      throw Self.failure(error, name)
    }
    close(written)
    bytesWritten = UInt64(status.st_size)
    // The rename itself is on the disk only when the directory is. Some network file systems cannot do that.
    let directory = open(Self.split(target).directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
  }

  /// Removes what was written; the target stays as it was. What went straight through cannot be taken back.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    contents = []
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    if let temporaryPath { unlink(temporaryPath) }
  }

  private static func split(_ path: String) -> (directory: String, file: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let directory = String(path[..<slash])
    return (directory.isEmpty ? "/" : directory, String(path[path.index(after: slash)...]))
  }

  private static func failure(_ error: Int32, _ name: String) -> Fault {
    let code: DiagnosticCode
    switch error {
    case ENOSPC, EDQUOT, EFBIG: code = .outputFull
    case EPIPE: code = .outputClosed
    case EACCES, EPERM, EROFS: code = .outputPermission
    default: code = .outputFailed
    }
    let reason = String(cString: strerror(error))
    return Fault(
      .output,
      Diagnostic(
        code, at: Place(file: name),
        message: .init("\(code.title.en): \(reason)", vi: "\(code.title.vi): \(reason)")))
  }
}
