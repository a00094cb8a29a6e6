internal import Bytes
internal import CLibCURL
internal import Diagnostics

/// One bucket's address and signature: makes requests for keys in it and reads what the service says against them.
struct S3Service: Sendable {
  let endpoint: Endpoint
  private let engine: CurlEngine
  private let scheme: String
  /// The bucket's address without a slash at its end.
  private let base: String
  private let bucket: String

  /// - Throws: `.configuration` with `s3-service`.
  init(_ endpoint: Endpoint, _ engine: CurlEngine) throws(Fault) {
    self.endpoint = endpoint
    self.engine = engine
    bucket = endpoint.url.host
    guard let service = endpoint.s3.service else {
      // The certificate of AWS covers one name before it: a bucket with dots stands in the path.
      let host = "s3.\(endpoint.s3.region).amazonaws.com"
      scheme = "https"
      base = bucket.contains(".") ? "https://\(host)/\(bucket)" : "https://\(bucket).\(host)"
      return
    }
    let address = service.replacing("{bucket}", with: bucket)
    let url = try? RemoteURL(address)
    guard let url, url.scheme == .https || url.scheme == .http, url.user == nil, url.query == nil else {
      throw Fault(
        .configuration,
        Diagnostic(.s3Service, at: Place(file: endpoint.url.description), value: service.escapedForDisplay))
    }
    scheme = url.scheme.rawValue
    var text = endpoint.origin(of: url) + url.path.asFolder(false).encoded
    while text.hasSuffix("/") { text.removeLast() }
    base = service.contains("{bucket}") ? text : text + "/" + bucket
  }

  /// The address for messages.
  func place(_ path: RemotePath) -> String { endpoint.url.at(path).description }

  /// The value of x-amz-copy-source.
  func copySource(_ path: RemotePath) -> String { "/" + bucket + path.asFolder(false).encoded }

  /// Performs one signed request.
  ///
  /// libcurl signs (`CURLOPT_AWS_SIGV4`), but only what is canonical already: the query is sorted here, every name has its
  /// `=`, and the body's SHA-256 is given in the header.
  ///
  /// - Parameters:
  ///   - path: the object; the root is the bucket itself.
  ///   - query: names and values, not encoded, in any order.
  ///   - digests: of what is sent; nil when nothing is.
  func perform(
    _ method: String, _ path: RemotePath, query: [(name: String, value: String)] = [], headers: [String] = [],
    sending source: (any ByteSource)? = nil, _ digests: S3Digests? = nil, into sink: (any ByteSink)? = nil
  ) async -> CurlResponse {
    let pairs = query.map { (name: PercentCode.encode($0.name), value: PercentCode.encode($0.value)) }
    let sorted = pairs.sorted { ($0.name, $0.value) < ($1.name, $1.value) }.map { "\($0.name)=\($0.value)" }
    let key = path.names.isEmpty ? "/" : path.asFolder(false).encoded
    var request = endpoint.request(
      base + key + (sorted.isEmpty ? "" : "?" + sorted.joined(separator: "&")), protocols: scheme)
    request.set(CURLOPT_PATH_AS_IS, 1)
    request.set(CURLOPT_FILETIME, 1)
    switch method {
    case "GET": break
    case "HEAD": request.set(CURLOPT_NOBODY, 1)
    case "DELETE": request.set(CURLOPT_CUSTOMREQUEST, method)
    default:
      request.set(CURLOPT_UPLOAD, 1)
      request.set(CURLOPT_CUSTOMREQUEST, method)
      request.set(CURLOPT_INFILESIZE_LARGE, size: Int64(clamping: source?.size ?? 0))
    }
    // On a connection that was used before, libcurl sends a request again by itself when no answer comes: with a condition,
    // the second one would be refused because of the first.
    if headers.contains(where: { $0.hasPrefix("If-None-Match") }) { request.set(CURLOPT_FRESH_CONNECT, 1) }
    var lines = headers + ["x-amz-content-sha256: \(digests?.sha256.hex ?? SHA256().hex)"]
    if let digests, digests.count > 0 { lines.append("Content-MD5: \(Base64.encode(digests.md5.bytes))") }
    if let key = endpoint.s3.accessKey, let secret = endpoint.s3.secretKey {
      request.set(CURLOPT_AWS_SIGV4, "aws:amz:\(endpoint.s3.region):s3")
      request.set(CURLOPT_USERNAME, key.reveal)
      request.set(CURLOPT_PASSWORD, secret.reveal)
      if let token = endpoint.s3.sessionToken { lines.append("x-amz-security-token: \(token.reveal)") }
    }
    request.set(CURLOPT_HTTPHEADER, lines)
    return await engine.perform(request, sending: source, into: sink) { $0.head }
  }

  // MARK: What goes wrong

