internal import Bytes
internal import Diagnostics
internal import ProductModel
internal import Profiles

/// Compiles the rules of a layout: first into a tree of elements, in which neighbours share what is around them, then flat.
struct WritingCompiler {
  /// An element while it grows.
  private final class Draft {
    let step: ElementPath.Step?
    let kind: ElementWritingPlan.Operation.Kind
    var detail: Int32 = -1
    var guards: [ElementWritingPlan.Guard] = []
    var attributes: [Int32] = []
    var text: Int32 = -1
    var repeats: Int32 = -1
    var children: [Draft] = []

    init(_ step: ElementPath.Step?, kind: ElementWritingPlan.Operation.Kind = .element) {
      self.step = step
      self.kind = kind
    }
  }

  private struct Context {
    var kind: NodeKind
    var guards: [ElementWritingPlan.Guard] = []
    /// The kinds of the nodes around, innermost last.
    var around: [NodeKind]
    var path: String
  }

  let layout: ElementLayout
  let profile: Profile
  let asOf: String
  var operations: [ElementWritingPlan.Operation] = []
  var tags: [ElementWritingPlan.Tag] = []
  var literals: [UInt8] = []
  var values: [ElementWritingPlan.Value] = []
  var guardPlans: [ElementWritingPlan.Guard] = []
  var attributeValues: [Int32] = []
  var eaches: [ElementWritingPlan.Each] = []
  var calls: [ElementWritingPlan.Call] = []
  var blockRanges: [Range<Int32>] = []
  var record: Range<Int32> = 0..<0

  private var guardRanges: [String: Range<Int32>] = [:]
  private var blocks: [String: Int32] = [:]
  private var blockDrafts: [Draft] = []
  private var market: [UInt8]?

  init(layout: ElementLayout, profile: Profile, asOf: String) {
    self.layout = layout
    self.profile = profile
    self.asOf = asOf
    market = profile.market.map { Array($0.utf8) }
  }

  mutating func compile() throws(Fault) {
    let root = Draft(layout.record.steps.last)
    try add(
      layout.rules, to: root, Context(kind: .product, around: [.product], path: layout.record.steps.last?.name ?? ""))
    flatten(root)
    record = 0..<Int32(operations.count)
    for draft in blockDrafts {
      let start = Int32(operations.count)
      for child in draft.children { flatten(child) }
      blockRanges.append(start..<Int32(operations.count))
    }
  }

  // MARK: Rules

  private mutating func add(_ rules: [Rule], to draft: Draft, _ context: Context) throws(Fault) {
    for rule in rules {
      switch rule {
      case .field(let field): try add(field, .field, to: draft, context)
      case .composite(let composite):
        let path = PathPlan(ModelPath(steps: composite.node, attribute: nil), at: context.kind)
        let pattern = try PatternCodec(
          composite.pieces, at: composite.node.last?.kind ?? context.kind, codes: profile.codes)
        try add(composite.field, .composite(path, pattern), to: draft, context)
      case .list(let list):
        try add(list.field, .list(try ListCodec(list, at: context.kind, codes: profile.codes)), to: draft, context)
      case .each(let each): try add(each, to: draft, context)
      case .group(let group):
        var inner = context
        inner.guards.append(ElementWritingPlan.Guard(group.when, at: context.kind))
        try add(group.rules, to: draft, inner)
      case .call(let call): try add(call, to: draft, context)
      }
    }
  }

  private mutating func add(
    _ rule: FieldRule, _ source: ElementWritingPlan.Value.Source, to draft: Draft, _ context: Context
  ) throws(Fault) {
    guard case .element(let path) = rule.place else { return }
    let index = Int32(values.count)
    values.append(try value(rule, source, path, context))
    guard let last = path.steps.last else {
      // The enclosing element itself.
      if path.attribute != nil { draft.attributes.append(index) } else { draft.text = index }
      return
    }
    let parent = container(path.steps.dropLast(), in: draft)
    // Attributes and text of one element come as rules of their own.
    if let known = parent.children.last, known.kind == .element, known.step == last, known.repeats < 0,
      path.attribute != nil || (known.text < 0 && known.children.isEmpty)
    {
      if path.attribute != nil { known.attributes.append(index) } else { known.text = index }
      return
    }
    let element = Draft(last)
    parent.children.append(element)
    if path.attribute != nil {
      element.attributes.append(index)
      return
    }
    element.text = index
    element.guards = context.guards
    if values[Int(index)].language != nil || (values[Int(index)].isMany && rule.separator == nil) {
      element.repeats = index
    }
  }

