#if canImport(Glibc)
  import Glibc
#endif

/// Third-party files that are not part of this repository.
enum SharedFiles {
  /// The folder that `OCOP_SHARED` names, or `../shared` beside the package; nil when there is none.
  static let root: String? = {
    let path = variable("OCOP_SHARED") ?? "../shared"
    return access(path + "/data", R_OK) == 0 ? path : nil
  }()

  /// Whether a run without the files is a failure: `OCOP_REQUIRE_SHARED`.
  static let isRequired = variable("OCOP_REQUIRE_SHARED") == "1"

  /// Whether tests rewrite the tables that they otherwise compare with: `OCOP_UPDATE_TABLES`.
  static let updatesTables = variable("OCOP_UPDATE_TABLES") == "1"

  /// Whether the tests run: without the files they are skipped, unless they must be there.
  static var isWanted: Bool { root != nil || isRequired }

  /// The path of a file below `data`.
  static func path(_ file: String) -> String { (root ?? "") + "/data/" + file }

  /// All files below the folders that a path stands for, as sorted paths below `data`; its last part may end with `*`.
  static func files(in pattern: String) -> [String] {
    if pattern.hasSuffix("*") {
      let cut = pattern.lastIndex(of: "/") ?? pattern.startIndex
      let folder = String(pattern[..<cut])
      let start = pattern[pattern.index(after: cut)...].dropLast()
      return names(in: folder).filter { $0.hasPrefix(start) }.flatMap { walk(folder + "/" + $0) }
    }
    return walk(pattern)
  }

  private static func walk(_ file: String) -> [String] {
    var status = stat()
    guard stat(path(file), &status) == 0 else { return [] }
    if status.st_mode & S_IFMT != S_IFDIR { return [file] }
    return names(in: file).flatMap { walk(file + "/" + $0) }
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(path(folder)) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
