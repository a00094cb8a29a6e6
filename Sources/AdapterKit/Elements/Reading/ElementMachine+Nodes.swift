internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

// Conditions on the nodes of the open record, and the nodes that values need, made when the first value comes.

extension ElementMachine {
  // MARK: Guards

  /// Whether all guards of a rule hold for the scopes of a block.
  @inline(__always) mutating func holds(_ list: Range<Int32>, base: Int32) -> Bool {
    if list.isEmpty { return true }
    return holdsAll(list, base)
  }

  mutating func holdsAll(_ list: Range<Int32>, _ base: Int32) -> Bool {
    for i in list {
      let number = tables.guardLists[Int(i)]
      let scope = Int(base + tables.guardScopes[Int(number)])
      let bit: UInt64 = number < 64 ? 1 << UInt64(number) : 0
      if scopes[scope].known & bit != 0 {
        if scopes[scope].truth & bit == 0 { return false }
        continue
      }
      let (isTrue, isSure) = evaluate(number, scope)
      if isSure {
        scopes[scope].known |= bit
        if isTrue { scopes[scope].truth |= bit }
      }
      if !isTrue { return false }
    }
    return true
  }

  /// Whether a guard holds now, and whether that can no longer change: a value that is there stays.
  mutating func evaluate(_ number: Int32, _ scope: Int) -> (Bool, Bool) {
    let path = plan.guards[Int(number)].path
    var node = path.isFromProduct ? 0 : scopes[scope].node
    if node >= 0, path.path >= 0 { node = search(path.path, from: node) }
    let entry = node < 0 ? -1 : current.find(path.attribute, path.facet, on: node)
    var isMet: Bool
    if entry < 0, plan.guards[Int(number)].isLevel, node >= 0, isFlaggedBase(node) {
      isMet = plan.guards[Int(number)].values.contains { $0 == Self.baseLevel }
      return (isMet != plan.guards[Int(number)].isNegated, true)
    }
    if plan.guards[Int(number)].isMain, node >= 0, isBase(node) {
      return (!plan.guards[Int(number)].isNegated, true)
    }
    if entry >= 0 {
      let bytes = value(entry)
      isMet =
        plan.guards[Int(number)].values.isEmpty || plan.guards[Int(number)].values.contains { Self.isEqual(bytes, $0) }
    } else {
      isMet = plan.guards[Int(number)].values.contains { $0 == plan.guards[Int(number)].absent }
    }
    // An id comes before the marks of a base unit, which may still say more.
    let isSure = plan.guards[Int(number)].isMain ? node >= 0 && isMarked(node) : entry >= 0
    return (isMet != plan.guards[Int(number)].isNegated, isSure)
  }

  /// Whether an item has said by now whether it is a base unit.
  private mutating func isMarked(_ item: Int32) -> Bool {
    current.find(.isBaseUnit, on: item) >= 0 || current.find(.level, on: item) >= 0
  }

  /// Whether an item says that it is the base unit, which stands for its level when that is not told.
  mutating func isFlaggedBase(_ item: Int32) -> Bool {
    let flag = current.find(.isBaseUnit, on: item)
    return flag >= 0 && value(flag).count == 4
  }

  /// The bytes of an entry of the open record.
  mutating func value(_ entry: Int32) -> UnsafeBufferPointer<UInt8> {
    let e = current.entries[Int(entry)]
    return UnsafeBufferPointer(start: batch.pointee.unsafeArena + e.offset, count: Int(e.length))
  }

  // MARK: Nodes

