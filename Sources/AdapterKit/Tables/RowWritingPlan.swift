internal import Diagnostics
public import ProductModel
internal import Profiles

/// What goes into one cell.
public enum WrittenCell: Sendable {
  /// Nothing.
  case blank
  /// An entry's value as it is; its number within the product.
  case entry(Int)
  /// Text in the scratch buffer from this place to its end; the entry it came from, or -1.
  case text(from: Int, entry: Int)
}

/// A finding about a product that is being written.
public struct WritingFinding: Sendable {
  /// The column in the plan, or -1.
  public var column: Int
  /// The entry it is about, or -1 for a missing value.
  public var entry: Int
  /// What is wrong; a finding of severity error keeps the product from being written.
  public var finding: ConversionFinding
  /// The attribute.
  public var path: ModelPath?
  /// The value.
  public var value: String?
}

/// What writing rows needs beside the plan; reused from product to product.
public struct RowWritingState: ~Copyable {
  /// The account of what was carried.
  public var coverage = Coverage()
  /// What was found about the product.
  public var findings: [WritingFinding] = []
  /// Whether one of the findings is an error.
  public internal(set) var isFaulted = false
  /// The running number of the product in the document, from 1; set by the caller.
  public var number = 1
  // Numbers by slot and key, in one piece of raw memory: every cell reads and writes them.
  private var memory: UnsafeMutablePointer<Int32>
  private var size = -1
  /// The node behind each slot; -1 when the product does not have it.
  private(set) var nodes: UnsafeMutablePointer<Int32>
  /// Where the next value of each slot's node is looked for first.
  private(set) var cursors: UnsafeMutablePointer<Int32>
  /// Whether a slot's keys were marked.
  private(set) var marked: UnsafeMutablePointer<Int32>
  /// The entries of the keys by which nodes were found.
  private(set) var keyEntries: UnsafeMutablePointer<Int32>
  /// How many nodes of each family were seen.
  private(set) var seen: UnsafeMutablePointer<Int32>

  /// Makes an empty state.
  public init() {
    memory = .allocate(capacity: 1)
    nodes = memory
    cursors = memory
    marked = memory
    keyEntries = memory
    seen = memory
  }

  deinit { memory.deallocate() }

  mutating func fit(slots: Int, keys: Int, families: Int) {
    let wanted = slots * 3 + keys + families
    if size == wanted { return }
    size = wanted
    memory.deallocate()
    memory = .allocate(capacity: max(wanted, 1))
    memory.initialize(repeating: 0, count: max(wanted, 1))
    nodes = memory
    cursors = nodes + slots
    marked = cursors + slots
    keyEntries = marked + slots
    seen = keyEntries + keys
  }
}

/// Writes rows: one product, or one node, after the other.
///
/// ```swift
/// plan.begin(product, &state)
/// for column in plan.columns.indices {
///   switch plan.write(column, of: product, scratch: &scratch, &state) { … }
/// }
/// if !state.isFaulted { state.coverage.finish(product, into: &losses) }
/// ```
extension TablePlan {
  /// Finds the nodes of a product that the columns reach.
  ///
  /// - Parameters:
  ///   - product: the product's root view.
  ///   - start: the node that the row is about; 0 for the product.
  ///   - keepsCoverage: whether the account goes on from an earlier row of the same product.
  public func begin(
    _ product: NodeView, start: Int = 0, keepsCoverage: Bool = false, _ state: inout RowWritingState
  ) {
    if !keepsCoverage { state.coverage.begin(product) }
    if !state.findings.isEmpty { state.findings.removeAll(keepingCapacity: true) }
    state.isFaulted = false
    state.fit(slots: slots.count, keys: keys.count, families: families.count)
    for i in 0..<slots.count {
      state.marked[i] = 0
      if slots[i].parent < 0 {
        set(i, i == 0 ? start : 0, product, &state)
      } else if slots[i].isOrderOnly {
        set(i, -1, product, &state)
      } else if slots[i].each >= 0, slots[i].number == 0 {
        spread(slots[i].each, product, &state)
      }
      if !slots[i].families.isEmpty { search(i, product, &state) }
    }
    for i in checks { check(i, product, &state) }
  }

  @inline(__always) func set(_ slot: Int, _ node: Int, _ product: NodeView, _ state: inout RowWritingState) {
    state.nodes[slot] = Int32(node)
    state.cursors[slot] = node < 0 ? 0 : Int32(product.firstEntry(of: node))
  }

  /// Finds the nodes below a slot's node: one walk over the children, each of which is offered to the slots of its kind.
  func search(_ slot: Int, _ product: NodeView, _ state: inout RowWritingState) {
    for family in slots[slot].families {
      state.seen[family] = 0
      for i in families[family].slots { set(searched[i], -1, product, &state) }
    }
    let parent = Int(state.nodes[slot])
    if parent < 0 { return }
    let kinds = slots[slot].kinds
    var node = parent + 1
    let end = product.end(of: parent)
    while node < end {
      let family = Int(familyOfKind[kinds + Int(product.kind(of: node).rawValue)])
      if family >= 0 {
        state.seen[family] += 1
        var i = families[family].slots.lowerBound
        let last = families[family].slots.upperBound
        while i < last {
          let child = searched[i]
          if state.nodes[child] < 0 {
            let position = slots[child].position
            if position > 0
              ? Int(state.seen[family]) == position : matches(node, slots[child].selectors, product, &state)
            {
              set(child, node, product, &state)
            }
          }
          i += 1
        }
      }
      node = product.end(of: node)
    }
  }

