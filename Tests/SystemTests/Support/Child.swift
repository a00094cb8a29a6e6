import Foundation
import Glibc

/// A process that a test started, and how it ended.
///
/// By posix_spawn and not by Foundation's Process: tests need a process group to kill as a whole, an environment that is
/// nothing but what they say, and waits that block no thread of the tests.
final class Child: Sendable {
  /// How a process ended.
  struct Ended: Sendable {
    /// The exit code; the negative number of the signal that ended it.
    var code: Int32
    var output: [UInt8]
    var errors: String
    /// From start to end, in seconds.
    var seconds: Double

    /// Most memory that it had at once, in bytes; of its largest part when it was several processes.
    var peak: Int

    /// What it printed, as text.
    var text: String { String(decoding: output, as: UTF8.self) }
  }

  /// Something that cannot be started.
  struct CannotStart: Error { var program: String, reason: String }

  let pid: pid_t
  private let waiting: Task<Ended, Never>

  /// Starts a program, which is looked for on the PATH.
  ///
  /// - Parameters:
  ///   - input: what it reads from standard input; nothing when nil.
  ///   - output: a file descriptor for standard output instead of a file that is read at the end.
  init(
    _ program: String, _ arguments: [String], environment: [String: String], folder: String, input: [UInt8]? = nil,
    output: Int32? = nil
  ) throws {
    let scratch = "\(System.scratch)/\(UUID().uuidString)"
    let outputPath = scratch + ".out", errorPath = scratch + ".err", inputPath = scratch + ".in"
    if let input { try Data(input).write(to: URL(fileURLWithPath: inputPath)) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input == nil ? "/dev/null" : inputPath, O_RDONLY, 0)
    if let output {
      posix_spawn_file_actions_adddup2(&actions, output, 1)
    } else {
      posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)

    var pid: pid_t = 0
    let began = ContinuousClock.now
    // env changes the folder and becomes the program; glibc's own call for that is hidden from Swift.
    let failure = Self.withCStrings(["env", "-C", folder, program] + arguments) { argv in
      Self.withCStrings(environment.map { "\($0.key)=\($0.value)" }.sorted()) { envp in
        posix_spawnp(&pid, "env", &actions, &attributes, argv, envp)
      }
    }
    guard failure == 0 else { throw CannotStart(program: program, reason: String(cString: strerror(failure))) }
    self.pid = pid
    let child = pid
    waiting = Task.detached {
      let (status, peak) = await withCheckedContinuation { continuation in
        Thread.detachNewThread {
          var status: Int32 = 0
          var usage = rusage()
          while wait4(child, &status, 0, &usage) < 0 && errno == EINTR {}
          continuation.resume(returning: (status, usage.ru_maxrss * 1024))
        }
      }
      let signal = status & 0x7F
      defer { for path in [outputPath, errorPath, inputPath] { unlink(path) } }
      return Ended(
        code: signal == 0 ? (status >> 8) & 0xFF : -signal,
        output: (try? Data(contentsOf: URL(fileURLWithPath: outputPath))).map(Array.init) ?? [],
        errors: (try? Data(contentsOf: URL(fileURLWithPath: errorPath))).map { String(decoding: $0, as: UTF8.self) }
          ?? "",
        seconds: (ContinuousClock.now - began) / .seconds(1), peak: peak)
    }
  }

  /// Sends a signal to the process and all that it started.
  func signal(_ number: Int32) { kill(-pid, number) }

  /// Waits for the end; after some seconds it is killed, and the code is then -9.
  func ended(within seconds: Double = 120) async -> Ended {
    let pid = self.pid
    let watchdog = Task {
      try await Task.sleep(for: .seconds(seconds))
      kill(-pid, SIGKILL)
    }
    defer { watchdog.cancel() }
    return await waiting.value
  }

  /// The least peak in bytes that can be measured: Linux counts for a child what its parent had when it was made.
  static var leastPeak: Int {
    var usage = rusage()
    getrusage(0, &usage)
    return usage.ru_maxrss << 10
  }

  /// Runs a program to its end.
  static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], folder: String = "/tmp",
    input: [UInt8]? = nil, within seconds: Double = 120
  ) async throws -> Ended {
    let environment = environment.merging(["PATH": System.path]) { mine, _ in mine }
    return try await Child(program, arguments, environment: environment, folder: folder, input: input)
      .ended(within: seconds)
  }

  private static func withCStrings<R>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    var pointers = texts.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
  }
}

/// What the machine and the checkout are like.
enum System {
  /// Where programs are looked for; /usr/sbin holds servers.
  static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"

  /// The repository's root.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// Whether a test that cannot run here is a failure, as in continuous integration.
  static let mustRun = ProcessInfo.processInfo.environment["OCOP_REQUIRE_SYSTEM"] == "1"

  static let isRoot = geteuid() == 0

  /// A folder for this process, removed after its end; servers that give up their rights walk through it.
  static let scratch: String = {
    let path = NSTemporaryDirectory() + "ocop-system-\(getpid())"
    mkdir(path, 0o755)
    chmod(path, 0o755)
    return path
  }()
}
