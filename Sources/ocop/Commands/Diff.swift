import AdapterKit
import ArgumentParser
import Diagnostics
import Documents
import ProductModel
import Profiles

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare the products of two documents, whatever their formats.",
    discussion: """
      Products are matched by the base unit's GTIN, else by SKU, family or name. Exit 1 when they differ.

      Example:
        ocop diff seeds/products.jsonl back.xlsx --right japan
      """)

  @Argument(help: "The first document.", completion: .file())
  var a: String

  @Argument(help: "The second document.", completion: .file())
  var b: String

  @Option(help: "The profile of the first document.", completion: .custom(profileNames))
  var left: String = "canonical"

  @Option(help: "The profile of the second document.", completion: .custom(profileNames))
  var right: String = "canonical"

  @OptionGroup var options: CommonOptions

  func run() throws {
    let language = options.language
    let printer = DiagnosticPrinter(language: language)
    let (old, new) = try faultExits(language) { () throws(Fault) in
      (try products(a, left, printer), try products(b, right, printer))
    }
    printer.finish()
    var lines: [(kind: String, product: String, path: String, old: [String], new: [String])] = []
    for (identity, product) in old.list {
      guard let other = new.byIdentity[identity] else {
        lines.append(("removed", identity, "", [], []))
        continue
      }
      for difference in other.differences(from: product) {
        lines.append(("changed", identity, difference.path.description, difference.old, difference.new))
      }
    }
    for (identity, _) in new.list where old.byIdentity[identity] == nil {
      lines.append(("added", identity, "", [], []))
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

  private func products(_ path: String, _ name: String, _ printer: DiagnosticPrinter) throws(Fault) -> (
    list: [(String, Product)], byIdentity: [String: Product]
  ) {
    let profile = try options.library.load(name, asOf: options.date, variables: options.values)
    let stream = try ProductStream(
      InputDocument.open(path), profile: profile, registry: .firstParty, asOf: options.date,
      diagnostics: printer.collector)
    var list: [(String, Product)] = []
    var byIdentity: [String: Product] = [:]
    while let product = try stream.nextProduct() {
      let identity = product.identity ?? "#\(list.count + 1)"
      list.append((identity, product))
      byIdentity[identity] = product
    }
    return (list, byIdentity)
  }
}
