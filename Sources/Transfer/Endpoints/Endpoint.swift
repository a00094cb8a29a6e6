/// A place that files come from or go to: an address, how to log in, whom to trust, how to publish.
///
/// Made from a URL on the command line, with defaults that are safe for any server, or from an entry of the configuration file.
public struct Endpoint: Sendable {
  /// The name in the configuration file; nil for a bare URL.
  public var name: String?
  /// The folder (or file) at which it stands.
  public var url: RemoteURL
  /// How to log in.
  public var login = Login()
  /// Whom to trust.
  public var trust = Trust()
  /// How a file appears under its final name.
  public var publish = PublishPolicy()
  /// How often and when to try again.
  public var retry = RetryPolicy()
  /// Limits of size and time.
  public var limits = TransferLimits()
  /// Further headers (HTTP); never sent to another origin.
  public var headers: [Header] = []
  /// Simple Storage Service.
  public var s3 = S3Settings()
  /// Mail.
  public var mail = MailSettings()
  /// Amazon Selling Partner API; nil for endpoints of files.
  public var sellingPartner: SellingPartnerSettings?

  /// Makes an endpoint with safe defaults.
  public init(name: String? = nil, url: RemoteURL) {
    self.name = name
    self.url = url
    login.user = url.user
  }

  /// A header of every request.
  public struct Header: Sendable {
    /// Its name.
    public var name: String
    /// Its value, treated as a secret.
    public var value: Secret

    /// Makes a header.
    public init(name: String, value: Secret) {
      self.name = name
      self.value = value
    }
  }

  /// How to log in.
  public struct Login: Sendable {
    /// The user's name.
    public var user: String?
    /// The password.
    public var password: Secret?
    /// The private key's file for SFTP (Ed25519 or ECDSA; RSA does not work with libssh2 1.10).
    public var keyFile: String?
    /// What opens the private key.
    public var passphrase: Secret?
    /// A bearer token for HTTP.
    public var token: Secret?
    /// Certificate and key for TLS clients, PEM files.
    public var certificateFile: String?
    /// The key of the certificate.
    public var certificateKeyFile: String?

    /// Makes an empty log-in.
    public init() {}
  }

  /// Whom to trust.
  public struct Trust: Sendable {
    /// Host keys for SFTP, in OpenSSH's form; without it `~/.ssh/known_hosts`. An unknown key is never accepted (S1).
    public var knownHostsFile: String?
    /// A certificate authority of one's own, a PEM file; without it the system's.
    public var authorityFile: String?
    /// The highest TLS version, `1.2` or `1.3`; FTPS has 1.2 unless set, since TLS 1.3 with session reuse loses uploads.
    public var mostTLS: String?

    /// Makes trust in the system's authorities and the user's known hosts.
    public init() {}
  }
}

/// How a file appears under its final name.
public struct PublishPolicy: Sendable, Hashable {
  /// What happens when a file stands under the final name.
  public enum Existing: String, Sendable, CaseIterable {
    /// It is replaced; where the server cannot do that in one step, the old file is removed first.
    case replace
    /// The new file gets a name with a number: `feed-2.csv`.
    case unique
    /// The upload fails and the old file stays.
    case fail
  }

  /// What happens when a file stands under the final name.
  public var existing = Existing.replace
  /// The name during the upload; `{name}` stands for the final one, `{id}` for a part that no other upload has. Nil writes
  /// under the final name at once, for servers that take files away as soon as they are complete.
  public var temporaryName: String? = ".{name}.{id}.part"
  /// A file that is written last, to say that the other one is whole: `{name}.done`. Nil for none.
  public var doneFile: String?

  /// Makes the usual policy: a temporary name, then a rename that replaces.
  public init() {}
}

/// How often and when to try again.
public struct RetryPolicy: Sendable, Hashable {
  /// Attempts in all.
  public var attempts = 5
  /// The first pause, in seconds; doubles from time to time, with jitter.
  public var firstPause = 1.0
  /// The longest pause, in seconds, also for Retry-After.
  public var longestPause = 120.0
  /// Seconds after which nothing is tried any more, counted from the start.
  public var deadline = 3600.0

  /// Makes the usual policy.
  public init() {}
}

/// Limits of one transfer.
public struct TransferLimits: Sendable, Hashable {
  /// Most bytes of one file, counted after decompression.
  public var size: UInt64 = 4 << 30
  /// Seconds until a connection must stand.
  public var connect = 30.0
  /// Seconds without a byte after which a transfer ends.
  public var stall = 60.0
  /// Seconds for one exchange.
  public var total = 3600.0
  /// Most transfers side by side.
  public var parallel = 4
  /// Most bytes per second; nil for no limit.
  public var speed: UInt64?
  /// Active FTP; passive otherwise.
  public var activeFTP = false

  /// Makes the usual limits.
  public init() {}
}

/// Settings of Simple Storage Service.
public struct S3Settings: Sendable, Hashable {
  /// The region in signatures.
  public var region = "us-east-1"
  /// The service's address, such as `https://s3.example.vn:9000`; nil for AWS itself.
  public var service: String?
  /// Access key and secret.
  public var accessKey: Secret?
  /// The secret of the access key.
  public var secretKey: Secret?
  /// The token of temporary keys.
  public var sessionToken: Secret?

  /// Makes settings of AWS.
  public init() {}
}

/// Settings of mail.
public struct MailSettings: Sendable, Hashable {
  /// The sender's address.
  public var from = ""
  /// The receivers' addresses.
  public var to: [String] = []
  /// The subject; `{name}` stands for the file.
  public var subject = "{name}"
  /// The text above the attachment.
  public var text = ""

  /// Makes empty settings.
  public init() {}
}

/// Settings of Amazon's Selling Partner API.
public struct SellingPartnerSettings: Sendable, Hashable {
  /// The seller's marketplace, such as `ATVPDKIKX0DER`.
  public var marketplaces: [String] = []
  /// Login with Amazon: the application's id.
  public var clientID: Secret
  /// Login with Amazon: the application's secret.
  public var clientSecret: Secret
  /// Login with Amazon: what the seller gave the application.
  public var refreshToken: Secret
  /// Where tokens come from.
  public var tokenURL = "https://api.amazon.com/auth/o2/token"
  /// What kind of feed is sent.
  public var feedType = "JSON_LISTINGS_FEED"

  /// Makes settings.
  public init(clientID: Secret, clientSecret: Secret, refreshToken: Secret) {
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.refreshToken = refreshToken
  }
}
