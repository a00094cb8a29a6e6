public import Diagnostics

/// An address of a file or folder, as people write it: `sftp://user@host:22/in/feed.csv`, `s3://bucket/feed.csv`.
///
/// A password in it is refused: it would stand in the process list, the shell's history and every log.
public struct RemoteURL: Sendable, Hashable, CustomStringConvertible {
  /// The way to the server.
  public enum Scheme: String, Sendable, Hashable, CaseIterable {
    /// HTTP; `https` with TLS.
    case http, https
    /// WebDAV over HTTP or HTTPS: PUT and MOVE.
    case dav, davs
    /// FTP without TLS; with TLS from the first byte (implicit, port 990); with TLS by AUTH TLS (explicit, port 21).
    case ftp, ftps, ftpes
    /// Files over SSH.
    case sftp
    /// Simple Storage Service; the host is the bucket.
    case s3
    /// Mail; `smtps` with TLS from the first byte.
    case smtp, smtps
    /// A folder of this machine, for tests and mounted shares.
    case file

    /// The port that is meant when none is written; 0 for none.
    public var standardPort: Int {
      switch self {
      case .http, .dav: 80
      case .https, .davs, .s3: 443
      case .ftp, .ftpes: 21
      case .ftps: 990
      case .sftp: 22
      case .smtp: 587
      case .smtps: 465
      case .file: 0
      }
    }
  }

  /// The way to the server.
  public var scheme: Scheme
  /// The user's name, when written.
  public var user: String?
  /// The host in lower case, with brackets for IPv6; the bucket for S3; empty for files.
  public var host: String
  /// The port, when written.
  public var port: Int?
  /// The path, decoded; may hold `*`, `?` and `[…]` as a glob in its last name.
  public var path: RemotePath
  /// The query as written, without `?`; nil when there is none. HTTP only.
  public var query: String?

  /// Makes a URL of parts.
  public init(
    _ scheme: Scheme, user: String? = nil, host: String, port: Int? = nil, path: RemotePath, query: String? = nil
  ) {
    self.scheme = scheme
    self.user = user
    self.host = host
    self.port = port
    self.path = path
    self.query = query
  }

  /// Whether a text on the command line is meant as a URL: it starts with a name and `://`.
  public static func isURL(_ text: String) -> Bool {
    guard let range = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
    let name = text[..<range]
    return !name.isEmpty && text[range...].hasPrefix("://")
      && name.utf8.allSatisfy { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2B }
  }

  /// Reads a URL.
  ///
  /// - Throws: `.configuration` with `url-scheme`, `url-password`, `url-malformed` or `remote-name`; no message shows a
  ///   password.
  public init(_ text: String) throws(Fault) {
    guard Self.isURL(text), let colon = text.firstIndex(of: ":") else {
      throw Self.malformed(.init("it does not start with a scheme such as sftp://", vi: "thiếu phần đầu như sftp://"))
    }
    let schemeName = text[..<colon].lowercased()
    guard let scheme = Scheme(rawValue: schemeName) else {
      let names = Scheme.allCases.map(\.rawValue)
      throw Fault(
        .configuration,
        Diagnostic(
          .urlScheme, at: Place(file: schemeName + "://"), value: schemeName,
          message: .init("“\(schemeName)” is no way that files go.", vi: "“\(schemeName)” không phải cách chuyển tệp."),
          hint: didYouMean(nearest(to: schemeName, among: names))
            ?? .init("Known: \(names.joined(separator: ", ")).", vi: "Có: \(names.joined(separator: ", ")).")))
    }
    var rest = text[text.index(colon, offsetBy: 3)...]
    if let hash = rest.firstIndex(of: "#") { rest = rest[..<hash] }
    var query: String?
    if [.http, .https, .dav, .davs].contains(scheme), let mark = rest.firstIndex(of: "?") {
      query = String(rest[rest.index(after: mark)...])
      rest = rest[..<mark]
    }
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    var authority = rest[..<slash]
    var user: String?
    if let at = authority.lastIndex(of: "@") {
      let name = authority[..<at]
      guard !name.contains(":") else {
        throw Fault(
          .configuration,
          Diagnostic(
            .urlPassword, at: Place(file: scheme.rawValue + "://"),
            message: .init(
              "The URL carries a password, which others on this machine could read in the process list.",
              vi: "URL có chứa mật khẩu; người khác trên máy này có thể đọc được trong danh sách tiến trình."),
            hint: .init(
              "Name an endpoint in the configuration file, with its password from a file, a variable or a command.",
              vi: "Hãy khai báo điểm kết nối trong tệp cấu hình, mật khẩu lấy từ tệp, biến môi trường hoặc lệnh.")))
      }
      guard let decoded = PercentCode.decode(name), RemotePath.refusal(of: decoded) == nil else {
        throw Self.malformed(.init("the user's name is not readable", vi: "tên người dùng không đọc được"))
      }
      user = decoded
      authority = authority[authority.index(after: at)...]
    }
    var port: Int?
    var host = authority
    if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
      guard let number = Int(authority[authority.index(after: colon)...]), (1...65535).contains(number) else {
        throw Self.malformed(.init("the port is not a number from 1 to 65535", vi: "cổng phải từ 1 đến 65535"))
      }
      port = number
      host = authority[..<colon]
    }
    let hostBytes = host.utf8
    guard scheme == .file || !host.isEmpty,
      hostBytes.allSatisfy({
        ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || "-._:[]".utf8.contains($0)
          || $0 >= 0x80
      })
    else { throw Self.malformed(.init("the host's name is not readable", vi: "tên máy chủ không đọc được")) }
    guard let decoded = PercentCode.decode(rest[slash...]) else {
      throw Self.malformed(
        .init("a “%” in the path is not followed by two digits of UTF-8", vi: "dấu “%” trong đường dẫn không hợp lệ"))
    }
    self.init(
      scheme, user: user, host: host.lowercased(), port: port, path: try RemotePath(decoded), query: query)
  }

  /// The address of another path at the same server.
  public func at(_ path: RemotePath) -> RemoteURL {
    var other = self
    other.path = path
    other.query = nil
    return other
  }

  /// Without the user's name and the query, which may be secret: for messages, logs and the ledger.
  public var description: String {
    var text = scheme.rawValue + "://" + host
    if let port { text += ":\(port)" }
    return text + path.description.escapedForDisplay
  }

  private static func malformed(_ reason: LocalizedText) -> Fault {
    Fault(
      .configuration,
      Diagnostic(
        .urlMalformed, at: Place(file: "URL"),
        message: .init("The URL cannot be read: \(reason.en).", vi: "Không đọc được URL: \(reason.vi).")))
  }
}
