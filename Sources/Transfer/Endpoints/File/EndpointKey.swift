/// One key of an endpoint in the file of endpoints: what it is called, what it means, what it sets.
///
/// The one declaration of all keys: the file is read by it, unknown keys are found by it, and the reference page is made
/// from it.
public struct EndpointKey: Sendable {
  /// What a key takes, and where the value goes.
  enum Kind: Sendable {
    case text(@Sendable (inout Endpoint, String) -> Void)
    case texts(@Sendable (inout Endpoint, [String]) -> Void)
    /// A file of this machine: `~/` is the home folder, other relative paths start from the folder of the file of endpoints.
    case path(@Sendable (inout Endpoint, String) -> Void)
    case choice([String], @Sendable (inout Endpoint, String) -> Void)
    /// Text, or `none` for nil.
    case template(@Sendable (inout Endpoint, String?) -> Void)
    case integer(ClosedRange<Int>, @Sendable (inout Endpoint, Int) -> Void)
    /// Seconds.
    case duration(ClosedRange<Double>, @Sendable (inout Endpoint, Double) -> Void)
    /// Bytes.
    case size(@Sendable (inout Endpoint, UInt64) -> Void)
    case secret(@Sendable (inout Endpoint, Secret) -> Void)
    /// Read by the reader itself.
    case special(String)
  }

  /// The group it stands in, such as `tls`; empty for keys of the endpoint itself.
  public let group: String
  /// Its name within the group.
  public let name: String
  /// What it means, in English.
  public let meaning: String
  /// What holds without it; empty for nothing.
  public let standard: String
  /// A value as it is written.
  public let example: String
  /// Schemes that it has an effect with; nil for all.
  public let schemes: [RemoteURL.Scheme]?
  let kind: Kind

  init(
    _ group: String, _ name: String, _ kind: Kind, _ meaning: String, standard: String = "", example: String,
    for schemes: [RemoteURL.Scheme]? = nil
  ) {
    self.group = group
    self.name = name
    self.kind = kind
    self.meaning = meaning
    self.standard = standard
    self.example = example
    self.schemes = schemes
  }

  /// Group and name, such as `tls.ca`.
  public var path: String { group.isEmpty ? name : group + "." + name }

  /// What it takes, in a word or two.
  public var type: String {
    switch kind {
    case .text: "text"
    case .texts: "list of texts"
    case .path: "path"
    case .choice(let words, _): words.joined(separator: ", ")
    case .template: "text or none"
    case .integer(let range, _): "\(range.lowerBound) to \(range.upperBound)"
    case .duration: "duration"
    case .size: "size"
    case .secret: "secret"
    case .special(let type): type
    }
  }

  private static let http: [RemoteURL.Scheme] = [.http, .https, .dav, .davs]
  private static let ftp: [RemoteURL.Scheme] = [.ftp, .ftps, .ftpes]
  private static let tls: [RemoteURL.Scheme] = [.https, .davs, .ftps, .ftpes, .s3, .smtp, .smtps]
  private static let named: [RemoteURL.Scheme] = [
    .sftp, .ftp, .ftps, .ftpes, .http, .https, .dav, .davs, .smtp, .smtps,
  ]
  private static let renaming: [RemoteURL.Scheme] = [.sftp, .ftp, .ftps, .ftpes, .dav, .davs, .file]
  private static let files: [RemoteURL.Scheme] = renaming + [.s3, .http, .https]

