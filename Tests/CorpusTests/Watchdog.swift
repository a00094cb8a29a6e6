import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Ends the process when one file takes unreasonably long: a reader that hangs cannot be interrupted in any other way, and
/// a test that never ends tells nobody which file it was.
final class Watchdog: Sendable {
  private struct Present {
    var file = ""
    var since = ContinuousClock.now
    var isDone = false
    var slowest = (file: "", time: Duration.zero)
  }
  private let present = Mutex(Present())
  private let limit: Duration

  /// Starts watching; `limit` is for one file.
  init(limit: Duration) {
    self.limit = limit
    // A thread of its own: a task might never be given one of the few threads that tests keep busy.
    var thread = pthread_t()
    let watchdog = Unmanaged.passRetained(self).toOpaque()
    pthread_create(
      &thread, nil,
      { watchdog in
        Unmanaged<Watchdog>.fromOpaque(watchdog!).takeRetainedValue().watch()
        return nil
      }, watchdog)
    pthread_detach(thread)
  }

  private func watch() {
    while true {
      sleep(1)
      let (file, time, isDone) = present.withLock { ($0.file, ContinuousClock.now - $0.since, $0.isDone) }
      if isDone { return }
      if !file.isEmpty, time > limit { fatalError("\(file): still being read after \(time), which is a hang") }
    }
  }

  /// Tells which file is read now.
  func begin(_ file: String) {
    present.withLock {
      Self.close(&$0)
      ($0.file, $0.since) = (file, ContinuousClock.now)
    }
  }

  /// Ends watching; gives the file that took longest.
  func end() -> (file: String, time: Duration) {
    present.withLock {
      Self.close(&$0)
      $0.isDone = true
      return $0.slowest
    }
  }

  private static func close(_ present: inout Present) {
    let time = ContinuousClock.now - present.since
    if !present.file.isEmpty, time > present.slowest.time { present.slowest = (present.file, time) }
  }
}
