internal import COcopShims

/// Why a text is not JSON; `offset` counts bytes from the scanner's buffer start.
public struct JSONFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: String, Sendable, Hashable, CaseIterable {
    /// A byte that cannot stand here.
    case unexpectedByte = "this cannot stand here"
    /// The text ends within a value.
    case unexpectedEnd = "the text ends within a value"
    /// Something follows the value.
    case trailingText = "text after the value"
    /// Digits that are no JSON number, such as `01`, `1.` or `+1`.
    case badNumber = "not a JSON number"
    /// A backslash with a letter that JSON does not know, or without four hexadecimal digits.
    case badEscape = "unknown escape in a string"
    /// Half of a surrogate pair.
    case loneSurrogate = "half of a surrogate pair in a string"
    /// A control character in a string, which must be escaped.
    case controlCharacter = "unescaped control character in a string"
    /// Bytes in a string that are no UTF-8.
    case invalidUTF8 = "bytes in a string that are not UTF-8"
    /// Deeper than 64 levels.
    case tooDeep = "nested deeper than 64 levels"
  }

  /// Where, in bytes from the start of the buffer.
  public let offset: Int
  /// What is wrong.
  public let reason: Reason

  /// Place and reason in English.
  public var description: String { "JSON, byte \(offset): \(reason.rawValue)" }
}

/// One step of a JSON text. Offsets and lengths are bytes in the scanner's buffer, strings without their quotes.
public enum JSONToken: Sendable, Hashable {
  case beginObject, endObject, beginArray, endArray
  /// A member's name, its escapes resolved.
  case key(offset: Int, length: Int)
  /// A string, its escapes resolved; valid UTF-8.
  case string(offset: Int, length: Int)
  /// A number as written.
  case number(offset: Int, length: Int)
  case `true`, `false`, `null`
  /// The value is whole, and nothing but blanks follows.
  case end
}

/// Reads one JSON value step by step (RFC 8259), in the memory it lies in.
///
/// Escapes are resolved in place, so a buffer can be scanned once. Nothing is allocated. Nesting is limited to 64 levels.
/// Whether a key comes twice is for the caller to see. JSON Lines are scanned line by line: a line feed cannot stand in
/// a JSON string.
public struct JSONScanner {
  /// The place of the next byte to look at.
  public private(set) var offset: Int
  /// Open objects and arrays.
  public private(set) var depth = 0

  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private let limit: Int
  /// One bit a level: 1 for an object. The innermost is the lowest.
  private var objects: UInt64 = 0
  private var state = State.value

  private enum State: UInt8 {
    /// A value must come.
    case value
    /// After `[`: a value or `]`.
    case firstValue
    /// After `{`: a key or `}`.
    case firstKey
    /// After a value: a comma or the container's end.
    case afterValue
    /// The value is whole.
    case done
  }

  /// Scans one value in `buffer[from..<to]`; a byte order mark in front is passed over.
  public init(_ buffer: UnsafeMutableBufferPointer<UInt8>, from: Int = 0, to: Int? = nil) {
    self.buffer = buffer
    limit = to ?? buffer.count
    precondition(from >= 0 && from <= limit && limit <= buffer.count)
    offset = from
    if limit - from >= 3, buffer[from] == 0xEF, buffer[from + 1] == 0xBB, buffer[from + 2] == 0xBF { offset += 3 }
  }

