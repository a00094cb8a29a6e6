/// Why a text is no canonical measure.
public enum MeasureFault: Error, Hashable, Sendable {
  /// No blank between number and unit, or no unit.
  case noUnit
  /// The number in front is not canonical.
  case number
  /// A code of neither Recommendation 20, as far as the gateway knows it, nor Recommendation 21.
  case unknownUnit
}

/// A quantity in a unit: `500 GRM`.
public struct Measure: Hashable, Sendable {
  /// How many.
  public var value: DecimalValue
  /// Of what.
  public var unit: UnitCode

  /// How many bytes the canonical text has at most.
  public static let maxTextLength = DecimalValue.maxTextLength + 4

  /// Makes a measure.
  public init(_ value: DecimalValue, _ unit: UnitCode) {
    self.value = value
    self.unit = unit
  }

  /// Reads a measure: a decimal with a point, one blank, a unit code. The number may have superfluous zeros.
  ///
  /// - Throws: `MeasureFault`.
  public init(_ text: Span<UInt8>) throws(MeasureFault) {
    let blank = Self.blank(text)
    guard blank > 0, blank < text.count - 1 else { throw .noUnit }
    guard let value = try? DecimalText.parse(text.extracting(0..<blank), style: .point) else { throw .number }
    guard let unit = UnitCode(text.extracting(blank + 1..<text.count)) else { throw .unknownUnit }
    self.init(value, unit)
  }

  /// Reads a measure; nil when it is none.
  public init?(_ text: String) {
    guard let measure = try? Measure(text.utf8.span) else { return nil }
    self = measure
  }

  /// What keeps a text from being a canonical measure, or nil. Allocates nothing.
  public static func check(_ text: Span<UInt8>) -> MeasureFault? {
    if isPlain(text) { return nil }
    let blank = blank(text)
    guard blank > 0, blank < text.count - 1 else { return .noUnit }
    guard DecimalText.isCanonical(text.extracting(0..<blank)) else { return .number }
    return UnitCode(text.extracting(blank + 1..<text.count)) == nil ? .unknownUnit : nil
  }

  /// Writes the canonical text and answers its length; the memory must hold `maxTextLength` bytes.
  public func write(into out: UnsafeMutablePointer<UInt8>) -> Int {
    var count = value.write(into: out)
    out[count] = 0x20
    count += 1
    return count + unit.write(into: out + count)
  }

  /// The same quantity in another unit, and whether it is exact; an inexact one is rounded half away from zero to
  /// `decimals`.
  ///
  /// Nil where there is no sure way: between dimensions (grams and millilitres, days and months, kilojoules and
  /// kilocalories), between packages, and beyond the range of `DecimalValue`.
  public func convert(to other: UnitCode, decimals: Int = 10) -> (value: DecimalValue, isExact: Bool)? {
    if unit == other { return (value, true) }
    guard unit.dimension == other.dimension else { return nil }
    if unit.dimension == .temperature { return temperature(in: other, decimals) }
    guard let from = unit.factor, let to = other.factor else { return nil }
    return value.multiplied(by: from, over: to, decimals: decimals)
  }

  private func temperature(in other: UnitCode, _ decimals: Int) -> (value: DecimalValue, isExact: Bool)? {
    let zero = DecimalValue(unchecked: 27315, -2), thirtyTwo = DecimalValue(32)
    let five = DecimalValue(5), nine = DecimalValue(9)
    var celsius: (value: DecimalValue, isExact: Bool)? = (value, true)
    if unit == .fahrenheit {
      celsius = value.subtracting(thirtyTwo)?.multiplied(by: five, over: nine, decimals: decimals)
    }
    if unit == .kelvin { celsius = value.subtracting(zero).map { ($0, true) } }
    guard let celsius else { return nil }
    switch other {
    case .fahrenheit:
      guard let degrees = celsius.value.multiplied(by: nine, over: five)?.value.adding(thirtyTwo) else { return nil }
      return (degrees, celsius.isExact)
    case .kelvin: return celsius.value.adding(zero).map { ($0, celsius.isExact) }
    default: return celsius
    }
  }

  /// Whether a text is surely a canonical measure: digits, perhaps decimals, one blank, a known unit. One look at each byte
  /// answers that for nearly all measures; false says nothing yet.
  private static func isPlain(_ text: Span<UInt8>) -> Bool {
    text.withUnsafeBufferPointer { text in
      let n = text.count
      // Up to 37 digits: no need to count them.
      guard n >= 4, n <= 40, let bytes = text.baseAddress else { return false }
      var i = 0
      if bytes[0] == 0x30 {
        i = 1
      } else {
        while i < n, bytes[i] &- 0x30 < 10 { i &+= 1 }
        if i == 0 { return false }
      }
      if i < n, bytes[i] == UInt8(ascii: ".") {
        let first = i &+ 1
        i = first
        while i < n, bytes[i] &- 0x30 < 10 { i &+= 1 }
        if i == first || bytes[i &- 1] == 0x30 { return false }
      }
      // A control character is part of no code; packed, a NUL in front would be no character at all.
      guard n &- i == 4 || n &- i == 3, bytes[i] == 0x20, bytes[i &+ 1] > 0x20 else { return false }
      var packed = UInt32(bytes[i &+ 1]) &<< 8 | UInt32(bytes[i &+ 2])
      if n &- i == 4 { packed = packed &<< 8 | UInt32(bytes[i &+ 3]) }
      return UnitCode.isMeasure(packed)
    }
  }

  private static func blank(_ text: Span<UInt8>) -> Int {
    for i in 0..<text.count where text[i] == 0x20 { return i }
    return -1
  }
}

extension Measure: CustomStringConvertible {
  /// The canonical text.
  public var description: String { "\(value) \(unit)" }
}
