import AdapterTesting
import Diagnostics
import Documents
import ProductModel
import Profiles
import Testing

@testable import AdapterKit

/// What a buyer in Japan or Korea asks for, field by field: it stands in the list and in its cell of the form, comes back from
/// the form alone, and is asked for when it is missing.
@Suite("Japan and Korea: every field of their lists")
struct SheetFloorTests {
  /// Code, need (M must, R should, O may, B left to the partner), cell of the form.
  typealias Field = (code: String, need: String, cell: String)

  static let japan: [Field] = [
    ("sheet_date", "M", "D4"), ("sheet_version", "M", "J4"), ("name_ja", "M", "D6"), ("name_en", "M", "J6"),
    ("jan", "M", "D7"), ("itf", "O", "J7"), ("category", "R", "D8"), ("net_content", "M", "J8"), ("season", "R", "D9"),
    ("supply_period", "R", "J9"), ("date_kind", "M", "D10"), ("shelf_days", "M", "J10"), ("origin_main", "M", "D11"),
    ("origin_country", "M", "J11"), ("price_ex", "R", "D13"), ("tax_rate", "M", "J13"), ("price_inc", "R", "D14"),
    ("price_fob", "R", "J14"), ("case_qty", "M", "D15"), ("case_size", "M", "J15"), ("case_weight", "M", "D16"),
    ("storage_zone", "M", "J16"), ("lead_time", "R", "D17"), ("moq", "R", "J17"), ("area_limit", "R", "D18"),
    ("area_note", "O", "J18"), ("certs", "R", "D19"), ("target", "R", "D21"), ("usage", "R", "D22"),
    ("features", "M", "D23"), ("photo", "R", "D24"), ("label_photo", "R", "J24"), ("meisho", "M", "D26"),
    ("ingredients", "M", "D27"), ("additives", "M", "D28"), ("label_storage", "M", "D29"), ("importer", "B", "D30"),
    ("nutri_basis", "M", "D31"), ("nutri_estimate", "M", "J31"), ("energy", "M", "D33"), ("protein", "M", "J33"),
    ("fat", "M", "D34"), ("carb", "M", "J34"), ("sodium", "R", "D35"), ("salt", "M", "J35"), ("allergen_m", "M", "D37"),
    ("allergen_r", "R", "D38"), ("contamination", "R", "D39"), ("inspect", "M", "D41"), ("hygiene_process", "R", "D42"),
    ("hygiene_staff", "R", "D43"), ("hygiene_plant", "R", "D44"), ("crisis", "M", "D45"), ("hs_jp", "R", "D47"),
    ("origin_rule", "R", "J47"), ("maker_en", "M", "D48"), ("process", "M", "D49"), ("pack_material", "M", "D50"),
  ]

  static let korea: [Field] = [
    ("name_ko", "M", "D4"), ("name_en", "M", "J4"), ("barcode", "M", "D5"), ("barcode_box", "O", "J5"),
    ("sku", "M", "D6"), ("food_type", "M", "J6"), ("origin", "M", "D7"), ("maker", "M", "J7"),
    ("maker_addr", "M", "D8"), ("ffr", "M", "J8"), ("importer", "B", "D9"), ("net", "M", "D11"),
    ("net_kcal", "M", "J11"), ("date_kind", "M", "D12"), ("shelf", "M", "J12"), ("storage", "M", "D13"),
    ("storage_note", "R", "J13"), ("pack", "M", "D14"), ("recycle", "R", "J14"), ("ingredients", "M", "D15"),
    ("allergen", "M", "D16"), ("cross", "R", "D17"), ("gmo", "M", "D18"), ("caution", "M", "D19"),
    ("returns", "B", "D20"), ("report1399", "M", "D21"), ("declared", "M", "D22"), ("phone", "B", "D23"),
    ("case_qty", "M", "D25"), ("case_size", "M", "J25"), ("case_weight", "M", "D26"), ("price_fob", "R", "J26"),
    ("price_krw", "O", "D27"), ("vat", "M", "J27"), ("moq", "R", "D28"), ("lead", "R", "J28"), ("hsk", "R", "D29"),
    ("fta", "R", "J29"), ("certs", "R", "D30"), ("features", "M", "D32"), ("usage", "R", "D33"), ("image", "R", "D34"),
  ]

  /// Fields whose absence says something: that nothing else is made on the line.
  static let saysNothing: Set<String> = ["contamination", "cross"]

  struct Sheet {
    var profile: String
    var list: String
    var form: String
    var fields: [Field]
    /// What a form alone cannot give back: dates of the record, and what stands on other sheets.
    var elsewhere: Set<String>
  }

  static let sheets = [
    Sheet(profile: "japan", list: "商品一覧", form: "商品シート_1", fields: japan, elsewhere: ["sheet_version"]),
    Sheet(
      profile: "korea", list: "제품목록", form: "한글표시사항_1", fields: korea, elsewhere: []),
  ]

