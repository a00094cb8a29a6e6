internal import COcopShims
internal import Diagnostics
internal import Documents
internal import ProductModel

#if canImport(Glibc)
  internal import Glibc
#endif

/// The part of a document that is in a batch's arena while rows are read.
struct TableWindow {
  /// The next byte to look at, in the arena.
  var at: Int
  /// How far the arena holds text of the document.
  private(set) var filled: Int
  /// The document's offset of arena place 0; may be negative.
  private var shift: Int
  /// Whether the document has no more than the arena holds.
  private(set) var isAtEnd = false
  /// How far the text was scanned.
  private var scanned: Int
  /// Places that might not be UTF-8 in NFC.
  private(set) var suspects: [Range<Int>] = []

  init(at: Int, offset: UInt64) {
    self.at = at
    filled = at
    scanned = at
    shift = Int(offset) - at
  }

  /// The document's offset of a place in the arena.
  func offset(of place: Int) -> UInt64 { UInt64(place + shift) }

  /// Whether some bytes might not be UTF-8 in NFC.
  func isSuspect(_ start: Int, _ end: Int) -> Bool {
    for range in suspects where range.lowerBound < end && range.upperBound > start { return true }
    return false
  }

  /// Reads more of the document, some chunk of bytes, behind what is in the arena.
  ///
  /// - Throws: `.unreadable` when the document cannot be read.
  mutating func fill(from document: InputDocument, _ chunk: Int, _ batch: inout ProductBatch) throws(Fault) {
    let partial = filled - at
    let more = max(chunk, partial)
    if batch.byteCount == filled {
      batch.reserveBytes(more)
    } else {
      // Values made since the last chunk stand behind it: the cut row moves behind them.
      batch.reserveBytes(partial + more)
      let to = batch.byteCount
      memmove(batch.unsafeArena + to, batch.unsafeArena + at, partial)
      shift += at - to
      at = to
      filled = to + partial
      scanned = to
      batch.setByteCount(filled)
    }
    let memory = UnsafeMutableRawBufferPointer(start: batch.unsafeArena + filled, count: more)
    let count = try document.read(at: offset(of: filled), into: memory)
    if count < more { isAtEnd = true }
    filled += count
    batch.setByteCount(filled)
    scan(batch.unsafeArena)
  }

  /// Looks at new text in pieces of some 4 KiB that end between characters.
  private mutating func scan(_ bytes: UnsafePointer<UInt8>) {
    while scanned < filled {
      var end = min(scanned + 4096, filled)
      if end < filled || !isAtEnd {
        // Back to the start of the character that the end may cut; broken text has no such start near by.
        var back = end
        while back > scanned, end - back < 4, bytes[back - 1] & 0xC0 == 0x80 { back -= 1 }
        if back > scanned, bytes[back - 1] >= 0xC0 { end = back - 1 }
        if end == scanned { return }
      }
      if ocop_scan_text(bytes + scanned, end - scanned, nil) != 0 { suspects.append(scanned..<end) }
      scanned = end
    }
  }
}
