public import Bytes
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
public struct RowWritingState: Sendable {
  /// The account of what was carried.
  public var coverage = Coverage()
  /// What was found about the product.
  public var findings: [WritingFinding] = []
  /// Whether one of the findings is an error.
  public internal(set) var isFaulted = false
  /// The running number of the product in the document, from 1; set by the caller.
  public var number = 1
  /// The node behind each slot; -1 when the product does not have it.
  var nodes: [Int32] = []
  /// Where the next value of each slot's node is looked for first.
  var cursors: [Int32] = []
  /// Whether a slot's keys were marked.
  var isMarked: [Bool] = []

  /// Makes an empty state.
  public init() {}
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
    if state.nodes.count != slots.count {
      state.nodes = Array(repeating: -1, count: slots.count)
      state.cursors = Array(repeating: 0, count: slots.count)
      state.isMarked = Array(repeating: false, count: slots.count)
    }
    for i in 0..<slots.count {
      state.isMarked[i] = false
      let node: Int
      if slots[i].parent < 0 {
        node = i == 0 ? start : 0
      } else if slots[i].isOrderOnly {
        node = -1
      } else if slots[i].each >= 0 {
        if slots[i].number == 0 { spread(slots[i].each, product, &state) }
        continue
      } else {
        node = find(i, product, state)
      }
      set(i, node, product, &state)
    }
    for i in 0..<fields.count where fields[i].operation == .check { check(i, product, &state) }
  }

  private func set(_ slot: Int, _ node: Int, _ product: NodeView, _ state: inout RowWritingState) {
    state.nodes[slot] = Int32(node)
    state.cursors[slot] = node < 0 ? 0 : Int32(product.node(at: node).entryRange.lowerBound)
  }

  /// The node behind a slot.
  private func find(_ slot: Int, _ product: NodeView, _ state: RowWritingState) -> Int {
    let parent = Int(state.nodes[slots[slot].parent])
    if parent < 0 { return -1 }
    let kind = slots[slot].kind
    var i = parent + 1, seen = 0
    let end = product.end(of: parent)
    search: while i < end {
      let node = product.node(at: i)
      if node.kind == kind {
        seen += 1
        if slots[slot].position > 0 {
          if seen == slots[slot].position { return i }
        } else {
          var isSame = true
          for k in 0..<slots[slot].keys.count where isSame {
            isSame = node.has(slots[slot].keys[k].attribute, slots[slot].keys[k].bytes)
          }
          if isSame { return i }
        }
      }
      i = product.end(of: i)
    }
    return -1
  }

  /// Gives the nodes of an `each:` rule their columns; nodes beyond the last column are losses.
  private func spread(_ each: Int, _ product: NodeView, _ state: inout RowWritingState) {
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

  // MARK: Cells

  /// The cell of a column.
  ///
  /// - Parameters:
  ///   - column: the column's number.
  ///   - product: the product's root view, the same as in `begin`.
  ///   - scratch: takes texts that are made; the caller empties it from time to time.
  ///   - state: takes findings, and the account of what was carried.
  @inline(__always) public func write(
    _ column: Int, of product: NodeView, scratch: inout ByteBuffer, _ state: inout RowWritingState
  ) -> WrittenCell {
    if columns[column].fields.count == 1, columns[column].unitFields.isEmpty {
      let number = columns[column].fields[0]
      let field = fields[number]
      if field.operation == .text, field.group < 0, field.occurrence == 0 {
        let node = Int(state.nodes[field.slot])
        if node >= 0 {
          let entry = find(field, node, product, &state)
          if entry >= 0, !details[number].limit.isLimited {
            carried(field.slot, entry, product, &state)
            return .entry(entry)
          }
        }
      }
    }
    return writeOther(column, product, &scratch, &state)
  }

  @inline(never) private func writeOther(
    _ column: Int, _ product: NodeView, _ scratch: inout ByteBuffer, _ state: inout RowWritingState
  ) -> WrittenCell {
    var missing = -1
    for f in 0..<columns[column].fields.count {
      let number = columns[column].fields[f]
      guard applies(fields[number], product, state) else { continue }
      let cell = write(number, column, product, &scratch, &state)
      if case .blank = cell {
        if missing < 0 { missing = number }
        continue
      }
      return limited(cell, number, column, product, scratch, &state)
    }
    for f in 0..<columns[column].unitFields.count {
      let cell = writeUnit(columns[column].unitFields[f], column, product, &scratch, &state)
      if case .blank = cell { continue }
      for other in columns[column].unitFields[(f + 1)...] { checkUnit(other, cell, column, product, &scratch, &state) }
      return cell
    }
    if missing >= 0 { require(missing, column, product, &state) }
    return .blank
  }

  /// Whether the conditions around a field hold, and the node it stands in is there.
  private func applies(_ field: Field, _ product: NodeView, _ state: RowWritingState) -> Bool {
    let scope = Int(state.nodes[field.scope])
    if scope < 0 { return false }
    var group = field.group
    while group >= 0 {
      let node = Int(state.nodes[groups[group].scope])
      if node < 0 || !groups[group].condition.holds(product.node(at: node)) { return false }
      group = groups[group].outer
    }
    return true
  }

  private func write(
    _ number: Int, _ column: Int, _ product: NodeView, _ scratch: inout ByteBuffer, _ state: inout RowWritingState
  ) -> WrittenCell {
    let field = fields[number]
    let start = scratch.count
    switch field.operation {
    case .text, .value:
      let node = Int(state.nodes[field.slot])
      if node >= 0 {
        let entry = find(field, node, product, &state)
        if entry >= 0 { return value(entry, codecs[field.index], number, column, product, &scratch, &state) }
      }
      for (path, codec) in details[number].fallbacks {
        if let entry = path.find(from: product.node(at: Int(state.nodes[field.scope]))) {
          return value(entry, codec, number, column, product, &scratch, &state)
        }
      }
      return .blank
    case .values:
      let node = Int(state.nodes[field.slot])
      if node < 0 { return .blank }
      for entry in product.node(at: node).entryRange
      where product.entry(entry).attribute == field.attribute && product.entry(entry).facet == field.facet.rawValue {
        if scratch.count > start { scratch.append(details[number].separator) }
        switch codecs[field.index].write(product.bytes(of: entry), into: &scratch) {
        case .exact: carried(field.slot, entry, product, &state)
        case .lossy(let reason):
          carried(field.slot, entry, product, &state)
          state.coverage.lose(entry, reason)
        case .fault(let finding): report(column, entry, finding, number, product, &state)
        }
      }
      return scratch.count > start ? .text(from: start, entry: -1) : .blank
    case .constant:
      let node = Int(state.nodes[field.slot])
      if field.hasTarget, node >= 0 {
        let entry = find(field, node, product, &state)
        if entry >= 0, isConstant(entry, field, product) { carried(field.slot, entry, product, &state) }
      }
      scratch.append(details[number].constantText)
      return details[number].constantText.isEmpty ? .blank : .text(from: start, entry: -1)
    case .derived:
      let node = product.node(at: Int(state.nodes[field.scope]))
      let outcome = derivations[field.index].write(
        node, number: state.number, into: &scratch, coverage: &state.coverage)
      return cell(outcome, start, column, product, &state)
    case .composite:
      let node = Int(state.nodes[field.slot])
      if node < 0 { return .blank }
      scratch.append(details[number].prefix)
      let outcome = patterns[field.index].write(product.node(at: node), into: &scratch, coverage: &state.coverage)
      if case .written = outcome {
        markKeys(field.slot, product, &state)
        scratch.append(details[number].suffix)
      } else {
        scratch.truncate(to: start)
      }
      return cell(outcome, start, column, product, &state)
    case .list:
      let parent = slots[field.slot].parent
      let node = Int(state.nodes[parent])
      if node < 0 { return .blank }
      scratch.append(details[number].prefix)
      let outcome = lists[field.index].write(product.node(at: node), into: &scratch, coverage: &state.coverage)
      if case .written = outcome {
        markKeys(parent, product, &state)
        scratch.append(details[number].suffix)
      } else {
        scratch.truncate(to: start)
      }
      return cell(outcome, start, column, product, &state)
    case .check: return .blank
    }
  }

  private func cell(
    _ outcome: PatternCodec.Writing, _ start: Int, _ column: Int, _ product: NodeView, _ state: inout RowWritingState
  ) -> WrittenCell {
    switch outcome {
    case .written: return .text(from: start, entry: -1)
    case .missing: return .blank
    case .fault(let part):
      report(column, -1, part.finding, part.path, part.value, &state)
      return .text(from: start, entry: -1)
    }
  }

  private func value(
    _ entry: Int, _ codec: borrowing ValueCodec, _ number: Int, _ column: Int, _ product: NodeView,
    _ scratch: inout ByteBuffer, _ state: inout RowWritingState
  ) -> WrittenCell {
    let slot = fields[number].slot
    if codec.currency != nil, !hasCurrency(entry, codec, number, column, product, &state) {
      return .text(from: scratch.count, entry: entry)
    }
    if codec.writesAsIs {
      carried(slot, entry, product, &state)
      return .entry(entry)
    }
    let start = scratch.count
    let outcome =
      codec.hasUnitPlace
      ? codec.writeAmount(product.bytes(of: entry), into: &scratch)
      : codec.write(product.bytes(of: entry), into: &scratch)
    switch outcome {
    case .exact: carried(slot, entry, product, &state)
    case .lossy(let reason):
      carried(slot, entry, product, &state)
      state.coverage.lose(entry, reason)
    case .fault(let finding): report(column, entry, finding, number, product, &state)
    }
    return .text(from: start, entry: entry)
  }

  /// An amount goes only where its own currency is meant.
  private func hasCurrency(
    _ entry: Int, _ codec: borrowing ValueCodec, _ number: Int, _ column: Int, _ product: NodeView,
    _ state: inout RowWritingState
  ) -> Bool {
    let node = product.node(at: Int(product.entry(entry).node))
    guard let wanted = codec.currency, let stated = node.find(.currency) else { return true }
    if node.has(.currency, wanted) {
      state.coverage.mark(stated)
      return true
    }
    let expected = String(decoding: wanted, as: UTF8.self), found = node.string(of: stated)
    report(
      column, stated,
      ConversionFinding(
        .moneyCurrency,
        .init(
          "The price is in \(found); the partner wants \(expected)", vi: "Giá bằng \(found); đối tác cần \(expected)")),
      number, product, &state)
    return false
  }

  private func writeUnit(
    _ number: Int, _ column: Int, _ product: NodeView, _ scratch: inout ByteBuffer, _ state: inout RowWritingState
  ) -> WrittenCell {
    let field = fields[number]
    guard applies(field, product, state) else { return .blank }
    let node = Int(state.nodes[field.slot])
    if node < 0 { return .blank }
    let entry = find(field, node, product, &state)
    if entry < 0 { return .blank }
    let start = scratch.count
    if case .fault(let finding) = codecs[field.index].writeUnit(product.bytes(of: entry), into: &scratch) {
      // The amount's column has said the same.
      if columns[column].fields.isEmpty, field.column < 0 { report(column, entry, finding, number, product, &state) }
    }
    return scratch.count > start ? .text(from: start, entry: entry) : .blank
  }

  /// Several amounts share one unit column, so all must have the same unit.
  private func checkUnit(
    _ number: Int, _ first: WrittenCell, _ column: Int, _ product: NodeView, _ scratch: inout ByteBuffer,
    _ state: inout RowWritingState
  ) {
    guard case .text(let from, _) = first else { return }
    let end = scratch.count
    guard case .text(let other, let entry) = writeUnit(number, column, product, &scratch, &state) else { return }
    let bytes = scratch.bytes
    let isSame = bytes[from..<end].elementsEqual(bytes[other...])
    let unit = String(decoding: bytes[from..<end], as: UTF8.self)
    scratch.truncate(to: end)
    if isSame { return }
    report(
      column, entry,
      ConversionFinding(
        .unitConversion,
        .init(
          "The measures that share the column “\(columns[column].names[0])” have different units; the first is in \(unit)",
          vi: "Các số đo dùng chung cột “\(columns[column].names[0])” có đơn vị khác nhau; số đo đầu là \(unit)")),
      number, product, &state)
  }

  // MARK: Requirements and lengths

  private func require(_ number: Int, _ column: Int, _ product: NodeView, _ state: inout RowWritingState) {
    let rule = details[number].rule
    guard rule.requirement == .required || rule.requirement == .recommended else { return }
    let field = fields[number]
    // A repeated column of which only some nodes exist is not missing anything.
    if let condition = details[number].requiredWhen, !condition.holds(product.node(at: Int(state.nodes[field.scope]))) {
      return
    }
    let name = columns[column].names[0]
    let finding =
      rule.requirement == .required
      ? ConversionFinding(
        .requiredMissing,
        .init("“\(name)” is missing; the partner requires it", vi: "Thiếu “\(name)”; đối tác bắt buộc phải có"))
      : ConversionFinding(
        .recommendedMissing,
        .init("“\(name)” is missing; the partner recommends it", vi: "Thiếu “\(name)”; đối tác khuyến nghị nên có"))
    report(column, -1, finding, path(of: field), nil, &state)
  }

  private func limited(
    _ cell: WrittenCell, _ number: Int, _ column: Int, _ product: NodeView, _ scratch: borrowing ByteBuffer,
    _ state: inout RowWritingState
  ) -> WrittenCell {
    guard details[number].limit.isLimited else { return cell }
    switch cell {
    case .blank: break
    case .entry(let entry):
      let span = product.bytes(of: entry)
      if let finding = span.withUnsafeBufferPointer({ details[number].limit.check($0) }) {
        report(column, entry, finding, number, product, &state)
      }
    case .text(let from, let entry):
      if let finding = details[number].limit.check(UnsafeBufferPointer(rebasing: scratch.bytes[from...])) {
        report(column, entry, finding, path(of: fields[number]), nil, &state)
      }
    }
    return cell
  }

  /// A value that stands nowhere must be what the profile says.
  private func check(_ number: Int, _ product: NodeView, _ state: inout RowWritingState) {
    let field = fields[number]
    guard field.hasTarget, field.constantOffset >= 0, applies(field, product, state) else { return }
    let node = Int(state.nodes[field.slot])
    if node < 0 { return }
    let entry = find(field, node, product, &state)
    if entry < 0 { return }
    if isConstant(entry, field, product) { return carried(field.slot, entry, product, &state) }
    let expected = String(decoding: details[number].constantText, as: UTF8.self)
    let found = DiagnosticMessages.short(product.string(of: entry))
    report(
      -1, entry,
      ConversionFinding(
        .constMismatch,
        .init(
          "“\(found)” instead of “\(expected)”: not a product for this profile",
          vi: "“\(found)” thay vì “\(expected)”: sản phẩm không thuộc hồ sơ này")),
      number, product, &state)
  }

  private func isConstant(_ entry: Int, _ field: Field, _ product: NodeView) -> Bool {
    let value = product.bytes(of: entry)
    guard value.count == field.constantLength else { return false }
    for i in 0..<value.count where value[i] != constants[field.constantOffset + i] { return false }
    return true
  }

  // MARK: Helpers

  /// The entry of a field on a node, or -1. The search starts after the last hit: rows ask in stored order.
  @inline(__always) private func find(
    _ field: Field, _ node: Int, _ product: NodeView, _ state: inout RowWritingState
  ) -> Int {
    let range = product.node(at: node).entryRange
    if field.occurrence > 0 { return nth(field, range, product) }
    let facet = field.facet.rawValue
    var i = Int(state.cursors[field.slot])
    while i < range.upperBound {
      let entry = product.entry(i)
      if entry.attribute == field.attribute, entry.facet == facet {
        // The first value of several: an earlier one lies before the cursor.
        if let first = earlier(i, field, range.lowerBound, product, state) { return first }
        state.cursors[field.slot] = Int32(i + 1)
        return i
      }
      i += 1
    }
    i = range.lowerBound
    let end = Int(state.cursors[field.slot])
    while i < end {
      let entry = product.entry(i)
      if entry.attribute == field.attribute, entry.facet == facet {
        state.cursors[field.slot] = Int32(i + 1)
        return i
      }
      i += 1
    }
    return -1
  }

  /// The first value of an attribute that may have several, when it lies before the cursor.
  @inline(__always) private func earlier(
    _ entry: Int, _ field: Field, _ lower: Int, _ product: NodeView, _ state: RowWritingState
  ) -> Int? {
    guard field.isMany else { return nil }
    for i in lower..<entry {
      let other = product.entry(i)
      if other.attribute == field.attribute, other.facet == field.facet.rawValue { return i }
    }
    return nil
  }

  private func nth(_ field: Field, _ range: Range<Int>, _ product: NodeView) -> Int {
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
  @inline(__always) private func carried(
    _ slot: Int, _ entry: Int, _ product: NodeView, _ state: inout RowWritingState
  ) {
    state.coverage.mark(entry)
    if !state.isMarked[slot] { markKeys(slot, product, &state) }
  }

  /// Marks what the columns' names say: the keys by which a node and those above it were selected.
  @inline(never) private func markKeys(_ slot: Int, _ product: NodeView, _ state: inout RowWritingState) {
    var at = slot
    while at >= 0, !state.isMarked[at] {
      state.isMarked[at] = true
      let node = Int(state.nodes[at])
      if node >= 0 {
        let view = product.node(at: node)
        for k in 0..<slots[at].keys.count { state.coverage.mark(slots[at].keys[k].attribute, of: view) }
        for k in 0..<slots[at].implied.count where view.has(slots[at].implied[k].attribute, slots[at].implied[k].bytes)
        {
          state.coverage.mark(slots[at].implied[k].attribute, of: view)
        }
        for k in 0..<slots[at].sets.count { state.coverage.mark(slots[at].sets[k].attribute, of: view) }
      }
      at = slots[at].parent
    }
  }

  private func report(
    _ column: Int, _ entry: Int, _ finding: ConversionFinding, _ number: Int, _ product: NodeView,
    _ state: inout RowWritingState
  ) {
    report(column, entry, finding, path(of: fields[number]), entry < 0 ? nil : product.string(of: entry), &state)
  }

  private func report(
    _ column: Int, _ entry: Int, _ finding: ConversionFinding, _ path: ModelPath?, _ value: String?,
    _ state: inout RowWritingState
  ) {
    state.findings.append(WritingFinding(column: column, entry: entry, finding: finding, path: path, value: value))
    if finding.code.severity >= .error { state.isFaulted = true }
  }
}
