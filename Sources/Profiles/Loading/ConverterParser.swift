internal import Diagnostics
internal import ProductModel
internal import Settings

/// Reads converters in their notation, `decimal(comma, 0..2)`, and knows which one an attribute has by itself.
struct ConverterParser {
  let diagnostics: DiagnosticCollector
  /// The code lists of the profile.
  let codes: [String: CodeList]

  /// How each converter is written; the order is that of the reference.
  static let usage: [(name: String, usage: String)] = [
    ("text", "text"), ("gtin", "gtin"), ("gtin14", "gtin14"), ("integer", "integer(plain|comma|point)"),
    ("decimal", "decimal(STYLE, MIN..MAX)"), ("money", "money(STYLE, CURRENCY)"), ("measure", "measure"),
    ("measureIn", "measureIn(UNIT, STYLE, MAX)"), ("quantity", "quantity(LIST, STYLE)"), ("duration", "duration(LIST)"),
    ("days", "days"), ("date", "date(iso|dmy|ymd)"), ("dateTimeOfDate", "dateTimeOfDate(start|end, +07:00)"),
    ("dateTime", "dateTime"), ("boolean", "boolean(YES|…, NO|…)"), ("codes", "codes(LIST) or codes(LIST, open)"),
    ("choice", "choice(LIST)"), ("affixed", "affixed(\"prefix\", CONVERTER, \"suffix\")"),
  ]

  /// The converter of an attribute when the rule names none.
  static func standard(for type: ValueType) -> Converter {
    switch type {
    case .text, .code, .url, .gln: return .text
    case .gtin: return .gtin
    case .boolean: return .boolean(yes: "true|1", no: "false|0")
    case .integer: return .integer(.plain)
    case .decimal, .percent: return .decimal(.plain, minFraction: 0, maxFraction: nil)
    case .measure: return .measure
    case .date: return .date(.iso)
    case .dateTime: return .dateTime
    }
  }

  /// The converter that a text names; nil after a finding at the node.
  func parse(_ text: String, at node: SourceNode) -> Converter? {
    node.isShort(text, diagnostics) ? parse(text, at: node, depth: 0) : nil
  }

