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

  /// A small number; comparing Strings would cost more than counting.
  fileprivate var number: UInt8 {
    switch self {
    case .notCarried: 0
    case .truncated: 1
    case .rounded: 2
    case .converted: 3
    case .tooMany: 4
    case .unmappedCode: 5
    case .unencodable: 6
    }
  }
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

/// Counts what a run could not carry, by pattern of path and reason. One more loss of a known pattern allocates nothing: its
/// counter is found by the hash of the node's path, which a caller with many values of one node asks for once.
///
/// ```swift
/// let path = LossReport.path(of: node)
/// for entry in … { report.add(attribute, facet, of: node, at: path, .notCarried) }
/// ```
public struct LossReport: Sendable {
  /// How many patterns are told apart; what comes after is counted under the path without keys.
  public static let patternLimit = 2000

  private var entries: [Loss] = []
  private var keys: [Key] = []
  private var counts: [Int] = []
  /// Open addressing: the entry's number and one, or 0. Twice as large as what is in it, at least.
  private var slots: [UInt32] = Array(repeating: 0, count: 64)

  /// The path of a node without positions, ids and numbers, as a 64-bit hash of kinds and keys: two patterns that collide
  /// are counted together, no more.
  public struct Path: Equatable, Sendable {
    fileprivate var hash: UInt64 = 14_695_981_039_346_656_037

    /// The product itself.
    public init() {}

    fileprivate mutating func step(_ number: UInt64) { hash = (hash ^ number) &* 1_099_511_628_211 }
  }

  /// Where one kind of loss is counted in this report, for a caller that loses the same again.
  public struct Counter: Sendable {
    fileprivate var number: Int
  }

  private struct Key: Equatable, Sendable {
    var path: UInt64
    /// Attribute, facet and reason.
    var what: UInt64

    init(_ path: Path, _ attribute: UInt16, _ facet: UInt16, _ reason: LossReason) {
      self.path = path.hash
      what = UInt64(attribute) << 24 | UInt64(facet) << 8 | UInt64(reason.number)
    }

    var place: Int { Int(truncatingIfNeeded: ((path ^ what) &* 1_099_511_628_211) >> 32) }
  }

  /// Makes an empty report.
  public init() {}

  /// Whether nothing was lost.
  public var isEmpty: Bool { entries.isEmpty }

  /// How many values were lost.
  public var total: Int { counts.reduce(0, +) }

