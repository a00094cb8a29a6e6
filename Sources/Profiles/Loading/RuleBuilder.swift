internal import Diagnostics
internal import ProductModel
internal import Settings

/// A rule with where it came from, for the linter.
struct BuiltRule {
  var rule: Rule
  /// The rule's mapping; keys keep their places.
  var source: SourceNode
  /// Kinds from the product down to the node that the rule stands on.
  var enclosing: [NodeKind]
  /// The rules inside.
  var children: [BuiltRule] = []

  /// The node that the rule stands on.
  var context: NodeKind { enclosing.last ?? .product }

  /// The place of a key's value, or of the rule.
  func place(of key: String) -> Place { (source[key]?.position ?? source.position).place }
}

/// How rules of a list name their places.
enum RuleStyle {
  /// Columns of a table or rows of a card: `header:` or `path:`.
  case columns
  /// Cells of a form: `cell:`.
  case form
  /// Elements: `at:`.
  case elements
}

/// Makes rules from YAML. Whatever is wrong is a finding; what can be built is built, so that one run shows all findings.
struct RuleBuilder {
  let diagnostics: DiagnosticCollector
  let style: RuleStyle
  let paths: PathReader
  let converters: ConverterParser
  let patterns: PatternParser
  let elements: ElementPathParser
  /// Names of blocks that can be called.
  let blocks: Set<String>
  /// For forms: the columns of the workbook's tables by code, whose rules form fields take over.
  var columns: [String: SourceNode] = [:]

  /// The rules of a list.
  func rules(_ node: SourceNode?, in enclosing: [NodeKind]) -> [BuiltRule] {
    guard let node, !node.isNull else { return [] }
    guard let items = node.items else {
      diagnostics.report(
        Diagnostic(
          .settingsValue, at: node.position.place,
          message: .init("A list of rules is expected here.", vi: "Ở đây cần một danh sách quy tắc.")))
      return []
    }
    return items.compactMap { rule($0, in: enclosing) }
  }

  /// One rule; nil after a finding that leaves nothing to build.
  func rule(_ node: SourceNode, in enclosing: [NodeKind]) -> BuiltRule? {
    let node = style == .form ? takingOverColumn(node) : node
    guard let reader = MappingReader(node, diagnostics) else { return nil }
    defer { reader.finish(RuleBuilder.elsewhere) }
    if reader.has("when") { return group(reader, enclosing) }
    if reader.has("each") { return each(reader, enclosing) }
    if reader.has("call") { return call(reader, enclosing) }
    if reader.has("list") { return list(reader, enclosing) }
    if reader.has("pattern") { return composite(reader, enclosing) }
    return field(reader, enclosing)
  }

  private static let elsewhere: [String: LocalizedText] = [
    "language": .init("Write facet: {language: \"@attribute\"}.", vi: "Viết facet: {language: \"@thuộc-tính\"}."),
    "remove": .init(
      "remove: stands alone in its item, or beside the list.",
      vi: "remove: đứng riêng trong một mục, hoặc cạnh danh sách."),
    "before": .init("before: names a place of the parent.", vi: "before: nêu một vị trí của hồ sơ cha."),
  ]

  /// A form field that only names a cell does what the table's column of the same code does; the column's names become its
  /// labels.
  private func takingOverColumn(_ node: SourceNode) -> SourceNode {
    let purposes = ["is", "const", "derive", "pattern", "list", "each", "when", "blank"]
    guard let code = node["cell"]?["code"]?.text, purposes.allSatisfy({ node[$0] == nil }), let column = columns[code],
      var entries = node.entries, let cell = entries.firstIndex(where: { $0.key == "cell" }),
      var cellEntries = entries[cell].value.entries
    else { return node }
    for (key, source) in [("label", "header"), ("sublabel", "label")] where node["cell"]?[key] == nil {
      guard let value = column[source] else { continue }
      cellEntries.append(SourceEntry(key: key, position: value.position, value: value))
    }
    entries[cell].value.content = .mapping(cellEntries)
    let places: Set<String> = ["header", "path", "label", "code", "width", "cell"]
    for entry in column.entries ?? [] where !places.contains(entry.key) && node[entry.key] == nil {
      entries.append(entry)
    }
    return SourceNode(content: .mapping(entries), position: node.position)
  }

  // MARK: - One place

