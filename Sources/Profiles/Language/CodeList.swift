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
    for text in alternatives {
      let folded = CodeList.folded(text)
      if let known = codes[folded] {
        if known != code { continue }
      } else {
        codes[folded] = code
      }
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
    var text = text
    return text.withUTF8 { FoldedText.plain($0) } ?? FoldedText.any(text)
  }
}

/// Folding of texts.
enum FoldedText {
  /// The folded text when all letters are of scripts whose lower case is a matter of arithmetic: ASCII, Vietnamese, and
  /// the Japanese and Korean ones, which have no case. Nil for others. A list of codes has thousands of texts.
  static func plain(_ text: UnsafeBufferPointer<UInt8>) -> String? {
    var isPlain = true
    let result = String(unsafeUninitializedCapacity: text.count) { out in
      var count = 0, i = 0, blank = false
      while i < text.count {
        let byte = text[i]
        var scalar = UInt32(byte), length = 1
        if byte >= 0x80 {
          length = byte < 0xE0 ? 2 : 3
          guard byte < 0xF0, i + length <= text.count else {
            isPlain = false
            return 0
          }
          scalar = UInt32(byte) & (length == 2 ? 0x1F : 0x0F)
          for k in 1..<length { scalar = scalar << 6 | UInt32(text[i + k] & 0x3F) }
        }
        i += length
        if isBlank(scalar) {
          blank = count > 0
          continue
        }
        if blank {
          out[count] = 0x20
          count += 1
          blank = false
        }
        if scalar >= 0xFF01, scalar <= 0xFF5E { scalar -= 0xFEE0 }
        guard let lower = lowerCase(scalar) else {
          isPlain = false
          return 0
        }
        if lower < 0x80 {
          out[count] = UInt8(lower)
          count += 1
        } else if lower < 0x800 {
          out[count] = UInt8(0xC0 | lower >> 6)
          out[count + 1] = UInt8(0x80 | lower & 0x3F)
          count += 2
        } else {
          out[count] = UInt8(0xE0 | lower >> 12)
          out[count + 1] = UInt8(0x80 | lower >> 6 & 0x3F)
          out[count + 2] = UInt8(0x80 | lower & 0x3F)
          count += 3
        }
      }
      return count
    }
    return isPlain ? result : nil
  }

  /// The lower case of a scalar, as long in UTF-8 as the scalar itself; nil when it needs a table.
  private static func lowerCase(_ scalar: UInt32) -> UInt32? {
    switch scalar {
    case 0..<0x80: scalar &- 0x41 < 26 ? scalar | 0x20 : scalar
    case 0x80..<0xC0, 0xD7, 0xDF...0xFF, 0x300...0x36F: scalar
    case 0xC0..<0xDF: scalar + 0x20
    // Pairs of an upper-case letter with an even number and its lower-case one.
    case 0x100..<0x130, 0x168, 0x169, 0x1A0, 0x1A1, 0x1EA0...0x1EFF: scalar | 1
    case 0x1AF, 0x1B0: 0x1B0
    // General punctuation, Kana, ideographs, Hangul: no case.
    case 0x2000...0x206F, 0x3000..<0xA000, 0xAC00..<0xD7A4: scalar
    default: nil
    }
  }

  private static func isBlank(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x20, 0x09, 0x0A, 0x0D, 0xA0, 0x3000: true
    default: false
    }
  }

  /// The folded text of any script.
  static func any(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    var blank = false
    for scalar in text.unicodeScalars {
      if isBlank(scalar.value) {
        blank = !out.isEmpty
        continue
      }
      if blank {
        out.append(" ")
        blank = false
      }
      var lower = scalar
      if scalar.value >= 0xFF01, scalar.value <= 0xFF5E, let narrow = Unicode.Scalar(scalar.value - 0xFEE0) {
        lower = narrow
      }
      out.append(contentsOf: lower.properties.lowercaseMapping.unicodeScalars)
    }
    return String(out)
  }
}
