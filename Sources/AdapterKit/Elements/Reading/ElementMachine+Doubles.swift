internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

// Nodes of one kind with one key under one parent are one node.

extension ElementMachine {
  /// Nodes of one kind with one key under one parent become one.
  mutating func mergeDoubles() {
    let candidates = current.kinds.twice & ~Self.keyless
    if candidates == 0 { return }
    for i in 1..<max(current.nodes.count, 1) {
      let kind = current.nodes[i].kind
      if candidates & 1 << UInt64(kind.rawValue) == 0 || current.nodes[i].alias >= 0 { continue }
      let hash = keyHash(Int32(i))
      current.nodes[i].hash = hash
      if hash == 0 { continue }
      let parent = current.nodes[i].parent
      for k in 1..<i
      where current.nodes[k].kind == kind && current.nodes[k].hash == hash && current.nodes[k].parent == parent
        && current.nodes[k].alias < 0 && !current.nodes[k].isDropped && hasSameKey(Int32(i), Int32(k))
      {
        merge(Int32(i), into: Int32(k))
        break
      }
    }
  }

  /// Kinds that are aligned by sequence and so never merged, a bit each.
  static let keyless: UInt64 = Model.kinds.reduce(0) { bits, kind in
    kind.key.isEmpty && kind.isMany ? bits | 1 << UInt64(kind.kind.rawValue) : bits
  }

  /// Kinds of which there can be one only, a bit each.
  static let single: UInt64 = Model.kinds.reduce(0) { bits, kind in
    kind.isMany ? bits : bits | 1 << UInt64(kind.kind.rawValue)
  }

  /// The attributes that tell a node from others of its kind, in `tables.keys`.
  @inline(__always) mutating func key(of node: Int32) -> Range<Int32> {
    let opener = current.nodes[Int(node)].opener
    return opener >= 0 ? tables.openers[Int(opener)].key : tables.kindKeys[current.nodes[Int(node)].kind.ordinal]
  }

  /// A hash of the key's values; 0 when the node has none, unless there can be only one of its kind.
  mutating func keyHash(_ node: Int32) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    var hasKey = false
    let key = key(of: node)
    for i in key {
      let attribute = tables.keys[Int(i)]
      hash = (hash ^ UInt32(attribute.ordinal)) &* 16_777_619
      let entry = current.find(attribute, on: node)
      if entry < 0 { continue }
      hasKey = true
      for byte in value(entry) { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    }
    if key.isEmpty, Self.single >> UInt64(current.nodes[Int(node)].kind.ordinal) & 1 != 0 { return 1 }
    return hasKey ? hash | 1 : 0
  }

  mutating func hasSameKey(_ a: Int32, _ b: Int32) -> Bool {
    for i in key(of: a) {
      let attribute = tables.keys[Int(i)]
      let x = current.find(attribute, on: a), y = current.find(attribute, on: b)
      if x < 0 || y < 0 {
        if x != y { return false }
      } else if !isEqual(x, y) {
        return false
      }
    }
    return true
  }

  /// Moves what one node has to another; values that contradict are reported and left out.
  mutating func merge(_ from: Int32, into to: Int32) {
    var i = current.nodes[Int(from)].firstEntry
    current.nodes[Int(from)].alias = to
    var child = current.nodes[Int(from)].firstChild
    while child >= 0 {
      let next = current.nodes[Int(child)].nextSibling
      current.adopt(child, to)
      child = next
    }
    while i >= 0 {
      let entry = current.entries[Int(i)]
      if entry.length >= 0 { take(entry, on: to) }
      i = entry.next
    }
  }

  mutating func take(_ entry: RecordScratch.Entry, on node: Int32) {
    let isMany = Model.declaration(current.nodes[Int(node)].kind, entry.attribute)?.isMany ?? false
    let arena = UnsafePointer(batch.pointee.unsafeArena)
    var i = current.nodes[Int(node)].firstEntry
    while i >= 0 {
      let other = current.entries[Int(i)]
      if other.attribute == entry.attribute, other.facet == entry.facet, other.length >= 0 {
        let isSame =
          other.length == entry.length
          && memcmp(arena + other.offset, arena + entry.offset, Int(entry.length)) == 0
        if isSame { return }
        if !isMany {
          let kept = String(decoding: value(i), as: UTF8.self)
          let text = UnsafeBufferPointer(start: arena + entry.offset, count: Int(entry.length))
          return conflict(
            node, entry.attribute, Facet.stored(entry.facet), kept, String(decoding: text, as: UTF8.self), entry.origin,
            path(to: top))
        }
      }
      i = other.next
    }
    current.addEntry(
      entry.attribute, Facet.stored(entry.facet), on: node, offset: entry.offset, length: Int(entry.length),
      origin: entry.origin)
  }
}
