internal import Bytes
internal import ProductModel
internal import Profiles

// The general way of writing an element: attributes, stand-ins, constants, computed texts, and everything that there is to say
// about a value that cannot be written.

extension ElementRun {
  /// Writes an element, or one for each of its values.
  mutating func general(
    _ i: Int, _ step: StepPointer, _ node: Int, _ scope: Int32, _ product: NodeView, repeats: Bool = true
  ) -> Bool {
    if repeats, step.pointee.repeats >= 0 { return repeated(i, step, node, scope, product) }
    if step.pointee.isOptional, find(step.pointee.text, node, product) < 0, chosen.value != step.pointee.text {
      return false
    }
    return element(i, node, scope, product)
  }

  /// Writes an element with what is in it; takes it back when nothing came that keeps it.
  mutating func element(_ i: Int, _ node: Int, _ scope: Int32, _ product: NodeView) -> Bool {
    flush()
    let step = steps.base + i
    let isLeaf = step.pointee.end == Int32(i + 1) && step.pointee.kind != .call && step.pointee.kind != .each
    let hasTag = !step.pointee.lead.isEmpty
    let value = Int(step.pointee.text)
    let mark = sink.count
    // The record itself stays.
    var isAlive = i == 0
    if hasTag { literal(step.pointee.open) }
    if value >= 0, addAttributes(of: value, node, product) == false, isLeaf, step.pointee.attributes.isEmpty {
      cut(to: mark)
      missing(value, product.node(at: node))
      return false
    }
    for k in step.pointee.attributes where attribute(Int(plan.attributeValues[Int(k)]), node, product) {
      isAlive = true
    }
    let body = sink.count
    if hasTag { sink.append(UInt8(ascii: ">")) }
    let inside = sink.count
    if value >= 0, text(value, node, product, inAttribute: false) { isAlive = true }
    // What is inside sees this element as the innermost open one.
    enter(i, at: mark)
    if step.pointee.kind == .call {
      let block = calls[Int(step.pointee.detail)].block
      if run(Int(block.lowerBound), Int(block.upperBound), node, scope, product) { isAlive = true }
    } else if step.pointee.end > Int32(i + 1) {
      if run(i + 1, Int(step.pointee.end), node, scope, product) { isAlive = true }
    }
    leave()
    // A constant stands as long as what is around it does, but keeps nothing by itself.
    let isConstant = isLeaf && value >= 0 && sink.count > inside
    if isFaulted || !(isAlive || isConstant) {
      cut(to: mark)
      return false
    }
    if !hasTag { return true }
    if sink.count == inside {
      sink.truncate(to: body)
      sink.append(UInt8(ascii: "/"))
      sink.append(UInt8(ascii: ">"))
    } else {
      literal(step.pointee.close)
    }
    return isAlive
  }

  /// Writes an element for each of a value's texts: its languages, or its values side by side.
  private mutating func repeated(
    _ i: Int, _ step: StepPointer, _ node: Int, _ scope: Int32, _ product: NodeView
  ) -> Bool {
    let number = Int(step.pointee.repeats)
    var isAlive = false
    if values[number].target == nil || values[number].constant != nil {
      return element(i, node, scope, product)
    }
    if let at = values[number].target?.node(from: product.node(at: node)) {
      let holder = product.node(at: at)
      for entry in holder.entryRange where matches(holder.entry(entry), number) {
        if single(i, step, entry, node, scope, product) { isAlive = true }
        if isFaulted { return isAlive }
      }
    }
    return isAlive ? true : element(i, node, scope, product)
  }

  private mutating func matches(_ entry: Entry, _ number: Int) -> Bool {
    if entry.attribute != values[number].attribute { return false }
    if values[number].language == nil { return entry.facet == values[number].facet.rawValue }
    return languages.isLanguage(entry.facet)
  }

  /// Where a value stands: the entry's number, or nil. A value with languages is only there for the one being written.
  private mutating func entry(of number: Int, _ node: Int, _ product: NodeView) -> Int? {
    if chosen.value == Int32(number) { return chosen.entry }
    if facts[number].hasLanguages { return nil }
    let entry = find(Int32(number), node, product)
    return entry < 0 ? nil : entry
  }

  // MARK: Attributes

