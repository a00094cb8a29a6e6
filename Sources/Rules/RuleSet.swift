public import Diagnostics
public import ProductModel

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
    PeriodOrderRule(), IngredientShareRule(), ShelfLifeOrderRule(),
  ]

  /// Checks one product.
  public func check(_ product: borrowing NodeView, _ report: (RuleFinding) -> Void) {
    run(byKinds(product), product, report)
  }

  /// Checks one of many products.
  ///
  /// - Parameters:
  ///   - layout: its `ProductRow.layout`.
  ///   - memory: remembers which rules have nothing to look at in the layouts met before.
  public func check(
    _ product: borrowing NodeView, layout: UInt64, _ memory: inout RuleMemory, _ report: (RuleFinding) -> Void
  ) {
    var rules: UInt32
    if layout == 0 {
      rules = byKinds(product)
    } else if let known = memory[layout] {
      rules = known
    } else {
      rules = byKinds(product)
      for i in self.rules.indices where rules >> UInt32(i) & 1 == 1 {
        if !Self.has(product, self.rules[i].attributes) { rules &= ~(1 << UInt32(i)) }
      }
      memory[layout] = rules
    }
    run(rules, product, report)
  }

  private func run(_ chosen: UInt32, _ product: borrowing NodeView, _ report: (RuleFinding) -> Void) {
    var rest = chosen
    while rest != 0 {
      rules[rest.trailingZeroBitCount].check(product, asOf: asOf, report)
      rest &= rest - 1
    }
  }

  /// A bit for each rule that is about a kind of node of the product.
  private func byKinds(_ product: borrowing NodeView) -> UInt32 {
    var present: UInt32 = 0, chosen: UInt32 = 0
    for node in product.descendants { present |= Self.bit(product.kind(of: node)) }
    for i in 0..<kinds.count where kinds[i] & present != 0 { chosen |= 1 << UInt32(i) }
    return chosen
  }

  private static func has(_ product: borrowing NodeView, _ attributes: [Attribute]) -> Bool {
    for entry in 0..<product.firstEntry(of: product.end(of: 0))
    where attributes.contains(product.entry(entry).attribute) {
      return true
    }
    return false
  }

  private static func bit(_ kind: NodeKind) -> UInt32 { 1 << UInt32(kind.rawValue) }
}

/// Which rules have something to look at in products of the layouts met last. A reader's layouts are few; another layout in the
/// same place is only asked for again.
public struct RuleMemory: Sendable {
  private var places: [(layout: UInt64, rules: UInt32)] = Array(repeating: (0, 0), count: 64)

  /// Makes an empty memory.
  public init() {}

  subscript(layout: UInt64) -> UInt32? {
    get {
      let place = places[Int(layout % 64)]
      return place.layout == layout ? place.rules : nil
    }
    set { if let newValue { places[Int(layout % 64)] = (layout, newValue) } }
  }
}

extension DiagnosticCode {
  /// The codes of the rules.
  public static let ruleCodes: [DiagnosticCode] = RuleSet.all.map(\.code)
}
