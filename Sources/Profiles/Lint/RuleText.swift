internal import ProductModel

/// Rules about a node of a kind in the notation of profiles.
struct RuleText {
  let style: RuleStyle
  /// The kind that paths start from; it knows the converters that need not be written.
  let kind: NodeKind

  /// A rule as one or more lines.
  func write(_ rule: Rule, _ writer: inout YAMLText) {
    switch rule {
    case .field(let field):
      writer.line("- " + YAMLText.flow(RuleText.place(field.place) + purpose(field) + common(field)))
    case .composite(let composite):
      var pairs = RuleText.place(composite.field.place)
      let inner = RuleText(style: style, kind: composite.node.last?.kind ?? kind)
      pairs.append(("pattern", YAMLText.quoted(inner.pattern(composite.pieces))))
      if !composite.node.isEmpty { pairs.append(("on", YAMLText.quoted(RuleText.steps(composite.node)))) }
      writer.line("- " + YAMLText.flow(pairs + whole(composite.field) + common(composite.field)))
    case .list(let list):
      var pairs = RuleText.place(list.field.place)
      let inner = RuleText(style: style, kind: list.kind)
      pairs.append(("list", YAMLText.quoted(RuleText.steps(list.parent + [ModelPath.Step(kind: list.kind)]))))
      pairs.append(("by", YAMLText.quoted(list.separator)))
      pairs.append(("pattern", YAMLText.quoted(inner.pattern(list.pieces))))
      if !list.set.isEmpty { pairs.append(("set", RuleText.set(list.set))) }
      if !list.only.isEmpty { pairs.append(("only", RuleText.conditions(list.only))) }
      if let none = list.none { pairs.append(("none", YAMLText.quoted(none))) }
      writer.line("- " + YAMLText.flow(pairs + whole(list.field) + common(list.field)))
    case .each(let each):
      var pairs: [(String, String)] = []
      if let element = each.element { pairs.append(("at", YAMLText.quoted(element.description))) }
      pairs += RuleText.eachPairs(each)
      RuleText(style: style, kind: each.kind).nested(pairs, key, each.rules, &writer)
    case .group(let group):
      nested([("when", RuleText.condition(group.when))], "rules", group.rules, &writer)
    case .call(let call):
      var pairs = [("at", YAMLText.quoted(call.element.description)), ("call", YAMLText.quoted(call.block))]
      if let link = call.link { pairs.append(("link", link.name)) }
      writer.line("- " + YAMLText.flow(pairs))
    }
  }

  /// What an each rule says besides its element and rules.
  static func eachPairs(_ each: EachRule) -> [(String, String)] {
    let path = (each.isFromProduct ? "product." : "") + steps(each.parent + [ModelPath.Step(kind: each.kind)])
    var pairs = [("each", YAMLText.quoted(path))]
    if let max = each.max { pairs.append(("max", String(max))) }
    if each.firstNumber != 1 { pairs.append(("from", String(each.firstNumber))) }
    if !each.set.isEmpty { pairs.append(("set", set(each.set))) }
    if !each.only.isEmpty { pairs.append(("only", conditions(each.only))) }
    if !each.key.isEmpty { pairs.append(("key", YAMLText.list(each.key.map(\.name)))) }
    return pairs
  }

  private var key: String {
    switch style {
    case .columns: return "columns"
    case .form: return "fields"
    case .elements: return "rules"
    }
  }

  private func nested(_ pairs: [(String, String)], _ key: String, _ rules: [Rule], _ writer: inout YAMLText) {
    for (i, pair) in pairs.enumerated() { writer.line((i == 0 ? "- " : "  ") + pair.0 + ": " + pair.1) }
    writer.line("  \(key):")
    writer.indented { writer in
      writer.indented { writer in for rule in rules { write(rule, &writer) } }
    }
  }

  // MARK: - Parts

