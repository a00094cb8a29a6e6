internal import CLibCURL
internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// Sends files by mail: one mail a file, which is its attachment (SMTP, RFC 5321).
///
/// Nothing goes in clear text: `smtp` demands STARTTLS, `smtps` is TLS from the first byte. Either every receiver is accepted
/// or nothing is sent. A mail whose answer was lost after its last byte is reported and never sent again, since nobody can
/// be asked; its Message-ID is the same for the same file, receivers and day, so that a receiver can tell a second one.
struct MailStore: Store {
  private let endpoint: Endpoint
  private let engine: CurlEngine

  /// - Throws: `.configuration` with `mail-address` or `mail-header`.
  init(_ endpoint: Endpoint, _ engine: CurlEngine) throws(Fault) {
    self.endpoint = endpoint
    self.engine = engine
    let place = endpoint.url.description
    guard !endpoint.mail.from.isEmpty, !endpoint.mail.to.isEmpty else {
      throw Fault(
        .configuration,
        Diagnostic(
          .mailAddress, at: Place(file: place),
          message: .init(
            "A mail needs a sender (from) and a receiver (to).", vi: "Thư cần người gửi (from) và người nhận (to).")
        ))
    }
    for address in [endpoint.mail.from] + endpoint.mail.to { try MailMessage.check(address: address, place) }
    try MailMessage.check(header: endpoint.mail.subject, place)
  }

  var abilities: StoreAbilities {
    var abilities = StoreAbilities()
    abilities.writesWhole = true
    return abilities
  }

  func write(
    _ path: RemotePath, from source: any ByteSource, at offset: UInt64, if condition: WriteCondition
  ) async throws(TransferFault) -> RemoteVersion {
    let message: MailMessage
    do throws(Fault) {
      message = try MailMessage(endpoint.mail, name: path.name, file: source, date: Int64(time(nil)))
    } catch { throw TransferFault(error, .giveUp) }
    let isImplicit = endpoint.url.scheme == .smtps
    // Port 587 is for submission (RFC 6409); libcurl itself would take 25.
    let port = endpoint.url.port ?? endpoint.url.scheme.standardPort
    // libcurl greets with the path of the address: the sender's domain says who comes.
    let greeting = endpoint.mail.from.split(separator: "@").last.map(String.init) ?? "localhost"
    var request = endpoint.request(
      "\(isImplicit ? "smtps" : "smtp")://\(endpoint.url.host):\(port)/\(PercentCode.encode(greeting))",
      protocols: isImplicit ? "smtps" : "smtp")
    request.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
    request.set(CURLOPT_MAIL_FROM, "<\(endpoint.mail.from)>")
    request.set(CURLOPT_MAIL_RCPT, endpoint.mail.to.map { "<\($0)>" })
    request.set(CURLOPT_UPLOAD, 1)
    request.set(CURLOPT_INFILESIZE_LARGE, size: Int64(clamping: message.size))
    let response = await engine.perform(request, sending: message)
    if let fault = fault(of: response, message, path) { throw fault }
    return RemoteVersion(size: source.size)
  }

  /// What failed, and whether the mail can have gone out all the same.
  private func fault(of response: CurlResponse, _ message: MailMessage, _ path: RemotePath) -> TransferFault? {
    guard var fault = endpoint.fault(of: response, at: path, .changing), response.localFault == nil else {
      return response.localFault
    }
    let reply = response.status
    switch reply {
    case 552, 523:
      return make(.transferFull, .output, .giveUp, fault)
    case 530, 534, 535, 538:
      return make(.transferLogin, .configuration, .giveUp, fault)
    case 400..<500:
      // Said before or after the data, it means that nothing was taken (RFC 5321, 4.2.1).
      return make(.transferBusy, .transient, .retry, fault)
    case 500..<600:
      return make(.transferRefused, .output, .giveUp, fault)
    default: break
    }
    guard fault.remedy != .giveUp else { return fault }
    // Without the last line, a lone dot, the server has no mail. With it, it may have one.
    if message.wasReadToItsEnd {
      return TransferFault(
        Fault(
          .stopped,
          Diagnostic(
            .mailUnknown, at: Place(file: endpoint.url.description), value: path.name,
            message: .init(
              "The connection broke after the whole mail was sent: it may have arrived or not (Message-ID \(message.id)).",
              vi: "Kết nối bị đứt sau khi gửi hết thư: có thể đã đến hoặc chưa (Message-ID \(message.id))."))),
        .giveUp)
    }
    fault.remedy = .retry
    return fault
  }

  private func make(
    _ code: DiagnosticCode, _ kind: Fault.Kind, _ remedy: TransferFault.Remedy, _ usual: TransferFault
  ) -> TransferFault {
    var diagnostic = usual.fault.diagnostic
    let usualTitle = diagnostic.code.title
    diagnostic.message = .init(
      code.title.en + diagnostic.message.en.dropFirst(usualTitle.en.count),
      vi: code.title.vi + diagnostic.message.vi.dropFirst(usualTitle.vi.count))
    diagnostic.code = code
    return TransferFault(Fault(kind, diagnostic), remedy)
  }

  // MARK: What mail cannot do

  /// Nobody can be asked what has arrived.
  func status(of path: RemotePath) async throws(TransferFault) -> RemoteFile? { nil }

  func list(_ folder: RemotePath) async throws(TransferFault) -> RemoteListing { throw cannot }

  func read(
    _ path: RemotePath, from offset: UInt64, of version: RemoteVersion?, into sink: any ByteSink
  ) async throws(TransferFault) -> RemoteVersion { throw cannot }

  func move(_ path: RemotePath, to target: RemotePath, replacing: Bool) async throws(TransferFault) { throw cannot }

  func remove(_ path: RemotePath) async throws(TransferFault) { throw cannot }

  private var cannot: TransferFault {
    TransferFault(
      Fault(
        .configuration,
        Diagnostic(
          .transferProtocol, at: Place(file: endpoint.url.description),
          message: .init(
            "Mail can only be sent: nothing can be listed, read or removed.",
            vi: "Thư chỉ gửi đi được: không liệt kê, đọc hay xóa được."))),
      .giveUp)
  }
}
