import AdapterKit
import ArgumentParser
import Diagnostics

struct Adapters: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adapters",
    abstract: "The formats that this program reads and writes.", subcommands: [List.self, Show.self],
    defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the adapters.")

    @OptionGroup var options: CommonOptions

    func run() {
      let all = AdapterRegistry.firstParty.adapters.map(\.specification)
      if options.format == .json {
        var json = JSONBuilder()
        json.array(all) { json, specification in specification.write(into: &json) }
        Terminal.print(json.text)
        return
      }
      let width = all.map(\.name.count).max() ?? 0
      for specification in all {
        Terminal.print(specification.name.padded(to: width + 2) + specification.title)
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one adapter's specification.")

    @Argument(help: "The adapter's name.")
    var name: String

    @OptionGroup var options: CommonOptions

    func run() throws {
      let adapter = try faultExits(options.language) { () throws(Fault) in
        try AdapterRegistry.firstParty.adapter(named: name)
      }
      let specification = adapter.specification
      if options.format == .json {
        var json = JSONBuilder()
        specification.write(into: &json)
        Terminal.print(json.text)
        return
      }
      Terminal.print(
        """
        \(specification.name) — \(specification.title)

        \(specification.purpose)

        media types  \(specification.mediaTypes.joined(separator: ", "))
        files        \(specification.fileExtensions.map { "." + $0 }.joined(separator: ", "))
        layout       \(specification.layout.rawValue)
        example      ocop profiles show \(specification.exampleProfile)
        """)
    }
  }
}

extension AdapterSpecification {
  func write(into json: inout JSONBuilder) {
    json.object { json in
      json.member("name", name)
      json.member("title", title)
      json.member("purpose", purpose)
      json.member("mediaTypes", mediaTypes)
      json.member("fileExtensions", fileExtensions)
      json.member("layout", layout.rawValue)
      json.member("exampleProfile", exampleProfile)
    }
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }
}
