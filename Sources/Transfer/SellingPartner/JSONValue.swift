internal import Bytes
internal import Diagnostics

/// A JSON document as a tree, for short answers of web services and reports; products are never read this way.
indirect enum JSONValue: Sendable, Hashable {
  case object([String: JSONValue])
  case array([JSONValue])
  case string(String)
  /// A number as written.
  case number(String)
  case bool(Bool)
  case null

  /// Reads a document; of a member that comes twice, the last one counts.
  init(_ bytes: [UInt8]) throws(JSONFault) {
    var memory = bytes
    var failure: JSONFault?
    let value: JSONValue? = memory.withUnsafeMutableBufferPointer { buffer in
      var scanner = JSONScanner(buffer)
      do throws(JSONFault) {
        let value = try Self.value(try scanner.next(), &scanner)
        guard case .end = try scanner.next() else { return nil }
        return value
      } catch {
        failure = error
        return nil
      }
    }
    if let failure { throw failure }
    self = value ?? .null
  }

  private static func value(_ token: JSONToken, _ scanner: inout JSONScanner) throws(JSONFault) -> JSONValue {
    switch token {
    case .beginObject:
      var members: [String: JSONValue] = [:]
      while case let token = try scanner.next(), case .key(let offset, let length) = token {
        let name = scanner.text(offset, length)
        members[name] = try value(try scanner.next(), &scanner)
      }
      return .object(members)
    case .beginArray:
      var values: [JSONValue] = []
      while case let token = try scanner.next(), token != .endArray { values.append(try value(token, &scanner)) }
      return .array(values)
    case .string(let offset, let length): return .string(scanner.text(offset, length))
    case .number(let offset, let length): return .number(scanner.text(offset, length))
    case .true: return .bool(true)
    case .false: return .bool(false)
    case .null, .key, .endObject, .endArray, .end: return .null
    }
  }

  /// A member of an object.
  subscript(name: String) -> JSONValue? { if case .object(let members) = self { members[name] } else { nil } }

  /// The elements of an array; none for anything else.
  var elements: [JSONValue] { if case .array(let values) = self { values } else { [] } }

  /// A text, or a number as written.
  var text: String? {
    switch self {
    case .string(let text), .number(let text): text
    default: nil
    }
  }

  /// A whole number.
  var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
}

/// Writes one line of JSON, members in the order they are given.
func jsonLine(_ members: [(name: String, value: JSONValue?)]) -> String {
  var buffer = ByteBuffer()
  func write(_ value: JSONValue) {
    switch value {
    case .string(let text): buffer.appendJSON(text)
    case .number(let text): buffer.append(text)
    case .bool(let isTrue): buffer.append(isTrue ? "true" : "false")
    case .null: buffer.append("null")
    case .array(let values):
      buffer.append("[")
      for (place, value) in values.enumerated() {
        if place > 0 { buffer.append(",") }
        write(value)
      }
      buffer.append("]")
    case .object(let members):
      buffer.append("{")
      for (place, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if place > 0 { buffer.append(",") }
        buffer.appendJSON(member.key)
        buffer.append(":")
        write(member.value)
      }
      buffer.append("}")
    }
  }
  buffer.append("{")
  var isFirst = true
  for (name, value) in members {
    guard let value else { continue }
    if !isFirst { buffer.append(",") }
    isFirst = false
    buffer.appendJSON(name)
    buffer.append(":")
    write(value)
  }
  buffer.append("}")
  return buffer.string()
}
