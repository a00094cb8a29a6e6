import Foundation
import Testing

@testable import Transfer

/// Every store against a real server, by one conformance call.
@Suite("Stores, by one conformance call")
struct StoreTests {
  let folder = try! Folder()

  @Test func files() async throws {
    try await conformance(
      of: Endpoint(url: RemoteURL("file://" + folder.path + "/")), in: RemotePath(folder.path + "/"))
  }

  @Test(.needs(.sftp)) func sftp() async throws {
    let server = try await Servers.get(.sftp)
    var endpoint = Endpoint(url: try RemoteURL("sftp://\(server["SFTP_USER"])@127.0.0.1:\(server["SFTP_PORT"])/"))
    endpoint.login.keyFile = server["SFTP_KEY"]
    endpoint.trust.knownHostsFile = server["SFTP_KNOWN_HOSTS"]
    try await conformance(of: endpoint, in: RemotePath(try Bytes.makeFolder(server["SFTP_DIR"] + "/conformance") + "/"))
  }

  @Test(.needs(.pyftpd), arguments: ["ftp", "ftpes", "ftps"]) func ftp(_ scheme: String) async throws {
    let server = try await Servers.get(.pyftpd)
    let port = server[["ftp": "FTP_PORT", "ftpes": "FTP_EXPLICIT_PORT", "ftps": "FTP_IMPLICIT_PORT"][scheme]!]
    let host = scheme == "ftp" ? "127.0.0.1" : "localhost"
    var endpoint = Endpoint(url: try RemoteURL("\(scheme)://\(server["FTP_USER"])@\(host):\(port)/"))
    endpoint.login.password = Secret(server["FTP_PASSWORD"])
    endpoint.trust.authorityFile = server["CA"]
    _ = try Bytes.makeFolder(server["FTP_DIR"] + "/conformance-" + scheme)
    try await conformance(of: endpoint, in: RemotePath("/conformance-\(scheme)/"), replaces: false)
  }

  /// vsftpd demands that the data connection goes on with the control connection's TLS session.
  @Test(.needs(.vsftpd), .requirements("R42"), arguments: ["ftp", "ftpes"]) func vsftpd(_ scheme: String) async throws {
    let server = try await Servers.get(.vsftpd)
    let port = server[scheme == "ftp" ? "FTP_PORT" : "FTP_TLS_PORT"]
    var endpoint = Endpoint(url: try RemoteURL("\(scheme)://localhost:\(port)/"))
    endpoint.trust.authorityFile = server["CA"]
    _ = try Bytes.makeFolder(server["FTP_DIR"] + "/conformance-" + scheme)
    try await conformance(of: endpoint, in: RemotePath(server["FTP_PATH"] + "conformance-\(scheme)/"))
  }

  @Test(.needs(.nginx), arguments: ["dav", "davs", "https"]) func http(_ scheme: String) async throws {
    let server = try await Servers.get(.nginx)
    let host = scheme == "dav" ? "127.0.0.1:\(server["HTTP_PORT"])" : "localhost:\(server["HTTPS_PORT"])"
    var endpoint = Endpoint(url: try RemoteURL("\(scheme)://\(server["HTTP_USER"])@\(host)/"))
    endpoint.login.password = Secret(server["HTTP_PASSWORD"])
    endpoint.trust.authorityFile = server["CA"]
    _ = try Bytes.makeFolder(server["HTTP_DIR"] + "/conformance-" + scheme)
    try await conformance(of: endpoint, in: RemotePath("/in/conformance-\(scheme)/"))
  }
  /// Addresses from data lead to public machines only, decided where the connection is opened: names and spellings do not help.
  @Test(
    .needs(.badhttp), .requirements("S8"),
    arguments: ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"])
  func privateAddresses(host: String) async throws {
    let server = try await Server.start(.badhttp)
    let engine = try CurlEngine()
    defer { engine.close() }
    func fetch(_ host: String, publicOnly: Bool) async -> CurlResponse {
      var request = CurlRequest(url: "http://\(host):\(server["BAD_PORT"])/ok/private", protocols: "http")
      request.publicAddressesOnly = publicOnly
      return await engine.perform(request)
    }
    let refused = await fetch(host, publicOnly: true)
    #expect(refused.status == 0 && refused.received == 0)
    #expect(server.events("BAD_LOG").isEmpty)
    // The server does answer to those who may ask.
    #expect(await fetch("127.0.0.1", publicOnly: false).status != 0)
    await server.stop()
  }
}

extension Bytes {
  /// Makes a folder that any user of a server may write to.
  static func makeFolder(_ path: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
    return path
  }
}
