internal import Diagnostics
internal import ProductModel
internal import Profiles

/// Turns rules into the flat arrays of a `TablePlan`.
struct TablePlanBuilder {
  let codes: [String: CodeList]
  let asOf: String
  var columns: [TableColumn] = []
  var slots: [Draft]
  var fields: [TablePlan.Field] = []
  var details: [TablePlan.Details] = []
  var codecs: [ValueCodec] = []
  var patterns: [PatternCodec] = []
  var lists: [ListCodec] = []
  var derivations: [DerivationPlan] = []
  var groups: [TablePlan.Group] = []
  var eaches: [TablePlan.Each] = []
  var constants: [UInt8] = []
  private var columnsByName: [String: Int] = [:]
  /// The slot of the product itself.
  private let productSlot: Int

  /// A slot in the making.
  struct Draft {
    var slot: TablePlan.Slot
    var selectors: [(attribute: Attribute, bytes: [UInt8])] = []
    var implied: [(attribute: Attribute, bytes: [UInt8])] = []
    var sets: [SetPlan] = []

    init(parent: Int, kind: NodeKind) { slot = TablePlan.Slot(parent: parent, kind: kind) }
  }

  /// Where rules stand.
  struct Scope {
    var slot: Int
    var kind: NodeKind
    /// The number that stands for `{i}`, from 1; 0 outside `each:`.
    var number = 0
    /// What is written for `{i}`.
    var shown = 0
    var group = -1
  }

  let start: Scope

  init(kind: NodeKind, codes: [String: CodeList], asOf: String) {
    self.codes = codes
    self.asOf = asOf
    slots = [Draft(parent: -1, kind: kind)]
    productSlot = kind == .product ? 0 : 1
    if kind != .product { slots.append(Draft(parent: -1, kind: .product)) }
    start = Scope(slot: 0, kind: kind)
  }

  mutating func add(_ rules: [Rule], _ scope: Scope) throws(Fault) {
    for rule in rules {
      switch rule {
      case .field(let rule): try add(rule, scope)
      case .composite(let rule): try add(rule, scope)
      case .list(let rule): try add(rule, scope)
      case .each(let rule): try add(rule, scope)
      case .group(let rule):
        let plan = ConditionPlan(rule.when, at: scope.kind)
        let slot = slot(rule.when.path.steps, from: plan.path.isFromProduct ? productSlot : scope.slot)
        groups.append(TablePlan.Group(condition: plan, slot: slot, scope: scope.slot, outer: scope.group))
        var inner = scope
        inner.group = groups.count - 1
        try add(rule.rules, inner)
      case .call(let rule):
        throw Self.unfit("`call:` has no meaning in a table", vi: "`call:` không dùng được trong bảng", rule.position)
      }
    }
  }

  // MARK: Rules

