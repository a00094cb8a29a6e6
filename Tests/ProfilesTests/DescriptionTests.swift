import Diagnostics
import Profiles
import Testing

@Suite struct DescriptionTests {
  /// What is shown loads as the same profile, which then is shown the same.
  @Test(arguments: ProfileLibrary(root: repositoryMappings).names())
  func shownProfilesLoadAgain(name: String) throws {
    let library = ProfileLibrary(root: repositoryMappings)
    let profile = try library.load(name, asOf: asOf)
    let shown = ProfileDescription.show(profile)
    let again = try library.load(yaml: shown, file: name + ".yaml", asOf: asOf)
    let twice = ProfileDescription.show(again)
    let comments = shown.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(twice.split(separator: "\n") == comments)
    for (name, list) in profile.codes {
      #expect(again.codes[name]?.texts == list.texts && again.codes[name]?.order == list.order)
      for reading in list.readings { #expect(again.codes[name]?.code(for: reading.text) == reading.code) }
    }
    #expect(again.tests.count == profile.tests.count)
  }

  @Test func everyKindOfRuleIsShown() throws {
    let yaml = profile(
      #"""
      codes: {c: {a: [b, "$$x: {y}"], "no": "1.10"}}
      xml:
        namespaces: {m: "urn:m"}
        prologue: "<m:all xmlns:m=\"urn:m\">\n"
        epilogue: "</m:all>"
        record: "m:entry"
        per: top-item
        unmatched: warn
        rules:
          - {at: "a[@t=x]/@u", is: status, as: codes(c), default: "NO"}
          - {at: n, is: name, facet: {language: "@l"}, always: true, required: true, requiredWhen: {path: type, in: [product]}}
          - {at: d, pattern: "{depth|measureIn(MMT)}×{{{width}", on: "item[each]"}
          - {at: l, list: allergen, by: "、", pattern: "{code|codes(c)}", set: {level: CONTAINS}, only: [{path: level, present: true}], none: "-", as: 'affixed("(", text, ")")'}
          - {at: f, derive: {first: ["{name@ja}", {count: item}, {sum: item.stock}, {asOf: date(ymd)}, {number: true}, {join: "item[each].contains", pattern: "{quantity}", by: ", "}]}}
          - {at: k, const: "a: {b}\t\"\\", max: 50, maxBytes: 60, truncate: true}
          - {is: type, const: product}
          - {at: i, call: item}
        blocks:
          item:
            kind: item
            rules:
              - {at: g, is: gtin, as: gtin14}
              - {at: w, is: grossWeight, unit: {at: "@u", codes: c}}
              - {at: p, is: product.name@vi, fallback: [product.brand, name@vi]}
              - at: c
                each: contains
                key: [item]
                set: {gtin: "^item.gtin"}
                rules:
                  - {at: r, derive: "{item->gtin|gtin14}"}
                  - {at: i, call: item, link: item}
                  - when: {path: quantity, in: ["1"], not: true}
                    rules: [{at: q, is: quantity}]
              - {at: pr, each: product.price, set: {market: VN}, rules: [{at: a, is: amount}]}
      """#)
    let first = ProfileDescription.show(try load(yaml))
    let second = ProfileDescription.show(try load(first))
    #expect(first == second)
    for part in [
      #"at: "a[@t=x]/@u""#, "default: \"NO\"", "facet: {language: \"@l\"}", "requiredWhen: {path: type, in: [product]}",
      #"pattern: "{depth|measureIn(MMT, plain)}×{{{width}""#, "\"on\": \"item[each]\"", "none: \"-\"", "{count: item}",
      "{sum: item.stock}",
      "{number: true}", #"const: "a: {b}\t\"\\""#, "truncate: true", "call: item, link: item", #"gtin: "^item.gtin""#,
      "is: product.name@vi", "fallback: [product.brand, name@vi]", "each: product.price", #""{item->gtin|gtin14}""#,
      #"[b, "$$x: {y}"]"#, #""no": "1.10""#, "not: true",
    ] { #expect(first.contains(part), "\(part)\n\(first)") }
  }

  @Test(arguments: ["canonical", "table", "workbook", "elements"])
  func skeletonsLint(layout: String) throws {
    let text = ProfileDescription.skeleton(name: "my-shop", adapter: "delimited", layout: layout)
    let found = DiagnosticCollector()
    let library = ProfileLibrary(root: repositoryMappings)
    library.lint(yaml: text, file: "my-shop.yaml", asOf: asOf, into: found)
    #expect(found.kept.filter { $0.severity > .note } == [])
    let profile = try library.load(yaml: text, asOf: asOf)
    #expect(profile.name == "my-shop" && profile.standing.state == .unconfirmed)
    #expect(text.contains("# "))
  }
}
