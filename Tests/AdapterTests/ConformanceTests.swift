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
    includesRandomProducts: Bool = true
  ) throws {
    let suite = try Conformance(
      of: adapter, profile: profile, library: library, seeds: Seeds.products, memoryAllowance: memoryAllowance,
      streamSize: streamSize, includesRandomProducts: includesRandomProducts)
    for failure in suite.failures() { Issue.record("\(profile): \(failure)") }
  }

  @Test func canonical() throws {
    try conforms(CanonicalAdapter(), "canonical")
  }

  @Test func buuDien() throws {
    try conforms(BuuDienFeedAdapter(), "buu-dien")
  }

  @Test func delimited() throws {
    try conforms(DelimitedAdapter(), "producer-csv")
  }

  @Test func amazonUS() throws {
    try conforms(AmazonFeedAdapter(), "amazon-us")
  }

  @Test func supplierXML() throws {
    // CIN must state a preparation state and a date of change, and so a random product comes back with more than it had.
    try conforms(SupplierXMLAdapter(), "gs1-cin", streamSize: 60, includesRandomProducts: false)
  }

  // Workbooks hold joined rows and shared strings in memory: the documented exception, bounded by the reader's limits.
  @Test func producerSheet() throws {
    try conforms(ProducerSheetAdapter(), "producer-sheet", memoryAllowance: 400, streamSize: 50)
  }

  @Test func japan() throws {
    try conforms(JapanSheetAdapter(), "japan", memoryAllowance: 200, streamSize: 50)
  }

  @Test func korea() throws {
    try conforms(KoreaSheetAdapter(), "korea", memoryAllowance: 200, streamSize: 50)
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
