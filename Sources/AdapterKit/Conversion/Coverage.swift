public import ProductModel

/// Keeps account of what a writer carries of one product: a bit for every entry. What stays unmarked when the product is
/// done is a loss. Reused from product to product; allocates nothing while nothing is lost.
///
/// ```swift
/// coverage.begin(product)
/// … coverage.mark(entry) … coverage.markKeys(of: node) …
/// coverage.finish(product, into: &context.losses)      // only for products that were written
/// ```
public struct Coverage: Sendable {
  private var words: [UInt64] = []
  private var count = 0
  /// Entries that were written, but not whole.
  private var lossy: [(entry: Int, reason: LossReason)] = []
  /// Nodes for which there was no place.
  private(set) var surplus: [(node: Int, reason: LossReason)] = []

  /// Makes an empty account.
  public init() {}

  /// Starts a product, given by its root view.
  public mutating func begin(_ product: NodeView) {
    // One past the product's last node stands the sentinel, which begins where the entries end.
    count = product.node(at: product.descendants.upperBound - 1).entryRange.upperBound
    let needed = (count + 63) >> 6
    if words.count < needed { words = Array(repeating: 0, count: needed) }
    for i in 0..<needed { words[i] = 0 }
    if !lossy.isEmpty { lossy.removeAll(keepingCapacity: true) }
    if !surplus.isEmpty { surplus.removeAll(keepingCapacity: true) }
  }

  /// Starts a product of which some entries are known to be written: the account that an earlier one of the same shape had.
  mutating func begin(_ product: NodeView, marked: UnsafeBufferPointer<UInt64>) {
    begin(product)
    for i in 0..<min(marked.count, words.count) { words[i] = marked[i] }
  }

  /// The marks made so far.
  func words(of entries: Int) -> ArraySlice<UInt64> { words[0..<(entries + 63) >> 6] }

  /// Takes over the marks and losses of another account of the same product.
  mutating func add(_ other: Coverage) {
    for i in 0..<(count + 63) >> 6 { words[i] |= other.words[i] }
    lossy += other.lossy
    surplus += other.surplus
  }

  /// Whether another account of the same product has the same marks and losses; they may come in another order.
  func isEqual(to other: Coverage) -> Bool {
    func told(_ coverage: Coverage) -> [String] {
      (coverage.lossy.map { "\($0.entry) \($0.reason)" } + coverage.surplus.map { "node \($0.node) \($0.reason)" })
        .sorted()
    }
    return count == other.count && words(of: count) == other.words(of: count) && told(self) == told(other)
  }

  /// Whether all entries were written whole.
  var isWhole: Bool {
    guard lossy.isEmpty, surplus.isEmpty else { return false }
    var at = 0
    while at < count {
      let wanted: UInt64 = count - at < 64 ? (1 << UInt64(count - at)) - 1 : .max
      if words[at >> 6] & wanted != wanted { return false }
      at += 64
    }
    return true
  }

  /// Notes that an entry was written.
  @inline(__always) public mutating func mark(_ entry: Int) { words[entry >> 6] |= 1 << UInt64(entry & 63) }

  /// Notes that some entries were written, a bit for each from one on.
  @inline(__always) mutating func mark(_ bits: UInt64, from first: Int) {
    if bits == 0 { return }
    let shift = UInt64(first & 63)
    words[first >> 6] |= bits &<< shift
    let rest = shift == 0 ? 0 : bits &>> (64 - shift)
    if rest != 0 { words[first >> 6 + 1] |= rest }
  }

  /// Notes that entries which stand side by side were written.
  mutating func mark(_ range: Range<Int>) {
    var at = range.lowerBound
    while at < range.upperBound {
      let more = min(range.upperBound - at, 64 - at & 63)
      words[at >> 6] |= (~0 &>> UInt64(64 - more)) &<< UInt64(at & 63)
      at += more
    }
  }

  /// Notes that the key attributes of a node's kind were written, or are said by the place at which its values stand.
  public mutating func markKeys(of node: NodeView) {
    for key in CoverageTables.keys[Int(node.kind.rawValue)] {
      if let entry = node.find(key) { mark(entry) }
    }
  }

