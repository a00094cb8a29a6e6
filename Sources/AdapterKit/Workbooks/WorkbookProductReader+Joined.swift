internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

// Rows of joined tables: what they belong to, and what they say.
extension WorkbookProductReader {
  /// Most rows of one table for one product.
  static let rowLimit = 10_000

  /// Reads the joined rows of the product that is open.
  func readJoined(_ batch: inout ProductBatch) {
    var mine: [Int32] = []
    while cursor < joined.order.count, joined.rows[Int(joined.order[cursor])].owner == Int32(ordinal) {
      mine.append(joined.order[cursor])
      cursor += 1
    }
    var i = 0
    let tables = joinedTables
    while i < mine.count {
      let table = joined.rows[Int(mine[i])].table
      var end = i
      while end < mine.count, joined.rows[Int(mine[end])].table == table { end += 1 }
      if end - i > Self.rowLimit {
        note(
          .productTooLarge, tables[Int(table)].plan.slots[0], Self.origin(joinedPlace + Int(mine[i]), 0),
          String(end - i),
          .init(
            "The product has \(end - i) rows in one table, more than \(Self.rowLimit)",
            vi: "Sản phẩm có \(end - i) dòng trong một bảng, quá \(Self.rowLimit)"))
        end = max(end, i)
        i = end
        continue
      }
      readRows(Array(mine[i..<end]), tables[Int(table)], &batch)
      i = end
    }
  }

  private func inputs(_ number: Int32, _ table: WorkbookPlan.Table, _ batch: inout ProductBatch) -> [CellInput] {
    let row = joined.rows[Int(number)]
    var cells = [CellInput](repeating: .absent, count: table.plan.slots.count)
    for cell in joined.cells(of: row) {
      let origin = Self.origin(joinedPlace + Int(number), Int(cell.column))
      joined.bytes.withUnsafeBufferPointer { bytes in
        cells[Int(cell.slot)] = take(
          UnsafeBufferPointer(rebasing: bytes[Int(cell.offset)..<Int(cell.offset + cell.length)]), cell.kind,
          cell.isFormula, table.plan.slots[Int(cell.slot)], origin: origin, &batch)
      }
    }
    return cells
  }

  private func readRows(_ numbers: [Int32], _ table: WorkbookPlan.Table, _ batch: inout ProductBatch) {
    guard let each = table.layout.each else {
      for number in numbers {
        reading.prefix = ""
        reading.read(table.plan, inputs(number, table, &batch), on: 0, &batch)
      }
      return
    }
    var rows = numbers.map { (number: $0, cells: inputs($0, table, &batch), position: [Int]()) }
    if let slot = table.number { findPositions(&rows, slot, table, &batch) }
    var nodes = NodeIndex(each, table.keys.map(\.attribute), batch)
    var opened: [[Int]: Int] = [:]
    var counts: [Int: Int] = [:]
    for row in rows {
      guard var parent = parent(of: row.cells, row.number, table, &nodes, &batch) else { continue }
      if row.position.count > 1 {
        guard let above = opened[Array(row.position.dropLast())] else {
          let slot = table.plan.slots[table.number ?? 0]
          note(
            .workbookParentMissing, slot, Self.origin(joinedPlace + Int(row.number), 0),
            row.position.map(String.init).joined(separator: "."),
            .init("There is no row for the part it belongs to", vi: "Không có dòng cho phần cha của nó"))
          continue
        }
        parent = above
      }
      let nth = counts[parent, default: 0]
      counts[parent] = nth + 1
      let (node, isNew) = node(of: row.cells, each, table, under: parent, nth: nth, &nodes, &batch)
      if !row.position.isEmpty { opened[row.position] = node }
      let key = table.keys.first?.step.flatMap { step in
        row.cells[step.slot].isPresent ? text(row.cells[step.slot], &batch) : nil
      }
      let place = row.position.isEmpty ? String(nth + 1) : row.position.map(String.init).joined(separator: ".")
      reading.prefix = "\(each.kind.name)[\(key ?? place)]."
      reading.isFresh(isNew ? node : -1)
      reading.read(table.plan, row.cells, on: node, &batch)
    }
    reading.isFresh(-1)
    reading.prefix = ""
  }

