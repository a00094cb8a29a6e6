public import Bytes
internal import Diagnostics
public import ProductModel
internal import Profiles

// One cell after the other: values, constants, patterns, lists, units.
extension TablePlan {
  /// The cell of a column.
  ///
  /// - Parameters:
  ///   - column: the column's number.
  ///   - product: the product's root view, the same as in `begin`.
  ///   - memory: the same product.
  ///   - scratch: takes texts that are made; the caller empties it from time to time.
  ///   - state: takes findings, and the account of what was carried.
  @inline(__always) public func write(
    _ column: Int, of product: NodeView, _ memory: ProductMemory, scratch: inout ByteBuffer,
    _ state: inout RowWritingState
  ) -> WrittenCell {
    let cell = state.cells[column]
    let entry = Int(cell.entry)
    switch cell.kind {
    case .blank: return .blank
    case .plain: return .entry(entry)
    case .limited:
      let isFit = product.bytes(of: entry).withUnsafeBufferPointer { details[Int(cell.field)].limit.check($0) == nil }
      return isFit ? .entry(entry) : writeOther(column, product, &scratch, &state)
    case .converted:
      let value = memory.entries[entry]
      if let part = parts[fields[Int(cell.field)].index].part(of: memory.bytes + Int(value.offset), Int(value.length)) {
        return .slice(offset: Int(value.offset) &+ part.start, count: part.count, entry: entry)
      }
      return convert(cell, column, product, &scratch, &state)
    case .amount, .unit: return convert(cell, column, product, &scratch, &state)
    case .list: return join(cell, column, product, memory, &scratch, &state)
    case .other: return writeOther(column, product, &scratch, &state)
    }
  }

  /// Writes a value that the shape has found. Its entry and the keys of its node are accounted for already; a value that
  /// cannot be written faults the product, whose account then does not count.
  @inline(never) private func convert(
    _ cell: RowShape.Cell, _ column: Int, _ product: NodeView, _ scratch: inout ByteBuffer,
    _ state: inout RowWritingState
  ) -> WrittenCell {
    let start = scratch.count, entry = Int(cell.entry), field = Int(cell.field), codec = fields[field].index
    if cell.kind == .unit {
      writeUnit(entry, field, column, product, &scratch, &state)
      return scratch.count > start ? .text(from: start, entry: entry) : .blank
    }
    let value = product.bytes(of: entry)
    switch cell.kind == .amount
      ? codecs[codec].writeAmount(value, into: &scratch) : codecs[codec].write(value, into: &scratch)
    {
    case .exact: break
    case .lossy(let reason): state.coverage.lose(entry, reason)
    case .fault(let finding): report(column, entry, finding, field, product, &state)
    }
    return .text(from: start, entry: entry)
  }

  /// Writes the values of a list with what stands between them; all of them are accounted for already. Where they stand side by
  /// side in the arena, with these bytes between them, nothing is copied.
  private func join(
    _ cell: RowShape.Cell, _ column: Int, _ product: NodeView, _ memory: ProductMemory, _ scratch: inout ByteBuffer,
    _ state: inout RowWritingState
  ) -> WrittenCell {
    guard let joints = state.joints else { return writeOther(column, product, &scratch, &state) }
    let start = scratch.count
    var text = JoinedText(memory.bytes)
    var i = Int(cell.entry)
    let end = i &+ Int(cell.joints)
    text.begin(memory.entries[Int(joints[i].entry)])
    i &+= 1
    while i < end {
      text.append(joints[i].before, memory.entries[Int(joints[i].entry)], &scratch)
      i &+= 1
    }
    let list = fields[Int(cell.field)].index
    if scratch.count == start {
      let whole = text.rest
      if lists[list].hasOwnSeparators(memory.bytes + whole.offset, whole.count, Int(cell.elements)) {
        return .slice(offset: whole.offset, count: whole.count, entry: -1)
      }
    } else {
      text.finish(&scratch)
      let written = UnsafeBufferPointer(rebasing: scratch.bytes[start...])
      if let bytes = written.baseAddress, lists[list].hasOwnSeparators(bytes, written.count, Int(cell.elements)) {
        return .text(from: start, entry: -1)
      }
    }
    // A value holds a separator: what that means is found out element by element.
    scratch.truncate(to: start)
    return writeOther(column, product, &scratch, &state)
  }