  /// The node of a scope, made when it is not there yet.
  mutating func materialise(_ at: Int32) -> Int32 {
    let scope = scopes[Int(at)]
    if scope.node >= 0 { return scope.node }
    let node: Int32
    if scope.opener >= 0 {
      let opener = tables.openers.base + Int(scope.opener)
      var parent = opener.pointee.isFromProduct ? 0 : materialise(scope.parent)
      if opener.pointee.path >= 0 { parent = find(opener.pointee.path, from: parent, origin: scope.origin) }
      node = current.addNode(
        scope.kind, under: parent, owner: owner(of: at), opener: opener.pointee.key.isEmpty ? -1 : scope.opener)
      scopes[Int(at)].node = node
      if !opener.pointee.sets.isEmpty { set(opener.pointee.sets, on: node, scope: at) }
    } else {
      node = current.addNode(scope.kind, under: 0)
      scopes[Int(at)].node = node
      if let link = scope.link {
        let caller = materialise(scope.parent)
        current.fixups.append(
          RecordScratch.Fixup(
            node: caller, attribute: link, source: node, sourceKind: scope.kind, sourceAttribute: .id,
            origin: scope.origin))
      }
    }
    return node
  }

  /// The item under whose element a scope lies, or -1.
  mutating func owner(of scope: Int32) -> Int32 {
    var at = scope
    while at > 0 {
      if scopes[Int(at)].opener < 0 { return scopes[Int(at)].node }
      at = scopes[Int(at)].parent
    }
    return -1
  }

  /// The values that a rule sets on each node it opens.
  mutating func set(_ sets: Range<Int32>, on node: Int32, scope: Int32) {
    for i in sets {
      let set = tables.sets[Int(i)]
      guard let source = set.enclosing else {
        setBytes(set.attribute, tables.constant(set.constant), on: node, origin: scopes[Int(scope)].origin)
        continue
      }
      var at = scopes[Int(scope)].parent
      while at >= 0, scopes[Int(at)].kind != source.kind { at = scopes[Int(at)].parent }
      let above = at >= 0 ? materialise(at) : -1
      current.fixups.append(
        RecordScratch.Fixup(
          node: node, attribute: set.attribute, source: above, sourceKind: source.kind,
          sourceAttribute: source.attribute, origin: scopes[Int(scope)].origin))
    }
  }

  mutating func setBytes(_ attribute: Attribute, _ bytes: [UInt8], on node: Int32, origin: UInt32) {
    bytes.withUnsafeBufferPointer { setBytes(attribute, $0, on: node, origin: origin) }
  }

  mutating func setBytes(_ attribute: Attribute, _ bytes: UnsafeBufferPointer<UInt8>, on node: Int32, origin: UInt32) {
    let at = bytes.baseAddress.map { batch.pointee.append($0, count: bytes.count) } ?? 0
    current.addEntry(attribute, Facet.stored(0), on: node, offset: at, length: bytes.count, origin: origin)
  }

  /// The node at the end of a plan's path, made when it is not there.
  mutating func find(_ path: Int32, from start: Int32, origin: UInt32) -> Int32 {
    if start == 0, current.slots[Int(path)] >= 0 { return current.slots[Int(path)] }
    var at = start
    for i in tables.paths[Int(path)] {
      let step = tables.steps.base + Int(i)
      let next = child(step, of: at)
      if next >= 0 {
        at = next
        continue
      }
      at = current.addNode(step.pointee.kind, under: at)
      for k in step.pointee.keys {
        let key = tables.stepKeys[Int(k)]
        setBytes(key.attribute, tables.constant(key.value), on: at, origin: origin)
      }
    }
    if start == 0 { current.slots[Int(path)] = at }
    return at
  }

  mutating func search(_ path: Int32, from start: Int32) -> Int32 {
    var at = start
    for i in tables.paths[Int(path)] {
      at = child(tables.steps.base + Int(i), of: at)
      if at < 0 { return -1 }
    }
    return at
  }

  mutating func child(_ step: UnsafeMutablePointer<ReadingTables.Step>, of parent: Int32) -> Int32 {
    var at: Int32 = 0, seen: Int32 = 0
    while true {
      at = current.child(step.pointee.kind, of: parent, after: at)
      if at < 0 { return -1 }
      seen += 1
      if step.pointee.position > 0 {
        if seen == step.pointee.position { return at }
        continue
      }
      var isSame = true
      for k in step.pointee.keys where isSame {
        let key = tables.stepKeys[Int(k)]
        let entry = current.find(key.attribute, on: at)
        isSame = entry >= 0 && Self.isEqual(value(entry), tables.constant(key.value))
      }
      if isSame { return at }
    }
  }
}
