// When two values say the same though they are written differently: what comparison, merge and alignment go by.

extension Measure {
  /// The same quantity in the standard unit of its dimension (gram, millilitre, millimetre, second, month, joule …), by the
  /// exact factors of UN/ECE Recommendation 20; itself where it has none, or where the result would not be exact.
  ///
  /// Two measures are the same quantity when these are equal: 26 CMT and 260 MMT, 0.5 KGM and 500 GRM. Grams never equal
  /// millilitres, nor kilocalories kilojoules, nor days months.
  public var standard: Measure {
    guard let unit = unit.standard, let same = convert(to: unit, decimals: 40), same.isExact else { return self }
    return Measure(same.value, unit)
  }
}

extension UnitCode {
  /// The unit in which quantities of this dimension are compared; nil for what converts to and from nothing.
  var standard: UnitCode? { Self.standards[dimension] }

  private static let standards: [Dimension: UnitCode] = [
    .mass: "GRM", .volume: "MLT", .length: "MMT", .area: "MMK", .temperature: "CEL", .duration: "SEC",
    .calendar: "MON", .energy: "JOU", .foodEnergy: "E14", .count: "H87", .ratio: "P1",
  ].compactMapValues { UnitCode($0) }
}

extension ProductNode {
  /// The values of one attribute and facet as they are compared: measures in standard units, an order without meaning taken
  /// away.
  static func meaning(of texts: [String], _ slot: ValueSlot, on kind: NodeKind) -> [String] {
    guard ModelTables.shared.shape(kind, slot.attribute)?.type == .measure else { return texts }
    let standard = texts.map { Measure($0)?.standard.description ?? $0 }
    return standard.count > 1 ? standard.sorted() : standard
  }

  /// Whether these values say what is also understood when there are none.
  static func isUnderstood(_ texts: [String], _ slot: ValueSlot, on kind: NodeKind) -> Bool {
    guard texts.count == 1, let absent = Model.declaration(kind, slot.attribute)?.absent else { return false }
    return texts[0] == absent
  }

  /// The values of the node's key attributes in declared order as they are compared, nil where one is absent or says what is
  /// understood anyway; empty for kinds without key.
  var keyTuple: [String?] {
    kind.declaration.key.map { key in
      guard let text = self[key] else { return nil }
      let slot = ValueSlot(attribute: key, facet: .none)
      if Self.isUnderstood([text], slot, on: kind) { return nil }
      return Self.meaning(of: [text], slot, on: kind)[0]
    }
  }
}
