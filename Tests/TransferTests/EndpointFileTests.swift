import Diagnostics
import Foundation
import Settings
import Testing

@testable import Transfer

/// The file of endpoints: what is read, what is refused and where, and that no secret shows.
@Suite("File of endpoints") struct EndpointFileTests {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("ocop-endpoints-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func write(_ text: String, _ name: String = "endpoints.yaml", mode: mode_t = 0o600) throws -> String {
    let path = folder.appendingPathComponent(name).path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    chmod(path, mode)
    return path
  }

  func entry(_ body: String, mode: mode_t = 0o600) throws -> EndpointEntry {
    let lines = body.split(separator: "\n").map { "    \($0)\n" }.joined()
    let file = try EndpointFile(reading: write("endpoints:\n  shop:\n\(lines)", mode: mode))
    #expect(file.findings.isEmpty, "\(file.findings)")
    return try #require(file.entries.first)
  }

  /// Codes and lines of what lint finds.
  func lint(_ body: String, mode: mode_t = 0o600) throws -> [String] {
    let lines = body.split(separator: "\n").map { "    \($0)\n" }.joined()
    let file = try EndpointFile(reading: write("endpoints:\n  shop:\n\(lines)", mode: mode))
    let found = DiagnosticCollector()
    EndpointLint.run(file, into: found)
    return found.kept.map { "\($0.place.line ?? 0) \($0.code.id) \($0.severity.rawValue)" }
  }

  @Test func everythingIsRead() throws {
    let password = try write("pässwörd \"x\"\r\n", "password")
    let entry = try entry(
      """
      url: sftp://ocop@sftp.example.vn:2222/in/
      title: A shop
      password: {file: password}
      key: ~/id
      known-hosts: hosts
      protocols: [sftp, ftpes]
      publish: {existing: unique, temporary: "{name}.{id}.tmp", done: "{name}.ok"}
      retry: {attempts: 7, first-pause: 250ms, longest-pause: 10m, deadline: 2h}
      limits: {size: 2GiB, connect: 5s, stall: 1.5m, total: 1d, parallel: 2, speed: 500kB}
      """)
    #expect(entry.findings.isEmpty, "\(entry.findings)")
    let endpoint = try entry.endpoint()
    #expect(endpoint.name == "shop" && entry.title == "A shop")
    #expect(endpoint.url.description == "sftp://sftp.example.vn:2222/in/" && endpoint.login.user == "ocop")
    #expect(endpoint.login.password?.reveal == "pässwörd \"x\"")
    #expect(endpoint.login.keyFile == ProcessInfo.processInfo.environment["HOME"].map { $0 + "/id" } ?? "~/id")
    #expect(endpoint.trust.knownHostsFile == folder.path + "/hosts")
    #expect(endpoint.publish.existing == .unique && endpoint.publish.doneFile == "{name}.ok")
    #expect(endpoint.publish.temporaryName == "{name}.{id}.tmp")
    #expect(endpoint.retry.attempts == 7 && endpoint.retry.firstPause == 0.25 && endpoint.retry.longestPause == 600)
    #expect(endpoint.retry.deadline == 7200 && endpoint.limits.total == 86400 && endpoint.limits.stall == 90)
    #expect(endpoint.limits.size == 2 << 30 && endpoint.limits.speed == 500_000 && endpoint.limits.parallel == 2)
    _ = password
  }

  /// The example of each key is one that the key takes; the reference page shows nothing that would be refused.
  @Test(arguments: EndpointKey.all.map(\.path)) func everyExampleIsRead(path: String) throws {
    let key = try #require(EndpointKey.all.first { $0.path == path })
    if path == "url" { return }
    let scheme = key.schemes?.first ?? .sftp
    var body = "url: \(scheme.rawValue)://host/in/\n"
    body += key.group.isEmpty ? "\(key.name): \(key.example)" : "\(key.group): {\(key.name): \(key.example)}"
    let codes = try entry(body).findings.filter { $0.code != .settingsKeyMissing }
    #expect(codes.isEmpty, "\(codes)")
  }

