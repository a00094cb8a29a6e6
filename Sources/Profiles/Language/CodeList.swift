/// A code list as one partner uses it: canonical code ↔ text.
public struct CodeList: Sendable {
  /// The name in the profile.
  public var name: String
  /// Canonical code → text written.
  public private(set) var texts: [String: String] = [:]
  /// Folded text → canonical code.
  private var codes: [String: String] = [:]
  /// Canonical codes in the list's order, for drop-downs.
  public private(set) var order: [String] = []
  /// Every text that is read, as it was given, with its code; several texts may have one code.
  public private(set) var readings: [(text: String, code: String)] = []

  /// Whether every code must read back as itself: a code whose texts all belong to other codes is written as the code.
  public let isExact: Bool

  /// Makes an empty list.
  public init(name: String, isExact: Bool = false) {
    self.name = name
    self.isExact = isExact
  }

  /// Adds a code with its texts; the first is written, all are read. A text that another code has already stays with it.
  public mutating func add(_ code: String, texts alternatives: [String]) {
    for text in alternatives where (codes[CodeList.folded(text)] ?? code) == code {
      codes[CodeList.folded(text)] = code
      readings.append((text, code))
    }
    if isExact, codes[CodeList.folded(code)] == nil { codes[CodeList.folded(code)] = code }
    guard texts[code] == nil else { return }
    order.append(code)
    let written = isExact ? alternatives.first { codes[CodeList.folded($0)] == code } : alternatives.first
    texts[code] = written ?? code
  }

  /// The text for a code, or nil.
  public func text(for code: String) -> String? { texts[code] }

  /// The code for a text, or nil. Case, blanks at the ends and full-width forms do not matter.
  public func code(for text: String) -> String? { codes[CodeList.folded(text)] }

  /// All texts that are read; for "did you mean".
  public var knownTexts: [String] { order.compactMap { texts[$0] } }

  /// How texts are compared: trimmed, inner blanks single, lower case, full-width ASCII narrowed.
  public static func folded(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    var blank = false
    for scalar in text.unicodeScalars {
      let value = scalar.value
      if value == 0x20 || value == 0x09 || value == 0xA0 || value == 0x3000 || value == 0x0A || value == 0x0D {
        blank = !out.isEmpty
        continue
      }
      if blank {
        out.append(" ")
        blank = false
      }
      if value >= 0xFF01 && value <= 0xFF5E, let narrow = Unicode.Scalar(value - 0xFEE0) {
        out.append(contentsOf: narrow.properties.lowercaseMapping.unicodeScalars)
      } else {
        out.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return String(out)
  }
}
