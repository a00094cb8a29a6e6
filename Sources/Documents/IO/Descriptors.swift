#if canImport(Glibc)
  internal import Glibc
#endif

// What the system's calls on descriptors leave to their callers, for the modules of this package.

/// A nameless temporary file in `TMPDIR`, or `/tmp` when that is not set: nothing is left of it however the program ends.
///
/// - Returns: its descriptor, or -1 with `errno`; and the folder, for messages.
package func openNamelessFile() -> (descriptor: Int32, folder: String) {
  let wanted = getenv("TMPDIR").map { String(cString: $0) } ?? ""
  let folder = wanted.isEmpty ? "/tmp" : wanted
  var template = Array("\(folder)/.ocop-spool-XXXXXX".utf8CString)
  let descriptor = mkstemp(&template)
  if descriptor >= 0 {
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(template)
  }
  return (descriptor, folder)
}

/// Writes all bytes to a file, pipe or terminal, going on after signals and partial writes; the error number when that fails.
package func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32? {
  guard let base = bytes.baseAddress else { return nil }
  var done = 0
  while done < bytes.count {
    let count = write(descriptor, base + done, bytes.count - done)
    if count >= 0 {
      done += count
    } else if errno == EAGAIN {
      // Standard output may be a non-blocking pipe that another program set so: wait for room.
      var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&poller, 1, -1)
    } else if errno != EINTR {
      return errno
    }
  }
  return nil
}

/// Writes all bytes at an offset of a file; the error number when that fails.
package func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Int32? {
  guard let base = bytes.baseAddress else { return nil }
  var done = 0
  while done < bytes.count {
    let count = pwrite(descriptor, base + done, bytes.count - done, off_t(clamping: offset) + done)
    if count >= 0 {
      done += count
    } else if errno != EINTR {
      return errno
    }
  }
  return nil
}