  private func parse(_ text: String, at node: SourceNode, depth: Int) -> Converter? {
    guard depth < 8, let call = Call(text) else {
      let isCut = text.count(where: { $0 == "(" }) > text.count(where: { $0 == ")" })
      return fail(
        node, text,
        .init("“\(text)” is not a converter.", vi: "“\(text)” không phải bộ chuyển đổi."),
        isCut
          ? .init(
            "Put it in quotes: between braces a comma ends an unquoted text.",
            vi: "Đặt trong ngoặc kép: trong ngoặc nhọn, dấu phẩy kết thúc văn bản không có ngoặc kép.") : nil)
    }
    let arguments = call.arguments
    func wrong() -> Converter? {
      let usage = ConverterParser.usage.first { $0.name == call.name }?.usage ?? ""
      return fail(
        node, text,
        .init("“\(call.name)” is written \(usage).", vi: "“\(call.name)” được viết là \(usage)."), nil)
    }
    func style(_ index: Int) -> Converter.NumberStyle? {
      index < arguments.count ? Converter.NumberStyle(rawValue: arguments[index]) : .plain
    }
    switch call.name {
    case "text": return arguments.isEmpty ? .text : wrong()
    case "gtin": return arguments.isEmpty ? .gtin : wrong()
    case "gtin14": return arguments.isEmpty ? .gtin14 : wrong()
    case "measure": return arguments.isEmpty ? .measure : wrong()
    case "days": return arguments.isEmpty ? .days : wrong()
    case "dateTime": return arguments.isEmpty ? .dateTime : wrong()
    case "integer":
      guard arguments.count <= 1, let style = style(0) else { return wrong() }
      return .integer(style)
    case "decimal":
      guard arguments.count <= 2, let style = style(0) else { return wrong() }
      guard arguments.count == 2 else { return .decimal(style, minFraction: 0, maxFraction: nil) }
      guard let range = ConverterParser.digits(arguments[1]) else { return wrong() }
      return .decimal(style, minFraction: range.min, maxFraction: range.max)
    case "money":
      guard arguments.count == 2, let style = style(0), arguments[1].utf8.count == 3,
        arguments[1].utf8.allSatisfy({ $0 >= 0x41 && $0 <= 0x5A })
      else { return wrong() }
      guard Currency.decimals(arguments[1]) != nil else {
        return fail(
          node, text,
          .init(
            "“\(arguments[1])” is not a currency of ISO 4217.", vi: "“\(arguments[1])” không phải mã tiền tệ ISO 4217."),
          didYouMean(nearest(to: arguments[1], among: Currency.all)))
      }
      return .money(style, currency: arguments[1])
    case "measureIn":
      guard (1...3).contains(arguments.count), !arguments[0].isEmpty, arguments[0].utf8.count <= 3,
        let style = style(1)
      else { return wrong() }
      guard UnitCode(arguments[0])?.isMeasure == true else {
        return fail(
          node, text,
          .init(
            "“\(arguments[0])” is not a unit of UN/ECE Recommendation 20 or 21.",
            vi: "“\(arguments[0])” không phải mã đơn vị của Khuyến nghị 20 hoặc 21 UN/ECE."),
          didYouMean(nearest(to: arguments[0], among: UnitCode.all.map(\.code))))
      }
      guard arguments.count == 3 else { return .measureIn(unit: arguments[0], style, maxFraction: nil) }
      guard let max = Int(arguments[2]), (0...12).contains(max) else { return wrong() }
      return .measureIn(unit: arguments[0], style, maxFraction: max)
    case "quantity":
      guard (1...2).contains(arguments.count), let style = style(1) else { return wrong() }
      return known(arguments[0], at: node) ? .quantity(codes: arguments[0], style) : nil
    case "duration":
      guard arguments.count == 1 else { return wrong() }
      return known(arguments[0], at: node) ? .duration(codes: arguments[0]) : nil
    case "date":
      guard arguments.count <= 1 else { return wrong() }
      guard let style = arguments.isEmpty ? .iso : Converter.DateStyle(rawValue: arguments[0]) else { return wrong() }
      return .date(style)
    case "dateTimeOfDate":
      guard arguments.count == 2, ["start", "end"].contains(arguments[0]), ConverterParser.isOffset(arguments[1]) else {
        return wrong()
      }
      return .dateTimeOfDate(isEnd: arguments[0] == "end", offset: arguments[1])
    case "boolean":
      guard arguments.count == 2, arguments[0] != arguments[1] else { return wrong() }
      return .boolean(yes: arguments[0], no: arguments[1])
    case "codes":
      guard arguments.count == 1 || (arguments.count == 2 && arguments[1] == "open") else { return wrong() }
      return known(arguments[0], at: node) ? .codes(list: arguments[0], isOpen: arguments.count == 2) : nil
    case "choice":
      guard arguments.count == 1 else { return wrong() }
      return known(arguments[0], at: node) ? .choice(list: arguments[0]) : nil
    case "affixed":
      guard arguments.count == 3 else { return wrong() }
      guard let inner = parse(arguments[1], at: node, depth: depth + 1) else { return nil }
      return .affixed(prefix: arguments[0], inner, suffix: arguments[2])
    default:
      let near = nearest(to: call.name, among: ConverterParser.usage.map(\.name))
      return fail(
        node, text,
        .init("There is no converter “\(call.name)”.", vi: "Không có bộ chuyển đổi “\(call.name)”."), didYouMean(near))
    }
  }

  /// Whether a code list exists; a finding when not.
  func known(_ list: String, at node: SourceNode) -> Bool {
    if codes[list] != nil { return true }
    diagnostics.report(
      Diagnostic(
        .profileCodeListUnknown, at: node.position.place, value: list,
        message: .init("There is no code list “\(list)”.", vi: "Không có danh mục mã “\(list)”."),
        hint: didYouMean(nearest(to: list, among: codes.keys.sorted()))))
    return false
  }

