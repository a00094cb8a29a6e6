internal import Diagnostics
internal import ProductModel
internal import Settings

/// Checks a profile that could be built: what will not work as it reads, and what is lost. Findings point into the YAML.
struct ProfileLint {
  let built: BuiltProfile
  let shelf: VocabularyShelf
  let adapters: [String]
  let asOf: String
  let diagnostics: DiagnosticCollector

  var profile: Profile { built.profile }

  /// Runs all checks.
  func run() {
    checkHead()
    checkTests()
    let values = ValueChecks(lint: self)
    values.checkConditions(profile.accepts, at: built.source["accepts"]?.position.place ?? Place())
    for scope in built.scopes {
      PlaceChecks(lint: self, scope: scope).run()
      KeyChecks(lint: self, scope: scope).run()
      for rule in scope.joins + scope.rules { checkRules(rule, scope, values, outer: profile.accepts) }
    }
    checkCodeLists()
    if case .elements(let layout) = profile.layout { FrameChecks(lint: self, layout: layout).run() }
  }

  func report(
    _ code: DiagnosticCode, severity: Severity? = nil, at place: Place, value: String? = nil, _ en: String,
    _ vi: String,
    hint: LocalizedText? = nil
  ) {
    diagnostics.report(
      Diagnostic(code, severity: severity, at: place, value: value, message: .init(en, vi: vi), hint: hint))
  }

  // MARK: - Head

  private func checkHead() {
    let own = built.own
    let start = own.position.place
    if let standing = own["standing"] {
      let place = standing.position.place
      if profile.standing.state == .confirmed, profile.standing.source.isEmpty {
        report(
          .profileStanding, at: place, "“confirmed” needs a source.", "“confirmed” cần nêu nguồn.")
      }
      if profile.standing.date.isEmpty, standing["date"] == nil {
        report(
          .profileStanding, severity: .warning, at: place, "The standing has no date.", "Mức xác nhận chưa có ngày.")
      }
    } else {
      report(.profileStanding, at: start, "The profile says nothing of its standing.", "Hồ sơ chưa nêu mức xác nhận.")
    }
    let base = ProfileLibrary.baseName(profile.file)
    if base != profile.name, profile.file.hasSuffix(".yaml"), let node = own["profile"] {
      report(
        .settingsValue, severity: .warning, at: node.position.place, value: profile.name,
        "The file is named “\(base).yaml”, so the profile is found as “\(base)”.",
        "Tệp tên “\(base).yaml” nên hồ sơ được tìm bằng tên “\(base)”.",
        hint: .init("Give both the same name.", vi: "Đặt hai tên giống nhau."))
    }
    if !adapters.isEmpty, !adapters.contains(profile.adapter), let node = built.source["adapter"] {
      report(
        .profileAdapterUnknown, at: node.position.place, value: profile.adapter,
        "There is no adapter “\(profile.adapter)”.", "Không có bộ chuyển định dạng “\(profile.adapter)”.",
        hint: didYouMean(nearest(to: profile.adapter, among: adapters)))
    }
    if let market = profile.market, let node = built.source["market"], !Country.all.contains(market) {
      report(
        .profileCanonicalValue, at: node.position.place, value: market,
        "“\(market)” is not a country of ISO 3166-1.", "“\(market)” không phải mã nước ISO 3166-1.")
    }
    if let language = profile.language, let node = built.source["language"], !Language.isKnown(language) {
      report(
        .profileCanonicalValue, at: node.position.place, value: language,
        "“\(language)” is not a language of ISO 639-1.", "“\(language)” không phải mã ngôn ngữ ISO 639-1.")
    }
  }

  private func checkTests() {
    let values = ValueChecks(lint: self)
    for (i, test) in profile.tests.enumerated() {
      let reads = test.input != nil && (!test.product.isEmpty || !test.diagnostics.isEmpty)
      let writes = !test.output.isEmpty && !test.product.isEmpty
      if !reads, !writes {
        report(
          .profileTestEmpty, at: test.place, value: test.name, "The test “\(test.name)” cannot fail.",
          "Phép thử “\(test.name)” không thể sai.")
      }
      let node = built.source["tests"]?.items?[i]["product"]
      for expected in test.product {
        guard let declaration = expected.path.declaration else { continue }
        let place = node?[expected.path.description]?.position.place ?? test.place
        values.check(expected.value, declaration, at: place, codes: false)
      }
    }
  }

