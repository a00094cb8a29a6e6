public import ProductModel

/// Makes products at random for tests: the same ones for the same seed, on every machine.
///
/// Over a run of a few hundred products every declared attribute and kind of node occurs, with 0 to 5 repeats where several may
/// stand, texts in Vietnamese, English, Japanese and Korean and for some channels, and ingredients nested four deep. Values are
/// canonical for their type, keys are unique among siblings, items refer to items that exist, and every GTIN of a run is
/// different. Values make no sense together beyond that: a tea may be 40 cm high and bear five stars.
public struct RandomProducts {
  /// Channels that texts are made for, where channels are allowed.
  public var channels = ["amazon-us", "amazon-jp", "buu-dien"]
  /// How many nodes of a kind, or values of an attribute, stand side by side at most.
  public var maxRepeats = 5
  /// How deep ingredients nest at most.
  public var maxDepth = 4
  /// Whether texts hold characters that formats must escape or quote: quotes, separators, angle brackets, line feeds.
  public var hasAwkwardText = true
  /// Whether families and assortments are made too, not only products.
  public var hasFamiliesAndAssortments = true

  private var random: SplitMix64
  private var gtins: UInt64

  /// Starts a run.
  public init(seed: UInt64) {
    random = SplitMix64(state: seed)
    gtins = random.next() % 400_000_000
  }

  /// Some products.
  public mutating func products(_ count: Int) -> [Product] {
    var all: [Product] = []
    for _ in 0..<count { all.append(next()) }
    return all
  }

  /// The next product.
  public mutating func next() -> Product {
    var root = ProductNode(.product)
    fillValues(&root)
    var type = "product"
    if hasFamiliesAndAssortments {
      let dice = random.below(20)
      if dice < 2 { type = "assortment" } else if dice == 2 { type = "family" }
    }
    if type != "product" || random.below(2) == 0 { root[.type] = type } else { root[.type] = nil }

    if type != "family" { addItems(&root, isAssortment: type == "assortment") }
    let itemIDs = root.nodes(.item).compactMap { $0[.id] }
    for declaration in Model.kinds where declaration.parents.contains(.product) && declaration.kind != .item {
      if type == "family", [.price, .tax, .ocop].contains(declaration.kind) { continue }
      addNodes(declaration, to: &root, depth: 1, itemIDs)
    }
    root.values = Self.ordered(root)
    return Product(root)
  }

  // MARK: Nodes

  private mutating func addNodes(
    _ declaration: KindDeclaration, to parent: inout ProductNode, depth: Int, _ items: [String]
  ) {
    if declaration.kind == .price, items.isEmpty { return }
    let count = declaration.isMany ? random.below(maxRepeats + 1) : random.below(2)
    var seen: Set<[String?]> = []
    for _ in 0..<count {
      var node = ProductNode(declaration.kind)
      fillValues(&node)
      if declaration.kind == .price {
        node[.item] = random.pick(items)
        Self.order(&node, .from, .to)
      }
      Self.order(&node, .issued, .expires)
      Self.order(&node, .produced, .bestBefore)
      if declaration.kind == .tax { Self.order(&node, .from, .to) }
      if declaration.kind == .nutrient { fixNutrient(&node) }
      if !declaration.key.isEmpty, !seen.insert(declaration.key.map { node[$0] }).inserted { continue }
      for below in Model.kinds where below.parents.contains(declaration.kind) {
        if below.kind == declaration.kind, depth >= maxDepth || random.below(3) > 0 { continue }
        addNodes(below, to: &node, depth: depth + 1, items)
      }
      // A node without anything in it says nothing.
      if node.values.isEmpty, node.children.isEmpty { continue }
      node.values = Self.ordered(node)
      parent.children.append(node)
    }
  }

