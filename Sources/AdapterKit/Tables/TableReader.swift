internal import Bytes
internal import COcopShims
public import Diagnostics
public import Documents
public import ProductModel
public import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

/// Where the names and the data of a table stand, when something else than the names tells.
public struct TableLocation: Sendable, Hashable {
  /// The row of names, from 1; empty lines count.
  public var headerRow: Int
  /// The first row of data, from 1.
  public var dataRow: Int

  /// Makes a location.
  public init(headerRow: Int, dataRow: Int) {
    self.headerRow = headerRow
    self.dataRow = dataRow
  }
}

/// Reads delimited text by a profile's table: one product a row.
///
/// The chunk that is read from the file is the batch's arena, so that values point into the row they came from. A row that
/// the chunk cuts is read again with the next batch, from the file.
public final class TableReader: ProductReader {
  private let context: AdapterContext
  private let document: InputDocument
  private let decoded: DecodedInput
  private let layout: TableLayout
  let plan: RowReadingPlan
  private let header: [String]
  private let residue: [(cell: Int, prefix: [UInt8])]
  private let dataStart: UInt64
  private let resolver: PositionResolver
  /// For places that others ask for, perhaps while the next batch is read.
  private let others: PositionResolver
  private let chunk: Int
  private var core: Core
  /// Where the next row begins in the decoded document.
  private var position: UInt64
  private var isAtEnd = false
  private var hasAnnouncedResidue = false

  /// What changes with every row; apart from the class, so that a batch is one access.
  private struct Core: ~Copyable {
    var tokenizer: DelimitedTokenizer
    var state: RowReadingState
  }

  /// How many bytes of the decoded input have been read.
  public var bytesRead: UInt64 { position }

  /// Opens a table: finds encoding, dialect and header.
  ///
  /// - Parameters:
  ///   - input: the document.
  ///   - context: the run; its profile must have a table.
  ///   - layout: the table, when it is not the profile's own.
  ///   - locate: where names and data stand, when something else than the names tells.
  ///   - chunk: how many bytes are read at once; for tests.
  /// - Throws: `unreadable` or `malformed` for a document that cannot be this table; `configuration` for a profile that
  ///   does not fit.
  public init(
    _ input: InputDocument, _ context: AdapterContext, layout: TableLayout? = nil, locate: TableLocation? = nil,
    chunk: Int = 1 << 16
  ) throws(Fault) {
    let layout = try TableLayout.of(context.profile, layout)
    self.layout = layout
    self.context = context
    self.chunk = max(chunk, 1)
    let dialect = try DelimitedDialect(layout)
    decoded = try input.decoded(fallback: dialect.encoding == .utf8 ? nil : dialect.encoding)
    document = decoded.document
    resolver = PositionResolver(document, textStart: decoded.textStart)
    others = PositionResolver(document, textStart: decoded.textStart)
    var start = decoded.textStart
    let head = try document.bytes(at: start, count: 1 << 16)
    var used = dialect
    if !layout.isStrict {
      let sniffed = DelimitedDialect.sniff(head, isWhole: start + UInt64(head.count) == document.size)
      used.delimiter = sniffed.delimiter
      if used.delimiter == 0x09, used.quotes == .rfc4180 { used.quotes = .tolerant }
      if let hint = DelimitedDialect.separatorLine(head), hint.delimiter == used.delimiter {
        start += UInt64(hint.length)
      }
    }
    let columns = try TablePlan(layout.columns, codes: context.profile.codes, asOf: context.asOf)
    let rows = try HeadRows(
      document, from: start, used, limit: locate?.dataRow ?? HeaderSearch.rowLimit + layout.rows.count + 1)
    let resolver = resolver
    let place = { (row: Int) -> Place in
      let offset = row < rows.starts.count ? rows.starts[row] : start
      return (try? resolver.place(of: offset)) ?? Place(file: input.name)
    }
    let search: HeaderSearch
    if let locate {
      let row = locate.headerRow - 1
      search = try HeaderSearch(
        columns, header: rows.cells.indices.contains(row) ? rows.cells[row] : [], row: row, dataRow: locate.dataRow - 1,
        place: place(row))
    } else {
      search = try HeaderSearch(columns, rows: rows.cells, layout: layout.rows, place: place)
    }
    header = rows.cells.indices.contains(search.row) ? rows.cells[search.row] : []
    plan = RowReadingPlan(columns, cells: search.match.cells)
    dataStart = search.dataRow < rows.starts.count ? rows.starts[search.dataRow] : rows.end
    position = dataStart
    core = Core(
      tokenizer: DelimitedTokenizer(delimiter: used.delimiter, quotes: used.quotes), state: RowReadingState(plan))
    residue =
      context.keepsResidue
      ? search.match.unknown.map { [header, name = context.profile.name] in
        ($0, Array(TableResidue.context(name, header[$0]).utf8) + [TableResidue.separator])
      } : []
    try report(search, place(search.row))
  }

