internal import Bytes
internal import Diagnostics
internal import ProductModel
internal import Profiles

// What rules say about values: where they come from, how they become text, and what is known of them beforehand.

extension WritingCompiler {
  mutating func value(
    _ rule: FieldRule, _ source: ElementWritingPlan.Value.Source, _ path: ElementPath, _ context: Context
  ) throws(Fault) -> ElementWritingPlan.Value {
    let target = rule.target.map { PathPlan($0, at: context.kind) }
    let kind = rule.target.map { $0.steps.last?.kind ?? ($0.isFromProduct ? .product : context.kind) } ?? context.kind
    let attribute = rule.target?.attribute ?? .id
    let declaration = rule.target == nil ? nil : Model.declaration(kind, attribute)
    let codec = try ValueCodec(
      rule.target == nil ? .text : rule.converter, type: declaration?.type ?? .text, codes: profile.codes,
      unit: rule.unit)
    var fallbacks: [(path: PathPlan, codec: ValueCodec)] = []
    for path in rule.fallbacks {
      let end = path.steps.last?.kind ?? (path.isFromProduct ? .product : context.kind)
      let type = path.attribute.flatMap { Model.declaration(end, $0)?.type } ?? .text
      fallbacks.append(
        (
          PathPlan(path, at: context.kind),
          try ValueCodec(rule.converter, type: type, codes: profile.codes, unit: rule.unit)
        ))
    }
    var derived: DerivationPlan?
    var isFromProduct = true
    var isAboutTopItem = false
    if var derivation = rule.derived {
      if layout.isPerTopItem, context.kind == .product, let inner = Self.aboutItem(derivation) {
        derivation = inner
        isAboutTopItem = true
      }
      derived = try DerivationPlan(
        derivation, at: isAboutTopItem ? .item : context.kind, codes: profile.codes, asOf: asOf)
      switch derivation {
      case .asOf, .number: isFromProduct = false
      case .template(let pieces): isFromProduct = pieces.contains { if case .value = $0 { true } else { false } }
      default: break
      }
    }
    var unit: Range<Int32>?
    if case .element(let place)? = rule.unit?.place, let name = place.attribute { unit = literal(" \(name)=\"") }
    var value = ElementWritingPlan.Value(
      source: source, rule: rule, target: target, codec: codec, limit: LengthLimit(rule),
      place: context.path + (path.steps.isEmpty && path.attribute == nil ? "" : "/" + path.description))
    // Values in elements of their own have their conditions on the step.
    if path.attribute != nil || path.steps.isEmpty { value.guards = guardSet(context) }
    value.attribute = attribute
    value.facet = rule.target?.facet ?? .none
    value.isMany = declaration?.isMany ?? false
    let isOfItem = kind == .item && rule.target != nil && rule.target?.steps.isEmpty == true
    value.isItemID = isOfItem && attribute == .id
    value.isItemLevel = isOfItem && attribute == .level
    value.constant = rule.constant.map { literal(Self.escaped($0, attribute: path.attribute != nil)) }
    value.derived = derived
    value.isDerivedFromProduct = isFromProduct
    value.fallbacks = fallbacks
    value.language = rule.languageAttribute.map { literal(" \($0.drop { $0 == "@" })=\"") }
    value.unit = unit
    value.name = path.attribute.map { literal(" \($0)=\"") }
    value.isAboutTopItem = isAboutTopItem
    value.requiredWhen = rule.requiredWhen.map { ConditionPlan($0, at: context.kind) }
    settle(&value, inAttribute: path.attribute != nil)
    return value
  }

  /// A derivation that is the same text always is a constant.
  private mutating func settle(_ value: inout ElementWritingPlan.Value, inAttribute: Bool) {
    guard value.constant == nil, value.target == nil, value.isField, case .template(let pieces)? = value.rule.derived
    else { return }
    var text = ""
    for piece in pieces {
      guard case .literal(let more) = piece else { return }
      text += more
    }
    if text.isEmpty || text.utf8.withContiguousStorageIfAvailable({ value.limit.check($0) != nil }) != false { return }
    value.constant = literal(Self.escaped(text, attribute: inAttribute))
    value.derived = nil
  }

