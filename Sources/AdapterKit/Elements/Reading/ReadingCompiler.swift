internal import Diagnostics
internal import ProductModel
internal import Profiles

extension ElementReadingPlan {
  /// Compiles a layout.
  ///
  /// - Throws: `configuration` for what the loader lets pass but the engine cannot run: an unknown block or code list.
  init(_ layout: ElementLayout, profile: Profile) throws(Fault) {
    var compiler = ReadingCompiler(layout: layout, profile: profile)
    self = try compiler.compile()
  }
}

/// What a rule is compiled in: its scope and kind, and the conditions of the groups around it.
private struct RuleContext {
  var scope: Int32
  var kind: NodeKind
  var guards: [Int32] = []
}

private struct ReadingCompiler {
  /// A state while its parts are still growing.
  struct Draft {
    var fallback: Int32 = -1
    var scope: Int32 = 0
    var actions: [ElementReadingPlan.Action] = []
    var attributes: [ElementReadingPlan.AttributeUse] = []
    var openers: [ElementReadingPlan.Opener] = []
    var call: Int32 = -1
    var edges: [(step: ElementPath.Step, state: Int32)] = []
  }

  let layout: ElementLayout
  let profile: Profile
  var plan = ElementReadingPlan()
  var drafts: [Draft] = []
  var blocks: [String: Int32] = [:]
  var attributeNames: [String: Int32] = [:]
  var pathNumbers: [[ModelPath.Step]: Int32] = [:]

  init(layout: ElementLayout, profile: Profile) {
    self.layout = layout
    self.profile = profile
  }

  mutating func compile() throws(Fault) -> ElementReadingPlan {
    plan.unmatched = layout.unmatched
    plan.mergesRecords = layout.isPerTopItem
    plan.recordPath = layout.record.description
    plan.language = profile.language.flatMap { Facet.intern(language: $0) } ?? .none
    plan.market = profile.market.map { Array($0.utf8) }
    plan.root = add(Draft())
    plan.void = add(Draft())
    var state = plan.root
    for step in layout.record.steps { state = edge(from: state, step) }
    plan.record = state
    try add(layout.rules, at: state, RuleContext(scope: 0, kind: .product))
    return try flattened()
  }

  // MARK: Rules

  private mutating func add(_ rules: [Rule], at state: Int32, _ context: RuleContext) throws(Fault) {
    for rule in rules {
      switch rule {
      case .field(let field): try add(field, at: state, context)
      case .composite(let composite):
        let index = Int32(plan.composites.count)
        plan.composites.append(try CompositeField(composite, kind: context.kind, codes: profile.codes))
        try add(.composite, index, composite.field, at: state, context)
      case .list(let list):
        let index = Int32(plan.lists.count)
        plan.lists.append(try ListCodec(list, at: context.kind, codes: profile.codes))
        try add(.list, index, list.field, at: state, context)
      case .each(let each): try add(each, at: state, context)
      case .group(let group):
        var inner = context
        inner.guards.append(try guardIndex(group.when, context))
        try add(group.rules, at: state, inner)
      case .call(let call): try add(call, at: state, context)
      }
    }
  }

  private mutating func add(_ rule: FieldRule, at state: Int32, _ context: RuleContext) throws(Fault) {
    if rule.target == nil && rule.constant == nil {
      // Derived values are written only; their elements are known, and nothing is read from them.
      if case .element(let path) = rule.place { _ = path.steps.reduce(state) { edge(from: $0, $1) } }
      return
    }
    let index = Int32(plan.fields.count)
    let target = rule.target.map { self.target($0, context.kind) }
    var type = ValueType.text
    if let attribute = rule.target?.attribute { type = self.type(of: attribute, rule.target, context.kind) ?? .text }
    let codec = try ValueCodec(
      rule.target == nil ? .text : rule.converter, type: type, codes: profile.codes, unit: rule.unit)
    plan.fields.append(
      ElementReadingPlan.Field(
        target: target, codec: codec, constant: rule.constant.map { Array($0.utf8) },
        defaultValue: rule.defaultValue.map { Array($0.utf8) }, hasLanguage: rule.languageAttribute != nil,
        hasUnit: rule.unit != nil, needsScan: Self.needsScan(rule.converter, type) || rule.target == nil, rule: rule))
    if case .nowhere = rule.place {
      if let target, let constant = rule.constant, context.scope == 0, context.kind == .product {
        plan.implied.append((target, Array(constant.utf8)))
      }
      return
    }
    try add(.field, index, rule, at: state, context)
  }

