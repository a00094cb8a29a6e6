/// Why a writer could not carry a value.
public enum LossReason: String, Sendable, Hashable, CaseIterable {
  /// The format or profile has no place for it.
  case notCarried
  /// Longer than the field allows.
  case truncated
  /// More decimals than the field allows.
  case rounded
  /// Converted to another unit or form from which the value does not come back.
  case converted
  /// More nodes or values than the format has places for.
  case tooMany
  /// A code that the partner's list does not have.
  case unmappedCode
  /// Characters that the encoding does not have.
  case unencodable
}

/// Values of one kind that a writer could not carry, counted.
public struct Loss: Sendable, Hashable {
  /// Which values: a path without positions, ids and numbers, such as `price[market=JP].amount`.
  public var path: String
  /// Why.
  public var reason: LossReason
  /// How many values.
  public var count: Int
  /// A product that has one, as people name it.
  public var example: String

  /// Makes a loss.
  public init(path: String, reason: LossReason, count: Int = 1, example: String) {
    self.path = path
    self.reason = reason
    self.count = count
    self.example = example
  }
}

/// Counts what a run could not carry, by pattern of path and reason. One more loss of a known pattern allocates nothing.
public struct LossReport: Sendable {
  /// How many patterns are told apart; what comes after is counted under the path without keys.
  public static let patternLimit = 2000

  private var losses: [Key: Loss] = [:]

  private struct Key: Hashable, Sendable {
    // A 64-bit hash of kinds and keys along the path: two patterns that collide are counted together, no more.
    var chain: UInt64
    var attribute: UInt16
    var facet: UInt16
    var reason: LossReason
  }

  /// Makes an empty report.
  public init() {}

  /// Whether nothing was lost.
  public var isEmpty: Bool { losses.isEmpty }

  /// How many values were lost.
  public var count: Int { losses.values.reduce(0) { $0 + $1.count } }

  /// The losses, sorted by path and reason.
  public var all: [Loss] {
    losses.values.sorted { ($0.path, $0.reason.rawValue) < ($1.path, $1.reason.rawValue) }
  }

  /// Counts a value of a node in a batch that could not be carried; nil for the whole node.
  public mutating func add(
    _ attribute: Attribute?, _ facet: Facet = .none, of node: borrowing NodeView, _ reason: LossReason
  ) {
    var chain: UInt64 = 14_695_981_039_346_656_037
    var number = node.index
    while number > 0 {
      let view = node.node(at: number)
      chain = (chain ^ UInt64(view.kind.rawValue + 1)) &* 1_099_511_628_211
      if let key = Self.patternKey(of: view.kind) {
        let bytes = view[key]
        for i in 0..<bytes.count { chain = (chain ^ UInt64(bytes[i])) &* 1_099_511_628_211 }
      }
      number = view.parent
    }
    let key = Key(
      chain: chain, attribute: attribute?.rawValue ?? .max, facet: facet.rawValue, reason: reason)
    if losses[key] != nil {
      losses[key]?.count += 1
      return
    }
    let root = node.node(at: 0)
    add(key, ModelPath(of: node, attribute, facet), reason, 1, Product(root).identity ?? "")
  }

  /// Counts a value at a path that could not be carried.
  public mutating func add(_ path: ModelPath, _ reason: LossReason, count: Int = 1, example: String) {
    var chain: UInt64 = 14_695_981_039_346_656_037
    for step in path.steps.reversed() {
      chain = (chain ^ UInt64(step.kind.rawValue + 1)) &* 1_099_511_628_211
      if let key = Self.patternKey(of: step.kind), case .keys(let keys) = step.selector,
        let value = keys.first(where: { $0.attribute == key })?.value
      {
        for byte in value.utf8 { chain = (chain ^ UInt64(byte)) &* 1_099_511_628_211 }
      }
    }
    let key = Key(
      chain: chain, attribute: path.attribute?.rawValue ?? .max, facet: path.facet.rawValue, reason: reason)
    if losses[key] != nil {
      losses[key]?.count += count
      return
    }
    add(key, path, reason, count, example)
  }

  /// Takes over the counts of another report.
  public mutating func merge(_ other: LossReport) {
    for (key, loss) in other.losses {
      if losses[key] != nil { losses[key]?.count += loss.count } else { losses[key] = loss }
    }
  }

  private mutating func add(_ key: Key, _ path: ModelPath, _ reason: LossReason, _ count: Int, _ example: String) {
    if losses.count < Self.patternLimit {
      losses[key] = Loss(path: Self.pattern(path), reason: reason, count: count, example: example)
      return
    }
    // Too many patterns: input could fill the memory with invented keys.
    let general = ModelPath(
      steps: path.steps.map { .init(kind: $0.kind, selector: .first) }, attribute: path.attribute)
    let rest = Key(
      chain: UInt64(general.kind.rawValue), attribute: path.attribute?.rawValue ?? .max, facet: 0, reason: reason)
    losses[rest, default: Loss(path: general.description, reason: reason, count: 0, example: example)].count += count
  }

  /// A path without what differs from product to product: of a key only the first attribute that a vocabulary limits stays.
  public static func pattern(_ path: ModelPath) -> String {
    var parts: [String] = []
    for step in path.steps {
      if let key = patternKey(of: step.kind), case .keys(let keys) = step.selector,
        let value = keys.first(where: { $0.attribute == key })?.value
      {
        parts.append("\(step.kind.name)[\(key.name)=\(value)]")
      } else {
        parts.append(step.kind.name)
      }
    }
    if let attribute = path.attribute { parts.append(attribute.name) }
    return parts.joined(separator: ".") + (path.facet == .none ? "" : "@" + path.facet.description)
  }

  private static func patternKey(of kind: NodeKind) -> Attribute? { patternKeys[Int(kind.rawValue)] }

  private static let patternKeys: [Attribute?] = Model.kinds.map { kind in
    kind.key.first { key in kind.attributes.contains { $0.attribute == key && $0.vocabulary != nil } }
  }
}

extension ModelPath {
  /// The path of a value, or of a node, in a batch: with keys where kinds have them, else with positions.
  public init(of node: borrowing NodeView, _ attribute: Attribute?, _ facet: Facet = .none) {
    var steps: [Step] = []
    var number = node.index
    while number > 0 {
      let view = node.node(at: number)
      let declaration = view.kind.declaration
      var keys: [KeyValue] = []
      for key in declaration.key {
        if let value = view.string(key) { keys.append(KeyValue(attribute: key, value: value)) }
      }
      var selector = Selector.first
      if !keys.isEmpty {
        selector = .keys(keys)
      } else if declaration.isMany, declaration.key.isEmpty {
        var position = 0, i = view.parent + 1
        while i <= number {
          if view.node(at: i).kind == view.kind { position += 1 }
          i = view.end(of: i)
        }
        selector = .position(position)
      }
      steps.append(Step(kind: view.kind, selector: selector))
      number = view.parent
    }
    self.init(steps: steps.reversed(), attribute: attribute, facet: facet)
  }
}