  private func report(_ search: HeaderSearch, _ place: Place) throws(Fault) {
    for cell in search.match.duplicates {
      var place = place
      place.field = header[cell]
      context.diagnostics.report(
        Diagnostic(
          .tableColumnDuplicate, at: place,
          message: .init(
            "The column “\(header[cell])” stands twice; column \(cell + 1) is not read",
            vi: "Cột “\(header[cell])” có hai lần; cột thứ \(cell + 1) không được đọc")))
    }
    let known = KnownNames(
      plan.plan.columns.indices.filter { search.match.cells[$0] < 0 }.flatMap { plan.plan.columns[$0].names })
    for cell in search.match.unknown {
      var place = place
      place.field = header[cell]
      let near = known.nearest(to: header[cell])
      let diagnostic = Diagnostic(
        .tableColumnUnknown, severity: layout.unmatched == .residue ? .note : .warning, at: place,
        message: .init(
          "The profile has no rule for the column “\(header[cell])”",
          vi: "Hồ sơ không có quy tắc cho cột “\(header[cell])”"),
        hint: DiagnosticMessages.suggestion(near))
      if layout.unmatched == .error { throw Fault(.malformed, diagnostic) }
      context.diagnostics.report(diagnostic)
    }
  }

  // MARK: Reading

  /// Fills a recycled batch with rows.
  public func read(into batch: inout ProductBatch) throws(Fault) -> Bool {
    if isAtEnd { return false }
    try read(&core, &batch)
    return batch.count > 0
  }

  private func read(_ core: inout Core, _ batch: inout ProductBatch) throws(Fault) {
    plan.begin(&batch, &core.state)
    var window = Window(at: batch.byteCount, offset: position)
    var isDone = false
    while !isDone, batch.count < ProductBatch.productLimit {
      let outcome = core.tokenizer.nextRow(
        batch.unsafeArena, from: window.at, end: window.filled, atEnd: window.isAtEnd)
      switch outcome {
      case .row(let next):
        row(next, window, &core, &batch)
        window.at = next
      case .blank(let next): window.at = next
      case .fault(let fault, let place, let next):
        faulted(fault, place, min(core.tokenizer.rowStart, next), next, window, &batch)
        window.at = next
      case .needMore(let from):
        window.at = from
        if batch.byteCount >= ProductBatch.byteLimit, batch.count > 0 {
          isDone = true
        } else {
          try fill(&window, &batch)
        }
      case .end:
        isAtEnd = true
        isDone = true
      }
    }
    position = window.offset(of: window.at)
  }

  /// The part of the document that is in the arena.
  private struct Window {
    /// The next byte to look at, in the arena.
    var at: Int
    /// How far the arena holds text of the document.
    var filled: Int
    /// The document's offset of arena place 0; may be negative.
    var shift: Int
    var isAtEnd = false
    /// How far the text was scanned.
    var scanned: Int
    /// Places that might not be UTF-8 in NFC.
    var suspects: [Range<Int>] = []

