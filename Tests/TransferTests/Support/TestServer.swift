import Foundation
import Testing

/// A real server of Tests/Servers, started for one suite and stopped when the last reference goes.
final class TestServer: Sendable {
  /// What the server says of itself: addresses, credentials, folders.
  let environment: [String: String]
  private let program: String
  private let folder: String

  /// Starts a server.
  ///
  /// - Throws: `Unavailable` with the reason when this machine cannot run it.
  init(_ name: String, _ options: [String] = []) throws {
    program = Self.programs + "/" + name
    folder = NSTemporaryDirectory() + "/ocop-\(name)-\(UUID().uuidString)"
    let (status, text) = try Self.run(program, ["start", folder] + options)
    if status != 0 { throw Unavailable(reason: text) }
    var environment: [String: String] = [:]
    for line in try String(contentsOfFile: folder + "/env", encoding: .utf8).split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1)
      environment[String(parts[0])] = parts[1].trimmingCharacters(in: ["'"])
    }
    self.environment = environment
  }

  /// Starts a server, or cancels the test with the reason where this machine cannot run it; with OCOP_REQUIRE_SYSTEM=1 that
  /// is a failure.
  static func start(_ name: String, _ options: [String] = []) throws -> TestServer {
    do { return try TestServer(name, options) } catch let error as Unavailable {
      if ProcessInfo.processInfo.environment["OCOP_REQUIRE_SYSTEM"] == "1" { throw error }
      try Test.cancel("\(name): \(error.reason)")
    }
  }

  deinit { _ = try? Self.run(program, ["stop", folder]) }

  subscript(name: String) -> String { environment[name] ?? "" }

  /// The server cannot run here.
  struct Unavailable: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
  }

  static let programs: String = {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return folder.path + "/Servers"
  }()

  private static func run(_ program: String, _ arguments: [String]) throws -> (Int32, String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = FileManager.default.temporaryDirectory.appendingPathComponent("ocop-" + UUID().uuidString)
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: output) }
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try handle.close()
    return (process.terminationStatus, (try? String(contentsOf: output, encoding: .utf8)) ?? "")
  }
}
