internal import COcopShims
public import Diagnostics

/// Finds the line and column of a byte offset, by reading the document again.
///
/// Positions are wanted only for findings, so the readers keep offsets and nobody counts lines on the way. Asking with
/// growing offsets costs one pass over the document in all; going back costs at most 4 MiB of reading.
public final class PositionResolver {
  private struct Mark {
    var offset: UInt64
    var line = 1
    /// Characters before `offset` on its line.
    var characters = 0
    /// The last byte was CR, so that an LF at `offset` belongs to the same line end.
    var afterReturn = false
  }

  /// The document whose places are looked for.
  public let document: InputDocument

  private var marks: [Mark]
  private var last: Mark
  private let step: UInt64 = 1 << 22
  private let buffer: UnsafeMutableRawBufferPointer

  /// Makes a resolver; the text starts after a byte order mark of `textStart` bytes.
  public init(_ document: InputDocument, textStart: UInt64 = 0) {
    self.document = document
    last = Mark(offset: textStart)
    marks = [last]
    buffer = .allocate(byteCount: 1 << 16, alignment: 16)
  }

  deinit { buffer.deallocate() }

  /// The line and column of the character that starts at an offset; both count from 1.
  ///
  /// Lines end with LF, CRLF or CR. Columns count Unicode scalars of UTF-8; a stray byte counts as its neighbour's part.
  /// An offset after the end gives the place after the last character.
  ///
  /// - Throws: `unreadable` when the document cannot be read.
  public func position(of offset: UInt64) throws(Fault) -> (line: Int, column: Int) {
    if offset < last.offset {
      // The latest mark that is not after the offset; the first one stands at the start of the text.
      var low = 0, high = marks.count
      while high - low > 1 {
        let middle = (low + high) / 2
        if marks[middle].offset <= offset { low = middle } else { high = middle }
      }
      last = marks[low]
    }
    while last.offset < offset {
      let want = Int(min(UInt64(buffer.count), offset - last.offset))
      let count = try document.read(at: last.offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<want]))
      if count == 0 { break }
      advance(over: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      if last.offset >= (marks.last?.offset ?? 0) + step { marks.append(last) }
    }
    return (last.line, last.characters + 1)
  }

  /// The place of an offset, with file, line, column and byte.
  ///
  /// - Throws: as `position(of:)`.
  public func place(of offset: UInt64) throws(Fault) -> Place {
    let at = try position(of: offset)
    return Place(file: document.name, line: at.line, column: at.column, byte: offset)
  }

  private func advance(over bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    var afterReturn: Int32 = last.afterReturn ? 1 : 0, line = 0
    // An LF at the front that belongs to a CR before it has begun its line already.
    let lines = ocop_count_lines(start, bytes.count, &afterReturn, &line)
    if line > 0 {
      last.line += lines
      last.characters = 0
    }
    // Characters count only on the line on which the bytes stop.
    last.characters += ocop_count_characters(start + line, bytes.count - line)
    last.afterReturn = afterReturn != 0
    last.offset += UInt64(bytes.count)
  }
}
