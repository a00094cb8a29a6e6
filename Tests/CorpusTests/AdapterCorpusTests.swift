import AdapterKit
import AmazonFeed
import Diagnostics
import Documents
import JapanSheet
import KoreaSheet
import ProductModel
import Profiles
import SupplierXML
import Testing

/// Third-party documents of formats that have a profile: every record becomes a product or a finding, and a document of
/// another kind is refused.
///
/// `adapters.tsv` says what is expected of each file, and what an independent reader counts in it.
@Suite("Third-party documents", .enabled(if: SharedFiles.isWanted, "there are no third-party files (OCOP_SHARED)"))
struct AdapterCorpusTests {
  static let columns = ["file", "profile", "outcome", "code", "counts", "findings"]

  /// Which files are read by which profile.
  static let documents: [(files: String, kinds: [String], profile: String)] = [
    ("retail/examples/gs1-*", [".xml"], "gs1-cin"),
    ("amazon/flatfile", [".tsv", ".txt"], "amazon-us"),
    ("japan-korea/sheets/jp-*", [".xlsx"], "japan-fcp-style"),
    ("japan-korea/sheets/kr-*", [".xlsx"], "korea-import-label"),
    // Workbooks of other people, which are no sheets of ours.
    ("japan-korea/kr-cafe24", [".xlsx"], "korea"),
    ("japan-korea/mext", [".xlsx"], "japan"),
    ("japan-korea/xlsx-robustness", [".xlsx"], "japan"),
  ]

  @Test("Every document is read or refused as the table says")
  func documents() throws {
    try #require(SharedFiles.root != nil, "OCOP_REQUIRE_SHARED is set, and there are no third-party files")
    let table = try CorpusTable("adapters.tsv", columns: Self.columns)
    let watchdog = Watchdog(limit: .seconds(300))
    var found: [[String]] = []
    for (files, kinds, name) in Self.documents {
      let profile = try ProfileLibrary(root: Self.package + "/mappings").load(name, asOf: "2026-11-22")
      for file in SharedFiles.files(in: files) where kinds.contains(where: { file.hasSuffix($0) }) {
        watchdog.begin(file)
        found.append([file, name] + Reading(file, profile).cells)
      }
    }
    _ = watchdog.end()
    if SharedFiles.updatesTables { return try table.write(found) }
    let differences = table.differences(from: found)
    #expect(differences.isEmpty, "\(differences.count) files:\n\(differences.joined(separator: "\n"))")
    #expect(found.count >= 30)
  }

  private static let package = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
}

/// What reading one document gave.
private struct Reading {
  private static let adapters = AdapterRegistry([
    ElementAdapter.supplierXML, TableAdapter.amazonFeed, WorkbookAdapter.japanSheet, WorkbookAdapter.koreaSheet,
  ])

  private var products = 0, faulted = 0, records = 0
  private var gtins: Set<String> = []
  private var fault: Fault?
  private let diagnostics = DiagnosticCollector()

  init(_ file: String, _ profile: Profile) {
    do throws(Fault) {
      let input = try InputDocument.open(SharedFiles.path(file))
      let context = AdapterContext(profile: profile, asOf: "2026-11-22", diagnostics: diagnostics)
      let reader = try Self.adapters.adapter(named: profile.adapter).makeReader(input, context)
      var batch = ProductBatch()
      var isMore = true
      while isMore {
        batch.recycle()
        // Rows that stand in the batch before a fault count too.
        var thrown: Fault?
        do throws(Fault) { isMore = try reader.read(into: &batch) } catch { thrown = error }
        for i in 0..<batch.count {
          products += 1
          records += batch.rows[i].records
          if batch.rows[i].state == .faulted { faulted += 1 }
          count(batch.product(at: i).root)
        }
        if let thrown { throw thrown }
      }
    } catch { fault = error }
  }

  private mutating func count(_ node: ProductNode) {
    if node.kind == .item, let gtin = node[.gtin] { gtins.insert(gtin) }
    node.children.forEach { count($0) }
  }

  /// The table's columns from `outcome` on.
  var cells: [String] {
    let findings = diagnostics.counts.filter { $0.key.severity >= .error }
      .map { "\($0.key.id)=\($0.value)" }.sorted().joined(separator: " ")
    let counts = "products=\(products) faulted=\(faulted) records=\(records) gtins=\(gtins.count)"
    guard let fault else { return ["read", "", counts, findings] }
    return [
      "refused", fault.kind.rawValue + "/" + fault.diagnostic.code.id, products > 0 ? counts : "", findings,
    ]
  }
}