  private func field(_ reader: MappingReader, _ enclosing: [NodeKind]) -> BuiltRule? {
    let context = enclosing.last ?? .product
    let target = reader.text("is").flatMap { paths.attribute($0, at: reader.node("is") ?? reader.node, in: context) }
    let constant = reader.text("const")
    let derived = reader.node("derive").flatMap { patterns.derivation($0, in: context) }
    let purposes = ["is", "const", "derive"].filter(reader.has)
    let isBlank = reader.boolean("blank") == true
    if purposes.isEmpty, !isBlank {
      reader.missing(
        "is",
        .init(
          "Write is, const, derive, pattern, list, each, when, call or blank: true.",
          vi: "Viết is, const, derive, pattern, list, each, when, call hoặc blank: true."))
    } else if reader.has("derive"), purposes.count > 1 {
      let other = purposes[0]
      reader.wrong(
        reader.node("derive") ?? reader.node,
        .init("“derive” and “\(other)” cannot stand together", vi: "“derive” và “\(other)” không đứng cùng nhau"))
    }
    let place = place(reader, isOptional: reader.has("is") && reader.has("const"))
    guard let place else { return nil }
    var rule = common(reader, FieldRule(place: place), context, target)
    rule.target = target
    rule.constant = constant
    rule.derived = derived
    rule.separator = reader.text("by")
    if let fallback = reader.node("fallback") {
      rule.fallbacks = (fallback.items ?? [fallback]).compactMap { item in
        reader.text(item).flatMap { paths.attribute($0, at: item, in: context) }
      }
    }
    rule.alternative = alternative(reader, context)
    rule.defaultValue = reader.text("default")
    rule.unit = unit(reader)
    if let type = target?.declaration(from: context)?.type {
      rule.converter =
        rule.unit != nil && type == .measure
        ? .decimal(.plain, minFraction: 0, maxFraction: nil) : ConverterParser.standard(for: type)
    }
    if let text = reader.text("as"), let node = reader.node("as"), let converter = converters.parse(text, at: node) {
      rule.converter = converter
    }
    guard target != nil || constant != nil || derived != nil || isBlank else { return nil }
    return BuiltRule(rule: .field(rule), source: reader.node, enclosing: enclosing)
  }

  /// `or: {is: PATH, as: codes(LIST)}`.
  private func alternative(_ reader: MappingReader, _ context: NodeKind) -> AlternativeRule? {
    guard let node = reader.node("or") else { return nil }
    if style == .elements || reader.has("const") || reader.has("by") || reader.has("unit") {
      reader.wrong(
        node,
        .init(
          "“or” stands beside “is” or “derive” in tables and workbooks, without “by” and “unit”",
          vi: "“or” đứng cạnh “is” hoặc “derive” trong bảng và sổ tính, không cùng “by” hay “unit”"))
      return nil
    }
    guard let inner = MappingReader(node, diagnostics) else { return nil }
    defer { inner.finish() }
    let text = inner.requiredText("is"), converter = inner.requiredText("as")
    guard let text, let at = inner.node("is"), let target = paths.attribute(text, at: at, in: context), let converter,
      let place = inner.node("as"), let parsed = converters.parse(converter, at: place)
    else { return nil }
    guard case .codes(let list, false) = parsed else {
      inner.wrong(
        place,
        .init(
          "only codes(LIST) says which texts stand for something else", vi: "chỉ codes(LIST) nêu được các chữ đặc biệt")
      )
      return nil
    }
    return AlternativeRule(target: target, codes: list)
  }

  /// What every rule with a place may say.
  private func common(_ reader: MappingReader, _ start: FieldRule, _ context: NodeKind, _ target: ModelPath?)
    -> FieldRule
  {
    var rule = start
    rule.position = reader.node.position.place
    let levels: [(String, Requirement)] = [("required", .required), ("recommended", .recommended), ("blank", .blank)]
    for (key, level) in levels where reader.flag(key) { rule.requirement = level }
    rule.requiredWhen = reader.node("requiredWhen").flatMap { paths.condition($0, in: context) }
    if rule.requiredWhen != nil, !reader.has("required") { rule.requirement = .required }
    rule.maxCharacters = reader.integer("max", 1...1_000_000)
    rule.maxBytes = reader.integer("maxBytes", 1...10_000_000)
    rule.truncates = reader.flag("truncate")
    if style == .elements {
      rule.isAlways = reader.flag("always")
      if let facet = reader.node("facet"), let inner = MappingReader(facet, diagnostics) {
        if let language = inner.requiredText("language"), let at = inner.node("language") {
          if language.hasPrefix("@"), language.count > 1 {
            rule.languageAttribute = String(language.dropFirst())
          } else {
            inner.wrong(
              at,
              .init(
                "an attribute such as @languageCode is expected here", vi: "ở đây cần thuộc tính như @languageCode"),
              hint: .init(
                "A fixed language stands in the path: name@\(language).",
                vi: "Ngôn ngữ cố định ghi trong đường dẫn: name@\(language)."))
          }
        }
        inner.finish()
      }
    } else {
      rule.presentation = Presentation(
        width: reader.number("width", upTo: 255), choices: reader.text("choices"), numberFormat: reader.text("format"),
        isWide: reader.flag("wide"), height: reader.number("height", upTo: 409))
      if let list = rule.presentation.choices, let node = reader.node("choices") {
        _ = converters.known(list, at: node)
      }
    }
    return rule
  }

