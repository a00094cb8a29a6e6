import ArgumentParser
import Diagnostics

/// Options that every command takes.
struct MessageOptions: ParsableArguments {
  @Option(help: "The language of messages: en or vi.")
  var lang: String?

  @Option(help: "How results are printed: text or json.")
  var format: OutputFormat = .text

  /// The language of messages: `--lang`, else the locale's, else English.
  var language: MessageLanguage {
    if let lang { return lang.lowercased().hasPrefix("vi") ? .vi : .en }
    for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
      if let value = environment(name), !value.isEmpty { return value.hasPrefix("vi") ? .vi : .en }
    }
    return .en
  }

  /// A text in the language of messages.
  func text(_ en: String, vi: String) -> String { language == .vi ? vi : en }
}

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable { case text, json }
