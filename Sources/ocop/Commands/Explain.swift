import AdapterKit
import ArgumentParser
import Canonical
import Diagnostics
import Documents
import Ledger
import ProductModel
import Profiles
import Rules
import Transfer
import Settings

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain a finding's code, or an attribute of the model: what it means and what to do.",
    discussion: """
      Examples:
        ocop explain gtin-check-digit
        ocop explain 'item[each].netContent'
      """)

  @Argument(
    help: "A code, or a path of the model; all codes are listed without one.",
    completion: .list(DiagnosticCode.all.map(\.id)))
  var subject: String?

  @OptionGroup var options: CommonOptions

  func run() throws {
    let language = options.language
    guard let subject else {
      if options.format == .json {
        var json = JSONBuilder()
        json.array(DiagnosticCode.all) { json, code in code.write(into: &json) }
        Terminal.print(json.text)
        return
      }
      let width = DiagnosticCode.all.map(\.id.count).max() ?? 0
      for code in DiagnosticCode.all {
        Terminal.print(
          code.id.padded(to: width + 2) + code.severity.name(in: language).padded(to: 9) + code.title[language])
      }
      return
    }
    if let code = DiagnosticCode.all.first(where: { $0.id == subject }) {
      Terminal.print(
        """
        \(code.id) (\(code.severity.name(in: language))): \(code.title[language])

        \(code.explanation[language])

        → \(code.remedy[language])
        """)
      return
    }
    if let path = try? ModelPath(subject) {
      if let declaration = path.declaration {
        Terminal.print(
          """
          \(path): \(declaration.meaning)

          type     \(declaration.type.rawValue)\(declaration.isMany ? ", several values" : "")
          facet    \(declaration.facet.rawValue)\(declaration.vocabulary.map { "\ncodes    mappings/vocabulary/\($0).tsv" } ?? "")
          source   \(declaration.source)
          example  \(declaration.example)\(declaration.absent.map { "\nabsent   means \($0)" } ?? "")
          """)
      } else {
        let kind = path.kind.declaration
        let key = kind.key.map(\.name).joined(separator: ", ")
        Terminal.print(
          "\(kind.kind.name): \(kind.meaning)\n\nkey      \(key.isEmpty ? "none: aligned by sequence" : key)\n")
        for attribute in kind.attributes {
          Terminal.print(
            "  " + attribute.attribute.name.padded(to: 22) + attribute.type.rawValue.padded(to: 10) + attribute.meaning)
        }
      }
      return
    }
    let guess = nearest(to: subject, among: DiagnosticCode.all.map(\.id))
    Terminal.note("There is no code or path “\(subject)”." + (guess.map { " Did you mean “\($0)”?" } ?? ""))
    try end(.usage)
  }
}

extension DiagnosticCode {
  /// Writes the code with all it explains, in both languages.
  func write(into json: inout JSONBuilder) {
    json.object { json in
      json.member("code", id)
      json.member("severity", severity.rawValue)
      json.member("title", ["en": title.en, "vi": title.vi])
      json.member("explanation", ["en": explanation.en, "vi": explanation.vi])
      json.member("remedy", ["en": remedy.en, "vi": remedy.vi])
    }
  }

  /// Every code of the program, sorted by name: each module lists its own.
  static let all: [DiagnosticCode] = {
    let declared: [[DiagnosticCode]] = [
      documentsCodes, productModelCodes, settingsCodes, profilesCodes, conversionCodes, tableCodes, elementCodes,
      workbookEngineCodes, ruleCodes, pipelineCodes, canonicalCodes, transferCodes, ledgerCodes,
    ]
    var seen = Set<String>()
    return declared.joined().filter { seen.insert($0.id).inserted }.sorted { $0.id < $1.id }
  }()
}
