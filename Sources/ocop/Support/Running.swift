import AdapterKit
import ArgumentParser
import Bytes
import Diagnostics
import ProductModel
import Profiles

/// Ends the command with a code of the exit table.
func end(_ code: Diagnostics.ExitCode) throws -> Never { throw ArgumentParser.ExitCode(code.rawValue) }

/// Runs a body; a fault is printed and ends the command with its exit code.
func faultExits<R>(_ language: MessageLanguage, _ body: () throws(Fault) -> R) throws -> R {
  do { return try body() } catch {
    Terminal.note(error.diagnostic.text(in: language))
    try end(Diagnostics.ExitCode(error.kind))
  }
}

/// Runs a conversion, prints its summary on standard error, writes its report, and answers how it went.
struct ConversionRun {
  var command: String
  var conversion: Conversion
  var options: CommonOptions
  var reportPath: String?
  /// How reports name the output, where it is not the conversion's own.
  var outputName: String?
  /// Sends what was written; the fault that kept it from being delivered.
  var deliver: (() throws -> Fault?)?

  /// - Returns: the outcome, or nil after a document fault, with the exit code.
  func run(_ printer: DiagnosticPrinter) throws -> (Conversion.Outcome?, Diagnostics.ExitCode) {
    let progress = Progress()
    var conversion = conversion
    conversion.onProgress = { progress.update($0, $1) }
    var outcome: Conversion.Outcome?
    var fault: Fault?
    do throws(Fault) { outcome = try conversion.run(.firstParty, printer.collector) } catch { fault = error }
    progress.clear()
    printer.finish()
    if fault == nil, let deliver { fault = try deliver() }
    let code: Diagnostics.ExitCode
    if let fault {
      Terminal.note(fault.diagnostic.text(in: options.language))
      code = Diagnostics.ExitCode(fault.kind)
    } else {
      code = (outcome?.records.quarantined ?? 0) > 0 ? .quarantined : .done
    }
    let report = ConversionReport(
      command: command, inputs: conversion.inputs.map(\.name), source: conversion.source.name,
      target: conversion.target.name,
      output: outputName ?? conversion.output, asOf: conversion.asOf, outcome: outcome, fault: fault)
    if let reportPath {
      try faultExits(options.language) { () throws(Fault) in try report.save(printer.collector, to: reportPath) }
    }
    if options.format == .json, conversion.output != "-" {
      var buffer = ByteBuffer()
      report.write(printer.collector, into: &buffer)
      Terminal.print(buffer.string())
    }
    return (outcome, code)
  }
}

/// The summary of a conversion in words.
func summary(_ outcome: Conversion.Outcome, to target: String, language: MessageLanguage) -> String {
  let p = outcome.products
  var parts: [String]
  if language == .vi {
    parts = ["\(target): đọc \(p.read) sản phẩm", "ghi \(p.written)"]
    if p.quarantined > 0 { parts.append("cách ly \(p.quarantined)") }
    if p.notApplicable > 0 { parts.append("không áp dụng \(p.notApplicable)") }
    if p.filtered > 0 { parts.append("lọc bỏ \(p.filtered)") }
    if p.unchanged > 0 { parts.append("không đổi \(p.unchanged)") }
    if !outcome.losses.isEmpty { parts.append("không chuyển được \(outcome.losses.total) giá trị") }
  } else {
    parts = ["\(target): read \(p.read) products", "written \(p.written)"]
    if p.quarantined > 0 { parts.append("quarantined \(p.quarantined)") }
    if p.notApplicable > 0 { parts.append("not applicable \(p.notApplicable)") }
    if p.filtered > 0 { parts.append("filtered \(p.filtered)") }
    if p.unchanged > 0 { parts.append("unchanged \(p.unchanged)") }
    if !outcome.losses.isEmpty {
      parts.append("\(outcome.losses.total) values of \(outcome.losses.losses.count) kinds not carried")
    }
  }
  var text = parts.joined(separator: " · ")
  for file in outcome.quarantineFiles {
    text += language == .vi ? "\n  bản ghi bị loại: \(file)" : "\n  rejected records: \(file)"
  }
  return text
}
