/// What a unit measures. Units convert into each other within one dimension only.
public enum Dimension: String, Sendable, Hashable, CaseIterable {
  case mass, volume, length, area, temperature
  /// Seconds to weeks.
  case duration
  /// Months and years, whose days differ: they never become days by themselves.
  case calendar
  /// Joule and its multiples.
  case energy
  /// Kilocalories. Law rounds them apart from kilojoules, so that neither follows from the other.
  case foodEnergy
  /// Pieces, pairs, dozens.
  case count
  /// Units that nothing converts to or from: sets, portions, packages of Recommendation 21, international units.
  case incomparable
  /// Percent and parts per million.
  case ratio
}

/// A unit of measure by its UN/ECE Recommendation 20 code (`GRM`, `MLT`), or a package by its Recommendation 21 code with an
/// `X` in front (`XBO`).
public struct UnitCode: Hashable, Sendable {
  /// The code's two or three bytes, first byte highest, zero in front.
  private let packed: UInt32

  /// What it measures.
  public var dimension: Dimension { entry?.dimension ?? .incomparable }

  /// The unit of a code; nil when the gateway does not know it.
  public init?(_ code: Span<UInt8>) {
    guard let packed = Self.pack(code) else { return nil }
    let isPackage = code.count == 3 && code[0] == UInt8(ascii: "X")
    guard isPackage || Self.table.index(of: packed) != nil else { return nil }
    self.packed = packed
  }

  /// Whether it is a unit of Recommendation 20, no package of Recommendation 21.
  public var isMeasure: Bool { Self.isMeasure(packed) }

  /// Whether two or three bytes, none of them NUL and the first one highest, are the code of a unit of Recommendation 20.
  static func isMeasure(_ packed: UInt32) -> Bool { table.index(of: packed) != nil }

  /// The unit of a code; nil when the gateway does not know it.
  public init?(_ code: String) { self.init(code.utf8.span) }

  /// The code.
  public var code: String { description }

  /// All units of Recommendation 20 that the gateway knows, sorted by dimension and size.
  public static let all: [UnitCode] = table.rows.sorted {
    ($0.dimension.rawValue, $0.factor, $0.packed) < ($1.dimension.rawValue, $1.factor, $1.packed)
  }.map { UnitCode(packed: $0.packed) }

  /// Writes the code and answers its length, 2 or 3.
  public func write(into out: UnsafeMutablePointer<UInt8>) -> Int {
    var at = 0
    for place: UInt32 in 0..<3 {
      let byte = UInt8(truncatingIfNeeded: packed >> (16 - 8 * place))
      if byte != 0 {
        out[at] = byte
        at += 1
      }
    }
    return at
  }

  /// The factor to the dimension's base unit (gram, millilitre, millimetre, square millimetre, second, month, joule,
  /// kilocalorie, piece, one); nil for temperatures and units that do not convert.
  public var factor: DecimalValue? {
    guard let entry, entry.dimension != .temperature, entry.dimension != .incomparable else { return nil }
    return entry.factor
  }

  static let celsius = UnitCode(packed: 0x43454C)
  static let fahrenheit = UnitCode(packed: 0x464148)
  static let kelvin = UnitCode(packed: 0x4B454C)

  private init(packed: UInt32) { self.packed = packed }

  private var entry: Row? { Self.table.index(of: packed).map { Self.table.rows[$0] } }

  private static func pack(_ code: Span<UInt8>) -> UInt32? {
    guard code.count == 2 || code.count == 3 else { return nil }
    var packed: UInt32 = 0
    for i in 0..<code.count {
      let byte = code[i]
      guard DecimalText.isDigit(byte) || byte &- 0x41 < 26 else { return nil }
      packed = packed << 8 | UInt32(byte)
    }
    return packed
  }

  private struct Row: Sendable {
    let packed: UInt32
    let dimension: Dimension
    let factor: DecimalValue
  }

