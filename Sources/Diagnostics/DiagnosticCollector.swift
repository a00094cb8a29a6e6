/// Gathers the findings of one run: counts all of them, keeps the first ones of each code.
///
/// Not thread-safe: one collector belongs to one pipeline.
public final class DiagnosticCollector {
  /// Findings kept for the report, in order.
  public private(set) var kept: [Diagnostic] = []
  /// How many findings each code had, kept or not.
  public private(set) var counts: [DiagnosticCode: Int] = [:]
  /// How many findings of one code are kept; later ones are only counted.
  public let limitPerCode: Int
  /// Called for every finding, kept or not, as it is made.
  public var onDiagnostic: ((Diagnostic) -> Void)?

  private var bySeverity: [Severity: Int] = [:]

  /// Makes an empty collector.
  public init(limitPerCode: Int = 1000) { self.limitPerCode = limitPerCode }

  /// Takes a finding.
  public func report(_ diagnostic: Diagnostic) {
    let count = counts[diagnostic.code, default: 0]
    counts[diagnostic.code] = count + 1
    bySeverity[diagnostic.severity, default: 0] += 1
    if count < limitPerCode { kept.append(diagnostic) }
    onDiagnostic?(diagnostic)
  }

  /// How many findings had this severity.
  public func count(of severity: Severity) -> Int { bySeverity[severity] ?? 0 }

  /// The worst severity so far, or nil.
  public var worst: Severity? { bySeverity.keys.max() }
}
