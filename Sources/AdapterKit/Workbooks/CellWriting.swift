internal import Bytes
internal import Diagnostics
internal import ProductModel
internal import Profiles

/// What a rule gave for one slot.
enum SlotValue {
  /// Nothing; the cell stays empty.
  case none
  /// A text; `isNumber` when it is a plain decimal that a numeric cell can hold.
  case text(String, isNumber: Bool)
  /// An ISO date.
  case date(String)
  /// A workbook's formula with `{code}` for other fields.
  case formula(String)

  /// The text, for formulas of other cells.
  var plainText: String? {
    switch self {
    case .none, .formula: return nil
    case .text(let text, _), .date(let text): return text
    }
  }
}

/// A finding about a product being written.
struct CellWritingFinding {
  var code: DiagnosticCode
  var severity: Severity?
  /// The entry in the product, for its place in the source.
  var entry: Int?
  var field: String
  var attribute: String?
  var value: String?
  var message: LocalizedText
  var hint: LocalizedText?
}

/// Turns values of a product into cells of a row or form.
struct CellWriting: ~Copyable {
  /// Findings about the product.
  var findings: [CellWritingFinding] = []
  /// What was carried.
  var coverage = Coverage()
  /// Where the node that rules stand on is, for messages.
  var prefix = ""
  /// The running number of the product.
  var number = 1
  private var buffer = ByteBuffer(capacity: 1 << 12)

  /// Starts a product.
  mutating func begin(_ product: NodeView, number: Int) {
    findings.removeAll(keepingCapacity: true)
    coverage.begin(product)
    self.number = number
    prefix = ""
  }

  /// Whether the product cannot go to this partner.
  var isFaulted: Bool { findings.contains { ($0.severity ?? $0.code.severity) >= .error } }

  /// Writes the rules of a plan for a node.
  mutating func write(_ plan: CellPlan, _ node: NodeView, into values: inout [SlotValue]) {
    write(plan.steps, plan, node, into: &values)
  }

  /// Writes some rules of a plan for a node.
  mutating func write(_ steps: [CellStep], _ plan: CellPlan, _ node: NodeView, into values: inout [SlotValue]) {
    for step in steps {
      switch step {
      case .field(let field): write(field, plan, node, into: &values)
      case .pattern(let pattern):
        let number = pattern.node.node(from: node)
        buffer.removeAll()
        var outcome = PatternCodec.Writing.missing
        if let number {
          outcome = pattern.codec.write(node.node(at: number), into: &buffer, coverage: &coverage)
          if case .written = outcome { markSelectors(pattern.node, node, number) }
        }
        finish(
          outcome, pattern.field, pattern.slot, pattern.affix, pattern.limit, pattern.requiredWhen,
          pattern.node.path.description, plan, node, &values)
      case .list(let list):
        buffer.removeAll()
        let outcome = list.codec.write(node, into: &buffer, coverage: &coverage)
        // The text for none stands without what is put around a list.
        let isNone = list.codec.rule.none.map { buffer.bytes.elementsEqual($0.utf8) } ?? false
        finish(
          outcome, list.field, list.slot, isNone ? Affix(.text) : list.affix, list.limit, list.requiredWhen,
          list.codec.rule.kind.name, plan, node, &values)
      case .numbered(let each): write(each, plan, node, into: &values)
      case .group(let condition, _, let steps):
        if condition.holds(node) {
          if let entry = condition.path.find(from: node) { coverage.mark(entry) }
          write(steps, plan, node, into: &values)
        }
      }
    }
  }

  // MARK: One value

