import Foundation
import Glibc
import Testing

/// Whom the gateway trusts, what it tells, and what others cannot make it do.
@Suite("Trust and secrets", .enabled("runs in `make test-system`") { await Gateway.has("put") })
struct TrustTests {
  static let content = Bytes.noise(50_000, seed: 31)

  /// A host key that is unknown, or another one than known: nothing is sent, nothing is learned, one connection.
  @Test(.requirements("S1", "R17"), .needs(.sftp), arguments: ["SFTP_KNOWN_HOSTS_EMPTY", "SFTP_KNOWN_HOSTS_WRONG"])
  func hostKeys(hosts: String) async throws {
    let server = try await Server.start(.sftp)
    let port = server["SFTP_PORT"], path = server["SFTP_DIR"]
    let place = Place(
      url: "sftp://127.0.0.1:\(port)\(path)/",
      settings: [.user: server["SFTP_USER"], .key: server["SFTP_KEY"], .knownHosts: server[hosts]], disk: path)
    let before = Bytes.read(server[hosts])
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    let run = try await gateway.put("feed.bin", "feed.bin")
    #expect(run.code != 0 && run.code != 75, "\(run.code): \(run.errors)")
    #expect(place.read("feed.bin") == nil)
    #expect(Bytes.read(server[hosts]) == before)
    // One of them is the probe of who started the server.
    #expect(server.lines("SFTP_CONNECTIONS").filter { $0.hasPrefix("Connection from") }.count <= 2)
    await server.stop()
  }

  /// Known hosts that begin with an RSA key, which libssh2 cannot use: the other keys are.
  @Test(.requirements("S1"), .needs(.sftp))
  func keysOfOtherKinds() async throws {
    let place = try await Place.sftp("SFTP_KNOWN_HOSTS_RSA_FIRST")
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    let run = try await gateway.put("feed.bin", "feed.bin")
    #expect(run.code == 0, "\(run.errors)")
    #expect(place.read("feed.bin") == Self.content)
  }

  /// Certificates of a foreign authority, for another host, or of an authority that nobody named; then the right one.
  @Test(.requirements("S2", "R17"), .needs(.nginx), arguments: ["foreign", "wrong host", "system", "right"])
  func certificates(kind: String) async throws {
    let server = try await Servers.get(.nginx)
    var place = try await Place.dav("davs")
    switch kind {
    case "foreign": place = place.with([.authority: server["FOREIGN_CA"]])
    case "wrong host": place.url = "https://localhost:\(server["HTTPS_WRONG_HOST_PORT"])/"
    case "system": place.settings[.authority] = nil
    default: break
    }
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    let run = try await gateway.put("feed.bin", "feed.bin")
    if kind == "right" {
      #expect(run.code == 0, "\(run.errors)")
      #expect(place.read("feed.bin") == Self.content)
    } else {
      #expect(run.code != 0 && run.code != 75, "\(run.code): \(run.errors)")
      #expect(place.names.isEmpty)
    }
  }

  /// The same for FTPS.
  @Test(.requirements("S2"), .needs(.vsftpd))
  func certificatesOfFTPS() async throws {
    let server = try await Servers.get(.vsftpd)
    let place = try await Place.vsftpd("ftpes").with([.authority: server["FOREIGN_CA"]])
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    #expect(try await gateway.put("feed.bin", "feed.bin").code != 0)
    #expect(place.names.isEmpty)
  }

