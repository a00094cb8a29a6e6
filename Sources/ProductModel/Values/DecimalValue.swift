/// An exact decimal number: a whole significand times a power of ten.
///
/// Prices, shares and quantities must not pass through binary floating point. The significand has up to 38 digits and the
/// exponent lies in -40...40; an operation that would leave that range answers nil. Values are normalised, so that equal
/// numbers are equal values: 12.50 and 12.5 are the same.
public struct DecimalValue: Hashable, Sendable {
  /// The digits as a whole number, without trailing zeros; 0 for zero.
  public let significand: Int128
  /// The power of ten; 0 for zero.
  public let exponent: Int

  /// Zero.
  public static let zero = DecimalValue(unchecked: 0, 0)
  /// One.
  public static let one = DecimalValue(unchecked: 1, 0)

  /// How many bytes the canonical text has at most.
  public static let maxTextLength = 96

  @inline(__always) init(unchecked significand: Int128, _ exponent: Int) {
    self.significand = significand
    self.exponent = exponent
  }

  /// The number `significand` · 10^`exponent`; nil when it is out of range.
  public init?(significand: Int128, exponent: Int = 0) {
    guard significand != 0 else {
      self.init(unchecked: 0, 0)
      return
    }
    var digits = significand, power = exponent
    // The 64-bit division is some ten times faster than the 128-bit one, and nearly all numbers fit.
    if var small = Int64(exactly: digits) {
      while small % 10 == 0 {
        small /= 10
        power += 1
      }
      digits = Int128(small)
    } else {
      while digits % 10 == 0 {
        digits /= 10
        power += 1
      }
    }
    guard power >= -40, power <= 40, digits != Int128.min else { return nil }
    self.init(unchecked: digits, power)
  }

  /// A whole number.
  public init(_ value: Int) {
    var small = value, power = 0
    if small == 0 {
      self.init(unchecked: 0, 0)
      return
    }
    while small % 10 == 0 {
      small /= 10
      power += 1
    }
    self.init(unchecked: Int128(small), power)
  }

  /// The number that a plain decimal text says (`12.5`, `-3`, also `045.500`); nil for anything else.
  public init?(_ text: String) {
    guard let value = try? DecimalText.parse(text.utf8.span, style: .point) else { return nil }
    self = value
  }

  /// How many decimals the canonical text has.
  public var decimals: Int { max(0, -exponent) }

  /// Whether it is a whole number.
  public var isWhole: Bool { exponent >= 0 }

  /// The number as an Int, or nil when it is not whole or too large.
  public var intValue: Int? {
    guard exponent >= 0, let whole = Self.scaled(significand, by: exponent) else { return nil }
    return Int(exactly: whole)
  }
}

// MARK: Text

