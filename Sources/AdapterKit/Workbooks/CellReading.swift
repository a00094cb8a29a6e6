internal import Diagnostics
internal import ProductModel
internal import Profiles

/// The text of one slot in the arena of the batch.
struct CellInput {
  var offset = 0
  var length = 0
  var origin = 0

  /// Nothing in the slot.
  static let absent = CellInput()

  var isPresent: Bool { length > 0 }
}

/// A finding about a product being read, before the product's name is known.
struct PendingFinding {
  var code: DiagnosticCode
  var severity: Severity?
  var origin: Int
  var slotTitle: String
  var attribute: String?
  var value: String?
  var message: LocalizedText
  var hint: LocalizedText?
}

/// Turns the cells of a row or form into values of the open product.
///
/// Several sheets may say the same: the value that came first stays, an equal one is passed over, another one is reported.
/// That, cells with types of their own, and values on nodes that another sheet has opened are what `RowReadingPlan`, made for
/// one row a product at the speed of text, does not do; the converters, patterns and paths are the same.
struct CellReading {
  /// Findings about the open product.
  var findings: [PendingFinding] = []
  /// Where the node that rules stand on is, for messages: `item[case-12].`, or empty.
  var prefix = ""
  /// A node that was just opened, whose values are only those set since.
  private var freshNode = -1
  private var freshValues: [(attribute: Attribute, facet: Facet)] = []

  /// Says that a node has no values yet, so that looking for them can be spared; -1 for none.
  mutating func isFresh(_ node: Int) {
    freshNode = node
    freshValues.removeAll(keepingCapacity: true)
  }

  /// Whether a value may stand on a node already.
  private mutating func mayHave(_ attribute: Attribute, _ facet: Facet, _ node: Int) -> Bool {
    guard node == freshNode else { return true }
    if freshValues.contains(where: { $0.attribute == attribute && $0.facet == facet }) { return true }
    freshValues.append((attribute, facet))
    return false
  }

  /// Reads the rules of a plan into a node.
  mutating func read(_ plan: CellPlan, _ cells: [CellInput], on node: Int, _ batch: inout ProductBatch) {
    read(plan.steps, plan, cells, node, &batch)
  }

  /// Reads some rules of a plan into a node.
  mutating func read(
    _ steps: [CellStep], _ plan: CellPlan, _ cells: [CellInput], _ node: Int, _ batch: inout ProductBatch
  ) {
    for step in steps {
      switch step {
      case .field(let field): read(field, plan, cells, node, &batch)
      case .pattern(let pattern):
        guard var cell = present(cells, pattern.slot) else { continue }
        if !pattern.affix.prefix.isEmpty || !pattern.affix.suffix.isEmpty { cell = strip(cell, pattern.affix, &batch) }
        let on = pattern.node.openNode(from: node, in: &batch, origin: cell.origin)
        var parts: [PartFinding] = []
        _ = pattern.codec.read(
          offset: cell.offset, length: cell.length, origin: 0, on: on, in: &batch, findings: &parts)
        report(parts, pattern.node.path.description, plan.slots[pattern.slot].title, cell.origin)
        isFresh(-1)
      case .list(let list):
        guard var cell = present(cells, list.slot) else { continue }
        if !list.affix.prefix.isEmpty || !list.affix.suffix.isEmpty { cell = strip(cell, list.affix, &batch) }
        var parts: [PartFinding] = []
        list.codec.read(
          offset: cell.offset, length: cell.length, origin: 0, on: node, in: &batch, findings: &parts)
        report(parts, list.codec.rule.kind.name, plan.slots[list.slot].title, cell.origin)
      case .numbered(let each): read(each, plan, cells, node, &batch)
      case .group(_, let condition, let steps):
        if holds(condition, node, &batch) { read(steps, plan, cells, node, &batch) }
      }
    }
  }

  private func present(_ cells: [CellInput], _ slot: Int) -> CellInput? {
    let cell = cells[slot]
    return cell.isPresent ? cell : nil
  }

  // MARK: One value

