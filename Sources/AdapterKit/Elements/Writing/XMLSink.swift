internal import Bytes
internal import COcopShims

#if canImport(Glibc)
  internal import Glibc
#endif

/// The bytes of the document that are not handed on yet. Literals of the plan are copied 32 bytes at a time, texts are
/// copied and searched for what must be escaped in one pass.
struct XMLSink: ~Copyable {
  /// How far a literal's copy may go beyond its end, in the literals' memory as well as here.
  static let slack = 32
  /// From here on a call of `memcpy` costs less.
  private static let longLiteral = 128

  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int = 512 << 10) {
    self.capacity = capacity
    base = .allocate(capacity: capacity + Self.slack)
  }

  deinit { base.deallocate() }

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

  @inline(__always) mutating func reserve(_ more: Int) {
    if count + more > capacity { grow(more) }
  }

  @inline(never) private mutating func grow(_ more: Int) {
    var size = capacity * 2
    while size < count + more { size *= 2 }
    let new = UnsafeMutablePointer<UInt8>.allocate(capacity: size + Self.slack)
    memcpy(new, base, count)
    base.deallocate()
    base = new
    capacity = size
  }

  mutating func removeAll() { count = 0 }

  @inline(__always) mutating func truncate(to place: Int) { count = place }

  @inline(__always) mutating func append(_ byte: UInt8) {
    reserve(1)
    base[count] = byte
    count += 1
  }

  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let start = bytes.baseAddress else { return }
    reserve(bytes.count)
    memcpy(base + count, start, bytes.count)
    count += bytes.count
  }

  private mutating func append(_ text: StaticString) {
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { append($0) } }

  @inline(__always) mutating func append(_ text: LanguageTexts.Text) {
    reserve(16)
    UnsafeMutableRawPointer(base + count).storeBytes(of: text.bytes, as: SIMD16<UInt8>.self)
    count &+= Int(text.count)
  }

  @inline(__always) mutating func append(_ result: UnsafeMutablePointer<ConversionMemo.Result>) {
    reserve(32)
    let target = UnsafeMutableRawPointer(base + count)
    target.storeBytes(of: result.pointee.front, as: SIMD16<UInt8>.self)
    target.storeBytes(of: result.pointee.back, toByteOffset: 16, as: SIMD16<UInt8>.self)
    count &+= result.pointee.count
  }

  /// Whether a byte is escaped in texts or attributes.
  static func isEscaped(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x26, 0x3C, 0x3E, 0x22, 0x0D, 0x0A, 0x09: true
    default: false
    }
  }

  /// Copies a literal of the plan, behind which `slack` bytes can be read.
  @inline(__always) mutating func literal(_ from: UnsafePointer<UInt8>, _ length: Int) {
    reserve(length)
    let source = UnsafeRawPointer(from), target = UnsafeMutableRawPointer(base + count)
    count &+= length
    if length > Self.longLiteral {
      memcpy(target, source, length)
      return
    }
    var i = 0
    while i < length {
      target.storeBytes(
        of: source.loadUnaligned(fromByteOffset: i, as: SIMD32<UInt8>.self), toByteOffset: i, as: SIMD32<UInt8>.self)
      i &+= Self.slack
    }
  }

  /// Writes the text of an element: `& < >` and carriage returns, which a reader would drop, are escaped (XML 1.0, section 2.4).
  @inline(__always) mutating func text(_ from: UnsafePointer<UInt8>, _ length: Int) {
    reserve(length)
    let done = ocop_copy_xml(base + count, from, length)
    count &+= done
    if done < length { rest(from + done, length - done) }
  }

  /// Goes on at a byte that must be escaped.
  @inline(never) private mutating func rest(_ from: UnsafePointer<UInt8>, _ length: Int) {
    var i = 0
    while i < length {
      escape(from[i], inAttribute: false)
      i += 1
      reserve(length - i)
      let done = ocop_copy_xml(base + count, from + i, length - i)
      count += done
      i += done
    }
  }

  /// Writes the value of an attribute, in which quotes, tabs and line ends are escaped, too (section 3.3.3).
  mutating func attribute(_ text: UnsafeBufferPointer<UInt8>) {
    guard let start = text.baseAddress else { return }
    var from = 0
    while from < text.count {
      let at = ocop_find_xml(start, from, text.count)
      append(UnsafeBufferPointer(start: start + from, count: at - from))
      if at < text.count { escape(start[at], inAttribute: true) }
      from = at + 1
    }
  }

  mutating func text(_ text: UnsafeBufferPointer<UInt8>) {
    if let start = text.baseAddress { self.text(start, text.count) }
  }

  private mutating func escape(_ byte: UInt8, inAttribute: Bool) {
    if let text = xmlEscape(of: byte, inAttribute: inAttribute) { append(text) } else { append(byte) }
  }
}
