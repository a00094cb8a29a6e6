/// How bad a finding is.
///
/// - `note`: worth knowing, nothing to do.
/// - `warning`: the record goes on; somebody should look.
/// - `error`: the record is quarantined (a *record fault*).
/// - `fatal`: the whole document or run stops (a *document fault*).
public enum Severity: String, Sendable, Comparable, CaseIterable {
  case note, warning, error, fatal

  /// Orders severities from harmless to worst.
  public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self)! }
}
