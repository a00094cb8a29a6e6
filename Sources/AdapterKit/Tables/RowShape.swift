internal import ProductModel

/// What writing a row has to look up in the product, worked out once for all products of the same shape (`ProductShape`).
///
/// Products of one shape have the same nodes behind the slots, the same entries in the same columns, and the same entries
/// accounted for; only the values differ. Columns whose result hangs on more than the shape are marked `.other` and worked out for
/// every row.
final class RowShape {
  /// A column of a row.
  struct Cell {
    /// How its text comes about.
    enum Kind: UInt8 {
      /// Nothing is there, and nothing need be.
      case blank
      /// The entry's value as it is.
      case plain
      /// The same, if it is not too long.
      case limited
      /// The entry's value by the field's codec.
      case converted
      /// The amount of a measure whose unit stands in another column.
      case amount
      /// The unit of such a measure.
      case unit
      /// The values of a list's elements.
      case list
      /// More than the shape tells.
      case other
    }

    var kind: Kind
    /// The entry; for a list the first of its joints.
    var entry: Int32 = -1
    var field: Int32 = -1
    /// For a list, how many joints it has, and how many elements.
    var joints: Int32 = 0
    var elements: Int32 = 0
  }

  /// A value in a list, and the byte in front of it; there is none in front of the first.
  struct Joint {
    var entry: Int32
    var before: UInt8
  }

  /// The node behind each slot; -1 when the product does not have it.
  let nodes: UnsafeMutablePointer<Int32>
  /// The entries of the keys by which nodes were found.
  let keyEntries: UnsafeMutablePointer<Int32>
  /// Whether the keys of a slot are accounted for by the columns that the shape settles.
  let marked: UnsafeMutablePointer<Int32>
  /// The columns.
  let cells: UnsafeMutablePointer<Cell>
  /// The entries that the settled columns account for, a bit each.
  let coverage: UnsafeBufferPointer<UInt64>
  /// Nodes for which there is no column.
  let surplus: UnsafeBufferPointer<Int32>
  /// The values of all settled lists.
  let joints: UnsafePointer<Joint>

  /// What its products lose.
  let losses = KnownLosses()

  /// The products that it is about.
  let shape: ProductShape
  private let memory: UnsafeMutableRawPointer

  /// Keeps what was found out about a product.
  ///
  /// - Parameters:
  ///   - shape: the product's shape.
  ///   - found: what was found out about it.
  ///   - counts: the plan's slots, keys and columns.
  ///   - marks: the entries accounted for.
  init(
    _ shape: consuming ProductShape, _ found: borrowing RowWorkspace, _ counts: TablePlan.Counts,
    _ marks: ArraySlice<UInt64>
  ) {
    self.shape = shape
    let numbers = counts.slots * 2 + counts.keys + found.surplus.count
    var at = 0
    func room<T>(_ type: T.Type, _ count: Int) -> Int {
      defer { at += (count * MemoryLayout<T>.stride + 7) & ~7 }
      return at
    }
    let places = (
      marks: room(UInt64.self, marks.count), cells: room(Cell.self, counts.columns),
      joints: room(Joint.self, found.joints.count), numbers: room(Int32.self, numbers)
    )
    memory = .allocate(byteCount: max(at, 8), alignment: 8)
    let bits = (memory + places.marks).bindMemory(to: UInt64.self, capacity: marks.count)
    for (i, word) in marks.enumerated() { bits[i] = word }
    coverage = UnsafeBufferPointer(start: bits, count: marks.count)
    cells = (memory + places.cells).bindMemory(to: Cell.self, capacity: counts.columns)
    cells.initialize(from: found.cells, count: counts.columns)
    let parts = (memory + places.joints).bindMemory(to: Joint.self, capacity: found.joints.count)
    for (i, joint) in found.joints.enumerated() { parts[i] = joint }
    joints = UnsafePointer(parts)
    nodes = (memory + places.numbers).bindMemory(to: Int32.self, capacity: numbers)
    marked = nodes + counts.slots
    keyEntries = marked + counts.slots
    nodes.initialize(from: found.nodes, count: counts.slots)
    marked.initialize(from: found.marked, count: counts.slots)
    keyEntries.initialize(from: found.keyEntries, count: counts.keys)
    let behind = keyEntries + counts.keys
    for (i, node) in found.surplus.enumerated() { behind[i] = node }
    surplus = UnsafeBufferPointer(start: behind, count: found.surplus.count)
  }

  deinit { memory.deallocate() }
}

/// Where a product whose shape is not known is looked up. Raw memory, since every cell reads and writes there.
struct RowWorkspace: ~Copyable {
  let nodes: UnsafeMutablePointer<Int32>
  let keyEntries: UnsafeMutablePointer<Int32>
  /// Whether a slot's keys were marked; this one is written in every row.
  let marked: UnsafeMutablePointer<Int32>
  /// How many nodes of each family were seen.
  let seen: UnsafeMutablePointer<Int32>
  let cells: UnsafeMutablePointer<RowShape.Cell>
  var surplus: [Int32] = []
  var joints: [RowShape.Joint] = []
  private let memory: UnsafeMutablePointer<Int32>

  init(_ counts: TablePlan.Counts) {
    let count = max(counts.slots * 2 + counts.keys + counts.families, 1)
    memory = .allocate(capacity: count)
    memory.initialize(repeating: 0, count: count)
    nodes = memory
    marked = nodes + counts.slots
    keyEntries = marked + counts.slots
    seen = keyEntries + counts.keys
    cells = .allocate(capacity: max(counts.columns, 1))
    cells.initialize(repeating: RowShape.Cell(kind: .other), count: max(counts.columns, 1))
  }

  deinit {
    memory.deallocate()
    cells.deallocate()
  }
}