extension DecimalValue: CustomStringConvertible {
  /// The canonical text: plain digits, a point, no trailing zeros.
  public var description: String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.maxTextLength) { buffer in
      guard let start = buffer.baseAddress else { return "" }
      let count = write(into: start)
      return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
  }

  /// Writes the canonical text and answers its length; the memory must hold `maxTextLength` bytes.
  public func write(into out: UnsafeMutablePointer<UInt8>) -> Int {
    var at = 0
    var rest = significand.magnitude
    if significand < 0 {
      out[at] = UInt8(ascii: "-")
      at += 1
    }
    // Digits from the last to the first into the end of the memory, then to the front.
    let end = Self.maxTextLength
    var first = end
    if let small = UInt64(exactly: rest) {
      var rest = small
      repeat {
        first -= 1
        out[first] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest != 0
    } else {
      repeat {
        first -= 1
        out[first] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest != 0
    }
    let digits = end - first
    let point = digits + min(exponent, 0)
    if point <= 0 {
      out[at] = 0x30
      out[at + 1] = UInt8(ascii: ".")
      at += 2
      for _ in 0..<(-point) {
        out[at] = 0x30
        at += 1
      }
    }
    for i in 0..<digits {
      if i == point, i > 0 {
        out[at] = UInt8(ascii: ".")
        at += 1
      }
      // Never overtakes the source: at most 44 bytes stand in front, at most 39 digits behind.
      out[at] = out[first + i]
      at += 1
    }
    if exponent > 0 {
      for _ in 0..<exponent {
        out[at] = 0x30
        at += 1
      }
    }
    return at
  }
}

// MARK: Arithmetic

extension DecimalValue: Comparable {
  /// Orders numbers by size.
  public static func < (a: DecimalValue, b: DecimalValue) -> Bool {
    if a.significand.signum() != b.significand.signum() { return a.significand < b.significand }
    if a.exponent == b.exponent { return a.significand < b.significand }
    let low = Swift.min(a.exponent, b.exponent)
    // A number too large for the other's scale is further from zero than the other.
    guard let x = scaled(a.significand, by: a.exponent - low) else { return a.significand < 0 }
    guard let y = scaled(b.significand, by: b.exponent - low) else { return b.significand > 0 }
    return x < y
  }

  /// The sum, or nil when it is out of range.
  public func adding(_ other: DecimalValue) -> DecimalValue? {
    let low = min(exponent, other.exponent)
    guard let x = Self.scaled(significand, by: exponent - low),
      let y = Self.scaled(other.significand, by: other.exponent - low)
    else { return nil }
    let (sum, isOver) = x.addingReportingOverflow(y)
    return isOver ? nil : DecimalValue(significand: sum, exponent: low)
  }

  /// The difference, or nil when it is out of range.
  public func subtracting(_ other: DecimalValue) -> DecimalValue? { adding(other.negated) }

  /// The number with the other sign.
  public var negated: DecimalValue { DecimalValue(unchecked: -significand, exponent) }

  /// The product, or nil when it is out of range.
  public func multiplied(by other: DecimalValue) -> DecimalValue? {
    let (product, isOver) = significand.multipliedReportingOverflow(by: other.significand)
    return isOver ? nil : DecimalValue(significand: product, exponent: exponent + other.exponent)
  }

  /// The number divided by 10^`power`; nil when it is out of range.
  public func divided(byPowerOfTen power: Int) -> DecimalValue? {
    guard power > -100, power < 100 else { return nil }
    return DecimalValue(significand: significand, exponent: exponent - power)
  }

  /// The number with at most some decimals, rounded half away from zero, and whether nothing was lost.
  public func scaled(toDecimals decimals: Int) -> (value: DecimalValue, isExact: Bool) {
    let drop = -exponent - decimals
    guard drop > 0 else { return (self, true) }
    guard let power = Self.powerOfTen(drop) else { return (.zero, false) }
    return (DecimalValue(significand: Self.rounded(significand, by: power), exponent: -decimals) ?? .zero, false)
  }

  /// The number times `numerator` / `denominator`: exact when the quotient ends, else rounded half away from zero to
  /// `decimals`. Nil when it is out of range or the denominator is 0.
  public func multiplied(
    by numerator: DecimalValue, over denominator: DecimalValue, decimals: Int = 10
  ) -> (value: DecimalValue, isExact: Bool)? {
    guard denominator.significand != 0, let product = multiplied(by: numerator) else { return nil }
    var top = product.significand
    let bottom = denominator.significand
    var power = product.exponent - denominator.exponent
    while top % bottom != 0 {
      let (more, isOver) = top.multipliedReportingOverflow(by: 10)
      if isOver || power <= -40 { break }
      top = more
      power -= 1
    }
    if top % bottom == 0 {
      return DecimalValue(significand: top / bottom, exponent: power).map { ($0, true) }
    }
    guard let near = DecimalValue(significand: Self.rounded(top, by: bottom), exponent: power) else { return nil }
    return (near.scaled(toDecimals: decimals).value, false)
  }

  // MARK: Helpers

  static func powerOfTen(_ n: Int) -> Int128? {
    guard n >= 0, n <= 38 else { return nil }
    var power: Int128 = 1
    for _ in 0..<n { power *= 10 }
    return power
  }

  private static func scaled(_ significand: Int128, by power: Int) -> Int128? {
    if power == 0 || significand == 0 { return significand }
    guard let factor = powerOfTen(power) else { return nil }
    let (product, isOver) = significand.multipliedReportingOverflow(by: factor)
    return isOver ? nil : product
  }

  /// The quotient, rounded half away from zero.
  private static func rounded(_ top: Int128, by bottom: Int128) -> Int128 {
    let (quotient, rest) = top.quotientAndRemainder(dividingBy: bottom)
    guard rest.magnitude >= bottom.magnitude - rest.magnitude else { return quotient }
    return (top < 0) == (bottom < 0) ? quotient + 1 : quotient - 1
  }
}