  /// All keys, in the order of the reference page.
  public static let all: [EndpointKey] = [
    EndpointKey(
      "", "url", .special("URL"),
      "The folder (or file) at which the endpoint stands. Its scheme fixes the protocol; a password may not stand in it.",
      example: "sftp://ocop@sftp.example.vn:2222/in/"),
    EndpointKey("", "title", .special("text"), "Who it is, for people.", example: "Saigon Co.op, supplier portal"),
    EndpointKey(
      "", "protocols", .special("list of schemes"),
      "The schemes that this endpoint may use; another one in the URL is an error. Stands also at the top of the file, for all endpoints.",
      standard: "the URL's own", example: "[sftp, ftpes]"),
    EndpointKey(
      "", "user", .text { $0.login.user = $1 }, "The user's name, if it does not stand in the URL.", example: "ocop",
      for: named),
    EndpointKey(
      "", "password", .secret { $0.login.password = $1 }, "The password.",
      example: "{file: /etc/ocop/secrets/saigon-coop}", for: named),
    EndpointKey(
      "", "key", .path { $0.login.keyFile = $1 },
      "The private key for SFTP, Ed25519 or ECDSA; without key and password the SSH agent is asked.",
      example: "~/.ssh/ocop_ed25519", for: [.sftp]),
    EndpointKey(
      "", "passphrase", .secret { $0.login.passphrase = $1 }, "What opens the private key, or that of the certificate.",
      example: "{env: OCOP_PASSPHRASE}", for: [.sftp] + tls),
    EndpointKey(
      "", "token", .secret { $0.login.token = $1 }, "A bearer token for HTTP.",
      example: "{command: [pass, show, partner/token]}", for: http),
    EndpointKey(
      "", "headers", .special("texts and secrets by name"),
      "Further headers of each HTTP request. Values are treated as secrets and never sent to another origin.",
      example: "{X-Api-Key: {env: PARTNER_KEY}}", for: http),
    EndpointKey(
      "", "known-hosts", .path { $0.trust.knownHostsFile = $1 },
      "Host keys for SFTP in OpenSSH's form. An unknown or changed key stops the transfer, always.",
      standard: "~/.ssh/known_hosts", example: "known_hosts", for: [.sftp]),

    EndpointKey(
      "tls", "ca", .path { $0.trust.authorityFile = $1 },
      "Certificate authorities of one's own, a PEM file, instead of the system's. Certificates are always verified.",
      standard: "the system's", example: "partner-ca.pem", for: tls),
    EndpointKey(
      "tls", "most", .choice(["1.2", "1.3"]) { $0.trust.mostTLS = $1 },
      "The highest version of TLS; the lowest is 1.2. FTP with 1.3 loses uploads where servers demand session reuse.",
      standard: "1.2 for FTP, else 1.3", example: "\"1.2\"", for: tls),
    EndpointKey(
      "tls", "certificate", .path { $0.login.certificateFile = $1 }, "The client's certificate, a PEM file.",
      example: "client.pem", for: tls),
    EndpointKey(
      "tls", "key", .path { $0.login.certificateKeyFile = $1 },
      "The key of the client's certificate, a PEM file that only you can read.", example: "client.key", for: tls),

    EndpointKey(
      "ftp", "mode", .choice(["passive", "active"]) { $0.limits.activeFTP = $1 == "active" },
      "Who opens the data connection.", standard: "passive", example: "active", for: ftp),

    EndpointKey(
      "publish", "existing",
      .choice(PublishPolicy.Existing.allCases.map(\.rawValue)) {
        $0.publish.existing = PublishPolicy.Existing(rawValue: $1) ?? .replace
      },
      "What happens when a file has the final name: it is replaced, the new one gets a number, or the upload fails.",
      standard: "replace", example: "unique", for: files),
    EndpointKey(
      "publish", "temporary", .template { $0.publish.temporaryName = $1 },
      "The name during the upload; {name} is the final one, {id} differs for each upload. `none` writes under the final name.",
      standard: ".{name}.{id}.part", example: "\"{name}.{id}.tmp\"", for: renaming),
    EndpointKey(
      "publish", "done", .template { $0.publish.doneFile = $1 },
      "An empty file that is written last, to say that the other one is whole.", standard: "none",
      example: "\"{name}.done\"", for: files),

    EndpointKey(
      "retry", "attempts", .integer(1...100) { $0.retry.attempts = $1 }, "Attempts in all.", standard: "5",
      example: "8"),
    EndpointKey(
      "retry", "first-pause", .duration(0.01...3600) { $0.retry.firstPause = $1 },
      "The first pause; it doubles from time to time, with jitter.", standard: "1s", example: "5s"),
    EndpointKey(
      "retry", "longest-pause", .duration(0.01...86400) { $0.retry.longestPause = $1 },
      "The longest pause, also when the server asks for a longer one.", standard: "2m", example: "10m"),
    EndpointKey(
      "retry", "deadline", .duration(1...(7 * 86400)) { $0.retry.deadline = $1 },
      "After this time nothing is tried any more.", standard: "1h", example: "6h"),

    EndpointKey(
      "limits", "size", .size { $0.limits.size = $1 },
      "Most bytes of one file, counted after decompression.", standard: "4GiB", example: "500MB"),
    EndpointKey(
      "limits", "connect", .duration(0.1...600) { $0.limits.connect = $1 }, "Until a connection must stand.",
      standard: "30s", example: "10s"),
    EndpointKey(
      "limits", "stall", .duration(1...86400) { $0.limits.stall = $1 }, "Without a byte for so long, a transfer ends.",
      standard: "1m", example: "5m"),
    EndpointKey(
      "limits", "total", .duration(1...(7 * 86400)) { $0.limits.total = $1 }, "For one attempt.", standard: "1h",
      example: "3h"),
    EndpointKey(
      "limits", "parallel", .integer(1...64) { $0.limits.parallel = $1 }, "Most transfers side by side.", standard: "4",
      example: "2"),
    EndpointKey(
      "limits", "speed", .size { $0.limits.speed = $1 }, "Most bytes a second of each transfer.", standard: "no limit",
      example: "2MB"),

    EndpointKey(
      "s3", "region", .text { $0.s3.region = $1 }, "The region in signatures.", standard: "us-east-1",
      example: "ap-southeast-1", for: [.s3]),
    EndpointKey(
      "s3", "service", .text { $0.s3.service = $1 }, "The service's address; without it AWS itself.",
      example: "https://s3.example.vn:9000", for: [.s3]),
    EndpointKey(
      "s3", "access-key", .secret { $0.s3.accessKey = $1 }, "The access key.", example: "{env: AWS_ACCESS_KEY_ID}",
      for: [.s3]),
    EndpointKey(
      "s3", "secret-key", .secret { $0.s3.secretKey = $1 }, "Its secret.", example: "{env: AWS_SECRET_ACCESS_KEY}",
      for: [.s3]),
    EndpointKey(
      "s3", "session-token", .secret { $0.s3.sessionToken = $1 }, "The token of temporary keys.",
      example: "{env: AWS_SESSION_TOKEN}", for: [.s3]),

    EndpointKey(
      "mail", "from", .text { $0.mail.from = $1 }, "The sender's address.", example: "ocop@example.vn",
      for: [.smtp, .smtps]),
    EndpointKey(
      "mail", "to", .texts { $0.mail.to = $1 }, "The receivers' addresses.", example: "[buyer@example.jp]",
      for: [.smtp, .smtps]),
    EndpointKey(
      "mail", "subject", .text { $0.mail.subject = $1 }, "The subject; {name} is the file's name.", standard: "{name}",
      example: "\"Price list {name}\"", for: [.smtp, .smtps]),
    EndpointKey(
      "mail", "text", .text { $0.mail.text = $1 }, "The text above the attachment.", example: "Attached is our list.",
      for: [.smtp, .smtps]),

    EndpointKey(
      "selling-partner", "marketplaces", .texts { $0.sellingPartner?.marketplaces = $1 },
      "Amazon's marketplaces.", example: "[ATVPDKIKX0DER]", for: [.https, .http]),
    EndpointKey(
      "selling-partner", "client-id", .secret { $0.sellingPartner?.clientID = $1 },
      "Login with Amazon: the application's id.", example: "{env: LWA_CLIENT_ID}", for: [.https, .http]),
    EndpointKey(
      "selling-partner", "client-secret", .secret { $0.sellingPartner?.clientSecret = $1 },
      "Login with Amazon: the application's secret.", example: "{env: LWA_CLIENT_SECRET}", for: [.https, .http]),
    EndpointKey(
      "selling-partner", "refresh-token", .secret { $0.sellingPartner?.refreshToken = $1 },
      "Login with Amazon: what the seller gave the application.", example: "{file: amazon-refresh-token}",
      for: [.https, .http]),
    EndpointKey(
      "selling-partner", "token-url", .text { $0.sellingPartner?.tokenURL = $1 }, "Where tokens come from.",
      standard: "https://api.amazon.com/auth/o2/token", example: "https://api.amazon.com/auth/o2/token",
      for: [.https, .http]),
    EndpointKey(
      "selling-partner", "feed-type", .text { $0.sellingPartner?.feedType = $1 }, "What kind of feed is sent.",
      standard: "JSON_LISTINGS_FEED", example: "JSON_LISTINGS_FEED", for: [.https, .http]),
  ]
}
