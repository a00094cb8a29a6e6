internal import ProductModel
internal import Profiles

/// Which part of a canonical value is the text that a converter writes, where nothing need be worked out: the digits of a GTIN
/// without its zeros in front, the amount of a measure that stands in the wanted unit, a number with the wanted decimals.
///
/// Plain bytes, so that nothing is retained for a look at a value. `ValueCodec.write` gives the same text, and does what this cannot.
struct WrittenPart {
  private enum Kind: UInt8 { case none, gtin, number, measure }

  private let kind: Kind
  private let unitCount: UInt8
  private let unit: (UInt8, UInt8, UInt8)
  private let minFraction: Int
  private let maxFraction: Int
  /// Whether any number of decimals will do, a decimal point with them.
  private let takesAnyFraction: Bool
  private let takesFractions: Bool

  init(_ codec: ValueCodec) {
    let bytes = codec.details.unitBytes
    switch codec.operation {
    case .gtin: kind = .gtin
    case .integer, .decimal, .money: kind = .number
    case .measureIn: kind = (1...3).contains(bytes.count) ? .measure : .none
    default: kind = .none
    }
    unitCount = UInt8(truncatingIfNeeded: bytes.count)
    unit = (bytes.first ?? 0, bytes.count > 1 ? bytes[1] : 0, bytes.count > 2 ? bytes[2] : 0)
    minFraction = codec.minFraction
    maxFraction = codec.maxFraction
    takesFractions = codec.style != .comma
    takesAnyFraction = takesFractions && codec.minFraction == 0 && codec.maxFraction >= 99
  }

  /// The part of a value; nil when the codec is to be asked.
  @inline(__always) func part(of value: UnsafePointer<UInt8>, _ count: Int) -> (start: Int, count: Int)? {
    switch kind {
    case .none: return nil
    case .gtin:
      let start = GTIN.start(Span(_unsafeStart: value, count: count), form: .natural)
      return (start, count &- start)
    case .number: return hasFraction(value, count) ? (0, count) : nil
    case .measure:
      let length = Int(unitCount), amount = count &- length &- 1
      guard amount > 0, value[amount] == 0x20, value[amount &+ 1] == unit.0,
        length < 2 || value[amount &+ 2] == unit.1, length < 3 || value[amount &+ 3] == unit.2,
        hasFraction(value, amount)
      else { return nil }
      return (0, amount)
    }
  }

  /// Whether a number has as many decimals as are wanted.
  @inline(__always) private func hasFraction(_ value: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    if takesAnyFraction { return true }
    var point = 0
    while point < count, value[point] != UInt8(ascii: ".") { point &+= 1 }
    if point == count { return minFraction == 0 }
    let fraction = count &- point &- 1
    return takesFractions && fraction >= minFraction && fraction <= maxFraction
  }
}
