internal import COcopShims
public import Bytes
public import Diagnostics
public import ProductModel
public import Profiles

/// A list in one place, compiled: elements separated by a text, each by a pattern.
public final class ListCodec: Sendable {
  /// The rule.
  public let rule: ListRule
  /// The kind of the elements.
  let elementKind: NodeKind
  /// The node under which the elements stand, from the enclosing node.
  public let parent: PathPlan
  let pattern: PatternCodec
  private let set: [SetPlan]
  private let only: [ConditionPlan]
  let separator: [UInt8]
  private let separatorTrimmed: [UInt8]
  /// The constants of `set`, one behind the other.
  let constants: [UInt8]
  /// The constants of `set` with their places in `constants`, in raw memory as the pattern's steps.
  nonisolated(unsafe) let fixed: UnsafeBufferPointer<FixedValue>
  /// Whether all of `set` are constants; else some come from enclosing nodes.
  private let isFixed: Bool
  /// The separator when it is one byte.
  let separatorByte: UInt8?
  /// The byte that separates elements, when it is one byte that `separator` holds once.
  private let mark: UInt8?
  /// How elements are cut when single bytes separate both them and the values in them.
  let cuts: ListCuts?
  /// Whether elements are found by constants alone and written as their values stand.
  private let isJoinedAsIs: Bool
  /// Whether nothing is done step by step.
  var isQuick: Bool { cuts != nil && isJoinedAsIs }
  /// Whether the shape of a product tells how the list is written: see `settle`.
  var isSettled: Bool { isJoinedAsIs && isDirect && separatorByte != nil }
  /// Whether the values of a text can be found without a product to set them in.
  var isRegular: Bool {
    cuts != nil && isDirect && pattern.steps.count <= 8 && pattern.parts.allSatisfy { !$0.isMoney }
  }
  /// Whether the elements stand right under the node in which the rule stands.
  private let isDirect: Bool
  private let none: [UInt8]
  /// Whether nothing stands for a list without elements.
  var isSilent: Bool { none.isEmpty }

  /// A constant that every element has.
  struct FixedValue {
    let attribute: Attribute
    /// Where it stands in `constants`.
    let start: Int
    let count: Int
  }

  /// Compiles a list rule that stands inside a node of a kind.
  ///
  /// - Throws: as `PatternCodec.init`.
  public convenience init(_ rule: ListRule, at kind: NodeKind, codes: [String: CodeList]) throws(Fault) {
    try self.init(rule, at: kind, codes: codes, isGeneral: false)
  }

  /// Compiles a list rule; for tests, one that does everything step by step.
  init(_ rule: ListRule, at kind: NodeKind, codes: [String: CodeList], isGeneral: Bool) throws(Fault) {
    self.rule = rule
    elementKind = rule.kind
    parent = PathPlan(ModelPath(steps: rule.parent, attribute: nil), at: kind)
    pattern = try PatternCodec(rule.pieces, at: rule.kind, codes: codes, isLenient: true)
    set = rule.set.map(SetPlan.init)
    only = rule.only.map { ConditionPlan($0, at: rule.kind) }
    separator = Array(rule.separator.utf8)
    var trimmed = separator
    while let last = trimmed.last, last <= 0x20 { trimmed.removeLast() }
    trimmed.removeFirst(trimmed.firstIndex { $0 > 0x20 } ?? 0)
    separatorTrimmed = trimmed.isEmpty ? separator : trimmed
    none = Array((rule.none ?? "").utf8)
    constants = set.flatMap(\.constant)
    var start = 0
    let places = set.map { plan in
      defer { start += plan.constant.count }
      return FixedValue(attribute: plan.attribute, start: start, count: plan.constant.count)
    }
    isFixed = !set.contains { $0.enclosing != nil }
    let memory = UnsafeMutableBufferPointer<FixedValue>.allocate(capacity: isFixed ? places.count : 0)
    if isFixed { _ = memory.initialize(from: places) }
    fixed = UnsafeBufferPointer(memory)
    separatorByte = separator.count == 1 ? separator[0] : nil
    let first = separatorTrimmed.first
    mark = separatorTrimmed.count == 1 && separator.count { $0 == first } == 1 ? first : nil
    cuts = !isFixed || isGeneral ? nil : ListCuts(mark: mark, pattern)
    let attributes = places.map { $0.attribute } + pattern.steps.filter { $0.facet == 0 }.map { $0.attribute }
    isJoinedAsIs =
      !isGeneral && isFixed && only.isEmpty && mark != nil && pattern.isJoinedAsIs
      && Set(attributes).count == attributes.count
    isDirect = rule.parent.isEmpty
  }

