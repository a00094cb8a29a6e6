/// Gathers the findings of one run: counts all of them, keeps the first ones of each code.
///
/// Whoever may find the same thing in every product gives its words in a closure (`report(_:_:_:)`), which is called only for
/// what is kept. Not thread-safe: one collector belongs to one pipeline.
public final class DiagnosticCollector {
  /// How many findings of one code there were, by severity.
  private struct Tally {
    let code: DiagnosticCode
    var notes = 0, warnings = 0, errors = 0, fatal = 0

    var total: Int { notes + warnings + errors + fatal }

    mutating func add(_ severity: Severity) {
      switch severity {
      case .note: notes += 1
      case .warning: warnings += 1
      case .error: errors += 1
      case .fatal: fatal += 1
      }
    }

    func count(of severity: Severity) -> Int {
      switch severity {
      case .note: notes
      case .warning: warnings
      case .error: errors
      case .fatal: fatal
      }
    }
  }

  /// Findings kept for the report, in order.
  public private(set) var kept: [Diagnostic] = []
  /// How many findings of one code are kept; later ones are only counted.
  public let limitPerCode: Int
  /// Called for every finding that is kept, as it is made.
  public var onDiagnostic: ((Diagnostic) -> Void)?

  private var tallies: [Tally] = []
  private var places: [DiagnosticCode: Int] = [:]
  /// The tally that was last added to: what one product has, the next one often has, too.
  private var last = 0

  /// Makes an empty collector.
  public init(limitPerCode: Int = 1000) { self.limitPerCode = limitPerCode }

  /// How many findings each code had, kept or not.
  public var counts: [DiagnosticCode: Int] { Dictionary(uniqueKeysWithValues: tallies.map { ($0.code, $0.total) }) }

  /// How many findings each code had that were worse than a note, kept or not; codes without any are left out.
  public var countsWithoutNotes: [DiagnosticCode: Int] {
    let all = tallies.filter { $0.total > $0.notes }
    return Dictionary(uniqueKeysWithValues: all.map { ($0.code, $0.total - $0.notes) })
  }

  /// Takes a finding.
  public func report(_ diagnostic: Diagnostic) {
    if count(diagnostic.code, diagnostic.severity) { keep(diagnostic) }
  }

  /// Takes a finding that is put into words only when it is kept.
  public func report(_ code: DiagnosticCode, _ severity: Severity, _ diagnostic: () -> Diagnostic) {
    if count(code, severity) { keep(diagnostic()) }
  }

  private func keep(_ diagnostic: Diagnostic) {
    kept.append(diagnostic)
    onDiagnostic?(diagnostic)
  }

  /// Counts a finding; whether it is one of the first, which are kept.
  private func count(_ code: DiagnosticCode, _ severity: Severity) -> Bool {
    if last >= tallies.count || tallies[last].code != code {
      if let known = places[code] {
        last = known
      } else {
        last = tallies.count
        places[code] = last
        tallies.append(Tally(code: code))
      }
    }
    let isKept = tallies[last].total < limitPerCode
    tallies[last].add(severity)
    return isKept
  }

  /// How many findings had this severity.
  public func count(of severity: Severity) -> Int { tallies.reduce(0) { $0 + $1.count(of: severity) } }

  /// The worst severity so far, or nil.
  public var worst: Severity? { Severity.allCases.last { count(of: $0) > 0 } }
}
