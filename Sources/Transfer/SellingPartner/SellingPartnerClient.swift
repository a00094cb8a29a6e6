internal import Bytes
internal import CLibCURL
internal import Diagnostics
internal import Synchronization

/// Requests to the Selling Partner API: a token of Login with Amazon, rates kept, answers read.
///
/// Everything goes to the endpoint's own host over TLS. The token is in the header of those requests alone; what goes to a
/// presigned address carries none.
final class SellingPartnerClient: Sendable {
  let endpoint: Endpoint
  let settings: SellingPartnerSettings
  private let engine: CurlEngine
  private let token: AccessToken
  private let limits = Mutex(RateLimits())
  private let base: String

  /// The value of User-Agent, which Amazon demands.
  private static let agent = "ocop-gateway/1.0 (Language=Swift)"

  /// - Throws: `.configuration` with `amazon-endpoint`.
  init(_ endpoint: Endpoint, _ engine: CurlEngine) throws(Fault) {
    func wrong(_ reason: LocalizedText) -> Fault {
      Fault(
        .configuration,
        Diagnostic(
          .amazonEndpoint, at: Place(file: endpoint.name ?? endpoint.url.description),
          message: .init("\(DiagnosticCode.amazonEndpoint.title.en): \(reason.en).", vi: "\(reason.vi).")))
    }
    guard let settings = endpoint.sellingPartner else {
      throw wrong(.init("it has no selling-partner: settings", vi: "thiếu phần selling-partner:"))
    }
    guard endpoint.url.scheme == .https, endpoint.url.path.names.isEmpty else {
      throw wrong(.init("its url is not https://host", vi: "url phải có dạng https://máy-chủ"))
    }
    guard settings.tokenURL.hasPrefix("https://"), (try? RemoteURL(settings.tokenURL)) != nil else {
      throw wrong(.init("the address of tokens is not https://", vi: "địa chỉ cấp token phải là https://"))
    }
    guard (1...25).contains(settings.marketplaces.count) else {
      throw wrong(.init("a feed goes to 1 to 25 marketplaces", vi: "feed gửi tới 1 đến 25 marketplace"))
    }
    self.endpoint = endpoint
    self.settings = settings
    self.engine = engine
    base = endpoint.origin("https")
    token = AccessToken(endpoint, settings, engine)
  }

  /// What an operation answered.
  struct Answer: Sendable {
    var body: JSONValue
    /// The service's own clock, in seconds since 1970, when it tells.
    var time: Int64?
  }

  /// Performs one operation, once; waits for the rate, renews an expired token.
  ///
  /// - Parameters:
  ///   - path: behind `/feeds/2021-06-30/`, encoded.
  ///   - body: JSON for POST; GET without.
  func perform(
    _ operation: FeedOperation, _ path: String, query: [(name: String, value: String)] = [], body: String? = nil
  ) async throws(TransferFault) -> Answer {
    var isRenewed = false
    while true {
      try await waitForRate(operation)
      let token = try await self.token.value(renewing: isRenewed)
      let encoded = query.map { "\($0.name)=\(PercentCode.encode($0.value))" }.joined(separator: "&")
      var request = endpoint.request(
        "\(base)/feeds/2021-06-30/\(path)" + (encoded.isEmpty ? "" : "?" + encoded), protocols: "https")
      var headers = ["x-amz-access-token: \(token)", "Accept: application/json"]
      if let body {
        request.set(CURLOPT_COPYPOSTFIELDS, body)
        headers.append("Content-Type: application/json; charset=UTF-8")
      }
      // On a connection that was used before, libcurl sends a request again by itself when no answer comes.
      if operation == .createFeed { request.set(CURLOPT_FRESH_CONNECT, 1) }
      request.set(CURLOPT_USERAGENT, Self.agent)
      request.set(CURLOPT_HTTPHEADER, headers)
      let sink = MemorySink(limit: 4 << 20)
      let response = await engine.perform(request, into: sink)
      limits.withLock { $0.update(operation, rate: response["x-amzn-ratelimit-limit"]) }
      if response.result == CURLE_OK, response.status == 403, !isRenewed, Self.saysExpired(response) {
        isRenewed = true
        continue
      }
      if response.status == 429 { limits.withLock { $0.empty(operation) } }
      if let fault = fault(of: response, operation, path, token) { throw fault }
      let value: JSONValue
      do throws(JSONFault) { value = sink.bytes.isEmpty ? .null : try JSONValue(sink.bytes) } catch {
        throw refused(path, .init("the answer is no JSON: \(error)", vi: "câu trả lời không phải JSON: \(error)"))
      }
      return Answer(body: value, time: response["date"].flatMap(HTTPDate.seconds))
    }
  }

