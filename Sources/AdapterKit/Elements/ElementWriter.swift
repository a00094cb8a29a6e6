internal import Bytes
public import Diagnostics
public import Documents
public import ProductModel
internal import Profiles

/// Writes products as an XML document by the element layout of a profile.
///
/// An element whose value is missing is not written, nor are elements around it that stay empty. A product that lacks what
/// the partner requires, or has a value that the partner cannot take, is reported and left out whole.
public final class ElementWriter: ProductWriter {
  private let output: OutputDocument
  private let context: AdapterContext
  private var run: ElementWriterRun

  /// Starts a document.
  ///
  /// - Throws: `.configuration` for a profile without an element layout or with one that cannot run; `.output`.
  public init(_ output: OutputDocument, _ context: AdapterContext) throws(Fault) {
    guard case .elements(let layout) = context.profile.layout else {
      throw Fault(
        .configuration,
        Diagnostic(
          .elementLayout, at: Place(file: context.profile.file), value: context.profile.name,
          message: .init("the profile has no xml: layout", vi: "hồ sơ không có bố cục xml:")))
    }
    self.output = output
    self.context = context
    run = ElementWriterRun(try ElementWritingPlan(layout, profile: context.profile, asOf: context.asOf))
    run.begin()
  }

  /// Writes the good products of a batch, a record each or one for each top item.
  public func write(_ batch: inout ProductBatch) throws(Fault) {
    for i in 0..<batch.count where batch.rows[i].state == .good {
      switch run.write(batch[product: i], losses: &context.losses) {
      case .written: break
      case .notApplicable: batch.rows[i].state = .notApplicable
      case .faulted: batch.rows[i].state = .faulted
      }
      if !run.findings.isEmpty { report(batch, i) }
      if run.isFull { try run.flush(to: output) }
    }
    try run.flush(to: output)
  }

  /// Writes what stands behind the records.
  public func finish() throws(Fault) {
    run.end()
    try run.flush(to: output)
  }

  private func report(_ batch: borrowing ProductBatch, _ i: Int) {
    let identity = batch[product: i].identity
    for finding in run.findings {
      let origin = finding.entry >= 0 ? batch.origin(product: i, entry: finding.entry) : 0
      var place = context.locate(batch.rows[i], origin)
      place.field = place.field ?? finding.field
      context.diagnostics.report(
        Diagnostic(
          finding.code, severity: finding.severity, at: place, product: identity, attribute: finding.attribute,
          value: finding.value, message: finding.message, hint: finding.hint))
    }
    run.findings.removeAll(keepingCapacity: true)
  }
}

/// A finding while a product is written.
struct ElementWriteFinding {
  var code: DiagnosticCode
  var severity: Severity?
  /// The product's entry that it is about, or -1.
  var entry = -1
  /// The canonical path.
  var attribute: String?
  /// The element that it was for.
  var field: String
  var value: String?
  var message: LocalizedText
  var hint: LocalizedText?
}

/// Runs a writing plan over products into a buffer.
struct ElementWriterRun: ~Copyable {
  enum Outcome { case written, notApplicable, faulted }

  /// Deeper packs than this are taken for a mistake.
  private static let depthLimit = 16
  private static let flushLimit = 256 << 10

  let plan: ElementWritingPlan
  /// The plan's parts that the inner loop reads, out of reach of reference counts.
  private let operations: UnsafeMutablePointer<ElementWritingPlan.Operation>
  private let tags: UnsafeMutablePointer<ElementWritingPlan.Tag>
  private let literals: UnsafeMutablePointer<UInt8>
  private let facts: UnsafeMutablePointer<ElementWritingPlan.ValueFacts>
  /// For each guard: the node it was last asked about, with the product's number, and the answer.
  private let answers: UnsafeMutablePointer<(product: Int, node: Int, holds: Bool)>
  private var serial = 0
  private var out = ByteBuffer(capacity: 512 << 10)
  private var scratch = ByteBuffer(capacity: 1 << 12)
  private var coverage = Coverage()
  var findings: [ElementWriteFinding] = []
  private var isFaulted = false
  private var number = 0
  /// The nodes of the loops around, outermost first.
  private var loops: [Int] = []
  /// The items being written into each other.
  private var open: [Int] = []
  private var topItem = -1
  /// The entry that a repeated element is being written for.
  private var chosen: (value: Int32, entry: Int) = (-1, -1)
  private var languages: [[UInt8]?] = []

