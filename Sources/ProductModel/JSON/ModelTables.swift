// What reading and writing JSON look up for every value, in flat arrays: declarations hold Strings, whose copies would be
// counted up and down for every field.

/// Type, facets and cardinality of an attribute on a kind.
struct AttributeShape: Sendable {
  let type: ValueType
  let facet: FacetUse
  let isMany: Bool
}

/// The declarations as flat tables.
struct ModelTables: Sendable {
  let attributeNames = NameBytes(Model.attributeNames)
  let kindNames = NameBytes(Model.kindNames)
  private let ranks: [UInt16]
  private let shapes: [AttributeShape?]
  private let childOf: [Bool]
  private let manyKinds: [Bool]
  /// Open addressing: attribute and kind of a name plus one, 0 for none.
  private let slots: [(attribute: UInt16, kind: UInt16)]

  static let shared = ModelTables()

  private init() {
    let kinds = NodeKind.allCases.count, attributes = Model.attributeCount
    var ranks = [UInt16](repeating: 0, count: kinds * attributes)
    var shapes = [AttributeShape?](repeating: nil, count: kinds * attributes)
    var childOf = [Bool](repeating: false, count: kinds * kinds)
    for kind in Model.kinds {
      let base = Int(kind.kind.rawValue) * attributes
      for i in 0..<attributes { ranks[base + i] = UInt16(1000 + i) }
      for (i, a) in kind.attributes.enumerated() {
        ranks[base + Int(a.attribute.rawValue)] = UInt16(i)
        shapes[base + Int(a.attribute.rawValue)] = AttributeShape(type: a.type, facet: a.facet, isMany: a.isMany)
      }
      // Residue may stand on any node.
      shapes[base + Int(Attribute.residue.rawValue)] = AttributeShape(type: .text, facet: .none, isMany: true)
      for parent in kind.parents { childOf[Int(kind.kind.rawValue) * kinds + Int(parent.rawValue)] = true }
    }
    self.ranks = ranks
    self.shapes = shapes
    self.childOf = childOf
    manyKinds = Model.kinds.map(\.isMany)

    var slots = [(attribute: UInt16, kind: UInt16)](repeating: (0, 0), count: 1024)
    func slot(_ name: String) -> Int {
      var at = Int(Self.hash(name.utf8.span)) & 1023
      while slots[at] != (0, 0) {
        let taken = slots[at]
        let known =
          taken.attribute > 0 ? Model.attributeNames[Int(taken.attribute) - 1] : Model.kindNames[Int(taken.kind) - 1]
        if known == name { break }
        at = (at + 1) & 1023
      }
      return at
    }
    for (i, name) in Model.attributeNames.enumerated() { slots[slot(name)].attribute = UInt16(i + 1) }
    for (i, name) in Model.kindNames.enumerated() { slots[slot(name)].kind = UInt16(i + 1) }
    self.slots = slots
  }

  /// The declared order of attributes within each kind; attributes that the kind does not have come last.
  @inline(__always) func rank(_ kind: NodeKind, _ attribute: Attribute) -> UInt16 {
    ranks[Int(kind.rawValue) * Model.attributeCount + Int(attribute.rawValue)]
  }

  /// The shape of an attribute on a kind, nil when it does not have it. Residue stands on every kind.
  @inline(__always) func shape(_ kind: NodeKind, _ attribute: Attribute) -> AttributeShape? {
    shapes[Int(kind.rawValue) * Model.attributeCount + Int(attribute.rawValue)]
  }

  /// Whether a kind may stand under another.
  @inline(__always) func may(_ kind: NodeKind, standUnder parent: NodeKind) -> Bool {
    childOf[Int(kind.rawValue) * manyKinds.count + Int(parent.rawValue)]
  }

  @inline(__always) func isMany(_ kind: UInt16) -> Bool { manyKinds[Int(kind)] }

  /// The attribute and the kind with a name; a name may be both.
  func find(_ name: Span<UInt8>) -> (attribute: Attribute?, kind: NodeKind?) {
    var at = Int(Self.hash(name)) & 1023
    while slots[at] != (0, 0) {
      let found = slots[at]
      let isName =
        found.attribute > 0
        ? attributeNames.equal(Int(found.attribute) - 1, name) : kindNames.equal(Int(found.kind) - 1, name)
      if isName {
        return (
          found.attribute > 0 ? Attribute(rawValue: found.attribute - 1) : nil,
          found.kind > 0 ? NodeKind(rawValue: found.kind - 1) : nil
        )
      }
      at = (at + 1) & 1023
    }
    return (nil, nil)
  }

  private static func hash(_ name: Span<UInt8>) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    for i in 0..<min(name.count, 32) { hash = (hash ^ UInt32(name[i])) &* 16_777_619 }
    return hash ^ (hash >> 15)
  }
}

/// The bytes of names, one behind the other.
struct NameBytes: Sendable {
  let bytes: [UInt8]
  private let starts: [UInt32]

  init(_ names: [String]) {
    var bytes: [UInt8] = [], starts: [UInt32] = [0]
    for name in names {
      bytes += name.utf8
      starts.append(UInt32(bytes.count))
    }
    self.bytes = bytes
    self.starts = starts
  }

  func range(_ i: Int) -> Range<Int> { Int(starts[i])..<Int(starts[i + 1]) }

  func equal(_ i: Int, _ name: Span<UInt8>) -> Bool {
    let range = range(i)
    guard range.count == name.count else { return false }
    for k in 0..<name.count where bytes[range.lowerBound + k] != name[k] { return false }
    return true
  }
}

/// The order in which facets are written: the five without channel first, then by alphabet.
struct FacetOrder: Sendable {
  private var ranks: [UInt16] = [0, 1, 2, 3, 4]
  private var names: [[UInt8]] = ["und", "vi", "en", "ja", "ko"].map { Array($0.utf8) }

  @inline(__always) func rank(_ facet: UInt16) -> UInt16 { ranks[Int(facet)] }

  func name(_ facet: UInt16) -> [UInt8] { names[Int(facet)] }

  /// Makes a facet and all older ones known. The table of facets only grows, so names stay; ranks move.
  @inline(__always) mutating func learn(_ facet: UInt16) {
    if Int(facet) >= names.count { extend(to: facet) }
  }

  private mutating func extend(to facet: UInt16) {
    while names.count <= Int(facet) { names.append(Array(Facet.stored(UInt16(names.count)).description.utf8)) }
    let others = (5..<names.count).sorted { names[$0].lexicographicallyPrecedes(names[$1]) }
    ranks = Array(0..<UInt16(names.count))
    for (i, number) in others.enumerated() { ranks[number] = UInt16(5 + i) }
  }
}
