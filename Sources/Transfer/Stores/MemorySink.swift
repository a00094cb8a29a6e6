internal import Diagnostics
internal import Synchronization

/// Keeps a small answer in memory: a listing, a token, a report.
final class MemorySink: ByteSink {
  private let state = Mutex<[UInt8]>([])
  private let limit: Int

  /// Makes a sink that refuses more than `limit` bytes.
  init(limit: Int) { self.limit = limit }

  /// What came.
  var bytes: [UInt8] { state.withLock { $0 } }

  /// What came, as text; invalid bytes of old servers' file names become U+FFFD and such names are refused later.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Forgets what came, for another attempt.
  func clear() { state.withLock { $0 = [] } }

  func start(_ head: TransferHead) throws(Fault) {}

  func receive(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    let fits = state.withLock { all in
      guard all.count + bytes.count <= limit else { return false }
      all.append(contentsOf: bytes)
      return true
    }
    if !fits {
      throw Fault(
        .unreadable,
        Diagnostic(
          .transferTooLarge, at: Place(file: "answer"),
          message: .init(
            "The server's answer has more than \(limit) bytes.", vi: "Câu trả lời của máy chủ dài quá \(limit) byte.")))
    }
  }
}
