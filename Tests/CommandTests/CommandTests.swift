import Foundation
import Testing

/// The commands as their users see them.
@Suite("Commands")
struct CommandTests {
  @Test func versionIsPrinted() throws {
    let command = try Command.run(["--version"])
    #expect(command.exitCode == 0)
    #expect(command.output.contains("."))
  }

  @Test func wrongUseIsSixtyFour() throws {
    #expect(try Command.run(["convert"]).exitCode == 64)
    #expect(
      try Command.run(["convert", "x", "--from", "canonical", "--to", "canonical", "--as-of", "soon"]).exitCode == 64)
  }

  /// The example in a command's help runs.
  @Test(arguments: [
    ["convert"], ["check"], ["roundtrip"], ["diff"], ["schema"], ["explain"], ["profiles", "new"], ["get"], ["put"],
    ["ls"], ["endpoints", "list"], ["endpoints", "lint"], ["endpoints", "test"], ["endpoints", "keys"],
  ])
  func examplesRun(subcommand: [String]) throws {
    let help = try Command.run(subcommand + ["--help"])
    #expect(help.exitCode == 0)
    let lines = help.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    let examples = lines.filter { $0.hasPrefix("ocop ") }
    #expect(!examples.isEmpty)
    for example in examples {
      let folder = try Folder()
      // The files that examples name stand in the folder they run in.
      let script = """
        set -e
        cp -r seeds mappings '\(folder.url.path)/'
        cd '\(folder.url.path)'
        ocop() { "$OCOP" "$@"; }
        [ ! -e seeds/producer-sheet.xlsx ] || ocop convert seeds/producer-sheet.xlsx --from producer-sheet --to buu-dien -o feed.csv 2>/dev/null
        ocop convert seeds/products.jsonl --from canonical --to japan -o back.xlsx 2>/dev/null || true
        mkdir -p partner/answers partner/feeds
        echo '<orders/>' > partner/answers/orders.xml
        printf 'endpoints: {saigon-coop: {url: "file://%s/partner/"}}\\n' "$PWD" > endpoints.yaml
        export OCOP_STATE="$PWD/state"
        set +e
        \(example)
        code=$?
        # Findings and losses are answers, not failures of the example.
        [ $code -le 1 ] || exit $code
        exit 0
        """
      let shell = Process()
      shell.executableURL = URL(fileURLWithPath: "/bin/sh")
      shell.arguments = ["-c", script]
      shell.currentDirectoryURL = Command.root
      var environment = ProcessInfo.processInfo.environment
      environment["OCOP"] = Command.executable.path
      shell.environment = environment
      shell.standardOutput = FileHandle.nullDevice
      shell.standardError = FileHandle.nullDevice
      try shell.run()
      shell.waitUntilExit()
      #expect(shell.terminationStatus == 0, "\(example)")
    }
  }

  @Test func everyCodeIsExplainedInBothLanguages() throws {
    let list = try Command.run(["explain"])
    let codes = list.output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
    #expect(codes.count > 40)
    for code in codes.prefix(5) + codes.suffix(5) {
      for language in ["en", "vi"] {
        let command = try Command.run(["explain", String(code), "--lang", language])
        #expect(command.exitCode == 0)
        #expect(command.output.split(separator: "\n").count >= 3)
      }
    }
    #expect(try Command.run(["explain", "item[each].netContent"]).output.contains("GDSN"))
    #expect(try Command.run(["explain", "gtin-chek-digit"]).errors.contains("gtin-check-digit"))
  }

  @Test func schemaIsJSON() throws {
    let command = try Command.run(["schema"])
    let schema = try JSONSerialization.jsonObject(with: Data(command.output.utf8)) as? [String: Any]
    #expect((schema?["$schema"] as? String)?.contains("2020-12") == true)
  }

  @Test func standardInputAndOutput() throws {
    let line = "{\"name\":{\"vi\":\"Trà\"},\"item\":[{\"id\":\"each\",\"gtin\":\"08938501234018\"}]}\n"
    let command = try Command.run(
      ["convert", "-", "--from", "canonical", "--to", "canonical"], input: Data(line.utf8))
    #expect(command.exitCode == 0)
    #expect(command.output == line)
    #expect(command.errors.contains("read 1 products"))
  }

  /// Standard input can be read once only; each target sees all of it.
  @Test func standardInputIsCheckedForSeveralTargets() throws {
    let command = try Command.run(
      ["check", "-", "--from", "canonical", "--for", "canonical", "--for", "producer-csv"],
      input: Data("{\"name\":{\"vi\":\"Trà\"}}\n".utf8))
    #expect(command.output.split(separator: "\n").count { $0.contains("read 1 products") } == 2, "\(command.output)")
  }

  /// Programs read why a check failed, as they do for a conversion.
  @Test(arguments: ["check", "convert"]) func missingInputIsReported(command: String) throws {
    let folder = try Folder()
    let output = command == "convert" ? ["--to", "canonical", "-o", folder.path("x")] : []
    let run = try Command.run(
      [command, folder.path("missing.csv"), "--from", "buu-dien", "--format", "json"] + output)
    #expect(run.exitCode == 66)
    let report = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    let findings = report?["diagnostics"] as? [[String: Any]]
    #expect(report?["status"] as? String == "failed")
    #expect(findings?.map { $0["code"] as? String } == ["input-missing"])
  }

  /// Several inputs are one stream.
  @Test func inputsAreOneStream() throws {
    let folder = try Folder()
    let a = try folder.write("{\"name\":{\"vi\":\"A\"}}\n", "a.jsonl"),
      b = try folder.write("{\"name\":{\"vi\":\"B\"}}", "b.jsonl")
    let command = try Command.run(["convert", a, b, "--from", "canonical", "--to", "canonical"])
    #expect(command.output == "{\"name\":{\"vi\":\"A\"}}\n{\"name\":{\"vi\":\"B\"}}\n")
  }

  @Test func diffSaysWhatChanged() throws {
    let folder = try Folder()
    let a = try folder.write(
      "{\"name\":{\"vi\":\"A\"},\"item\":[{\"id\":\"each\",\"sku\":\"1\",\"stock\":5}]}\n", "a.jsonl")
    let b = try folder.write(
      "{\"name\":{\"vi\":\"A\"},\"item\":[{\"id\":\"each\",\"sku\":\"1\",\"stock\":7}]}\n", "b.jsonl")
    let same = try Command.run(["diff", a, a])
    #expect(same.exitCode == 0)
    #expect(same.output.isEmpty)
    let different = try Command.run(["diff", a, b])
    #expect(different.exitCode == 1)
    #expect(different.output.contains("item[each].stock"))
    #expect(different.output.contains("5 → 7"))
  }

  /// Products that nothing names are compared by their place, each with its own.
  @Test func productsWithoutIdentityAreAligned() throws {
    let folder = try Folder()
    func lines(_ stock: [Int]) -> String {
      stock.map { "{\"originCountry\":\"VN\",\"item\":[{\"id\":\"each\",\"stock\":\($0)}]}\n" }.joined()
    }
    let a = try folder.write(lines([1, 2, 3]), "a.jsonl"), b = try folder.write(lines([1, 7, 3]), "b.jsonl")
    let diff = try Command.run(["diff", a, b])
    #expect(diff.output == "~ #2  item[each].stock: 2 → 7\n")
    let trip = try Command.run(["roundtrip", a, "--profile", "canonical"])
    #expect(trip.exitCode == 0 && trip.errors.contains("3 products compared, 3 equal"), "\(trip.output)\(trip.errors)")
  }

  /// A record that is rejected on the way is said so, and the trip is not whole; nothing else is held against it.
  @Test func roundTripCountsRejectedRecords() throws {
    let folder = try Folder()
    let good = "{\"name\":{\"vi\":\"A\"},\"item\":[{\"id\":\"each\",\"sku\":\"1\"}]}\n"
    let whole = try Command.run(["roundtrip", try folder.write(good, "a.jsonl"), "--profile", "canonical"])
    #expect(whole.exitCode == 0, "\(whole.errors)")
    let faulty = try folder.write(good + "{\"nam\":\"x\"}\n", "b.jsonl")
    let command = try Command.run(["roundtrip", faulty, "--profile", "canonical"])
    #expect(command.exitCode == 1)
    #expect(command.errors.contains("1 rejected"))
    #expect(!command.errors.contains("did not come back"))
  }

  @Test func profilesLintAndTest() throws {
    let lint = try Command.run(["profiles", "lint"])
    #expect(lint.exitCode == 0, "\(lint.output)\(lint.errors)")
    let folder = try Folder()
    let mistyped = try folder.write(
      """
      profile: shop
      title: A shop
      version: "1"
      adapter: delimitd
      standing: {state: unconfirmed, date: "2026-11-22", source: us}
      table:
        columns:
          - {header: [SKU], is: "item[each].sku"}

      """, "shop.yaml")
    let found = try Command.run(["profiles", "lint", mistyped])
    #expect(found.exitCode == 1)
    #expect(found.output.contains("shop.yaml:4:10: error[profile-adapter-unknown]"), "\(found.output)")
    #expect(found.output.contains("delimited"))
    let test = try Command.run(["profiles", "test"])
    #expect(test.exitCode == 0, "\(test.output)\(test.errors)")
    #expect(test.output.contains(" 0 failed"))
    let list = try Command.run(["profiles", "list"])
    for name in ["amazon-us", "buu-dien", "canonical", "gs1-cin", "japan", "korea", "producer-sheet", "saigon-coop"] {
      #expect(list.output.contains(name), "\(list.output)\(list.errors)")
    }
  }

  @Test func messagesExistInVietnamese() throws {
    let folder = try Folder()
    let input = try folder.write("{\"nam\":\"x\"}\n", "a.jsonl")
    let command = try Command.run([
      "convert", input, "--from", "canonical", "--to", "canonical", "--lang", "vi", "--quarantine",
      folder.path("rejected.jsonl"),
    ])
    #expect(command.exitCode == 3)
    #expect(command.errors.contains("lỗi["))
  }
}
