internal import Diagnostics
public import Documents
public import ProductModel
internal import Profiles

/// A row of cells whose texts lie in a batch's arena.
public protocol RowCells: ~Copyable {
  /// How many cells the row has.
  var cellCount: Int { get }
  /// Where a cell's text lies in the arena.
  func cell(_ index: Int) -> (offset: Int, length: Int)
  /// A cell's origin: for text its distance from the row's start, for a workbook whatever its reader resolves.
  func cellOrigin(_ index: Int) -> Int
}

extension DelimitedTokenizer: RowCells {
  /// How many fields the row has.
  @inline(__always) public var cellCount: Int { fieldCount }
  /// Where a field lies.
  @inline(__always) public func cell(_ index: Int) -> (offset: Int, length: Int) { field(index) }
  /// A field's distance from the row's start.
  @inline(__always) public func cellOrigin(_ index: Int) -> Int { Int(origin(index)) }
}

/// A finding in one cell of a row.
public struct CellFinding: Sendable {
  /// The cell's number in the row.
  public var cell: Int
  /// The column in the plan, or -1.
  public var column: Int
  /// The cell's origin, pointing at the offending byte where that is known.
  public var origin: Int
  /// What is wrong.
  public var finding: ConversionFinding
  /// The attribute.
  public var path: ModelPath?
  /// The cell's text.
  public var value: String?
}

/// What reading rows needs beside the plan; reused from row to row.
public struct RowReadingState: ~Copyable {
  /// What was found in the last row.
  public var findings: [CellFinding] = []
  /// Whether the last row set any value.
  public internal(set) var isEmpty = true
  /// The number of the node behind each slot; -1 while it is not open.
  var numbers: [Int32] = []
  var opened: [Int] = []
  /// Where the plan's constants stand in the batch.
  var constants = 0
  var parts: [PartFinding] = []
  /// For rows that are read by templates.
  var row: FoundRow
  var templates = BoundedCache<RowTemplate>()

  /// Makes a state for a plan.
  public init(_ plan: borrowing RowReadingPlan) {
    let lists = plan.actions.count { $0.operation == .list }
    row = FoundRow(count: plan.actions.count * 2, lists: plan.isRegular ? lists : 0)
    numbers = Array(repeating: -1, count: plan.plan.slots.count)
  }
}

/// A plan for reading rows in which each column's cell is known.
public struct RowReadingPlan: Sendable {
  /// The columns.
  public let plan: TablePlan
  /// The cell of every column; -1 when the table does not have it.
  public let cells: [Int]
  let actions: [Action]
  /// Whether rows are read by templates; see `RowTemplate`.
  let isRegular: Bool
  /// For each group, the numbers of the values that its condition asks for, first the ones read first.
  let asked: [[Int]]

  /// How much there is to a value.
  enum Step: UInt8, Sendable {
    /// The text as it stands.
    case text
    /// The text by a codec.
    case value
    /// Conditions, alternatives, a unit in another cell, or no value at all.
    case other
  }

  struct Action: Sendable {
    var operation: TablePlan.Operation
    var attribute: Attribute
    var facet: Facet
    var cell: Int32
    var unitCell: Int32
    var slot: Int32
    var field: Int32
    var group: Int32
    var codec: Int32
    /// Whether a blank stands for something.
    var hasDefault: Bool
    /// The field that some texts of the cell belong to; -1 for none.
    var alternative: Int32
    var step: Step
  }

  /// Makes a plan.
  ///
  /// - Parameter cells: for every column of the plan the number of its cell, or -1.
  public init(_ plan: TablePlan, cells: [Int]) {
    self.plan = plan
    self.cells = cells
    var actions: [Action] = []
    for i in plan.readingOrder {
      let field = plan.fields[i]
      if field.isAlternative || (field.operation == .derived && field.alternative < 0) { continue }
      if field.operation == .check, !(field.hasTarget && field.constantOffset >= 0) { continue }
      let cell = field.column < 0 ? -1 : cells[field.column]
      if field.column >= 0, cell < 0, !(field.operation == .constant && field.hasTarget) { continue }
      if !field.hasTarget, field.operation == .value || field.operation == .text { continue }
      let isSimple = field.group < 0 && field.unitColumn < 0 && field.alternative < 0
      let step: Step =
        switch field.operation {
        case .text where isSimple: .text
        case .value where isSimple: .value
        default: .other
        }
      actions.append(
        Action(
          operation: field.operation, attribute: field.attribute, facet: field.facet, cell: Int32(cell),
          unitCell: Int32(field.unitColumn < 0 ? -1 : cells[field.unitColumn]), slot: Int32(field.slot),
          field: Int32(i), group: Int32(field.group), codec: Int32(field.index), hasDefault: field.constantOffset >= 0,
          alternative: Int32(field.alternative), step: step))
    }
    self.actions = actions
    asked = Self.asked(plan, actions)
    isRegular = Self.isRegular(plan, actions)
  }

