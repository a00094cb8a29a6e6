internal import Diagnostics

#if canImport(Glibc)
  // `environ` is a variable; it is only read.
  @preconcurrency internal import Glibc
#endif

/// Runs a program that prints a secret, such as `pass show partner`.
///
/// Its standard error goes nowhere: what it says there could hold the secret, and would reach logs.
enum SecretCommand {
  /// Runs a program in a process group of its own, and kills the group when it takes too long or prints too much.
  static func run(_ words: [String], seconds: Double, limit: Int) -> Result<[UInt8], PrivateFile.Reason> {
    guard let program = words.first else { return .failure(.init(.init("no program is named", vi: "không nêu lệnh"))) }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return .failure(.init(errno)) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    posix_spawnattr_setpgroup(&attributes, 0)
    // The child starts with signals as programs expect them.
    var all = sigset_t(), none = sigset_t()
    sigfillset(&all)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    defer { for argument in arguments { free(argument) } }
    arguments.append(nil)
    var child: pid_t = 0
    let error = posix_spawnp(&child, program, &actions, &attributes, arguments, environ)
    close(ends[1])
    guard error == 0 else {
      let words = String(cString: strerror(error))
      return .failure(
        .init(.init("“\(program)” cannot be run: \(words)", vi: "không chạy được “\(program)”: \(words)")))
    }
    let deadline = now() + seconds
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    var isTooLong = false
    while true {
      let left = deadline - now()
      var poller = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
      let ready = left > 0 ? poll(&poller, 1, Int32(left * 1000) + 1) : 0
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { break }
      let count = read(ends[0], &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      bytes.append(contentsOf: chunk[..<count])
      if bytes.count > limit {
        isTooLong = true
        break
      }
    }
    var status: Int32 = 0
    while !isTooLong, now() < deadline {
      let ended = waitpid(child, &status, WNOHANG)
      if ended == child {
        guard status == 0 else {
          let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
          return .failure(
            .init(
              .init("“\(program)” ended with exit code \(code)", vi: "“\(program)” kết thúc với mã \(code)")))
        }
        return .success(bytes)
      }
      if ended < 0, errno != EINTR { return .failure(.init(errno)) }
      usleep(5000)
    }
    kill(-child, SIGKILL)
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let why =
      isTooLong
      ? LocalizedText("“\(program)” printed more than \(limit) bytes", vi: "“\(program)” in ra quá \(limit) byte")
      : LocalizedText(
        "“\(program)” took more than \(Int(seconds)) seconds", vi: "“\(program)” chạy quá \(Int(seconds)) giây")
    return .failure(.init(why))
  }

  /// Whether a program is there: by its path, or in a folder of PATH.
  static func exists(_ program: String) -> Bool {
    if program.contains("/") { return access(program, X_OK) == 0 }
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return path.split(separator: ":").contains { access($0 + "/" + program, X_OK) == 0 }
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
