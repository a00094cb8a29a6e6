internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// The place of a downloaded file on this machine, and how it gets there whole (R1).
///
/// All names are used relative to the opened folder, so that the folder cannot be exchanged for another meanwhile. What
/// stands under the name gives way in one step. A symbolic link there is replaced, not followed (S18).
final class LocalTarget: Sendable {
  /// The absolute path, for the ledger.
  let path: String
  let name: String
  private let folder: Int32
  /// Rights of the file that stands there; else those of a new file: at most 0640.
  private let mode: mode_t

  /// - Parameter path: a file, or a folder into which a file of `remoteName` is put.
  /// - Throws: `.output` with `local-file`.
  init(_ path: String, remoteName: String) throws(Fault) {
    var path = path
    var status = stat()
    if path.hasSuffix("/") || (stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR) {
      if let refusal = RemotePath.refusal(of: remoteName) { throw RemotePath.fault(remoteName, refusal) }
      path += (path.hasSuffix("/") ? "" : "/") + remoteName
    }
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    guard !name.isEmpty, name != ".", name != "..", !path.utf8.contains(0) else {
      throw Fault.local(path, .init("that is no file name", vi: "đó không phải tên tệp"))
    }
    guard let absolute = realpath(parent, nil) else { throw Fault.local(parent, errno) }
    let resolved = String(cString: absolute)
    free(absolute)
    self.path = (resolved == "/" ? "" : resolved) + "/" + name
    folder = open(resolved, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw Fault.local(parent, errno) }
    var standing = stat()
    if fstatat(folder, name, &standing, AT_SYMLINK_NOFOLLOW) == 0 {
      switch standing.st_mode & S_IFMT {
      case S_IFREG: mode = standing.st_mode & 0o777
      case S_IFLNK: mode = 0o640 & ~Self.umask
      default:
        close(folder)
        throw Fault.local(path, .init("it is not a file", vi: "không phải là tệp"))
      }
    } else {
      mode = 0o640 & ~Self.umask
    }
  }

  deinit { close(folder) }

  /// The process's umask, without changing it for a moment as umask(2) would.
  private static let umask: mode_t = {
    guard let file = fopen("/proc/self/status", "re") else { return 0o077 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = line.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
      if text.hasPrefix("Umask:") {
        return mode_t(text.dropFirst(6).filter { ("0"..."7").contains($0) }, radix: 8) ?? 0o077
      }
    }
    return 0o077
  }()

  /// The name of a part: hidden, beside the target, at most 255 bytes.
  func partName(_ id: String) -> String { "." + Self.shortened(name, to: 200) + "." + id + ".part" }

  /// A name cut between characters.
  static func shortened(_ name: String, to limit: Int) -> String {
    var result = name
    while result.utf8.count > limit { result.removeLast() }
    return result
  }

  /// Makes a part that nobody else has.
  ///
  /// - Throws: `.output` with `local-file`.
  func makePart(_ name: String) throws(Fault) -> Int32 {
    let descriptor = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Fault.local(path, errno) }
    return descriptor
  }

  /// Opens a part that an earlier run has left; nil when it is not there or not that any more.
  func openPart(_ name: String) -> Int32? {
    let descriptor = openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1,
      status.st_uid == geteuid()
    else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  /// What is unpacked from a part has the part's name with this at its end.
  static let unpackedSuffix = ".plain"

  /// Removes a part and what was unpacked from it; one that is not there is no error.
  func removePart(_ name: String) {
    unlinkat(folder, name, 0)
    unlinkat(folder, name + Self.unpackedSuffix, 0)
  }

  /// Gives a whole part the final name: synced file, rename, synced folder (R1, R5). `record` is called when the bytes are on
  /// the disk and before the name changes.
  ///
  /// - Throws: `.output` with `local-file`; then the target is as it was.
  func publish(_ part: String, _ descriptor: Int32, record: () throws(Fault) -> Void) throws(Fault) {
    guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else { throw Fault.local(path, errno) }
    try record()
    guard renameat(folder, part, folder, name) == 0, fsync(folder) == 0 else { throw Fault.local(path, errno) }
  }
}
