internal import Diagnostics
internal import Glibc
internal import Settings

/// The files of a mappings folder.
enum ProfileFiles {
  /// Reads a file whole.
  ///
  /// - Throws: `.configuration` with `profile-not-found`, or `.configuration` with `settings-limit` when it is over the limit.
  static func read(_ path: String, limit: Int) throws(Fault) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw notFound(path, String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw notFound(path, "not a regular file")
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw notFound(path, String(cString: strerror(errno))) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= limit else {
        throw Fault(
          .configuration,
          Diagnostic(
            .settingsLimit, at: Place(file: path),
            message: .init("The file has more than \(limit) bytes.", vi: "Tệp lớn hơn \(limit) byte.")))
      }
    }
  }

  static func notFound(_ path: String, _ problem: String) -> Fault {
    Fault(
      .configuration,
      Diagnostic(
        .profileNotFound, at: Place(file: path),
        message: .init("“\(path)” cannot be read: \(problem).", vi: "Không đọc được “\(path)”: \(problem).")))
  }

  /// Profiles below a folder: name → path, sorted by path; hidden folders and `vocabulary` are left out.
  static func profiles(below root: String) -> [(name: String, path: String)] {
    var found: [(name: String, path: String)] = []
    collect(root, depth: 0, into: &found)
    return found.sorted { ($0.path) < ($1.path) }
  }

  private static func collect(_ folder: String, depth: Int, into found: inout [(name: String, path: String)]) {
    guard depth <= 8, let stream = opendir(folder) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = ProfileFiles.name(of: entry)
      if name.hasPrefix(".") || name == "vocabulary" { continue }
      let path = folder + "/" + name
      var status = stat()
      // Symbolic links to folders are not followed: a loop of them would have no end.
      guard lstat(path, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        collect(path, depth: depth + 1, into: &found)
      } else if name.hasSuffix(".yaml") {
        found.append((String(name.dropLast(5)), path))
      }
    }
  }

  /// The names of a folder's files with a suffix, without it, sorted.
  static func names(in folder: String, suffix: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = ProfileFiles.name(of: entry)
      if name.hasSuffix(suffix), !name.hasPrefix(".") { names.append(String(name.dropLast(suffix.count))) }
    }
    return names.sorted()
  }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
    withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }
}
