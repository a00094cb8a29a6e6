import Diagnostics
import Profiles
import Settings
import Testing

@Suite struct CodeListTests {
  let folder = Folder([
    "vocabulary/fruit.tsv": """
    # A comment before the header
    code\tvi\ten\tkind\tfrom\tto
    APL\tTáo|quả táo\tApple\tpome|tree\t\t
    ORG\tCam\t\tcitrus\t2026-01-01\t
    PLM\tMận\tPlum\tstone\t\t2025-12-31
    PLM\tMận mới\tPlum\tstone\t2026-01-01\t
    FUT\tMai sau\tFuture\tstone\t2027-01-01\t
    ACE\tTáo\tAcerola\tstone
    """.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: "\n"),
    "vocabulary/broken.tsv": "name\tvi\nA\tB\n",
  ])

  func list(_ text: String, asOf date: String = asOf) throws -> CodeList {
    let profile = try folder.library.load(
      yaml: table("{header: A, is: status, as: codes(x)}", head: "codes: {x: \(text)}"), asOf: date)
    return try #require(profile.codes["x"])
  }

  /// The quick way over common scripts says what Unicode's tables say.
  @Test func foldingFollowsUnicode() throws {
    for value in 0x21...UInt32(0x2FFFF) {
      guard let scalar = Unicode.Scalar(value), ![0xA0, 0x3000].contains(value) else { continue }
      let isWide = value >= 0xFF01 && value <= 0xFF5E
      let narrow = isWide ? try #require(Unicode.Scalar(value - 0xFEE0)) : scalar
      let folded = CodeList.folded("\u{3000}A \t\(scalar)\u{A0}b\n")
      if folded != "a \(narrow.properties.lowercaseMapping) b" {
        Issue.record("U+\(String(value, radix: 16)): \(folded)")
      }
    }
  }

  @Test func columns() throws {
    let vi = try list("{vocabulary: fruit, column: vi}")
    #expect(vi.order == ["APL", "ORG", "PLM", "ACE"])
    #expect(vi.text(for: "APL") == "Táo" && vi.code(for: "QUẢ TÁO") == "APL")
    #expect(vi.code(for: "Táo") == "APL")
    let first = try list("{vocabulary: fruit, column: [en, vi]}")
    #expect(first.text(for: "ORG") == "Cam" && first.text(for: "APL") == "Apple")
    let codes = try list("{vocabulary: fruit}")
    #expect(codes.text(for: "APL") == "APL")
  }

  @Test func datedRows() throws {
    #expect(try list("{vocabulary: fruit, column: vi}", asOf: "2025-12-31").text(for: "PLM") == "Mận")
    #expect(try list("{vocabulary: fruit, column: vi}", asOf: "2026-01-01").text(for: "PLM") == "Mận mới")
    #expect(try list("{vocabulary: fruit, column: vi}", asOf: "2027-01-01").order.contains("FUT"))
    #expect(try !list("{vocabulary: fruit, column: vi}", asOf: "2026-12-31").order.contains("FUT"))
  }

  @Test func whereTakesAlternatives() throws {
    #expect(try list("{vocabulary: fruit, column: vi, where: {kind: tree}}").order == ["APL"])
    #expect(try list("{vocabulary: fruit, column: vi, where: {kind: [tree, citrus]}}").order == ["APL", "ORG"])
    #expect(try list("{vocabulary: fruit, column: vi, where: {kind: stone, en: Plum}}").order == ["PLM"])
  }

  @Test func valuesComeFirst() throws {
    let both = try list("{vocabulary: fruit, column: vi, values: {ORG: [cam sành, cam], NEW: Mới, PLM: ~}}")
    #expect(both.order == ["APL", "ORG", "ACE", "NEW"])
    #expect(both.text(for: "ORG") == "cam sành" && both.code(for: "Cam") == "ORG")
    #expect(both.code(for: "Mận mới") == nil)
    let inline = try list("{a: một, b: [hai, 2], \"no\": KHÔNG}")
    #expect(inline.order == ["a", "b", "no"] && inline.code(for: "2") == "b" && inline.text(for: "no") == "KHÔNG")
    #expect(try list("{values: {values: v, vocabulary: w}}").order == ["values", "vocabulary"])
  }

  @Test func exact() throws {
    #expect(try list("{vocabulary: fruit, column: vi, exact: true}").text(for: "ACE") == "ACE")
    #expect(try list("{vocabulary: fruit, column: vi}").text(for: "ACE") == "Táo")
  }

  @Test func faults() {
    let fruit = folder.library
    func check(_ codes: String, _ code: DiagnosticCode) {
      expect(table("{header: A, is: status, as: codes(x)}", head: "codes: {x: \(codes)}"), [(code, 1)], in: fruit)
    }
    check("{vocabulary: ⟦1⟧fruits, column: vi}", .profileVocabulary)
    check("{vocabulary: ⟦1⟧../fruit, column: vi}", .profileVocabulary)
    check("{vocabulary: fruit, column: [vi, ⟦1⟧ne]}", .profileVocabulary)
    check("{vocabulary: fruit, column: vi, where: {⟦1⟧kidn: x}}", .profileVocabulary)
    check("{vocabulary: fruit, column: vi, ⟦1⟧colum: en}", .settingsKeyUnknown)
    check("⟦1⟧text", .settingsValue)
    let found = lint(
      table("{header: A, is: status, as: codes(x)}", head: "codes: {x: {vocabulary: broken}}"), in: fruit)
    #expect(found.first?.code == .profileVocabulary && found.first?.place.line == 1)
    #expect(found.first?.place.file?.hasSuffix("broken.tsv") == true)
  }
}
