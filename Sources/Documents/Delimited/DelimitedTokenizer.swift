internal import COcopShims

#if canImport(Glibc)
  internal import Glibc
#endif

/// Caps on one row of delimited text, against hostile input.
public struct DelimitedLimits: Sendable, Hashable {
  /// Bytes in one row with its line end; a longer row is a fault. At most 1 GiB.
  public var rowBytes: Int
  /// Fields in one row; one more is a fault.
  public var columns: Int
  /// Bytes in an Excel-quoted cell of `.tolerant` text. When no closing quote comes within them, the cell is taken as raw.
  /// An Excel cell holds 32 767 UTF-16 units, in UTF-8 at most three bytes each, and quotes are doubled.
  public var tolerantQuoteBytes: Int

  /// Makes caps; the defaults are 8 MiB, the 16 384 columns of an Excel sheet, and 196 602 bytes.
  public init(rowBytes: Int = 8 << 20, columns: Int = 16_384, tolerantQuoteBytes: Int = 196_602) {
    self.rowBytes = min(max(rowBytes, 1), 1 << 30)
    self.columns = max(columns, 1)
    self.tolerantQuoteBytes = tolerantQuoteBytes
  }

  /// The caps for input from strangers.
  public static let `default` = DelimitedLimits()
}

/// What can be wrong with a row of delimited text.
public enum DelimitedFault: Sendable, Hashable, CaseIterable {
  /// Text between a closing quote and the next delimiter: `"a"b,`.
  case textAfterQuote
  /// A quote within a field that does not begin with one: `12" pan,`.
  case strayQuote
  /// A quote that is not closed before the input's end or the row's cap.
  case unterminatedQuote
  /// A row longer than the cap.
  case rowTooLong
  /// More fields than the cap.
  case tooManyColumns
  /// A byte 0.
  case nulByte
}

/// What `DelimitedTokenizer.nextRow` found; places are indices into the buffer.
public enum DelimitedRow: Sendable, Hashable {
  /// A row, whose fields can be read until the next call; the following row begins at `next`.
  case row(next: Int)
  /// An empty line.
  case blank(next: Int)
  /// The row is not whole yet: call again with the bytes from `from` on at the front and more behind them.
  case needMore(from: Int)
  /// Nothing is left.
  case end
  /// A broken row, which begins at `rowStart`; reading can go on at `next`, the next line end that can be trusted.
  case fault(DelimitedFault, at: Int, next: Int)
}

/// Cuts delimited text into rows and fields, without copying and without allocation per row.
///
/// Grammar: RFC 4180 with any delimiter and with LF, CRLF or CR as line end. Doubled quotes are compacted in the buffer
/// itself, and only when the whole row is there: a row that the buffer's end has cut is read again from its start, so
/// nothing may have been changed in it.
///
/// ```swift
/// loop: while true {
///   switch tokenizer.nextRow(base, from: at, end: filled, atEnd: noMore) {
///   case .row(let next):
///     for i in 0..<tokenizer.fieldCount { use(tokenizer.bytes(of: i, in: base)) }
///     at = next
///   case .blank(let next): at = next
///   case .fault(let fault, let place, let next): report(fault, place); at = next
///   case .needMore(let from): … move the bytes from `from` on to the front, read more …
///   case .end: break loop
///   }
/// }
/// ```
public struct DelimitedTokenizer: ~Copyable {
  /// The byte between fields.
  public let delimiter: UInt8
  /// How quotes are read.
  public let quotes: QuoteMode
  /// The caps.
  public let limits: DelimitedLimits
  /// Where the last row began in the buffer.
  @inlinable public var rowStart: Int { start }
  /// How many fields the last row has.
  @inlinable public var fieldCount: Int { used }

  @usableFromInline var start = 0
  @usableFromInline var used = 0
  /// Two numbers a field: offset from the row's start, and length.
  @usableFromInline var slots: UnsafeMutablePointer<UInt32>
  private var room: Int
  /// The rest of a row that was already reported is passed over up to its line end.
  private var skipping = false
  /// Marks a length whose field still holds doubled quotes; rows are shorter than this.
  private static let doubled: UInt32 = 1 << 31

  /// Makes a tokenizer.
  public init(delimiter: UInt8, quotes: QuoteMode, limits: DelimitedLimits = .default) {
    self.delimiter = delimiter
    self.quotes = quotes
    self.limits = limits
    room = min(256, limits.columns)
    slots = .allocate(capacity: room * 2)
  }

  deinit { slots.deallocate() }