  init(_ plan: ElementWritingPlan) {
    self.plan = plan
    operations = Self.copy(plan.operations)
    tags = Self.copy(plan.tags)
    literals = Self.copy(plan.literals)
    facts = Self.copy(plan.values.map(ElementWritingPlan.ValueFacts.init))
    answers = Self.copy(Array(repeating: (product: -1, node: -1, holds: false), count: plan.guards.count))
  }

  deinit {
    operations.deallocate()
    tags.deallocate()
    literals.deallocate()
    facts.deallocate()
    answers.deallocate()
  }

  private static func copy<Value>(_ values: [Value]) -> UnsafeMutablePointer<Value> {
    let memory = UnsafeMutablePointer<Value>.allocate(capacity: max(values.count, 1))
    for (i, value) in values.enumerated() { (memory + i).initialize(to: value) }
    return memory
  }

  var isFull: Bool { out.count >= Self.flushLimit }

  mutating func begin() {
    out.append(plan.prologue)
    if let last = plan.prologue.last, last != 0x0A { out.append(0x0A) }
  }

  mutating func end() { out.append(plan.epilogue) }

  mutating func flush(to document: OutputDocument) throws(Fault) {
    if out.count > 0 { try document.write(out) }
    out.removeAll()
  }

  // MARK: Products

  mutating func write(_ product: NodeView, losses: inout LossReport) -> Outcome {
    for i in plan.accepts.indices where !plan.accepts[i].holds(product) { return .notApplicable }
    let mark = out.count
    isFaulted = false
    number += 1
    serial += 1
    coverage.begin(product)
    if plan.isPerTopItem {
      var count = 0, first = -1
      var items = product.nodes(.item)
      while let item = items.next() {
        if first < 0 { first = item.index }
        if isContained(item, product) { continue }
        count += 1
        record(item.index, product)
        if isFaulted { break }
      }
      if first < 0 {
        fault(.elementNoItem, DiagnosticCode.elementNoItem.title)
      } else if count == 0 {
        // Each is in another one: a circle, which the depth shows.
        record(first, product)
      }
    } else {
      record(-1, product)
    }
    if isFaulted {
      out.truncate(to: mark)
      number -= 1
      return .faulted
    }
    coverage.finish(product, into: &losses)
    return .written
  }

  private func isContained(_ item: NodeView, _ product: NodeView) -> Bool {
    let id = item[.id]
    var items = product.nodes(.item)
    while let other = items.next() {
      if other.index == item.index { continue }
      var contents = other.nodes(.contains)
      while let content = contents.next() { if Self.isEqual(content[.item], id) { return true } }
    }
    return false
  }

  private mutating func record(_ item: Int, _ product: NodeView) {
    topItem = item
    loops.removeAll(keepingCapacity: true)
    open.removeAll(keepingCapacity: true)
    _ = element(0, product, product)
    // The record stands even when nothing came inside.
    out.append(0x0A)
  }

  private mutating func fault(_ code: DiagnosticCode, _ message: LocalizedText) {
    isFaulted = true
    findings.append(ElementWriteFinding(code: code, field: "", message: message))
  }

  static func isEqual(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    if a.count != b.count { return false }
    for i in 0..<a.count where a[i] != b[i] { return false }
    return true
  }

  // MARK: Program

  /// Runs some operations at a node; whether something was written that keeps what is around it.
  private mutating func run(_ range: Range<Int>, _ node: NodeView, _ product: NodeView) -> Bool {
    var isAlive = false
    var i = range.lowerBound
    while i < range.upperBound {
      let operation = operations + i
      if !operation.pointee.guards.isEmpty, !holds(operation.pointee.guards, node) {
        i = Int(operation.pointee.end)
        continue
      }
      switch operation.pointee.kind {
      case .element:
        if operation.pointee.repeats >= 0 {
          if repeated(i, operation.pointee, node, product) { isAlive = true }
        } else if element(i, node, product) {
          isAlive = true
        }
      case .each: if each(i, operation.pointee, node, product) { isAlive = true }
      case .call: if call(i, operation.pointee, node, product) { isAlive = true }
      }
      if isFaulted { return isAlive }
      i = Int(operation.pointee.end)
    }
    return isAlive
  }

  private mutating func holds(_ guards: Range<Int32>, _ node: NodeView) -> Bool {
    for i in guards {
      let answer = answers + Int(i)
      if answer.pointee.node != node.index || answer.pointee.product != serial {
        answer.pointee = (serial, node.index, plan.guards[Int(i)].holds(node))
      }
      if !answer.pointee.holds { return false }
    }
    return true
  }

