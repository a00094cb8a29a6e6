internal import Bytes
internal import ProductModel
internal import Profiles

// Products written by the forms of their shapes: see `ProductForm`.

extension ElementRun {
  /// Writes a product by the form of its shape, or through the steps, which may then give a form for the next ones; false when the
  /// partner takes no such products.
  mutating func byForm(_ product: NodeView, _ memory: ProductMemory, layout: UInt64) -> Bool {
    let size = (nodes: product.end(of: 0), entries: product.firstEntry(of: product.end(of: 0)))
    let hint = ProductShape.hint(size, layout)
    if let recent = forms.recent(hint), recent.shape.isShape(of: memory, size, layout) {
      return by(recent, product, memory)
    }
    guard let hash = plan.asked.hash(memory, size, layout) else { return throughSteps(product, memory) }
    for place in forms.places(hash) {
      guard let known = forms.value(place, hash), known.shape.isShape(of: memory, size, layout) else { continue }
      forms.found(known, hint)
      return by(known, product, memory)
    }
    guard forms.admits(hash) else { return throughSteps(product, memory) }
    return record(product, memory, size, layout, hash)
  }

  private mutating func by(_ form: ProductForm, _ product: NodeView, _ memory: ProductMemory) -> Bool {
    switch form.standing {
    case .proven:
      let isFilled = fill(form, product, memory)
      form.note(isUsed: isFilled)
      if isFilled {
        filledForms &+= 1
        return true
      }
    case .unproven: return prove(form, product, memory)
    case .refuted: break
    }
    return throughSteps(product, memory)
  }

  /// Writes a product by a form; false, and nothing is written or marked, when it is not as usual.
  mutating func fill(_ form: ProductForm, _ product: NodeView, _ memory: ProductMemory) -> Bool {
    index.take(memory)
    for check in form.checks where !holds(check, product) { return false }
    let mark = sink.count
    coverage.begin(product, marked: UnsafeBufferPointer(start: form.marks.base, count: form.marks.count))
    for (node, reason) in form.surplus { coverage.loseNode(product.node(at: node), reason) }
    var piece = form.pieces.base
    let bytes = form.bytes.base
    while true {
      sink.literal(bytes + Int(piece.pointee.start), Int(piece.pointee.count))
      let value = piece.pointee.value, entry = Int(piece.pointee.entry)
      var isUsual = true
      switch piece.pointee.way {
      case .copy:
        if self.isUsual(entry, value) { put(entry, of: value) } else { isUsual = refill(piece, product) }
      case .measure:
        let amount = usualAmount(entry, value)
        isUsual = amount > 0
        if isUsual { put(entry, amount: amount, of: value) }
      case .converted:
        if let known = conversion(entry, value) {
          sink.append(known)
        } else {
          isUsual = refill(piece, product)
        }
      case .put, .unit, .computed: isUsual = refill(piece, product)
      case .end:
        if !form.findings.isEmpty { findings += form.findings }
        return true
      }
      if !isUsual {
        sink.truncate(to: mark)
        return false
      }
      piece += 1
    }
  }

  /// Fills in what is not just a value as it stands; false when there is something to say about it.
  @inline(never) private mutating func refill(
    _ piece: UnsafeMutablePointer<ProductForm.Piece>, _ product: NodeView
  ) -> Bool {
    let number = Int(piece.pointee.value), entry = Int(piece.pointee.entry)
    let value = values.base + number
    scratch.removeAll()
    var outcome = ValueCodec.Writing.exact
    switch piece.pointee.way {
    case .unit:
      outcome =
        piece.pointee.fallback < 0
        ? value.pointee.codec.writeUnit(product.bytes(of: entry), into: &scratch)
        : value.pointee.fallbacks[Int(piece.pointee.fallback)].codec.writeUnit(
          product.bytes(of: entry), into: &scratch)
    case .computed:
      topItem = Int(piece.pointee.topItem)
      guard case .written = derive(number, entry, product) else { return false }
    default:
      outcome =
        piece.pointee.fallback < 0
        ? value.pointee.codec.write(product.bytes(of: entry), into: &scratch)
        : value.pointee.fallbacks[Int(piece.pointee.fallback)].codec.write(product.bytes(of: entry), into: &scratch)
    }
    switch outcome {
    case .exact: break
    case .lossy(let reason): if piece.pointee.way != .unit { coverage.lose(entry, reason) }
    case .fault: return false
    }
    if piece.pointee.way != .unit, value.pointee.limit.isLimited, value.pointee.limit.check(scratch.bytes) != nil {
      guard value.pointee.limit.truncates, value.pointee.isField else { return false }
      scratch.truncate(to: value.pointee.limit.fitting(scratch.bytes))
      if piece.pointee.way != .computed { coverage.lose(entry, .truncated) }
    }
    // Whether there is a text decides about its tags.
    if scratch.count == 0 { return false }
    append(scratch.bytes, piece.pointee.isInAttribute)
    return true
  }

