internal import Diagnostics
internal import ProductModel
internal import Settings

/// Converters: whether they fit their attribute, what they lose, whether their texts fit the place.
struct ConverterChecks {
  let lint: ProfileLint

  func check(_ rule: BuiltRule) {
    switch rule.rule {
    case .field(let field):
      guard let target = field.target, let declaration = target.declaration(from: rule.context) else { return }
      checkLanguage(field, declaration, rule)
      if field.unit != nil {
        checkUnit(field, declaration, rule)
      } else {
        check(field.converter, declaration, rule, key: "as")
      }
      checkLength(field, declaration, rule)
      if field.separator != nil, !declaration.isMany {
        lint.report(
          .settingsValue, at: rule.place(of: "by"), value: field.separator,
          "“\(declaration.attribute.name)” has one value; “by” parts several.",
          "“\(declaration.attribute.name)” chỉ có một giá trị; “by” dùng để tách nhiều giá trị.")
      }
    case .composite(let composite):
      checkPieces(composite.pieces, rule, composite.node.last?.kind ?? rule.context)
    case .list(let list): checkPieces(list.pieces, rule, list.kind)
    case .each, .group, .call: break
    }
  }

  private func checkPieces(_ pieces: [PatternPiece], _ rule: BuiltRule, _ kind: NodeKind) {
    for piece in pieces {
      guard case .value(let path, let converter) = piece, let declaration = path.declaration(from: kind) else {
        continue
      }
      check(converter, declaration, rule, key: rule.source["with"] == nil ? "pattern" : "with")
    }
  }

  private func checkLanguage(_ field: FieldRule, _ declaration: AttributeDeclaration, _ rule: BuiltRule) {
    guard field.languageAttribute != nil else { return }
    if declaration.facet == .none {
      lint.report(
        .profileFacet, at: rule.place(of: "facet"), value: declaration.attribute.name,
        "“\(declaration.attribute.name)” has no language.", "“\(declaration.attribute.name)” không có ngôn ngữ.")
    } else if field.target?.facet != Facet.none {
      lint.report(
        .profileFacet, at: rule.place(of: "facet"), value: field.target?.description,
        "The language is given twice: in the path and by “facet”.",
        "Ngôn ngữ nêu hai lần: trong đường dẫn và ở “facet”.")
    }
  }

  private func checkUnit(_ field: FieldRule, _ declaration: AttributeDeclaration, _ rule: BuiltRule) {
    guard declaration.type == .measure else {
      lint.report(
        .profileConverterMismatch, at: rule.place(of: "unit"), value: declaration.attribute.name,
        "“\(declaration.attribute.name)” is no measure and has no unit.",
        "“\(declaration.attribute.name)” không phải số đo nên không có đơn vị.")
      return
    }
    switch field.converter {
    case .integer, .decimal, .text, .measure: break
    default:
      lint.report(
        .profileConverterMismatch, at: rule.place(of: "as"), value: rule.source["as"]?.text,
        "Beside a unit only the number is converted: integer or decimal.",
        "Khi đơn vị ở chỗ khác, chỉ chuyển đổi con số: integer hoặc decimal.")
    }
  }

  private func check(_ converter: Converter, _ declaration: AttributeDeclaration, _ rule: BuiltRule, key: String) {
    let type = declaration.type
    let place = rule.place(of: key)
    guard ConverterChecks.fits(converter, type) else {
      lint.report(
        .profileConverterMismatch, at: place, value: rule.source[key]?.text,
        "“\(declaration.attribute.name)” is of type \(type.rawValue), which this converter does not make.",
        "“\(declaration.attribute.name)” có kiểu \(type.rawValue), bộ chuyển đổi này không tạo được.",
        hint: .init(
          "Converters for it: \(ConverterChecks.names(for: type)).",
          vi: "Các bộ chuyển đổi phù hợp: \(ConverterChecks.names(for: type))."))
      return
    }
    checkCodes(converter, declaration, place)
    guard let (en, vi) = loss(converter, type) else { return }
    lint.report(.profileLossy, at: place, value: declaration.attribute.name, en, vi)
  }

