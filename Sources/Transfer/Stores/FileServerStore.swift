internal import CLibCURL
internal import Diagnostics

/// What FTP and SFTP have in common: files by their paths, read and written from an offset on, without conditions.
protocol FileServerStore: Store {
  var endpoint: Endpoint { get }
  var engine: CurlEngine { get }

  /// A request for a path, with log-in and trust.
  func request(_ path: RemotePath) -> CurlRequest
  /// Throws the fault behind a response.
  func check(_ response: CurlResponse, _ path: RemotePath, _ step: StoreStep) throws(TransferFault)
}

extension StoreAbilities {
  /// Of servers of files, which can all this but promise little: a rename may or may not replace.
  static let fileServer: StoreAbilities = {
    var abilities = StoreAbilities()
    abilities.moves = true
    abilities.resumesReads = true
    abilities.resumesWrites = true
    abilities.lists = true
    abilities.removes = true
    abilities.tellsSize = true
    return abilities
  }()
}

extension FileServerStore {
  func status(of path: RemotePath) async throws(TransferFault) -> RemoteFile? {
    var request = request(path)
    request.set(CURLOPT_NOBODY, 1)
    request.set(CURLOPT_FILETIME, 1)
    let response = await engine.perform(request)
    // That a file is not there is an answer, and no failure of the connection.
    if response.result == CURLE_REMOTE_FILE_NOT_FOUND { return nil }
    if endpoint.fault(of: response, at: path, .reading)?.fault.diagnostic.code == .transferNotFound { return nil }
    try check(response, path, .reading)
    // Neither a server without SIZE nor libcurl for an empty file of SFTP tells the size: the folder's listing does.
    guard let size = response.announcedLength else {
      var file = try await list(path.parent).files.first { $0.name == path.name }
      if let modified = response.modified { file?.version.modified = modified }
      return file
    }
    return RemoteFile(name: path.name, version: RemoteVersion(size: size, modified: response.modified))
  }

  func read(
    _ path: RemotePath, from offset: UInt64, of version: RemoteVersion?, into sink: any ByteSink
  ) async throws(TransferFault) -> RemoteVersion {
    guard let now = try await status(of: path)?.version else {
      let code = DiagnosticCode.transferNotFound
      throw TransferFault(
        Fault(.unreadable, Diagnostic(code, at: Place(file: endpoint.url.at(path).description), message: code.title)),
        .giveUp)
    }
    // There is no condition on a read: another size or time means another file (R14).
    let isSame = version?.proves(now) == true && offset <= now.size ?? 0
    let start = isSame ? offset : 0
    let head = TransferHead(status: 0, length: now.size.map { $0 - start }, offset: start, version: now)
    if start > 0, start == now.size {
      // Nothing is left; libcurl would open a data connection and leave it, to an FTP server's confusion.
      do throws(Fault) { try sink.start(head) } catch { throw TransferFault(error, .giveUp) }
      return now
    }
    var request = request(path)
    if start > 0 { request.set(CURLOPT_RESUME_FROM_LARGE, size: Int64(clamping: start)) }
    try check(await engine.perform(request, into: sink) { _ in head }, path, .reading)
    // Nor does it say that the file stayed the same while it was read. One that is gone since was whole when it was opened.
    if let after = try await status(of: path)?.version, after.contradicts(now) {
      throw .incomplete(
        endpoint.url.at(path).description,
        .init("it was changed while it was read", vi: "tệp đã thay đổi trong khi đang đọc"))
    }
    return now
  }

  func write(
    _ path: RemotePath, from source: any ByteSource, at offset: UInt64, if condition: WriteCondition
  ) async throws(TransferFault) -> RemoteVersion {
    var request = request(path)
    request.set(CURLOPT_UPLOAD, 1)
    request.set(CURLOPT_INFILESIZE_LARGE, size: Int64(clamping: source.size))
    // libcurl appends (APPE, O_APPEND), so the offset must be the size that the server has now: `Upload` sees to it.
    if offset > 0 { request.set(CURLOPT_RESUME_FROM_LARGE, size: Int64(clamping: offset)) }
    try check(await engine.perform(request, sending: source), path, .changing)
    return RemoteVersion(size: source.size)
  }
}
