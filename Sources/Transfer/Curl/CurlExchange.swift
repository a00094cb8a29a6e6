internal import CLibCURL
internal import Diagnostics
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// One exchange while it runs: sets up an easy handle, moves bytes between libcurl and the sink or source, and collects
/// what came of it.
///
/// Made by the caller, then touched only on the engine's thread until `whenDone` is called; hence the unchecked Sendable.
final class CurlExchange: @unchecked Sendable {
  /// Most bytes that are kept of the body of an error.
  static let errorBodyLimit = 64 << 10
  /// Most header lines of one answer; more end the exchange.
  static let headerLimit = 1000

  let isCancelled = Atomic(false)
  var whenDone: ((CurlResponse) -> Void)?

  let request: CurlRequest
  private let source: (any ByteSource)?
  private let sink: (any ByteSink)?
  private let makeHead: (@Sendable (CurlResponse) -> TransferHead)?
  private let progress: (@Sendable (UInt64, UInt64) -> Void)?

  private var response = CurlResponse(result: CURLE_OK, status: 0)
  private var hasStarted = false
  private var hasSent = false
  private var lists: [UnsafeMutablePointer<curl_slist>] = []
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

  init(
    _ request: CurlRequest, source: (any ByteSource)?, sink: (any ByteSink)?,
    head: (@Sendable (CurlResponse) -> TransferHead)?, progress: (@Sendable (UInt64, UInt64) -> Void)?
  ) {
    self.request = request
    self.source = source
    self.sink = sink
    makeHead = head
    self.progress = progress
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    for list in lists { ocop_curl_list_free(list) }
    errorText.deallocate()
  }

  // MARK: Set-up

  /// Gives the handle its options.
  func prepare(_ handle: UnsafeMutableRawPointer) -> CURLcode {
    if isCancelled.load(ordering: .relaxed) { return CURLE_ABORTED_BY_CALLBACK }
    // A redirect or an earlier exchange may have left the source in its middle.
    if let source, keepingFault({ () throws(Fault) in try source.seek(to: 0) }) == nil { return CURLE_READ_ERROR }
    let context = Unmanaged.passUnretained(self).toOpaque()
    var result = CURLE_OK
    func set(_ code: CURLcode) { if result == CURLE_OK { result = code } }
    func number(_ option: CURLoption, _ value: Int) { set(ocop_curl_set_number(handle, option, value)) }
    func text(_ option: CURLoption, _ value: String) { set(ocop_curl_set_text(handle, option, value)) }

    text(CURLOPT_URL, request.url)
    text(CURLOPT_PROTOCOLS_STR, request.protocols)
    // Redirects are answers like others: `HTTPStore` follows those within one origin (S6).
    number(CURLOPT_FOLLOWLOCATION, 0)
    text(CURLOPT_REDIR_PROTOCOLS_STR, request.protocols)
    number(CURLOPT_NOSIGNAL, 1)
    number(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
    // Peers are always verified (S1, S2); only `CurlRequest` of a loud per-endpoint setting could say otherwise, and has none.
    number(CURLOPT_SSL_VERIFYPEER, 1)
    number(CURLOPT_SSL_VERIFYHOST, 2)
    number(CURLOPT_CONNECTTIMEOUT_MS, 30_000)
    number(CURLOPT_LOW_SPEED_LIMIT, 1)
    number(CURLOPT_LOW_SPEED_TIME, 60)
    number(CURLOPT_TCP_KEEPALIVE, 1)
    number(CURLOPT_BUFFERSIZE, 256 << 10)
    set(ocop_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText))
    set(ocop_curl_on_write(handle, receiveBytes, context))
    set(ocop_curl_on_header(handle, receiveHeader, context))
    set(ocop_curl_on_read(handle, sendBytes, context))
    set(ocop_curl_on_seek(handle, seekSource, context))
    number(CURLOPT_NOPROGRESS, 0)
    set(ocop_curl_on_progress(handle, reportProgress, context))
    if let catcher = request.hostKeyCatcher {
      set(ocop_curl_on_host_key(handle, HostKeyCatcher.callback, Unmanaged.passUnretained(catcher).toOpaque()))
    }
    if request.publicAddressesOnly { set(ocop_curl_on_open_socket(handle, openPublicSocket, context)) }

    for (option, value) in request.options {
      switch value {
      case .number(let value): number(option, value)
      case .size(let value): set(ocop_curl_set_size(handle, option, curl_off_t(value)))
      case .text(let value): text(option, value)
      case .bytes(let value):
        set(value.withUnsafeBytes { ocop_curl_set_blob(handle, option, $0.baseAddress, $0.count) })
      case .list(let value): set(ocop_curl_set_list(handle, option, list(value)))
      }
    }
    return result
  }