  private func place(_ reader: MappingReader, isOptional: Bool) -> FieldPlace? {
    switch style {
    case .columns:
      let headers = reader.texts("header"), exact = reader.text("path")
      let label = reader.text("label"), code = reader.text("code")
      if let exact, !exact.isEmpty, headers.isEmpty {
        return .column(names: [exact], label: label, code: code, isExact: true)
      }
      if reader.has("header"), reader.has("path") {
        reader.wrong(
          reader.node("path") ?? reader.node,
          .init("“header” and “path” cannot stand together", vi: "“header” và “path” không đứng cùng nhau"))
      }
      if !headers.isEmpty { return .column(names: headers, label: label, code: code, isExact: false) }
      if !isOptional { reader.missing("header") }
    case .form:
      if let cell = reader.node("cell") { return formCell(cell).map { .cell($0) } }
      if !isOptional { reader.missing("cell") }
    case .elements:
      if let text = reader.text("at"), let node = reader.node("at") {
        return elements.parse(text, at: node).map { .element($0) }
      }
      if !isOptional { reader.missing("at") }
    }
    return isOptional ? .nowhere : nil
  }

  private func formCell(_ node: SourceNode) -> FormCell? {
    guard let reader = MappingReader(node, diagnostics) else { return nil }
    defer { reader.finish() }
    let code = reader.requiredText("code")
    let labels = reader.texts("label")
    if !reader.has("label") { reader.missing("label") }
    let sublabel = reader.text("sublabel")
    let addresses = ["labelCell", "cell"].map { key -> String? in
      guard let text = reader.requiredText(key) else { return nil }
      if RuleBuilder.isCellAddress(text) { return text }
      reader.wrong(
        reader.node(key) ?? node, .init("a cell such as D7 is expected here", vi: "ở đây cần địa chỉ ô như D7"))
      return nil
    }
    guard let code, !labels.isEmpty, let labelCell = addresses[0], let cell = addresses[1] else { return nil }
    return FormCell(code: code, labels: labels, sublabel: sublabel, labelCell: labelCell, valueCell: cell)
  }

  /// `A1` to `XFD1048576`, without `$`.
  private static func isCellAddress(_ text: String) -> Bool {
    let letters = text.utf8.prefix { $0 >= 0x41 && $0 <= 0x5A }
    let digits = text.utf8.dropFirst(letters.count)
    guard (1...3).contains(letters.count), (1...7).contains(digits.count), digits.first != 0x30 else { return false }
    return digits.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }

  private func unit(_ reader: MappingReader) -> UnitPlace? {
    guard let node = reader.node("unit") else { return nil }
    if let text = node.text { return unitPlace(text, node).map { UnitPlace(place: $0) } }
    guard let inner = MappingReader(node, diagnostics) else { return nil }
    defer { inner.finish() }
    let codes = inner.text("codes")
    if let codes, let at = inner.node("codes") { _ = converters.known(codes, at: at) }
    var place: FieldPlace?
    switch style {
    case .elements:
      if let text = inner.requiredText("at"), let at = inner.node("at") { place = unitPlace(text, at) }
    case .columns, .form: place = self.place(inner, isOptional: false)
    }
    return place.map { UnitPlace(place: $0, codes: codes) }
  }

