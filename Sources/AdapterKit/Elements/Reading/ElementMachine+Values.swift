internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

// From texts to values: attributes, conversion, and what is wrong with them.

extension ElementMachine {
  // MARK: Attributes

  /// Takes what is wanted from an element's attributes.
  mutating func use(_ uses: Range<Int32>, _ attributes: borrowing XMLAttributes) {
    for i in uses {
      let use = tables.attributes[Int(i)]
      let name = Int(use.name)
      for k in 0..<attributes.count {
        let attribute = attributes[k]
        if attribute.name.uri != nil { continue }
        if attributePointers[name] != attribute.name.local {
          if !Self.isEqual(attribute.name.local, plan.attributeNames[name]) { continue }
          attributePointers[name] = attribute.name.local
        }
        switch use.role {
        case .language: setLanguage(attribute.value)
        case .unit:
          frames[top].unitOffset = append(attribute.value)
          frames[top].unitLength = attribute.value.count
        case .value(let action):
          run(action, offset: append(attribute.value), length: attribute.value.count, frames + top)
        }
        break
      }
    }
  }

  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    bytes.baseAddress.map { batch.pointee.append($0, count: bytes.count) } ?? batch.pointee.byteCount
  }

  /// Languages come again and again: the last few are known by their bytes.
  mutating func setLanguage(_ bytes: UnsafeBufferPointer<UInt8>) {
    var key: UInt64 = 0
    if bytes.count <= 8 { for byte in bytes { key = key << 8 | UInt64(byte) } }
    if key != 0 {
      for language in languages where language.bytes == key {
        frames[top].facet = language.facet
        frames[top].hasFacet = true
        return
      }
      if let facet = Facet.intern(language: String(decoding: bytes, as: UTF8.self).lowercased()) {
        if languages.count < 16 { languages.append((key, facet)) }
        frames[top].facet = facet
        frames[top].hasFacet = true
        return
      }
    }
    current.hasError = true
    let text = DiagnosticMessages.short(String(decoding: bytes, as: UTF8.self))
    findings.append(
      ElementFinding(
        code: .elementLanguage, message: .init("“\(text)” is no language code", vi: "“\(text)” không phải mã ngôn ngữ"),
        origin: frames[top].origin, element: path(to: top), value: text))
  }

  // MARK: Values

  /// Runs an action on a text in the arena.
  mutating func run(_ number: Int32, offset: Int, length: Int, _ frame: UnsafeMutablePointer<Frame>) {
    let action = tables.actions[Int(number)]
    if !holds(action.guards, base: frame.pointee.base) { return }
    switch action.kind {
    case .field: field(Int(action.index), offset: offset, length: length, frame, frame.pointee.base + action.scope)
    case .composite, .list: postpone(action, offset, length, frame)
    }
  }

  /// Keeps a text with several values until the record is handed on.
  @inline(never) private mutating func postpone(
    _ action: ElementReadingPlan.Action, _ offset: Int, _ length: Int, _ frame: UnsafeMutablePointer<Frame>
  ) {
    let (at, count) = TextScan.trimmed(UnsafePointer(batch.pointee.unsafeArena), offset, length)
    if count == 0 { return }
    current.deferred.append(
      DeferredText(
        kind: action.kind, index: action.index, node: materialise(frame.pointee.base + action.scope), offset: at,
        length: count, origin: frame.pointee.origin, element: path(to: top)))
  }

  /// Reads a text as a field's value.
  mutating func field(
    _ index: Int, offset: Int, length: Int, _ frame: UnsafeMutablePointer<Frame>, _ scope: Int32
  ) {
    let facts = tables.facts.base + index
    let (offset, length) = TextScan.trimmed(UnsafePointer(batch.pointee.unsafeArena), offset, length)
    if facts.pointee.isMemorable,
      let key = ConversionMemo.Key(UnsafePointer(batch.pointee.unsafeArena) + offset, length, converter: index)
    {
      if let known = memo.find(key) { return recall(known, facts, offset, length, frame, scope) }
      return scan(index, offset, length, key, frame, scope)
    }
    // A text says what it says.
    if facts.pointee.isText, length > 0,
      !facts.pointee.needsScan
        || TextScan.isPlain(UnsafePointer(batch.pointee.unsafeArena) + offset, count: length)
    {
      return set(facts, offset, length, frame, scope)
    }
    scan(index, offset, length, nil, frame, scope)
  }

  /// Looks at the form of a text, mends it, and reads it.
  @inline(never) private mutating func scan(
    _ index: Int, _ offset: Int, _ length: Int, _ key: ConversionMemo.Key?, _ frame: UnsafeMutablePointer<Frame>,
    _ scope: Int32
  ) {
    let facts = tables.facts.base + index
    if facts.pointee.needsScan, length > 0,
      !TextScan.isPlain(UnsafePointer(batch.pointee.unsafeArena) + offset, count: length)
    {
      var (offset, length) = (offset, length)
      if mend(index, &offset, &length, frame) { convert(index, offset, length, nil, frame, scope) }
      return
    }
    if facts.pointee.isText, length > 0 { return set(facts, offset, length, frame, scope) }
    convert(index, offset, length, key, frame, scope)
  }

  /// Reads a text that a converter looks at, that must be a constant, or that is blank.
  @inline(never) private mutating func convert(
    _ index: Int, _ offset: Int, _ length: Int, _ key: ConversionMemo.Key?, _ frame: UnsafeMutablePointer<Frame>,
    _ scope: Int32
  ) {
    let facts = tables.facts.base + index
    if !facts.pointee.hasTarget { return check(index, offset, length, frame) }
    let unit = frame.pointee.unitLength > 0 ? (offset: frame.pointee.unitOffset, length: frame.pointee.unitLength) : nil
    let reading = read(index, offset, length, unit)
    if case .value(let at, let count) = reading {
      if let key {
        let isSame = at == offset && count == length
        memo.remember(
          key, UnsafeBufferPointer(start: UnsafePointer(batch.pointee.unsafeArena) + at, count: isSame ? 0 : count))
      }
      return set(facts, at, count, frame, scope)
    }
    settle(reading, index, offset, length, unit, frame, scope)
  }

  @inline(__always) private mutating func read(
    _ index: Int, _ offset: Int, _ length: Int, _ unit: (offset: Int, length: Int)?
  ) -> ValueCodec.Reading {
    if length == 0 { return .blank }
    let batch = self.batch
    return tables.codecs[index]._withUnsafeGuaranteedRef {
      $0.codec.read(offset: offset, length: length, unit: unit, in: &batch.pointee)
    }
  }

  /// Sets a value that the same text was read as before; nothing remembered means that the text is the value.
  @inline(__always) mutating func recall(
    _ known: UnsafeMutablePointer<ConversionMemo.Result>, _ facts: UnsafeMutablePointer<ElementReadingPlan.FieldFacts>,
    _ offset: Int, _ length: Int, _ frame: UnsafeMutablePointer<Frame>, _ scope: Int32
  ) {
    let count = known.pointee.count
    if count == 0 { return set(facts, offset, length, frame, scope) }
    let bytes = UnsafeMutableRawPointer(known).assumingMemoryBound(to: UInt8.self)
    set(facts, batch.pointee.append(bytes, count: count), count, frame, scope)
  }

  /// Makes a text canonical that is not in NFC or holds control characters; false when it cannot be read at all.
  mutating func mend(
    _ index: Int, _ offset: inout Int, _ length: inout Int, _ frame: UnsafeMutablePointer<Frame>
  ) -> Bool {
    let isText = tables.codecs[index]._withUnsafeGuaranteedRef { $0.codec.type == .text }
    switch TextScan.check(offset: offset, length: length, allowsLines: isText, in: &batch.pointee) {
    case .clean(let at, let count): (offset, length) = (at, count)
    case .changed(let at, let count, let finding):
      (offset, length) = (at, count)
      note(finding, index, -1, frame, offset, length)
    case .invalid(_, let finding):
      current.hasError = true
      note(finding, index, -1, frame, offset, 0)
      return false
    }
    return true
  }

  /// What is to be done with a text that is not simply a value.
  mutating func settle(
    _ first: ValueCodec.Reading, _ index: Int, _ offset: Int, _ length: Int, _ unit: (offset: Int, length: Int)?,
    _ frame: UnsafeMutablePointer<Frame>, _ scope: Int32
  ) {
    var reading = first
    if case .blank = reading, let standIn = plan.fields[index].defaultValue {
      let at = standIn.withUnsafeBufferPointer { append($0) }
      reading = read(index, at, standIn.count, unit)
    }
    if case .fault = reading, let plain = withoutExponent(offset, length) {
      reading = read(index, plain.offset, plain.length, unit)
    }
    let facts = tables.facts.base + index
    let isFromProduct = facts.pointee.target.isFromProduct
    switch reading {
    case .blank: return
    case .value(let at, let count): set(facts, at, count, frame, scope)
    case .warned(let at, let count, let finding):
      set(facts, at, count, frame, scope)
      note(finding, index, isFromProduct ? 0 : scopes[Int(scope)].node, frame, offset, length)
    case .fault(let finding):
      current.hasError = true
      note(finding, index, isFromProduct ? 0 : scopes[Int(scope)].node, frame, offset, length)
    }
  }

  /// XML Schema's floats may have an exponent (`1.15E6`) where a mapping has decimals: the same number in plain digits.
  mutating func withoutExponent(_ offset: Int, _ length: Int) -> (offset: Int, length: Int)? {
    let arena = UnsafePointer(batch.pointee.unsafeArena)
    let (at, count) = TextScan.trimmed(arena, offset, length)
    let text = UnsafeBufferPointer(start: arena + at, count: count)
    guard count < 64, text.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }),
      let value = try? DecimalText.parse(Span(_unsafeElements: text), style: .point, allowsExponent: true)
    else { return nil }
    return batch.pointee.append(value.description)
  }

  /// Sets a value; a second one beside a first that differs is reported and left out.
  @inline(never) mutating func set(
    _ facts: UnsafeMutablePointer<ElementReadingPlan.FieldFacts>, _ offset: Int, _ length: Int,
    _ frame: UnsafeMutablePointer<Frame>, _ scope: Int32
  ) {
    var node: Int32 = 0
    if !facts.pointee.target.isFromProduct {
      node = scopes[Int(scope)].node
      if node < 0 { node = materialise(scope) }
    }
    if facts.pointee.target.path >= 0 {
      node = find(facts.pointee.target.path, from: node, origin: frame.pointee.origin)
    }
    let facet =
      facts.pointee.hasLanguage
      ? (frame.pointee.hasFacet ? frame.pointee.facet : plan.language) : facts.pointee.target.facet
    let attribute = facts.pointee.target.attribute
    if !current.nodes[Int(node)].mayHave(attribute)
      || !isTold(attribute, facet, facts.pointee.target.isMany, node, offset, length, frame)
    {
      current.addEntry(attribute, facet, on: node, offset: offset, length: length, origin: frame.pointee.origin)
    }
    if facts.pointee.hasCurrency { setCurrency(facts, on: node, frame) }
  }

  /// Sets the currency that a converter of amounts implies, unless the node says one.
  @inline(never) private mutating func setCurrency(
    _ facts: UnsafeMutablePointer<ElementReadingPlan.FieldFacts>, on node: Int32, _ frame: UnsafeMutablePointer<Frame>
  ) {
    guard let currency = tables.codecs[facts - tables.facts.base]._withUnsafeGuaranteedRef({ $0.codec.currency }),
      current.find(.currency, on: node) < 0, Model.declaration(current.nodes[Int(node)].kind, .currency) != nil
    else { return }
    setBytes(.currency, currency, on: node, origin: frame.pointee.origin)
  }

  /// Whether a node has a value already, so that another one is not set.
  mutating func isTold(
    _ attribute: Attribute, _ facet: Facet, _ isMany: Bool, _ node: Int32, _ offset: Int, _ length: Int,
    _ frame: UnsafeMutablePointer<Frame>
  ) -> Bool {
    var i = current.nodes[Int(node)].firstEntry
    while i >= 0 {
      let entry = current.entries[Int(i)]
      if entry.attribute == attribute, entry.facet == facet.rawValue, entry.length >= 0 {
        let arena = batch.pointee.unsafeArena
        let isSame = Int(entry.length) == length && memcmp(arena + entry.offset, arena + offset, length) == 0
        if isSame { return true }
        if !isMany {
          contradict(i, attribute, facet, node, offset, length, frame)
          return true
        }
      }
      i = entry.next
    }
    return false
  }

  /// Reports a value that differs from the one that came first.
  @inline(never) private mutating func contradict(
    _ first: Int32, _ attribute: Attribute, _ facet: Facet, _ node: Int32, _ offset: Int, _ length: Int,
    _ frame: UnsafeMutablePointer<Frame>
  ) {
    let bytes = UnsafeBufferPointer(start: UnsafePointer(batch.pointee.unsafeArena) + offset, count: length)
    let text = String(decoding: bytes, as: UTF8.self), kept = String(decoding: value(first), as: UTF8.self)
    conflict(node, attribute, facet, kept, text, frame.pointee.origin, path(to: top))
  }

  mutating func conflict(
    _ node: Int32, _ attribute: Attribute, _ facet: Facet, _ kept: String, _ other: String, _ origin: UInt32,
    _ element: String
  ) {
    if findings.count > ElementFindingSink.recordLimit { return }
    let (kept, other) = (DiagnosticMessages.short(kept), DiagnosticMessages.short(other))
    findings.append(
      ElementFinding(
        code: .elementConflict,
        message: .init(
          "“\(other)” contradicts “\(kept)”, which came first and was kept",
          vi: "“\(other)” mâu thuẫn với “\(kept)” có trước; giá trị có trước được giữ"),
        origin: origin, element: element, node: node,
        path: ModelPath(attribute: attribute, facet: facet), value: other))
  }

  /// Checks a text that must be a constant.
  mutating func check(_ index: Int, _ offset: Int, _ length: Int, _ frame: UnsafeMutablePointer<Frame>) {
    guard let constant = plan.fields[index].constant else { return }
    let (at, count) = TextScan.trimmed(UnsafePointer(batch.pointee.unsafeArena), offset, length)
    let bytes = UnsafeBufferPointer(start: UnsafePointer(batch.pointee.unsafeArena) + at, count: count)
    if count == 0 || Self.isEqual(bytes, constant) { return }
    let text = String(decoding: bytes, as: UTF8.self)
    if reported.count >= 512 || !reported.insert("const \(index) \(text.prefix(40))").inserted { return }
    let wanted = String(decoding: constant, as: UTF8.self)
    note(
      ConversionFinding(
        .constMismatch,
        .init(
          "“\(DiagnosticMessages.short(text))” stands where “\(wanted)” is expected",
          vi: "Có “\(DiagnosticMessages.short(text))” ở chỗ đáng lẽ là “\(wanted)”")), index, -1, frame, at, count)
  }

  /// Keeps a finding until the record is whole and its product has a name.
  mutating func note(
    _ finding: ConversionFinding, _ index: Int, _ node: Int32, _ frame: UnsafeMutablePointer<Frame>, _ offset: Int,
    _ length: Int
  ) {
    if findings.count > ElementFindingSink.recordLimit { return }
    let arena = UnsafePointer(batch.pointee.unsafeArena)
    let text =
      length > 0
      ? String(decoding: UnsafeBufferPointer(start: arena + offset, count: min(length, 400)), as: UTF8.self) : nil
    var element = path(to: top)
    if case .element(let path) = plan.fields[index].rule.place, let attribute = path.attribute {
      element += "/@" + attribute
    }
    var target = plan.fields[index].rule.target
    if frame.pointee.hasFacet, plan.fields[index].hasLanguage { target?.facet = frame.pointee.facet }
    findings.append(
      ElementFinding(
        // A fixed text that differs is no fault of the product's data.
        code: finding.code, severity: finding.code == .constMismatch ? .warning : nil, message: finding.message,
        hint: finding.hint, origin: frame.pointee.origin, element: element,
        node: node, path: target, value: text))
  }
}
