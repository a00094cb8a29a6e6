internal import CLibCURL
internal import Diagnostics
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// Drives any number of exchanges on one thread, by libcurl's multi interface.
///
/// The thread starts with the first exchange. Connections are kept and used again, so a thousand small files to one server
/// cost one log-in (or as many as run side by side). Callers wait asynchronously; cancelling a task ends its exchange.
final class CurlEngine: Sendable {
  private struct Mailbox {
    var arriving: [CurlExchange] = []
    var cancelled: [CurlExchange] = []
    var isClosed = false
    var hasEnded = false
    var thread: pthread_t?
    var isRunning = false
  }

  private let mailbox = Mutex(Mailbox())
  private let multi: CurlPointer

  /// Loads libcurl.
  ///
  /// - Throws: `.configuration` with `curl-missing` when libcurl cannot be loaded.
  init(connectionsPerHost: Int = 4) throws(Fault) {
    guard ocop_curl_load(), let multi = ocop_curl_multi_new() else {
      let reason = String(cString: ocop_curl_load_error())
      throw Fault(
        .configuration,
        Diagnostic(
          .curlMissing, at: Place(file: "libcurl"),
          message: .init("libcurl cannot be loaded: \(reason)", vi: "Không nạp được libcurl: \(reason)")))
    }
    self.multi = CurlPointer(multi)
    ocop_curl_multi_set_number(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connectionsPerHost)
    ocop_curl_multi_set_number(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
  }

  /// Performs a request.
  ///
  /// - Parameters:
  ///   - source: what is sent, for uploads.
  ///   - sink: what takes the body of the answer; it is dropped without one.
  ///   - head: makes the sink's head from status and headers.
  /// - Returns: what came of it; errors of the network and of the server are in it.
  func perform(
    _ request: CurlRequest, sending source: (any ByteSource)? = nil, into sink: (any ByteSink)? = nil,
    head: (@Sendable (CurlResponse) -> TransferHead)? = nil, progress: (@Sendable (UInt64, UInt64) -> Void)? = nil
  ) async -> CurlResponse {
    let exchange = CurlExchange(request, source: source, sink: sink, head: head, progress: progress)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        exchange.whenDone = { continuation.resume(returning: $0) }
        add(exchange)
      }
    } onCancel: {
      exchange.isCancelled.store(true, ordering: .relaxed)
      mailbox.withLock { box in
        guard !box.hasEnded else { return }
        box.cancelled.append(exchange)
        ocop_curl_multi_wakeup(multi.raw)
      }
    }
  }

  deinit { if !mailbox.withLock({ $0.hasEnded }) { ocop_curl_multi_free(multi.raw) } }

  /// Lets the thread end after the exchanges that run now, and waits for that: a process that exits while TLS connections
  /// are being closed would take the ground from under them. At most five seconds, for servers that do not answer to QUIT.
  func close() {
    let thread = mailbox.withLock { box in
      box.isClosed = true
      defer { box.thread = nil }
      // Under the lock, since the thread frees the handle as soon as it sees that the engine is closed.
      if box.thread != nil { ocop_curl_multi_wakeup(multi.raw) }
      return box.thread
    }
    guard let thread else { return }
    if ocop_curl_join(thread, 5) != 0 { pthread_detach(thread) }
  }

  private func add(_ exchange: CurlExchange) {
    let (isClosed, start) = mailbox.withLock { box in
      if box.isClosed { return (true, false) }
      box.arriving.append(exchange)
      defer { box.isRunning = true }
      return (false, !box.isRunning)
    }
    if isClosed {
      // Its connections are gone: an error, and no crash.
      exchange.fail(CURLE_ABORTED_BY_CALLBACK)
    } else if start {
      startThread()
    } else {
      ocop_curl_multi_wakeup(multi.raw)
    }
  }

  private func startThread() {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let failed = pthread_create(
      &thread, nil,
      { context in
        Unmanaged<CurlEngine>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, context)
    precondition(failed == 0, "no thread for transfers: \(String(cString: strerror(failed)))")
    mailbox.withLock { $0.thread = thread }
  }

  /// The thread: takes what arrived, lets libcurl work, hands out what is done.
  private func run() {
    let multi = multi.raw
    var active: [UnsafeMutableRawPointer: CurlExchange] = [:]
    // Handles that were used before keep buffers and caches.
    var handles = HandlePool()
    var waiting: [CurlExchange] = []
    func finish(_ handle: UnsafeMutableRawPointer, _ result: CURLcode) {
      ocop_curl_multi_remove(multi, handle)
      guard let exchange = active.removeValue(forKey: handle) else { return }
      exchange.finish(handle, result)
      handles.give(back: handle, exchange.request.lane)
    }
    while true {
      let (arriving, cancelled, isClosed) = mailbox.withLock { box in
        defer {
          box.arriving = []
          box.cancelled = []
        }
        return (box.arriving, box.cancelled, box.isClosed)
      }
      waiting += arriving
      let next = waiting
      waiting = []
      for exchange in next {
        if handles.isBusy(exchange.request.lane) {
          waiting.append(exchange)
          continue
        }
        guard let handle = handles.take(exchange.request.lane) else {
          exchange.fail(CURLE_OUT_OF_MEMORY)
          continue
        }
        let refused = exchange.prepare(handle)
        if refused != CURLE_OK {
          exchange.finish(handle, refused)
          handles.give(back: handle, exchange.request.lane)
          continue
        }
        active[handle] = exchange
        ocop_curl_multi_add(multi, handle)
      }
      for exchange in cancelled {
        if let handle = active.first(where: { $0.value === exchange })?.key {
          finish(handle, CURLE_ABORTED_BY_CALLBACK)
        }
      }
      var running: Int32 = 0
      ocop_curl_multi_perform(multi, &running)
      var result = CURLE_OK
      while let handle = ocop_curl_multi_next_done(multi, &result) { finish(handle, result) }
      // What waits for a lane may begin at once.
      if waiting.contains(where: { !handles.isBusy($0.request.lane) }) { continue }
      if active.isEmpty {
        let mayEnd = mailbox.withLock { box in
          guard box.isClosed, box.arriving.isEmpty else { return false }
          box.isRunning = false
          return true
        }
        if mayEnd, isClosed {
          handles.free()
          // Connections are closed politely here, on their thread.
          mailbox.withLock { $0.hasEnded = true }
          ocop_curl_multi_free(multi)
          return
        }
      }
      ocop_curl_multi_poll(multi, 1000)
    }
  }
}

