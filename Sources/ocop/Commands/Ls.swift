import AdapterKit
import ArgumentParser
import Diagnostics
import Transfer

#if canImport(Glibc)
  import Glibc
#endif

struct Ls: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List files on a server.",
    discussion: """
      The place is a URL, or NAME or NAME:path of an endpoint; the last name may be a pattern. Names that could leave their \
      folder or hide a command are left out and reported.

      Example:
        ocop ls 'saigon-coop:answers/*.xml'
      """)

  @Argument(help: "A URL, NAME or NAME:path.", completion: .custom(endpointNames))
  var place: String

  @OptionGroup var endpoints: EndpointOptions

  @OptionGroup var messages: MessageOptions

  func run() throws {
    let endpoint = try faultExits(messages.language) { () throws(Fault) in try endpoints.endpoint(place) }
    let listing = try TransferRun.wait(messages) { () throws(Fault) in
      let session = try TransferSession(ledger: nil, connectionsPerHost: 1)
      defer { session.close() }
      return try await session.list(endpoint)
    }
    for diagnostic in listing.refused { Terminal.note(diagnostic.text(in: messages.language)) }
    var isWhole = true
    if messages.format == .json {
      var json = JSONBuilder()
      json.array(listing.files) { json, file in
        json.object { json in
          json.member("name", file.name)
          json.member("kind", file.kind.rawValue)
          if let size = file.version.size { json.member("bytes", Int(clamping: size)) }
          if let modified = file.version.modified { json.member("modified", Self.time(modified)) }
          if let etag = file.version.etag { json.member("etag", etag) }
        }
      }
      isWhole = Terminal.write(json.text + "\n", 1)
    } else {
      for file in listing.files where isWhole {
        let size = file.version.size.map(String.init) ?? "-"
        let time = file.version.modified.map(Self.time) ?? "-"
        isWhole = Terminal.write(
          String(repeating: " ", count: max(0, 14 - size.count)) + size + "  " + time.padded(to: 22) + file.name
            + (file.kind == .folder ? "/" : "") + "\n", 1)
      }
    }
    if !isWhole { try end(.outputFailed) }
  }

  /// A time in UTC, ISO 8601.
  static func time(_ seconds: Int64) -> String {
    var clock = time_t(seconds)
    var parts = tm()
    gmtime_r(&clock, &parts)
    return pad(Int(parts.tm_year) + 1900, 4) + "-" + pad(Int(parts.tm_mon) + 1, 2) + "-" + pad(Int(parts.tm_mday), 2)
      + "T" + pad(Int(parts.tm_hour), 2) + ":" + pad(Int(parts.tm_min), 2) + ":" + pad(Int(parts.tm_sec), 2) + "Z"
  }
}