    init(at: Int, offset: UInt64) {
      self.at = at
      filled = at
      scanned = at
      shift = Int(offset) - at
    }

    func offset(of place: Int) -> UInt64 { UInt64(place + shift) }

    func isSuspect(_ start: Int, _ end: Int) -> Bool {
      for range in suspects where range.lowerBound < end && range.upperBound > start { return true }
      return false
    }
  }

  /// Reads more of the document behind what is in the arena.
  private func fill(_ window: inout Window, _ batch: inout ProductBatch) throws(Fault) {
    let partial = window.filled - window.at
    let more = max(chunk, partial)
    if batch.byteCount == window.filled {
      batch.reserveBytes(more)
    } else {
      // Values made since the last chunk stand behind it: the cut row moves behind them.
      batch.reserveBytes(partial + more)
      let to = batch.byteCount
      memmove(batch.unsafeArena + to, batch.unsafeArena + window.at, partial)
      window.shift += window.at - to
      window.at = to
      window.filled = to + partial
      window.scanned = to
      batch.setByteCount(window.filled)
    }
    let memory = UnsafeMutableRawBufferPointer(start: batch.unsafeArena + window.filled, count: more)
    let count = try document.read(at: window.offset(of: window.filled), into: memory)
    if count < more { window.isAtEnd = true }
    window.filled += count
    batch.setByteCount(window.filled)
    scan(&window, batch.unsafeArena)
  }

  /// Looks at new text in pieces of some 4 KiB that end between characters.
  private func scan(_ window: inout Window, _ bytes: UnsafePointer<UInt8>) {
    while window.scanned < window.filled {
      var end = min(window.scanned + 4096, window.filled)
      if end < window.filled || !window.isAtEnd {
        // Back to the start of the character that the end may cut; broken text has no such start near by.
        var back = end
        while back > window.scanned, end - back < 4, bytes[back - 1] & 0xC0 == 0x80 { back -= 1 }
        if back > window.scanned, bytes[back - 1] >= 0xC0 { end = back - 1 }
        if end == window.scanned { return }
      }
      if ocop_scan_text(bytes + window.scanned, end - window.scanned, nil) != 0 {
        window.suspects.append(window.scanned..<end)
      }
      window.scanned = end
    }
  }

  private func row(_ next: Int, _ window: borrowing Window, _ core: inout Core, _ batch: inout ProductBatch) {
    let start = core.tokenizer.rowStart
    let bytes = UnsafePointer(batch.unsafeArena)
    var end = next
    if end > start, bytes[end - 1] == 0x0A { end -= 1 }
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    let isPlain =
      (window.suspects.isEmpty || !window.isSuspect(start, next))
      && !hasControls(core.tokenizer, bytes + start, end - start)
    batch.beginProduct(at: window.offset(of: start))
    plan.read(core.tokenizer, isPlain: isPlain, in: &batch, &core.state)
    if !residue.isEmpty { keepResidue(core.tokenizer, &batch) }
    if core.tokenizer.fieldCount > header.count { checkWidth(&core, batch) }
    if core.state.isEmpty, core.state.findings.isEmpty, isBlank(core.tokenizer, batch) { return batch.abandonProduct() }
    var diagnostics: [Diagnostic] = []
    var isFaulted = batch.isOverflown
    if !core.state.findings.isEmpty || isFaulted {
      diagnostics = findings(core.state, window.offset(of: start), batch)
      isFaulted = isFaulted || diagnostics.contains { $0.severity >= .error }
    }
    batch.endProduct(length: UInt64(next - start), state: isFaulted ? .faulted : .good)
    if !diagnostics.isEmpty { report(diagnostics, batch) }
  }