  private func unitPlace(_ text: String, _ node: SourceNode) -> FieldPlace? {
    switch style {
    case .elements: return elements.parse(text, at: node).map { .element($0) }
    case .columns: return .column(names: [text], label: nil, code: nil, isExact: false)
    case .form:
      diagnostics.report(
        Diagnostic(
          .settingsValue, at: node.position.place, value: text,
          message: .init("{cell: …} is expected here.", vi: "Ở đây cần {cell: …}.")))
      return nil
    }
  }

  // MARK: - Several values in one place

  private func composite(_ reader: MappingReader, _ enclosing: [NodeKind]) -> BuiltRule? {
    let context = enclosing.last ?? .product
    let place = place(reader, isOptional: false)
    var steps: [ModelPath.Step] = []
    var kind = context
    if let text = reader.text("on"), let node = reader.node("on") {
      guard let path = paths.nodePath(text, at: node, in: context) else { return nil }
      steps = path.steps
      kind = path.kind(from: context)
    }
    let with = reader.node("with")
    let pattern = reader.text("pattern")
    guard let place else { return nil }
    let field = wholeConverter(reader, common(reader, FieldRule(place: place), context, nil))
    guard let pattern, let node = reader.node("pattern"),
      let pieces = patterns.pieces(pattern, at: node, in: kind, with: with)
    else { return nil }
    patterns.requireSeparators(pieces, at: node)
    return BuiltRule(
      rule: .composite(CompositeRule(field: field, node: steps, pieces: pieces)), source: reader.node,
      enclosing: enclosing)
  }

  private func list(_ reader: MappingReader, _ enclosing: [NodeKind]) -> BuiltRule? {
    let context = enclosing.last ?? .product
    let place = place(reader, isOptional: false)
    let separator = reader.requiredText("by")
    let pattern = reader.requiredText("pattern")
    let with = reader.node("with"), set = reader.node("set")
    let none = reader.text("none")
    let path = reader.text("list").flatMap { paths.kind($0, at: reader.node("list") ?? reader.node, in: context) }
    let only = path.map { paths.conditions(reader, "only", in: $0.kind) } ?? []
    guard let place else { return nil }
    let field = wholeConverter(reader, common(reader, FieldRule(place: place), context, nil))
    guard let path else { return nil }
    let values = paths.set(set, of: path.kind, within: enclosing + path.parent.map(\.kind))
    guard let separator, let pattern, let node = reader.node("pattern"),
      let pieces = patterns.pieces(pattern, at: node, in: path.kind, with: with)
    else { return nil }
    patterns.requireSeparators(pieces, at: node)
    if path.isFromProduct, context != .product {
      diagnostics.report(
        Diagnostic(
          .profilePath, at: (reader.node("list") ?? reader.node).position.place,
          message: .init(
            "A list stands below the enclosing node.", vi: "Danh sách phải nằm dưới nút đang xét.")))
      return nil
    }
    return BuiltRule(
      rule: .list(
        ListRule(
          field: field, parent: path.parent, kind: path.kind, set: values, only: only, separator: separator,
          pieces: pieces, none: none)),
      source: reader.node, enclosing: enclosing)
  }

  /// `as: affixed("…", text, "…")` around a whole pattern or list.
  private func wholeConverter(_ reader: MappingReader, _ start: FieldRule) -> FieldRule {
    var rule = start
    guard let text = reader.text("as"), let node = reader.node("as"), let converter = converters.parse(text, at: node)
    else { return rule }
    switch converter {
    case .text, .affixed(_, .text, _): rule.converter = converter
    default:
      diagnostics.report(
        Diagnostic(
          .profileConverter, at: node.position.place, value: text,
          message: .init(
            "Around a whole list or pattern only affixed(\"…\", text, \"…\") can stand.",
            vi: "Quanh cả danh sách hoặc mẫu chỉ dùng được affixed(\"…\", text, \"…\")."),
          hint: .init(
            "The converters of its values stand in “with”.", vi: "Bộ chuyển đổi của từng giá trị ghi trong “with”.")))
    }
    return rule
  }

  // MARK: - Structure

  private func inner(_ reader: MappingReader) -> SourceNode? {
    let keys = ["columns", "fields", "rules"].filter(reader.has)
    if keys.count > 1 {
      reader.wrong(
        reader.node(keys[1]) ?? reader.node,
        .init(
          "“\(keys[0])” and “\(keys[1])” cannot stand together", vi: "“\(keys[0])” và “\(keys[1])” không đứng cùng nhau"
        ))
    }
    for key in ["columns", "fields", "rules"] { _ = reader.node(key) }
    return keys.first.flatMap(reader.node)
  }

