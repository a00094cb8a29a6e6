#if canImport(Glibc)
  internal import Glibc
#endif

/// The hidden file in which an output grows before it gets its name: `.NAME.PROCESS-NUMBER.part` beside it.
///
/// Whoever writes one holds a lock on it, which ends with the process however that ends. So a part without a lock, of a process
/// that is not there any more, was left behind by a run that was killed, and the next run for the same name removes it. (The
/// lock alone does not tell: libraries may put a file of their own in a part's place.)
struct PartFile {
  var path: String
  /// Open for reading and writing, locked; the caller closes it.
  var descriptor: Int32

  /// Makes a new part for an output, and removes those that killed runs have left for it.
  ///
  /// - Parameter number: gives the next number of this process.
  /// - Returns: the part, or nil when none can be made; errno then says why.
  static func make(for file: String, in directory: String, number: () -> Int) -> PartFile? {
    removeLeftovers(of: file, in: directory)
    while true {
      let path = "\(directory)/.\(file).\(getpid())-\(number()).part"
      let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor < 0 {
        // A left-over of an earlier process with our number, where locks do not work: the next name.
        if errno == EEXIST || errno == EINTR { continue }
        return nil
      }
      // Another run may have taken it for a left-over before it was locked; then it is gone, or about to be.
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? isNamed(path, descriptor) : errno != EWOULDBLOCK {
        return PartFile(path: path, descriptor: descriptor)
      }
      close(descriptor)
    }
  }

  private static func removeLeftovers(of file: String, in directory: String) {
    guard let stream = opendir(directory) else { return }
    defer { closedir(stream) }
    let prefix = ".\(file).", suffix = ".part"
    while let entry = readdir(stream) {
      // Cheap for the many other files of a folder: the first byte is looked at before a String is made.
      guard entry.pointee.d_name.0 == CChar(UInt8(ascii: ".")) else { continue }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.utf8.count > prefix.utf8.count + suffix.utf8.count
      else { continue }
      let numbers = name.dropFirst(prefix.count).dropLast(suffix.count).split(
        separator: "-", omittingEmptySubsequences: false)
      guard numbers.count == 2, let process = pid_t(numbers[0]), process > 0, Int(numbers[1]) != nil,
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      let path = "\(directory)/\(name)"
      let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      if descriptor < 0 { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0, isNamed(path, descriptor) { unlink(path) }
      close(descriptor)
    }
  }

  /// Whether a path still names the file behind a descriptor.
  private static func isNamed(_ path: String, _ descriptor: Int32) -> Bool {
    var named = stat(), opened = stat()
    return lstat(path, &named) == 0 && fstat(descriptor, &opened) == 0 && named.st_ino == opened.st_ino
      && named.st_dev == opened.st_dev
  }
}
