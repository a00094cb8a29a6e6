import Foundation
import Glibc
import Testing

/// A test server that runs; see Tests/Servers.
struct Server: Sendable {
  /// The programs of Tests/Servers.
  enum Kind: String, Sendable, CaseIterable {
    case sftp, vsftpd, pyftpd, nginx, s3, smtp, badhttp, faultproxy, spapi
    case sandbox = "spapi-sandbox"
  }

  /// This machine cannot run the server.
  struct Unavailable: Error, CustomStringConvertible {
    var description: String
  }

  let kind: Kind
  /// Where it keeps everything.
  let folder: String
  /// What it told: addresses, credentials, folders, logs.
  let values: [String: String]

  /// One of the values in DIR/env; the name of a value is a matter of the test's source, so a wrong one stops the run.
  subscript(_ key: String) -> String {
    guard let value = values[key] else { preconditionFailure("\(kind) tells no \(key): \(values.keys.sorted())") }
    return value
  }

  /// Starts a server of one's own, which ends with the test process at the latest.
  static func start(_ kind: Kind, _ options: [String] = []) async throws -> Server {
    let folder = await Reaper.shared.folder(kind.rawValue)
    let started = try await Child.run(
      "\(System.root)/Tests/Servers/\(kind.rawValue)", ["start", folder] + options,
      environment: ["HOME": NSHomeDirectory(), "LC_ALL": "C.UTF-8"], within: 180)
    guard started.code == 0 else {
      throw Unavailable(description: "\(kind): \(started.errors.trimmingCharacters(in: .whitespacesAndNewlines))")
    }
    var values: [String: String] = [:]
    for line in try String(contentsOfFile: folder + "/env", encoding: .utf8).split(separator: "\n") {
      guard let equal = line.firstIndex(of: "=") else { continue }
      values[String(line[..<equal])] = line[line.index(after: equal)...].trimmingCharacters(in: ["'"])
    }
    return Server(kind: kind, folder: folder, values: values)
  }

  /// Ends a server of one's own before the test process ends.
  func stop() async {
    _ = try? await Child.run("\(System.root)/Tests/Servers/\(kind.rawValue)", ["stop", folder])
  }

  /// The log that this key names, one JSON object a line; a line that is being written is left out.
  func events(_ key: String) -> [Event] {
    guard let text = try? String(contentsOfFile: self[key], encoding: .utf8) else { return [] }
    return text.split(separator: "\n").compactMap { line in
      (try? JSONSerialization.jsonObject(with: Data(line.utf8))).flatMap { $0 as? [String: Any] }.map(Event.init)
    }
  }

  /// The lines of a log that is plain text.
  func lines(_ key: String) -> [String] {
    guard let data = FileManager.default.contents(atPath: self[key]) else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Asks the server to fail: lines `NAME COUNT [NUMBER]` for the faults file that this key names.
  func fail(_ key: String, _ faults: String) throws {
    try Data((faults + "\n").utf8).write(to: URL(fileURLWithPath: self[key]), options: .atomic)
  }
}

/// One line of a server's log.
struct Event {
  private let values: [String: Any]

  init(_ values: [String: Any]) { self.values = values }

  subscript(_ key: String) -> String {
    switch values[key] {
    case let text as String: text
    case let number as NSNumber: number.stringValue
    default: ""
    }
  }

  /// A header of a request, by its lower-case name.
  func header(_ name: String) -> String? { (values["headers"] as? [String: String])?[name] }
}

/// Servers that all tests share, each started when the first test needs it.
actor Servers {
  static let shared = Servers()

  private var starting: [Server.Kind: Task<Server, any Error>] = [:]

  /// The shared server of a kind.
  static func get(_ kind: Server.Kind) async throws -> Server { try await shared.start(kind).value }

  /// Whether the shared server runs, or starts now. When a missing server must be a failure, the answer is yes: the test then
  /// fails with the reason.
  static func can(_ kind: Server.Kind) async -> Bool {
    do {
      _ = try await get(kind)
      return true
    } catch {
      FileHandle.standardError.write(Data("Tests are skipped: \(error)\n".utf8))
      return System.mustRun
    }
  }

  private func start(_ kind: Server.Kind) -> Task<Server, any Error> {
    if let task = starting[kind] { return task }
    let task = Task { try await Server.start(kind) }
    starting[kind] = task
    return task
  }
}

/// Ends all servers when this process ends, in whatever way it does: a child waits for the end of a pipe whose other end
/// only this process holds.
actor Reaper {
  static let shared = Reaper()

  private let base: String
  private let pipe: Int32
  private let child: Child?
  private var count = 0

  private init() {
    base = System.scratch
    var ends: [Int32] = [0, 0]
    Glibc.pipe(&ends)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    pipe = ends[1]
    // The reading end is its standard input, by way of /proc, since Child opens a file by name.
    child = try? Child(
      "python3", ["\(System.root)/Tests/Servers/reaper.py", "/proc/\(getpid())/fd/\(ends[0])", base],
      environment: ["PATH": System.path], folder: "/tmp")
  }

  /// A new folder for a server, which will be cleared away.
  func folder(_ name: String) -> String {
    count += 1
    let path = "\(base)/\(name)-\(count)"
    mkdir(path, 0o755)
    return path
  }
}
