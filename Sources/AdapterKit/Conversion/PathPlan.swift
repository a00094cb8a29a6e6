public import ProductModel
public import Profiles

/// A model path, compiled for looking it up in views: kinds and keys are compared as bytes, nothing is allocated.
public struct PathPlan: Sendable {
  /// One step, compiled.
  struct Step: Sendable {
    let kind: NodeKind
    let keys: [(attribute: Attribute, value: [UInt8])]
    /// From 1; 0 when it does not count.
    let position: Int

    init(_ step: ModelPath.Step) {
      kind = step.kind
      switch step.selector {
      case .first:
        keys = []
        position = 0
      case .position(let n):
        keys = []
        position = n
      case .keys(let values):
        keys = values.map { ($0.attribute, Array($0.value.utf8)) }
        position = 0
      }
    }

    @inline(__always) func matches(_ node: NodeView) -> Bool {
      for i in 0..<keys.count where !node.has(keys[i].attribute, keys[i].value) { return false }
      return true
    }
  }

  /// The path.
  public let path: ModelPath
  /// Whether it starts at the product though it is used inside a node.
  public let isFromProduct: Bool
  let steps: [Step]
  let attribute: Attribute?
  let facet: Facet

  /// Compiles a path that is used at nodes of a kind.
  ///
  /// A path with a leading `product.`, or one that the kind does not have, starts at the product instead.
  public init(_ path: ModelPath, at kind: NodeKind = .product) {
    self.path = path
    steps = path.steps.map(Step.init)
    attribute = path.attribute
    facet = path.facet
    if kind == .product || path.isFromProduct {
      isFromProduct = true
    } else if let first = path.steps.first {
      isFromProduct = !first.kind.declaration.parents.contains(kind)
    } else {
      isFromProduct = path.attribute.map { Model.declaration(kind, $0) == nil } ?? false
    }
  }

  /// The number of the node that the path leads to from a node, or nil.
  public func node(from view: NodeView) -> Int? {
    var at = isFromProduct ? 0 : view.index
    for i in 0..<steps.count {
      guard let next = child(of: at, in: view, steps[i]) else { return nil }
      at = next
    }
    return at
  }

  /// The number of the entry that the path leads to from a node, or nil.
  public func find(from view: NodeView) -> Int? {
    guard let attribute, let node = node(from: view) else { return nil }
    return view.node(at: node).find(attribute, facet)
  }

  private func child(of parent: Int, in view: NodeView, _ step: Step) -> Int? {
    var i = parent + 1, seen = 0
    let end = view.end(of: parent)
    while i < end {
      let node = view.node(at: i)
      if node.kind == step.kind {
        seen += 1
        if step.position > 0 ? seen == step.position : step.matches(node) { return i }
      }
      i = view.end(of: i)
    }
    return nil
  }

  /// Finds or opens the node that the path leads to, in the product being read.
  func openNode(from start: Int, in batch: inout ProductBatch, origin: Int) -> Int {
    var at = isFromProduct ? 0 : start
    for i in 0..<steps.count { at = NodeOpener.node(steps[i], under: at, in: &batch, origin: origin) }
    return at
  }
}

/// Finds and opens nodes of the product being read.
enum NodeOpener {
  /// The node that a step leads to, opened with its key when there is none yet.
  static func node(_ step: PathPlan.Step, under parent: Int, in batch: inout ProductBatch, origin: Int) -> Int {
    var seen = 0
    for i in 0..<batch.openNodeCount
    where batch.openKind(i) == step.kind && batch.openParent(i) == parent && (i > 0 || step.kind == .product) {
      seen += 1
      if step.position > 0 {
        if seen == step.position { return i }
        continue
      }
      var isSame = true
      for key in step.keys where isSame {
        isSame = batch.openValue(key.attribute, on: i).map { $0.elementsEqual(key.value) } ?? false
      }
      if isSame { return i }
    }
    let node = batch.addNode(step.kind, under: parent)
    for key in step.keys { set(key.attribute, key.value, on: node, in: &batch, origin: origin) }
    return node
  }

