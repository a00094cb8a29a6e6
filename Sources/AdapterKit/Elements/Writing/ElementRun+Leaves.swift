internal import Bytes
internal import ProductModel

// The common leaves: a value between two tags. Whatever is not as usual (no value although the partner wants one, a text that
// may be too long, a value that the converter has words about) goes the general way of `ElementRun+Elements`, which finds
// the same value again and says what is wrong with it.

extension ElementRun {
  typealias StepPointer = UnsafeMutablePointer<ElementWritingPlan.Step>

  /// The entry of a value, or -1.
  @inline(__always) func find(_ value: Int32, _ node: Int, _ product: NodeView) -> Int {
    let facts = self.facts.base + Int(value)
    switch facts.pointee.place {
    case .slot: return slots[facts.pointee.slot]
    case .productPath:
      let at = paths.node(facts.pointee.path, product: serial, index, tester, product)
      return at < 0 ? -1 : index.find(facts.pointee.attribute, facts.pointee.facet, on: at)
    case .path: return plan.values[Int(value)].target?.find(from: product.node(at: node)) ?? -1
    case .none: return -1
    }
  }

  /// Marks a value as written, and what the selectors of its path say: `party[role=supplier]`.
  @inline(__always) private mutating func mark(_ entry: Int, _ value: Int32, _ product: NodeView) {
    coverage.mark(entry)
    let facts = self.facts.base + Int(value)
    if facts.pointee.place == .slot { return }
    if facts.pointee.place == .productPath, !paths.takeMark(facts.pointee.path) { return }
    coverage.markKeys(of: product.node(at: Int(index.memory.entries[entry].node)))
  }

  /// A leaf of a value, or of each of several that stand side by side.
  @inline(__always) mutating func leaf(
    _ i: Int, _ step: StepPointer, _ node: Int, _ scope: Int32, _ product: NodeView
  ) -> Bool {
    let entry = find(step.pointee.text, node, product)
    if entry < 0 { return step.pointee.isOptional ? false : general(i, step, node, scope, product, repeats: false) }
    if step.pointee.repeats >= 0 { return leaves(i, step, entry, node, scope, product) }
    return leaf(i, step, entry, node, scope, product)
  }

  private mutating func leaves(
    _ i: Int, _ step: StepPointer, _ first: Int, _ node: Int, _ scope: Int32, _ product: NodeView
  ) -> Bool {
    let like = index.memory.entries[first]
    let end = index.entries(of: Int(like.node)).end
    var isAlive = false
    var entry = first
    while entry < end {
      if index.memory.entries[entry].attribute == like.attribute, index.memory.entries[entry].facet == like.facet {
        if leaf(i, step, entry, node, scope, product) { isAlive = true }
        if isFaulted { return isAlive }
      }
      entry &+= 1
    }
    return isAlive
  }

  private mutating func leaf(
    _ i: Int, _ step: StepPointer, _ entry: Int, _ node: Int, _ scope: Int32, _ product: NodeView
  ) -> Bool {
    let isWritten =
      switch step.pointee.kind {
      case .copy: copy(step, entry, product)
      case .measure: measure(step, entry, product)
      default: converted(step, entry, product)
      }
    if isWritten { return true }
    return step.pointee.repeats >= 0
      ? single(i, step, entry, node, scope, product) : general(i, step, node, scope, product)
  }

  /// A value as it stands; false when it needs a closer look.
  private mutating func copy(_ step: StepPointer, _ entry: Int, _ product: NodeView) -> Bool {
    let value = step.pointee.text
    let length = Int32(truncatingIfNeeded: index.memory.entries[entry].length)
    if length > facts[Int(value)].limit || length == 0 { return false }
    flush()
    literal(step.pointee.lead)
    sink.text(index.memory.bytes + Int(index.memory.entries[entry].offset), Int(length))
    literal(step.pointee.close)
    mark(entry, value, product)
    return true
  }

