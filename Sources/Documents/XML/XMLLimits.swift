/// What an XML document may take before it is refused: guards against documents made to exhaust a reader.
///
/// libxml2's own limits stay on below these (`XML_PARSE_HUGE` is never set): a name of 50 000 bytes, an attribute value or
/// comment of 10 MB, 10 MB of distinct names.
public struct XMLLimits: Sendable, Hashable {
  /// Longest tag, in bytes: from `<` to `>`, with its attributes. Checking attributes for repetition is quadratic in libxml2,
  /// so this also bounds time.
  public var tagLength = 128 << 10
  /// Longest comment, processing instruction or CDATA section, in bytes.
  public var commentLength = 4 << 20
  /// Most attributes of one element.
  public var attributes = 1024
  /// Most namespace declarations that hold at one place, outer elements' included.
  public var namespaces = 256
  /// Deepest nesting of elements; at most 2 000.
  public var depth = 256
  /// Longest text between two tags, in bytes of UTF-8.
  public var textLength = 16 << 20
  /// Most distinct names, prefixes and namespace names in the document.
  public var names = 50_000
  /// Longest document, in bytes as they stand in the file.
  public var totalBytes: UInt64 = 1 << 40

  /// The default limits.
  public init() {}

  /// The default limits.
  public static let `default` = XMLLimits()
}
