internal import ProductModel
internal import Profiles

/// A reading plan in raw memory, out of reach of reference counts and checks of bounds: what the machine looks at for every
/// element and every value. Numbers are those of the plan, and parts of varying length are ranges of piles.
struct ReadingTables {
  /// A node that an element opens; see `ElementReadingPlan.Opener`.
  struct Opener {
    var state: Int32
    var guards: Range<Int32>
    var scope: Int32
    var kind: NodeKind
    var isFromProduct: Bool
    var path: Int32
    var sets: Range<Int32>
    /// The attributes that find the same node again, in `keys`; empty for the kind's own key.
    var key: Range<Int32>
  }

  /// A value that an opener sets.
  struct SetValue {
    var attribute: Attribute
    /// The constant, in `bytes`.
    var constant: Range<Int32>
    /// The kind and attribute of the enclosing node that has the value, instead of a constant.
    var enclosing: (kind: NodeKind, attribute: Attribute)?
  }

  /// One step of a path; see `PathPlan.Step`.
  struct Step {
    var kind: NodeKind
    /// Values that find the node and are set on a new one, in `stepKeys`.
    var keys: Range<Int32>
    var position: Int32
  }

  struct StepKey {
    var attribute: Attribute
    /// In `bytes`.
    var value: Range<Int32>
  }

  let states: Pile<ElementReadingPlan.State>
  let actions: Pile<ElementReadingPlan.Action>
  let attributes: Pile<ElementReadingPlan.AttributeUse>
  let facts: Pile<ElementReadingPlan.FieldFacts>
  /// The converters of the fields.
  let codecs: Pile<Unmanaged<CodecBox>>
  private(set) var openers = Pile<Opener>()
  private(set) var sets = Pile<SetValue>()
  let calls: Pile<ElementReadingPlan.Call>
  /// Steps by path, in `steps`.
  private(set) var paths = Pile<Range<Int32>>()
  private(set) var steps = Pile<Step>()
  private(set) var stepKeys = Pile<StepKey>()
  private(set) var keys = Pile<Attribute>()
  /// The key attributes of each kind, in `keys`.
  private(set) var kindKeys = Pile<Range<Int32>>()
  /// Constants, one behind the other.
  private(set) var bytes = Pile<UInt8>()
  /// The indexes of guards that rules refer to by range, and each guard's scope.
  let guardLists: Pile<Int32>
  let guardScopes: Pile<Int32>

  init(_ plan: ElementReadingPlan) {
    states = Pile(plan.states)
    actions = Pile(plan.actions)
    attributes = Pile(plan.attributes)
    facts = Pile(plan.fields.map(ElementReadingPlan.FieldFacts.init))
    codecs = Pile(plan.fields.map { Unmanaged.passRetained(CodecBox($0.codec)) })
    calls = Pile(plan.calls)
    guardLists = Pile(plan.guardLists)
    guardScopes = Pile(plan.guards.map(\.scope))
    for key in CoverageTables.keys { kindKeys.append(add(key)) }
    for opener in plan.openers {
      let first = Int32(sets.count)
      for set in opener.sets {
        sets.append(SetValue(attribute: set.attribute, constant: add(set.constant), enclosing: set.enclosing))
      }
      openers.append(
        Opener(
          state: opener.state, guards: opener.guards, scope: opener.scope, kind: opener.kind,
          isFromProduct: opener.isFromProduct, path: opener.path, sets: first..<Int32(sets.count), key: add(opener.key))
      )
    }
    for path in plan.paths {
      let first = Int32(steps.count)
      for step in path {
        let key = Int32(stepKeys.count)
        for value in step.keys { stepKeys.append(StepKey(attribute: value.attribute, value: add(value.value))) }
        steps.append(Step(kind: step.kind, keys: key..<Int32(stepKeys.count), position: Int32(step.position)))
      }
      paths.append(first..<Int32(steps.count))
    }
  }

  func free() {
    for i in codecs.indices { codecs[i].release() }
    states.free()
    actions.free()
    attributes.free()
    facts.free()
    codecs.free()
    openers.free()
    sets.free()
    calls.free()
    paths.free()
    steps.free()
    stepKeys.free()
    keys.free()
    kindKeys.free()
    bytes.free()
    guardLists.free()
    guardScopes.free()
  }

  /// A constant's bytes.
  @inline(__always) func constant(_ range: Range<Int32>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: bytes.base + Int(range.lowerBound), count: range.count)
  }

  private mutating func add(_ constant: [UInt8]) -> Range<Int32> {
    let first = Int32(bytes.count)
    for byte in constant { bytes.append(byte) }
    return first..<Int32(bytes.count)
  }

  private mutating func add(_ key: [Attribute]) -> Range<Int32> {
    let first = Int32(keys.count)
    for attribute in key { keys.append(attribute) }
    return first..<Int32(keys.count)
  }
}

/// A converter that is used without counting references to its parts.
final class CodecBox {
  let codec: ValueCodec

  init(_ codec: ValueCodec) { self.codec = codec }
}