  private func list(_ texts: [String]) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    for text in texts { list = ocop_curl_list_append(list, text) ?? list }
    if let list { lists.append(list) }
    return list
  }

  // MARK: The end

  /// Collects what libcurl knows and hands it out.
  func finish(_ handle: UnsafeMutableRawPointer, _ result: CURLcode) {
    response.result = result
    response.status = ocop_curl_get_number(handle, CURLINFO_RESPONSE_CODE)
    response.sent = UInt64(max(0, ocop_curl_get_size(handle, CURLINFO_SIZE_UPLOAD_T)))
    let modified = ocop_curl_get_size(handle, CURLINFO_FILETIME_T)
    response.modified = modified >= 0 ? Int64(modified) : nil
    let length = ocop_curl_get_size(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
    response.announcedLength = length >= 0 ? UInt64(length) : nil
    response.peer = ocop_curl_get_text(handle, CURLINFO_PRIMARY_IP).map { String(cString: $0) } ?? ""
    response.connections = ocop_curl_get_number(handle, CURLINFO_NUM_CONNECTS)
    response.systemError = Int32(truncatingIfNeeded: ocop_curl_get_number(handle, CURLINFO_OS_ERRNO))
    let message = String(cString: errorText)
    response.message = message.isEmpty ? String(cString: ocop_curl_error(result)) : message
    // An empty file starts too.
    if result == CURLE_OK, response.localFault == nil, isForSink { _ = start(handle) }
    whenDone?(response)
    whenDone = nil
  }

  /// Ends an exchange that never got a handle.
  func fail(_ result: CURLcode) {
    response.result = result
    response.message = String(cString: ocop_curl_error(result))
    whenDone?(response)
    whenDone = nil
  }

  // MARK: Bytes

  /// Whether the body belongs to the sink: not that of an HTTP error or redirect.
  private var isForSink: Bool {
    sink != nil && !(request.keepsErrorBody && response.status >= 300 && request.url.hasPrefix("http"))
  }

  private func start(_ handle: UnsafeMutableRawPointer?) -> Bool {
    guard !hasStarted, let sink else { return true }
    hasStarted = true
    let head =
      makeHead?(response)
      ?? TransferHead(status: response.status, length: response.announcedLength, offset: 0, version: RemoteVersion())
    return keepingFault { () throws(Fault) in try sink.start(head) } != nil
  }

  fileprivate func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
    response.received += UInt64(bytes.count)
    guard isForSink, let sink else {
      if response.status >= 300 {
        response.errorBody.append(contentsOf: bytes.prefix(Self.errorBodyLimit - response.errorBody.count))
      }
      return true
    }
    return start(nil) && keepingFault { () throws(Fault) in try sink.receive(bytes) } != nil
  }

  fileprivate func receiveLine(_ line: UnsafeRawBufferPointer) -> Bool {
    var text = String(decoding: line, as: UTF8.self)
    while text.utf8.last == 0x0A || text.utf8.last == 0x0D { text.unicodeScalars.removeLast() }
    // A new answer (after 100 Continue, a challenge of log-in): its headers replace the earlier ones.
    if text.hasPrefix("HTTP/") {
      response.headers = []
      response.isHTTP1 = text.hasPrefix("HTTP/1")
      response.announcedLength = nil
      response.status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      return true
    }
    guard response.headers.count < Self.headerLimit else { return false }
    if request.url.hasPrefix("http") {
      guard let colon = text.firstIndex(of: ":") else { return true }
      let name = text[..<colon].lowercased()
      let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      if name == "content-length" { response.announcedLength = UInt64(value) }
      response.headers.append((name, String(value)))
    } else if !text.isEmpty {
      response.headers.append(("reply", text))
    }
    return true
  }

  fileprivate func send(_ memory: UnsafeMutableRawBufferPointer) -> Int {
    guard let source else { return 0 }
    if isCancelled.load(ordering: .relaxed) { return Int(CURL_READFUNC_ABORT) }
    let count = keepingFault { () throws(Fault) in try source.read(into: memory) }
    if let count, count > 0 { hasSent = true }
    return count ?? Int(CURL_READFUNC_ABORT)
  }

  fileprivate func seek(_ offset: Int) -> Bool {
    guard let source, offset >= 0, request.mayResend || !hasSent else { return false }
    return keepingFault { () throws(Fault) in try source.seek(to: UInt64(offset)) } != nil
  }

  fileprivate func moved(received: Int, sent: Int) -> Bool {
    progress?(UInt64(max(0, received)), UInt64(max(0, sent)))
    return !isCancelled.load(ordering: .relaxed)
  }

  private func keepingFault<R>(_ body: () throws(Fault) -> R) -> R? {
    do throws(Fault) { return try body() } catch {
      if response.localFault == nil { response.localFault = TransferFault(error, .giveUp) }
      return nil
    }
  }
}

private func exchange(_ context: UnsafeMutableRawPointer?) -> CurlExchange {
  Unmanaged<CurlExchange>.fromOpaque(context!).takeUnretainedValue()
}

private let receiveBytes: curl_write_callback = { bytes, size, count, context in
  exchange(context).receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}

private let receiveHeader: curl_write_callback = { bytes, size, count, context in
  exchange(context).receiveLine(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}

private let sendBytes: curl_read_callback = { bytes, size, count, context in
  exchange(context).send(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
}

private let seekSource: curl_seek_callback = { context, offset, origin in
  origin == SEEK_SET && exchange(context).seek(Int(offset)) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_CANTSEEK
}

private let reportProgress: curl_xferinfo_callback = { context, _, received, _, sent in
  exchange(context).moved(received: Int(received), sent: Int(sent)) ? 0 : 1
}

/// Opens a socket only to a public address: not to this machine, its link or a private network (S8). Called after the name
/// was resolved, so a name that leads to such an address does not help.
private let openPublicSocket: curl_opensocket_callback = { context, _, address in
  guard let address else { return CURL_SOCKET_BAD }
  let isPublic = withUnsafePointer(to: &address.pointee.addr) { PublicAddress.isPublic(UnsafeRawPointer($0)) }
  guard isPublic else { return CURL_SOCKET_BAD }
  return socket(
    address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
}
