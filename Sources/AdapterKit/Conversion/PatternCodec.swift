public import Bytes
public import Diagnostics
public import ProductModel
public import Profiles

/// A finding inside a pattern or list, with the attribute it is about.
public struct PartFinding: Sendable {
  /// The attribute's path from the node that the pattern is about, or nil for the whole text.
  public var path: ModelPath?
  /// What is wrong.
  public var finding: ConversionFinding
  /// The part's text.
  public var value: String?
}

/// Several attributes in one text, `{depth}×{width}×{height}`: reading cuts at the literals, writing joins.
public struct PatternCodec: Sendable {
  /// One attribute of a pattern.
  public struct Part: Sendable {
    /// Where the value is kept, from the node that the pattern is about.
    public let path: PathPlan
    /// Its converter.
    public let codec: ValueCodec
    /// The literal in front of it.
    let before: [UInt8]
    let beforeTrimmed: [UInt8]
  }

  /// The attributes in order.
  public let parts: [Part]
  private let after: [UInt8]
  private let afterTrimmed: [UInt8]
  /// Whether values at the end may be missing together with the literals in front of them, as in lists.
  private let isLenient: Bool
  /// The pattern as people write it.
  private let text: String

  /// Compiles a pattern.
  ///
  /// - Parameters:
  ///   - pieces: literals and values in order.
  ///   - kind: the kind of the node that it is about.
  ///   - codes: the profile's code lists.
  ///   - isLenient: whether values at the end may be missing.
  ///   - allowsTouching: whether values may follow each other without a literal, for texts that are only written.
  /// - Throws: `configuration` with the code `converter-unfit`, also for two values without a literal between them.
  public init(
    _ pieces: [PatternPiece], at kind: NodeKind, codes: [String: CodeList], isLenient: Bool = false,
    allowsTouching: Bool = false
  ) throws(Fault) {
    var parts: [Part] = []
    var literal = ""
    var text = ""
    for piece in pieces {
      switch piece {
      case .literal(let more):
        literal += more
        text += more
      case .value(let path, let converter):
        if literal.isEmpty, !parts.isEmpty, !allowsTouching {
          throw ValueCodec.Builder.unfit(
            "nothing stands between “{\(parts[parts.count - 1].path.path)}” and “{\(path)}”",
            vi: "không có gì ngăn giữa “{\(parts[parts.count - 1].path.path)}” và “{\(path)}”")
        }
        let codec = try ValueCodec(converter, type: path.declaration?.type ?? Self.type(path, kind), codes: codes)
        parts.append(
          Part(
            path: PathPlan(path, at: kind), codec: codec, before: Array(literal.utf8),
            beforeTrimmed: Self.trimmed(literal)))
        literal = ""
        text += "{\(path.attribute?.name ?? "")}"
      }
    }
    self.parts = parts
    self.isLenient = isLenient
    self.text = text
    after = Array(literal.utf8)
    afterTrimmed = Self.trimmed(literal)
  }

  private static func type(_ path: ModelPath, _ kind: NodeKind) -> ValueType {
    guard let attribute = path.attribute else { return .text }
    return Model.declaration(path.steps.last?.kind ?? kind, attribute)?.type
      ?? Model.declaration(.product, attribute)?.type ?? .text
  }

  /// A literal without blanks around it, unless it is all blanks.
  private static func trimmed(_ literal: String) -> [UInt8] {
    var bytes = Array(literal.utf8)
    while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
    let start = bytes.firstIndex { $0 > 0x20 } ?? 0
    bytes.removeFirst(start)
    return bytes.isEmpty && !literal.isEmpty ? [0x20] : bytes
  }

  // MARK: Reading

