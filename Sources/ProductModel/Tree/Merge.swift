/// A place where two versions want different things.
public struct MergeConflict: Sendable, Hashable, CustomStringConvertible {
  /// Where: an attribute with its facet, or a node that one side removed and the other changed.
  public var path: ModelPath
  /// What the common base has; empty for nothing.
  public var base: [String]
  /// What this side has, and what the merged product keeps unless this side removed the node.
  public var mine: [String]
  /// What the other side has.
  public var theirs: [String]

  /// `ocop.stars: 3; mine 4, theirs 5`
  public var description: String {
    func text(_ values: [String]) -> String { values.isEmpty ? "–" : values.joined(separator: " | ") }
    return "\(path): \(text(base)); mine \(text(mine)), theirs \(text(theirs))"
  }
}

/// A merged product and what could not be merged.
public struct MergeResult: Sendable, Hashable {
  /// The merged product; at a conflict it holds this side's value.
  public var product: Product
  /// The places where both sides changed differently.
  public var conflicts: [MergeConflict]
}

extension Product {
  /// Merges two versions that come from one base.
  ///
  /// Values and keyed nodes that only one side changed are taken from it. Nodes without a key are aligned with the base by
  /// sequence. What both sides changed differently is a conflict: the merged product keeps mine; a node that one side removed
  /// and the other changed is kept as changed.
  public static func merge(base: Product, mine: Product, theirs: Product) -> MergeResult {
    var merger = Merger()
    let root = merger.merge(base.root, mine.root, theirs.root, at: []) ?? ProductNode(.product)
    return MergeResult(product: Product(root), conflicts: merger.conflicts)
  }

  /// Joins two records of the same product, such as two notifications of one item: equal values collapse, values that only one
  /// has are taken over, different ones are conflicts and stay as in this record.
  public func union(_ other: Product) -> MergeResult {
    Product.merge(base: Product(), mine: self, theirs: other)
  }
}

private struct Merger {
  var conflicts: [MergeConflict] = []

  /// Merges one node; nil when it is gone.
  mutating func merge(
    _ base: ProductNode?, _ mine: ProductNode?, _ theirs: ProductNode?, at steps: [ModelPath.Step]
  ) -> ProductNode? {
    guard let mine, let theirs else {
      guard let kept = mine ?? theirs else { return nil }
      guard let base else { return kept }
      // One side removed it. Unchanged on the other it is gone, else it stays and somebody must decide.
      if Product(kept).isEquivalent(to: Product(base)) { return nil }
      let mark = { (node: ProductNode?) in node.map { [$0.summary] } ?? [] }
      conflicts.append(
        MergeConflict(
          path: ModelPath(steps: steps, attribute: nil), base: mark(base), mine: mark(mine), theirs: mark(theirs)))
      return kept
    }
    if mine == theirs { return mine }
    var merged = ProductNode(mine.kind)
    mergeValues(base, mine, theirs, into: &merged, at: steps)
    for kind in Comparison.kinds(base, mine, theirs) {
      merged.children += mergeChildren(
        base?.nodes(kind) ?? [], mine.nodes(kind), theirs.nodes(kind), of: kind, at: steps)
    }
    return merged
  }

  private mutating func mergeValues(
    _ base: ProductNode?, _ mine: ProductNode, _ theirs: ProductNode, into merged: inout ProductNode,
    at steps: [ModelPath.Step]
  ) {
    let b = base?.groupedValues() ?? [], m = mine.groupedValues(), t = theirs.groupedValues()
    for slot in Comparison.slots(m.map(\.slot), t.map(\.slot), b.map(\.slot), of: mine.kind) {
      let was = b.first { $0.slot == slot }?.texts ?? []
      let x = m.first { $0.slot == slot }?.texts ?? [], y = t.first { $0.slot == slot }?.texts ?? []
      func isSame(_ a: [String], _ b: [String]) -> Bool {
        a == b || (!a.isEmpty && !b.isEmpty && Comparison.isSame(a, b, slot, on: mine.kind))
      }
      var texts = x
      if isSame(x, was) {
        texts = y
      } else if !isSame(y, was), !isSame(x, y) {
        conflicts.append(
          MergeConflict(
            path: ModelPath(steps: steps, attribute: slot.attribute, facet: slot.facet), base: was, mine: x, theirs: y))
      }
      merged.values += texts.map { AttributeValue(slot.attribute, slot.facet, $0) }
    }
  }

  private mutating func mergeChildren(
    _ base: [ProductNode], _ mine: [ProductNode], _ theirs: [ProductNode], of kind: NodeKind, at steps: [ModelPath.Step]
  ) -> [ProductNode] {
    // Each side against the base; then what stands at the same place of the base, or is new there on both sides.
    let isKeyed = !kind.declaration.key.isEmpty
    let mineParts = Parts(Alignment.pairs(base, mine, of: kind), base.count, isKeyed)
    let theirParts = Parts(Alignment.pairs(base, theirs, of: kind), base.count, isKeyed)
    var merged: [ProductNode] = []
    func path(_ node: ProductNode) -> [ModelPath.Step] { steps + [node.step(position: merged.count + 1)] }
    for i in 0...base.count {
      let newMine = mineParts.inserted[i].map { mine[$0] }, newTheirs = theirParts.inserted[i].map { theirs[$0] }
      for pair in Alignment.pairs(newTheirs, newMine, of: kind) {
        let x = pair.new.map { newMine[$0] }, y = pair.old.map { newTheirs[$0] }
        guard let any = x ?? y else { continue }
        if let node = merge(nil, x, y, at: path(any)) { merged.append(node) }
      }
      if i < base.count {
        let x = mineParts.partner[i].map { mine[$0] }, y = theirParts.partner[i].map { theirs[$0] }
        if let node = merge(base[i], x, y, at: path(x ?? y ?? base[i])) { merged.append(node) }
      }
    }
    return merged
  }

  /// An alignment seen from the base: the partner of each of its nodes, and what was inserted before each (and at the end).
  private struct Parts {
    var partner: [Int?]
    var inserted: [[Int]]

    /// Nodes with a key find each other wherever they stand, so new ones are all gathered at the end.
    init(_ pairs: [AlignedPair], _ count: Int, _ isKeyed: Bool) {
      partner = Array(repeating: nil, count: count)
      inserted = Array(repeating: [], count: count + 1)
      var at = 0
      for pair in pairs {
        if let old = pair.old {
          partner[old] = pair.new
          at = max(at, old + 1)
        } else if let new = pair.new {
          inserted[isKeyed ? count : at].append(new)
        }
      }
    }
  }
}

extension ProductNode {
  /// The node's values in one line, for conflicts about whole nodes.
  fileprivate var summary: String {
    groupedValues().flatMap(\.texts).prefix(4).joined(separator: ", ") + (children.isEmpty ? "" : " …")
  }
}