  private mutating func add(
    _ kind: ElementReadingPlan.Action.Kind, _ index: Int32, _ rule: FieldRule, at state: Int32, _ context: RuleContext
  ) throws(Fault) {
    guard case .element(let path) = rule.place else { return }
    var at = state
    for step in path.steps { at = edge(from: at, step) }
    let action = ElementReadingPlan.Action(
      kind: kind, index: index, guards: list(context.guards), scope: context.scope)
    if let attribute = path.attribute {
      plan.actions.append(action)
      // Actions of attributes are kept apart from those of texts: they get their place when the plan is flattened.
      drafts[Int(at)].attributes.append(
        .init(name: name(attribute), role: .value(action: Int32(plan.actions.count - 1))))
    } else {
      drafts[Int(at)].actions.append(action)
    }
    if let language = rule.languageAttribute { use(language, .language, at) }
    if case .element(let unit)? = rule.unit?.place, let attribute = unit.attribute { use(attribute, .unit, at) }
  }

  /// Adds a use of an attribute once.
  private mutating func use(_ attribute: String, _ role: ElementReadingPlan.AttributeUse.Role, _ state: Int32) {
    let name = name(attribute.hasPrefix("@") ? String(attribute.dropFirst()) : attribute)
    let isKnown = drafts[Int(state)].attributes.contains { use in
      switch (use.role, role) {
      case (.language, .language), (.unit, .unit): use.name == name
      default: false
      }
    }
    if !isKnown { drafts[Int(state)].attributes.append(.init(name: name, role: role)) }
  }

  private mutating func add(_ rule: EachRule, at state: Int32, _ context: RuleContext) throws(Fault) {
    guard let path = rule.element else { return }
    var at = state
    for step in path.steps { at = edge(from: at, step) }
    let inner = add(Draft(fallback: at, scope: context.scope + 1))
    drafts[Int(at)].openers.append(
      ElementReadingPlan.Opener(
        state: inner, guards: list(context.guards), scope: context.scope + 1, kind: rule.kind,
        isFromProduct: rule.isFromProduct, path: self.path(rule.parent), sets: rule.set.map(SetPlan.init), key: rule.key
      ))
    try add(rule.rules, at: inner, RuleContext(scope: context.scope + 1, kind: rule.kind))
  }

  private mutating func add(_ rule: CallRule, at state: Int32, _ context: RuleContext) throws(Fault) {
    guard let block = layout.blocks[rule.block] else {
      throw Fault(
        .configuration,
        Diagnostic(
          .elementLayout, at: rule.position, value: rule.block,
          message: .init("there is no block “\(rule.block)”", vi: "không có khối “\(rule.block)”"),
          hint: nearest(to: rule.block, among: layout.blocks.keys).map {
            .init("did you mean “\($0)”?", vi: "có phải ý bạn là “\($0)”?")
          }))
    }
    var at = state
    for step in rule.element.steps { at = edge(from: at, step) }
    let first: Int32
    if let known = blocks[rule.block] {
      first = known
    } else {
      first = add(Draft())
      blocks[rule.block] = first
      if block.kind == .item { plan.hasItems = true }
      try add(block.rules, at: first, RuleContext(scope: 0, kind: block.kind))
    }
    drafts[Int(at)].call = Int32(plan.calls.count)
    plan.calls.append(ElementReadingPlan.Call(state: first, kind: block.kind, link: rule.link))
  }

