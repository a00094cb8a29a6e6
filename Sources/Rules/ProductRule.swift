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

/// The rules that hold on a date.
public struct RuleSet: Sendable {
  /// The rules.
  public let rules: [any ProductRule]
  private let asOf: CalendarDate
  /// A bit for each kind that a rule is about.
  private let kinds: [UInt32]

  /// The built-in rules that hold on a date; nil when the text is no date.
  public init?(asOf text: String) {
    guard let asOf = CalendarDate(text) else { return nil }
    self.asOf = asOf
    rules = Self.all.filter { ($0.validFrom ?? "") <= text && text <= ($0.validTo ?? "9999") }
    kinds = rules.map { $0.kinds.reduce(0) { $0 | Self.bit($1) } }
  }

  /// Every built-in rule.
  public static let all: [any ProductRule] = [
    PackReferenceRule(), PackCycleRule(), OCOPStateRule(), OCOPPeriodRule(), CertificateExpiredRule(),
    PeriodOrderRule(),
    IngredientShareRule(), ShelfLifeOrderRule(),
  ]

  /// Checks one product.
  public func check(_ product: borrowing NodeView, _ report: (RuleFinding) -> Void) {
    var present: UInt32 = 0
    for node in product.descendants { present |= Self.bit(product.kind(of: node)) }
    for i in 0..<kinds.count where kinds[i] & present != 0 { rules[i].check(product, asOf: asOf, report) }
  }

  private static func bit(_ kind: NodeKind) -> UInt32 { 1 << UInt32(kind.rawValue) }
}

extension DiagnosticCode {
  /// The codes of the rules.
  public static let ruleCodes: [DiagnosticCode] = RuleSet.all.map(\.code)
}