  private mutating func write(
    _ step: FieldStep, _ plan: CellPlan, _ node: NodeView, into values: inout [SlotValue]
  ) {
    if let other = step.alternative, let found = other.path.node(from: node), let entry = other.path.find(from: node) {
      buffer.removeAll()
      if case .exact = other.codec.write(node.node(at: found).bytes(of: entry), into: &buffer) {
        coverage.mark(entry)
        markSelectors(other.path, node, found)
        values[step.slot] = .text(String(decoding: buffer.bytes, as: UTF8.self), isNumber: false)
        return
      }
    }
    if let derived = step.derived {
      if let formula = derived.formula {
        values[step.slot] = .formula(formula)
        return
      }
      buffer.removeAll()
      let outcome = derived.write(node, number: number, into: &buffer, coverage: &coverage)
      if case .written = outcome {
        // A date is kept canonical, the cell's format shows it.
        if step.content == .date, case .asOf = step.rule.derived { iso(step, &values) } else { take(step, &values) }
      }
      if case .fault(let part) = outcome { report(part, "", plan.slots[step.slot].title) }
      if case .missing = outcome { missing(step.rule, step.requiredWhen, plan.slots[step.slot].title, nil, node) }
      return
    }
    guard let path = step.path, let codec = step.codec else {
      if let constant = step.rule.constant { values[step.slot] = .text(constant, isNumber: false) }
      return
    }
    let title = plan.slots[step.slot].title
    guard let found = path.node(from: node) else { return fallBack(step, path, title, node, &values) }
    let target = node.node(at: found)
    if let currency = codec.currency, target.find(.currency) != nil, !target.has(.currency, currency) {
      // Another currency has no place here; the loss report says so.
      return missing(step.rule, step.requiredWhen, title, path.path, node)
    }
    buffer.removeAll()
    var isWritten = false
    for entry in entries(step, path, codec, target) {
      if isWritten, let separator = step.rule.separator { buffer.append(separator) }
      let outcome =
        codec.hasUnitPlace
        ? codec.writeAmount(target.bytes(of: entry), into: &buffer)
        : codec.write(target.bytes(of: entry), into: &buffer)
      switch outcome {
      case .exact: coverage.mark(entry)
      case .lossy(let reason): coverage.lose(entry, reason)
      case .fault(let finding):
        findings.append(
          CellWritingFinding(
            code: finding.code, severity: nil, entry: entry, field: title, attribute: prefix + path.path.description,
            value: target.string(of: entry), message: finding.message, hint: finding.hint))
        return
      }
      isWritten = true
      if let slot = step.unitSlot {
        var unit = ByteBuffer(capacity: 16)
        if case .exact = codec.writeUnit(target.bytes(of: entry), into: &unit) {
          values[slot] = .text(String(decoding: unit.bytes, as: UTF8.self), isNumber: false)
        }
      }
    }
    guard isWritten else { return fallBack(step, path, title, node, &values) }
    markSelectors(path, node, found)
    if codec.currency != nil { coverage.mark(.currency, of: target) }
    if let finding = step.limit.check(buffer.bytes) {
      findings.append(
        CellWritingFinding(
          code: finding.code, severity: step.rule.truncates ? .warning : nil,
          entry: target.find(step.path?.attribute ?? .id),
          field: title, attribute: prefix + path.path.description, value: String(decoding: buffer.bytes, as: UTF8.self),
          message: finding.message, hint: finding.hint))
      if !step.rule.truncates { return }
      truncate(step.rule)
      for entry in entries(step, path, codec, target) { coverage.lose(entry, .truncated) }
    }
    if step.content == .date, let attribute = path.attribute, let entry = target.find(attribute, path.facet) {
      values[step.slot] = .date(target.string(of: entry))
    } else {
      take(step, &values)
    }
  }

  /// The entries that stand in the slot.
  private func entries(_ step: FieldStep, _ path: PathPlan, _ codec: ValueCodec, _ node: NodeView) -> [Int] {
    guard let attribute = path.attribute else { return [] }
    guard step.isMany else { return node.find(attribute, path.facet).map { [$0] } ?? [] }
    let all = node.entryRange.filter {
      node.entry($0).attribute == attribute && node.entry($0).facet == path.facet.rawValue
    }
    if step.rule.separator != nil { return all }
    if case .measureIn(let unit, _, _) = step.rule.converter, step.ordinal == 0, all.count > 1 {
      // Of several units the one that is asked for.
      let suffix = Array((" " + unit).utf8)
      let same = all.first { entry in
        node.bytes(of: entry).withUnsafeBufferPointer { $0.suffix(suffix.count).elementsEqual(suffix) }
      }
      if let same { return [same] }
    }
    return step.ordinal < all.count ? [all[step.ordinal]] : []
  }

  private mutating func fallBack(
    _ step: FieldStep, _ path: PathPlan, _ title: String, _ node: NodeView, _ values: inout [SlotValue]
  ) {
    for fallback in step.fallbacks {
      guard let found = fallback.path.node(from: node), let entry = fallback.path.find(from: node) else { continue }
      buffer.removeAll()
      if case .fault = fallback.codec.write(node.node(at: found).bytes(of: entry), into: &buffer) { continue }
      return take(step, &values)
    }
    missing(step.rule, step.requiredWhen, title, path.path, node)
  }

  private mutating func take(_ step: FieldStep, _ values: inout [SlotValue]) {
    let text = String(decoding: buffer.bytes, as: UTF8.self)
    if step.content == .number, let plain = Self.number(text) {
      values[step.slot] = .text(plain, isNumber: true)
    } else {
      values[step.slot] = .text(text, isNumber: false)
    }
  }

  /// A date that was written in the converter's style, as ISO again.
  private func iso(_ step: FieldStep, _ values: inout [SlotValue]) {
    let text = String(decoding: buffer.bytes, as: UTF8.self)
    let parts = text.split { $0 == "/" || $0 == "-" }
    guard parts.count == 3 else {
      values[step.slot] = .text(text, isNumber: false)
      return
    }
    values[step.slot] = .date((parts[0].count == 4 ? parts : parts.reversed()).joined(separator: "-"))
  }

