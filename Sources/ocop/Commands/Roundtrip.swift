import AdapterKit
import ArgumentParser
import Diagnostics
import Documents
import ProductModel
import Profiles

struct Roundtrip: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roundtrip",
    abstract: "Read a document, write it and read it again: what is lost?",
    discussion: """
      The input may be a URL, or NAME:path of an endpoint; it is fetched whole first.
      With --through, the products go through another profile and back. They are matched as “ocop diff” does: by GTIN, SKU,
      family or name, and in their order where they have none of these. Exit 1 when anything differs or is lost.

      Example:
        ocop roundtrip feed.csv --profile buu-dien
      """)

  @Argument(help: "The input file, URL or NAME:path.", completion: .file())
  var input: String

  @Option(help: "The profile of the input.", completion: .custom(profileNames))
  var profile: String

  @Option(help: "The profile to go through; the input's own otherwise.", completion: .custom(profileNames))
  var through: String?

  @OptionGroup var endpoints: EndpointOptions

  @OptionGroup var options: CommonOptions

  func run() throws {
    let language = options.language
    let printer = DiagnosticPrinter(language: language)
    let (source, target) = try faultExits(language) { () throws(Fault) in
      (
        try options.library.load(profile, asOf: options.date, variables: options.values),
        try options.library.load(through ?? profile, asOf: options.date, variables: options.values)
      )
    }
    let documents = try RemoteFiles.documents(input, endpoints, options.messages)
    let outcome = try faultExits(language) { () throws(Fault) in
      try RoundTrip.run(
        documents, source: source, through: target, registry: .firstParty, asOf: options.date,
        diagnostics: printer.collector)
    }
    printer.finish()
    if options.format == .json {
      var json = JSONBuilder()
      json.object { json in
        json.member("compared", outcome.compared)
        json.member("equal", outcome.equal)
        json.member("missing", outcome.missing)
        json.member("rejected", outcome.rejected)
        json.array("differences", outcome.differences) { json, entry in
          json.object { json in
            json.member("product", entry.product)
            json.member("path", entry.difference.path.description)
            json.member("before", entry.difference.old)
            json.member("after", entry.difference.new)
          }
        }
        json.array("losses", outcome.losses.losses) { json, loss in
          json.object { json in
            json.member("path", loss.pattern)
            json.member("reason", loss.reason.rawValue)
            json.member("count", loss.count)
          }
        }
      }
      Terminal.print(json.text)
    } else {
      for (product, difference) in outcome.differences.prefix(50) { Terminal.print("\(product)  \(difference)") }
      for loss in outcome.losses.losses {
        Terminal.print("loss  \(loss.pattern)  \(loss.reason.rawValue)  \(loss.count)")
      }
      var parts =
        language == .vi
        ? [
          "\(outcome.compared) sản phẩm so sánh", "\(outcome.equal) giống hệt", "\(outcome.differenceCount) khác biệt",
          "\(outcome.losses.total) giá trị mất",
        ]
        : [
          "\(outcome.compared) products compared", "\(outcome.equal) equal", "\(outcome.differenceCount) differences",
          "\(outcome.losses.total) values lost",
        ]
      if outcome.missing > 0 {
        parts.append("\(outcome.missing) \(language == .vi ? "không quay về" : "did not come back")")
      }
      if outcome.rejected > 0 { parts.append("\(outcome.rejected) \(language == .vi ? "bị loại" : "rejected")") }
      Terminal.note(parts.joined(separator: ", "))
    }
    if !outcome.isWhole { try end(.findings) }
  }
}
