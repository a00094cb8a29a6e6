internal import COcopShims
public import Bytes
public import Diagnostics
public import ProductModel
public import Profiles

/// A list in one place, compiled: elements separated by a text, each by a pattern.
public final class ListCodec: Sendable {
  /// The rule.
  public let rule: ListRule
  /// The node under which the elements stand, from the enclosing node.
  public let parent: PathPlan
  private let pattern: PatternCodec
  private let set: [SetPlan]
  private let only: [ConditionPlan]
  private let separator: [UInt8]
  private let separatorTrimmed: [UInt8]
  /// The constants of `set`, one behind the other.
  private let constants: [UInt8]
  /// Whether the elements stand right under the node in which the rule stands.
  private let isDirect: Bool
  private let none: [UInt8]

  /// Compiles a list rule that stands inside a node of a kind.
  ///
  /// - Throws: as `PatternCodec.init`.
  public init(_ rule: ListRule, at kind: NodeKind, codes: [String: CodeList]) throws(Fault) {
    self.rule = rule
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
    isDirect = rule.parent.isEmpty
  }

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
    var parent = -1, block = 0
    while at <= end {
      let stop = nextSeparator(at, end, batch)
      let element = TextScan.trimmed(batch.unsafeArena, at, stop - at)
      if element.length > 0 {
        let origin = origin + (element.offset - offset)
        if parent < 0 {
          parent = isDirect ? node : self.parent.openNode(from: node, in: &batch, origin: origin)
          // All elements share the bytes of the constants.
          block = constants.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { batch.append($0, count: bytes.count) } ?? 0
          }
        }
        let child = batch.addNode(rule.kind, under: parent)
        var constant = block
        for i in 0..<set.count {
          if set[i].enclosing != nil {
            set[i].apply(to: child, enclosing: parent, in: &batch, origin: origin)
          } else {
            batch.set(set[i].attribute, on: child, offset: constant, length: set[i].constant.count, origin: origin)
            constant += set[i].constant.count
          }
        }
        _ = pattern.read(
          offset: element.offset, length: element.length, origin: origin, on: child, in: &batch, findings: &findings)
      }
      at = stop + max(separatorTrimmed.count, 1)
    }
  }

  func isNone(_ text: UnsafeBufferPointer<UInt8>) -> Bool { !none.isEmpty && text.elementsEqual(none) }

  private func nextSeparator(_ from: Int, _ end: Int, _ batch: borrowing ProductBatch) -> Int {
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
      let number = above
      var elements = node.node(at: number).nodes(rule.kind)
      search: while let element = elements.next() {
        for i in 0..<set.count where !set[i].matches(element, enclosing: number) { continue search }
        for i in 0..<only.count where !only[i].holds(element) { continue search }
        let mark = buffer.count
        if mark > start { buffer.append(separator) }
        let text = buffer.count
        let outcome = pattern.write(element, into: &buffer, coverage: &coverage)
        if case .fault = outcome {
          buffer.truncate(to: start)
          return outcome
        }
        if case .missing = outcome {
          buffer.truncate(to: mark)
          continue
        }
        for i in 0..<set.count { coverage.mark(set[i].attribute, of: element) }
        if !separatorTrimmed.isEmpty, let written = buffer.bytes.baseAddress,
          Self.find(separatorTrimmed, written, text, buffer.count) != nil, let entry = firstEntry(element)
        {
          // It cannot be read back as one element.
          coverage.lose(entry, .converted)
        }
      }
    }
    if buffer.count > start {
      if !isDirect { coverage.markKeys(of: node.node(at: above)) }
      return .written
    }
    buffer.append(none)
    return none.isEmpty ? .missing : .written
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
