import Diagnostics
import Profiles
import Testing

@Suite struct InheritanceTests {
  static let parent = """
    profile: parent
    title: The parent
    version: "1"
    adapter: delimited
    standing: {state: confirmed, date: "2026-01-01", source: a letter}
    market: VN
    let: {a: "1", b: "2"}
    codes:
      units: {GRM: g, KGM: kg}
      state: {active: bán}
    table:
      format: {delimiter: ";", bom: true}
      rows: [labels, names]
      columns:
        - {header: [Mã SKU, SKU], code: sku, is: "item[each].sku", required: true, max: 40}
        - {header: "Tên *", is: name@vi, required: true, max: 120}
        - {path: "w#1", is: "item[each].grossWeight", unit: {path: "w#unit", codes: units}}
        - when: {path: status, in: [active]}
          rules:
            - {header: G1, const: x}
            - {header: G2, const: "$a$b"}
        - {header: Ảnh, each: media, max: 3, columns: [{header: "Ảnh {i}", is: url}, {header: "Loại {i}", is: type}]}
        - {header: Cuối, is: brand}
    tests:
      - {name: parent's, product: {name@vi: x}, output: [x]}
    """

  func folder(_ child: String) -> Folder {
    Folder(["parent.yaml": Self.parent, "child.yaml": "profile: child\nextends: parent\n" + child])
  }

  func loadChild(_ child: String) throws -> Profile {
    let folder = folder(child)
    defer { withExtendedLifetime(folder) {} }
    return try folder.library.load("child", asOf: asOf)
  }

  func golden(_ child: String) throws -> [String] {
    let profile = try loadChild(child)
    let shown = ProfileDescription.show(profile)
    let lines = shown.split(separator: "\n").map(String.init)
    let start = try #require(lines.firstIndex { $0.hasPrefix("table:") })
    return Array(lines[start...])
  }