  /// Writes the language and unit of a text into its element's tag; false when the value has neither entry nor stand-in.
  private mutating func addAttributes(of number: Int, _ node: Int, _ product: NodeView) -> Bool {
    if let entry = entry(of: number, node, product) {
      if isImplied(number, entry, product) {
        coverage.mark(entry)
        return false
      }
      addFacts(number, entry, -1, node, product)
      return true
    }
    if values[number].isField {
      for k in values[number].fallbacks.indices {
        guard let entry = values[number].fallbacks[k].path.find(from: product.node(at: node)) else { continue }
        addFacts(number, entry, k, node, product)
        return true
      }
      return values[number].constant != nil || values[number].derived != nil
        || isImpliedLevel(number, node, product)
    }
    return true
  }

  /// The attributes that say what a text's language or a number's unit is. The value is that of a fallback, or its own (-1).
  private mutating func addFacts(_ number: Int, _ entry: Int, _ fallback: Int, _ node: Int, _ product: NodeView) {
    if let name = values[number].language {
      let language = languages.text(of: product.entry(entry).facet)
      if language.count > 0 {
        literal(name)
        sink.append(language)
        sink.append(0x22)
      }
    }
    if let name = values[number].unit {
      literal(name)
      scratch.removeAll()
      let value = values.base + number
      let outcome =
        fallback < 0
        ? value.pointee.codec.writeUnit(product.bytes(of: entry), into: &scratch)
        : value.pointee.fallbacks[fallback].codec.writeUnit(product.bytes(of: entry), into: &scratch)
      if case .fault(let finding) = outcome {
        wrong(number, entry, product.node(at: node), finding)
      }
      let start = sink.count
      sink.attribute(scratch.bytes)
      if isRecording { note(from: start, .unit, Int32(number), entry, fallback: fallback, isInAttribute: true) }
      sink.append(0x22)
    }
  }

  private mutating func isImplied(_ number: Int, _ entry: Int, _ product: NodeView) -> Bool {
    guard values[number].isItemID else { return false }
    let item = Int(product.entry(entry).node)
    let isImplied = ItemDefaults.impliesID(of: product.node(at: item))
    if isRecording { recording.check(.implied(item: item, isImplied: isImplied)) }
    return isImplied
  }

  private mutating func isImpliedLevel(_ number: Int, _ node: Int, _ product: NodeView) -> Bool {
    values[number].isItemLevel && ItemDefaults.isBase(product.node(at: node))
  }

  /// Writes a value into an attribute of the open tag; whether it keeps the element.
  private mutating func attribute(_ number: Int, _ node: Int, _ product: NodeView) -> Bool {
    guard let name = values[number].name,
      values[number].guards < 0 || holds(values[number].guards, node, product)
    else { return false }
    let mark = sink.count
    literal(name)
    let start = sink.count
    let isAlive = text(number, node, product, inAttribute: true)
    if sink.count == start {
      sink.truncate(to: mark)
    } else {
      sink.append(0x22)
    }
    return isAlive
  }

  // MARK: Texts

  /// Writes a value's text; whether it keeps the element.
  private mutating func text(_ number: Int, _ node: Int, _ product: NodeView, inAttribute: Bool) -> Bool {
    if !inAttribute, values[number].guards >= 0, !holds(values[number].guards, node, product) { return false }
    if let constant = values[number].constant {
      literal(constant)
      if let entry = entry(of: number, node, product) {
        // The product says what always stands here: it is carried.
        let isSame = isConstant(number, entry, product)
        if isSame { coverage.mark(entry) }
        if isRecording { recording.check(.constant(value: number, entry: entry, isSame: isSame)) }
      }
      return values[number].rule.isAlways
    }
    if values[number].isField {
      if let entry = entry(of: number, node, product) {
        if isImplied(number, entry, product) { return false }
        put(number, entry, -1, node, product, inAttribute)
        return true
      }
      for k in values[number].fallbacks.indices {
        guard let entry = values[number].fallbacks[k].path.find(from: product.node(at: node)) else { continue }
        put(number, entry, k, node, product, inAttribute)
        return true
      }
    }
    if isImpliedLevel(number, node, product) {
      scratch.removeAll()
      ItemDefaults.baseLevel.withUnsafeBufferPointer {
        _ = values[number].codec.write(Span(_unsafeElements: $0), into: &scratch)
      }
      append(scratch.bytes, inAttribute)
      return true
    }
    return compute(number, node, product, inAttribute)
  }

  /// Whether an entry has the value that a constant stands for.
  mutating func isConstant(_ number: Int, _ entry: Int, _ product: NodeView) -> Bool {
    guard let constant = values[number].constant else { return false }
    scratch.removeAll()
    guard case .exact = values[number].codec.write(product.bytes(of: entry), into: &scratch) else { return false }
    return isEscaped(scratch.bytes, constant)
  }

