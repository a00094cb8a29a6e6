internal import Diagnostics
internal import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

/// The product that rows become in which the same cells hold values: its nodes, and which value stands where.
///
/// It is keyed by the values found: a bit for each action of the plan and for each alternative, and for lists the parts that their
/// elements have. The steps by which a row becomes a product (which nodes are opened, with which keys, in which order values are
/// set) follow from these alone. So for a row with a known key the product is filled in as it stands, sealed. What the cells
/// hold, whether it can be read, and whether a condition holds for it, is looked at in every row, before there is a bit.
///
/// Not all plans can be read like this (see `RowReadingPlan.isRegular`), and not all rows: one whose lists hold more than
/// canonical texts is read step by step, and so is the first row of each kind.
final class RowTemplate {
  let product: ProductTemplate
  private let present: [UInt64]
  private let outline: [UInt8]

  init(_ row: borrowing FoundRow, _ product: ProductTemplate) {
    present = Array(UnsafeBufferPointer(start: row.present, count: row.words))
    outline = Array(UnsafeBufferPointer(start: row.outline, count: row.outlineCount))
    self.product = product
  }

  /// Whether it fits a row.
  @inline(__always) func fits(_ row: borrowing FoundRow) -> Bool {
    for i in 0..<row.words where present[i] != row.present[i] { return false }
    guard outline.count == row.outlineCount else { return false }
    return outline.withUnsafeBufferPointer { mine in
      mine.baseAddress.map { memcmp($0, row.outline, mine.count) == 0 } ?? true
    }
  }
}

extension RowReadingPlan {
  /// Whether what is found in a row tells which product it becomes: not with cells that hold several values in other ways than
  /// plain lists, nodes that take values from others, defaults that hang on other cells, and conditions on what no cell says.
  static func isRegular(_ plan: TablePlan, _ actions: [Action]) -> Bool {
    guard plan.kind == .product, plan.slots.allSatisfy({ $0.sets.isEmpty }) else { return false }
    var most = actions.count * 2 + plan.keys.count + plan.slots.count
    for action in actions {
      let field = plan.fields[Int(action.field)]
      switch action.operation {
      case .values, .composite: return false
      case .list:
        let list = plan.lists[field.index], detail = plan.details[Int(action.field)]
        guard list.isRegular, detail.prefix.isEmpty, detail.suffix.isEmpty else { return false }
        most += FoundRow.listRoom * (list.fixed.count + 1)
      case .value where action.hasDefault && field.isLazy: return false
      default: break
      }
    }
    guard most < ProductBatch.partLimit else { return false }
    for group in plan.groups {
      let path = group.condition.path, slot = plan.slots[group.slot]
      guard let attribute = path.attribute else { continue }
      let isKey =
        path.facet == .none
        && plan.keys[slot.selectors.lowerBound..<slot.implied.upperBound].contains { $0.attribute == attribute }
      let isConstant = actions.contains {
        ($0.operation == .constant || $0.operation == .check) && Int($0.slot) == group.slot
          && $0.attribute == attribute && $0.facet == path.facet
      }
      if isKey || isConstant { return false }
    }
    return true
  }

  /// For each group, the numbers of the values that its condition asks for.
  static func asked(_ plan: TablePlan, _ actions: [Action]) -> [[Int]] {
    plan.groups.map { group in
      actions.indices.flatMap { i -> [Int] in
        var fields: [(number: Int, field: TablePlan.Field)] = []
        let own = plan.fields[Int(actions[i].field)]
        if own.operation == .value || own.operation == .text { fields.append((i, own)) }
        if actions[i].alternative >= 0 {
          fields.append((actions.count + i, plan.fields[Int(actions[i].alternative)]))
        }
        return fields.filter {
          $0.field.slot == group.slot && $0.field.attribute == group.condition.path.attribute
            && $0.field.facet == group.condition.path.facet
        }.map(\.number)
      }
    }
  }

  /// Finds the values of a row and fills them into the template for them; false when the row is to be read step by step.
  func readByTemplate<Row: RowCells & ~Copyable>(
    _ row: borrowing Row, isPlain: Bool, in batch: inout ProductBatch, _ state: inout RowReadingState
  ) -> Bool {
    state.row.clear()
    for i in 0..<actions.count {
      let action = actions[i], cell = Int(action.cell)
      if action.step == .other {
        if !find(row, i, isPlain, &batch, &state) { return false }
        continue
      }
      guard cell < row.cellCount else { continue }
      var place = row.cell(cell)
      if place.length == 0, !action.hasDefault { continue }
      if !isPlain {
        guard let mended = text(row, action, false, &batch, &state) else { continue }
        place = mended
      }
      if action.step == .text {
        place = TextScan.trimmed(batch.unsafeArena, place.offset, place.length)
        if place.length == 0 { continue }
      } else {
        switch plan.codecs[Int(action.codec)].read(offset: place.offset, length: place.length, in: &batch) {
        case .value(let offset, let length): place = (offset, length)
        case .blank where !action.hasDefault: continue
        default:
          // Once more, for what there is to say about it.
          let origin = row.cellOrigin(cell)
          guard let found = value(action, place, nil, origin, true, isDefault: false, &batch, &state) else { continue }
          place = found
        }
      }
      state.row.set(i, place, row.cellOrigin(cell))
      state.isEmpty = false
    }
    guard let template = template(&batch, &state) else { return false }
    batch.fill(template.product, state.row.values, constants: state.constants)
    return true
  }

