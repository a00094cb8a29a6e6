internal import Bytes
internal import Diagnostics
internal import Documents
internal import ProductModel

/// Runs a writing plan over products into a sink.
///
/// The run goes through the steps of the plan that have something to do, once for each node that they are about
/// (`ElementRun+Program`). Elements that hold others are not written when they are met but when something inside is; an element
/// in which nothing kept it is taken back by truncating the sink. The plan's parts that the inner loop reads are copied into
/// raw memory, out of reach of reference counts. Functions that are not inlined are `mutating` even where they change nothing:
/// others are called with a copy of all of it.
struct ElementRun: ~Copyable {
  enum Outcome { case written, notApplicable, faulted }

  /// An element that is open in the document, or will be when something inside is written.
  struct OpenElement {
    var step: Int32
    /// Whether something that keeps the element around it was written before it.
    var wasAlive: Bool
    /// Where its tag begins in the sink, once it is written.
    var mark = 0
  }

  /// Deeper packs than this are taken for a mistake.
  static let depthLimit = 16
  private static let flushLimit = 256 << 10

  let plan: ElementWritingPlan
  let steps: Pile<ElementWritingPlan.Step>
  let literals: Pile<UInt8>
  let values: Pile<ElementWritingPlan.Value>
  let facts: Pile<ElementWritingPlan.ValueFacts>
  let eaches: Pile<ElementWritingPlan.Each>
  let inherited: Pile<ElementWritingPlan.Inherited>
  let setAttributes: Pile<Attribute>
  let calls: Pile<ElementWritingPlan.Call>
  let candidates: StepCandidates
  let loopGuards: Pile<Int32>
  private let accepts: Pile<ConditionPlan>
  private let guardSets: Pile<Range<Int32>>
  /// By guard set: the node it was last asked about, with the product's number and the answer.
  private let answers: Pile<Int>

  var sink = XMLSink()
  /// The tags between the texts of two steps.
  var joins: TagJoins
  /// What is written for nodes that look like earlier ones.
  var shapes: NodeShapes
  /// What is written for products that look like earlier ones.
  var forms = BoundedCache<ProductForm>()
  /// Forms that did not give what the steps gave. For tests: there should be none.
  var refutedForms = 0
  /// Products that were written by forms. For tests.
  var filledForms = 0
  /// Whether what is made of values is being noted, and where the product at hand begins in the sink.
  var isRecording = false
  var recording = FormRecording()
  var recordingStart = 0
  var scratch = ByteBuffer(capacity: 1 << 12)
  var coverage = Coverage()
  let memo = ConversionMemo()

  // The product at hand.
  let index = ProductIndex()
  var slots: EntrySlots
  let tester: NodeTester
  let paths: ProductPaths
  var languages = LanguageTexts()
  /// Counts products, also those left out.
  var serial = 0
  /// The number of the product in the document.
  var number = 0
  var topItem = -1

  /// Open elements that are not in the sink yet, or may have to be taken back; the first `written` are in the sink.
  var elements = Pile<OpenElement>()
  var written = 0
  /// Whether the run goes through all steps, one after the other, so that tests can compare.
  var isThorough = false
  /// Whether what no rule reads is written back, and what there is of it in the product at hand.
  private let keepsResidue: Bool
  var residue: [ResiduePiece] = []
  var hasResidue = false
  /// The nodes of the loops around, outermost first.
  var loops = Pile<Int32>()
  /// The items being written into each other.
  var items = Pile<Int32>()
  /// The entry that a repeated element is being written for.
  var chosen: (value: Int32, entry: Int) = (-1, -1)

  var findings: [ElementWriteFinding] = []
  var isFaulted = false

  init(_ plan: ElementWritingPlan, keepsResidue: Bool) {
    self.keepsResidue = keepsResidue
    self.plan = plan
    steps = Pile(plan.steps)
    literals = Pile(plan.literals)
    values = Pile(plan.values)
    facts = Pile(plan.facts)
    eaches = Pile(plan.eaches)
    inherited = Pile(plan.inherited)
    setAttributes = Pile(plan.setAttributes)
    calls = Pile(plan.calls)
    loopGuards = Pile(plan.loopGuards)
    accepts = Pile(plan.accepts)
    guardSets = Pile(plan.guardSets)
    answers = Pile(repeating: -1, count: plan.guardSets.count)
    candidates = StepCandidates(plan.candidates)
    joins = TagJoins(places: plan.steps.count + plan.slots.scopes.count)
    shapes = NodeShapes(scopes: plan.slots.scopes.count)
    slots = EntrySlots(plan.slots)
    tester = NodeTester(plan.tests)
    paths = ProductPaths(plan.paths)
  }

  deinit {
    steps.free()
    literals.free()
    values.free()
    facts.free()
    eaches.free()
    inherited.free()
    setAttributes.free()
    calls.free()
    loopGuards.free()
    accepts.free()
    guardSets.free()
    answers.free()
    candidates.free()
    joins.free()
    shapes.free()
    memo.free()
    index.free()
    slots.free()
    tester.free()
    paths.free()
    languages.free()
    elements.free()
    loops.free()
    items.free()
  }

  var isFull: Bool { sink.count >= Self.flushLimit }

  mutating func begin() {
    sink.append(plan.prologue)
    if let last = plan.prologue.last, last != 0x0A { sink.append(0x0A) }
  }

  mutating func end() { sink.append(plan.epilogue) }

  mutating func flush(to document: OutputDocument) throws(Fault) {
    if sink.count > 0 { try document.write(sink.bytes) }
    sink.removeAll()
  }

  // MARK: Products

