internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// A nameless temporary file that is written once from front to back and then read as a document.
///
/// It has no name from the start, so nothing is left behind however the program ends.
final class SpoolFile {
  private var descriptor: Int32
  private let name: String
  private(set) var count: UInt64 = 0

  /// Makes an empty file in `TMPDIR`, or `/tmp` when that is not set; `name` is the document's name in messages.
  init(for name: String) throws(Fault) {
    self.name = name
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    var template = Array("\(directory.isEmpty ? "/tmp" : directory)/.ocop-spool-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    if descriptor < 0 { throw Self.failure(errno, name) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(template)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Appends bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    if let error = writeAll(descriptor, bytes) { throw Self.failure(error, name) }
    count += UInt64(bytes.count)
  }

  /// Ends writing and hands the file over as a document.
  func document() -> InputDocument {
    defer { descriptor = -1 }
    return InputDocument(descriptor: descriptor, name: name, size: count)
  }

  private static func failure(_ error: Int32, _ name: String) -> Fault {
    let reason = String(cString: strerror(error))
    return Fault(
      .output,
      Diagnostic(
        .spoolFailed, at: Place(file: name),
        message: .init(
          "The input could not be kept in a temporary file: \(reason)",
          vi: "Không giữ được dữ liệu vào trong tệp tạm: \(reason)")))
  }
}

/// Writes all bytes to a descriptor, going on after signals and partial writes; the error number when that fails.
func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32? {
  guard let base = bytes.baseAddress else { return nil }
  var done = 0
  while done < bytes.count {
    let count = Glibc.write(descriptor, base + done, bytes.count - done)
    if count < 0 {
      if errno == EINTR { continue }
      if errno == EAGAIN {
        // Standard output may be a non-blocking pipe that another program set so: wait for room.
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&poller, 1, -1)
        continue
      }
      return errno
    }
    done += count
  }
  return nil
}
