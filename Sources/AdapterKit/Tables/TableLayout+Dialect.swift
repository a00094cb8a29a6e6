internal import Diagnostics
internal import Documents
internal import Profiles

/// How columns that the model does not know are kept: `PROFILE#COLUMN`, U+001F, the cell's text.
enum TableResidue {
  static let separator: UInt8 = 0x1F

  static func context(_ profile: String, _ column: String) -> String { "\(profile)#\(column)" }
}

extension TableLayout {
  /// The layout given, or the table of a profile.
  static func of(_ profile: Profile, _ given: TableLayout?) throws(Fault) -> TableLayout {
    if let given { return given }
    if case .table(let layout) = profile.layout { return layout }
    throw Fault(
      .configuration,
      Diagnostic(
        .tableRuleUnfit, at: Place(file: profile.file),
        message: .init("The profile “\(profile.name)” has no `table:`", vi: "Hồ sơ “\(profile.name)” không có `table:`")
      ))
  }
}

extension DelimitedDialect {
  /// The dialect that a layout asks for.
  init(_ layout: TableLayout) throws(Fault) {
    guard let delimiter = layout.delimiter.asciiValue, DelimitedDialect.canDelimit(delimiter) else {
      throw TablePlanBuilder.unfit(
        "“\(layout.delimiter)” cannot be a delimiter", vi: "“\(layout.delimiter)” không thể là dấu phân cách", Place())
    }
    guard let quotes = QuoteMode(rawValue: layout.quotes) else {
      throw TablePlanBuilder.unfit(
        "“\(layout.quotes)” is no way to quote", vi: "“\(layout.quotes)” không phải cách đặt nháy", Place())
    }
    guard let encoding = TextEncoding(named: layout.encoding) else {
      throw TablePlanBuilder.unfit(
        "“\(layout.encoding)” is no known encoding", vi: "“\(layout.encoding)” không phải bảng mã đã biết", Place())
    }
    self.init(
      delimiter: delimiter, quotes: quotes, newline: Newline(rawValue: layout.newline) ?? .crlf, writesBOM: layout.bom,
      encoding: encoding)
  }
}