  @Test func publishMayBeNone() throws {
    let endpoint = try entry("url: sftp://h/in/\npublish: {temporary: none, done: none}").endpoint()
    #expect(endpoint.publish.temporaryName == nil && endpoint.publish.doneFile == nil)
  }

  /// Unknown keys name the nearest, each finding has its line.
  @Test(arguments: [
    ("url: sftp://h/\npasword: {env: X}", "4 settings-key-unknown error"),
    ("url: sftp://h/\nretry: {atempts: 3}", "4 settings-key-unknown error"),
    ("url: sftp://h/\nlimits: {connect: 30}", "4 settings-value error"),
    ("url: sftp://h/\nlimits: {size: big}", "4 settings-value error"),
    ("url: sftp://h/\npublish: {existing: overwrite}", "4 settings-value error"),
    ("url: sftp://h/\nretry: {attempts: 0}", "4 settings-value error"),
    ("url: sfpt://h/", "3 url-scheme error"),
    ("url: sftp://u:hunter2@h/", "3 url-password error"),
    ("title: x", "3 settings-key-missing error"),
    ("url: ftp://h/\nprotocols: [sftp, ftps]", "3 endpoint-protocol error"),
    ("url: sftp://h/\nprotocols: [stfp]", "4 settings-value error"),
    ("url: sftp://h/\npassword: {vault: x}", "4 settings-key-unknown error"),
    ("url: sftp://h/\npassword: [a]", "4 settings-value error"),
    ("url: sftp://h/\npassword: {env: A, file: b}", "4 settings-value error"),
    ("url: https://h/\nheaders: {\"X Y\": {env: A}}", "4 settings-value error"),
    ("url: https://h/\nheaders: {X: \"a\\r\\nHost: b\"}", "4 settings-value error"),
    ("url: sftp://h/\nuser: \"a\\nb\"", "4 settings-value error"),
    ("url: sftp://h/\nmail: {from: a@b.vn}", "4 endpoint-unused warning"),
    ("url: https://h/\nselling-partner: {feed-type: X}", "4 settings-key-missing error"),
  ])
  func faultsHavePlaces(body: String, expected: String) throws {
    let found = try entry(body).findings
    #expect(found.map { "\($0.place.line ?? 0) \($0.code.id) \($0.severity.rawValue)" }.contains(expected), "\(found)")
    #expect(!found.map { $0.text(in: .en) + $0.text(in: .vi) }.joined().contains("hunter2"))
  }

  @Test func oneFaultyEndpointLeavesTheOthers() throws {
    let file = try EndpointFile(
      reading: write("endpoints:\n  bad: {url: nowhere}\n  good: {url: \"sftp://h/\"}\n"))
    #expect(try file.entry("good").endpoint().url.host == "h")
    #expect(throws: Fault.self) { try file.entry("bad").endpoint() }
    let fault = #expect(throws: Fault.self) { try file.entry("goood") }
    #expect(fault?.diagnostic.code == .endpointUnknown && fault?.diagnostic.hint?.en.contains("good") == true)
  }

  /// S7: a list at the top of the file holds for every endpoint in it.
  @Test func theFileMayNarrowProtocols() throws {
    let file = try EndpointFile(
      reading: write("protocols: [sftp]\nendpoints:\n  a: {url: \"http://h/\"}\n  b: {url: \"sftp://h/\"}\n"))
    #expect(throws: Fault.self) { try file.entry("a").endpoint() }
    #expect(try file.entry("b").endpoint().url.scheme == .sftp)
  }

  // MARK: Secrets (S4, S5)

  @Test(arguments: [0o644, 0o640, 0o604, 0o660] as [mode_t]) func literalsNeedAPrivateFile(mode: mode_t) throws {
    let entry = try entry("url: ftps://h/\nuser: u\npassword: hunter2-marker", mode: mode)
    #expect(entry.findings.map(\.code) == [.secretLiteral] && entry.findings[0].severity == .error)
    #expect(!"\(entry.findings)".contains("hunter2"))
    #expect(throws: Fault.self) { try entry.endpoint() }
  }

