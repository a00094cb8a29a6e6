import Diagnostics
import Profiles
import Settings
import Testing

/// Broken and hostile files are faults with a place, never a crash and never a long wait.
@Suite struct HostileTests {
  func fault(_ yaml: String, sourceLocation: SourceLocation = #_sourceLocation) -> Fault? {
    #expect(throws: Fault.self, sourceLocation: sourceLocation) {
      try ProfileLibrary(root: repositoryMappings).load(yaml: yaml, file: "test.yaml", asOf: asOf)
    }
  }

  @Test func aliasesAreRefusedBeforeTheyMultiply() {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for i in 1...30 {
      bomb += "a\(i): &a\(i) [" + Array(repeating: "*a\(i - 1)", count: 9).joined(separator: ", ") + "]\n"
    }
    #expect(fault(bomb)?.diagnostic.code == .settingsYAML)
    // As a key, which the parser hashes: no harmless place for it.
    #expect(fault(bomb + "? *a30\n: x\n")?.diagnostic.code == .settingsYAML)
    let merge = fault("base: &base {title: x}\nprofile: test\n<<: *base\n")
    #expect(merge?.diagnostic.code == .settingsYAML && merge?.diagnostic.place.line == 3)
    // A star and an ampersand in texts are no alias.
    #expect(throws: Never.self) {
      try load(table("{header: \"* A & B\", is: name@vi}", "{header: '&x *y', is: brand}"))
    }
  }

  @Test func deepNesting() {
    #expect(
      fault(
        table(
          "{header: A, is: name@vi}",
          head: "x: " + String(repeating: "[", count: 100) + String(repeating: "]", count: 100)))?.diagnostic.code
        == .settingsLimit)
    #expect(fault("x: " + String(repeating: "[", count: 100_000))?.kind == .configuration)
    #expect(fault("x: " + String(repeating: "{a: ", count: 100_000))?.kind == .configuration)
    #expect(fault(String(repeating: "- ", count: 100_000))?.kind == .configuration)
    #expect(
      fault((0..<2000).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"))?.kind == .configuration
    )
    let derived = String(repeating: "{first: [", count: 15) + "\"{brand}\"" + String(repeating: "]}", count: 15)
    _ = lint(table("{header: A, derive: \(derived)}"))
  }

  @Test func bigFilesAndScalars() {
    let big = String(repeating: "x", count: 2 << 20)
    let over = fault("title: " + big)
    #expect(over?.diagnostic.code == .settingsLimit)
    let folder = Folder(["big.yaml": "title: " + big])
    let read = #expect(throws: Fault.self) { try folder.library.load("big", asOf: asOf) }
    #expect(read?.diagnostic.code == .settingsLimit)
    let long = String(repeating: "y", count: 900_000)
    #expect(throws: Never.self) { try load(table("{header: A, const: \(long)}")) }
    _ = lint(table("{header: A, is: \(long)}"))
    _ = lint(table("{header: A, is: ocop.score, as: \"decimal(\(String(repeating: "(", count: 100_000))\"}"))
    _ = lint(xml("{at: \(String(repeating: "a/", count: 100_000))a, is: status}"))
  }

  /// Variables that double each other end at a limit.
  @Test func variablesThatGrow() {
    var pairs = ["v0: \"0123456789\""]
    for i in 1...60 { pairs.append("v\(i): \"$v\(i - 1)$v\(i - 1)\"") }
    #expect(
      fault(table("{header: $v60, is: name@vi}", head: "let: {\(pairs.joined(separator: ", "))}"))?.diagnostic.code
        == .settingsLimit)
    let wide = "let: {v: \"\(String(repeating: "x", count: 60_000))\"}"
    let uses = String(repeating: "$v", count: 100_000)
    #expect(fault(table("{header: \(uses), is: name@vi}", head: wide))?.diagnostic.code == .settingsLimit)
  }

  @Test func bytesThatAreNoText() {
    let folder = Folder()
    for bytes: [UInt8] in [
      [0xFF, 0xFE, 0x61, 0x00], [0x61, 0x3A, 0x20, 0xC3], [0x00, 0x01, 0x02], [0x61, 0x3A, 0x00],
      [0x7F, 0x45, 0x4C, 0x46, 0x02],
      Array((0...255).map { UInt8($0) }), [0xEF, 0xBB, 0xBF], [],
    ] {
      folder.write("x.yaml", bytes)
      let fault = #expect(throws: Fault.self) { try folder.library.load("x", asOf: asOf) }
      #expect(fault?.diagnostic.code == .settingsYAML)
    }
    folder.write("x.yaml", Array("profile: x\ntitle: Tr\u{E0}".utf8.dropLast()) + [0x0A])
    let fault = #expect(throws: Fault.self) { try folder.library.load("x", asOf: asOf) }
    #expect(fault?.diagnostic.place.line == 2 && fault?.diagnostic.place.byte == 20)
  }

  @Test(arguments: [
    "a: b: c", "a: [", "a: {b", "a: \"x", "a:\n\t- b", "- a\nb: c", "%YAML 9.9\n---\na", "a: !!binary x\n? [b]\n: c",
    "? {a: b}\n: c",
    "--- a\n--- b", "a: *unknown", "a: b\na: c", "{a: f(x, 1), b: g(y, 1)}", "!<tag:yaml.org,2002:str> a: b\n...\nx",
    "@a", "`a",
    "a: |9\n b", "a: b\n c: d", "\u{2028}: [", "\"\\uD800\": x", "\"\\x\": y",
  ])
  func malformedYAML(text: String) {
    let fault = fault(text)
    #expect(fault?.kind == .configuration)
    #expect(fault?.diagnostic.place.file == "test.yaml")
    #expect(fault?.diagnostic.place.line != nil)
  }

  @Test func malformedYAMLIsPointedAt() {
    let markers = Markers("profile: x\ntitle: a ⟦1⟧: b: c\n")
    let fault = fault(markers.text)
    #expect(fault?.diagnostic.place.line == 2)
    let twice = self.fault("profile: x\ntitle: a\ntitle: b\n")
    #expect(twice?.diagnostic.message.en.contains("“title”") == true)
  }

  /// Every text that is cut off or has one byte changed loads or is a fault.
  @Test func damagedProfiles() throws {
    let library = ProfileLibrary(root: repositoryMappings)
    let whole = Array(
      xml(
        "{at: \"a[@t=1]/b\", is: name, facet: {language: \"@l\"}, max: 5}", "{at: c, call: item}",
        #"{at: d, list: allergen, by: ",", pattern: "{code}", set: {level: CONTAINS}, none: no}"#,
        blocks: #"  blocks: {item: {kind: item, rules: [{at: g, is: gtin, as: gtin14}, {at: p, derive: "{id}"}]}}"#,
        head: "market: VN\nlet: {a: \"$market\"}\ncodes: {x: {vocabulary: unit, column: vi}, y: {a: [b, c]}}"
      ).utf8)
    func take(_ bytes: [UInt8]) {
      guard let text = String(validating: bytes, as: UTF8.self) else { return }
      library.lint(yaml: text, asOf: asOf, into: DiagnosticCollector())
    }
    for end in stride(from: 0, to: whole.count, by: 7) { take(Array(whole[..<end])) }
    for i in stride(from: 0, to: whole.count, by: 5) {
      for byte in [UInt8(ascii: "{"), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "\n"), UInt8(ascii: "$")] {
        var damaged = whole
        damaged[i] = byte
        take(damaged)
      }
    }
  }

  @Test func brokenVocabularies() {
    let yaml = table("{header: A, is: status, as: codes(x)}", head: "codes: {x: {vocabulary: v, column: vi}}")
    for text in ["", "# only\n", "vi\tcode\n", "code\tvi\tvi\n", "code\tvi\na\tb\tc\n", "code\tvi\n\tb\n"] {
      let folder = Folder(["vocabulary/v.tsv": text])
      let fault = #expect(throws: Fault.self) { try folder.library.load(yaml: yaml, asOf: asOf) }
      #expect(fault?.diagnostic.code == .profileVocabulary, "\(text)")
    }
    let folder = Folder()
    folder.write("vocabulary/v.tsv", [0x63, 0x6F, 0x64, 0x65, 0x0A, 0xFF])
    #expect(throws: Fault.self) { try folder.library.load(yaml: yaml, asOf: asOf) }
  }
}
