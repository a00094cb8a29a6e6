public import Diagnostics
public import Documents
public import ProductModel
internal import Profiles

/// Writes products as an XML document by the element layout of a profile.
///
/// An element whose value is missing is not written, nor are elements around it that stay empty. A product that lacks what
/// the partner requires, or has a value that the partner cannot take, is reported and left out whole.
public final class ElementWriter: ProductWriter {
  private let output: OutputDocument
  private let context: AdapterContext
  private var run: ElementRun
  /// Whether all steps of the program are gone through, one after the other, instead of those that have something to do:
  /// what comes out must be the same. For tests.
  var isThorough: Bool {
    get { run.isThorough }
    set { run.isThorough = newValue }
  }

  /// How many products were written by forms, and how many forms did not give what the steps gave. For tests.
  var forms: (filled: Int, refuted: Int) { (run.filledForms, run.refutedForms) }

  /// Starts a document.
  ///
  /// - Throws: `.configuration` for a profile without an element layout or with one that cannot run; `.output`.
  public init(_ output: OutputDocument, _ context: AdapterContext) throws(Fault) {
    guard case .elements(let layout) = context.profile.layout else {
      throw Fault(
        .configuration,
        Diagnostic(
          .elementLayout, at: Place(file: context.profile.file), value: context.profile.name,
          message: .init("the profile has no xml: layout", vi: "hồ sơ không có bố cục xml:")))
    }
    self.output = output
    self.context = context
    run = ElementRun(
      try ElementWritingPlan(layout, profile: context.profile, asOf: context.asOf),
      keepsResidue: context.keepsResidue)
    run.begin()
  }

  /// Writes the good products of a batch, a record each or one for each top item.
  public func write(_ batch: inout ProductBatch) throws(Fault) {
    for i in 0..<batch.count where batch.rows[i].state == .good {
      switch run.write(batch, i, losses: &context.losses) {
      case .written: break
      case .notApplicable: batch.rows[i].state = .notApplicable
      case .faulted: batch.rows[i].state = .faulted
      }
      if !run.findings.isEmpty { report(batch, i) }
      if run.isFull { try run.flush(to: output) }
    }
    try run.flush(to: output)
  }

  /// Writes what stands behind the records.
  public func finish() throws(Fault) {
    run.end()
    try run.flush(to: output)
  }

  private func report(_ batch: borrowing ProductBatch, _ i: Int) {
    for finding in run.findings {
      context.diagnostics.report(finding.code, finding.code.severity) {
        let origin = finding.entry >= 0 ? batch.origin(product: i, entry: finding.entry) : 0
        return run.diagnostic(finding, at: context.locate(batch.rows[i], origin), batch[product: i])
      }
    }
    run.findings.removeAll(keepingCapacity: true)
  }
}
