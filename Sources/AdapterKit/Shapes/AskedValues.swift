internal import ProductModel

/// The attributes whose values a plan compares while it looks for nodes and entries, by kind of node.
struct AskedValues: Sendable {
  /// What is compared of an attribute.
  enum Use: UInt8, Sendable {
    case none
    /// Whether the value is empty.
    case emptiness
    case value
  }

  /// How long the values of a shape may be together, in bytes; shapes keep copies of them.
  private static let longest = 4096

  private var uses: [Use]
  private let width = Attribute.allCases.count

  init() { uses = Array(repeating: .none, count: NodeKind.allCases.count * width) }

  mutating func add(_ use: Use, _ kind: NodeKind, _ attribute: Attribute) {
    let at = place(kind, attribute)
    if uses[at] != .value { uses[at] = use }
  }

  /// The same for all kinds of nodes.
  mutating func add(_ use: Use, _ attribute: Attribute) { for kind in NodeKind.allCases { add(use, kind, attribute) } }

  /// What a path compares on its way.
  mutating func add(_ path: PathPlan) {
    for step in path.steps {
      for key in step.keys { add(.value, step.kind, key.attribute) }
    }
  }

  /// What a condition compares.
  mutating func add(_ condition: ConditionPlan) {
    add(condition.path)
    // Whether there is any value, or none, is all that is asked where no other is named.
    if let attribute = condition.path.attribute {
      add(condition.values.allSatisfy(\.isEmpty) ? .emptiness : .value, attribute)
    }
  }

  /// What is compared of an entry's value.
  @inline(__always) func use(of entry: Entry, in product: ProductMemory) -> Use {
    uses[place(product.nodes[Int(entry.node)].kind, entry.attribute)]
  }

  /// A hash of a product's shape; nil when that is too much to be kept.
  func hash(_ product: ProductMemory, _ size: ProductShape.Size, _ layout: UInt64) -> UInt64? {
    if max(size.nodes, size.entries) > ProductShape.partLimit { return nil }
    var hash = layout == 0 ? product.hashOfOutline(size) : WordHash.mixed(UInt64(size.nodes), layout)
    var length = 0
    for i in 0..<size.entries {
      let entry = product.entries[i]
      if layout != 0, entry.isFixed { continue }
      if use(of: entry, in: product) != .value { continue }
      length += Int(entry.length)
      if length > Self.longest { return nil }
      for k in 0..<min(Int(entry.length), 16) {
        hash = WordHash.mixed(hash, UInt64(product.bytes[Int(entry.offset) + k]))
      }
    }
    return hash
  }

  @inline(__always) private func place(_ kind: NodeKind, _ attribute: Attribute) -> Int {
    Int(kind.rawValue) * width + Int(attribute.rawValue)
  }
}
