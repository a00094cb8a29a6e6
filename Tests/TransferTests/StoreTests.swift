import Foundation
import Testing

@testable import Transfer

/// Every store against a real server, by one conformance call.
@Suite(.serialized) struct StoreTests {
  @Test func folder() async throws {
    let folder = NSTemporaryDirectory() + "/ocop-store-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await conformance(of: Endpoint(url: RemoteURL("file://" + folder + "/")), in: RemotePath(folder + "/"))
  }

  @Test func sftp() async throws {
    let server = try TestServer.start("sftp")
    var endpoint = Endpoint(url: try RemoteURL("sftp://\(server["SFTP_USER"])@127.0.0.1:\(server["SFTP_PORT"])/"))
    endpoint.login.keyFile = server["SFTP_KEY"]
    endpoint.trust.knownHostsFile = server["SFTP_KNOWN_HOSTS"]
    let folder = server["SFTP_DIR"] + "/conformance"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try await conformance(of: endpoint, in: RemotePath(folder + "/"))
  }

  @Test(arguments: ["ftp", "ftpes", "ftps"]) func ftp(_ scheme: String) async throws {
    let server = try TestServer.start("pyftpd")
    let port = server[["ftp": "FTP_PORT", "ftpes": "FTP_EXPLICIT_PORT", "ftps": "FTP_IMPLICIT_PORT"][scheme]!]
    let host = scheme == "ftp" ? "127.0.0.1" : "localhost"
    var endpoint = Endpoint(url: try RemoteURL("\(scheme)://\(server["FTP_USER"])@\(host):\(port)/"))
    endpoint.login.password = Secret(server["FTP_PASSWORD"])
    endpoint.trust.authorityFile = server["CA"]
    let folder = server["FTP_DIR"] + "/conformance"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try await conformance(of: endpoint, in: RemotePath("/conformance/"), replaces: false)
  }

  /// vsftpd demands that the data connection goes on with the control connection's TLS session (R42).
  @Test(arguments: ["ftp", "ftpes"]) func vsftpd(_ scheme: String) async throws {
    let server = try TestServer.start("vsftpd")
    let port = server[scheme == "ftp" ? "FTP_PORT" : "FTP_TLS_PORT"]
    var endpoint = Endpoint(url: try RemoteURL("\(scheme)://localhost:\(port)/"))
    endpoint.trust.authorityFile = server["CA"]
    try await conformance(of: endpoint, in: RemotePath(server["FTP_PATH"]))
  }

  @Test(arguments: ["dav", "davs", "https"]) func http(_ scheme: String) async throws {
    let server = try TestServer.start("nginx")
    let host = scheme == "dav" ? "127.0.0.1:\(server["HTTP_PORT"])" : "localhost:\(server["HTTPS_PORT"])"
    var endpoint = Endpoint(url: try RemoteURL("\(scheme)://\(server["HTTP_USER"])@\(host)/"))
    endpoint.login.password = Secret(server["HTTP_PASSWORD"])
    endpoint.trust.authorityFile = server["CA"]
    try await conformance(of: endpoint, in: RemotePath("/in/"))
  }
}
