public import Diagnostics
public import Documents
public import ProductModel
internal import Profiles

/// Reads an XML document by the element layout of a profile.
///
/// The document is pushed through libxml2 in small pieces; records become products inside the parser's events. Memory is
/// bounded by the largest record. Records of one product that follow each other (one for each top item) become one product.
public final class ElementReader: ProductReader {
  private let source: ElementSource
  private let sink: ElementFindingSink
  /// For places that others ask for, perhaps while the next batch is read.
  private let others: ElementFindingSink
  private let handler: ElementHandler
  private let machine: UnsafeMutablePointer<ElementMachine>
  private var parser: XMLPushParser
  private let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private var offset: UInt64 = 0
  private var isAtEnd = false
  private var isFinished = false
  /// Bytes of records not yet handed on, between two batches.
  private var carried: [UInt8] = []
  private let context: AdapterContext

  /// Opens a document.
  ///
  /// - Throws: `.configuration` for a profile without an element layout or with one that cannot run; `.unreadable` for a
  ///   document that cannot be read.
  public init(_ input: InputDocument, _ context: AdapterContext, limits: XMLLimits = .default) throws(Fault) {
    guard case .elements(let layout) = context.profile.layout else {
      throw Fault(
        .configuration,
        Diagnostic(
          .elementLayout, at: Place(file: context.profile.file), value: context.profile.name,
          message: .init("the profile has no xml: layout", vi: "hồ sơ không có bố cục xml:")))
    }
    let plan = try ElementReadingPlan(layout, profile: context.profile)
    self.context = context
    source = try ElementSource(input)
    sink = ElementFindingSink(source.document, textStart: source.textStart, diagnostics: context.diagnostics)
    others = ElementFindingSink(source.document, textStart: source.textStart, diagnostics: context.diagnostics)
    machine = .allocate(capacity: 1)
    machine.initialize(to: ElementMachine(plan, limits: limits, keepsResidue: context.keepsResidue, sink: sink))
    handler = ElementHandler(machine)
    parser = XMLPushParser(handler: handler, limits: limits, name: input.name)
  }

  deinit {
    machine.pointee.free()
    machine.deinitialize(count: 1)
    machine.deallocate()
    chunk.deallocate()
  }

  /// How many bytes of the decoded input were pushed.
  public var bytesRead: UInt64 { offset }

  /// Fills a batch.
  ///
  /// - Throws: a document fault: malformed or hostile XML, or a document without any record.
  public func read(into batch: inout ProductBatch) throws(Fault) -> Bool {
    if isFinished { return false }
    var failure: Fault?
    withUnsafeMutablePointer(to: &batch) { batch in
      machine.pointee.batch = batch
      resume()
      do throws(Fault) {
        // A batch without a product would say that the document has ended, however large the open record is.
        while !isAtEnd, !batch.pointee.isFull || batch.pointee.count == 0 { try step() }
        if isAtEnd {
          machine.pointee.emitPending()
          isFinished = true
        }
      } catch {
        // What is whole is whole: the last good record is handed on, and named in the fault.
        machine.pointee.emitPending()
        isFinished = true
        failure = named(error, batch)
      }
      suspend()
    }
    if let failure { throw failure }
    if isFinished, machine.pointee.firstRecord == nil { throw noRecord() }
    return batch.count > 0
  }

  private func step() throws(Fault) {
    let count = try source.read(at: offset, into: chunk)
    if count > 0 {
      offset += UInt64(count)
      try parser.push(UnsafeBufferPointer(rebasing: chunk.bindMemory(to: UInt8.self)[..<count]))
    }
    if count < chunk.count {
      isAtEnd = true
      try parser.finish()
    }
  }

  // MARK: Between batches

  /// Records that are not in the batch yet keep their bytes in its arena; when the batch is handed on, the bytes move.
  private func suspend() {
    let batch = machine.pointee.batch
    let isOpen = machine.pointee.recordTop >= 0
    guard !isFinished, isOpen || machine.pointee.hasPending else {
      carried.removeAll(keepingCapacity: true)
      return
    }
    let start = machine.pointee.hasPending ? machine.pointee.pending.arenaStart : machine.pointee.current.arenaStart
    let count = batch.pointee.byteCount
    carried.removeAll(keepingCapacity: true)
    carried.append(contentsOf: UnsafeBufferPointer(start: batch.pointee.unsafeArena + start, count: count - start))
    shift(by: -start)
  }

