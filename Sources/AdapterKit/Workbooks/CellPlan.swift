internal import Diagnostics
internal import ProductModel
internal import Profiles

/// One place of a sheet that rules read and write: a column of a table, a cell of a form, a row of a card.
struct CellSlot {
  /// Names by which it is found; the first is written.
  var names: [String]
  /// A second heading.
  var label: String?
  /// The code in the hidden row of codes, in defined names and in `_meta`.
  var code: String?
  /// Whether names are compared byte for byte.
  var isExact = false
  /// How much a target needs it.
  var requirement = Requirement.optional
  /// How it looks.
  var presentation = Presentation()
  /// The number format of its values.
  var format = "@"
  /// Whether a comma stands before decimals, so that numeric cells are turned into it before reading.
  var usesComma = false
  /// Whether something is read from here.
  var isRead = true
  /// For a form: where label and value stand.
  var cell: FormCell?

  /// The heading for messages.
  var title: String { names.first ?? code ?? "" }
}

/// The rules of one sheet, compiled for reading and writing over slots.
struct CellPlan {
  /// The places, in the order they are written.
  private(set) var slots: [CellSlot] = []
  /// The rules.
  private(set) var steps: [CellStep] = []
  /// The kind of the node that the rules stand on.
  let kind: NodeKind

  private let codes: [String: CodeList]
  private let asOf: String
  /// How many rules with the same many-valued target came before.
  private var ordinals: [ModelPath: Int] = [:]

  /// Compiles rules that stand on a node of a kind.
  ///
  /// - Throws: `configuration` with `converter-unfit` or `workbook-layout`.
  init(_ rules: [Rule] = [], at kind: NodeKind, codes: [String: CodeList], asOf: String) throws(Fault) {
    self.kind = kind
    self.codes = codes
    self.asOf = asOf
    steps = try compile(rules, at: kind, number: nil)
  }

  /// Compiles a further rule whose target starts at a node of another kind; answers its step, which is not one of `steps`.
  mutating func add(_ rule: Rule, at kind: NodeKind) throws(Fault) -> CellStep? {
    try compile([rule], at: kind, number: nil).first
  }

  /// Compiles further rules on the plan's own node.
  mutating func append(_ rules: [Rule]) throws(Fault) { steps += try compile(rules, at: kind, number: nil) }

  private mutating func compile(_ rules: [Rule], at kind: NodeKind, number: Int?) throws(Fault) -> [CellStep] {
    var steps: [CellStep] = []
    for rule in rules {
      switch rule {
      case .field(let field): steps.append(.field(try compile(field, at: kind, number: number)))
      case .composite(let composite):
        let on = composite.node.last?.kind ?? kind
        let pattern = try PatternCodec(composite.pieces, at: on, codes: codes)
        steps.append(
          .pattern(
            PatternStep(
              slot: try slot(composite.field, number: number, format: "@"), field: composite.field,
              node: PathPlan(ModelPath(steps: composite.node, attribute: nil), at: kind), codec: pattern,
              affix: Affix(composite.field.converter), limit: LengthLimit(composite.field),
              requiredWhen: composite.field.requiredWhen.map { ConditionPlan($0, at: kind) })))
      case .list(let list):
        steps.append(
          .list(
            ListStep(
              slot: try slot(list.field, number: number, format: "@"), field: list.field,
              codec: try ListCodec(list, at: kind, codes: codes), affix: Affix(list.field.converter),
              limit: LengthLimit(list.field), requiredWhen: list.field.requiredWhen.map { ConditionPlan($0, at: kind) })
          ))
      case .each(let each):
        var columns: [[CellStep]] = []
        for i in 1...max(1, min(each.max ?? 1, 200)) {
          let saved = ordinals
          columns.append(try compile(each.rules, at: each.kind, number: i + each.firstNumber - 1))
          ordinals = saved
        }
        steps.append(
          .numbered(
            NumberedStep(
              rule: each,
              parent: PathPlan(
                ModelPath(steps: each.parent, attribute: nil, isFromProduct: each.isFromProduct), at: kind),
              set: each.set.map(SetPlan.init), only: each.only.map { ConditionPlan($0, at: each.kind) },
              columns: columns)))
      case .group(let group):
        steps.append(
          .group(ConditionPlan(group.when, at: kind), group.when, try compile(group.rules, at: kind, number: number)))
      case .call:
        throw Fault(
          .configuration,
          Diagnostic(
            .workbookLayout, message: .init("call: is for XML only", vi: "call: chỉ dùng cho XML")))
      }
    }
    return steps
  }

