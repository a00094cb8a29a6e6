internal import AdapterKit

/// The settings that a template carries in its first row: a URL query string with the numbers of its rows, from 1.
enum TemplateSettings {
  /// Header and data row, when the settings name both and they make sense; nil for files without settings.
  static func location(in prefix: [UInt8]) -> TableLocation? {
    let first = prefix.prefix { $0 != 0x0A && $0 != 0x0D }
    let text = String(decoding: first, as: UTF8.self)
    guard let start = text.firstRange(of: "settings=") else { return nil }
    let query = text[start.upperBound...].prefix { $0 != "\t" && $0 != "\"" }
    var values: [Substring: Int] = [:]
    for pair in query.split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1)
      if sides.count == 2, let number = Int(sides[1]) { values[sides[0]] = number }
    }
    guard let header = values["attributeRow"], let data = values["dataRow"], header >= 1, data > header, data <= 64
    else { return nil }
    return TableLocation(headerRow: header, dataRow: data)
  }
}