  @Test func literalsInAPrivateFileAreAWarning() throws {
    let entry = try entry("url: ftps://h/\npassword: 12345678901234")
    #expect(entry.findings.map(\.code) == [.secretLiteral] && entry.findings[0].severity == .warning)
    #expect(!"\(entry.findings)".contains("1234567"))
    #expect(try entry.endpoint().login.password?.reveal == "12345678901234")
    #expect(!"\(entry)".contains("1234567"))
  }

  @Test func headersThatSoundOfSecretsAreSecrets() throws {
    let open = try entry("url: https://h/\nheaders: {Accept: text/csv}", mode: 0o644)
    #expect(open.findings.isEmpty)
    let key = try entry("url: https://h/\nheaders: {X-Api-Key: abc}", mode: 0o644)
    #expect(key.findings.map(\.code) == [.secretLiteral])
    let named = try entry("url: https://h/\nheaders: {Accept: text/csv, X-Api-Key: {command: [printf, k1]}}").endpoint()
    #expect(named.headers.map { "\($0.name)=\($0.value.reveal)" } == ["Accept=text/csv", "X-Api-Key=k1"])
  }

  @Test(arguments: [0o644, 0o640, 0o620, 0o601] as [mode_t]) func filesOfSecretsArePrivate(mode: mode_t) throws {
    _ = try write("hunter2", "password", mode: mode)
    let entry = try entry("url: ftps://h/\npassword: {file: password}")
    let fault = #expect(throws: Fault.self) { try entry.endpoint() }
    #expect(fault?.diagnostic.code == .secretRights)
    #expect(fault?.diagnostic.place.line == 4)
    #expect(try lint("url: ftps://h/\npassword: {file: password}").contains("4 secret-rights error"))
  }

  @Test(arguments: ["", "\n", "two\nlines\n", "nul\u{0}", "esc\u{1B}"]) func secretsAreOneLine(content: String) throws {
    _ = try write(content, "password")
    let entry = try entry("url: ftps://h/\npassword: {file: password}")
    let fault = #expect(throws: Fault.self) { try entry.endpoint() }
    #expect(fault?.diagnostic.code == .secretMissing)
    #expect(!"\(fault!)".contains("two"))
  }

  @Test func secretsOfOthersAreNotFetched() throws {
    let file = try EndpointFile(
      reading: write(
        """
        endpoints:
          a: {url: "ftps://h/", password: {command: [touch, "\(folder.path)/ran"]}}
          b: {url: "ftps://h/", password: {command: [printf, x]}}
        """))
    #expect(try file.entry("b").endpoint().login.password?.reveal == "x")
    EndpointLint.run(file, into: DiagnosticCollector())
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/ran"))
  }

  @Test(arguments: [
    ("[sh, -c, \"echo marker-out; echo marker-err >&2; exit 3\"]", "exit code 3"),
    ("[\"/no/such/program\"]", "cannot be run"),
    ("[\"true\"]", "empty"), ("\"yes marker | head -c 200000\"", "65536"),
  ])
  func commandsThatFail(command: String, words: String) throws {
    let entry = try entry("url: ftps://h/\npassword: {command: \(command)}")
    let fault = #expect(throws: Fault.self) { try entry.endpoint() }
    #expect(fault?.diagnostic.message.en.contains(words) == true, "\(fault!)")
    #expect(!"\(fault!)".contains("marker"))
  }