/// The easy handles of one engine thread: any free one, or that of a lane.
private struct HandlePool {
  private var idle: [UnsafeMutableRawPointer] = []
  private var lanes: [String: (handle: UnsafeMutableRawPointer, isBusy: Bool)] = [:]

  func isBusy(_ lane: String?) -> Bool { lane.flatMap { lanes[$0] }?.isBusy ?? false }

  mutating func take(_ lane: String?) -> UnsafeMutableRawPointer? {
    guard let lane else { return idle.popLast() ?? ocop_curl_new() }
    guard let handle = lanes[lane]?.handle ?? ocop_curl_new() else { return nil }
    lanes[lane] = (handle, true)
    return handle
  }

  mutating func give(back handle: UnsafeMutableRawPointer, _ lane: String?) {
    ocop_curl_reset(handle)
    if let lane { lanes[lane] = (handle, false) } else { idle.append(handle) }
  }

  mutating func free() {
    for handle in idle + lanes.values.map(\.handle) { ocop_curl_free(handle) }
    idle = []
    lanes = [:]
  }
}

/// A C pointer that is handed to one thread.
struct CurlPointer: @unchecked Sendable {
  let raw: UnsafeMutableRawPointer
  init(_ raw: UnsafeMutableRawPointer) { self.raw = raw }
}