  /// Items from the base unit up; each holds one below it, or, in an assortment, items of other products.
  private mutating func addItems(_ root: inout ProductNode, isAssortment: Bool) {
    let ids = ["each", "pack-6", "case-12", "case-24", "pallet", "pallet-2"]
    let count = 1 + random.below(min(maxRepeats, ids.count))
    for i in 0..<count {
      var item = ProductNode(.item)
      fillValues(&item)
      item[.id] = ids[i]
      // The model's own rule: the base unit is `each`, and no other item is at its level.
      if i == 0, !isAssortment {
        item[.level] = "BASE_UNIT_OR_EACH"
        item[.isBaseUnit] = "true"
      } else {
        if item[.level] == "BASE_UNIT_OR_EACH" { item[.level] = "CASE" }
        if item[.isBaseUnit] != nil { item[.isBaseUnit] = "false" }
      }
      // A pallet often has no GTIN; what can be sold has one.
      item[.gtin] =
        ids[i].hasPrefix("pallet") && random.below(2) == 0 ? nil : gtin(indicator: i == 0 ? 0 : 1 + random.below(8))
      Self.order(&item, .availableFrom, .availableTo)
      if i == 0 {
        if isAssortment {
          for _ in 0..<2 + random.below(3) {
            item.children.append(
              ProductNode(
                .contains,
                [
                  AttributeValue(.gtin, .none, gtin(indicator: 0)),
                  AttributeValue(.quantity, .none, String(1 + random.below(12))),
                ]))
          }
        }
      } else {
        let below = ids[random.below(i)]
        item.children.append(
          ProductNode(
            .contains,
            [AttributeValue(.item, .none, below), AttributeValue(.quantity, .none, String(2 + random.below(47)))]))
      }
      item.values = Self.ordered(item)
      root.children.append(item)
    }
  }

  // MARK: Values

  private mutating func fillValues(_ node: inout ProductNode) {
    let declaration = node.kind.declaration
    for attribute in declaration.attributes {
      let isFirstKey = declaration.key.first == attribute.attribute
      guard isFirstKey || random.below(5) < 3 || declaration.attributes.count == 1 else { continue }
      var facets: [Facet] = [.none]
      if attribute.facet != .none, random.below(8) > 0 { facets = randomFacets(attribute.facet) }
      for facet in facets {
        let count = attribute.isMany ? 1 + random.below(maxRepeats) : 1
        var texts: [String] = []
        for _ in 0..<count {
          let text = value(of: attribute, on: node.kind, facet)
          if !texts.contains(text) { texts.append(text) }
        }
        if attribute.type == .measure, texts.count > 1 { texts = Self.oneForEachUnit(texts) }
        node.values += texts.map { AttributeValue(attribute.attribute, facet, $0) }
      }
    }
  }

  private mutating func randomFacets(_ use: FacetUse) -> [Facet] {
    var facets: [Facet] = []
    for facet in [Facet.vi, .en, .ja, .ko] where random.below(2) == 0 { facets.append(facet) }
    if facets.isEmpty { facets = [.vi] }
    if use == .languageAndChannel {
      for channel in channels where random.below(5) == 0 {
        let language = random.pick(["en", "vi", "ja", ""])
        if let facet = Facet.intern(language: language, channel: channel) { facets.append(facet) }
      }
    }
    return facets
  }

  private mutating func value(of declaration: AttributeDeclaration, on kind: NodeKind, _ facet: Facet) -> String {
    switch declaration.type {
    case .text: return text(declaration, facet)
    case .code: return code(declaration, on: kind)
    case .boolean: return random.below(2) == 0 ? "true" : "false"
    case .integer:
      if declaration.attribute == .stars { return String(3 + random.below(3)) }
      return String(random.below(4) == 0 ? 1 + random.below(100_000) : 1 + random.below(50))
    case .decimal:
      if declaration.attribute == .score { return decimal(max: 99, decimals: 1) }
      return decimal(max: random.below(2) == 0 ? 500 : 9_000_000, decimals: 2)
    case .percent: return decimal(max: 99, decimals: 3)
    case .measure: return measure(like: declaration.example)
    case .date: return date().description
    case .dateTime:
      let clock = random.below(86_400)
      func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
      let time = "\(two(clock / 3600)):\(two(clock / 60 % 60)):\(two(clock % 60))"
      return "\(date())T\(time)" + random.pick(["+07:00", "+09:00", "Z"])
    case .url: return "https://example.vn/\(declaration.attribute.name)/\(random.below(1_000_000)).html?a=1&b=2"
    case .gtin: return gtin(indicator: 0)
    case .gln:
      let payload = "893" + String(String(1_000_000_000 + random.below(999_999_999)).dropFirst())
      return payload + String(GTIN.checkDigit(of: payload) ?? 0)
    }
  }

  private mutating func gtin(indicator: Int) -> String {
    gtins += 1
    let payload = "\(indicator)893" + String(String(1_000_000_000 + gtins % 1_000_000_000).dropFirst())
    return payload + String(GTIN.checkDigit(of: payload) ?? 0)
  }

  private mutating func decimal(max: Int, decimals: Int) -> String {
    let value = DecimalValue(
      significand: Int128(1 + random.below(max * 1000)), exponent: -3)?.scaled(toDecimals: random.below(decimals + 1))
      .value
    return (value == .zero ? .one : value ?? .one).description
  }

