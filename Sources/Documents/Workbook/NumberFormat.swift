internal import Diagnostics

/// Whether a number format shows a number as a date, a time or a length of time.
struct NumberFormat: OptionSet, Sendable {
  let rawValue: UInt8
  /// Shows a year, month, day, weekday or era.
  static let date = NumberFormat(rawValue: 1)
  /// Shows hours, minutes or seconds of a day.
  static let time = NumberFormat(rawValue: 2)
  /// Shows hours beyond 24 or minutes beyond 60: `[h]:mm`.
  static let elapsed = NumberFormat(rawValue: 4)
  /// Date in some languages, time in others: the value decides.
  static let either = NumberFormat(rawValue: 8)

  /// A built-in format (ECMA-376 part 1, section 18.8.30). 27–36 and 50–58 are dates and times in East Asian programs;
  /// 34, 35, 55 and 56 are times in Chinese and dates in Japanese and Korean.
  init(builtIn id: Int) {
    switch id {
    case 14...17, 27...31, 36, 50...54, 57, 58: self = .date
    case 18...21, 32, 33, 45, 47: self = .time
    case 22: self = [.date, .time]
    case 34, 35, 55, 56: self = .either
    case 46: self = .elapsed
    default: self = []
    }
  }

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A custom format: letters of its first section outside quotes, escapes and brackets decide.
  init(code: String) {
    self = []
    let bytes = Array(code.utf8)
    if code.lowercased() == "general" { return }
    var months = false, i = 0
    /// The last of y, m, d, h, s; `m` behind `h` and before `s` means minutes.
    var last: UInt8 = 0
    scan: while i < bytes.count {
      let byte = bytes[i] >= 0x41 && bytes[i] <= 0x5A ? bytes[i] | 0x20 : bytes[i]
      switch byte {
      case UInt8(ascii: ";"): break scan
      case UInt8(ascii: "\""):
        i += 1
        while i < bytes.count, bytes[i] != UInt8(ascii: "\"") { i += 1 }
      case UInt8(ascii: "\\"), UInt8(ascii: "_"), UInt8(ascii: "*"): i += 1
      case UInt8(ascii: "["):
        let start = i + 1
        while i < bytes.count, bytes[i] != UInt8(ascii: "]") { i += 1 }
        // Only brackets with nothing but h, m or s count time; others are colours, conditions, languages.
        let inner = Set(bytes[min(start, i)..<i].map { $0 | 0x20 })
        if let letter = inner.first, inner.count == 1, letter == 0x68 || letter == 0x6D || letter == 0x73 {
          insert(.elapsed)
          last = letter
        }
      case UInt8(ascii: "g") where bytes[i...].prefix(7).elementsEqual("General".utf8): i += 6
      case UInt8(ascii: "a") where Self.isNoon(bytes[i...]):
        insert(.time)
        i += bytes[i...].prefix(5).map({ $0 | 0x20 }).elementsEqual("am/pm".utf8) ? 4 : 2
      case UInt8(ascii: "y"), UInt8(ascii: "d"), UInt8(ascii: "g"), UInt8(ascii: "b"), UInt8(ascii: "a"):
        insert(.date)
        last = byte
      case UInt8(ascii: "e"):
        // `0.00E+00` is scientific notation; a bare e is a year of an era.
        if i + 1 < bytes.count, bytes[i + 1] == UInt8(ascii: "+") || bytes[i + 1] == UInt8(ascii: "-") { break }
        insert(.date)
        last = byte
      case UInt8(ascii: "h"), UInt8(ascii: "s"):
        insert(.time)
        if byte == UInt8(ascii: "s"), last == UInt8(ascii: "m") { months = false }
        last = byte
      case UInt8(ascii: "m"):
        if last != UInt8(ascii: "h") { months = true }
        last = byte
        while i + 1 < bytes.count, bytes[i + 1] | 0x20 == UInt8(ascii: "m") { i += 1 }
      default: break
      }
      i += 1
    }
    if months { insert(.date) }
    if contains(.elapsed) { remove([.date, .time]) }
  }

  private static func isNoon(_ bytes: ArraySlice<UInt8>) -> Bool {
    let lower = bytes.prefix(5).map { $0 | 0x20 }
    return lower.elementsEqual("am/pm".utf8) || lower.prefix(3).elementsEqual("a/p".utf8)
  }
}

/// The formats of a workbook's cell styles, by the style numbers that cells name.
struct CellFormats {
  private var byStyle: [NumberFormat] = []

  /// No styles: every number is a number.
  init() {}

  /// Reads the formats from the styles part. Styles that cannot be understood count as General.
  init(_ part: String, in package: WorkbookPackage) throws(Fault) {
    let handler = Handler()
    _ = try package.parse(part, handler)
    byStyle = handler.styles.map { handler.custom[$0] ?? NumberFormat(builtIn: $0) }
  }

  /// The format of a style; none for a style that does not exist.
  subscript(style: Int) -> NumberFormat { style >= 0 && style < byStyle.count ? byStyle[style] : [] }

  private final class Handler: XMLHandler {
    var custom: [Int: NumberFormat] = [:]
    var styles: [Int] = []
    var isInCellFormats = false

    override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
      if name.is("numFmt") {
        // Also met inside differential formats, where the numbers mean the same.
        if let id = attributes.string("numFmtId").flatMap({ Int($0) }), let code = attributes.string("formatCode"),
          custom.count < 100_000
        {
          custom[id] = NumberFormat(code: code)
        }
      } else if name.is("cellXfs") {
        isInCellFormats = true
      } else if name.is("xf"), isInCellFormats, styles.count < 1_000_000 {
        styles.append(attributes.string("numFmtId").flatMap { Int($0) } ?? 0)
      }
    }

    override func endElement(_ name: XMLName) {
      if name.is("cellXfs") { isInCellFormats = false }
    }
  }
}