  /// Whether a node has the values of some keys; notes which entries they are.
  @inline(__always) func matches(
    _ node: Int, _ keys: Range<Int>, _ product: NodeView, _ state: inout RowWritingState
  ) -> Bool {
    for k in keys {
      let entry = self.entry(of: self.keys[k], on: node, product)
      if entry < 0 { return false }
      state.keyEntries[k] = Int32(entry)
    }
    return true
  }

  /// The entry by which a node has a key's value, or -1.
  @inline(__always) func entry(of key: Key, on node: Int, _ product: NodeView) -> Int {
    var i = product.firstEntry(of: node)
    let end = product.firstEntry(of: node + 1)
    while i < end {
      let entry = product.entry(i)
      if entry.attribute == key.attribute, entry.facet == Facet.none.rawValue {
        guard Int(entry.length) == key.length else { return -1 }
        return product.hasBytes(of: entry, constants, from: key.offset) ? i : -1
      }
      i += 1
    }
    return -1
  }

  /// Gives the nodes of an `each:` rule their columns; nodes beyond the last column are losses.
  func spread(_ each: Int, _ product: NodeView, _ state: inout RowWritingState) {
    let places = eaches[each].slots
    for slot in places { set(slot, -1, product, &state) }
    let parent = Int(state.nodes[eaches[each].parent])
    if parent < 0 { return }
    var next = 0
    var nodes = product.node(at: parent).nodes(eaches[each].kind)
    search: while let node = nodes.next() {
      for value in eaches[each].set where !value.matches(node, enclosing: parent) { continue search }
      for condition in eaches[each].only where !condition.holds(node) { continue search }
      if next < places.count {
        set(places[next], node.index, product, &state)
        next += 1
      } else {
        state.coverage.loseNode(node, .tooMany)
      }
    }
  }

  // MARK: Helpers

  /// The entry of a field on a node, or -1.
  func find(_ field: Field, _ node: Int, _ product: NodeView, _ state: inout RowWritingState) -> Int {
    if field.occurrence > 0 { return nth(field, product.node(at: node).entryRange, product) }
    return find(field.slot, field.attribute, field.facet, field.isMany, node, product, &state)
  }

  /// The entry of an attribute on a node, or -1. The search starts after the last hit: rows ask in stored order.
  @inline(__always) func find(
    _ slot: Int, _ attribute: Attribute, _ facet: Facet, _ isMany: Bool, _ node: Int, _ product: NodeView,
    _ state: inout RowWritingState
  ) -> Int {
    let first = product.firstEntry(of: node), end = product.firstEntry(of: node + 1)
    // Of several values the first is wanted, and it may lie before the cursor.
    let cursor = isMany ? first : Int(state.cursors[slot])
    var i = cursor
    while i < end {
      let entry = product.entry(i)
      if entry.attribute == attribute, entry.facet == facet.rawValue {
        state.cursors[slot] = Int32(i + 1)
        return i
      }
      i += 1
    }
    i = first
    while i < cursor {
      let entry = product.entry(i)
      if entry.attribute == attribute, entry.facet == facet.rawValue {
        state.cursors[slot] = Int32(i + 1)
        return i
      }
      i += 1
    }
    return -1
  }

  func nth(_ field: Field, _ range: Range<Int>, _ product: NodeView) -> Int {
    var seen = 0
    for i in range {
      let entry = product.entry(i)
      if entry.attribute == field.attribute, entry.facet == field.facet.rawValue {
        if seen == field.occurrence { return i }
        seen += 1
      }
    }
    return -1
  }

  /// Notes that an entry was written, and with the first one of a node that node's keys.
  @inline(__always) func carried(
    _ slot: Int, _ entry: Int, _ product: NodeView, _ state: inout RowWritingState
  ) {
    state.coverage.mark(entry)
    if state.marked[slot] == 0 { markKeys(slot, product, &state) }
  }

  /// Marks what the columns' names say: the keys by which a node and those above it were selected.
  @inline(never) func markKeys(_ slot: Int, _ product: NodeView, _ state: inout RowWritingState) {
    var at = slot
    while at >= 0, state.marked[at] == 0 {
      state.marked[at] = 1
      let node = Int(state.nodes[at])
      if node >= 0 {
        for k in slots[at].selectors { state.coverage.mark(Int(state.keyEntries[k])) }
        for k in slots[at].implied {
          let entry = entry(of: keys[k], on: node, product)
          if entry >= 0 { state.coverage.mark(entry) }
        }
        for k in slots[at].sets { state.coverage.mark(sets[k].attribute, of: product.node(at: node)) }
      }
      at = slots[at].parent
    }
  }

  func report(
    _ column: Int, _ entry: Int, _ finding: ConversionFinding, _ number: Int, _ product: NodeView,
    _ state: inout RowWritingState
  ) {
    report(column, entry, finding, path(of: fields[number]), entry < 0 ? nil : product.string(of: entry), &state)
  }

  func report(
    _ column: Int, _ entry: Int, _ finding: ConversionFinding, _ path: ModelPath?, _ value: String?,
    _ state: inout RowWritingState
  ) {
    state.findings.append(WritingFinding(column: column, entry: entry, finding: finding, path: path, value: value))
    if finding.code.severity >= .error { state.isFaulted = true }
  }
}
