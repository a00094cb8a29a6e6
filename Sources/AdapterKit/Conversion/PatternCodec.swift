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
public final class PatternCodec: Sendable {
  /// One attribute of a pattern.
  public struct Part: Sendable {
    /// Where the value is kept, from the node that the pattern is about.
    public let path: PathPlan
    /// Its converter.
    public let codec: ValueCodec
    /// The literal in front of it.
    let before: [UInt8]
    let beforeTrimmed: [UInt8]
    let attribute: Attribute
    let facet: Facet
    /// Whether the value stands on the very node that the pattern is about.
    let isDirect: Bool
    let isMoney: Bool
  }

  /// The attributes in order.
  public let parts: [Part]
  /// The same as plain bytes in raw memory, for lists and inner loops: nothing is retained, no bounds are checked.
  nonisolated(unsafe) let steps: UnsafeBufferPointer<PartStep>
  private let after: [UInt8]
  private let afterTrimmed: [UInt8]
  /// Whether values at the end may be missing together with the literals in front of them, as in lists.
  private let isLenient: Bool
  /// Whether one look for single bytes cuts the pattern: its values stand on the node itself, nothing in front of the first and
  /// behind the last.
  let isCutByBytes: Bool
  /// Whether writing puts values of the node itself one behind the other as they are, each attribute once.
  let isJoinedAsIs: Bool
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
        guard let attribute = path.attribute else {
          throw ValueCodec.Builder.unfit("“{\(path)}” names no attribute", vi: "“{\(path)}” không nêu thuộc tính")
        }
        let plan = PathPlan(path, at: kind)
        parts.append(
          Part(
            path: plan, codec: codec, before: Array(literal.utf8), beforeTrimmed: Self.trimmed(literal),
            attribute: attribute, facet: path.facet,
            isDirect: plan.steps.isEmpty && (kind == .product || !plan.isFromProduct),
            isMoney: codec.operation == .money && attribute == .amount))
        literal = ""
        text += "{\(path.attribute?.name ?? "")}"
      }
    }
    self.parts = parts
    let memory = UnsafeMutableBufferPointer<PartStep>.allocate(capacity: parts.count)
    _ = memory.initialize(from: parts.map(PartStep.init))
    let steps = UnsafeBufferPointer(memory)
    self.steps = steps
    self.isLenient = isLenient
    self.text = text
    after = Array(literal.utf8)
    afterTrimmed = Self.trimmed(literal)
    isCutByBytes =
      isLenient && literal.isEmpty && steps.first?.sought.count == 0
      && steps.allSatisfy { $0.isDirect && $0.sought.count <= 1 }
      && steps.dropFirst().allSatisfy { $0.sought.count == 1 }
    isJoinedAsIs =
      isLenient && literal.isEmpty && steps.first?.before.count == 0
      && steps.allSatisfy { $0.isDirect && $0.writesAsIs }
      && Set(steps.map { [Int($0.attribute.rawValue), Int($0.facet)] }).count == steps.count
  }

  deinit { steps.deallocate() }

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
    let count = steps.count
    guard count > 0 else { return false }
    var at = offset
    let end = offset + length
    if steps[0].sought.count > 0 {
      guard let found = find(before: 0, at, end, batch) else {
        findings.append(mismatch(offset, length, batch))
        return false
      }
      at = found.end
    }
    var isSet = false
    for i in 0..<count {
      let isLast = i == count - 1
      var stop = (start: end, end: end), isShort = false
      if isLast {
        if !afterTrimmed.isEmpty, let found = Self.findLast(afterTrimmed, at, end, batch) { stop = found }
      } else if let found = find(before: i + 1, at, end, batch) {
        stop = found
      } else if isLenient {
        isShort = true
      } else {
        findings.append(mismatch(offset, length, batch))
        return isSet
      }
      if read(i, at, stop.start - at, origin + (at - offset), node, &batch, &findings) { isSet = true }
      if isShort { return isSet }
      at = stop.end
    }
    return isSet
  }

  /// Reads the text of one value; whether a value was set.
  @inline(__always) private func read(
    _ i: Int, _ offset: Int, _ length: Int, _ origin: Int, _ start: Int, _ batch: inout ProductBatch,
    _ findings: inout [PartFinding]
  ) -> Bool {
    let step = steps[i]
    guard step.isDirect, step.reading != .other else {
      return readOther(i, offset, length, origin, start, &batch, &findings)
    }
    let place = TextScan.trimmed(batch.unsafeArena, offset, length)
    if place.length == 0 { return false }
    let text = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + place.offset, count: place.length)
    guard step.reading.isCanonical(text) else {
      return readOther(i, offset, length, origin, start, &batch, &findings)
    }
    batch.set(
      step.attribute, Facet.stored(step.facet), on: start, offset: place.offset, length: place.length, origin: origin)
    return true
  }

  @inline(never) func readOther(
    _ i: Int, _ offset: Int, _ length: Int, _ origin: Int, _ start: Int, _ batch: inout ProductBatch,
    _ findings: inout [PartFinding]
  ) -> Bool {
    let place: (offset: Int, length: Int)
    switch parts[i].codec.read(offset: offset, length: length, in: &batch) {
    case .blank: return false
    case .value(let offset, let length): place = (offset, length)
    case .warned(let offset, let length, let finding):
      place = (offset, length)
      findings.append(PartFinding(path: parts[i].path.path, finding: finding, value: nil))
    case .fault(let finding):
      let text = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + offset, count: length)
      findings.append(
        PartFinding(path: parts[i].path.path, finding: finding, value: String(decoding: text, as: UTF8.self)))
      return false
    }
    let node = parts[i].isDirect ? start : parts[i].path.openNode(from: start, in: &batch, origin: origin)
    batch.set(parts[i].attribute, parts[i].facet, on: node, offset: place.offset, length: place.length, origin: origin)
    if parts[i].isMoney, let currency = parts[i].codec.currency,
      Model.declaration(batch.openKind(node), .currency) != nil
    {
      NodeOpener.set(.currency, currency, on: node, in: &batch, origin: origin)
    }
    return true
  }

  /// The entry of a part's value, or nil.
  @inline(__always) private func entry(_ i: Int, _ node: NodeView) -> Int? {
    steps[i].isDirect
      ? node.find(steps[i].attribute, Facet.stored(steps[i].facet)) : parts[i].path.find(from: node)
  }

  /// Where the literal in front of a part stands first.
  @inline(__always) private func find(
    before i: Int, _ from: Int, _ end: Int, _ batch: borrowing ProductBatch
  ) -> (start: Int, end: Int)? {
    let sought = steps[i].sought
    guard sought.count == 1 else { return Self.find(parts[i].beforeTrimmed, from, end, batch) }
    let bytes = UnsafePointer(batch.unsafeArena)
    var at = from
    while at < end {
      if bytes[at] == sought.first { return (at, at + 1) }
      at += 1
    }
    return nil
  }

  /// Where a literal stands first; a sign of multiplication is also found as x or *.
  private static func find(
    _ literal: [UInt8], _ from: Int, _ end: Int, _ batch: borrowing ProductBatch
  ) -> (start: Int, end: Int)? {
    let bytes = UnsafePointer(batch.unsafeArena)
    let count = literal.count, first = literal[0]
    var i = from
    while i + count <= end {
      if bytes[i] == first, matches(bytes + i, literal) { return (i, i + count) }
      i += 1
    }
    guard count == 2, first == 0xC3, literal[1] == 0x97 else { return nil }
    for i in from..<end where bytes[i] | 0x20 == UInt8(ascii: "x") || bytes[i] == UInt8(ascii: "*") {
      return (i, i + 1)
    }
    return nil
  }

  private static func findLast(
    _ literal: [UInt8], _ from: Int, _ end: Int, _ batch: borrowing ProductBatch
  ) -> (start: Int, end: Int)? {
    let bytes = UnsafePointer(batch.unsafeArena)
    var i = end - literal.count
    while i >= from {
      if matches(bytes + i, literal) { return (i, i + literal.count) }
      i -= 1
    }
    return nil
  }

  private static func matches(_ bytes: UnsafePointer<UInt8>, _ literal: [UInt8]) -> Bool {
    for k in 0..<literal.count where bytes[k] != literal[k] { return false }
    return true
  }

  private func mismatch(_ offset: Int, _ length: Int, _ batch: borrowing ProductBatch) -> PartFinding {
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
  ///
  /// One missing value leaves out all; where values at the end may be missing, they are left out with the literals in front
  /// of them, and others leave their place empty.
  public func write(_ node: NodeView, into buffer: inout ByteBuffer, coverage: inout Coverage) -> Writing {
    let count = steps.count
    if !isLenient, count > 1 {
      for i in 0..<count where entry(i, node) == nil { return .missing }
    }
    let start = buffer.count
    var literal = 0
    for i in 0..<count {
      guard let entry = entry(i, node) else { continue }
      while literal <= i {
        let before = steps[literal].before
        if before.count == 1 {
          buffer.append(before.first)
        } else if before.count > 1 {
          buffer.append(parts[literal].before)
        }
        literal += 1
      }
      if steps[i].writesAsIs {
        buffer.append(node.bytes(of: entry))
        coverage.mark(entry)
        continue
      }
      switch parts[i].codec.write(node.bytes(of: entry), into: &buffer) {
      case .exact: coverage.mark(entry)
      case .lossy(let reason): coverage.lose(entry, reason)
      case .fault(let finding):
        buffer.truncate(to: start)
        return .fault(PartFinding(path: parts[i].path.path, finding: finding, value: node.string(of: entry)))
      }
    }
    if literal == 0 { return .missing }
    if literal == count, !after.isEmpty { buffer.append(after) }
    return .written
  }
}
