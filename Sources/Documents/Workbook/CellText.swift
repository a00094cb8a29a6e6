internal import Bytes

#if canImport(Glibc)
  internal import Glibc
#endif

/// The text of shared and inline strings as workbooks write it.
enum CellText {
  /// Ends a run of text that was put into a buffer from a place on: takes leading and trailing white space away unless the
  /// element keeps it, and resolves `_xHHHH_` (ECMA-376 part 1, section 22.9.2.19).
  static func finish(_ buffer: inout ByteBuffer, from: Int, keepsSpace: Bool) {
    if !keepsSpace { trim(&buffer, from: from) }
    unescape(&buffer, from: from)
  }

  private static func trim(_ buffer: inout ByteBuffer, from: Int) {
    let bytes = buffer.bytes
    var end = bytes.count
    while end > from, isSpace(bytes[end - 1]) { end -= 1 }
    var start = from
    while start < end, isSpace(bytes[start]) { start += 1 }
    if start > from {
      let kept = [UInt8](bytes[start..<end])
      buffer.truncate(to: from)
      buffer.append(kept)
    } else {
      buffer.truncate(to: end)
    }
  }

  /// Resolves `_xHHHH_` from a place on. A pair of surrogates becomes one character; a lone one stays as written.
  static func unescape(_ buffer: inout ByteBuffer, from: Int) {
    let bytes = buffer.bytes
    var at = from
    repeat {
      guard at + 7 <= bytes.count, let start = bytes.baseAddress, let hit = memchr(start + at, 0x5F, bytes.count - at)
      else {
        return
      }
      at = UnsafeRawPointer(hit) - UnsafeRawPointer(start)
      if unit(bytes, at) != nil { break }
      at += 1
    } while true
    var result: [UInt8] = []
    let rest = [UInt8](bytes[at...])
    buffer.truncate(to: at)
    rest.withUnsafeBufferPointer { rest in
      var i = 0
      while i < rest.count {
        guard let first = unit(rest, i) else {
          result.append(rest[i])
          i += 1
          continue
        }
        if let scalar = Unicode.Scalar(first) {
          result.append(contentsOf: String(Character(scalar)).utf8)
          i += 7
        } else if first < 0xDC00, let second = unit(rest, i + 7), second >= 0xDC00, second < 0xE000,
          let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        {
          result.append(contentsOf: String(Character(scalar)).utf8)
          i += 14
        } else {
          result.append(contentsOf: rest[i..<i + 7])
          i += 7
        }
      }
    }
    buffer.append(result)
  }

  /// The text with everything escaped that a reader of workbooks or XML would change: characters that XML cannot hold,
  /// carriage returns, and what looks like an escape already.
  static func escape(_ text: String) -> String {
    var text = text
    let needs = text.withUTF8 { bytes in
      for i in bytes.indices {
        let b = bytes[i]
        if b < 0x20 && b != 0x09 && b != 0x0A || b == 0x5F && unit(bytes, i) != nil { return true }
        // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
        if b == 0xEF, i + 2 < bytes.count, bytes[i + 1] == 0xBF, bytes[i + 2] >= 0xBE { return true }
      }
      return false
    }
    if !needs { return text }
    var result = ""
    let scalars = Array(text.unicodeScalars)
    var utf8 = Array(text.utf8)[...]
    for scalar in scalars {
      let length = UTF8.width(scalar)
      let isEscape = scalar == "_" && utf8.withUnsafeBufferPointer { unit($0, 0) != nil }
      if isEscape || scalar.value < 0x20 && scalar != "\t" && scalar != "\n"
        || scalar.value & 0xFFFE == 0xFFFE && scalar.value < 0x10000
      {
        let hex = String(scalar.value, radix: 16, uppercase: true)
        result += "_x" + String(repeating: "0", count: 4 - hex.count) + hex + "_"
      } else {
        result.unicodeScalars.append(scalar)
      }
      utf8 = utf8.dropFirst(length)
    }
    return result
  }

  /// The UTF-16 unit of an escape that begins at a place; nil when none does.
  private static func unit(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> UInt16? {
    guard at + 7 <= bytes.count, bytes[at] == 0x5F, bytes[at + 1] == 0x78, bytes[at + 6] == 0x5F else { return nil }
    var value: UInt16 = 0
    for i in at + 2..<at + 6 {
      let b = bytes[i]
      switch b {
      case 0x30...0x39: value = value << 4 | UInt16(b - 0x30)
      case 0x41...0x46: value = value << 4 | UInt16(b - 0x37)
      case 0x61...0x66: value = value << 4 | UInt16(b - 0x57)
      default: return nil
      }
    }
    return value
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