  /// Sets a value from bytes, copied into the arena.
  static func set(_ attribute: Attribute, _ value: [UInt8], on node: Int, in batch: inout ProductBatch, origin: Int) {
    let place = value.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.map { batch.append($0, count: bytes.count) } ?? 0
    }
    batch.set(attribute, on: node, offset: place, length: value.count, origin: origin)
  }
}

/// A condition, compiled.
public struct ConditionPlan: Sendable {
  /// Where the value stands.
  public let path: PathPlan
  /// The accepted values; empty for any value that is present.
  let values: [[UInt8]]
  let isNegated: Bool
  /// `type` is `product` when it is absent.
  private let hasDefault: Bool

  /// Compiles a condition on nodes of a kind.
  public init(_ condition: Condition, at kind: NodeKind = .product) {
    path = PathPlan(condition.path, at: kind)
    values = condition.values.map { Array($0.utf8) }
    isNegated = condition.isNegated
    hasDefault =
      condition.path.attribute == .type && condition.path.kind == .product && condition.path.steps.isEmpty
      && path.isFromProduct
  }

  /// Whether it holds at a node.
  public func holds(_ view: NodeView) -> Bool {
    guard path.attribute != nil else { return (path.node(from: view) != nil) != isNegated }
    guard let entry = path.find(from: view) else { return accepts(nil) }
    let value = view.bytes(of: entry)
    return value.withUnsafeBufferPointer { accepts($0) }
  }

  /// Whether a value, or its absence, meets the condition.
  func accepts(_ value: UnsafeBufferPointer<UInt8>?) -> Bool {
    var isMet: Bool
    if let value, value.count > 0 {
      isMet = values.isEmpty || values.contains { $0.elementsEqual(value) }
    } else if hasDefault {
      isMet = values.isEmpty || values.contains { $0.elementsEqual("product".utf8) }
    } else {
      isMet = values.contains { $0.isEmpty }
    }
    return isMet != isNegated
  }
}

/// A value that is set on nodes read and expected of nodes written, compiled.
public struct SetPlan: Sendable {
  /// The attribute.
  public let attribute: Attribute
  /// The constant; empty when the value comes from an enclosing node.
  public let constant: [UInt8]
  /// The kind and attribute of the enclosing node, or nil for a constant.
  public let enclosing: (kind: NodeKind, attribute: Attribute)?

  /// Compiles a set value.
  public init(_ value: SetValue) {
    attribute = value.attribute
    switch value.source {
    case .constant(let text):
      constant = Array(text.utf8)
      enclosing = nil
    case .enclosing(let kind, let attribute):
      constant = []
      enclosing = (kind, attribute)
    }
  }

  /// Whether a node has the value; `enclosing` is the node from which the search for enclosing nodes starts.
  public func matches(_ node: NodeView, enclosing start: Int) -> Bool {
    guard let enclosing else { return node.has(attribute, constant) }
    guard let above = ancestor(of: start, enclosing.kind, in: node) else { return false }
    guard let theirs = node.node(at: above).find(enclosing.attribute), let ours = node.find(attribute) else {
      return false
    }
    let a = node.bytes(of: theirs), b = node.bytes(of: ours)
    guard a.count == b.count else { return false }
    for i in 0..<a.count where a[i] != b[i] { return false }
    return true
  }

  /// Sets the value on a node being read.
  public func apply(to node: Int, enclosing start: Int, in batch: inout ProductBatch, origin: Int) {
    guard let enclosing else {
      return NodeOpener.set(attribute, constant, on: node, in: &batch, origin: origin)
    }
    var above = start
    while batch.openKind(above) != enclosing.kind {
      if above == 0 { return }
      above = batch.openParent(above)
    }
    guard let value = batch.openValue(enclosing.attribute, on: above), let start = value.baseAddress else { return }
    batch.set(
      attribute, on: node, offset: start - UnsafePointer(batch.unsafeArena), length: value.count, origin: origin)
  }

  private func ancestor(of start: Int, _ kind: NodeKind, in view: NodeView) -> Int? {
    var at = start
    while true {
      let node = view.node(at: at)
      if node.kind == kind { return at }
      if at == 0 { return nil }
      at = node.parent
    }
  }
}
