import AdapterKit
import AdapterTesting
import Canonical
import Diagnostics
import Documents
import Glibc
import Profiles
import Testing

/// Documents in, one document out.
@Suite("Conversion")
struct ConversionTests {
  /// Addresses lose their query when they become names, so two documents may have one name; each is read.
  @Test func documentsOfOneName() throws {
    let profile = try ProfileLibrary(root: Repository.path("mappings")).load("canonical", asOf: "2026-11-22")
    let inputs = ["A", "B"].map { name in
      Conversion.Input.document(
        InputDocument(bytes: Array("{\"name\":{\"vi\":\"\(name)\"}}\n".utf8), name: "https://host.example/export"))
    }
    let target = "/tmp/ocop-conversion-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).jsonl"
    defer { unlink(target) }
    let conversion = Conversion(inputs: inputs, source: profile, output: target, target: profile, asOf: "2026-11-22")
    let outcome = try conversion.run(AdapterRegistry([CanonicalAdapter()]), DiagnosticCollector())
    #expect(outcome.products.written == 2)
    let output = try InputDocument.open(target)
    let text = String(decoding: try output.bytes(at: 0, count: Int(output.size)), as: UTF8.self)
    #expect(text == "{\"name\":{\"vi\":\"A\"}}\n{\"name\":{\"vi\":\"B\"}}\n")
  }
}
