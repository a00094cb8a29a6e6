internal import Bytes
public import Diagnostics

/// Reads canonical JSON, one object a product, straight into a batch.
///
/// The bytes must lie in the batch's arena: escapes are resolved where they stand, and values point into the line. Besides what
/// the writer writes, a string is accepted for a boolean or whole number, a number for a decimal, and a single value or object
/// where an array is declared. Everything else that the model does not know is a finding with its byte and path; the product
/// is then kept with state `faulted`, without the value in question.
///
/// Scanning changes the bytes of the line: copy it first if it must be kept verbatim.
public struct CanonicalJSONReader {
  /// How many findings one record keeps; later ones are only counted.
  public static let findingLimit = 100

  /// What was found in the last record, in order.
  public private(set) var findings: [Diagnostic] = []
  /// How many findings of the last record were not kept.
  public private(set) var dropped = 0

  private var facetCache: [(name: [UInt8], facet: Facet)] = []
  private var recordOffset: UInt64 = 0
  private var lineStart = 0

  /// Makes a reader.
  public init() {}

  /// Reads the record in `arena[line]` and adds its product to the batch.
  ///
  /// `recordOffset` is where the line begins in the decoded input; findings and origins count from it. No byte is appended to
  /// the arena.
  ///
  /// - Returns: whether a product was added; not when the line is no JSON object or has too many parts. Look at `findings`
  ///   either way.
  public mutating func read(line: Range<Int>, in batch: inout ProductBatch, recordOffset: UInt64) -> Bool {
    precondition(line.lowerBound >= 0 && line.upperBound <= batch.byteCount, "the line lies in the arena")
    findings.removeAll(keepingCapacity: true)
    dropped = 0
    self.recordOffset = recordOffset
    lineStart = line.lowerBound
    let buffer = UnsafeMutableBufferPointer(start: batch.unsafeArena, count: line.upperBound)
    var scanner = JSONScanner(buffer, from: line.lowerBound)
    batch.beginProduct(at: recordOffset)
    do {
      guard case .beginObject = try scanner.next() else {
        report(
          .jsonType, at: line.lowerBound, .init("a product is a JSON object", vi: "một sản phẩm là một đối tượng JSON"))
        batch.abandonProduct()
        return false
      }
      try object(0, .product, &scanner, &batch)
      _ = try scanner.next()
    } catch {
      batch.abandonProduct()
      report(
        .jsonMalformed, at: error.offset,
        .init(error.reason.rawValue, vi: error.reason.vietnamese))
      return false
    }
    if batch.isOverflown {
      batch.abandonProduct()
      report(.recordTooManyParts, at: line.lowerBound, nil)
      return false
    }
    let isFaulted = dropped > 0 || findings.contains { $0.severity >= .error }
    batch.endProduct(length: UInt64(line.count), state: isFaulted ? .faulted : .good)
    if !findings.isEmpty {
      let identity = batch[product: batch.count - 1].identity
      for i in findings.indices { findings[i].product = identity }
    }
    return true
  }

  // MARK: Objects

  /// Reads the members of a node's object, whose brace is open.
  private mutating func object(
    _ node: Int, _ kind: NodeKind, _ scanner: inout JSONScanner, _ batch: inout ProductBatch
  ) throws(JSONFault) {
    let tables = ModelTables.shared
    var seenAttributes = SeenSet(), seenKinds = SeenSet()
    while case .key(let offset, let length) = try scanner.next() {
      let found = tables.find(scanner.bytes(offset, length).span)
      if let attribute = found.attribute, let shape = tables.shape(kind, attribute) {
        guard seenAttributes.insert(attribute.rawValue) else {
          try duplicate(offset, length, node, &scanner, batch)
          continue
        }
        try attributeValue(attribute, shape, node, &scanner, &batch)
      } else if let child = found.kind, tables.may(child, standUnder: kind) {
        guard seenKinds.insert(child.rawValue) else {
          try duplicate(offset, length, node, &scanner, batch)
          continue
        }
        try nodes(child, under: node, &scanner, &batch)
      } else {
        try unknown(offset, length, node, kind, &scanner, batch)
      }
    }
  }