  private func resume() {
    if carried.isEmpty { return }
    let at = carried.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.map { machine.pointee.batch.pointee.append($0, count: bytes.count) } ?? 0
    }
    shift(by: at)
  }

  private func shift(by distance: Int) {
    if machine.pointee.hasPending { machine.pointee.pending.shift(by: distance) }
    if machine.pointee.recordTop >= 0 {
      machine.pointee.current.shift(by: distance)
      machine.pointee.shiftFrames(by: distance)
    }
  }

  // MARK: Faults

  private func named(_ fault: Fault, _ batch: UnsafeMutablePointer<ProductBatch>) -> Fault {
    var diagnostic = fault.diagnostic
    if diagnostic.product == nil, batch.pointee.count > 0 {
      let last = Product(batch.pointee[product: batch.pointee.count - 1])
      let number = machine.pointee.recordCount - (machine.pointee.recordTop >= 0 ? 1 : 0)
      let name = last.identity.map { " (\($0))" } ?? ""
      diagnostic.hint = .init(
        "The last good record is number \(number)\(name). " + diagnostic.code.remedy.en,
        vi: "Bản ghi tốt cuối cùng là số \(number)\(name). " + diagnostic.code.remedy.vi)
    }
    return Fault(fault.kind, diagnostic)
  }

  private func noRecord() -> Fault {
    let path = machine.pointee.plan.recordPath
    var place = Place(file: source.document.name)
    var en = "there is no element /*/\(path)", vi = "không có phần tử /*/\(path)"
    if let near = machine.pointee.nearMiss {
      place = sink.place(near: near.offset)
      let found = near.namespace.map { "«\($0)»" }, wanted = near.expected.map { "«\($0)»" }
      en +=
        "; “\(near.name)” stands in \(found.map { "the namespace " + $0 } ?? "no namespace") where "
        + "\(wanted.map { "the namespace " + $0 } ?? "no namespace") is expected"
      vi +=
        "; “\(near.name)” thuộc \(found.map { "không gian tên " + $0 } ?? "không không gian tên nào"), "
        + "cần \(wanted.map { "không gian tên " + $0 } ?? "không có không gian tên")"
    }
    return Fault(.malformed, Diagnostic(.elementNoRecord, at: place, message: .init(en, vi: vi)))
  }

  // MARK: Places and quarantine

  /// The start tag of the element that a value came from.
  public func place(of row: ProductRow, origin: Int) -> Place {
    var place = others.place(near: row.recordOffset + UInt64(max(origin, 0)))
    if let byte = place.byte { place.element = elementPath(row, at: byte) }
    return place
  }

  /// Places are found in the document itself; what is known of the elements around records was known before the first batch.
  public var placesWhileReading: Bool { true }

  /// The element path of a start tag, found by scanning the record's tags.
  private func elementPath(_ row: ProductRow, at tag: UInt64) -> String? {
    guard tag >= row.recordOffset, tag - row.recordOffset < 64 << 20,
      let bytes = try? source.document.bytes(
        at: row.recordOffset, count: Int(min(tag - row.recordOffset + XMLTagScan.reach, row.recordLength)))
    else { return nil }
    let names = XMLTagScan.openElements(bytes, at: Int(tag - row.recordOffset))
    return machine.pointee.ancestorPath + names.map { "/" + $0 }.joined()
  }

  /// Writes records verbatim, with what stands before the first record and the end tags around it.
  ///
  /// - Throws: `.output`, or `.unreadable` when the input can no longer be read.
  public func writeRecords(_ records: [ProductRow], to output: OutputDocument) throws(Fault) {
    guard let first = machine.pointee.firstRecord else { return }
    try copy(0..<first, to: output)
    for row in records {
      try copy(row.recordOffset..<row.recordOffset + row.recordLength, to: output)
      try output.write([0x0A])
    }
    for name in machine.pointee.ancestors.reversed() { try output.write(Array("</\(name)>".utf8)) }
    try output.write([0x0A])
  }

  private func copy(_ range: Range<UInt64>, to output: OutputDocument) throws(Fault) {
    var at = range.lowerBound
    while at < range.upperBound {
      let want = Int(min(UInt64(chunk.count), range.upperBound - at))
      let count = try source.read(at: at, into: UnsafeMutableRawBufferPointer(rebasing: chunk[..<want]))
      if count == 0 { break }
      try output.write(UnsafeBufferPointer(rebasing: chunk.bindMemory(to: UInt8.self)[..<count]))
      at += UInt64(count)
    }
  }
}
