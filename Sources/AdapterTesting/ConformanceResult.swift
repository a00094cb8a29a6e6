internal import AdapterKit
public import ProductModel

/// What the conformance suite has shown of an adapter with a profile.
public struct ConformanceResult: Sendable {
  /// The adapter's name.
  public let adapter: String
  /// The profile's name.
  public let profile: String
  /// What is wrong with each capability that was looked at; a capability is held when it was and nothing is.
  public var problems: [Conformance.Capability: [String]] = [:]
  /// Of the attributes that the products written had, which came back.
  public var carried: [NodeKind: [Attribute: Carriage]] = [:]
  /// How many of 40 random products were written and compared.
  public var randomProducts = 0

  /// How much of an attribute came back.
  public enum Carriage: String, Sendable, CaseIterable {
    /// All its values, in every product.
    case whole
    /// In some products, or some of its values; the rest was reported as a loss.
    case part
    /// Nothing; reported as a loss.
    case none
  }

  /// Starts with nothing shown.
  public init(adapter: String, profile: String) {
    self.adapter = adapter
    self.profile = profile
  }

  /// Whether a capability was shown.
  public func holds(_ capability: Conformance.Capability) -> Bool { problems[capability]?.isEmpty ?? false }

  /// What is wrong, capability by capability; empty when the adapter conforms.
  public var failures: [String] {
    Conformance.Capability.allCases.flatMap { capability in
      (problems[capability] ?? ["was not looked at"]).map { "\(capability.rawValue): \($0)" }
    }
  }

  /// The result as JSON, the same text for the same result: what the matrix of capabilities is made from.
  public var json: String {
    var json = JSONBuilder()
    json.object { json in
      json.member("adapter", adapter)
      json.member("profile", profile)
      json.member("capabilities") { json in
        for capability in Conformance.Capability.allCases { json.member(capability.rawValue, holds(capability)) }
      }
      json.member("carried") { json in
        for kind in Model.kinds {
          guard let attributes = carried[kind.kind] else { continue }
          json.member(kind.kind.name) { json in
            for declaration in kind.attributes {
              if let carriage = attributes[declaration.attribute] {
                json.member(declaration.attribute.name, carriage.rawValue)
              }
            }
          }
        }
      }
    }
    return json.text
  }
}
