import Diagnostics
import ProductModel
import Profiles
import Testing

@Suite struct LoadingTests {
  @Test func headAndFormat() throws {
    let profile = try load(
      """
      profile: shop
      title: A shop
      version: "1.10"
      adapter: delimited
      standing: {state: confirmed, date: "2026-01-02", source: the shop's manual}
      market: VN
      language: vi
      accepts:
        - {path: type, in: [product, assortment]}
        - {path: "item[each].gtin", present: true}
        - {path: status, in: [discontinued], not: true}
        - {path: ocop.stars, present: false}
      table:
        format: {delimiter: tab, strict: true, quotes: none, encoding: utf-16, bom: true, newline: lf}
        rows: [{text: [a, "b c"]}, blank, labels, names, codes, sublabels]
        columns: [{header: Tên, is: name@vi}]
        unmatched: error
      """)
    #expect(profile.name == "shop")
    #expect(profile.version == "1.10")
    #expect(profile.standing.state == .confirmed)
    #expect(profile.market == "VN")
    #expect(profile.accepts.count == 4)
    #expect(profile.accepts[0].values == ["product", "assortment"])
    #expect(profile.accepts[1].values.isEmpty && !profile.accepts[1].isNegated)
    #expect(profile.accepts[2].isNegated)
    #expect(profile.accepts[3].isNegated && profile.accepts[3].values.isEmpty)
    guard case .table(let table) = profile.layout else {
      Issue.record("not a table")
      return
    }
    #expect(table.delimiter == "\t" && table.isStrict && table.quotes == "none" && table.bom)
    #expect(table.encoding == "utf-16" && table.newline == "lf" && table.unmatched == .error)
    #expect(table.rows == [.text(["a", "b c"]), .blank, .labels, .names, .codes, .sublabels])
  }

  /// YAML 1.1 would read these as false, an octal number, a float and a number of base 60.
  @Test func scalarsAreTexts() throws {
    let profile = try load(
      table("{header: [NO, 0123, 1.10, 12:30, ~x], is: name@vi, default: 08938501234018}", head: "market: NO"))
    #expect(profile.market == "NO")
    let field = try #require(profile.layout.columns.first?.field)
    #expect(field.names == ["NO", "0123", "1.10", "12:30", "~x"])
    #expect(field.defaultValue == "08938501234018")
  }

  @Test(arguments: [
    ("name@vi", Converter.text), ("item[each].gtin", .gtin), ("party[producer].gln", .text),
    ("item[each].isOrderable", .boolean(yes: "true|1", no: "false|0")), ("ocop.stars", .integer(.plain)),
    ("ocop.score", .decimal(.plain, minFraction: 0, maxFraction: nil)), ("item[each].grossWeight", .measure),
    ("ingredient[1].share", .decimal(.plain, minFraction: 0, maxFraction: nil)),
    ("ocop.decisionDate", .date(.iso)), ("lastChange", .dateTime), ("media[1].url", .text), ("status", .text),
  ])
  func standardConverters(path: String, converter: Converter) throws {
    let profile = try load(table("{header: X, is: \"\(path)\"}"))
    #expect(profile.layout.columns.first?.field?.converter == converter)
  }

