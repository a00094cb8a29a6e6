internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

/// A workbook layout, compiled.
struct WorkbookPlan {
  /// A table.
  struct Table {
    let name: String
    let aliases: [String]
    let layout: SheetTable
    /// Rules from the product or, with `each`, from the node; its slots are all slots of the table in writing order.
    let plan: CellPlan
    /// The rules of the columns.
    let steps: [CellStep]
    let join: [FieldStep]
    let parents: [FieldStep]
    /// The slot of the position.
    let number: Int?
    /// For `each`: where the nodes stand, filters and values set.
    let set: [SetPlan]
    let only: [ConditionPlan]
    /// Slots with the texts, folded, whose rows are passed over.
    let skip: [(slot: Int, texts: Set<String>)]
    /// The key attributes of the nodes with the rule that reads each.
    let keys: [(attribute: Attribute, step: FieldStep?)]

    /// Whether it has one row a product and stands first.
    var isMain: Bool { layout.each == nil && layout.join.isEmpty }
  }

  /// A form.
  struct Form {
    let name: String
    let layout: SheetForm
    let plan: CellPlan
  }

  /// Label and value rows.
  struct Card {
    let name: String
    let aliases: [String]
    let plan: CellPlan
  }

  /// One sheet.
  enum Sheet {
    case table(Table)
    case form(Form)
    case card(Card)
    case text(String, [String])
    case lists(String, [String])
  }

  let layout: WorkbookLayout
  let profile: Profile
  let sheets: [Sheet]
  /// The table with one row a product.
  let main: Table?
  let form: Form?

  /// Compiles the layout of a profile.
  ///
  /// - Throws: `configuration` with `workbook-layout` or `converter-unfit`.
  init(_ profile: Profile, asOf: String) throws(Fault) {
    guard case .workbook(let layout) = profile.layout else {
      throw Self.unfit(profile, "the profile has no workbook:", vi: "hồ sơ không có workbook:")
    }
    self.layout = layout
    self.profile = profile
    var sheets: [Sheet] = []
    var main: Table?
    var form: Form?
    for sheet in layout.sheets {
      switch sheet.content {
      case .table(let table):
        let compiled = try Self.table(sheet, table, profile, asOf)
        if compiled.isMain {
          if main != nil {
            throw Self.unfit(profile, "two tables without join:", vi: "có hai bảng không ghi join:")
          }
          main = compiled
        }
        sheets.append(.table(compiled))
      case .form(let layout):
        if form != nil { throw Self.unfit(profile, "two forms", vi: "có hai mẫu phiếu") }
        let compiled = Form(
          name: sheet.name, layout: layout,
          plan: try CellPlan(layout.fields, at: .product, codes: profile.codes, asOf: asOf))
        form = compiled
        sheets.append(.form(compiled))
      case .card(let rules):
        sheets.append(
          .card(
            Card(
              name: sheet.name, aliases: sheet.aliases,
              plan: try CellPlan(rules, at: .product, codes: profile.codes, asOf: asOf))))
      case .text(let lines): sheets.append(.text(sheet.name, lines))
      case .codeLists(let lists): sheets.append(.lists(sheet.name, lists))
      }
    }
    if main == nil, form == nil {
      throw Self.unfit(
        profile, "there is neither a main table nor a form", vi: "không có bảng chính cũng không có phiếu")
    }
    self.sheets = sheets
    self.main = main
    self.form = form
  }

  private static func table(
    _ sheet: SheetLayout, _ table: SheetTable, _ profile: Profile, _ asOf: String
  ) throws(Fault) -> Table {
    let kind = table.each?.kind ?? .product
    // Slots stand in writing order: who the row belongs to, where, and then its values.
    var plan = try CellPlan(at: kind, codes: profile.codes, asOf: asOf)
    var join: [FieldStep] = [], parents: [FieldStep] = []
    for rule in table.join {
      guard case .field(let step)? = try plan.add(rule, at: .product) else {
        throw unfit(profile, "join: takes plain columns", vi: "join: chỉ nhận cột đơn")
      }
      join.append(step)
    }
    for rule in table.parents {
      guard case .field(let step)? = try plan.add(rule, at: .product) else {
        throw unfit(profile, "parents: takes plain columns", vi: "parents: chỉ nhận cột đơn")
      }
      parents.append(step)
    }
    var number: Int?
    if let rule = table.number, case .field(let step)? = try plan.add(rule, at: kind) { number = step.slot }
    try plan.append(table.columns)
    var keys: [(attribute: Attribute, step: FieldStep?)] = []
    if let each = table.each {
      for attribute in each.key.isEmpty ? each.kind.declaration.key : each.key {
        var found: FieldStep?
        for case .field(let step) in plan.steps
        where step.path?.attribute == attribute && step.rule.target?.steps.isEmpty == true {
          found = found ?? step
        }
        keys.append((attribute, found))
      }
    }
    var skip: [(slot: Int, texts: Set<String>)] = []
    for (header, texts) in table.skip {
      if let slot = plan.slots.firstIndex(where: { $0.names.contains(header) }) {
        skip.append((slot, Set(texts.map { LabelText.folded($0) })))
      }
    }
    return Table(
      name: sheet.name, aliases: sheet.aliases, layout: table, plan: plan, steps: plan.steps, join: join,
      parents: parents, number: number, set: table.each?.set.map(SetPlan.init) ?? [],
      only: table.each?.only.map { ConditionPlan($0, at: kind) } ?? [], skip: skip, keys: keys)
  }

  static func unfit(_ profile: Profile, _ en: String, vi: String) -> Fault {
    Fault(.configuration, Diagnostic(.workbookLayout, at: Place(file: profile.file), message: .init(en, vi: vi)))
  }

  /// The template's name and version: `jp-product-sheet/1`.
  var template: (name: String, version: String)? {
    guard let template = layout.template else { return nil }
    let parts = template.split(separator: "/", maxSplits: 1)
    return (String(parts.first ?? ""), parts.count > 1 ? String(parts[1]) : "1")
  }

  /// The name of the n-th form's sheet.
  static func formName(_ pattern: String, _ n: Int) -> String {
    pattern.split(separator: "{n}", omittingEmptySubsequences: false).joined(separator: String(n))
  }

  /// The number of a form by its sheet's name, or nil.
  static func formNumber(_ name: String, _ pattern: String) -> Int? {
    let parts = pattern.split(separator: "{n}", omittingEmptySubsequences: false)
    guard parts.count == 2, name.hasPrefix(parts[0]), name.hasSuffix(parts[1]),
      name.count > parts[0].count + parts[1].count
    else { return nil }
    return Int(name.dropFirst(parts[0].count).dropLast(parts[1].count))
  }
}
