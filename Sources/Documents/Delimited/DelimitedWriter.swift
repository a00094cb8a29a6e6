public import Bytes
internal import COcopShims

/// What writing a field changed in it; empty when it can be read back as it is.
public struct DelimitedChange: OptionSet, Sendable, Hashable {
  /// The bits.
  public let rawValue: UInt8
  /// Makes a set from its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Line ends, delimiters or NULs became a blank each, since the dialect has no quotes to keep them in.
  public static let flattened = DelimitedChange(rawValue: 1)
  /// An apostrophe was put in front, so that a spreadsheet does not run the text as a formula.
  public static let guarded = DelimitedChange(rawValue: 2)
}

/// Writes the fields of a dialect into a buffer; the text is UTF-8 and is encoded afterwards, if the dialect says so.
public struct DelimitedWriter: Sendable {
  /// The dialect.
  public let dialect: DelimitedDialect
  /// Whether texts that a spreadsheet would take for formulas get an apostrophe in front. It changes data, so it is for
  /// files that people open in Excel, never for partners' systems.
  public let guardsFormulas: Bool
  /// Whether fields need nothing but the quotes of RFC 4180.
  @usableFromInline let isPlain: Bool

  /// Makes a writer.
  public init(_ dialect: DelimitedDialect, guardsFormulas: Bool = false) {
    self.dialect = dialect
    self.guardsFormulas = guardsFormulas
    isPlain = dialect.quotes == .rfc4180 && !guardsFormulas
  }

  /// Writes what stands in front of the first row: the byte order mark in UTF-8, when the dialect wants one.
  public func begin(_ buffer: inout ByteBuffer) {
    if dialect.writesBOM { buffer.append([0xEF, 0xBB, 0xBF]) }
  }

  /// Writes the delimiter between two fields.
  @inlinable @inline(__always) public func delimit(_ buffer: inout ByteBuffer) { buffer.append(dialect.delimiter) }

  /// Ends a row.
  @inline(__always) public func endRow(_ buffer: inout ByteBuffer) {
    if dialect.newline == .crlf { buffer.append(0x0D) }
    buffer.append(0x0A)
  }

  /// Writes a field and tells what was changed in it.
  @inlinable @inline(__always) public func append(
    _ field: UnsafeBufferPointer<UInt8>, to buffer: inout ByteBuffer
  ) -> DelimitedChange {
    if !isPlain { return appendOther(field, to: &buffer) }
    buffer.appendDelimited(field, delimiter: dialect.delimiter)
    return []
  }

  @usableFromInline func appendOther(
    _ field: UnsafeBufferPointer<UInt8>, to buffer: inout ByteBuffer
  ) -> DelimitedChange {
    if guardsFormulas, Self.looksLikeFormula(field) { return appendGuarded(field, to: &buffer) }
    switch dialect.quotes {
    case .rfc4180:
      buffer.appendDelimited(field, delimiter: dialect.delimiter)
      return []
    case .none:
      return appendRaw(field, to: &buffer)
    case .tolerant:
      // A raw cell that begins with a quote might be read as a quoted one.
      if field.first == 0x22 { return appendFlatQuoted(field, to: &buffer) }
      return appendRaw(field, to: &buffer)
    }
  }

  /// Writes a whole row. The only empty field of a row is written as `""` where there are quotes, since an empty line is
  /// no row.
  public func row(_ fields: some Sequence<String>, to buffer: inout ByteBuffer) -> DelimitedChange {
    var change: DelimitedChange = []
    let start = buffer.count
    var count = 0
    for field in fields {
      if count > 0 { delimit(&buffer) }
      count += 1
      var field = field
      // A closure cannot take an inout buffer that is also borrowed, so the bytes are copied; this is not the fast path.
      let bytes = field.withUTF8 { Array($0) }
      change.formUnion(bytes.withUnsafeBufferPointer { append($0, to: &buffer) })
    }
    if count == 1, buffer.count == start, dialect.quotes != .none { buffer.append("\"\"") }
    endRow(&buffer)
    return change
  }

  /// Whether a spreadsheet would run a text: it begins with `=`, `@`, TAB or CR, or with `+` or `-` and is no number.
  public static func looksLikeFormula(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
    switch field.first {
    case 0x3D, 0x40, 0x09, 0x0D: return true
    case 0x2B, 0x2D:
      return field.count == 1
        ? false : !field.dropFirst().allSatisfy { $0 == 0x2E || $0 == 0x2C || (0x30...0x39).contains($0) }
    default: return false
    }
  }

  @inline(never) private func appendGuarded(
    _ field: UnsafeBufferPointer<UInt8>, to buffer: inout ByteBuffer
  ) -> DelimitedChange {
    let bytes = [UInt8(ascii: "'")] + field
    let plain = DelimitedWriter(dialect)
    return bytes.withUnsafeBufferPointer { plain.append($0, to: &buffer) }.union(.guarded)
  }

  /// Writes a field as it is, with one blank for every line end, delimiter and NUL.
  @inline(__always) private func appendRaw(
    _ field: UnsafeBufferPointer<UInt8>, to buffer: inout ByteBuffer
  ) -> DelimitedChange {
    guard let start = field.baseAddress else { return [] }
    let first = ocop_find4(start, 0, field.count, dialect.delimiter, 0, 0x0D, 0x0A)
    if first == field.count {
      buffer.append(start, count: field.count)
      return []
    }
    buffer.append(flat(field))
    return .flattened
  }

  @inline(never) private func appendFlatQuoted(
    _ field: UnsafeBufferPointer<UInt8>, to buffer: inout ByteBuffer
  ) -> DelimitedChange {
    let bytes = flat(field)
    bytes.withUnsafeBufferPointer { buffer.appendQuoted($0) }
    return bytes.elementsEqual(field) ? [] : .flattened
  }

  private func flat(_ field: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(field.count)
    for (i, byte) in field.enumerated() {
      if byte == 0x0A, i > 0, field[i - 1] == 0x0D { continue }
      bytes.append(byte == dialect.delimiter || byte == 0x0D || byte == 0x0A || byte == 0 ? 0x20 : byte)
    }
    return bytes
  }
}
