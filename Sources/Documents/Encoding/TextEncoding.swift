/// An encoding of text files that the gateway reads and writes.
public enum TextEncoding: String, Sendable, Hashable, CaseIterable {
  case utf8 = "utf-8"
  case utf16LE = "utf-16le"
  case utf16BE = "utf-16be"
  /// Vietnamese Windows: base letters with combining tone marks.
  case windows1258 = "windows-1258"
  case windows1252 = "windows-1252"
  /// Japanese Windows; whatever calls itself Shift_JIS is in practice this, since Shift_JIS proper lacks ① ㈱ 髙.
  case cp932 = "cp932"
  /// Korean Windows; whatever calls itself EUC-KR is in practice this, since EUC-KR proper lacks 8 822 syllables such as 똠.
  case cp949 = "cp949"
  case iso8859x1 = "iso-8859-1"

  /// The encoding of a name, in any case and with any of `-`, `_` and blanks; nil when it is not one of ours.
  public init?(named name: String) {
    let letters = name.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    switch letters {
    case "utf8", "utf8bom", "utf8sig", "usascii", "ascii", "cp65001": self = .utf8
    case "utf16le", "utf16", "ucs2", "unicode": self = .utf16LE
    case "utf16be": self = .utf16BE
    case "windows1258", "cp1258": self = .windows1258
    case "windows1252", "cp1252", "ansi": self = .windows1252
    case "cp932", "shiftjis", "sjis", "xsjis", "mskanji", "windows31j", "ms932", "windows932", "ibm943": self = .cp932
    case "cp949", "euckr", "uhc", "windows949", "ms949", "ksc56011987", "ksc5601", "ksx1001": self = .cp949
    case "iso88591", "latin1", "l1": self = .iso8859x1
    default: return nil
    }
  }

  /// The byte order mark that may begin a file; empty when the encoding has none.
  public var byteOrderMark: [UInt8] {
    switch self {
    case .utf8: [0xEF, 0xBB, 0xBF]
    case .utf16LE: [0xFF, 0xFE]
    case .utf16BE: [0xFE, 0xFF]
    default: []
    }
  }

  /// Whether every ASCII character is the same single byte, so that ASCII text needs no conversion.
  ///
  /// In cp932 and cp949 the second byte of a character can be an ASCII value, but an ASCII character is still itself.
  var extendsASCII: Bool { self != .utf16LE && self != .utf16BE }

  /// The name that glibc's `iconv` knows.
  var iconvName: String {
    switch self {
    case .utf8: "UTF-8"
    case .utf16LE: "UTF-16LE"
    case .utf16BE: "UTF-16BE"
    case .windows1258: "CP1258"
    case .windows1252: "CP1252"
    case .cp932: "CP932"
    case .cp949: "CP949"
    case .iso8859x1: "ISO-8859-1"
    }
  }
}
