internal import ProductModel

/// Which steps of the program have something to do at a node, a bit a step. Most steps of a large layout are about values
/// that a given product does not have; the run goes from one set bit to the next and never meets them.
///
/// Each scope (see `EntrySlots`) has bits for the steps of its part of the program. A step's bit is set
///
/// - always, when it has something to do or to say whatever values there are: a value that the partner misses, a constant, a
///   text made of several values, a block;
/// - when the slot of its value is filled: by a value of the node, of the product, or at the end of a path;
/// - for a loop over nodes of the product, when there is a node of that kind.
///
/// A step without its bit would write nothing and tell nobody, so that nothing depends on whether it is met. Containers have
/// no bits: they are opened by what is inside.
struct StepCandidates {
  /// Where a step has its bit.
  struct Place: Sendable {
    var word: Int32
    var mask: UInt64
  }

  struct Plan: Sendable {
    struct Kind: Sendable {
      var kind: NodeKind
      var places: Range<Int32>
    }
    /// By scope: its first step, and its first word; one more for the end of words.
    fileprivate(set) var firstSteps: [Int32] = []
    fileprivate(set) var firstWords: [Int32] = [0]
    /// The bits that are always set.
    fileprivate(set) var always: [UInt64] = []
    /// The steps that ask for a slot, by slot, as ranges of `places`.
    fileprivate(set) var slots: [Range<Int32>] = []
    /// The loops over nodes of the product, by kind.
    fileprivate(set) var kinds: [Kind] = []
    fileprivate(set) var places: [Place] = []
  }

  private let kinds: Pile<Plan.Kind>
  private let firstSteps: Pile<Int32>
  private let firstWords: Pile<Int32>
  private let slots: Pile<Range<Int32>>
  private let places: Pile<Place>
  private let always: Pile<UInt64>
  /// What holds in the whole product: the bits that are always set, and those of the product's own values and nodes.
  private let common: Pile<UInt64>
  /// What holds at the node that the scope is at.
  private let bits: Pile<UInt64>

  init(_ plan: Plan) {
    kinds = Pile(plan.kinds)
    firstSteps = Pile(plan.firstSteps)
    firstWords = Pile(plan.firstWords)
    slots = Pile(plan.slots)
    places = Pile(plan.places)
    always = Pile(plan.always)
    common = Pile(plan.always)
    bits = Pile(plan.always)
  }

  func free() {
    kinds.free()
    firstSteps.free()
    firstWords.free()
    slots.free()
    places.free()
    always.free()
    common.free()
    bits.free()
  }

  /// Starts a product.
  func begin(_ index: ProductIndex) {
    for i in always.indices { common[i] = always[i] }
    for i in kinds.indices where index.first(kinds[i].kind, under: 0) >= 0 { set(kinds[i].places, in: common) }
  }

  /// Notes that a value of the whole product stands in a slot.
  @inline(__always) func noteCommon(_ slot: Int32) { set(slots[Int(slot)], in: common) }

  /// Starts a node of a scope.
  @inline(__always) func begin(_ scope: Int32) {
    var i = Int(firstWords[Int(scope)])
    let end = Int(firstWords[Int(scope) + 1])
    while i < end {
      bits[i] = common[i]
      i &+= 1
    }
  }

  /// Notes that a value of the scope's node stands in a slot.
  @inline(__always) func note(_ slot: Int32) { set(slots[Int(slot)], in: bits) }

  @inline(__always) private func set(_ range: Range<Int32>, in words: Pile<UInt64>) {
    var i = Int(range.lowerBound)
    while i < Int(range.upperBound) {
      words[Int(places[i].word)] |= places[i].mask
      i &+= 1
    }
  }

  /// The first step from one on that has something to do; `limit` when there is none before it.
  @inline(__always) func next(from step: Int, below limit: Int, in scope: Int32) -> Int {
    let first = Int(firstSteps[Int(scope)])
    let words = bits.base + Int(firstWords[Int(scope)])
    var bit = step &- first
    let end = limit &- first
    while bit < end {
      let word = words[bit >> 6] &>> UInt64(truncatingIfNeeded: bit & 63)
      if word != 0 { return min(bit &+ word.trailingZeroBitCount, end) &+ first }
      bit = (bit | 63) &+ 1
    }
    return limit
  }
}

extension StepCandidates.Plan {
  init(_ compiler: WritingCompiler) {
    let slotCount = compiler.slots.scopes.reduce(0) { $0 + $1.count }
    var places: [[StepCandidates.Place]] = Array(repeating: [], count: slotCount)
    var kinds: [(kind: NodeKind, places: [StepCandidates.Place])] = []
    var ranges = Array(repeating: 0..<0, count: compiler.slots.scopes.count)
    ranges[Int(WritingCompiler.productScope)] = 1..<Int(compiler.steps[0].end)
    for step in compiler.steps.indices where compiler.steps[step].kind == .each {
      let each = compiler.eaches[Int(compiler.steps[step].detail)]
      ranges[Int(each.scope)] = step + 1..<Int(compiler.steps[step].end)
    }
    for call in compiler.calls { ranges[Int(call.scope)] = Int(call.block.lowerBound)..<Int(call.block.upperBound) }
    for range in ranges {
      let first = Int(firstWords[firstWords.count - 1])
      firstSteps.append(Int32(range.lowerBound))
      always += Array(repeating: 0, count: (range.count + 63) / 64)
      firstWords.append(Int32(always.count))
      var step = range.lowerBound
      while step < range.upperBound {
        let bit = step - range.lowerBound
        let place = StepCandidates.Place(word: Int32(first + bit / 64), mask: 1 << UInt64(bit % 64))
        let what = compiler.steps[step]
        if what.kind == .each, compiler.eaches[Int(what.detail)].parent == .product {
          let kind = compiler.eaches[Int(what.detail)].kind
          if let known = kinds.firstIndex(where: { $0.kind == kind }) {
            kinds[known].places.append(place)
          } else {
            kinds.append((kind, [place]))
          }
        } else if what.kind != .container {
          let slot = compiler.decidingSlot(of: what)
          if slot >= 0 { places[Int(slot)].append(place) } else { always[Int(place.word)] |= place.mask }
        }
        // What is in a loop is the business of another scope.
        step = what.kind == .each ? Int(what.end) : step + 1
      }
    }
    for list in places { slots.append(add(list)) }
    for (kind, list) in kinds { self.kinds.append(.init(kind: kind, places: add(list))) }
  }

  private mutating func add(_ list: [StepCandidates.Place]) -> Range<Int32> {
    let start = Int32(places.count)
    places += list
    return start..<Int32(places.count)
  }
}

extension WritingCompiler {
  /// The slot without which a step has nothing to do, or -1.
  fileprivate func decidingSlot(of step: ElementWritingPlan.Step) -> Int32 {
    // An element around values that stand side by side, one for each of them, is there for nothing else.
    let isAroundMany = step.text < 0 && step.repeats >= 0 && step.attributes.isEmpty && step.kind == .element
    let value = isAroundMany ? step.repeats : step.text
    guard value >= 0, isAroundMany ? values[Int(value)].isOptional : step.isOptional && step.kind != .literal else {
      return -1
    }
    let facts = facts[Int(value)]
    return facts.place == .slot ? facts.slot : -1
  }
}