  private mutating func holds(_ check: ProductForm.Check, _ product: NodeView) -> Bool {
    switch check {
    case .constant(let value, let entry, let isSame): return isConstant(value, entry, product) == isSame
    case .implied(let item, let isImplied): return ItemDefaults.impliesID(of: product.node(at: item)) == isImplied
    case .computed(let value, let node, let topItem, let isMissing):
      self.topItem = topItem
      coverage.begin(product)
      scratch.removeAll()
      switch derive(value, node, product) {
      case .missing: return isMissing
      case .written: return !isMissing && values[value].limit.check(scratch.bytes) == nil
      case .fault: return false
      }
    }
  }

  // MARK: Making forms

  /// Notes what was made of a value.
  @inline(never) mutating func note(
    from start: Int, _ way: ProductForm.Way, _ value: Int32, _ entry: Int, fallback: Int = -1,
    isInAttribute: Bool = false
  ) {
    var piece = ProductForm.Piece(way: way)
    piece.value = value
    piece.entry = Int32(entry)
    piece.topItem = Int32(topItem)
    piece.fallback = Int16(fallback)
    piece.isInAttribute = isInAttribute
    recording.note(start - recordingStart, sink.count - recordingStart, piece)
  }

  /// Writes a product through the steps and notes what is made of its values.
  private mutating func record(
    _ product: NodeView, _ memory: ProductMemory, _ size: ProductShape.Size, _ layout: UInt64, _ hash: UInt64
  ) -> Bool {
    let mark = sink.count, before = findings.count
    recording = FormRecording()
    recording.computed.begin(product)
    recordingStart = mark
    isRecording = true
    let isApplicable = throughSteps(product, memory)
    isRecording = false
    if isFaulted || !isApplicable { return isApplicable }
    recording.findings = Array(findings[before...])
    // What is said of a value is for the steps.
    if !recording.isSpecial, recording.findings.allSatisfy({ $0.message == nil }),
      sink.count - mark <= ProductForm.byteLimit
    {
      let form = ProductForm(
        ProductShape(memory, size, layout, plan.asked), recording,
        UnsafeBufferPointer(rebasing: sink.bytes[mark...]), coverage, entries: size.entries)
      forms.add(form, hash, ProductShape.hint(size, layout))
    }
    coverage.add(recording.computed)
    return true
  }

  /// Writes a product in both ways; the form stands when they agree.
  private mutating func prove(_ form: ProductForm, _ product: NodeView, _ memory: ProductMemory) -> Bool {
    let mark = sink.count, before = findings.count
    let isFilled = fill(form, product, memory)
    let filled = Array(sink.bytes[mark...]), carried = coverage, told = findings[before...].map(\.number)
    sink.truncate(to: mark)
    findings.removeSubrange(before...)
    let isApplicable = throughSteps(product, memory)
    // A value that is not as usual says nothing of the form.
    if !isFilled {
      form.note(isUsed: false)
      return isApplicable
    }
    let isSame =
      isApplicable && !isFaulted && sink.bytes[mark...].elementsEqual(filled) && coverage.isEqual(to: carried)
      && told == findings[before...].map(\.number)
    form.standing = isSame ? .proven : .refuted
    if !isSame { refutedForms += 1 }
    return isApplicable
  }
}