  /// Writes an element with what is in it; takes it back when nothing came that keeps it. The record itself stays.
  private mutating func element(_ i: Int, _ node: NodeView, _ product: NodeView) -> Bool {
    let operation = operations + i
    let isLeaf = operation.pointee.end == Int32(i + 1) && operation.pointee.kind == .element
    let value = Int(operation.pointee.text)
    if isLeaf, value >= 0, operation.pointee.attributes.isEmpty, facts[value].isOptional {
      // The commonest of all: a value that is not there, or is copied as it is.
      guard let entry = find(value, node, product) else { return false }
      if facts[value].isSimple {
        let tag = tags + Int(operation.pointee.tag)
        literal(tag.pointee.open)
        out.append(UInt8(ascii: ">"))
        coverage.mark(entry)
        node.bytes(of: entry).withUnsafeBufferPointer { out.appendXML($0) }
        literal(tag.pointee.close)
        return true
      }
    }
    let mark = out.count
    var isAlive = i == 0
    if operation.pointee.tag >= 0 { literal(tags[Int(operation.pointee.tag)].open) }
    if value >= 0, addAttributes(of: value, node, product) == false, isLeaf, operation.pointee.attributes.isEmpty {
      out.truncate(to: mark)
      missing(value, node)
      return false
    }
    for k in operation.pointee.attributes where attribute(Int(plan.attributeValues[Int(k)]), node, product) {
      isAlive = true
    }
    let body = out.count
    if operation.pointee.tag >= 0 { out.append(UInt8(ascii: ">")) }
    let inside = out.count
    if value >= 0, text(value, node, product, attribute: false) { isAlive = true }
    if operation.pointee.kind == .call {
      if run(block(of: operation.pointee), node, product) { isAlive = true }
    } else if operation.pointee.end > Int32(i + 1) {
      if run(i + 1..<Int(operation.pointee.end), node, product) { isAlive = true }
    }
    // A constant stands as long as what is around it does, but keeps nothing by itself.
    let isConstant = isLeaf && value >= 0 && out.count > inside
    if isFaulted || !(isAlive || isConstant) {
      out.truncate(to: mark)
      return false
    }
    if operation.pointee.tag < 0 { return true }
    if out.count == inside {
      out.truncate(to: body)
      out.append(UInt8(ascii: "/"))
      out.append(UInt8(ascii: ">"))
    } else {
      literal(tags[Int(operation.pointee.tag)].close)
    }
    return isAlive
  }

  private func block(of operation: ElementWritingPlan.Operation) -> Range<Int> {
    let range = plan.blocks[Int(plan.calls[Int(operation.detail)].block)]
    return Int(range.lowerBound)..<Int(range.upperBound)
  }

  /// Writes an element for each of a value's texts: its languages, or its values side by side.
  private mutating func repeated(
    _ i: Int, _ operation: ElementWritingPlan.Operation, _ node: NodeView, _ product: NodeView
  ) -> Bool {
    let number = Int(operation.repeats)
    var isAlive = false
    if plan.values[number].target == nil || plan.values[number].constant != nil { return element(i, node, product) }
    if let at = plan.values[number].target?.node(from: node) {
      let holder = node.node(at: at)
      for entry in holder.entryRange where matches(holder.entry(entry), number) {
        let before = chosen
        chosen = (Int32(number), entry)
        if element(i, node, product) { isAlive = true }
        chosen = before
        if isFaulted { return isAlive }
      }
    }
    if !isAlive { return element(i, node, product) }
    return isAlive
  }

  private mutating func matches(_ entry: Entry, _ number: Int) -> Bool {
    if entry.attribute != plan.values[number].attribute { return false }
    if plan.values[number].language == nil { return entry.facet == plan.values[number].facet.rawValue }
    return language(entry.facet) != nil
  }

  /// The language of a facet without channel, as bytes; nil for others.
  private mutating func language(_ facet: UInt16) -> [UInt8]? {
    while languages.count <= Int(facet) {
      let next = Facet.stored(UInt16(languages.count))
      languages.append(next.channel.isEmpty && !next.language.isEmpty ? Array(next.language.utf8) : nil)
    }
    return languages[Int(facet)]
  }

