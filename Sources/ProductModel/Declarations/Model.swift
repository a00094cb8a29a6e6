/// The canonical model: every kind of node and every attribute, declared in one place. From these declarations follow JSON
/// and its schema, reference pages, comparison, merge, loss reports and the linter of profiles.
public enum Model {
  /// All kinds, indexed by `NodeKind.rawValue`.
  public static let kinds: [KindDeclaration] = {
    let declared =
      productKinds + packKinds + commercialKinds + foodKinds + evidenceKinds + partyKinds
    let sorted = declared.sorted { $0.kind.rawValue < $1.kind.rawValue }
    precondition(sorted.map(\.kind) == NodeKind.allCases, "every kind is declared exactly once")
    return sorted
  }()

  static let attributeCount = Attribute.allCases.count
  static let kindNames = NodeKind.allCases.map { "\($0)" }
  static let attributeNames = Attribute.allCases.map { "\($0)" }
  static let kindsByName = Dictionary(uniqueKeysWithValues: NodeKind.allCases.map { ("\($0)", $0) })
  static let attributesByName = Dictionary(uniqueKeysWithValues: Attribute.allCases.map { ("\($0)", $0) })

  /// (kind, attribute) → declaration, or nil where the kind does not have the attribute.
  private static let table: [AttributeDeclaration?] = {
    var table = [AttributeDeclaration?](repeating: nil, count: NodeKind.allCases.count * attributeCount)
    for kind in kinds {
      for attribute in kind.attributes {
        table[Int(kind.kind.rawValue) * attributeCount + Int(attribute.attribute.rawValue)] = attribute
      }
    }
    return table
  }()

  /// The declaration of an attribute on a kind, or nil when the kind does not have it.
  public static func declaration(_ kind: NodeKind, _ attribute: Attribute) -> AttributeDeclaration? {
    table[Int(kind.rawValue) * attributeCount + Int(attribute.rawValue)]
  }

  /// The id of the item that is the product's base unit, the one a consumer buys.
  public static let baseItem = "each"
}

// Helpers that keep the declarations readable.

func kind(
  _ kind: NodeKind, in parents: [NodeKind], key: [Attribute] = [], many: Bool = false, _ meaning: String,
  _ attributes: [AttributeDeclaration]
) -> KindDeclaration {
  KindDeclaration(
    kind: kind, parents: parents, isMany: many || !key.isEmpty, key: key, meaning: meaning, attributes: attributes)
}

func a(
  _ attribute: Attribute, _ type: ValueType, facet: FacetUse = .none, many: Bool = false, codes: String? = nil,
  _ meaning: String, _ source: String, _ example: String, absent: String? = nil
) -> AttributeDeclaration {
  AttributeDeclaration(
    attribute: attribute, type: type, facet: facet, isMany: many, vocabulary: codes, meaning: meaning, source: source,
    example: example, absent: absent)
}
