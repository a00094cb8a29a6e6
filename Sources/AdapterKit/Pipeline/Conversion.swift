public import Diagnostics
public import Documents
public import ProductModel
public import Profiles
internal import Rules

/// One conversion: some documents of one profile, taken as one stream, into one document of another.
///
/// The output appears under its name only when all of it is written and synced; a document fault leaves nothing behind.
/// Faulty records go to quarantine: a document of the source's format that runs through the same command when mended.
public struct Conversion {
  /// A document to be read.
  public enum Input: Sendable {
    /// A file of this machine, opened when the run begins; `-` is standard input.
    case file(String)
    /// A document that is open.
    case document(InputDocument)

    /// How reports name it.
    public var name: String {
      switch self {
      case .file(let path): path
      case .document(let document): document.name
      }
    }

    /// The document.
    ///
    /// - Throws: as `InputDocument.open`.
    public func open() throws(Fault) -> InputDocument {
      switch self {
      case .file(let path): try InputDocument.open(path)
      case .document(let document): document
      }
    }
  }

  /// The inputs, in order; several may have one name.
  public var inputs: [Input]
  /// The profile of the inputs.
  public var source: Profile
  /// The output file; `-` is standard output; nil checks without writing.
  public var output: String?
  /// The profile of the output.
  public var target: Profile
  /// Where rejected records go; nil drops them from the output without keeping them (for checks only).
  public var quarantine: String?
  /// More rejected records than this stop the run; nil for no limit.
  public var maxRejects: Int?
  /// The date that stands for today, ISO.
  public var asOf: String
  /// Whether values without an attribute are kept and written back by the same format.
  public var keepsResidue = false
  /// With 2, a document is read on a thread of its own while the batch before is written, where its reader allows that. What
  /// comes out is the same.
  public var workers = 1
  /// Called after each batch with bytes read and bytes in all.
  public var onProgress: ((UInt64, UInt64) -> Void)?

  /// Describes a conversion.
  public init(
    inputs: [Input], source: Profile, output: String?, target: Profile, quarantine: String? = nil,
    maxRejects: Int? = nil, asOf: String
  ) {
    self.inputs = inputs
    self.source = source
    self.output = output
    self.target = target
    self.quarantine = quarantine
    self.maxRejects = maxRejects
    self.asOf = asOf
  }

  /// What a run gave.
  public struct Outcome: Sendable {
    /// Records of the inputs.
    public var records = ConversionCounts()
    /// Products of the inputs.
    public var products = ConversionCounts()
    /// What the target could not carry.
    public var losses = LossReport()
    /// Bytes read and written.
    public var bytesRead: UInt64 = 0
    /// Bytes written.
    public var bytesWritten: UInt64 = 0
    /// The quarantine files written.
    public var quarantineFiles: [String] = []
  }

  /// Runs it. Findings go to the collector as they are made.
  ///
  /// - Throws: a document fault (`.malformed`, `.unreadable`), `.output`, or `.configuration`. Nothing is published then.
  public func run(_ registry: AdapterRegistry, _ diagnostics: DiagnosticCollector) throws(Fault) -> Outcome {
    let reading = try registry.adapter(named: source.adapter)
    let writing = try registry.adapter(named: target.adapter)
    let relay = workers > 1 ? DiagnosticCollector(limitPerCode: diagnostics.limitPerCode, isRelay: true) : nil
    let sourceContext = AdapterContext(
      profile: source, asOf: asOf, diagnostics: relay ?? diagnostics, keepsResidue: keepsResidue)
    let targetContext = AdapterContext(
      profile: target, asOf: asOf, diagnostics: diagnostics, keepsResidue: keepsResidue)

    let rules = RuleSet(asOf: asOf)
    var ruleMemory = RuleMemory()

    var documents: [InputDocument] = []
    for input in inputs { documents.append(try input.open()) }
    let total = documents.reduce(0) { $0 + $1.size }

    // Without an output everything is done but the writing: a device takes the bytes.
    let document = try OutputDocument.create(output ?? "/dev/null")
    var outcome = Outcome()
    var pending: [(OutputDocument, String)] = []
    do throws(Fault) {
      let writer = try writing.makeWriter(document, targetContext)
      var done: UInt64 = 0
      for (number, input) in documents.enumerated() {
        let reader = try reading.makeReader(input, sourceContext)
        targetContext.locate = { row, origin in reader.place(of: row, origin: origin) }
        var rejected: [ProductRow] = []
        try Self.read(reader, relay, diagnostics) { (batch: inout ProductBatch, bytesRead: UInt64) throws(Fault) in
          if let rules { Self.apply(rules, &ruleMemory, &batch, reader, diagnostics) }
          try writer.write(&batch)
          for row in batch.rows {
            outcome.records.count(row.state, row.records)
            outcome.products.count(row.state, 1)
            if row.state == .faulted { rejected.append(row) }
          }
          if let maxRejects, outcome.records.quarantined > maxRejects {
            throw Self.tooMany(outcome.records.quarantined, maxRejects)
          }
          onProgress?(done + bytesRead, total)
        }
        done += input.size
        if !rejected.isEmpty, let quarantine {
          let name = Self.numbered(quarantine, number)
          let file = try OutputDocument.create(name)
          pending.append((file, name))
          try reader.writeRecords(rejected, to: file)
        }
      }
      try writer.finish()
      if outcome.records.read == 0 {
        diagnostics.report(Diagnostic(.inputEmpty, at: Place(file: inputs.first?.name)))
      }
      // Quarantine first: should the last step fail, no record is without a home.
      for (file, name) in pending {
        try file.commit()
        outcome.quarantineFiles.append(name)
      }
      try document.commit()
      outcome.bytesRead = total
      outcome.bytesWritten = document.bytesWritten
      outcome.losses = targetContext.losses
    } catch {
      document.discard()
      for (file, _) in pending { file.discard() }
      throw error
    }
    return outcome
  }