  /// Reads a text that lies in the arena into a node of the product being read.
  ///
  /// - Parameter origin: the text's distance from the record's start; values inside get their own.
  /// - Returns: whether a value was set; findings are appended.
  public func read(
    offset: Int, length: Int, origin: Int, on node: Int, in batch: inout ProductBatch,
    findings: inout [PartFinding]
  ) -> Bool {
    guard let first = parts.first else { return false }
    var at = offset
    let end = offset + length
    if !first.beforeTrimmed.isEmpty {
      guard let found = find(first.beforeTrimmed, at, end, &batch) else {
        findings.append(mismatch(offset, length, &batch))
        return false
      }
      at = found + first.beforeTrimmed.count
    }
    var isSet = false
    for (i, part) in parts.enumerated() {
      let isLast = i == parts.count - 1
      let literal = isLast ? afterTrimmed : parts[i + 1].beforeTrimmed
      var stop = end, isShort = false
      if !literal.isEmpty {
        let found = isLast ? findLast(literal, at, end, &batch) : find(literal, at, end, &batch)
        if let found {
          stop = found
        } else if isLast || isLenient {
          isShort = !isLast
        } else {
          findings.append(mismatch(offset, length, &batch))
          return isSet
        }
      }
      if read(part, at, stop - at, origin + (at - offset), node, &batch, &findings) { isSet = true }
      if isShort { return isSet }
      at = min(stop + literal.count, end)
    }
    return isSet
  }

  private func read(
    _ part: Part, _ offset: Int, _ length: Int, _ origin: Int, _ start: Int, _ batch: inout ProductBatch,
    _ findings: inout [PartFinding]
  ) -> Bool {
    guard let attribute = part.path.attribute else { return false }
    let place: (offset: Int, length: Int)
    switch part.codec.read(offset: offset, length: length, in: &batch) {
    case .blank: return false
    case .value(let offset, let length): place = (offset, length)
    case .warned(let offset, let length, let finding):
      place = (offset, length)
      findings.append(PartFinding(path: part.path.path, finding: finding, value: nil))
    case .fault(let finding):
      let text = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + offset, count: length)
      findings.append(PartFinding(path: part.path.path, finding: finding, value: String(decoding: text, as: UTF8.self)))
      return false
    }
    let node = part.path.openNode(from: start, in: &batch, origin: origin)
    batch.set(attribute, part.path.facet, on: node, offset: place.offset, length: place.length, origin: origin)
    if let currency = part.codec.currency, attribute == .amount,
      Model.declaration(batch.openKind(node), .currency) != nil
    {
      NodeOpener.set(.currency, currency, on: node, in: &batch, origin: origin)
    }
    return true
  }

  private func find(_ literal: [UInt8], _ from: Int, _ end: Int, _ batch: inout ProductBatch) -> Int? {
    let bytes = UnsafePointer(batch.unsafeArena)
    var i = from
    while i + literal.count <= end {
      if Self.matches(bytes + i, literal) { return i }
      i += 1
    }
    // A sign of multiplication is typed as x or * as well.
    guard literal.elementsEqual("×".utf8) else { return nil }
    for i in from..<end where bytes[i] | 0x20 == UInt8(ascii: "x") || bytes[i] == UInt8(ascii: "*") {
      // Two bytes are passed over, so the sign must be followed by a blank or stand for two.
      return i + 1 < end && bytes[i + 1] == 0x20 ? i : i - 1 >= from && bytes[i - 1] == 0x20 ? i - 1 : nil
    }
    return nil
  }

  private func findLast(_ literal: [UInt8], _ from: Int, _ end: Int, _ batch: inout ProductBatch) -> Int? {
    let bytes = UnsafePointer(batch.unsafeArena)
    var i = end - literal.count
    while i >= from {
      if Self.matches(bytes + i, literal) { return i }
      i -= 1
    }
    return nil
  }

  private static func matches(_ bytes: UnsafePointer<UInt8>, _ literal: [UInt8]) -> Bool {
    for k in 0..<literal.count where bytes[k] != literal[k] { return false }
    return true
  }

  private func mismatch(_ offset: Int, _ length: Int, _ batch: inout ProductBatch) -> PartFinding {
    let bytes = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + offset, count: length)
    return PartFinding(
      path: nil,
      finding: ValueCodec.finding(
        .patternMismatch, "does not follow the pattern \(text)", vi: "không theo mẫu \(text)", bytes),
      value: String(decoding: bytes, as: UTF8.self))
  }

  // MARK: Writing

  /// What writing gave.
  public enum Writing {
    /// Text was written.
    case written
    /// A value was missing, and nothing was written.
    case missing
    /// A value cannot be written; nothing was.
    indirect case fault(PartFinding)
  }

  /// Writes the values of a node, and marks those it wrote.
  public func write(_ node: NodeView, into buffer: inout ByteBuffer, coverage: inout Coverage) -> Writing {
    // Values at the end that are missing are left out in lists; anywhere else one missing value leaves out all.
    var last = parts.count - 1
    if isLenient { while last >= 0, parts[last].path.find(from: node) == nil { last -= 1 } }
    guard last >= 0 else { return .missing }
    if !isLenient { for part in parts where part.path.find(from: node) == nil { return .missing } }
    let start = buffer.count
    for i in 0...last {
      buffer.append(parts[i].before)
      guard let entry = parts[i].path.find(from: node) else { continue }
      switch parts[i].codec.write(node.bytes(of: entry), into: &buffer) {
      case .exact: coverage.mark(entry)
      case .lossy(let reason): coverage.lose(entry, reason)
      case .fault(let finding):
        buffer.truncate(to: start)
        return .fault(PartFinding(path: parts[i].path.path, finding: finding, value: node.string(of: entry)))
      }
    }
    if last == parts.count - 1 || !after.isEmpty && after.contains(where: { $0 > 0x20 }) && last > 0 {
      buffer.append(after)
    }
    return .written
  }
}

