internal import Diagnostics
internal import ProductModel

#if canImport(Glibc)
  internal import Glibc
#endif

/// Reads a document on a thread of its own, a few batches ahead of whoever takes them, so that reading and writing go on side by
/// side. Batches come in the order of the document, each with the findings made while it was read: what is made of them is the same
/// as if one thread did everything. Memory stays bounded, since there are only so many batches.
///
/// ```swift
/// guard let ahead = ReadAhead(reader, findings: relay) else { … }
/// defer { ahead.stop() }
/// while true {
///   let load = ahead.next()
///   if load.isEnd { break }
///   …
///   ahead.giveBack(load)
/// }
/// ```
final class ReadAhead {
  /// How many batches there are: one that is written, one that is read, and one that waits.
  private static let loads = 3

  /// A batch with what came with it.
  final class Load {
    var batch = ProductBatch()
    /// What was found while it was read.
    fileprivate(set) var findings = DiagnosticShare()
    /// How far the reader was with it.
    fileprivate(set) var bytesRead: UInt64 = 0
    /// What ended the document here; then the batch does not count.
    fileprivate(set) var fault: Fault?
    /// Whether nothing comes behind it; then the batch is empty.
    fileprivate(set) var isEnd = false
  }

  private let exchange: Exchange
  private var thread: pthread_t?

  /// Starts to read; nil when this machine gives no further thread.
  ///
  /// - Parameters:
  ///   - reader: touched by nobody else until `stop`, but for `place(of:origin:)`.
  ///   - findings: where the reader's findings go.
  init?(_ reader: any ProductReader, findings: DiagnosticCollector) {
    exchange = Exchange(reader, findings, loads: Self.loads)
    var thread = pthread_t()
    let context = Unmanaged.passRetained(exchange).toOpaque()
    let failed = pthread_create(
      &thread, nil,
      { context in
        Unmanaged<Exchange>.fromOpaque(context.unsafelyUnwrapped).takeRetainedValue().read()
        return nil
      }, context)
    if failed != 0 {
      Unmanaged<Exchange>.fromOpaque(context).release()
      return nil
    }
    self.thread = thread
  }

  /// The next batch, waited for. Not to be asked again behind the last one or a fault.
  func next() -> Load { exchange.takeReady() }

  /// Gives a batch back, to be filled again.
  func giveBack(_ load: Load) { exchange.giveBack(load) }

  /// Ends the reading, whether the document has ended or not, and waits for that.
  func stop() {
    exchange.stop()
    if let thread { pthread_join(thread, nil) }
    thread = nil
  }

  /// What both threads see, behind one lock.
  private final class Exchange: @unchecked Sendable {
    private let reader: any ProductReader
    private let findings: DiagnosticCollector
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var free: [Load]
    private var ready: [Load] = []
    private var isStopped = false

    init(_ reader: any ProductReader, _ findings: DiagnosticCollector, loads: Int) {
      self.reader = reader
      self.findings = findings
      free = (0..<loads).map { _ in Load() }
      lock = .allocate(capacity: 1)
      changed = .allocate(capacity: 1)
      pthread_mutex_init(lock, nil)
      pthread_cond_init(changed, nil)
    }

    deinit {
      pthread_mutex_destroy(lock)
      pthread_cond_destroy(changed)
      lock.deallocate()
      changed.deallocate()
    }

    private func locked<R>(_ body: () -> R) -> R {
      pthread_mutex_lock(lock)
      defer { pthread_mutex_unlock(lock) }
      return body()
    }

    /// The thread: fills batches until the document ends.
    func read() {
      while let load = takeFree() {
        load.batch.recycle()
        do throws(Fault) { load.isEnd = try !reader.read(into: &load.batch) } catch { load.fault = error }
        load.findings = findings.takeShare()
        load.bytesRead = reader.bytesRead
        let isLast = load.isEnd || load.fault != nil
        locked {
          ready.append(load)
          pthread_cond_signal(changed)
        }
        if isLast { return }
      }
    }

    private func takeFree() -> Load? {
      locked {
        while free.isEmpty, !isStopped { pthread_cond_wait(changed, lock) }
        return isStopped ? nil : free.removeLast()
      }
    }

    func takeReady() -> Load {
      locked {
        while ready.isEmpty { pthread_cond_wait(changed, lock) }
        return ready.removeFirst()
      }
    }

    func giveBack(_ load: Load) {
      locked {
        free.append(load)
        pthread_cond_signal(changed)
      }
    }

    func stop() {
      locked {
        isStopped = true
        pthread_cond_signal(changed)
      }
    }
  }
}
