// Trade items and how they contain each other.
let packKinds: [KindDeclaration] = [
  kind(
    .item, in: [.product], key: [.id], many: true,
    "One trade item: a unit that is priced, ordered or invoiced. The base unit's id is `each`.",
    [
      a(
        .id, .code, "A local id: `each` for the base unit, `case-12`, `pallet` …; the GTIN when a source gives none.",
        "this model", "each"),
      a(.gtin, .gtin, "The item's GTIN.", "GS1 General Specifications", "08938501234018"),
      a(.sku, .code, "The supplier's own code.", "GDSN SUPPLIER_ASSIGNED", "TVF-MHD-250"),
      a(.buyerSku, .code, "The buyer's code, given back after listing.", "GDSN BUYER_ASSIGNED", "3501234"),
      a(
        .level, .code, codes: "unit-level",
        "The level: BASE_UNIT_OR_EACH, PACK_OR_INNER_PACK, CASE, MIXED_MODULE, DISPLAY_SHIPPER, PALLET.",
        "GDSN tradeItemUnitDescriptorCode", "CASE"),
      a(
        .name, .text, facet: .language, "What the pack is called, for packs above the base unit.",
        "GDSN tradeItemDescription", "Thùng 12 chai"),
      a(.shortName, .text, facet: .language, "A short name of the pack.", "GDSN descriptionShort", "Thùng 12x250ml"),
      a(.isBaseUnit, .boolean, "Whether it is the lowest level.", "GDSN isTradeItemABaseUnit", "true"),
      a(.isConsumerUnit, .boolean, "Whether consumers buy it.", "GDSN isTradeItemAConsumerUnit", "true"),
      a(.isOrderable, .boolean, "Whether it can be ordered.", "GDSN isTradeItemAnOrderableUnit", "false"),
      a(.isDespatchUnit, .boolean, "Whether it is shipped as it is.", "GDSN isTradeItemADespatchUnit", "false"),
      a(.isInvoiceUnit, .boolean, "Whether it is invoiced.", "GDSN isTradeItemAnInvoiceUnit", "true"),
      a(
        .isVariableMeasure, .boolean, "Whether its quantity varies from piece to piece.",
        "GDSN isTradeItemAVariableUnit", "false"),
      a(
        .saleUnit, .code, codes: "unit", "The unit it is sold in, UN/ECE Recommendation 20 or 21.", "UN/ECE Rec 20/21",
        "BO"),
      a(
        .packDescription, .text, facet: .language, "How it is packed, in words.", "Bưu điện sàn column 17",
        "Chai thủy tinh 250 ml"),
      a(
        .netContent, .measure, many: true, "Net content; several when it is given in more than one unit.",
        "GDSN netContent", "250 MLT"),
      a(.grossWeight, .measure, "Weight with packaging.", "GDSN grossWeight", "450 GRM"),
      a(.netWeight, .measure, "Weight without packaging.", "GDSN netWeight", "330 GRM"),
      a(.drainedWeight, .measure, "Weight without the covering liquid.", "GDSN drainedWeight", "200 GRM"),
      a(.depth, .measure, "Depth (length).", "GDSN depth; GS1 Package Measurement Rules", "60 MMT"),
      a(.width, .measure, "Width.", "GDSN width", "60 MMT"),
      a(.height, .measure, "Height.", "GDSN height", "165 MMT"),
      a(.packagingType, .code, codes: "packaging-type", "The packaging.", "GDSN packagingTypeCode", "BO"),
      a(
        .packagingMaterial, .code, many: true, codes: "packaging-material",
        "What the packaging is made of, food contact layer first.", "GDSN packagingMaterialTypeCode", "GLASS"),
      a(.recyclingMark, .text, facet: .language, "The recycling mark on the pack.", "KR 분리배출 표시", "유리"),
      a(.platformType, .code, "The pallet's platform.", "GDSN platformTypeCode", "12"),
      a(.layersPerPallet, .integer, "Layers on a pallet that has no GTIN.", "GDSN quantityOfLayersPerPallet", "5"),
      a(
        .itemsPerLayer, .integer, "Items in one layer of such a pallet.", "GDSN quantityOfTradeItemsPerPalletLayer",
        "12"),
      a(.itemsPerPallet, .integer, "Items on such a pallet.", "GDSN quantityOfTradeItemsPerPallet", "60"),
      a(.stock, .integer, "Pieces ready for sale.", "Bưu điện sàn column 24; Amazon quantity", "120"),
      a(.minimumOrder, .integer, "Least quantity of this item in an order.", "GDSN orderQuantityMinimum", "5"),
      a(.maximumOrder, .integer, "Greatest quantity of this item in an order.", "GDSN orderQuantityMaximum", "500"),
      a(.orderMultiple, .integer, "Orders come in multiples of this.", "GDSN orderQuantityMultiple", "5"),
      a(.leadTime, .measure, "From order to delivery.", "GDSN orderingLeadTime", "5 DAY"),
      a(
        .availableFrom, .dateTime, "From when it can be ordered.", "GDSN startAvailabilityDateTime",
        "2026-07-01T00:00:00+07:00"),
      a(
        .availableTo, .dateTime, "Until when it can be ordered.", "GDSN endAvailabilityDateTime",
        "2027-06-30T23:59:59+07:00"),
    ]),
  kind(
    .contains, in: [.item], key: [.item, .gtin], many: true,
    "What one item holds: another item of this product, or, in an assortment, another product's item by GTIN.",
    [
      a(.item, .code, "The id of the item held, within this product.", "this model", "each"),
      a(.gtin, .gtin, "The GTIN of another product's item held.", "GDSN childTradeItem", "08938501234025"),
      a(.quantity, .integer, "How many.", "GDSN quantityOfNextLowerLevelTradeItem", "12"),
    ]),
]