  private mutating func each(
    _ i: Int, _ operation: ElementWritingPlan.Operation, _ node: NodeView, _ product: NodeView
  ) -> Bool {
    let detail = Int(operation.detail)
    guard let at = plan.eaches[detail].parent.node(from: node) else { return false }
    var count = 0
    var isAlive = false
    var nodes = node.node(at: at).nodes(plan.eaches[detail].kind)
    search: while let child = nodes.next() {
      for k in plan.eaches[detail].only.indices where !plan.eaches[detail].only[k].holds(child) { continue search }
      for k in plan.eaches[detail].sets.indices where !isSet(detail, k, child, node) { continue search }
      count += 1
      if count > plan.eaches[detail].max {
        coverage.loseNode(child, .tooMany)
        continue
      }
      let before = isFaulted
      loops.append(child.index)
      if element(i, child, product) {
        isAlive = true
        for k in plan.eaches[detail].sets.indices { coverage.mark(plan.eaches[detail].sets[k].attribute, of: child) }
      }
      loops.removeLast()
      if isFaulted != before { return isAlive }
    }
    return isAlive
  }

  /// Whether a node has the value that a rule sets on nodes read.
  private func isSet(_ each: Int, _ set: Int, _ child: NodeView, _ node: NodeView) -> Bool {
    guard let source = plan.eaches[each].sets[set].enclosing else {
      return plan.eaches[each].sets[set].matches(child, enclosing: node.index)
    }
    var above = node.index
    for loop in loops.reversed() where node.node(at: loop).kind == source.kind {
      above = loop
      break
    }
    return plan.eaches[each].sets[set].matches(child, enclosing: above)
  }

  private mutating func call(
    _ i: Int, _ operation: ElementWritingPlan.Operation, _ node: NodeView, _ product: NodeView
  ) -> Bool {
    let call = plan.calls[Int(operation.detail)]
    if let link = call.link {
      guard let entry = node.find(link) else { return false }
      var nodes = product.nodes(call.kind)
      while let called = nodes.next() {
        if !Self.isEqual(called[.id], node.bytes(of: entry)) { continue }
        coverage.mark(entry)
        return enter(i, called, product)
      }
      return false
    }
    if topItem >= 0, call.kind == .item { return enter(i, product.node(at: topItem), product) }
    var isAlive = false
    var nodes = product.nodes(call.kind)
    while let called = nodes.next() {
      if call.kind == .item, isContained(called, product) { continue }
      if enter(i, called, product) { isAlive = true }
      if isFaulted { return isAlive }
    }
    return isAlive
  }

  private mutating func enter(_ i: Int, _ called: NodeView, _ product: NodeView) -> Bool {
    if open.count >= Self.depthLimit || open.contains(called.index) {
      let entry = called.find(.id) ?? -1
      isFaulted = true
      findings.append(
        ElementWriteFinding(
          code: .elementCycle, entry: entry, attribute: "item.contains", field: "",
          value: called.string(.id), message: DiagnosticCode.elementCycle.title))
      return false
    }
    open.append(called.index)
    loops.append(called.index)
    let isAlive = element(i, called, product)
    loops.removeLast()
    open.removeLast()
    return isAlive
  }

  // MARK: Values

  @inline(__always) private mutating func literal(_ range: Range<Int32>) {
    out.append(literals + Int(range.lowerBound), count: Int(range.upperBound &- range.lowerBound))
  }

  /// Where a value stands: the entry's number.
  @inline(__always) private func find(_ number: Int, _ node: NodeView, _ product: NodeView) -> Int? {
    if chosen.value == Int32(truncatingIfNeeded: number) { return chosen.entry }
    switch facts[number].place {
    case .none: return nil
    case .node: return node.find(facts[number].attribute, facts[number].facet)
    case .product: return product.find(facts[number].attribute, facts[number].facet)
    case .path: return plan.values[number].target?.find(from: node)
    }
  }

  /// Writes the language and unit of a text into its element's tag; false when the value has neither entry nor stand-in.
  private mutating func addAttributes(of number: Int, _ node: NodeView, _ product: NodeView) -> Bool {
    if let entry = find(number, node, product) {
      if isImplied(number, entry, node) {
        coverage.mark(entry)
        return false
      }
      addFacts(number, entry, plan.values[number].codec, node)
      return true
    }
    if case .field = plan.values[number].source {
      for k in plan.values[number].fallbacks.indices {
        guard let entry = plan.values[number].fallbacks[k].path.find(from: node) else { continue }
        addFacts(number, entry, plan.values[number].fallbacks[k].codec, node)
        return true
      }
      return plan.values[number].constant != nil || plan.values[number].derived != nil || isImpliedLevel(number, node)
    }
    return true
  }

