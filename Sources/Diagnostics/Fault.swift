/// An error that ends what was asked for: a finding plus the class that decides about retry and exit code.
///
/// ```swift
/// do { … } catch let fault where fault.kind == .malformed { … }
/// ```
public struct Fault: Error, Sendable, CustomStringConvertible {
  /// Why work stopped; each kind has one exit code (see `ExitCode`).
  public enum Kind: String, Sendable, CaseIterable {
    /// The input document is malformed, or too many records were rejected (65).
    case malformed
    /// The input cannot be read at all: missing, not what its name says, encrypted, over a limit (66).
    case unreadable
    /// The output could not be written (4).
    case output
    /// A profile, option or configuration is wrong (78).
    case configuration
    /// Something outside failed and may succeed later (75).
    case transient
    /// Only a person can decide what to do, such as about an upload whose outcome nobody can be asked for (5).
    case stopped
    /// A defect of the gateway itself (70).
    case bug
  }

  /// Why work stopped.
  public let kind: Kind
  /// What was found; its severity is always `fatal`.
  public let diagnostic: Diagnostic

  /// Makes a fault from a finding, which becomes fatal whatever its code's usual severity is.
  public init(_ kind: Kind, _ diagnostic: Diagnostic) {
    self.kind = kind
    var fatal = diagnostic
    fatal.severity = .fatal
    self.diagnostic = fatal
  }

  /// The finding's text.
  public var description: String { diagnostic.description }
}

/// The exit codes of `ocop`: one table for code and documentation.
public enum ExitCode: Int32, Sendable, CaseIterable {
  /// All done.
  case done = 0
  /// Findings: `check` at `--fail-on`, `diff` differs, `roundtrip` loses, tests fail.
  case findings = 1
  /// Some records quarantined, the rest written.
  case quarantined = 3
  /// Output failed.
  case outputFailed = 4
  /// Stopped for a person's decision.
  case stopped = 5
  /// The command line is wrong.
  case usage = 64
  /// The document is malformed, or too many records were rejected.
  case malformed = 65
  /// The input is unreadable.
  case unreadable = 66
  /// A defect of the gateway.
  case bug = 70
  /// Try again later.
  case tryAgain = 75
  /// Configuration is wrong.
  case configuration = 78
  /// Stopped by SIGINT; parts of transfers are kept.
  case interrupted = 130
  /// Stopped by SIGTERM; parts of transfers are kept.
  case terminated = 143

  /// The exit code of a fault.
  public init(_ kind: Fault.Kind) {
    switch kind {
    case .malformed: self = .malformed
    case .unreadable: self = .unreadable
    case .output: self = .outputFailed
    case .configuration: self = .configuration
    case .transient: self = .tryAgain
    case .stopped: self = .stopped
    case .bug: self = .bug
    }
  }
}
