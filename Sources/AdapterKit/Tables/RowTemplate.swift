internal import Diagnostics
internal import ProductModel
internal import Profiles

/// The product that rows become in which the same cells hold values: its nodes, and which value stands where.
///
/// It is keyed by the values found, a bit for each action of the plan and for each alternative: the steps by which a row
/// becomes a product (which nodes are opened, with which keys, in which order values are set) follow from these bits alone. So
/// for a row with known bits the product is filled in as it stands, sealed. What the cells hold, whether it can be read, and
/// whether a condition holds for it, is looked at in every row, before there is a bit.
///
/// Not all plans can be read like this; see `RowReadingPlan.isRegular`.
final class RowTemplate {
  let product: ProductTemplate
  private let present: [UInt64]

  init(_ row: borrowing FoundRow, _ product: ProductTemplate) {
    present = Array(UnsafeBufferPointer(start: row.present, count: row.words))
    self.product = product
  }

  /// Whether it fits a row.
  @inline(__always) func fits(_ row: borrowing FoundRow) -> Bool {
    for i in 0..<row.words where present[i] != row.present[i] { return false }
    return true
  }
}

/// The values found in a row, before there is a product. Raw memory, since every cell writes there.
struct FoundRow: ~Copyable {
  let values: UnsafeMutablePointer<FoundValue>
  /// A bit for every value that was found.
  let present: UnsafeMutablePointer<UInt64>
  /// How many words of bits there are.
  let words: Int

  init(count: Int) {
    words = max((count + 63) >> 6, 1)
    values = .allocate(capacity: words << 6)
    values.initialize(repeating: FoundValue(offset: 0, length: 0, origin: 0), count: words << 6)
    present = .allocate(capacity: words)
    present.initialize(repeating: 0, count: words)
  }

  deinit {
    values.deallocate()
    present.deallocate()
  }

  @inline(__always) func clear() { for i in 0..<words { present[i] = 0 } }

  @inline(__always) func has(_ number: Int) -> Bool { present[number >> 6] & (1 << UInt64(number & 63)) != 0 }

  @inline(__always) func set(_ number: Int) { present[number >> 6] |= 1 << UInt64(number & 63) }

  @inline(__always) func set(_ number: Int, _ place: (offset: Int, length: Int), _ origin: Int) {
    values[number] = FoundValue(offset: place.offset, length: place.length, origin: origin)
    set(number)
  }

  var hash: UInt64 {
    var hash = UInt64(words)
    for i in 0..<words { hash = BoundedCache<RowTemplate>.mixed(hash, present[i]) }
    return hash
  }
}

extension RowReadingPlan {
  /// Whether the bits of a row tell which product it becomes: not with cells that hold several values, nodes that take
  /// values from others, defaults that hang on other cells, and conditions on what no cell says.
  static func isRegular(_ plan: TablePlan, _ actions: [Action]) -> Bool {
    guard plan.kind == .product, actions.count * 2 + plan.keys.count + plan.slots.count < ProductBatch.partLimit,
      plan.slots.allSatisfy({ $0.sets.isEmpty })
    else { return false }
    for action in actions {
      switch action.operation {
      case .values, .composite, .list: return false
      case .value where action.hasDefault && plan.fields[Int(action.field)].isLazy: return false
      default: break
      }
    }
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

  /// Finds the values of a row and fills them into the template for them, which is made when there is none yet.
  func readByTemplate<Row: RowCells & ~Copyable>(
    _ row: borrowing Row, isPlain: Bool, in batch: inout ProductBatch, _ state: inout RowReadingState
  ) {
    state.row.clear()
    for i in 0..<actions.count {
      let action = actions[i], cell = Int(action.cell)
      if action.step == .other {
        find(row, i, isPlain, &batch, &state)
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
    batch.fill(template(&batch, &state).product, state.row.values, constants: state.constants)
  }

  /// Finds the value of one action.
  private func find<Row: RowCells & ~Copyable>(
    _ row: borrowing Row, _ number: Int, _ isPlain: Bool, _ batch: inout ProductBatch, _ state: inout RowReadingState
  ) {
    let action = actions[number]
    if action.group >= 0, !holds(Int(action.group), batch, state) { return }
    if action.operation == .check || action.operation == .constant && action.cell < 0 { return state.row.set(number) }
    guard let place = text(row, action, isPlain, &batch, &state) else { return }
    let origin = row.cellOrigin(Int(action.cell))
    if action.operation == .constant {
      if isConstant(action, place, origin, &batch, &state) { state.row.set(number) }
      return
    }
    if action.alternative >= 0, let found = alternative(plan.fields[Int(action.alternative)], place, &batch) {
      state.row.set(actions.count + number, found, origin)
      state.isEmpty = false
      return
    }
    if action.operation == .derived { return }
    if let found = value(action, place, unit(row, action), origin, true, isDefault: false, &batch, &state) {
      state.row.set(number, found, origin)
      state.isEmpty = false
    }
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

  private func template(_ batch: inout ProductBatch, _ state: inout RowReadingState) -> RowTemplate {
    if let last = state.templates.last, last.fits(state.row) { return last }
    let hash = state.row.hash
    for place in state.templates.places(hash) {
      guard let known = state.templates.value(place, hash), known.fits(state.row) else { continue }
      state.templates.found(known)
      return known
    }
    let template = make(&batch, &state)
    state.templates.add(template, hash)
    return template
  }

  /// Builds the product of a row step by step, with the numbers of the values in their stead.
  private func make(_ batch: inout ProductBatch, _ state: inout RowReadingState) -> RowTemplate {
    close(&state)
    let constants = state.constants
    state.constants = ProductTemplate.constant
    for i in actions.indices {
      if state.row.has(actions.count + i) {
        put(plan.fields[Int(actions[i].alternative)], actions.count + i, &batch, &state)
      } else if state.row.has(i) {
        if actions[i].operation == .constant || actions[i].operation == .check {
          setConstant(actions[i], &batch, &state)
        } else {
          put(plan.fields[Int(actions[i].field)], i, &batch, &state)
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
}
