internal import ProductModel

/// What every element of a list needs of a part of its pattern: plain bytes, so that nothing is retained on the way.
struct PartStep {
  /// What makes a text the canonical value as it stands. Every other text goes to the converter.
  enum Reading {
    /// Any text does.
    case text
    /// A canonical measure does.
    case measure
    /// An absolute URL does.
    case url
    /// Only the converter knows.
    case other

    @inline(__always) func isCanonical(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
      switch self {
      case .text: true
      case .measure: Measure.check(Span(_unsafeElements: text)) == nil
      case .url: ValueCodec.isURL(text)
      case .other: false
      }
    }
  }

  let attribute: Attribute
  /// The facet's number.
  let facet: UInt16
  /// Whether the value stands on the very node that the pattern is about.
  let isDirect: Bool
  let reading: Reading
  let writesAsIs: Bool
  /// The literal in front: its length and first byte, as written and as searched for.
  let before: (count: Int, first: UInt8)
  let sought: (count: Int, first: UInt8)

  init(_ part: PatternCodec.Part) {
    attribute = part.attribute
    facet = part.facet.rawValue
    isDirect = part.isDirect
    reading =
      switch part.codec.operation {
      case .text where !part.isMoney: .text
      case .measure: .measure
      case .url: .url
      default: .other
      }
    writesAsIs = part.codec.writesAsIs
    before = (part.before.count, part.before.first ?? 0)
    sought = (part.beforeTrimmed.count, part.beforeTrimmed.first ?? 0)
  }
}
