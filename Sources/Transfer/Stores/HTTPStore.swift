internal import CLibCURL
internal import Diagnostics

/// Files over HTTP: GET with ranges, HEAD, PUT, DELETE; with `dav` and `davs` also MOVE and PROPFIND (RFC 4918).
///
/// Redirects are followed within one origin only, so that no header with a secret and no body reaches another server (S6).
struct HTTPStore: Store {
  /// Most redirects in a row.
  static let redirectLimit = 5

  private let endpoint: Endpoint
  private let engine: CurlEngine
  private let isDAV: Bool
  private let scheme: String

  init(_ endpoint: Endpoint, _ engine: CurlEngine) {
    self.endpoint = endpoint
    self.engine = engine
    isDAV = endpoint.url.scheme == .dav || endpoint.url.scheme == .davs
    scheme = endpoint.url.scheme == .https || endpoint.url.scheme == .davs ? "https" : "http"
  }

  var abilities: StoreAbilities {
    var abilities = StoreAbilities()
    abilities.moves = isDAV
    abilities.movesOver = isDAV
    abilities.resumesReads = true
    abilities.lists = isDAV
    abilities.removes = true
    abilities.tellsSize = true
    // By HTTP's contract a PUT is one request with one effect; what a server does with half a body is checked afterwards.
    abilities.writesWhole = !isDAV
    // If-None-Match is sent, but nginx and others take no notice of it for PUT.
    return abilities
  }

  func status(of path: RemotePath) async throws(TransferFault) -> RemoteFile? {
    let response = await perform(path) { $0.set(CURLOPT_NOBODY, 1) }
    if response.result == CURLE_OK, response.status == 404 || response.status == 410 { return nil }
    try check(response, path, .reading)
    return RemoteFile(name: path.name, version: response.version)
  }

  func list(_ folder: RemotePath) async throws(TransferFault) -> RemoteListing {
    guard isDAV else {
      throw TransferFault(
        Fault(
          .configuration,
          Diagnostic(
            .transferProtocol, at: Place(file: endpoint.url.at(folder).description),
            message: .init(
              "Plain HTTP has no listing of folders.", vi: "HTTP thường không có danh sách tệp trong thư mục."),
            hint: .init("Use dav:// or davs:// where the server speaks WebDAV.", vi: "Dùng dav:// hoặc davs:// nếu có.")
          )),
        .giveUp)
    }
    let sink = MemorySink(limit: 64 << 20)
    let response = await perform(folder.asFolder(), into: sink) {
      $0.set(CURLOPT_CUSTOMREQUEST, "PROPFIND")
      $0.set(CURLOPT_HTTPHEADER, headers(["Depth: 1", "Content-Type: application/xml"]))
      $0.set(
        CURLOPT_COPYPOSTFIELDS,
        #"<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getlastmodified/><getetag/></prop></propfind>"#
      )
    }
    try check(response, folder, .reading)
    return try DAVListing.parse(sink.bytes, of: folder, at: endpoint.url)
  }

  func read(
    _ path: RemotePath, from offset: UInt64, of version: RemoteVersion?, into sink: any ByteSink
  ) async throws(TransferFault) -> RemoteVersion {
    // Without a strong entity tag nothing proves that the rest belongs to the same version: start anew (R14).
    let tag = version?.etag
    let start = tag == nil ? 0 : offset
    let response = await perform(path, into: sink) {
      if let tag, start > 0 {
        $0.set(CURLOPT_RANGE, "\(start)-")
        $0.set(CURLOPT_HTTPHEADER, headers(["If-Range: \(tag)"]))
      }
    }
    // Nothing is left to read, or the file is shorter now: what there is has to be read anew.
    if response.result == CURLE_OK, response.status == 416, start > 0 {
      return try await read(path, from: 0, of: nil, into: sink)
    }
    try check(response, path, .reading)
    return response.version
  }

  func write(
    _ path: RemotePath, from source: any ByteSource, at offset: UInt64, if condition: WriteCondition
  ) async throws(TransferFault) -> RemoteVersion {
    let response = await perform(path, changes: true, sending: source) {
      $0.mayResend = false
      $0.set(CURLOPT_UPLOAD, 1)
      $0.set(CURLOPT_INFILESIZE_LARGE, size: Int64(clamping: source.size))
      var lines = ["Content-Type: application/octet-stream"]
      if condition == .absent { lines.append("If-None-Match: *") }
      $0.set(CURLOPT_HTTPHEADER, headers(lines))
    }
    try check(response, path, .changing)
    return RemoteVersion(size: source.size, etag: response.version.etag)
  }

  func move(_ path: RemotePath, to target: RemotePath, replacing: Bool) async throws(TransferFault) {
    let response = await perform(path, changes: true) {
      $0.set(CURLOPT_CUSTOMREQUEST, "MOVE")
      // On a kept connection that breaks, libcurl would send it again, and the second answer would deny the first.
      $0.set(CURLOPT_FRESH_CONNECT, 1)
      $0.set(
        CURLOPT_HTTPHEADER,
        headers(["Destination: \(endpoint.origin(scheme) + target.encoded)", "Overwrite: \(replacing ? "T" : "F")"]))
    }
    try check(response, target, .changing)
  }

