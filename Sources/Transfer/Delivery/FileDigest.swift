internal import COcopShims
internal import Diagnostics
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// SHA-256 of a file's beginning, made beside the transfer: it reads from the file, whose bytes are still in memory, behind
/// whoever writes it, or ahead of whoever sends it. So a transfer takes as long as the slower of both, not as long as their sum.
final class TrailingDigest: Sendable {
  private struct Work {
    var sha256 = SHA256()
    var at: UInt64 = 0
    /// How far the system was asked to begin writing to the disk.
    var flushed: UInt64 = 0
  }

  private let descriptor: Int32
  private let path: String
  /// Whether the file is being written here, and is not one that is sent.
  private let isWritten: Bool
  /// Held for one piece at a time, so that whoever starts anew does not wait long.
  private let work = Mutex(Work())
  private let pace = Mutex((wanted: UInt64(0), isRunning: false))

  private static let piece = 256 << 10
  /// Less than this is not worth a task; and so much is given to the disk at once.
  private static let stride: UInt64 = 4 << 20

  /// - Parameters:
  ///   - descriptor: the file; stays the caller's, who keeps it open.
  ///   - isWritten: whether the file is being written here: then the disk begins to take what was digested, so that the
  ///     sync at the end is short.
  init(_ descriptor: Int32, path: String, isWritten: Bool) {
    self.descriptor = descriptor
    self.path = path
    self.isWritten = isWritten
  }

  /// Says that the file now has so many bytes. Does not wait.
  ///
  /// - Parameter owner: kept until the work is done, since it closes the file.
  func follow(to count: UInt64, keeping owner: any AnyObject & Sendable) {
    let starts = pace.withLock { pace in
      if count < pace.wanted + Self.stride { return false }
      pace.wanted = count
      if pace.isRunning { return false }
      pace.isRunning = true
      return true
    }
    guard starts else { return }
    Task.detached { [self] in
      defer { withExtendedLifetime(owner) {} }
      while true {
        let wanted = pace.withLock { $0.wanted }
        // A file that cannot be read is found out by whoever wants the digest.
        while (try? advance(to: wanted)) == true {}
        let isDone = pace.withLock { pace in
          if pace.wanted > wanted { return false }
          pace.isRunning = false
          return true
        }
        if isDone { return }
      }
    }
  }

  /// Forgets all bytes: the file starts anew.
  func reset() {
    pace.withLock { $0.wanted = 0 }
    work.withLock { $0 = Work() }
  }

  /// The digest of the first `count` bytes in hexadecimal digits; of fewer when the file is shorter.
  ///
  /// - Throws: `local-file`; `.output` for a file that is being written, else `.unreadable`.
  func hex(to count: UInt64) throws(Fault) -> String {
    while try advance(to: count) {}
    return work.withLock { $0.sha256.hex }
  }

  /// Takes the next piece; whether there may be more.
  private func advance(to count: UInt64) throws(Fault) -> Bool {
    let error = work.withLock { work -> (isMore: Bool, error: Int32) in
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
        if isWritten, work.at - work.flushed >= Self.stride {
          // Only a beginning: what is synced before the file gets its name does not rely on it.
          ocop_begin_writing_out(descriptor, work.flushed, work.at - work.flushed)
          work.flushed = work.at
        }
        return (got > 0 && work.at < count, 0)
      }
    }
    if error.error != 0 { throw Fault.local(path, error.error, isWritten ? .output : .unreadable) }
    return error.isMore
  }
}
