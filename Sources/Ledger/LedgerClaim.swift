internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// The sole right to serve one target, among all tasks and processes that use the ledger; given back when it is released
/// or its process ends, however that happens.
///
/// It is a lock of one byte in a file beside the ledger, at an offset made of the target. The kernel keeps such locks, so
/// nobody has to guess whether the owner of a row is still alive, and no clock is asked.
public final class LedgerClaim: Sendable {
  private let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Takes the lock at an offset; nil when another has it and `waiting` is false.
  static func take(at offset: UInt64, in path: String, waiting: Bool) throws(Fault) -> LedgerClaim? {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0o600)
    guard descriptor >= 0 else { throw LedgerFault.system(errno, path) }
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    lock.l_start = off_t(offset & (1 << 62 - 1))
    lock.l_len = 1
    while fcntl(descriptor, waiting ? F_OFD_SETLKW : F_OFD_SETLK, &lock) != 0 {
      let error = errno
      if error == EINTR { continue }
      close(descriptor)
      if error == EAGAIN || error == EACCES { return nil }
      throw LedgerFault.system(error, path)
    }
    return LedgerClaim(descriptor)
  }
}

/// Of `<fcntl.h>`: locks that belong to an open file and not to the process.
private let F_OFD_SETLK: Int32 = 37
private let F_OFD_SETLKW: Int32 = 38