  /// A fault with Amazon's answer that lacks what it must have.
  func refused(_ path: String, _ said: LocalizedText) -> TransferFault {
    TransferFault(
      Fault(
        .output,
        Diagnostic(
          .amazonRefused, at: Place(file: place(path)),
          message: .init("\(DiagnosticCode.amazonRefused.title.en): \(said.en)", vi: "Amazon từ chối: \(said.vi)"))),
      .giveUp)
  }

  private func place(_ path: String) -> String { "\(base)/feeds/2021-06-30/\(path)" }

  private func waitForRate(_ operation: FeedOperation) async throws(TransferFault) {
    let seconds = limits.withLock { $0.take(operation, now: Self.now) }
    guard seconds > 0 else { return }
    let late = TransferFault(
      Fault(
        .transient,
        Diagnostic(
          .transferBusy, at: Place(file: base),
          message: .init(
            "Amazon’s rate for \(operation.rawValue) is used up for \(Int(seconds.rounded(.up))) s.",
            vi: "Đã hết hạn mức \(operation.rawValue) của Amazon trong \(Int(seconds.rounded(.up))) giây."))),
      .giveUp)
    guard seconds <= endpoint.retry.deadline else { throw late }
    do { try await Task.sleep(for: .seconds(seconds)) } catch { throw late }
  }

  private static var now: Double {
    let passed = start.duration(to: .now).components
    return Double(passed.seconds) + Double(passed.attoseconds) / 1e18
  }
  private static let start = ContinuousClock.now

  // MARK: What goes wrong

  private static func saysExpired(_ response: CurlResponse) -> Bool {
    String(decoding: response.errorBody, as: UTF8.self).lowercased().contains("expired")
  }

  private func fault(
    of response: CurlResponse, _ operation: FeedOperation, _ path: String, _ token: String
  ) -> TransferFault? {
    let step: StoreStep = operation == .createFeed ? .changing : .reading
    guard var fault = endpoint.fault(of: response, at: .root, step) else { return nil }
    guard response.result == CURLE_OK else { return fault }
    // A load balancer's 503 does not say whether the feed was made; 429 does.
    if operation == .createFeed, response.status >= 500 { fault.remedy = .ask }
    var said = "HTTP \(response.status)"
    for error in (try? JSONValue(response.errorBody))?["errors"]?.elements ?? [] {
      said += "; \(error["code"]?.text ?? ""): \(error["message"]?.text ?? "")"
      if let details = error["details"]?.text, !details.isEmpty { said += " (\(details))" }
    }
    said = endpoint.redacted(said.replacing(token, with: "•••"))
    let usual = fault.fault.diagnostic.code
    let code: DiagnosticCode = usual == .transferBusy || usual == .transferNotFound ? usual : .amazonRefused
    var hint: LocalizedText?
    if response.status == 403 || response.status == 401 {
      hint = .init(
        "Check in Seller Central that the application is authorised by this seller, has the role, and that the endpoint’s region is the seller’s.",
        vi:
          "Kiểm tra trong Seller Central: ứng dụng được người bán ủy quyền, có đủ vai trò, và đúng vùng của người bán.")
    }
    fault.fault = Fault(
      fault.fault.kind,
      Diagnostic(
        code, at: Place(file: place(path)),
        message: .init("\(code.title.en): \(said)", vi: "\(code.title.vi): \(said)"), hint: hint))
    return fault
  }

  // MARK: Presigned addresses

  /// Sends a document to its presigned address: nothing but the content type that was signed goes with it.
  func upload(_ source: any ByteSource, to address: String, type: String) async throws(TransferFault) -> CurlResponse {
    var request = try presigned(address)
    request.set(CURLOPT_UPLOAD, 1)
    request.set(CURLOPT_INFILESIZE_LARGE, size: Int64(clamping: source.size))
    // The header after `Expect:` is empty, so none is sent.
    request.set(CURLOPT_HTTPHEADER, ["Content-Type: \(type)", "Expect:"])
    do throws(Fault) { try source.seek(to: 0) } catch { throw TransferFault(error, .giveUp) }
    let response = await engine.perform(request, sending: source)
    if let fault = fault(ofStorage: response) { throw fault }
    return response
  }

  /// Fetches a document from its presigned address.
  func download(_ address: String, limit: Int) async throws(TransferFault) -> [UInt8] {
    let request = try presigned(address)
    let sink = MemorySink(limit: limit)
    let response = await engine.perform(request, into: sink)
    if let fault = fault(ofStorage: response) { throw fault }
    return sink.bytes
  }

