internal import Bytes
internal import COcopShims
internal import Diagnostics
public import ProductModel

/// Makes sure that texts are UTF-8, in normalisation form C, and free of control characters, for little money.
///
/// An engine asks once a record with `isPlain`; only when the answer is no does it look at single values with `check`.
/// Canonical texts have LF line ends, so a value with CR is not plain either.
public enum TextScan {
  /// What a single value is.
  public enum Outcome {
    /// Fit as it stands, or it has only lost the CR of its line ends; where it lies now.
    case clean(offset: Int, length: Int)
    /// It was changed and lies elsewhere now; the finding says how.
    indirect case changed(offset: Int, length: Int, ConversionFinding)
    /// Not UTF-8; `at` is the first bad byte's distance from the value's start.
    indirect case invalid(at: Int, ConversionFinding)
  }

  /// Whether all bytes are UTF-8 that needs no second look. False does not mean that something is wrong.
  @inline(__always) public static func isPlain(_ bytes: UnsafePointer<UInt8>, count: Int) -> Bool {
    ocop_scan_text(bytes, count, nil) == 0 && !hasControls(bytes, count)
  }

  /// Looks at one value and mends what can be mended.
  ///
  /// - Parameter allowsLines: whether line ends and tabs may stay; false for codes.
  public static func check(
    offset: Int, length: Int, allowsLines: Bool = true, in batch: inout ProductBatch
  ) -> Outcome {
    let bytes = UnsafeBufferPointer(start: UnsafePointer(batch.unsafeArena) + offset, count: length)
    guard length > 0, let start = bytes.baseAddress else { return .clean(offset: offset, length: length) }
    var at = 0
    let scan = ocop_scan_text(start, length, &at)
    if scan & 1 != 0 {
      let byte = String(bytes[at], radix: 16, uppercase: true)
      return .invalid(
        at: at,
        ConversionFinding(
          .textInvalid,
          .init(
            "Byte 0x\(byte) at place \(at + 1) of the value is no UTF-8",
            vi: "Byte 0x\(byte) ở vị trí \(at + 1) của giá trị không phải UTF-8")))
    }
    let composed = scan & 2 != 0 ? nfc(bytes) : nil
    guard composed != nil || hasControls(start, length) else { return .clean(offset: offset, length: length) }
    var text = composed ?? Array(bytes)
    let replaced = clean(&text, allowsLines: allowsLines)
    let place = text.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { batch.append($0, count: buffer.count) } ?? offset
    }
    if replaced {
      return .changed(
        offset: place, length: text.count, ConversionFinding(.controlCharacter, DiagnosticMessages.control))
    }
    if composed != nil {
      return .changed(offset: place, length: text.count, ConversionFinding(.nfdNormalised, DiagnosticMessages.composed))
    }
    return .clean(offset: place, length: text.count)
  }

  /// Turns CRLF and CR into LF and other control characters into blanks; true when the latter happened.
  private static func clean(_ text: inout [UInt8], allowsLines: Bool) -> Bool {
    var replaced = false
    var to = 0, from = 0
    while from < text.count {
      var byte = text[from]
      from += 1
      if byte == 0x0D {
        if from < text.count, text[from] == 0x0A { from += 1 }
        byte = 0x0A
      }
      if byte < 0x20 || byte == 0x7F, !(allowsLines && (byte == 0x0A || byte == 0x09)) {
        byte = 0x20
        replaced = true
      }
      text[to] = byte
      to += 1
    }
    text.removeLast(text.count - to)
    return replaced
  }

  /// Whether there is a byte below 0x20, or 0x7F.
  @inline(__always) static func hasControls(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    ocop_has_control(bytes, count) != 0
  }

  /// Where a text begins and ends without the blanks around it: ASCII blanks and controls, the no-break spaces, the
  /// ideographic space, zero-width space and byte order mark.
  @inline(__always) static func trimmed(
    _ bytes: UnsafePointer<UInt8>, _ offset: Int, _ length: Int
  ) -> (offset: Int, length: Int) {
    var start = offset, end = offset + length
    while start < end {
      let byte = bytes[start]
      if byte <= 0x20 {
        start += 1
      } else if byte < 0xC2 || (byte > 0xC2 && byte < 0xE2) {
        break
      } else {
        let width = wideBlank(bytes + start, end - start)
        if width == 0 { break }
        start += width
      }
    }
    while end > start {
      let byte = bytes[end - 1]
      if byte <= 0x20 {
        end -= 1
      } else if byte < 0x80 {
        break
      } else {
        let width = wideBlankBefore(bytes + end, end - start)
        if width == 0 { break }
        end -= width
      }
    }
    return (start, end - start)
  }

  @inline(never) static func wideBlank(_ p: UnsafePointer<UInt8>, _ room: Int) -> Int {
    if room >= 2, p[0] == 0xC2 { return p[1] == 0xA0 ? 2 : 0 }
    guard room >= 3 else { return 0 }
    switch (p[0], p[1], p[2]) {
    case (0xE3, 0x80, 0x80), (0xE2, 0x80, 0x8B), (0xE2, 0x80, 0xAF), (0xEF, 0xBB, 0xBF): return 3
    default: return 0
    }
  }

  @inline(__always) static func wideBlankBefore(_ end: UnsafePointer<UInt8>, _ room: Int) -> Int {
    switch end[-1] {
    case 0xA0: return room >= 2 && end[-2] == 0xC2 ? 2 : 0
    case 0x80, 0x8B, 0xAF, 0xBF: return room >= 3 && wideBlank(end - 3, 3) == 3 ? 3 : 0
    default: return 0
    }
  }
}