  private mutating func measure(like example: String) -> String {
    guard let unit = Measure(example)?.unit else { return example }
    let amount = decimal(max: 900, decimals: 2)
    switch unit.dimension {
    case .mass: return amount + " " + random.pick(["GRM", "GRM", "KGM", "MGM", "ONZ"])
    case .volume: return amount + " " + random.pick(["MLT", "MLT", "LTR", "OZA"])
    case .length: return amount + " " + random.pick(["MMT", "CMT"])
    case .duration, .calendar: return "\(1 + random.below(36)) " + random.pick(["DAY", "MON", "DAY", "ANN"])
    case .temperature: return "\(random.below(60) - 25) CEL"
    default: return "\(1 + random.below(40)) \(unit)"
    }
  }

  private mutating func fixNutrient(_ node: inout ProductNode) {
    node.values.removeAll { $0.attribute == .amount }
    if node[.code] == "ENER-" {
      node.values.append(AttributeValue(.amount, .none, "\(1 + random.below(3000)) KJO"))
      node.values.append(AttributeValue(.amount, .none, "\(1 + random.below(700)) E14"))
    } else {
      node.values.append(
        AttributeValue(.amount, .none, decimal(max: 90, decimals: 2) + " " + random.pick(["GRM", "MGM", "MC"])))
    }
  }

  private mutating func date() -> CalendarDate {
    CalendarDate(dayNumber: 19_723 + random.below(1826)) ?? CalendarDate(year: 2026, month: 1, day: 1)!
  }

  private mutating func text(_ declaration: AttributeDeclaration, _ facet: Facet) -> String {
    if declaration.facet == .none { return declaration.example + " " + String(1 + random.below(9999)) }
    let words = Self.words[facet.language] ?? Self.words["vi"] ?? []
    let isLong = [.description, .story, .marketingText, .ingredientStatement, .text].contains(declaration.attribute)
    var parts: [String] = []
    for _ in 0..<(isLong ? 8 + random.below(30) : 2 + random.below(3)) { parts.append(random.pick(words)) }
    if hasAwkwardText, random.below(6) == 0 {
      parts.insert(random.pick(["\"A\"", "a,b;c", "<b>&amp;</b>", "d’Or", "50 %", "\\n", "½ × ±5 ℃", "=1+1"]), at: 1)
    }
    var text = parts.joined(separator: " ")
    if hasAwkwardText, isLong, random.below(4) == 0 { text += "\n" + random.pick(words) }
    return text
  }

  private mutating func code(_ declaration: AttributeDeclaration, on kind: NodeKind) -> String {
    if let codes = declaration.vocabulary.flatMap({ Self.codes[$0] }) { return random.pick(codes) }
    switch (kind, declaration.attribute) {
    case (.ocop, .code):
      func digits(_ n: Int, _ below: Int) -> String { String(String(1_000_000 + random.below(below)).suffix(n)) }
      return
        "\(digits(2, 97))-\(digits(3, 1000))-\(digits(5, 33_000))-\(1 + random.below(20))-\(2018 + random.below(9))"
    case (_, .taxCode): return String(1_000_000_000 + random.below(8_999_999_999))
    case (.category, .code), (.claim, .code): return String(1 + random.below(99_999_999))
    default: return declaration.example + (declaration.attribute == .mime ? "" : "-\(random.below(10_000))")
    }
  }

  // MARK: Helpers

  /// Puts two days, or two moments, in order, and drops the later one when they are equal.
  private static func order(_ node: inout ProductNode, _ first: Attribute, _ last: Attribute) {
    guard let a = node[first], let b = node[last] else { return }
    let isSwapped: Bool
    if let x = DateAndTime(a), let y = DateAndTime(b) {
      isSwapped = x.secondsSinceEpoch > y.secondsSinceEpoch
    } else {
      isSwapped = a > b
    }
    if isSwapped {
      node[first] = b
      node[last] = a
    }
  }

  private static func oneForEachUnit(_ texts: [String]) -> [String] {
    var units: Set<String> = []
    return texts.filter { units.insert(String($0.split(separator: " ").last ?? "")).inserted }
  }

  /// The values in declared order, so that what is made is what canonical JSON gives back.
  private static func ordered(_ node: ProductNode) -> [AttributeValue] {
    node.kind.declaration.attributes.flatMap { declaration in
      node.values.filter { $0.attribute == declaration.attribute }
    }
  }

