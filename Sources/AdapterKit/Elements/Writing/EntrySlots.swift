internal import ProductModel

/// Where the values that the program asks for stand. A node's entries are looked at once, when the node is entered: each
/// goes to the slots of those who will ask for it. So the many rules whose value is missing cost one look each.
///
/// A *scope* is what a part of the program is about: the product, the node at the end of a path, the nodes of an `each`, the
/// items of a block. Its slots hold the entries of one node at a time; a node entered again after another one of its scope is
/// filled in again. Which steps ask for a slot is known, so that filling also says which steps have something to do
/// (`StepCandidates`).
struct EntrySlots {
  /// Stands for any language, in place of a facet.
  static let anyLanguage = UInt16.max

  /// Which slots there are.
  struct Plan: Sendable {
    struct Key: Sendable {
      var attribute: Attribute
      /// The facet, or `anyLanguage`.
      var facet: UInt16
    }
    /// The slots by scope.
    private(set) var scopes: [[Key]] = []

    mutating func addScope() -> Int32 {
      scopes.append([])
      return Int32(scopes.count - 1)
    }

    /// The slot in a scope for an attribute and facet.
    mutating func slot(_ attribute: Attribute, _ facet: UInt16, in scope: Int32) -> Int32 {
      let keys = scopes[Int(scope)]
      if let known = keys.firstIndex(where: { $0.attribute == attribute && $0.facet == facet }) { return Int32(known) }
      scopes[Int(scope)].append(Key(attribute: attribute, facet: facet))
      return Int32(keys.count)
    }

    /// How many slots the scopes before one have.
    func start(of scope: Int32) -> Int32 { Int32(scopes[..<Int(scope)].reduce(0) { $0 + $1.count }) }
  }

  private struct Slot {
    var facet: UInt16
    /// The next slot for the same attribute, or -1.
    var next: Int32
  }

  /// By slot: the entry, or -1.
  private let found: Pile<Int32>
  private let slots: Pile<Slot>
  /// By scope: its first slot; one more for the end.
  private let starts: Pile<Int32>
  /// By scope and attribute: the first slot, or -1.
  private let heads: Pile<Int32>
  /// By scope: the node whose entries it holds.
  private let owners: Pile<Int32>
  private let attributes = Attribute.allCases.count

  init(_ plan: Plan) {
    var slots: [Slot] = [], starts: [Int32] = [0]
    heads = Pile(repeating: -1, count: plan.scopes.count * attributes)
    for (scope, keys) in plan.scopes.enumerated() {
      for key in keys {
        let head = scope * attributes + key.attribute.ordinal
        slots.append(Slot(facet: key.facet, next: heads[head]))
        heads[head] = Int32(slots.count - 1)
      }
      starts.append(Int32(slots.count))
    }
    self.slots = Pile(slots)
    self.starts = Pile(starts)
    found = Pile(repeating: -1, count: slots.count)
    owners = Pile(repeating: -1, count: plan.scopes.count)
  }

  func free() {
    found.free()
    slots.free()
    starts.free()
    heads.free()
    owners.free()
  }

  /// The entry in a slot, or -1.
  @inline(__always) subscript(slot: Int32) -> Int { Int(found[Int(slot)]) }

  /// Whether a scope's slots hold a node's entries.
  @inline(__always) func holds(_ node: Int, in scope: Int32) -> Bool { owners[Int(scope)] == Int32(node) }

  /// Starts a product: what is true of all of it, as its own values are and those at the ends of paths.
  func begin(
    _ index: ProductIndex, _ paths: ProductPaths, _ languages: inout LanguageTexts, _ candidates: StepCandidates
  ) {
    candidates.begin(index)
    fill(WritingCompiler.productScope, from: 0, index, &languages) { candidates.noteCommon($0) }
    for path in paths.indices {
      let scope = paths.scope(of: path), node = paths.node(at: path)
      if node >= 0 {
        fill(scope, from: node, index, &languages) { candidates.noteCommon($0) }
      } else if owners[Int(scope)] >= 0 {
        clear(scope)
        owners[Int(scope)] = -1
      }
    }
    candidates.begin(WritingCompiler.productScope)
  }

  /// Fills a scope's slots with a node's entries; the first one of several counts.
  func fill(
    _ scope: Int32, from node: Int, _ index: ProductIndex, _ languages: inout LanguageTexts,
    _ candidates: StepCandidates
  ) {
    candidates.begin(scope)
    fill(scope, from: node, index, &languages) { candidates.note($0) }
  }

  @inline(__always) private func clear(_ scope: Int32) {
    var i = Int(starts[Int(scope)])
    let last = Int(starts[Int(scope) + 1])
    while i < last {
      found[i] = -1
      i &+= 1
    }
  }

  @inline(__always) private func fill(
    _ scope: Int32, from node: Int, _ index: ProductIndex, _ languages: inout LanguageTexts, _ note: (Int32) -> Void
  ) {
    owners[Int(scope)] = Int32(node)
    clear(scope)
    let heads = heads.base + Int(scope) * attributes
    var (entry, end) = index.entries(of: node)
    while entry < end {
      let e = index.memory.entries + entry
      var slot = heads[e.pointee.attribute.ordinal]
      while slot >= 0 {
        let facet = slots[Int(slot)].facet
        if found[Int(slot)] < 0,
          facet == e.pointee.facet || (facet == Self.anyLanguage && languages.isLanguage(e.pointee.facet))
        {
          found[Int(slot)] = Int32(entry)
          note(slot)
        }
        slot = slots[Int(slot)].next
      }
      entry &+= 1
    }
  }
}

/// The languages of facets as bytes; only facets without channel are languages by themselves.
struct LanguageTexts {
  /// A text of up to sixteen bytes.
  struct Text {
    var bytes = SIMD16<UInt8>(repeating: 0)
    var count: Int8 = 0
  }

  private var texts = Pile<Text>(capacity: 64)

  func free() { texts.free() }

  @inline(__always) mutating func isLanguage(_ facet: UInt16) -> Bool { text(of: facet).count > 0 }

  /// The language of a facet; empty for facets that are none.
  @inline(__always) mutating func text(of facet: UInt16) -> Text {
    if Int(facet) >= texts.count { learn(facet) }
    return texts[Int(facet)]
  }

  @inline(never) private mutating func learn(_ facet: UInt16) {
    while texts.count <= Int(facet) {
      let next = Facet.stored(UInt16(texts.count))
      var text = Text()
      if next.channel.isEmpty {
        for (i, byte) in next.language.utf8.prefix(16).enumerated() {
          text.bytes[i] = byte
          text.count += 1
        }
      }
      texts.append(text)
    }
  }
}
