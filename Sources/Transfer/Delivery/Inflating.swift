internal import Bytes
internal import CZlib
internal import Diagnostics
internal import Documents

#if canImport(Glibc)
  internal import Glibc
#endif

/// Unpacks a gzip file (RFC 1952) from one descriptor into another, in constant memory, up to a limit (S14).
enum Inflating {
  /// Whether a file begins like gzip.
  static func isGzip(_ descriptor: Int32) -> Bool {
    var start: [UInt8] = [0, 0]
    return pread(descriptor, &start, 2, 0) == 2 && start == [0x1F, 0x8B]
  }

  /// Unpacks all members; zeros may follow the last one.
  ///
  /// - Parameter place: the remote address, for messages.
  /// - Returns: the unpacked bytes' number and SHA-256.
  /// - Throws: `gzip-damaged` (`.malformed`), `transfer-too-large` (`.unreadable`), `local-file` (`.output`).
  static func unpack(
    _ input: Int32, into output: Int32, limit: UInt64, place: String, path: String
  ) throws(Fault) -> (count: UInt64, sha256: String) {
    var stream = z_stream()
    // 16: with the header and check sum of gzip.
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw Fault.local(path, ENOMEM)
    }
    defer { inflateEnd(&stream) }
    let packed = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 128 << 10)
    let plain = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256 << 10)
    defer {
      packed.deallocate()
      plain.deallocate()
    }
    var digest = SHA256()
    var count: UInt64 = 0
    var at: UInt64 = 0
    var isBetween = false
    while true {
      let read = pread(input, packed.baseAddress, packed.count, off_t(clamping: at))
      if read < 0, errno == EINTR { continue }
      if read < 0 { throw Fault.local(path, errno) }
      if read == 0 {
        if isBetween { return (count, digest.hex) }
        throw damaged(place, .init("it is cut off", vi: "bị cắt cụt"))
      }
      at += UInt64(read)
      stream.next_in = packed.baseAddress
      stream.avail_in = UInt32(read)
      while stream.avail_in > 0 {
        if isBetween {
          // Another member, or padding.
          if stream.next_in.pointee == 0 {
            stream.next_in += 1
            stream.avail_in -= 1
            continue
          }
          inflateReset(&stream)
          isBetween = false
        }
        stream.next_out = plain.baseAddress
        stream.avail_out = UInt32(plain.count)
        let result = inflate(&stream, Z_NO_FLUSH)
        let made = plain.count - Int(stream.avail_out)
        if made > 0 {
          guard UInt64(made) <= limit - min(limit, count) else { throw tooLarge(place, limit) }
          let bytes = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: plain[..<made]))
          if let error = writeAll(output, bytes, at: count) { throw Fault.local(path, error) }
          digest.add(bytes)
          count += UInt64(made)
        }
        switch result {
        case Z_STREAM_END: isBetween = true
        case Z_OK, Z_BUF_ERROR: break
        default: throw damaged(place, .init("its check sum or form is wrong", vi: "tổng kiểm tra hoặc cấu trúc sai"))
        }
      }
    }
  }

  private static func damaged(_ place: String, _ reason: LocalizedText) -> Fault {
    Fault(
      .malformed,
      Diagnostic(
        .gzipDamaged, at: Place(file: place),
        message: .init("The compressed file is damaged: \(reason.en).", vi: "Tệp nén bị hỏng: \(reason.vi).")))
  }

  private static func tooLarge(_ place: String, _ limit: UInt64) -> Fault {
    Fault(
      .unreadable,
      Diagnostic(
        .transferTooLarge, at: Place(file: place),
        message: .init(
          "The file unpacks to more than the \(limit) bytes that the endpoint allows.",
          vi: "Tệp giải nén ra nhiều hơn \(limit) byte mà điểm kết nối cho phép.")))
  }
}
