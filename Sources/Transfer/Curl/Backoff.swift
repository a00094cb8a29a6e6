/// Pauses between attempts at one small step: each about twice as long as the one before, with jitter, so that many clients
/// do not come back at once. A server's own wish (Retry-After) counts when it is longer (R16).
struct Backoff: Sendable {
  private let policy: RetryPolicy
  private let end: ContinuousClock.Instant
  private var attempts = 1

  /// Starts counting attempts and time.
  init(_ policy: RetryPolicy) {
    self.policy = policy
    end = .now + .seconds(policy.deadline)
  }

  /// Waits before another attempt; false when there is to be none, because it cannot help or the policy has had enough.
  mutating func pause(after fault: TransferFault) async -> Bool {
    guard fault.remedy != .giveUp, attempts < policy.attempts else { return false }
    let usual = min(policy.longestPause, policy.firstPause * Double(UInt64(1) << UInt64(min(attempts - 1, 30))))
    attempts += 1
    let seconds = max(usual * Double.random(in: 0.5...1), min(fault.retryAfter ?? 0, policy.longestPause))
    guard .now + .seconds(seconds) < end else { return false }
    do { try await Task.sleep(for: .seconds(seconds)) } catch { return false }
    return true
  }
}