  private struct Table: Sendable {
    let rows: [Row]
    /// Places in `rows` by a hash of the code, -1 where there is none: units are looked up with every measure.
    private let slots: [Int16]

    init(_ text: [(Dimension, String)]) {
      var rows: [Row] = []
      for (dimension, units) in text {
        for unit in units.split(separator: " ") {
          let parts = unit.split(separator: "=")
          guard let packed = pack(String(parts[0]).utf8.span) else { continue }
          let factor = parts.count > 1 ? DecimalValue(String(parts[1])) ?? .one : .one
          rows.append(Row(packed: packed, dimension: dimension, factor: factor))
        }
      }
      var slots = [Int16](repeating: -1, count: 512)
      for (i, row) in rows.enumerated() {
        var slot = Self.slot(row.packed)
        while slots[slot] >= 0 { slot = (slot + 1) & 511 }
        slots[slot] = Int16(i)
      }
      self.rows = rows
      self.slots = slots
    }

    private static func slot(_ packed: UInt32) -> Int { Int((packed &* 0x9E37_79B1) >> 23) }

    func index(of packed: UInt32) -> Int? {
      var slot = Self.slot(packed)
      while slots[slot] >= 0 {
        let i = Int(slots[slot])
        if rows[i].packed == packed { return i }
        slot = (slot + 1) & 511
      }
      return nil
    }
  }

  // Code=factor to the base unit. Recommendation 20 rounds the factors of customary units; these are the exact ones of the
  // international yard and pound agreement (1959), the US gallon (231 cubic inches) and the UK gallon (4.54609 l).
  private static let table = Table([
    (.mass, "MC=0.000001 MGM=0.001 CGM=0.01 DG=0.1 GRM=1 DJ=10 HGM=100 KGM=1000 DTN=100000 TNE=1000000 KTN=1000000000"),
    (.mass, "CTM=0.2 GRN=0.06479891 ONZ=28.349523125 APZ=31.1034768 LBR=453.59237 STI=6350.29318 CWA=45359.237"),
    (.mass, "CWI=50802.34544 STN=907184.74 LTN=1016046.9088"),
    (.volume, "4G=0.001 MMQ=0.001 MLT=1 CMQ=1 CLT=10 DLT=100 LTR=1000 DMQ=1000 A44=10000 HLT=100000 K6=1000000"),
    (.volume, "MTQ=1000000 MAL=1000000000 G25=4.92892159375 G24=14.78676478125 OZA=29.5735295625 G21=236.5882365"),
    (.volume, "PTL=473.176473 QTL=946.352946 GLL=3785.411784 OZI=28.4130625 PTI=568.26125 QTI=1136.5225 GLI=4546.09"),
    (.volume, "INQ=16.387064 FTQ=28316.846592"),
    (.length, "4H=0.001 MMT=1 CMT=10 DMT=100 MTR=1000 KMT=1000000 INH=25.4 FOT=304.8 YRD=914.4"),
    (.area, "MMK=1 CMK=100 DMK=10000 MTK=1000000 INK=645.16 FTK=92903.04"),
    (.temperature, "CEL FAH KEL"),
    (.duration, "SEC=1 MIN=60 HUR=3600 DAY=86400 WEE=604800"),
    (.calendar, "MON=1 QAN=3 ANN=12"),
    (.energy, "JOU=1 KJO=1000 3B=1000000 WHR=3600 KWH=3600000"),
    (.foodEnergy, "E14=1"),
    (.count, "C62=1 EA=1 H87=1 NAR=1 PR=2 DZN=12 DPC=12 CEN=100 GRO=144 MIL=1000"),
    (.incomparable, "SET KT NMP NIU PTN E27 GL M1"),
    (.ratio, "P1=0.01 59=0.000001 61=0.000000001"),
  ])
}

extension UnitCode: CustomStringConvertible {
  /// The code.
  public var description: String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4) { buffer in
      guard let start = buffer.baseAddress else { return "" }
      let count = write(into: start)
      return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
  }
}
