import Foundation
import Testing

/// The servers themselves, by the curl command: when these fail, the servers are broken, and the gateway's tests say nothing.
@Suite("Test servers, by the curl command")
struct ServerTests {
  static let content = Bytes.noise(300_000)

  let folder = try! Folder()

  /// Runs curl, with a file `in.bin` in its folder, and gives its exit code.
  func curl(_ arguments: String..., home: String? = nil) async throws -> Int32 {
    if folder.read("in.bin") == nil { try folder.write("in.bin", Self.content) }
    let environment = home.map { ["HOME": $0] } ?? [:]
    return try await Child.run(
      "curl", ["-sS", "--max-time", "60"] + arguments, environment: environment, folder: folder.path
    ).code
  }

  @Test(.needs(.sftp)) func sftp() async throws {
    let server = try await Servers.get(.sftp)
    func upload(_ name: String, knowing hosts: String) async throws -> Int32 {
      let home = folder("home-\(name)")
      try FileManager.default.createDirectory(atPath: home + "/.ssh", withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: server[hosts], toPath: home + "/.ssh/known_hosts")
      return try await curl(
        "-u", server["SFTP_USER"] + ":", "--key", server["SFTP_KEY"], "--pubkey", server["SFTP_KEY"] + ".pub", "-T",
        "in.bin",
        "sftp://\(server["SFTP_HOST"]):\(server["SFTP_PORT"])\(server["SFTP_DIR"])/self-\(name).bin", home: home)
    }
    #expect(try await upload("good", knowing: "SFTP_KNOWN_HOSTS") == 0)
    #expect(Bytes.read(server["SFTP_DIR"] + "/self-good.bin") == Self.content)
    #expect(try await upload("wrong", knowing: "SFTP_KNOWN_HOSTS_WRONG") == 60)
    #expect(try await upload("empty", knowing: "SFTP_KNOWN_HOSTS_EMPTY") == 60)
  }

