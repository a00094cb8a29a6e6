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

  @Test func canonical() throws {
    #expect(try Conformance(of: CanonicalAdapter(), profile: "canonical", library: library, seeds: Seeds.products).failures() == [])
  }

  @Test func buuDien() throws {
    #expect(try Conformance(of: BuuDienFeedAdapter(), profile: "buu-dien", library: library, seeds: Seeds.products).failures() == [])
  }

  @Test func delimited() throws {
    #expect(try Conformance(of: DelimitedAdapter(), profile: "producer-csv", library: library, seeds: Seeds.products).failures() == [])
  }

  @Test func amazonUS() throws {
    #expect(try Conformance(of: AmazonFeedAdapter(), profile: "amazon-us", library: library, seeds: Seeds.products).failures() == [])
  }

  @Test func supplierXML() throws {
    #expect(try Conformance(of: SupplierXMLAdapter(), profile: "gs1-cin", library: library, seeds: Seeds.products).failures() == [])
  }

  // Workbooks hold joined rows and shared strings in memory: the documented exception, bounded by the reader's limits.
  @Test func producerSheet() throws {
    #expect(try Conformance(of: ProducerSheetAdapter(), profile: "producer-sheet", library: library, seeds: Seeds.products, memoryAllowance: 400, streamSize: 50).failures() == [])
  }

  @Test func japan() throws {
    #expect(try Conformance(of: JapanSheetAdapter(), profile: "japan", library: library, seeds: Seeds.products, memoryAllowance: 200, streamSize: 50).failures() == [])
  }

  @Test func korea() throws {
    #expect(try Conformance(of: KoreaSheetAdapter(), profile: "korea", library: library, seeds: Seeds.products, memoryAllowance: 200, streamSize: 50).failures() == [])
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