  private mutating func read(
    _ step: FieldStep, _ plan: CellPlan, _ cells: [CellInput], _ node: Int, _ batch: inout ProductBatch
  ) {
    var cell = cells[step.slot]
    let title = plan.slots[step.slot].title
    if cell.isPresent, let other = step.alternative, let attribute = other.path.attribute,
      case .value(let offset, let length) = other.codec.read(offset: cell.offset, length: cell.length, in: &batch)
    {
      let target = other.path.openNode(from: node, in: &batch, origin: cell.origin)
      return put((offset, length), attribute, other.path, target, cell.origin, title, &batch)
    }
    guard let path = step.path, let codec = step.codec, let attribute = path.attribute else {
      if let constant = step.rule.constant, cell.isPresent { compare(constant, cell, title, &batch) }
      return
    }
    if !cell.isPresent {
      guard let text = step.rule.defaultValue, !text.isEmpty else { return }
      let place = batch.append(text)
      cell = CellInput(offset: place.offset, length: place.length, origin: cell.origin)
    }
    var pieces = [(cell.offset, cell.length)]
    if let separator = step.rule.separator { pieces = split(cell, separator, &batch) }
    var values: [(offset: Int, length: Int)] = []
    for piece in pieces {
      var unit: (offset: Int, length: Int)?
      if let slot = step.unitSlot, cells[slot].isPresent { unit = (cells[slot].offset, cells[slot].length) }
      let reader = step.squares.flatMap { Self.hasSquares(piece, &batch) ? $0 : nil } ?? codec
      switch reader.read(offset: piece.0, length: piece.1, unit: unit, in: &batch) {
      case .blank: continue
      case .value(let offset, let length): values.append((offset, length))
      case .warned(let offset, let length, let finding):
        values.append((offset, length))
        report(finding, path.path, title, cell.origin, text(piece, &batch))
      case .fault(let finding): report(finding, path.path, title, cell.origin, text(piece, &batch))
      }
    }
    guard !values.isEmpty else { return }
    let target = path.openNode(from: node, in: &batch, origin: cell.origin)
    if step.isMany {
      putMany(values, step, attribute, path, target, cell.origin, title, &batch)
    } else {
      put(values[0], attribute, path, target, cell.origin, title, &batch)
    }
    if let currency = codec.currency, attribute == .amount, Model.declaration(batch.openKind(target), .currency) != nil,
      !mayHave(.currency, .none, target) || batch.openValue(.currency, on: target) == nil
    {
      NodeOpener.set(.currency, currency, on: target, in: &batch, origin: cell.origin)
    }
  }

  /// Whether a text has a filled or empty square: ■ □ ☑ ☐.
  private static func hasSquares(_ place: (Int, Int), _ batch: inout ProductBatch) -> Bool {
    let bytes = UnsafePointer(batch.unsafeArena) + place.0
    guard place.1 >= 3 else { return false }
    for i in 0..<place.1 - 2 where bytes[i] == 0xE2 {
      if bytes[i + 1] == 0x96, bytes[i + 2] & 0xFE == 0xA0 { return true }
      if bytes[i + 1] == 0x98, bytes[i + 2] & 0xFE == 0x90 { return true }
    }
    return false
  }