  /// Whether a text is a constant of the plan, which is kept escaped.
  private mutating func isEscaped(_ text: UnsafeBufferPointer<UInt8>, _ constant: Range<Int32>) -> Bool {
    text.elementsEqual(
      UnsafeBufferPointer(start: literals.base + Int(constant.lowerBound), count: constant.count))
  }

  mutating func append(_ text: UnsafeBufferPointer<UInt8>, _ inAttribute: Bool) {
    if inAttribute { sink.attribute(text) } else { sink.text(text) }
  }

  /// Writes what is made of several values.
  private mutating func compute(_ number: Int, _ node: Int, _ product: NodeView, _ inAttribute: Bool) -> Bool {
    scratch.removeAll()
    let view = product.node(at: node)
    let outcome = derive(number, node, product)
    if isRecording, case .missing = outcome {
      recording.check(.computed(value: number, node: node, topItem: topItem, isMissing: true))
    }
    switch outcome {
    case .missing: return missing(number, view)
    case .fault(let part):
      wrong(number, -1, view, part.finding, path: part.path?.description, value: part.value)
      return false
    case .written:
      if let finding = values[number].limit.check(scratch.bytes) {
        // Lists and patterns are never cut: what is left would read as something else.
        if values[number].limit.truncates, values[number].isField {
          scratch.truncate(to: values[number].limit.fitting(scratch.bytes))
        } else {
          wrong(number, -1, view, finding)
        }
      }
      let start = sink.count
      append(scratch.bytes, inAttribute)
      if isRecording { note(from: start, .computed, Int32(number), node, isInAttribute: inAttribute) }
      return values[number].isDerivedFromProduct || values[number].rule.isAlways
    }
  }

  /// Makes a text of several values and puts it into `scratch`. What it carries hangs on values, and is noted apart for forms.
  mutating func derive(_ number: Int, _ node: Int, _ product: NodeView) -> PatternCodec.Writing {
    if isRecording { swap(&coverage, &recording.computed) }
    defer { if isRecording { swap(&coverage, &recording.computed) } }
    let view = product.node(at: node)
    switch values[number].source {
    case .composite(let path, let pattern):
      guard let at = path.node(from: view) else { return .missing }
      return pattern.write(product.node(at: at), into: &scratch, coverage: &coverage)
    case .list(let list): return list.write(view, into: &scratch, coverage: &coverage)
    case .field:
      guard let derived = values[number].derived else { return .missing }
      let about = values[number].isAboutTopItem && topItem >= 0 ? product.node(at: topItem) : view
      return derived.write(about, number: self.number, into: &scratch, coverage: &coverage)
    }
  }

  /// Writes an entry's text; it is the value of a fallback, or the value's own (-1).
  private mutating func put(
    _ number: Int, _ entry: Int, _ fallback: Int, _ node: Int, _ product: NodeView, _ inAttribute: Bool
  ) {
    markPlace(number, entry, product)
    let value = values.base + number
    let isAsIs = fallback < 0 ? value.pointee.codec.writesAsIs : value.pointee.fallbacks[fallback].codec.writesAsIs
    let start = sink.count
    defer {
      if isRecording { note(from: start, .put, Int32(number), entry, fallback: fallback, isInAttribute: inAttribute) }
    }
    if isAsIs, !value.pointee.limit.isLimited {
      coverage.mark(entry)
      return append(index.bytes(of: entry), inAttribute)
    }
    let view = product.node(at: node)
    scratch.removeAll()
    let outcome =
      fallback < 0
      ? value.pointee.codec.write(product.bytes(of: entry), into: &scratch)
      : value.pointee.fallbacks[fallback].codec.write(product.bytes(of: entry), into: &scratch)
    switch outcome {
    case .exact: coverage.mark(entry)
    case .lossy(let reason): coverage.lose(entry, reason)
    case .fault(let finding): return wrong(number, entry, view, finding)
    }
    if let finding = value.pointee.limit.check(scratch.bytes) {
      if !value.pointee.limit.truncates { return wrong(number, entry, view, finding) }
      scratch.truncate(to: value.pointee.limit.fitting(scratch.bytes))
      coverage.lose(entry, .truncated)
    }
    append(scratch.bytes, inAttribute)
  }

  /// What a path's selectors say is said by the place: `party[role=supplier]`.
  private mutating func markPlace(_ number: Int, _ entry: Int, _ product: NodeView) {
    guard let target = values[number].target else { return }
    let holder = product.node(at: Int(product.entry(entry).node))
    if !target.steps.isEmpty { coverage.markKeys(of: holder) }
    if let currency = values[number].codec.currency, holder.has(.currency, currency) {
      coverage.mark(.currency, of: holder)
    }
  }
}
