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

  /// Findings that were only counted since the last share was taken.
  private var unkept: [DiagnosticShare.Count] = []
  private let isRelay: Bool
  private var tallies: [Tally] = []
  private var places: [DiagnosticCode: Int] = [:]
  /// The tally that was last added to: what one product has, the next one often has, too.
  private var last = 0

  /// Makes an empty collector.
  ///
  /// - Parameter isRelay: whether it hands on what it gets (`takeShare`) to a collector with the same limit.
  public init(limitPerCode: Int = 1000, isRelay: Bool = false) {
    self.limitPerCode = limitPerCode
    self.isRelay = isRelay
  }

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

  /// Takes what a relay got since the last time, in its order.
  ///
  /// A relay keeps as many findings of a code as its receiver would, so that nothing is missing there that it would have kept.
  public func takeShare() -> DiagnosticShare {
    defer {
      kept = []
      unkept = []
    }
    return DiagnosticShare(kept: kept, unkept: unkept)
  }

  /// Adds what a relay got.
  public func add(_ share: DiagnosticShare) {
    for diagnostic in share.kept { report(diagnostic) }
    for more in share.unkept {
      for _ in 0..<more.count { _ = count(more.code, more.severity) }
    }
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
    if isRelay, !isKept { countUnkept(code, severity) }
    return isKept
  }

  private func countUnkept(_ code: DiagnosticCode, _ severity: Severity) {
    if let known = unkept.firstIndex(where: { $0.code == code && $0.severity == severity }) {
      unkept[known].count += 1
    } else {
      unkept.append(DiagnosticShare.Count(code: code, severity: severity, count: 1))
    }
  }

  /// How many findings had this severity.
  public func count(of severity: Severity) -> Int { tallies.reduce(0) { $0 + $1.count(of: severity) } }

  /// The worst severity so far, or nil.
  public var worst: Severity? { Severity.allCases.last { count(of: $0) > 0 } }
}

/// Findings on their way from one collector to another, which may belong to another thread.
public struct DiagnosticShare: Sendable {
  struct Count: Sendable {
    var code: DiagnosticCode
    var severity: Severity
    var count: Int
  }

  var kept: [Diagnostic] = []
  /// Findings beyond the limit of their code.
  var unkept: [Count] = []

  init(kept: [Diagnostic], unkept: [Count]) {
    self.kept = kept
    self.unkept = unkept
  }

  /// Nothing.
  public init() {}
}
