internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

// From names to states: what the plan says of a name, and what decides where the name alone does not.

extension ElementMachine {
  /// The state below a state for a name; less than -1 when attributes decide.
  mutating func target(_ state: Int32, _ name: XMLName) -> Int32 {
    row = names.find(state, name)
    if row > 0 { return names.rows[Int(row)].target }
    let target = resolve(state, name)
    row = names.add(state, name, target: target)
    return target
  }

  /// What the plan says: a state, `unknown`, or -2 when attributes or children decide.
  @inline(never) mutating func resolve(_ state: Int32, _ name: XMLName) -> Int32 {
    var at = state
    while at >= 0 {
      for edge in plan.edges[Int(at)]
      where Self.isEqual(name.local, edge.name) && Self.isEqual(name.uri, edge.namespace) {
        let only = edge.targets.count == 1 && edge.targets[0].conditions.isEmpty
        return only ? edge.targets[0].state : -2
      }
      at = plan.states[Int(at)].fallback
    }
    return Self.unknown
  }

  /// The target that an element's attributes decide.
  @inline(never) mutating func choose(_ state: Int32, _ name: XMLName, _ attributes: borrowing XMLAttributes) -> Int32 {
    var at = state
    while at >= 0 {
      for edge in plan.edges[Int(at)]
      where Self.isEqual(name.local, edge.name) && Self.isEqual(name.uri, edge.namespace) {
        if edge.decision >= 0 { return -2 - edge.decision }
        for target in edge.targets {
          var holds = true
          for condition in target.conditions {
            var isMet = false
            for i in 0..<attributes.count
            where attributes[i].name.uri == nil && Self.isEqual(attributes[i].name.local, condition.name) {
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

  static func isEqual(_ name: UnsafePointer<UInt8>, _ bytes: [UInt8]) -> Bool {
    for (i, byte) in bytes.enumerated() where name[i] != byte { return false }
    return name[bytes.count] == 0
  }

  static func isEqual(_ name: UnsafePointer<UInt8>?, _ bytes: [UInt8]?) -> Bool {
    guard let name, let bytes else { return (name == nil || name![0] == 0) && (bytes?.isEmpty ?? true) }
    return isEqual(name, bytes)
  }

  static func isEqual(_ a: UnsafeBufferPointer<UInt8>, _ b: [UInt8]) -> Bool {
    a.count == b.count
      && (a.isEmpty || b.withUnsafeBufferPointer { memcmp(a.baseAddress!, $0.baseAddress!, a.count) == 0 })
  }

  static func isEqual(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
    a.count == b.count && (a.isEmpty || memcmp(a.baseAddress!, b.baseAddress!, a.count) == 0)
  }

  /// The elements from the root to a frame, by their local names.
  func path(to frame: Int, and last: UnsafePointer<UInt8>? = nil) -> String {
    var text = ""
    if frame >= 0 { for i in 0...frame { text += "/" + String(cString: frames[i].name) } }
    return last.map { text + "/" + String(cString: $0) } ?? text
  }
}