  /// Whether there are control characters in the cells of a row; between them stand the delimiters, which may be tabs.
  private func hasControls(
    _ tokenizer: borrowing DelimitedTokenizer, _ bytes: UnsafePointer<UInt8>, _ count: Int
  ) -> Bool {
    tokenizer.delimiter == 0x09
      ? ocop_count_tabs(bytes, count) != tokenizer.fieldCount - 1 : TextScan.hasControls(bytes, count)
  }

  /// A row that cannot be cut into cells.
  private func faulted(
    _ fault: DelimitedFault, _ place: Int, _ start: Int, _ next: Int, _ window: borrowing Window,
    _ batch: inout ProductBatch
  ) {
    batch.beginProduct(at: window.offset(of: start))
    batch.endProduct(length: UInt64(next - start), state: .faulted)
    context.diagnostics.report(Diagnostic(fault.code, at: self.place(at: window.offset(of: place))))
  }

  /// Whether no cell of the row holds anything.
  private func isBlank(_ tokenizer: borrowing DelimitedTokenizer, _ batch: borrowing ProductBatch) -> Bool {
    for i in 0..<tokenizer.fieldCount {
      let place = tokenizer.field(i)
      if TextScan.trimmed(batch.unsafeArena, place.offset, place.length).length > 0 { return false }
    }
    return true
  }

  /// Cells behind the last column must be blank, or something has shifted.
  private func checkWidth(_ core: inout Core, _ batch: borrowing ProductBatch) {
    for i in header.count..<core.tokenizer.fieldCount {
      let place = core.tokenizer.field(i)
      guard TextScan.trimmed(batch.unsafeArena, place.offset, place.length).length > 0 else { continue }
      let text = String(decoding: core.tokenizer.bytes(of: i, in: batch.unsafeArena), as: UTF8.self)
      core.state.findings.append(
        CellFinding(
          cell: i, column: -1, origin: Int(core.tokenizer.origin(i)),
          finding: ConversionFinding(
            .tableRowTooWide,
            .init(
              "The row has \(core.tokenizer.fieldCount) cells, the table \(header.count) columns",
              vi: "Dòng có \(core.tokenizer.fieldCount) ô, bảng có \(header.count) cột")),
          value: text))
      return
    }
  }

  private func keepResidue(_ tokenizer: borrowing DelimitedTokenizer, _ batch: inout ProductBatch) {
    for (cell, prefix) in residue {
      guard cell < tokenizer.fieldCount || !hasAnnouncedResidue else { continue }
      let place = cell < tokenizer.fieldCount ? tokenizer.field(cell) : (offset: 0, length: 0)
      // The first row names all columns, so that a writer knows them before it writes the header.
      if place.length == 0, hasAnnouncedResidue { continue }
      let offset = prefix.withUnsafeBufferPointer { bytes in
        bytes.baseAddress.map { batch.append($0, count: bytes.count) } ?? 0
      }
      batch.reserveBytes(place.length)
      _ = batch.append(UnsafePointer(batch.unsafeArena) + place.offset, count: place.length)
      batch.set(
        .residue, on: 0, offset: offset, length: prefix.count + place.length,
        origin: cell < tokenizer.fieldCount ? Int(tokenizer.origin(cell)) : 0)
    }
    hasAnnouncedResidue = true
  }

  // MARK: Findings

  private func findings(
    _ state: borrowing RowReadingState, _ offset: UInt64, _ batch: borrowing ProductBatch
  ) -> [Diagnostic] {
    var result: [Diagnostic] = []
    for found in state.findings {
      var place = place(at: offset + UInt64(found.origin))
      place.field = header.indices.contains(found.cell) ? header[found.cell] : nil
      result.append(
        Diagnostic(
          found.finding.code, at: place, attribute: found.path?.description, value: found.value,
          message: found.finding.message, hint: found.finding.hint))
    }
    if batch.isOverflown { result.append(Diagnostic(.productTooLarge, at: place(at: offset))) }
    return result
  }

  private func report(_ diagnostics: [Diagnostic], _ batch: borrowing ProductBatch) {
    let identity = batch[product: batch.count - 1].identity
    for diagnostic in diagnostics {
      var diagnostic = diagnostic
      diagnostic.product = identity
      context.diagnostics.report(diagnostic)
    }
  }