  /// The bytes of a token.
  @inline(__always) public func bytes(_ offset: Int, _ length: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: buffer[offset..<offset + length])
  }

  /// A token's bytes as a String; for messages and small documents.
  public func text(_ offset: Int, _ length: Int) -> String { String(decoding: bytes(offset, length), as: UTF8.self) }

  /// The next step.
  public mutating func next() throws(JSONFault) -> JSONToken {
    var byte = significant()
    switch state {
    case .done:
      guard byte == nil else { throw JSONFault(offset: offset, reason: .trailingText) }
      return .end
    case .afterValue:
      guard let found = byte else { throw JSONFault(offset: offset, reason: .unexpectedEnd) }
      if found == (objects & 1 == 1 ? 0x7D : 0x5D) { return close() }
      guard found == 0x2C else { throw JSONFault(offset: offset, reason: .unexpectedByte) }
      offset += 1
      if objects & 1 == 1 { return try key() }
      byte = significant()
    case .firstKey:
      if byte == 0x7D { return close() }
      return try key()
    case .firstValue:
      if byte == 0x5D { return close() }
    case .value: break
    }
    guard let byte else { throw JSONFault(offset: offset, reason: .unexpectedEnd) }
    switch byte {
    case 0x7B:
      try open(object: true)
      return .beginObject
    case 0x5B:
      try open(object: false)
      return .beginArray
    case 0x22:
      let place = try string()
      finished()
      return .string(offset: place.offset, length: place.length)
    case 0x2D, 0x30...0x39:
      let place = try number()
      finished()
      return .number(offset: place.offset, length: place.length)
    case 0x74: return try word("true", .true)
    case 0x66: return try word("false", .false)
    case 0x6E: return try word("null", .null)
    default: throw JSONFault(offset: offset, reason: .unexpectedByte)
    }
  }

  /// Passes over the next value with everything in it; right after a key, that key's value. Checks it all the same.
  public mutating func skipValue() throws(JSONFault) {
    let outside = depth
    repeat {
      // At a container's end there is no value to pass over: leave the end to the caller.
      if depth == outside, state != .value {
        let byte = significant()
        if byte == 0x5D || byte == 0x7D || byte == nil { return }
      }
      switch try next() {
      case .key: break
      case .end: return
      default: if depth == outside { return }
      }
    } while true
  }

  // MARK: Structure

  /// The next byte that is not blank, left in place; nil at the end.
  @inline(__always) private mutating func significant() -> UInt8? {
    while offset < limit {
      let byte = buffer[offset]
      if byte != 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09 { return byte }
      offset += 1
    }
    return nil
  }

  @inline(__always) private mutating func finished() { state = depth == 0 ? .done : .afterValue }

  private mutating func open(object: Bool) throws(JSONFault) {
    guard depth < 64 else { throw JSONFault(offset: offset, reason: .tooDeep) }
    objects = objects << 1 | (object ? 1 : 0)
    depth += 1
    offset += 1
    state = object ? .firstKey : .firstValue
  }

  private mutating func close() -> JSONToken {
    let token = objects & 1 == 1 ? JSONToken.endObject : .endArray
    objects >>= 1
    depth -= 1
    offset += 1
    finished()
    return token
  }

  private mutating func key() throws(JSONFault) -> JSONToken {
    guard let byte = significant() else { throw JSONFault(offset: offset, reason: .unexpectedEnd) }
    guard byte == 0x22 else { throw JSONFault(offset: offset, reason: .unexpectedByte) }
    let place = try string()
    guard let colon = significant() else { throw JSONFault(offset: offset, reason: .unexpectedEnd) }
    guard colon == 0x3A else { throw JSONFault(offset: offset, reason: .unexpectedByte) }
    offset += 1
    state = .value
    return .key(offset: place.offset, length: place.length)
  }

  private mutating func word(_ word: StaticString, _ token: JSONToken) throws(JSONFault) -> JSONToken {
    for i in 0..<word.utf8CodeUnitCount {
      guard offset + i < limit else { throw JSONFault(offset: limit, reason: .unexpectedEnd) }
      guard buffer[offset + i] == word.utf8Start[i] else {
        throw JSONFault(offset: offset + i, reason: .unexpectedByte)
      }
    }
    offset += word.utf8CodeUnitCount
    finished()
    return token
  }

  private mutating func number() throws(JSONFault) -> (offset: Int, length: Int) {
    let start = offset
    var at = offset
    if buffer[at] == 0x2D { at += 1 }
    let whole = at
    at = digits(at)
    if at == whole || (buffer[whole] == 0x30 && at > whole + 1) { throw JSONFault(offset: start, reason: .badNumber) }
    if at < limit, buffer[at] == 0x2E {
      let first = at + 1
      at = digits(first)
      if at == first { throw JSONFault(offset: start, reason: .badNumber) }
    }
    if at < limit, buffer[at] | 0x20 == 0x65 {
      var first = at + 1
      if first < limit, buffer[first] == 0x2B || buffer[first] == 0x2D { first += 1 }
      at = digits(first)
      if at == first { throw JSONFault(offset: start, reason: .badNumber) }
    }
    offset = at
    return (start, at - start)
  }

  private func digits(_ from: Int) -> Int {
    var at = from
    while at < limit, buffer[at] >= 0x30, buffer[at] <= 0x39 { at += 1 }
    return at
  }

  // MARK: Strings

  /// Reads the string whose opening quote is at `offset`.
  @inline(__always) private mutating func string() throws(JSONFault) -> (offset: Int, length: Int) {
    let start = offset + 1
    // The buffer is not empty here, so it has an address.
    guard let base = buffer.baseAddress else { throw JSONFault(offset: offset, reason: .unexpectedEnd) }
    var from = ocop_find_json(base, start, limit)
    var to = from
    while true {
      guard from < limit else { throw JSONFault(offset: limit, reason: .unexpectedEnd) }
      if base[from] == 0x22 { break }
      guard base[from] == 0x5C else { throw JSONFault(offset: from, reason: .controlCharacter) }
      (from, to) = try escape(base, from, to)
      // What stands between two escapes moves down over the room that the first one left.
      let next = ocop_find_json(base, from, limit)
      if next > from { (base + to).update(from: base + from, count: next - from) }
      to += next - from
      from = next
    }
    var bad = 0
    if ocop_scan_text(base + start, to - start, &bad) & 1 != 0 {
      throw JSONFault(offset: start + bad, reason: .invalidUTF8)
    }
    offset = from + 1
    return (start, to - start)
  }

  /// Resolves the escape at `from` and writes its character at `to`; never longer than the escape.
  private func escape(
    _ base: UnsafeMutablePointer<UInt8>, _ from: Int, _ to: Int
  ) throws(JSONFault) -> (from: Int, to: Int) {
    guard from + 1 < limit else { throw JSONFault(offset: limit, reason: .unexpectedEnd) }
    switch base[from + 1] {
    case 0x22, 0x5C, 0x2F: base[to] = base[from + 1]
    case 0x62: base[to] = 0x08
    case 0x66: base[to] = 0x0C
    case 0x6E: base[to] = 0x0A
    case 0x72: base[to] = 0x0D
    case 0x74: base[to] = 0x09
    case 0x75:
      var value = try hexadecimal(from)
      var length = 6
      if value & 0xFC00 == 0xD800 {
        guard from + 7 < limit, base[from + 6] == 0x5C, base[from + 7] == 0x75 else {
          throw JSONFault(offset: from, reason: .loneSurrogate)
        }
        let low = try hexadecimal(from + 6)
        guard low & 0xFC00 == 0xDC00 else { throw JSONFault(offset: from, reason: .loneSurrogate) }
        value = 0x10000 + (value & 0x3FF) << 10 + low & 0x3FF
        length = 12
      }
      guard let scalar = Unicode.Scalar(value) else { throw JSONFault(offset: from, reason: .loneSurrogate) }
      var end = to
      for byte in UTF8.encode(scalar)! {
        base[end] = byte
        end += 1
      }
      return (from + length, end)
    default: throw JSONFault(offset: from, reason: .badEscape)
    }
    return (from + 2, to + 1)
  }

  /// The four hexadecimal digits of the `\u` at a place.
  private func hexadecimal(_ at: Int) throws(JSONFault) -> UInt32 {
    guard at + 6 <= limit else { throw JSONFault(offset: limit, reason: .unexpectedEnd) }
    var value: UInt32 = 0
    for i in at + 2..<at + 6 {
      switch buffer[i] {
      case 0x30...0x39: value = value << 4 | UInt32(buffer[i] - 0x30)
      case 0x41...0x46: value = value << 4 | UInt32(buffer[i] - 0x41 + 10)
      case 0x61...0x66: value = value << 4 | UInt32(buffer[i] - 0x61 + 10)
      default: throw JSONFault(offset: at, reason: .badEscape)
      }
    }
    return value
  }
}