  private func fail(_ node: SourceNode, _ value: String, _ message: LocalizedText, _ hint: LocalizedText?)
    -> Converter?
  {
    diagnostics.report(
      Diagnostic(.profileConverter, at: node.position.place, value: value, message: message, hint: hint))
    return nil
  }

  private static func digits(_ text: String) -> (min: Int, max: Int)? {
    if let exact = Int(text), (0...12).contains(exact) { return (exact, exact) }
    guard let range = text.firstRange(of: ".."), let min = Int(text[..<range.lowerBound]),
      let max = Int(text[range.upperBound...]), min >= 0, min <= max, max <= 12
    else { return nil }
    return (min, max)
  }

  private static func isOffset(_ text: String) -> Bool {
    let utf8 = Array(text.utf8)
    guard utf8.count == 6, utf8[0] == 0x2B || utf8[0] == 0x2D, utf8[3] == 0x3A else { return false }
    return [1, 2, 4, 5].allSatisfy { utf8[$0] >= 0x30 && utf8[$0] <= 0x39 }
  }

  /// A name and its arguments; quoted arguments may hold commas and parentheses, calls may be nested.
  private struct Call {
    var name: String
    var arguments: [String] = []

    init?(_ text: String) {
      let trimmed = CharacterTrim.trimmed(text)
      guard let open = trimmed.firstIndex(of: "(") else {
        guard !trimmed.isEmpty, trimmed.allSatisfy({ $0.isLetter || $0.isNumber }) else { return nil }
        name = trimmed
        return
      }
      guard trimmed.last == ")" else { return nil }
      name = String(trimmed[..<open])
      let inner = trimmed[trimmed.index(after: open)..<trimmed.index(before: trimmed.endIndex)]
      var depth = 0
      var isQuoted = false
      var wasQuoted = false
      var current = ""
      for character in inner {
        if isQuoted {
          if character == "\"" { isQuoted = false } else { current.append(character) }
          if depth > 0, character == "\"" { current.append(character) }
        } else if character == "\"" {
          isQuoted = true
          if depth == 0 {
            guard CharacterTrim.trimmed(current).isEmpty, !wasQuoted else { return nil }
            current = ""
            wasQuoted = true
          } else {
            current.append(character)
          }
        } else if character == ",", depth == 0 {
          arguments.append(wasQuoted ? current : CharacterTrim.trimmed(current))
          current = ""
          wasQuoted = false
        } else {
          if character == "(" { depth += 1 }
          if character == ")" { depth -= 1 }
          guard depth >= 0 else { return nil }
          if wasQuoted, depth == 0 {
            guard character.isWhitespace else { return nil }
          } else {
            current.append(character)
          }
        }
      }
      guard depth == 0, !isQuoted else { return nil }
      let last = wasQuoted ? current : CharacterTrim.trimmed(current)
      if !last.isEmpty || wasQuoted || !arguments.isEmpty { arguments.append(last) }
      // Only texts in quotes may be empty, and only `affixed` takes those.
      if name != "affixed", arguments.contains("") { return nil }
    }
  }
}

enum CharacterTrim {
  /// A text without white space at its ends.
  static func trimmed(_ text: String) -> String {
    // Most texts begin and end in a letter or digit; going through Characters is slow.
    if let first = text.unicodeScalars.first, let last = text.unicodeScalars.last, isSolid(first), isSolid(last) {
      return text
    }
    guard let first = text.firstIndex(where: { !$0.isWhitespace }),
      let last = text.lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(text[first...last])
  }

  /// Whether a scalar is neither white space nor a mark that could stand on some.
  private static func isSolid(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x7E, 0xC0...0x24F, 0x1EA0...0x1EFF, 0x3041...0x3098, 0x309D...0x30FF, 0x4E00...0x9FFF, 0xAC00...0xD7A3:
      true
    default: false
    }
  }
}
