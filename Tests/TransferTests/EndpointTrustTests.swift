import Diagnostics
import Foundation
import Testing

@testable import Transfer

/// Known hosts: which lines are a host's, in which order libcurl gets them, and what never is trusted.
@Suite("Known hosts") struct EndpointTrustTests {
  static func key(_ type: String, _ seed: UInt8) -> HostKey {
    func string(_ bytes: [UInt8]) -> [UInt8] { [0, 0, 0, UInt8(bytes.count)] + bytes }
    return HostKey(blob: string(Array(type.utf8)) + string([UInt8](repeating: seed, count: 32)))!
  }

  static let ed = key("ssh-ed25519", 1), ecdsa = key("ecdsa-sha2-nistp256", 2), rsa = key("ssh-rsa", 3)

  func line(_ hosts: String, _ key: HostKey) -> String { "\(hosts) \(key.type) \(key.base64) a comment\n" }

  func known(_ text: String, host: String = "sftp.example.vn", port: Int = 22) -> [HostKey] {
    KnownHosts(Array(text.utf8), host: host, port: port).keys.map(\.key)
  }

  /// Trap 0.1: an RSA line before a better one breaks every log-in of libssh2 1.10.
  @Test func bestTypesComeFirst() {
    let text =
      line("sftp.example.vn", Self.rsa) + line("sftp.example.vn", Self.ecdsa) + line("sftp.example.vn", Self.ed)
    #expect(known(text) == [Self.ed, Self.ecdsa, Self.rsa])
  }

  @Test func hostsAndPorts() {
    let text =
      "# comment\n\n" + line("other.vn,sftp.example.vn", Self.ed) + line("[sftp.example.vn]:2222", Self.ecdsa)
    #expect(known(text) == [Self.ed])
    #expect(known(text, port: 2222) == [Self.ecdsa])
    // As OpenSSH does it, a line without a port counts where no line names the port.
    #expect(known(text, port: 2200) == [Self.ed])
    #expect(known(text, host: "example.vn") == [])
    #expect(known(line("2001:db8::1", Self.ed), host: "[2001:db8::1]") == [Self.ed])
    #expect(known(line("[2001:db8::1]:2222", Self.ed), host: "[2001:db8::1]", port: 2222) == [Self.ed])
  }

  @Test func patterns() {
    #expect(known(line("*.example.vn", Self.ed)) == [Self.ed])
    #expect(known(line("*.example.vn,!sftp.example.vn", Self.ed)) == [])
    #expect(known(line("sftp.exampl?.vn", Self.ed)) == [Self.ed])
    #expect(known(line("SFTP.Example.VN", Self.ed)) == [Self.ed])
    #expect(known(line("*a*a*a*a*a*a*a*a*b", Self.ed), host: String(repeating: "a", count: 250)) == [])
  }

  @Test func revokedKeysAreGone() {
    let text = line("sftp.example.vn", Self.ed) + line("sftp.example.vn", Self.ecdsa) + "@revoked " + line("*", Self.ed)
    let hosts = KnownHosts(Array(text.utf8), host: "sftp.example.vn", port: 22)
    #expect(hosts.keys.map(\.key) == [Self.ecdsa])
    #expect(hosts.revoked.map(\.line) == [3])
    #expect(known("@cert-authority " + line("*", Self.ed)) == [])
  }

  @Test(arguments: [
    "", "sftp.example.vn", "sftp.example.vn ssh-ed25519", "sftp.example.vn ssh-ed25519 !!!!",
    "sftp.example.vn ssh-rsa \(ed.base64)", "|1|x| ssh-ed25519 \(ed.base64)", "\u{0}\u{FF}", "@revoked",
    "sftp.example.vn 1024 35 123456",
  ])
  func brokenLinesSayNothing(text: String) { #expect(known(text) == []) }

  /// Names that OpenSSH itself has hidden are found again.
  @Test func hiddenNames() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ocop-known-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("known_hosts").path
    let text = line("sftp.example.vn", Self.rsa) + line("[sftp.example.vn]:2222", Self.ed)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let keygen = Process()
    keygen.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    keygen.arguments = ["ssh-keygen", "-q", "-H", "-f", path]
    keygen.standardError = FileHandle.nullDevice
    try keygen.run()
    keygen.waitUntilExit()
    let hidden = try String(contentsOfFile: path, encoding: .utf8)
    try #require(hidden.contains("|1|"))
    #expect(known(hidden) == [Self.rsa])
    #expect(known(hidden, port: 2222) == [Self.ed])
    #expect(known(hidden, host: "other.vn") == [])
  }

  /// FIPS 180-4 and RFC 2202 give these.
  @Test func digests() {
    func hex(_ bytes: [UInt8]) -> String {
      bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
    #expect(hex(SHA1.digest(Array("abc".utf8))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(
      hex(SHA1.digest(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)))
        == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    #expect(
      hex(SHA1.hmac(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
        == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    #expect(
      hex(
        SHA1.hmac(
          Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8), key: [UInt8](repeating: 0xAA, count: 80)
        ))
        == "aa4ae5e15272d00e95705637ce8a3b55ed402112")
  }

  /// The file for libcurl has no name, belongs to this user alone, and goes with its owner.
  @Test func preparedFileIsNameless() throws {
    var prepared: PreparedKnownHosts? = try PreparedKnownHosts("a b c\n")
    let path = try #require(prepared?.path)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600 && status.st_nlink == 0)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "a b c\n")
    prepared = nil
    #expect(stat(path, &status) != 0 || status.st_size != 6)
  }

  @Test func unknownAndRevokedHostsStop() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ocop-known-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("sub/known_hosts").path
    var endpoint = Endpoint(url: try RemoteURL("sftp://h:2222/"))
    endpoint.trust.knownHostsFile = path
    #expect(#expect(throws: Fault.self) { try endpoint.preparedKnownHosts() }?.diagnostic.code == .transferHostKey)
    #expect(endpoint.standing(of: Self.ed) == .unknown)
    try endpoint.trust(Self.ed)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "[h]:2222 ssh-ed25519 \(Self.ed.base64)\n")
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(endpoint.standing(of: Self.ed) == .known)
    #expect(endpoint.standing(of: Self.key("ssh-ed25519", 9)) == .changed(line: 1))
    #expect(endpoint.standing(of: Self.ecdsa) == .unknown)
    // A file whose last line has no end keeps that line.
    try Data("@revoked [h]:2222 ssh-ed25519 \(Self.ed.base64)".utf8).write(to: URL(fileURLWithPath: path))
    #expect(endpoint.standing(of: Self.ed) == .revoked(line: 1))
    #expect(#expect(throws: Fault.self) { try endpoint.preparedKnownHosts() }?.diagnostic.code == .hostKeyRevoked)
    try endpoint.trust(Self.ecdsa)
    #expect(endpoint.standing(of: Self.ecdsa) == .known && endpoint.standing(of: Self.ed) == .revoked(line: 1))
  }

  @Test func fingerprintsAreThoseOfOpenSSH() throws {
    #expect(Self.ed.fingerprint.hasPrefix("SHA256:") && Self.ed.fingerprint.count == 50)
    #expect(Self.ed.has(fingerprint: " " + Self.ed.fingerprint + "="))
    #expect(!Self.ed.has(fingerprint: Self.ed.fingerprint.lowercased()))
    #expect(!Self.ed.has(fingerprint: "") && !Self.ed.has(fingerprint: Self.ecdsa.fingerprint))
  }
}