  /// Throws what a response says against the request.
  func check(_ response: CurlResponse, _ path: RemotePath, _ step: StoreStep) throws(TransferFault) {
    guard let fault = endpoint.fault(of: response, at: path, step) else { return }
    guard response.result == CURLE_OK, let error = S3Answer.error(in: response) else {
      // HEAD has no body that says which bucket or key is wrong.
      throw fault
    }
    throw self.fault(error, fault, path)
  }

  /// The fault behind an error of the service, which may also stand in an answer with status 200.
  func fault(_ error: S3Answer.Problem, _ usual: TransferFault, _ path: RemotePath) -> TransferFault {
    var (code, kind, remedy) = (usual.fault.diagnostic.code, usual.fault.kind, usual.remedy)
    var hint: LocalizedText?
    switch error.code {
    case "SlowDown", "ServiceUnavailable", "TooManyRequests", "RequestLimitExceeded", "Throttling",
      "ThrottlingException",
      "ConditionalRequestConflict", "OperationAborted":
      (code, kind, remedy) = (.transferBusy, .transient, .retry)
    case "InternalError":
      (code, kind) = (.transferBusy, .transient)
    case "RequestTimeout", "BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "IncompleteBody":
      // The bytes did not arrive as they left, and nothing was stored.
      (code, kind, remedy) = (.transferBroken, .transient, .retry)
    case "AccessDenied", "AccountProblem", "AllAccessDisabled", "MethodNotAllowed":
      (code, kind, remedy) = (.transferDenied, .configuration, .giveUp)
    case "RequestTimeTooSkewed":
      (code, kind, remedy) = (.transferLogin, .configuration, .giveUp)
      hint = .init(
        "The clock of this machine differs from the service's by more than 15 minutes: set it (timedatectl set-ntp true).",
        vi: "Đồng hồ máy này lệch hơn 15 phút so với dịch vụ: hãy chỉnh lại (timedatectl set-ntp true).")
    case "SignatureDoesNotMatch":
      (code, kind, remedy) = (.transferLogin, .configuration, .giveUp)
      hint = .init(
        "Check the secret key and the region of the endpoint (region: \(endpoint.s3.region)).",
        vi: "Kiểm tra khóa bí mật và vùng của điểm kết nối (region: \(endpoint.s3.region)).")
    case "InvalidAccessKeyId", "ExpiredToken", "InvalidToken", "TokenRefreshRequired", "InvalidSecurity",
      "MissingSecurityHeader":
      (code, kind, remedy) = (.transferLogin, .configuration, .giveUp)
      hint = .init(
        "Check access key and session token of the endpoint.",
        vi: "Kiểm tra khóa truy cập và session token của điểm kết nối.")
    case "NoSuchBucket":
      (code, kind, remedy) = (.transferNotFound, .configuration, .giveUp)
      hint = .init("Check the bucket’s name: \(bucket).", vi: "Kiểm tra tên bucket: \(bucket).")
    case "AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException":
      (code, kind, remedy) = (.transferRedirect, .configuration, .giveUp)
    case "EntityTooLarge": (code, kind, remedy) = (.transferFull, .output, .giveUp)
    case "PreconditionFailed": (code, kind, remedy) = (.transferExists, .output, .giveUp)
    case "NoSuchKey": code = .transferNotFound
    default: break
    }
    if let region = error.region, region != endpoint.s3.region {
      hint = .init(
        "The bucket is in another region: set region: \(region).", vi: "Bucket ở vùng khác: đặt region: \(region).")
    }
    let said = endpoint.redacted("\(error.code): \(error.message)")
    return fault(code, kind, remedy, path, .init(said, vi: said), hint: hint, retryAfter: usual.retryAfter)
  }

  /// A fault at an object.
  func fault(
    _ code: DiagnosticCode, _ kind: Fault.Kind, _ remedy: TransferFault.Remedy, _ path: RemotePath,
    _ said: LocalizedText,
    hint: LocalizedText? = nil, retryAfter: Double? = nil
  ) -> TransferFault {
    TransferFault(
      Fault(
        kind,
        Diagnostic(
          code, at: Place(file: place(path)),
          message: .init("\(code.title.en): \(said.en)", vi: "\(code.title.vi): \(said.vi)"), hint: hint)),
      remedy, retryAfter: retryAfter)
  }

  /// Compares the digest that the service tells with what was sent; a service that tells none is not blamed.
  func compare(_ told: String?, with sent: String, _ path: RemotePath) throws(TransferFault) {
    guard let told, told != sent else { return }
    throw fault(
      .transferBroken, .transient, .retry, path,
      .init("the service stored MD5 \(told), sent was \(sent)", vi: "dịch vụ lưu MD5 \(told), đã gửi \(sent)"))
  }
}

extension Endpoint {
  /// Scheme, host and port of another address, such as `http://127.0.0.1:8333`.
  fileprivate func origin(of url: RemoteURL) -> String {
    url.scheme.rawValue + "://" + url.host + (url.port.map { ":\($0)" } ?? "")
  }
}
