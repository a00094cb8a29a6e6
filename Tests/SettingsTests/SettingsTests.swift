import Diagnostics
import Settings
import Testing

/// YAML as it stands, with places; keys that nobody knows are found.
@Suite("Settings") struct SettingsTests {
  func read(_ text: String) throws -> SourceNode { try YAMLSource.read(Array(text.utf8), name: "a.yaml") }

  @Test func scalarsKeepTheirTextAndPlace() throws {
    let node = try read("a: 0893\nb: [NO, 1.10, \"~\"]\nc: ~\n")
    #expect(node["a"]?.text == "0893")
    #expect(node["b"]?.texts == ["NO", "1.10", "~"])
    #expect(node["c"] == nil)
    #expect(node["b"]?.items?[1].position.place == Place(file: "a.yaml", line: 2, column: 9))
  }

  @Test func unknownKeysNameTheNearest() throws {
    let found = DiagnosticCollector()
    let reader = try #require(MappingReader(try read("url: x\npublsh: y\n"), found))
    #expect(reader.text("url") == "x")
    #expect(reader.node("publish") == nil)
    reader.finish()
    let finding = try #require(found.kept.first)
    #expect(found.kept.count == 1)
    #expect(finding.code == .settingsKeyUnknown)
    #expect(finding.place.line == 2)
    #expect(finding.hint?.en.contains("publish") == true)
  }

  @Test(arguments: ["- a\n- b", "text", "[a, b]"])
  func otherThanAMappingIsFound(text: String) throws {
    let found = DiagnosticCollector()
    #expect(MappingReader(try read(text), found) == nil)
    #expect(found.kept.map(\.code) == [.settingsValue])
  }

  @Test(arguments: [
    "a: [", "a: 1\na: 2", "a: &x 1\nb: *x", "", "a: \u{1}", "? [a]\n: b",
    String(repeating: "[", count: 100) + String(repeating: "]", count: 100),
  ])
  func whatIsNotSettingsHasAPlace(text: String) throws {
    let fault = #expect(throws: Fault.self) { try read(text) }
    #expect(fault?.kind == .configuration)
    #expect(fault?.diagnostic.place.file == "a.yaml")
    #expect(fault?.diagnostic.place.line != nil)
  }

  @Test func everyCodeHasBothLanguages() {
    let codes = DiagnosticCode.settingsCodes
    #expect(Set(codes.map(\.id)).count == codes.count)
    for code in codes {
      #expect(code.id.hasPrefix("settings-"))
      for text in [code.title, code.explanation, code.remedy] { #expect(!text.en.isEmpty && !text.vi.isEmpty) }
    }
  }
}
