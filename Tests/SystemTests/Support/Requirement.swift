import Foundation
import Synchronization
import Testing

/// Says which requirements a test shows; the results are written for the page Documentation/transfer-requirements.md.
///
/// The numbers and what they demand are in requirements.tsv beside the tests.
struct Requirement: TestTrait, TestScoping {
  /// Such as `R10`.
  var ids: [String]

  func prepare(for test: Test) async throws {
    // Written before conditions are asked: a test that has this line and no other was skipped.
    Results.shared.write(ids, test, "planned")
  }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let failed = Mutex(false)
    let watch = IssueHandlingTrait.compactMapIssues { issue in
      failed.withLock { $0 = true }
      return issue
    }
    await Gate.shared.enter()
    defer { Task { await Gate.shared.leave() } }
    do {
      try await watch.provideScope(for: test, testCase: testCase, performing: function)
    } catch {
      Results.shared.write(ids, test, "failed")
      throw error
    }
    Results.shared.write(ids, test, failed.withLock { $0 } ? "failed" : "passed")
  }
}

extension Trait where Self == Requirement {
  /// The requirements that a test shows.
  static func requirements(_ ids: String...) -> Self { Requirement(ids: ids) }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test where this machine cannot run a server (no root, not installed); OCOP_REQUIRE_SYSTEM=1 makes that a failure.
  static func needs(_ kind: Server.Kind) -> Self {
    .enabled("The server \(kind.rawValue) cannot run here; see Tests/Servers/README.md") { await Servers.can(kind) }
  }

  /// Skips a test where a program is missing.
  static func needs(program: String) -> Self {
    .enabled("\(program) is not installed; `.ci/bootstrap system` does it") {
      System.mustRun
        || System.path.split(separator: ":").contains {
          FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }
  }

  /// Skips a test that only root can run.
  static var needsRoot: Self { .enabled("Only root can do this") { System.mustRun || System.isRoot } }
}

/// The file of results, one line a test and outcome.
private final class Results: Sendable {
  static let shared = Results()

  private let descriptor: Int32

  private init() {
    let folder = System.root + "/.build-system"
    mkdir(folder, 0o755)
    descriptor = open(folder + "/requirements.tsv", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o644)
  }

  func write(_ ids: [String], _ test: Test, _ outcome: String) {
    let function = test.name.prefix { $0 != "(" }
    let line =
      "\(outcome)\t\(ids.joined(separator: " "))\t\(test.sourceLocation.fileName)\t\(function)\t\(test.displayName ?? "")\n"
    _ = line.withCString { Glibc.write(descriptor, $0, strlen($0)) }
  }
}

/// Lets a few system tests run side by side: most of them wait, but two cores are shared by all.
private actor Gate {
  static let shared = Gate()

  private var free = 4
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func leave() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}
