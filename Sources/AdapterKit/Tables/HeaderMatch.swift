internal import Bytes
public import Diagnostics
internal import ProductModel
public import Profiles

/// Where the columns of a plan stand in a row of names.
public struct HeaderMatch: Sendable {
  /// For every column of the plan its cell, or -1.
  public var cells: [Int]
  /// How many columns were found by name, and how many in any way (label or code).
  public var score: (names: Int, any: Int)
  /// Cells with a name that no column has.
  public var unknown: [Int]
  /// Cells whose name stands twice; the first one is taken.
  public var duplicates: [Int]

  /// Finds the columns of a plan in a row of names.
  public init(_ plan: TablePlan, in row: [String]) {
    let index = HeaderIndex(plan)
    self.init(index, row)
  }

  init(_ index: HeaderIndex, _ row: [String]) {
    cells = Array(repeating: -1, count: index.count)
    score = (0, 0)
    unknown = []
    duplicates = []
    var isTaken = Array(repeating: false, count: row.count)
    // Names before labels and codes, exact names before folded ones.
    let folded = row.map { $0.utf8.count > index.longest ? "" : HeaderIndex.folded($0) }
    for pass in 0..<3 {
      for (i, text) in row.enumerated() where !isTaken[i] {
        guard let column = index.column(text, folded[i], pass) else { continue }
        if cells[column] < 0 {
          cells[column] = i
          score.any += 1
          if pass < 2 { score.names += 1 }
          isTaken[i] = true
        } else if row[cells[column]] == text || pass < 2 {
          duplicates.append(i)
          isTaken[i] = true
        }
      }
    }
    for (i, text) in row.enumerated() where !isTaken[i] && text.utf8.contains(where: { $0 > 0x20 }) {
      unknown.append(i)
    }
    duplicates.sort()
  }
}

/// The names of a plan's columns, folded once.
struct HeaderIndex {
  let count: Int
  let plan: TablePlan
  /// Cells with more bytes than this are no names of ours; nobody folds the descriptions below the header.
  private(set) var longest = 64
  private var exact: [String: Int] = [:]
  private var folded: [String: Int] = [:]
  private var others: [String: Int] = [:]

  init(_ plan: TablePlan) {
    self.plan = plan
    count = plan.columns.count
    for (i, column) in plan.columns.enumerated() {
      for name in column.names {
        longest = max(longest, name.utf8.count * 4)
        if column.isExact {
          exact[name, default: i] = exact[name] ?? i
        } else {
          folded[Self.folded(name)] = folded[Self.folded(name)] ?? i
        }
      }
      for other in [column.label, column.code] {
        guard let other, !other.isEmpty else { continue }
        longest = max(longest, other.utf8.count * 4)
        others[Self.folded(other)] = others[Self.folded(other)] ?? i
      }
    }
  }

  /// The column of a cell's text: 0 by exact name, 1 by folded name, 2 by label or code.
  func column(_ text: String, _ key: String, _ pass: Int) -> Int? {
    switch pass {
    case 0: exact.isEmpty ? nil : exact[text.trimmedASCII]
    case 1: folded[key]
    default: others[key]
    }
  }

  /// All names for suggestions.
  func nearestHeader(to column: TableColumn, among row: [String]) -> String? {
    let texts = row.filter { !$0.isEmpty }
    let byFolded = Dictionary(texts.map { (Self.folded($0), $0) }, uniquingKeysWith: { first, _ in first })
    for name in column.names {
      if let near = nearest(to: Self.folded(name), among: byFolded.keys.sorted()) { return byFolded[near] }
    }
    return nil
  }

  /// How names are compared: NFC, lower case, single blanks, without `*` and `(bắt buộc)`.
  static func folded(_ text: String) -> String {
    var result = CodeList.folded(text.nfcForm)
    // A name without these bytes has no marks: searching Strings is slow.
    if result.utf8.contains(where: { $0 == 0x28 || $0 == 0x2A || $0 == 0xE2 || $0 == 0xEF }) {
      for mark in ["(bắt buộc)", "(*)", "*", "\u{FEFF}", "\u{200B}"] where result.contains(mark) {
        result = result.split(separator: mark, omittingEmptySubsequences: false).joined(separator: " ")
      }
    }
    return result.split(separator: " ").joined(separator: " ")
  }
}

extension String {
  /// Without ASCII blanks around it.
  fileprivate var trimmedASCII: String {
    var text = self[...]
    while let first = text.utf8.first, first <= 0x20 { text = text.dropFirst() }
    while let last = text.utf8.last, last <= 0x20 { text = text.dropLast() }
    return String(text)
  }
}