  deinit { fixed.deallocate() }

  /// Reads a text that lies in the arena: opens a node under the list's parent for every element.
  ///
  /// - Parameter node: the node in which the rule stands.
  public func read(
    offset: Int, length: Int, origin: Int, on node: Int, in batch: inout ProductBatch,
    findings: inout [PartFinding]
  ) {
    let place = TextScan.trimmed(batch.unsafeArena, offset, length)
    let text = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + place.offset, count: place.length)
    if place.length == 0 || isNone(text) { return }
    var at = place.offset
    let end = place.offset + place.length
    var opening = Opening(node: node, offset: offset, origin: origin)
    if let cuts { at = read(at, end, cuts, &opening, in: &batch, findings: &findings) }
    while at <= end {
      let stop = nextSeparator(at, end, batch)
      let element = TextScan.trimmed(batch.unsafeArena, at, stop - at)
      if element.length > 0 {
        let child = open(at: element.offset, &opening, &batch)
        _ = pattern.read(
          offset: element.offset, length: element.length, origin: opening.origin(element.offset), on: child, in: &batch,
          findings: &findings)
      }
      at = stop + max(separatorTrimmed.count, 1)
    }
  }

  /// Where the elements of one text go.
  struct Opening {
    let node: Int
    let offset: Int
    let origin: Int
    /// The parent's number; -1 before the first element.
    var parent = -1
    /// Where the constants stand in the arena.
    var block = 0

    init(node: Int, offset: Int, origin: Int) {
      self.node = node
      self.offset = offset
      self.origin = origin
    }

    @inline(__always) func origin(_ place: Int) -> Int { origin + (place - offset) }
  }

  /// Opens the node of an element that begins at a place, and sets its constants.
  @inline(__always) func open(at place: Int, _ opening: inout Opening, _ batch: inout ProductBatch) -> Int {
    let origin = opening.origin(place)
    if opening.parent < 0 { openParent(origin, &opening, &batch) }
    let child = batch.addNode(elementKind, under: opening.parent)
    guard isFixed else {
      setValues(on: child, under: opening.parent, opening.block, origin, &batch)
      return child
    }
    for i in 0..<fixed.count {
      batch.set(
        fixed[i].attribute, on: child, offset: opening.block + fixed[i].start, length: fixed[i].count, origin: origin)
    }
    return child
  }

  @inline(never) func openParent(_ origin: Int, _ opening: inout Opening, _ batch: inout ProductBatch) {
    opening.parent = isDirect ? opening.node : parent.openNode(from: opening.node, in: &batch, origin: origin)
    // All elements share the bytes of the constants.
    opening.block = constants.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.map { batch.append($0, count: bytes.count) } ?? 0
    }
  }

  private func setValues(on child: Int, under parent: Int, _ block: Int, _ origin: Int, _ batch: inout ProductBatch) {
    var constant = block
    for i in 0..<set.count {
      if set[i].enclosing != nil {
        set[i].apply(to: child, enclosing: parent, in: &batch, origin: origin)
      } else {
        batch.set(set[i].attribute, on: child, offset: constant, length: set[i].constant.count, origin: origin)
        constant += set[i].constant.count
      }
    }
  }

  func isNone(_ text: UnsafeBufferPointer<UInt8>) -> Bool { !none.isEmpty && text.elementsEqual(none) }

  private func nextSeparator(_ from: Int, _ end: Int, _ batch: borrowing ProductBatch) -> Int {
    if let mark { return ocop_find4(batch.unsafeArena, from, end, mark, mark, mark, mark) }
    guard !separatorTrimmed.isEmpty else { return end }
    return Self.find(separatorTrimmed, UnsafePointer(batch.unsafeArena), from, end) ?? end
  }

  /// Writes the elements under the list's parent, from the node in which the rule stands, and marks what it wrote.
  ///
  /// Without an element, the text for none is written, when the rule has one.
  public func write(_ node: NodeView, into buffer: inout ByteBuffer, coverage: inout Coverage) -> PatternCodec.Writing {
    let start = buffer.count
    let above = isDirect ? node.index : parent.node(from: node) ?? -1
    if above >= 0 {
      var written = 0, split: [Int] = []
      if isJoinedAsIs {
        written = join(above, node, &buffer, &coverage)
      } else if case .fault(let fault) = elements(
        above, node, &buffer, &coverage, isChecking: mark == nil, &written, &split)
      {
        return .fault(fault)
      }
      // Nearly always there are as many separators as belong between the elements; else an element holds one.
      if written > 0, let bytes = buffer.bytes.baseAddress,
        !hasOwnSeparators(bytes + start, buffer.count - start, written)
      {
        var again = Coverage()
        again.begin(node.node(at: 0))
        buffer.truncate(to: start)
        _ = elements(above, node, &buffer, &again, isChecking: true, &written, &split)
      }
      for entry in split { coverage.lose(entry, .converted) }
    }
    if buffer.count > start {
      if !isDirect { coverage.markKeys(of: node.node(at: above)) }
      return .written
    }
    buffer.append(none)
    return none.isEmpty ? .missing : .written
  }

  /// Writes the elements; when checking, `split` gets an entry of each that could not be read back as one element.
  private func elements(
    _ above: Int, _ node: NodeView, _ buffer: inout ByteBuffer, _ coverage: inout Coverage, isChecking: Bool,
    _ written: inout Int, _ split: inout [Int]
  ) -> PatternCodec.Writing {
    let start = buffer.count
    let sets = set.count, conditions = only.count
    var next = above + 1
    let end = node.end(of: above)
    written = 0
    search: while next < end {
      let number = next
      next = node.end(of: number)
      guard node.kind(of: number) == elementKind else { continue }
      let element = node.node(at: number)
      var stated = -1
      if isFixed {
        for i in 0..<sets {
          guard let entry = element.find(fixed[i].attribute) else { continue search }
          let value = element.entry(entry)
          guard Int(value.length) == fixed[i].count, element.hasBytes(of: value, constants, from: fixed[i].start) else {
            continue search
          }
          stated = entry
        }
      } else {
        for i in 0..<sets where !set[i].matches(element, enclosing: above) { continue search }
      }
      for i in 0..<conditions where !only[i].holds(element) { continue search }
      let place = buffer.count
      if place > start {
        if separator.count == 1 { buffer.append(separator[0]) } else { buffer.append(separator) }
      }
      let text = buffer.count
      let outcome = pattern.write(element, into: &buffer, coverage: &coverage)
      if case .fault = outcome {
        buffer.truncate(to: start)
        return outcome
      }
      if case .missing = outcome {
        buffer.truncate(to: place)
        continue
      }
      written += 1
      if sets == 1, stated >= 0 {
        coverage.mark(stated)
      } else {
        for i in 0..<sets { coverage.mark(set[i].attribute, of: element) }
      }
      if isChecking, !separatorTrimmed.isEmpty, let bytes = buffer.bytes.baseAddress,
        Self.find(separatorTrimmed, bytes, text, buffer.count) != nil, let entry = firstEntry(element)
      {
        split.append(entry)
      }
    }
    return .written
  }

  /// Whether a text holds as many separators as belong between its elements, as far as one byte tells them.
  func hasOwnSeparators(_ text: UnsafePointer<UInt8>, _ count: Int, _ elements: Int) -> Bool {
    mark.map { ocop_count(text, count, $0) == elements - 1 } ?? true
  }

  private func firstEntry(_ element: NodeView) -> Int? { pattern.parts.first?.path.find(from: element) }

  private static func find(_ text: [UInt8], _ bytes: UnsafePointer<UInt8>, _ from: Int, _ end: Int) -> Int? {
    let first = text[0], count = text.count
    var i = from
    while true {
      i = ocop_find4(bytes, i, end, first, first, first, first)
      if i + count > end { return nil }
      var k = 1
      while k < count, bytes[i + k] == text[k] { k += 1 }
      if k == count { return i }
      i += 1
    }
  }
}

extension ListCodec {
  /// Whether a text in the arena holds elements: neither blank nor the text for none.
  public func hasElements(offset: Int, length: Int, in batch: borrowing ProductBatch) -> Bool {
    let place = TextScan.trimmed(batch.unsafeArena, offset, length)
    let text = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + place.offset, count: place.length)
    return place.length > 0 && !isNone(text)
  }
}
