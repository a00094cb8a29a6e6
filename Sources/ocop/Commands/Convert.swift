import AdapterKit
import ArgumentParser
import Diagnostics
import Profiles

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Convert documents of one profile into a document of another.",
    discussion: """
      Several inputs are one stream; `-` is standard input or output. Records that cannot be converted go to quarantine: \
      a file in the source's format, with their findings beside it, that runs through the same command when mended.

      Example:
        ocop convert seeds/producer-sheet.xlsx --from producer-sheet --to buu-dien -o feed.csv
      """)

  @Argument(help: "The input files; `-` is standard input.", completion: .file())
  var inputs: [String]

  @Option(help: "The profile of the inputs.", completion: .custom(profileNames))
  var from: String

  @Option(help: "The profile of the output.", completion: .custom(profileNames))
  var to: String

  @Option(name: .shortAndLong, help: "The output file; standard output otherwise.", completion: .file())
  var output: String = "-"

  @Option(help: "Where rejected records go; otherwise beside the output.", completion: .file())
  var quarantine: String?

  @Option(help: "Where the machine-readable report goes.", completion: .file())
  var report: String?

  @Option(help: "More rejected records than this stop the run, and nothing is published.")
  var maxRejects: Int?

  @Flag(help: "Keep what the model has no attribute for, and write it back where source and target are one format.")
  var residue = false

  @OptionGroup var options: CommonOptions

  func run() throws {
    let language = options.language
    let (source, target) = try faultExits(language) { () throws(Fault) in
      (
        try options.library.load(from, asOf: options.date, variables: options.values),
        try options.library.load(to, asOf: options.date, variables: options.values)
      )
    }
    let adapter = try faultExits(language) { () throws(Fault) in
      try AdapterRegistry.firstParty.adapter(named: source.adapter)
    }
    var conversion = Conversion(
      inputs: inputs, source: source, output: output, target: target,
      quarantine: quarantine
        ?? Self.quarantineName(output, inputs, adapter.specification.fileExtensions.first ?? "txt"),
      maxRejects: maxRejects, asOf: options.date)
    conversion.keepsResidue = residue
    let printer = DiagnosticPrinter(language: language)
    let (outcome, code) = try ConversionRun(
      command: "convert", conversion: conversion, options: options, reportPath: report
    ).run(printer)
    if let outcome {
      for file in outcome.quarantineFiles { try writeFindings(of: printer, beside: file, conversion, outcome) }
      Terminal.note(summary(outcome, to: to, language: language))
    }
    if code != .done { try end(code) }
  }

  /// The findings of the quarantined records, as a report beside the quarantine file.
  private func writeFindings(
    of printer: DiagnosticPrinter, beside file: String, _ conversion: Conversion, _ outcome: Conversion.Outcome
  ) throws {
    try faultExits(options.language) { () throws(Fault) in
      try ConversionReport(
        command: "convert", inputs: conversion.inputs, source: from, target: to, output: output, asOf: options.date,
        outcome: outcome, fault: nil
      ).save(printer.collector, to: file + ".diagnostics.json")
    }
  }

  /// `feed.csv` → `feed.quarantine.xlsx`; without an output file the name comes from the first input.
  static func quarantineName(_ output: String, _ inputs: [String], _ fileExtension: String) -> String {
    var stem = output != "-" ? output : inputs.first.map { $0 == "-" ? "ocop" : $0 } ?? "ocop"
    if output == "-", let slash = stem.lastIndex(of: "/") { stem = String(stem[stem.index(after: slash)...]) }
    let slash = stem.lastIndex(of: "/") ?? stem.startIndex
    if let dot = stem[slash...].lastIndex(of: "."), dot > slash { stem = String(stem[..<dot]) }
    return stem + ".quarantine." + fileExtension
  }
}

/// Names of profiles for shell completion.
@Sendable func profileNames(_ arguments: [String], _ index: Int, _ prefix: String) -> [String] {
  (try? CommonOptions.parse([]))?.library.names().filter { $0.hasPrefix(prefix) } ?? []
}