  private mutating func add(_ rule: FieldRule, _ scope: Scope) throws(Fault) {
    var field = TablePlan.Field(operation: .value)
    field.scope = scope.slot
    field.group = scope.group
    var detail = TablePlan.Details(rule: rule, limit: LengthLimit(rule))
    var type: ValueType?
    if let target = rule.target, let attribute = target.attribute {
      let plan = PathPlan(target, at: scope.kind)
      field.slot = slot(target.steps, from: plan.isFromProduct ? productSlot : scope.slot)
      field.attribute = attribute
      field.facet = target.facet
      field.hasTarget = true
      let declaration = Model.declaration(slots[field.slot].slot.kind, attribute)
      type = declaration?.type
      let codec = try placed(rule.position) { () throws(Fault) in
        try ValueCodec(rule.converter, type: type ?? .text, codes: codes, unit: rule.unit)
      }
      field.index = codecs.count
      codecs.append(codec)
      field.occurrence = fields.count {
        $0.hasTarget && $0.slot == field.slot && $0.attribute == attribute && $0.facet == field.facet
          && $0.group == field.group && $0.operation != .constant && $0.operation != .check
      }
      if let separator = rule.separator, !separator.isEmpty {
        field.operation = .values
        detail.separator = Array(separator.utf8)
      } else if codec.operation == .text, rule.fallbacks.isEmpty, rule.alternative == nil {
        field.operation = .text
      }
      if let currency = codec.currency, attribute == .amount,
        Model.declaration(slots[field.slot].slot.kind, .currency) != nil,
        !slots[field.slot].selectors.contains(where: { $0.attribute == .currency }),
        !slots[field.slot].implied.contains(where: { $0.attribute == .currency })
      {
        slots[field.slot].implied.append((.currency, currency))
      }
    }
    for fallback in rule.fallbacks {
      let plan = PathPlan(fallback, at: scope.kind)
      let kind = fallback.steps.last?.kind ?? (plan.isFromProduct ? .product : scope.kind)
      let type = fallback.attribute.flatMap { Model.declaration(kind, $0)?.type } ?? .text
      detail.fallbacks.append((plan, try ValueCodec(rule.converter, type: type, codes: codes)))
    }
    detail.requiredWhen = rule.requiredWhen.map { ConditionPlan($0, at: scope.kind) }
    var formula: String?
    if let constant = rule.constant {
      field.operation = .constant
      detail.constantText = Array(constant.utf8)
      (field.constantOffset, field.constantLength) = store(
        field.hasTarget ? canonical(constant, field) : Array(constant.utf8))
    } else if let derived = rule.derived {
      field.operation = .derived
      field.index = derivations.count
      let plan = try placed(rule.position) { () throws(Fault) in
        try DerivationPlan(derived, at: scope.kind, codes: codes, asOf: asOf)
      }
      formula = plan.formula
      derivations.append(plan)
    } else if let value = rule.defaultValue {
      (field.constantOffset, field.constantLength) = store(Array(value.utf8))
      field.isLazy = scope.number > 0
      if field.operation == .text { field.operation = .value }
    }
    if case .nowhere = rule.place {
      field.operation = .check
    } else {
      field.column = try column(rule.place, rule, scope, type, isUnit: false)
      columns[field.column].formula = formula
      if let alternative = rule.alternative { field.alternative = try add(alternative, rule, field, scope) }
      columns[field.column].fields.append(fields.count)
      if rule.requirement == .required, rule.derived == nil, rule.constant == nil, scope.number <= 1, scope.group < 0 {
        columns[field.column].isNeededForReading = true
      }
      if let unit = rule.unit, type == .measure {
        field.unitColumn = try column(unit.place, rule, scope, .code, isUnit: true)
        columns[field.unitColumn].unitFields.append(fields.count)
      }
    }
    fields.append(field)
    details.append(detail)
  }

  /// The field of an attribute that some texts of a cell stand for.
  private mutating func add(
    _ alternative: AlternativeRule, _ rule: FieldRule, _ main: TablePlan.Field, _ scope: Scope
  ) throws(Fault) -> Int {
    guard let attribute = alternative.target.attribute else { return -1 }
    let plan = PathPlan(alternative.target, at: scope.kind)
    var field = TablePlan.Field(operation: .value)
    field.isAlternative = true
    field.column = main.column
    field.scope = scope.slot
    field.group = scope.group
    field.slot = slot(alternative.target.steps, from: plan.isFromProduct ? productSlot : scope.slot)
    field.attribute = attribute
    field.facet = alternative.target.facet
    field.hasTarget = true
    let declaration = Model.declaration(slots[field.slot].slot.kind, attribute)
    let type = declaration?.type ?? .text
    field.index = codecs.count
    codecs.append(
      try placed(rule.position) { () throws(Fault) in
        try ValueCodec(.codes(list: alternative.codes, isOpen: false), type: type, codes: codes)
      })
    columns[field.column].fields.append(fields.count)
    fields.append(field)
    details.append(
      TablePlan.Details(rule: FieldRule(place: rule.place, position: rule.position), limit: LengthLimit(rule)))
    return fields.count - 1
  }