  func remove(_ path: RemotePath) async throws(TransferFault) {
    let response = await perform(path, changes: true) { $0.set(CURLOPT_CUSTOMREQUEST, "DELETE") }
    if response.result == CURLE_OK, response.status == 404 || response.status == 410 { return }
    try check(response, path, .changing)
  }

  // MARK: Requests

  /// Performs a request and follows redirects within the origin.
  ///
  /// - Parameter changes: whether it changes something at the server.
  private func perform(
    _ path: RemotePath, changes: Bool = false, sending source: (any ByteSource)? = nil,
    into sink: (any ByteSink)? = nil, _ complete: (inout CurlRequest) -> Void
  ) async -> CurlResponse {
    var address = endpoint.origin(scheme) + path.encoded + (endpoint.url.query.map { "?" + $0 } ?? "")
    var response = CurlResponse(result: CURLE_OK, status: 0)
    for _ in 0...Self.redirectLimit {
      var request = endpoint.request(address, protocols: scheme)
      request.set(CURLOPT_FILETIME, 1)
      request.set(CURLOPT_HTTPHEADER, headers([]))
      if let token = endpoint.login.token {
        request.set(CURLOPT_XOAUTH2_BEARER, token.reveal)
        request.set(CURLOPT_HTTPAUTH, ocop_curl_auth_bearer)
      } else if endpoint.login.password != nil {
        request.set(CURLOPT_HTTPAUTH, ocop_curl_auth_basic)
      }
      complete(&request)
      response = await engine.perform(request, sending: source, into: sink) { response in response.head }
      // “It is done; look there” (RFC 9110, 15.4.4), wherever that is: what changes something is not sent again.
      if response.result == CURLE_OK, response.status == 303, changes {
        response.status = 204
        break
      }
      guard response.result == CURLE_OK, [301, 302, 303, 307, 308].contains(response.status),
        let location = response["location"], let next = sameOrigin(location, as: address)
      else { break }
      address = next
    }
    return response
  }

  /// The address of a redirect, when it stays at the same scheme, host and port.
  private func sameOrigin(_ location: String, as address: String) -> String? {
    let origin = endpoint.origin(scheme)
    guard location.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    if location.hasPrefix("/"), !location.hasPrefix("//") { return origin + location }
    guard let target = try? RemoteURL(location), target.scheme.rawValue == scheme, target.host == endpoint.url.host,
      target.port ?? target.scheme.standardPort == endpoint.url.port ?? target.scheme.standardPort, target.user == nil
    else { return nil }
    return location
  }

  private func headers(_ lines: [String]) -> [String] {
    lines + endpoint.headers.map { "\($0.name): \($0.value.reveal)" }
  }

  private func check(_ response: CurlResponse, _ path: RemotePath, _ step: StoreStep) throws(TransferFault) {
    if let fault = endpoint.fault(of: response, at: path, step) { throw fault }
  }
}

extension CurlResponse {
  /// What the headers tell about the version.
  var version: RemoteVersion {
    var version = RemoteVersion(modified: modified ?? self["last-modified"].flatMap(HTTPDate.seconds))
    if let tag = self["etag"], tag.hasPrefix("\"") { version.etag = tag }
    if let range = contentRange {
      version.size = range.total
    } else {
      version.size = announcedLength
    }
    if status != 206, let md5 = self["content-md5"].flatMap(Base64.decode), md5.count == 16 {
      version.md5 = md5.hexadecimal
    }
    if let digest = self["repr-digest"] ?? self["digest"] { version.sha256 = Self.sha256(in: digest) }
    return version
  }

  /// The head of a body: where it starts and how long it is.
  var head: TransferHead {
    var head = TransferHead(
      status: status, length: announcedLength, offset: status == 206 ? contentRange?.first ?? 0 : 0, version: version)
    // HTTP/1 without a length and chunks ends with the connection; later versions have frames.
    head.isDelimited =
      announcedLength != nil || !isHTTP1 || self["transfer-encoding"]?.lowercased().contains("chunked") == true
    return head
  }

  /// `bytes 100-199/200`.
  private var contentRange: (first: UInt64, total: UInt64?)? {
    guard let text = self["content-range"], text.hasPrefix("bytes ") else { return nil }
    let parts = text.dropFirst(6).split(separator: "/")
    guard parts.count == 2, let first = parts[0].split(separator: "-").first.flatMap({ UInt64($0) }) else { return nil }
    return (first, UInt64(parts[1]))
  }

  /// `sha-256=:…:` (RFC 9530) or `SHA-256=…` (RFC 3230).
  private static func sha256(in header: String) -> String? {
    for part in header.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, pair[0].trimmingBlanks().lowercased() == "sha-256" else { continue }
      let value = pair[1].trimmingBlanks().filter { $0 != ":" }
      if let bytes = Base64.decode(String(value)), bytes.count == 32 { return bytes.hexadecimal }
    }
    return nil
  }
}

extension Substring {
  fileprivate func trimmingBlanks() -> Substring {
    var text = drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}
