internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// Files that decide about secrets and trust, opened once and judged by what was opened, not by their name.
struct PrivateFile {
  /// The bytes.
  var bytes: [UInt8]
  /// The mode's permission bits.
  var mode: mode_t
  /// Whether it belongs to this user or to root.
  var isOurs: Bool

  /// Whether nobody but its owner, who is this user or root, has any right on it.
  var isPrivate: Bool { isOurs && mode & 0o077 == 0 }

  /// Reads a regular file whole.
  ///
  /// - Returns: the file, or why it cannot be read.
  static func read(_ path: String, limit: Int) -> Result<PrivateFile, Reason> {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { return .failure(Reason(errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .failure(Reason(errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      return .failure(Reason(.init("it is not a regular file", vi: "không phải tệp thường")))
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return .failure(Reason(errno)) }
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= limit else {
        return .failure(Reason(.init("it has more than \(limit) bytes", vi: "tệp lớn hơn \(limit) byte")))
      }
    }
    return .success(
      PrivateFile(
        bytes: bytes, mode: status.st_mode & 0o7777, isOurs: status.st_uid == geteuid() || status.st_uid == 0))
  }

  /// Half a sentence that says why.
  struct Reason: Error {
    var text: LocalizedText
    /// Whether the file is not there at all.
    var isAbsent = false

    init(_ text: LocalizedText) { self.text = text }

    init(_ error: Int32) {
      let words = String(cString: strerror(error))
      text = .init(words, vi: words)
      isAbsent = error == ENOENT || error == ENOTDIR
    }
  }
}
