import Foundation
import Glibc
import Testing

/// The same results under every environment, with pipes at both ends, and a record of what was done.
@Suite("Environment", .enabled("runs in `make test-system`") { await Gateway.has("put") })
struct EnvironmentTests {
  static let content = Bytes.noise(150_000, seed: 41)

  /// Locale, time zone, home and umask, odd or missing: the same bytes, the same code.
  @Test(
    .requirements("R39", "R3"), .needs(.sftp),
    arguments: [
      ["LC_ALL": "tr_TR.UTF-8"], ["LC_ALL": "xx_YY"], ["TZ": "Asia/Kathmandu"], ["TZ": "nonsense"],
      ["HOME": "/nonexistent"],
      ["HOME": ""], ["umask": "077"], ["umask": "000"], ["nothing": ""],
    ])
  func oddEnvironment(variables: [String: String]) async throws {
    let place = try await Place.sftp()
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    var environment = gateway.environment.merging(variables) { $1 }
    if variables["nothing"] != nil {
      environment = environment.filter {
        ["PATH", "OCOP_ENDPOINTS"].contains($0.key) || place.variables[$0.key] != nil
      }
    }
    let umask = environment.removeValue(forKey: "umask") ?? "022"
    let shell = ["sh", "-c", "umask \(umask); exec \"$@\"", "sh"]
    let put = try await gateway.run(
      "put", gateway.folder("feed.bin"), gateway.address("feed.bin"), by: shell, environment: environment)
    #expect(put.code == 0, "\(put.errors)")
    #expect(place.read("feed.bin") == Self.content)
    let get = try await gateway.run(
      "get", gateway.address("feed.bin"), "-o", gateway.folder("back.bin"), by: shell, environment: environment)
    #expect(get.code == 0, "\(get.errors)")
    #expect(gateway.folder.read("back.bin") == Self.content)
  }

