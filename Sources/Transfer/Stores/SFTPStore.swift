internal import CLibCURL
internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// Files over SSH, through libssh2.
///
/// The host's key must be in the known hosts (S1); nothing is trusted on first use. Renaming never replaces (OpenSSH answers
/// with a failure), so replacing is removing and renaming, with a short gap.
struct SFTPStore: Store {
  private let endpoint: Endpoint
  private let engine: CurlEngine
  private let knownHosts: String

  /// - Throws: `.configuration` when there is no file of known hosts.
  init(_ endpoint: Endpoint, _ engine: CurlEngine) throws(Fault) {
    self.endpoint = endpoint
    self.engine = engine
    let home = getenv("HOME").map { String(cString: $0) } ?? ""
    knownHosts = endpoint.trust.knownHostsFile ?? home + "/.ssh/known_hosts"
    guard access(knownHosts, R_OK) == 0 else {
      throw Fault(
        .configuration,
        Diagnostic(
          .transferHostKey, at: Place(file: endpoint.url.description),
          message: .init(
            "There is no file of known hosts: \(knownHosts).", vi: "Không có tệp khóa máy chủ đã biết: \(knownHosts)."))
      )
    }
  }

  var abilities: StoreAbilities {
    var abilities = StoreAbilities()
    abilities.moves = true
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
    // libcurl does not tell a size of 0: the folder's listing does.
    guard let size = response.announcedLength else {
      var file = try await list(path.parent).files.first { $0.name == path.name }
      file?.version.modified = response.modified
      return file
    }
    return RemoteFile(name: path.name, version: RemoteVersion(size: size, modified: response.modified))
  }

  func list(_ folder: RemotePath) async throws(TransferFault) -> RemoteListing {
    let sink = MemorySink(limit: 64 << 20)
    try check(await engine.perform(request(folder.asFolder()), into: sink), folder, .reading)
    return FileListing.parse(sink.text, form: .long)
  }

  func read(
    _ path: RemotePath, from offset: UInt64, of version: RemoteVersion?, into sink: any ByteSink
  ) async throws(TransferFault) -> RemoteVersion {
    // SFTP has no condition on a read: another size or time means another file.
    let now = try await status(of: path)?.version
    var offset = offset
    if offset > 0, let version, let now, !now.proves(version) || offset > now.size ?? 0 { offset = 0 }
    var request = request(path)
    if offset > 0 { request.set(CURLOPT_RESUME_FROM_LARGE, size: Int64(clamping: offset)) }
    let start = offset
    let response = await engine.perform(request, into: sink) { response in
      TransferHead(
        status: 0, length: now?.size.map { $0 - min($0, start) } ?? response.announcedLength, offset: start,
        version: now ?? RemoteVersion())
    }
    try check(response, path, .reading)
    return now ?? RemoteVersion(size: start + response.received)
  }

  func write(
    _ path: RemotePath, from source: any ByteSource, at offset: UInt64, if condition: WriteCondition
  ) async throws(TransferFault) -> RemoteVersion {
    var request = request(path)
    request.set(CURLOPT_UPLOAD, 1)
    request.set(CURLOPT_INFILESIZE_LARGE, size: Int64(clamping: source.size))
    // libcurl opens with O_APPEND to go on, so the offset must be the size that the server has now: `Upload` sees to it.
    if offset > 0 { request.set(CURLOPT_RESUME_FROM_LARGE, size: Int64(clamping: offset)) }
    try check(await engine.perform(request, sending: source), path, .changing)
    return RemoteVersion(size: source.size)
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

  private func request(_ path: RemotePath) -> CurlRequest {
    var request = endpoint.request(endpoint.origin("sftp") + path.encoded, protocols: "sftp")
    request.set(CURLOPT_SSH_KNOWNHOSTS, knownHosts)
    var methods = 0
    if let file = endpoint.login.keyFile {
      request.set(CURLOPT_SSH_PRIVATE_KEYFILE, file)
      methods |= Int(CURLSSH_AUTH_PUBLICKEY)
    }
    if endpoint.login.password != nil { methods |= Int(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD) }
    if methods == 0 { methods = Int(CURLSSH_AUTH_AGENT) }
    request.set(CURLOPT_SSH_AUTH_TYPES, methods)
    return request
  }

  private func check(_ response: CurlResponse, _ path: RemotePath, _ step: StoreStep) throws(TransferFault) {
    if let fault = endpoint.fault(of: response, at: path, step) { throw fault }
  }
}
