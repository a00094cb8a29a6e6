import Diagnostics
import Profiles
import Settings
import Testing

@Suite struct LintTests {
  @Test func standing() {
    expect("⟦1⟧profile: test\ntitle: x\nadapter: a\ncanonical: true", [(.profileStanding, 1)])
    let head = "profile: test\ntitle: x\nadapter: a\ncanonical: true\nstanding: "
    expect(head + "⟦1⟧{state: confirmed, date: \"2026-01-01\"}", [(.profileStanding, 1)])
    expect(head + "⟦1⟧{state: recommended, source: s}", [(.profileStanding, 1)])
    expect(head + "{state: ⟦1⟧sure, date: \"2026-01-01\", source: s}", [(.settingsValue, 1)])
    expect(head + "⟦1⟧{date: \"2026-01-01\", source: s}", [(.settingsKeyMissing, 1)])
    expect(head + "{state: unconfirmed, date: ⟦1⟧soon, source: s}", [(.settingsValue, 1)])
    expect(head + "{state: confirmed, date: \"2026-01-01\", source: the manual}", [])
  }

  @Test func adapters() {
    let found = DiagnosticCollector()
    ProfileLibrary(root: repositoryMappings).lint(
      yaml: profile("canonical: true"), file: "test.yaml", asOf: asOf, adapters: ["delimitd", "canonical"], into: found)
    #expect(found.kept.map(\.code) == [.profileAdapterUnknown])
    #expect(found.kept.first?.hint?.en.contains("“delimitd”") == true)
  }

  @Test func textsForAnotherAttribute() {
    let category = "is: \"tax[market=VN,type=VAT].category\""
    func lint(_ or: String, _ codes: [(DiagnosticCode, Int)]) {
      let rule = "{header: A, is: \"tax[market=VN,type=VAT].rate\", or: \(or)}"
      expect(table(rule, head: "codes: {kct: {NOT_TAXABLE: KCT}}"), codes)
    }
    lint("{\(category), as: codes(kct)}", [])
    lint("{\(category), as: ⟦1⟧codes(kxt)}", [(.profileCodeListUnknown, 1)])
    lint("{\(category), as: ⟦1⟧integer}", [(.settingsValue, 1)])
    lint("⟦1⟧{as: codes(kct)}", [(.settingsKeyMissing, 1)])
    lint("{is: ⟦1⟧\"tax[market=VN,type=VAT].kategory\", as: codes(kct)}", [(.profilePath, 1)])
    expect(xml("{at: a, is: status, or: ⟦1⟧{is: gmo, as: text}}"), [(.settingsValue, 1)])
    expect(table("{header: A, const: x, or: ⟦1⟧{is: gmo, as: text}}"), [(.settingsValue, 1)])
  }

  @Test func skippedRows() {
    func sheet(_ skip: String) -> String {
      profile(
        """
        workbook:
          sheets:
            - name: A
              table: {columns: [{header: [Tên, Name], is: name@vi}], skip: \(skip)}
        """)
    }
    expect(sheet("{Tên: [Cộng]}"), [])
    expect(sheet("{Name: Total}"), [])
    expect(sheet("{Tne: ⟦1⟧[Cộng]}"), [(.settingsValue, 1)])
    expect(sheet("⟦1⟧[Cộng]"), [(.settingsValue, 1)])
  }

  @Test func marketAndLanguage() {
    expect(
      profile("canonical: true", head: "market: ⟦1⟧XQ\nlanguage: ⟦2⟧qq"),
      [
        (.profileCanonicalValue, 1), (.profileCanonicalValue, 2),
      ])
  }