  /// Reads one object, or an array of objects, into nodes of a kind.
  private mutating func nodes(
    _ kind: NodeKind, under parent: Int, _ scanner: inout JSONScanner, _ batch: inout ProductBatch
  ) throws(JSONFault) {
    let isMany = ModelTables.shared.isMany(kind.rawValue)
    switch try scanner.next() {
    case .beginObject: try object(batch.addNode(kind, under: parent), kind, &scanner, &batch)
    case .beginArray where isMany:
      while true {
        let token = try scanner.next()
        if case .endArray = token { return }
        if case .beginObject = token {
          try object(batch.addNode(kind, under: parent), kind, &scanner, &batch)
        } else {
          wrongType(Self.nodeObject, token, scanner, path(batch, parent, kind: kind))
          try leave(token, &scanner)
        }
      }
    case let token:
      wrongType(isMany ? Self.nodeArray : Self.nodeObject, token, scanner, path(batch, parent, kind: kind))
      try leave(token, &scanner)
    }
  }

  // MARK: Attributes

  private mutating func attributeValue(
    _ attribute: Attribute, _ shape: AttributeShape, _ node: Int, _ scanner: inout JSONScanner,
    _ batch: inout ProductBatch
  ) throws(JSONFault) {
    let token = try scanner.next()
    guard case .beginObject = token, shape.facet != .none else {
      return try values(token, attribute, .none, shape, node, &scanner, &batch)
    }
    var seen = FacetSet()
    while case .key(let offset, let length) = try scanner.next() {
      guard let facet = facet(offset, length, shape, scanner) else {
        badFacet(offset, length, shape, scanner, path(batch, node, attribute))
        try scanner.skipValue()
        continue
      }
      guard seen.insert(facet) else {
        try duplicate(offset, length, node, &scanner, batch, attribute)
        continue
      }
      try values(scanner.next(), attribute, facet, shape, node, &scanner, &batch)
    }
  }

  /// One value, or an array of values where many are declared.
  private mutating func values(
    _ token: JSONToken, _ attribute: Attribute, _ facet: Facet, _ shape: AttributeShape, _ node: Int,
    _ scanner: inout JSONScanner, _ batch: inout ProductBatch
  ) throws(JSONFault) {
    guard case .beginArray = token, shape.isMany else {
      return try value(token, attribute, facet, shape, node, &scanner, &batch)
    }
    while true {
      let token = try scanner.next()
      if case .endArray = token { return }
      try value(token, attribute, facet, shape, node, &scanner, &batch)
    }
  }

  private mutating func value(
    _ token: JSONToken, _ attribute: Attribute, _ facet: Facet, _ shape: AttributeShape, _ node: Int,
    _ scanner: inout JSONScanner, _ batch: inout ProductBatch
  ) throws(JSONFault) {
    var place: (offset: Int, length: Int)
    switch token {
    case .string(let offset, let length):
      place = (offset, length)
    case .true where shape.type == .boolean:
      place = (scanner.offset - 4, 4)
    case .false where shape.type == .boolean:
      place = (scanner.offset - 5, 5)
    case .number(let offset, let length) where shape.type.isNumber:
      place = (offset, length)
      if shape.type.check(scanner.bytes(offset, length).span) != nil,
        let value = try? DecimalText.parse(scanner.bytes(offset, length).span, style: .point)
      {
        // 12.50 becomes 12.5 where it stands: without an exponent the canonical form is never longer.
        let short = value.description
        if short.utf8.count <= length {
          let start = batch.unsafeArena + offset
          for (i, byte) in short.utf8.enumerated() { start[i] = byte }
          place.length = short.utf8.count
        }
      }
    default:
      wrongType(shape.expected, token, scanner, path(batch, node, attribute, facet))
      return try leave(token, &scanner)
    }
    // Residue is kept as it came; it may hold anything that JSON can carry.
    let fault = attribute == .residue ? nil : shape.type.check(scanner.bytes(place.offset, place.length).span)
    guard let fault else {
      batch.set(
        attribute, facet, on: node, offset: place.offset, length: place.length, origin: place.offset - lineStart)
      return
    }
    guard hasRoom() else { return }
    let text = scanner.text(place.offset, place.length)
    let canonical = shape.type.canonicalForm(text)
    report(
      .valueNotCanonical, at: place.offset, fault.message, path: path(batch, node, attribute, facet), value: text,
      hint: canonical.map { .init("Write “\($0)”.", vi: "Ghi “\($0)”.") })
  }

  /// The facet that a key names, nil when it cannot stand at this attribute.
  private mutating func facet(_ offset: Int, _ length: Int, _ shape: AttributeShape, _ scanner: JSONScanner) -> Facet? {
    let name = scanner.bytes(offset, length)
    if length == 2 {
      switch (name[0], name[1]) {
      case (0x76, 0x69): return .vi
      case (0x65, 0x6E): return .en
      case (0x6A, 0x61): return .ja
      case (0x6B, 0x6F): return .ko
      default: break
      }
    }
    var facet = facetCache.first { $0.name.elementsEqual(name) }?.facet
    if facet == nil, length <= 64, let new = Facet(String(decoding: name, as: UTF8.self)) {
      if facetCache.count < 64 { facetCache.append((Array(name), new)) }
      facet = new
    }
    guard let facet else { return nil }
    if facet == .none { return facet }
    let language = facet.language
    if !language.isEmpty, !Language.isKnown(String(language.prefix { $0 != "-" })) { return nil }
    if shape.facet == .language, !facet.channel.isEmpty { return nil }
    return facet
  }