  /// The attributes that say what a text's language or a number's unit is.
  private mutating func addFacts(_ number: Int, _ entry: Int, _ codec: borrowing ValueCodec, _ node: NodeView) {
    if let name = plan.values[number].language, let language = language(node.entry(entry).facet) {
      literal(name)
      out.append(language)
      out.append(0x22)
    }
    if let name = plan.values[number].unit {
      literal(name)
      scratch.removeAll()
      if case .fault(let finding) = codec.writeUnit(node.bytes(of: entry), into: &scratch) {
        wrong(number, entry, node, finding)
      }
      out.appendXML(scratch.bytes, attribute: true)
      out.append(0x22)
    }
  }

  /// An id that reading gives an item by itself: `each` for the base unit, the GTIN for others.
  private func isImplied(_ number: Int, _ entry: Int, _ node: NodeView) -> Bool {
    guard plan.values[number].isItemID else { return false }
    let item = node.node(at: Int(node.entry(entry).node))
    let id = item[.id]
    let isBase: Bool
    if let flag = item.find(.isBaseUnit) {
      isBase = item.bytes(of: flag).count == 4
    } else {
      // The item `each` is written as base unit even when nobody says so.
      isBase = item.find(.level) == nil ? Self.isBase(item) : item.has(.level, Self.baseLevel)
    }
    return isBase ? item.has(.id, Self.baseItem) : Self.isEqual(id, item[.gtin])
  }

  static let baseItem = Array(Model.baseItem.utf8)
  static let baseLevel = Array("BASE_UNIT_OR_EACH".utf8)

  /// Whether an item whose level nobody says is the base unit.
  static func isBase(_ item: NodeView) -> Bool { item.has(.id, baseItem) }

  /// Writes a value into an attribute of the open tag; whether it keeps the element.
  private mutating func attribute(_ number: Int, _ node: NodeView, _ product: NodeView) -> Bool {
    guard let name = plan.values[number].name,
      plan.values[number].guards.isEmpty || holds(plan.values[number].guards, node)
    else { return false }
    let mark = out.count
    literal(name)
    let start = out.count
    let isAlive = text(number, node, product, attribute: true)
    if out.count == start {
      out.truncate(to: mark)
    } else {
      out.append(0x22)
    }
    return isAlive
  }

  /// Writes a value's text; whether it keeps the element.
  private mutating func text(
    _ number: Int, _ node: NodeView, _ product: NodeView, attribute: Bool
  ) -> Bool {
    if !attribute, !plan.values[number].guards.isEmpty, !holds(plan.values[number].guards, node) { return false }
    if let constant = plan.values[number].constant {
      let mark = out.count
      literal(constant)
      if let entry = find(number, node, product) {
        // The product says what always stands here: it is carried.
        scratch.removeAll()
        if case .exact = plan.values[number].codec.write(node.bytes(of: entry), into: &scratch),
          scratch.bytes.elementsEqual(out.bytes[mark...])
        {
          coverage.mark(entry)
        }
      }
      return plan.values[number].rule.isAlways
    }
    if case .field = plan.values[number].source {
      if let entry = find(number, node, product) {
        if isImplied(number, entry, node) { return false }
        put(number, entry, plan.values[number].codec, node, attribute)
        return true
      }
      for k in plan.values[number].fallbacks.indices {
        guard let entry = plan.values[number].fallbacks[k].path.find(from: node) else { continue }
        put(number, entry, plan.values[number].fallbacks[k].codec, node, attribute)
        return true
      }
    }
    if isImpliedLevel(number, node) {
      scratch.removeAll()
      Self.baseLevel.withUnsafeBufferPointer {
        _ = plan.values[number].codec.write(Span(_unsafeElements: $0), into: &scratch)
      }
      out.appendXML(scratch.bytes, attribute: attribute)
      return true
    }
    return compute(number, node, attribute)
  }

  private func isImpliedLevel(_ number: Int, _ node: NodeView) -> Bool {
    plan.values[number].isItemLevel && Self.isBase(node)
  }