  /// A command that never ends is ended with all that it started.
  @Test func commandsThatHang() throws {
    let outcome = SecretCommand.run(
      ["/bin/sh", "-c", "sleep 60 & sleep 60"], seconds: 0.3, limit: 100)
    guard case .failure(let reason) = outcome else { return #expect(Bool(false), "it ended") }
    #expect(reason.text.en.contains("took more than"))
  }

  @Test func commandsRunWithoutAShellAsAList() throws {
    let entry = try entry("url: ftps://h/\npassword: {command: [printf, \"%s\", \"$HOME;x\"]}")
    #expect(try entry.endpoint().login.password?.reveal == "$HOME;x")
    let shell = try self.entry("url: ftps://h/\npassword: {command: \"printf %s $((1+1))\"}")
    #expect(try shell.endpoint().login.password?.reveal == "2")
  }

  @Test func filesThatOthersMayWriteRunNoCommands() throws {
    let entry = try entry("url: ftps://h/\npassword: {command: [printf, x]}", mode: 0o660)
    let fault = #expect(throws: Fault.self) { try entry.endpoint() }
    #expect(fault?.diagnostic.code == .endpointFileRights)
    let file = try EndpointFile(reading: write("endpoints:\n  a: {url: \"sftp://h/\"}\n", mode: 0o666))
    #expect(throws: Fault.self) { try file.entry("a") }
  }

  @Test func missingFileIsConfiguration() throws {
    let fault = #expect(throws: Fault.self) { try EndpointFile(reading: folder.path + "/none.yaml") }
    #expect(fault?.kind == .configuration && fault?.diagnostic.code == .endpointFile)
  }

  // MARK: Lint

  @Test func lintFindsAllAtOnce() throws {
    let found = try lint(
      """
      url: ftp://h/in/
      password: {file: none}
      publish: {temporary: "{name}", done: "{name}"}
      retry: {first-pause: 10m}
      limits: {connect: 10m, total: 1m}
      tls: {ca: none.pem}
      """)
    for expected in [
      "4 secret-missing error", "4 endpoint-insecure warning", "5 endpoint-publish error", "6 settings-value error",
      "7 settings-value error", "8 settings-value error", "8 endpoint-unused warning",
    ] { #expect(found.contains(expected), "\(expected) in \(found)") }
  }

  @Test(arguments: [
    ("url: ftpes://h/\ntls: {most: \"1.3\"}", "4 endpoint-insecure warning"),
    ("url: http://h/\nheaders: {X-Key: {env: PATH}}", "4 endpoint-insecure warning"),
    ("url: sftp://h/\npublish: {temporary: in/x}", "4 endpoint-publish error"),
    ("url: sftp://h/\npublish: {temporary: \"{name}.part\"}", "4 endpoint-publish warning"),
    ("url: sftp://h/\nknown-hosts: none", "4 known-host-missing warning"),
    ("url: sftp://a@h/\nuser: b", "4 settings-value error"),
    ("url: smtp://h/\nmail: {from: a@b.vn}", "3 settings-key-missing error"),
    ("url: smtp://h/\nmail: {from: a@b.vn, to: [nobody]}", "4 settings-value error"),
    ("url: s3://bucket/", "3 settings-key-missing warning"),
    ("url: ftps://h/\npassword: {env: OCOP_NOT_SET}", "4 secret-missing warning"),
    ("url: ftps://h/\npassword: {command: [ocop-no-such]}", "4 secret-missing warning"),
    ("url: https://h/\ntls: {key: none}", "4 settings-key-missing error"),
  ])
  func lintSays(body: String, expected: String) throws {
    let found = try lint(body)
    #expect(found.contains(expected), "\(found)")
  }

  @Test func soundEndpointsPassLint() throws {
    #expect(try lint("url: ftpes://u@h/in/\npassword: {command: [printf, x]}\npublish: {done: \"{name}.ok\"}") == [])
  }

  @Test(arguments: [
    (["-t", "ed25519"], [String]()), (["-t", "ecdsa"], []), (["-t", "ecdsa", "-m", "PEM"], []),
    (["-t", "rsa", "-b", "2048"], ["4 ssh-key-unusable error"]),
    (["-t", "rsa", "-b", "2048", "-m", "PEM"], ["4 ssh-key-unusable error"]),
    (["-t", "rsa", "-b", "2048", "-m", "PKCS8"], ["4 ssh-key-unusable error"]),
    (["-t", "ed25519", "-N", "secret"], ["4 settings-key-missing error"]),
  ])
  func lintKnowsKeys(options: [String], expected: [String]) throws {
    let keygen = Process()
    keygen.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    keygen.arguments =
      ["ssh-keygen", "-q", "-f", folder.path + "/id"] + (options.contains("-N") ? [] : ["-N", ""]) + options
    try keygen.run()
    keygen.waitUntilExit()
    try #require(keygen.terminationStatus == 0)
    let found = try lint("url: sftp://h/\nkey: id\nknown-hosts: none")
    #expect(found.filter { !$0.contains("known-host") } == expected)
  }
}
