import AdapterTesting
import Diagnostics
import Documents
import ProductModel
import Profiles
import Testing

@testable import AdapterKit

/// The producer's list as one CSV file is what the profile writes of the seeds, and it is read back to them.
@Suite("The seeds as CSV")
struct SeedFilesTests {
  @Test func csv() throws {
    var probe = TableProbe(TableLayout(columns: []))
    probe.profile = try ProfileLibrary(root: Repository.path("mappings")).load("producer-csv", asOf: "2026-11-22")
    let file = try InputDocument.open(Repository.path("seeds/producer-sheet.csv"))
    let kept = try file.bytes(at: 0, count: Int(file.size))
    let written = try probe.write(Seeds.products)
    #expect(
      written.states.allSatisfy { $0 == .good },
      "\(written.diagnostics.first { $0.severity == .error }?.description ?? "")")
    #expect(
      written.bytes == kept,
      """
      seeds/producer-sheet.csv is not what the profile writes: ocop convert seeds/products.jsonl --from canonical \
      --to producer-csv -o seeds/producer-sheet.csv --as-of 2026-11-22
      """)
    let read = try probe.read(kept)
    #expect(read.products.count == Seeds.products.count && read.rows.allSatisfy { $0.state == .good })
    for (before, after) in zip(Seeds.products, read.products) {
      #expect(before.identity == after.identity)
      // One row a product carries less than the workbook; what it says, the seed says.
      for difference in after.differences(from: before) where !difference.new.isEmpty {
        #expect(difference.new.allSatisfy { Self.holds(before.root, $0) }, "\(before.identity ?? "?") \(difference)")
        #expect(difference.new.count <= max(1, difference.old.count), "\(before.identity ?? "?") \(difference)")
      }
      #expect(after.root.nodes(.ingredient).count == before.root.nodes(.ingredient).count)
    }
  }

  private static func holds(_ node: ProductNode, _ text: String) -> Bool {
    node.values.contains { $0.text == text } || node.children.contains { holds($0, text) }
  }
}