  private mutating func compile(_ rule: FieldRule, at kind: NodeKind, number: Int?) throws(Fault) -> FieldStep {
    let declaration = rule.target.flatMap { target in
      target.attribute.flatMap {
        Model.declaration(target.steps.last?.kind ?? (target.isFromProduct ? .product : kind), $0)
      }
    }
    var codec: ValueCodec?
    if let declaration {
      codec = try ValueCodec(rule.converter, type: declaration.type, codes: codes, unit: rule.unit)
    }
    var squares: ValueCodec?
    if let declaration, case .codes(let list, _) = rule.converter {
      squares = try ValueCodec(.choice(list: list), type: declaration.type, codes: codes)
    }
    var ordinal = 0
    if let target = rule.target, declaration?.isMany == true, rule.separator == nil {
      ordinal = ordinals[target, default: 0]
      ordinals[target] = ordinal + 1
    }
    var fallbacks: [(path: PathPlan, codec: ValueCodec)] = []
    for path in rule.fallbacks {
      let type = path.attribute.flatMap { Model.declaration(path.steps.last?.kind ?? kind, $0) }?.type ?? .text
      fallbacks.append((PathPlan(path, at: kind), try ValueCodec(rule.converter, type: type, codes: codes)))
    }
    var alternative: (path: PathPlan, codec: ValueCodec)?
    if let other = rule.alternative {
      let type = other.target.attribute.flatMap { Model.declaration(other.target.steps.last?.kind ?? kind, $0) }?.type
      alternative = (
        PathPlan(other.target, at: kind),
        try ValueCodec(.codes(list: other.codes, isOpen: false), type: type ?? .code, codes: codes)
      )
    }
    var derived: DerivationPlan?
    if let derivation = rule.derived { derived = try DerivationPlan(derivation, at: kind, codes: codes, asOf: asOf) }
    let content = Self.content(rule, declaration)
    let format = rule.presentation.numberFormat ?? Self.format(rule, declaration, content)
    let slot = try slot(rule, number: number, format: format)
    if case .decimal(.comma, _, _) = rule.converter { slots[slot].usesComma = true }
    if case .integer(.comma) = rule.converter { slots[slot].usesComma = true }
    if case .money(.comma, _) = rule.converter { slots[slot].usesComma = true }
    if case .measureIn(_, .comma, _) = rule.converter { slots[slot].usesComma = true }
    slots[slot].isRead = rule.target != nil || rule.constant != nil || alternative != nil
    var unitSlot: Int?
    if let unit = rule.unit {
      unitSlot = try self.slot(
        FieldRule(place: unit.place, presentation: Presentation(width: 10, choices: unit.codes)), number: number,
        format: "@")
    }
    return FieldStep(
      slot: slot, unitSlot: unitSlot, rule: rule, path: rule.target.map { PathPlan($0, at: kind) },
      isMany: declaration?.isMany == true, ordinal: ordinal, codec: codec, squares: squares, fallbacks: fallbacks,
      alternative: alternative, derived: derived, content: content, limit: LengthLimit(rule),
      requiredWhen: rule.requiredWhen.map { ConditionPlan($0, at: kind) })
  }

  /// The slot of a place, made when it is new.
  private mutating func slot(_ rule: FieldRule, number: Int?, format: String) throws(Fault) -> Int {
    var slot = CellSlot(names: [], requirement: rule.requirement, presentation: rule.presentation, format: format)
    switch rule.place {
    case .column(let names, let label, let code, let isExact):
      slot.names = names.map { Self.numbered($0, number) }
      slot.label = label.map { Self.numbered($0, number) }
      slot.code = code.map { Self.numbered($0, number) }
      slot.isExact = isExact
    case .cell(let cell):
      slot.names = cell.labels
      slot.label = cell.sublabel
      slot.code = cell.code
      slot.cell = cell
    case .nowhere: break
    case .element:
      throw Fault(
        .configuration,
        Diagnostic(
          .workbookLayout, message: .init("at: is for XML only", vi: "at: chỉ dùng cho XML")))
    }
    if let known = slots.firstIndex(where: { !$0.names.isEmpty && $0.names == slot.names && $0.cell == slot.cell }) {
      return known
    }
    slots.append(slot)
    return slots.count - 1
  }

  private static func numbered(_ text: String, _ number: Int?) -> String {
    guard let number else { return text }
    return text.split(separator: "{i}", omittingEmptySubsequences: false).joined(separator: String(number))
  }

