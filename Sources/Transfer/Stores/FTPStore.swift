internal import CLibCURL
internal import Diagnostics
internal import Synchronization

/// Files over FTP: clear (`ftp`), TLS by AUTH (`ftpes`), TLS from the first byte (`ftps`).
///
/// All commands name whole paths from the log-in folder (no CWD), so that one connection serves any folder. Passive by
/// EPSV, then PASV, whose address is ignored (R41). With TLS, the data connection too is protected (PROT P, R42), never
/// falls back to clear text (S3), and TLS stays at 1.2 unless told otherwise: with 1.3 and required session reuse, servers
/// lose uploads at random (curl issue 4654).
final class FTPStore: FileServerStore {
  let endpoint: Endpoint
  let engine: CurlEngine
  /// A refused command can leave a late reply in the connection, which libcurl would take for the next one's: the exchange
  /// after a failure opens a new connection.
  private let isSpoiled = Atomic(false)

  init(_ endpoint: Endpoint, _ engine: CurlEngine) {
    self.endpoint = endpoint
    self.engine = engine
  }

  /// RNTO replaces on most servers; those that refuse are answered by removing first.
  var abilities: StoreAbilities {
    var abilities = StoreAbilities.fileServer
    abilities.movesOver = true
    return abilities
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

  func request(_ path: RemotePath) -> CurlRequest {
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
    // Through a proxy of HTTP that the environment names, FTP goes by a tunnel. Without one, libcurl would ask the proxy by HTTP:
    // with the password in the clear, no TLS, and the proxy's error pages for files.
    request.set(CURLOPT_HTTPPROXYTUNNEL, 1)
    request.set(CURLOPT_FTP_FILEMETHOD, Int(CURLFTPMETHOD_NOCWD.rawValue))
    request.set(CURLOPT_FTP_SKIP_PASV_IP, 1)
    if isSpoiled.exchange(false, ordering: .relaxed) { request.set(CURLOPT_FRESH_CONNECT, 1) }
    if endpoint.limits.activeFTP { request.set(CURLOPT_FTPPORT, "-") }
    return request
  }

  func check(_ response: CurlResponse, _ path: RemotePath, _ step: StoreStep) throws(TransferFault) {
    if let fault = endpoint.fault(of: response, at: path, step) {
      isSpoiled.store(true, ordering: .relaxed)
      throw fault
    }
  }
}
