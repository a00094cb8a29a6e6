/// Checks of names for those who write XML.
public enum XMLNames {
  /// Whether a text may be the local name or prefix of an element or attribute: an NCName (Namespaces in XML 1.0, section 3,
  /// with the letters of XML 1.0, fifth edition, section 2.3).
  public static func isName(_ text: some StringProtocol) -> Bool {
    var isFirst = true
    for scalar in text.unicodeScalars {
      if !(isStart(scalar.value) || (!isFirst && isInner(scalar.value))) { return false }
      isFirst = false
    }
    return !isFirst
  }

  /// Whether a text may be a name with at most one prefix, `ns:local`.
  public static func isQualifiedName(_ text: some StringProtocol) -> Bool {
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count <= 2 && parts.allSatisfy { isName($0) }
  }

  /// Whether a character may stand in an XML document at all (XML 1.0, section 2.2); no reference can bring others in.
  public static func isCharacter(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x20
      ? scalar.value != 0xFFFE && scalar.value != 0xFFFF
      : scalar.value == 0x09 || scalar.value == 0x0A || scalar.value == 0x0D
  }

  private static func isStart(_ c: UInt32) -> Bool {
    switch c {
    case 0x41...0x5A, 0x5F, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D, 0x37F...0x1FFF,
      0x200C...0x200D, 0x2070...0x218F, 0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD,
      0x10000...0xEFFFF:
      true
    default: false
    }
  }

  private static func isInner(_ c: UInt32) -> Bool {
    switch c {
    case 0x2D, 0x2E, 0x30...0x39, 0xB7, 0x300...0x36F, 0x203F...0x2040: true
    default: false
    }
  }
}
