internal import Bytes
internal import COcopShims
public import Diagnostics

/// Reads delimited text row by row as Strings: for headers, small files and tests. Bulk reading goes by
/// `DelimitedTokenizer`, without Strings.
///
/// ```swift
/// let reader = try DelimitedReader(try InputDocument.open("list.csv"))
/// let header = try reader.header { $0.contains("Tên sản phẩm") }
/// while let row = try reader.next() { … }
/// ```
public final class DelimitedReader {
  /// A row.
  public struct Row: Sendable, Hashable {
    /// The cells, in normalisation form C.
    public let cells: [String]
    /// The line on which the row begins, from 1.
    public let line: Int
    /// Where the row begins in the decoded document, in bytes.
    public let byte: UInt64
    /// Whether no cell holds anything but blanks.
    public var isBlank: Bool { cells.allSatisfy { $0.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 } } }
  }

  /// The document in UTF-8.
  public let document: InputDocument
  /// How the text is cut.
  public let dialect: DelimitedDialect
  /// The rows that `header(within:where:)` passed over.
  public private(set) var preamble: [Row] = []

  private var tokenizer: DelimitedTokenizer
  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var at = 0
  private var filled = 0
  private var atEnd = false
  /// Where the buffer's first byte is in the document.
  private var base: UInt64
  private let positions: PositionResolver

  /// Reads a document, finding its encoding and, unless given, its dialect.
  ///
  /// - Parameters:
  ///   - document: the file.
  ///   - dialect: how to cut; nil to find out (`DelimitedDialect.sniff`). Its encoding serves where the file does not tell.
  ///   - encoding: the encoding that the user states.
  ///   - limits: the caps on a row.
  ///   - chunk: how many bytes are read at once, one at least; for tests.
  /// - Throws: as `InputDocument.decoded(as:fallback:)`.
  public init(
    _ document: InputDocument, dialect: DelimitedDialect? = nil, encoding: TextEncoding? = nil,
    limits: DelimitedLimits = .default, chunk: Int = 1 << 16
  ) throws(Fault) {
    let decoded = try document.decoded(as: encoding, fallback: dialect?.encoding)
    self.document = decoded.document
    var start = decoded.textStart
    let head = try decoded.document.bytes(at: start, count: 1 << 16)
    var found = dialect ?? DelimitedDialect.sniff(head, isWhole: start + UInt64(head.count) == decoded.document.size)
    if dialect == nil { found.encoding = decoded.encoding }
    if let hint = DelimitedDialect.separatorLine(head), hint.delimiter == found.delimiter {
      start += UInt64(hint.length)
    }
    self.dialect = found
    base = start
    positions = PositionResolver(decoded.document, textStart: decoded.textStart)
    tokenizer = DelimitedTokenizer(delimiter: found.delimiter, quotes: found.quotes, limits: limits)
    capacity = max(chunk, 1)
    buffer = .allocate(capacity: capacity)
  }

  deinit { buffer.deallocate() }

  /// The next row that is not an empty line; nil at the end.
  ///
  /// - Throws: `malformed` with a code of `delimitedCodes` for a broken row or bytes that are no text. The row is then
  ///   passed over: calling again goes on with the next one.
  public func next() throws(Fault) -> Row? {
    while true {
      switch tokenizer.nextRow(buffer, from: at, end: filled, atEnd: atEnd) {
      case .row(let next):
        return try take(to: next)
      case .blank(let next):
        at = next
      case .needMore(let from):
        at = from
        try fill()
      case .end:
        return nil
      case .fault(let fault, let place, let next):
        let offset = base + UInt64(place)
        at = next
        throw Fault(.malformed, Diagnostic(fault.code, at: try positions.place(of: offset)))
      }
    }
  }

  /// All rows that are left.
  ///
  /// - Throws: as `next()`, at the first broken row.
  public func rows() throws(Fault) -> [Row] {
    var rows: [Row] = []
    while let row = try next() { rows.append(row) }
    return rows
  }

  /// The first row that a test accepts, such as the one that holds a known column; the rows above it go to `preamble`.
  ///
  /// - Returns: nil when none of the next `within` rows is accepted; they are all in `preamble` then.
  /// - Throws: as `next()`.
  public func header(within: Int = 50, where isHeader: ([String]) -> Bool) throws(Fault) -> Row? {
    for _ in 0..<within {
      guard let row = try next() else { return nil }
      if isHeader(row.cells) { return row }
      preamble.append(row)
    }
    return nil
  }

  private func take(to next: Int) throws(Fault) -> Row {
    let byte = base + UInt64(tokenizer.rowStart)
    var cells: [String] = []
    cells.reserveCapacity(tokenizer.fieldCount)
    var invalid: UInt64?
    for i in 0..<tokenizer.fieldCount {
      let bytes = tokenizer.bytes(of: i, in: buffer)
      var bad = 0
      if let start = bytes.baseAddress, ocop_scan_text(start, bytes.count, &bad) & 1 != 0 {
        invalid = invalid ?? base + UInt64(tokenizer.field(i).offset + bad)
      }
      cells.append(String(decoding: bytes, as: UTF8.self).nfcForm)
    }
    at = next
    if let invalid { throw Fault(.malformed, Diagnostic(.delimitedInvalidText, at: try positions.place(of: invalid))) }
    return Row(cells: cells, line: try positions.position(of: byte).line, byte: byte)
  }

  private func fill() throws(Fault) {
    if at > 0 {
      buffer.update(from: buffer + at, count: filled - at)
      base += UInt64(at)
      filled -= at
      at = 0
    }
    if filled == capacity {
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
      larger.update(from: buffer, count: filled)
      buffer.deallocate()
      buffer = larger
      capacity *= 2
    }
    let room = UnsafeMutableRawBufferPointer(start: buffer + filled, count: capacity - filled)
    let count = try document.read(at: base + UInt64(filled), into: room)
    filled += count
    if count < room.count { atEnd = true }
  }
}