  private func place(at offset: UInt64) -> Place {
    (try? resolver.place(of: offset)) ?? Place(file: document.name, byte: offset)
  }

  /// Where an entry stands: file, line, column and byte.
  public func place(of row: ProductRow, origin: Int) -> Place {
    let offset = row.recordOffset + UInt64(max(origin, 0))
    return (try? others.place(of: offset)) ?? Place(file: document.name, byte: offset)
  }

  /// Places are found in the document itself.
  public var placesWhileReading: Bool { true }

  // MARK: Quarantine

  /// Writes the rows above the data and then the records, as they stand in the input.
  ///
  /// An input in another encoding is written as UTF-8, in which it reads again.
  public func writeRecords(_ records: [ProductRow], to output: OutputDocument) throws(Fault) {
    try copy(0, dataStart, to: output)
    var endsInLine = true
    if dataStart > 0 { endsInLine = try isLineEnd(dataStart - 1) }
    for record in records {
      if !endsInLine { try output.write([0x0A]) }
      try copy(record.recordOffset, record.recordLength, to: output)
      if record.recordLength > 0 { endsInLine = try isLineEnd(record.recordOffset + record.recordLength - 1) }
    }
  }

  private func isLineEnd(_ offset: UInt64) throws(Fault) -> Bool {
    let byte = try document.bytes(at: offset, count: 1).first
    return byte == 0x0A || byte == 0x0D
  }

  private func copy(_ offset: UInt64, _ length: UInt64, to output: OutputDocument) throws(Fault) {
    var at = offset
    let end = offset + length
    while at < end {
      let bytes = try document.bytes(at: at, count: Int(min(end - at, 1 << 20)))
      if bytes.isEmpty { return }
      try output.write(bytes)
      at += UInt64(bytes.count)
    }
  }
}

/// The first rows of a document as Strings.
private struct HeadRows {
  /// Cells by row; empty lines and broken rows have none.
  var cells: [[String]] = []
  /// Where each row begins in the document.
  var starts: [UInt64] = []
  /// Where the last row ends.
  var end: UInt64

  init(_ document: InputDocument, from start: UInt64, _ dialect: DelimitedDialect, limit: Int) throws(Fault) {
    end = start
    var size = 1 << 16
    while true {
      var bytes = try document.bytes(at: start, count: size)
      let atEnd = bytes.count < size
      cells = []
      starts = []
      let isWhole = bytes.withUnsafeMutableBufferPointer { buffer in
        read(buffer, start, dialect, limit, atEnd)
      }
      // A header row may be long, but not endless.
      if isWhole || atEnd || size >= 16 << 20 { return }
      size *= 4
    }
  }

  private mutating func read(
    _ buffer: UnsafeMutableBufferPointer<UInt8>, _ start: UInt64, _ dialect: DelimitedDialect, _ limit: Int,
    _ atEnd: Bool
  ) -> Bool {
    guard let base = buffer.baseAddress else { return true }
    var tokenizer = DelimitedTokenizer(delimiter: dialect.delimiter, quotes: dialect.quotes)
    var at = 0
    while cells.count < limit {
      let row = tokenizer.nextRow(base, from: at, end: buffer.count, atEnd: atEnd)
      switch row {
      case .row(let next):
        starts.append(start + UInt64(tokenizer.rowStart))
        cells.append(
          (0..<tokenizer.fieldCount).map { String(decoding: tokenizer.bytes(of: $0, in: base), as: UTF8.self).nfcForm })
        at = next
      case .blank(let next), .fault(_, _, let next):
        starts.append(start + UInt64(at))
        cells.append([])
        at = next
      case .needMore: return false
      case .end:
        end = start + UInt64(at)
        return true
      }
      end = start + UInt64(at)
    }
    starts.append(end)
    return true
  }
}

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
