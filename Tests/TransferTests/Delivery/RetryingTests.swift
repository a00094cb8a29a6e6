import Diagnostics
import Testing

@testable import Transfer

@Suite struct RetryingTests {
  private func fault(_ remedy: TransferFault.Remedy, retryAfter: Double? = nil) -> TransferFault {
    TransferFault(
      Fault(.transient, Diagnostic(.transferBusy, at: Place(file: "x"))), remedy, retryAfter: retryAfter)
  }

  @Test("R16: pauses double up to the limit, chosen at random from their upper half")
  func backsOff() async throws {
    var policy = RetryPolicy()
    policy.attempts = 8
    policy.firstPause = 1
    policy.longestPause = 10
    for chance in [0, 0.25, 1] {
      let clock = FakeClock(chance: chance)
      var retrying = Retrying(policy, clock.clock)
      var ended: Fault?
      while ended == nil {
        do { try await retrying.wait(after: fault(.retry)) } catch { ended = error }
      }
      #expect(retrying.attempts == 8)
      #expect(clock.pauses == [1, 2, 4, 8, 10, 10, 10].map { $0 * (0.5 + chance / 2) })
      #expect(ended?.diagnostic.message.en.hasSuffix("(after 8 attempts)") == true)
    }
  }

  @Test("R16: Retry-After is kept, up to the longest pause")
  func retryAfter() async throws {
    let clock = FakeClock(chance: 0)
    var retrying = Retrying(RetryPolicy(), clock.clock)
    try await retrying.wait(after: fault(.retry, retryAfter: 7))
    try await retrying.wait(after: fault(.ask, retryAfter: 100_000))
    try await retrying.wait(after: fault(.retry, retryAfter: -5))
    try await retrying.wait(after: fault(.retry, retryAfter: .infinity))
    #expect(clock.pauses == [7, 120, 2, 4])
  }

  @Test("R17: what cannot heal is never tried again")
  func givesUp() async throws {
    let clock = FakeClock()
    var retrying = Retrying(RetryPolicy(), clock.clock)
    await #expect(throws: Fault.self) { try await retrying.wait(after: fault(.giveUp, retryAfter: 1)) }
    #expect(clock.pauses.isEmpty)
  }

  @Test("R18: nothing begins after the deadline")
  func deadline() async throws {
    var policy = RetryPolicy()
    policy.attempts = 1_000_000
    policy.deadline = 60
    let clock = FakeClock(chance: 1)
    await #expect(throws: Fault.self) {
      try await Retrying.run(policy, clock.clock) { () throws(TransferFault) in throw fault(.retry) }
    }
    #expect(clock.pauses.reduce(0, +) < 60)
    #expect(clock.pauses == [1, 2, 4, 8, 16])
  }

  @Test("A cancelled task does not try again")
  func cancelled() async throws {
    let clock = FakeClock()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await Retrying.run(RetryPolicy(), clock.clock) { () throws(TransferFault) in throw fault(.retry) }
    }
    let result = await task.result
    guard case .failure(let error) = result, let fault = error as? Fault else {
      Issue.record("went on")
      return
    }
    #expect(fault.diagnostic.code == .transferCancelled)
  }
}

@Suite struct GlobTests {
  @Test(arguments: [
    ("*.csv", ["a.csv", ".csv", "a.csv.part", "Ü.csv"], ["a.csv", "Ü.csv"]),
    (
      "feed-????.{csv,xml}", ["feed-2026.csv", "feed-2026.xml", "feed-26.csv", "feed-2026.txt"],
      ["feed-2026.csv", "feed-2026.xml"]
    ),
    ("[a-c][!0-9]*", ["ab", "a1", "db", "c_2"], ["ab", "c_2"]),
    ("*", ["a", ".a", ""], ["a", ""]),
    (".*", ["a", ".a"], [".a"]),
    ("a*b*c", ["abc", "aXbYc", "acb", "abcbc"], ["abc", "aXbYc", "abcbc"]),
    ("{a,b{c,d}}?", ["ax", "bcx", "bdx", "bx"], ["ax", "bcx", "bdx"]),
    ("[]x]", ["]", "x", "y"], ["]", "x"]),
  ])
  func matches(_ pattern: String, _ names: [String], _ expected: [String]) throws {
    let glob = try Glob(pattern)
    #expect(names.filter(glob.matches) == expected)
  }

  @Test(arguments: ["[a", "{a,b", "[z-a]", String(repeating: "{a,b}", count: 30)])
  func refuses(_ pattern: String) {
    #expect(throws: Fault.self) { try Glob(pattern) }
  }

  @Test("A pattern of stars is matched without trying every way")
  func hostile() throws {
    let glob = try Glob(String(repeating: "a*", count: 100) + "b")
    #expect(!glob.matches(String(repeating: "a", count: 250)))
  }
}