  // MARK: Parts

  private mutating func add(_ draft: Draft) -> Int32 {
    drafts.append(draft)
    return Int32(drafts.count - 1)
  }

  private mutating func edge(from state: Int32, _ step: ElementPath.Step) -> Int32 {
    for edge in drafts[Int(state)].edges
    where edge.step.name == step.name && edge.step.namespace == step.namespace
      && edge.step.conditions == step.conditions
    {
      return edge.state
    }
    let next = add(Draft(scope: drafts[Int(state)].scope))
    drafts[Int(state)].edges.append((step, next))
    return next
  }

  private mutating func name(_ attribute: String) -> Int32 {
    if let known = attributeNames[attribute] { return known }
    let index = Int32(plan.attributeNames.count)
    plan.attributeNames.append(Array(attribute.utf8))
    attributeNames[attribute] = index
    return index
  }

  private mutating func list(_ guards: [Int32]) -> Range<Int32> {
    let start = Int32(plan.guardLists.count)
    plan.guardLists.append(contentsOf: guards)
    return start..<Int32(plan.guardLists.count)
  }

  private mutating func guardIndex(_ condition: Condition, _ context: RuleContext) throws(Fault) -> Int32 {
    let isType =
      condition.path.steps.isEmpty && condition.path.attribute == .type
      && (context.kind == .product || condition.path.isFromProduct)
    plan.guards.append(
      ElementReadingPlan.Guard(
        scope: context.scope, path: target(condition.path, context.kind),
        values: condition.values.map { Array($0.utf8) },
        isNegated: condition.isNegated,
        isLevel: context.kind == .item && condition.path.steps.isEmpty && condition.path.attribute == .level,
        isMain: condition.asksForMainItem(at: context.kind),
        absent: isType ? Array("product".utf8) : []))
    return Int32(plan.guards.count - 1)
  }

  private mutating func target(_ path: ModelPath, _ kind: NodeKind) -> ElementReadingPlan.Target {
    let end = path.steps.last?.kind ?? (path.isFromProduct ? .product : kind)
    let attribute = path.attribute ?? .id
    return ElementReadingPlan.Target(
      isFromProduct: path.isFromProduct || kind == .product, path: self.path(path.steps), attribute: attribute,
      facet: path.facet, isMany: Model.declaration(end, attribute)?.isMany ?? false)
  }

  private func type(of attribute: Attribute, _ path: ModelPath?, _ kind: NodeKind) -> ValueType? {
    let end = path?.steps.last?.kind ?? (path?.isFromProduct == true ? .product : kind)
    return Model.declaration(end, attribute)?.type
  }

  /// Numbers, dates and codes of a list are taken apart anyway; only texts and free codes are what they say.
  private static func needsScan(_ converter: Converter, _ type: ValueType) -> Bool {
    switch converter {
    case .gtin, .gtin14, .integer, .decimal, .money, .measure, .measureIn, .days, .date, .dateTimeOfDate, .dateTime,
      .boolean:
      false
    case .codes(_, let isOpen): isOpen
    case .text: type == .text || type == .code || type == .url
    default: true
    }
  }

  private mutating func path(_ steps: [ModelPath.Step]) -> Int32 {
    if steps.isEmpty { return -1 }
    if let known = pathNumbers[steps] { return known }
    pathNumbers[steps] = Int32(plan.paths.count)
    plan.paths.append(steps.map(PathPlan.Step.init))
    return Int32(plan.paths.count - 1)
  }

  // MARK: Flattening

  /// The drafts whose rules hold for an element: its own and those of its name without conditions.
  private func generals(_ draft: Draft) -> [Draft] {
    var all = [draft]
    while let last = all.last, last.fallback >= 0 { all.append(drafts[Int(last.fallback)]) }
    return all
  }