  private static let words: [String: [String]] = [
    "vi": [
      "mật", "dừa", "trà", "sen", "gạo", "nếp", "cốm", "mắm", "kẹo", "bưởi", "Vĩnh", "Đồng", "hữu", "cơ", "thơm",
      "ngọt", "sấy",
    ],
    "en": [
      "coconut", "tea", "lotus", "rice", "honey", "dried", "mango", "organic", "roasted", "fresh", "village", "pure",
      "sweet",
    ],
    "ja": ["ココナッツ", "蓮茶", "米", "蜂蜜", "有機", "乾燥", "ﾏﾝｺﾞｰ", "無添加", "手作り", "ベトナム産", "濃縮"],
    "ko": ["코코넛", "연잎차", "쌀", "꿀", "유기농", "말린", "망고", "무첨가", "수제", "베트남산", "농축"],
    "": ["Song", "Co", "Phú", "Lộc", "Farm"],
  ]

  private static let codes: [String: [String]] = [
    "country": ["VN", "JP", "KR", "US", "TH", "FR"], "currency": ["VND", "JPY", "KRW", "USD"],
    "unit-level": ["BASE_UNIT_OR_EACH", "PACK_OR_INNER_PACK", "CASE", "MIXED_MODULE", "DISPLAY_SHIPPER", "PALLET"],
    "unit": ["BO", "BX", "BG", "H87", "KGM", "PA"], "packaging-type": ["BO", "BX", "BG", "CT", "JR", "PX"],
    "packaging-material": ["GLASS", "PAPER_PAPERBOARD", "POLYMER_PET", "POLYMER_PP", "METAL_ALUMINUM"],
    "price-type": ["catalogue", "list", "retail", "sale", "export"], "incoterm": ["EXW", "FOB", "CIF", "DAP"],
    "tax-type": ["VAT", "CONSUMPTION_TAX"], "tax-category": ["STANDARD", "LOW", "ZERO", "EXEMPT", "NOT_TAXABLE"],
    "additive-function": ["ACIDITY_REGULATOR", "EMULSIFIER", "PRESERVATIVE"],
    "allergen": ["AM", "AP", "AY", "AC", "AN", "AE", "AF", "UW"],
    "containment": ["CONTAINS", "MAY_CONTAIN", "FREE_FROM"], "preparation": ["UNPREPARED", "PREPARED"],
    "nutrient-derivation": ["ANALYSED", "CALCULATED", "GUIDELINE"],
    "nutrient": ["ENER-", "FAT", "FASAT", "CHOAVL", "SUGAR-", "PRO-", "SALTEQ", "NA", "FIBTG"],
    "precision": ["EXACT", "APPROXIMATELY", "LESS_THAN"],
    "storage-zone": ["AMBIENT", "COOL", "CHILLED", "CHILLED_5", "FROZEN"],
    "date-kind": ["BEST_BEFORE", "USE_BY", "PRODUCTION_DATE"],
    "certificate-standard": ["OCOP", "HACCP", "ISO22000", "VIETGAP", "HALAL", "ORG_JAS", "KR_FFR"],
    "declaration-type": ["self", "registered"], "claim-type": ["organic", "accreditation"],
    "media-type": ["PRODUCT_IMAGE", "PRODUCT_LABEL_IMAGE", "NUTRITION_PANEL", "VIDEO", "DOCUMENT"],
    "party-role": ["producer", "manufacturer", "supplier", "brand-owner", "exporter", "importer", "contact"],
    "subject-kind": ["company", "cooperative", "cooperative-group", "household"],
    "province": ["gso-2024:84", "gso-2024:83", "gso-2025:86", "gso-2025:01"],
    "commune": ["gso-2024:29338", "gso-2025:29347"], "product-type": ["product"],
    "lifecycle": ["active", "discontinued"], "gmo": ["NONE", "CONTAINS", "MAY_CONTAIN"],
    "category-scheme": ["gpc", "hs", "hs-jp", "hs-kr", "ocop-2018", "ocop-2022", "ocop-set", "amazon-us", "buu-dien"],
    "ocop-state": ["draft", "registered", "assessed", "recognised", "proposed-5", "expired", "withdrawn", "failed"],
    "ocop-registration": ["new", "upgrade", "reassessment"], "ocop-level": ["district", "province", "national"],
    "variation-theme": ["flavor", "size", "size-flavor"], "variation-axis": ["flavor", "size", "color"],
    "trade-agreement": ["VJEPA", "AJCEP", "CPTPP", "RCEP", "VKFTA", "AKFTA"],
  ]
}

extension SplitMix64 {
  fileprivate mutating func below(_ limit: Int) -> Int { limit <= 1 ? 0 : Int(next() % UInt64(limit)) }

  fileprivate mutating func pick(_ from: [String]) -> String { from.isEmpty ? "" : from[below(from.count)] }
}