  /// Where a field of the last row is in the buffer, without its quotes.
  @inlinable @inline(__always) public func field(_ i: Int) -> (offset: Int, length: Int) {
    precondition(i < used)
    return (start + Int(slots[2 * i]), Int(slots[2 * i + 1]))
  }

  /// A field's distance from its row's start, in bytes; what an origin is counted in.
  @inlinable @inline(__always) public func origin(_ i: Int) -> UInt32 {
    precondition(i < used)
    return slots[2 * i]
  }

  /// A field's bytes in the buffer that the row was found in.
  @inlinable @inline(__always) public func bytes(
    of i: Int, in base: UnsafeMutablePointer<UInt8>
  ) -> UnsafeBufferPointer<UInt8> {
    let place = field(i)
    return UnsafeBufferPointer(start: base + place.offset, count: place.length)
  }

  /// Finds the next row.
  ///
  /// - Parameters:
  ///   - base: the buffer. Doubled quotes of a whole row are compacted in it.
  ///   - from: where to begin; what the last call gave as `next`.
  ///   - end: how far the buffer is filled.
  ///   - atEnd: nothing comes after `end`.
  public mutating func nextRow(
    _ base: UnsafeMutablePointer<UInt8>, from: Int, end: Int, atEnd: Bool
  ) -> DelimitedRow {
    used = 0
    start = from
    if skipping {
      guard let next = lineEnd(base, from, end, atEnd) else {
        // Only a CR can be of interest again: an LF may follow it.
        return .needMore(from: end > from && base[end - 1] == 0x0D ? end - 1 : end)
      }
      skipping = false
      start = next
    }
    if start == end { return atEnd ? .end : .needMore(from: start) }
    return cut(base + start, count: end - start, atEnd: atEnd)
  }

  private mutating func cut(_ row: UnsafeMutablePointer<UInt8>, count: Int, atEnd: Bool) -> DelimitedRow {
    // What is behind the cap is not looked at.
    let n = min(count, limits.rowBytes)
    let stop = quotes == .none ? delimiter : 0x22
    var i = 0, open = 0, hasDoubled = false
    while true {
      i = ocop_split(row, i, n, delimiter, stop, &open, slots, &used, room)
      if i == n {
        if n < count { return fault(.rowTooLong, 0, row, count, atEnd, from: n) }
        if !atEnd { return .needMore(from: start) }
        return finish(row, open, i - open, hasDoubled, next: i)
      }
      switch row[i] {
      case 0x0A:
        if i == 0 { return .blank(next: start + 1) }
        return finish(row, open, i - open, hasDoubled, next: i + 1)
      case 0x0D:
        if i + 1 == count, !atEnd { return .needMore(from: start) }
        let next = i + 1 < count && row[i + 1] == 0x0A ? i + 2 : i + 1
        if i == 0 { return .blank(next: start + next) }
        return finish(row, open, i - open, hasDoubled, next: next)
      case 0:
        return fault(.nulByte, i, row, count, atEnd, from: i)
      case delimiter:
        if !grow() { return fault(.tooManyColumns, open, row, count, atEnd, from: i) }
      default:
        if i != open {
          if quotes == .rfc4180 { return fault(.strayQuote, i, row, count, atEnd, from: i) }
          i += 1
          continue
        }
        switch closing(row, i, n, count, atEnd) {
        case .needMore: return .needMore(from: start)
        case .raw: i += 1
        case .fault(let what, let at, let from): return fault(what, at, row, count, atEnd, from: from)
        case .closed(let at, let inner):
          if inner { hasDoubled = true }
          let length = UInt32(at - i - 1) | (inner ? Self.doubled : 0)
          let after = at + 1
          if after < count, row[after] == delimiter {
            if used == room, !grow() { return fault(.tooManyColumns, open, row, count, atEnd, from: after) }
            slots[2 * used] = UInt32(i + 1)
            slots[2 * used + 1] = length
            used += 1
            open = after + 1
            i = open
            if i > n { return fault(.rowTooLong, 0, row, count, atEnd, from: n) }
            continue
          }
          var next = after
          if after < count {
            next += 1
            if row[after] == 0x0D {
              if next == count, !atEnd { return .needMore(from: start) }
              if next < count, row[next] == 0x0A { next += 1 }
            }
          }
          return finish(row, i + 1, Int(length), hasDoubled, next: next)
        }
      }
    }
  }

  private enum Closing {
    case closed(at: Int, inner: Bool)
    case raw
    case needMore
    case fault(DelimitedFault, at: Int, from: Int)
  }