  /// The one thing to do with an element's text, when that is a field without conditions.
  private func onlyField(_ draft: Draft) -> ElementReadingPlan.Action? {
    let actions = generals(draft).flatMap(\.actions)
    guard actions.count == 1, draft.actions.count == 1, actions[0].kind == .field, actions[0].guards.isEmpty else {
      return nil
    }
    return actions[0]
  }

  private func opening(_ draft: Draft, isField: Bool) -> ElementReadingPlan.Opening {
    let all = generals(draft)
    if !draft.openers.isEmpty || draft.call >= 0 || all.contains(where: { !$0.attributes.isEmpty }) { return .more }
    if isField { return .text }
    return all.contains { !$0.actions.isEmpty } ? .more : .nothing
  }

  private mutating func flattened() throws(Fault) -> ElementReadingPlan {
    // What holds for an element of a name holds for those with conditions, too.
    for draft in drafts {
      for (step, state) in draft.edges where !step.conditions.isEmpty && drafts[Int(state)].fallback < 0 {
        for (other, general) in draft.edges
        where other.conditions.isEmpty && other.name == step.name && other.namespace == step.namespace {
          drafts[Int(state)].fallback = general
        }
      }
    }
    var plan = self.plan
    for draft in drafts {
      var state = ElementReadingPlan.State()
      state.fallback = draft.fallback
      state.scope = draft.scope
      state.call = draft.call
      let action = Int32(plan.actions.count), use = Int32(plan.attributes.count), opener = Int32(plan.openers.count)
      plan.actions.append(contentsOf: draft.actions)
      plan.attributes.append(contentsOf: draft.attributes)
      plan.openers.append(contentsOf: draft.openers)
      state.actions = action..<Int32(plan.actions.count)
      state.attributes = use..<Int32(plan.attributes.count)
      state.openers = opener..<Int32(plan.openers.count)
      if let only = onlyField(draft) {
        state.field = only.index
        state.fieldScope = only.scope
      }
      state.opening = opening(draft, isField: state.field >= 0)
      plan.states.append(state)
      var edges = try grouped(draft.edges)
      for i in edges.indices where edges[i].decision >= 0 {
        edges[i].decision = Int32(plan.decisions.count)
        plan.decisions.append(edges[i])
      }
      plan.edges.append(edges)
    }
    return plan
  }

  /// Elements of one name together, those with most conditions first.
  private func grouped(
    _ edges: [(step: ElementPath.Step, state: Int32)]
  ) throws(Fault) -> [ElementReadingPlan.Edge] {
    var groups: [ElementReadingPlan.Edge] = []
    for (step, state) in edges {
      let name = Array(step.name.utf8), namespace = step.namespace.map { Array($0.utf8) }
      let conditions = step.conditions.map { (name: Array($0.name.utf8), value: Array($0.value.utf8)) }
      let elements = step.conditions.filter(\.isElement).count
      let decision: Int32 = elements > 0 ? 0 : -1
      if let at = groups.firstIndex(where: { $0.name == name && $0.namespace == namespace }) {
        groups[at].targets.append((conditions, state))
        groups[at].decision = max(groups[at].decision, decision)
      } else {
        groups.append(.init(name: name, namespace: namespace, targets: [(conditions, state)], decision: decision))
      }
      if elements > 1 || (elements == 1 && step.conditions.count > 1) {
        throw Fault(
          .configuration,
          Diagnostic(
            .elementLayout, at: Place(file: profile.file), value: ElementPath(steps: [step]).description,
            message: .init(
              "a condition on a child element stands alone", vi: "điều kiện về phần tử con phải đứng một mình")))
      }
    }
    for i in groups.indices {
      // Stable: equal counts keep the order of the rules.
      groups[i].targets = groups[i].targets.enumerated()
        .sorted { ($1.element.conditions.count, $0.offset) < ($0.element.conditions.count, $1.offset) }.map(\.element)
    }
    return groups
  }
}
