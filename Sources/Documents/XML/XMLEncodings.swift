/// The encodings in which XML is read; libxml2 alone would take whatever the system's `iconv` knows, UTF-7 and EBCDIC too.
enum XMLEncodings {
  /// Whether a declared encoding is read. Comparison ignores case, hyphens and underscores.
  static func isRead(_ name: String) -> Bool {
    let key = String(
      decoding: name.utf8.filter { $0 != 0x2D && $0 != 0x5F }.map { $0 | ($0 >= 0x41 && $0 <= 0x5A ? 0x20 : 0) },
      as: UTF8.self)
    if names.contains(key) { return true }
    // Parts of ISO 8859 and the Windows code pages.
    for (prefix, range) in [("iso8859", 1...16), ("windows", 1250...1258), ("cp", 1250...1258)] {
      if key.hasPrefix(prefix), let number = Int(key.dropFirst(prefix.count)), range.contains(number) { return true }
    }
    return false
  }

  private static let names: Set<String> = [
    "utf8", "utf16", "utf16le", "utf16be", "ascii", "usascii", "latin1", "tcvn57121", "tcvn5712", "tcvn", "viscii",
    "shiftjis", "sjis", "windows31j", "cp932", "eucjp", "iso2022jp", "euckr", "cp949", "uhc", "ksc56011987",
    "windows949",
    "gbk", "gb2312", "gb18030", "big5",
  ]
}
