import AdapterKit
import AdapterTesting
import AmazonFeed
import BuuDienFeed
import Canonical
import Diagnostics
import Documents
import JapanSheet
import KoreaSheet
import ProducerSheet
import ProductModel
import Profiles
import SupplierXML
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Every adapter passes the one suite; three lines each.
@Suite("Conformance", .serialized)
struct ConformanceTests {
  let library = ProfileLibrary(root: Repository.path("mappings"))

  private func conforms(
    _ adapter: any Adapter, _ profile: String, memoryAllowance: Int = 24, streamSize: Int = 300,
    randomProducts: Int = 0
  ) throws {
    let suite = try Conformance(
      of: adapter, profile: profile, library: library, seeds: Seeds.products, memoryAllowance: memoryAllowance,
      streamSize: streamSize)
    let result = suite.result()
    #expect(result.randomProducts >= randomProducts, "\(profile): \(result.randomProducts) of 40 random products")
    for failure in result.failures { Issue.record("\(profile): \(failure)") }
    try Self.compare(result)
  }

  /// The results are kept beside the tests, and the published matrix of capabilities is made from them: a result that is
  /// not the one kept is a failure. `OCOP_UPDATE_TABLES=1` writes them anew; then `make docs`.
  private static func compare(_ result: ConformanceResult) throws {
    let path = Repository.path("Tests/AdapterTests/Conformance/\(result.profile).json")
    let text = result.json + "\n"
    if getenv("OCOP_UPDATE_TABLES").map({ String(cString: $0) }) == "1" {
      let file = try #require(fopen(path, "w"), "\(path) cannot be written")
      fputs(text, file)
      fclose(file)
      return
    }
    let kept = (try? InputDocument.open(path)).flatMap { try? $0.bytes(at: 0, count: Int($0.size)) } ?? []
    #expect(
      Array(text.utf8) == kept,
      """
      \(result.profile): what was shown is not what Tests/AdapterTests/Conformance/\(result.profile).json says. If it is right, \
      write it: OCOP_UPDATE_TABLES=1 swift test --disable-xctest --filter ConformanceTests && make docs
      \(differences(of: text, from: String(decoding: kept, as: UTF8.self)))
      """)
  }

  private static func differences(of text: String, from old: String) -> String {
    let new = Set(text.split(separator: "\n")), old = Set(old.split(separator: "\n"))
    return (old.subtracting(new).map { "- \($0)" } + new.subtracting(old).map { "+ \($0)" }).sorted().prefix(12)
      .joined(separator: "\n")
  }

  @Test func canonical() throws {
    try conforms(CanonicalAdapter(), "canonical")
  }

  @Test func buuDien() throws {
    try conforms(TableAdapter.buuDienFeed, "buu-dien")
  }

  @Test func delimited() throws {
    try conforms(TableAdapter.delimited, "producer-csv")
  }

  @Test func amazonUS() throws {
    try conforms(TableAdapter.amazonFeed, "amazon-us")
  }

  @Test func supplierXML() throws {
    // Families are no trade items.
    try conforms(ElementAdapter.supplierXML, "gs1-cin", streamSize: 60, randomProducts: 36)
  }

  // Workbooks hold joined rows and shared strings in memory: the documented exception, bounded by the reader's limits.
  @Test func producerSheet() throws {
    try conforms(WorkbookAdapter.producerSheet, "producer-sheet", memoryAllowance: 400, streamSize: 50)
  }

  @Test func japan() throws {
    try conforms(WorkbookAdapter.japanSheet, "japan", memoryAllowance: 200, streamSize: 50)
  }

  @Test func korea() throws {
    try conforms(WorkbookAdapter.koreaSheet, "korea", memoryAllowance: 200, streamSize: 50)
  }
}

/// The seeds, read once.
enum Seeds {
  static let products: [Product] = read("seeds/products.jsonl")
  static let six: [Product] = read("Tests/ProductModelTests/Fixtures/six.jsonl")

  static func read(_ path: String) -> [Product] {
    do throws(Fault) {
      let profile = try ProfileLibrary(root: Repository.path("mappings")).load("canonical", asOf: "2026-11-22")
      let collector = DiagnosticCollector()
      let products = try ProductStream(
        InputDocument.open(Repository.path(path)), profile: profile, registry: AdapterRegistry([CanonicalAdapter()]),
        asOf: "2026-11-22", diagnostics: collector
      ).all()
      precondition(collector.count(of: .error) == 0, collector.kept.first?.description ?? "")
      return products
    } catch {
      fatalError(error.description)
    }
  }
}

/// Places in the repository, from this file's own place.
enum Repository {
  static func path(_ relative: String) -> String {
    let here = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    return here.joined(separator: "/") + "/" + relative
  }
}