  /// Finds the value of one action; false when the row is to be read step by step.
  private func find<Row: RowCells & ~Copyable>(
    _ row: borrowing Row, _ number: Int, _ isPlain: Bool, _ batch: inout ProductBatch, _ state: inout RowReadingState
  ) -> Bool {
    let action = actions[number]
    if action.group >= 0, !holds(Int(action.group), batch, state) { return true }
    if action.operation == .check || action.operation == .constant && action.cell < 0 {
      state.row.set(number)
      return true
    }
    guard let place = text(row, action, isPlain, &batch, &state) else { return true }
    let origin = row.cellOrigin(Int(action.cell))
    if action.operation == .list {
      return findList(action, number, place, row.cell(Int(action.cell)), origin, &batch, &state)
    }
    if action.operation == .constant {
      if isConstant(action, place, origin, &batch, &state) { state.row.set(number) }
      return true
    }
    if action.alternative >= 0, let found = alternative(plan.fields[Int(action.alternative)], place, &batch) {
      state.row.set(actions.count + number, found, origin)
      state.isEmpty = false
      return true
    }
    if action.operation == .derived { return true }
    if let found = value(action, place, unit(row, action), origin, true, isDefault: false, &batch, &state) {
      state.row.set(number, found, origin)
      state.isEmpty = false
    }
    return true
  }

  /// Finds the values of a list; the place noted for the action itself is that of the whole text.
  @inline(__always) private func findList(
    _ action: Action, _ number: Int, _ place: (offset: Int, length: Int), _ cell: (offset: Int, length: Int),
    _ origin: Int, _ batch: inout ProductBatch, _ state: inout RowReadingState
  ) -> Bool {
    let text = TextScan.trimmed(batch.unsafeArena, place.offset, place.length)
    if text.length == 0 { return true }
    let list = plan.lists[plan.fields[Int(action.field)].index]
    if list.isNone(UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + text.offset, count: text.length)) {
      return true
    }
    let start = listOrigin(text.offset, in: cell, origin)
    guard list.find(text.offset, text.offset + text.length, origin: start, in: &batch, &state.row) else { return false }
    state.row.set(number, text, start)
    state.isEmpty = false
    return true
  }

  /// Whether the conditions of a group hold for what was found so far.
  private func holds(_ group: Int, _ batch: borrowing ProductBatch, _ state: borrowing RowReadingState) -> Bool {
    var at = group
    while at >= 0 {
      var value: UnsafeBufferPointer<UInt8>?
      for number in asked[at] where state.row.has(number) {
        let found = state.row.values[number]
        value = UnsafeBufferPointer(
          start: UnsafePointer(batch.unsafeArena) + Int(found.offset), count: Int(found.length))
      }
      if !plan.groups[at].condition.accepts(value) { return false }
      at = plan.groups[at].outer
    }
    return true
  }

  /// The template for a row; nil for the first row of its kind.
  private func template(_ batch: inout ProductBatch, _ state: inout RowReadingState) -> RowTemplate? {
    if let recent = state.templates.recent(), recent.fits(state.row) { return recent }
    let hash = state.row.hash
    for place in state.templates.places(hash) {
      guard let known = state.templates.value(place, hash), known.fits(state.row) else { continue }
      state.templates.found(known)
      return known
    }
    guard state.templates.admits(hash) else { return nil }
    let template = make(&batch, &state)
    state.templates.add(template, hash)
    return template
  }

  /// Builds the product of a row step by step, with the numbers of the values in their stead.
  private func make(_ batch: inout ProductBatch, _ state: inout RowReadingState) -> RowTemplate {
    close(&state)
    let constants = state.constants
    state.constants = ProductTemplate.constant
    var lists = (outline: 0, value: state.row.listValues)
    for i in actions.indices {
      if state.row.has(actions.count + i) {
        put(plan.fields[Int(actions[i].alternative)], actions.count + i, &batch, &state)
      } else if state.row.has(i) {
        switch actions[i].operation {
        case .constant, .check: setConstant(actions[i], &batch, &state)
        case .list: putList(i, &lists, &batch, &state)
        default: put(plan.fields[Int(actions[i].field)], i, &batch, &state)
        }
      }
    }
    state.constants = constants
    return RowTemplate(state.row, batch.takeTemplate())
  }

  private func put(
    _ field: TablePlan.Field, _ number: Int, _ batch: inout ProductBatch, _ state: inout RowReadingState
  ) {
    let node = node(field.slot, number + 1, &batch, &state)
    batch.set(field.attribute, field.facet, on: node, offset: number, length: 0, origin: number + 1)
  }

  /// Puts the elements of a list; `at` says where its outline and its values begin, and then where the next list's do.
  private func putList(
    _ action: Int, _ at: inout (outline: Int, value: Int), _ batch: inout ProductBatch, _ state: inout RowReadingState
  ) {
    let field = plan.fields[Int(actions[action].field)], list = plan.lists[field.index]
    let parent = node(plan.slots[field.slot].parent, action + 1, &batch, &state)
    while true {
      let parts = state.row.outline[at.outline]
      at.outline += 1
      if parts == 0 { return }
      let element = batch.addNode(list.elementKind, under: parent)
      // An element begins where its first value does.
      for value in list.fixed {
        batch.set(
          value.attribute, on: element, offset: state.constants + field.constantOffset + value.start,
          length: value.count, origin: at.value + 1)
      }
      for i in 0..<list.pattern.steps.count where parts >> UInt8(i) & 1 == 1 {
        let step = list.pattern.steps[i]
        batch.set(
          step.attribute, Facet.stored(step.facet), on: element, offset: at.value, length: 0, origin: at.value + 1)
        at.value += 1
      }
    }
  }
}
