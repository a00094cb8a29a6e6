/// How much room a text takes in cells, to give rows a height that shows it whole.
enum TextExtent {
  /// Width in characters of Latin text: wide letters of East Asia count twice.
  static func width(_ text: some StringProtocol) -> Int {
    var width = 0
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD, 0x25A0...0x25FF, 0x2460...0x24FF:
        width += 2
      case 0x0300...0x036F: break
      default: width += 1
      }
    }
    return width
  }

  /// Lines that a text takes in a cell of a width in characters.
  static func lines(_ text: String, width room: Double) -> Int {
    var lines = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      // A tenth is lost at the ends of lines and to letters wider than the average.
      let room = max(1, Int(room * 0.92))
      lines += max(1, (width(line) + room - 1) / room)
    }
    return lines
  }

  /// The height in points of a row that shows a text in letters of a size.
  static func height(_ text: String, width room: Double, size: Double) -> Double {
    let scaled = room * 10.5 / size
    return min(409, Double(lines(text, width: scaled)) * size * 1.36 + 5)
  }
}