  /// The plain decimal of a written number, when a double carries all of its digits.
  private static func number(_ text: String) -> String? {
    var digits = 0, commas = 0
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39: digits += 1
      case UInt8(ascii: ","): commas += 1
      case UInt8(ascii: "."), UInt8(ascii: "-"): break
      default: return nil
      }
    }
    guard digits > 0, digits <= 15, commas <= 1 else { return nil }
    return commas == 0 ? text : String(text.map { $0 == "," ? "." : $0 })
  }

  private mutating func truncate(_ rule: FieldRule) {
    var kept = ""
    var characters = 0, bytes = 0
    for scalar in String(decoding: buffer.bytes, as: UTF8.self).unicodeScalars {
      characters += 1
      bytes += UTF8.width(scalar)
      if characters > rule.maxCharacters ?? .max || bytes > rule.maxBytes ?? .max { break }
      kept.unicodeScalars.append(scalar)
    }
    buffer.removeAll()
    buffer.append(kept)
  }

  /// The text of one value, for columns that say below which node a row stands.
  mutating func text(
    of entry: Int, _ node: NodeView, _ codec: ValueCodec, _ content: FieldStep.Content
  ) -> SlotValue {
    buffer.removeAll()
    if case .fault = codec.write(node.bytes(of: entry), into: &buffer) { return .none }
    let text = String(decoding: buffer.bytes, as: UTF8.self)
    if content == .number, let plain = Self.number(text) { return .text(plain, isNumber: true) }
    return .text(text, isNumber: false)
  }

  // MARK: Lists and patterns

  private mutating func finish(
    _ outcome: PatternCodec.Writing, _ rule: FieldRule, _ slot: Int, _ affix: Affix, _ limit: LengthLimit,
    _ requiredWhen: ConditionPlan?, _ path: String, _ plan: CellPlan, _ node: NodeView, _ values: inout [SlotValue]
  ) {
    let title = plan.slots[slot].title
    switch outcome {
    case .missing: missing(rule, requiredWhen, title, nil, node, path: path)
    case .fault(let part): report(part, path, title)
    case .written:
      let text = String(
        decoding: affix.prefix + Array(buffer.bytes) + affix.suffix, as: UTF8.self)
      if let finding = limit.check(buffer.bytes) {
        findings.append(
          CellWritingFinding(
            code: finding.code, severity: nil, entry: nil, field: title, attribute: prefix + path, value: text,
            message: finding.message, hint: finding.hint))
      }
      values[slot] = .text(text, isNumber: false)
    }
  }

  private mutating func write(
    _ step: NumberedStep, _ plan: CellPlan, _ node: NodeView, into values: inout [SlotValue]
  ) {
    guard let number = step.parent.node(from: node) else { return }
    var children = node.node(at: number).nodes(step.rule.kind)
    var i = 0
    search: while let child = children.next() {
      for value in step.set where !value.matches(child, enclosing: number) { continue search }
      for condition in step.only where !condition.holds(child) { continue search }
      guard i < step.columns.count else {
        coverage.loseNode(child, .tooMany)
        continue
      }
      for value in step.set { coverage.mark(value.attribute, of: child) }
      let saved = prefix
      prefix += "\(step.rule.kind.name)[\(i + 1)]."
      write(step.columns[i], plan, child, into: &values)
      prefix = saved
      i += 1
    }
  }

  // MARK: Coverage and findings

  /// Notes that the attributes by which a path selects its nodes are said by the place itself.
  mutating func markSelectors(_ path: PathPlan, _ start: NodeView, _ number: Int) {
    var at = number
    for step in path.steps.reversed() {
      let node = start.node(at: at)
      for key in step.keys { coverage.mark(key.attribute, of: node) }
      at = node.parent
    }
  }

  private mutating func missing(
    _ rule: FieldRule, _ requiredWhen: ConditionPlan?, _ title: String, _ path: ModelPath?, _ node: NodeView,
    path text: String? = nil
  ) {
    guard rule.requirement == .required || rule.requirement == .recommended else { return }
    if let requiredWhen, !requiredWhen.holds(node) { return }
    let attribute = text ?? path?.description
    let name = attribute.map { prefix + $0 } ?? title
    if rule.requirement == .required {
      findings.append(
        CellWritingFinding(
          code: .requiredMissing, severity: nil, entry: nil, field: title, attribute: attribute.map { prefix + $0 },
          value: nil,
          message: .init(
            "“\(title)” must be filled in, and \(name) has no value",
            vi: "Phải có “\(title)”, nhưng \(name) chưa có giá trị"),
          hint: nil))
    } else {
      findings.append(
        CellWritingFinding(
          code: .recommendedMissing, severity: nil, entry: nil, field: title, attribute: attribute.map { prefix + $0 },
          value: nil,
          message: .init(
            "“\(title)” should be filled in, and \(name) has no value",
            vi: "Nên có “\(title)”, nhưng \(name) chưa có giá trị"),
          hint: nil))
    }
  }

  private mutating func report(_ part: PartFinding, _ node: String, _ title: String) {
    let inner = part.path?.description ?? ""
    let path = node + (node.isEmpty || inner.isEmpty ? "" : ".") + inner
    findings.append(
      CellWritingFinding(
        code: part.finding.code, severity: nil, entry: nil, field: title, attribute: prefix + path, value: part.value,
        message: part.finding.message, hint: part.finding.hint))
  }
}
