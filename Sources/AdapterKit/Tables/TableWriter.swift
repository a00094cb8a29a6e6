internal import Bytes
public import Diagnostics
public import Documents
public import ProductModel
public import Profiles

/// Writes delimited text by a profile's table: one product a row.
public final class TableWriter: ProductWriter {
  private let context: AdapterContext
  private let output: OutputDocument
  private let layout: TableLayout
  let plan: TablePlan
  private let accepts: [ConditionPlan]
  private let cells: DelimitedWriter
  private var hasHeader = false
  private var core: Core

  /// What changes with every row; apart from the class, so that a batch is one access.
  private struct Core: ~Copyable {
    var out = ByteBuffer(capacity: 1 << 18)
    var scratch = ByteBuffer(capacity: 1 << 12)
    var state: RowWritingState
    /// Unknown columns of the same format that go back to their place, behind ours.
    var residue: [[UInt8]] = []
    /// For other encodings: the row in UTF-8, and where each of its cells begins.
    var row = ByteBuffer(capacity: 1 << 12)
    var starts: [Int] = []
    var encoder: TextEncoder
    let isUTF8: Bool
  }

  /// Begins a table.
  ///
  /// - Parameters:
  ///   - output: the document.
  ///   - context: the run; its profile must have a table.
  ///   - layout: the table, when it is not the profile's own.
  /// - Throws: `configuration` for a profile that does not fit.
  public init(_ output: OutputDocument, _ context: AdapterContext, layout: TableLayout? = nil) throws(Fault) {
    let layout = try TableLayout.of(context.profile, layout)
    self.layout = layout
    self.context = context
    self.output = output
    plan = try TablePlan(layout.columns, codes: context.profile.codes, asOf: context.asOf)
    accepts = context.profile.accepts.map { ConditionPlan($0) }
    let dialect = try DelimitedDialect(layout)
    cells = DelimitedWriter(dialect)
    core = Core(
      state: RowWritingState(plan), encoder: try TextEncoder(dialect.encoding), isUTF8: dialect.encoding == .utf8)
  }

  // MARK: Head

  private func writeHead() throws(Fault) {
    hasHeader = true
    if core.isUTF8 {
      cells.begin(&core.out)
    } else if layout.bom {
      core.out.append(core.encoder.encoding.byteOrderMark)
    }
    for row in layout.rows {
      var texts: [String]
      switch row {
      case .names: texts = plan.columns.map { $0.names[0] } + core.residue.map { Self.column(of: $0) }
      case .labels: texts = plan.columns.map { $0.label ?? $0.names[0] }
      case .sublabels: texts = plan.columns.map { $0.label ?? "" }
      case .codes: texts = plan.columns.map { $0.code ?? "" }
      case .text(let cells): texts = cells
      case .blank: texts = []
      }
      if let unencodable = writeHead(texts, &core) {
        throw Fault(
          .configuration,
          Diagnostic(
            .encodingUnencodable, at: Place(file: output.name), value: String(unencodable.scalar),
            message: .init(
              "The heading holds “\(unencodable.scalar)”, which \(core.encoder.encoding.rawValue) does not have",
              vi: "Dòng tiêu đề có “\(unencodable.scalar)” mà \(core.encoder.encoding.rawValue) không có")))
      }
    }
  }

  private func writeHead(_ texts: [String], _ core: inout Core) -> UnencodableCharacter? {
    core.row.removeAll()
    if texts.isEmpty { cells.endRow(&core.row) } else { _ = cells.row(texts, to: &core.row) }
    return core.encoder.encode(core.row.bytes, into: &core.out)
  }

  private static func column(of context: [UInt8]) -> String {
    let text = String(decoding: context, as: UTF8.self)
    return text.firstIndex(of: "#").map { String(text[text.index(after: $0)...]) } ?? text
  }

  /// Unknown columns that the batch's products bring along from the same format.
  private func collectResidue(_ batch: borrowing ProductBatch) {
    let own = Array((context.profile.name + "#").utf8)
    for i in 0..<batch.count where batch.rows[i].state != .faulted {
      let product = batch[product: i]
      for entry in product.entryRange where product.entry(entry).attribute == .residue {
        let text = product.bytes(of: entry)
        guard let mark = Self.mark(text, own) else { continue }
        var context: [UInt8] = []
        for k in 0..<mark { context.append(text[k]) }
        if !core.residue.contains(context), core.residue.count < 1000 { core.residue.append(context) }
      }
    }
  }

  /// Where the context of a residue of ours ends, or nil.
  private static func mark(_ text: Span<UInt8>, _ own: [UInt8]) -> Int? {
    guard text.count > own.count else { return nil }
    for k in 0..<own.count where text[k] != own[k] { return nil }
    for k in own.count..<text.count where text[k] == TableResidue.separator { return k }
    return nil
  }

  // MARK: Rows

  /// Writes the good rows of a batch.
  public func write(_ batch: inout ProductBatch) throws(Fault) {
    if !hasHeader {
      if context.keepsResidue { collectResidue(batch) }
      try writeHead()
    }
    write(&batch, &core)
    if core.out.count >= 1 << 16 { try flush() }
  }

