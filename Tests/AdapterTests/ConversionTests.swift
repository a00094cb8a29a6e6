import AdapterKit
import AdapterTesting
import BuuDienFeed
import Canonical
import Diagnostics
import Documents
import Glibc
import ProducerSheet
import ProductModel
import Profiles
import SupplierXML
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

/// Reading ahead on a second thread changes nothing but the time it takes.
@Suite("Conversion with two workers")
struct TwoWorkerTests {
  private static let registry = AdapterRegistry([
    CanonicalAdapter(), TableAdapter.delimited, TableAdapter.buuDienFeed, ElementAdapter.supplierXML,
  ])

  /// What a run gave, to be compared.
  private struct Run: Equatable {
    var output: [UInt8]?
    var quarantine: [UInt8]?
    var findings: [Diagnostic]
    var counts: [DiagnosticCode: Int]
    var losses: [Loss]
    var products: [Int]
    var fault: String?
  }

  private let folder = "/tmp/ocop-workers-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"

  private func run(
    _ input: [UInt8], from source: String, to target: String, workers: Int, maxRejects: Int? = nil
  ) throws -> Run {
    mkdir(folder, 0o700)
    let library = ProfileLibrary(root: Repository.path("mappings"))
    let output = folder + "/out", quarantine = folder + "/rejected"
    for path in [output, quarantine] { unlink(path) }
    var conversion = Conversion(
      inputs: [.document(InputDocument(bytes: input, name: "in"))],
      source: try library.load(source, asOf: "2026-11-22"),
      output: output, target: try library.load(target, asOf: "2026-11-22"), quarantine: quarantine,
      maxRejects: maxRejects, asOf: "2026-11-22")
    conversion.workers = workers
    let diagnostics = DiagnosticCollector(limitPerCode: 50)
    func bytes(_ path: String) throws -> [UInt8]? {
      guard access(path, F_OK) == 0 else { return nil }
      let document = try InputDocument.open(path)
      return try document.bytes(at: 0, count: Int(document.size))
    }
    var run = Run(findings: [], counts: [:], losses: [], products: [])
    do {
      let outcome = try conversion.run(Self.registry, diagnostics)
      run.losses = outcome.losses.losses
      run.products = [outcome.products.read, outcome.products.written, outcome.products.quarantined]
    } catch { run.fault = "\(error)" }
    run.output = try bytes(output)
    run.quarantine = try bytes(quarantine)
    run.findings = diagnostics.kept
    run.counts = diagnostics.counts
    return run
  }

  private func expectSame(
    _ input: [UInt8], from source: String, to target: String, maxRejects: Int? = nil
  ) throws -> Run {
    defer {
      for name in ["out", "rejected"] { unlink(folder + "/" + name) }
      rmdir(folder)
    }
    let one = try run(input, from: source, to: target, workers: 1, maxRejects: maxRejects)
    let two = try run(input, from: source, to: target, workers: 2, maxRejects: maxRejects)
    #expect(one.output == two.output)
    #expect(one.quarantine == two.quarantine)
    #expect(one.findings == two.findings)
    #expect(one.counts == two.counts)
    #expect(one.losses == two.losses)
    #expect(one.products == two.products)
    #expect(one.fault == two.fault)
    return two
  }

  /// Rows of the producer's list, every seventh with a wrong check digit.
  private func rows(_ count: Int) throws -> [UInt8] {
    let list = try InputDocument.open(Repository.path("seeds/producer-sheet.csv"))
    let text = String(decoding: try list.bytes(at: 0, count: Int(list.size)), as: UTF8.self)
    var rows = text.split(separator: "\r\n").map(String.init)
    var out = rows.removeFirst() + "\r\n"
    for i in 0..<count {
      let row = rows[i % rows.count]
      out += (i % 7 == 3 ? row.replacing(";893", with: ";894") : row) + "\r\n"
    }
    return Array(out.utf8)
  }

  @Test func tablesAndNotifications() throws {
    let rows = try rows(900)
    let there = try expectSame(rows, from: "producer-csv", to: "gs1-cin")
    #expect(there.fault == nil && there.products.count == 3)
    #expect(there.products[0] == 900 && there.products[1] > 500 && there.products[2] > 50)
    #expect(there.quarantine != nil)
    // More findings of a code than are kept, made by reader and writer.
    #expect(there.counts.values.contains { $0 > 50 } && there.findings.count < there.counts.values.reduce(0, +))
    let notifications = try #require(there.output)
    let back = try expectSame(notifications, from: "gs1-cin", to: "buu-dien")
    #expect(back.fault == nil, "\(back.fault ?? "") \(back.findings.last.map { "\($0)" } ?? "")")
    #expect(back.products.first ?? 0 > 0)
    // A document that ends too early publishes nothing, and the fault is the same.
    let cut = try expectSame(Array(notifications.prefix(notifications.count * 2 / 3)), from: "gs1-cin", to: "buu-dien")
    #expect(cut.fault != nil && cut.output == nil && cut.quarantine == nil)
    // Nor does a run that is stopped in its midst, while the reader is ahead.
    let stopped = try expectSame(rows, from: "producer-csv", to: "gs1-cin", maxRejects: 10)
    #expect(stopped.fault != nil && stopped.output == nil)
    // A reader that cannot tell places while it reads reads by itself.
    let lines = try #require(try run(rows, from: "producer-csv", to: "canonical", workers: 1).output)
    #expect(try expectSame(lines, from: "canonical", to: "buu-dien").products[1] > 0)
  }
}
