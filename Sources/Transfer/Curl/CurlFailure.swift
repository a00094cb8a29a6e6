internal import CLibCURL
internal import Diagnostics

/// What a store was doing when an exchange failed; decides whether the outcome is known.
enum StoreStep: Sendable {
  /// Nothing changes at the server: status, listing, reading.
  case reading
  /// The server may have done it although its answer is missing: writing, moving, removing.
  case changing
}

extension Endpoint {
  /// The fault behind a response; nil when the exchange succeeded.
  ///
  /// The remedy goes by what can have happened: a request that never reached the server is tried again; one that may have
  /// had its effect is asked about; a refusal stands.
  func fault(of response: CurlResponse, at path: RemotePath, _ step: StoreStep) -> TransferFault? {
    if let local = response.localFault { return local }
    let kind = url.scheme.isHTTP
    if response.result == CURLE_OK, !kind || response.status < 300 { return nil }
    let failure = CurlFailure(endpoint: self, response: response, path: path, step: step)
    return response.result == CURLE_OK ? failure.ofStatus() : failure.ofResult()
  }

  /// A text of a server or of libcurl without this endpoint's secrets, control characters and excess.
  func redacted(_ text: String) -> String {
    var text = text
    let secrets =
      [login.password, login.passphrase, login.token, s3.secretKey, s3.sessionToken] + headers.map(\.value)
      + [sellingPartner?.clientSecret, sellingPartner?.refreshToken]
    for case let secret? in secrets where secret.reveal.utf8.count >= 3 {
      for form in [secret.reveal, PercentCode.encode(secret.reveal)] {
        while let range = text.firstRange(of: form) { text.replaceSubrange(range, with: "•••") }
      }
    }
    return text.escapedForDisplay
  }
}

extension RemoteURL.Scheme {
  /// Whether answers have statuses of HTTP.
  var isHTTP: Bool { [.http, .https, .dav, .davs, .s3].contains(self) }
}

/// Classifies one failed exchange.
private struct CurlFailure {
  var endpoint: Endpoint
  var response: CurlResponse
  var path: RemotePath
  var step: StoreStep

  /// By the status of HTTP.
  func ofStatus() -> TransferFault {
    switch response.status {
    case 300..<400: make(.transferRedirect, .configuration, .giveUp)
    case 401, 407: make(.transferLogin, .configuration, .giveUp)
    case 403: make(.transferDenied, .configuration, .giveUp)
    case 404, 410: make(.transferNotFound, step == .reading ? .unreadable : .output, .giveUp)
    case 409, 412, 423: make(.transferExists, .output, .giveUp)
    case 413, 507: make(.transferFull, .output, .giveUp)
    case 408, 425, 429, 503: make(.transferBusy, .transient, .retry)
    case 500..<600 where response.status != 501 && response.status != 505:
      make(.transferBusy, .transient, step == .changing ? .ask : .retry)
    default: make(.transferRefused, step == .reading ? .unreadable : .output, .giveUp)
    }
  }

  /// By libcurl's result, and the reply of FTP or SMTP beside it.
  func ofResult() -> TransferFault {
    switch response.result {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT:
      return make(.transferUnreachable, .transient, .retry)
    case CURLE_OPERATION_TIMEDOUT:
      return make(.transferTimeout, .transient, effect)
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM,
      CURLE_SSH:
      return ofReply() ?? make(.transferBroken, .transient, effect)
    case CURLE_PEER_FAILED_VERIFICATION:
      return endpoint.url.scheme == .sftp
        ? make(.transferHostKey, .configuration, .giveUp) : make(.transferTLS, .configuration, .giveUp)
    case CURLE_SSL_CONNECT_ERROR, CURLE_USE_SSL_FAILED, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
      CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_INITFAILED:
      return make(.transferTLS, .configuration, .giveUp)
    case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR:
      return make(.transferLogin, .configuration, .giveUp)
    case CURLE_FAILED_INIT where endpoint.url.scheme == .sftp:
      return make(.transferKeyExchange, .configuration, .giveUp)
    case CURLE_REMOTE_FILE_NOT_FOUND, CURLE_FTP_COULDNT_RETR_FILE:
      return ofReply(notFound: true) ?? make(.transferNotFound, .unreadable, .giveUp)
    case CURLE_REMOTE_ACCESS_DENIED, CURLE_QUOTE_ERROR, CURLE_UPLOAD_FAILED, CURLE_WEIRD_SERVER_REPLY,
      CURLE_FTP_COULDNT_USE_REST, CURLE_FTP_COULDNT_SET_TYPE, CURLE_FTP_ACCEPT_TIMEOUT, CURLE_FTP_ACCEPT_FAILED,
      CURLE_FTP_PORT_FAILED, CURLE_FTP_CANT_GET_HOST, CURLE_FTP_WEIRD_PASV_REPLY, CURLE_FTP_WEIRD_227_FORMAT:
      return ofReply() ?? make(.transferRefused, step == .reading ? .unreadable : .output, .giveUp)
    case CURLE_REMOTE_DISK_FULL:
      return make(.transferFull, .output, .giveUp)
    case CURLE_REMOTE_FILE_EXISTS:
      return make(.transferExists, .output, .giveUp)
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
      return make(.transferProtocol, .configuration, .giveUp)
    case CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN, CURLE_OUT_OF_MEMORY:
      return make(.transferProtocol, .bug, .giveUp)
    case CURLE_ABORTED_BY_CALLBACK:
      return make(.transferCancelled, .transient, .giveUp)
    default:
      return make(.transferBroken, .transient, effect)
    }
  }