  /// Writes what is made of several values.
  private mutating func compute(_ number: Int, _ node: NodeView, _ attribute: Bool) -> Bool {
    scratch.removeAll()
    let outcome: PatternCodec.Writing
    switch plan.values[number].source {
    case .composite(let path, let pattern):
      guard let at = path.node(from: node) else { return missing(number, node) }
      outcome = pattern.write(node.node(at: at), into: &scratch, coverage: &coverage)
    case .list(let list): outcome = list.write(node, into: &scratch, coverage: &coverage)
    case .field:
      guard let derived = plan.values[number].derived else { return missing(number, node) }
      let about = plan.values[number].isAboutTopItem && topItem >= 0 ? node.node(at: topItem) : node
      outcome = derived.write(about, number: self.number, into: &scratch, coverage: &coverage)
    }
    switch outcome {
    case .missing: return missing(number, node)
    case .fault(let part):
      wrong(number, -1, node, part.finding, path: part.path?.description, value: part.value)
      return false
    case .written:
      if let finding = plan.values[number].limit.check(scratch.bytes) { wrong(number, -1, node, finding) }
      out.appendXML(scratch.bytes, attribute: attribute)
      return plan.values[number].isDerivedFromProduct || plan.values[number].rule.isAlways
    }
  }

  private mutating func put(
    _ number: Int, _ entry: Int, _ codec: borrowing ValueCodec, _ node: NodeView, _ attribute: Bool
  ) {
    let value = node.bytes(of: entry)
    markPlace(number, entry, node)
    if codec.writesAsIs, !plan.values[number].limit.isLimited {
      coverage.mark(entry)
      return value.withUnsafeBufferPointer { out.appendXML($0, attribute: attribute) }
    }
    scratch.removeAll()
    switch codec.write(value, into: &scratch) {
    case .exact: coverage.mark(entry)
    case .lossy(let reason): coverage.lose(entry, reason)
    case .fault(let finding): return wrong(number, entry, node, finding)
    }
    if let finding = plan.values[number].limit.check(scratch.bytes) { return wrong(number, entry, node, finding) }
    out.appendXML(scratch.bytes, attribute: attribute)
  }

  /// What a path's selectors say is said by the place: `party[role=supplier]`.
  private mutating func markPlace(_ number: Int, _ entry: Int, _ node: NodeView) {
    guard let target = plan.values[number].target else { return }
    if !target.steps.isEmpty { coverage.markKeys(of: node.node(at: Int(node.entry(entry).node))) }
    if let currency = plan.values[number].codec.currency {
      let holder = node.node(at: Int(node.entry(entry).node))
      if holder.has(.currency, currency) { coverage.mark(.currency, of: holder) }
    }
  }

  // MARK: Findings

  /// A value that is not there; a finding when the partner needs it.
  @discardableResult private mutating func missing(_ number: Int, _ node: NodeView) -> Bool {
    let requirement = plan.values[number].rule.requirement
    if requirement != .required && requirement != .recommended { return false }
    if let when = plan.values[number].requiredWhen, !when.holds(node) { return false }
    if chosen.value == Int32(number) { return false }
    let isRequired = requirement == .required
    if isRequired { isFaulted = true }
    let path = plan.values[number].rule.target.map { Self.path(of: node, and: $0) }
    let place = plan.values[number].place
    findings.append(
      ElementWriteFinding(
        code: isRequired ? .requiredMissing : .recommendedMissing, entry: firstEntry(node), attribute: path,
        field: place,
        message: .init(
          "“\(path ?? place)” has no value, but \(place) \(isRequired ? "needs" : "should have") one",
          vi: "“\(path ?? place)” chưa có giá trị, trong khi \(place) \(isRequired ? "bắt buộc" : "nên có")")))
    return false
  }

  private func firstEntry(_ node: NodeView) -> Int { node.entryRange.isEmpty ? -1 : node.entryRange.lowerBound }

  private mutating func wrong(
    _ number: Int, _ entry: Int, _ node: NodeView, _ finding: ConversionFinding, path: String? = nil,
    value: String? = nil
  ) {
    if finding.code.severity >= .error { isFaulted = true }
    findings.append(
      ElementWriteFinding(
        code: finding.code, entry: entry,
        attribute: path ?? plan.values[number].rule.target.map { Self.path(of: node, and: $0) },
        field: plan.values[number].place, value: value ?? (entry >= 0 ? node.string(of: entry) : nil),
        message: finding.message, hint: finding.hint))
  }

  /// `item[each].gtin`
  static func path(of node: NodeView, and path: ModelPath) -> String {
    var text = path.description
    if path.isFromProduct { return text.hasPrefix("product.") ? String(text.dropFirst(8)) : text }
    var at = node.index
    while at > 0 {
      let view = node.node(at: at)
      var step = view.kind.name
      if let key = view.kind.declaration.key.first, let value = view.string(key) { step += "[\(value)]" }
      text = step + "." + text
      at = view.parent
    }
    return text
  }
}
