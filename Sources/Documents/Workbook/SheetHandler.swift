internal import Bytes
internal import Diagnostics

/// Makes rows of the events of a sheet's part.
///
/// Rows and cells without an address count on from the one before; elements of other namespaces are passed over, except for
/// the fallback of an `mc:AlternateContent`.
final class SheetHandler: XMLHandler {
  /// Rows that are whole and wait to be taken.
  var queue: [WorkbookRow] = []
  /// Merged ranges met so far; they stand behind the rows.
  var merges: [CellRange] = []
  @exclusivity(unchecked) private var storage: RowStorage
  /// The storage before the present one; the two take turns.
  private var spare: RowStorage
  private let sheet: String
  private let limits: WorkbookLimits
  private let formats: CellFormats
  private let is1904: Bool
  /// Passes over the rows; for those who want the merged ranges only.
  private let mergesOnly: Bool

  // Events come one after the other on one thread, and none of these is reached from outside: the checks of exclusive access
  // that a class's properties have would cost more than the work.

  private enum State { case sheet, row, cell, inline }
  private enum Target { case none, value, inline }
  private enum CellType { case number, shared, inline, formulaText, boolean, error, date }

  @exclusivity(unchecked) private var state = State.sheet
  @exclusivity(unchecked) private var target = Target.none
  @exclusivity(unchecked) private var skipped = 0
  /// The main namespace: whatever the root element is in, transitional or strict. libxml2 interns it, so it is one pointer.
  @exclusivity(unchecked) private var main: UnsafePointer<UInt8>?
  @exclusivity(unchecked) private var hasRoot = false
  @exclusivity(unchecked) private var cellCount = 0

  @exclusivity(unchecked) private var rowNumber = 0
  @exclusivity(unchecked) private var isRowHidden = false
  @exclusivity(unchecked) private var firstCell = 0
  /// Where the row's bytes begin in the storage.
  @exclusivity(unchecked) private var rowStart = 0
  @exclusivity(unchecked) private var needsSorting = false

  @exclusivity(unchecked) private var column = -1
  @exclusivity(unchecked) private var type = CellType.number
  @exclusivity(unchecked) private var style = 0
  @exclusivity(unchecked) private var isFormula = false
  @exclusivity(unchecked) private var value = 0..<0
  @exclusivity(unchecked) private var inline = 0..<0
  @exclusivity(unchecked) private var hasInline = false
  @exclusivity(unchecked) private var textStart = 0
  @exclusivity(unchecked) private var keepsSpace = false

  init(
    sheet: String, limits: WorkbookLimits, formats: CellFormats, strings: SharedStrings, is1904: Bool, mergesOnly: Bool
  ) {
    self.sheet = sheet
    self.limits = limits
    self.formats = formats
    self.is1904 = is1904
    self.mergesOnly = mergesOnly
    storage = RowStorage(strings: strings)
    spare = RowStorage(strings: strings)
  }

  /// Makes room for the next rows: takes storage over again when nobody holds its rows, and moves a row that is not whole
  /// yet to the new one's begin.
  func beginPiece() {
    queue.removeAll(keepingCapacity: true)
    swap(&storage, &spare)
    if isKnownUniquelyReferenced(&storage) {
      storage.bytes.removeAll()
      storage.cells.removeAll(keepingCapacity: true)
    } else {
      storage = RowStorage(strings: spare.strings)
    }
    if state == .sheet { return }
    storage.bytes.append(UnsafeBufferPointer(rebasing: spare.bytes.bytes[rowStart...]))
    for var cell in spare.cells[firstCell...] {
      if !cell.isShared { cell.start -= min(cell.start, UInt32(rowStart)) }
      if cell.rawLength > 0 { cell.rawStart -= UInt32(rowStart) }
      storage.cells.append(cell)
    }
    value = Self.moved(value, by: rowStart)
    inline = Self.moved(inline, by: rowStart)
    textStart = max(0, textStart - rowStart)
    firstCell = 0
    rowStart = 0
  }

  private static func moved(_ range: Range<Int>, by distance: Int) -> Range<Int> {
    range.lowerBound >= distance ? range.lowerBound - distance..<range.upperBound - distance : 0..<0
  }

  // MARK: Events