  // MARK: - Rules

  private func checkRules(_ rule: BuiltRule, _ scope: RuleScope, _ values: ValueChecks, outer: [Condition]) {
    values.checkSelectors(rule)
    ConverterChecks(lint: self).check(rule)
    var conditions = outer
    switch rule.rule {
    case .group(let group):
      let place = rule.place(of: "when")
      values.checkConditions([group.when], at: place, in: rule.context)
      values.checkReachable(group.when, within: outer, at: place)
      conditions.append(group.when)
    case .each(let each):
      values.checkSets(each.set, rule)
      values.checkConditions(each.only, at: rule.place(of: "only"), in: each.kind)
      // Conditions of the outer node say nothing about the inner one.
      conditions = []
      if case .columns = scope.style, !scope.isRowPerNode { checkNumbering(rule, each) }
    case .list(let list):
      values.checkSets(list.set, rule)
      values.checkConditions(list.only, at: rule.place(of: "only"), in: list.kind)
    case .field(let field): checkConstant(field, rule, values, scope.style)
    case .composite, .call: break
    }
    for child in rule.children { checkRules(child, scope, values, outer: conditions) }
  }

  private func checkNumbering(_ rule: BuiltRule, _ each: EachRule) {
    if each.max == nil {
      report(
        .profileNumbering, at: rule.source.position.place, "Numbered columns need “max”.", "Cột đánh số cần “max”.")
    }
    func check(_ rules: [BuiltRule]) {
      for child in rules {
        if case .each = child.rule { continue }
        for name in PlaceChecks.columnNames(child) where !name.text.contains("{i}") {
          report(
            .profileNumbering, at: child.place(of: name.isExact ? "path" : "header"), value: name.text,
            "“\(name.text)” has no {i}, so all its columns would have one name.",
            "“\(name.text)” thiếu {i}, nên mọi cột sẽ trùng tên.")
        }
        check(child.children)
      }
    }
    check(rule.children)
  }

  private func checkConstant(_ field: FieldRule, _ rule: BuiltRule, _ values: ValueChecks, _ style: RuleStyle) {
    if let limit = field.maxCharacters, let constant = field.constant, constant.count > limit {
      report(
        .profileTargetShort, severity: .error, at: rule.place(of: "const"), value: constant,
        "The constant has \(constant.count) characters, max is \(limit).",
        "Hằng có \(constant.count) ký tự, max là \(limit).")
    }
    guard let constant = field.constant, let target = field.target else { return }
    if field.place != .nowhere {
      report(
        .profileConstant, severity: style.isElements ? .note : .warning, at: rule.place(of: "const"), value: constant,
        "This is always written, whatever “\(target)” holds.", "Luôn ghi giá trị này, bất kể “\(target)” chứa gì.")
    } else if let declaration = target.declaration(from: rule.context) {
      values.check(constant, declaration, at: rule.place(of: "const"), codes: true)
    }
  }

  // MARK: - Code lists

  private func checkCodeLists() {
    let nodes = built.source["codes"]
    for (name, list) in profile.codes.sorted(by: { $0.key < $1.key }) {
      let place = nodes?[name]?.position.place ?? Place(file: profile.file)
      if list.order.isEmpty, nodes?[name]?.entries != nil, diagnostics.counts[.profileVocabulary] == nil {
        report(
          .profileCodeListAmbiguous, severity: .warning, at: place, value: name,
          "The code list “\(name)” is empty: no row has the columns and conditions asked for.",
          "Danh mục mã “\(name)” rỗng: không dòng nào có cột và điều kiện yêu cầu.")
      }
      let lost = list.order.filter { code in list.text(for: code).flatMap { list.code(for: $0) } != code }
      guard let first = lost.first, let text = list.text(for: first) else { continue }
      let other = list.code(for: text) ?? "?"
      report(
        .profileCodeListAmbiguous, at: place, value: name,
        "“\(first)” is written “\(text)”, which reads as “\(other)” (\(lost.count) such codes in “\(name)”).",
        "“\(first)” được ghi “\(text)”, khi đọc thành “\(other)” (\(lost.count) mã như vậy trong “\(name)”).")
    }
  }
}