  /// Adds a value, with what the inner loop asks of it.
  mutating func add(_ value: ElementWritingPlan.Value, _ context: Context?) -> Int32 {
    var facts = ElementWritingPlan.ValueFacts(
      attribute: value.attribute, facet: value.facet.rawValue, hasLanguages: value.language != nil,
      limit: Int32(clamping: value.limit.fewestBytes))
    var scope: Int32 = 0
    if let target = value.target, value.isField, let context {
      if target.steps.isEmpty || target.isFromProduct {
        facts.place = .slot
        scope = target.isFromProduct ? Self.productScope : context.scope
        if !target.steps.isEmpty {
          facts.path = path(target.path.steps)
          scope = paths[Int(facts.path)].scope
        }
        facts.slot = slots.slot(
          value.attribute, facts.hasLanguages ? EntrySlots.anyLanguage : facts.facet, in: scope)
      } else {
        facts.place = .path
      }
    }
    self.facts.append(facts)
    slotScopes.append(scope)
    values.append(value)
    return Int32(values.count - 1)
  }

  private mutating func path(_ steps: [ModelPath.Step]) -> Int32 {
    if let known = knownPaths[steps] { return known }
    let index = Int32(paths.count)
    knownPaths[steps] = index
    let compiled = steps.map { step in
      let plan = PathPlan.Step(step)
      let start = Int32(tests.count)
      for key in plan.keys { tests.add(key.attribute, is: key.value) }
      return ProductPaths.Step(kind: plan.kind, position: plan.position, keys: start..<Int32(tests.count))
    }
    paths.append(ProductPaths.Path(steps: compiled, scope: slots.addScope()))
    return index
  }

  /// A derivation whose paths all begin with `item.`, as one about that item; nil for others.
  static func aboutItem(_ derivation: Derivation) -> Derivation? {
    guard case .template(let pieces) = derivation else { return nil }
    var inner: [PatternPiece] = []
    var hasValue = false
    for piece in pieces {
      guard case .value(var path, let converter) = piece else {
        inner.append(piece)
        continue
      }
      guard path.steps.first == ModelPath.Step(kind: .item, selector: .first) else { return nil }
      path.steps.removeFirst()
      inner.append(.value(path, converter))
      hasValue = true
    }
    return hasValue ? .template(inner) : nil
  }

  mutating func literal(_ text: String) -> Range<Int32> {
    let start = Int32(literals.count)
    literals.append(contentsOf: text.utf8)
    return start..<Int32(literals.count)
  }

  /// The conditions of the groups around a rule. Most rules stand in one of a few groups: a group's conditions are kept once,
  /// so that answers can be, too.
  mutating func guardSet(_ context: Context) -> Int32 {
    if context.guards.isEmpty { return -1 }
    let key = context.guards.map { "\(context.kind) \($0)" }.joined(separator: " ")
    if let known = knownGuards[key] { return known }
    let start = Int32(tests.count)
    for condition in context.guards {
      tests.add(
        ConditionPlan(condition, at: context.kind),
        isLevel: context.kind == .item && condition.path.steps.isEmpty && condition.path.attribute == .level,
        isMain: condition.asksForMainItem(at: context.kind))
    }
    guardSets.append(start..<Int32(tests.count))
    knownGuards[key] = Int32(guardSets.count - 1)
    return Int32(guardSets.count - 1)
  }

  static func escaped(_ text: String, attribute: Bool = false) -> String {
    var buffer = ByteBuffer(capacity: text.utf8.count + 64)
    var text = text
    text.withUTF8 { buffer.appendXML($0, attribute: attribute) }
    return buffer.string()
  }
}