  /// Notes that the first plain value of an attribute was written.
  public mutating func mark(_ attribute: Attribute, of node: NodeView) {
    if let entry = node.find(attribute) { mark(entry) }
  }

  /// Whether an entry is marked.
  public func isMarked(_ entry: Int) -> Bool { words[entry >> 6] & (1 << UInt64(entry & 63)) != 0 }

  /// Notes that an entry was written, but not whole.
  public mutating func lose(_ entry: Int, _ reason: LossReason) {
    mark(entry)
    lossy.append((entry, reason))
  }

  /// Notes that a node with everything below it has no place; it is counted as one loss.
  public mutating func loseNode(_ node: NodeView, _ reason: LossReason) {
    surplus.append((node.index, reason))
    for i in node.index..<node.end(of: node.index) {
      for entry in node.node(at: i).entryRange { mark(entry) }
    }
  }

  /// Ends a product that was written, and reports what it lost. Residue of other formats is no loss, nor is a value that says
  /// what is understood when it is absent (`AttributeDeclaration.absent`).
  public mutating func finish(_ product: NodeView, into losses: inout LossReport) {
    report(product, into: &losses, noting: nil)
  }

  /// Ends a product whose shape was met before: what is lost again as the last time is counted without a look at its nodes.
  mutating func finish(
    _ product: NodeView, _ memory: ProductMemory, into losses: inout LossReport, _ known: KnownLosses
  ) {
    let isUsual = lossy.isEmpty && surplus.isEmpty
    if isUsual, known.hold(for: memory, words(of: count)) { return losses.add(known.counters) }
    report(product, into: &losses, noting: isUsual && known.begin(words(of: count)) ? known : nil)
  }

  private func report(_ product: NodeView, into losses: inout LossReport, noting known: KnownLosses?) {
    for (entry, reason) in lossy {
      let what = product.entry(entry)
      losses.add(what.attribute, Facet.stored(what.facet), of: product.node(at: Int(what.node)), reason)
    }
    for (node, reason) in surplus { losses.add(nil, of: product.node(at: node), reason) }
    var at = 0
    // Entries stand behind their nodes, so a node's path is asked for once.
    var node = -1, path = LossReport.Path()
    while at < count {
      var missing = ~words[at >> 6]
      if count - at < 64 { missing &= (1 << UInt64(count - at)) - 1 }
      while missing != 0 {
        let what = product.entry(at + missing.trailingZeroBitCount)
        missing &= missing - 1
        if what.attribute == .residue { continue }
        let view = product.node(at: Int(what.node))
        if CoverageTables.mayBeUnderstood[Int(what.attribute.rawValue)] {
          if let known, let entry = view.find(what.attribute) { known.note(entry, product) }
          if Self.isUnderstood(what.attribute, view) { continue }
        }
        if Int(what.node) != node {
          node = Int(what.node)
          path = LossReport.path(of: view)
          if let known { for entry in LossReport.entriesOfPath(view) { known.note(entry, product) } }
        }
        let counter = losses.add(what.attribute, Facet.stored(what.facet), of: view, at: path, .notCarried)
        if let known { known.counters.append(counter) }
      }
      at += 64
    }
  }

  /// Whether a value says what is understood when there is none.
  private static func isUnderstood(_ attribute: Attribute, _ holder: NodeView) -> Bool {
    for (other, absent) in CoverageTables.absent[Int(holder.kind.rawValue)] where other == attribute {
      return holder.has(attribute, absent)
    }
    return false
  }
}

enum CoverageTables {
  /// Key attributes by kind.
  static let keys: [[Attribute]] = Model.kinds.map(\.key)

  /// By kind: attributes of which a value is understood when there is none, and that value.
  static let absent: [[(Attribute, [UInt8])]] = Model.kinds.map { kind in
    kind.attributes.compactMap { declaration in declaration.absent.map { (declaration.attribute, Array($0.utf8)) } }
  }

  /// By attribute: whether some kind has it with such a value.
  static let mayBeUnderstood: [Bool] = {
    var may = [Bool](repeating: false, count: Attribute.allCases.count)
    for kind in absent { for (attribute, _) in kind { may[Int(attribute.rawValue)] = true } }
    return may
  }()
}
