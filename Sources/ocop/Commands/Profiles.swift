import AdapterKit
import ArgumentParser
import Diagnostics
import Documents
import Profiles

struct Profiles: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profiles",
    abstract: "The profiles in the mappings folder: list, show, lint, test, start a new one.",
    subcommands: [List.self, Show.self, Lint.self, Test.self, New.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the profiles with their standing.")

    @OptionGroup var options: CommonOptions

    func run() throws {
      let library = options.library
      let all = try faultExits(options.language) { () throws(Fault) in
        var all: [Profile] = []
        for name in library.names() {
          all.append(try library.load(name, asOf: options.date, variables: options.values))
        }
        return all
      }
      if options.format == .json {
        var json = JSONBuilder()
        json.array(all) { json, profile in
          json.object { json in
            json.member("name", profile.name)
            json.member("title", profile.title)
            json.member("version", profile.version)
            json.member("adapter", profile.adapter)
            if let parent = profile.parent { json.member("extends", parent) }
            json.member("standing", profile.standing.state.rawValue)
            json.member("date", profile.standing.date)
            json.member("source", profile.standing.source)
          }
        }
        Terminal.print(json.text)
        return
      }
      let width = all.map(\.name.count).max() ?? 0
      for profile in all {
        Terminal.print(
          profile.name.padded(to: width + 2) + profile.standing.state.rawValue.padded(to: 13) + profile.title)
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Print a profile with everything inherited and every default.")

    @Argument(help: "The profile's name.", completion: .custom(profileNames))
    var name: String

    @OptionGroup var options: CommonOptions

    func run() throws {
      let profile = try faultExits(options.language) { () throws(Fault) in
        try options.library.load(name, asOf: options.date, variables: options.values)
      }
      Terminal.print(ProfileDescription.show(profile))
    }
  }

  struct Lint: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "lint",
      abstract: "Check profiles without data: names, types, converters, places. Exit 1 when one has an error.")

    @Argument(help: "The profiles; all of them otherwise.", completion: .custom(profileNames))
    var names: [String] = []

    @OptionGroup var options: CommonOptions

    func run() throws {
      let library = options.library
      let collector = DiagnosticCollector()
      let adapters = AdapterRegistry.firstParty.adapters.map(\.specification.name)
      for name in names.isEmpty ? library.names() : names {
        library.lint(name, asOf: options.date, variables: options.values, adapters: adapters, into: collector)
      }
      if options.format == .json {
        var json = JSONBuilder()
        json.array(collector.kept) { json, diagnostic in diagnostic.write(into: &json) }
        Terminal.print(json.text)
      } else {
        for diagnostic in collector.kept where diagnostic.severity > .note {
          Terminal.print(diagnostic.text(in: options.language))
        }
      }
      if (collector.worst ?? .note) >= .error { try end(.findings) }
    }
  }

  struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "test", abstract: "Run the tests inside profiles. Exit 1 when one fails.")

    @Argument(help: "The profiles; all of them otherwise.", completion: .custom(profileNames))
    var names: [String] = []

    @OptionGroup var options: CommonOptions

    func run() throws {
      let library = options.library
      var passed = 0
      var failures: [String] = []
      for name in names.isEmpty ? library.names() : names {
        try faultExits(options.language) { () throws(Fault) in
          let profile = try library.load(name, asOf: options.date, variables: options.values)
          for test in profile.tests {
            let problems = try ProfileTesting.run(test, of: profile, registry: .firstParty, asOf: options.date)
            if problems.isEmpty {
              passed += 1
            } else {
              failures.append(
                "\(test.place): \(name) “\(test.name)”\n" + problems.map { "    " + $0 }.joined(separator: "\n"))
            }
          }
        }
      }
      for failure in failures { Terminal.print(failure) }
      Terminal.print("\(passed) passed, \(failures.count) failed")
      if !failures.isEmpty { try end(.findings) }
    }
  }

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "new",
      abstract: "Print the skeleton of a new profile, to be saved in the mappings folder.",
      discussion: """
        Example:
          ocop profiles new my-shop --adapter delimited > mappings/my-shop.yaml
        """)

    @Argument(help: "The new profile's name.")
    var name: String

    @Option(help: "The adapter of its format.")
    var adapter: String = "delimited"

    @OptionGroup var options: CommonOptions

    func run() throws {
      let specification = try faultExits(options.language) { () throws(Fault) in
        try AdapterRegistry.firstParty.adapter(named: adapter).specification
      }
      Terminal.print(ProfileDescription.skeleton(name: name, adapter: adapter, layout: specification.layout.rawValue))
    }
  }
}
