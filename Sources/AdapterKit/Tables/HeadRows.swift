internal import Bytes
internal import Diagnostics
internal import Documents

/// The first rows of a document as Strings.
struct HeadRows {
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
