internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

// From names to states: a table that fills as names are met, and what decides where the name alone does not.

extension ElementMachine {
  /// The state below a state for a name; less than -1 when attributes decide.
  @inline(__always) mutating func target(_ state: Int32, _ name: XMLName) -> Int32 {
    let hash = UInt(bitPattern: name.local) &* 0x9E37_79B1 ^ UInt(bitPattern: name.uri) &+ UInt(state) &* 0x85EB_CA6B
    var i = Int((hash ^ hash >> 15) & UInt(Self.slotCount - 1))
    while let known = slots[i].name {
      if known == name.local, slots[i].state == state, slots[i].namespace == name.uri {
        slot = i
        return slots[i].target
      }
      i = (i + 1) & (Self.slotCount - 1)
    }
    let target = resolve(state, name)
    // Hostile names must not fill the table; beyond that, each is resolved anew.
    slot = -1
    if slotsUsed < Self.slotCount / 2 {
      slotsUsed += 1
      slot = i
      slots[i] = Slot(state: state, target: target, name: name.local, namespace: name.uri)
    }
    return target
  }

  @inline(never) func resolve(_ state: Int32, _ name: XMLName) -> Int32 {
    var at = state
    while at >= 0 {
      for edge in plan.edges[Int(at)] where isEqual(name.local, edge.name) && isEqual(name.uri, edge.namespace) {
        let only = edge.targets.count == 1 && edge.targets[0].conditions.isEmpty
        return only ? edge.targets[0].state : -2
      }
      at = plan.states[Int(at)].fallback
    }
    return Self.unknown
  }

  /// The target that an element's attributes decide.
  @inline(never) func choose(_ state: Int32, _ name: XMLName, _ attributes: borrowing XMLAttributes) -> Int32 {
    var at = state
    while at >= 0 {
      for edge in plan.edges[Int(at)] where isEqual(name.local, edge.name) && isEqual(name.uri, edge.namespace) {
        if edge.decision >= 0 { return -2 - edge.decision }
        for target in edge.targets {
          var holds = true
          for condition in target.conditions {
            var isMet = false
            for i in 0..<attributes.count
            where attributes[i].name.uri == nil && isEqual(attributes[i].name.local, condition.name) {
              isMet = Self.isEqual(attributes[i].value, condition.value)
            }
            holds = holds && isMet
          }
          if holds { return target.state }
        }
      }
      at = plan.states[Int(at)].fallback
    }
    return Self.unknown
  }

  func isEqual(_ name: UnsafePointer<UInt8>, _ bytes: [UInt8]) -> Bool {
    for (i, byte) in bytes.enumerated() where name[i] != byte { return false }
    return name[bytes.count] == 0
  }

  func isEqual(_ name: UnsafePointer<UInt8>?, _ bytes: [UInt8]?) -> Bool {
    guard let name, let bytes else { return (name == nil || name![0] == 0) && (bytes?.isEmpty ?? true) }
    return isEqual(name, bytes)
  }

  static func isEqual(_ a: UnsafeBufferPointer<UInt8>, _ b: [UInt8]) -> Bool {
    a.count == b.count
      && (a.isEmpty || b.withUnsafeBufferPointer { memcmp(a.baseAddress!, $0.baseAddress!, a.count) == 0 })
  }

  /// The elements from the root to a frame, by their local names.
  func path(to frame: Int, and last: UnsafePointer<UInt8>? = nil) -> String {
    var text = ""
    if frame >= 0 { for i in 0...frame { text += "/" + String(cString: frames[i].name) } }
    return last.map { text + "/" + String(cString: $0) } ?? text
  }
}
