internal import Diagnostics
internal import Documents

#if canImport(Glibc)
  internal import Glibc
#endif

/// Unpacks gzip (RFC 1952) in memory, up to a limit (S14), by way of nameless files.
enum Gunzip {
  /// - Parameter place: where the bytes come from, for messages.
  /// - Throws: as `Inflating.unpack`.
  static func unpack(_ packed: [UInt8], limit: Int, place: String) throws(Fault) -> [UInt8] {
    let input = try makeSpool()
    defer { close(input) }
    let output = try makeSpool()
    defer { close(output) }
    if let error = packed.withUnsafeBytes({ writeAll(input, $0, at: 0) }) { throw Fault.local(place, error) }
    let count = Int(
      try Inflating.unpack(input, into: output, limit: UInt64(max(0, limit)), place: place, path: place).count)
    var plain = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let read = plain.withUnsafeMutableBytes { pread(output, $0.baseAddress! + done, count - done, off_t(done)) }
      if read < 0, errno == EINTR { continue }
      guard read > 0 else { throw Fault.local(place, errno) }
      done += read
    }
    return plain
  }
}
