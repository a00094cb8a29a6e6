internal import Diagnostics
public import Profiles

/// The longest text that a place takes.
public struct LengthLimit: Sendable {
  private let characters: Int
  private let bytes: Int
  /// Whether a longer text is cut (`truncate:`), which is a loss, instead of being an error.
  public let truncates: Bool

  /// Makes a limit from a rule's `max` and `maxBytes`.
  public init(_ rule: FieldRule) {
    characters = rule.maxCharacters ?? .max
    bytes = rule.maxBytes ?? .max
    truncates = rule.truncates
  }

  /// How many bytes of a text fit: whole characters, without a blank at the end.
  public func fitting(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    var end = 0, count = 0
    while end < text.count, count < characters {
      var next = end + 1
      while next < text.count, text[next] & 0xC0 == 0x80 { next += 1 }
      if next > bytes { break }
      end = next
      count += 1
    }
    while end > 0, text[end - 1] == 0x20 { end -= 1 }
    return end
  }

  /// A text of no more bytes fits, whatever its characters are.
  public var fewestBytes: Int { min(characters, bytes) }

  /// Whether there is any limit.
  public var isLimited: Bool { characters != .max || bytes != .max }

  /// What is wrong with a text's length, or nil. Characters are Unicode scalars of the NFC text.
  @inline(__always) public func check(_ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding? {
    // Nothing has more characters than bytes.
    if text.count <= characters, text.count <= bytes { return nil }
    return slowCheck(text)
  }

  private func slowCheck(_ text: UnsafeBufferPointer<UInt8>) -> ConversionFinding? {
    var count = 0
    for byte in text where byte & 0xC0 != 0x80 { count += 1 }
    if count > characters {
      return ConversionFinding(
        .textTooLong,
        .init(
          "The text has \(count) characters, the partner takes \(characters)",
          vi: "Văn bản có \(count) ký tự, đối tác chỉ nhận \(characters)"))
    }
    if text.count > bytes {
      return ConversionFinding(
        .textTooLong,
        .init(
          "The text has \(text.count) bytes, the partner takes \(bytes)",
          vi: "Văn bản có \(text.count) byte, đối tác chỉ nhận \(bytes)"))
    }
    return nil
  }
}
