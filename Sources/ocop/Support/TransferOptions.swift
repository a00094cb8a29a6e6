import ArgumentParser
import Diagnostics
import Ledger
import Settings
import Transfer

/// Options of commands that go to servers.
struct EndpointOptions: ParsableArguments {
  @Option(
    help: "The file of endpoints; otherwise OCOP_ENDPOINTS, endpoints.yaml here, or ~/.config/ocop/endpoints.yaml.",
    completion: .file(extensions: ["yaml"]))
  var endpoints: String?

  /// The endpoint that a text means.
  func endpoint(_ text: String) throws(Fault) -> Endpoint {
    try EndpointAddress(text).endpoint(endpoints)
  }

  /// The file of endpoints.
  func file() throws(Fault) -> EndpointFile {
    guard let path = EndpointFile.find(endpoints) else {
      throw Fault(.configuration, Diagnostic(.endpointFile, at: Place(file: "endpoints.yaml")))
    }
    return try EndpointFile(reading: path)
  }
}

/// A size as an option: `500MB`, `2GiB`.
struct SizeArgument: ExpressibleByArgument {
  var bytes: UInt64

  init?(argument: String) {
    guard let bytes = Quantity.bytes(argument), bytes > 0 else { return nil }
    self.bytes = bytes
  }
}

/// A duration as an option: `30s`, `15m`.
struct DurationArgument: ExpressibleByArgument {
  var seconds: Double

  init?(argument: String) {
    guard let seconds = Quantity.seconds(argument) else { return nil }
    self.seconds = seconds
  }
}

/// Names of endpoints for shell completion.
@Sendable func endpointNames(_ arguments: [String], _ index: Int, _ prefix: String) -> [String] {
  guard let path = EndpointFile.find(nil), let file = try? EndpointFile(reading: path) else { return [] }
  return file.entries.map(\.name).filter { $0.hasPrefix(prefix) }
}
