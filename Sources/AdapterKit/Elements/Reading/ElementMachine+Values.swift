internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

// From texts to values: guards, attributes, conversion, and the nodes that values need.

extension ElementMachine {
  // MARK: Guards

  /// Whether all guards of a rule hold for the scopes of a block.
  @inline(__always) mutating func holds(_ list: Range<Int32>, base: Int32) -> Bool {
    if list.isEmpty { return true }
    return holdsAll(list, base)
  }

  private mutating func holdsAll(_ list: Range<Int32>, _ base: Int32) -> Bool {
    for i in list {
      let number = plan.guardLists[Int(i)]
      let scope = Int(base + plan.guards[Int(number)].scope)
      let bit: UInt64 = number < 64 ? 1 << UInt64(number) : 0
      if scopes[scope].known & bit != 0 {
        if scopes[scope].truth & bit == 0 { return false }
        continue
      }
      let (isTrue, isSure) = evaluate(number, scope)
      if isSure {
        scopes[scope].known |= bit
        if isTrue { scopes[scope].truth |= bit }
      }
      if !isTrue { return false }
    }
    return true
  }

  /// Whether a guard holds now, and whether that can no longer change: a value that is there stays.
  private func evaluate(_ number: Int32, _ scope: Int) -> (Bool, Bool) {
    let path = plan.guards[Int(number)].path
    var node = path.isFromProduct ? 0 : scopes[scope].node
    if node >= 0, path.path >= 0 { node = search(path.path, from: node) }
    let entry = node < 0 ? -1 : current.find(path.attribute, path.facet, on: node)
    var isMet: Bool
    if entry < 0, plan.guards[Int(number)].isLevel, node >= 0, isFlaggedBase(node) {
      isMet = plan.guards[Int(number)].values.contains { $0 == Self.baseLevel }
      return (isMet != plan.guards[Int(number)].isNegated, true)
    }
    if plan.guards[Int(number)].isMain, node >= 0, isBase(node) {
      return (!plan.guards[Int(number)].isNegated, true)
    }
    if entry >= 0 {
      let bytes = value(entry)
      isMet =
        plan.guards[Int(number)].values.isEmpty || plan.guards[Int(number)].values.contains { Self.isEqual(bytes, $0) }
    } else {
      isMet = plan.guards[Int(number)].values.contains { $0 == plan.guards[Int(number)].absent }
    }
    // An id comes before the marks of a base unit, which may still say more.
    let isSure = plan.guards[Int(number)].isMain ? node >= 0 && isMarked(node) : entry >= 0
    return (isMet != plan.guards[Int(number)].isNegated, isSure)
  }

  /// Whether an item has said by now whether it is a base unit.
  private func isMarked(_ item: Int32) -> Bool {
    current.find(.isBaseUnit, on: item) >= 0 || current.find(.level, on: item) >= 0
  }

  /// Whether an item says that it is the base unit, which stands for its level when that is not told.
  private func isFlaggedBase(_ item: Int32) -> Bool {
    let flag = current.find(.isBaseUnit, on: item)
    return flag >= 0 && value(flag).count == 4
  }

  /// The bytes of an entry of the open record.
  func value(_ entry: Int32) -> UnsafeBufferPointer<UInt8> {
    let e = current.entries[Int(entry)]
    return UnsafeBufferPointer(start: batch.pointee.unsafeArena + e.offset, count: Int(e.length))
  }

  // MARK: Nodes

  /// The node of a scope, made when it is not there yet.
  mutating func materialise(_ at: Int32) -> Int32 {
    let scope = scopes[Int(at)]
    if scope.node >= 0 { return scope.node }
    let node: Int32
    if scope.opener >= 0 {
      let opener = Int(scope.opener)
      var parent = plan.openers[opener].isFromProduct ? 0 : materialise(scope.parent)
      if plan.openers[opener].path >= 0 { parent = find(plan.openers[opener].path, from: parent, origin: scope.origin) }
      node = current.addNode(
        scope.kind, under: parent, owner: owner(of: at), opener: plan.openers[opener].key.isEmpty ? -1 : scope.opener)
      scopes[Int(at)].node = node
      set(plan.openers[opener].sets, on: node, scope: at)
    } else {
      node = current.addNode(scope.kind, under: 0)
      scopes[Int(at)].node = node
      if let link = scope.link {
        let caller = materialise(scope.parent)
        current.fixups.append(
          RecordScratch.Fixup(
            node: caller, attribute: link, source: node, sourceKind: scope.kind, sourceAttribute: .id,
            origin: scope.origin))
      }
    }
    return node
  }

