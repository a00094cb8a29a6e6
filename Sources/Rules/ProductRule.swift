public import Diagnostics
public import ProductModel

/// A check over one product: dated, cited, and free of any format or partner.
///
/// A rule looks at a view of the product in its batch and allocates nothing unless it finds something.
public protocol ProductRule: Sendable {
  /// What it reports.
  var code: DiagnosticCode { get }
  /// Where the rule comes from: law, standard or this model.
  var source: String { get }
  /// First day on which it holds, ISO, or nil for always.
  var validFrom: String? { get }
  /// Last day on which it holds, ISO, or nil for ever.
  var validTo: String? { get }
  /// The kinds of nodes that it is about; a product without any of them is not looked at.
  var kinds: [NodeKind] { get }
  /// The attributes without any of which it finds nothing.
  var attributes: [Attribute] { get }

  /// Reports what is wrong: the entry it is about (or nil for the product as a whole), the path, and a message.
  func check(_ product: borrowing NodeView, asOf: CalendarDate, _ report: (RuleFinding) -> Void)
}

extension ProductRule {
  /// Holds always unless a rule says otherwise.
  public var validFrom: String? { nil }
  /// Holds for ever unless a rule says otherwise.
  public var validTo: String? { nil }
}

/// What a rule found.
public struct RuleFinding: Sendable {
  /// The code; its severity decides whether the product goes on.
  public var code: DiagnosticCode
  /// The entry that it is about, as a number within the product; its origin becomes the finding's place.
  public var entry: Int?
  /// The canonical path.
  public var attribute: String
  /// What is wrong with this value.
  public var message: LocalizedText

  /// Makes a finding.
  public init(_ code: DiagnosticCode, entry: Int?, attribute: String, _ message: LocalizedText) {
    self.code = code
    self.entry = entry
    self.attribute = attribute
    self.message = message
  }
}
