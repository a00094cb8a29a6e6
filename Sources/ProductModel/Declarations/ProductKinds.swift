// The product itself: what it is called, how it is classified, its OCOP recognition, its family.
let productKinds: [KindDeclaration] = [
  kind(
    .product, in: [], "The product: root of the tree.",
    [
      a(
        .type, .code, codes: "product-type",
        "What the record is: product, assortment, family or service.", "this model", "product",
        absent: "product"),
      a(
        .status, .code, codes: "lifecycle", "Whether it is sold: active or discontinued.", "GDSN discontinuedDateTime",
        "active"),
      a(
        .name, .text, facet: .languageAndChannel, "The trade item description that buyers see.",
        "GDSN tradeItemDescription (BMS 3508)", "Mật hoa dừa Trà Vinh Farm 250 ml"),
      a(
        .shortName, .text, facet: .language, "A short name for till receipts and shelf labels.",
        "GDSN descriptionShort, 40 characters", "Mật hoa dừa 250ml"),
      a(
        .functionalName, .text, facet: .language, "The generic name: what it is, without brand.",
        "GDSN functionalName, 35 characters; JP 名称", "Mật hoa dừa"),
      a(
        .legalName, .text, facet: .language, "The name that food law asks for.", "GDSN regulatedProductName",
        "Mật hoa dừa cô đặc"),
      a(
        .title, .text, facet: .languageAndChannel,
        "The listing title of one marketplace, where it differs from the name.", "Amazon item_name",
        "Organic Coconut Nectar Syrup, 8.5 fl oz"),
      a(
        .variant, .text, facet: .language, "What tells this variant from its siblings.", "GDSN variantDescription",
        "nguyên chất"),
      a(
        .brand, .text, facet: .language, "The brand; without language the brand as printed.",
        "GDSN brandName, languageSpecificBrandName", "Trà Vinh Farm"),
      a(
        .shortDescription, .text, facet: .languageAndChannel, "One or two sentences.",
        "Bưu điện sàn column 7, 500 characters", "Mật hoa dừa cô đặc tự nhiên."),
      a(
        .description, .text, facet: .languageAndChannel, "The full description.",
        "GDSN additionalTradeItemDescription; Amazon product_description", "Mật thu từ hoa dừa, cô ở nhiệt độ thấp."),
      a(
        .marketingText, .text, facet: .language, "Text that sells.", "GDSN tradeItemMarketingMessage, 4000 characters",
        "Vị ngọt từ vùng đất Trà Vinh."),
      a(
        .story, .text, facet: .language, "The product's story, part of every OCOP dossier.", "OCOP dossier item 14",
        "Từ những hàng dừa ven sông Cổ Chiên …"),
      a(
        .keywords, .text, facet: .languageAndChannel,
        "Search words, separated by blanks or commas as the channel asks.", "Amazon generic_keyword",
        "coconut nectar syrup vegan"),
      a(
        .usageInstructions, .text, facet: .language, "How to use or prepare it.",
        "GDSN consumerUsageInstructions; NĐ 43/2017", "Pha với nước hoặc dùng thay đường."),
      a(
        .warnings, .text, facet: .language, "Cautions for consumers.", "NĐ 43/2017; KR 소비자 안전 주의사항",
        "Không dùng khi bao bì bị hở."),
      a(
        .ingredientStatement, .text, facet: .language, "The ingredient list as printed on the label.",
        "GDSN ingredientStatement, 5000 characters", "Mật hoa dừa 100 %"),
      a(
        .allergenStatement, .text, facet: .language, "The allergen sentence as printed on the label.",
        "GDSN allergenStatement, 1000 characters", "Có chứa dừa."),
      a(.targetCustomers, .text, facet: .language, "Whom it is for, and where it sells.", "JP FCP ターゲット", "自然派食品店"),
      a(.seasonBest, .text, facet: .language, "When it is at its best.", "JP FCP 最もおいしい時期", "通年"),
      a(.seasonAvailable, .text, facet: .language, "When it can be supplied.", "JP FCP 提供可能時期", "通年"),
      a(
        .originCountry, .code, codes: "country", "Country of origin, ISO 3166-1 alpha-2.", "GDSN countryOfOrigin", "VN"),
      a(
        .originProvince, .code, codes: "province",
        "Province of origin with its scheme: gso-2024 before, gso-2025 from 1 July 2025.", "General Statistics Office",
        "gso-2025:86"),
      a(
        .originCommune, .code, codes: "commune", "Commune of origin with its scheme.", "General Statistics Office",
        "gso-2024:29338"),
      a(
        .originText, .text, facet: .language, "The place of origin in words.", "GDSN provenanceStatement",
        "Xã Thạnh Phú, huyện Cầu Kè, Trà Vinh"),
      a(
        .gmo, .code, codes: "gmo", "Genetically modified content: NONE, CONTAINS or MAY_CONTAIN.",
        "KR 유전자변형식품 표시; GDSN", "NONE"),
      a(
        .isDangerous, .boolean, "Whether transport law calls it dangerous goods.",
        "Amazon supplier_declared_dg_hz_regulation", "false"),
      a(.effectiveFrom, .dateTime, "From when this data holds.", "GDSN effectiveDateTime", "2026-07-01T00:00:00+07:00"),
      a(.lastChange, .dateTime, "When the data last changed.", "GDSN lastChangeDateTime", "2026-06-15T08:00:00+07:00"),
      a(
        .discontinued, .dateTime, "When it ceased to be made.", "GDSN discontinuedDateTime", "2027-01-01T00:00:00+07:00"
      ),
    ]),
  kind(
    .category, in: [.product], key: [.scheme], many: true, "The product's place in one classification.",
    [
      a(
        .scheme, .code, codes: "category-scheme",
        "Which classification: gpc, hs, hs-jp, hs-kr, ocop-2018, ocop-2022, ocop-set, amazon-us, buu-dien ….",
        "this model", "gpc"),
      a(.code, .code, "The code within it.", "the classification", "10000044"),
      a(
        .name, .text, facet: .language, "The category's name or path in words.", "the classification",
        "Thực phẩm > Đặc sản"),
    ]),
  kind(
    .ocop, in: [.product], "Recognition by the OCOP programme.",
    [
      a(
        .code, .code, "The OCOP product code TT-HHH-XXXXX-N-YYYY: place by codes of before July 2025, ordinal, year.",
        "OCOP dossier system", "84-846-29347-1-2021"),
      a(
        .stars, .integer,
        "Stars recognised: 3, 4 or 5. A potential five-star product has 4 here and its state says so.", "148/QĐ-TTg",
        "4"),
      a(.score, .decimal, "Points out of 100.", "148/QĐ-TTg", "91.5"),
      a(
        .state, .code, codes: "ocop-state",
        "draft, registered, assessed, recognised, proposed-5, expired, withdrawn or failed.", "OCOP dossier system",
        "proposed-5"),
      a(
        .registration, .code, codes: "ocop-registration", "new, upgrade or reassessment.", "OCOP dossier system", "new"),
      a(
        .level, .code, codes: "ocop-level", "Who certified: district, province or national.", "148/QĐ-TTg, 1489/QĐ-TTg",
        "province"),
      a(.decision, .text, "Number of the recognition decision.", "the decision", "123/QĐ-UBND"),
      a(.decisionDate, .date, "Date of the recognition decision.", "the decision", "2022-11-30"),
    ]),
  kind(
    .family, in: [.product], "The family a variant belongs to, or, on a record of type family, the family itself.",
    [
      a(.id, .code, "The family's id; on a marketplace the parent's SKU.", "Amazon parent_sku", "KEO-DUA-SAP"),
      a(.theme, .code, codes: "variation-theme", "What the children differ in.", "Amazon variation_theme", "flavor"),
    ]),
  kind(
    .axis, in: [.family], key: [.code], many: true, "This variant's place on one axis of its family.",
    [
      a(.code, .code, codes: "variation-axis", "The axis: flavor, size, color ….", "Amazon variation_theme", "flavor"),
      a(.value, .text, facet: .language, "The value on it.", "this model", "lá dứa"),
    ]),
  kind(
    .bullet, in: [.product], many: true, "One selling point; order matters.",
    [
      a(
        .text, .text, facet: .languageAndChannel, "The selling point.", "Amazon bullet_point",
        "100 % coconut flower sap")
    ]),
  kind(
    .market, in: [.product], key: [.country], many: true, "What holds in one market only.",
    [
      a(.country, .code, codes: "country", "The market, ISO 3166-1 alpha-2.", "GDSN targetMarketCountryCode", "JP"),
      a(
        .status, .code, codes: "lifecycle", "Whether it is offered there: active or discontinued.", "this model",
        "active"),
      a(
        .agreement, .code, codes: "trade-agreement",
        "The trade agreement whose origin rule is claimed: VJEPA, AJCEP, CPTPP, RCEP, VKFTA, AKFTA.",
        "JP 適用協定; KR 원산지증명서", "CPTPP"),
      a(.hasAreaRestriction, .boolean, "Whether sales are limited to some areas.", "JP FCP 販売エリアの制限", "false"),
      a(.areaRestriction, .text, facet: .language, "The limits in words.", "JP FCP 販売エリアの制限", "関東地方のみ"),
    ]),
]
