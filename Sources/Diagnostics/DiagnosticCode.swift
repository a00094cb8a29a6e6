/// The stable name of one kind of finding, with everything `ocop explain` says about it.
///
/// A code is declared once, beside the code that finds it, as a static member of an extension:
///
/// ```swift
/// extension DiagnosticCode {
///   /// A GTIN whose last digit does not follow from the others.
///   public static let gtinCheckDigit = DiagnosticCode(
///     "gtin-check-digit", .error,
///     title: .init("Wrong check digit", vi: "Sai số kiểm tra"),
///     explanation: .init("…", vi: "…"),
///     remedy: .init("…", vi: "…"))
/// }
/// ```
///
/// Each module lists its codes in a `public static let` array, from which the reference page is generated.
public struct DiagnosticCode: Sendable, Hashable, CustomStringConvertible {
  /// Behind a reference, so that a finding is passed on without its texts being counted one by one.
  private final class Declaration: Sendable {
    let id: String
    let severity: Severity
    let title: LocalizedText
    let explanation: LocalizedText
    let remedy: LocalizedText

    init(
      _ id: String, _ severity: Severity, title: LocalizedText, explanation: LocalizedText, remedy: LocalizedText
    ) {
      self.id = id
      self.severity = severity
      self.title = title
      self.explanation = explanation
      self.remedy = remedy
    }
  }

  private let declaration: Declaration

  /// The name in reports and on the command line: lower-case words joined by hyphens. Never changes once released.
  public var id: String { declaration.id }
  /// The severity that a finding has unless a profile changes it.
  public var severity: Severity { declaration.severity }
  /// What it is, in a few words.
  public var title: LocalizedText { declaration.title }
  /// Why it matters and how it comes about, with the source of the rule.
  public var explanation: LocalizedText { declaration.explanation }
  /// What to do.
  public var remedy: LocalizedText { declaration.remedy }

  /// Declares a code.
  public init(
    _ id: String, _ severity: Severity, title: LocalizedText, explanation: LocalizedText, remedy: LocalizedText
  ) {
    declaration = Declaration(id, severity, title: title, explanation: explanation, remedy: remedy)
  }

  /// Two codes are the same when their names are.
  public static func == (a: DiagnosticCode, b: DiagnosticCode) -> Bool {
    a.declaration === b.declaration || a.id == b.id
  }

  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(id) }

  /// The name.
  public var description: String { id }
}
