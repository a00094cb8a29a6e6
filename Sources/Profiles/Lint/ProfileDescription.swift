internal import ProductModel
internal import Settings

/// A profile as text for people: `ocop profiles show` and `ocop profiles new`.
public enum ProfileDescription {
  /// The resolved profile as YAML: everything inherited, variables put in, code lists written out. It loads again as the
  /// same profile, apart from the places of its rules.
  public static func show(_ profile: Profile) -> String {
    var writer = YAMLText()
    writer.pair("profile", profile.name)
    writer.pair("title", profile.title)
    writer.pair("version", profile.version)
    writer.pair("adapter", profile.adapter)
    if let parent = profile.parent { writer.comment("extends \(parent); everything inherited stands below") }
    writer.line(
      "standing: "
        + YAMLText.flow([
          ("state", profile.standing.state.rawValue), ("date", YAMLText.quoted(profile.standing.date)),
          ("source", YAMLText.quoted(profile.standing.source)),
        ]))
    if let market = profile.market { writer.pair("market", market) }
    if let language = profile.language { writer.pair("language", language) }
    writer.section("accepts", profile.accepts.map { RuleText.condition($0) })
    writer.block("codes", profile.codes.sorted { $0.key < $1.key }) { writer, entry in
      CodeListText.write(entry.key, entry.value, &writer)
    }
    switch profile.layout {
    case .canonical: writer.line("canonical: true")
    case .table(let table): LayoutText.write(table, &writer)
    case .workbook(let workbook): LayoutText.write(workbook, &writer)
    case .elements(let elements): LayoutText.write(elements, &writer)
    }
    writer.block("tests", profile.tests) { writer, test in LayoutText.write(test, &writer) }
    return writer.text
  }

  /// The skeleton of a new profile, with comments: to be saved as `mappings/NAME.yaml` and filled in.
  ///
  /// - Parameter layout: `canonical`, `table`, `workbook` or `elements`, as the adapter has it.
  public static func skeleton(name: String, adapter: String, layout: String) -> String {
    var writer = YAMLText()
    writer.comment("How \(name) uses its format. The same rules read and write; mappings/README.md is the reference.")
    writer.comment("Check it:  ocop profiles lint \(name)      Run its tests:  ocop profiles test \(name)")
    writer.pair("profile", name)
    writer.pair("title", "One line: whose file this is, and what for")
    writer.line("version: \"1\"")
    writer.pair("adapter", adapter)
    writer.comment("confirmed (with source), recommended or unconfirmed: never claim more than is known")
    writer.line(
      "standing: {state: unconfirmed, date: \"2026-11-22\", source: our own reading of the partner's template}")
    guard layout != "canonical" else {
      writer.line("canonical: true")
      return writer.text
    }
    writer.comment("Products of other types are not applicable, which is no error.")
    writer.line("accepts:")
    writer.line("  - {path: type, in: [product]}")
    writer.comment("The partner's words for canonical codes; \"also read\" words stand behind the written one.")
    writer.line("codes:")
    writer.line("  units: {GRM: g, KGM: kg, MLT: ml, LTR: [lít, l]}")
    writer.text += skeletonBody[layout] ?? skeletonBody["table"] ?? ""
    return writer.text
  }

  private static let skeletonBody: [String: String] = [
    "table": """
    table:
      format: {delimiter: ",", encoding: utf-8, bom: true, newline: crlf}
      columns:
        # header: a name, or a list of which the first is written and all are read
        - {header: [SKU, Mã SKU], is: "item[each].sku", required: true, max: 40}
        - {header: Tên sản phẩm, is: name@vi, required: true, max: 120}
        - {header: Mã vạch, is: "item[each].gtin"}
        - {header: Khối lượng tịnh, is: "item[each].netContent", as: decimal(comma), unit: {header: Đơn vị, codes: units}}
        - {header: Giá bán (VND), is: "price[market=VN,item=each,type=retail,currency=VND].amount", as: "money(comma, VND)"}
        # numbered columns: Ảnh 1, Ảnh 2, …
        - {each: media, max: 5, columns: [{header: "Ảnh {i}", is: url}]}
      # residue keeps unknown columns for writing the same format back; warn and error are the others
      unmatched: residue
    tests:
      - name: a price with grouping
        input: |
          SKU,Tên sản phẩm,Giá bán (VND)
          A1,Trà,45.000
        product:
          "price[market=VN,item=each,type=retail].amount": "45000"

    """,
    "workbook": """
    workbook:
      sheets:
        - name: Sản phẩm
          active: true
          table:
            rows: [names, labels]
            frozen: 2
            columns:
              - {code: gtin, header: Mã vạch, label: GTIN, is: "item[each].gtin", required: true, width: 17}
              - {code: name, header: Tên sản phẩm, label: Name, is: name@vi, required: true, width: 40}
              - {code: net, header: Khối lượng tịnh, label: Net content, is: "item[each].netContent", as: quantity(units), width: 14}
        # one row an ingredient, joined to its product by the GTIN
        - name: Thành phần
          table:
            join: [{header: Mã vạch, is: "item[each].gtin"}]
            each: ingredient
            columns:
              - {header: Tên, is: name@vi}
              - {header: Tỷ lệ (%), is: share}

    """,
    "elements": """
    xml:
      # text before the first record and behind the last one; together one well-formed document
      prologue: |
        <?xml version="1.0" encoding="UTF-8"?>
        <products>
      epilogue: |
        </products>
      # below the root, down to the element of one record
      record: product
      per: product
      rules:
        - {at: sku, is: "item[each].sku", required: true}
        - {at: gtin, is: "item[each].gtin"}
        # one element a language
        - {at: name, is: name, facet: {language: "@lang"}}
        - {at: netContent, is: "item[each].netContent", as: decimal(plain), unit: {at: "@unit", codes: units}}
        - at: price
          each: price
          set: {market: VN, item: each, type: retail}
          rules:
            - {at: amount, is: amount}
            - {at: currency, is: currency}

    """,
  ]
}

