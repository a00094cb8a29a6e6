/// How quotes are read and written in delimited text.
public enum QuoteMode: String, Sendable, Hashable, CaseIterable {
  /// RFC 4180: a field may stand in quotes, with its quotes doubled; a quote anywhere else is a fault.
  case rfc4180
  /// A quote is a character like others; a field cannot hold the delimiter or a line end.
  case none
  /// Raw cells and cells that Excel has quoted are both read: a field counts as quoted when it begins with a quote that is
  /// closed right before a delimiter or line end. Written raw wherever that can be read again.
  case tolerant
}

/// Everything about a delimited text file except its columns.
public struct DelimitedDialect: Sendable, Hashable {
  /// A line end for writing; readers take all of LF, CRLF and CR.
  public enum Newline: String, Sendable, Hashable, CaseIterable {
    case crlf, lf

    /// The line end's bytes.
    public var text: String { self == .crlf ? "\r\n" : "\n" }
  }

  /// The byte between fields: ASCII, not a quote, NUL, CR or LF.
  public var delimiter: UInt8
  /// How quotes are read and written.
  public var quotes: QuoteMode
  /// The line end for writing.
  public var newline: Newline
  /// Whether a byte order mark is written; readers take both.
  public var writesBOM: Bool
  /// The encoding to write, and to read where the file itself does not tell.
  public var encoding: TextEncoding

  /// Makes a dialect; as it stands, RFC 4180 in UTF-8.
  public init(
    delimiter: UInt8 = UInt8(ascii: ","), quotes: QuoteMode = .rfc4180, newline: Newline = .crlf,
    writesBOM: Bool = false, encoding: TextEncoding = .utf8
  ) {
    self.delimiter = delimiter
    self.quotes = quotes
    self.newline = newline
    self.writesBOM = writesBOM
    self.encoding = encoding
  }

  /// Comma, quotes as in RFC 4180, CRLF, UTF-8.
  public static let csv = DelimitedDialect()
  /// Tab, raw or Excel-quoted cells, CRLF, UTF-8.
  public static let tabText = DelimitedDialect(delimiter: 0x09, quotes: .tolerant)

  /// Whether a byte can be a delimiter: ASCII, and neither a quote, NUL, CR nor LF.
  public static func canDelimit(_ byte: UInt8) -> Bool {
    byte < 0x80 && byte != 0x22 && byte != 0 && byte != 0x0D && byte != 0x0A
  }
}

extension DelimitedDialect {
  /// The delimiters that `sniff` tells apart, the likelier first.
  public static let candidates: [UInt8] = [0x2C, 0x3B, 0x09, 0x7C]

  /// Finds delimiter, quote mode and line end from a file's first bytes (UTF-8, without byte order mark).
  ///
  /// For each of `,` `;` TAB `|` the first 100 rows are cut, quotes respected; the delimiter wins that gives most rows
  /// the same number of fields, of which there must be two at least. So a title above the header costs nothing, and
  /// decimal commas lose against the semicolons of the header row. Rows with a cell that begins with a quote and is not
  /// closed before a delimiter count only when no two others agree: a delimiter inside a quoted text looks like that. When
  /// no two rows agree, the delimiter on the row with most fields is taken.
  /// Excel's first line `sep=;` decides at once (see `separatorLine`). The encoding is left as UTF-8.
  public static func sniff(_ prefix: [UInt8], isWhole: Bool = false) -> DelimitedDialect {
    var dialect = DelimitedDialect()
    if let line = separatorLine(prefix) {
      dialect.delimiter = line.delimiter
    } else {
      dialect.delimiter = likeliest(candidates.map { agreement(prefix, $0, isWhole) })
    }
    if dialect.delimiter == 0x09 { dialect.quotes = .tolerant }
    if let end = prefix.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
      let isCRLF = prefix[end] == 0x0D && end + 1 < prefix.count && prefix[end + 1] == 0x0A
      dialect.newline = isCRLF ? .crlf : .lf
    }
    return dialect
  }

  /// Excel's hint in the first line, `sep=` and a delimiter, which is no data; `length` includes the line end.
  public static func separatorLine(_ prefix: [UInt8]) -> (delimiter: UInt8, length: Int)? {
    guard prefix.count >= 5, String(decoding: prefix[..<4], as: UTF8.self).lowercased() == "sep=",
      canDelimit(prefix[4])
    else { return nil }
    if prefix.count == 5 { return (prefix[4], 5) }
    switch prefix[5] {
    case 0x0A: return (prefix[4], 6)
    case 0x0D: return (prefix[4], prefix.count > 6 && prefix[6] == 0x0A ? 7 : 6)
    default: return nil
    }
  }

  /// What cutting by a delimiter gave.
  private struct Agreement {
    /// How many rows have the commonest number of fields, two at least, and that number; without rows whose quotes are broken.
    var unbroken = (rows: 0, fields: 0)
    /// The same of all rows.
    var all = (rows: 0, fields: 0)
    /// The most fields of any row.
    var most = 0
  }

  /// The candidate that most rows speak for; the first of several.
  private static func likeliest(_ found: [Agreement]) -> UInt8 {
    let rank: (Agreement) -> (Int, Int) =
      if found.contains(where: { $0.unbroken.rows >= 2 }) {
        { $0.unbroken }
      } else if found.contains(where: { $0.all.rows >= 2 }) {
        { $0.all }
      } else {
        { ($0.most, 0) }
      }
    var best = 0
    for i in found.indices where rank(found[i]) > rank(found[best]) { best = i }
    return candidates[best]
  }

  private static func agreement(_ prefix: [UInt8], _ delimiter: UInt8, _ isWhole: Bool) -> Agreement {
    var bytes = prefix
    var tokenizer = DelimitedTokenizer(delimiter: delimiter, quotes: .tolerant)
    var all: [Int: Int] = [:], unbroken: [Int: Int] = [:]
    var result = Agreement()
    bytes.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var at = 0, rows = 0
      // A row that the prefix cuts is of use only when it is the only one.
      var atEnd = isWhole
      reading: while rows < 100 {
        switch tokenizer.nextRow(base, from: at, end: buffer.count, atEnd: atEnd) {
        case .row(let next):
          at = next
          rows += 1
          let fields = tokenizer.fieldCount
          result.most = max(result.most, fields)
          if fields < 2 { continue }
          all[fields, default: 0] += 1
          if !hasBrokenQuote(tokenizer, base) { unbroken[fields, default: 0] += 1 }
        case .blank(let next), .fault(_, _, let next): at = next
        case .needMore:
          if rows > 0 || atEnd { break reading }
          atEnd = true
        case .end: break reading
        }
      }
    }
    for (fields, rows) in all where (rows, fields) > result.all { result.all = (rows, fields) }
    for (fields, rows) in unbroken where (rows, fields) > result.unbroken { result.unbroken = (rows, fields) }
    return result
  }

  /// Whether a field of the last row begins with a quote that the tokenizer did not take for the field's own.
  private static func hasBrokenQuote(
    _ tokenizer: borrowing DelimitedTokenizer, _ base: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    for i in 0..<tokenizer.fieldCount {
      let (offset, length) = tokenizer.field(i)
      // A quote in front is the field's own, and a quote behind it was doubled.
      if length > 0, base[offset] == 0x22, offset == tokenizer.rowStart || base[offset - 1] != 0x22 { return true }
    }
    return false
  }
}
