// What food law and importers ask: ingredients, allergens, nutrients, storage, shelf life.
let foodKinds: [KindDeclaration] = [
  kind(
    .ingredient, in: [.product, .ingredient], many: true,
    "One ingredient, in descending order of weight; a compound ingredient holds its own.",
    [
      a(.name, .text, facet: .language, "The ingredient's name.", "GDSN ingredientName, 70 characters", "mật hoa dừa"),
      a(
        .share, .percent, "Share of the product's weight in percent.", "GDSN ingredientContentPercentage; KR 성분표", "100"
      ),
      a(.origin, .code, codes: "country", "Country it comes from.", "GDSN ingredientPlaceOfActivity", "VN"),
      a(.originText, .text, facet: .language, "Its origin in words.", "JP 主原料産地", "ベトナム（ヴィンロン省）"),
      a(.code, .code, "An additive's number.", "Codex CXG 36 (INS)", "INS 330"),
      a(
        .function, .code, codes: "additive-function", "An additive's technological purpose.", "Codex CXG 36",
        "ACIDITY_REGULATOR"),
      a(.allergen, .code, codes: "allergen", "The allergen it is or holds.", "GDSN AllergenTypeCode", "AN"),
    ]),
  kind(
    .additive, in: [.product], many: true, "One additive as the label names it.",
    [
      a(.name, .text, "The additive's name.", "GDSN additiveName", "Citric acid"),
      a(
        .level, .code, codes: "containment", "CONTAINS, FREE_FROM or MAY_CONTAIN.", "GDSN levelOfContainmentCode",
        "CONTAINS"),
    ]),
  kind(
    .allergen, in: [.product], key: [.code], many: true, "What is declared about one allergen.",
    [
      a(.code, .code, codes: "allergen", "The allergen, GDSN AllergenTypeCode.", "GDSN allergenTypeCode", "AM"),
      a(
        .level, .code, codes: "containment", "CONTAINS, MAY_CONTAIN, FREE_FROM or UNDECLARED.",
        "GDSN levelOfContainmentCode", "MAY_CONTAIN"),
    ]),
  kind(
    .nutrition, in: [.product], key: [.basis, .state], many: true, "Nutrient values for one basis and state.",
    [
      a(.basis, .measure, "What the values are for.", "GDSN nutrientBasisQuantity", "100 GRM"),
      a(
        .state, .code, codes: "preparation", "UNPREPARED or PREPARED.", "GDSN preparationStateCode", "UNPREPARED",
        absent: "UNPREPARED"),
      a(.servingSize, .measure, many: true, "The serving.", "GDSN servingSize", "15 MLT"),
      a(
        .derivation, .code, codes: "nutrient-derivation", "ANALYSED, CALCULATED or GUIDELINE.", "JP 推定値の表示", "ANALYSED"),
    ]),
  kind(
    .nutrient, in: [.nutrition], key: [.code], many: true, "One nutrient.",
    [
      a(
        .code, .code, codes: "nutrient", "The nutrient, GDSN NutrientTypeCode (INFOODS tags).", "GDSN nutrientTypeCode",
        "FAT"),
      a(
        .amount, .measure, many: true, "How much; energy has one value in kJ (KJO) and one in kcal (E14).",
        "GDSN quantityContained", "0.2 GRM"),
      a(
        .precision, .code, codes: "precision", "EXACT, APPROXIMATELY or LESS_THAN.", "GDSN measurementPrecisionCode",
        "APPROXIMATELY"),
      a(.dailyPercent, .percent, "Percent of the daily value.", "GDSN dailyValueIntakePercent", "4"),
    ]),
  kind(
    .storage, in: [.product], "How to keep it.",
    [
      a(
        .zone, .code, codes: "storage-zone", "AMBIENT, COOL, CHILLED, CHILLED_5 or FROZEN.",
        "GDSN temperature condition", "AMBIENT"),
      a(.temperatureMin, .measure, "Lowest temperature.", "GDSN minimumTemperature", "5 CEL"),
      a(.temperatureMax, .measure, "Highest temperature.", "GDSN maximumTemperature", "35 CEL"),
      a(
        .instructions, .text, facet: .language, "The storage sentence on the label.",
        "GDSN consumerStorageInstructions", "Bảo quản nơi khô ráo, thoáng mát."),
    ]),
  kind(
    .shelfLife, in: [.product], "How long it keeps.",
    [
      a(
        .kind, .code, codes: "date-kind", "The date on the pack: BEST_BEFORE, USE_BY or PRODUCTION_DATE.",
        "JP 期限の種類; KR 날짜표시", "BEST_BEFORE"),
      a(
        .fromProduction, .measure, "From production, as the label states it: days DAY, months MON or years ANN.",
        "GDSN minimumTradeItemLifespanFromTimeOfProduction", "24 MON"),
      a(
        .onArrival, .measure, "Least left on arrival at the buyer.", "GDSN minimumTradeItemLifespanFromTimeOfArrival",
        "540 DAY"),
      a(.afterOpening, .measure, "After opening.", "GDSN openedTradeItemLifespan", "60 DAY"),
    ]),
]
