/// Durations and sizes as people write them in files of settings and on the command line.
public enum Quantity {
  /// Seconds of a duration: a number and `ms`, `s`, `m`, `h` or `d`, such as `30s`, `1.5m`; nil for anything else.
  public static func seconds(_ text: String) -> Double? {
    guard let (number, unit) = split(text) else { return nil }
    let factors: [Substring: Double] = ["ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400]
    return factors[unit].map { $0 * number }
  }

  /// Bytes of a size: a number and nothing, `B`, `kB`, `MB`, `GB`, `TB` (powers of 1000) or `KiB`, `MiB`, `GiB`, `TiB`
  /// (powers of 1024), in any case, such as `2GB`; nil for anything else.
  public static func bytes(_ text: String) -> UInt64? {
    guard let (number, unit) = split(text) else { return nil }
    let factors: [String: Double] = [
      "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 1024, "mib": 1_048_576,
      "gib": 1_073_741_824, "tib": 1_099_511_627_776,
    ]
    guard let factor = factors[unit.lowercased()], number * factor <= 1e18 else { return nil }
    return UInt64((number * factor).rounded())
  }

  /// A number of at most twelve digits with at most one point, and what follows it.
  private static func split(_ text: String) -> (Double, Substring)? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard digits.count <= 12, digits.first != ".", digits.last != ".", let number = Double(digits) else { return nil }
    return (number, text[digits.endIndex...].drop { $0 == " " })
  }
}