  @Test(.needs(.vsftpd)) func vsftpd() async throws {
    let server = try await Servers.get(.vsftpd)
    let path = server["FTP_PATH"], folder = server["FTP_DIR"]
    #expect(try await curl("-T", "in.bin", "ftp://127.0.0.1:\(server["FTP_PORT"])\(path)self-plain.bin") == 0)
    #expect(Bytes.read(folder + "/self-plain.bin") == Self.content)
    #expect(
      try await curl(
        "--ssl-reqd", "--tls-max", "1.2", "--cacert", server["CA"], "-T", "in.bin",
        "ftp://localhost:\(server["FTP_TLS_PORT"])\(path)self-tls.bin") == 0)
    #expect(Bytes.read(folder + "/self-tls.bin") == Self.content)
    let nat = "ftp://127.0.0.1:\(server["FTP_NAT_PORT"])\(path)self-nat.bin"
    #expect(try await curl("--no-ftp-skip-pasv-ip", "-T", "in.bin", nat) != 0)
    #expect(try await curl("--ftp-skip-pasv-ip", "-T", "in.bin", nat) == 0)
  }

  @Test(.needs(.pyftpd)) func pyftpd() async throws {
    let server = try await Servers.get(.pyftpd)
    let user = "\(server["FTP_USER"]):\(server["FTP_PASSWORD"])"
    #expect(try await curl("-u", user, "-T", "in.bin", "ftp://127.0.0.1:\(server["FTP_PORT"])/self-plain.bin") == 0)
    #expect(
      try await curl(
        "-u", user, "--ssl-reqd", "--cacert", server["CA"], "-T", "in.bin",
        "ftp://localhost:\(server["FTP_EXPLICIT_PORT"])/self-explicit.bin") == 0)
    #expect(
      try await curl(
        "-u", user, "--cacert", server["CA"], "-T", "in.bin",
        "ftps://localhost:\(server["FTP_IMPLICIT_PORT"])/self-implicit.bin") == 0)
    for name in ["plain", "explicit", "implicit"] {
      #expect(Bytes.read("\(server["FTP_DIR"])/self-\(name).bin") == Self.content, "\(name)")
    }
  }

  @Test(.needs(.nginx)) func nginx() async throws {
    let server = try await Servers.get(.nginx)
    let base = "http://127.0.0.1:\(server["HTTP_PORT"])"
    let user = "\(server["HTTP_USER"]):\(server["HTTP_PASSWORD"])"
    #expect(try await curl("-f", "-u", user, "-T", "in.bin", base + "/in/self.part") == 0)
    #expect(
      try await curl("-f", "-u", user, "-X", "MOVE", "-H", "Destination: \(base)/in/self.bin", base + "/in/self.part")
        == 0)
    #expect(Bytes.read(server["HTTP_DIR"] + "/self.bin") == Self.content)
    #expect(try await curl("-f", base + "/in/self.bin") == 22)
    #expect(
      try await curl("--cacert", server["CA"], "-o", "out", "https://localhost:\(server["HTTPS_PORT"])/open/self.bin")
        == 0)
    #expect(folder.read("out") == Self.content)
    #expect(
      try await curl("--cacert", server["FOREIGN_CA"], "https://localhost:\(server["HTTPS_PORT"])/open/self.bin") == 60)
    #expect(try await curl("--cacert", server["CA"], "https://localhost:\(server["HTTPS_WRONG_HOST_PORT"])/") == 60)
  }

  @Test(.needs(.s3)) func s3() async throws {
    let server = try await Servers.get(.s3)
    func put(secret: String) async throws -> Int32 {
      try await curl(
        "-f", "--aws-sigv4", "aws:amz:us-east-1:s3", "-u", "\(server["S3_KEY"]):\(secret)", "-H",
        "x-amz-content-sha256: UNSIGNED-PAYLOAD", "-T", "in.bin",
        "http://127.0.0.1:\(server["S3_PORT"])/\(server["S3_BUCKET"])/self.bin")
    }
    #expect(try await put(secret: server["S3_SECRET"]) == 0)
    #expect(try await put(secret: "wrong") == 22)
  }

  @Test(.needs(.smtp)) func smtp() async throws {
    let server = try await Servers.get(.smtp)
    try folder.write("mail", "From: a@example.vn\r\nTo: b@example.vn\r\nSubject: self\r\n\r\n..dot\r\n")
    #expect(
      try await curl(
        "smtp://localhost:\(server["SMTP_PORT"])", "--mail-from", "a@example.vn", "--mail-rcpt", "b@example.vn", "-T",
        "mail"
      ) == 0)
    #expect(server.events("SMTP_LOG").contains { $0["event"] == "mail" && $0["sender"] == "a@example.vn" })
  }

  /// The two faults that look the same to a client, and a proxy's reset.
  @Test(.needs(.badhttp)) func faults() async throws {
    let server = try await Servers.get(.badhttp)
    let base = "http://127.0.0.1:\(server["BAD_PORT"])"
    #expect(try await curl("-T", "in.bin", base + "/accept-then-reset/self-a") == 56)
    #expect(try await curl("-T", "in.bin", base + "/store-then-reset/self-b") == 56)
    #expect(Bytes.read(server["BAD_DIR"] + "/self-a") == nil)
    #expect(Bytes.read(server["BAD_DIR"] + "/self-b") == Self.content)
    let proxy = try await Server.start(.faultproxy, [server["BAD_PORT"], "--up-reset", "100000", "--first", "1"])
    let through = "http://127.0.0.1:\(proxy["PROXY_PORT"])/ok/self-c"
    #expect([55, 56].contains(try await curl("-T", "in.bin", through)))
    #expect(try await curl("-T", "in.bin", through) == 0)
    #expect(proxy.events("PROXY_LOG").filter { $0["event"] == "fault" }.count == 1)
    await proxy.stop()
  }

  @Test(.needs(.spapi)) func sellingPartner() async throws {
    let server = try await Servers.get(.spapi)
    let base = "http://127.0.0.1:\(server["SPAPI_PORT"])"
    let form = [
      "grant_type=refresh_token", "refresh_token=\(server["SPAPI_REFRESH_TOKEN"])",
      "client_id=\(server["SPAPI_CLIENT_ID"])",
      "client_secret=\(server["SPAPI_CLIENT_SECRET"])",
    ].flatMap { ["--data-urlencode", $0] }
    let token = try await Child.run("curl", ["-sS"] + form + [base + server["SPAPI_TOKEN_PATH"]])
    #expect(token.text.contains("\"expires_in\": 3600"), "\(token)")
    #expect(try await curl("-f", base + "/feeds/2021-06-30/feeds/1") == 22)
  }

  /// What was started is gone after `stop`, and its port is free.
  @Test func stopping() async throws {
    let server = try await Server.start(.badhttp)
    #expect(try await curl("-o", "out", "http://127.0.0.1:\(server["BAD_PORT"])/ok/x") == 0)
    await server.stop()
    #expect(try await curl("-o", "out", "http://127.0.0.1:\(server["BAD_PORT"])/ok/x") == 7)
  }
}