  private static func content(_ rule: FieldRule, _ declaration: AttributeDeclaration?) -> FieldStep.Content {
    if rule.separator != nil { return .text }
    switch rule.converter {
    case .integer, .decimal, .money, .measureIn, .days: return .number
    case .date: return .date
    case .text where rule.target != nil:
      switch declaration?.type {
      case .integer, .decimal, .percent: return .number
      case .date: return .date
      default: return .text
      }
    default: break
    }
    switch rule.derived {
    case .asOf(.date): return .date
    case .count, .sum, .scale, .number: return .number
    default: return .text
    }
  }

  private static func format(
    _ rule: FieldRule, _ declaration: AttributeDeclaration?, _ content: FieldStep.Content
  ) -> String {
    switch content {
    case .text: return "@"
    case .number:
      if case .money(_, let currency) = rule.converter {
        return Currency.decimals(currency) ?? 2 == 0 ? "#,##0" : "#,##0.00##"
      }
      return "General"
    case .date:
      if case .date(.dmy) = rule.converter { return "dd/mm/yyyy" }
      if case .date(.ymd) = rule.converter { return "yyyy/mm/dd" }
      if case .asOf(.date(.dmy)) = rule.derived { return "dd/mm/yyyy" }
      if case .asOf(.date(.ymd)) = rule.derived { return "yyyy/mm/dd" }
      return "yyyy-mm-dd"
    }
  }
}

/// A compiled rule of a sheet.
indirect enum CellStep {
  case field(FieldStep)
  case pattern(PatternStep)
  case list(ListStep)
  case numbered(NumberedStep)
  case group(ConditionPlan, Condition, [CellStep])
}

/// A place tied to one attribute, a constant or a derived value. A class, because it is handed around for every cell.
final class FieldStep {
  /// What kind of cell it is.
  enum Content { case text, number, date }

  let slot: Int
  let unitSlot: Int?
  let rule: FieldRule
  let path: PathPlan?
  let isMany: Bool
  /// Which of several values stands here, from 0.
  let ordinal: Int
  let codec: ValueCodec?
  /// For codes: reads choices that are shown as squares in one cell, as other people's forms have them.
  let squares: ValueCodec?
  let fallbacks: [(path: PathPlan, codec: ValueCodec)]
  /// The attribute that some texts of the cell stand for.
  let alternative: (path: PathPlan, codec: ValueCodec)?
  let derived: DerivationPlan?
  let content: Content
  let limit: LengthLimit
  let requiredWhen: ConditionPlan?

  init(
    slot: Int, unitSlot: Int?, rule: FieldRule, path: PathPlan?, isMany: Bool, ordinal: Int, codec: ValueCodec?,
    squares: ValueCodec?, fallbacks: [(path: PathPlan, codec: ValueCodec)],
    alternative: (path: PathPlan, codec: ValueCodec)?, derived: DerivationPlan?, content: Content, limit: LengthLimit,
    requiredWhen: ConditionPlan?
  ) {
    self.slot = slot
    self.unitSlot = unitSlot
    self.rule = rule
    self.path = path
    self.isMany = isMany
    self.ordinal = ordinal
    self.codec = codec
    self.squares = squares
    self.fallbacks = fallbacks
    self.alternative = alternative
    self.derived = derived
    self.content = content
    self.limit = limit
    self.requiredWhen = requiredWhen
  }
}

/// Several attributes in one place.
struct PatternStep {
  let slot: Int
  let field: FieldRule
  let node: PathPlan
  let codec: PatternCodec
  let affix: Affix
  let limit: LengthLimit
  let requiredWhen: ConditionPlan?
}

/// A list in one place.
struct ListStep {
  let slot: Int
  let field: FieldRule
  let codec: ListCodec
  let affix: Affix
  let limit: LengthLimit
  let requiredWhen: ConditionPlan?
}

/// Numbered columns.
struct NumberedStep {
  let rule: EachRule
  let parent: PathPlan
  let set: [SetPlan]
  let only: [ConditionPlan]
  /// The rules of each number.
  let columns: [[CellStep]]
}

/// What stands before and after a whole list or pattern.
struct Affix {
  let prefix: [UInt8]
  let suffix: [UInt8]

  init(_ converter: Converter) {
    if case .affixed(let prefix, _, let suffix) = converter {
      self.prefix = Array(prefix.utf8)
      self.suffix = Array(suffix.utf8)
    } else {
      prefix = []
      suffix = []
    }
  }
}