  /// All kinds of faults with passwords that are marked: the mark is nowhere but where the test wrote it.
  @Test(.requirements("S4"), .needs(.badhttp), .needs(.pyftpd), .needs(.nginx), .timeLimit(.minutes(20)))
  func noSecretAnywhere() async throws {
    var places: [String: Place] = [:]
    for fault in [
      "ok", "status-401", "status-500", "short", "store-then-reset", "accept-then-reset", "redirect-302-other",
    ] {
      var place = try await Place.bad(fault).with([.user: "partner", .password: "{env: BAD_PASSWORD}", .attempts: "2"])
      place.variables = ["BAD_PASSWORD": "MARKER-s3cret"]
      places[fault] = place
    }
    var ftp = Place.pyftpd(try await Servers.get(.pyftpd)).with([.attempts: "2"])
    ftp.variables = ["FTP_PASSWORD": "MARKER-s3cret"]
    places["ftp"] = ftp
    var ftps = Place.pyftpd(try await Servers.get(.pyftpd), "ftpes", port: "FTP_EXPLICIT_PORT").with([.attempts: "2"])
    ftps.variables = ["FTP_PASSWORD": "MARKER-s3cret"]
    places["ftps"] = ftps
    let gateway = try Gateway(places)
    try gateway.folder.write("feed.bin", Self.content)
    for name in places.keys.sorted() {
      for words in [
        ["put", gateway.folder("feed.bin"), gateway.address("s4", at: name)],
        ["get", gateway.address("s4", at: name), "-o", gateway.folder("out")],
        ["ls", gateway.address("", at: name)], ["endpoints", "test", name],
      ] {
        for options in [[], ["--lang", "vi"], ["--format", "json"]] {
          let run = await (try gateway.start(words + options)).ended()
          for form in ["MARKER", "cGFydG5lcjpNQVJLRVI"] {  // as it is, and as basic authentication writes it
            #expect(!run.errors.contains(form), "\(words): \(run.errors)")
            #expect(!run.text.contains(form), "\(words): \(run.text)")
          }
        }
      }
    }
    // Records, parts, caches: everything that was left behind.
    let found = try await Child.run("grep", ["-rl", "MARKER", gateway.folder.path])
    #expect(found.text.isEmpty, "\(found.text)")
  }

