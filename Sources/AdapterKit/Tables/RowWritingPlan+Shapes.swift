internal import Profiles
internal import ProductModel

// What the shape of a product tells about the columns of its row.
extension TablePlan {
  /// How a column comes about in all products of a shape; accounts for what is settled by that.
  ///
  /// It follows `writeOther`, and stops where that would look at a value.
  func settled(
    _ column: Int, _ product: NodeView, _ memory: ProductMemory, _ state: inout RowWritingState
  ) -> RowShape.Cell {
    let other = RowShape.Cell(kind: .other)
    if columns[column].fields.count == 1, let number = columns[column].fields.first, fields[number].operation == .list {
      return settledList(number, column, product, memory, &state)
    }
    var missing = -1
    for number in columns[column].fields {
      let field = fields[number]
      if state.nodes[field.scope] < 0 { continue }
      guard field.group < 0, field.operation == .value || field.operation == .text else { return other }
      let node = Int(state.nodes[field.slot])
      let entry = node < 0 ? -1 : find(field, node, product)
      if entry < 0 {
        guard details[number].fallbacks.isEmpty else { return other }
        if missing < 0, !field.isAlternative { missing = number }
        continue
      }
      return field.isAlternative ? other : settled(entry, number, product, &state)
    }
    if missing >= 0, [.required, .recommended].contains(details[missing].rule.requirement) { return other }
    for number in columns[column].unitFields {
      let field = fields[number]
      guard field.group < 0, columns[column].unitFields.count == 1 else { return other }
      let node = Int(state.nodes[field.slot])
      if state.nodes[field.scope] < 0 || node < 0 { break }
      let entry = find(field, node, product)
      if entry < 0 { break }
      guard isOnly(entry, field, product) else { return other }
      return RowShape.Cell(kind: .unit, entry: Int32(entry), field: Int32(number))
    }
    return RowShape.Cell(kind: .blank)
  }

  /// How the value of a field comes about.
  private func settled(
    _ entry: Int, _ number: Int, _ product: NodeView, _ state: inout RowWritingState
  ) -> RowShape.Cell {
    let field = fields[number], codec = codecs[field.index], isLimited = details[number].limit.isLimited
    guard isOnly(entry, field, product), codec.writesAsIs || !isLimited else { return RowShape.Cell(kind: .other) }
    if codec.operation == .money, let wanted = codec.currency {
      let node = product.node(at: Int(product.entry(entry).node))
      if let stated = node.find(.currency) {
        guard node.has(.currency, wanted) else { return RowShape.Cell(kind: .other) }
        state.coverage.mark(stated)
      }
    }
    carried(field.slot, entry, product, &state)
    let kind: RowShape.Cell.Kind =
      codec.writesAsIs ? isLimited ? .limited : .plain : codec.hasUnitPlace ? .amount : .converted
    return RowShape.Cell(kind: kind, entry: Int32(entry), field: Int32(number))
  }

  /// How a list comes about: which values stand in it, and which bytes between them.
  private func settledList(
    _ number: Int, _ column: Int, _ product: NodeView, _ memory: ProductMemory, _ state: inout RowWritingState
  ) -> RowShape.Cell {
    let other = RowShape.Cell(kind: .other)
    let field = fields[number], detail = details[number], list = lists[field.index]
    guard columns[column].unitFields.isEmpty, field.group < 0, list.isSettled, !detail.limit.isLimited,
      detail.prefix.isEmpty, detail.suffix.isEmpty
    else { return other }
    let parent = slots[field.slot].parent, first = state.space.joints.count
    var elements = 0
    if state.nodes[field.scope] >= 0, state.nodes[parent] >= 0 {
      guard
        let joined = list.settle(
          Int(state.nodes[parent]), product, memory, &state.space.joints, &state.coverage)
      else {
        state.space.joints.removeSubrange(first...)
        return other
      }
      elements = joined
    }
    if elements == 0 {
      let isAwaited = !list.isSilent || [.required, .recommended].contains(detail.rule.requirement)
      return isAwaited ? other : RowShape.Cell(kind: .blank)
    }
    markKeys(parent, product, &state)
    return RowShape.Cell(
      kind: .list, entry: Int32(first), field: Int32(number), joints: Int32(state.space.joints.count - first),
      elements: Int32(elements))
  }

  /// Whether a field takes this entry whatever its value is: of several measures side by side it would choose.
  private func isOnly(_ entry: Int, _ field: Field, _ product: NodeView) -> Bool {
    guard field.operation == .value, codecs[field.index].prefersUnits else { return true }
    let what = product.entry(entry)
    return product.node(at: Int(what.node)).entryRange.allSatisfy {
      $0 == entry || product.entry($0).attribute != what.attribute || product.entry($0).facet != what.facet
    }
  }
}
