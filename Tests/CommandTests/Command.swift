import Foundation
import Testing

/// Runs the built `ocop` as a user does, and says what it printed and how it ended.
struct Command {
  var exitCode: Int32
  var output: String
  var errors: String

  /// The repository's root.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The executable beside the test bundle.
  static let executable: URL = {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    for _ in 0..<6 {
      let candidate = folder.appendingPathComponent("ocop")
      if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
      folder = folder.deletingLastPathComponent()
    }
    return root.appendingPathComponent(".build/debug/ocop")
  }()

  /// Runs a command line from the repository's root.
  @discardableResult
  static func run(_ arguments: [String], input: Data? = nil) throws -> Command {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = root
    var environment = ProcessInfo.processInfo.environment
    environment["LC_ALL"] = "C"
    environment["COLUMNS"] = "400"
    environment["SWIFT_BACKTRACE"] = "enable=no"
    process.environment = environment
    let folder = try Folder()
    let out = folder.url.appendingPathComponent("stdout"), err = folder.url.appendingPathComponent("stderr")
    _ = FileManager.default.createFile(atPath: out.path, contents: nil)
    _ = FileManager.default.createFile(atPath: err.path, contents: nil)
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: err)
    if let input {
      let file = folder.url.appendingPathComponent("stdin")
      try input.write(to: file)
      process.standardInput = try FileHandle(forReadingFrom: file)
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    try process.run()
    process.waitUntilExit()
    return Command(
      exitCode: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: String(decoding: try Data(contentsOf: out), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: err), as: UTF8.self))
  }

  /// Runs a conversion and reads its report.
  static func convert(_ input: String, from: String, to: String, in folder: Folder, extra: [String] = []) throws -> (
    Command, [String: Any]
  ) {
    let report = folder.path("report.json")
    try? FileManager.default.removeItem(atPath: report)
    let command = try run(
      [
        "convert", input, "--from", from, "--to", to, "-o", folder.path("out"), "--report", report, "--as-of",
        "2026-11-22",
      ]
        + extra)
    let data = (try? Data(contentsOf: URL(fileURLWithPath: report))) ?? Data("{}".utf8)
    let json = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    return (command, json)
  }
}

/// A temporary folder that goes when its owner does.
final class Folder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("ocop-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func write(_ text: String, _ name: String) throws -> String {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
    return path(name)
  }

  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: url.appendingPathComponent(name))
    return path(name)
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// What is in the folder, sorted.
  var contents: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }
}