  private mutating func add(_ rule: CompositeRule, _ scope: Scope) throws(Fault) {
    var field = TablePlan.Field(operation: .composite)
    field.scope = scope.slot
    field.group = scope.group
    let plan = PathPlan(ModelPath(steps: rule.node, attribute: nil), at: scope.kind)
    field.slot = slot(rule.node, from: plan.isFromProduct && !rule.node.isEmpty ? productSlot : scope.slot)
    field.index = patterns.count
    let kind = slots[field.slot].slot.kind
    patterns.append(
      try placed(rule.field.position) { () throws(Fault) in try PatternCodec(rule.pieces, at: kind, codes: codes) })
    try finish(field, rule.field, scope)
  }

  private mutating func add(_ rule: ListRule, _ scope: Scope) throws(Fault) {
    var field = TablePlan.Field(operation: .list)
    field.scope = scope.slot
    field.group = scope.group
    // The list finds its parent itself; the slot only says where its elements stand in the order.
    let plan = PathPlan(ModelPath(steps: rule.parent, attribute: nil), at: scope.kind)
    let parent = slot(rule.parent, from: plan.isFromProduct && !rule.parent.isEmpty ? productSlot : scope.slot)
    var marker = Draft(parent: parent, kind: rule.kind)
    marker.slot.isOrderOnly = true
    slots.append(marker)
    field.slot = slots.count - 1
    field.index = lists.count
    var inner = rule
    inner.parent = []
    let kind = slots[parent].slot.kind
    let list = try placed(rule.field.position) { () throws(Fault) in try ListCodec(inner, at: kind, codes: codes) }
    lists.append(list)
    (field.constantOffset, field.constantLength) = store(list.constants)
    try finish(field, rule.field, scope)
  }

  private mutating func finish(_ field: TablePlan.Field, _ rule: FieldRule, _ scope: Scope) throws(Fault) {
    var field = field
    var detail = TablePlan.Details(rule: rule, limit: LengthLimit(rule))
    detail.requiredWhen = rule.requiredWhen.map { ConditionPlan($0, at: scope.kind) }
    if case .affixed(let prefix, _, let suffix) = rule.converter {
      detail.prefix = Array(prefix.utf8)
      detail.suffix = Array(suffix.utf8)
    }
    field.column = try column(rule.place, rule, scope, nil, isUnit: false)
    columns[field.column].fields.append(fields.count)
    if rule.requirement == .required, scope.number <= 1, scope.group < 0 {
      columns[field.column].isNeededForReading = true
    }
    fields.append(field)
    details.append(detail)
  }

  private mutating func add(_ rule: EachRule, _ scope: Scope) throws(Fault) {
    guard let max = rule.max, max > 0, max <= 1000 else {
      throw Self.unfit("`each:` over columns needs `max:`", vi: "`each:` trên các cột cần `max:`", rule.position)
    }
    let plan = PathPlan(ModelPath(steps: rule.parent, attribute: nil), at: scope.kind)
    let isFromProduct = rule.isFromProduct || (plan.isFromProduct && !rule.parent.isEmpty)
    let parent = slot(rule.parent, from: isFromProduct ? productSlot : scope.slot)
    let each = eaches.count
    eaches.append(
      TablePlan.Each(
        parent: parent, kind: rule.kind, set: rule.set.map(SetPlan.init),
        only: rule.only.map { ConditionPlan($0, at: rule.kind) }, slots: []))
    for number in 1...max {
      var slot = Draft(parent: parent, kind: rule.kind)
      slot.slot.each = each
      slot.slot.number = number - 1
      for value in rule.set {
        switch value.source {
        case .constant(let text): slot.implied.append((value.attribute, Array(text.utf8)))
        case .enclosing: slot.sets.append(SetPlan(value))
        }
      }
      slots.append(slot)
      eaches[each].slots.append(slots.count - 1)
      // An outer number goes into the names first, so an inner `{i}` can only be the outer one's neighbour.
      try add(
        rule.rules,
        Scope(
          slot: slots.count - 1, kind: rule.kind, number: number, shown: number + rule.firstNumber - 1,
          group: scope.group))
    }
  }

  // MARK: Parts

