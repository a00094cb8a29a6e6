internal import COcopShims
internal import Diagnostics
internal import Documents
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// Writes what arrives into a part file and makes its SHA-256, beside the transfer: the engine's thread only copies bytes, and keeps
/// its time for decryption. So a download takes as long as the slower of both, not as long as their sum.
///
/// The work goes on in bursts, on a thread that takes the time which engine and network leave: on two processors, of which one
/// decrypts and the other may run the server, each wake-up at the wrong moment would cost more than the work itself. Nobody waits for
/// that thread, but for the piece that it has in hand: whoever needs something done that it has not come to does it himself. Until
/// ``finish()`` returns, bytes that were taken may not be in the file yet.
final class PartWriter: Sendable {
  /// What arrived and is not in the file.
  private struct Arrived {
    /// Whole pieces, the oldest first.
    var pieces: [[UInt8]] = []
    var filling: [UInt8] = []
    /// Memory of pieces that were written.
    var spare: [[UInt8]] = []
    var hasThread = false
    /// Error number of the write that failed; nothing is written after it.
    var error: Int32 = 0
  }

  /// What is in the file.
  private struct Written {
    var count: UInt64 = 0
    var sha256 = SHA256()
    /// How many bytes are in the digest; fewer than `count` when a part of an earlier run was taken over.
    var digested: UInt64 = 0
    /// How far the system was asked to begin writing to the disk.
    var flushed: UInt64 = 0
  }

  private let descriptor: Int32
  private let path: String
  private let arrived = Mutex(Arrived())
  /// Held for one piece at a time. Taken before `arrived` where both are needed.
  private let written = Mutex(Written())

  private static let piece = 512 << 10
  /// So many pieces are worth a burst.
  private static let burst = 8
  /// More pieces than this do not wait, which bounds the memory to 12 MiB a file: then whoever brings bytes writes them.
  private static let mostWaiting = 24
  /// So much is given to the disk at once.
  private static let stride: UInt64 = 4 << 20

  /// - Parameter descriptor: the empty part; stays the caller's, who keeps it open.
  init(_ descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Takes over the bytes that are in the file.
  func adopt(_ count: UInt64) { written.withLock { $0.count = count } }

  /// Takes bytes.
  ///
  /// - Parameter owner: kept until the work is done, since it closes the file.
  /// - Throws: `.output` with `local-file` when the file could not be written; perhaps for earlier bytes.
  func append(_ bytes: UnsafeRawBufferPointer, keeping owner: any AnyObject & Sendable) throws(Fault) {
    let (error, waiting, isBurst) = arrived.withLock { arrived in
      if arrived.error != 0 { return (arrived.error, 0, false) }
      arrived.filling.append(contentsOf: bytes)
      guard arrived.filling.count >= Self.piece else { return (0, 0, false) }
      arrived.pieces.append(arrived.filling)
      arrived.filling = arrived.spare.popLast() ?? []
      arrived.filling.reserveCapacity(Self.piece + bytes.count)
      let isBurst = !arrived.hasThread && arrived.pieces.count >= Self.burst
      if isBurst { arrived.hasThread = true }
      return (0, arrived.pieces.count, isBurst)
    }
    if error != 0 { throw Fault.local(path, error) }
    if isBurst {
      let hasThread = BackgroundThread.start { [self] in
        while writeNext() || digestNext() {}
        withExtendedLifetime(owner) {}
      }
      if !hasThread { arrived.withLock { $0.hasThread = false } }
    }
    if waiting > Self.mostWaiting { _ = writeNext() }
  }

  /// Writes what is left.
  ///
  /// - Returns: how many bytes are in the file, and the error that kept others from it.
  func finish() -> (count: UInt64, fault: Fault?) {
    arrived.withLock { arrived in
      if !arrived.filling.isEmpty { arrived.pieces.append(arrived.filling) }
      arrived.filling = []
    }
    while writeNext() {}
    // Under both locks, so that a piece that the thread has in hand is counted.
    return written.withLock { written in
      let error = arrived.withLock { arrived in
        arrived.spare = []
        return arrived.error
      }
      return (written.count, error == 0 ? nil : Fault.local(path, error))
    }
  }

  /// Forgets all bytes and empties the file; one that cannot be emptied takes no more, which the next bytes or the end tell.
  func discard() {
    written.withLock { written in
      written = Written()
      let error = ftruncate(descriptor, 0) == 0 ? 0 : errno
      arrived.withLock { arrived in
        arrived.pieces = []
        arrived.filling = []
        arrived.error = error
      }
    }
  }

  /// SHA-256 of what is in the file, in hexadecimal digits.
  ///
  /// - Throws: `.output` with `local-file`.
  func sha256() throws(Fault) -> String {
    while true {
      let (isWhole, hex, error) = written.withLock { written -> (Bool, String, Int32) in
        if written.digested < written.count {
          let error = digestPiece(&written)
          return (false, "", error)
        }
        return (true, written.sha256.hex, 0)
      }
      if error != 0 { throw Fault.local(path, error) }
      if isWhole { return hex }
    }
  }

  /// Writes the oldest piece; whether there was one.
  private func writeNext() -> Bool {
    written.withLock { written in
      let (piece, failed) = arrived.withLock { ($0.pieces.isEmpty ? nil : $0.pieces.removeFirst(), $0.error != 0) }
      guard var piece else { return false }
      if failed { return true }
      let error = piece.withUnsafeBytes { bytes -> Int32 in
        if let error = writeAll(descriptor, bytes, at: written.count) { return error }
        if written.digested == written.count {
          written.sha256.add(bytes)
          written.digested += UInt64(bytes.count)
        }
        written.count += UInt64(bytes.count)
        return 0
      }
      if written.count - written.flushed >= Self.stride {
        // Only a beginning: what is synced before the file gets its name does not rely on it.
        ocop_begin_writing_out(descriptor, written.flushed, written.count - written.flushed)
        written.flushed = written.count
      }
      piece.removeAll(keepingCapacity: true)
      arrived.withLock { arrived in
        if error != 0 { arrived.error = error }
        arrived.spare.append(piece)
      }
      return true
    }
  }

  /// The thread's: digests a piece of what was taken over; whether there may be more to do. Without more the thread ends.
  private func digestNext() -> Bool {
    written.withLock { written in
      // What cannot be read is found out by whoever wants the digest.
      if written.digested < written.count, digestPiece(&written) == 0 { return true }
      return arrived.withLock { arrived in
        arrived.hasThread = !arrived.pieces.isEmpty
        return arrived.hasThread
      }
    }
  }

  /// Reads a piece back into the digest; the error number when it cannot be read.
  private func digestPiece(_ written: inout Written) -> Int32 {
    withUnsafeTemporaryAllocation(byteCount: Self.piece, alignment: 16) { memory in
      let wanted = Int(min(written.count - written.digested, UInt64(memory.count)))
      var got: Int
      repeat {
        got = pread(descriptor, memory.baseAddress, wanted, off_t(clamping: written.digested))
      } while got < 0 && errno == EINTR
      if got < 0 { return errno }
      // Shorter than what was taken over or written: somebody else cut it.
      if got == 0 { return EIO }
      written.sha256.add(UnsafeRawBufferPointer(rebasing: memory[..<got]))
      written.digested += UInt64(got)
      return 0
    }
  }
}
