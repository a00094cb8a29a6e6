internal import Diagnostics
internal import Documents
internal import Profiles

/// Where the columns of a table are in a sheet as it came, and where its data begin.
struct SheetHead {
  /// For each slot its column from 0, or -1.
  private(set) var columns: [Int]
  /// The first row of data.
  private(set) var dataRow = 1
  /// Headings that no slot has.
  private(set) var unknown: [(column: Int, text: String)] = []
  /// The row with the headings for messages.
  private(set) var headerRow = 1

  /// Rows that are looked at.
  static let reach = 20

  /// Slots by what may stand in their heading.
  private struct Index {
    var codes: [String: [Int]] = [:]
    var exact: [String: [Int]] = [:]
    var first: [String: [Int]] = [:]
    var others: [String: [Int]] = [:]
    var labels: [String]

    init(_ slots: [CellSlot]) {
      labels = slots.map { $0.label.map(LabelText.folded) ?? "" }
      for (i, slot) in slots.enumerated() {
        if let code = slot.code, !code.isEmpty { codes[code, default: []].append(i) }
        for (k, name) in slot.names.enumerated() {
          if slot.isExact {
            exact[name, default: []].append(i)
          } else if k == 0 {
            first[LabelText.folded(name), default: []].append(i)
          } else {
            others[LabelText.folded(name), default: []].append(i)
          }
        }
      }
    }

    /// The slots that a text may head; a code tells more than a name, and the first name more than the others.
    func slots(_ text: String, _ forms: [String]) -> [Int] {
      var found = codes[text] ?? []
      found += exact[text] ?? []
      for form in forms { found += first[form] ?? [] }
      for form in forms { found += others[form] ?? [] }
      return found
    }
  }

  /// Finds the headings: the row that holds most codes or names. Rows behind it that repeat codes, names or labels belong
  /// to the head as well, so people may remove or unhide some of them.
  ///
  /// - Returns: nil when no row holds at least two of them (or the only one).
  init?(_ grid: SheetGrid, _ slots: [CellSlot]) {
    columns = Array(repeating: -1, count: slots.count)
    let index = Index(slots)
    var rows: [Int: [(column: Int, text: String)]] = [:]
    for cell in grid.filled where cell.address.row <= Self.reach + 6 {
      rows[cell.address.row, default: []].append((cell.address.column, cell.text))
    }
    var best = 0, head = 0
    for row in 1...Self.reach {
      var found: Set<Int> = []
      for cell in rows[row] ?? [] {
        if let slot = index.slots(cell.text, LabelText.forms(cell.text)).first(where: { !found.contains($0) }) {
          found.insert(slot)
        }
      }
      if found.count > best {
        best = found.count
        head = row
      }
    }
    guard best >= min(2, slots.count), best > 0 else { return nil }
    headerRow = head
    dataRow = head
    while dataRow <= head + 6, dataRow == head || isHeading(rows[dataRow] ?? [], index) {
      bind(rows[dataRow] ?? [], index)
      headerRow = dataRow
      dataRow += 1
    }
    let taken = Set(columns)
    var named: Set<Int> = []
    for row in head..<dataRow {
      for cell in rows[row] ?? [] where !taken.contains(cell.column) && !LabelText.folded(cell.text).isEmpty {
        if named.insert(cell.column).inserted { unknown.append(cell) }
      }
    }
  }

  private mutating func bind(_ cells: [(column: Int, text: String)], _ index: Index) {
    var taken = Set(columns)
    for cell in cells where !taken.contains(cell.column) {
      guard let slot = index.slots(cell.text, LabelText.forms(cell.text)).first(where: { columns[$0] < 0 }) else {
        continue
      }
      columns[slot] = cell.column
      taken.insert(cell.column)
    }
  }

  /// Whether most cells of a row below are headings of the columns they stand in.
  private func isHeading(_ cells: [(column: Int, text: String)], _ index: Index) -> Bool {
    var slotOf: [Int: Int] = [:]
    for (slot, column) in columns.enumerated() where column >= 0 { slotOf[column] = slot }
    var filled = 0, known = 0
    for cell in cells {
      guard let slot = slotOf[cell.column] else { continue }
      filled += 1
      let forms = LabelText.forms(cell.text)
      if index.slots(cell.text, forms).contains(slot)
        || (!index.labels[slot].isEmpty && forms.contains(index.labels[slot]))
      {
        known += 1
      }
    }
    return filled > 0 && known * 2 > filled
  }
}
