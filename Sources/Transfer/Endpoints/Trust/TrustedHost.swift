public import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

extension Endpoint {
  /// The keys that the server shows, best types first: asked for one type after another. Nothing is trusted by that.
  ///
  /// - Throws: `.configuration` with `endpoint-protocol` unless it is SFTP; faults of the network.
  public func offeredHostKeys() async throws(Fault) -> [HostKey] {
    guard url.scheme == .sftp else {
      throw Fault(
        .configuration,
        Diagnostic(
          .endpointProtocol, at: Place(file: url.description),
          message: .init(
            "Only sftp:// has host keys; TLS is verified by certificates.",
            vi: "Chỉ sftp:// có khóa máy chủ; TLS được kiểm bằng chứng chỉ.")))
    }
    let engine = try CurlEngine(connectionsPerHost: 1)
    defer { engine.close() }
    return try await HostKeyProbe(endpoint: self, engine: engine).run()
  }

  /// What the file of known hosts says about a key of the server.
  public enum HostKeyStanding: Sendable, Hashable {
    /// It is known.
    case known
    /// The host has no key of this type.
    case unknown
    /// The host has another key of this type, in this line.
    case changed(line: Int)
    /// It is revoked, in this line.
    case revoked(line: Int)
  }

  /// What the file of known hosts says about a key of the server; a file that is not there knows nothing.
  public func standing(of key: HostKey) -> HostKeyStanding {
    guard let known = try? knownHosts() else { return .unknown }
    if let entry = known.revoked.first(where: { $0.key == key }) { return .revoked(line: entry.line) }
    if known.keys.contains(where: { $0.key == key }) { return .known }
    if let entry = known.keys.first(where: { $0.key.type == key.type }) { return .changed(line: entry.line) }
    return .unknown
  }

  /// The file of known hosts that is meant.
  public var knownHostsPath: String { knownHostsFile }

  /// Adds a key to the file of known hosts, which is made when it is not there.
  ///
  /// - Throws: `.output` with `local-file` codes of the system when the file cannot be written.
  public func trust(_ key: HostKey) throws(Fault) {
    let path = knownHostsFile
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { mkdir(String(path[..<slash]), 0o700) }
    let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o600)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var line = "\(KnownHosts.name(url.host, port)) \(key.type) \(key.base64)\n"
    // A last line without its end would swallow ours.
    var status = stat()
    var last: UInt8 = 0x0A
    if fstat(descriptor, &status) == 0, status.st_size > 0 { pread(descriptor, &last, 1, status.st_size - 1) }
    if last != 0x0A { line = "\n" + line }
    // One write: others who append at the same time do not come between.
    guard write(descriptor, line, line.utf8.count) == line.utf8.count, fsync(descriptor) == 0 else {
      throw failure(path)
    }
  }

  private func failure(_ path: String) -> Fault {
    let reason = String(cString: strerror(errno))
    return Fault(
      .output,
      Diagnostic(
        .endpointFile, at: Place(file: path),
        message: .init("“\(path)” cannot be written: \(reason).", vi: "Không ghi được “\(path)”: \(reason).")))
  }
}
