internal import Bytes
internal import Diagnostics
internal import ProductModel
internal import Profiles

/// Compiles the rules of a layout: first into a tree of elements, in which neighbours share what is around them, then into
/// flat steps. Here are the rules; values and steps have files of their own.
struct WritingCompiler {
  /// An element while it grows.
  final class Draft {
    enum Kind { case element, each, call }
    let step: ElementPath.Step?
    let kind: Kind
    var detail: Int32 = -1
    /// Index of `guardSets`, or -1.
    var guards: Int32 = -1
    var attributes: [Int32] = []
    var text: Int32 = -1
    var repeats: Int32 = -1
    /// Whether the element around it is repeated for its value.
    var isRepeatedAbove = false
    var children: [Draft] = []

    init(_ step: ElementPath.Step?, kind: Kind = .element) {
      self.step = step
      self.kind = kind
    }
  }

  /// Where a rule stands.
  struct Context {
    var kind: NodeKind
    /// The scope of its node's values.
    var scope: Int32
    /// The conditions of the groups around.
    var guards: [Condition] = []
    /// The kinds of the nodes around, innermost last.
    var around: [NodeKind]
    var path: String
  }

  /// The scope of the product's own values.
  static let productScope: Int32 = 0

  let layout: ElementLayout
  let profile: Profile
  let asOf: String
  var steps: [ElementWritingPlan.Step] = []
  /// The local name of each step's element.
  var names: [String] = []
  var literals: [UInt8] = []
  var values: [ElementWritingPlan.Value] = []
  var facts: [ElementWritingPlan.ValueFacts] = []
  var tests = NodeTests()
  var guardSets: [Range<Int32>] = []
  var loopGuards: [Int32] = []
  var attributeValues: [Int32] = []
  var eaches: [ElementWritingPlan.Each] = []
  var calls: [ElementWritingPlan.Call] = []
  var parents: [PathPlan] = []
  var inherited: [ElementWritingPlan.Inherited] = []
  var setAttributes: [Attribute] = []
  var slots = EntrySlots.Plan()
  var paths: [ProductPaths.Path] = []

  /// The scopes of the values of `facts`, in which their slots are counted until all slots are known.
  var slotScopes: [Int32] = []
  var knownGuards: [String: Int32] = [:]
  var knownPaths: [[ModelPath.Step]: Int32] = [:]
  private var blocks: [String: (index: Int, scope: Int32)] = [:]
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
    let scope = slots.addScope()
    try add(
      layout.rules, to: root,
      Context(kind: .product, scope: scope, around: [.product], path: layout.record.steps.last?.name ?? ""))
    flatten(root)
    for (number, draft) in blockDrafts.enumerated() {
      let start = Int32(steps.count)
      for child in draft.children { flatten(child) }
      for i in calls.indices where calls[i].number == number { calls[i].block = start..<Int32(steps.count) }
    }
    setParents()
    findPlainLoops()
    for i in facts.indices where facts[i].slot >= 0 { facts[i].slot += slots.start(of: slotScopes[i]) }
    // Literals are copied in blocks.
    literals += Array(repeating: 0, count: XMLSink.slack)
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
        inner.guards.append(group.when)
        try add(group.rules, to: draft, inner)
      case .call(let call): try add(call, to: draft, context)
      }
    }
  }

  private mutating func add(
    _ rule: FieldRule, _ source: ElementWritingPlan.Value.Source, to draft: Draft, _ context: Context
  ) throws(Fault) {
    guard case .element(let path) = rule.place else { return }
    let index = add(try value(rule, source, path, context), context)
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
    element.guards = guardSet(context)
    if values[Int(index)].language != nil || (values[Int(index)].isMany && rule.separator == nil) {
      element.repeats = index
    }
  }

  private mutating func add(_ rule: EachRule, to draft: Draft, _ context: Context) throws(Fault) {
    guard let path = rule.element else { return }
    let element = self.draft(path.steps.last, kind: .each)
    element.guards = guardSet(context)
    element.detail = Int32(eaches.count)
    var each = ElementWritingPlan.Each(kind: rule.kind, scope: slots.addScope(), max: rule.max ?? .max)
    let parent = PathPlan(
      ModelPath(steps: rule.parent, attribute: nil, isFromProduct: rule.isFromProduct),
      at: rule.isFromProduct ? .product : context.kind)
    if !parent.steps.isEmpty {
      each.parent = .path
      each.parentPath = Int32(parents.count)
      parents.append(parent)
    } else if parent.isFromProduct {
      each.parent = .product
    }
    let tests = Int32(self.tests.count), inherited = Int32(self.inherited.count), sets = Int32(setAttributes.count)
    for condition in rule.only { self.tests.add(ConditionPlan(condition, at: rule.kind)) }
    for set in rule.set.compactMap({ plan($0, context) }) {
      setAttributes.append(set.attribute)
      if let source = set.enclosing {
        self.inherited.append(.init(attribute: set.attribute, kind: source.kind, source: source.attribute))
      } else {
        self.tests.add(set.attribute, is: set.constant)
      }
    }
    each.tests = tests..<Int32(self.tests.count)
    each.inherited = inherited..<Int32(self.inherited.count)
    each.sets = sets..<Int32(setAttributes.count)
    eaches.append(each)
    container(path.steps.dropLast(), in: draft).children.append(element)
    try add(
      rule.rules, to: element,
      Context(
        kind: rule.kind, scope: each.scope, around: context.around + [rule.kind],
        path: context.path + "/" + path.description))
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
    let callee: (index: Int, scope: Int32)
    if let known = blocks[rule.block] {
      callee = known
    } else {
      callee = (blockDrafts.count, slots.addScope())
      blocks[rule.block] = callee
      let inner = Draft(nil)
      blockDrafts.append(inner)
      try add(
        block.rules, to: inner,
        Context(
          kind: block.kind, scope: callee.scope, around: [.product, block.kind], path: rule.element.description))
    }
    let element = self.draft(rule.element.steps.last, kind: .call)
    element.guards = guardSet(context)
    element.detail = Int32(calls.count)
    calls.append(ElementWritingPlan.Call(number: callee.index, kind: block.kind, scope: callee.scope, link: rule.link))
    container(rule.element.steps.dropLast(), in: draft).children.append(element)
  }

  /// An element, with the child that says which one it is.
  private mutating func draft(_ step: ElementPath.Step?, kind: Draft.Kind = .element) -> Draft {
    let element = Draft(step, kind: kind)
    for condition in step?.conditions ?? [] where condition.isElement {
      let child = Draft(ElementPath.Step(namespace: nil, prefix: "", name: condition.name))
      let rule = FieldRule(
        place: .element(ElementPath(steps: [ElementPath.Step(namespace: nil, prefix: "", name: condition.name)])),
        constant: condition.value)
      if let codec = try? ValueCodec(.text, type: .text, codes: [:]) {
        var value = ElementWritingPlan.Value(rule: rule, codec: codec, limit: LengthLimit(rule), place: condition.name)
        value.constant = literal(Self.escaped(condition.value))
        child.text = add(value, nil)
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
}
