internal import Diagnostics
internal import Documents

/// An XML document as UTF-8, so that each offset that the parser tells is an offset of its bytes: records can be found and
/// written again.
///
/// UTF-8 is taken as it is. Other encodings are decoded into a temporary file first; the encoding that the XML declaration
/// names is then no longer true and is blanked out, which keeps all offsets.
struct ElementSource {
  let document: InputDocument
  /// Where the text begins, after a byte order mark.
  let textStart: UInt64
  /// The bytes of the declaration that no longer hold.
  let blanked: Range<Int>

  init(_ input: InputDocument) throws(Fault) {
    let head = try input.prefix(1024)
    var source = Self.marked(head)
    if source == nil, let name = Self.declaredEncoding(head), let range = Self.range(of: name, in: head) {
      let text = String(decoding: head[range], as: UTF8.self)
      source = TextEncoding(named: text)
      // Other encodings are left to the parser, which reads or refuses them.
      if source == nil { source = .utf8 }
    }
    guard let source, source != .utf8 else {
      document = input
      textStart = head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      blanked = 0..<0
      return
    }
    let decoded = try input.decoded(as: source)
    document = decoded.document
    textStart = decoded.textStart
    if let first = decoded.undecodable.first {
      throw Fault(
        .malformed,
        Diagnostic(
          .xmlEncoding, at: Place(file: input.name, byte: first.offset),
          message: .init(
            "Bytes at offset \(first.offset) are not \(source.rawValue)",
            vi: "Các byte ở vị trí \(first.offset) không thuộc bảng mã \(source.rawValue)")))
    }
    let start = try document.prefix(1024)
    blanked = Self.declaredEncoding(start).map { $0.lowerBound..<$0.upperBound } ?? 0..<0
  }

  /// The encoding that the first bytes show: a mark, or `<` in two bytes.
  private static func marked(_ head: [UInt8]) -> TextEncoding? {
    if head.starts(with: [0xEF, 0xBB, 0xBF]) { return .utf8 }
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0x3C, 0x00]) { return .utf16LE }
    if head.starts(with: [0xFE, 0xFF]) || head.starts(with: [0x00, 0x3C]) { return .utf16BE }
    return nil
  }

  /// Where ` encoding="…"` stands in the declaration.
  private static func declaredEncoding(_ head: [UInt8]) -> Range<Int>? {
    let begin = head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard head.dropFirst(begin).starts(with: Array("<?xml".utf8)) else { return nil }
    var end = begin
    while end + 1 < head.count, !(head[end] == UInt8(ascii: "?") && head[end + 1] == UInt8(ascii: ">")) { end += 1 }
    let word = Array("encoding".utf8)
    var at = begin
    while at + word.count < end {
      guard head[at..<at + word.count].elementsEqual(word) else {
        at += 1
        continue
      }
      var i = at + word.count
      while i < end, head[i] != 0x22, head[i] != 0x27 { i += 1 }
      guard i < end, let close = head[(i + 1)..<end].firstIndex(of: head[i]) else { return nil }
      return at..<close + 1
    }
    return nil
  }

  /// The name inside ` encoding="…"`.
  private static func range(of declaration: Range<Int>, in head: [UInt8]) -> Range<Int>? {
    guard let open = head[declaration].firstIndex(where: { $0 == 0x22 || $0 == 0x27 }) else { return nil }
    return open + 1..<declaration.upperBound - 1
  }

  /// Reads some bytes as the parser is to see them.
  func read(at offset: UInt64, into memory: UnsafeMutableRawBufferPointer) throws(Fault) -> Int {
    let count = try document.read(at: offset, into: memory)
    if offset < UInt64(blanked.upperBound) {
      for i in blanked where UInt64(i) >= offset && i - Int(offset) < count { memory[i - Int(offset)] = 0x20 }
    }
    return count
  }
}
