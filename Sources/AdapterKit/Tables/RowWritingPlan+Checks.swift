internal import Bytes
internal import Diagnostics
internal import ProductModel
internal import Profiles

// What a partner requires of the cells.
extension TablePlan {
  func require(_ number: Int, _ column: Int, _ product: NodeView, _ state: inout RowWritingState) {
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

  func limited(
    _ cell: WrittenCell, _ number: Int, _ column: Int, _ product: NodeView, _ scratch: inout ByteBuffer,
    _ state: inout RowWritingState
  ) -> WrittenCell {
    guard details[number].limit.isLimited else { return cell }
    switch cell {
    // Slices come of shapes, which leave values with limits to others.
    case .blank, .slice: break
    case .entry(let entry):
      let span = product.bytes(of: entry)
      guard let finding = span.withUnsafeBufferPointer({ details[number].limit.check($0) }) else { break }
      if details[number].limit.truncates {
        let from = scratch.count
        let length = span.withUnsafeBufferPointer { details[number].limit.fitting($0) }
        scratch.append(span.extracting(0..<length))
        state.coverage.lose(entry, .truncated)
        return .text(from: from, entry: entry)
      }
      report(column, entry, finding, number, product, &state)
    case .text(let from, let entry):
      let text = UnsafeBufferPointer(rebasing: scratch.bytes[from...])
      guard let finding = details[number].limit.check(text) else { break }
      // Lists and patterns are never cut: what is left would read as something else.
      if details[number].limit.truncates, entry >= 0 || fields[number].operation == .derived {
        let length = details[number].limit.fitting(text)
        scratch.truncate(to: from + length)
        if entry >= 0 { state.coverage.lose(entry, .truncated) }
        return cell
      }
      report(column, entry, finding, path(of: fields[number]), nil, &state)
    }
    return cell
  }

  /// A value that stands nowhere must be what the profile says.
  func check(_ number: Int, _ product: NodeView, _ state: inout RowWritingState) {
    let field = fields[number]
    guard field.hasTarget, field.constantOffset >= 0, applies(field, product, state) else { return }
    let node = Int(state.nodes[field.slot])
    if node < 0 { return }
    let entry = find(field, node, product)
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

  func isConstant(_ entry: Int, _ field: Field, _ product: NodeView) -> Bool {
    let value = product.bytes(of: entry)
    guard value.count == field.constantLength else { return false }
    for i in 0..<value.count where value[i] != constants[field.constantOffset + i] { return false }
    return true
  }
}
