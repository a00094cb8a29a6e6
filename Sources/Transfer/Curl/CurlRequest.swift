internal import CLibCURL

/// One exchange with a server, as data: an address and libcurl's options for it.
///
/// Stores build requests; `CurlExchange` adds what holds for every exchange (verified peers, no redirects, time limits),
/// so that no store can forget it.
struct CurlRequest: Sendable {
  /// A value of an option, by libcurl's four types.
  enum Value: Sendable {
    case number(Int)
    case size(Int64)
    case text(String)
    case list([String])
    case bytes([UInt8])
  }

  /// The address, percent-encoded, without credentials.
  var url: String
  /// Options beyond those of every exchange; a later value of an option replaces an earlier one.
  private(set) var options: [(option: CURLoption, value: Value)] = []
  /// Schemes that libcurl may speak for this address, such as `sftp`.
  var protocols: String
  /// Requests of one lane run one after the other, through one handle. FTPS needs that: libcurl keeps TLS sessions by handle,
  /// and servers demand that a data connection goes on with the session of its own control connection.
  var lane: String?
  /// Whether libcurl may begin the body again by itself, as it does when a kept connection turns out to be closed. Off for
  /// writes: whether the server has the first one is asked, not guessed (R10).
  var mayResend = true
  /// Refuses connections to addresses that are not public: for addresses that come from data, not from configuration.
  var publicAddressesOnly = false
  /// Notes the host's key of SSH and refuses it; nil verifies it by the known hosts.
  var hostKeyCatcher: HostKeyCatcher?
  /// Whether an answer of HTTP with a status of 400 or more keeps its body (up to 64 KiB) for the error message instead of
  /// giving it to the sink.
  var keepsErrorBody = true

  init(url: String, protocols: String) {
    self.url = url
    self.protocols = protocols
  }

  mutating func set(_ option: CURLoption, _ number: Int) { put(option, .number(number)) }
  mutating func set(_ option: CURLoption, size: Int64) { put(option, .size(size)) }
  mutating func set(_ option: CURLoption, _ text: String) { put(option, .text(text)) }
  mutating func set(_ option: CURLoption, _ list: [String]) { put(option, .list(list)) }
  mutating func set(_ option: CURLoption, bytes: [UInt8]) { put(option, .bytes(bytes)) }

  private mutating func put(_ option: CURLoption, _ value: Value) {
    options.removeAll { $0.option == option }
    options.append((option, value))
  }
}

/// What came of an exchange.
struct CurlResponse: Sendable {
  /// libcurl's result.
  var result: CURLcode
  /// The last status of HTTP or reply of FTP and SMTP; 0 when there was none.
  var status: Int
  /// Whether the last answer came in HTTP/1, whose bodies may end with the connection alone.
  var isHTTP1 = false
  /// Headers of the last answer (HTTP), or the server's replies (FTP, SMTP), in order.
  var headers: [(name: String, value: String)] = []
  /// The body of an answer with an error status, at most 64 KiB.
  var errorBody: [UInt8] = []
  /// Body bytes that arrived.
  var received: UInt64 = 0
  /// Body bytes that left.
  var sent: UInt64 = 0
  /// Seconds since 1970 of the remote file, when asked for and known.
  var modified: Int64?
  /// The length that the server announced, when it did.
  var announcedLength: UInt64?
  /// The address of the server that answered, as text; empty when no connection was made.
  var peer: String = ""
  /// Whether this exchange opened a new connection.
  var connections: Int = 0
  /// The system's error number behind the failure; 0 when there is none.
  var systemError: Int32 = 0
  /// libcurl's own words; never shown without `redacted`.
  var message: String = ""
  /// What a sink or source threw while bytes moved; ends the exchange.
  var localFault: TransferFault?

  /// The value of a header, by its name in any case; the last one counts.
  subscript(header: String) -> String? {
    let name = header.lowercased()
    return headers.last { $0.name == name }?.value
  }
}
