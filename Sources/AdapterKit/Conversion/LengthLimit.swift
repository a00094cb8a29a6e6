internal import Diagnostics
public import Profiles

/// The longest text that a place takes.
public struct LengthLimit: Sendable {
  private let characters: Int
  private let bytes: Int

  /// Makes a limit from a rule's `max` and `maxBytes`.
  public init(_ rule: FieldRule) {
    characters = rule.maxCharacters ?? .max
    bytes = rule.maxBytes ?? .max
  }

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
