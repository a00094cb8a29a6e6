/// A path to an element or attribute, relative to the enclosing rule's element: `tradeItem/gtin`,
/// `ext/tid:tradeItemDescriptionModule/x`, `sku[@type=SUPPLIER_ASSIGNED]`, `netContent/@measurementUnitCode`, `.`.
public struct ElementPath: Sendable, Hashable {
  /// One element step.
  public struct Step: Sendable, Hashable {
    /// The namespace URI, or nil for none.
    public var namespace: String?
    /// The prefix written, empty for none.
    public var prefix: String
    /// The local name.
    public var name: String
    /// Attribute values the element must have; written as they are.
    public var conditions: [AttributeValueCondition]

    /// Makes a step.
    public init(namespace: String?, prefix: String, name: String, conditions: [AttributeValueCondition] = []) {
      self.namespace = namespace
      self.prefix = prefix
      self.name = name
      self.conditions = conditions
    }
  }

  /// An attribute, or a child element that comes before the others, that must have a value.
  public struct AttributeValueCondition: Sendable, Hashable {
    /// The local name (no namespace).
    public var name: String
    /// Its value.
    public var value: String
    /// Whether it is a child element, `a[b=X]`, rather than an attribute, `a[@b=X]`.
    public var isElement: Bool

    /// Makes a condition.
    public init(name: String, value: String, isElement: Bool = false) {
      self.name = name
      self.value = value
      self.isElement = isElement
    }
  }

  /// The elements; empty for `.`.
  public var steps: [Step]
  /// The attribute at the end, or nil.
  public var attribute: String?

  /// Makes a path.
  public init(steps: [Step], attribute: String? = nil) {
    self.steps = steps
    self.attribute = attribute
  }
}

extension ElementPath: CustomStringConvertible {
  /// The notation.
  public var description: String {
    var text = steps.map { step in
      (step.prefix.isEmpty ? "" : step.prefix + ":") + step.name
        + step.conditions.map { "[\($0.isElement ? "" : "@")\($0.name)=\($0.value)]" }.joined()
    }.joined(separator: "/")
    if let attribute { text += (text.isEmpty ? "" : "/") + "@" + attribute }
    return text.isEmpty ? "." : text
  }
}
