internal import Synchronization

/// The language and channel of a text, as one interned pair: `name@vi`, `title@en/amazon-us`.
///
/// Languages are lower-case ISO 639-1 codes; a channel is the name of a profile. The table of pairs is capped, because input
/// could fill it: `intern` answers nil when it is full.
public struct Facet: Hashable, Sendable {
  /// The place in the table; 0 is no language and no channel.
  public let rawValue: UInt16

  @inlinable init(rawValue: UInt16) { self.rawValue = rawValue }

  /// A facet that was stored as a number.
  @inlinable public static func stored(_ rawValue: UInt16) -> Facet { Facet(rawValue: rawValue) }

  /// No language, no channel.
  public static let none = Facet(rawValue: 0)
  /// Vietnamese.
  public static let vi = Facet(rawValue: 1)
  /// English.
  public static let en = Facet(rawValue: 2)
  /// Japanese.
  public static let ja = Facet(rawValue: 3)
  /// Korean.
  public static let ko = Facet(rawValue: 4)

  /// How many different facets one process can hold.
  public static let limit = 4096

  /// The facet of a language and channel; nil when either is not well-formed or the table is full.
  public static func intern(language: String, channel: String = "") -> Facet? {
    guard isWellFormed(language, max: 8), isWellFormed(channel, max: 40) else { return nil }
    return table.withLock { table in
      let key = channel.isEmpty ? language : language + "/" + channel
      if let known = table.numbers[key] { return Facet(rawValue: known) }
      guard table.pairs.count < limit else { return nil }
      let number = UInt16(table.pairs.count)
      table.pairs.append((language, channel))
      table.numbers[key] = number
      return Facet(rawValue: number)
    }
  }

  /// The facet written `vi`, `en/amazon-us` or, without language, `und/amazon-us`.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, !first.isEmpty else { return nil }
    let channel = parts.count > 1 ? String(parts[1]) : ""
    if parts.count > 1, channel.isEmpty { return nil }
    guard let facet = Facet.intern(language: first == "und" ? "" : String(first), channel: channel) else { return nil }
    self = facet
  }

  /// The language, or an empty string.
  public var language: String { Facet.table.withLock { $0.pairs[Int(rawValue)].language } }

  /// The channel, or an empty string.
  public var channel: String { Facet.table.withLock { $0.pairs[Int(rawValue)].channel } }

  private struct Table {
    var pairs: [(language: String, channel: String)] = [("", ""), ("vi", ""), ("en", ""), ("ja", ""), ("ko", "")]
    var numbers: [String: UInt16] = ["": 0, "vi": 1, "en": 2, "ja": 3, "ko": 4]
  }

  private static let table = Mutex(Table())

  private static func isWellFormed(_ text: String, max: Int) -> Bool {
    text.utf8.count <= max
      && text.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: "-") }
  }
}

extension Facet: CustomStringConvertible {
  /// `vi`, `en/amazon-us`, `und/amazon-us`, or `und` for no facet.
  public var description: String {
    let language = self.language, channel = self.channel
    return (language.isEmpty ? "und" : language) + (channel.isEmpty ? "" : "/" + channel)
  }
}