  private mutating func add(_ rule: EachRule, to draft: Draft, _ context: Context) throws(Fault) {
    guard let path = rule.element else { return }
    let element = self.draft(path.steps.last, kind: .each)
    element.guards = context.guards
    element.detail = Int32(eaches.count)
    let parent = ModelPath(steps: rule.parent, attribute: nil, isFromProduct: rule.isFromProduct)
    eaches.append(
      ElementWritingPlan.Each(
        parent: PathPlan(parent, at: rule.isFromProduct ? .product : context.kind), kind: rule.kind,
        sets: rule.set.compactMap { plan($0, context) }, only: rule.only.map { ConditionPlan($0, at: rule.kind) },
        max: rule.max ?? .max))
    container(path.steps.dropLast(), in: draft).children.append(element)
    try add(
      rule.rules, to: element,
      Context(kind: rule.kind, around: context.around + [rule.kind], path: context.path + "/" + path.description))
  }

  /// `^market.country` without an enclosing market is the market that the profile is for.
  private func plan(_ set: SetValue, _ context: Context) -> SetPlan? {
    if case .enclosing(.market, .country) = set.source, !context.around.contains(.market) {
      guard let market else { return nil }
      return SetPlan(
        SetValue(attribute: set.attribute, source: .constant(String(decoding: market, as: UTF8.self))))
    }
    return SetPlan(set)
  }

  private mutating func add(_ rule: CallRule, to draft: Draft, _ context: Context) throws(Fault) {
    guard let block = layout.blocks[rule.block] else {
      throw Fault(
        .configuration,
        Diagnostic(
          .elementLayout, at: rule.position, value: rule.block,
          message: .init("there is no block “\(rule.block)”", vi: "không có khối “\(rule.block)”")))
    }
    let index: Int32
    if let known = blocks[rule.block] {
      index = known
    } else {
      index = Int32(blockDrafts.count)
      blocks[rule.block] = index
      let inner = Draft(nil)
      blockDrafts.append(inner)
      try add(
        block.rules, to: inner,
        Context(kind: block.kind, around: [.product, block.kind], path: rule.element.description))
    }
    let element = self.draft(rule.element.steps.last, kind: .call)
    element.guards = context.guards
    element.detail = Int32(calls.count)
    calls.append(ElementWritingPlan.Call(block: index, kind: block.kind, link: rule.link))
    container(rule.element.steps.dropLast(), in: draft).children.append(element)
  }

  /// An element, with the child that says which one it is.
  private mutating func draft(_ step: ElementPath.Step?, kind: ElementWritingPlan.Operation.Kind = .element) -> Draft {
    let element = Draft(step, kind: kind)
    for condition in step?.conditions ?? [] where condition.isElement {
      let child = Draft(ElementPath.Step(namespace: nil, prefix: "", name: condition.name))
      child.text = Int32(values.count)
      let rule = FieldRule(
        place: .element(ElementPath(steps: [ElementPath.Step(namespace: nil, prefix: "", name: condition.name)])),
        constant: condition.value)
      if let codec = try? ValueCodec(.text, type: .text, codes: [:]) {
        values.append(
          ElementWritingPlan.Value(
            rule: rule, guards: 0..<0, target: nil, attribute: .id, facet: .none, isMany: false, isItemID: false,
            codec: codec, constant: literal(Self.escaped(condition.value)), derived: nil, isDerivedFromProduct: false,
            fallbacks: [], language: nil, unit: nil, name: nil, limit: LengthLimit(rule), requiredWhen: nil,
            place: condition.name))
        element.children.append(child)
      }
    }
    return element
  }

  /// The element for some steps: the last one written there, when it is the same, else a new one.
  private mutating func container(_ steps: some Sequence<ElementPath.Step>, in draft: Draft) -> Draft {
    var at = draft
    for step in steps {
      if let last = at.children.last, last.kind == .element, last.step == step, last.text < 0 {
        at = last
      } else {
        let next = self.draft(step)
        at.children.append(next)
        at = next
      }
    }
    return at
  }

  // MARK: Values