  @Test func placesTwice() {
    expect(table("{header: A, is: name@vi}", "{header: ⟦1⟧a *, is: brand}"), [(.profilePlaceTwice, 1)])
    expect(table("{header: [A, B], is: name@vi}", "{header: ⟦1⟧[C, B], is: brand}"), [(.profilePlaceTwice, 1)])
    expect(table("{path: A, is: name@vi}", "{path: a, is: brand}"), [])
    expect(
      table("{header: A, is: \"item[each].netWeight\", unit: {header: B}}", "{header: ⟦1⟧B, is: brand}"),
      [
        (.profilePlaceTwice, 1)
      ])
    expect(table("{header: A, is: name@vi, code: x}", "{header: B, is: brand, code: ⟦1⟧x}"), [(.profilePlaceTwice, 1)])
    // Numbered columns meet a fixed one.
    expect(
      table("{each: media, max: 3, columns: [{header: \"Ảnh {i}\", is: url}]}", "{header: ⟦1⟧Ảnh 3, is: brand}"),
      [(.profilePlaceTwice, 1)])
    expect(
      table("{each: media, max: 3, columns: [{header: \"Ảnh {i}\", is: url}]}", "{header: Ảnh 4, is: brand}"), [])
    // One of two groups holds, whichever: that is how a column gets one of two constants.
    expect(
      table(
        "{when: {path: status, in: [active]}, rules: [{header: A, const: x}]}",
        "{when: {path: status, in: [active], not: true}, rules: [{header: A, const: y}]}"), [])
    expect(
      table("{when: {path: status, in: [active]}, rules: [{header: A, const: x}]}", "{header: ⟦1⟧A, const: y}"),
      [(.profilePlaceTwice, 1)])
    expect(xml("{at: a/b, is: status}", "{at: ⟦1⟧a/b, is: gmo}"), [(.profilePlaceTwice, 1)])
    expect(xml("{at: \"a[@t=1]\", is: status}", "{at: \"a[@t=2]\", is: gmo}"), [])
    // A value that stands in for a missing one.
    expect(xml("{at: a, is: status}", "{at: ⟦1⟧a, derive: active}"), [(.profilePlaceTwice, 1)], notes: true)
    expect(
      xml("{at: a, is: status}", "{when: {path: status, in: [\"\"]}, rules: [{at: a, derive: active}]}"), [],
      notes: true)
    expect(
      xml("{at: a, is: status}", "{when: {path: status, present: false}, rules: [{at: a, derive: active}]}"), [],
      notes: true)
    expect(
      xml(
        "{at: p, each: price, set: {market: VN, type: list}, rules: [{at: ., is: amount}]}",
        "{at: p, each: price, set: {market: VN, type: retail}, rules: [{at: ., is: amount}]}"), [])
    expect(
      xml(
        "{at: p, each: price, set: {market: VN}, rules: [{at: ., is: amount}]}",
        "{at: ⟦1⟧p, each: price, set: {market: VN}, rules: [{at: ., is: amount}]}"), [(.profilePlaceTwice, 1)])
    expect(
      profile(
        """
        workbook: {sheets: [{name: "F{n}", form: {fields: [
          {cell: {code: a, label: A, labelCell: A1, cell: B1}, is: brand},
          {cell: ⟦1⟧{code: b, label: B, labelCell: A2, cell: A1}, is: status},
          {cell: ⟦2⟧{code: a, label: C, labelCell: A3, cell: B3}, is: gmo}]}}]}
        """), [(.profilePlaceTwice, 1), (.profilePlaceTwice, 2)])
  }

