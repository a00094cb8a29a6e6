internal import COcopShims
internal import Diagnostics

/// Tells a text file's encoding from its first bytes, without guessing where bytes cannot tell.
///
/// In order: a byte order mark; UTF-16 by its zero bytes; UTF-8, which other encodings almost never look like; else what
/// the partner's profile or the user says. Between cp932, cp949 and the Windows code pages nothing is guessed: every
/// sequence of one is some text in another.
public enum EncodingDetector {
  /// How many bytes of a file are looked at.
  public static let prefixLength = 1 << 18

  /// What was found.
  public struct Detection: Sendable, Hashable {
    /// The encoding, or nil when only the user can know.
    public var encoding: TextEncoding?
    /// Bytes of the byte order mark in front of the text.
    public var markLength: Int
    /// The first byte that is no UTF-8, when that decided.
    public var firstInvalid: Int?
    /// The file is UTF-32, which is not read.
    public var isUTF32 = false
  }

  /// Looks at a file's first bytes.
  ///
  /// Damaged UTF-8 stays UTF-8: where at least nine of ten sequences beyond ASCII are good UTF-8, the others are damage,
  /// to be reported where they stand, and not a sign of another encoding.
  ///
  /// - Parameters:
  ///   - prefix: the first bytes; `prefixLength` of them are plenty.
  ///   - isWhole: nothing follows, so a sequence cut off at the end is damage.
  ///   - fallback: the encoding to assume where bytes do not tell.
  public static func detect(_ prefix: [UInt8], isWhole: Bool = false, fallback: TextEncoding? = nil) -> Detection {
    if prefix.starts(with: [0xFF, 0xFE, 0, 0]) || prefix.starts(with: [0, 0, 0xFE, 0xFF]) {
      return Detection(encoding: nil, markLength: 4, isUTF32: true)
    }
    for encoding in [TextEncoding.utf8, .utf16LE, .utf16BE] where prefix.starts(with: encoding.byteOrderMark) {
      return Detection(encoding: encoding, markLength: encoding.byteOrderMark.count)
    }
    let census = census(prefix, isWhole: isWhole)
    if let wide = wideEncoding(prefix, isUTF8: census.firstInvalid == nil) {
      return Detection(encoding: wide, markLength: 0)
    }
    guard let firstInvalid = census.firstInvalid else { return Detection(encoding: .utf8, markLength: 0) }
    if census.good >= 9 * census.bad { return Detection(encoding: .utf8, markLength: 0, firstInvalid: firstInvalid) }
    return Detection(encoding: fallback, markLength: 0, firstInvalid: firstInvalid)
  }

  /// What a file is that begins like no text does; people give workbooks the names of text files.
  static func binaryKind(_ prefix: [UInt8]) -> LocalizedText? {
    if prefix.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      return .init("a workbook (.xlsx) or a zip archive", vi: "sổ tính (.xlsx) hoặc tệp nén zip")
    }
    if prefix.starts(with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
      return .init("a workbook of Excel 97–2003 (.xls)", vi: "sổ tính Excel 97–2003 (.xls)")
    }
    if prefix.starts(with: [0x1F, 0x8B, 0x08]) { return .init("a gzip archive", vi: "tệp nén gzip") }
    if prefix.starts(with: Array("%PDF-".utf8)) { return .init("a PDF document", vi: "tài liệu PDF") }
    return nil
  }

  /// UTF-16 without a mark: every delimiter, digit and line end has a zero on the same side.
  private static func wideEncoding(_ prefix: [UInt8], isUTF8: Bool) -> TextEncoding? {
    let pairs = prefix.count / 2
    if pairs < 2 || !prefix.contains(0) { return nil }
    var even = 0, odd = 0
    for i in 0..<pairs {
      if prefix[2 * i] == 0 { even += 1 }
      if prefix[2 * i + 1] == 0 { odd += 1 }
    }
    // One pair in twenty: even Japanese or Korean text in columns has more ASCII than that. But the bytes of such a text are
    // no UTF-8; where they are, a few zeros are damage in UTF-8, and only a text in Latin letters is UTF-16.
    let share = isUTF8 ? 2 : 20
    if odd * share >= pairs, odd > even * 8 { return .utf16LE }
    if even * share >= pairs, even > odd * 8 { return .utf16BE }
    return nil
  }

  /// Counts the sequences beyond ASCII that are UTF-8, and the bytes that are not.
  private static func census(_ prefix: [UInt8], isWhole: Bool) -> (good: Int, bad: Int, firstInvalid: Int?) {
    var good = 0, bad = 0
    var firstInvalid: Int?
    prefix.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      var from = 0
      while from < bytes.count {
        var at = 0
        let isInvalid = ocop_scan_text(base + from, bytes.count - from, &at) & 1 != 0
        let end = isInvalid ? from + at : bytes.count
        for i in from..<end where base[i] >= 0xC0 { good += 1 }
        if !isInvalid { break }
        if !isWhole, isCutSequence(bytes, end) { break }
        if firstInvalid == nil { firstInvalid = end }
        bad += 1
        from = end + 1
      }
    }
    return (good, bad, firstInvalid)
  }

  /// Whether the bytes from a place to the end are the beginning of a sequence that is cut off there.
  private static func isCutSequence(_ bytes: UnsafeBufferPointer<UInt8>, _ from: Int) -> Bool {
    let length =
      switch bytes[from] {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 0
      }
    return bytes.count - from < length && bytes[(from + 1)...].allSatisfy { $0 & 0xC0 == 0x80 }
  }
}