  mutating func write(_ batch: borrowing ProductBatch, _ i: Int, losses: inout LossReport) -> Outcome {
    let product = batch[product: i], memory = batch.unsafeMemory(product: i)
    let mark = sink.count
    isFaulted = false
    number += 1
    serial += 1
    let isApplicable: Bool
    if keepsResidue || isThorough {
      isApplicable = throughSteps(product, memory)
    } else {
      isApplicable = byForm(product, memory, layout: batch.rows[i].layout)
    }
    if isFaulted || !isApplicable {
      sink.truncate(to: mark)
      number -= 1
      return isFaulted ? .faulted : .notApplicable
    }
    coverage.finish(product, into: &losses)
    return .written
  }

  /// Writes a product step by step; false when the partner takes no such products.
  mutating func throughSteps(_ product: NodeView, _ memory: ProductMemory) -> Bool {
    for i in accepts.indices where !accepts[i].holds(product) { return false }
    index.begin(memory)
    paths.begin(index, tester, product)
    slots.begin(index, paths, &languages, candidates)
    coverage.begin(product)
    if keepsResidue { findResidue(product) }
    if plan.isPerTopItem { topItems(product) } else { record(-1, product) }
    if isFaulted { return true }
    markAssortment(product)
    if hasResidue { loseResidue() }
    return true
  }

  /// The type of a mixed case is said by what its item `each` holds: reading recognises it by that.
  private mutating func markAssortment(_ product: NodeView) {
    guard let type = product.find(.type), product.has(.type, ElementMachine.assortment) else { return }
    var items = product.nodes(.item)
    while let item = items.next() {
      if !item.has(.id, ItemDefaults.baseItem) || ItemDefaults.isSaidToBeBase(item) { continue }
      var contents = item.nodes(.contains)
      while let content = contents.next() {
        guard let gtin = content.find(.gtin), content.find(.item) == nil else { continue }
        if coverage.isMarked(gtin) || (isRecording && recording.computed.isMarked(gtin)) { return coverage.mark(type) }
      }
    }
  }

  /// Writes a record for each item that no other one contains.
  private mutating func topItems(_ product: NodeView) {
    let first = index.first(.item, under: 0)
    if first < 0 {
      isFaulted = true
      findings.append(
        ElementWriteFinding(code: .elementNoItem, message: DiagnosticCode.elementNoItem.title))
      return
    }
    var item = first, count = 0
    while item >= 0, !isFaulted {
      if !isContained(item) {
        count += 1
        record(item, product)
      }
      item = index.next(after: item, under: 0)
    }
    // Each is in another one: a circle, which the depth shows.
    if count == 0 { record(first, product) }
  }

  private mutating func record(_ item: Int, _ product: NodeView) {
    topItem = item
    loops.removeAll()
    items.removeAll()
    elements.removeAll()
    written = 0
    // The record stands even when nothing came inside.
    if steps[0].kind == .container {
      open(0)
      _ = run(1, Int(steps[0].end), 0, WritingCompiler.productScope, product)
      _ = close(true)
    } else {
      _ = element(0, 0, WritingCompiler.productScope, product)
    }
    sink.append(0x0A)
  }

  // MARK: Conditions

  @inline(__always) mutating func holds(_ set: Int32, _ node: Int, _ product: NodeView) -> Bool {
    let key = serial << 17 | node << 1
    let answer = answers[Int(set)]
    if answer | 1 == key | 1 { return answer & 1 != 0 }
    let isTrue = tester.holds(guardSets[Int(set)], node, index, product)
    answers[Int(set)] = key | (isTrue ? 1 : 0)
    return isTrue
  }

  // MARK: Open elements

  /// Opens an element; its tag is written when something inside is.
  @inline(__always) mutating func open(_ step: Int, _ wasAlive: Bool = false) {
    elements.append(OpenElement(step: Int32(step), wasAlive: wasAlive))
  }

  /// Says that an element whose tag is in the sink is open.
  mutating func enter(_ step: Int, at mark: Int) {
    elements.append(OpenElement(step: Int32(step), wasAlive: false, mark: mark))
    written = elements.count
  }

  /// Ends what `enter` began, without a tag.
  mutating func leave() {
    elements.removeLast()
    written = elements.count
  }

  /// Ends the innermost element, and takes it back unless something keeps it; whether something keeps the one around it.
  @inline(__always) mutating func close(_ isAlive: Bool) -> Bool {
    elements.removeLast()
    if written <= elements.count {
      if isAlive { empty(elements[elements.count]) }
      return isAlive || elements[elements.count].wasAlive
    }
    let element = elements[elements.count]
    written = elements.count
    let step = steps.base + Int(element.step)
    if !isAlive {
      cut(to: element.mark)
    } else if sink.count == element.mark + step.pointee.lead.count {
      sink.truncate(to: element.mark)
      empty(element)
    } else {
      literal(step.pointee.close)
    }
    return isAlive || element.wasAlive
  }

  /// Writes an element in which nothing came.
  @inline(never) private mutating func empty(_ element: OpenElement) {
    flush()
    literal(steps[Int(element.step)].open)
    sink.append(UInt8(ascii: "/"))
    sink.append(UInt8(ascii: ">"))
  }

  /// Takes back what was written from a place on.
  @inline(__always) mutating func cut(to mark: Int) {
    sink.truncate(to: mark)
    if isRecording { recording.truncate(to: mark - recordingStart) }
  }

  /// Writes the tags that are waiting.
  @inline(__always) mutating func flush() { if written < elements.count { writeTags() } }

  @inline(never) private mutating func writeTags() {
    while written < elements.count {
      elements[written].mark = sink.count
      literal(steps[Int(elements[written].step)].lead)
      written += 1
    }
  }

  @inline(__always) mutating func literal(_ range: Range<Int32>) {
    sink.literal(literals.base + Int(range.lowerBound), Int(range.upperBound &- range.lowerBound))
  }
}