// Prices and taxes.
let commercialKinds: [KindDeclaration] = [
  kind(
    .price, in: [.product], key: [.market, .item, .type, .minQty, .from], many: true,
    "One price: of an item, in a market, of a type, from a quantity, from a date.",
    [
      a(.market, .code, codes: "country", "The market, ISO 3166-1 alpha-2.", "this model", "VN"),
      a(.item, .code, "The id of the item priced.", "this model", "each"),
      a(
        .type, .code, codes: "price-type",
        "catalogue (to the trade), list (recommended or struck through), retail (asked of consumers), sale (reduced) or export.",
        "GDSN salesInformationModule", "retail"),
      a(.minQty, .integer, "The least quantity this price is for.", "UBL MinimumQuantity", "1", absent: "1"),
      a(.from, .date, "First day.", "GDSN priceEffectiveStartDate", "2026-07-01"),
      a(.to, .date, "Last day.", "GDSN priceEffectiveEndDate", "2026-12-31"),
      a(.amount, .decimal, "The amount.", "GDSN tradeItemPrice", "98000"),
      a(.currency, .code, codes: "currency", "The currency, ISO 4217.", "ISO 4217", "VND"),
      a(.basis, .measure, "The quantity the amount is for; one item when absent.", "GDSN priceBasisQuantity", "1 H87"),
      a(.isTaxIncluded, .boolean, "Whether tax is in the amount.", "this model", "true"),
      a(.incoterm, .code, codes: "incoterm", "Delivery term of an export price.", "Incoterms 2020", "FOB"),
      a(.place, .text, "The term's place.", "Incoterms 2020", "Cát Lái"),
    ]),
  kind(
    .tax, in: [.product], key: [.market, .type], many: true, "A tax on the product in one market.",
    [
      a(.market, .code, codes: "country", "The market.", "GDSN dutyFeeTaxCountryCode", "VN"),
      a(.type, .code, codes: "tax-type", "The tax: VAT, CONSUMPTION_TAX ….", "GDSN dutyFeeTaxTypeCode", "VAT"),
      a(
        .category, .code, codes: "tax-category",
        "STANDARD, LOW, ZERO, EXEMPT or NOT_TAXABLE (KCT: outside VAT, not zero).", "GDSN dutyFeeTaxCategoryCode",
        "STANDARD"),
      a(.rate, .percent, "The rate in percent.", "GDSN dutyFeeTaxRate", "8"),
      a(.from, .date, "First day.", "GDSN dutyFeeTaxEffectiveStartDateTime", "2026-01-01"),
      a(.to, .date, "Last day.", "GDSN dutyFeeTaxEffectiveEndDateTime", "2026-12-31"),
    ]),
]
