internal import ProductModel

// Places among all cases, for tables in raw memory: as stored, without the switch that a raw value of another module may be.

extension NodeKind {
  @inline(__always) var ordinal: Int { Int(unsafeBitCast(self, to: UInt8.self)) }
}

extension Attribute {
  @inline(__always) var ordinal: Int { Int(unsafeBitCast(self, to: UInt8.self)) }
}
