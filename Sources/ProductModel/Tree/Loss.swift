/// Why a value did not arrive whole.
public enum LossReason: String, Sendable, CaseIterable {
  /// The format or profile has no place for it.
  case notCarried = "not-carried"
  /// Cut to the target's length.
  case truncated
  /// Rounded to the target's precision.
  case rounded
  /// Converted by a rule of thumb, such as months to days.
  case approximated
  /// There were more nodes than the target has places.
  case tooMany = "too-many"
  /// The target's code list or encoding has no equivalent.
  case noEquivalent = "no-equivalent"
}

/// What a writer could not carry: one kind of loss, how often, and one example.
public struct Loss: Sendable, Hashable {
  /// The place without positions, such as `price[market=JP].amount` or `ingredient.origin`.
  public var pattern: String
  /// Why.
  public var reason: LossReason
  /// How many values.
  public var count: Int
  /// One product it happened to.
  public var example: String?

  /// Makes a loss.
  public init(pattern: String, reason: LossReason, count: Int, example: String?) {
    self.pattern = pattern
    self.reason = reason
    self.count = count
    self.example = example
  }
}

/// The losses of one run, added up by place and reason.
public struct LossReport: Sendable {
  private struct Key: Hashable {
    var pattern: String
    var reason: LossReason
  }

  private var entries: [Key: (count: Int, example: String?)] = [:]

  /// Makes an empty report.
  public init() {}

  /// Counts a loss; the first example stays.
  public mutating func add(
    _ pattern: String, _ reason: LossReason, count: Int = 1, example: @autoclosure () -> String? = nil
  ) {
    let key = Key(pattern: pattern, reason: reason)
    if let known = entries[key] {
      entries[key] = (known.count + count, known.example)
    } else {
      entries[key] = (count, example())
    }
  }

  /// All losses, by pattern and reason.
  public var losses: [Loss] {
    entries
      .map { Loss(pattern: $0.key.pattern, reason: $0.key.reason, count: $0.value.count, example: $0.value.example) }
      .sorted { ($0.pattern, $0.reason.rawValue) < ($1.pattern, $1.reason.rawValue) }
  }

  /// Whether nothing was lost.
  public var isEmpty: Bool { entries.isEmpty }

  /// How many values were lost in all.
  public var total: Int { entries.values.reduce(0) { $0 + $1.count } }
}