  static func place(_ place: FieldPlace) -> [(String, String)] {
    switch place {
    case .column(let names, let label, let code, let isExact):
      var pairs: [(String, String)] = []
      if let code { pairs.append(("code", YAMLText.quoted(code))) }
      let text = names.count == 1 ? YAMLText.quoted(names[0]) : YAMLText.list(names)
      pairs.append((isExact ? "path" : "header", text))
      if let label { pairs.append(("label", YAMLText.quoted(label))) }
      return pairs
    case .element(let path): return [("at", YAMLText.quoted(path.description))]
    case .cell(let cell):
      var pairs = [("code", YAMLText.quoted(cell.code)), ("label", YAMLText.list(cell.labels))]
      if let sublabel = cell.sublabel { pairs.append(("sublabel", YAMLText.quoted(sublabel))) }
      pairs += [("labelCell", cell.labelCell), ("cell", cell.valueCell)]
      return [("cell", YAMLText.flow(pairs))]
    case .nowhere: return []
    }
  }

  private func purpose(_ field: FieldRule) -> [(String, String)] {
    var pairs: [(String, String)] = []
    if let target = field.target {
      pairs.append(("is", YAMLText.quoted(target.description)))
      let type = target.declaration(from: kind)?.type ?? .text
      let standard =
        field.unit != nil && type == .measure
        ? .decimal(.plain, minFraction: 0, maxFraction: nil) : ConverterParser.standard(for: type)
      if field.converter != standard { pairs.append(("as", YAMLText.quoted(field.converter.notation))) }
    }
    if let constant = field.constant { pairs.append(("const", YAMLText.quoted(constant))) }
    if let derived = field.derived { pairs.append(("derive", derivation(derived))) }
    if let unit = field.unit { pairs.append(("unit", RuleText.unit(unit))) }
    if let other = field.alternative {
      let inner = [("is", YAMLText.quoted(other.target.description)), ("as", YAMLText.quoted("codes(\(other.codes))"))]
      pairs.append(("or", YAMLText.flow(inner)))
    }
    if let separator = field.separator { pairs.append(("by", YAMLText.quoted(separator))) }
    if let value = field.defaultValue { pairs.append(("default", YAMLText.quoted(value))) }
    if !field.fallbacks.isEmpty { pairs.append(("fallback", YAMLText.list(field.fallbacks.map(\.description)))) }
    return pairs
  }

  private static func unit(_ unit: UnitPlace) -> String {
    var pairs = place(unit.place)
    if let codes = unit.codes { pairs.append(("codes", YAMLText.quoted(codes))) }
    return YAMLText.flow(pairs)
  }

  private func whole(_ field: FieldRule) -> [(String, String)] {
    field.converter == .text ? [] : [("as", YAMLText.quoted(field.converter.notation))]
  }

  private func common(_ field: FieldRule) -> [(String, String)] {
    var pairs: [(String, String)] = []
    if let language = field.languageAttribute {
      pairs.append(("facet", YAMLText.flow([("language", YAMLText.quoted("@" + language))])))
    }
    if field.isAlways { pairs.append(("always", "true")) }
    if field.requirement != .optional { pairs.append((field.requirement.rawValue, "true")) }
    if let condition = field.requiredWhen { pairs.append(("requiredWhen", RuleText.condition(condition))) }
    if let max = field.maxCharacters { pairs.append(("max", String(max))) }
    if let max = field.maxBytes { pairs.append(("maxBytes", String(max))) }
    if field.truncates { pairs.append(("truncate", "true")) }
    let look = field.presentation
    if let choices = look.choices { pairs.append(("choices", YAMLText.quoted(choices))) }
    if let format = look.numberFormat { pairs.append(("format", YAMLText.quoted(format))) }
    if let width = look.width { pairs.append(("width", RuleText.number(width))) }
    if look.isWide { pairs.append(("wide", "true")) }
    if let height = look.height { pairs.append(("height", RuleText.number(height))) }
    return pairs
  }

