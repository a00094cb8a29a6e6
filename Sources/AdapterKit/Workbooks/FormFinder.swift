internal import Diagnostics
internal import Documents
internal import Profiles

/// Finds the cells of a form as it came back: by defined name, then by what `_meta` says, then by the label's text.
struct FormFinder {
  /// What `_meta` says about a field.
  struct MetaField {
    var labelCell: CellAddress
    var valueCell: CellAddress
    var labelText: String
  }

  /// Where a value was found, and whether it stands where the layout has it.
  struct Found {
    var address: CellAddress
    var isMoved: Bool
  }

  private let grid: SheetGrid
  private let slots: [CellSlot]
  private let names: (String) -> CellAddress?
  private let meta: [String: MetaField]
  /// Folded label → cells, in reading order.
  private var labels: [String: [CellAddress]] = [:]
  /// All cells that are labels of some slot.
  private var labelCells: Set<CellAddress> = []
  /// Whether most labels stand above their values.
  private var isValueBelow = false

  /// - Parameter names: the cell of this sheet that a field's code names, or nil.
  init(_ grid: SheetGrid, _ slots: [CellSlot], meta: [String: MetaField], names: @escaping (String) -> CellAddress?) {
    self.grid = grid
    self.slots = slots
    self.names = names
    self.meta = meta
    var known: Set<String> = []
    for slot in slots { for name in slot.names { known.insert(LabelText.folded(name)) } }
    for cell in grid.filled {
      for form in LabelText.forms(cell.text) where known.contains(form) {
        labels[form, default: []].append(cell.address)
        labelCells.insert(cell.address)
      }
    }
    var right = 0, below = 0
    for label in labelCells {
      if isValue(cell(rightOf: label)) { right += 1 } else if isValue(cell(below: label)) { below += 1 }
    }
    isValueBelow = below > 0 && below >= right
  }

  /// The value's cell of a slot, or nil.
  func find(_ slot: CellSlot) -> Found? {
    let planned = slot.cell.flatMap { CellAddress($0.valueCell) }
    if let code = slot.code {
      if let address = names(code) {
        return Found(address: grid.anchor(address), isMoved: planned != nil && address != planned)
      }
      if let field = meta[code] {
        let forms = LabelText.forms(grid.text(grid.anchor(field.labelCell)))
        let wanted = slot.names.map { LabelText.folded($0) } + [LabelText.folded(field.labelText)]
        if forms.contains(where: wanted.contains) {
          return Found(address: grid.anchor(field.valueCell), isMoved: planned != nil && field.valueCell != planned)
        }
      }
    }
    for name in slot.names {
      guard let label = labels[LabelText.folded(name)]?.first, let value = value(beside: label) else { continue }
      return Found(address: value, isMoved: planned != nil && value != planned)
    }
    return nil
  }

  /// The cell right of a label. Where more labels of the form have their value below, an empty cell at the right sends the
  /// look below.
  private func value(beside label: CellAddress) -> CellAddress? {
    let right = cell(rightOf: label), below = cell(below: label)
    if isValue(right) { return right }
    if isValueBelow, isValue(below) { return below }
    return right.column < CellAddress.columns && !labelCells.contains(right) ? right : nil
  }

  private func cell(rightOf label: CellAddress) -> CellAddress {
    let extent = grid.extent(label)
    return grid.anchor(CellAddress(row: extent.first.row, column: extent.last.column + 1))
  }

  private func cell(below label: CellAddress) -> CellAddress {
    let extent = grid.extent(label)
    return CellAddress(row: extent.last.row + 1, column: extent.first.column)
  }

  private func isValue(_ address: CellAddress) -> Bool {
    guard address.column < CellAddress.columns, address.row <= CellAddress.rows, let cell = grid[address] else {
      return false
    }
    return cell.kind != .blank && !labelCells.contains(address)
  }

  /// What `_meta` says: its keys and its fields by code.
  static func readMeta(_ grid: SheetGrid) -> (keys: [String: String], fields: [String: MetaField]) {
    var keys: [String: String] = [:], fields: [String: MetaField] = [:]
    var isFields = false
    for row in 1...max(1, min(grid.lastRow, 5000)) {
      let cells = (0..<4).map { grid.text(CellAddress(row: row, column: $0)) }
      if cells[0].isEmpty { continue }
      if cells == MetaSheet.header {
        isFields = true
      } else if isFields {
        guard let label = CellAddress(cells[1]), let value = CellAddress(cells[2]) else { continue }
        fields[cells[0]] = MetaField(labelCell: label, valueCell: value, labelText: cells[3])
      } else {
        keys[cells[0]] = cells[1]
      }
    }
    return (keys, fields)
  }
}
