public import Bytes
public import Diagnostics
public import ProductModel
public import Profiles

/// A derived value, compiled: computed from other values when written.
public struct DerivationPlan: Sendable {
  private indirect enum Operation: Sendable {
    case template(PatternCodec)
    case first([DerivationPlan])
    case when([ConditionPlan], DerivationPlan)
    case count(NodeKind)
    case sum(NodeKind, Attribute)
    case reference(PathPlan, Attribute, ValueCodec)
    case formula(String)
    case constant([UInt8])
    case join(PathPlan, NodeKind, [ConditionPlan], PatternCodec, [UInt8])
    case text([UInt8])
    case scale(PackScale)
    case number
  }

  private let operation: Operation

  /// For a workbook's formula, its text with `{code}` for other fields; such a derivation writes nothing by itself.
  public var formula: String? {
    if case .formula(let text) = operation { return text }
    return nil
  }

  /// Compiles a derivation that stands inside a node of a kind.
  ///
  /// - Parameter asOf: the date that stands for today, ISO.
  /// - Throws: `configuration` with the code `converter-unfit`.
  public init(
    _ derivation: Derivation, at kind: NodeKind = .product, codes: [String: CodeList], asOf: String
  ) throws(Fault) {
    switch derivation {
    case .template(let pieces): operation = try Self.template(pieces, kind, codes)
    case .first(let choices):
      var plans: [DerivationPlan] = []
      for choice in choices { plans.append(try DerivationPlan(choice, at: kind, codes: codes, asOf: asOf)) }
      operation = .first(plans)
    case .when(let conditions, let then):
      operation = .when(
        conditions.map { ConditionPlan($0, at: kind) }, try DerivationPlan(then, at: kind, codes: codes, asOf: asOf))
    case .count(let kind): operation = .count(kind)
    case .sum(let kind, let attribute): operation = .sum(kind, attribute)
    case .reference(let attribute, let wanted, let converter):
      let type = Model.declaration(.item, wanted)?.type ?? .text
      operation = .reference(
        PathPlan(ModelPath(attribute: attribute), at: kind), wanted, try ValueCodec(converter, type: type, codes: codes)
      )
    case .formula(let text): operation = .formula(text)
    case .number: operation = .number
    case .scale(let amount, let unit, let from, let to):
      operation = .scale(PackScale(amount: amount, unit: unit, from: from, to: to, at: kind))
    case .asOf(let converter):
      let codec = try ValueCodec(converter, type: .date, codes: codes)
      var buffer = ByteBuffer(capacity: 64)
      _ = codec.write(Array(asOf.utf8).span, into: &buffer)
      operation = .constant(Array(buffer.bytes))
    case .join(let steps, let joined, let only, let pieces, let separator):
      operation = .join(
        PathPlan(ModelPath(steps: steps, attribute: nil), at: kind), joined,
        only.map { ConditionPlan($0, at: joined) },
        try PatternCodec(pieces, at: joined, codes: codes, isLenient: true, allowsTouching: true), Array(separator.utf8)
      )
    }
  }

  /// A template's text is never cut again, so values may touch.
  private static func template(
    _ pieces: [PatternPiece], _ kind: NodeKind, _ codes: [String: CodeList]
  ) throws(Fault) -> Operation {
    guard pieces.contains(where: { if case .value = $0 { true } else { false } }) else {
      let text = pieces.map { if case .literal(let text) = $0 { text } else { "" } }.joined()
      return .text(Array(text.utf8))
    }
    return .template(try PatternCodec(pieces, at: kind, codes: codes, allowsTouching: true))
  }

  /// Writes the value for a node of a product.
  ///
  /// - Parameter number: the running number of the product in the document, from 1.
  /// - Returns: `.missing` when there is no value, and then nothing was written. Values that went into the text are marked.
  public func write(
    _ node: NodeView, number: Int = 1, into buffer: inout ByteBuffer, coverage: inout Coverage
  ) -> PatternCodec.Writing {
    switch operation {
    case .number:
      buffer.append(String(number))
      return .written
    case .template(let pattern): return pattern.write(node, into: &buffer, coverage: &coverage)
    case .first(let plans):
      for plan in plans {
        let outcome = plan.write(node, number: number, into: &buffer, coverage: &coverage)
        if case .missing = outcome { continue }
        return outcome
      }
      return .missing
    case .when(let conditions, let then):
      for condition in conditions where !condition.holds(node) { return .missing }
      return then.write(node, number: number, into: &buffer, coverage: &coverage)
    case .constant(let bytes), .text(let bytes):
      buffer.append(bytes)
      return bytes.isEmpty ? .missing : .written
    case .count(let kind):
      var nodes = node.nodes(kind), count = 0
      while nodes.next() != nil { count += 1 }
      if count == 0 { return .missing }
      buffer.append(String(count))
      return .written
    case .sum(let kind, let attribute):
      var nodes = node.nodes(kind), sum = DecimalValue.zero, isEmpty = true
      while let child = nodes.next() {
        guard let entry = child.find(attribute), let value = try? DecimalText.parse(child.bytes(of: entry)) else {
          continue
        }
        sum = sum.adding(value) ?? sum
        isEmpty = false
      }
      if isEmpty { return .missing }
      buffer.append(sum.description)
      return .written
    case .reference(let path, let attribute, let codec):
      return reference(path, attribute, codec, node, &buffer, &coverage)
    case .formula: return .missing
    case .scale(let scale):
      guard let value = scale.value(node) else { return .missing }
      buffer.append(value)
      return .written
    case .join(let parent, let kind, let only, let pattern, let separator):
      guard let above = parent.node(from: node) else { return .missing }
      let start = buffer.count
      var nodes = node.node(at: above).nodes(kind)
      search: while let child = nodes.next() {
        for condition in only where !condition.holds(child) { continue search }
        let mark = buffer.count
        if mark > start { buffer.append(separator) }
        let outcome = pattern.write(child, into: &buffer, coverage: &coverage)
        if case .missing = outcome { buffer.truncate(to: mark) }
        if case .fault = outcome {
          buffer.truncate(to: start)
          return outcome
        }
      }
      return buffer.count > start ? .written : .missing
    }
  }

  private func reference(
    _ path: PathPlan, _ attribute: Attribute, _ codec: ValueCodec, _ node: NodeView, _ buffer: inout ByteBuffer,
    _ coverage: inout Coverage
  ) -> PatternCodec.Writing {
    guard let entry = path.find(from: node) else { return .missing }
    let id = node.bytes(of: entry)
    var items = node.node(at: 0).nodes(.item)
    search: while let item = items.next() {
      let theirs = item[.id]
      guard theirs.count == id.count else { continue }
      for i in 0..<id.count where theirs[i] != id[i] { continue search }
      guard let value = item.find(attribute) else { return .missing }
      switch codec.write(item.bytes(of: value), into: &buffer) {
      case .exact, .lossy:
        coverage.mark(entry)
        return .written
      case .fault(let finding):
        return .fault(PartFinding(path: path.path, finding: finding, value: item.string(of: value)))
      }
    }
    return .missing
  }
}