  private func group(_ reader: MappingReader, _ enclosing: [NodeKind]) -> BuiltRule? {
    let condition = reader.node("when").flatMap { paths.condition($0, in: enclosing.last ?? .product) }
    let inside = inner(reader)
    if inside == nil { reader.missing("rules") }
    let children = rules(inside, in: enclosing)
    guard let condition else { return nil }
    return BuiltRule(
      rule: .group(GroupRule(when: condition, rules: children.map(\.rule))), source: reader.node, enclosing: enclosing,
      children: children)
  }

  private static let eachKeys: Set<String> = ["each", "max", "from", "set", "only", "key"]

  /// `each:`; with a place and an attribute of its own it stands for one rule inside.
  private func each(_ reader: MappingReader, _ enclosing: [NodeKind]) -> BuiltRule? {
    let path = reader.text("each").flatMap {
      paths.kind($0, at: reader.node("each") ?? reader.node, in: enclosing.last ?? .product)
    }
    let isShort =
      ["columns", "fields", "rules"].allSatisfy { !reader.has($0) }
      && ["is", "const", "derive", "pattern"].contains(where: reader.has)
    var element: ElementPath?
    if style == .elements {
      if let text = reader.requiredText("at"), let node = reader.node("at") {
        element = elements.parse(text, at: node)
        if element == nil { return nil }
      }
    } else if !isShort {
      // The headers of an each rule only name it for profiles that inherit.
      for key in ["header", "path", "label", "code"] { _ = reader.node(key) }
    }
    let max = reader.integer("max", 1...10_000)
    let from = style == .elements ? nil : reader.integer("from", 1...1000)
    let set = reader.node("set")
    var inside = inner(reader)
    if isShort {
      var entries = reader.node.entries ?? []
      for entry in entries { _ = reader.node(entry.key) }
      entries.removeAll { RuleBuilder.eachKeys.contains($0.key) }
      if let at = entries.firstIndex(where: { $0.key == "at" }), case .elements = style {
        entries[at].value.content = .scalar(".", isPlain: false)
      }
      let rule = SourceNode(content: .mapping(entries), position: reader.node.position)
      inside = SourceNode(content: .sequence([rule]), position: reader.node.position)
    } else if inside == nil {
      reader.missing(style == .columns ? "columns" : style == .form ? "fields" : "rules")
    }
    let only = path.map { paths.conditions(reader, "only", in: $0.kind) } ?? []
    let keyNodes = reader.list("key")
    guard let path else { return nil }
    let above = enclosing + path.parent.map(\.kind)
    let values = paths.set(set, of: path.kind, within: above)
    let key = keyNodes.compactMap { node in
      reader.text(node).flatMap { paths.attribute(named: $0, of: path.kind, at: node.position) }
    }
    let children = rules(inside, in: above + [path.kind])
    return BuiltRule(
      rule: .each(
        EachRule(
          element: element, parent: path.parent, isFromProduct: path.isFromProduct, kind: path.kind, max: max,
          firstNumber: from ?? 1, set: values, only: only, key: key, rules: children.map(\.rule),
          position: reader.node.position.place)),
      source: reader.node, enclosing: enclosing, children: children)
  }

  private func call(_ reader: MappingReader, _ enclosing: [NodeKind]) -> BuiltRule? {
    let block = reader.text("call")
    if let block, !blocks.contains(block), let node = reader.node("call") {
      diagnostics.report(
        Diagnostic(
          .profileBlockUnknown, at: node.position.place, value: block,
          message: .init("There is no block “\(block)”.", vi: "Không có khối “\(block)”."),
          hint: didYouMean(nearest(to: block, among: blocks.sorted()))))
    }
    var element: ElementPath?
    if style == .elements {
      if let text = reader.requiredText("at"), let node = reader.node("at") { element = elements.parse(text, at: node) }
    } else {
      reader.wrong(
        reader.node("call") ?? reader.node, .init("only XML calls blocks", vi: "chỉ XML mới gọi khối"))
    }
    let link = reader.text("link").flatMap {
      paths.attribute(
        named: $0, of: enclosing.last ?? .product, at: (reader.node("link") ?? reader.node).position)
    }
    guard let block, let element else { return nil }
    return BuiltRule(
      rule: .call(CallRule(element: element, block: block, link: link, position: reader.node.position.place)),
      source: reader.node, enclosing: enclosing)
  }
}
