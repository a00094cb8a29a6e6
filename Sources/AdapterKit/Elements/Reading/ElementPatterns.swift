internal import Diagnostics
internal import ProductModel
internal import Profiles

/// A text with several values, waiting until its record is handed on: patterns are read straight into the batch.
struct DeferredText {
  var kind: ElementReadingPlan.Action.Kind
  var index: Int32
  var node: Int32
  var offset: Int
  var length: Int
  var origin: UInt32
  var element: String
}

/// A composite rule, compiled.
struct CompositeField: Sendable {
  let rule: CompositeRule
  /// The node that the pattern is about, from the enclosing node.
  let node: PathPlan
  let pattern: PatternCodec

  init(_ rule: CompositeRule, kind: NodeKind, codes: [String: CodeList]) throws(Fault) {
    self.rule = rule
    node = PathPlan(ModelPath(steps: rule.node, attribute: nil), at: kind)
    pattern = try PatternCodec(rule.pieces, at: rule.node.last?.kind ?? kind, codes: codes)
  }
}

extension Condition {
  /// Whether it asks of an item if its id is `each`.
  func asksForMainItem(at kind: NodeKind) -> Bool {
    kind == .item && path.steps.isEmpty && !path.isFromProduct && path.attribute == .id && values == [Model.baseItem]
  }
}