  /// The item under whose element a scope lies, or -1.
  private func owner(of scope: Int32) -> Int32 {
    var at = scope
    while at > 0 {
      if scopes[Int(at)].opener < 0 { return scopes[Int(at)].node }
      at = scopes[Int(at)].parent
    }
    return -1
  }

  /// The values that a rule sets on each node it opens.
  private mutating func set(_ sets: [SetPlan], on node: Int32, scope: Int32) {
    for set in sets {
      guard let source = set.enclosing else {
        setBytes(set.attribute, set.constant, on: node, origin: scopes[Int(scope)].origin)
        continue
      }
      var at = scopes[Int(scope)].parent
      while at >= 0, scopes[Int(at)].kind != source.kind { at = scopes[Int(at)].parent }
      let above = at >= 0 ? materialise(at) : -1
      current.fixups.append(
        RecordScratch.Fixup(
          node: node, attribute: set.attribute, source: above, sourceKind: source.kind,
          sourceAttribute: source.attribute, origin: scopes[Int(scope)].origin))
    }
  }

  mutating func setBytes(_ attribute: Attribute, _ bytes: [UInt8], on node: Int32, origin: UInt32) {
    let at = bytes.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { batch.pointee.append($0, count: buffer.count) } ?? 0
    }
    current.addEntry(attribute, .none, on: node, offset: at, length: bytes.count, origin: origin)
  }

  /// The node at the end of a plan's path, made when it is not there.
  mutating func find(_ path: Int32, from start: Int32, origin: UInt32) -> Int32 {
    if start == 0, current.slots[Int(path)] >= 0 { return current.slots[Int(path)] }
    var at = start
    for i in plan.paths[Int(path)].indices {
      let next = child(plan.paths[Int(path)][i], of: at)
      if next >= 0 {
        at = next
        continue
      }
      at = current.addNode(plan.paths[Int(path)][i].kind, under: at)
      for key in plan.paths[Int(path)][i].keys { setBytes(key.attribute, key.value, on: at, origin: origin) }
    }
    if start == 0 { current.slots[Int(path)] = at }
    return at
  }

  private func search(_ path: Int32, from start: Int32) -> Int32 {
    var at = start
    for i in plan.paths[Int(path)].indices {
      at = child(plan.paths[Int(path)][i], of: at)
      if at < 0 { return -1 }
    }
    return at
  }

  private func child(_ step: PathPlan.Step, of parent: Int32) -> Int32 {
    var at: Int32 = 0, seen = 0
    while true {
      at = current.child(step.kind, of: parent, after: at)
      if at < 0 { return -1 }
      seen += 1
      if step.position > 0 {
        if seen == step.position { return at }
        continue
      }
      var isSame = true
      for key in step.keys where isSame {
        let entry = current.find(key.attribute, on: at)
        isSame = entry >= 0 && Self.isEqual(value(entry), key.value)
      }
      if isSame { return at }
    }
  }

  // MARK: Attributes

  /// Takes what is wanted from an element's attributes.
  mutating func use(_ uses: Range<Int32>, _ attributes: borrowing XMLAttributes) {
    for i in uses {
      let name = Int(plan.attributes[Int(i)].name)
      for k in 0..<attributes.count {
        let attribute = attributes[k]
        if attribute.name.uri != nil { continue }
        if attributePointers[name] != attribute.name.local {
          if !isEqual(attribute.name.local, plan.attributeNames[name]) { continue }
          attributePointers[name] = attribute.name.local
        }
        switch plan.attributes[Int(i)].role {
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

  private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    bytes.baseAddress.map { batch.pointee.append($0, count: bytes.count) } ?? batch.pointee.byteCount
  }

  /// Languages come again and again: the last few are known by their bytes.
  private mutating func setLanguage(_ bytes: UnsafeBufferPointer<UInt8>) {
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
    let action = actions[Int(number)]
    if !holds(action.guards, base: frame.pointee.base) { return }
    switch action.kind {
    case .field: field(Int(action.index), offset: offset, length: length, frame, frame.pointee.base + action.scope)
    case .composite, .list:
      let (at, count) = TextScan.trimmed(UnsafePointer(batch.pointee.unsafeArena), offset, length)
      if count == 0 { return }
      current.deferred.append(
        DeferredText(
          kind: action.kind, index: action.index, node: materialise(frame.pointee.base + action.scope), offset: at,
          length: count,
          origin: frame.pointee.origin, element: path(to: top)))
    }
  }

  private mutating func field(
    _ index: Int, offset: Int, length: Int, _ frame: UnsafeMutablePointer<Frame>, _ scope: Int32
  ) {
    let facts = self.facts + index
    var (offset, length) = TextScan.trimmed(UnsafePointer(batch.pointee.unsafeArena), offset, length)
    if facts.pointee.needsScan, length > 0,
      !TextScan.isPlain(UnsafePointer(batch.pointee.unsafeArena) + offset, count: length),
      !mend(index, &offset, &length, frame)
    {
      return
    }
    if !facts.pointee.hasTarget { return check(index, offset, length, frame) }
    let unit = frame.pointee.unitLength > 0 ? (offset: frame.pointee.unitOffset, length: frame.pointee.unitLength) : nil
    let reading = codecs[index].read(offset: offset, length: length, unit: unit, in: &batch.pointee)
    if case .value(let at, let count) = reading { return set(facts, at, count, frame, scope) }
    settle(reading, index, offset, length, unit, frame, scope)
  }

  /// Makes a text canonical that is not in NFC or holds control characters; false when it cannot be read at all.
  private mutating func mend(
    _ index: Int, _ offset: inout Int, _ length: inout Int, _ frame: UnsafeMutablePointer<Frame>
  ) -> Bool {
    let isText = codecs[index].type == .text
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
  private mutating func settle(
    _ first: ValueCodec.Reading, _ index: Int, _ offset: Int, _ length: Int, _ unit: (offset: Int, length: Int)?,
    _ frame: UnsafeMutablePointer<Frame>, _ scope: Int32
  ) {
    var reading = first
    if case .blank = reading, let standIn = plan.fields[index].defaultValue {
      let at = standIn.withUnsafeBufferPointer { append($0) }
      reading = codecs[index].read(offset: at, length: standIn.count, unit: unit, in: &batch.pointee)
    }
    if case .fault = reading, let plain = withoutExponent(offset, length) {
      reading = codecs[index].read(offset: plain.offset, length: plain.length, unit: unit, in: &batch.pointee)
    }
    let isFromProduct = facts[index].target.isFromProduct
    switch reading {
    case .blank: return
    case .value(let at, let count): set(facts + index, at, count, frame, scope)
    case .warned(let at, let count, let finding):
      set(facts + index, at, count, frame, scope)
      note(finding, index, isFromProduct ? 0 : scopes[Int(scope)].node, frame, offset, length)
    case .fault(let finding):
      current.hasError = true
      note(finding, index, isFromProduct ? 0 : scopes[Int(scope)].node, frame, offset, length)
    }
  }

  /// XML Schema's floats may have an exponent (`1.15E6`) where a mapping has decimals: the same number in plain digits.
  private mutating func withoutExponent(_ offset: Int, _ length: Int) -> (offset: Int, length: Int)? {
    let arena = UnsafePointer(batch.pointee.unsafeArena)
    let (at, count) = TextScan.trimmed(arena, offset, length)
    let text = UnsafeBufferPointer(start: arena + at, count: count)
    guard count < 64, text.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }),
      let value = try? DecimalText.parse(Span(_unsafeElements: text), style: .point, allowsExponent: true)
    else { return nil }
    return batch.pointee.append(value.description)
  }

  private mutating func set(
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
    set(facts.pointee.target.attribute, facet, facts.pointee.target.isMany, on: node, offset, length, frame)
    if facts.pointee.hasCurrency, let currency = codecs[facts - self.facts].currency,
      current.find(.currency, on: node) < 0, Model.declaration(current.nodes[Int(node)].kind, .currency) != nil
    {
      setBytes(.currency, currency, on: node, origin: frame.pointee.origin)
    }
  }

  /// Sets a value; a second one beside a first that differs is reported and left out.
  private mutating func set(
    _ attribute: Attribute, _ facet: Facet, _ isMany: Bool, on node: Int32, _ offset: Int, _ length: Int,
    _ frame: UnsafeMutablePointer<Frame>
  ) {
    if current.nodes[Int(node)].mayHave(attribute), isTold(attribute, facet, isMany, node, offset, length, frame) {
      return
    }
    current.addEntry(attribute, facet, on: node, offset: offset, length: length, origin: frame.pointee.origin)
  }

  /// Whether a node has a value already, so that another one is not set.
  private mutating func isTold(
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
          let text = String(decoding: UnsafeBufferPointer(start: arena + offset, count: length), as: UTF8.self)
          let kept = String(decoding: value(i), as: UTF8.self)
          conflict(node, attribute, facet, kept, text, frame.pointee.origin, path(to: top))
          return true
        }
      }
      i = entry.next
    }
    return false
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
  private mutating func check(_ index: Int, _ offset: Int, _ length: Int, _ frame: UnsafeMutablePointer<Frame>) {
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
  private mutating func note(
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