  /// The slot that steps lead to; made when there is none.
  private mutating func slot(_ steps: [ModelPath.Step], from start: Int) -> Int {
    var at = start
    for step in steps {
      var wanted = Draft(parent: at, kind: step.kind)
      switch step.selector {
      case .first: break
      case .position(let n): wanted.slot.position = n
      case .keys(let keys): wanted.selectors = keys.map { ($0.attribute, Array($0.value.utf8)) }
      }
      let known = slots.indices.first { i in
        let slot = slots[i].slot
        return slot.parent == at && slot.kind == step.kind && slot.position == wanted.slot.position && slot.each < 0
          && !slot.isOrderOnly && slots[i].selectors.count == wanted.selectors.count
          && zip(slots[i].selectors, wanted.selectors).allSatisfy {
            $0.attribute == $1.attribute && $0.bytes == $1.bytes
          }
      }
      if let known {
        at = known
      } else {
        slots.append(wanted)
        at = slots.count - 1
      }
    }
    return at
  }

  /// The slots with their keys laid out flat.
  mutating func settledSlots() -> (slots: [TablePlan.Slot], keys: [TablePlan.Key], sets: [SetPlan]) {
    var keys: [TablePlan.Key] = [], sets: [SetPlan] = [], settled: [TablePlan.Slot] = []
    for draft in slots {
      var slot = draft.slot
      let first = keys.count
      for (attribute, bytes) in draft.selectors + draft.implied {
        keys.append(TablePlan.Key(attribute: attribute, offset: store(bytes).0, length: bytes.count))
      }
      slot.selectors = first..<first + draft.selectors.count
      slot.implied = slot.selectors.upperBound..<keys.count
      slot.sets = sets.count..<sets.count + draft.sets.count
      sets += draft.sets
      settled.append(slot)
    }
    return (settled, keys, sets)
  }

  /// The slots that are searched below each slot, by kind.
  static func families(
    _ slots: inout [TablePlan.Slot]
  ) -> (families: [TablePlan.Family], searched: [Int], familyOfKind: [Int32]) {
    var families: [TablePlan.Family] = [], searched: [Int] = [], familyOfKind: [Int32] = []
    for parent in slots.indices {
      let first = families.count
      let below = slots.indices.filter {
        slots[$0].parent == parent && !slots[$0].isOrderOnly && slots[$0].each < 0
      }
      for i in below where !families[first...].contains(where: { $0.kind == slots[i].kind }) {
        let start = searched.count
        searched += below.filter { slots[$0].kind == slots[i].kind }
        families.append(TablePlan.Family(kind: slots[i].kind, slots: start..<searched.count))
      }
      slots[parent].families = first..<families.count
      if first == families.count { continue }
      slots[parent].kinds = familyOfKind.count
      familyOfKind += Array(repeating: -1, count: Model.kinds.count)
      for i in first..<families.count {
        familyOfKind[slots[parent].kinds + Int(families[i].kind.rawValue)] = Int32(i)
      }
    }
    return (families, searched, familyOfKind)
  }

  private mutating func store(_ bytes: [UInt8]) -> (Int, Int) {
    constants.append(contentsOf: bytes)
    return (constants.count - bytes.count, bytes.count)
  }

  /// A constant's canonical value.
  private func canonical(_ text: String, _ field: TablePlan.Field) -> [UInt8] {
    var batch = ProductBatch()
    let place = batch.append(text)
    switch codecs[field.index].read(offset: place.offset, length: place.length, in: &batch) {
    case .value(let offset, let length), .warned(let offset, let length, _):
      return Array(UnsafeBufferPointer(start: batch.unsafeArena + offset, count: length))
    case .blank, .fault: return Array(text.utf8)
    }
  }

