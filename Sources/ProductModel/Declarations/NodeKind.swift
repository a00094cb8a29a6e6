/// What a node of a product is. Each kind is declared once in `Model.kinds`, with its parent, key and attributes.
public enum NodeKind: UInt16, CaseIterable, Sendable {
  case product, category, ocop, item, contains, price, tax, ingredient, additive, allergen, nutrition, nutrient, storage
  case shelfLife, certificate, declaration, claim, media, party, bullet, market, quality, trace, family, axis

  /// The name in the notation, in profiles and in JSON.
  public var name: String { Model.kindNames[Int(rawValue)] }

  /// The kind with a name, or nil.
  public init?(name: String) {
    guard let kind = Model.kindsByName[name] else { return nil }
    self = kind
  }

  /// The kind's declaration.
  public var declaration: KindDeclaration { Model.kinds[Int(rawValue)] }
}
