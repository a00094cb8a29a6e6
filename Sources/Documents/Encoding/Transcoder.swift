internal import Bytes
public import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// A document as UTF-8, and how it came to be.
public struct DecodedInput: Sendable {
  /// The text in UTF-8: the input itself, or a temporary copy.
  public let document: InputDocument
  /// Where the text begins, after a byte order mark.
  public let textStart: UInt64
  /// The encoding that the input has.
  public let encoding: TextEncoding
  /// The encoding was not stated in the input, and its bytes look like no UTF-8: it was taken from the caller.
  public let isAssumed: Bool
  /// Byte sequences that the encoding does not know: where in the input, and where in `document`, in which each is one
  /// byte 0xFF, so that the record in which it stands fails its UTF-8 check. The first 1 000 only.
  public let undecodable: [(offset: UInt64, spooled: UInt64)]
  /// How many such sequences there are.
  public let undecodableCount: Int

  /// Where in the input a place of `document` was, as far as that is known: exact for UTF-8 and for undecodable bytes.
  public func originalOffset(of place: UInt64) -> UInt64? {
    if encoding == .utf8 { return place }
    return undecodable.first { $0.spooled == place }?.offset
  }
}

extension InputDocument {
  /// The document as UTF-8.
  ///
  /// UTF-8 is returned as it is, without a copy and unchecked: its records are checked as they are read. Everything else
  /// is decoded into a nameless temporary file.
  ///
  /// - Parameters:
  ///   - encoding: what the user says; a byte order mark of another encoding is then an error. Nil: see `EncodingDetector`.
  ///   - fallback: what the partner's profile says about files that do not tell.
  /// - Throws: `unreadable` with the code `encoding-not-text`, `encoding-unknown`, `encoding-contradiction` or
  ///   `encoding-unsupported`; as `read(at:into:)`; `output` with `spool-failed`.
  public func decoded(as encoding: TextEncoding? = nil, fallback: TextEncoding? = nil) throws(Fault) -> DecodedInput {
    let head = try prefix(EncodingDetector.prefixLength)
    if let kind = EncodingDetector.binaryKind(head) {
      throw Fault(
        .unreadable,
        Diagnostic(
          .encodingNotText, at: Place(file: name, byte: 0),
          message: .init("The file is no text, but \(kind.en)", vi: "Tệp không phải văn bản mà là \(kind.vi)")))
    }
    let found = EncodingDetector.detect(head, isWhole: UInt64(head.count) == size, fallback: fallback)
    if found.isUTF32 {
      throw Fault(.unreadable, Diagnostic(.encodingUnsupported, at: Place(file: name, byte: 0), value: "UTF-32"))
    }
    if let encoding, found.markLength > 0, found.encoding != encoding, let marked = found.encoding {
      throw Fault(
        .unreadable,
        Diagnostic(
          .encodingContradiction, at: Place(file: name, byte: 0),
          message: .init(
            "The file's byte order mark says \(marked.rawValue), but it is to be read as \(encoding.rawValue)",
            vi: "Dấu BOM đầu tệp cho biết là \(marked.rawValue), nhưng lại yêu cầu đọc theo \(encoding.rawValue)")))
    }
    guard let source = encoding ?? found.encoding else {
      let at = UInt64(found.firstInvalid ?? 0)
      let place = try PositionResolver(self).place(of: at)
      throw Fault(.unreadable, Diagnostic(.encodingUnknown, at: place))
    }
    let textStart = UInt64(found.markLength)
    let isAssumed = encoding == nil && found.firstInvalid != nil && source != .utf8
    if source == .utf8 {
      return DecodedInput(
        document: self, textStart: textStart, encoding: source, isAssumed: false, undecodable: [], undecodableCount: 0)
    }
    let transcoder = try Transcoder(self, from: source)
    try transcoder.run(from: textStart)
    return DecodedInput(
      document: transcoder.spool.document(), textStart: 0, encoding: source, isAssumed: isAssumed,
      undecodable: transcoder.undecodable, undecodableCount: transcoder.undecodableCount)
  }
}

/// Decodes a document into a temporary file of UTF-8.
private final class Transcoder {
  let spool: SpoolFile
  private(set) var undecodable: [(offset: UInt64, spooled: UInt64)] = []
  private(set) var undecodableCount = 0

