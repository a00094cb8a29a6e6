internal import CLibCURL
internal import Diagnostics

/// Files over SSH, through libssh2.
///
/// The host's key must be in the known hosts (S1); nothing is trusted on first use. Renaming never replaces (OpenSSH answers
/// with a failure), so replacing is removing and renaming, with a short gap.
struct SFTPStore: FileServerStore {
  let endpoint: Endpoint
  let engine: CurlEngine
  private let knownHosts: PreparedKnownHosts

  /// - Throws: `.configuration` when the host is not known or its keys are revoked.
  init(_ endpoint: Endpoint, _ engine: CurlEngine) throws(Fault) {
    self.endpoint = endpoint
    self.engine = engine
    knownHosts = try endpoint.preparedKnownHosts()
  }

  var abilities: StoreAbilities { .fileServer }

  func list(_ folder: RemotePath) async throws(TransferFault) -> RemoteListing {
    let sink = MemorySink(limit: 64 << 20)
    try check(await engine.perform(request(folder.asFolder()), into: sink), folder, .reading)
    return FileListing.parse(sink.text, form: .long)
  }

  func move(_ path: RemotePath, to target: RemotePath, replacing: Bool) async throws(TransferFault) {
    try await command(["rename \(quoted(path)) \(quoted(target))"], target)
  }

  func remove(_ path: RemotePath) async throws(TransferFault) {
    do {
      try await command(["rm \(quoted(path))"], path)
    } catch {
      if error.fault.diagnostic.code != .transferNotFound { throw error }
    }
  }

  // MARK: Requests

  private func command(_ commands: [String], _ path: RemotePath) async throws(TransferFault) {
    var request = request(path.parent)
    request.set(CURLOPT_NOBODY, 1)
    request.set(CURLOPT_QUOTE, commands)
    try check(await engine.perform(request), path, .changing)
  }

  /// A path for libcurl's commands: in double quotes, with quotes inside escaped.
  private func quoted(_ path: RemotePath) -> String {
    var text = "\""
    for scalar in path.asFolder(false).description.unicodeScalars {
      if scalar == "\"" { text += "\\" }
      text.unicodeScalars.append(scalar)
    }
    return text + "\""
  }

  func request(_ path: RemotePath) -> CurlRequest {
    var request = endpoint.request(endpoint.origin("sftp") + path.encoded, protocols: "sftp")
    request.set(CURLOPT_SSH_KNOWNHOSTS, knownHosts.path)
    var methods = 0
    if let file = endpoint.login.keyFile {
      request.set(CURLOPT_SSH_PRIVATE_KEYFILE, file)
      methods |= Int(CURLSSH_AUTH_PUBLICKEY)
    }
    if endpoint.login.password != nil { methods |= Int(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD) }
    if methods == 0 { methods = Int(CURLSSH_AUTH_AGENT) }
    request.set(CURLOPT_SSH_AUTH_TYPES, methods)
    // A buffer's packets are all on their way before the first is answered. Without packets, libcurl's 64 KiB are best: they stay
    // in the processor's cache between file and socket.
    request.set(CURLOPT_UPLOAD_BUFFERSIZE, 256 << 10)
    return request
  }

  func check(_ response: CurlResponse, _ path: RemotePath, _ step: StoreStep) throws(TransferFault) {
    if let fault = endpoint.fault(of: response, at: path, step) { throw fault }
  }
}