  @Test(arguments: [
    ("ocop.stars", "integer(comma)", Converter.integer(.comma)),
    ("ocop.score", "decimal(point, 1..2)", .decimal(.point, minFraction: 1, maxFraction: 2)),
    ("ocop.score", "decimal(plain, 1)", .decimal(.plain, minFraction: 1, maxFraction: 1)),
    ("price[VN].amount", "money(comma, VND)", .money(.comma, currency: "VND")),
    ("item[each].depth", "measureIn(CMT)", .measureIn(unit: "CMT", .plain, maxFraction: nil)),
    ("item[each].depth", "measureIn(CMT, comma, 1)", .measureIn(unit: "CMT", .comma, maxFraction: 1)),
    ("item[each].depth", "quantity(units)", .quantity(codes: "units", .plain)),
    ("shelfLife.onArrival", "duration(units)", .duration(codes: "units")),
    ("shelfLife.onArrival", "days", .days), ("item[each].gtin", "gtin14", .gtin14),
    ("ocop.decisionDate", "date(dmy)", .date(.dmy)),
    ("ocop.decisionDate", "dateTimeOfDate(end, +07:00)", .dateTimeOfDate(isEnd: true, offset: "+07:00")),
    ("isDangerous", "boolean(Có|x, Không)", .boolean(yes: "Có|x", no: "Không")),
    ("item[each].saleUnit", "codes(units, open)", .codes(list: "units", isOpen: true)),
    ("item[each].saleUnit", "choice(units)", .choice(list: "units")),
    (
      "shelfLife.onArrival", "affixed(\"từ, (\", duration(units), \" )\")",
      .affixed(prefix: "từ, (", .duration(codes: "units"), suffix: " )")
    ),
    (
      "name@vi", "affixed(\"\", affixed(\"<\", text, \">\"), \"!\")",
      .affixed(prefix: "", .affixed(prefix: "<", .text, suffix: ">"), suffix: "!")
    ),
  ])
  func converters(path: String, text: String, converter: Converter) throws {
    let profile = try load(table("{header: X, is: \"\(path)\", as: '\(text)'}", head: "codes: {units: {GRM: g}}"))
    #expect(profile.layout.columns.first?.field?.converter == converter)
    // What is shown reads back as the same converter.
    let again = try load(
      table("{header: X, is: \"\(path)\", as: '\(converter.notation)'}", head: "codes: {units: {GRM: g}}"))
    #expect(again.layout.columns.first?.field?.converter == converter)
  }

