import Synchronization
import Transfer

#if canImport(Glibc)
  import Glibc
#endif

/// Progress of transfers on a terminal: bytes of bytes where the total is known, and the speed; wiped at the end. Called on
/// any thread.
final class TransferMeter: Sendable {
  private struct State {
    /// Files that are under way, by name.
    var files: [String: TransferProgress] = [:]
    /// Bytes at the time of the first report and now, for the speed.
    var began = 0.0
    var last = 0.0
    var first: UInt64 = 0
    var shown = false
  }

  private let state = Mutex(State())
  private let isInteractive = Terminal.isInteractive

  /// What takes reports; nil where nobody looks.
  var report: TransferSession.Progress? {
    guard isInteractive else { return nil }
    return { [self] progress in take(progress) }
  }

  private func take(_ progress: TransferProgress) {
    let now = Self.now()
    let line = state.withLock { state -> String? in
      state.files[progress.name] = progress
      let done = state.files.values.reduce(0) { $0 + $1.done }
      if state.began == 0 {
        state.began = now
        state.last = now
        state.first = done
        return nil
      }
      guard now - state.last >= 0.2 else { return nil }
      state.last = now
      state.shown = true
      let totals = state.files.values.map(\.total)
      let total = totals.contains { $0 == nil } ? nil : totals.reduce(0) { $0 + ($1 ?? 0) }
      let speed = Double(done - min(done, state.first)) / (now - state.began)
      var text = state.files.count == 1 ? progress.name : "\(state.files.count) files"
      if let total, total > 0 {
        text += "  \(done * 100 / total) %  \(ByteCount.text(done)) of \(ByteCount.text(total))"
      } else {
        text += "  \(ByteCount.text(done))"
      }
      return text + "  \(ByteCount.text(UInt64(speed)))/s"
    }
    if let line { Terminal.write("\r\u{1B}[K" + line, 2) }
  }

  /// Wipes the line.
  func clear() {
    let shown = state.withLock { state in
      defer { state.shown = false }
      return state.shown
    }
    if shown { Terminal.write("\r\u{1B}[K", 2) }
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Sizes for people.
enum ByteCount {
  /// `512 B`, `1.5 MB`: powers of 1000, two digits or more.
  static func text(_ bytes: UInt64) -> String {
    var value = Double(bytes)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 999.5 || unit == "GB" {
        if unit == "B" || value >= 10 { return "\(Int(value.rounded())) \(unit)" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(unit)"
      }
      value /= 1000
    }
    return "\(bytes) B"
  }
}
