internal import Diagnostics
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// SHA-256 of a file that is sent, made once also when several ask at a time: each goes on where the others are.
final class FileDigest: Sendable {
  private struct Work {
    var sha256 = SHA256()
    var at: UInt64 = 0
  }

  private let descriptor: Int32
  private let path: String
  /// Held for one piece at a time.
  private let work = Mutex(Work())

  private static let piece = 256 << 10

  /// - Parameter descriptor: the file; stays the caller's, who keeps it open.
  init(_ descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// The digest of the first `count` bytes in hexadecimal digits; of fewer when the file is shorter.
  ///
  /// - Throws: `.unreadable` with `local-file`.
  func hex(to count: UInt64) throws(Fault) -> String {
    while try advance(to: count) {}
    return work.withLock { $0.sha256.hex }
  }

  /// Takes the next piece; whether there may be more.
  private func advance(to count: UInt64) throws(Fault) -> Bool {
    let (isMore, error) = work.withLock { work -> (Bool, Int32) in
      guard work.at < count else { return (false, 0) }
      return withUnsafeTemporaryAllocation(byteCount: Self.piece, alignment: 16) { memory in
        let wanted = Int(min(count - work.at, UInt64(memory.count)))
        var got: Int
        repeat {
          got = pread(descriptor, memory.baseAddress, wanted, off_t(clamping: work.at))
        } while got < 0 && errno == EINTR
        if got < 0 { return (false, errno) }
        work.sha256.add(UnsafeRawBufferPointer(rebasing: memory[..<got]))
        work.at += UInt64(got)
        return (got > 0 && work.at < count, 0)
      }
    }
    if error != 0 { throw Fault.local(path, error, .unreadable) }
    return isMore
  }
}