  @inline(never) func writeOther(
    _ column: Int, _ product: NodeView, _ scratch: inout ByteBuffer, _ state: inout RowWritingState
  ) -> WrittenCell {
    var missing = -1
    for f in 0..<columns[column].fields.count {
      let number = columns[column].fields[f]
      guard applies(fields[number], product, state) else { continue }
      let cell = write(number, column, product, &scratch, &state)
      if case .blank = cell {
        if missing < 0, !fields[number].isAlternative { missing = number }
        continue
      }
      return limited(cell, number, column, product, &scratch, &state)
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
  func applies(_ field: Field, _ product: NodeView, _ state: borrowing RowWritingState) -> Bool {
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

  func write(
    _ number: Int, _ column: Int, _ product: NodeView, _ scratch: inout ByteBuffer, _ state: inout RowWritingState
  ) -> WrittenCell {
    let field = fields[number]
    let start = scratch.count
    switch field.operation {
    case .text, .value:
      let node = Int(state.nodes[field.slot])
      if node >= 0 {
        let entry = suitable(find(field, node, product), field, node, product)
        if field.isAlternative { return writeAlternative(entry, field, product, &scratch, &state) }
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
        let entry = find(field, node, product)
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

  /// The text that stands for a value of another attribute than the column's own; blank when there is none for it.
  func writeAlternative(
    _ entry: Int, _ field: Field, _ product: NodeView, _ scratch: inout ByteBuffer, _ state: inout RowWritingState
  ) -> WrittenCell {
    if entry < 0 { return .blank }
    let start = scratch.count
    guard case .exact = codecs[field.index].write(product.bytes(of: entry), into: &scratch) else {
      scratch.truncate(to: start)
      return .blank
    }
    carried(field.slot, entry, product, &state)
    return .text(from: start, entry: entry)
  }

  func cell(
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

  func value(
    _ entry: Int, _ codec: borrowing ValueCodec, _ number: Int, _ column: Int, _ product: NodeView,
    _ scratch: inout ByteBuffer, _ state: inout RowWritingState
  ) -> WrittenCell {
    let slot = fields[number].slot
    if codec.operation == .money, !hasCurrency(entry, codec, number, column, product, &state) {
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
  func hasCurrency(
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

  func writeUnit(
    _ number: Int, _ column: Int, _ product: NodeView, _ scratch: inout ByteBuffer, _ state: inout RowWritingState
  ) -> WrittenCell {
    let field = fields[number]
    guard applies(field, product, state) else { return .blank }
    let node = Int(state.nodes[field.slot])
    if node < 0 { return .blank }
    let entry = suitable(find(field, node, product), field, node, product)
    if entry < 0 { return .blank }
    let start = scratch.count
    writeUnit(entry, number, column, product, &scratch, &state)
    return scratch.count > start ? .text(from: start, entry: entry) : .blank
  }

  func writeUnit(
    _ entry: Int, _ number: Int, _ column: Int, _ product: NodeView, _ scratch: inout ByteBuffer,
    _ state: inout RowWritingState
  ) {
    let field = fields[number]
    if case .fault(let finding) = codecs[field.index].writeUnit(product.bytes(of: entry), into: &scratch) {
      // The amount's column has said the same.
      if columns[column].fields.isEmpty, field.column < 0 { report(column, entry, finding, number, product, &state) }
    }
  }

  /// Of several measures side by side, the one that stands in a unit the partner has a word for; the first when none does.
  func suitable(_ entry: Int, _ field: Field, _ node: Int, _ product: NodeView) -> Int {
    if entry < 0 || field.operation != .value || !codecs[field.index].prefersUnits { return entry }
    if codecs[field.index].hasOwnUnit(product.bytes(of: entry)) { return entry }
    for other in product.node(at: node).entryRange
    where other != entry && product.entry(other).attribute == field.attribute
      && product.entry(other).facet == field.facet.rawValue
    {
      if codecs[field.index].hasOwnUnit(product.bytes(of: other)) { return other }
    }
    return entry
  }

  /// Several amounts share one unit column, so all must have the same unit.
  func checkUnit(
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
}
