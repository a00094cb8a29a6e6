internal import Diagnostics
internal import Settings

/// Makes the code lists of a profile from vocabularies and inline values.
struct CodeListBuilder {
  let shelf: VocabularyShelf
  let asOf: String
  let diagnostics: DiagnosticCollector

  /// All lists under `codes:`.
  func lists(_ node: SourceNode?) -> [String: CodeList] {
    guard let node, let reader = MappingReader(node, diagnostics) else { return [:] }
    var lists: [String: CodeList] = [:]
    for entry in reader.node.entries ?? [] where !entry.value.isNull {
      lists[entry.key] = list(entry.key, entry.value)
    }
    return lists
  }

  private func list(_ name: String, _ node: SourceNode) -> CodeList {
    var list = CodeList(name: name)
    guard let reader = MappingReader(node, diagnostics) else { return list }
    guard reader.has("vocabulary") || node["values"]?.entries != nil else {
      for entry in node.entries ?? [] where !entry.value.isNull {
        list.add(entry.key, texts: reader.texts(entry.value))
      }
      return list
    }
    list = CodeList(name: name, isExact: reader.flag("exact"))
    let values = reader.node("values")?.entries ?? []
    let vocabulary = reader.node("vocabulary").flatMap { self.vocabulary($0, reader) }
    let columns = reader.node("column").map { columnNumbers($0, vocabulary, reader) } ?? [0]
    let conditions = reader.node("where").map { self.conditions($0, vocabulary) } ?? []
    reader.finish()
    guard vocabulary == nil || (columns != nil && conditions != nil) else { return list }
    for row in vocabulary?.rows ?? [] {
      guard let vocabulary, vocabulary.holds(row, on: asOf) else { continue }
      let isWanted = (conditions ?? []).allSatisfy { condition in
        Vocabulary.alternatives(row[condition.column]).contains { condition.values.contains($0) }
      }
      guard isWanted, let cell = (columns ?? []).map({ row[$0] }).first(where: { !$0.isEmpty }) else { continue }
      var texts = Vocabulary.alternatives(cell)
      if let own = values.first(where: { $0.key == row[0] }) {
        // An empty value takes the code out.
        if own.value.isNull { continue }
        texts = reader.texts(own.value) + texts
      }
      list.add(row[0], texts: texts)
    }
    for entry in values where !entry.value.isNull && list.text(for: entry.key) == nil {
      list.add(entry.key, texts: reader.texts(entry.value))
    }
    return list
  }

  private func vocabulary(_ node: SourceNode, _ reader: MappingReader) -> Vocabulary? {
    guard let name = reader.text(node) else { return nil }
    do throws(Fault) {
      if let vocabulary = try shelf.vocabulary(name) { return vocabulary }
    } catch {
      diagnostics.report(error.diagnostic)
      return nil
    }
    diagnostics.report(
      Diagnostic(
        .profileVocabulary, at: node.position.place, value: name,
        message: .init("There is no vocabulary “\(name)”.", vi: "Không có từ vựng “\(name)”."),
        hint: didYouMean(nearest(to: name, among: shelf.names()))))
    return nil
  }

  private func columnNumbers(_ node: SourceNode, _ vocabulary: Vocabulary?, _ reader: MappingReader) -> [Int]? {
    guard let vocabulary else { return [] }
    var numbers: [Int] = []
    for item in node.items ?? [node] {
      guard let name = reader.text(item) else { return nil }
      guard let number = vocabulary.column(name) else {
        unknownColumn(name, item.position, vocabulary)
        return nil
      }
      numbers.append(number)
    }
    return numbers
  }

  private func conditions(_ node: SourceNode, _ vocabulary: Vocabulary?) -> [(column: Int, values: [String])]? {
    guard let reader = MappingReader(node, diagnostics) else { return nil }
    guard let vocabulary else { return [] }
    var conditions: [(column: Int, values: [String])] = []
    for entry in node.entries ?? [] {
      guard let number = vocabulary.column(entry.key) else {
        unknownColumn(entry.key, entry.position, vocabulary)
        return nil
      }
      conditions.append((number, reader.texts(entry.value)))
    }
    return conditions
  }

  private func unknownColumn(_ name: String, _ position: SourcePosition, _ vocabulary: Vocabulary) {
    diagnostics.report(
      Diagnostic(
        .profileVocabulary, at: position.place, value: name,
        message: .init("The vocabulary has no column “\(name)”.", vi: "Từ vựng không có cột “\(name)”."),
        hint: didYouMean(nearest(to: name, among: vocabulary.columns))
          ?? .init(
            "Its columns: \(vocabulary.columns.joined(separator: ", ")).",
            vi: "Các cột: \(vocabulary.columns.joined(separator: ", ")).")))
  }
}
