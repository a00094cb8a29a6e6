internal import ProductModel

#if canImport(Glibc)
  internal import Glibc
#endif

/// Conditions on nodes, compiled flat: most compare one attribute of the node, or of the product, with a few texts.
struct NodeTests: Sendable {
  struct Test {
    var attribute: Attribute = .id
    var facet: UInt16 = 0
    /// About the product, wherever the node is.
    var isAboutProduct = false
    var isNegated = false
    /// The answer when there is no value.
    var holdsAbsent = false
    /// About an item's level, which is that of base units when nobody says so of the item `each`.
    var isLevel = false
    /// About whether an item's id is `each`, which is to say whether it carries what is true of the product: a base unit
    /// does, whatever it is called.
    var isMain = false
    /// The accepted texts, as indexes of `texts`; none for any.
    var accepted: Range<Int32> = 0..<0
    /// Index of `conditions`, when it is about something further away; else -1.
    var condition: Int32 = -1
  }

  private(set) var tests: [Test] = []
  private(set) var texts: [Range<Int32>] = []
  private(set) var bytes: [UInt8] = []
  private(set) var conditions: [ConditionPlan] = []

  var count: Int { tests.count }

  mutating func add(_ condition: ConditionPlan, isLevel: Bool = false, isMain: Bool = false) {
    var test = Test(
      isAboutProduct: condition.path.isFromProduct, isNegated: condition.isNegated, isLevel: isLevel, isMain: isMain)
    if let attribute = condition.path.attribute, condition.path.steps.isEmpty {
      test.attribute = attribute
      test.facet = condition.path.facet.rawValue
      test.holdsAbsent = condition.accepts(nil)
      test.accepted = add(condition.values)
    } else {
      test.condition = Int32(conditions.count)
      conditions.append(condition)
    }
    tests.append(test)
  }

  /// Adds the test that an attribute has a value.
  mutating func add(_ attribute: Attribute, is value: [UInt8]) {
    tests.append(Test(attribute: attribute, accepted: add([value])))
  }

  private mutating func add(_ values: [[UInt8]]) -> Range<Int32> {
    let start = Int32(texts.count)
    for value in values {
      texts.append(Int32(bytes.count)..<Int32(bytes.count + value.count))
      bytes += value
    }
    return start..<Int32(texts.count)
  }
}

/// Answers tests about the product being written.
struct NodeTester {
  private let tests: Pile<NodeTests.Test>
  private let texts: Pile<Range<Int32>>
  private let bytes: Pile<UInt8>
  private let conditions: Pile<ConditionPlan>

  init(_ plan: NodeTests) {
    tests = Pile(plan.tests)
    texts = Pile(plan.texts)
    bytes = Pile(plan.bytes)
    conditions = Pile(plan.conditions)
  }

  func free() {
    tests.free()
    texts.free()
    bytes.free()
    conditions.free()
  }

  /// Whether all tests of a range hold at a node.
  func holds(_ range: Range<Int32>, _ node: Int, _ index: ProductIndex, _ view: NodeView) -> Bool {
    var i = range.lowerBound
    while i < range.upperBound {
      if !holds(Int(i), node, index, view) { return false }
      i &+= 1
    }
    return true
  }

  private func holds(_ number: Int, _ node: Int, _ index: ProductIndex, _ view: NodeView) -> Bool {
    let test = tests.base + number
    if test.pointee.condition >= 0 { return conditions[Int(test.pointee.condition)].holds(view.node(at: node)) }
    if test.pointee.isMain, ItemDefaults.isSaidToBeBase(view.node(at: node)) { return !test.pointee.isNegated }
    let entry = index.find(test.pointee.attribute, test.pointee.facet, on: test.pointee.isAboutProduct ? 0 : node)
    var value = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    if entry >= 0 {
      value = index.bytes(of: entry)
    } else if test.pointee.isLevel, ItemDefaults.isBase(view.node(at: node)) {
      return ItemDefaults.baseLevel.withUnsafeBufferPointer { accepts(test, $0) }
    }
    return value.isEmpty ? test.pointee.holdsAbsent : accepts(test, value)
  }

  private func accepts(
    _ test: UnsafeMutablePointer<NodeTests.Test>, _ value: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    var isMet = test.pointee.accepted.isEmpty
    var i = test.pointee.accepted.lowerBound
    while !isMet, i < test.pointee.accepted.upperBound {
      let text = texts[Int(i)]
      isMet =
        text.count == value.count
        && memcmp(bytes.base + Int(text.lowerBound), value.baseAddress.unsafelyUnwrapped, value.count) == 0
      i &+= 1
    }
    return isMet != test.pointee.isNegated
  }
}

/// What the gateway gives items by itself when it reads them, and so need not be written.
enum ItemDefaults {
  static let baseItem = Array(Model.baseItem.utf8)
  static let baseLevel = Array("BASE_UNIT_OR_EACH".utf8)

  /// Whether an item whose level nobody says is the base unit: `each`, unless it holds other items, as mixed cases do.
  static func isBase(_ item: NodeView) -> Bool {
    guard item.has(.id, baseItem) else { return false }
    var contents = item.nodes(.contains)
    return contents.next() == nil
  }

  /// Whether an item is said to be a base unit, by its mark or its level.
  static func isSaidToBeBase(_ item: NodeView) -> Bool {
    if let flag = item.find(.isBaseUnit) { return item.bytes(of: flag).count == 4 }
    return item.has(.level, baseLevel)
  }

  /// Whether an item's id is the one that reading gives by itself: `each` for the base unit, the GTIN for others.
  static func impliesID(of item: NodeView) -> Bool {
    let isBaseUnit: Bool
    if let flag = item.find(.isBaseUnit) {
      isBaseUnit = item.bytes(of: flag).count == 4
    } else {
      // The item `each` is written as base unit even when nobody says so.
      isBaseUnit = item.find(.level) == nil ? isBase(item) : item.has(.level, baseLevel)
    }
    return isBaseUnit ? item.has(.id, baseItem) : isEqual(item[.id], item[.gtin])
  }

  static func isEqual(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    if a.count != b.count { return false }
    for i in 0..<a.count where a[i] != b[i] { return false }
    return true
  }
}
