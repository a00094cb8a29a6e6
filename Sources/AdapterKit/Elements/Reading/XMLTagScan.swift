/// Finds the elements around a place in a record that the parser has found well-formed, for messages made later.
enum XMLTagScan {
  /// How many bytes behind the place are wanted, so that its own tag is whole.
  static let reach: UInt64 = 4096

  /// The local names of the elements open at the tag that begins at an offset, with its own.
  static func openElements(_ bytes: [UInt8], at target: Int) -> [String] {
    var names: [String] = []
    var i = 0
    while i < bytes.count {
      guard bytes[i] == UInt8(ascii: "<") else {
        i += 1
        continue
      }
      if skip(bytes, &i) { continue }
      var end = i + 1
      var quote: UInt8 = 0
      while end < bytes.count {
        let byte = bytes[end]
        if quote != 0 {
          if byte == quote { quote = 0 }
        } else if byte == 0x22 || byte == 0x27 {
          quote = byte
        } else if byte == UInt8(ascii: ">") {
          break
        }
        end += 1
      }
      if i + 1 < bytes.count, bytes[i + 1] == UInt8(ascii: "/") {
        if !names.isEmpty { names.removeLast() }
      } else {
        names.append(name(bytes, from: i + 1))
        if i >= target { return names }
        if end < bytes.count, bytes[end - 1] == UInt8(ascii: "/") { names.removeLast() }
      }
      i = end + 1
    }
    return names
  }

  /// Passes over a comment, CDATA section or processing instruction.
  private static func skip(_ bytes: [UInt8], _ i: inout Int) -> Bool {
    for (open, close) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
    where bytes[i...].starts(with: open.utf8) {
      var at = i + open.utf8.count
      while at < bytes.count, !bytes[at...].starts(with: close.utf8) { at += 1 }
      i = at + close.utf8.count
      return true
    }
    return false
  }

  private static func name(_ bytes: [UInt8], from start: Int) -> String {
    var from = start, end = start
    while end < bytes.count, bytes[end] > 0x20, bytes[end] != UInt8(ascii: ">"), bytes[end] != UInt8(ascii: "/") {
      if bytes[end] == UInt8(ascii: ":") { from = end + 1 }
      end += 1
    }
    return String(decoding: bytes[from..<end], as: UTF8.self)
  }
}