/// A list in one place, compiled: elements separated by a text, each by a pattern.
public struct ListCodec: Sendable {
  /// The rule.
  public let rule: ListRule
  /// The node under which the elements stand, from the enclosing node.
  public let parent: PathPlan
  private let pattern: PatternCodec
  private let set: [SetPlan]
  private let only: [ConditionPlan]
  private let separator: [UInt8]
  private let separatorTrimmed: [UInt8]
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
    var parent = -1
    while at <= end {
      let stop = nextSeparator(at, end, &batch)
      let element = TextScan.trimmed(batch.unsafeArena, at, stop - at)
      if element.length > 0 {
        let origin = origin + (element.offset - offset)
        if parent < 0 { parent = self.parent.openNode(from: node, in: &batch, origin: origin) }
        let child = batch.addNode(rule.kind, under: parent)
        for value in set { value.apply(to: child, enclosing: parent, in: &batch, origin: origin) }
        _ = pattern.read(
          offset: element.offset, length: element.length, origin: origin, on: child, in: &batch, findings: &findings)
      }
      at = stop + max(separatorTrimmed.count, 1)
    }
  }

  func isNone(_ text: UnsafeBufferPointer<UInt8>) -> Bool { !none.isEmpty && text.elementsEqual(none) }

  private func nextSeparator(_ from: Int, _ end: Int, _ batch: inout ProductBatch) -> Int {
    guard !separatorTrimmed.isEmpty else { return end }
    let bytes = UnsafePointer(batch.unsafeArena)
    let first = separatorTrimmed[0], count = separatorTrimmed.count
    var i = from
    while i + count <= end {
      if bytes[i] == first {
        var k = 1
        while k < count, bytes[i + k] == separatorTrimmed[k] { k += 1 }
        if k == count { return i }
      }
      i += 1
    }
    return end
  }

  /// Writes the elements under the list's parent, from the node in which the rule stands, and marks what it wrote.
  ///
  /// Without an element, the text for none is written, when the rule has one.
  public func write(_ node: NodeView, into buffer: inout ByteBuffer, coverage: inout Coverage) -> PatternCodec.Writing {
    let start = buffer.count
    if let number = parent.node(from: node) {
      var elements = node.node(at: number).nodes(rule.kind)
      search: while let element = elements.next() {
        for value in set where !value.matches(element, enclosing: number) { continue search }
        for condition in only where !condition.holds(element) { continue search }
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
        for value in set { coverage.mark(value.attribute, of: element) }
        if contains(separatorTrimmed, in: buffer, from: text), let entry = firstEntry(element) {
          // It cannot be read back as one element.
          coverage.lose(entry, .converted)
        }
      }
    }
    if buffer.count > start {
      if let number = parent.node(from: node) { coverage.markKeys(of: node.node(at: number)) }
      return .written
    }
    buffer.append(none)
    return none.isEmpty ? .missing : .written
  }

  private func firstEntry(_ element: NodeView) -> Int? { pattern.parts.first?.path.find(from: element) }

  private func contains(_ text: [UInt8], in buffer: borrowing ByteBuffer, from: Int) -> Bool {
    guard let first = text.first else { return false }
    let bytes = buffer.bytes
    var i = from
    while i + text.count <= bytes.count {
      if bytes[i] == first {
        var k = 1
        while k < text.count, bytes[i + k] == text[k] { k += 1 }
        if k == text.count { return true }
      }
      i += 1
    }
    return false
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
