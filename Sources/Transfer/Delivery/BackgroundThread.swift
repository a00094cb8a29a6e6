#if canImport(Glibc)
  internal import Glibc
#endif

/// Work that should take only the processor time that others leave: a thread of its own at the lowest priority (nice 19, which on
/// Linux holds for a single thread). Tasks of the language's pool all run at the priority of the process.
enum BackgroundThread {
  private final class Work {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts a thread that ends with the work; false when the system gives none.
  static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let failed = pthread_create(
      &thread, nil,
      { work in
        // Without it the work is done all the same.
        setpriority(Int32(PRIO_PROCESS.rawValue), 0, 19)
        Unmanaged<Work>.fromOpaque(work!).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    if failed != 0 {
      work.release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}
