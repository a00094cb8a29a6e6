public import Diagnostics
internal import Settings

#if canImport(Glibc)
  internal import Glibc
#endif

/// The file of endpoints: named places that files come from and go to.
///
/// ```yaml
/// endpoints:
///   saigon-coop:
///     url: sftp://ocop@sftp.example.vn/in/
///     key: ~/.ssh/ocop_ed25519
/// ```
///
/// A fault in one endpoint does not keep the others from being used.
public struct EndpointFile: Sendable {
  /// Its path as given or found.
  public let path: String
  /// The endpoints in the order of the file.
  public let entries: [EndpointEntry]
  /// Findings about the file as a whole; an error among them stops every use.
  public let findings: [Diagnostic]

  /// The file that is meant: `--endpoints`, else `OCOP_ENDPOINTS`, else `endpoints.yaml` here, else that of the user's
  /// configuration; nil when there is none of the last two.
  public static func find(_ option: String?) -> String? {
    if let option { return option }
    if let path = variable("OCOP_ENDPOINTS") { return path }
    let home = homeFolder.map { $0 + "/.config" }
    // By the XDG rules, a relative path in the variable counts as none.
    let configuration = variable("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home
    let candidates = ["endpoints.yaml"] + (configuration.map { [$0 + "/ocop/endpoints.yaml"] } ?? [])
    return candidates.first { access($0, F_OK) == 0 }
  }

  /// Reads a file.
  ///
  /// - Throws: `.configuration` with `endpoint-file` when it cannot be read, with `settings-yaml` or `settings-limit` when it
  ///   is no YAML. Everything else is in the findings.
  public init(reading path: String) throws(Fault) {
    let file: PrivateFile
    switch PrivateFile.read(path, limit: YAMLSource.byteLimit) {
    case .success(let read): file = read
    case .failure(let reason):
      throw Fault(
        .configuration,
        Diagnostic(
          .endpointFile, at: Place(file: path),
          message: .init(
            "The file of endpoints cannot be read: \(reason.text.en).",
            vi: "Không đọc được tệp điểm kết nối: \(reason.text.vi).")))
    }
    self.init(path: path, root: try YAMLSource.read(file.bytes, name: path), file: file)
  }

  private init(path: String, root: SourceNode, file: PrivateFile) {
    self.path = path
    let found = DiagnosticCollector()
    var entries: [EndpointEntry] = []
    if file.mode & 0o002 != 0 { found.report(Self.rights(path, file, at: Place(file: path))) }
    if let reader = MappingReader(root, found) {
      var allowed: [RemoteURL.Scheme]?
      if let node = reader.node("protocols") { allowed = EndpointReader.schemes(node, reader) }
      if let node = reader.node("endpoints"), let names = MappingReader(node, found) {
        for entry in names.node.entries ?? [] {
          if !EndpointEntry.isName(entry.key) {
            names.wrong(
              SourceNode(content: .scalar(entry.key, isPlain: false), position: entry.position),
              .init(
                "a name has up to 64 small letters, digits, hyphens, dots and underscores",
                vi: "tên gồm tối đa 64 chữ thường, chữ số, gạch nối, chấm, gạch dưới"))
          }
          entries.append(
            EndpointReader(file: file, path: path, allowed: allowed).read(entry.value, name: entry.key))
        }
      } else if !reader.has("endpoints") {
        reader.missing("endpoints")
      }
      reader.finish()
    }
    self.entries = entries
    findings = found.kept
  }

  /// The endpoint with a name.
  ///
  /// - Throws: `.configuration` with `endpoint-unknown`, or the first error of the file.
  public func entry(_ name: String) throws(Fault) -> EndpointEntry {
    if let error = findings.first(where: { $0.severity >= .error }) { throw Fault(.configuration, error) }
    if let entry = entries.first(where: { $0.name == name }) { return entry }
    throw Self.unknown(name, among: entries.map(\.name), in: path)
  }

  /// The fault of a name that no endpoint has.
  static func unknown(_ name: String, among names: [String], in path: String) -> Fault {
    let hint: LocalizedText =
      didYouMean(nearest(to: name, among: names))
      ?? (names.isEmpty
        ? .init("The file names none.", vi: "Tệp chưa khai báo điểm nào.")
        : .init(
          "There are: \(names.prefix(20).joined(separator: ", ")).",
          vi: "Có: \(names.prefix(20).joined(separator: ", "))."))
    return Fault(
      .configuration,
      Diagnostic(
        .endpointUnknown, at: Place(file: path), value: name,
        message: .init("There is no endpoint “\(name)”.", vi: "Không có điểm kết nối “\(name)”."), hint: hint))
  }

  /// The finding that others may change the file.
  static func rights(_ path: String, _ file: PrivateFile, at place: Place) -> Diagnostic {
    let mode = String(file.mode, radix: 8)
    let en = file.isOurs ? "has mode \(mode)" : "belongs to another user"
    let vi = file.isOurs ? "có quyền \(mode)" : "thuộc về người khác"
    return Diagnostic(
      .endpointFileRights, at: place, value: path,
      message: .init("Others may change “\(path)”: it \(en).", vi: "Người khác sửa được “\(path)”: tệp \(vi)."))
  }

  /// The user's folder, by HOME.
  static var homeFolder: String? { variable("HOME") }

  /// A variable of the environment; nil when it is empty.
  static func variable(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}

/// One endpoint of the file, before its secrets are fetched.
public struct EndpointEntry: Sendable {
  /// A key that takes a secret, with where it comes from.
  struct SecretUse: Sendable {
    var key: String
    var source: SecretSource
    var place: Place
    var apply: @Sendable (inout Endpoint, Secret) -> Void
  }

  /// Its name.
  public let name: String
  /// Who it is, for people; may be empty.
  public let title: String
  /// Where it stands in the file.
  public let place: Place
  /// The address; nil when it cannot be read.
  public var url: RemoteURL? { template?.url }
  /// What was found when it was read.
  public let findings: [Diagnostic]
  /// All but the secrets; nil without an address.
  let template: Endpoint?
  let secrets: [SecretUse]
  /// Where each key stands, by its path, for later findings.
  let places: [String: Place]

  /// The endpoint with its secrets, which are fetched now.
  ///
  /// - Parameter withSecrets: false leaves them out, for what needs no log-in.
  /// - Throws: `.configuration`: the first error found when it was read, or `secret-missing`, `secret-rights`.
  public func endpoint(withSecrets: Bool = true) throws(Fault) -> Endpoint {
    if let error = findings.first(where: { $0.severity >= .error }) { throw Fault(.configuration, error) }
    guard var endpoint = template else {
      throw Fault(.configuration, Diagnostic(.settingsKeyMissing, at: place, value: "url"))
    }
    for use in secrets where withSecrets {
      let secret = try use.source.fetch(use.key, at: use.place)
      use.apply(&endpoint, secret)
    }
    return endpoint
  }

  /// Whether a text can be the name of an endpoint.
  public static func isName(_ text: some StringProtocol) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 64, isSmall(first) else { return false }
    return text.utf8.allSatisfy { isSmall($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
  }

  private static func isSmall(_ byte: UInt8) -> Bool {
    (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
  }
}