  override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
    if skipped > 0 {
      skipped += 1
      return
    }
    if name.uri != main {
      if hasRoot {
        if !(name.is("AlternateContent") || name.is("Fallback")) { skipped = 1 }
        return
      }
      main = name.uri
    }
    hasRoot = true
    switch state {
    case .sheet: startInSheet(name, attributes)
    case .row:
      if name.is("c") { beginCell(attributes) } else { skipped = 1 }
    case .cell:
      if name.is("v") {
        target = .value
        textStart = storage.bytes.count
      } else if name.is("is") {
        state = .inline
        hasInline = true
        inline = storage.bytes.count..<storage.bytes.count
      } else {
        isFormula = isFormula || name.is("f")
        skipped = 1
      }
    case .inline:
      if name.is("t") {
        target = .inline
        textStart = storage.bytes.count
        keepsSpace = attributes.keepsSpace
      } else if !name.is("r") {
        skipped = 1
      }
    }
  }

  override func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    if target == .none || skipped > 0 { return }
    storage.bytes.append(bytes)
    if storage.bytes.count - textStart > limits.textBytes {
      fail(limit(.init("bytes of one text", vi: "số byte của một văn bản"), limits.textBytes))
    }
  }

  override func endElement(_ name: XMLName) {
    if skipped > 0 {
      skipped -= 1
      return
    }
    if name.uri != main { return }
    switch state {
    case .sheet: break
    case .row:
      if name.is("row") { endRow() }
    case .cell:
      if name.is("v") {
        target = .none
        value = textStart..<storage.bytes.count
      } else if name.is("c") {
        state = .row
        endCell()
      }
    case .inline:
      if name.is("t") {
        target = .none
        CellText.finish(&storage.bytes, from: textStart, keepsSpace: keepsSpace)
        inline = inline.lowerBound..<storage.bytes.count
        if inline.count > limits.textBytes {
          fail(limit(.init("bytes of one text", vi: "số byte của một văn bản"), limits.textBytes))
        }
      } else if name.is("is") {
        state = .cell
      }
    }
  }

  private func startInSheet(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
    if name.is("row") {
      if mergesOnly { skipped = 1 } else { beginRow(attributes) }
    } else if name.is("mergeCell") {
      if let range = attributes.string("ref").flatMap({ CellRange($0) }) { merges.append(range) }
      if merges.count > limits.merges {
        fail(limit(.init("number of merged ranges", vi: "số vùng gộp ô"), limits.merges))
      }
    } else if !(name.is("sheetData") || name.is("mergeCells") || parser.depth == 1) {
      skipped = 1
    }
  }

  // MARK: Rows

  private func beginRow(_ attributes: borrowing XMLAttributes) {
    state = .row
    rowNumber += 1
    isRowHidden = false
    firstCell = storage.cells.count
    rowStart = storage.bytes.count
    needsSorting = false
    column = -1
    for i in 0..<attributes.count {
      let attribute = attributes[i]
      if attribute.name.uri != nil { continue }
      if attribute.name.is("r") {
        if let number = Self.integer(attribute.value), number > 0 { rowNumber = number }
      } else if attribute.name.is("hidden") {
        isRowHidden = Self.isTrue(attribute.value)
      }
    }
    if rowNumber > CellAddress.rows { fail(limit(.init("row number", vi: "số dòng"), CellAddress.rows)) }
  }

  private func endRow() {
    state = .sheet
    if needsSorting { sortCells() }
    queue.append(
      WorkbookRow(index: rowNumber, isHidden: isRowHidden, storage: storage, range: firstCell..<storage.cells.count))
  }

  /// Orders the cells of a row that came out of order; of several for one column the last counts.
  private func sortCells() {
    var last: [Int: WorkbookCell] = [:]
    for cell in storage.cells[firstCell...] { last[cell.column] = cell }
    storage.cells.removeSubrange(firstCell...)
    storage.cells.append(contentsOf: last.values.sorted { $0.column < $1.column })
  }

  // MARK: Cells

  private func beginCell(_ attributes: borrowing XMLAttributes) {
    state = .cell
    type = .number
    style = 0
    isFormula = false
    hasInline = false
    value = 0..<0
    inline = 0..<0
    var column = self.column + 1
    for i in 0..<attributes.count {
      let attribute = attributes[i]
      if attribute.name.uri != nil { continue }
      if attribute.name.is("r") {
        if let given = Self.column(attribute.value) { column = given }
      } else if attribute.name.is("s") {
        style = Self.integer(attribute.value) ?? 0
      } else if attribute.name.is("t") {
        type = Self.type(attribute.value)
      }
    }
    if column <= self.column { needsSorting = true }
    self.column = column
    cellCount += 1
    if column >= CellAddress.columns {
      fail(limit(.init("number of columns", vi: "số cột"), CellAddress.columns))
    } else if cellCount > limits.cells {
      fail(limit(.init("number of cells", vi: "số ô"), limits.cells))
    }
  }

  private func endCell() {
    var cell = WorkbookCell(column: column, kind: .blank, isFormula: isFormula)
    let hasValue = !value.isEmpty
    switch type {
    case .shared:
      if hasValue {
        let strings = storage.strings
        guard let number = Self.integer(view(value)), number < strings.count else {
          return fail(
            .workbook(
              .malformed, .workbookDamaged, cellPlace,
              .init(
                "the cell names a shared string that does not exist", vi: "ô trỏ tới chuỗi dùng chung không tồn tại"),
              value: String(decoding: view(value), as: UTF8.self)))
        }
        (cell.start, cell.length) = strings.place(number)
        cell.isShared = true
        cell.kind = .text
      }
    case .inline:
      // Some writers put the text into `v`, some into both.
      if hasInline { set(&cell, .text, inline) } else if hasValue { set(&cell, .text, value) }
    case .formulaText:
      if hasInline, !hasValue { value = inline }
      CellText.unescape(&storage.bytes, from: value.isEmpty ? storage.bytes.count : value.lowerBound)
      // An empty text is the cached value of many formulas.
      set(&cell, .text, value.isEmpty ? value : value.lowerBound..<storage.bytes.count)
    case .boolean:
      if hasValue {
        let start = storage.bytes.count
        storage.bytes.append(Self.isTrue(view(value)) ? "true" : "false")
        set(&cell, .boolean, start..<storage.bytes.count)
        setRaw(&cell)
      }
    case .error:
      if hasValue { set(&cell, .error, value) }
    case .date:
      if hasValue { set(&cell, CellDate.isISO(view(value)) ? .date : .text, value) }
    case .number:
      if hasInline, !hasValue { set(&cell, .text, inline) } else if hasValue { setNumber(&cell) }
    }
    storage.cells.append(cell)
  }

  private func setNumber(_ cell: inout WorkbookCell) {
    let format = formats[style]
    if !format.isEmpty, let serial = CellNumber.value(view(value)),
      let text = CellDate.text(serial: serial, format: format, is1904: is1904)
    {
      let start = storage.bytes.count
      storage.bytes.append(text)
      set(&cell, .date, start..<storage.bytes.count)
      return setRaw(&cell)
    }
    let start = storage.bytes.count
    // The bytes may move while they grow, so what is read is copied when it must be rewritten.
    if CellNumber.isCanonical(view(value)) { return set(&cell, .number, value) }
    let outcome = Array(view(value)).withUnsafeBufferPointer { CellNumber.canonical($0, into: &storage.bytes) }
    set(&cell, outcome == .invalid ? .text : .number, outcome == .appended ? start..<storage.bytes.count : value)
    setRaw(&cell)
  }

  private func set(_ cell: inout WorkbookCell, _ kind: WorkbookCellKind, _ range: Range<Int>) {
    cell.kind = kind
    cell.start = UInt32(truncatingIfNeeded: range.lowerBound)
    cell.length = UInt32(truncatingIfNeeded: range.count)
  }

  private func setRaw(_ cell: inout WorkbookCell) {
    cell.rawStart = UInt32(truncatingIfNeeded: value.lowerBound)
    cell.rawLength = UInt32(truncatingIfNeeded: value.count)
  }

  private func view(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: storage.bytes.bytes[range])
  }

  // MARK: Places

  private var cellPlace: Place {
    var place = parser.place
    place.sheet = sheet
    place.cell = CellAddress(row: max(rowNumber, 1), column: max(column, 0)).description
    return place
  }

  private func limit(_ what: LocalizedText, _ limit: Int) -> Fault {
    WorkbookPackage.limit(cellPlace, what, UInt64(limit))
  }

  // MARK: Attribute values

  /// A whole number of at most ten digits, white space around it allowed.
  private static func integer(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var i = 0, end = bytes.count
    while i < end, bytes[i] <= 0x20 { i += 1 }
    while end > i, bytes[end - 1] <= 0x20 { end -= 1 }
    if i == end || end - i > 10 { return nil }
    var value = 0
    while i < end {
      if bytes[i] < 0x30 || bytes[i] > 0x39 { return nil }
      value = value * 10 + Int(bytes[i] - 0x30)
      i += 1
    }
    return value
  }

  /// The column of an address such as `AB12`; beyond the last column for a longer word, nil for what is no address.
  private static func column(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var column = 0
    for byte in bytes {
      let letter = byte & 0xDF
      if letter < 0x41 || letter > 0x5A { break }
      column = min(column * 26 + Int(letter - 0x40), 1 << 20)
    }
    return column == 0 ? nil : column - 1
  }

  private static func isTrue(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.first == UInt8(ascii: "1") || bytes.first.map { $0 | 0x20 } == UInt8(ascii: "t")
  }

  private static func type(_ bytes: UnsafeBufferPointer<UInt8>) -> CellType {
    if bytes.count == 1 {
      switch bytes[0] {
      case UInt8(ascii: "s"): return .shared
      case UInt8(ascii: "b"): return .boolean
      case UInt8(ascii: "e"): return .error
      case UInt8(ascii: "d"): return .date
      default: return .number
      }
    }
    return bytes.count == 3 ? .formulaText : bytes.count == 9 ? .inline : .number
  }
}
