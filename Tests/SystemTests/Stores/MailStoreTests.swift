import Diagnostics
import Foundation
import Testing

@testable import Transfer

/// Mail against a server that keeps what it gets, and fails when it is asked to.
@Suite("Mail", .needs(.smtp))
struct MailStoreTests {
  let folder = try! Folder()

  private func endpoint(_ server: Server, port: String = "SMTP_TLS_PORT") throws -> Endpoint {
    var endpoint = Endpoint(url: try RemoteURL("smtp://\(server["SMTP_USER"])@localhost:\(server[port])/"))
    endpoint.login.password = Secret(server["SMTP_PASSWORD"])
    endpoint.trust.authorityFile = server["CA"]
    endpoint.mail.from = "feeds@example.vn"
    endpoint.mail.to = ["buyer@example.jp", "copy@example.jp"]
    endpoint.mail.subject = "Bảng sản phẩm OCOP: {name}"
    endpoint.mail.text = "Kính gửi quý khách,\n.\nđính kèm là bảng sản phẩm.\n"
    return endpoint
  }

  private func send(_ endpoint: Endpoint, _ bytes: [UInt8], as name: String = "bảng giá mật hoa dừa.xlsx") async throws
  {
    let engine = try CurlEngine()
    defer { engine.close() }
    let store = try MailStore(endpoint, engine)
    _ = try await store.write(try RemotePath("/" + name), from: MemorySource(bytes), at: 0, if: .always)
  }

  private func fails(_ endpoint: Endpoint, _ bytes: [UInt8] = [1, 2, 3]) async throws -> TransferFault {
    try #require(await #expect(throws: TransferFault.self) { try await send(endpoint, bytes) })
  }

  /// What Python's mail reader makes of a mail: subject, receivers, identity, text, the attachment's name and type; its bytes
  /// are put beside the mail.
  private func read(_ path: String) async throws -> [String] {
    let script = """
      import sys, email, email.policy
      m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
      a = next(m.iter_attachments())
      t = m.get_body()
      assert not m.defects and not a.defects and not t.defects
      data = a.get_payload(decode=True)
      for x in (m['subject'], m['to'], m['message-id'], t.get_content(), a.get_filename(), a.get_content_type()):
        print(repr(str(x)))
      open(sys.argv[1] + '.attachment', 'wb').write(data)
      """
    let child = try await Child.run(
      "python3", ["-c", script, path], environment: ["PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8"])
    #expect(child.code == 0, "\(child.errors)")
    return child.text.split(separator: "\n").map { String($0.dropFirst().dropLast()) }
  }

  @Test(
    .requirements("S3", "S2"),
    arguments: [
      "báo giá tháng mười một – mật hoa dừa, đường phèn và những thứ khác.xlsx", "plain.csv", "a \"b\" ' ; c.csv",
    ])
  func arrivesWhole(_ name: String) async throws {
    let server = try await Server.start(.smtp)
    let bytes = Bytes.noise(200_001)
    try await send(endpoint(server), bytes, as: name)
    let mails = server.events("SMTP_LOG").filter { $0["event"] == "mail" || !$0["file"].isEmpty }
    #expect(mails.count == 1)
    let mail = try #require(mails.first)
    #expect(mail["tls"] == "1" && mail["authenticated"] == "1")
    let read = try await read(mail["file"])
    try #require(read.count == 6)
    #expect(read[0].replacingOccurrences(of: "\\'", with: "'") == "Bảng sản phẩm OCOP: \(name)")
    #expect(read[1] == "buyer@example.jp, copy@example.jp")
    #expect(read[3].contains("đính kèm là bảng sản phẩm."))
    #expect(read[4].replacingOccurrences(of: "\\'", with: "'") == name)
    #expect(Bytes.read(mail["file"] + ".attachment") == bytes)
    await server.stop()
  }

  /// S3: a server without STARTTLS gets neither password nor mail.
  @Test(.requirements("S3")) func neverInClearText() async throws {
    let server = try await Server.start(.smtp)
    let fault = try await fails(endpoint(server, port: "SMTP_PORT"))
    #expect(fault.remedy == .giveUp && fault.fault.diagnostic.code == .transferTLS)
    #expect(Bytes.names(in: server["SMTP_DIR"]).isEmpty)
    await server.stop()
  }

  @Test(.requirements("R17", "S4", "S2")) func refusals() async throws {
    let server = try await Server.start(.smtp)
    var wrong = try endpoint(server)
    wrong.login.password = Secret("MARKER-wrong")
    var fault = try await fails(wrong)
    #expect(fault.remedy == .giveUp && fault.fault.diagnostic.code == .transferLogin)
    #expect(!fault.fault.diagnostic.text(in: .en).contains("MARKER"))

    var foreign = try endpoint(server)
    foreign.trust.authorityFile = server["FOREIGN_CA"]
    fault = try await fails(foreign)
    #expect(fault.remedy == .giveUp && fault.fault.diagnostic.code == .transferTLS)

    fault = try await fails(endpoint(server), Bytes.noise(1_200_000))
    #expect(fault.remedy == .giveUp && fault.fault.diagnostic.code == .transferFull)

    try server.fail("SMTP_FAULTS", "refused 1")
    fault = try await fails(endpoint(server))
    #expect(fault.remedy == .giveUp && fault.fault.diagnostic.code == .transferRefused)
    #expect(Bytes.names(in: server["SMTP_DIR"]).isEmpty)
    await server.stop()
  }

  @Test(.requirements("R16")) func laterPerhaps() async throws {
    let server = try await Server.start(.smtp)
    try server.fail("SMTP_FAULTS", "busy 1")
    var fault = try await fails(endpoint(server))
    #expect(fault.remedy == .retry && fault.fault.diagnostic.code == .transferBusy)
    try server.fail("SMTP_FAULTS", "drop 1")
    fault = try await fails(endpoint(server))
    #expect(fault.remedy == .retry)
    #expect(Bytes.names(in: server["SMTP_DIR"]).isEmpty)
    await server.stop()
  }

  /// R10: nobody can be asked whether a mail arrived, so it is said and never sent again.
  @Test(.requirements("R10")) func lostAnswer() async throws {
    let server = try await Server.start(.smtp)
    try server.fail("SMTP_FAULTS", "lost 1")
    let fault = try await fails(endpoint(server))
    #expect(fault.remedy == .giveUp && fault.fault.diagnostic.code == .mailUnknown)
    #expect(Bytes.names(in: server["SMTP_DIR"]).count == 1)
    await server.stop()
  }
}