  /// Prepares a batch: the plan's constants go to its arena. Call once for every batch before its first row.
  public func begin(_ batch: inout ProductBatch, _ state: inout RowReadingState) {
    state.constants = plan.constants.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.map { batch.append($0, count: bytes.count) } ?? batch.byteCount
    }
  }

  /// Reads a row into the product being built, in which nothing has been set yet.
  ///
  /// - Parameters:
  ///   - row: the cells.
  ///   - isPlain: whether all cells are known to be plain text (`TextScan.isPlain`); else each is looked at.
  ///   - batch: the batch with the open product.
  ///   - state: takes the findings; a finding of severity error faults the record.
  public func read<Row: RowCells & ~Copyable>(
    _ row: borrowing Row, isPlain: Bool, in batch: inout ProductBatch, _ state: inout RowReadingState
  ) {
    if !state.findings.isEmpty { state.findings.removeAll(keepingCapacity: true) }
    state.isEmpty = true
    if isRegular {
      if readByTemplate(row, isPlain: isPlain, in: &batch, &state) { return }
      state.findings.removeAll(keepingCapacity: true)
      state.isEmpty = true
    }
    close(&state)
    for i in 0..<actions.count { read(row, i, isPlain, &batch, &state) }
  }

  /// Forgets the nodes of the row before.
  func close(_ state: inout RowReadingState) {
    for i in 0..<state.opened.count { state.numbers[state.opened[i]] = -1 }
    state.opened.removeAll(keepingCapacity: true)
    state.numbers[0] = 0
    if plan.kind != .product { state.numbers[1] = 0 }
  }

  /// The text of an action's cell: where it lies, mended when it is not plain; nil when there is no such cell or no text.
  @inline(__always) func text<Row: RowCells & ~Copyable>(
    _ row: borrowing Row, _ action: Action, _ isPlain: Bool, _ batch: inout ProductBatch,
    _ state: inout RowReadingState
  ) -> (offset: Int, length: Int)? {
    let cell = Int(action.cell)
    guard cell < row.cellCount else { return nil }
    let place = row.cell(cell)
    return isPlain || place.length == 0 ? place : mend(row, action, place, in: &batch, &state)
  }

  /// The text of the cell that holds an action's unit; nil when it is blank.
  @inline(__always) func unit<Row: RowCells & ~Copyable>(
    _ row: borrowing Row, _ action: Action
  ) -> (offset: Int, length: Int)? {
    guard action.unitCell >= 0, Int(action.unitCell) < row.cellCount else { return nil }
    let place = row.cell(Int(action.unitCell))
    return place.length > 0 ? place : nil
  }

  // MARK: Everything that is not plain text

  private func read<Row: RowCells & ~Copyable>(
    _ row: borrowing Row, _ number: Int, _ isPlain: Bool, _ batch: inout ProductBatch, _ state: inout RowReadingState
  ) {
    let action = actions[number]
    if action.group >= 0, !holds(Int(action.group), batch, state) { return }
    let index = Int(action.field), cell = Int(action.cell)
    if action.operation == .check || (action.operation == .constant && cell < 0) {
      return setConstant(action, &batch, &state)
    }
    guard var place = text(row, action, isPlain, &batch, &state) else { return }
    let origin = row.cellOrigin(cell)
    switch action.operation {
    case .text:
      place = TextScan.trimmed(batch.unsafeArena, place.offset, place.length)
      if place.length > 0 { set(action, place, origin, &batch, &state) }
    case .value:
      if action.alternative >= 0, readAlternative(Int(action.alternative), place, origin, &batch, &state) { return }
      let isOpen = state.numbers[Int(action.slot)] >= 0
      if let found = value(action, place, unit(row, action), origin, isOpen, isDefault: false, &batch, &state) {
        set(action, found, origin, &batch, &state)
      }
    case .values: values(action, place, origin, &batch, &state)
    case .constant: if isConstant(action, place, origin, &batch, &state) { setConstant(action, &batch, &state) }
    case .composite, .list:
      place = TextScan.trimmed(batch.unsafeArena, place.offset, place.length)
      if place.length == 0 { return }
      let start = listOrigin(place.offset, in: row.cell(cell), origin)
      strip(&place, plan.details[index].prefix, plan.details[index].suffix, batch)
      parts(action, cell, place, start, &batch, &state)
    case .derived:
      if action.alternative >= 0 { _ = readAlternative(Int(action.alternative), place, origin, &batch, &state) }
    case .check: return
    }
  }

  /// The origin of a text at a place in a cell, of which blanks may have been cut; the cell's own for a mended text, which lies
  /// elsewhere.
  @inline(__always) func listOrigin(_ place: Int, in cell: (offset: Int, length: Int), _ origin: Int) -> Int {
    let shift = place - cell.offset
    return shift < 0 || shift > cell.length ? origin : origin + shift
  }

  private func set(
    _ action: Action, _ place: (offset: Int, length: Int), _ origin: Int, _ batch: inout ProductBatch,
    _ state: inout RowReadingState
  ) {
    let node = node(Int(action.slot), origin, &batch, &state)
    batch.set(action.attribute, action.facet, on: node, offset: place.offset, length: place.length, origin: origin)
    state.isEmpty = false
  }

  /// Whether a cell that holds a constant is blank or holds that.
  func isConstant(
    _ action: Action, _ place: (offset: Int, length: Int), _ origin: Int, _ batch: inout ProductBatch,
    _ state: inout RowReadingState
  ) -> Bool {
    let place = TextScan.trimmed(batch.unsafeArena, place.offset, place.length)
    let text = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + place.offset, count: place.length)
    let constant = plan.details[Int(action.field)].constantText
    if place.length == 0 || text.elementsEqual(constant) { return true }
    let expected = String(decoding: constant, as: UTF8.self)
    report(
      action, Int(action.cell), origin,
      ConversionFinding(
        .constMismatch,
        .init(
          "“\(ValueCodec.string(text))” stands where “\(expected)” must stand",
          vi: "“\(ValueCodec.string(text))” ở chỗ phải là “\(expected)”")),
      String(decoding: text, as: UTF8.self), &state)
    return false
  }

  /// Reads a text with the codec of an action; where its value lies, or nil when there is none.
  ///
  /// - Parameter isOpen: whether the value's node is there already, which a lazy default asks.
  func value(
    _ action: Action, _ place: (offset: Int, length: Int), _ unit: (offset: Int, length: Int)?, _ origin: Int,
    _ isOpen: Bool, isDefault: Bool, _ batch: inout ProductBatch, _ state: inout RowReadingState
  ) -> (offset: Int, length: Int)? {
    switch plan.codecs[Int(action.codec)].read(offset: place.offset, length: place.length, unit: unit, in: &batch) {
    case .value(let offset, let length): return (offset, length)
    case .warned(let offset, let length, let finding):
      report(action, Int(action.cell), origin, finding, text(place, batch), &state)
      return (offset, length)
    case .blank:
      guard !isDefault, action.hasDefault else { return nil }
      let info = plan.fields[Int(action.field)]
      if info.isLazy, !isOpen { return nil }
      return value(
        action, (state.constants + info.constantOffset, info.constantLength), nil, origin, isOpen, isDefault: true,
        &batch, &state)
    case .fault(let finding):
      report(action, Int(action.cell), origin, finding, text(place, batch), &state)
      return nil
    }
  }

  /// Whether a cell holds one of the texts that stand for another attribute, which then is set.
  private func readAlternative(
    _ number: Int, _ place: (offset: Int, length: Int), _ origin: Int, _ batch: inout ProductBatch,
    _ state: inout RowReadingState
  ) -> Bool {
    let field = plan.fields[number]
    guard let found = alternative(field, place, &batch) else { return false }
    let node = node(field.slot, origin, &batch, &state)
    batch.set(field.attribute, field.facet, on: node, offset: found.offset, length: found.length, origin: origin)
    state.isEmpty = false
    return true
  }

  /// The value of another attribute that a text stands for, or nil.
  func alternative(
    _ field: TablePlan.Field, _ place: (offset: Int, length: Int), _ batch: inout ProductBatch
  ) -> (offset: Int, length: Int)? {
    let place = TextScan.trimmed(batch.unsafeArena, place.offset, place.length)
    return place.length == 0 ? nil : plan.codecs[field.index].readKnownCode(place.offset, place.length, &batch)
  }

  /// Several values in one cell.
  private func values(
    _ action: Action, _ place: (offset: Int, length: Int), _ origin: Int, _ batch: inout ProductBatch,
    _ state: inout RowReadingState
  ) {
    let separator = plan.details[Int(action.field)].separator
    var at = place.offset
    let end = place.offset + place.length
    while at <= end {
      let bytes = UnsafePointer(batch.unsafeArena)
      var stop = at
      search: while stop < end {
        if stop + separator.count <= end {
          var k = 0
          while k < separator.count, bytes[stop + k] == separator[k] { k += 1 }
          if k == separator.count { break search }
        }
        stop += 1
      }
      let from = origin + (at - place.offset)
      if let found = value(action, (at, stop - at), nil, from, true, isDefault: true, &batch, &state) {
        set(action, found, from, &batch, &state)
      }
      at = stop + separator.count
    }
  }

  private func parts(
    _ action: Action, _ cell: Int, _ place: (offset: Int, length: Int), _ origin: Int, _ batch: inout ProductBatch,
    _ state: inout RowReadingState
  ) {
    let field = plan.fields[Int(action.field)]
    state.parts.removeAll(keepingCapacity: true)
    let before = batch.openNodeCount
    if field.operation == .composite {
      let node = node(field.slot, origin, &batch, &state)
      if plan.patterns[field.index].read(
        offset: place.offset, length: place.length, origin: origin, on: node, in: &batch, findings: &state.parts)
      {
        state.isEmpty = false
      }
    } else {
      // The parent is opened by the first element; a list that says “none” opens nothing.
      let parent = plan.slots[field.slot].parent
      guard plan.lists[field.index].hasElements(offset: place.offset, length: place.length, in: batch) else { return }
      let node = node(parent, origin, &batch, &state)
      plan.lists[field.index].read(
        offset: place.offset, length: place.length, origin: origin, on: node, in: &batch, findings: &state.parts)
      if batch.openNodeCount > before { state.isEmpty = false }
    }
    for part in state.parts {
      state.findings.append(
        CellFinding(
          cell: cell, column: field.column, origin: origin, finding: part.finding, path: part.path, value: part.value))
    }
  }

  /// The node behind a slot, opened when it is not yet.
  @inline(__always) func node(
    _ slot: Int, _ origin: Int, _ batch: inout ProductBatch, _ state: inout RowReadingState
  ) -> Int {
    let known = state.numbers[slot]
    return known >= 0 ? Int(known) : open(slot, origin, &batch, &state)
  }

  @inline(never) private func open(
    _ slot: Int, _ origin: Int, _ batch: inout ProductBatch, _ state: inout RowReadingState
  ) -> Int {
    let parent = node(plan.slots[slot].parent, origin, &batch, &state)
    let number = batch.addNode(plan.slots[slot].kind, under: parent)
    state.numbers[slot] = Int32(number)
    state.opened.append(slot)
    // Selectors and implied values stand side by side.
    for i in plan.slots[slot].selectors.lowerBound..<plan.slots[slot].implied.upperBound {
      let key = plan.keys[i]
      batch.set(key.attribute, on: number, offset: state.constants + key.offset, length: key.length, origin: origin)
    }
    for i in plan.slots[slot].sets { plan.sets[i].apply(to: number, enclosing: parent, in: &batch, origin: origin) }
    return number
  }

  func setConstant(_ action: Action, _ batch: inout ProductBatch, _ state: inout RowReadingState) {
    let field = plan.fields[Int(action.field)]
    guard field.hasTarget, field.constantOffset >= 0 else { return }
    // A constant alone is no reason for a node below the product.
    let number = state.numbers[field.slot]
    guard number >= 0 else { return }
    batch.set(
      field.attribute, field.facet, on: Int(number), offset: state.constants + field.constantOffset,
      length: field.constantLength, origin: 0)
  }

  /// Whether the conditions of a group hold for what was read so far.
  private func holds(_ group: Int, _ batch: borrowing ProductBatch, _ state: borrowing RowReadingState) -> Bool {
    var at = group
    while at >= 0 {
      let plan = self.plan.groups[at]
      let node = state.numbers[plan.slot]
      var value: UnsafeBufferPointer<UInt8>?
      if node >= 0, let attribute = plan.condition.path.attribute {
        value = batch.openValue(attribute, plan.condition.path.facet, on: Int(node))
      }
      if !plan.condition.accepts(value) { return false }
      at = plan.outer
    }
    return true
  }

  /// Looks at a cell of a row that is not plain; nil when it is no text.
  private func mend<Row: RowCells & ~Copyable>(
    _ row: borrowing Row, _ action: Action, _ place: (offset: Int, length: Int), in batch: inout ProductBatch,
    _ state: inout RowReadingState
  ) -> (offset: Int, length: Int)? {
    let cell = Int(action.cell)
    let type =
      plan.fields[Int(action.field)].index >= 0
      ? Model.declaration(plan.slots[Int(action.slot)].kind, action.attribute)?.type : nil
    let allowsLines = type == nil || type == .text || action.operation == .list || action.operation == .composite
    switch TextScan.check(offset: place.offset, length: place.length, allowsLines: allowsLines, in: &batch) {
    case .clean(let offset, let length): return (offset, length)
    case .changed(let offset, let length, let finding):
      report(action, cell, row.cellOrigin(cell), finding, text((offset, length), batch), &state)
      return (offset, length)
    case .invalid(let at, let finding):
      report(action, cell, row.cellOrigin(cell) + at, finding, text(place, batch), &state)
      return nil
    }
  }

  private func strip(
    _ place: inout (offset: Int, length: Int), _ prefix: [UInt8], _ suffix: [UInt8], _ batch: borrowing ProductBatch
  ) {
    let bytes = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + place.offset, count: place.length)
    if !prefix.isEmpty, bytes.starts(with: prefix) {
      place = (place.offset + prefix.count, place.length - prefix.count)
    }
    if !suffix.isEmpty, place.length >= suffix.count, bytes.suffix(suffix.count).elementsEqual(suffix) {
      place.length -= suffix.count
    }
  }

  private func text(_ place: (offset: Int, length: Int), _ batch: borrowing ProductBatch) -> String {
    String(
      decoding: UnsafeBufferPointer(
        start: UnsafePointer(batch.unsafeArena) + place.offset, count: min(place.length, 400)),
      as: UTF8.self)
  }

  private func report(
    _ action: Action, _ cell: Int, _ origin: Int, _ finding: ConversionFinding, _ value: String?,
    _ state: inout RowReadingState
  ) {
    let field = plan.fields[Int(action.field)]
    state.findings.append(
      CellFinding(
        cell: cell, column: field.column, origin: origin, finding: finding, path: plan.path(of: field), value: value))
  }
}

extension TablePlan {
  /// The path of a field from the product, for messages.
  func path(of field: Field) -> ModelPath? {
    guard field.hasTarget else { return nil }
    var steps: [ModelPath.Step] = []
    var at = field.slot
    while at >= 0, slots[at].kind != .product {
      let slot = slots[at]
      var selector = ModelPath.Selector.first
      if slot.each >= 0 {
        selector = .position(slot.number + 1)
      } else if slot.position > 0 {
        selector = .position(slot.position)
      } else if !slot.selectors.isEmpty {
        selector = .keys(
          keys[slot.selectors].map { key in
            let bytes = constants[key.offset..<key.offset + key.length]
            return .init(attribute: key.attribute, value: String(decoding: bytes, as: UTF8.self))
          })
      }
      steps.append(ModelPath.Step(kind: slot.kind, selector: selector))
      at = slot.parent
    }
    return ModelPath(steps: steps.reversed(), attribute: field.attribute, facet: field.facet)
  }
}
