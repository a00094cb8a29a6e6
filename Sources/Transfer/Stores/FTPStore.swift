internal import CLibCURL
internal import Diagnostics
internal import Synchronization

/// Files over FTP: clear (`ftp`), TLS by AUTH (`ftpes`), TLS from the first byte (`ftps`).
///
/// All commands name whole paths from the log-in folder (no CWD), so that one connection serves any folder. Passive by
/// EPSV, then PASV, whose address is ignored (R41). With TLS, the data connection too is protected (PROT P, R42), never
/// falls back to clear text (S3), and TLS stays at 1.2 unless told otherwise: with 1.3 and required session reuse, servers
/// lose uploads at random (curl issue 4654).
final class FTPStore: Store {
  private let endpoint: Endpoint
  private let engine: CurlEngine
  /// A refused command can leave a late reply in the connection, which libcurl would take for the next one's: the exchange
  /// after a failure opens a new connection.
  private let isSpoiled = Atomic(false)

  init(_ endpoint: Endpoint, _ engine: CurlEngine) {
    self.endpoint = endpoint
    self.engine = engine
  }

  var abilities: StoreAbilities {
    var abilities = StoreAbilities()
    abilities.moves = true
    // RNTO replaces on most servers; those that refuse are answered by removing first.
    abilities.movesOver = true
    abilities.resumesReads = true
    abilities.resumesWrites = true
    abilities.lists = true
    abilities.removes = true
    abilities.tellsSize = true
    return abilities
  }

  func status(of path: RemotePath) async throws(TransferFault) -> RemoteFile? {
    var request = request(path)
    request.set(CURLOPT_NOBODY, 1)
    request.set(CURLOPT_FILETIME, 1)
    let response = await engine.perform(request)
    if response.result == CURLE_REMOTE_FILE_NOT_FOUND { return nil }
    if let fault = endpoint.fault(of: response, at: path, .reading) {
      if fault.fault.diagnostic.code == .transferNotFound { return nil }
      throw fault
    }
    guard let size = response.announcedLength else {
      // No SIZE at this server: the folder's listing tells.
      return try await list(path.parent).files.first { $0.name == path.name }
    }
    return RemoteFile(name: path.name, version: RemoteVersion(size: size, modified: response.modified))
  }

  func list(_ folder: RemotePath) async throws(TransferFault) -> RemoteListing {
    let sink = MemorySink(limit: 64 << 20)
    var request = request(folder.asFolder())
    // MLSD has one form on all servers (RFC 3659); older servers know LIST alone.
    request.set(CURLOPT_CUSTOMREQUEST, "MLSD")
    var response = await engine.perform(request, into: sink)
    if response.result != CURLE_OK, (500...504).contains(response.status) {
      sink.clear()
      request.set(CURLOPT_CUSTOMREQUEST, "LIST")
      response = await engine.perform(request, into: sink)
      try check(response, folder, .reading)
      return FileListing.parse(sink.text, form: .long)
    }
    try check(response, folder, .reading)
    return FileListing.parse(sink.text, form: .facts)
  }

  func read(
    _ path: RemotePath, from offset: UInt64, of version: RemoteVersion?, into sink: any ByteSink
  ) async throws(TransferFault) -> RemoteVersion {
    // FTP has no condition on a read: another size or time means another file.
    var offset = offset
    guard let now = try await status(of: path)?.version else { throw notFound(path) }
    if offset > 0, let version, !now.proves(version) || offset > now.size ?? 0 { offset = 0 }
    if offset > 0, offset == now.size {
      // Nothing is left; libcurl would open a data connection and leave it, to the server's confusion.
      do throws(Fault) {
        try sink.start(TransferHead(status: 0, length: 0, offset: offset, version: now))
      } catch { throw TransferFault(error, .giveUp) }
      return now
    }
    var request = request(path)
    request.set(CURLOPT_FILETIME, 1)
    if offset > 0 { request.set(CURLOPT_RESUME_FROM_LARGE, size: Int64(clamping: offset)) }
    let start = offset
    let response = await engine.perform(request, into: sink) { response in
      TransferHead(
        status: response.status, length: now.size.map { $0 - min($0, start) } ?? response.announcedLength,
        offset: start,
        version: now)
    }
    try check(response, path, .reading)
    return now
  }

  func write(
    _ path: RemotePath, from source: any ByteSource, at offset: UInt64, if condition: WriteCondition
  ) async throws(TransferFault) -> RemoteVersion {
    var request = request(path)
    request.set(CURLOPT_UPLOAD, 1)
    request.set(CURLOPT_INFILESIZE_LARGE, size: Int64(clamping: source.size))
    if offset > 0 { request.set(CURLOPT_RESUME_FROM_LARGE, size: Int64(clamping: offset)) }
    let response = await engine.perform(request, sending: source)
    try check(response, path, .changing)
    return RemoteVersion(size: source.size)
  }

  func move(_ path: RemotePath, to target: RemotePath, replacing: Bool) async throws(TransferFault) {
    try await command(["RNFR " + name(path), "RNTO " + name(target)], target)
  }

  func remove(_ path: RemotePath) async throws(TransferFault) {
    do {
      try await command(["DELE " + name(path)], path)
    } catch {
      // 550 says both “not there” and “not allowed”; the status tells them apart.
      guard error.remedy == .giveUp, try await status(of: path) == nil else { throw error }
    }
  }

  // MARK: Requests

  private func command(_ commands: [String], _ path: RemotePath) async throws(TransferFault) {
    var request = request(.root)
    request.set(CURLOPT_NOBODY, 1)
    request.set(CURLOPT_QUOTE, commands)
    try check(await engine.perform(request), path, .changing)
  }

  private func name(_ path: RemotePath) -> String { path.names.joined(separator: "/") }

  private func request(_ path: RemotePath) -> CurlRequest {
    let scheme = endpoint.url.scheme == .ftps ? "ftps" : "ftp"
    var request = endpoint.request(endpoint.origin(scheme) + path.encoded, protocols: scheme)
    if endpoint.login.user == nil {
      request.set(CURLOPT_USERNAME, "anonymous")
      request.set(CURLOPT_PASSWORD, "anonymous@")
    }
    if endpoint.url.scheme != .ftp {
      request.lane = endpoint.origin(endpoint.url.scheme.rawValue) + "/" + (endpoint.login.user ?? "")
      request.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
      request.set(CURLOPT_SSLVERSION, Endpoint.versions(mostTLS: endpoint.trust.mostTLS ?? "1.2"))
    }
    request.set(CURLOPT_FTP_FILEMETHOD, Int(CURLFTPMETHOD_NOCWD.rawValue))
    request.set(CURLOPT_FTP_SKIP_PASV_IP, 1)
    if isSpoiled.exchange(false, ordering: .relaxed) { request.set(CURLOPT_FRESH_CONNECT, 1) }
    if endpoint.limits.activeFTP { request.set(CURLOPT_FTPPORT, "-") }
    return request
  }

  private func check(_ response: CurlResponse, _ path: RemotePath, _ step: StoreStep) throws(TransferFault) {
    if let fault = endpoint.fault(of: response, at: path, step) {
      isSpoiled.store(true, ordering: .relaxed)
      throw fault
    }
  }

  private func notFound(_ path: RemotePath) -> TransferFault {
    let code = DiagnosticCode.transferNotFound
    return TransferFault(
      Fault(.unreadable, Diagnostic(code, at: Place(file: endpoint.url.at(path).description), message: code.title)),
      .giveUp)
  }
}