  private let document: InputDocument
  private let encoding: TextEncoding
  private let converter: iconv_t
  private let chunk = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 1 << 16)
  /// Decoded text that is not in the spool yet.
  private var pending = [UInt8]()
  /// Only this encoding has combining marks, and even there most letters come composed from the converter.
  private var composes: Bool { encoding == .windows1258 }

  init(_ document: InputDocument, from encoding: TextEncoding) throws(Fault) {
    guard let converter = iconv_open("UTF-8", encoding.iconvName), Int(bitPattern: converter) != -1 else {
      throw Fault(
        .unreadable,
        Diagnostic(.encodingUnsupported, at: Place(file: document.name), value: encoding.rawValue))
    }
    self.converter = converter
    self.document = document
    self.encoding = encoding
    spool = try SpoolFile(for: document.name)
  }

  deinit {
    iconv_close(converter)
    chunk.deallocate()
  }

  func run(from start: UInt64) throws(Fault) {
    guard let base = chunk.baseAddress else { return }
    let output = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 1 << 18)
    defer { output.deallocate() }
    /// The offset in the document of the chunk's first byte, and how many bytes the chunk holds.
    var offset = start, filled = 0
    while true {
      let room = UnsafeMutableRawBufferPointer(start: base + filled, count: chunk.count - filled)
      let count = try document.read(at: offset + UInt64(filled), into: room)
      filled += count
      let atEnd = count < room.count
      var at = 0
      while at < filled {
        let outcome = convert(base + at, filled - at, output)
        try append(output, outcome.written)
        at += outcome.read
        switch outcome.error {
        case 0, E2BIG: continue
        case EINVAL where !atEnd: break
        default:
          // Bytes that are no character, or a character cut off by the document's end.
          try append(output, convert(nil, 0, output).written)
          try flush(all: true)
          note(offset + UInt64(at))
          try put([0xFF])
          let width = encoding.extendsASCII ? 1 : 2
          at += outcome.error == EINVAL ? filled - at : min(width, filled - at)
          continue
        }
        break
      }
      offset += UInt64(at)
      filled -= at
      if filled > 0 { base.update(from: base + at, count: filled) }
      if atEnd { break }
    }
    try append(output, convert(nil, 0, output).written)
    try flush(all: true)
  }

  /// One call of the converter; with nil, it gives out the character that it holds back to compose it with what follows.
  private func convert(
    _ input: UnsafeMutablePointer<CChar>?, _ count: Int, _ output: UnsafeMutableBufferPointer<CChar>
  ) -> (read: Int, written: Int, error: Int32) {
    var from = input
    var to = output.baseAddress
    var unread = count
    var room = output.count
    let outcome =
      input == nil
      ? iconv(converter, nil, nil, &to, &room) : iconv(converter, &from, &unread, &to, &room)
    let error = outcome == -1 ? errno : 0
    return (count - unread, output.count - room, error)
  }

  private func note(_ offset: UInt64) {
    undecodableCount += 1
    if undecodable.count < 1000 { undecodable.append((offset, spool.count)) }
  }

  private func append(_ output: UnsafeMutableBufferPointer<CChar>, _ count: Int) throws(Fault) {
    if count == 0 { return }
    let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<count])
    if !composes { return try spool.write(bytes) }
    pending.append(contentsOf: bytes)
    if pending.count >= 1 << 16 { try flush(all: false) }
  }

  /// Normalises pending text. Nothing before an ASCII character changes with what follows, so text is cut there.
  private func flush(all: Bool) throws(Fault) {
    if pending.isEmpty { return }
    let ready = all ? pending.count : (pending.lastIndex { $0 < 0x80 } ?? pending.count)
    let text = Array(pending[..<ready])
    pending.removeFirst(ready)
    try put(text.withUnsafeBufferPointer { nfc($0) } ?? text)
  }

  private func put(_ bytes: [UInt8]) throws(Fault) {
    let fault = bytes.withUnsafeBytes { memory -> Fault? in
      do throws(Fault) { try spool.write(memory) } catch { return error }
      return nil
    }
    if let fault { throw fault }
  }
}
