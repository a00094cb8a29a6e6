internal import Bytes
internal import ProductModel

// Loops with nothing in them but plain values of their own nodes and constants, written by the shapes of the nodes: see `NodeShapes`.

extension ElementRun {
  /// What came of writing a node by its shape.
  enum Shaped { case written, nothing, unknown }

  /// Writes the element of a node of a plain loop; `unknown`, and nothing of it is written, when its shape is not known, or a value
  /// is not as usual.
  @inline(__always) mutating func byShape(
    _ each: UnsafeMutablePointer<ElementWritingPlan.Each>, _ node: Int, _ product: NodeView
  ) -> Shaped {
    let (first, end) = index.entries(of: node)
    let answers = each.pointee.guards.isEmpty ? 0 : self.answers(to: each.pointee.guards, node, product)
    guard let shape = shapes.find(each.pointee.scope, index.memory.entries + first, end &- first, answers),
      !shape.pointee.isSpecial
    else { return .unknown }
    if shape.pointee.pieces.isEmpty { return .nothing }
    flush()
    let mark = sink.count
    var piece = shapes.pieces.base + Int(shape.pointee.pieces.lowerBound)
    while true {
      sink.literal(shapes.bytes.base + Int(piece.pointee.start), Int(piece.pointee.count))
      let value = piece.pointee.value, entry = first &+ Int(piece.pointee.entry)
      switch piece.pointee.way {
      case .copy:
        if !isUsual(entry, value) { return takeBack(to: mark) }
        put(entry, of: value)
      case .measure:
        let amount = usualAmount(entry, value)
        if amount == 0 { return takeBack(to: mark) }
        put(entry, amount: amount, of: value)
      case .converted:
        guard let known = conversion(entry, value) else { return takeBack(to: mark) }
        put(known, from: entry, of: value)
      case .end:
        coverage.mark(shape.pointee.marks, from: first)
        return .written
      }
      piece += 1
    }
  }

  /// Nothing is marked yet; the general way will mark what is to be marked.
  @inline(never) private mutating func takeBack(to mark: Int) -> Shaped {
    cut(to: mark)
    return .unknown
  }

  /// What conditions say of a node, a bit for each.
  private mutating func answers(to guards: Range<Int32>, _ node: Int, _ product: NodeView) -> UInt64 {
    var answers: UInt64 = 0
    for k in guards {
      answers = answers << 1 | (holds(loopGuards[Int(k)], node, product) ? 1 : 0)
    }
    return answers
  }

  /// Works out what is written for nodes like one that was written the general way just now.
  @inline(never) mutating func learnShape(
    _ i: Int, _ each: UnsafeMutablePointer<ElementWritingPlan.Each>, _ node: Int, _ product: NodeView
  ) {
    let (first, end) = index.entries(of: node)
    let entries = index.memory.entries + first, count = end - first
    let answers = answers(to: each.pointee.guards, node, product)
    guard count <= NodeShapes.entryLimit, shapes.hasRoom(in: each.pointee.scope),
      shapes.find(each.pointee.scope, entries, count, answers) == nil
    else { return }
    let form = form(i, each, node, product)
    shapes.remember(each.pointee.scope, entries, count, answers, form)
  }

  /// The form of nodes like one whose entries are in the slots; nil when it is not only about plain values.
  private mutating func form(
    _ i: Int, _ each: UnsafeMutablePointer<ElementWritingPlan.Each>, _ node: Int, _ product: NodeView
  ) -> NodeForm? {
    let scope = each.pointee.scope, limit = Int(steps[i].end), first = index.entries(of: node).first
    var form = NodeForm()
    var place = steps.count + Int(scope), isAlive = false
    append([steps[i].lead], to: &form)
    var k = candidates.next(from: i + 1, below: limit, in: scope)
    while k < limit {
      let step = steps[k]
      if step.guards < 0 || holds(step.guards, node, product) {
        switch step.kind {
        case .copy, .measure, .converted, .texts:
          guard let values = entries(of: step, node, product) else { return nil }
          for entry in values {
            append(tags(from: place, to: Int32(k)), to: &form)
            if step.kind == .texts {
              let language = languages.text(of: index.memory.entries[entry].facet)
              for b in 0..<Int(language.count) { form.bytes.append(language.bytes[b]) }
              form.bytes += Array("\">".utf8)
            }
            let way: NodeShapes.Way =
              step.kind == .measure ? .measure : step.kind == .converted ? .converted : .copy
            form.pieces.append(
              .init(bytes: form.bytes, value: step.text, entry: UInt8(entry - first), way: way))
            form.bytes.removeAll()
            form.marks |= 1 << UInt64(entry - first)
            place = k
            isAlive = true
          }
        case .literal:
          let container = Int(step.parent)
          let isOpen =
            container < 0 || (place < steps.count && place >= container && place < Int(steps[container].end))
          if step.isOptional, !isOpen {
            switch prospects(of: container, after: k, node, scope, product) {
            case .sure: break
            case .open: return nil
            case .none:
              k = candidates.next(from: Int(step.end), below: limit, in: scope)
              continue
            }
          }
          append(tags(from: place, to: Int32(k)), to: &form)
          place = k
          if !step.isOptional { isAlive = true }
        default: return nil
        }
      }
      k = candidates.next(from: Int(step.end), below: limit, in: scope)
    }
    // An element with nothing but constants in it is not kept.
    if !isAlive { return NodeForm() }
    append(tags(from: place, to: Self.toEnd), to: &form)
    append([steps[i].close], to: &form)
    form.pieces.append(.init(bytes: form.bytes))
    for k in each.pointee.sets {
      let entry = index.find(setAttributes[Int(k)], on: node)
      if entry >= 0 { form.marks |= 1 << UInt64(entry - first) }
    }
    return form
  }

  private mutating func append(_ ranges: [Range<Int32>], to form: inout NodeForm) {
    for range in ranges {
      for k in range { form.bytes.append(literals[Int(k)]) }
    }
  }

  /// The entries that a step writes, in their order; nil when there is none though somebody would miss it.
  private mutating func entries(of step: ElementWritingPlan.Step, _ node: Int, _ product: NodeView) -> [Int]? {
    let found = find(step.text, node, product)
    if found < 0 { return step.isOptional ? [] : nil }
    if step.kind != .texts, step.repeats < 0 { return [found] }
    let like = index.memory.entries[found]
    var all: [Int] = []
    for entry in found..<index.entries(of: node).end where index.memory.entries[entry].attribute == like.attribute {
      let facet = index.memory.entries[entry].facet
      if step.kind == .texts ? languages.isLanguage(facet) : facet == like.facet { all.append(entry) }
    }
    return all
  }
}
