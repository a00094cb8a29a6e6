/// The name of a value on a node. One name may stand on several kinds with a type of its own on each:
/// `price.amount` is a decimal, `nutrient.amount` a measure. Declared in `Model.kinds`.
public enum Attribute: UInt16, CaseIterable, Sendable {
  // Identity and codes
  case id, gtin, sku, buyerSku, code, scheme, type, status, theme, role, standard, gln, taxCode, registration
  // Texts
  case name, shortName, functionalName, legalName, title, variant, brand, brandOwnerText, shortDescription
  case description, marketingText, story, keywords, text, statement, instructions, usageInstructions, warnings
  case ingredientStatement, allergenStatement, targetCustomers, seasonBest, seasonAvailable, packDescription, value
  // Place of origin
  case originCountry, originProvince, originCommune, originText, origin
  // OCOP
  case stars, score, state, decision, decisionDate, level, set
  // Packs
  case isBaseUnit, isConsumerUnit, isOrderable, isDespatchUnit, isInvoiceUnit, isVariableMeasure, saleUnit
  case netContent, grossWeight, netWeight, drainedWeight, depth, width, height, packagingType, packagingMaterial
  case recyclingMark, platformType, layersPerPallet, itemsPerLayer, itemsPerPallet, quantity, item, stock
  case minimumOrder, maximumOrder, orderMultiple, leadTime, availableFrom, availableTo
  case effectiveFrom, discontinued, lastChange
  // Prices and taxes
  case market, minQty, from, to, amount, currency, basis, isTaxIncluded, incoterm, place, rate, category
  // Food
  case share, function, precision, dailyPercent, servingSize, derivation, zone, temperatureMin, temperatureMax
  case fromProduction, onArrival, afterOpening, kind, gmo, isDangerous, allergen
  // Certificates, declarations, media
  case number, agency, issued, expires, file, date, url, mime, fileName, isPrimary
  // Parties
  case representative, contactName, phone, email, website, country, address, province, district, commune
  // Markets and quality
  case agreement, hasAreaRestriction, areaRestriction, inspection, process, staff, facility, crisisContact, steps
  // Traceability
  case lot, digitalLink, qr, produced, bestBefore
  /// What a reader met and the model has no attribute for: `context U+001F bytes`; kept for the same format.
  case residue

  /// The name in the notation, in profiles and in JSON.
  public var name: String { Model.attributeNames[Int(rawValue)] }

  /// The attribute with a name, or nil.
  public init?(name: String) {
    guard let attribute = Model.attributesByName[name] else { return nil }
    self = attribute
  }
}