  private func findPositions(
    _ rows: inout [(number: Int32, cells: [CellInput], position: [Int])], _ slot: Int, _ table: WorkbookPlan.Table,
    _ batch: inout ProductBatch
  ) {
    for i in rows.indices {
      let text = text(rows[i].cells[slot], &batch)
      if let position = NodePosition.parse(text) {
        rows[i].position = position
      } else if !text.isEmpty {
        note(
          .workbookPosition, table.plan.slots[slot], rows[i].cells[slot].origin, text,
          .init("“\(text)” is no position such as 2 or 2.1", vi: "“\(text)” không phải số thứ tự dạng 2 hoặc 2.1"))
      }
    }
    NodePosition.sort(&rows)
  }

  /// The node below which a row stands; nil after a finding.
  private func parent(
    of cells: [CellInput], _ number: Int32, _ table: WorkbookPlan.Table, _ nodes: inout NodeIndex,
    _ batch: inout ProductBatch
  ) -> Int? {
    guard let each = table.layout.each else { return 0 }
    var at = 0
    for step in each.parent {
      let steps = table.parents.filter { $0.path?.path.steps.last?.kind == step.kind }
      let origin = Self.origin(joinedPlace + Int(number), 0)
      guard !steps.isEmpty else {
        at = nodes.ancestor(PathPlan.Step(step), under: at, origin, &batch)
        continue
      }
      let attributes = steps.compactMap { $0.path?.attribute }
      let wanted = steps.map { step in step.codec.flatMap { canonical(cells[step.slot], $0, &batch) } ?? "" }
      guard let found = nodes.ancestor(step.kind, under: at, attributes, wanted, batch) else {
        let shown = wanted.filter { !$0.isEmpty }.joined(separator: ", ")
        let column = tableHeads[Int(joined.rows[Int(number)].table)]?.columns[steps[0].slot] ?? 0
        note(
          .workbookParentMissing, table.plan.slots[steps[0].slot],
          Self.origin(joinedPlace + Int(number), max(0, column)), shown,
          .init("The product has no \(step.kind.name) “\(shown)”", vi: "Sản phẩm không có \(step.kind.name) “\(shown)”")
        )
        return nil
      }
      at = found
    }
    return at
  }

  /// The node that a row is about: the one with the same key, the next one of a kind without key, or a new one.
  private func node(
    of cells: [CellInput], _ each: EachRule, _ table: WorkbookPlan.Table, under parent: Int, nth: Int,
    _ nodes: inout NodeIndex, _ batch: inout ProductBatch
  ) -> (node: Int, isNew: Bool) {
    let origin = cells.first { $0.isPresent }?.origin ?? 0
    var key: [String] = []
    if table.keys.isEmpty {
      if let known = nodes.sibling(each.kind.declaration.isMany ? nth : 0, under: parent) { return (known, false) }
    } else {
      key = table.keys.map { key in
        key.step.flatMap { step in step.codec.flatMap { canonical(cells[step.slot], $0, &batch) } }
          ?? table.set.first { $0.attribute == key.attribute }.map { String(decoding: $0.constant, as: UTF8.self) }
          ?? ""
      }
      if let known = nodes.node(key, under: parent) { return (known, false) }
    }
    let node = batch.addNode(each.kind, under: parent)
    nodes.add(node, key, under: parent)
    for value in table.set { value.apply(to: node, enclosing: parent, in: &batch, origin: origin) }
    return (node, table.set.isEmpty)
  }

  private func canonical(_ cell: CellInput, _ codec: ValueCodec, _ batch: inout ProductBatch) -> String? {
    guard cell.isPresent else { return nil }
    switch codec.read(offset: cell.offset, length: cell.length, in: &batch) {
    case .value(let offset, let length), .warned(let offset, let length, _):
      return text(CellInput(offset: offset, length: length), &batch)
    case .blank, .fault: return nil
    }
  }

