internal import Diagnostics
internal import Documents

#if canImport(Glibc)
  internal import Glibc
#endif

/// What a file in OpenSSH's form (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT) says about one host and port.
///
/// libcurl asks the server for a key of the type that stands first in the file, and libssh2 1.10 cannot verify RSA: a file
/// whose first line of the host is `ssh-rsa` breaks every log-in, although a better key stands below. So libcurl gets a file
/// of our own with this host's lines only, best types first. Hidden names (`|1|salt|hash`) are resolved, for libcurl
/// overlooks them when it chooses.
struct KnownHosts {
  /// Most bytes of a file of known hosts.
  static let byteLimit = 16 << 20

  /// A key that is known, with its line.
  struct Entry: Hashable {
    var key: HostKey
    var line: Int
  }

  /// Keys of this host that are not revoked, best types first.
  private(set) var keys: [Entry] = []
  /// Keys that `@revoked` takes away from this host.
  private(set) var revoked: [Entry] = []

  /// Reads the lines of a host. Lines of a named port count first; without any, those without a port, as OpenSSH does it.
  init(_ bytes: [UInt8], host: String, port: Int) {
    let bare = Self.bare(host)
    let withPort = Self.name(host, port)
    var named: [Entry] = []
    var general: [Entry] = []
    for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      var fields = String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
        .split(maxSplits: 4, whereSeparator: { $0 == " " || $0 == "\t" })
      guard let first = fields.first, !first.hasPrefix("#") else { continue }
      var isRevoked = false
      if first.hasPrefix("@") {
        // Certificates are beyond libssh2.
        guard first == "@revoked" else { continue }
        isRevoked = true
        fields.removeFirst()
      }
      guard fields.count >= 3, let key = HostKey(base64: String(fields[2])), key.type == fields[1] else { continue }
      let entry = Entry(key: key, line: number + 1)
      let matchesPort = Self.matches(fields[0], withPort)
      let matchesBare = withPort != bare && Self.matches(fields[0], bare)
      if isRevoked {
        if matchesPort || matchesBare { revoked.append(entry) }
      } else if matchesPort {
        named.append(entry)
      } else if matchesBare {
        general.append(entry)
      }
    }
    let gone = Set(revoked.map(\.key))
    keys = (named.isEmpty ? general : named).filter { !gone.contains($0.key) }
    // Stable, so that the file decides among equals.
    keys = keys.enumerated().sorted { ($0.element.key.rank, $0.offset) < ($1.element.key.rank, $1.offset) }
      .map(\.element)
  }

  /// The lines for libcurl.
  func text(host: String, port: Int) -> String {
    keys.map { "\(Self.name(host, port)) \($0.key.type) \($0.key.base64)\n" }.joined()
  }

  /// How a host and port are written: `host`, or `[host]:port` unless it is 22.
  static func name(_ host: String, _ port: Int) -> String { port == 22 ? bare(host) : "[\(bare(host))]:\(port)" }

  private static func bare(_ host: String) -> String {
    host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
  }

  /// Whether a list of patterns, or a hidden name, means a host.
  private static func matches(_ patterns: Substring, _ name: String) -> Bool {
    if patterns.hasPrefix("|1|") {
      let parts = patterns.dropFirst(3).split(separator: "|", omittingEmptySubsequences: false)
      guard parts.count == 2, let salt = Base64.decode(String(parts[0])), let hash = Base64.decode(String(parts[1]))
      else { return false }
      return SHA1.hmac(Array(name.utf8), key: salt) == hash
    }
    var matched = false
    for pattern in patterns.split(separator: ",") {
      if pattern.hasPrefix("!") {
        if fits(Array(pattern.dropFirst().lowercased().utf8), Array(name.utf8)) { return false }
      } else if fits(Array(pattern.lowercased().utf8), Array(name.utf8)) {
        matched = true
      }
    }
    return matched
  }

  /// `*` is any text, `?` one character; brackets stand for themselves. Steps: at most the product of both lengths.
  private static func fits(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
    var p = 0, n = 0
    var star: (p: Int, n: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
        star = (p, n)
        p += 1
      } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == name[n] {
        p += 1
        n += 1
      } else if let back = star {
        star = (back.p, back.n + 1)
        p = back.p + 1
        n = back.n + 1
      } else {
        return false
      }
    }
    while p < pattern.count, pattern[p] == UInt8(ascii: "*") { p += 1 }
    return p == pattern.count
  }
}

extension Endpoint {
  /// The user's file of known hosts.
  var knownHostsFile: String {
    trust.knownHostsFile ?? (EndpointFile.homeFolder ?? "") + "/.ssh/known_hosts"
  }

  /// The port, written or not.
  var port: Int { url.port ?? url.scheme.standardPort }

  /// Reads what the user's file says about this endpoint's host.
  ///
  /// - Throws: `.configuration` with `transfer-host-key` when the file cannot be read.
  func knownHosts() throws(Fault) -> KnownHosts {
    switch PrivateFile.read(knownHostsFile, limit: KnownHosts.byteLimit) {
    case .success(let file): return KnownHosts(file.bytes, host: url.host, port: port)
    case .failure(let reason):
      throw Fault(
        .configuration,
        Diagnostic(
          .transferHostKey, at: Place(file: url.description),
          message: .init(
            "The file of known hosts “\(knownHostsFile)” cannot be read: \(reason.text.en).",
            vi: "Không đọc được tệp máy chủ đã biết “\(knownHostsFile)”: \(reason.text.vi).")))
    }
  }

  /// The file that libcurl gets.
  ///
  /// - Throws: `.configuration` with `transfer-host-key` when the host is not known (S1), with `host-key-revoked` when all its
  ///   keys are revoked.
  func preparedKnownHosts() throws(Fault) -> PreparedKnownHosts {
    let known = try knownHosts()
    let name = KnownHosts.name(url.host, port)
    if known.keys.isEmpty {
      if !known.revoked.isEmpty {
        throw Fault(.configuration, Diagnostic(.hostKeyRevoked, at: Place(file: url.description)))
      }
      throw Fault(
        .configuration,
        Diagnostic(
          .transferHostKey, at: Place(file: url.description),
          message: .init(
            "“\(knownHostsFile)” has no key of \(name); nothing is trusted on first use.",
            vi: "“\(knownHostsFile)” không có khóa của \(name); không tự tin cậy lần đầu.")))
    }
    return try PreparedKnownHosts(known.text(host: url.host, port: port))
  }
}

/// A file of known hosts for libcurl: nameless, readable by this process alone, gone with its owner.
final class PreparedKnownHosts: Sendable {
  private let descriptor: Int32

  /// The name by which this process opens it.
  var path: String { "/proc/self/fd/\(descriptor)" }

  init(_ text: String) throws(Fault) {
    descriptor = try makeSpool()
    let error = Array(text.utf8).withUnsafeBytes { writeAll(descriptor, $0, at: 0) }
    if let error { throw Fault.local("known hosts", error) }
  }

  deinit { close(descriptor) }
}
