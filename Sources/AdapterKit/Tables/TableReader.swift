internal import Bytes
internal import COcopShims
public import Diagnostics
public import Documents
public import ProductModel
public import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

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
    var window = TableWindow(at: batch.byteCount, offset: position)
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
          try window.fill(from: document, chunk, &batch)
        }
      case .end:
        isAtEnd = true
        isDone = true
      }
    }
    position = window.offset(of: window.at)
  }

  private func row(_ next: Int, _ window: borrowing TableWindow, _ core: inout Core, _ batch: inout ProductBatch) {
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
    _ fault: DelimitedFault, _ place: Int, _ start: Int, _ next: Int, _ window: borrowing TableWindow,
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
