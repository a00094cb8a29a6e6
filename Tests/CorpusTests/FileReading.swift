import Bytes
import Diagnostics
import Documents

/// What became of one file.
enum FileOutcome {
  /// Read to its end: what was counted, and the code of records that were passed over.
  case read(counts: String, code: String = "")
  /// Refused as a whole, with the kind and code of the fault.
  case refused(String)
  /// There is no reader for this kind of file.
  case notRead(String)
}

/// The readers of documents, and which files each of them is given.
enum FileReader: String, CaseIterable {
  case xml, delimited, workbook, json, none

  /// The reader that a file's name calls for.
  init(for file: String) {
    switch Self.fileExtension(of: file) {
    case "xml", "ent", "xhtml", "html": self = .xml
    case "csv", "tsv", "txt", "dat", "gz": self = .delimited
    case "xlsx", "xlsm", "xls", "zip": self = .workbook
    case "json": self = .json
    case "": self = file.contains("/xml/") ? .xml : .none
    default: self = .none
    }
  }

  /// Reads a whole file and counts what is in it.
  func read(_ file: String) -> FileOutcome {
    do {
      switch self {
      case .none: return .notRead("no reader for ." + Self.fileExtension(of: file))
      case .json: return try Self.json(file)
      case .xml: return .read(counts: try Self.xml(file))
      case .delimited: return try Self.delimited(file)
      case .workbook: return .read(counts: try Self.workbook(file))
      }
    } catch let fault as Fault {
      return .refused(fault.kind.rawValue + "/" + fault.diagnostic.code.id)
    } catch let fault as JSONFault {
      return .refused("malformed/json: " + fault.reason.rawValue)
    } catch {
      return .refused("unexpected error: \(error)")
    }
  }

  private static func fileExtension(of file: String) -> String {
    let name = file.split(separator: "/").last ?? ""
    return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
  }

  /// The encoding that a file's name states in front of its extension, as a user would: `names.cp932.csv`.
  static func statedEncoding(of file: String) -> TextEncoding? {
    let parts = (file.split(separator: "/").last ?? "").split(separator: ".")
    return parts.count < 2 ? nil : TextEncoding(named: String(parts[parts.count - 2]))
  }

  // MARK: Kinds

  private static func xml(_ file: String) throws -> String {
    let document = try InputDocument.open(SharedFiles.path(file))
    let counter = XMLCounter()
    var parser = XMLPushParser(handler: counter, name: file)
    var offset: UInt64 = 0
    while offset < document.size {
      let piece = try document.bytes(at: offset, count: 1 << 16)
      if piece.isEmpty { break }
      try parser.push(piece)
      offset += UInt64(piece.count)
    }
    try parser.finish()
    return "elements=\(counter.elements) attributes=\(counter.attributes) text=\(counter.text) crc=\(counter.checksum)"
  }

  private static func delimited(_ file: String) throws -> FileOutcome {
    let stated = statedEncoding(of: file)
    let document = try InputDocument.open(SharedFiles.path(file))
    // What delimiter there is, the reader finds; its quotes are then read as an exchange with strangers wants them.
    var dialect = try DelimitedReader(document, encoding: stated).dialect
    dialect.quotes = .tolerant
    let reader = try DelimitedReader(document, dialect: dialect, encoding: dialect.encoding)
    var rows = 0, cells = 0, widest = 0, faulted = 0
    var codes: Set<String> = []
    var checksum = Checksum()
    while true {
      do {
        guard let row = try reader.next() else { break }
        rows += 1
        cells += row.cells.count
        widest = max(widest, row.cells.count)
        for cell in row.cells {
          checksum.add(cell)
          checksum.add(0x1F)
        }
        checksum.add(0x1E)
      } catch {
        // A broken row costs the row; anything else ends the document.
        guard error.diagnostic.code.id.hasPrefix("delimited-") else { throw error }
        faulted += 1
        codes.insert(error.kind.rawValue + "/" + error.diagnostic.code.id)
      }
    }
    let code = codes.sorted().joined(separator: " ")
    if rows == 0, faulted > 0 { return .refused(code) }
    let delimiter = dialect.delimiter == 0x09 ? "TAB" : String(UnicodeScalar(dialect.delimiter))
    return .read(
      counts: "encoding=\(dialect.encoding.rawValue)\(stated == nil ? "" : "(stated)") delimiter=\(delimiter)"
        + " rows=\(rows) cells=\(cells) widest=\(widest) crc=\(checksum)" + (faulted == 0 ? "" : " faulted=\(faulted)"),
      code: code)
  }

  private static func workbook(_ file: String) throws -> String {
    let workbook = try WorkbookReader(InputDocument.open(SharedFiles.path(file)))
    var rows = 0, cells = 0, dates = 0, text = 0
    for sheet in workbook.sheets {
      let reader = try workbook.rows(of: sheet)
      while let row = try reader.next() {
        var isEmpty = true
        for cell in row.cells {
          let bytes = row.bytes(cell).count
          if cell.kind == .blank || bytes == 0 { continue }
          isEmpty = false
          cells += 1
          if cell.kind == .date { dates += 1 }
          if cell.kind == .text { text += bytes }
        }
        if !isEmpty { rows += 1 }
      }
    }
    return "sheets=\(workbook.sheets.count) rows=\(rows) cells=\(cells) dates=\(dates) text=\(text)"
  }

  private static func json(_ file: String) throws -> FileOutcome {
    let document = try InputDocument.open(SharedFiles.path(file))
    var bytes = try document.bytes(at: 0, count: Int(document.size))
    // Typed errors do not pass through the array's closure.
    let outcome = bytes.withUnsafeMutableBufferPointer { buffer -> Result<Int, JSONFault> in
      var scanner = JSONScanner(buffer)
      var tokens = 0
      do throws(JSONFault) {
        while try scanner.next() != .end { tokens += 1 }
        return .success(tokens)
      } catch { return .failure(error) }
    }
    return .read(counts: "tokens=\(try outcome.get())")
  }
}

/// Counts what is in an XML document.
private final class XMLCounter: XMLHandler {
  private(set) var elements = 0
  private(set) var attributes = 0
  private(set) var text = 0
  private(set) var checksum = Checksum()

  override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
    elements += 1
    self.attributes += attributes.count
  }

  override func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    text += bytes.count
    checksum.add(bytes)
  }
}

/// CRC-32 of texts (ISO 3309, as in zip and PNG), so that a peer in any language can show the same contents.
struct Checksum: CustomStringConvertible {
  private var value: UInt32 = 0xFFFF_FFFF

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }

  mutating func add(_ byte: UInt8) { value = Self.table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }

  mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
    Self.table.withUnsafeBufferPointer { table in
      var sum = value
      for byte in bytes { sum = table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8 }
      value = sum
    }
  }

  mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add($0) }
  }

  var description: String {
    let digits = String(~value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
