import Diagnostics
import Profiles
import Settings
import Testing

/// Every fault is found at its own scalar: `⟦1⟧` stands before it.
@Suite struct PositionTests {
  @Test func keys() {
    expect(table("{header: A, is: name@vi, ⟦1⟧requierd: true}"), [(.settingsKeyUnknown, 1)])
    expect(table("{header: A, is: name@vi, ⟦1⟧at: x}"), [(.settingsKeyUnknown, 1)])
    expect(table("⟦1⟧{header: A}"), [(.settingsKeyMissing, 1)])
    expect(table("⟦1⟧{is: name@vi}"), [(.settingsKeyMissing, 1)])
    expect(table("⟦1⟧text"), [(.settingsValue, 1)])
    expect(profile("⟦1⟧tabel: {columns: []}\ncanonical: true"), [(.settingsKeyUnknown, 1)])
    expect(
      "⟦1⟧title: x\nadapter: a\nstanding: {state: unconfirmed, date: \"2026-01-01\", source: s}\ncanonical: true",
      [
        (.settingsKeyMissing, 1)
      ])
    let noAdapter =
      "⟦1⟧profile: test\ntitle: x\nstanding: {state: unconfirmed, date: \"2026-01-01\", source: s}\ncanonical: true"
    expect(noAdapter, [(.settingsKeyMissing, 1)])
    expect(profile("table: {columns: [], format: {⟦1⟧delimeter: \",\"}}"), [(.settingsKeyUnknown, 1)])
  }