  private mutating func column(
    _ place: FieldPlace, _ rule: FieldRule, _ scope: Scope, _ type: ValueType?, isUnit: Bool
  ) throws(Fault) -> Int {
    var names: [String], label: String?, code: String?, isExact = false, cell: FormCell?
    switch place {
    case .column(let all, let second, let third, let exact):
      names = all
      label = second
      code = third
      isExact = exact
    case .cell(let form):
      names = form.labels
      label = form.sublabel
      code = form.code
      cell = form
    case .element, .nowhere:
      throw Self.unfit("a column or cell is expected here", vi: "ở đây cần cột hoặc ô", rule.position)
    }
    if scope.number > 0 {
      func numbered(_ text: String) -> String { Self.replacing(text, with: String(scope.shown)) }
      names = names.map(numbered)
      label = label.map(numbered)
      code = code.map(numbered)
    }
    guard let name = names.first else {
      throw Self.unfit("the column has no name", vi: "cột không có tên", rule.position)
    }
    let identity = (isExact ? "=" : "~") + name + (cell.map { "@" + $0.valueCell } ?? "")
    if let known = columnsByName[identity] {
      if !isUnit, columns[known].requirement != .required { columns[known].requirement = rule.requirement }
      return known
    }
    columnsByName[identity] = columns.count
    columns.append(
      TableColumn(
        names: names, label: label, code: code, isExact: isExact, cell: cell,
        presentation: isUnit ? Presentation() : rule.presentation, position: rule.position,
        requirement: rule.requirement,
        path: rule.target, converter: isUnit ? .text : rule.converter, type: type, isUnit: isUnit,
        repetition: scope.number))
    return columns.count - 1
  }

  private static func replacing(_ text: String, with number: String) -> String {
    guard text.contains("{i}") else { return text }
    var parts = "", rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      parts += rest[..<open]
      if rest[open...].hasPrefix("{i}") {
        parts += number
        rest = rest[rest.index(open, offsetBy: 3)...]
      } else {
        parts += "{"
        rest = rest[rest.index(after: open)...]
      }
    }
    return parts + rest
  }

  /// Settles what depends on all rules.
  mutating func finish() {
    for i in columns.indices {
      for field in columns[i].unitFields {
        let amount = fields[field].column
        if amount >= 0, columns[amount].isNeededForReading { columns[i].isNeededForReading = true }
      }
    }
  }

  /// Fields sorted so that nodes open in preorder. Conditions need what was read before, so with groups the order of the
  /// rules stays, and sealing sorts.
  func readingOrder() -> [Int] {
    var order = Array(fields.indices)
    if !groups.isEmpty {
      // What a condition asks for is read first, wherever its column stands.
      func isAsked(_ field: TablePlan.Field) -> Bool {
        field.hasTarget
          && groups.contains {
            $0.slot == field.slot && $0.condition.path.attribute == field.attribute
              && $0.condition.path.facet == field.facet
          }
      }
      func isFirst(_ i: Int) -> Bool {
        fields[i].group < 0
          && (isAsked(fields[i]) || (fields[i].alternative >= 0 && isAsked(fields[fields[i].alternative])))
      }
      order = order.filter(isFirst) + order.filter { !isFirst($0) }
      return order
    }
    var rank = Array(repeating: 0, count: slots.count)
    var next = 0
    func visit(_ slot: Int) {
      rank[slot] = next
      next += 1
      for child in slots.indices where slots[child].slot.parent == slot { visit(child) }
    }
    for slot in slots.indices where slots[slot].slot.parent < 0 { visit(slot) }
    // Constants only join nodes that values have opened.
    func late(_ field: Int) -> Int { [.check, .constant].contains(fields[field].operation) ? 1 : 0 }
    return order.sorted { (rank[fields[$0].slot], late($0), $0) < (rank[fields[$1].slot], late($1), $1) }
  }

  private func placed<T>(_ position: Place, _ make: () throws(Fault) -> T) throws(Fault) -> T {
    do throws(Fault) { return try make() } catch {
      var diagnostic = error.diagnostic
      if diagnostic.place == Place() { diagnostic.place = position }
      throw Fault(error.kind, diagnostic)
    }
  }

  static func unfit(_ en: String, vi: String, _ position: Place) -> Fault {
    Fault(.configuration, Diagnostic(.tableRuleUnfit, at: position, message: .init(en, vi: vi)))
  }
}