  /// A seed with everything that the lists ask for.
  static func whole() throws -> Product {
    var product = try #require(
      Seeds.products.first { product in
        product["category[kr-food-type].code"] != nil
          && product.root.nodes(.allergen).contains { $0[.level] == "MAY_CONTAIN" && $0[.code] == "AM" }
      })
    product["market[JP].hasAreaRestriction"] = "true"
    product["market[JP].areaRestriction@ja"] = "東京都のみ"
    return product
  }

  @Test(arguments: 0..<2)
  func everyFieldIsCarried(_ number: Int) throws {
    let sheet = Self.sheets[number]
    let probe = try WorkbookProbe(sheet.profile)
    let written = try probe.write([try Self.whole()])
    #expect(written.states == [.good], "\(written.diagnostics)")
    let book = try EditedWorkbook(written.bytes)
    let codes = try #require(book.sheets.first { $0.name == sheet.list }).cells.filter { $0.key.row == 1 }
    var alone = book
    alone.sheets.removeAll { $0.name != sheet.form && $0.name != "_meta" }
    alone.names.removeAll { $0.sheet != sheet.form }
    let back = try probe.read(try alone.bytes())
    #expect(back.rows.map(\.state) == [.good], "\(back.diagnostics)")
    // The energy of a pack is computed from the nutrition sheet.
    var returned = try #require(back.products.first)
    if returned.root.nodes(.nutrition).isEmpty { returned.root.children += try Self.whole().root.nodes(.nutrition) }
    let again = try EditedWorkbook(try probe.write([returned]).bytes)
    for field in sheet.fields {
      let inForm = book[sheet.form, field.cell]
      let column = try #require(codes.first { $0.value.text == field.code }?.key.column, "\(field.code) has no column")
      let inList = book[sheet.list, CellAddress(row: 4, column: column).description]
      if field.need == "B" {
        #expect(inForm == nil && inList == nil, "\(field.code) is the partner's")
        continue
      }
      #expect(inForm?.isEmpty == false, "\(field.code): \(field.cell) is empty")
      #expect(inForm == inList, "\(field.code)")
      if sheet.elsewhere.contains(field.code) { continue }
      #expect(again[sheet.form, field.cell] == inForm, "\(field.code) does not come back")
    }
  }

  @Test(arguments: 0..<2)
  func whatIsMissingIsAskedFor(_ number: Int) throws {
    let sheet = Self.sheets[number]
    let probe = try WorkbookProbe(sheet.profile)
    let plan = try #require(try WorkbookPlan(probe.profile, asOf: "2026-11-22").main).plan
    let product = try Self.whole()
    let needs: [String: Requirement] = ["M": .required, "R": .recommended, "O": .optional, "B": .blank]
    for field in sheet.fields {
      let slot = try #require(plan.slots.firstIndex { $0.code == field.code }, "\(field.code)")
      if Self.saysNothing.contains(field.code) { continue }
      #expect(plan.slots[slot].requirement == needs[field.need], "\(field.code)")
      guard field.need == "M" || field.need == "R", let bare = Self.without(slot, plan.steps, product) else { continue }
      let title = plan.slots[slot].title
      let found = try probe.write([bare]).diagnostics.contains {
        $0.code == (field.need == "M" ? .requiredMissing : .recommendedMissing) && $0.place.field == title
      }
      #expect(found, "\(field.code) is missing, and nobody says so")
    }
  }

  /// The product without what stands in a slot; nil for what is always written.
  private static func without(_ slot: Int, _ steps: [CellStep], _ product: Product) -> Product? {
    var product = product
    for step in steps {
      switch step {
      case .field(let field) where field.slot == slot:
        guard let target = field.rule.target, field.rule.constant == nil else { return nil }
        for path in [target] + field.rule.fallbacks { product[path] = nil }
        return product
      case .pattern(let pattern) where pattern.slot == slot:
        let kind = pattern.node.path.steps.last?.kind ?? .product
        product.root.children.removeAll { $0.kind == kind }
        return product
      case .list(let list) where list.slot == slot:
        if list.codec.rule.none != nil { return nil }
        product.root.children.removeAll { $0.kind == list.codec.rule.kind }
        return product
      default: continue
      }
    }
    return nil
  }

  /// The field lists of the reference material have no field that is not here.
  @Test(.enabled(if: AmazonFloorTests.shared != nil, "there are no third-party files (OCOP_SHARED)"))
  func fieldsAreAll() throws {
    for (file, fields) in [("jp", Self.japan), ("kr", Self.korea)] {
      let path = (AmazonFloorTests.shared ?? "") + "/data/japan-korea/vocab/\(file)_sheet_fields.tsv"
      let input = try InputDocument.open(path)
      let text = String(decoding: try input.bytes(at: 0, count: Int(input.size)), as: UTF8.self)
      let rows = text.split(separator: "\n").dropFirst().map {
        $0.split(separator: "\t", omittingEmptySubsequences: false)
      }
      #expect(rows.map { "\($0[0]) \($0[7]) \($0[12])" } == fields.map { "\($0.code) \($0.need) \($0.cell)" })
    }
  }

  /// Total rows that a buyer adds below the ingredients are no ingredients.
  @Test func totalsArePassedOver() throws {
    let probe = try WorkbookProbe("japan")
    let product = try Self.whole()
    var book = try EditedWorkbook(try probe.write([product]).bytes)
    let gtin = try #require(product["item[each].gtin"]).dropFirst()
    let last = try #require(book.sheets.first { $0.name == "原材料" }).cells.keys.map(\.row).max() ?? 4
    book["原材料", "A\(last + 1)"] = String(gtin)
    book["原材料", "C\(last + 1)"] = "合計"
    book["原材料", "E\(last + 1)"] = "100"
    let back = try probe.read(try book.bytes())
    #expect(back.products.first?.root.nodes(.ingredient).count == product.root.nodes(.ingredient).count)
    #expect(!back.codes.contains("ingredient-shares"))
  }

  /// All pictures that the cells have places for come back; a picture without an address does not, and it is said.
  @Test func pictures() throws {
    let product = try Self.whole()
    let urls = product.root.nodes(.media).compactMap { $0[.url] }
    #expect(urls.count >= 3)
    for name in ["japan", "korea"] {
      let probe = try WorkbookProbe(name)
      let written = try probe.write([product])
      let back = try #require(try probe.read(written.bytes).products.first)
      #expect(back.root.nodes(.media).compactMap { $0[.url] } == urls, "\(name)")
      #expect(written.losses.contains { $0.pattern.hasPrefix("media") })
    }
  }
}