  // MARK: Findings

  private mutating func hasRoom() -> Bool {
    if findings.count < Self.findingLimit { return true }
    dropped += 1
    return false
  }

  private mutating func report(
    _ code: DiagnosticCode, at offset: Int, _ message: LocalizedText?, path: String? = nil, value: String? = nil,
    hint: LocalizedText? = nil
  ) {
    guard hasRoom() else { return }
    findings.append(
      Diagnostic(
        code, at: Place(byte: recordOffset + UInt64(max(0, offset - lineStart))), attribute: path, value: value,
        message: message, hint: hint))
  }

  private mutating func wrongType(
    _ expected: LocalizedText, _ token: JSONToken, _ scanner: JSONScanner, _ path: String
  ) {
    guard findings.count < Self.findingLimit else {
      dropped += 1
      return
    }
    var offset = scanner.offset
    switch token {
    case .string(let at, _), .number(let at, _), .key(let at, _): offset = at
    case .true, .null: offset -= 4
    case .false: offset -= 5
    default: offset -= 1
    }
    let found = token.kindName
    report(
      .jsonType, at: offset,
      .init("\(expected.en) is expected here, not \(found.en)", vi: "ở đây cần \(expected.vi), không phải \(found.vi)"),
      path: path)
  }

  private mutating func duplicate(
    _ offset: Int, _ length: Int, _ node: Int, _ scanner: inout JSONScanner, _ batch: borrowing ProductBatch,
    _ attribute: Attribute? = nil
  ) throws(JSONFault) {
    if hasRoom() {
      let name = scanner.text(offset, length)
      report(
        .jsonDuplicateKey, at: offset,
        .init("“\(name)” stands twice in this object", vi: "“\(name)” có hai lần trong đối tượng này"),
        path: path(batch, node, attribute), value: name)
    }
    try scanner.skipValue()
  }

  private mutating func unknown(
    _ offset: Int, _ length: Int, _ node: Int, _ kind: NodeKind, _ scanner: inout JSONScanner,
    _ batch: borrowing ProductBatch
  ) throws(JSONFault) {
    if hasRoom() {
      let name = scanner.text(offset, min(length, 80))
      let names =
        kind.declaration.attributes.map(\.attribute.name)
        + Model.kinds.filter { $0.parents.contains(kind) }.map(\.kind.name)
      let near = length <= 40 ? nearest(to: name, among: names) : nil
      report(
        .jsonUnknownKey, at: offset,
        .init("“\(kind.name)” has no “\(name)”", vi: "“\(kind.name)” không có “\(name)”"), path: path(batch, node, nil),
        value: name, hint: near.map { .init("Did you mean “\($0)”?", vi: "Có phải “\($0)” không?") })
    }
    try scanner.skipValue()
  }

  private mutating func badFacet(
    _ offset: Int, _ length: Int, _ shape: AttributeShape, _ scanner: JSONScanner, _ path: String
  ) {
    guard hasRoom() else { return }
    let name = scanner.text(offset, min(length, 80))
    var hint: LocalizedText?
    let common = ["vn": "vi", "jp": "ja", "kr": "ko", "vie": "vi", "eng": "en", "jpn": "ja", "kor": "ko"]
    if let right = common[name.lowercased()] {
      hint = .init("The language code is “\(right)”.", vi: "Mã ngôn ngữ là “\(right)”.")
    }
    let isChannel = shape.facet == .language && name.contains("/")
    report(
      .jsonFacet, at: offset,
      isChannel
        ? .init("this text has a language but no channel", vi: "văn bản này có ngôn ngữ nhưng không có kênh")
        : .init("“\(name)” is no language or language/channel", vi: "“\(name)” không phải ngôn ngữ hay ngôn ngữ/kênh"),
      path: path, value: name, hint: hint)
  }

  /// Passes over the rest of a container that was opened.
  private func leave(_ token: JSONToken, _ scanner: inout JSONScanner) throws(JSONFault) {
    switch token {
    case .beginObject, .beginArray: break
    default: return
    }
    let outside = scanner.depth - 1
    while scanner.depth > outside { _ = try scanner.next() }
  }

