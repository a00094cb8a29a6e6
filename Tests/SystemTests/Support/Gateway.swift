import Foundation
import Testing

/// An endpoint as the configuration file describes it: an address, and settings by their path in the file.
struct Place: Sendable {
  /// The settings that tests use, by their path in the configuration file.
  enum Setting: String, Sendable {
    case user = "user"
    case password = "password"
    case key = "key"
    case knownHosts = "known-hosts"
    case headers = "headers"
    case authority = "tls.ca"
    case existing = "publish.existing"
    case temporary = "publish.temporary"
    case attempts = "retry.attempts"
    case firstPause = "retry.first-pause"
    case longestPause = "retry.longest-pause"
    case deadline = "retry.deadline"
    case stall = "limits.stall"
    case total = "limits.total"
    case size = "limits.size"
    case accessKey = "s3.access-key"
    case secretKey = "s3.secret-key"
    case service = "s3.service"
    case marketplaces = "selling-partner.marketplaces"
    case clientID = "selling-partner.client-id"
    case clientSecret = "selling-partner.client-secret"
    case refreshToken = "selling-partner.refresh-token"
    case tokenURL = "selling-partner.token-url"
  }

  var url: String
  var settings: [Setting: String] = [:]
  /// Secrets, by the variables that hold them.
  var variables: [String: String] = [:]
  /// The folder behind the address, on the server's disk.
  var disk: String

  /// The same with some settings more.
  func with(_ more: [Setting: String]) -> Place {
    var copy = self
    copy.settings.merge(more) { $1 }
    return copy
  }

  /// The same by way of another port, such as a proxy's.
  func through(_ proxy: Server) -> Place {
    var copy = self
    copy.url = url.replacingOccurrences(of: #":[0-9]+/"#, with: ":\(proxy["PROXY_PORT"])/", options: .regularExpression)
    return copy
  }

  /// What stands under a name on the server's disk; nil when nothing does.
  func read(_ name: String) -> [UInt8]? { Bytes.read("\(disk)/\(name)") }

  /// All names on the server's disk.
  var names: [String] { Bytes.names(in: disk) }
}

/// The command with a folder, a home and a configuration of its own, and nothing of the environment of the tests.
final class Gateway: Sendable {
  let folder: Folder
  let home: String
  private let places: [String: Place]

  /// The executable beside the test bundle, or the one that OCOP_EXECUTABLE names, such as a release build.
  static let executable: String = {
    if let named = ProcessInfo.processInfo.environment["OCOP_EXECUTABLE"] { return named }
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    for _ in 0..<6 {
      let candidate = folder.appendingPathComponent("ocop").path
      if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
      folder = folder.deletingLastPathComponent()
    }
    return System.root + "/.build/debug/ocop"
  }()

  /// Whether this build has a command; where tests must run, its absence is their failure.
  static func has(_ command: String) async -> Bool {
    if System.mustRun { return true }
    return (try? await Child.run(executable, [command, "--help"]))?.text.contains("ocop \(command)") == true
  }

  /// A gateway that knows some endpoints by name.
  init(_ places: [String: Place] = [:]) throws {
    folder = try Folder()
    home = folder("home")
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    self.places = places
    try folder.write("endpoints.yaml", Self.configuration(places))
  }

  /// A gateway with one endpoint, called `partner`.
  convenience init(_ place: Place) throws { try self.init(["partner": place]) }

