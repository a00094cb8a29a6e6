import AdapterKit
import ArgumentParser
import Diagnostics
import Profiles

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Convert documents of one profile into a document of another.",
    discussion: """
      Several inputs are one stream; `-` is standard input or output. Records that cannot be converted go to quarantine: \
      a file in the source's format, with their findings beside it, that runs through the same command when mended.

      Inputs and output may be URLs, or NAME:path of an endpoint, unless a file of that very name exists (./NAME:path is \
      always a file). Inputs are fetched whole before the first record is read; the output is made whole and then sent. \
      Quarantine and report stay here.

      Examples:
        ocop convert seeds/producer-sheet.xlsx --from producer-sheet --to buu-dien -o feed.csv
        ocop convert seeds/producer-sheet.xlsx --from producer-sheet --to gs1-cin -o saigon-coop:feed.xml
      """)

  @Argument(help: "The input files, URLs or NAME:path; `-` is standard input.", completion: .file())
  var inputs: [String]

  @Option(help: "The profile of the inputs.", completion: .custom(profileNames))
  var from: String

  @Option(help: "The profile of the output.", completion: .custom(profileNames))
  var to: String

  @Option(
    name: .shortAndLong, help: "The output file, URL or NAME:path; standard output otherwise.", completion: .file())
  var output: String = "-"

  @Option(help: "Where rejected records go; otherwise beside the output.", completion: .file())
  var quarantine: String?

  @Option(help: "Where the machine-readable report goes.", completion: .file())
  var report: String?

  @Option(help: "More rejected records than this stop the run, and nothing is published.")
  var maxRejects: Int?

  @Flag(help: "Keep what the model has no attribute for, and write it back where source and target are one format.")
  var residue = false

  @Option(
    help:
      "1 or 2. With 2, tables and XML are read ahead on a second core; the output is the same and comes sooner.")
  var workers = 1

  @OptionGroup var endpoints: EndpointOptions

  @OptionGroup var options: CommonOptions

  func validate() throws {
    guard (1...2).contains(workers) else { throw ValidationError("--workers is 1 or 2, not \(workers).") }
  }

  func run() throws {
    let language = options.language
    let (source, target) = try faultExits(language) { () throws(Fault) in
      (
        try options.library.load(from, asOf: options.date, variables: options.values),
        try options.library.load(to, asOf: options.date, variables: options.values)
      )
    }
    let (reading, writing) = try faultExits(language) { () throws(Fault) in
      (
        try AdapterRegistry.firstParty.adapter(named: source.adapter).specification,
        try AdapterRegistry.firstParty.adapter(named: target.adapter).specification
      )
    }
    let remote = try faultExits(language) { () throws(Fault) in
      try RemoteFiles(inputs: inputs, output: output, endpoints, options.messages)
    }
    let found = try remote.fetch(inputs), names = found.map(\.name)
    let file = remote.localOutput(
      output, standard: Self.stem("-", names) + "." + (writing.fileExtensions.first ?? "txt"))
    // The quarantine of what is sent away stays in this folder.
    let shown = remote.sends ? file.split(separator: "/").last.map(String.init) ?? "-" : output
    var conversion = Conversion(
      inputs: found, source: source, output: file, target: target,
      quarantine: quarantine ?? Self.quarantineName(shown, names, reading.fileExtensions.first ?? "txt"),
      maxRejects: maxRejects, asOf: options.date)
    conversion.keepsResidue = residue
    conversion.workers = workers
    let printer = DiagnosticPrinter(language: language)
    let (outcome, code) = try ConversionRun(
      command: "convert", conversion: conversion, options: options, reportPath: report,
      outputName: remote.shownOutput(output), deliver: remote.sends ? { try remote.send(file) } : nil
    ).run(printer)
    if let outcome {
      for file in outcome.quarantineFiles {
        try writeFindings(of: printer, beside: file, conversion, remote.shownOutput(output), outcome)
      }
      Terminal.note(summary(outcome, to: to, language: language))
    }
    if code != .done { try end(code) }
  }

  /// The findings of the quarantined records, as a report beside the quarantine file.
  private func writeFindings(
    of printer: DiagnosticPrinter, beside file: String, _ conversion: Conversion, _ output: String,
    _ outcome: Conversion.Outcome
  ) throws {
    try faultExits(options.language) { () throws(Fault) in
      try ConversionReport(
        command: "convert", inputs: conversion.inputs.map(\.name), source: from, target: to, output: output,
        asOf: options.date,
        outcome: outcome, fault: nil
      ).save(printer.collector, to: file + ".diagnostics.json")
    }
  }

  /// `feed.csv` → `feed.quarantine.xlsx`; without an output file the name comes from the first input.
  static func quarantineName(_ output: String, _ inputs: [String], _ fileExtension: String) -> String {
    stem(output, inputs) + ".quarantine." + fileExtension
  }

  /// The output's name without its extension, or the first input's without its folder.
  private static func stem(_ output: String, _ inputs: [String]) -> String {
    var stem = output != "-" ? output : inputs.first.map { $0 == "-" ? "ocop" : $0 } ?? "ocop"
    if output == "-", let slash = stem.lastIndex(of: "/") { stem = String(stem[stem.index(after: slash)...]) }
    let slash = stem.lastIndex(of: "/") ?? stem.startIndex
    if let dot = stem[slash...].lastIndex(of: "."), dot > slash { stem = String(stem[..<dot]) }
    return stem
  }
}

/// Names of profiles for shell completion.
@Sendable func profileNames(_ arguments: [String], _ index: Int, _ prefix: String) -> [String] {
  (try? CommonOptions.parse([]))?.library.names().filter { $0.hasPrefix(prefix) } ?? []
}