  private func path(
    _ batch: borrowing ProductBatch, _ node: Int, _ attribute: Attribute? = nil, _ facet: Facet = .none
  ) -> String {
    guard findings.count < Self.findingLimit else { return "" }
    var text = batch.openPath(of: node)
    if let attribute { text += (text.isEmpty ? "" : ".") + attribute.name }
    return facet == .none ? text : text + "@" + facet.description
  }

  private func path(_ batch: borrowing ProductBatch, _ node: Int, kind: NodeKind) -> String {
    guard findings.count < Self.findingLimit else { return "" }
    let text = batch.openPath(of: node)
    return text.isEmpty ? kind.name : text + "." + kind.name
  }

  private static let nodeObject = LocalizedText("an object", vi: "một đối tượng")
  private static let nodeArray = LocalizedText("an array of objects", vi: "một mảng đối tượng")
}

/// Numbers below 256 that were seen.
private struct SeenSet {
  private var words: InlineArray<4, UInt64> = .init(repeating: 0)

  @inline(__always) mutating func insert(_ number: UInt16) -> Bool {
    let word = Int(number >> 6) & 3, bit = UInt64(1) << (number & 63)
    if words[word] & bit != 0 { return false }
    words[word] |= bit
    return true
  }
}

/// Facets that were seen: the first 64 as bits, others in a set.
private struct FacetSet {
  private var low: UInt64 = 0
  private var others: Set<UInt16> = []

  @inline(__always) mutating func insert(_ facet: Facet) -> Bool {
    guard facet.rawValue < 64 else { return others.insert(facet.rawValue).inserted }
    let bit = UInt64(1) << facet.rawValue
    if low & bit != 0 { return false }
    low |= bit
    return true
  }
}

extension ValueType {
  fileprivate var isNumber: Bool { self == .integer || self == .decimal || self == .percent }
}

extension AttributeShape {
  fileprivate var expected: LocalizedText {
    switch type {
    case .boolean: return .init("true or false", vi: "true hoặc false")
    case .integer: return .init("a whole number", vi: "một số nguyên")
    case .decimal, .percent: return .init("a decimal in a string", vi: "một số thập phân trong chuỗi")
    default:
      if isMany { return .init("an array of strings", vi: "một mảng chuỗi") }
      return facet == .none
        ? .init("a string", vi: "một chuỗi")
        : .init("a string, or an object of languages", vi: "một chuỗi hoặc đối tượng theo ngôn ngữ")
    }
  }
}

extension JSONToken {
  fileprivate var kindName: LocalizedText {
    switch self {
    case .beginObject, .endObject: return .init("an object", vi: "đối tượng")
    case .beginArray, .endArray: return .init("an array", vi: "mảng")
    case .key, .string: return .init("a string", vi: "chuỗi")
    case .number: return .init("a number", vi: "số")
    case .true, .false: return .init("true or false", vi: "true hay false")
    case .null: return .init("null (leave the name out instead)", vi: "null (hãy bỏ hẳn tên này)")
    case .end: return .init("the end", vi: "hết dòng")
    }
  }
}

extension JSONFault.Reason {
  fileprivate var vietnamese: String {
    switch self {
    case .unexpectedByte: return "ký tự này không thể đứng ở đây"
    case .unexpectedEnd: return "dòng kết thúc giữa chừng một giá trị"
    case .trailingText: return "còn chữ sau giá trị"
    case .badNumber: return "không phải số JSON"
    case .badEscape: return "dấu \\ không hợp lệ trong chuỗi"
    case .loneSurrogate: return "nửa cặp thay thế (surrogate) trong chuỗi"
    case .controlCharacter: return "ký tự điều khiển chưa được thoát trong chuỗi"
    case .invalidUTF8: return "byte trong chuỗi không phải UTF-8"
    case .tooDeep: return "lồng sâu quá 64 cấp"
    }
  }
}

extension ProductBatch {
  /// The path of a node of the open product as far as it is known: its first key attribute if it came already, else its
  /// position.
  func openPath(of node: Int) -> String {
    guard node > 0 else { return "" }
    let kind = openKind(node), parent = openParent(node)
    let before = openPath(of: parent)
    var selector = ""
    if let key = kind.declaration.key.first, let value = openValue(key, on: node) {
      selector = "[" + String(decoding: value, as: UTF8.self) + "]"
    } else if kind.declaration.isMany {
      var position = 1
      for i in 0..<node where openKind(i) == kind && openParent(i) == parent { position += 1 }
      selector = "[\(position)]"
    }
    return (before.isEmpty ? "" : before + ".") + kind.name + selector
  }
}