  /// Reads a document batch by batch; with a relay for its findings on a thread of its own, where the reader allows that.
  private static func read(
    _ reader: any ProductReader, _ relay: DiagnosticCollector?, _ diagnostics: DiagnosticCollector,
    _ body: (inout ProductBatch, UInt64) throws(Fault) -> Void
  ) throws(Fault) {
    func handOn() { if let relay { diagnostics.add(relay.takeShare()) } }
    // What was found while the document was opened.
    handOn()
    guard let relay, reader.placesWhileReading, let ahead = ReadAhead(reader, findings: relay) else {
      var batch = ProductBatch()
      while true {
        batch.recycle()
        let isMore: Bool
        do throws(Fault) { isMore = try reader.read(into: &batch) } catch {
          handOn()
          throw error
        }
        handOn()
        if !isMore { return }
        try body(&batch, reader.bytesRead)
      }
    }
    defer { ahead.stop() }
    while true {
      let load = ahead.next()
      diagnostics.add(load.findings)
      if let fault = load.fault { throw fault }
      if load.isEnd { return }
      try body(&load.batch, load.bytesRead)
      ahead.giveBack(load)
    }
  }

  /// Checks the good products of a batch; an error quarantines its product.
  private static func apply(
    _ rules: RuleSet, _ memory: inout RuleMemory, _ batch: inout ProductBatch, _ reader: any ProductReader,
    _ diagnostics: DiagnosticCollector
  ) {
    var findings: [RuleFinding] = []
    for i in 0..<batch.count where batch.rows[i].state == .good {
      rules.check(batch[product: i], layout: batch.rows[i].layout, &memory) { findings.append($0) }
      if findings.isEmpty { continue }
      let row = batch.rows[i]
      let identity = batch[product: i].identity
      for finding in findings {
        let origin = finding.entry.map { batch.origin(product: i, entry: $0) } ?? 0
        let diagnostic = Diagnostic(
          finding.code, at: reader.place(of: row, origin: origin), product: identity, attribute: finding.attribute,
          message: finding.message)
        diagnostics.report(diagnostic)
        if diagnostic.severity >= .error { batch.rows[i].state = .faulted }
      }
      findings.removeAll(keepingCapacity: true)
    }
  }

  /// Several inputs have a quarantine file each: `name`, `name-2.ext`, `name-3.ext` …
  private static func numbered(_ name: String, _ number: Int) -> String {
    if number == 0 { return name }
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "\(name)-\(number + 1)" }
    return name[..<dot] + "-\(number + 1)" + name[dot...]
  }

  private static func tooMany(_ count: Int, _ limit: Int) -> Fault {
    Fault(
      .malformed,
      Diagnostic(
        .tooManyRejects,
        message: LocalizedText(
          "\(count) records were rejected, more than the \(limit) allowed; nothing was published",
          vi: "\(count) bản ghi bị loại, quá giới hạn \(limit); chưa xuất bản gì")))
  }
}
