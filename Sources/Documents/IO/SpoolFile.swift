internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// A nameless temporary file that is written once from front to back and then read as a document.
///
/// It has no name from the start, so nothing is left behind however the program ends.
final class SpoolFile {
  private var descriptor: Int32
  private let name: String
  private(set) var count: UInt64 = 0

  /// Makes an empty file in `TMPDIR`, or `/tmp` when that is not set; `name` is the document's name in messages.
  init(for name: String) throws(Fault) {
    self.name = name
    descriptor = openNamelessFile().descriptor
    if descriptor < 0 { throw Self.failure(errno, name) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Appends bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    if let error = writeAll(descriptor, bytes) { throw Self.failure(error, name) }
    count += UInt64(bytes.count)
  }

  /// Ends writing and hands the file over as a document.
  func document() -> InputDocument {
    defer { descriptor = -1 }
    return InputDocument(descriptor: descriptor, name: name, size: count)
  }

  private static func failure(_ error: Int32, _ name: String) -> Fault {
    let reason = String(cString: strerror(error))
    return Fault(
      .output,
      Diagnostic(
        .spoolFailed, at: Place(file: name),
        message: .init(
          "The input could not be kept in a temporary file: \(reason)",
          vi: "Không giữ được dữ liệu vào trong tệp tạm: \(reason)")))
  }
}