  /// Whether a converter makes values of a type.
  private static func fits(_ converter: Converter, _ type: ValueType) -> Bool {
    switch converter {
    case .text: return true
    case .gtin, .gtin14: return [.gtin, .code, .text].contains(type)
    case .integer: return [.integer, .decimal, .percent].contains(type)
    case .decimal: return [.decimal, .percent, .integer].contains(type)
    case .money: return type == .decimal
    case .measure, .measureIn, .quantity, .duration, .days: return type == .measure
    case .date: return type == .date || type == .dateTime
    case .dateTimeOfDate: return type == .date
    case .dateTime: return type == .dateTime
    case .boolean: return type == .boolean
    case .codes, .choice: return true
    case .affixed(_, let inner, _): return fits(inner, type)
    }
  }

  private static func names(for type: ValueType) -> String {
    switch type {
    case .text, .code: return "text, codes, choice"
    case .boolean: return "boolean, codes, choice"
    case .integer: return "integer, codes"
    case .decimal: return "decimal, money"
    case .percent: return "decimal"
    case .measure: return "measure, measureIn, quantity, duration, days; or unit: beside decimal"
    case .date: return "date, dateTimeOfDate"
    case .dateTime: return "dateTime"
    case .url: return "text"
    case .gtin: return "gtin, gtin14"
    case .gln: return "text"
    }
  }

  private func loss(_ converter: Converter, _ type: ValueType) -> (String, String)? {
    switch converter {
    case .days:
      return ("Months become 30 days and years 365 when written.", "Khi ghi, tháng thành 30 ngày, năm thành 365 ngày.")
    case .measureIn(let unit, _, let max?):
      return (
        "Values in \(unit) are written with at most \(max) decimals.",
        "Giá trị tính theo \(unit) chỉ ghi tối đa \(max) chữ số thập phân."
      )
    case .decimal(_, _, let max?) where type != .integer:
      return ("Values are written with at most \(max) decimals.", "Giá trị chỉ ghi tối đa \(max) chữ số thập phân.")
    case .integer where type == .decimal || type == .percent:
      return ("Decimals are cut when written.", "Khi ghi, phần thập phân bị bỏ.")
    case .date where type == .dateTime: return ("The time of day is dropped.", "Giờ trong ngày bị bỏ.")
    case .affixed(_, let inner, _): return loss(inner, type)
    default: return nil
    }
  }

  /// The keys of a code list are canonical values of the attribute.
  private func checkCodes(_ converter: Converter, _ declaration: AttributeDeclaration, _ place: Place) {
    guard let name = listName(converter), let list = lint.profile.codes[name] else { return }
    guard let bad = list.order.first(where: { declaration.type.check($0.utf8.span) != nil }),
      let fault = declaration.type.check(bad.utf8.span)
    else { return }
    lint.report(
      .profileCanonicalValue, at: place, value: bad,
      "The code “\(bad)” of “\(name)” is no value of “\(declaration.attribute.name)”: \(fault.message.en).",
      "Mã “\(bad)” của “\(name)” không phải giá trị của “\(declaration.attribute.name)”: \(fault.message.vi).")
  }

  private func listName(_ converter: Converter) -> String? {
    switch converter {
    case .codes(let list, _), .choice(let list): return list
    case .affixed(_, let inner, _): return listName(inner)
    default: return nil
    }
  }

  private func checkLength(_ field: FieldRule, _ declaration: AttributeDeclaration, _ rule: BuiltRule) {
    guard let limit = field.maxCharacters, !field.truncates else { return }
    if let name = listName(field.converter), case .codes = field.converter, let list = lint.profile.codes[name] {
      let longest = list.order.compactMap { list.text(for: $0) }.max { $0.count < $1.count } ?? ""
      if longest.count > limit {
        lint.report(
          .profileTargetShort, at: rule.place(of: "max"), value: longest,
          "“\(longest)” of “\(name)” has \(longest.count) characters, max is \(limit).",
          "“\(longest)” trong “\(name)” dài \(longest.count) ký tự, max là \(limit).")
      }
      return
    }
    let needed: Int
    switch (declaration.type, field.converter) {
    case (.gtin, .gtin14): needed = 14
    case (.gtin, _): needed = 14
    case (.gln, _): needed = 13
    case (.date, .dateTimeOfDate): needed = 25
    case (.date, _): needed = 10
    case (.dateTime, .dateTime): needed = 25
    default: return
    }
    if limit < needed {
      lint.report(
        .profileTargetShort, at: rule.place(of: "max"), value: String(limit),
        "“\(declaration.attribute.name)” can have \(needed) characters, max is \(limit).",
        "“\(declaration.attribute.name)” có thể dài \(needed) ký tự, max là \(limit).")
    }
  }
}