  /// By the reply of FTP or SMTP, or by the SFTP status in libcurl's words; nil when neither says more.
  private func ofReply(notFound: Bool = false) -> TransferFault? {
    if endpoint.url.scheme == .sftp {
      let text = response.message.lowercased()
      if text.contains("no such file") || text.contains("no such path") {
        return make(.transferNotFound, step == .reading ? .unreadable : .output, .giveUp)
      }
      if text.contains("permission denied") || text.contains("write protect") {
        return make(.transferDenied, .configuration, .giveUp)
      }
      if text.contains("already exists") { return make(.transferExists, .output, .giveUp) }
      if text.contains("no space") || text.contains("quota") { return make(.transferFull, .output, .giveUp) }
      return nil
    }
    switch response.status {
    case 430, 530, 532, 534, 535: return make(.transferLogin, .configuration, .giveUp)
    case 452, 552: return make(.transferFull, .output, .giveUp)
    // The data connection broke or could not be secured; what has arrived has to be asked for.
    case 425, 426, 522: return make(.transferBroken, .transient, effect)
    case 421, 450, 451: return make(.transferBusy, .transient, effect)
    case 550 where notFound, 551: return make(.transferNotFound, .unreadable, .giveUp)
    case 550, 553: return make(.transferDenied, step == .reading ? .unreadable : .output, .giveUp)
    case 500..<600: return make(.transferRefused, step == .reading ? .unreadable : .output, .giveUp)
    default: return nil
    }
  }

  /// What to do when the connection ended: ask, when something may have happened at the server.
  private var effect: TransferFault.Remedy {
    step == .changing && (response.connections == 0 || !response.peer.isEmpty) ? .ask : .retry
  }

  private func make(
    _ code: DiagnosticCode, _ kind: Fault.Kind, _ remedy: TransferFault.Remedy
  ) -> TransferFault {
    let place = endpoint.url.at(path).description
    var words: [String] = []
    if response.status > 0, let reply = response.headers.last(where: { $0.name == "reply" })?.value {
      words.append(reply)
    } else if endpoint.url.scheme.isHTTP, response.status >= 300 {
      words.append("HTTP \(response.status)")
      let body = String(decoding: response.errorBody.prefix(300), as: UTF8.self)
      if !body.isEmpty, !body.hasPrefix("<!"), !body.lowercased().hasPrefix("<html") { words.append(body) }
    }
    if response.result != CURLE_OK { words.append(response.message) }
    let said = endpoint.redacted(words.joined(separator: "; "))
    return TransferFault(
      Fault(
        kind,
        Diagnostic(
          code, at: Place(file: place),
          message: .init("\(code.title.en): \(said)", vi: "\(code.title.vi): \(said)"))),
      remedy, retryAfter: response.retryAfter)
  }
}

extension CurlResponse {
  /// Retry-After in seconds from now; a date counts from the server's own Date header, so that clocks need not agree.
  var retryAfter: Double? {
    guard let text = self["retry-after"] else { return nil }
    if let seconds = Double(text), seconds >= 0 { return seconds }
    guard let until = HTTPDate.seconds(text), let now = self["date"].flatMap(HTTPDate.seconds) else { return nil }
    return Double(max(0, until - now))
  }
}
