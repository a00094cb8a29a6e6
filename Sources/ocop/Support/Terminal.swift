import Diagnostics

#if canImport(Glibc)
  import Glibc
#endif

/// Standard output and standard error, written whole.
enum Terminal {
  /// Writes a line to standard output.
  static func print(_ text: String) { write(text + "\n", 1) }

  /// Writes to standard error.
  static func note(_ text: String) { write(text + "\n", 2) }

  /// Whether standard error is a terminal, where progress is worth showing.
  static var isInteractive: Bool { isatty(2) == 1 }

  /// Writes to a descriptor, all of it; false when that cannot be done.
  @discardableResult
  static func write(_ text: String, _ descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var at = 0
      while at < bytes.count {
        let n = Glibc.write(descriptor, bytes.baseAddress! + at, bytes.count - at)
        if n < 0 {
          if errno == EINTR { continue }
          return false
        }
        at += n
      }
      return true
    }
  }
}

/// Progress on a terminal: bytes read of bytes in all, a few times a second, wiped at the end.
final class Progress {
  private var shown = false
  private var last: time_t = 0

  func update(_ done: UInt64, _ total: UInt64) {
    guard Terminal.isInteractive, total > 4 << 20 else { return }
    let now = time(nil)
    guard now != last else { return }
    last = now
    shown = true
    let percent = total > 0 ? done * 100 / total : 0
    Terminal.write("\r\(percent) %  \(done >> 20) of \(total >> 20) MiB ", 2)
  }

  func clear() {
    if shown { Terminal.write("\r\u{1B}[K", 2) }
    shown = false
  }
}

/// Prints findings as they come, the first of each code in full, and says how many more there were.
final class DiagnosticPrinter {
  let language: MessageLanguage
  let collector = DiagnosticCollector()
  private var printed: [DiagnosticCode: Int] = [:]
  private static let perCode = 5

  init(language: MessageLanguage, quiet: Bool = false) {
    self.language = language
    if !quiet {
      collector.onDiagnostic = { [unowned self] diagnostic in
        guard diagnostic.severity > .note else { return }
        printed[diagnostic.code, default: 0] += 1
        if printed[diagnostic.code, default: 0] <= Self.perCode { Terminal.note(diagnostic.text(in: language)) }
      }
    }
  }

  /// Says what was not printed in full.
  func finish() {
    if collector.onDiagnostic == nil { return }
    for (code, n) in collector.countsWithoutNotes.sorted(by: { $0.key.id < $1.key.id }) where n > Self.perCode {
      Terminal.note(
        language == .vi
          ? "… và \(n - Self.perCode) lỗi \(code.id) nữa (xem --report)"
          : "… and \(n - Self.perCode) more \(code.id) (see --report)")
    }
  }
}
