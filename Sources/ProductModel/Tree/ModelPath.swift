internal import Diagnostics

/// A place in a product, in the notation of profiles, JSON, `explain` and diagnostics:
/// `item[case-12].gtin` · `price[market=US,item=each].amount` · `ingredient[2].name@vi` · `ocop.stars` · `name@vi`.
///
/// A selector without `=` stands for the first key attribute of its kind, or, for a kind without key, for a position from 1.
public struct ModelPath: Hashable, Sendable {
  /// One step down: a kind and which of its nodes.
  public struct Step: Hashable, Sendable {
    /// The kind of the node.
    public var kind: NodeKind
    /// Which one.
    public var selector: Selector

    /// Makes a step.
    public init(kind: NodeKind, selector: Selector = .first) {
      self.kind = kind
      self.selector = selector
    }
  }

  /// Which node among those of one kind under one parent.
  public enum Selector: Hashable, Sendable {
    /// The only or first one.
    case first
    /// The one whose attributes have these values.
    case keys([KeyValue])
    /// The n-th, from 1.
    case position(Int)
  }

  /// One key attribute and the value it must have.
  public struct KeyValue: Hashable, Sendable {
    /// The attribute.
    public var attribute: Attribute
    /// The canonical value.
    public var value: String

    /// Makes a condition.
    public init(attribute: Attribute, value: String) {
      self.attribute = attribute
      self.value = value
    }
  }

  /// The steps from the product down; empty for the product's own attributes.
  public var steps: [Step]
  /// The attribute, or nil for a path that names a node.
  public var attribute: Attribute?
  /// The facet of a text.
  public var facet: Facet
  /// Whether a path read inside another node was written with a leading `product.` and so starts from the product. False
  /// for paths that start from the product anyway.
  public var isFromProduct = false

  /// Makes a path from parts.
  public init(steps: [Step] = [], attribute: Attribute?, facet: Facet = .none, isFromProduct: Bool = false) {
    self.steps = steps
    self.attribute = attribute
    self.facet = facet
    self.isFromProduct = isFromProduct
  }

  /// The kind of the node that the path leads to.
  public var kind: NodeKind { steps.last?.kind ?? .product }

  /// The declaration of the attribute it leads to, or nil for a node path.
  public var declaration: AttributeDeclaration? { attribute.flatMap { Model.declaration(kind, $0) } }

  /// What is wrong with a path that cannot be read, and where in its text.
  public struct ParseError: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let message: String
    /// Offset of the fault in the path's text, in characters.
    public let offset: Int
    /// The nearest right name, when there is one.
    public let suggestion: String?

    /// The message with the suggestion.
    public var description: String { message + (suggestion.map { "; did you mean “\($0)”?" } ?? "") }
  }

  /// Reads a path. `context` is the kind that the path starts from, for paths relative to a node; a leading `product.`
  /// always starts from the product.
  ///
  /// - Throws: `ParseError` for a kind, attribute or facet that the model does not have there.
  public init(_ text: String, in context: NodeKind = .product) throws(ParseError) {
    var parser = Parser(text: text)
    self = try parser.parse(context: context)
  }
}

extension ModelPath: CustomStringConvertible {
  /// The notation.
  public var description: String {
    var text = ((isFromProduct ? ["product"] : []) + steps.map(\.description)).joined(separator: ".")
    if let attribute { text += (text.isEmpty ? "" : ".") + attribute.name }
    if facet != .none { text += "@" + facet.description }
    return text
  }
}

extension ModelPath.Step: CustomStringConvertible {
  /// `price[market=US,item=each]`.
  public var description: String {
    switch selector {
    case .first: return kind.name
    case .position(let n): return "\(kind.name)[\(n)]"
    case .keys(let keys):
      if keys.count == 1, keys[0].attribute == kind.declaration.key.first,
        !keys[0].value.contains(where: { $0 == "=" || $0 == "," })
      {
        return "\(kind.name)[\(keys[0].value)]"
      }
      return "\(kind.name)[" + keys.map { "\($0.attribute.name)=\($0.value)" }.joined(separator: ",") + "]"
    }
  }
}

