internal import Diagnostics
internal import ProductModel
internal import Settings

/// A profile as built, with what the linter needs of its text.
struct BuiltProfile {
  var profile: Profile
  /// The merged YAML, with variables put in.
  var source: SourceNode
  /// The profile's own file, before it was merged with its parents.
  var own: SourceNode
  var scopes: [RuleScope]
}

/// Makes a profile from merged YAML.
struct ProfileBuilder {
  let diagnostics: DiagnosticCollector
  let shelf: VocabularyShelf
  let asOf: String

  /// Builds; nil when there is not even a layout. Everything wrong has been reported.
  func build(_ merged: SourceNode, own: SourceNode, name: String, file: String, overrides: [String: String])
    -> BuiltProfile?
  {
    let variables = Variables(merged, name: name, asOf: asOf, overrides: overrides, diagnostics: diagnostics)
    let source = variables.substitute(merged)
    guard let reader = MappingReader(source, diagnostics) else { return nil }
    defer { reader.finish() }
    _ = reader.node("profile")
    _ = reader.node("let")
    let title = reader.requiredText("title") ?? ""
    let version = reader.text("version") ?? "1"
    let adapter = reader.requiredText("adapter") ?? ""
    let parent = reader.text("extends")
    let standing = standing(reader)
    let codes = CodeListBuilder(shelf: shelf, asOf: asOf, diagnostics: diagnostics).lists(reader.node("codes"))
    let layouts = LayoutBuilder(diagnostics: diagnostics, codes: codes)
    let accepts = layouts.paths.conditions(reader, "accepts", in: .product)
    let market = reader.text("market").map { variables.values["market"] ?? $0 }
    let language = reader.text("language").map { variables.values["language"] ?? $0 }
    let layout = layout(reader, layouts)
    let tests = reader.list("tests").compactMap { test($0, layouts.paths) }
    guard let layout else { return nil }
    let profile = Profile(
      name: name, title: title, version: version, adapter: adapter, parent: parent, standing: standing,
      accepts: accepts, market: market ?? overrides["market"], language: language ?? overrides["language"],
      variables: variables.values, codes: codes, layout: layout, tests: tests, file: file)
    return BuiltProfile(profile: profile, source: source, own: own, scopes: layouts.scopes)
  }

  private func standing(_ reader: MappingReader) -> Profile.Standing {
    var standing = Profile.Standing(state: .unconfirmed, date: "", source: "")
    guard let node = reader.node("standing"), let inner = MappingReader(node, diagnostics) else { return standing }
    defer { inner.finish() }
    if let word = inner.choice("state", Profile.Standing.State.allCases.map(\.rawValue)) {
      standing.state = Profile.Standing.State(rawValue: word) ?? .unconfirmed
    } else if !inner.has("state") {
      inner.missing("state")
    }
    standing.source = inner.text("source") ?? ""
    if let text = inner.text("date"), let at = inner.node("date") {
      if isDate(text) {
        standing.date = text
      } else {
        inner.wrong(at, .init("a date such as 2026-11-22 is expected here", vi: "ở đây cần ngày như 2026-11-22"))
      }
    }
    return standing
  }

  private func layout(_ reader: MappingReader, _ builder: LayoutBuilder) -> Layout? {
    let kinds = ["canonical", "table", "workbook", "xml"]
    let present = kinds.filter(reader.has)
    for kind in kinds { _ = reader.node(kind) }
    guard present.count == 1, let node = reader.node(present[0]) else {
      let place = present.count > 1 ? reader.position(of: present[1]) : reader.node.position
      diagnostics.report(
        Diagnostic(
          .profileLayout, at: place.place, value: present.joined(separator: ", "),
          message: present.isEmpty
            ? .init("The profile has no layout.", vi: "Hồ sơ chưa có bố cục.")
            : .init(
              "The profile has \(present.count) layouts: \(present.joined(separator: ", ")).",
              vi: "Hồ sơ có \(present.count) bố cục: \(present.joined(separator: ", ")).")))
      return nil
    }
    switch present[0] {
    case "canonical":
      if !reader.flag("canonical") {
        reader.wrong(node, .init("only true makes sense here", vi: "ở đây chỉ có nghĩa khi là true"))
      }
      return .canonical
    case "table": return builder.table(node).map { .table($0) }
    case "workbook": return builder.workbook(node).map { .workbook($0) }
    default: return builder.elements(node).map { .elements($0) }
    }
  }

  private func test(_ node: SourceNode, _ paths: PathReader) -> ProfileTest? {
    guard let reader = MappingReader(node, diagnostics) else { return nil }
    defer { reader.finish() }
    let name = reader.requiredText("name") ?? ""
    let input = reader.text("input")
    var product: [(path: ModelPath, value: String)] = []
    if let values = reader.node("product"), let inner = MappingReader(values, diagnostics) {
      for entry in values.entries ?? [] {
        let key = SourceNode(content: .scalar(entry.key, isPlain: false), position: entry.position)
        // Several values of one attribute stand in a list.
        for text in inner.texts(entry.value) {
          if let path = paths.attribute(entry.key, at: key, in: .product) { product.append((path, text)) }
        }
      }
    }
    var output: [String] = []
    for text in reader.texts("output") {
      output += text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    }
    let codes = reader.texts("diagnostics")
    return ProfileTest(
      name: name, input: input, product: product, output: output, diagnostics: codes, place: node.position.place)
  }
}

/// Whether a text is an ISO date (month and day in range).
func isDate(_ text: String) -> Bool {
  let utf8 = Array(text.utf8)
  guard utf8.count == 10, utf8[4] == 0x2D, utf8[7] == 0x2D else { return false }
  guard [0, 1, 2, 3, 5, 6, 8, 9].allSatisfy({ utf8[$0] >= 0x30 && utf8[$0] <= 0x39 }) else { return false }
  func number(_ a: Int) -> Int { Int(utf8[a] - 0x30) * 10 + Int(utf8[a + 1] - 0x30) }
  return (1...12).contains(number(5)) && (1...31).contains(number(8))
}
