public import Bytes
public import Diagnostics
internal import Documents
internal import ProductModel

/// The machine-readable report of a run: counts, findings with places, losses. Stable keys; same run, same bytes.
public struct ConversionReport {
  /// The command: `convert`, `check` …
  public var command: String
  /// The inputs as given.
  public var inputs: [String]
  /// The source profile.
  public var source: String
  /// The target profile, or nil.
  public var target: String?
  /// The output as given, or nil.
  public var output: String?
  /// `--as-of`.
  public var asOf: String
  /// What the run gave; nil after a document fault.
  public var outcome: Conversion.Outcome?
  /// The fault that ended the run, or nil.
  public var fault: Fault?

  /// Describes a report.
  public init(
    command: String, inputs: [String], source: String, target: String?, output: String?, asOf: String,
    outcome: Conversion.Outcome?, fault: Fault?
  ) {
    self.command = command
    self.inputs = inputs
    self.source = source
    self.target = target
    self.output = output
    self.asOf = asOf
    self.outcome = outcome
    self.fault = fault
  }

  /// Writes the report as one JSON object, indented by line.
  public func write(_ diagnostics: DiagnosticCollector, into out: inout ByteBuffer) {
    var json = JSONBuilder()
    json.object { json in
      json.member("command", command)
      json.member("inputs", inputs)
      json.member("from", source)
      if let target { json.member("to", target) }
      if let output { json.member("output", output) }
      json.member("asOf", asOf)
      json.member("status", fault == nil ? "done" : "failed")
      if let outcome {
        json.member("records", outcome.records)
        json.member("products", outcome.products)
        json.member("quarantine", outcome.quarantineFiles)
        json.member("bytes", ["read": Int(outcome.bytesRead), "written": Int(outcome.bytesWritten)])
        json.array("losses", outcome.losses.losses) { json, loss in
          json.object { json in
            json.member("path", loss.pattern)
            json.member("reason", loss.reason.rawValue)
            json.member("count", loss.count)
            if let example = loss.example { json.member("example", example) }
          }
        }
      }
      json.member(
        "findings",
        Dictionary(uniqueKeysWithValues: diagnostics.counts.map { ($0.key.id, $0.value) }))
      let all = diagnostics.kept + (fault.map { [$0.diagnostic] } ?? [])
      json.array("diagnostics", all) { json, diagnostic in diagnostic.write(into: &json) }
    }
    json.write(into: &out)
    out.append(0x0A)
  }
}

extension Diagnostic {
  /// Writes the finding as a JSON object.
  public func write(into json: inout JSONBuilder) {
    json.object { json in
      json.member("code", code.id)
      json.member("severity", severity.rawValue)
      json.member("message", ["en": message.en, "vi": message.vi])
      let hint = self.hint ?? code.remedy
      json.member("hint", ["en": hint.en, "vi": hint.vi])
      if let product { json.member("product", product) }
      if let attribute { json.member("attribute", attribute) }
      if let value { json.member("value", value) }
      if let file = place.file { json.member("file", file) }
      if let line = place.line { json.member("line", line) }
      if let column = place.column { json.member("column", column) }
      if let byte = place.byte { json.member("byte", Int(byte)) }
      if let sheet = place.sheet { json.member("sheet", sheet) }
      if let cell = place.cell { json.member("cell", cell) }
      if let element = place.element { json.member("element", element) }
      if let field = place.field { json.member("field", field) }
    }
  }
}

extension ConversionReport {
  /// Writes the report to a file.
  ///
  /// - Throws: `.output`.
  public func save(_ diagnostics: DiagnosticCollector, to path: String) throws(Fault) {
    var buffer = ByteBuffer()
    write(diagnostics, into: &buffer)
    let file = try OutputDocument.create(path)
    try file.write(buffer)
    try file.commit()
  }
}