  /// Looks for the quote that closes the one at `quote`.
  private func closing(
    _ row: UnsafeMutablePointer<UInt8>, _ quote: Int, _ n: Int, _ count: Int, _ atEnd: Bool
  ) -> Closing {
    let limit = quotes == .tolerant ? min(n, quote + limits.tolerantQuoteBytes) : n
    var j = quote + 1, inner = false
    while true {
      j = Self.quoteOrNUL(row, j, limit)
      if j >= limit {
        if limit == count, !atEnd { return .needMore }
        // Most likely a quote is missing near by, so reading goes on with the line after the opening one.
        return quotes == .tolerant ? .raw : .fault(.unterminatedQuote, at: quote, from: quote)
      }
      if row[j] == 0 { return quotes == .tolerant ? .raw : .fault(.nulByte, at: j, from: j) }
      if j + 1 == count { return atEnd ? .closed(at: j, inner: inner) : .needMore }
      switch row[j + 1] {
      case 0x22:
        inner = true
        j += 2
      case delimiter, 0x0A, 0x0D:
        return .closed(at: j, inner: inner)
      default:
        return quotes == .tolerant ? .raw : .fault(.textAfterQuote, at: j + 1, from: j + 1)
      }
    }
  }

  /// The first quote or NUL from a place on, or `limit`. The C library looks for one byte at a time, but at many places at once.
  private static func quoteOrNUL(_ row: UnsafeMutablePointer<UInt8>, _ from: Int, _ limit: Int) -> Int {
    guard from < limit else { return limit }
    let start = UnsafeMutableRawPointer(row + from)
    let quote = memchr(start, 0x22, limit - from).map { $0 - start } ?? limit - from
    return from + (memchr(start, 0, quote).map { $0 - start } ?? quote)
  }

  /// Takes the last field and compacts doubled quotes, now that the row is whole.
  private mutating func finish(
    _ row: UnsafeMutablePointer<UInt8>, _ offset: Int, _ length: Int, _ hasDoubled: Bool, next: Int
  ) -> DelimitedRow {
    if used == room, !grow() {
      used = 0
      return .fault(.tooManyColumns, at: start + offset, next: start + next)
    }
    slots[2 * used] = UInt32(offset)
    slots[2 * used + 1] = UInt32(length)
    used += 1
    if hasDoubled {
      for i in 0..<used where slots[2 * i + 1] & Self.doubled != 0 {
        slots[2 * i + 1] = compact(row + Int(slots[2 * i]), Int(slots[2 * i + 1] & ~Self.doubled))
      }
    }
    return .row(next: start + next)
  }

  private func compact(_ field: UnsafeMutablePointer<UInt8>, _ length: Int) -> UInt32 {
    // Up to and with its first quote the field stays where it is; each later run moves down over the quotes dropped.
    var to = ocop_find4(field, 0, length, 0x22, 0x22, 0x22, 0x22) + 1
    var from = to + 1
    while from < length {
      let end = min(ocop_find4(field, from, length, 0x22, 0x22, 0x22, 0x22) + 1, length)
      (field + to).update(from: field + from, count: end - from)
      to += end - from
      from = end + 1
    }
    return UInt32(to)
  }

  /// Makes room for more columns; false when the cap is reached.
  private mutating func grow() -> Bool {
    if room >= limits.columns { return false }
    let more = min(room * 2, limits.columns)
    let new = UnsafeMutablePointer<UInt32>.allocate(capacity: more * 2)
    new.update(from: slots, count: used * 2)
    slots.deallocate()
    slots = new
    room = more
    return true
  }

  /// Ends a broken row at the next line end after `from`.
  private mutating func fault(
    _ what: DelimitedFault, _ at: Int, _ row: UnsafeMutablePointer<UInt8>, _ count: Int, _ atEnd: Bool, from: Int
  ) -> DelimitedRow {
    used = 0
    if let next = lineEnd(row, from, count, atEnd) { return .fault(what, at: start + at, next: start + next) }
    // Wait for the line end, so that the whole row can be kept; but not longer than for a good row.
    if count <= limits.rowBytes { return .needMore(from: start) }
    skipping = true
    return .fault(what, at: start + at, next: start + (row[count - 1] == 0x0D ? count - 1 : count))
  }

  /// The place after the next line end, or nil when it is not there yet; the end of the input counts as one.
  private func lineEnd(_ base: UnsafeMutablePointer<UInt8>, _ from: Int, _ end: Int, _ atEnd: Bool) -> Int? {
    let at = ocop_find4(base, from, end, 0x0A, 0x0A, 0x0D, 0x0D)
    if at == end { return atEnd ? end : nil }
    if base[at] == 0x0A { return at + 1 }
    if at + 1 < end { return base[at + 1] == 0x0A ? at + 2 : at + 1 }
    return atEnd ? end : nil
  }
}
