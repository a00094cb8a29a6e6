import Foundation
import Glibc
import Testing

@testable import Transfer

/// Host keys asked for and trusted, and signals while files move.
@Suite("Endpoints of real servers") struct EndpointTests {
  let folder = try! Folder()

  var environment: [String: String] {
    [
      "PATH": System.path, "HOME": folder.path, "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no",
      "OCOP_STATE": folder("state"), "OCOP_ENDPOINTS": folder("endpoints.yaml"),
    ]
  }

  func start(_ arguments: String...) throws -> Child {
    try Child(Gateway.executable, arguments, environment: environment, folder: folder.path)
  }

  /// S1: an unknown key stops; it is shown as OpenSSH shows it, and added only by its fingerprint.
  @Test(.needs(.sftp), .requirements("S1")) func trust() async throws {
    let server = try await Servers.get(.sftp)
    try folder.write(
      "endpoints.yaml",
      """
      endpoints:
        partner:
          url: sftp://\(server["SFTP_USER"])@127.0.0.1:\(server["SFTP_PORT"])\(server["SFTP_DIR"])/
          key: \(server["SFTP_KEY"])
          known-hosts: known_hosts
      """)
    let unknown = try await start("ls", "partner").ended()
    #expect(unknown.code == 78 && unknown.errors.contains("transfer-host-key"), "\(unknown.errors)")

    let shown = try await start("endpoints", "trust", "partner").ended()
    #expect(shown.code == 5, "\(shown.errors)")
    let keys = shown.text.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(keys.map { $0.first ?? "" } == ["ssh-ed25519", "ecdsa-sha2-nistp256"])
    // What ssh-keygen says about the same keys.
    let known = try await Child.run("ssh-keygen", ["-l", "-f", server["SFTP_KNOWN_HOSTS"]])
    for key in keys { #expect(known.text.contains(key[1]), "\(known.text)") }
    #expect(folder.read("known_hosts") == nil)

    let wrong = try await start(
      "endpoints", "trust", "partner", "--fingerprint", "SHA256:" + String(repeating: "A", count: 43)
    ).ended()
    #expect(wrong.code == 5 && wrong.errors.contains("fingerprint-differs"))
    #expect(folder.read("known_hosts") == nil)

    let right = try await start("endpoints", "trust", "partner", "--fingerprint", String(try #require(keys.first)[1]))
      .ended()
    #expect(right.code == 0, "\(right.errors)")
    #expect(try await start("ls", "partner").ended().code == 0)
    #expect(try await start("endpoints", "trust", "partner").ended().code == 0)

    // Another key of the same type is a person's decision.
    try folder.write("known_hosts", try #require(Bytes.read(server["SFTP_KNOWN_HOSTS_WRONG"])))
    let changed = try await start("ls", "partner").ended()
    #expect(changed.code == 78, "\(changed.errors)")
    #expect(try await start("endpoints", "trust", "partner").ended().code == 5)
  }

  /// Trap 0.1: known hosts that begin with RSA, and hidden names, do not break log-ins.
  @Test(.needs(.sftp), .requirements("S1")) func knownHostsInAnyOrder() async throws {
    let server = try await Servers.get(.sftp)
    try folder.write("known_hosts", try #require(Bytes.read(server["SFTP_KNOWN_HOSTS_RSA_FIRST"])))
    try folder.write(
      "endpoints.yaml",
      """
      endpoints:
        partner:
          url: sftp://\(server["SFTP_USER"])@127.0.0.1:\(server["SFTP_PORT"])\(server["SFTP_DIR"])/
          key: \(server["SFTP_KEY"])
          known-hosts: known_hosts
      """)
    let plain = try await start("ls", "partner").ended()
    #expect(plain.code == 0, "\(plain.errors)")
    let hidden = try await Child.run("ssh-keygen", ["-q", "-H", "-f", folder("known_hosts")])
    #expect(hidden.code == 0, "\(hidden.errors)")
    let run = try await start("ls", "partner").ended()
    #expect(run.code == 0, "\(run.errors)")
  }

  /// The first signal ends a transfer within seconds and keeps the part; the next run goes on with it.
  @Test(.needs(.nginx), arguments: [SIGTERM, SIGINT]) func signals(number: Int32) async throws {
    let server = try await Servers.get(.nginx)
    let name = "signal-\(number).bin"
    let content = Bytes.noise(2_000_000, seed: UInt64(number))
    try Data(content).write(to: URL(fileURLWithPath: server["HTTP_DIR"] + "/" + name))
    try folder.write(
      "endpoints.yaml", "endpoints:\n  partner: {url: \"http://127.0.0.1:\(server["HTTP_PORT"])/slow/\"}\n")
    let child = try start("get", "partner:\(name)", "-o", "got.bin")
    // Until some bytes are on the disk.
    for _ in 0..<200 {
      if folder.names.contains(where: { $0.hasSuffix(".part") && (folder.read($0)?.count ?? 0) > 50_000 }) { break }
      try await Task.sleep(for: .milliseconds(50))
    }
    kill(child.pid, number)
    let ended = await child.ended(within: 20)
    #expect(ended.code == 128 + number, "\(ended.code) \(ended.errors)")
    #expect(folder.read("got.bin") == nil)
    #expect(folder.names.contains { $0.hasSuffix(".part") }, "\(folder.names)")
    let again = try await start("get", "partner:\(name)", "-o", "got.bin", "--format", "json").ended()
    #expect(again.code == 0, "\(again.errors)")
    #expect(folder.read("got.bin") == content)
    let report = try JSONSerialization.jsonObject(with: Data(again.output)) as? [String: Any]
    let receipt = (report?["files"] as? [[String: Any]])?.first
    #expect(receipt?["resumedAt"] as? Int ?? 0 > 0, "\(again.text)")
    #expect(!folder.names.contains { $0.hasSuffix(".part") })
  }
}
