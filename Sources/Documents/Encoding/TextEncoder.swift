public import Bytes
public import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// A character that an encoding does not have.
public struct UnencodableCharacter: Sendable, Hashable {
  /// Where the character starts in the text, in bytes of UTF-8.
  public let offset: Int
  /// The character.
  public let scalar: Unicode.Scalar
}

/// Converts UTF-8 text into another encoding, and never writes `?` for a character that it does not have.
///
/// A few characters have one form in the Japanese and Korean code pages and several in Unicode; their pairs are written as
/// one: `〜` as `～`, `−` as `－` and `₩` as `￦` in cp949 (cp932 has a single byte pair for both anyway), `µ` as `μ` in both.
public struct TextEncoder: ~Copyable {
  /// The encoding to write.
  public let encoding: TextEncoding

  private let converter: iconv_t?

  /// Makes an encoder.
  ///
  /// - Throws: `configuration` with the code `encoding-unsupported` when the system cannot write the encoding.
  public init(_ encoding: TextEncoding) throws(Fault) {
    self.encoding = encoding
    if encoding == .utf8 {
      converter = nil
      return
    }
    // glibc's converters never transliterate unless the name asks for it.
    guard let converter = iconv_open(encoding.iconvName, "UTF-8"), Int(bitPattern: converter) != -1 else {
      throw Fault(.configuration, Diagnostic(.encodingUnsupported, value: encoding.rawValue))
    }
    self.converter = converter
  }

  deinit {
    if let converter { iconv_close(converter) }
  }

  /// Appends a text in the encoding.
  ///
  /// - Returns: nil when the whole text was written; else the first character that the encoding does not have, and then
  ///   nothing was written. Bytes that are no UTF-8 count as U+FFFD.
  public mutating func encode(
    _ text: UnsafeBufferPointer<UInt8>, into buffer: inout ByteBuffer
  ) -> UnencodableCharacter? {
    guard let converter, !(encoding.extendsASCII && text.allSatisfy { $0 < 0x80 }) else {
      buffer.append(text)
      return nil
    }
    let place = buffer.count
    var from = 0
    while from < text.count {
      let outcome = convert(converter, UnsafeBufferPointer(rebasing: text[from...]), &buffer)
      from += outcome.read
      if outcome.error == E2BIG || outcome.error == 0 { continue }
      let rest = text[from...]
      var iterator = rest.makeIterator()
      var parser = UTF8()
      var scalar: Unicode.Scalar = "\u{FFFD}"
      if case .scalarValue(let found) = parser.decode(&iterator) { scalar = found }
      guard let substitute = substitute(for: scalar), let encoded = UTF8.encode(substitute) else {
        buffer.truncate(to: place)
        _ = iconv(converter, nil, nil, nil, nil)
        return UnencodableCharacter(offset: from, scalar: scalar)
      }
      let bytes = Array(encoded)
      _ = bytes.withUnsafeBufferPointer { convert(converter, $0, &buffer) }
      from += UTF8.width(scalar)
    }
    return nil
  }

  /// Appends a string in the encoding; see `encode` of bytes.
  public mutating func encode(_ text: String, into buffer: inout ByteBuffer) -> UnencodableCharacter? {
    var text = text
    // The string's memory is not taken along, so a copy of the bytes is all that is needed.
    let bytes = text.withUTF8 { Array($0) }
    return bytes.withUnsafeBufferPointer { encode($0, into: &buffer) }
  }

  private func convert(
    _ converter: iconv_t, _ text: UnsafeBufferPointer<UInt8>, _ buffer: inout ByteBuffer
  ) -> (read: Int, error: Int32) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { memory in
      var from = UnsafeMutableRawPointer(mutating: text.baseAddress)?.assumingMemoryBound(to: CChar.self)
      var unread = text.count
      var to = memory.baseAddress
      var room = memory.count
      let outcome = iconv(converter, &from, &unread, &to, &room)
      let error = outcome == -1 ? errno : 0
      UnsafeRawBufferPointer(memory).withMemoryRebound(to: UInt8.self) { written in
        buffer.append(UnsafeBufferPointer(rebasing: written[..<(memory.count - room)]))
      }
      return (text.count - unread, error)
    }
  }

  /// The one of two equal characters that the code page has.
  private func substitute(for scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch (scalar.value, encoding) {
    case (0xB5, .cp932), (0xB5, .cp949): "\u{3BC}"
    case (0x301C, .cp949), (0x301C, .cp932): "\u{FF5E}"
    case (0x2212, .cp949), (0x2212, .cp932): "\u{FF0D}"
    case (0x20A9, .cp949): "\u{FFE6}"
    default: nil
    }
  }
}