  @Test func everythingIsTakenOver() throws {
    let profile = try loadChild("title: The child")
    #expect(profile.name == "child" && profile.parent == "parent" && profile.title == "The child")
    #expect(profile.adapter == "delimited" && profile.market == "VN" && profile.codes.count == 2)
    // A claim is the claimant's own, and so are tests.
    #expect(profile.standing.state == .unconfirmed && profile.tests.isEmpty)
    #expect(
      try golden("title: The child") == [
        "table:",
        "  format: {delimiter: \";\", strict: false, quotes: rfc4180, encoding: utf-8, bom: true, newline: crlf}",
        "  rows: [labels, names]", "  columns:",
        "    - {code: sku, header: [\"Mã SKU\", SKU], is: \"item[each].sku\", required: true, max: 40}",
        "    - {header: \"Tên *\", is: name@vi, required: true, max: 120}",
        "    - {path: \"w#1\", is: \"item[each].grossWeight\", unit: {path: \"w#unit\", codes: units}}",
        "    - when: {path: status, in: [active]}", "      rules:", "        - {header: G1, const: x}",
        "        - {header: G2, const: \"12\"}", "    - each: media", "      max: 3", "      columns:",
        "        - {header: \"Ảnh {i}\", is: url}", "        - {header: \"Loại {i}\", is: type}",
        "    - {header: Cuối, is: brand}", "  unmatched: residue",
      ])
  }

  @Test func rulesAreMergedByPlace() throws {
    #expect(
      try golden(
        """
        let: {b: "9"}
        table:
          format: {bom: false}
          columns:
            - remove: [Cuối]
            - {header: SKU, max: 20}
            - {header: tên, max: ~, recommended: true, required: ~}
            - {path: "w#1", is: "item[each].netWeight", unit: {path: "w#unit", codes: units}}
            - when: {in: [active], path: status}
              rules: [{header: G1, const: y}, {header: G3, const: z, before: G2}]
            - {header: Ảnh, max: 5, columns: [{remove: ["Loại {i}"]}, {header: "Ảnh {i}", max: 99}]}
            - {header: Mới, is: shortName@vi, after: sku}
            - {header: Sau cùng, is: variant@vi}
        """) == [
          "table:",
          "  format: {delimiter: \";\", strict: false, quotes: rfc4180, encoding: utf-8, bom: false, newline: crlf}",
          "  rows: [labels, names]", "  columns:",
          "    - {code: sku, header: SKU, is: \"item[each].sku\", required: true, max: 20}",
          "    - {header: Mới, is: shortName@vi}",
          "    - {header: tên, is: name@vi, recommended: true}",
          "    - {path: \"w#1\", is: \"item[each].netWeight\", unit: {path: \"w#unit\", codes: units}}",
          "    - when: {path: status, in: [active]}", "      rules:", "        - {header: G1, const: y}",
          "        - {header: G3, const: z}", "        - {header: G2, const: \"19\"}", "    - each: media",
          "      max: 5",
          "      columns:", "        - {header: \"Ảnh {i}\", is: url, max: 99}",
          "    - {header: \"Sau cùng\", is: variant@vi}", "  unmatched: residue",
        ])
  }

  @Test func removeBesideTheListAndMoving() throws {
    let lines = try golden(
      """
      table:
        remove: [Ảnh, "w#1", Mã SKU]
        columns: [{header: Cuối, before: "Tên *"}]
      """)
    #expect(
      lines.filter { $0.hasPrefix("    - ") } == [
        "    - {header: Cuối, is: brand}", "    - {header: \"Tên *\", is: name@vi, required: true, max: 120}",
        "    - when: {path: status, in: [active]}",
      ])
    let only = try golden("table: {remove: Ảnh}")
    #expect(!only.contains { $0.contains("media") })
  }

  @Test func codeListsAreReplacedWhole() throws {
    let profile = try loadChild("codes: {units: {MLT: ml}, more: {a: b}}")
    #expect(profile.codes["units"]?.order == ["MLT"])
    #expect(profile.codes["state"]?.order == ["active"] && profile.codes["more"] != nil)
  }

  @Test func anotherLayoutReplaces() throws {
    let profile = try loadChild("canonical: true")
    guard case .canonical = profile.layout else {
      Issue.record("not canonical")
      return
    }
  }

  @Test func sheetsAndBlocks() throws {
    let head = "title: x\nadapter: a\nstanding: {state: unconfirmed, date: \"2026-01-01\", source: s}\n"
    let folder = Folder([
      "p.yaml": """
      profile: p
      \(head)workbook:
        sheets:
          - {name: A, table: {columns: [{header: N, is: name@vi}, {header: B, is: brand}]}}
          - {name: T, text: [one]}
          - {name: C, card: [{header: X, is: brand}]}
      """,
      "c.yaml": """
      profile: c
      extends: p
      workbook:
        sheets:
          - remove: [T]
          - {name: A, active: true, table: {remove: [B], columns: [{header: N, max: 5}]}}
          - {name: Z, text: [new]}
      """,
      "x.yaml": """
      profile: x
      \(head)xml:
        namespaces: {a: "urn:a"}
        prologue: <r>
        epilogue: </r>
        record: e
        rules: [{at: i, call: item}]
        blocks: {item: {kind: item, rules: [{at: g, is: gtin}, {at: s, is: sku}]}}
      """,
      "y.yaml": """
      profile: y
      extends: sub/../x.yaml
      xml:
        namespaces: {b: "urn:b"}
        rules: [{at: n, is: name@vi, before: i}]
        blocks: {item: {rules: [{at: g, required: true}, {remove: s}]}}
      """,
    ])
    let sheets = try #require(try folder.library.load("c", asOf: asOf).layout.workbook?.sheets)
    #expect(sheets.map(\.name) == ["A", "C", "Z"] && sheets[0].isActive)
    if case .table(let table) = sheets[0].content {
      #expect(table.columns.count == 1 && table.columns[0].field?.maxCharacters == 5)
    }
    folder.write("sub/empty.txt", [])
    let layout = try #require(try folder.library.load("y", asOf: asOf).layout.elements)
    #expect(layout.namespaces == ["a": "urn:a", "b": "urn:b"] && layout.rules.count == 2)
    #expect(layout.rules.first?.field != nil)
    #expect(layout.blocks["item"]?.rules.count == 1)
    #expect(layout.blocks["item"]?.rules.first?.field?.requirement == .required)
  }

  @Test func positionsNameTheFileOfEachRule() throws {
    let profile = try loadChild("table:\n  columns:\n    - {header: Mới, is: variant@vi}")
    let fields = profile.layout.columns.compactMap(\.field)
    #expect(fields.first?.position.file?.hasSuffix("/parent.yaml") == true)
    #expect(fields.first?.position.line == 15)
    #expect(fields.last?.position.file?.hasSuffix("/child.yaml") == true && fields.last?.position.line == 5)
  }

  func faults(_ child: String, _ code: DiagnosticCode, sourceLocation: SourceLocation = #_sourceLocation) {
    let markers = Markers("profile: child\n" + child)
    let folder = Folder(["parent.yaml": Self.parent, "child.yaml": markers.text])
    let fault = #expect(throws: Fault.self, sourceLocation: sourceLocation) {
      try folder.library.load("child", asOf: asOf)
    }
    #expect(fault?.diagnostic.code == code, "\(fault?.description ?? "")", sourceLocation: sourceLocation)
    #expect(fault?.diagnostic.place.line == markers.places[1]?.line, sourceLocation: sourceLocation)
    #expect(fault?.diagnostic.place.column == markers.places[1]?.column, sourceLocation: sourceLocation)
  }

  @Test func unknownPlaces() {
    faults("extends: parent\ntable: {columns: [{remove: [⟦1⟧Cuôi]}]}", .profilePlaceUnknown)
    faults("extends: parent\ntable: {remove: ⟦1⟧Cuôi}", .profilePlaceUnknown)
    faults("extends: parent\ntable: {columns: [⟦1⟧{header: Không có, max: 5}]}", .profilePlaceUnknown)
    faults(
      "extends: parent\ntable: {columns: [{header: Mới, is: variant@vi, after: ⟦1⟧Giữa}]}", .profilePlaceUnknown)
    faults("extends: ⟦1⟧parnet", .profileInheritance)
    faults("extends: ⟦1⟧child", .profileInheritance)
    faults("extends: ⟦1⟧[parent]", .profileInheritance)
  }

  @Test func circlesAndDepth() {
    let circle = Folder([
      "a.yaml": "profile: a\nextends: b\n", "b.yaml": "profile: b\nextends: c\n", "c.yaml": "profile: c\nextends: a\n",
    ])
    let fault = #expect(throws: Fault.self) { try circle.library.load("a", asOf: asOf) }
    #expect(fault?.diagnostic.code == .profileInheritance)
    #expect(fault?.diagnostic.message.en.contains("a → b → c → a") == true)
    // A circle further up, which the profile itself is not in.
    let above = Folder([
      "a.yaml": "profile: a\nextends: b\n", "b.yaml": "profile: b\nextends: c\n", "c.yaml": "profile: c\nextends: b\n",
    ])
    #expect(throws: Fault.self) { try above.library.load("a", asOf: asOf) }
    var files = ["p0.yaml": table("{header: A, is: name@vi}")]
    for i in 1...9 { files["p\(i).yaml"] = "profile: p\(i)\nextends: p\(i - 1)\n" }
    let chain = Folder(files)
    #expect(throws: Never.self) { try chain.library.load("p8", asOf: asOf) }
    let deep = #expect(throws: Fault.self) { try chain.library.load("p9", asOf: asOf) }
    #expect(deep?.diagnostic.code == .profileInheritance)
  }

  @Test func ambiguousPlaces() {
    let folder = Folder([
      "p.yaml": table(
        #"{header: M, is: "item[each].packagingMaterial"}"#, #"{header: M, is: "item[each].packagingType"}"#),
      "c.yaml": "profile: c\nextends: p\ntable: {columns: [{header: M, max: 3}]}\n",
    ])
    let found = DiagnosticCollector()
    folder.library.lint("c", asOf: asOf, into: found)
    #expect(found.counts[.profilePlaceAmbiguous] == 1)
  }
}
