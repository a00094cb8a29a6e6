import Foundation
import Glibc
import Testing

/// A run that is killed anywhere and run again loses no record and doubles none.
@Suite("Kills", .enabled("runs in `make test-system`") { await Gateway.has("put") })
struct KillTests {
  /// Ten thousand products, one in a hundred with a wrong check digit.
  private static var catalogue: String {
    var text = ""
    for number in 1...10_000 {
      // A GTIN of 14 digits with the right check digit, unless it is one of the hundredth.
      let body = "0893" + String(repeating: "0", count: 9 - "\(number)".count) + "\(number)"
      let sum = zip(body.utf8, 0...).reduce(0) { $0 + Int($1.0 - 48) * ($1.1 % 2 == 0 ? 3 : 1) }
      let digit = ((10 - sum % 10) % 10 + (number % 100 == 0 ? 1 : 0)) % 10
      text += #"{"name":{"vi":"Mật hoa dừa số \#(number)"},"#
      text += #""item":[{"id":"each","gtin":"\#(body)\#(digit)","sku":"P-\#(number)"}]}"# + "\n"
    }
    return text
  }

  /// Two hundred kills at random moments of conversions into a server's folder, five one after the other for each target, with
  /// what they leave behind: the target is absent or whole after each; the last run brings the same bytes as one that nobody
  /// disturbed, the same quarantine, and leaves nothing else.
  @Test(.requirements("R2"), .needs(.sftp), .timeLimit(.minutes(20)))
  func killedAnywhere() async throws {
    let place = try await Place.sftp()
    let gateway = try Gateway(place)
    let catalogue = try gateway.folder.write("catalogue.jsonl", Self.catalogue)
    mkdir(gateway.folder("tmp"), 0o700)
    let environment = gateway.environment.merging(["TMPDIR": gateway.folder("tmp")]) { $1 }
    func words(_ name: String) -> [String] {
      [
        "convert", catalogue, "--from", "canonical", "--to", "canonical", "-o", gateway.address(name + ".jsonl"),
        "--quarantine", gateway.folder(name + ".quarantine"), "--as-of", "2026-11-22",
        "--mappings", System.root + "/mappings",
      ]
    }
    let clean = try await gateway.start(words("clean"), environment: environment).ended()
    try #require(clean.code == 3, "\(clean.errors)")
    let right = try #require(place.read("clean.jsonl"))
    let rejected = try #require(gateway.folder.read("clean.quarantine"))
    #expect(right.count { $0 == 0x0A } == 9_900)
    #expect(rejected.count { $0 == 0x0A } == 100)

    var numbers = SystemRandomNumberGenerator(), shortest = clean.seconds, killed = 0, targets = 0
    while killed < 200, targets < 120 {
      let target = targets, name = "feed-\(target)"
      targets += 1
      for kill in 0..<5 {
        let child = try gateway.start(words(name), environment: environment)
        let pause = Double.random(in: 0...shortest, using: &numbers)
        try await Task.sleep(for: .seconds(pause))
        child.signal(SIGKILL)
        if await child.ended().code == -SIGKILL { killed += 1 }
        let now = place.read(name + ".jsonl"), quarantine = gateway.folder.read(name + ".quarantine")
        #expect(now == nil || now == right, "\(target).\(kill) after \(pause) s: \(now?.count ?? 0) bytes")
        #expect(quarantine == nil || quarantine == rejected, "\(target).\(kill) after \(pause) s")
      }
      let last = try await gateway.start(words(name), environment: environment).ended()
      #expect(last.code == 3, "\(target): \(last.errors)")
      shortest = min(shortest, last.seconds)
      #expect(place.read(name + ".jsonl") == right, "\(target)")
      #expect(gateway.folder.read(name + ".quarantine") == rejected, "\(target)")
    }
    #expect(killed >= 200, "only \(killed) were killed before their end")
    #expect(place.names == (["clean"] + (0..<targets).map { "feed-\($0)" }).map { $0 + ".jsonl" }.sorted())
    let leftovers = gateway.folder.names.filter {
      !$0.hasPrefix("tmp") && !$0.hasPrefix("state") && !$0.hasPrefix("home") && !$0.hasSuffix(".quarantine")
        && !$0.hasSuffix(".quarantine.diagnostics.json")
    }
    #expect(leftovers == ["catalogue.jsonl", "endpoints.yaml"], "\(leftovers)")
  }
}