  /// The text of a configuration file.
  static func configuration(_ places: [String: Place]) -> String {
    var lines = ["endpoints:"]
    for (name, place) in places.sorted(by: { $0.key < $1.key }) {
      lines += ["  \(name):", "    url: \"\(place.url)\""]
      // Tests wait for retries; these are short unless a test says otherwise.
      var settings: [Place.Setting: String] = [.attempts: "4", .firstPause: "0.1s", .longestPause: "0.5s"]
      settings.merge(place.settings) { $1 }
      var group = ""
      for (path, value) in settings.map({ ($0.key.rawValue, $0.value) }).sorted(by: { order($0.0) < order($1.0) }) {
        let parts = path.split(separator: ".").map(String.init)
        if parts.count > 1, parts[0] != group {
          group = parts[0]
          lines.append("    \(group):")
        }
        // A value in brackets is YAML itself: where a secret comes from, or a list.
        let text = value.hasPrefix("{") || value.hasPrefix("[") ? value : "\"\(value)\""
        lines.append("    \(parts.count > 1 ? "  " : "")\(parts.last!): \(text)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Keys of the endpoint itself before those in groups.
  private static func order(_ path: String) -> String { (path.contains(".") ? "1" : "0") + path }

  /// The environment that the command has, and nothing else.
  var environment: [String: String] {
    places.values.reduce(into: [
      "PATH": System.path, "HOME": home, "LC_ALL": "C.UTF-8", "COLUMNS": "400", "SWIFT_BACKTRACE": "enable=no",
      "XDG_STATE_HOME": folder("state"), "XDG_CONFIG_HOME": folder("config"),
      "OCOP_ENDPOINTS": folder("endpoints.yaml"),
    ]) { $0.merge($1.variables) { $1 } }
  }

  /// Starts the command, by way of another one (strace, prlimit, a shell) where a test says so.
  func start(
    _ arguments: [String], by wrapper: [String] = [], environment: [String: String]? = nil, input: [UInt8]? = nil,
    output: Int32? = nil
  ) throws -> Child {
    let words = wrapper + [Self.executable] + arguments
    return try Child(
      words[0], Array(words.dropFirst()), environment: environment ?? self.environment, folder: folder.path,
      input: input,
      output: output)
  }

  /// Runs the command to its end.
  @discardableResult
  func run(
    _ arguments: String..., by wrapper: [String] = [], environment: [String: String]? = nil, input: [UInt8]? = nil,
    within seconds: Double = 60
  ) async throws -> Child.Ended {
    try await start(arguments, by: wrapper, environment: environment, input: input).ended(within: seconds)
  }

  /// Sends a file of the folder to a name at an endpoint.
  @discardableResult
  func put(_ file: String, _ name: String, by wrapper: [String] = [], within seconds: Double = 60) async throws
    -> Child.Ended
  {
    try await run("put", folder(file), address(name), by: wrapper, within: seconds)
  }

  /// Fetches a name of an endpoint into a file of the folder.
  @discardableResult
  func get(_ name: String, _ file: String, by wrapper: [String] = [], within seconds: Double = 60) async throws
    -> Child.Ended
  {
    try await run("get", address(name), "-o", folder(file), by: wrapper, within: seconds)
  }

  /// How a name at an endpoint is written on the command line.
  func address(_ name: String, at endpoint: String = "partner") -> String { "\(endpoint):\(name)" }
}

extension Place {
  /// A folder of its own below the server's, so that tests do not see each other's files.
  private static func fresh(_ base: String, owner: String? = nil) -> (name: String, path: String) {
    let name = "t-" + UUID().uuidString.prefix(8).lowercased()
    let path = base + "/" + name
    mkdir(path, 0o777)
    chmod(path, 0o777)
    return (name, path)
  }

  static func sftp(_ hosts: String = "SFTP_KNOWN_HOSTS") async throws -> Place {
    let server = try await Servers.get(.sftp)
    let (_, path) = fresh(server["SFTP_DIR"])
    return Place(
      url: "sftp://\(server["SFTP_HOST"]):\(server["SFTP_PORT"])\(path)/",
      settings: [.user: server["SFTP_USER"], .key: server["SFTP_KEY"], .knownHosts: server[hosts]], disk: path)
  }

  /// vsftpd: `ftp` plain, `ftpes` with TLS.
  static func vsftpd(_ scheme: String = "ftp", port: String? = nil) async throws -> Place {
    let server = try await Servers.get(.vsftpd)
    let (name, path) = fresh(server["FTP_DIR"])
    let host = scheme == "ftp" ? "127.0.0.1" : "localhost"
    let key = port ?? (scheme == "ftp" ? "FTP_PORT" : "FTP_TLS_PORT")
    return Place(
      url: "\(scheme)://\(host):\(server[key])\(server["FTP_PATH"])\(name)/",
      settings: [.user: "anonymous", .password: "{env: FTP_PASSWORD}", .authority: server["CA"]],
      variables: ["FTP_PASSWORD": "MARKER-ftp-password"], disk: path)
  }

  /// pyftpdlib, one of the server's own: faults are asked for by a file that all its clients share.
  static func pyftpd(_ server: Server, _ scheme: String = "ftp", port: String = "FTP_PORT") -> Place {
    let (name, path) = fresh(server["FTP_DIR"])
    let host = scheme == "ftp" ? "127.0.0.1" : "localhost"
    return Place(
      url: "\(scheme)://\(host):\(server[port])/\(name)/",
      settings: [.user: server["FTP_USER"], .password: "{env: FTP_PASSWORD}", .authority: server["CA"]],
      variables: ["FTP_PASSWORD": server["FTP_PASSWORD"]], disk: path)
  }

  /// nginx: `dav` and `davs` with MOVE.
  static func dav(_ scheme: String = "dav") async throws -> Place {
    let server = try await Servers.get(.nginx)
    let (name, path) = fresh(server["HTTP_DIR"])
    let origin = scheme.hasSuffix("s") ? "localhost:\(server["HTTPS_PORT"])" : "127.0.0.1:\(server["HTTP_PORT"])"
    return Place(
      url: "\(scheme)://\(origin)/in/\(name)/",
      settings: [.user: server["HTTP_USER"], .password: "{env: HTTP_PASSWORD}", .authority: server["CA"]],
      variables: ["HTTP_PASSWORD": server["HTTP_PASSWORD"]], disk: path)
  }

  /// The faulty HTTP server; the first name in the path says what is wrong.
  static func bad(_ fault: String, scheme: String = "http") async throws -> Place {
    let server = try await Servers.get(.badhttp)
    return Place(url: "\(scheme)://127.0.0.1:\(server["BAD_PORT"])/\(fault)/", disk: server["BAD_DIR"])
  }

  static func s3() async throws -> Place {
    let server = try await Servers.get(.s3)
    return Place(
      url: "s3://\(server["S3_BUCKET"])/t-\(UUID().uuidString.prefix(8).lowercased())/",
      settings: [
        .service: "http://127.0.0.1:\(server["S3_PORT"])", .accessKey: "{env: S3_KEY}", .secretKey: "{env: S3_SECRET}",
      ],
      variables: ["S3_KEY": server["S3_KEY"], "S3_SECRET": server["S3_SECRET"]], disk: "/nonexistent")
  }
}
