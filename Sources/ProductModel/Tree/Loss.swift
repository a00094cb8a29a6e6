/// Why a value did not arrive whole.
public enum LossReason: String, Sendable, Hashable, CaseIterable {
  /// The format or profile has no place for it.
  case notCarried = "not-carried"
  /// Cut to the target's length.
  case truncated
  /// Rounded to the target's precision.
  case rounded
  /// Converted by a rule of thumb, such as months to days, or to a form from which the value does not come back.
  case converted
  /// There were more nodes or values than the target has places.
  case tooMany = "too-many"
  /// The target's code list has no equivalent.
  case unmappedCode = "unmapped-code"
  /// The target's encoding does not have some of its characters.
  case unencodable
}

/// What a writer could not carry: one kind of loss, how often, and one example.
public struct Loss: Sendable, Hashable {
  /// The place without positions, ids and numbers, such as `price[market=JP].amount` or `ingredient.origin`.
  public var pattern: String
  /// Why.
  public var reason: LossReason
  /// How many values.
  public var count: Int
  /// One product it happened to, as people name it.
  public var example: String?

  /// Makes a loss.
  public init(pattern: String, reason: LossReason, count: Int = 1, example: String? = nil) {
    self.pattern = pattern
    self.reason = reason
    self.count = count
    self.example = example
  }
}

/// Counts what a run could not carry, by pattern of path and reason. One more loss of a known pattern allocates nothing.
public struct LossReport: Sendable {
  /// How many patterns are told apart; what comes after is counted under the path without keys.
  public static let patternLimit = 2000

  private var entries: [Key: Loss] = [:]

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
  public var isEmpty: Bool { entries.isEmpty }

  /// How many values were lost.
  public var total: Int { entries.values.reduce(0) { $0 + $1.count } }

  /// All losses, sorted by pattern and reason; the reasons of one pattern that came by different ways are added up.
  public var losses: [Loss] {
    var sums: [[String]: Loss] = [:]
    for loss in entries.values {
      let key = [loss.pattern, loss.reason.rawValue]
      if let known = sums[key] {
        sums[key]?.count += loss.count
        sums[key]?.example = [known.example, loss.example].compactMap(\.self).min()
      } else {
        sums[key] = loss
      }
    }
    return sums.values.sorted { ($0.pattern, $0.reason.rawValue) < ($1.pattern, $1.reason.rawValue) }
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
    if entries[key] != nil {
      entries[key]?.count += 1
      return
    }
    let root = node.node(at: 0)
    add(key, ModelPath(of: node, attribute, facet), reason, 1, Product(root).identity)
  }

  /// Counts a value at a path that could not be carried.
  public mutating func add(
    _ path: ModelPath, _ reason: LossReason, count: Int = 1, example: @autoclosure () -> String? = nil
  ) {
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
    if entries[key] != nil {
      entries[key]?.count += count
      return
    }
    add(key, path, reason, count, example())
  }

  /// Counts a loss under a pattern of the caller's.
  public mutating func add(
    _ pattern: String, _ reason: LossReason, count: Int = 1, example: @autoclosure () -> String? = nil
  ) {
    var chain: UInt64 = 14_695_981_039_346_656_037
    for byte in pattern.utf8 { chain = (chain ^ UInt64(byte)) &* 1_099_511_628_211 }
    let key = Key(chain: chain, attribute: .max - 1, facet: 0, reason: reason)
    if entries[key] != nil {
      entries[key]?.count += count
    } else if entries.count < Self.patternLimit {
      entries[key] = Loss(pattern: pattern, reason: reason, count: count, example: example())
    } else {
      let rest = Key(chain: 0, attribute: .max - 1, facet: 0, reason: reason)
      entries[rest, default: Loss(pattern: "…", reason: reason, count: 0, example: example())].count += count
    }
  }

  /// Takes over the counts of another report.
  public mutating func merge(_ other: LossReport) {
    for (key, loss) in other.entries {
      if entries[key] != nil { entries[key]?.count += loss.count } else { entries[key] = loss }
    }
  }

  private mutating func add(_ key: Key, _ path: ModelPath, _ reason: LossReason, _ count: Int, _ example: String?) {
    if entries.count < Self.patternLimit {
      entries[key] = Loss(pattern: Self.pattern(path), reason: reason, count: count, example: example)
      return
    }
    // Too many patterns: input could fill the memory with invented keys.
    let general = ModelPath(
      steps: path.steps.map { .init(kind: $0.kind, selector: .first) }, attribute: path.attribute)
    let rest = Key(
      chain: UInt64(general.kind.rawValue), attribute: path.attribute?.rawValue ?? .max, facet: 0, reason: reason)
    entries[rest, default: Loss(pattern: general.description, reason: reason, count: 0, example: example)].count +=
      count
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