  /// A number, its unit in an attribute: `12.5 GRM`; false when it is not just that.
  private mutating func measure(_ step: StepPointer, _ entry: Int, _ product: NodeView) -> Bool {
    let value = step.pointee.text
    let text = index.bytes(of: entry)
    guard let start = text.baseAddress else { return false }
    var amount = text.count - 1
    while amount > 0, start[amount] != 0x20 { amount &-= 1 }
    if amount <= 0 || amount == text.count - 1 || amount > Int(facts[Int(value)].limit) { return false }
    flush()
    literal(step.pointee.lead)
    sink.text(start + amount + 1, text.count - amount - 1)
    sink.append(0x22)
    sink.append(UInt8(ascii: ">"))
    sink.text(start, amount)
    literal(step.pointee.close)
    mark(entry, value, product)
    return true
  }

  /// A value through a converter, when it is known what becomes of it; else false, and it is remembered for the next time.
  private mutating func converted(_ step: StepPointer, _ entry: Int, _ product: NodeView) -> Bool {
    let value = step.pointee.text
    let text = index.bytes(of: entry)
    guard let start = text.baseAddress, let key = ConversionMemo.Key(start, text.count, converter: Int(value)) else {
      return false
    }
    if let known = memo.find(key) {
      flush()
      literal(step.pointee.lead)
      sink.append(known)
      literal(step.pointee.close)
      mark(entry, value, product)
      return true
    }
    // Only what is written whole and without escapes is worth remembering.
    scratch.removeAll()
    if case .exact = plan.values[Int(value)].codec.write(Span(_unsafeElements: text), into: &scratch),
      scratch.count > 0,
      scratch.count <= Int(facts[Int(value)].limit), !scratch.bytes.contains(where: XMLSink.isEscaped)
    {
      memo.remember(key, scratch.bytes)
    }
    return false
  }

  /// An element for each language of a text.
  mutating func texts(
    _ i: Int, _ step: StepPointer, _ node: Int, _ scope: Int32, _ product: NodeView
  ) -> Bool {
    let value = step.pointee.text
    let facts = self.facts.base + Int(value)
    var entry: Int, end: Int
    switch facts.pointee.place {
    case .slot:
      entry = slots[facts.pointee.slot]
      end = entry < 0 ? -1 : index.entries(of: Int(index.memory.entries[entry].node)).end
    case .productPath:
      let at = paths.node(facts.pointee.path, product: serial, index, tester, product)
      (entry, end) = at < 0 ? (-1, -1) : index.entries(of: at)
    case .path:
      let at = plan.values[Int(value)].target?.node(from: product.node(at: node))
      (entry, end) = at.map { index.entries(of: $0) } ?? (-1, -1)
    case .none: (entry, end) = (-1, -1)
    }
    var isAlive = false
    while entry < end {
      let e = index.memory.entries + entry
      if e.pointee.attribute == facts.pointee.attribute {
        let language = languages.text(of: e.pointee.facet)
        if language.count > 0 {
          let length = Int32(truncatingIfNeeded: e.pointee.length)
          if length > facts.pointee.limit || length == 0 {
            if single(i, step, entry, node, scope, product) { isAlive = true }
            if isFaulted { return isAlive }
          } else {
            flush()
            literal(step.pointee.lead)
            sink.append(language)
            sink.append(0x22)
            sink.append(UInt8(ascii: ">"))
            sink.text(index.memory.bytes + Int(e.pointee.offset), Int(length))
            literal(step.pointee.close)
            mark(entry, value, product)
            isAlive = true
          }
        }
      }
      entry &+= 1
    }
    if !isAlive, !step.pointee.isOptional { return general(i, step, node, scope, product, repeats: false) }
    return isAlive
  }

  /// Writes a repeated element for one of its entries, the general way.
  mutating func single(
    _ i: Int, _ step: StepPointer, _ entry: Int, _ node: Int, _ scope: Int32, _ product: NodeView
  ) -> Bool {
    let before = chosen
    chosen = (step.pointee.repeats, entry)
    defer { chosen = before }
    return general(i, step, node, scope, product, repeats: false)
  }
}