  /// All losses, sorted by pattern and reason; the reasons of one pattern that came by different ways are added up.
  public var losses: [Loss] {
    var sums: [[String]: Loss] = [:]
    for number in entries.indices {
      let loss = counted(number)
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

  private func counted(_ number: Int) -> Loss {
    var loss = entries[number]
    loss.count = counts[number]
    return loss
  }

  /// The path of a node in a batch.
  public static func path(of node: NodeView) -> Path {
    var path = Path()
    var number = node.index
    while number > 0 {
      let view = node.node(at: number)
      path.step(UInt64(view.kind.rawValue + 1))
      if let key = patternKey(of: view.kind) {
        let bytes = view[key]
        for i in 0..<bytes.count { path.step(UInt64(bytes[i])) }
      }
      number = view.parent
    }
    return path
  }

  /// The entries whose values are in the path of a node.
  public static func entriesOfPath(_ node: NodeView) -> [Int] {
    var entries: [Int] = []
    var number = node.index
    while number > 0 {
      let view = node.node(at: number)
      if let key = patternKey(of: view.kind), let entry = view.find(key) { entries.append(entry) }
      number = view.parent
    }
    return entries
  }

  /// Counts a value of a node in a batch that could not be carried; nil for the whole node.
  public mutating func add(_ attribute: Attribute?, _ facet: Facet = .none, of node: NodeView, _ reason: LossReason) {
    add(attribute, facet, of: node, at: Self.path(of: node), reason)
  }

  /// Counts a value of a node whose path is known (`path(of:)`); where it was counted.
  @discardableResult public mutating func add(
    _ attribute: Attribute?, _ facet: Facet, of node: NodeView, at path: Path, _ reason: LossReason
  ) -> Counter {
    let key = Key(path, attribute?.rawValue ?? .max, facet.rawValue, reason)
    let known = find(key)
    if known >= 0 {
      counts[known] += 1
      return Counter(number: known)
    }
    return Counter(number: add(key, ModelPath(of: node, attribute, facet), reason, 1, node.node(at: 0).identity))
  }

  /// Counts one more value of each of some kinds that were counted in this report before.
  public mutating func add(_ counters: [Counter]) {
    counts.withUnsafeMutableBufferPointer { counts in
      for counter in counters { counts[counter.number] += 1 }
    }
  }

  /// Counts a value at a path that could not be carried.
  public mutating func add(
    _ path: ModelPath, _ reason: LossReason, count: Int = 1, example: @autoclosure () -> String? = nil
  ) {
    var hash = Path()
    for step in path.steps.reversed() {
      hash.step(UInt64(step.kind.rawValue + 1))
      if let key = Self.patternKey(of: step.kind), case .keys(let keys) = step.selector,
        let value = keys.first(where: { $0.attribute == key })?.value
      {
        for byte in value.utf8 { hash.step(UInt64(byte)) }
      }
    }
    let key = Key(hash, path.attribute?.rawValue ?? .max, path.facet.rawValue, reason)
    let known = find(key)
    if known >= 0 { counts[known] += count } else { add(key, path, reason, count, example()) }
  }

  /// Counts a loss under a pattern of the caller's.
  public mutating func add(
    _ pattern: String, _ reason: LossReason, count: Int = 1, example: @autoclosure () -> String? = nil
  ) {
    var hash = Path()
    for byte in pattern.utf8 { hash.step(UInt64(byte)) }
    let key = Key(hash, .max - 1, 0, reason)
    let known = find(key)
    if known >= 0 {
      counts[known] += count
    } else if entries.count < Self.patternLimit {
      insert(key, Loss(pattern: pattern, reason: reason, count: count, example: example()))
    } else {
      addRest(Key(Path(), .max - 1, 0, reason), "…", reason, count, example())
    }
  }

  /// Takes over the counts of another report.
  public mutating func merge(_ other: LossReport) {
    for (number, key) in other.keys.enumerated() {
      let known = find(key)
      if known >= 0 { counts[known] += other.counts[number] } else { insert(key, other.counted(number)) }
    }
  }

  @discardableResult private mutating func add(
    _ key: Key, _ path: ModelPath, _ reason: LossReason, _ count: Int, _ example: String?
  ) -> Int {
    if entries.count < Self.patternLimit {
      return insert(key, Loss(pattern: Self.pattern(path), reason: reason, count: count, example: example))
    }
    // Too many patterns: input could fill the memory with invented keys.
    let general = ModelPath(
      steps: path.steps.map { .init(kind: $0.kind, selector: .first) }, attribute: path.attribute)
    var hash = Path()
    hash.hash = UInt64(general.kind.rawValue)
    return addRest(
      Key(hash, path.attribute?.rawValue ?? .max, 0, reason), general.description, reason, count, example)
  }

  /// Counts under a pattern that stands for many.
  @discardableResult private mutating func addRest(
    _ key: Key, _ pattern: String, _ reason: LossReason, _ count: Int, _ example: String?
  ) -> Int {
    let known = find(key)
    if known < 0 { return insert(key, Loss(pattern: pattern, reason: reason, count: count, example: example)) }
    counts[known] += count
    return known
  }

  /// The number of a key's entry, or -1.
  private func find(_ key: Key) -> Int {
    var at = key.place & (slots.count - 1)
    while slots[at] != 0 {
      let number = Int(slots[at]) - 1
      if keys[number] == key { return number }
      at = (at + 1) & (slots.count - 1)
    }
    return -1
  }

  /// Adds an entry; its number.
  @discardableResult private mutating func insert(_ key: Key, _ loss: Loss) -> Int {
    entries.append(loss)
    keys.append(key)
    counts.append(loss.count)
    if keys.count * 2 > slots.count {
      slots = Array(repeating: 0, count: slots.count * 2)
      for number in keys.indices { settle(number) }
    } else {
      settle(keys.count - 1)
    }
    return keys.count - 1
  }

  private mutating func settle(_ number: Int) {
    var at = keys[number].place & (slots.count - 1)
    while slots[at] != 0 { at = (at + 1) & (slots.count - 1) }
    slots[at] = UInt32(number + 1)
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