/// Finds the row of names among the first rows of a table; shared by delimited text and workbooks.
public struct HeaderSearch {
  /// How many rows are looked at.
  public static let rowLimit = 20

  /// The row of names, from 0.
  public let row: Int
  /// The columns in it.
  public let match: HeaderMatch
  /// The first row of data, from 0.
  public let dataRow: Int

  /// Looks for the row that matches most columns, and for the head rows behind it.
  ///
  /// - Parameters:
  ///   - plan: the columns.
  ///   - rows: the first rows, blank ones as empty arrays.
  ///   - layout: the rows above the data, as they are written.
  ///   - place: the place of a row, from 0, for faults.
  /// - Throws: `malformed` with `table-header-missing` or `table-column-missing`.
  public init(
    _ plan: TablePlan, rows: [[String]], layout: [HeadRow], place: (Int) -> Place
  ) throws(Fault) {
    let index = HeaderIndex(plan)
    var best: (row: Int, match: HeaderMatch)?
    for (i, cells) in rows.prefix(Self.rowLimit).enumerated() where !cells.isEmpty {
      let match = HeaderMatch(index, cells)
      if match.score.any > 0, match.score > (best?.match.score ?? (0, 0)) { best = (i, match) }
      // No row can match more than all columns.
      if match.score.names == plan.columns.count { break }
    }
    guard let best else {
      let names = plan.columns.prefix(5).map { "“\($0.names[0])”" }.joined(separator: ", ")
      throw Fault(
        .malformed,
        Diagnostic(
          .tableHeaderMissing, at: place(0),
          message: .init(
            "None of the first \(min(rows.count, Self.rowLimit)) rows holds the names of the columns",
            vi: "Không dòng nào trong \(min(rows.count, Self.rowLimit)) dòng đầu chứa tên cột"),
          hint: .init("Expected are columns such as \(names).", vi: "Cần các cột như \(names).")))
    }
    row = best.row
    match = best.match
    try Self.check(index, best.match, rows[best.row], at: place(best.row))
    var next = best.row + 1
    // Rows of labels or codes may stand behind the names, and then look like them.
    var left = layout.count - 1
    while left > 0, next < rows.count {
      if rows[next].isEmpty {
        next += 1
        continue
      }
      guard Self.isHead(plan, best.match, rows[next], layout) else { break }
      next += 1
      left -= 1
    }
    dataRow = next
  }

  /// Takes a given row as the row of names.
  ///
  /// - Throws: as the other initializer.
  public init(_ plan: TablePlan, header: [String], row: Int, dataRow: Int, place: Place) throws(Fault) {
    let index = HeaderIndex(plan)
    self.row = row
    self.dataRow = dataRow
    match = HeaderMatch(index, header)
    try Self.check(index, match, header, at: place)
  }

  private static func check(_ index: HeaderIndex, _ match: HeaderMatch, _ row: [String], at place: Place) throws(Fault)
  {
    for (i, column) in index.plan.columns.enumerated() where match.cells[i] < 0 {
      let amountIsThere = column.unitFields.contains { field in
        let amount = index.plan.fields[field].column
        return amount >= 0 && match.cells[amount] >= 0
      }
      guard column.isNeededForReading || amountIsThere else { continue }
      let name = column.names[0]
      let near = index.nearestHeader(to: column, among: match.unknown.map { row[$0] })
      var place = place
      place.field = name
      throw Fault(
        .malformed,
        Diagnostic(
          .tableColumnMissing, at: place,
          message: .init("The column “\(name)” is missing", vi: "Thiếu cột “\(name)”"),
          hint: near.map {
            .init("Is “\($0)” meant? Rename it to “\(name)”.", vi: "Có phải là “\($0)”? Hãy đổi tên thành “\(name)”.")
          }))
    }
  }

  /// Whether a row holds headings: fixed cells of the layout, or names, labels and codes of the columns it stands under.
  private static func isHead(_ plan: TablePlan, _ match: HeaderMatch, _ row: [String], _ layout: [HeadRow]) -> Bool {
    for case .text(let cells) in layout where cells.first == row.first && cells.first != nil { return true }
    var same = 0, filled = 0
    for (i, cell) in match.cells.enumerated() where cell >= 0 && cell < row.count {
      let text = HeaderIndex.folded(row[cell])
      if text.isEmpty { continue }
      filled += 1
      let column = plan.columns[i]
      let headings = column.names + [column.label, column.code].compactMap { $0 }
      if headings.contains(where: { HeaderIndex.folded($0) == text }) { same += 1 }
    }
    return filled > 0 && same * 2 > filled
  }
}
