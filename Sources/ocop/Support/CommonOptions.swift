import AdapterKit
import ArgumentParser
import Diagnostics
import Profiles

#if canImport(Glibc)
  import Glibc
#endif

/// Options that every command with profiles takes.
struct CommonOptions: ParsableArguments {
  @Option(help: "The folder of profiles; otherwise OCOP_MAPPINGS, or `mappings` in this folder or one above it.")
  var mappings: String?

  @Option(help: ArgumentHelp("The date that stands for today.", valueName: "yyyy-mm-dd"))
  var asOf: String?

  @Option(name: .customLong("set"), help: ArgumentHelp("A profile's variable.", valueName: "name=value"))
  var variables: [String] = []

  @OptionGroup var messages: MessageOptions

  func validate() throws {
    if let asOf, !Self.isDate(asOf) { throw ValidationError("--as-of takes a date such as 2026-11-22, not “\(asOf)”.") }
    for variable in variables where !variable.contains("=") {
      throw ValidationError("--set takes name=value, not “\(variable)”.")
    }
  }

  /// The language of messages.
  var language: MessageLanguage { messages.language }

  /// How results are printed.
  var format: OutputFormat { messages.format }

  /// `--as-of`, else today by the clock: the only place where the clock is asked.
  var date: String {
    if let asOf { return asOf }
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    return pad(Int(parts.tm_year) + 1900, 4) + "-" + pad(Int(parts.tm_mon) + 1, 2) + "-" + pad(Int(parts.tm_mday), 2)
  }

  /// The values of `--set`.
  var values: [String: String] {
    var all: [String: String] = [:]
    for variable in variables {
      let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      all[String(parts[0])] = String(parts[1])
    }
    return all
  }

  /// The library of profiles.
  var library: ProfileLibrary { ProfileLibrary(root: mappingsFolder) }

  private var mappingsFolder: String {
    if let mappings { return mappings }
    if let folder = environment("OCOP_MAPPINGS"), !folder.isEmpty { return folder }
    var folder = "mappings"
    for _ in 0..<6 {
      if access(folder, R_OK) == 0 { return folder }
      folder = "../" + folder
    }
    return "mappings"
  }

  private static func isDate(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 3 && parts.map(\.count) == [4, 2, 2] && parts.allSatisfy { $0.allSatisfy(\.isASCIIDigit) }
  }
}

extension Character {
  var isASCIIDigit: Bool { self >= "0" && self <= "9" }
}

func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

func pad(_ number: Int, _ width: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, width - text.count)) + text
}
