internal import Bytes
internal import Diagnostics

/// SHA-256 and MD5 of what is about to be sent: the one is signed, the other compared with the answer.
struct S3Digests: Sendable {
  private(set) var sha256 = SHA256()
  private(set) var md5 = MD5()
  private(set) var count: UInt64 = 0

  /// Takes the digests of bytes in memory.
  init(_ bytes: [UInt8]) {
    sha256.add(bytes)
    md5.add(bytes)
    count = UInt64(bytes.count)
  }

  /// Reads a part of a source, and goes back to its start.
  ///
  /// - Throws: give up with what the source threw, or when it ends too early.
  init(_ source: any ByteSource, from start: UInt64, count: UInt64) throws(TransferFault) {
    do throws(Fault) { try read(source, start, count) } catch { throw TransferFault(error, .giveUp) }
  }

  private mutating func read(_ source: any ByteSource, _ start: UInt64, _ wanted: UInt64) throws(Fault) {
    try source.seek(to: start)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
    defer { memory.deallocate() }
    while count < wanted {
      let room = UnsafeMutableRawBufferPointer(rebasing: memory[..<Int(min(UInt64(memory.count), wanted - count))])
      let read = try source.read(into: room)
      // A source that shrank is found by itself when it is sent.
      if read == 0 { break }
      sha256.add(UnsafeRawBufferPointer(rebasing: room[..<read]))
      md5.add(UnsafeRawBufferPointer(rebasing: room[..<read]))
      count += UInt64(read)
    }
    try source.seek(to: start)
  }
}
