internal import CZlib
internal import Diagnostics

/// Unpacks gzip (RFC 1952) in memory, up to a limit (S14).
enum Gunzip {
  /// - Parameter place: where the bytes come from, for messages.
  /// - Throws: `.malformed` with `transfer-broken` for damaged or cut bytes; `.unreadable` with `transfer-too-large`.
  static func unpack(_ packed: [UInt8], limit: Int, place: String) throws(Fault) -> [UInt8] {
    var stream = z_stream()
    // 16: with the header and check sum of gzip.
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw Fault(.bug, Diagnostic(.transferBroken, at: Place(file: place)))
    }
    defer { inflateEnd(&stream) }
    var packed = packed
    var plain: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 256 << 10)
    var result = Z_OK
    packed.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(clamping: input.count)
      while result == Z_OK, plain.count <= limit {
        let made = room.withUnsafeMutableBufferPointer { output in
          stream.next_out = output.baseAddress
          stream.avail_out = UInt32(output.count)
          result = inflate(&stream, Z_NO_FLUSH)
          return output.count - Int(stream.avail_out)
        }
        plain.append(contentsOf: room[..<made])
      }
    }
    if plain.count > limit {
      throw Fault(
        .unreadable,
        Diagnostic(
          .transferTooLarge, at: Place(file: place),
          message: .init("It unpacks to more than \(limit) bytes.", vi: "Giải nén ra nhiều hơn \(limit) byte.")))
    }
    guard result == Z_STREAM_END else {
      throw Fault(
        .malformed,
        Diagnostic(
          .transferBroken, at: Place(file: place),
          message: .init("The compressed document is damaged or cut off.", vi: "Tài liệu nén bị hỏng hoặc bị cắt.")))
    }
    return plain
  }
}