  @Test func attributesTwice() {
    expect(table("{header: A, is: name@vi}", "{header: B, is: ⟦1⟧name@vi}"), [(.profileAttributeTwice, 1)])
    expect(table("{header: A, is: name@vi}", "{header: B, is: name@en}"), [])
    expect(table("{header: A, is: name@vi}", "{header: B, derive: \"{name@vi}\"}"), [])
    expect(table("{header: A, is: name@vi}", "{header: B, is: brand, fallback: name@vi}"), [])
    // Several values of one attribute stand side by side.
    expect(
      table(#"{header: A, is: "item[each].packagingMaterial"}"#, #"{header: B, is: "item[each].packagingMaterial"}"#),
      [])
    expect(
      xml("{at: x, each: item, rules: [{at: g, is: gtin}, {at: h, is: ⟦1⟧gtin}]}"), [(.profileAttributeTwice, 1)])
    // The same value in a list and on a form is one value.
    expect(
      profile(
        """
        workbook: {sheets: [{name: A, table: {columns: [{code: n, header: N, is: brand}]}},
          {name: "F{n}", form: {fields: [{cell: {code: n, labelCell: A1, cell: B1}}]}}]}
        """), [])
  }

  @Test func unreachable() {
    expect(
      table("{when: ⟦1⟧{path: status, in: [sold]}, rules: [{header: A, const: x}]}"),
      [(.profileCanonicalValue, 1)])
    expect(
      table(
        "{when: {path: status, in: [active]}, rules: [{when: ⟦1⟧{path: status, in: [discontinued]}, rules: [{header: A, const: x}]}]}"
      ),
      [(.profileUnreachable, 1)])
    expect(
      table(
        "{when: {path: brand, present: true}, rules: [{when: ⟦1⟧{path: brand, present: true, not: true}, rules: [{header: A, const: x}]}]}"
      ),
      [(.profileUnreachable, 1)])
    expect(
      table(
        "{when: ⟦1⟧{path: type, in: [family]}, rules: [{header: A, const: x}]}",
        head: "accepts: [{path: type, in: [product]}]"),
      [(.profileUnreachable, 1)])
    expect(
      xml(
        "{at: x, is: status}", blocks: "  blocks: {b: ⟦1⟧{kind: item, rules: [{at: g, is: gtin}, {at: i, call: b}]}}"),
      [(.profileUnreachable, 1)])
  }

  @Test func canonicalValues() {
    expect(
      profile("canonical: true", head: "accepts: ⟦1⟧[{path: isDangerous, in: [\"yes\"]}]"),
      [(.profileCanonicalValue, 1)])
    expect(table("{header: A, is: ⟦1⟧\"price[market=XQ,type=retail].amount\"}"), [(.profileCanonicalValue, 1)])
    expect(table("{header: A, is: ⟦1⟧\"nutrition[100 g].nutrient[FAT].amount\"}"), [(.profileCanonicalValue, 1)])
    expect(
      table("{header: A, list: allergen, by: \",\", pattern: \"{code}\", set: {level: ⟦1⟧CONTAIN}}"),
      [(.profileCanonicalValue, 1)])
    expect(table("{is: isDangerous, const: ⟦1⟧\"no\"}"), [(.profileCanonicalValue, 1)])
    expect(
      table("{header: A, is: isDangerous, as: ⟦1⟧codes(x)}", head: "codes: {x: {\"no\": Không, \"true\": Có}}"),
      [(.profileCanonicalValue, 1)])
    expect(
      table(
        "{header: A, is: ocop.decisionDate}",
        head: "tests: [{name: t, input: \"A\", product: {ocop.decisionDate: ⟦1⟧22/11/2026}}]"),
      [(.profileCanonicalValue, 1)])
  }

  @Test func convertersThatDoNotFit() {
    let pairs = [
      ("item[each].netWeight", "date(dmy)"), ("ocop.decisionDate", "measure"), ("ocop.stars", "boolean(x, y)"),
      ("name@vi", "decimal(comma)"), ("item[each].gtin", "integer"), ("item[each].netWeight", "decimal(comma)"),
      ("status", "date(iso)"), ("ocop.score", "days"), ("ocop.decisionDate", "affixed('', dateTime, '')"),
    ]
    for (path, converter) in pairs {
      let text = converter.replacing("'", with: "\\\"")
      expect(table("{header: A, is: \"\(path)\", as: ⟦1⟧\"\(text)\"}"), [(.profileConverterMismatch, 1)])
    }
    expect(table("{header: A, is: brand, unit: ⟦1⟧{header: B}}"), [(.profileConverterMismatch, 1)])
    expect(
      table("{header: A, is: \"item[each].netWeight\", as: ⟦1⟧measure(x), unit: {header: B}}"), [(.profileConverter, 1)]
    )
    expect(
      table("{header: A, is: \"item[each].netWeight\", as: ⟦1⟧measureIn(GRM), unit: {header: B}}"),
      [
        (.profileConverterMismatch, 1)
      ])
    expect(
      table("{header: A, pattern: \"{depth} x\", with: ⟦1⟧{depth: date(iso)}, on: \"item[each]\"}"),
      [
        (.profileConverterMismatch, 1)
      ])
    expect(xml("{at: a, is: status, facet: ⟦1⟧{language: \"@l\"}}"), [(.profileFacet, 1)])
    expect(xml("{at: a, is: name@vi, facet: ⟦1⟧{language: \"@l\"}}"), [(.profileFacet, 1)])
  }

  @Test func losses() {
    expect(table("{header: A, is: shelfLife.onArrival, as: ⟦1⟧days}"), [(.profileLossy, 1)], notes: true)
    expect(
      table("{header: A, is: \"item[each].netWeight\", as: ⟦1⟧\"measureIn(GRM, plain, 0)\"}"), [(.profileLossy, 1)],
      notes: true)
    expect(table("{header: A, is: \"item[each].netWeight\", as: measureIn(GRM)}"), [], notes: true)
    expect(table("{header: A, is: lastChange, as: ⟦1⟧date(iso)}"), [(.profileLossy, 1)], notes: true)
    expect(table("{header: A, is: ocop.score, as: ⟦1⟧integer}"), [(.profileLossy, 1)], notes: true)
    expect(
      table("{header: A, is: status, as: codes(x)}", head: "codes: {x: ⟦1⟧{active: Bán, discontinued: [BÁN, Thôi]}}"),
      [(.profileCodeListAmbiguous, 1)], notes: true)
    expect(
      table(
        "{header: A, is: status, as: codes(x)}",
        head: "codes: {x: ⟦1⟧{vocabulary: unit, column: vi, where: {kind: no-such}}}"),
      [(.profileCodeListAmbiguous, 1)])
  }

  @Test func targets() {
    expect(table("{header: A, is: \"item[each].gtin\", max: ⟦1⟧13}"), [(.profileTargetShort, 1)], notes: true)
    expect(
      table("{header: A, is: status, as: codes(x), max: ⟦1⟧5}", head: "codes: {x: {active: Đang bán}}"),
      [(.profileTargetShort, 1)], notes: true)
    expect(table("{header: A, const: ⟦1⟧abcdef, max: 5}"), [(.profileTargetShort, 1)])
    expect(table("{header: A, is: status, const: ⟦1⟧active}"), [(.profileConstant, 1)])
    expect(table("{is: status, const: active}"), [])
  }

  @Test func keys() {
    expect(xml("{at: a, each: ⟦1⟧allergen, rules: [{at: l, is: level}]}"), [(.profileKeyUnfilled, 1)])
    expect(xml("{at: a, each: allergen, rules: [{at: c, is: code}]}"), [])
    expect(xml("{at: a, each: allergen, set: {code: AM}, rules: [{at: l, is: level}]}"), [])
    expect(
      xml("{at: a, each: allergen, rules: [{when: {path: level, in: [CONTAINS]}, rules: [{at: c, is: code}]}]}"), [])
    expect(xml("{at: a, each: allergen, rules: [{at: c, pattern: \"{code}: {level}\"}]}"), [])
    expect(xml("{at: p, each: ⟦1⟧price, rules: [{at: a, is: amount}]}"), [(.profileKeyUnfilled, 1)])
    expect(xml("{at: p, each: ⟦1⟧price, set: {item: each}, rules: [{at: a, is: amount}]}"), [(.profileKeyUnfilled, 1)])
    expect(xml("{at: p, each: price, set: {market: VN}, rules: [{at: a, is: amount}]}"), [])
    expect(xml("{at: m, each: media, rules: [{at: u, is: url}]}"), [])
    expect(xml("{at: i, each: item, rules: [{at: g, is: gtin}]}"), [])
    expect(
      xml("{at: i, each: ⟦1⟧item, key: [id, gtin], rules: [{at: g, is: gtin}]}"),
      [
        (.profileKeyUnfilled, 1)
      ])
    expect(
      table("{header: A, list: ⟦1⟧allergen, by: \",\", pattern: \"{level}\"}"), [(.profileKeyUnfilled, 1)])
    expect(table("{header: A, is: ⟦1⟧price.amount}"), [(.profileKeyUnfilled, 1)])
    expect(table("{header: A, is: price.amount}", "{header: B, is: price.market}"), [])
    expect(
      xml("{at: i, call: b}", blocks: "  blocks: {b: {kind: allergen, rules: [⟦1⟧{at: l, is: level}]}}"),
      [(.profileKeyUnfilled, 1)])
    expect(
      profile("workbook: {sheets: [{name: A, table: {each: ⟦1⟧allergen, columns: [{header: L, is: level}]}}]}"),
      [(.profileKeyUnfilled, 1)])
  }

  @Test func numbering() {
    expect(table("⟦1⟧{each: media, columns: [{header: \"A{i}\", is: url}]}"), [(.profileNumbering, 1)])
    expect(table("{each: media, max: 2, columns: [{header: ⟦1⟧A, is: url}]}"), [(.profileNumbering, 1)])
    expect(
      profile("workbook: {sheets: [{name: A, table: {each: media, columns: [{header: U, is: url}]}}]}"), [])
    expect(
      profile(
        "workbook: {sheets: [{name: ⟦1⟧F, form: {fields: [{cell: {code: a, label: A, labelCell: A1, cell: B1}, is: brand}]}}]}"
      ),
      [(.profileNumbering, 1)])
    expect(
      profile(
        "workbook: {sheets: [{name: F, form: {limit: 1, fields: [{cell: {code: a, label: A, labelCell: A1, cell: B1}, is: brand}]}}]}"
      ),
      [])
  }

  @Test func formulas() {
    let columns = "{header: A, code: a, is: ocop.stars}, {header: B, derive: ⟦1⟧{formula: \"={a}+{c}\"}}"
    expect(profile("workbook: {sheets: [{name: A, table: {columns: [\(columns)]}}]}"), [(.profileOperand, 1)])
    expect(
      profile("workbook: {sheets: [{name: A, table: {columns: [\(columns.replacing("{c}", with: "{a}"))]}}]}"), [])
  }

  func frame(_ body: String) -> String {
    profile("xml:\n" + body.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
  }

  @Test func frames() {
    let rules = "\nrules: [{at: x, is: status}]"
    expect(frame("prologue: <a><b>\nepilogue: </b></a>\nrecord: b/r" + rules), [])
    expect(frame("prologue: ⟦1⟧<a><b\nepilogue: </b></a>\nrecord: b/r" + rules), [(.profileXMLFrame, 1)])
    expect(frame("prologue: <a><b>\nepilogue: ⟦1⟧</a></b>\nrecord: b/r" + rules), [(.profileXMLFrame, 1)])
    expect(frame("prologue: <a><b>\nepilogue: ⟦1⟧</b>\nrecord: b/r" + rules), [(.profileXMLFrame, 1)])
    expect(frame("prologue: <a><b>\nepilogue: </b></a>\nrecord: ⟦1⟧r" + rules), [(.profileXMLFrame, 1)])
    expect(frame("prologue: <a><b>\nepilogue: </b></a>\nrecord: ⟦1⟧c/r" + rules), [(.profileXMLFrame, 1)])
    expect(
      frame("prologue: ⟦1⟧'<!DOCTYPE a [<!ENTITY e \"x\">]><a>'\nepilogue: </a>\nrecord: r" + rules),
      [(.profileXMLFrame, 1)])
    expect(
      frame("namespaces: {p: ⟦1⟧\"urn:p\"}\nprologue: <a>\nepilogue: </a>\nrecord: p:r" + rules),
      [(.profileXMLFrame, 1)])
    expect(
      frame("namespaces: {p: ⟦1⟧\"urn:p\"}\nprologue: <a xmlns:p=\"urn:q\">\nepilogue: </a>\nrecord: r" + rules),
      [(.profileXMLFrame, 1)])
    expect(
      frame(
        "namespaces: {p: \"urn:p\"}\nprologue: <q:a xmlns:q=\"urn:p\" xmlns:p=\"urn:p\"><q:b>\nepilogue: </q:b></q:a>\nrecord: p:b/r"
          + rules),
      [])
    expect(
      frame("prologue: <a xmlns=\"urn:d\"><b>\nepilogue: </b></a>\nrecord: ⟦1⟧b/r" + rules), [(.profileXMLFrame, 1)])
    expect(profile("xml: ⟦1⟧{record: r, rules: [{at: x, is: status}]}"), [(.settingsKeyMissing, 1)])
    expect(frame("prologue: <a>\nepilogue: </a>\nrecord: ⟦1⟧n:r" + rules), [(.profileElementPath, 1)])
  }

  @Test func unquotedTexts() {
    for text in [
      "NO", "no", "Off", "0123", "08938501234018", "8938501234018", "1.10", "1e5", "0x1F", "12:30", "2026-11-22",
    ] {
      expect(table("{header: A, is: name@vi, default: ⟦1⟧\(text)}"), [(.settingsScalarUnquoted, 1)])
    }
    for text in ["\"NO\"", "NONE", "12", "1.5", "true", "A-1", "2026", "v1.10", "1.2.0", "-", "+84 294"] {
      expect(table("{header: A, is: name@vi, default: \(text)}"), [])
    }
  }

  @Test func testsThatCannotFail() {
    expect(table("{header: A, is: name@vi}", head: "tests: [⟦1⟧{name: t, input: A}]"), [(.profileTestEmpty, 1)])
    expect(
      table("{header: A, is: name@vi}", head: "tests: [⟦1⟧{name: t, product: {name@vi: x}}]"), [(.profileTestEmpty, 1)])
    expect(table("{header: A, is: name@vi}", head: "tests: [{name: t, product: {name@vi: x}, output: [A]}]"), [])
    expect(table("{header: A, is: name@vi}", head: "tests: [{name: t, input: A, diagnostics: [x]}]"), [])
  }
}
