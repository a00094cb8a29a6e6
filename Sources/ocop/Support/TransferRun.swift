import ArgumentParser
import Diagnostics
import Ledger
import Synchronization
import Transfer

#if canImport(Glibc)
  import Glibc
#endif

/// Runs transfers from a command that is not asynchronous, so that the others start as fast as before. Signals end them
/// within seconds: the first stops politely and keeps parts for the next run, the second at once.
enum TransferRun {
  /// Seconds that transfers may take to stop.
  private static let patience: Int32 = 8

  /// Runs a body to its end.
  ///
  /// - Parameter isDone: whether everything was done; if so, a signal came too late to matter.
  /// - Throws: what the body throws; the end of the command with 130 or 143 after SIGINT or SIGTERM.
  static func wait<R: Sendable>(
    _ messages: MessageOptions, isDone: (R) -> Bool = { _ in true },
    _ body: @escaping @Sendable () async throws(Fault) -> R
  ) throws -> R {
    // A closed pipe is an error of writing, not the end of the process (R38).
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return try faultExits(messages.language) { () throws(Fault) in throw noPipe(errno) } }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let (reading, writing) = (ends[0], ends[1])
    let interruption = Interruption(writing: writing)
    let result = Mutex<Result<R, Fault>?>(nil)
    let box = Box(result)
    let task = Task {
      do throws(Fault) {
        let value = try await body()
        box.value.withLock { $0 = .success(value) }
      } catch {
        box.value.withLock { $0 = .failure(error) }
      }
      var done: UInt8 = 0
      _ = write(writing, &done, 1)
    }
    var signalled: Int32 = 0
    waiting: while true {
      var poller = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
      let ready = poll(&poller, 1, signalled == 0 ? -1 : patience * 1000)
      if ready < 0, errno == EINTR { continue }
      if ready == 0 { _exit(128 + signalled) }
      var byte: UInt8 = 0
      guard read(reading, &byte, 1) == 1 else { continue }
      if byte == 0 { break waiting }
      if signalled != 0 { _exit(128 + signalled) }
      signalled = Int32(byte)
      task.cancel()
    }
    interruption.end()
    close(reading)
    close(writing)
    let outcome = box.value.withLock { $0 }
    if signalled != 0, !((try? outcome?.get()).map(isDone) ?? false) {
      Terminal.note(
        messages.text(
          "Stopped; parts are kept, and the same command goes on with them.",
          vi: "Đã dừng; phần đã tải được giữ lại, chạy lại lệnh sẽ tiếp tục."))
      throw ArgumentParser.ExitCode(128 + signalled)
    }
    return try faultExits(messages.language) { () throws(Fault) in
      guard let outcome else { throw Fault(.bug, Diagnostic(.transferCancelled)) }
      return try outcome.get()
    }
  }

  private static func noPipe(_ error: Int32) -> Fault {
    Fault(
      .transient,
      Diagnostic(
        .transferCancelled, message: .init(String(cString: strerror(error)), vi: String(cString: strerror(error)))))
  }

  /// A mutex that a task and its waiter share.
  private final class Box<R: Sendable>: Sendable {
    let value: Mutex<Result<R, Fault>?>
    init(_ value: consuming Mutex<Result<R, Fault>?>) { self.value = value }
  }
}

/// Puts SIGINT and SIGTERM into a pipe while transfers run.
private struct Interruption {
  private static let descriptor = Atomic<Int32>(-1)
  private let before: [(Int32, sigaction)]

  init(writing: Int32) {
    Self.descriptor.store(writing, ordering: .sequentiallyConsistent)
    var before: [(Int32, sigaction)] = []
    for number in [SIGINT, SIGTERM] {
      var action = sigaction(), old = sigaction()
      sigaction(number, nil, &old)
      // What a parent told us to ignore (nohup, a background job) stays ignored.
      if unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        continue
      }
      action.__sigaction_handler.sa_handler = { number in
        let error = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(Interruption.descriptor.load(ordering: .sequentiallyConsistent), &byte, 1)
        errno = error
      }
      action.sa_flags = SA_RESTART
      sigaction(number, &action, nil)
      before.append((number, old))
    }
    self.before = before
  }

  /// Puts back what was before.
  func end() {
    for (number, old) in before {
      var action = old
      sigaction(number, &action, nil)
    }
    Self.descriptor.store(-1, ordering: .sequentiallyConsistent)
  }
}

/// What several transfers gave: receipts, faults, and the exit code that follows from them.
struct TransferOutcome: Sendable {
  /// Each file with what came of it, in order.
  var results: [TransferResult] = []

  /// Takes one transfer.
  mutating func add(_ name: String, _ result: Result<TransferReceipt, Fault>) {
    results.append(TransferResult(name: name, result: result))
  }

  /// 0 only when every file was delivered (R36). 75 only when all that failed may succeed later; else the code of the first
  /// failure that will not.
  var exitCode: Diagnostics.ExitCode {
    var code = Diagnostics.ExitCode.done
    for result in results {
      guard case .failure(let fault) = result.result else { continue }
      let own = Diagnostics.ExitCode(fault.kind)
      if own != .tryAgain { return own }
      code = own
    }
    return code
  }

  /// One sentence for people.
  func summary(_ direction: TransferReceipt.Direction, _ messages: MessageOptions) -> String {
    var done = 0, again = 0, failed = 0
    var bytes: UInt64 = 0
    for result in results {
      switch result.result {
      case .success(let receipt):
        if receipt.outcome == .alreadyDelivered {
          again += 1
        } else {
          done += 1
          bytes += receipt.bytes
        }
      case .failure: failed += 1
      }
    }
    let isUpload = direction == .upload
    var parts = [
      messages.text(
        "\(done) \(done == 1 ? "file" : "files") \(isUpload ? "sent" : "fetched"), \(ByteCount.text(bytes))",
        vi: "\(isUpload ? "đã gửi" : "đã tải") \(done) tệp, \(ByteCount.text(bytes))")
    ]
    if again > 0 { parts.append(messages.text("\(again) delivered before", vi: "\(again) tệp đã giao trước đó")) }
    if failed > 0 { parts.append(messages.text("\(failed) failed", vi: "\(failed) tệp lỗi")) }
    return parts.joined(separator: " · ")
  }
}