  private func write(_ batch: inout ProductBatch, _ core: inout Core) {
    for i in 0..<batch.count where batch.rows[i].state == .good {
      let outcome = writeRow(i, batch, &core)
      if outcome != .good { batch.rows[i].state = outcome }
    }
  }

  private func writeRow(_ i: Int, _ batch: borrowing ProductBatch, _ core: inout Core) -> ProductState {
    let product = batch[product: i], memory = batch.unsafeMemory(product: i)
    for condition in accepts where !condition.holds(product) { return .notApplicable }
    plan.begin(product, memory, layout: batch.rows[i].layout, &core.state)
    core.scratch.removeAll()
    let start = core.out.count
    if core.isUTF8 {
      put(product, memory, &core.out, &core.scratch, &core.state, core.residue, &core.starts, isCounting: false)
    } else {
      core.row.removeAll()
      core.starts.removeAll(keepingCapacity: true)
      put(product, memory, &core.row, &core.scratch, &core.state, core.residue, &core.starts, isCounting: true)
      encode(&core)
    }
    if !core.state.findings.isEmpty { report(i, batch, product, core.state) }
    if core.state.isFaulted {
      core.out.truncate(to: start)
      return .faulted
    }
    core.state.finish(product, memory, into: &context.losses)
    core.state.number += 1
    return .good
  }

  @inline(__always) private func put(
    _ product: NodeView, _ memory: ProductMemory, _ out: inout ByteBuffer, _ scratch: inout ByteBuffer,
    _ state: inout RowWritingState, _ residue: [[UInt8]], _ starts: inout [Int], isCounting: Bool
  ) {
    let start = out.count
    for column in 0..<plan.columns.count {
      if column > 0 { cells.delimit(&out) }
      if isCounting { starts.append(out.count) }
      switch plan.write(column, of: product, memory, scratch: &scratch, &state) {
      case .blank: break
      case .entry(let entry):
        let place = memory.entries[entry]
        let text = UnsafeBufferPointer(start: memory.bytes + Int(place.offset), count: Int(place.length))
        if !cells.append(text, to: &out).isEmpty { state.coverage.lose(entry, .converted) }
      case .slice(let offset, let count, let entry):
        let change = cells.append(UnsafeBufferPointer(start: memory.bytes + offset, count: count), to: &out)
        if !change.isEmpty, entry >= 0 { state.coverage.lose(entry, .converted) }
      case .text(let from, let entry):
        let change = cells.append(UnsafeBufferPointer(rebasing: scratch.bytes[from...]), to: &out)
        if !change.isEmpty, entry >= 0 { state.coverage.lose(entry, .converted) }
      }
    }
    if !residue.isEmpty { putResidue(product, residue, &out) }
    if plan.columns.count == 1, out.count == start, cells.dialect.quotes != .none { out.append("\"\"") }
    cells.endRow(&out)
  }

  private func putResidue(_ product: NodeView, _ residue: [[UInt8]], _ out: inout ByteBuffer) {
    for context in residue {
      cells.delimit(&out)
      for entry in product.entryRange where product.entry(entry).attribute == .residue {
        let text = product.bytes(of: entry)
        guard text.count > context.count, text[context.count] == TableResidue.separator, Self.hasPrefix(text, context)
        else { continue }
        _ = text.extracting(context.count + 1..<text.count).withUnsafeBufferPointer { cells.append($0, to: &out) }
        break
      }
    }
  }

  private static func hasPrefix(_ text: Span<UInt8>, _ prefix: [UInt8]) -> Bool {
    for k in 0..<prefix.count where text[k] != prefix[k] { return false }
    return true
  }

  /// Encodes the row; a character that the encoding does not have faults the product and is blamed on its column.
  private func encode(_ core: inout Core) {
    guard let missing = core.encoder.encode(core.row.bytes, into: &core.out) else { return }
    let column = (core.starts.lastIndex { $0 <= missing.offset }) ?? 0
    let name = plan.columns[column].names[0], encoding = core.encoder.encoding.rawValue
    core.state.findings.append(
      WritingFinding(
        column: column, entry: -1,
        finding: ConversionFinding(
          .encodingUnencodable,
          .init(
            "“\(missing.scalar)” in the column “\(name)” cannot be written in \(encoding)",
            vi: "Không ghi được “\(missing.scalar)” ở cột “\(name)” bằng bảng mã \(encoding)")),
        path: plan.columns[column].path, value: nil))
    core.state.isFaulted = true
  }

  private func report(
    _ i: Int, _ batch: borrowing ProductBatch, _ product: NodeView, _ state: borrowing RowWritingState
  ) {
    let row = batch.rows[i]
    let identity = product.identity
    for found in state.findings {
      let origin = found.entry < 0 ? 0 : batch.origin(product: i, entry: found.entry)
      var place = context.locate(row, origin)
      if found.column >= 0 { place.field = plan.columns[found.column].names[0] }
      context.diagnostics.report(
        Diagnostic(
          found.finding.code, at: place, product: identity, attribute: found.path?.description, value: found.value,
          message: found.finding.message, hint: found.finding.hint))
    }
  }

  private func flush() throws(Fault) {
    try output.write(core.out)
    core.out.removeAll()
  }

  /// Writes what is left; a table without products has its head rows.
  public func finish() throws(Fault) {
    if !hasHeader { try writeHead() }
    try flush()
  }
}
