internal import Diagnostics
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// What time and chance are asked of, so that tests need neither wait nor hope.
struct TransferClock: Sendable {
  /// Seconds since some start; never goes back.
  var now: @Sendable () -> Double
  /// Waits some seconds; ends early, with an error, when the task is cancelled.
  var sleep: @Sendable (Double) async throws -> Void
  /// A number from 0 up to 1.
  var random: @Sendable () -> Double

  /// The system's.
  static let system = TransferClock(
    now: {
      var time = timespec()
      clock_gettime(CLOCK_BOOTTIME, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    },
    sleep: { try await Task.sleep(for: .seconds($0)) },
    random: { Double.random(in: 0..<1) })
}

/// Decides, after each failed attempt, whether there is another one, and waits until its time has come.
///
/// By the fault's remedy and nothing else (R16, R17): what cannot heal ends at once. Pauses double up to a limit, and each is
/// chosen at random from its upper half, so that a server in need gets its rest and a thousand clients do not come back
/// together. A server's own wish (Retry-After) is kept, up to the same limit. Nothing begins after the deadline (R18).
///
///     var retrying = Retrying(policy, clock)
///     while true {
///       do throws(TransferFault) { return try await step() } catch { try await retrying.wait(after: error) }
///     }
struct Retrying: Sendable {
  private let policy: RetryPolicy
  private let clock: TransferClock
  private let start: Double
  /// Attempts that have failed or run now.
  private(set) var attempts = 1

  init(_ policy: RetryPolicy, _ clock: TransferClock = .system) {
    self.policy = policy
    self.clock = clock
    start = clock.now()
  }

  /// Waits for the next attempt.
  ///
  /// - Throws: the fault itself when there is no other attempt; `transfer-cancelled` when the task is cancelled.
  mutating func wait(after fault: TransferFault) async throws(Fault) {
    if Task.isCancelled { throw Self.cancelled(fault.fault) }
    guard fault.remedy != .giveUp, attempts < max(1, policy.attempts) else { throw ended(fault) }
    var ceiling = policy.firstPause
    for _ in 1..<attempts where ceiling < policy.longestPause { ceiling *= 2 }
    var pause = (0.5 + clock.random() / 2) * min(ceiling, policy.longestPause)
    if let wish = fault.retryAfter, wish.isFinite { pause = max(pause, min(max(0, wish), policy.longestPause)) }
    guard clock.now() - start + pause < policy.deadline else { throw ended(fault) }
    do { try await clock.sleep(pause) } catch { throw Self.cancelled(fault.fault) }
    attempts += 1
  }

  /// Waits for the next attempt; false when there is none, for callers that have something to put right first.
  mutating func pause(after fault: TransferFault) async -> Bool {
    do throws(Fault) { try await wait(after: fault) } catch { return false }
    return true
  }

  /// Performs something that changes nothing at the server until it succeeds or cannot.
  static func run<R: Sendable>(
    _ policy: RetryPolicy, _ clock: TransferClock, _ body: () async throws(TransferFault) -> R
  ) async throws(Fault) -> R {
    var retrying = Retrying(policy, clock)
    while true {
      do throws(TransferFault) { return try await body() } catch { try await retrying.wait(after: error) }
    }
  }

  /// The fault, which says how often it was tried.
  private func ended(_ fault: TransferFault) -> Fault {
    guard attempts > 1 else { return fault.fault }
    var diagnostic = fault.fault.diagnostic
    let text = diagnostic.message
    diagnostic.message = .init(
      "\(text.en) (after \(attempts) attempts)", vi: "\(text.vi) (sau \(attempts) lần thử)")
    return Fault(fault.fault.kind, diagnostic)
  }

  static func cancelled(_ last: Fault) -> Fault {
    Fault(.transient, Diagnostic(.transferCancelled, at: last.diagnostic.place))
  }
}
