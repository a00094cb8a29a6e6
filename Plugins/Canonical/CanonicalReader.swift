internal import AdapterKit
internal import Diagnostics
internal import Documents
internal import ProductModel

#if canImport(Glibc)
  internal import Glibc
#endif

/// Reads JSON Lines: the chunk read from the file is the batch's arena, and values point into their line.
final class CanonicalReader: ProductReader {
  /// The longest line; a longer one is a record fault.
  static let longestLine = 16 << 20

  private let context: AdapterContext
  private let document: InputDocument
  private let positions: PositionResolver
  private var json = CanonicalJSONReader()
  /// Where the next byte to be parsed stands in the document.
  private var offset: UInt64
  private var number = 0

  init(_ input: InputDocument, _ context: AdapterContext) throws(Fault) {
    let decoded = try input.decoded(fallback: .utf8)
    self.context = context
    document = decoded.document
    offset = decoded.textStart
    positions = PositionResolver(document, textStart: decoded.textStart)
    try refuseOtherFormats()
  }

  var bytesRead: UInt64 { offset }

  /// A file that does not begin with an object is no JSON Lines at all.
  private func refuseOtherFormats() throws(Fault) {
    let head = try document.bytes(at: offset, count: 4096)
    guard let first = head.first(where: { $0 > 0x20 }), first != UInt8(ascii: "{") else { return }
    throw Fault(
      .unreadable,
      Diagnostic(
        .jsonLinesExpected, at: Place(file: document.name, byte: offset),
        message: LocalizedText(
          "this file does not hold JSON Lines: it begins with “\(String(decoding: [first], as: UTF8.self))”",
          vi: "tệp này không phải JSON Lines: bắt đầu bằng “\(String(decoding: [first], as: UTF8.self))”")))
  }

  func read(into batch: inout ProductBatch) throws(Fault) -> Bool {
    var want = ProductBatch.byteLimit
    while offset < document.size, batch.count == 0 {
      batch.reserveBytes(want)
      let arena = batch.unsafeArena
      let count = try document.read(at: offset, into: UnsafeMutableRawBufferPointer(start: arena, count: want))
      batch.setByteCount(count)
      let atEnd = offset + UInt64(count) >= document.size
      var from = 0
      while from < count, batch.count < ProductBatch.productLimit {
        let rest = count - from
        guard let newline = memchr(arena + from, 0x0A, rest) else {
          if atEnd {
            take(from..<count, in: &batch)
            from = count
          }
          break
        }
        let end = arena.distance(to: newline.assumingMemoryBound(to: UInt8.self))
        take(from..<end, in: &batch)
        from = end + 1
      }
      if from == 0, !atEnd {
        // One line longer than the chunk.
        want *= 2
        if want > Self.longestLine {
          try skipLongLine(&batch)
          want = ProductBatch.byteLimit
        }
        continue
      }
      offset += UInt64(from)
    }
    return batch.count > 0
  }

  /// Reads one line of the arena; blank lines are passed over.
  private func take(_ line: Range<Int>, in batch: inout ProductBatch) {
    let arena = batch.unsafeArena
    guard line.contains(where: { arena[$0] > 0x20 }) else { return }
    number += 1
    let start = offset + UInt64(line.lowerBound)
    let added = json.read(line: line, in: &batch, recordOffset: start)
    if !added {
      batch.beginProduct(at: start)
      batch.endProduct(length: UInt64(line.count), state: .faulted)
    }
    for var finding in json.findings {
      finding.place = place(at: finding.place.byte ?? start)
      finding.product = finding.product ?? "#\(number)"
      context.diagnostics.report(finding)
    }
  }

  private func skipLongLine(_ batch: inout ProductBatch) throws(Fault) {
    let start = offset
    while offset < document.size {
      let chunk = try document.bytes(at: offset, count: 1 << 16)
      if let at = chunk.firstIndex(of: 0x0A) {
        offset += UInt64(at) + 1
        break
      }
      offset += UInt64(chunk.count)
    }
    batch.recycle()
    batch.beginProduct(at: start)
    batch.endProduct(length: offset - start, state: .faulted)
    context.diagnostics.report(
      Diagnostic(
        .jsonMalformed, at: place(at: start),
        message: LocalizedText(
          "the line is longer than \(Self.longestLine >> 20) MiB", vi: "dòng dài hơn \(Self.longestLine >> 20) MiB")))
  }

  func place(of row: ProductRow, origin: Int) -> Place { place(at: row.recordOffset + UInt64(max(origin, 0))) }

  private func place(at byte: UInt64) -> Place {
    (try? positions.place(of: byte)) ?? Place(file: document.name, byte: byte)
  }

  func writeRecords(_ records: [ProductRow], to output: OutputDocument) throws(Fault) {
    for row in records {
      try output.write(document.bytes(at: row.recordOffset, count: Int(row.recordLength)))
      try output.write([0x0A])
    }
  }
}
