import AdapterKit
import ArgumentParser
import Diagnostics
import Documents
import ProductModel
import Profiles

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare the products of two documents, whatever their formats.",
    discussion: """
      Products are matched by the base unit's GTIN, else by SKU, family or name; several of one name, and those with none of
      these, in their order, and are then called #1, #2 … by their place. The same quantity in another unit (260 mm, 26 cm)
      is no difference. Exit 1 when they differ. Documents may be URLs, or NAME:path of an endpoint.

      Example:
        ocop diff seeds/products.jsonl back.xlsx --right japan
      """)

  @Argument(help: "The first document: a file, URL or NAME:path.", completion: .file())
  var a: String

  @Argument(help: "The second document.", completion: .file())
  var b: String

  @Option(help: "The profile of the first document.", completion: .custom(profileNames))
  var left: String = "canonical"

  @Option(help: "The profile of the second document.", completion: .custom(profileNames))
  var right: String = "canonical"

  @OptionGroup var endpoints: EndpointOptions

  @OptionGroup var options: CommonOptions

  func run() throws {
    let language = options.language
    let printer = DiagnosticPrinter(language: language)
    let (before, after) = try faultExits(language) { () throws(Fault) in
      (
        try options.library.load(left, asOf: options.date, variables: options.values),
        try options.library.load(right, asOf: options.date, variables: options.values)
      )
    }
    let first = try RemoteFiles.documents(a, endpoints, options.messages)
    let second = try RemoteFiles.documents(b, endpoints, options.messages)
    let (old, new) = try faultExits(language) { () throws(Fault) in
      (try products(first, before, printer), try products(second, after, printer))
    }
    printer.finish()
    var lines: [(kind: String, product: String, path: String, old: [String], new: [String])] = []
    for pair in ProductPairing.pairs(old, new) {
      switch (pair.old, pair.new) {
      case (let i?, let j?):
        for difference in new[j].differences(from: old[i]) {
          lines.append(
            ("changed", old[i].identity ?? "#\(i + 1)", difference.path.description, difference.old, difference.new))
        }
      case (let i?, nil): lines.append(("removed", old[i].identity ?? "#\(i + 1)", "", [], []))
      case (nil, let j?): lines.append(("added", new[j].identity ?? "#\(j + 1)", "", [], []))
      case (nil, nil): break
      }
    }
    if options.format == .json {
      var json = JSONBuilder()
      json.array(lines) { json, line in
        json.object { json in
          json.member("kind", line.kind)
          json.member("product", line.product)
          if !line.path.isEmpty { json.member("path", line.path) }
          if line.kind == "changed" {
            json.member("before", line.old)
            json.member("after", line.new)
          }
        }
      }
      Terminal.print(json.text)
    } else {
      for line in lines {
        switch line.kind {
        case "added": Terminal.print("+ \(line.product)")
        case "removed": Terminal.print("- \(line.product)")
        default: Terminal.print("~ \(line.product)  \(line.path): \(shown(line.old)) → \(shown(line.new))")
        }
      }
    }
    if !lines.isEmpty { try end(.findings) }
  }

  private func shown(_ values: [String]) -> String { values.isEmpty ? "∅" : values.joined(separator: " | ") }

  private func products(
    _ documents: [InputDocument], _ profile: Profile, _ printer: DiagnosticPrinter
  ) throws(Fault) -> [Product] {
    var products: [Product] = []
    for document in documents {
      products += try ProductStream(
        document, profile: profile, registry: .firstParty, asOf: options.date, diagnostics: printer.collector
      ).all()
    }
    return products
  }
}
