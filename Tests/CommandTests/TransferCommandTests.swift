import Foundation
import Testing

/// `get`, `put`, `ls`, `endpoints`, and `convert` with places at servers, as their users see them; the server is a folder.
/// Real servers are in SystemTests.
@Suite("Transfers at the command") struct TransferCommandTests {
  let folder: Folder
  let partner: Folder

  init() throws {
    folder = try Folder()
    partner = try Folder()
    _ = try folder.write("endpoints:\n  shop:\n    url: file://\(partner.url.path)/\n", "endpoints.yaml")
  }

  /// Runs the command in the test's folder, with a ledger of its own and nothing of the machine's environment.
  func run(
    _ arguments: [String], input: Data? = nil, environment: [String: String] = [:], shell: String? = nil
  ) throws -> Command {
    let process = Process()
    process.executableURL = shell == nil ? Command.executable : URL(fileURLWithPath: "/bin/sh")
    process.arguments = shell.map { ["-c", $0] } ?? arguments
    process.currentDirectoryURL = folder.url
    process.environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "OCOP_STATE": folder.path("state"),
      "OCOP_MAPPINGS": Command.root.path + "/mappings", "LC_ALL": "C", "SWIFT_BACKTRACE": "enable=no",
      "OCOP": Command.executable.path,
    ].merging(environment) { $1 }
    let scratch = try Folder()
    let out = scratch.url.appendingPathComponent("out"), err = scratch.url.appendingPathComponent("err")
    for file in [out, err] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: err)
    if let input {
      try input.write(to: scratch.url.appendingPathComponent("in"))
      process.standardInput = try FileHandle(forReadingFrom: scratch.url.appendingPathComponent("in"))
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    try process.run()
    process.waitUntilExit()
    return Command(
      exitCode: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: String(decoding: try Data(contentsOf: out), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: err), as: UTF8.self))
  }

  func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

  func files(_ command: Command) throws -> [[String: Any]] {
    let report = try JSONSerialization.jsonObject(with: Data(command.output.utf8)) as? [String: Any]
    return try #require(report?["files"] as? [[String: Any]], "\(command.output)\(command.errors)")
  }

  @Test func sentAndFetched() throws {
    let feed = try folder.write("abc\n", "feed.csv")
    let sent = try run(["put", feed, "shop", "--format", "json"])
    #expect(sent.exitCode == 0, "\(sent.errors)")
    let receipt = try #require(try files(sent).first)
    #expect(receipt["outcome"] as? String == "delivered" && receipt["bytes"] as? Int == 4)
    #expect(
      receipt["sha256"] as? String == "edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb")
    #expect(receipt["endpoint"] as? String == "shop")
    #expect(text(partner.path("feed.csv")) == "abc\n")
    #expect(partner.contents == ["feed.csv"])
    // R19: the same bytes are not sent again, unless that is asked for.
    let again = try run(["put", feed, "shop", "--format", "json"])
    let known = try files(again)
    #expect(again.exitCode == 0 && known.first?["outcome"] as? String == "already-delivered")
    let resent = try files(run(["put", feed, "shop", "--again", "--format", "json"]))
    #expect(resent.first?["outcome"] as? String == "delivered")
    let fetched = try run(["get", "shop:feed.csv", "-o", "back.csv", "--sha256", receipt["sha256"] as? String ?? ""])
    #expect(fetched.exitCode == 0, "\(fetched.errors)")
    #expect(text(folder.path("back.csv")) == "abc\n")
    #expect(try run(["get", "shop:feed.csv", "-o", "-"]).output == "abc\n")
    let listed = try run(["ls", "shop"])
    #expect(listed.exitCode == 0 && listed.output.contains("feed.csv") && listed.output.contains(" 4 "))
    #expect(try run(["ls", "file://\(partner.url.path)/*.csv", "--format", "json"]).output.contains("\"feed.csv\""))
  }

  @Test func manyFiles() throws {
    for name in ["a.xml", "b.xml", "c.csv"] { _ = try partner.write(name, name) }
    let fetched = try run(["get", "shop:*.xml", "-o", "in/", "--report", "report.json"])
    #expect(fetched.exitCode == 0, "\(fetched.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("in")).sorted() == ["a.xml", "b.xml"])
    #expect(text(folder.path("report.json"))?.contains("\"exitCode\": 0") == true)
    #expect(try run(["put", "in/a.xml", "in/b.xml", "file://\(partner.url.path)/"]).exitCode == 0)
    #expect(try run(["get", "shop:*.txt"]).exitCode == 66)
    #expect(try run(["get", "shop:a.xml", "shop:c.csv", "-o", "in/"]).exitCode == 0)
    #expect(text(folder.path("in/c.csv")) == "c.csv")
  }

  @Test func standardInputIsSent() throws {
    let sent = try run(["put", "-", "shop:piped.txt"], input: Data("piped".utf8))
    #expect(sent.exitCode == 0, "\(sent.errors)")
    #expect(text(partner.path("piped.txt")) == "piped")
    #expect(try run(["put", "-", "shop"], input: Data("x".utf8)).exitCode == 64)
  }

  // MARK: Exit codes (R36)

  @Test func failuresAreNotZero() throws {
    _ = try partner.write("x", "there.txt")
    let missing = try run(["get", "shop:none.txt"])
    #expect(missing.exitCode == 66 && missing.errors.contains("none.txt"), "\(missing.errors)")
    let unknown = try run(["get", "shpo:there.txt"])
    #expect(unknown.exitCode == 78 && unknown.errors.contains("shop"), "\(unknown.errors)")
    let wrong = try run(["get", "shop:there.txt", "--sha256", String(repeating: "0", count: 64), "-o", "got"])
    #expect(wrong.exitCode != 0 && !folder.exists("got"), "\(wrong.errors)")
    let large = try run(["get", "shop:there.txt", "--max-size", "0.5kB", "-o", "small"])
    #expect(large.exitCode == 0, "\(large.errors)")
    _ = try partner.write(String(repeating: "x", count: 1000), "large.txt")
    #expect(try run(["get", "shop:large.txt", "--max-size", "0.5kB", "-o", "large"]).exitCode != 0)
    #expect(!folder.exists("large"))
    #expect(try run(["put", "none.csv", "shop"]).exitCode != 0)
    #expect(try run(["get"]).exitCode == 64)
    #expect(try run(["get", "shop:x", "--parallel", "0"]).exitCode == 64)
    #expect(try run(["get", "gopher://h/x"]).exitCode == 78)
    // One that fails does not stop the others, and is not forgotten.
    let some = try run(["get", "shop:there.txt", "shop:none.txt", "-o", "in/", "--format", "json"])
    #expect(some.exitCode == 66)
    #expect(try files(some).map { $0["outcome"] as? String } == ["delivered", "failed"])
    #expect(text(folder.path("in/there.txt")) == "x")
  }

  /// S4: a password in a URL is refused and not repeated.
  @Test func passwordsInURLsAreRefused() throws {
    for command in [["get"], ["ls"], ["put", "endpoints.yaml"]] {
      let refused = try run(command + ["sftp://me:hunter2@host.example/x"])
      #expect(refused.exitCode == 78)
      #expect(!(refused.output + refused.errors).contains("hunter2"))
    }
  }

  /// R38: whoever reads standard output may leave early; nothing hangs, and it is not success.
  @Test func closedStandardOutput() throws {
    _ = try partner.write(String(repeating: "0123456789abcde\n", count: 200_000), "long.txt")
    let cut = try run(
      [], shell: "{ \"$OCOP\" get shop:long.txt -o -; echo $? >&2; } 2>codes | head -c 10 >/dev/null; tail -n 1 codes")
    #expect(
      cut.output.trimmingCharacters(in: .whitespacesAndNewlines) == "4",
      "\(cut.output) \(text(folder.path("codes")) ?? "")")
    let listing = try run([], shell: "\"$OCOP\" ls shop >&-; echo $?")
    #expect(listing.output.hasSuffix("4\n"), "\(listing.output)\(listing.errors)")
  }

  /// R39: what is odd or missing around the command changes no result.
  @Test(arguments: [
    ["LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Chatham"], ["LC_ALL": "xx", "TZ": ":nonsense", "HOME": "/nonexistent"],
    ["HOME": ""], ["TMPDIR": ""],
  ])
  func oddEnvironments(environment: [String: String]) throws {
    _ = try partner.write("{\"name\":{\"vi\":\"Trà I İ\"}}\n", "a.jsonl")
    let command = try run(
      ["convert", "shop:a.jsonl", "--from", "canonical", "--to", "canonical", "-o", "shop:b.jsonl"],
      environment: environment)
    #expect(command.exitCode == 0, "\(command.errors)")
    #expect(text(partner.path("b.jsonl")) == "{\"name\":{\"vi\":\"Trà I İ\"}}\n")
  }

  @Test(arguments: ["000", "077", "0777"]) func oddMasks(mask: String) throws {
    _ = try partner.write("x", "a.txt")
    let command = try run([], shell: "umask \(mask); \"$OCOP\" get shop:a.txt -o got.txt")
    #expect(command.exitCode == 0, "\(command.errors)")
    let mode = try FileManager.default.attributesOfItem(atPath: folder.path("got.txt"))[.posixPermissions] as? Int ?? -1
    // S18: never for others, whatever the mask.
    #expect(mode & 0o007 == 0)
  }

  // MARK: Conversions

  @Test func conversionFromAndTo() throws {
    _ = try partner.write("{\"name\":{\"vi\":\"A\"}}\n", "a.jsonl")
    _ = try partner.write("{\"name\":{\"vi\":\"B\"}}\n", "b.jsonl")
    let local = try folder.write("{\"name\":{\"vi\":\"C\"}}\n", "c.jsonl")
    let command = try run([
      "convert", "shop:?.jsonl", local, "--from", "canonical", "--to", "canonical", "-o", "shop:all/out.jsonl",
      "--report",
      "report.json",
    ])
    // A folder that the partner does not have is not made.
    #expect(command.exitCode != 0 && command.errors.contains("kept"), "\(command.errors)")
    #expect(text(folder.path("report.json"))?.contains("failed") == true)
    let good = try run([
      "convert", "shop:?.jsonl", local, "--from", "canonical", "--to", "canonical", "-o", "shop:out.jsonl", "--report",
      "report.json",
    ])
    #expect(good.exitCode == 0, "\(good.errors)")
    #expect(
      text(partner.path("out.jsonl"))
        == "{\"name\":{\"vi\":\"A\"}}\n{\"name\":{\"vi\":\"B\"}}\n{\"name\":{\"vi\":\"C\"}}\n")
    let report = text(folder.path("report.json")) ?? ""
    #expect(report.contains("file://\(partner.url.path)/a.jsonl".replacingOccurrences(of: "/", with: "/")))
  }

  /// What reads documents takes addresses too.
  @Test func addressesAreChecked() throws {
    _ = try partner.write("{\"name\":{\"vi\":\"A\"}}\n", "a.jsonl")
    _ = try partner.write("{\"name\":{\"vi\":\"B\"}}\n", "b.jsonl")
    let checked = try run(["check", "shop:?.jsonl", "--from", "canonical", "--for", "canonical"])
    #expect(checked.exitCode == 0 && checked.output.contains("read 2 products"), "\(checked.output)\(checked.errors)")
    let trip = try run(["roundtrip", "shop:?.jsonl", "--profile", "canonical"])
    #expect(trip.exitCode == 0 && trip.errors.contains("2 products compared, 2 equal"), "\(trip.errors)")
    let same = try run(["diff", "shop:a.jsonl", "shop:a.jsonl"])
    #expect(same.exitCode == 0 && same.output.isEmpty, "\(same.output)\(same.errors)")
    let different = try run(["diff", "shop:a.jsonl", "shop:b.jsonl"])
    #expect(different.exitCode == 1 && different.output == "- A\n+ B\n", "\(different.output)")
    #expect(try run(["check", "shop:none.jsonl", "--from", "canonical"]).exitCode == 66)
  }

  /// Findings name the address; quarantine and report stay here.
  @Test func findingsNameTheAddress() throws {
    _ = try partner.write("{\"name\":{\"vi\":\"A\"}}\n{\"nam\":\"x\"}\n", "a.jsonl")
    let command = try run([
      "convert", "file://\(partner.url.path)/a.jsonl", "--from", "canonical", "--to", "canonical", "-o",
      "shop:good.jsonl",
    ])
    #expect(command.exitCode == 3, "\(command.errors)")
    #expect(command.errors.contains("file://\(partner.url.path)/a.jsonl:2:"), "\(command.errors)")
    #expect(text(partner.path("good.jsonl")) == "{\"name\":{\"vi\":\"A\"}}\n")
    #expect(text(folder.path("good.quarantine.jsonl")) == "{\"nam\":\"x\"}\n")
    #expect(partner.contents == ["a.jsonl", "good.jsonl"])
  }

  /// A file that exists wins over an endpoint's name; a mistyped name makes no stray file.
  @Test func filesWithColons() throws {
    let line = "{\"name\":{\"vi\":\"A\"}}\n"
    _ = try folder.write(line, "shop:a.jsonl")
    let convert = ["convert", "shop:a.jsonl", "--from", "canonical", "--to", "canonical", "-o"]
    #expect(try run(convert + ["-"]).output == line)
    #expect(try run(convert + ["./x:y.jsonl"]).exitCode == 0)
    #expect(folder.exists("x:y.jsonl"))
    let mistyped = try run(convert + ["shpo:y.jsonl"])
    #expect(
      mistyped.exitCode == 78 && mistyped.errors.contains("shop") && !folder.exists("shpo:y.jsonl"),
      "\(mistyped.errors)")
  }

  /// A document fault sends nothing.
  @Test func brokenInputSendsNothing() throws {
    _ = try partner.write("hello", "a.jsonl")
    let command = try run([
      "convert", "shop:a.jsonl", "--from", "canonical", "--to", "canonical", "-o", "shop:out.jsonl", "--max-rejects",
      "0",
    ])
    #expect([65, 66].contains(command.exitCode), "\(command.errors)")
    #expect(partner.contents == ["a.jsonl"])
  }

  // MARK: The file of endpoints

  @Test func endpointsAreListedAndChecked() throws {
    let list = try run(["endpoints", "list"])
    #expect(list.exitCode == 0 && list.output.hasPrefix("shop  file://"))
    #expect(try run(["endpoints", "lint"]).exitCode == 0)
    let answers = try run(["endpoints", "test", "--format", "json"])
    #expect(answers.exitCode == 0 && answers.output.contains("\"answers\""))
    _ = try folder.write(
      "endpoints:\n  a: {url: \"file:///nonexistent/x/\"}\n  b: {urll: x}\n  c: {url: \"ftps://h/\", password: {file: none}}\n",
      "bad.yaml")
    let lint = try run(["endpoints", "lint", "--endpoints", "bad.yaml", "--format", "json"])
    #expect(lint.exitCode == 1)
    for code in ["settings-key-unknown", "settings-key-missing", "secret-missing"] {
      #expect(lint.output.contains(code))
    }
    #expect(try run(["endpoints", "test", "a", "--endpoints", "bad.yaml"]).exitCode == 66)
    #expect(try run(["endpoints", "list", "--endpoints", "none.yaml"]).exitCode == 78)
  }

  @Test func theExampleIsSound() throws {
    let example = Command.root.path + "/Documentation/endpoints.example.yaml"
    let lint = try run(
      ["endpoints", "lint", "--endpoints", example, "--format", "json"], environment: ["HOME": folder.url.path])
    let findings = try #require(try JSONSerialization.jsonObject(with: Data(lint.output.utf8)) as? [[String: Any]])
    // What only the partner's own machine can have: variables, the key, the known host, the password store.
    let codes = Set(findings.compactMap { $0["code"] as? String })
    #expect(codes.isSubset(of: ["secret-missing", "ssh-key-unusable", "known-host-missing"]), "\(lint.output)")
  }

  /// The file is found where it is said to be.
  @Test func theFileIsFound() throws {
    let other = try Folder()
    try FileManager.default.moveItem(atPath: folder.path("endpoints.yaml"), toPath: other.path("mine.yaml"))
    #expect(try run(["endpoints", "list"]).exitCode == 78)
    #expect(try run(["endpoints", "list"], environment: ["OCOP_ENDPOINTS": other.path("mine.yaml")]).exitCode == 0)
    try FileManager.default.createDirectory(atPath: other.path(".config/ocop"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: other.path("mine.yaml"), toPath: other.path(".config/ocop/endpoints.yaml"))
    #expect(try run(["endpoints", "list"], environment: ["HOME": other.url.path]).exitCode == 0)
    #expect(try run(["endpoints", "list"], environment: ["XDG_CONFIG_HOME": other.path(".config")]).exitCode == 0)
    #expect(try run(["endpoints", "list"], environment: ["XDG_CONFIG_HOME": ".config"]).exitCode == 78)
  }
}