  @Test func hints() {
    func hint(_ yaml: String) -> String { lint(yaml).first?.hint?.en ?? "" }
    #expect(hint(table("{header: A, is: name@vi, requierd: true}")).contains("“required”"))
    #expect(hint(table("{header: A, is: nmae@vi}")).contains("“name”"))
    #expect(hint(table("{header: A, is: name@vi, as: txt}")).contains("“text”"))
    #expect(
      hint(table("{header: A, is: status, as: codes(stats)}", head: "codes: {state: {a: b}}")).contains("“state”"))
    #expect(hint(table("{header: $marekt, is: status}", head: "market: VN")).contains("“$market”"))
    #expect(hint(xml("{at: n:x, is: status}")).contains("“m”"))
    #expect(
      hint(xml("{at: x, call: itme}", blocks: "  blocks: {item: {kind: item, rules: [{at: g, is: gtin}]}}")).contains(
        "“item”"))
    #expect(hint(table("{header: A, is: ocop.stars, as: integer(coma)}")).isEmpty)
    #expect(hint(table("{header: A, is: ocop.score, as: decimal(comma, 2)}")).contains("quotes"))
  }

  @Test func values() {
    expect(table("{header: A, is: name@vi, required: ⟦1⟧yes}"), [(.settingsValue, 1)])
    expect(table("{header: A, is: name@vi, max: ⟦1⟧0}"), [(.settingsValue, 1)])
    expect(table("{header: A, is: name@vi, max: ⟦1⟧x}"), [(.settingsValue, 1)])
    expect(table("{header: A, is: name@vi, width: ⟦1⟧-1}"), [(.settingsValue, 1)])
    expect(profile("table: {columns: [], format: {delimiter: ⟦1⟧;;}}"), [(.settingsValue, 1)])
    expect(profile("table: {columns: [], unmatched: ⟦1⟧keep}"), [(.settingsValue, 1)])
    expect(profile("table: {columns: [], rows: [names, ⟦1⟧name]}"), [(.settingsValue, 1)])
    expect(profile("table: {columns: ⟦1⟧{header: A}}"), [(.settingsValue, 1)])
    expect(table("{header: A, derive: ⟦1⟧{item->gtin}}"), [(.settingsValue, 1)])
    expect(table("{header: A, is: name@vi, derive: ⟦1⟧\"{brand}\"}"), [(.settingsValue, 1)])
    expect(table("{header: A, is: brand, by: ⟦1⟧\";\"}"), [(.settingsValue, 1)])
    expect(profile("canonical: true\n⟦1⟧xml: {}"), [(.profileLayout, 1)])
    expect(
      "⟦1⟧profile: test\ntitle: x\nadapter: a\nstanding: {state: unconfirmed, date: \"2026-01-01\", source: s}",
      [
        (.profileLayout, 1)
      ])
    expect("⟦1⟧- profile: test", [(.settingsValue, 1)])
    expect(
      "profile: ⟦1⟧Ten Co Dau\ntitle: x\nadapter: a\nstanding: {state: unconfirmed, date: \"2026-01-01\", source: s}\ncanonical: true",
      [
        (.settingsValue, 1), (.settingsValue, 1),
      ])
  }

  @Test func paths() {
    expect(table("{header: A, is: ⟦1⟧nmae@vi}"), [(.profilePath, 1)])
    expect(table("{header: A, is: ⟦1⟧\"item[each]\"}"), [(.profilePath, 1)])
    expect(table("{header: A, is: ⟦1⟧status@vi}"), [(.profilePath, 1)])
    expect(table("{header: A, is: ⟦1⟧\"itm[each].gtin\"}"), [(.profilePath, 1)])
    expect(table("{each: ⟦1⟧medai, max: 2, columns: [{header: \"A{i}\", is: url}]}"), [(.profilePath, 1)])
    expect(table("{each: ⟦1⟧nutrient, max: 2, columns: [{header: \"A{i}\", is: code}]}"), [(.profilePath, 1)])
    expect(table("{each: ⟦1⟧\"item[each]\", max: 2, columns: [{header: \"A{i}\", is: gtin}]}"), [(.profilePath, 1)])
    expect(table("{each: media, max: 2, columns: [{header: \"A{i}\", is: ⟦1⟧gtin}]}"), [(.profilePath, 1)])
    expect(table("{header: A, is: name@vi, fallback: [brand, ⟦1⟧brnad]}"), [(.profilePath, 1)])
    expect(table("{header: A, is: name@vi, requiredWhen: {path: ⟦1⟧typ, in: [x]}}"), [(.profilePath, 1)])
    expect(profile("canonical: true", head: "accepts: [{path: ⟦1⟧typ, in: [product]}]"), [(.profilePath, 1)])
    expect(profile("canonical: true", head: "accepts: [⟦1⟧{path: type}]"), [(.settingsKeyMissing, 1)])
    expect(
      table("{header: A, list: allergen, by: \",\", pattern: \"{code}\", set: {⟦1⟧levle: CONTAINS}}"),
      [(.profilePath, 1)])
    expect(
      table("{each: media, max: 2, set: {type: ⟦1⟧^item.id}, columns: [{header: \"A{i}\", is: url}]}"),
      [(.profilePath, 1)])
    expect(table("{each: media, max: 2, key: [⟦1⟧id], columns: [{header: \"A{i}\", is: url}]}"), [(.profilePath, 1)])
    expect(
      xml(
        "{at: x, each: item, rules: [{at: g, is: gtin}, {at: c, call: b, link: ⟦1⟧itme}]}",
        blocks: "  blocks: {b: {kind: item, rules: [{at: g, is: gtin}]}}"), [(.profilePath, 1)])
    expect(xml("{at: x, call: b}", blocks: "  blocks: {b: {kind: ⟦1⟧itme, rules: []}}"), [(.profilePath, 1)])
  }

  @Test func elementPaths() {
    for path in ["n:x", "a//b", "@u/x", "a[@x]", "a[x=1", "a[@=1]", "1a", "a b", "a/", "/a", "a:b:c"] {
      expect(xml("{at: ⟦1⟧\"\(path)\", is: status}"), [(.profileElementPath, 1)])
    }
    expect(xml("⟦1⟧{is: status}"), [(.settingsKeyMissing, 1)])
    expect(xml("{at: x, call: ⟦1⟧nothing}"), [(.profileBlockUnknown, 1)])
    expect(xml("{at: x, is: name, facet: {language: ⟦1⟧vi}}"), [(.settingsValue, 1)])
  }

  @Test func converters() {
    let wrong = [
      "decimal(coma)", "decimal(comma, 3..1)", "decimal(comma, x)", "money(comma)", "money(comma, vnd)",
      "money(comma, VNX)",
      "measureIn()", "measureIn(XXQ)", "measureIn(CMT, comma, 99)", "date(mdy)", "dateTimeOfDate(noon, +07:00)",
      "dateTimeOfDate(end, 7)", "boolean(x)", "boolean(x, x)", "codes()", "text(1)", "affixed(a, b)", "gtin13",
      "(text)",
      "text)", "decimal(comma", "codes(a, closed)", "",
    ]
    for text in wrong { expect(table("{header: A, is: ocop.score, as: ⟦1⟧\"\(text)\"}"), [(.profileConverter, 1)]) }
    for text in ["codes(x)", "choice(x)", "quantity(x)", "duration(x)"] {
      expect(table("{header: A, is: status, as: ⟦1⟧\(text)}"), [(.profileCodeListUnknown, 1)])
    }
    expect(table("{header: A, is: name@vi, choices: ⟦1⟧x}"), [(.profileCodeListUnknown, 1)])
    expect(
      table("{header: A, is: \"item[each].netWeight\", unit: {header: B, codes: ⟦1⟧x}}"), [(.profileCodeListUnknown, 1)]
    )
  }

  @Test func patterns() {
    expect(table("{header: A, pattern: ⟦1⟧\"{name@vi\"}"), [(.profilePattern, 1)])
    expect(table("{header: A, pattern: ⟦1⟧\"name@vi}\"}"), [(.profilePattern, 1)])
    expect(table("{header: A, pattern: ⟦1⟧\"{name@vi}{brand}\"}"), [(.profilePattern, 1)])
    expect(table("{header: A, pattern: ⟦1⟧\"{nmae}\"}"), [(.profilePath, 1)])
    expect(table("{header: A, pattern: ⟦1⟧\"{brand|tekst}\"}"), [(.profileConverter, 1)])
    expect(table("{header: A, pattern: \"{brand}\", with: {⟦1⟧brnad: text}}"), [(.settingsKeyUnknown, 1)])
    expect(table("{header: A, pattern: \"{brand}\", with: {brand: ⟦1⟧tekst}}"), [(.profileConverter, 1)])
    expect(table("{header: A, derive: ⟦1⟧\"{nmae}\"}"), [(.profilePath, 1)])
    expect(table("{header: A, derive: {first: [\"{brand}\", ⟦1⟧\"{x}\"]}}"), [(.profilePath, 1)])
    expect(table("{header: A, derive: {count: ⟦1⟧contains}}"), [(.profilePath, 1)])
    expect(table("{header: A, derive: {sum: ⟦1⟧media.url}}"), [(.profileOperand, 1)])
    expect(table("{header: A, derive: {sum: ⟦1⟧\"item[each].stock\"}}"), [(.profileOperand, 1)])
    expect(table("{header: A, derive: {formula: ⟦1⟧1+1}}"), [(.settingsValue, 1)])
    expect(
      table(
        "{header: A, derive: {scale: ⟦1⟧brand, unit: E14, from: \"item[each].netWeight\", to: \"item[each].netContent\"}}"
      ),
      [
        (.profileOperand, 1)
      ])
  }

  @Test func variables() {
    expect(table("{header: ⟦1⟧$nothing, is: name@vi}"), [(.profileVariableUnknown, 1)])
    expect(table("{header: $a, is: name@vi}", head: "let: {a: ⟦1⟧$b}"), [(.profileVariableUnknown, 1)])
    expect(table("{header: $a, is: name@vi}", head: "let: {a: ⟦1⟧$b, b: $a}"), [(.profileVariableUnknown, 1)])
    expect(table("{header: A, is: name@vi}", head: "let: {a: ⟦1⟧[x]}"), [(.settingsValue, 1)])
  }

  @Test func workbooks() {
    expect(profile("workbook: {sheets: [⟦1⟧{name: A}]}"), [(.settingsKeyMissing, 1)])
    expect(profile("workbook: {sheets: [⟦1⟧{name: A, text: [x], lists: []}]}"), [(.settingsKeyMissing, 1)])
    expect(profile("workbook: {sheets: [{name: A, lists: [⟦1⟧x]}]}"), [(.profileCodeListUnknown, 1)])
    expect(
      profile(
        "workbook: {sheets: [{name: \"F{n}\", form: {fields: [{cell: {code: a, label: L, labelCell: ⟦1⟧A0, cell: B1}, is: brand}]}}]}"
      ),
      [(.settingsValue, 1)])
    expect(
      profile(
        "workbook: {sheets: [{name: \"F{n}\", form: {fields: [{cell: ⟦1⟧{code: a, labelCell: A1, cell: B1}, is: brand}]}}]}"
      ),
      [(.settingsKeyMissing, 1)])
    expect(profile("workbook: {sheets: [{name: A, table: {set: ⟦1⟧{a: b}, columns: []}}]}"), [(.settingsValue, 1)])
    expect(profile("workbook: {sheets: [{name: A, table: {each: ⟦1⟧itme, columns: []}}]}"), [(.profilePath, 1)])
  }

  /// Columns count characters, also where letters are composed of several scalars or lie outside the first plane.
  @Test func columnsCountCharacters() {
    expect(table("{header: 原材料, is: name@vi, ⟦1⟧wdith: 3}"), [(.settingsKeyUnknown, 1)])
    expect(table("{header: Ti\u{302}\u{301}ng \u{1F965}, is: name@vi, ⟦1⟧wdith: 3}"), [(.settingsKeyUnknown, 1)])
    let markers = Markers(table("{header: A, is: ⟦1⟧nmae}"))
    let crlf = markers.text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    let place = lint("\u{FEFF}" + crlf).first?.place
    #expect(place?.line == markers.places[1]?.line && place?.column == markers.places[1]?.column)
  }

  @Test func severalFindingsAtOnce() {
    expect(
      table(
        "{header: A, is: ⟦1⟧nmae, ⟦2⟧foo: 1, max: ⟦3⟧x}", "{header: B, is: status, as: ⟦4⟧codes(q)}",
        "{each: media, max: 2, columns: [{header: \"A{i}\", is: ⟦5⟧ulr}, ⟦6⟧{header: \"B{i}\"}]}"),
      [
        (.profilePath, 1), (.settingsKeyUnknown, 2), (.settingsValue, 3), (.profileCodeListUnknown, 4),
        (.profilePath, 5),
        (.settingsKeyMissing, 6),
      ])
  }

  @Test func everyCodeIsListedOnceWithBothLanguages() {
    let codes = DiagnosticCode.profilesCodes
    #expect(Set(codes.map(\.id)).count == codes.count)
    for code in codes {
      #expect(code.id.hasPrefix("profile-"))
      for text in [code.title, code.explanation, code.remedy] { #expect(!text.en.isEmpty && !text.vi.isEmpty) }
    }
  }
}
