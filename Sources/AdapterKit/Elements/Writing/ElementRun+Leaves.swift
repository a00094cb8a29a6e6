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
    case .path: return values[Int(value)].target?.find(from: product.node(at: node)) ?? -1
    case .none: return -1
    }
  }

  /// Marks a value as written, and what the selectors of its path say: `party[role=supplier]`.
  @inline(__always) private mutating func mark(_ entry: Int, _ value: Int32, _ product: NodeView) {
    coverage.mark(entry)
    let facts = self.facts.base + Int(value)
    if facts.pointee.place == .slot, facts.pointee.path < 0 || !paths.takeMark(facts.pointee.path) { return }
    coverage.markKeys(of: product.node(at: Int(index.memory.entries[entry].node)))
  }

  /// A leaf of a value, or of each of several that stand side by side.
  @inline(__always) mutating func leaf(
    _ i: Int, _ step: StepPointer, _ node: Int, _ scope: Int32, _ product: NodeView, _ at: inout Position
  ) {
    let entry = find(step.pointee.text, node, product)
    if entry < 0 {
      if !step.pointee.isOptional { special(i, step, -1, node, scope, product, &at) }
    } else if step.pointee.repeats >= 0 {
      leaves(i, step, entry, node, scope, product, &at)
    } else if !usual(i, step, entry, product, &at) {
      special(i, step, -1, node, scope, product, &at)
    }
  }

  private mutating func leaves(
    _ i: Int, _ step: StepPointer, _ first: Int, _ node: Int, _ scope: Int32, _ product: NodeView, _ at: inout Position
  ) {
    let like = index.memory.entries[first]
    let end = index.entries(of: Int(like.node)).end
    var entry = first
    while entry < end {
      if index.memory.entries[entry].attribute == like.attribute, index.memory.entries[entry].facet == like.facet,
        !usual(i, step, entry, product, &at)
      {
        special(i, step, entry, node, scope, product, &at)
        if isFaulted { return }
      }
      entry &+= 1
    }
  }

  /// A leaf with a value that is as usual; false, and nothing is written, when it is not.
  @inline(__always) private mutating func usual(
    _ i: Int, _ step: StepPointer, _ entry: Int, _ product: NodeView, _ at: inout Position
  ) -> Bool {
    switch step.pointee.kind {
    case .copy: copy(i, step, entry, product, &at)
    case .measure: measure(i, step, entry, product, &at)
    default: converted(i, step, entry, product, &at)
    }
  }

  /// A leaf the general way; for one entry of several, or -1.
  @inline(never) private mutating func special(
    _ i: Int, _ step: StepPointer, _ entry: Int, _ node: Int, _ scope: Int32, _ product: NodeView,
    _ at: inout Position
  ) {
    if !at.isThorough { arrive(i, &at) }
    settle(
      entry < 0
        ? general(i, step, node, scope, product, repeats: false) : single(i, step, entry, node, scope, product), &at)
  }

  /// A value as it stands; false when it needs a closer look.
  private mutating func copy(
    _ i: Int, _ step: StepPointer, _ entry: Int, _ product: NodeView, _ at: inout Position
  ) -> Bool {
    if !isUsual(entry, step.pointee.text) { return false }
    lead(i, step, &at)
    put(entry, of: step.pointee.text)
    trail(step, at)
    mark(entry, step.pointee.text, product)
    return true
  }

  /// A number, its unit in an attribute: `12.5 GRM`; false when it is not just that.
  private mutating func measure(
    _ i: Int, _ step: StepPointer, _ entry: Int, _ product: NodeView, _ at: inout Position
  ) -> Bool {
    let amount = usualAmount(entry, step.pointee.text)
    if amount == 0 { return false }
    lead(i, step, &at)
    put(entry, amount: amount, of: step.pointee.text)
    trail(step, at)
    mark(entry, step.pointee.text, product)
    return true
  }

  /// A value through a converter, when it is known what becomes of it; else false, and it is remembered for the next time.
  private mutating func converted(
    _ i: Int, _ step: StepPointer, _ entry: Int, _ product: NodeView, _ at: inout Position
  ) -> Bool {
    guard let known = conversion(entry, step.pointee.text) else { return false }
    lead(i, step, &at)
    put(known, from: entry, of: step.pointee.text)
    trail(step, at)
    mark(entry, step.pointee.text, product)
    return true
  }

  // MARK: Texts of values

  /// Whether a text may be written as it stands.
  @inline(__always) func isUsual(_ entry: Int, _ value: Int32) -> Bool {
    let length = Int32(truncatingIfNeeded: index.memory.entries[entry].length)
    return length <= facts[Int(value)].limit && length > 0
  }

  /// Writes a text as it stands.
  @inline(__always) mutating func put(_ entry: Int, of value: Int32) {
    let start = sink.count, place = index.memory.entries + entry
    sink.text(index.memory.bytes + Int(place.pointee.offset), Int(place.pointee.length))
    if isRecording { note(from: start, .copy, value, entry) }
  }

  /// Writes what a value was converted to.
  @inline(__always) mutating func put(
    _ known: UnsafeMutablePointer<ConversionMemo.Result>, from entry: Int, of value: Int32
  ) {
    let start = sink.count
    sink.append(known)
    if isRecording { note(from: start, .converted, value, entry) }
  }

  /// How many bytes of a measure are its number; 0 when it is not just a number and a unit.
  @inline(__always) func usualAmount(_ entry: Int, _ value: Int32) -> Int {
    let text = index.bytes(of: entry)
    guard let start = text.baseAddress else { return 0 }
    var amount = text.count - 1
    while amount > 0, start[amount] != 0x20 { amount &-= 1 }
    return amount <= 0 || amount == text.count - 1 || amount > Int(facts[Int(value)].limit) ? 0 : amount
  }

  /// Writes a measure behind the name of its attribute: the unit, and then the number.
  @inline(__always) mutating func put(_ entry: Int, amount: Int, of value: Int32) {
    let begin = sink.count
    let length = Int(index.memory.entries[entry].length)
    let start = index.memory.bytes + Int(index.memory.entries[entry].offset)
    sink.text(start + amount + 1, length &- amount &- 1)
    sink.append(0x22)
    sink.append(UInt8(ascii: ">"))
    sink.text(start, amount)
    if isRecording { note(from: begin, .measure, value, entry) }
  }

  /// What a value was converted to before; else nil, and it is remembered for the next time.
  @inline(__always) mutating func conversion(_ entry: Int, _ value: Int32) -> UnsafeMutablePointer<
    ConversionMemo.Result
  >? {
    let text = index.bytes(of: entry)
    guard let start = text.baseAddress, let key = ConversionMemo.Key(start, text.count, converter: Int(value)) else {
      return nil
    }
    if let known = memo.find(key) { return known }
    remember(key, text, value)
    return nil
  }

  @inline(never) private mutating func remember(
    _ key: ConversionMemo.Key, _ text: UnsafeBufferPointer<UInt8>, _ value: Int32
  ) {
    // Only what is written whole and without escapes is worth remembering.
    scratch.removeAll()
    if case .exact = values[Int(value)].codec.write(Span(_unsafeElements: text), into: &scratch), scratch.count > 0,
      scratch.count <= Int(facts[Int(value)].limit), !scratch.bytes.contains(where: XMLSink.isEscaped)
    {
      memo.remember(key, scratch.bytes)
    }
  }

  /// An element for each language of a text.
  mutating func texts(
    _ i: Int, _ step: StepPointer, _ node: Int, _ scope: Int32, _ product: NodeView, _ at: inout Position
  ) {
    let value = step.pointee.text
    let facts = self.facts.base + Int(value)
    var entry: Int, end: Int
    switch facts.pointee.place {
    case .slot:
      entry = slots[facts.pointee.slot]
      end = entry < 0 ? -1 : index.entries(of: Int(index.memory.entries[entry].node)).end
    case .path:
      let at = values[Int(value)].target?.node(from: product.node(at: node))
      (entry, end) = at.map { index.entries(of: $0) } ?? (-1, -1)
    case .none: (entry, end) = (-1, -1)
    }
    var isMissing = true
    while entry < end {
      let e = index.memory.entries + entry
      if e.pointee.attribute == facts.pointee.attribute {
        let language = languages.text(of: e.pointee.facet)
        if language.count > 0 {
          isMissing = false
          if !isUsual(entry, value) {
            special(i, step, entry, node, scope, product, &at)
            if isFaulted { return }
          } else {
            lead(i, step, &at)
            sink.append(language)
            sink.append(0x22)
            sink.append(UInt8(ascii: ">"))
            put(entry, of: value)
            trail(step, at)
            mark(entry, value, product)
          }
        }
      }
      entry &+= 1
    }
    if isMissing, !step.pointee.isOptional { special(i, step, -1, node, scope, product, &at) }
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