  private mutating func put(
    _ value: (offset: Int, length: Int), _ attribute: Attribute, _ path: PathPlan, _ node: Int, _ origin: Int,
    _ title: String, _ batch: inout ProductBatch
  ) {
    guard mayHave(attribute, path.facet, node), let known = batch.openValue(attribute, path.facet, on: node) else {
      batch.set(attribute, path.facet, on: node, offset: value.offset, length: value.length, origin: origin)
      return
    }
    let new = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + value.offset, count: value.length)
    if known.elementsEqual(new) { return }
    if isSameMeasure(known, new) { return }
    disagree(String(decoding: known, as: UTF8.self), String(decoding: new, as: UTF8.self), path, title, origin)
  }

  private mutating func putMany(
    _ values: [(offset: Int, length: Int)], _ step: FieldStep, _ attribute: Attribute, _ path: PathPlan, _ node: Int,
    _ origin: Int, _ title: String, _ batch: inout ProductBatch
  ) {
    let known = mayHave(attribute, path.facet, node) ? batch.openValues(attribute, path.facet, on: node) : []
    if step.rule.separator == nil {
      if known.count > step.ordinal {
        let old = text(known[step.ordinal], &batch), new = text(values[0], &batch)
        if old != new { disagree(old, new, path, title, origin) }
        return
      }
    } else if !known.isEmpty {
      let old = known.map { text($0, &batch) }, new = values.map { text($0, &batch) }
      if old != new {
        let separator = step.rule.separator ?? " "
        disagree(old.joined(separator: separator), new.joined(separator: separator), path, title, origin)
      }
      return
    }
    for value in values {
      batch.set(attribute, path.facet, on: node, offset: value.offset, length: value.length, origin: origin)
    }
  }

  /// Two measures that are the same quantity are no contradiction: `0.5 KGM` and `500 GRM`.
  private func isSameMeasure(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let a = try? Measure(Span(_unsafeElements: a)), let b = try? Measure(Span(_unsafeElements: b)),
      let converted = a.convert(to: b.unit)
    else { return false }
    return converted.isExact && converted.value == b.value
  }

  private mutating func disagree(_ old: String, _ new: String, _ path: PathPlan, _ title: String, _ origin: Int) {
    findings.append(
      PendingFinding(
        code: .workbookSheetsDiffer, severity: nil, origin: origin, slotTitle: title,
        attribute: prefix + path.path.description, value: new,
        message: .init(
          "Here stands “\(DiagnosticMessages.short(new))”, another sheet says “\(DiagnosticMessages.short(old))”, which stays",
          vi:
            "Ở đây ghi “\(DiagnosticMessages.short(new))”, trang khác ghi “\(DiagnosticMessages.short(old))” và được giữ lại"
        ),
        hint: nil))
  }

  private mutating func compare(_ constant: String, _ cell: CellInput, _ title: String, _ batch: inout ProductBatch) {
    let text = text((cell.offset, cell.length), &batch)
    guard LabelText.folded(text) != LabelText.folded(constant) else { return }
    findings.append(
      PendingFinding(
        code: .constMismatch, severity: nil, origin: cell.origin, slotTitle: title, attribute: nil, value: text,
        message: .init("“\(constant)” always stands here", vi: "Ở đây luôn ghi “\(constant)”"), hint: nil))
  }

  // MARK: Numbered columns and conditions

  private mutating func read(
    _ step: NumberedStep, _ plan: CellPlan, _ cells: [CellInput], _ node: Int, _ batch: inout ProductBatch
  ) {
    var parent = -1
    for (i, steps) in step.columns.enumerated() {
      guard let origin = firstOrigin(steps, cells) else { continue }
      if parent < 0 { parent = step.parent.openNode(from: node, in: &batch, origin: origin) }
      let child = batch.addNode(step.rule.kind, under: parent)
      for value in step.set { value.apply(to: child, enclosing: parent, in: &batch, origin: origin) }
      let saved = prefix
      prefix += "\(step.rule.kind.name)[\(i + 1)]."
      read(steps, plan, cells, child, &batch)
      prefix = saved
    }
  }

  private func firstOrigin(_ steps: [CellStep], _ cells: [CellInput]) -> Int? {
    for step in steps {
      switch step {
      case .field(let field): if field.path != nil, cells[field.slot].isPresent { return cells[field.slot].origin }
      case .pattern(let pattern): if cells[pattern.slot].isPresent { return cells[pattern.slot].origin }
      case .list(let list): if cells[list.slot].isPresent { return cells[list.slot].origin }
      case .group(_, _, let steps): if let origin = firstOrigin(steps, cells) { return origin }
      case .numbered: continue
      }
    }
    return nil
  }

  private func holds(_ condition: Condition, _ node: Int, _ batch: inout ProductBatch) -> Bool {
    // Only attributes of the node itself can be known while it is being read.
    guard condition.path.steps.isEmpty, let attribute = condition.path.attribute else { return true }
    let value = batch.openValue(attribute, condition.path.facet, on: node)
    return ConditionPlan(condition, at: batch.openKind(node)).accepts(value)
  }

  // MARK: Text

  private func text(_ place: (Int, Int), _ batch: inout ProductBatch) -> String {
    String(
      decoding: UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + place.0, count: place.1), as: UTF8.self)
  }

  /// Cuts a cell at a separator; white space around it does not matter, and a full-width one counts as well.
  private func split(_ cell: CellInput, _ separator: String, _ batch: inout ProductBatch) -> [(Int, Int)] {
    let marks = Set(separator.unicodeScalars.filter { !$0.properties.isWhitespace })
    if marks.isEmpty { return [(cell.offset, cell.length)] }
    let bytes = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + cell.offset, count: cell.length)
    let words = marks.map { Array(String(Character($0)).utf8) } + [separator].map { Array($0.utf8) }
    var pieces: [(Int, Int)] = []
    var start = 0, at = 0
    while at < bytes.count {
      let word = words.first { bytes[at...].starts(with: $0) }
      if let word {
        pieces.append((cell.offset + start, at - start))
        at += word.count
        start = at
      } else {
        at += 1
      }
    }
    pieces.append((cell.offset + start, bytes.count - start))
    return pieces
  }

  private func strip(_ cell: CellInput, _ affix: Affix, _ batch: inout ProductBatch) -> CellInput {
    let bytes = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + cell.offset, count: cell.length)
    var cell = cell
    var suffix = affix.suffix[...]
    while let last = suffix.last, last <= 0x20 { suffix.removeLast() }
    let room = cell.length - affix.prefix.count
    if bytes.starts(with: affix.prefix) {
      cell.offset += affix.prefix.count
      cell.length -= affix.prefix.count
    }
    if room >= suffix.count, bytes.suffix(suffix.count).elementsEqual(suffix) { cell.length -= suffix.count }
    return cell
  }

  // MARK: Findings

  private mutating func report(_ parts: [PartFinding], _ node: String, _ title: String, _ origin: Int) {
    for part in parts {
      let inner = part.path?.description ?? ""
      let path = node + (node.isEmpty || inner.isEmpty ? "" : ".") + inner
      findings.append(
        PendingFinding(
          code: part.finding.code, severity: nil, origin: origin, slotTitle: title,
          attribute: path.isEmpty ? nil : prefix + path, value: part.value, message: part.finding.message,
          hint: part.finding.hint))
    }
  }

  private mutating func report(
    _ finding: ConversionFinding, _ path: ModelPath, _ title: String, _ origin: Int, _ value: String
  ) {
    findings.append(
      PendingFinding(
        code: finding.code, severity: nil, origin: origin, slotTitle: title,
        attribute: (path.isFromProduct ? "" : prefix) + path.description, value: value, message: finding.message,
        hint: finding.hint))
  }
}
