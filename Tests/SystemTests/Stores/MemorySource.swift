import Diagnostics
import Synchronization

@testable import Transfer

/// Bytes to send.
final class MemorySource: ByteSource {
  private let bytes: [UInt8]
  private let at = Mutex(0)

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var size: UInt64 { UInt64(bytes.count) }

  func seek(to offset: UInt64) throws(Fault) { at.withLock { $0 = Int(offset) } }

  func read(into memory: UnsafeMutableRawBufferPointer) throws(Fault) -> Int {
    at.withLock { at in
      let count = min(memory.count, bytes.count - at)
      memory.copyBytes(from: bytes[at..<(at + count)])
      at += count
      return count
    }
  }
}

/// Takes bytes, and what was said before them.
final class RecordingSink: ByteSink {
  private let state = Mutex<(bytes: [UInt8], heads: [TransferHead])>(([], []))

  var bytes: [UInt8] { state.withLock { $0.bytes } }
  var heads: [TransferHead] { state.withLock { $0.heads } }

  func start(_ head: TransferHead) throws(Fault) { state.withLock { $0.heads.append(head) } }
  func receive(_ bytes: UnsafeRawBufferPointer) throws(Fault) { state.withLock { $0.bytes.append(contentsOf: bytes) } }
}
