import Foundation
import Testing

/// FTP and FTPS as servers in the field speak them.
@Suite("FTP", .enabled("runs in `make test-system`") { await Gateway.has("put") })
struct FTPTests {
  static let content = Bytes.noise(200_000, seed: 21)

  /// Extended passive mode; where the server has none, passive mode without its address. Never active.
  @Test(.requirements("R41"), .needs(.vsftpd), arguments: ["FTP", "FTP_NAT"])
  func passive(server key: String) async throws {
    let server = try await Servers.get(.vsftpd)
    let place = try await Place.vsftpd(port: key + "_PORT")
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    let run = try await gateway.put("feed.bin", "feed.bin")
    #expect(run.code == 0, "\(run.errors)")
    #expect(place.read("feed.bin") == Self.content)
    let back = try await gateway.get("feed.bin", "back.bin")
    #expect(back.code == 0, "\(back.errors)")
    #expect(gateway.folder.read("back.bin") == Self.content)
    let commands = server.lines(key + "_LOG").filter { $0.contains("FTP command") }
    #expect(commands.contains { $0.contains("\"EPSV\"") })
    #expect(commands.contains { $0.contains("\"PASV\"") } == (key == "FTP_NAT"))
    #expect(!commands.contains { $0.contains("\"PORT") || $0.contains("\"EPRT") })
  }

  /// Many files by FTPS to a server that demands session reuse: none lost, data protected.
  @Test(.requirements("R42"), .needs(.vsftpd), .timeLimit(.minutes(20)))
  func manyFilesByFTPS() async throws {
    let server = try await Servers.get(.vsftpd)
    let place = try await Place.vsftpd("ftpes")
    let gateway = try Gateway(place)
    mkdir(gateway.folder("many"), 0o755)
    let count = 200
    for number in 0..<count {
      try gateway.folder.write("many/\(number).bin", Bytes.noise(20_000, seed: UInt64(number + 1)))
    }
    let files = (0..<count).map { gateway.folder("many/\($0).bin") }
    let child = try gateway.start(["put"] + files + [gateway.address("")])
    let run = await child.ended(within: 150)
    #expect(run.code == 0, "\(run.errors.suffix(2000))")
    for number in 0..<count {
      #expect(place.read("\(number).bin") == Bytes.noise(20_000, seed: UInt64(number + 1)), "\(number)")
    }
    #expect(place.names.count == count)
    #expect(server.lines("FTP_TLS_LOG").contains { $0.contains("\"PROT P\"") })
  }

  /// Explicit and implicit FTPS at servers of another make.
  @Test(
    .requirements("R42"), .needs(.pyftpd), arguments: [("ftpes", "FTP_EXPLICIT_PORT"), ("ftps", "FTP_IMPLICIT_PORT")])
  func bothKindsOfFTPS(scheme: String, port: String) async throws {
    let place = Place.pyftpd(try await Servers.get(.pyftpd), scheme, port: port)
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    let put = try await gateway.put("feed.bin", "feed.bin")
    #expect(put.code == 0, "\(put.errors)")
    #expect(place.read("feed.bin") == Self.content)
    let get = try await gateway.get("feed.bin", "back.bin")
    #expect(get.code == 0, "\(get.errors)")
    #expect(gateway.folder.read("back.bin") == Self.content)
  }

  /// A proxy of HTTP in the environment gets a request for a tunnel, and never a file, a password or a request for a file.
  @Test(.requirements("S3"), .needs(.pyftpd), .needs(.badhttp), arguments: ["ftp", "ftpes"])
  func proxyOfTheEnvironment(scheme: String) async throws {
    let web = try await Server.start(.badhttp)
    let server = try await Servers.get(.pyftpd)
    let place = Place.pyftpd(server, scheme, port: scheme == "ftp" ? "FTP_PORT" : "FTP_EXPLICIT_PORT")
    let gateway = try Gateway(place.with([.attempts: "1"]))
    try gateway.folder.write("feed.bin", Self.content)
    var environment = gateway.environment
    for name in ["ftp_proxy", "all_proxy"] { environment[name] = "http://127.0.0.1:\(web["BAD_PORT"])" }
    let put = try await gateway.run(
      "put", gateway.folder("feed.bin"), gateway.address("feed.bin"), environment: environment)
    #expect(put.code != 0)
    let get = try await gateway.run(
      "get", gateway.address("feed.bin"), "-o", gateway.folder("back.bin"), environment: environment)
    #expect(get.code != 0)
    #expect(gateway.folder.read("back.bin") == nil)
    let requests = web.events("BAD_LOG")
    #expect(
      requests.allSatisfy { $0["method"] != "PUT" && $0["method"] != "GET" && $0["method"] != "HEAD" }, "\(requests)")
    #expect(requests.allSatisfy { !$0["target"].hasPrefix("ftp:") }, "\(requests)")
    await web.stop()
  }

  /// A server without AUTH, and one whose AUTH is refused on the way: no user, no password, no file in clear text, no second try.
  @Test(.requirements("S3", "R17"), .needs(.pyftpd), arguments: [true, false])
  func neverInTheClear(proxied: Bool) async throws {
    let server = try await Server.start(.pyftpd)
    var place = Place.pyftpd(server, "ftpes", port: proxied ? "FTP_EXPLICIT_PORT" : "FTP_PORT")
    if proxied {
      let proxy = try await Server.start(.faultproxy, [server["FTP_EXPLICIT_PORT"], "--refuse", "AUTH", "500 unknown"])
      place = place.through(proxy)
    }
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    let run = try await gateway.put("feed.bin", "feed.bin")
    #expect(run.code != 0)
    let commands = server.events("FTP_LOG").filter { $0["event"] == "command" }.map { $0["line"] }
    #expect(!commands.contains { $0.hasPrefix("USER") || $0.hasPrefix("PASS") || $0.hasPrefix("STOR") }, "\(commands)")
    #expect(place.names.isEmpty)
    #expect(server.events("FTP_LOG").filter { $0["event"] == "connect" }.count == 1)
    await server.stop()
  }
}
