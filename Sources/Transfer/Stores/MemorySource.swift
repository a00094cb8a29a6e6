internal import Diagnostics
internal import Synchronization

/// Gives bytes in memory: a request's small body.
final class MemorySource: ByteSource {
  private let bytes: [UInt8]
  private let place = Mutex(0)

  /// Makes a source of some bytes.
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var size: UInt64 { UInt64(bytes.count) }

  func seek(to offset: UInt64) throws(Fault) { place.withLock { $0 = Int(min(offset, size)) } }

  func read(into memory: UnsafeMutableRawBufferPointer) throws(Fault) -> Int {
    place.withLock { place in
      let part = bytes[place..<min(bytes.count, place + memory.count)]
      memory.copyBytes(from: part)
      place += part.count
      return part.count
    }
  }
}

/// Gives a part of another source.
final class PartSource: ByteSource {
  let size: UInt64
  private let source: any ByteSource
  private let start: UInt64
  private let place = Mutex<UInt64>(0)

  /// Makes the part of `size` bytes from `start` on; `seek` must be called before the first `read`.
  init(_ source: any ByteSource, start: UInt64, size: UInt64) {
    self.source = source
    self.start = start
    self.size = size
  }

  func seek(to offset: UInt64) throws(Fault) {
    try source.seek(to: start + min(offset, size))
    place.withLock { $0 = min(offset, size) }
  }

  func read(into memory: UnsafeMutableRawBufferPointer) throws(Fault) -> Int {
    let left = size - place.withLock { $0 }
    let room = UnsafeMutableRawBufferPointer(rebasing: memory[..<Int(min(UInt64(memory.count), left))])
    guard room.count > 0 else { return 0 }
    let read = try source.read(into: room)
    place.withLock { $0 += UInt64(read) }
    return read
  }
}