  private mutating func value(
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
    return ElementWritingPlan.Value(
      source: source, rule: rule, guards: guardRange(path.attribute != nil || path.steps.isEmpty ? context.guards : []),
      target: target, attribute: attribute, facet: rule.target?.facet ?? .none, isMany: declaration?.isMany ?? false,
      isItemID: kind == .item && attribute == .id && rule.target != nil && rule.target?.steps.isEmpty == true,
      isItemLevel: kind == .item && attribute == .level && rule.target != nil && rule.target?.steps.isEmpty == true,
      codec: codec,
      constant: rule.constant.map { literal(Self.escaped($0)) }, derived: derived, isDerivedFromProduct: isFromProduct,
      fallbacks: fallbacks, language: rule.languageAttribute.map { literal(" \($0.drop { $0 == "@" })=\"") },
      unit: unit,
      name: path.attribute.map { literal(" \($0)=\"") }, isAboutTopItem: isAboutTopItem, limit: LengthLimit(rule),
      requiredWhen: rule.requiredWhen.map { ConditionPlan($0, at: context.kind) },
      place: context.path + (path.steps.isEmpty && path.attribute == nil ? "" : "/" + path.description))
  }

  /// A derivation whose paths all begin with `item.`, as one about that item; nil for others.
  private static func aboutItem(_ derivation: Derivation) -> Derivation? {
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

  private mutating func literal(_ text: String) -> Range<Int32> {
    let start = Int32(literals.count)
    literals.append(contentsOf: text.utf8)
    return start..<Int32(literals.count)
  }

  private mutating func guardRange(_ plans: [ElementWritingPlan.Guard]) -> Range<Int32> {
    if plans.isEmpty { return 0..<0 }
    // Most rules stand in one of a few groups: a group's conditions are kept once, so that answers can be, too.
    let key = plans.map(\.text).joined(separator: " ")
    if let known = guardRanges[key] { return known }
    let start = Int32(guardPlans.count)
    defer { guardRanges[key] = start..<Int32(guardPlans.count) }
    guardPlans.append(contentsOf: plans)
    return start..<Int32(guardPlans.count)
  }

  private static func escaped(_ text: String, attribute: Bool = false) -> String {
    var buffer = ByteBuffer(capacity: text.utf8.count + 64)
    var text = text
    text.withUTF8 { buffer.appendXML($0, attribute: attribute) }
    return buffer.string()
  }

  // MARK: Flattening

  private mutating func flatten(_ draft: Draft) {
    // A value that comes several times and stands alone in its parent takes the parent with it: a list of materials is a
    // list of <packagingMaterial> with one code each.
    if draft.kind == .element, draft.text < 0, draft.attributes.isEmpty, draft.children.count == 1,
      let child = draft.children.first, child.repeats >= 0, values[Int(child.repeats)].language == nil,
      operations.count > 0
    {
      draft.repeats = child.repeats
      draft.guards = child.guards
      child.repeats = -1
    }
    var operation = ElementWritingPlan.Operation()
    operation.kind = draft.kind
    operation.detail = draft.detail
    operation.text = draft.text
    operation.repeats = draft.repeats
    operation.guards = guardRange(draft.guards)
    operation.attributes = Int32(attributeValues.count)..<Int32(attributeValues.count + draft.attributes.count)
    attributeValues.append(contentsOf: draft.attributes)
    if let step = draft.step {
      let name = (step.prefix.isEmpty ? "" : step.prefix + ":") + step.name
      let open =
        "<" + name
        + step.conditions.filter { !$0.isElement }.map { " \($0.name)=\"\(Self.escaped($0.value, attribute: true))\"" }
        .joined()
      operation.tag = Int32(tags.count)
      tags.append(ElementWritingPlan.Tag(open: literal(open), close: literal("</\(name)>")))
    }
    let index = operations.count
    operations.append(operation)
    for child in draft.children { flatten(child) }
    operations[index].end = Int32(operations.count)
  }

  /// A text of the layout with the variables that the profile and the run give it.
  func resolved(_ text: String) -> [UInt8] {
    var variables = profile.variables
    variables["profile"] = profile.name
    variables["market"] = profile.market
    variables["language"] = profile.language
    variables["asOf"] = asOf
    var out = ""
    var rest = Substring(text)
    while let dollar = rest.firstIndex(of: "$") {
      out += rest[..<dollar]
      var name = rest[rest.index(after: dollar)...]
      let isBraced = name.first == "{"
      if isBraced { name = name.dropFirst() }
      name = name.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
      let end = isBraced && rest[name.endIndex...].first == "}" ? rest.index(after: name.endIndex) : name.endIndex
      if let value = variables[String(name)] {
        out += Self.escaped(value, attribute: true)
        rest = rest[end...]
      } else {
        out += "$"
        rest = rest[rest.index(after: dollar)...]
      }
    }
    return Array((out + rest).utf8)
  }
}