  @Test func fieldKeys() throws {
    let profile = try load(
      table(
        """
        {path: "a#1", label: A, code: a, is: "item[each].netContent", unit: {header: Đơn vị, codes: units}, required: true,
             requiredWhen: {path: type, in: [product]}, max: 40, maxBytes: 80, truncate: true, default: "1",
             fallback: ["item[each].netWeight"], width: 12.5, choices: units, format: "#,##0", wide: true, height: 30}
        """, "{header: B, const: $$5}", "{header: C, blank: true}", "{header: D, is: name@vi, recommended: true}",
        "{is: type, const: product}", "{header: E, is: \"item[each].packagingMaterial\", by: \"; \"}",
        head: "codes: {units: {GRM: g}}"))
    let fields = profile.layout.columns.compactMap(\.field)
    #expect(fields[0].place == .column(names: ["a#1"], label: "A", code: "a", isExact: true))
    #expect(fields[0].converter == .decimal(.plain, minFraction: 0, maxFraction: nil))
    #expect(fields[0].unit?.codes == "units")
    #expect(fields[0].unit?.place == .column(names: ["Đơn vị"], label: nil, code: nil, isExact: false))
    #expect(fields[0].requirement == .required && fields[0].requiredWhen?.values == ["product"])
    #expect(fields[0].maxCharacters == 40 && fields[0].maxBytes == 80 && fields[0].truncates)
    #expect(fields[0].fallbacks.map(\.description) == ["item[each].netWeight"])
    #expect(
      fields[0].presentation
        == Presentation(width: 12.5, choices: "units", numberFormat: "#,##0", isWide: true, height: 30))
    #expect(fields[1].constant == "$5" && fields[1].target == nil)
    #expect(fields[2].requirement == .blank)
    #expect(fields[3].requirement == .recommended)
    #expect(fields[4].place == .nowhere && fields[4].constant == "product")
    #expect(fields[5].separator == "; ")
  }

  @Test func structure() throws {
    let profile = try load(
      table(
        #"{header: Size, pattern: "{depth}×{{{width|measureIn(CMT)}}}", with: {depth: "measureIn(MMT, comma)"}, on: "item[case-12]"}"#,
        #"{header: Allergens, list: allergen, by: "、", pattern: "{code}", with: {code: codes(a)}, set: {level: CONTAINS}, none: none, as: 'affixed("<", text, ">")'}"#,
        #"{each: media, max: 5, only: [{path: type, in: [PRODUCT_IMAGE]}], columns: [{header: "Ảnh {i}", is: url}]}"#,
        #"{path: "b#{i}", each: bullet, max: 3, is: text@en, required: true}"#,
        "{when: {path: type, codes: a}, rules: [{header: G, const: x}]}",
        #"{each: "item[each].contains", max: 2, set: {item: "^item.id"}, columns: [{header: "N{i}", is: quantity}, {header: "P{i}", is: product.name@vi}]}"#,
        head: "codes: {a: {AM: Sữa, AE: Trứng}}"))
    let rules = profile.layout.columns
    guard case .composite(let size) = rules[0], case .list(let list) = rules[1], case .group(let group) = rules[4]
    else {
      Issue.record("wrong rules")
      return
    }
    #expect(size.node.map(\.description) == ["item[case-12]"])
    #expect(size.pieces.count == 4)
    if case .value(let path, let converter) = size.pieces[0] {
      #expect(path.description == "depth" && converter == .measureIn(unit: "MMT", .comma, maxFraction: nil))
    }
    if case .literal(let text) = size.pieces[1] { #expect(text == "×{") }
    #expect(list.kind == .allergen && list.separator == "、" && list.none == "none")
    #expect(list.set == [SetValue(attribute: .level, source: .constant("CONTAINS"))])
    #expect(list.field.converter == .affixed(prefix: "<", .text, suffix: ">"))
    #expect(rules[2].each?.max == 5 && rules[2].each?.only.first?.values == ["PRODUCT_IMAGE"])
    let short = try #require(rules[3].each)
    #expect(short.kind == .bullet && short.max == 3)
    #expect(short.rules.first?.field?.names == ["b#{i}"] && short.rules.first?.field?.requirement == .required)
    #expect(group.when.values == ["AM", "AE"])
    let contains = try #require(rules[5].each)
    #expect(contains.parent.map(\.description) == ["item[each]"])
    #expect(contains.set == [SetValue(attribute: .item, source: .enclosing(.item, .id))])
    let target = try #require(contains.rules.last?.field?.target)
    #expect(target.isFromProduct && target.attribute == .name && target.steps.isEmpty)
  }

  @Test func derivations() throws {
    let texts = [
      #""{name@vi} {ocop.stars}★""#, #"{first: ["{name@ja}", "{name@en}"]}"#, "{count: item}",
      "{sum: ingredient.share}", #"{formula: "=ROUND({a}*2,1)"}"#, "{asOf: date(ymd)}", "{number: true}",
      #"{join: ingredient, pattern: "{name@ja}", by: "、", only: [{path: origin, in: [VN]}]}"#,
      #"{scale: "item[each].netWeight", unit: E14, from: "item[each].grossWeight", to: "item[each].netContent"}"#,
    ]
    let rules = texts.enumerated().map { "{header: H\($0), code: \($0 == 0 ? "a" : "c\($0)"), derive: \($1)}" }
    let profile = try load(profile("table:\n  columns:\n" + rules.map { "    - " + $0 }.joined(separator: "\n")))
    let derived = profile.layout.columns.compactMap { $0.field?.derived }
    try #require(derived.count == texts.count)
    if case .template(let pieces) = derived[0] { #expect(pieces.count == 4) } else { Issue.record("template") }
    if case .first(let all) = derived[1] { #expect(all.count == 2) } else { Issue.record("first") }
    if case .count(.item) = derived[2] {} else { Issue.record("count") }
    if case .sum(.ingredient, .share) = derived[3] {} else { Issue.record("sum") }
    if case .formula("=ROUND({a}*2,1)") = derived[4] {} else { Issue.record("formula") }
    if case .asOf(.date(.ymd)) = derived[5] {} else { Issue.record("asOf") }
    if case .number = derived[6] {} else { Issue.record("number") }
    if case .join(let parent, .ingredient, let only, _, "、") = derived[7] {
      #expect(parent.isEmpty && only.count == 1)
    } else {
      Issue.record("join")
    }
    if case .scale(_, "E14", _, _) = derived[8] {} else { Issue.record("scale") }
    let reference = try load(
      xml(
        #"{at: x, each: item, rules: [{at: id, is: id}, {at: c, each: contains, rules: [{at: i, is: item}, {at: g, derive: "{item->gtin|gtin14}"}]}]}"#
      ))
    let inner = reference.layout.elements?.rules.first?.each?.rules.last?.each?.rules.last?.field?.derived
    if case .reference(.item, .gtin, .gtin14)? = inner {} else { Issue.record("reference") }
  }

  @Test func elements() throws {
    let profile = try load(
      xml(
        #"{at: "m:a/b[@type=X/Y][@u=\"1\"]/c", is: name, facet: {language: "@lang"}, always: true}"#,
        "{at: w/@unit, is: originText@vi}", #"{at: ., is: status}"#,
        #"{at: weight, is: "item[each].grossWeight", unit: "@unit"}"#,
        "{at: i, call: block}",
        blocks: """
            per: top-item
            unmatched: warn
            blocks: {block: {kind: item, rules: [{at: g, is: gtin}, {at: n, is: product.name@vi}]}}
          """))
    let layout = try #require(profile.layout.elements)
    #expect(layout.isPerTopItem && layout.unmatched == .warn)
    #expect(layout.record.steps.map(\.name) == ["list", "entry"])
    guard case .element(let path)? = layout.rules[0].field?.place,
      case .element(let unit)? = layout.rules[3].field?.unit?.place,
      case .element(let attribute)? = layout.rules[1].field?.place, case .call(let call) = layout.rules[4]
    else {
      Issue.record("wrong places")
      return
    }
    #expect(path.steps[0].namespace == "urn:m" && path.steps[0].prefix == "m")
    #expect(path.steps[1].namespace == nil)
    #expect(path.steps[1].conditions == [.init(name: "type", value: "X/Y"), .init(name: "u", value: "1")])
    #expect(layout.rules[0].field?.languageAttribute == "lang" && layout.rules[0].field?.isAlways == true)
    #expect(attribute.attribute == "unit" && attribute.steps.count == 1)
    #expect(layout.rules[2].field?.place == .element(ElementPath(steps: [])))
    #expect(unit == ElementPath(steps: [], attribute: "unit"))
    #expect(call.block == "block" && call.link == nil)
    #expect(layout.blocks["block"]?.kind == .item)
    #expect(layout.blocks["block"]?.rules.last?.field?.target?.isFromProduct == true)
  }

  @Test func variables() throws {
    let yaml = table(
      #"{header: "$a-${b}c $$x $ 5$", is: "title@$language/$profile"}"#, #"{header: "$asOf $market", const: "$M"}"#,
      head: "market: VN\nlanguage: vi\nlet: {a: \"<$b>\", b: B, M: \"[m=$market]\"}")
    let first = try load(yaml).layout.columns.compactMap(\.field)
    #expect(first[0].names == ["<B>-Bc $x $ 5$"])
    #expect(first[0].target?.facet == Facet("vi/test"))
    #expect(first[1].names == ["2026-11-22 VN"] && first[1].constant == "[m=VN]")
    let set = try load(yaml, variables: ["b": "Z", "market": "JP", "profile": "no"])
    #expect(set.market == "JP")
    #expect(set.layout.columns[0].field?.names == ["<Z>-Zc $x $ 5$"])
    #expect(set.layout.columns[0].field?.target?.facet == Facet("vi/test"))
    #expect(set.layout.columns[1].field?.constant == "[m=JP]")
  }

  /// Values stand in XML there, so that a sender's name with an ampersand makes no malformed document.
  @Test func variablesInFrames() throws {
    let yaml = profile(
      """
      let: {sender: 'A & "B" <C>'}
      xml:
        prologue: '<all by="$sender">'
        epilogue: </all>
        record: entry
        rules: [{at: n, is: name@vi, default: $sender}]
      """)
    let layout = try #require(try load(yaml).layout.elements)
    #expect(layout.prologue == "<all by=\"A &amp; &quot;B&quot; &lt;C&gt;\">")
    #expect(layout.rules.first?.field?.defaultValue == "A & \"B\" <C>")
  }

  @Test func workbookFormsTakeOverColumns() throws {
    let profile = try load(
      profile(
        """
        workbook:
          template: t/1
          sheets:
            - name: List
              table:
                rows: [codes, names]
                columns:
                  - {code: n, header: [Tên, Name], label: English, is: name@vi, required: true, width: 20, max: 50}
                  - {code: z, header: Z, derive: {asOf: date(iso)}}
            - name: "F{n}"
              form:
                widths: [1, 2.5]
                title: T
                bars: [{row: 2, text: B}]
                fields:
                  - {cell: {code: n, labelCell: A3, cell: B3}, wide: true}
                  - {cell: {code: z, label: Own, labelCell: A4, cell: B4}}
                  - {cell: {code: x, label: X, labelCell: A5, cell: B5}, is: brand}
            - name: Parts
              table:
                join: [{header: Tên, is: name@vi}, {header: STT, derive: {number: true}}]
                parents: [{header: Pack, is: item.id}]
                each: item.contains
                set: {item: "^item.id"}
                number: {header: No, width: 6}
                columns: [{header: Count, is: quantity}]
        """))
    let sheets = try #require(profile.layout.workbook?.sheets)
    guard case .form(let form) = sheets[1].content, case .table(let parts) = sheets[2].content else {
      Issue.record("wrong sheets")
      return
    }
    let fields = form.fields.compactMap(\.field)
    #expect(
      fields[0].place
        == .cell(FormCell(code: "n", labels: ["Tên", "Name"], sublabel: "English", labelCell: "A3", valueCell: "B3")))
    #expect(fields[0].target?.description == "name@vi" && fields[0].requirement == .required)
    #expect(fields[0].maxCharacters == 50 && fields[0].presentation.isWide && fields[0].presentation.width == nil)
    if case .cell(let cell) = fields[1].place { #expect(cell.labels == ["Own"]) }
    #expect(fields[1].derived != nil)
    #expect(form.columnWidths == [1, 2.5] && form.bars.first?.row == 2)
    #expect(parts.join.count == 2 && parts.parents.count == 1)
    #expect(parts.each?.kind == .contains && parts.each?.parent.map(\.description) == ["item"])
    #expect(parts.number?.field?.names == ["No"])
    #expect(parts.columns.count == 1 && parts.each?.rules.count == 1)
  }

  @Test func testsInProfiles() throws {
    let profile = try load(
      table(
        "{header: A, is: name@vi}",
        head: """
          tests:
            - name: one
              input: |
                A
                x
              product: {name@vi: x, "item[each].packagingMaterial": [GLASS, PAPER]}
              output: |
                A
                x
              diagnostics: [some-code]
          """))
    let test = try #require(profile.tests.first)
    #expect(test.input == "A\nx\n" && test.output == ["A", "x"] && test.diagnostics == ["some-code"])
    #expect(test.product.map(\.value) == ["x", "GLASS", "PAPER"])
    #expect(test.place.line == 7)
  }

  @Test func libraryFindsProfilesByNameAndPath() throws {
    let text = table("{header: A, is: name@vi}")
    let folder = Folder([
      "test.yaml": text, "sub/other.yaml": text, ".hidden/no.yaml": text, "vocabulary/no.yaml": text, "note.txt": "x",
    ])
    #expect(folder.library.names() == ["other", "test"])
    #expect(try folder.library.load("other", asOf: asOf).file == folder.path + "/sub/other.yaml")
    #expect(try folder.library.load(folder.path + "/test.yaml", asOf: asOf).name == "test")
    for name in ["tset", "../test", "nothing-like-it", folder.path + "/no.yaml", ""] {
      let fault = #expect(throws: Fault.self) { try folder.library.load(name, asOf: asOf) }
      #expect(fault?.kind == .configuration && fault?.diagnostic.code == .profileNotFound)
    }
    let fault = #expect(throws: Fault.self) { try folder.library.load("tset", asOf: asOf) }
    #expect(fault?.diagnostic.hint?.en.contains("“test”") == true)
    let date = #expect(throws: Fault.self) { try folder.library.load("test", asOf: "22/11/2026") }
    #expect(date?.kind == .configuration)
  }

  @Test func loadThrowsTheFirstErrorAndCountsTheOthers() throws {
    let found = DiagnosticCollector()
    let fault = #expect(throws: Fault.self) {
      try ProfileLibrary(root: repositoryMappings).load(
        yaml: table("{header: A, is: nmae}", "{header: B, is: brnad}", "{header: C, is: name@vi, default: NO}"),
        asOf: asOf, diagnostics: found)
    }
    #expect(fault?.diagnostic.code == .profilePath)
    #expect(fault?.diagnostic.message.en.contains("1 more") == true)
    #expect(found.count(of: .error) == 2 && found.count(of: .warning) == 1)
  }

  /// Every profile of the repository loads, and its lint has no error.
  @Test(arguments: ProfileLibrary(root: repositoryMappings).names())
  func repositoryProfiles(name: String) throws {
    let found = DiagnosticCollector()
    ProfileLibrary(root: repositoryMappings).lint(name, asOf: asOf, into: found)
    #expect(found.count(of: .error) == 0, "\(found.kept.filter { $0.severity >= .error })")
    _ = try ProfileLibrary(root: repositoryMappings).load(name, asOf: asOf)
  }

  /// Examples of the reference, with the child finding its parent by name.
  @Test func examplesOfTheReference() throws {
    var blocks: [String: String] = [:]
    var current: [Substring]?
    for line in try text(of: repositoryMappings + "/README.md").split(separator: "\n", omittingEmptySubsequences: false)
    {
      if line == "```yaml" {
        current = []
      } else if line == "```", let lines = current {
        if let first = lines.first, first.hasPrefix("profile: ") {
          blocks[String(first.dropFirst("profile: ".count))] = lines.joined(separator: "\n")
        }
        current = nil
      } else {
        current?.append(line)
      }
    }
    #expect(Set(blocks.keys) == ["example-shop", "example-branch", "example-workbook", "example-xml"])
    let folder = Folder(Dictionary(uniqueKeysWithValues: blocks.map { ($0.key + ".yaml", $0.value) }))
    folder.write("vocabulary/unit.tsv", Array(try text(of: repositoryMappings + "/vocabulary/unit.tsv").utf8))
    for name in blocks.keys.sorted() {
      let found = DiagnosticCollector()
      folder.library.lint(name, asOf: asOf, into: found)
      #expect(found.kept.filter { $0.severity > .note } == [], "\(name)")
      _ = try folder.library.load(name, asOf: asOf)
    }
    let branch = try folder.library.load("example-branch", asOf: asOf)
    let names = branch.layout.columns.map { $0.field?.names.first ?? "each" }
    #expect(names == ["Mã SKU", "Tên sản phẩm", "Xuất xứ", "Giá (VND)", "Khối lượng tịnh", "each"])
    #expect(branch.layout.columns[1].field?.maxCharacters == 80)
    #expect(branch.layout.columns[1].field?.requirement == .required)
  }
}