  static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : String(value)
  }

  static func condition(_ condition: Condition) -> String {
    var pairs = [("path", YAMLText.quoted(condition.path.description))]
    pairs.append(condition.values.isEmpty ? ("present", "true") : ("in", YAMLText.list(condition.values)))
    if condition.isNegated { pairs.append(("not", "true")) }
    return YAMLText.flow(pairs)
  }

  private static func conditions(_ conditions: [Condition]) -> String {
    "[" + conditions.map(condition).joined(separator: ", ") + "]"
  }

  private static func set(_ values: [SetValue]) -> String {
    YAMLText.flow(
      values.map { value in
        switch value.source {
        case .constant(let text): return (value.attribute.name, YAMLText.quoted(text))
        case .enclosing(let kind, let attribute): return (value.attribute.name, "\"^\(kind.name).\(attribute.name)\"")
        }
      })
  }

  private static func steps(_ steps: [ModelPath.Step]) -> String { steps.map(\.description).joined(separator: ".") }

  private func pattern(_ pieces: [PatternPiece]) -> String {
    pieces.map { piece in
      switch piece {
      case .literal(let text):
        return text.map { $0 == "{" ? "{{" : $0 == "}" ? "}}" : String($0) }.joined()
      case .value(let path, let converter):
        let type = path.declaration(from: kind)?.type ?? .text
        return converter == ConverterParser.standard(for: type) ? "{\(path)}" : "{\(path)|\(converter.notation)}"
      }
    }.joined()
  }

  private func derivation(_ derivation: Derivation) -> String {
    switch derivation {
    case .template(let pieces): return YAMLText.quoted(pattern(pieces))
    case .first(let all): return "{first: [" + all.map(self.derivation).joined(separator: ", ") + "]}"
    case .when(let conditions, let then):
      return YAMLText.flow([("when", RuleText.conditions(conditions)), ("then", self.derivation(then))])
    case .count(let kind): return "{count: \(kind.name)}"
    case .sum(let kind, let attribute): return "{sum: \(kind.name).\(attribute.name)}"
    case .reference(let from, let to, let converter): return "\"{\(from.name)->\(to.name)|\(converter.notation)}\""
    case .formula(let text): return YAMLText.flow([("formula", YAMLText.quoted(text))])
    case .asOf(let converter): return YAMLText.flow([("asOf", YAMLText.quoted(converter.notation))])
    case .scale(let amount, let unit, let from, let to):
      return YAMLText.flow([
        ("scale", YAMLText.quoted(amount.description)), ("unit", unit), ("to", YAMLText.quoted(to.description)),
        ("from", YAMLText.quoted(from.description)),
      ])
    case .number: return "{number: true}"
    case .join(let parent, let kind, let only, let pieces, let separator):
      var pairs = [("join", YAMLText.quoted(RuleText.steps(parent + [ModelPath.Step(kind: kind)])))]
      let inner = RuleText(style: style, kind: kind)
      pairs.append(("pattern", YAMLText.quoted(inner.pattern(pieces))))
      pairs.append(("by", YAMLText.quoted(separator)))
      if !only.isEmpty { pairs.append(("only", RuleText.conditions(only))) }
      return YAMLText.flow(pairs)
    }
  }
}

extension Converter {
  /// How the converter is written in profiles: `decimal(comma, 0..2)`.
  public var notation: String {
    switch self {
    case .text: return "text"
    case .gtin: return "gtin"
    case .gtin14: return "gtin14"
    case .integer(let style): return "integer(\(style.rawValue))"
    case .decimal(let style, let min, let max):
      guard let max else { return "decimal(\(style.rawValue))" }
      return "decimal(\(style.rawValue), \(min)..\(max))"
    case .money(let style, let currency): return "money(\(style.rawValue), \(currency))"
    case .measure: return "measure"
    case .measureIn(let unit, let style, let max):
      return "measureIn(\(unit), \(style.rawValue)" + (max.map { ", \($0)" } ?? "") + ")"
    case .quantity(let codes, let style): return "quantity(\(codes), \(style.rawValue))"
    case .duration(let codes): return "duration(\(codes))"
    case .days: return "days"
    case .date(let style): return "date(\(style.rawValue))"
    case .dateTimeOfDate(let isEnd, let offset): return "dateTimeOfDate(\(isEnd ? "end" : "start"), \(offset))"
    case .dateTime: return "dateTime"
    case .boolean(let yes, let no): return "boolean(\"\(yes)\", \"\(no)\")"
    case .codes(let list, let isOpen): return "codes(\(list)\(isOpen ? ", open" : ""))"
    case .choice(let list): return "choice(\(list))"
    case .affixed(let prefix, let inner, let suffix): return "affixed(\"\(prefix)\", \(inner.notation), \"\(suffix)\")"
    }
  }
}