extension ModelPath {
  private struct Parser {
    let characters: [Character]
    var at = 0

    init(text: String) { characters = Array(text) }

    mutating func parse(context: NodeKind) throws(ParseError) -> ModelPath {
      var path = ModelPath(attribute: nil)
      var kind = context
      if characters.starts(with: "product.") {
        at = 8
        kind = .product
        path.isFromProduct = context != .product
      }
      while true {
        let start = at
        let name = word()
        if name.isEmpty { throw ParseError(message: "a name is missing", offset: at, suggestion: nil) }
        if let next = NodeKind(name: name), next.declaration.parents.contains(kind), peek() != "@",
          peek() == "[" || peek() == "." || Attribute(name: name).flatMap({ Model.declaration(kind, $0) }) == nil
        {
          let selector = try selector(of: next)
          path.steps.append(Step(kind: next, selector: selector))
          kind = next
          if at == characters.count { return path }
          guard characters[at] == "." else {
            throw ParseError(message: "“.” is expected here", offset: at, suggestion: nil)
          }
          at += 1
          continue
        }
        guard let attribute = Attribute(name: name), let declaration = Model.declaration(kind, attribute) else {
          let names =
            kind.declaration.attributes.map(\.attribute.name)
            + Model.kinds.filter { $0.parents.contains(kind) }.map(\.kind.name)
          throw ParseError(
            message: "“\(kind.name)” has no attribute or node “\(name)”", offset: start,
            suggestion: nearest(to: name, among: names))
        }
        path.attribute = attribute
        if at < characters.count, characters[at] == "@" {
          let text = String(characters[(at + 1)...])
          guard declaration.facet != .none else {
            throw ParseError(message: "“\(name)” has no language", offset: at, suggestion: nil)
          }
          guard let facet = Facet(text) else {
            throw ParseError(
              message: "“\(text)” is not a language or language/channel", offset: at + 1, suggestion: nil)
          }
          if !facet.channel.isEmpty, declaration.facet != .languageAndChannel {
            throw ParseError(message: "“\(name)” has a language but no channel", offset: at + 1, suggestion: nil)
          }
          path.facet = facet
          at = characters.count
        }
        guard at == characters.count else {
          throw ParseError(message: "nothing may follow the attribute “\(name)”", offset: at, suggestion: nil)
        }
        return path
      }
    }

    func peek() -> Character? { at < characters.count ? characters[at] : nil }

    mutating func word() -> String {
      let start = at
      while at < characters.count, Self.isInWord(characters[at]) { at += 1 }
      return String(characters[start..<at])
    }

    private static func isInWord(_ character: Character) -> Bool {
      // Names are of ASCII; the tables of Unicode are asked about what is wrong.
      guard let byte = character.asciiValue else { return character.isLetter || character.isNumber }
      return (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10
    }

    mutating func selector(of kind: NodeKind) throws(ParseError) -> Selector {
      guard peek() == "[" else { return .first }
      let start = at + 1
      guard let close = characters[start...].firstIndex(of: "]") else {
        throw ParseError(message: "“]” is missing", offset: at, suggestion: nil)
      }
      at = close + 1
      let text = String(characters[start..<close])
      let key = kind.declaration.key
      if !text.contains("=") {
        if key.isEmpty {
          guard let n = Int(text), n >= 1 else {
            throw ParseError(message: "“\(kind.name)” is selected by a position from 1", offset: start, suggestion: nil)
          }
          return .position(n)
        }
        return .keys([KeyValue(attribute: key[0], value: text)])
      }
      var keys: [KeyValue] = []
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2 else {
          throw ParseError(message: "“\(part)” is not name=value", offset: start, suggestion: nil)
        }
        guard let attribute = Attribute(name: String(sides[0])), Model.declaration(kind, attribute) != nil else {
          throw ParseError(
            message: "“\(kind.name)” has no attribute “\(sides[0])”", offset: start,
            suggestion: nearest(to: String(sides[0]), among: kind.declaration.attributes.map(\.attribute.name)))
        }
        keys.append(KeyValue(attribute: attribute, value: String(sides[1])))
      }
      return .keys(keys)
    }
  }
}