  /// A row that belongs to no product is a record of its own, so that counts add up and it can be quarantined.
  func reportUnmatched(_ batch: inout ProductBatch) {
    let number = unmatched[nextUnmatched]
    nextUnmatched += 1
    let row = joined.rows[Int(number)]
    let table = joinedTables[Int(row.table)]
    let isAmbiguous = row.owner == -2
    batch.beginProduct(at: (1 << 33) + UInt64(number))
    reading.findings.removeAll(keepingCapacity: true)
    let key = joined.cells(of: row).first { cell in table.join.contains { $0.slot == Int(cell.slot) } }
    let shown = key.map { joined.text($0) } ?? ""
    let slot = table.plan.slots[Int(key?.slot ?? 0)]
    note(
      isAmbiguous ? .workbookRowAmbiguous : .workbookRowUnmatched, slot,
      Self.origin(joinedPlace + Int(number), Int(key?.column ?? 0)), shown,
      isAmbiguous
        ? .init("Several products have “\(shown)”", vi: "Nhiều sản phẩm cùng có “\(shown)”")
        : shown.isEmpty
          ? .init("The row does not say to which product it belongs", vi: "Dòng không ghi thuộc sản phẩm nào")
          : .init("No product has “\(shown)”", vi: "Không có sản phẩm “\(shown)”"))
    end(&batch)
  }
}

/// Nodes of the open product by key, so that a row finds its node without going through all of them.
private struct NodeIndex {
  private struct Key: Hashable {
    var kind: NodeKind
    var parent: Int
    var values: [String]
  }

  private let kind: NodeKind
  private var nodes: [Key: Int] = [:]
  private var siblings: [Int: [Int]] = [:]
  private var ancestors: [Key: Int] = [:]
  private var indexed: Set<NodeKind> = []

  /// Takes up the nodes of a kind that other sheets have opened.
  init(_ each: EachRule, _ keys: [Attribute], _ batch: borrowing ProductBatch) {
    kind = each.kind
    for node in 1..<max(1, batch.openNodeCount) where batch.openKind(node) == kind {
      let parent = batch.openParent(node)
      siblings[parent, default: []].append(node)
      if !keys.isEmpty { take(node, keys.map { NodeIndex.text(batch.openValue($0, on: node)) }, under: parent) }
    }
  }

  private mutating func take(_ node: Int, _ key: [String], under parent: Int) {
    let key = Key(kind: kind, parent: parent, values: key)
    if nodes[key] == nil { nodes[key] = node }
  }

  /// The node with a key.
  func node(_ key: [String], under parent: Int) -> Int? { nodes[Key(kind: kind, parent: parent, values: key)] }

  /// The n-th node under a parent, from 0.
  func sibling(_ n: Int, under parent: Int) -> Int? {
    guard let all = siblings[parent], n < all.count else { return nil }
    return all[n]
  }

  /// Takes up a node that was opened for a row.
  mutating func add(_ node: Int, _ key: [String], under parent: Int) {
    siblings[parent, default: []].append(node)
    if !key.isEmpty { take(node, key, under: parent) }
  }

  /// The node above with these values; nil when there is none.
  mutating func ancestor(
    _ kind: NodeKind, under parent: Int, _ attributes: [Attribute], _ wanted: [String], _ batch: borrowing ProductBatch
  ) -> Int? {
    if indexed.insert(kind).inserted {
      for node in 1..<max(1, batch.openNodeCount) where batch.openKind(node) == kind {
        let key = Key(
          kind: kind, parent: batch.openParent(node),
          values: attributes.map { NodeIndex.text(batch.openValue($0, on: node)) })
        if ancestors[key] == nil { ancestors[key] = node }
      }
    }
    return ancestors[Key(kind: kind, parent: parent, values: wanted)]
  }

  /// The node above that a step leads to, opened when there is none.
  mutating func ancestor(_ step: PathPlan.Step, under parent: Int, _ origin: Int, _ batch: inout ProductBatch) -> Int {
    let key = Key(kind: step.kind, parent: parent, values: [])
    if let known = ancestors[key] { return known }
    let node = NodeOpener.node(step, under: parent, in: &batch, origin: origin)
    ancestors[key] = node
    return node
  }

  private static func text(_ bytes: UnsafeBufferPointer<UInt8>?) -> String {
    bytes.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
