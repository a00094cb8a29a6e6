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
  /// Text that stands in the arena; the entry it came from, or -1.
  case slice(offset: Int, count: Int, entry: Int)
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
  /// The shapes met so far.
  var shapes = BoundedCache<RowShape>()
  var space: RowWorkspace
  // Where the numbers of the product at hand stand: with its shape, or in the workspace.
  private(set) var cells: UnsafeMutablePointer<RowShape.Cell>
  /// The node behind each slot; -1 when the product does not have it.
  private(set) var nodes: UnsafeMutablePointer<Int32>
  /// The entries of the keys by which nodes were found.
  private(set) var keyEntries: UnsafeMutablePointer<Int32>
  /// The values of the shape's lists.
  private(set) var joints: UnsafePointer<RowShape.Joint>?
  /// The shape at hand, which must live as long as it is used.
  private var shape: RowShape?

  /// Makes a state for a plan.
  public init(_ plan: TablePlan) {
    space = RowWorkspace(plan.counts)
    cells = space.cells
    nodes = space.nodes
    keyEntries = space.keyEntries
  }

  /// Takes a known shape.
  mutating func take(_ known: RowShape, slots: Int) {
    if shape !== known {
      shape = known
      cells = known.cells
      nodes = known.nodes
      keyEntries = known.keyEntries
      joints = known.joints
    }
    space.marked.update(from: known.marked, count: slots)
  }

  /// Takes the workspace, for a product whose shape is not known.
  mutating func takeSpace(slots: Int) {
    shape = nil
    cells = space.cells
    nodes = space.nodes
    keyEntries = space.keyEntries
    joints = nil
    for i in 0..<slots { space.marked[i] = 0 }
    space.surplus.removeAll(keepingCapacity: true)
    space.joints.removeAll(keepingCapacity: true)
  }

  /// Ends a product that was written, and counts what it lost.
  public mutating func finish(_ product: NodeView, _ memory: ProductMemory, into losses: inout LossReport) {
    if coverage.isWhole { return }
    if let shape {
      coverage.finish(product, memory, into: &losses, shape.losses)
    } else {
      coverage.finish(product, into: &losses)
    }
  }
}

/// Writes rows: one product after the other.
///
/// ```swift
/// plan.begin(product, memory, &state)
/// for column in plan.columns.indices {
///   switch plan.write(column, of: product, scratch: &scratch, &state) { … }
/// }
/// if !state.isFaulted { state.finish(product, memory, into: &losses) }
/// ```
extension TablePlan {
  /// Finds the nodes and entries of a product that the columns reach, or takes them from an earlier one of the same shape.
  ///
  /// - Parameters:
  ///   - product: the product's root view.
  ///   - memory: the same product.
  ///   - layout: its `ProductRow.layout`.
  public func begin(_ product: NodeView, _ memory: ProductMemory, layout: UInt64, _ state: inout RowWritingState) {
    if !state.findings.isEmpty { state.findings.removeAll(keepingCapacity: true) }
    state.isFaulted = false
    let size = (nodes: product.end(of: 0), entries: product.firstEntry(of: product.end(of: 0)))
    let hint = ProductShape.hint(size, layout)
    if let recent = state.shapes.recent(hint), recent.shape.isShape(of: memory, size, layout) {
      return begin(product, recent, &state)
    }
    let hash = asked?.hash(memory, size, layout)
    if let hash {
      for place in state.shapes.places(hash) {
        guard let known = state.shapes.value(place, hash), known.shape.isShape(of: memory, size, layout) else {
          continue
        }
        state.shapes.found(known, hint)
        return begin(product, known, &state)
      }
    }
    state.takeSpace(slots: slots.count)
    state.coverage.begin(product)
    arrange(product, &state)
    guard let asked, let hash, state.shapes.admits(hash) else {
      for column in columns.indices { state.cells[column] = RowShape.Cell(kind: .other) }
      for i in checks { check(i, product, &state) }
      return
    }
    for column in columns.indices { state.cells[column] = settled(column, product, memory, &state) }
    let shape = RowShape(
      ProductShape(memory, size, layout, asked), state.space, counts, state.coverage.words(of: size.entries))
    state.shapes.add(shape, hash, hint)
    begin(product, shape, &state)
  }

  /// Begins a product whose shape is known.
  @inline(__always) private func begin(_ product: NodeView, _ shape: RowShape, _ state: inout RowWritingState) {
    state.take(shape, slots: slots.count)
    state.coverage.begin(product, marked: shape.coverage)
    for i in 0..<shape.surplus.count {
      state.coverage.loseNode(product.node(at: Int(shape.surplus[i])), .tooMany)
    }
    for i in checks { check(i, product, &state) }
  }

  /// Finds the nodes behind the slots.
  private func arrange(_ product: NodeView, _ state: inout RowWritingState) {
    for i in 0..<slots.count {
      if slots[i].parent < 0 {
        state.nodes[i] = 0
      } else if slots[i].isOrderOnly {
        state.nodes[i] = -1
      } else if slots[i].each >= 0, slots[i].number == 0 {
        spread(slots[i].each, product, &state)
      }
      if !slots[i].families.isEmpty { search(i, product, &state) }
    }
  }

  /// Finds the nodes below a slot's node: one walk over the children, each of which is offered to the slots of its kind.
  func search(_ slot: Int, _ product: NodeView, _ state: inout RowWritingState) {
    for family in slots[slot].families {
      state.space.seen[family] = 0
      for i in families[family].slots { state.nodes[searched[i]] = -1 }
    }
    let parent = Int(state.nodes[slot])
    if parent < 0 { return }
    let kinds = slots[slot].kinds
    var node = parent + 1
    let end = product.end(of: parent)
    while node < end {
      let family = Int(familyOfKind[kinds + Int(product.kind(of: node).rawValue)])
      if family >= 0 {
        state.space.seen[family] += 1
        var i = families[family].slots.lowerBound
        let last = families[family].slots.upperBound
        while i < last {
          let child = searched[i]
          if state.nodes[child] < 0 {
            let position = slots[child].position
            if position > 0
              ? Int(state.space.seen[family]) == position : matches(node, slots[child].selectors, product, &state)
            {
              state.nodes[child] = Int32(node)
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
    for slot in places { state.nodes[slot] = -1 }
    let parent = Int(state.nodes[eaches[each].parent])
    if parent < 0 { return }
    var next = 0
    var nodes = product.node(at: parent).nodes(eaches[each].kind)
    search: while let node = nodes.next() {
      for value in eaches[each].set where !value.matches(node, enclosing: parent) { continue search }
      for condition in eaches[each].only where !condition.holds(node) { continue search }
      if next < places.count {
        state.nodes[places[next]] = Int32(node.index)
        next += 1
      } else {
        state.space.surplus.append(Int32(node.index))
        state.coverage.loseNode(node, .tooMany)
      }
    }
  }

  // MARK: Helpers

  /// The entry of a field on a node, or -1.
  func find(_ field: Field, _ node: Int, _ product: NodeView) -> Int {
    var seen = 0
    for i in product.node(at: node).entryRange {
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
    if state.space.marked[slot] == 0 { markKeys(slot, product, &state) }
  }

  /// Marks what the columns' names say: the keys by which a node and those above it were selected.
  @inline(never) func markKeys(_ slot: Int, _ product: NodeView, _ state: inout RowWritingState) {
    var at = slot
    while at >= 0, state.space.marked[at] == 0 {
      state.space.marked[at] = 1
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
