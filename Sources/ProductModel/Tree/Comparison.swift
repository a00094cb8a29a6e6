/// One difference between two versions of a product.
public struct Difference: Sendable, Hashable, CustomStringConvertible {
  /// Where: an attribute with its facet, or a node that has no values at all. Positions of nodes without a key count in the new
  /// version, for what is gone in the old one.
  public var path: ModelPath
  /// The old values, in order; empty when there were none.
  public var old: [String]
  /// The new values, in order; empty when there are none.
  public var new: [String]

  /// Makes a difference.
  public init(path: ModelPath, old: [String], new: [String]) {
    self.path = path
    self.old = old
    self.new = new
  }

  /// What happened.
  public enum Change: String, Sendable, CaseIterable { case added, removed, changed }

  /// What happened.
  public var change: Change { old.isEmpty ? .added : new.isEmpty ? .removed : .changed }

  /// `price[market=VN,item=each].amount: 98000 → 99000`
  public var description: String {
    func text(_ values: [String]) -> String { values.isEmpty ? "–" : values.joined(separator: " | ") }
    return "\(path): \(text(old)) → \(text(new))"
  }
}

extension Product {
  /// What is different in this version from an older one; empty when both say the same.
  ///
  /// Nodes are paired by their full key, so that their order does not matter; nodes without a key by sequence: equal ones
  /// first, what stands between by position. A value that only one version has is `added` or `removed`.
  ///
  /// What counts is what is said, not how: the same quantity in another unit of the same dimension is no difference (260 MMT
  /// and 26 CMT, by the exact factors of UN/ECE Recommendation 20), nor is a value that says what is understood when it is
  /// absent (`AttributeDeclaration.absent`).
  public func differences(from old: Product) -> [Difference] {
    var found: [Difference] = []
    Comparison.compare(old.root, root, at: [], into: &found)
    return found
  }

  /// Whether both versions say the same, whatever the order of keyed nodes and of values.
  public func isEquivalent(to other: Product) -> Bool { canonicalised() == other.canonicalised() }
}

enum Comparison {
  static func compare(
    _ old: ProductNode?, _ new: ProductNode?, at steps: [ModelPath.Step], into found: inout [Difference]
  ) {
    guard let kind = (new ?? old)?.kind else { return }
    if old == nil || new == nil, let node = new ?? old, node.values.isEmpty, node.children.isEmpty {
      // A node without values is itself the difference; the mark stands for its being there.
      found.append(
        Difference(
          path: ModelPath(steps: steps, attribute: nil), old: old == nil ? [] : ["{}"], new: new == nil ? [] : ["{}"]))
      return
    }
    let before = old?.groupedValues() ?? [], after = new?.groupedValues() ?? []
    for slot in slots(before.map(\.slot), after.map(\.slot), of: kind) {
      let x = before.first { $0.slot == slot }?.texts ?? [], y = after.first { $0.slot == slot }?.texts ?? []
      if x != y, !isSame(x, y, slot, on: kind) {
        found.append(
          Difference(path: ModelPath(steps: steps, attribute: slot.attribute, facet: slot.facet), old: x, new: y))
      }
    }
    for kind in kinds(old, new) {
      let a = old?.nodes(kind) ?? [], b = new?.nodes(kind) ?? []
      for pair in Alignment.pairs(a, b, of: kind) {
        let position = (pair.new ?? pair.old ?? 0) + 1
        let oldNode = pair.old.map { a[$0] }, newNode = pair.new.map { b[$0] }
        guard let step = (newNode ?? oldNode)?.step(position: position) else { continue }
        if oldNode != nil, oldNode == newNode { continue }
        compare(oldNode, newNode, at: steps + [step], into: &found)
      }
    }
  }

  /// Whether two lists of values of one attribute say the same.
  static func isSame(_ x: [String], _ y: [String], _ slot: ValueSlot, on kind: NodeKind) -> Bool {
    if x.isEmpty { return ProductNode.isUnderstood(y, slot, on: kind) }
    if y.isEmpty { return ProductNode.isUnderstood(x, slot, on: kind) }
    return ProductNode.meaning(of: x, slot, on: kind) == ProductNode.meaning(of: y, slot, on: kind)
  }

  /// All slots of several lists, in declared order.
  static func slots(_ lists: [ValueSlot]..., of kind: NodeKind) -> [ValueSlot] {
    var seen: Set<ValueSlot> = []
    var node = ProductNode(kind)
    for list in lists {
      for slot in list where seen.insert(slot).inserted {
        node.values.append(AttributeValue(slot.attribute, slot.facet, ""))
      }
    }
    return node.groupedValues().map(\.slot)
  }

  /// All kinds of children, in declared order.
  static func kinds(_ nodes: ProductNode?...) -> [NodeKind] {
    var kinds: Set<UInt16> = []
    for node in nodes { for child in node?.children ?? [] { kinds.insert(child.kind.rawValue) } }
    return kinds.sorted().compactMap { NodeKind(rawValue: $0) }
  }
}