  /// While a transfer runs, the process list shows no secret.
  @Test(.requirements("S4"), .needs(.badhttp))
  func processList() async throws {
    var place = try await Place.bad("slowbody").with([
      .user: "partner", .password: "{env: P}", .attempts: "1", .stall: "3s", .total: "4s",
    ])
    place.variables = ["P": "MARKER-s3cret"]
    let gateway = try Gateway(place)
    let child = try gateway.start(["get", gateway.address("list"), "-o", gateway.folder("out")])
    var looks = 0
    for _ in 0..<20 where kill(child.pid, 0) == 0 {
      for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(child.pid)/task")) ?? [] {
        let line = Bytes.read("/proc/\(child.pid)/task/\(entry)/cmdline") ?? []
        #expect(!String(decoding: line, as: UTF8.self).contains("MARKER"))
        looks += 1
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(looks > 0)
    child.signal(SIGKILL)
    _ = await child.ended()
  }

  /// Secrets from a file that others can read are refused; from one's own file, a variable or a command they are taken.
  @Test(.requirements("S5"), .needs(.nginx), arguments: ["file 600", "file 644", "variable", "command"])
  func sources(source: String) async throws {
    let server = try await Servers.get(.nginx)
    var place = try await Place.dav()
    place.settings[.password] = nil
    place.variables = [:]
    let holder = try Folder()
    let file = try holder.write("password", server["HTTP_PASSWORD"] + "\n", mode: source == "file 644" ? 0o644 : 0o600)
    switch source {
    case "variable":
      place.settings[.password] = "{env: SECRET}"
      place.variables = ["SECRET": server["HTTP_PASSWORD"]]
    case "command": place.settings[.password] = "{command: [cat, \"\(file)\"]}"
    default: place.settings[.password] = "{file: \"\(file)\"}"
    }
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    let run = try await gateway.put("feed.bin", "feed.bin")
    if source == "file 644" {
      #expect(run.code == 78, "\(run.code): \(run.errors)")
      #expect(run.errors.contains(file))
      #expect(place.names.isEmpty)
    } else {
      #expect(run.code == 0, "\(run.errors)")
      #expect(place.read("feed.bin") == Self.content)
    }
  }

  /// Redirects to another origin, another protocol or round and round: not followed, and nothing is told there.
  @Test(
    .requirements("S6", "S7"), .needs(.badhttp),
    arguments: [
      "redirect-302-other", "redirect-307-other", "redirect-302-file", "redirect-302-gopher", "redirect-302-dict",
      "redirect-302-ftp", "redirect-302-loop",
    ])
  func redirects(fault: String) async throws {
    let server = try await Servers.get(.badhttp)
    var place = try await Place.bad(fault).with([.user: "partner", .password: "{env: P}", .attempts: "2"])
    place.variables = ["P": "MARKER-s3cret"]
    let gateway = try Gateway(place)
    let elsewhere = { server.events("BAD_LOG").filter { $0["server"] == "other" }.count }
    let before = elsewhere()
    let get = try await gateway.get("redirected", "feed.bin")
    #expect(get.code != 0)
    #expect(gateway.folder.read("feed.bin") == nil)
    try gateway.folder.write("up.bin", Self.content)
    #expect(try await gateway.put("up.bin", "redirected").code != 0)
    #expect(elsewhere() == before, "the other origin was visited")
  }

  /// 303 says that an upload is done; it is not repeated at the address that is named.
  @Test(.requirements("S6"), .needs(.badhttp), arguments: ["redirect-303-same", "redirect-303-other"])
  func seeOther(fault: String) async throws {
    let server = try await Servers.get(.badhttp)
    let gateway = try Gateway(try await .bad(fault))
    try gateway.folder.write("feed.bin", Self.content)
    let name = OutcomeTests.fresh("see")
    let run = try await gateway.put("feed.bin", name)
    #expect(run.code == 0, "\(run.errors)")
    let requests = server.events("BAD_LOG").filter { $0["method"] == "PUT" && $0["target"].contains(name) }
    #expect(requests.count == 1, "\(requests)")
  }

  /// A redirect within the origin is followed for downloads.
  @Test(.requirements("S6"), .needs(.badhttp))
  func sameOrigin() async throws {
    let gateway = try Gateway(try await .bad("redirect-302-same"))
    let run = try await gateway.get("same", "feed.bin")
    #expect(run.code == 0, "\(run.errors)")
    #expect(gateway.folder.read("feed.bin")?.count == 100_000)
  }

  /// A listing with names that lead elsewhere: only the plain one is fetched, and nothing lies outside the folder.
  @Test(.requirements("S9"), .needs(.pyftpd))
  func hostileNames() async throws {
    let server = try await Servers.get(.pyftpd)
    var place = Place.pyftpd(server)
    place.url = "ftp://127.0.0.1:\(server["FTP_PORT"])/evil/"
    let gateway = try Gateway(place)
    mkdir(gateway.folder("deep"), 0o755)
    mkdir(gateway.folder("deep/in"), 0o755)
    let before = Set(gateway.folder.names)
    let run = try await gateway.run("get", gateway.address("*"), "-o", gateway.folder("deep/in") + "/")
    // What is left out is told, and not all was fetched (R36).
    #expect(run.code != 0 && run.errors.contains("[remote-name]"), "\(run.errors)")
    let new = Set(gateway.folder.names.filter { !$0.hasPrefix("state") && !$0.hasPrefix("home") }).subtracting(before)
    #expect(new.allSatisfy { $0.hasPrefix("deep/in/") }, "\(new): \(run.errors)")
    for name in new {
      #expect(!name.contains(".."), "\(name)")
      #expect(!name.unicodeScalars.contains { $0.value < 0x20 }, "\(name)")
      #expect(!name.contains("\\"), "\(name)")
    }
    #expect(!FileManager.default.fileExists(atPath: "/etc/escaped.txt"))
    let listing = try await gateway.run("ls", gateway.address(""))
    #expect(!listing.text.contains("escaped"), "\(listing.text)")
    #expect(!listing.text.contains("\r"))
  }

  /// Names with line breaks: refused before anything is sent, as they are and coded in a URL.
  @Test(
    .requirements("S10"), .needs(.pyftpd), .needs(.badhttp),
    arguments: ["a%0D%0ADELE%20victim", "a%0ADELE%20victim", "a%00b"])
  func smuggledCommands(name: String) async throws {
    let server = try await Server.start(.pyftpd)
    let place = Place.pyftpd(server)
    try Data("stays".utf8).write(to: URL(fileURLWithPath: place.disk + "/victim"))
    let bad = try await Place.bad("ok")
    let gateway = try Gateway(["partner": place, "web": bad])
    try gateway.folder.write("feed.bin", Self.content)
    let plain = (name.removingPercentEncoding ?? "").replacingOccurrences(of: "\0", with: "\u{1}")
    for address in [
      place.url + name, bad.url + name, gateway.address(plain), gateway.address(plain, at: "web"),
    ] {
      #expect(try await gateway.run("put", gateway.folder("feed.bin"), address).code != 0, "\(address)")
      #expect(try await gateway.run("get", address, "-o", gateway.folder("out")).code != 0, "\(address)")
    }
    // The same in the name of a local file that gives the remote one its name.
    let local = (name.removingPercentEncoding ?? "").replacingOccurrences(of: "\0", with: "\n")
    try gateway.folder.write(local, "x")
    _ = try await gateway.run("put", gateway.folder(local), gateway.address(""))
    #expect(!server.events("FTP_LOG").contains { $0["line"].hasPrefix("DELE") })
    #expect(place.read("victim") == Array("stays".utf8))
    #expect(!place.names.contains { $0.contains("\n") || $0.contains("\r") })
    await server.stop()
  }
}
