internal import COcopShims
internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// Where the ledger stands, and with which rights.
enum LedgerFolder {
  /// `$OCOP_STATE`, else `$XDG_STATE_HOME/ocop`, else `~/.local/state/ocop`; the home of the user's entry when HOME is unset.
  static func standard(_ variable: (String) -> String? = environment) throws(Fault) -> String {
    if let path = variable("OCOP_STATE") { return path }
    // By the XDG rules, a relative path in the variable counts as none.
    if let path = variable("XDG_STATE_HOME"), path.hasPrefix("/") { return path + "/ocop" }
    guard let home = variable("HOME") ?? homeOfUser() else {
      throw LedgerFault.failed(
        "ledger", .init("this user has no home folder", vi: "người dùng này không có thư mục riêng"))
    }
    return home + "/.local/state/ocop"
  }

  /// A variable of the environment; nil when it is empty.
  static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  private static func homeOfUser() -> String? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16 << 10)
    guard getpwuid_r(geteuid(), &entry, &buffer, buffer.count, &found) == 0, found != nil, let home = entry.pw_dir
    else { return nil }
    return String(cString: home)
  }

  /// The system's name of this user; its number when it has none.
  static func userName() -> String {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16 << 10)
    guard getpwuid_r(geteuid(), &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name
    else { return String(geteuid()) }
    return String(cString: name)
  }

  /// The machine's name.
  static func hostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    return buffer.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  /// Makes a folder and those above it, for this user alone.
  static func make(_ path: String) throws(Fault) {
    var made = path.hasPrefix("/") ? "" : "."
    for name in path.split(separator: "/") {
      made += "/" + name
      if mkdir(made, 0o700) != 0, errno != EEXIST, errno != EISDIR {
        // A folder above that may not be read can still be passed through.
        let error = errno
        var status = stat()
        if stat(made, &status) != 0 { throw LedgerFault.system(error, made) }
      }
    }
    if remoteKinds.contains(ocop_file_system_kind(path)) {
      throw Fault(.configuration, Diagnostic(.ledgerRemote, at: Place(file: path)))
    }
  }

  /// NFS, SMB, CIFS, SMB2, AFS, Ceph: `f_type` of statfs(2).
  private static let remoteKinds: Set<UInt32> = [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x5346_414F, 0x00C3_6400]

  /// Makes an empty file that only this user can read, before SQLite would make one for all; it gives its rights to the
  /// files beside it.
  static func secure(_ path: String) throws(Fault) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0o600)
    guard descriptor >= 0 else { throw LedgerFault.system(errno, path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw LedgerFault.system(errno, path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw LedgerFault.system(EINVAL, path) }
    if status.st_mode & 0o077 != 0, fchmod(descriptor, 0o600) != 0 { throw LedgerFault.system(errno, path) }
  }
}

/// Faults of the ledger.
enum LedgerFault {
  static func failed(_ path: String, _ reason: LocalizedText, _ kind: Fault.Kind = .output) -> Fault {
    Fault(
      kind,
      Diagnostic(
        .ledgerFailed, at: Place(file: path),
        message: .init(
          "The ledger cannot be opened or written: \(reason.en).", vi: "Không mở hoặc ghi được sổ: \(reason.vi).")))
  }

  static func system(_ error: Int32, _ path: String) -> Fault {
    let reason = String(cString: strerror(error))
    return failed(path, .init(reason, vi: reason))
  }
}