  /// Another day and time zone, another language, another folder: every profile writes the same bytes.
  @Test(.requirements("R3"), .needs(program: "faketime"))
  func anotherDay() async throws {
    let gateway = try Gateway()
    let seeds = System.root + "/seeds/producer-sheet.xlsx"
    let targets = ["canonical", "producer-sheet", "gs1-cin", "buu-dien", "amazon-us", "japan", "korea"]
    var written: [[String: [UInt8]]] = []
    for (day, more) in [
      ("2026-11-22 08:00:00", ["TZ": "UTC", "LC_ALL": "C.UTF-8"]),
      ("2031-02-28 23:59:58", ["TZ": "Asia/Ho_Chi_Minh", "LC_ALL": "vi_VN.UTF-8"]),
    ] {
      let folder = gateway.folder("day-\(written.count)")
      mkdir(folder, 0o755)
      var outputs: [String: [UInt8]] = [:]
      for target in targets {
        let run = try await gateway.run(
          "convert", seeds, "--from", "producer-sheet", "--to", target, "-o", folder + "/" + target, "--as-of",
          "2026-11-22", "--mappings", System.root + "/mappings", by: ["faketime", "-f", "@" + day],
          environment: gateway.environment.merging(more) { $1 })
        #expect(run.code == 0 || run.code == 3, "\(target): \(run.errors)")
        outputs[target] = Bytes.read(folder + "/" + target)
      }
      written.append(outputs)
    }
    #expect(written[0].count == targets.count)
    for target in targets { #expect(written[0][target] == written[1][target], "\(target)") }
  }

  /// A reader that goes away: no hang, no success.
  @Test(.requirements("R38", "R36"), .needs(.badhttp))
  func closedOutput() async throws {
    let gateway = try Gateway(try await .bad("ok"))
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    let child = try gateway.start(["get", gateway.address("pipe"), "-o", "-"], output: ends[1])
    close(ends[1])
    close(ends[0])
    let run = await child.ended(within: 30)
    #expect(run.code == 4 || run.code == -SIGPIPE, "\(run.code): \(run.errors)")
  }

  /// A reader that takes its bytes slowly and few at a time gets all of them.
  @Test(.requirements("R38"), .needs(.badhttp))
  func slowReader() async throws {
    let gateway = try Gateway(try await .bad("ok"))
    #expect(try await gateway.get("pipe", "whole.bin").code == 0)
    let run = try await Child.run(
      "sh",
      [
        "-c", "\"$0\" get \"$1\" -o - | (sleep 1; dd bs=1000 of=\"$2\" status=none iflag=fullblock)",
        Gateway.executable,
        gateway.address("pipe"), gateway.folder("slow.bin"),
      ], environment: gateway.environment, folder: gateway.folder.path)
    #expect(run.code == 0, "\(run.errors)")
    #expect(gateway.folder.read("slow.bin") == gateway.folder.read("whole.bin"))
  }

  /// Standard input as the file, in pieces with pauses: whole at the other end. Interrupted calls do no harm.
  @Test(.requirements("R38"), .needs(.sftp), .needs(program: "strace"))
  func pipedInput() async throws {
    let place = try await Place.sftp()
    let gateway = try Gateway(place)
    try gateway.folder.write("feed.bin", Self.content)
    let run = try await Child.run(
      "sh",
      [
        "-c", "(head -c 1000 \"$2\"; sleep 1; tail -c +1001 \"$2\") | \"$0\" put - \"$1\"", Gateway.executable,
        gateway.address("piped.bin"), gateway.folder("feed.bin"),
      ], environment: gateway.environment, folder: gateway.folder.path)
    #expect(run.code == 0, "\(run.errors)")
    #expect(place.read("piped.bin") == Self.content)
    let interrupted = try await gateway.put(
      "feed.bin", "interrupted.bin",
      by: [
        "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=poll,read,write", "-e",
        "inject=poll:error=EINTR:when=2+3",
      ])
    #expect(interrupted.code == 0, "\(interrupted.errors)")
    #expect(place.read("interrupted.bin") == Self.content)
  }

  /// A target folder that is missing or cannot be written is found before the server is troubled.
  @Test(.requirements("R6", "R36"), .needs(.badhttp))
  func missingFolder() async throws {
    let gateway = try Gateway(try await .bad("ok"))
    let name = OutcomeTests.fresh("nowhere")
    let run = try await gateway.get(name, "missing/feed.bin")
    #expect(run.code == 4, "\(run.code): \(run.errors)")
    #expect(run.errors.contains("missing"))
    #expect(try await RetryTests.requests(name).isEmpty)
    let absent = try await gateway.put("absent.bin", name)
    #expect(absent.code == 66, "\(absent.code): \(absent.errors)")
    #expect(try await RetryTests.requests(name).isEmpty)
  }

  /// Errors in the words of the user's command: no endpoint of that name, no such scheme, no arguments.
  @Test(.requirements("R36"))
  func usage() async throws {
    let gateway = try Gateway()
    #expect(try await gateway.run("get", "nobody:feed.bin", "-o", gateway.folder("x")).code == 78)
    #expect(try await gateway.run("get").code == 64)
    #expect(try await gateway.run("get", "nonsense://host/x", "-o", gateway.folder("x")).code != 0)
    let password = try await gateway.run("get", "ftp://user:MARKER@127.0.0.1/x", "-o", gateway.folder("x"))
    #expect(password.code != 0)
    #expect(!password.errors.contains("MARKER"))
  }

  /// What was transferred stands in the record: which bytes, where, how many, when, and the server's answer.
  @Test(.requirements("R40"), .needs(.pyftpd))
  func recorded() async throws {
    let place = Place.pyftpd(try await Servers.get(.pyftpd))
    let gateway = try Gateway(place)
    let file = try gateway.folder.write("feed.bin", Self.content)
    #expect(try await gateway.put("feed.bin", "feed.bin").code == 0)
    #expect(try await gateway.get("nothing.bin", "nothing.bin").code != 0)
    let digest = try await Child.run("sha256sum", [file]).text.prefix(64)
    let databases = gateway.folder.names.filter {
      $0.hasPrefix("state/") && ($0.hasSuffix(".sqlite") || $0.hasSuffix(".db"))
    }
    let database = try #require(databases.first, "\(gateway.folder.names)")
    let dump = try await Child.run(
      "python3",
      [
        "-c", "import sqlite3, sys\nfor line in sqlite3.connect(sys.argv[1]).iterdump(): print(line)",
        gateway.folder(database),
      ])
    #expect(dump.text.contains(digest), "\(dump.text)")
    #expect(dump.text.contains("\(Self.content.count)"))
    #expect(dump.text.contains("feed.bin"))
    #expect(dump.text.contains("nothing.bin"))
    let mode = try FileManager.default.attributesOfItem(atPath: gateway.folder(database))[.posixPermissions] as? Int
    #expect([0o600, 0o640].contains(mode))
  }
}
