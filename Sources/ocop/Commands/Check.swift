import AdapterKit
import ArgumentParser
import Diagnostics
import Documents
import ProductModel
import Profiles

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check a document: by its own profile, and whether its products can go to others.",
    discussion: """
      Nothing is written. The input may be a URL, or NAME:path of an endpoint; it is fetched whole first. Exit 1 when there is a finding at the level of --fail-on or worse.

      Example:
        ocop check seeds/producer-sheet.xlsx --from producer-sheet --for japan --for korea
      """)

  @Argument(help: "The input file, URL or NAME:path; `-` is standard input.", completion: .file())
  var input: String

  @Option(help: "The profile of the input.", completion: .custom(profileNames))
  var from: String

  @Option(name: .customLong("for"), help: "A profile that the products should go to; may be repeated.")
  var targets: [String] = []

  @Option(help: "The least severity that fails the check: note, warning or error.")
  var failOn: FailLevel = .error

  @Option(
    help: "Where the machine-readable report goes; with several --for, one file each: NAME-PROFILE.",
    completion: .file())
  var report: String?

  @OptionGroup var endpoints: EndpointOptions

  @OptionGroup var options: CommonOptions

  func run() throws {
    let language = options.language
    var worst: Severity?
    let names = targets.isEmpty ? ["canonical"] : targets
    let (source, profiles) = try faultExits(language) { () throws(Fault) in
      var profiles: [Profile] = []
      for name in names {
        profiles.append(try options.library.load(name, asOf: options.date, variables: options.values))
      }
      return (try options.library.load(from, asOf: options.date, variables: options.values), profiles)
    }
    var inputs = try RemoteFiles.fetch(input, endpoints, options.messages)
    if input == "-", names.count > 1 {
      // It can be read once only.
      inputs = [.document(try faultExits(language) { () throws(Fault) in try InputDocument.open(input) })]
    }
    for (name, target) in zip(names, profiles) {
      let printer = DiagnosticPrinter(language: language)
      let conversion = Conversion(inputs: inputs, source: source, output: nil, target: target, asOf: options.date)
      let path = report.map { names.count > 1 ? $0 + "-" + name : $0 }
      let (outcome, code) = try ConversionRun(
        command: "check", conversion: conversion, options: options, reportPath: path
      ).run(printer)
      guard let outcome else { try end(code) }
      if options.format == .text { Terminal.print(summary(outcome, to: name, language: language)) }
      if let w = printer.collector.worst { worst = max(worst ?? w, w) }
    }
    if let worst, worst >= failOn.severity { try end(.findings) }
  }
}

/// A severity as an option.
enum FailLevel: String, ExpressibleByArgument, CaseIterable {
  case note, warning, error

  var severity: Severity { Severity(rawValue: rawValue)! }
}