/// YAML being written.
struct YAMLText {
  var text = ""
  private var indent = 0

  mutating func line(_ line: String) {
    text += String(repeating: "  ", count: indent) + line + "\n"
  }

  mutating func comment(_ text: String) { line("# " + text) }

  mutating func pair(_ key: String, _ value: String) { line("\(YAMLText.quoted(key)): \(YAMLText.quoted(value))") }

  /// A key with lines below, left out when there are none.
  mutating func section(_ key: String, _ items: [String]) {
    guard !items.isEmpty else { return }
    line("\(key):")
    for item in items { line("  - \(item)") }
  }

  /// A key with something written for each item, left out when there are none.
  mutating func block<Item>(_ key: String, _ items: [Item], _ write: (inout YAMLText, Item) -> Void) {
    guard !items.isEmpty else { return }
    line("\(key):")
    indent += 1
    for item in items { write(&self, item) }
    indent -= 1
  }

  /// Lines one level deeper.
  mutating func indented(_ write: (inout YAMLText) -> Void) {
    indent += 1
    write(&self)
    indent -= 1
  }

  /// `{a: b, c: d}` of keys and finished values.
  static func flow(_ pairs: [(String, String)]) -> String {
    "{" + pairs.map { "\(quoted($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
  }

  /// `[a, b]` of texts.
  static func list(_ texts: [String]) -> String { "[" + texts.map(quoted).joined(separator: ", ") + "]" }

  /// A text as a scalar: plain where nobody can misread it, in double quotes otherwise. A dollar sign is doubled.
  static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && text.utf8.count < 60 && !PlainScalar.isMisread(text) && text != "null" && text != "~"
      && text.unicodeScalars.allSatisfy { scalar in
        scalar.properties.isAlphabetic || (scalar.value >= 0x30 && scalar.value <= 0x39) || scalar == "."
          || scalar == "_"
          || scalar == "-" || scalar == "/" || scalar == "@"
      } && text.unicodeScalars.first?.properties.isAlphabetic == true
    if isPlain { return text }
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "$": out += "$$"
      default:
        if scalar.value < 0x20 || (scalar.value >= 0x7F && scalar.value < 0xA0) || scalar.value == 0x2028
          || scalar.value == 0x2029 || scalar.value == 0xFEFF
        {
          let digits = String(scalar.value, radix: 16, uppercase: true)
          out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out + "\""
  }
}

/// Code lists as YAML.
enum CodeListText {
  static func write(_ name: String, _ list: CodeList, _ writer: inout YAMLText) {
    var readings: [String: [String]] = [:]
    for reading in list.readings { readings[reading.code, default: []].append(reading.text) }
    let values = list.order.map { code -> (String, String) in
      let written = list.text(for: code) ?? code
      let others = (readings[code] ?? []).filter { $0 != written }
      return (code, others.isEmpty ? YAMLText.quoted(written) : YAMLText.list([written] + others))
    }
    // `values:` says that the list is written out, whatever its codes are called.
    if list.isExact {
      writer.line("\(YAMLText.quoted(name)): {exact: true, values: \(YAMLText.flow(values))}")
    } else {
      writer.line("\(YAMLText.quoted(name)): {values: \(YAMLText.flow(values))}")
    }
  }
}
