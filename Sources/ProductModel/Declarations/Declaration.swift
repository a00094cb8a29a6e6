/// What values an attribute takes and how they are written canonically.
public enum ValueType: String, Sendable, CaseIterable {
  /// Text for people: NFC, no leading or trailing blanks.
  case text
  /// A code of a vocabulary; compared byte for byte.
  case code
  /// `true` or `false`.
  case boolean
  /// A whole number without leading zeros: `12`.
  case integer
  /// An exact decimal in plain digits, a point, no trailing zeros: `12.5`.
  case decimal
  /// An exact decimal in percent: `8`, `33.5`.
  case percent
  /// A decimal and a UN/ECE Recommendation 20 unit code, one blank between: `500 GRM`.
  case measure
  /// A calendar date, ISO 8601: `2026-11-22`.
  case date
  /// A date and time of day with offset, ISO 8601: `2026-11-22T08:00:00+07:00`.
  case dateTime
  /// An absolute URL.
  case url
  /// A GTIN as 14 digits with a right check digit (GS1 General Specifications, section 3.3).
  case gtin
  /// A GLN: 13 digits with a right check digit.
  case gln
}

/// Which facets an attribute's values may carry.
public enum FacetUse: String, Sendable {
  /// One value for all.
  case none
  /// One value a language: `name@vi`.
  case language
  /// One value a language and channel: `title@en/amazon-us`.
  case languageAndChannel
}

/// One attribute of one kind of node: type, cardinality, meaning, source and example.
public struct AttributeDeclaration: Sendable {
  /// The attribute.
  public let attribute: Attribute
  /// The type of its values.
  public let type: ValueType
  /// The facets its values may carry.
  public let facet: FacetUse
  /// Whether several values may stand side by side, in order.
  public let isMany: Bool
  /// The vocabulary that codes come from, when there is one.
  public let vocabulary: String?
  /// What it means, in one sentence.
  public let meaning: String
  /// Where the definition comes from.
  public let source: String
  /// A canonical value.
  public let example: String
  /// The value that is understood when there is none; nil where absence says nothing.
  public let absent: String?
}

/// One kind of node: where it stands, what tells two of them apart, what values it has.
public struct KindDeclaration: Sendable {
  /// The kind.
  public let kind: NodeKind
  /// The kinds it may stand under; the root has none.
  public let parents: [NodeKind]
  /// Whether several may stand under one parent.
  public let isMany: Bool
  /// The attributes that together find the same node again; empty for kinds aligned by sequence.
  public let key: [Attribute]
  /// What it is, in one sentence.
  public let meaning: String
  /// Its attributes, in the order in which they are written.
  public let attributes: [AttributeDeclaration]
}