  /// A request without log-in. The address comes from an answer: TLS alone, and no address of this machine's network, unless it
  /// is the endpoint's own host.
  private func presigned(_ address: String) throws(TransferFault) -> CurlRequest {
    let isPrintable = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    let authority = address.dropFirst("https://".count).prefix { !"/?#".contains($0) }
    let host = authority.prefix { $0 != ":" }.lowercased()
    guard isPrintable, address.hasPrefix("https://"), !host.isEmpty, !authority.contains("@") else {
      throw refused(
        "documents", .init("its presigned address is not https://", vi: "địa chỉ ký sẵn không phải https://"))
    }
    var anonymous = endpoint
    anonymous.login = Endpoint.Login()
    var request = anonymous.request(address, protocols: "https")
    request.set(CURLOPT_PATH_AS_IS, 1)
    request.publicAddressesOnly = host != endpoint.url.host
    return request
  }

  /// What the storage says is XML, and repeats the signed request: only its code and words are shown.
  private func fault(ofStorage response: CurlResponse) -> TransferFault? {
    guard var fault = endpoint.fault(of: response, at: .root, .reading) else { return nil }
    guard response.result == CURLE_OK else { return fault }
    let problem = S3Answer.error(in: response)
    let said = endpoint.redacted("HTTP \(response.status)" + (problem.map { "; \($0.code): \($0.message)" } ?? ""))
    // An address that has expired is answered by 403: a new one may be asked for.
    if response.status == 403 { fault.remedy = .ask }
    let code: DiagnosticCode = fault.remedy == .retry ? .transferBusy : .amazonRefused
    fault.fault = Fault(
      fault.fault.kind,
      Diagnostic(
        code, at: Place(file: "\(base) (storage)"),
        message: .init("\(code.title.en): \(said)", vi: "\(code.title.vi): \(said)")))
    return fault
  }
}

/// The access token of Login with Amazon: asked for when needed, kept until shortly before it expires.
actor AccessToken {
  private let endpoint: Endpoint
  private let settings: SellingPartnerSettings
  private let engine: CurlEngine
  private var current: (text: String, until: ContinuousClock.Instant)?

  init(_ endpoint: Endpoint, _ settings: SellingPartnerSettings, _ engine: CurlEngine) {
    self.endpoint = endpoint
    self.settings = settings
    self.engine = engine
  }

  /// The token.
  ///
  /// - Parameter renewing: whether the one at hand was refused.
  func value(renewing: Bool) async throws(TransferFault) -> String {
    if !renewing, let current, .now < current.until { return current.text }
    var retrying = Retrying(endpoint.retry)
    while true {
      do throws(TransferFault) { return try await fetch() } catch {
        guard await retrying.pause(after: error) else { throw error }
      }
    }
  }

  private func fetch() async throws(TransferFault) -> String {
    var anonymous = endpoint
    anonymous.login = Endpoint.Login()
    var request = anonymous.request(settings.tokenURL, protocols: "https")
    let form = [
      ("grant_type", "refresh_token"), ("refresh_token", settings.refreshToken.reveal),
      ("client_id", settings.clientID.reveal), ("client_secret", settings.clientSecret.reveal),
    ]
    request.set(CURLOPT_COPYPOSTFIELDS, form.map { "\($0.0)=\(PercentCode.encode($0.1))" }.joined(separator: "&"))
    request.set(CURLOPT_HTTPHEADER, ["Content-Type: application/x-www-form-urlencoded;charset=UTF-8"])
    let sink = MemorySink(limit: 1 << 20)
    let response = await engine.perform(request, into: sink)
    if let usual = endpoint.fault(of: response, at: .root, .reading) {
      guard response.result == CURLE_OK, usual.remedy == .giveUp else { throw usual }
      let answer = try? JSONValue(response.errorBody)
      throw refused(
        "\(answer?["error"]?.text ?? "HTTP \(response.status)"): \(answer?["error_description"]?.text ?? "")")
    }
    guard let answer = try? JSONValue(sink.bytes), let text = answer["access_token"]?.text, !text.isEmpty,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { throw refused("no token in the answer") }
    // A minute early, so that it does not expire on its way.
    let seconds = max(0, (answer["expires_in"]?.integer ?? 3600) - 60)
    current = (text, .now + .seconds(min(seconds, 86_400)))
    return text
  }

  private func refused(_ said: String) -> TransferFault {
    let code = DiagnosticCode.transferLogin
    let text = endpoint.redacted(said)
    return TransferFault(
      Fault(
        .configuration,
        Diagnostic(
          code, at: Place(file: "Login with Amazon"),
          message: .init("\(code.title.en): \(text)", vi: "\(code.title.vi): \(text)"),
          hint: .init(
            "invalid_client: check the application’s id and secret; invalid_grant: the seller must authorise the application again.",
            vi: "invalid_client: kiểm tra mã và khóa ứng dụng; invalid_grant: người bán cần ủy quyền lại."))),
      .giveUp)
  }
}
