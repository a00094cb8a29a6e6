internal import ProductModel
internal import Profiles

/// A measure carried over from one quantity to another, compiled: the energy of a whole pack from the energy of 100 g.
struct PackScale: Sendable {
  private let amount: PathPlan
  private let unit: UnitCode?
  private let from: PathPlan
  private let to: PathPlan

  init(amount: ModelPath, unit: String, from: ModelPath, to: ModelPath, at kind: NodeKind) {
    self.amount = PathPlan(amount, at: kind)
    self.unit = UnitCode(unit)
    self.from = PathPlan(from, at: kind)
    self.to = PathPlan(to, at: kind)
  }

  /// The value in whole units; nil when a quantity is missing, or weight stands against volume.
  func value(_ node: NodeView) -> String? {
    guard let unit, let from = measure(self.from, node, in: nil), let to = measure(self.to, node, in: from.unit),
      let amount = measure(self.amount, node, in: unit), from.value > .zero
    else { return nil }
    guard let product = amount.value.multiplied(by: to.value) else { return nil }
    return Self.quotient(product, from.value)?.description
  }

  /// The first value of the path, or the first one that a unit can be made of.
  private func measure(_ path: PathPlan, _ start: NodeView, in unit: UnitCode?) -> Measure? {
    guard let attribute = path.attribute, let number = path.node(from: start) else { return nil }
    let node = start.node(at: number)
    var converted: Measure?
    for i in node.entryRange where node.entry(i).attribute == attribute {
      guard let measure = try? Measure(node.bytes(of: i)) else { continue }
      guard let unit else { return measure }
      if measure.unit == unit { return measure }
      if converted == nil, let other = measure.convert(to: unit) { converted = Measure(other.value, unit) }
    }
    return converted
  }

  /// a ÷ b as a whole number, halves rounded up; both are positive.
  private static func quotient(_ a: DecimalValue, _ b: DecimalValue) -> DecimalValue? {
    let shift = max(a.decimals, b.decimals)
    guard let x = whole(a, shift), let y = whole(b, shift), y > 0 else { return nil }
    let (twice, overflow) = x.multipliedReportingOverflow(by: 2)
    let (sum, overflow2) = twice.addingReportingOverflow(y)
    if overflow || overflow2 || y > Int128.max / 2 { return nil }
    return DecimalValue(significand: sum / (y * 2))
  }

  private static func whole(_ value: DecimalValue, _ shift: Int) -> Int128? {
    var result = value.significand
    for _ in 0..<max(0, value.exponent + shift) {
      let (next, overflow) = result.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      result = next
    }
    return result
  }
}
