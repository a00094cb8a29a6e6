import ArgumentParser

/// The command. Each subcommand is one file in `Commands`; how anything is done is below, in the modules.
///
/// Subcommands say their `commandName`: names that the parser works out from types cost a third of a start.
@main
struct OCOP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ocop",
    abstract: "Moves product data between Vietnamese OCOP producers and the places that sell their goods.",
    discussion: """
      Example, a producer's workbook for Japan:
        ocop convert seeds/producer-sheet.xlsx --from producer-sheet --to japan -o japan.xlsx
      """,
    version: "0.1.0",
    subcommands: [
      Convert.self, Check.self, Roundtrip.self, Diff.self, Profiles.self, Adapters.self, Explain.self, Schema.self,
      Get.self, Put.self, Ls.self, Endpoints.self, Amazon.self,
    ])
}
