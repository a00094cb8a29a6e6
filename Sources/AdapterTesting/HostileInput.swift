/// Documents that no adapter may choke on, and from which none may make a product.
public enum HostileInput {
  /// Name and bytes.
  public static let documents: [(name: String, bytes: [UInt8])] = [
    ("nothing", []),
    ("one byte", [0x41]),
    ("zeros", Array(repeating: 0, count: 4096)),
    ("high bytes", Array(repeating: 0xFF, count: 4096)),
    ("only a byte order mark", [0xEF, 0xBB, 0xBF]),
    ("line ends", Array(repeating: 0x0A, count: 4096)),
    ("noise", noise(20_000)),
    (
      "a web page",
      Array("<!DOCTYPE html><html><head><title>Login</title></head><body><p>Please log in</p></body></html>".utf8)
    ),
    ("an open quote", Array("\"".utf8) + Array(repeating: 0x61, count: 100_000)),
    ("many delimiters", Array(repeating: UInt8(ascii: ","), count: 100_000)),
    ("one long line", Array(repeating: 0x61, count: 1_000_000)),
    ("deep brackets", Array(repeating: UInt8(ascii: "["), count: 100_000)),
    ("deep objects", Array(String(repeating: "{\"item\":", count: 20_000).utf8)),
    ("deep elements", Array(String(repeating: "<a>", count: 100_000).utf8)),
    ("an entity bomb", Array(entityBomb.utf8)),
    ("an external entity", Array("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>".utf8)),
    ("a zip without end", [0x50, 0x4B, 0x03, 0x04] + noise(2_000)),
    ("an old workbook", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] + Array(repeating: 0, count: 4096)),
    ("UTF-16 halves", [0xFF, 0xFE] + Array(repeating: 0xD8, count: 999)),
  ]

  private static let entityBomb: String = {
    var text = "<!DOCTYPE a [<!ENTITY e0 \"haha\">"
    for i in 1...30 { text += "<!ENTITY e\(i) \"&e\(i - 1);&e\(i - 1);\">" }
    return text + "]><a>&e30;</a>"
  }()

  /// The same bytes in every run.
  private static func noise(_ count: Int) -> [UInt8] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt8(truncatingIfNeeded: state >> 32)
    }
  }
}
