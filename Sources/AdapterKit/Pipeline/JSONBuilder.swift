internal import Bytes

/// Builds small JSON documents for reports: members in the order they are added, two blanks a level. Not for products,
/// whose canonical form has its own writer.
public struct JSONBuilder {
  /// The text so far.
  public private(set) var text = ""
  private var depth = 0
  private var needsComma = false

  /// Makes an empty builder.
  public init() {}

  /// Writes an object.
  public mutating func object(_ body: (inout JSONBuilder) -> Void) {
    open("{")
    body(&self)
    close("}")
  }

  /// Writes an array member of elements.
  public mutating func array<T>(_ name: String, _ elements: [T], _ body: (inout JSONBuilder, T) -> Void) {
    key(name)
    open("[")
    for element in elements {
      separate()
      body(&self, element)
      needsComma = true
    }
    close("]")
  }

  /// Writes an array of elements.
  public mutating func array<T>(_ elements: [T], _ body: (inout JSONBuilder, T) -> Void) {
    open("[")
    for element in elements {
      separate()
      body(&self, element)
      needsComma = true
    }
    close("]")
  }

  /// Writes a text member.
  public mutating func member(_ name: String, _ value: String) {
    key(name)
    text += Self.quoted(value)
  }

  /// Writes a number member.
  public mutating func member(_ name: String, _ value: Int) {
    key(name)
    text += String(value)
  }

  /// Writes a boolean member.
  public mutating func member(_ name: String, _ value: Bool) {
    key(name)
    text += value ? "true" : "false"
  }

  /// Writes an array of texts.
  public mutating func member(_ name: String, _ values: [String]) {
    array(name, values) { json, value in json.text += Self.quoted(value) }
  }

  /// Writes an object of texts, sorted by name.
  public mutating func member(_ name: String, _ values: [String: String]) {
    key(name)
    object { json in for (name, value) in values.sorted(by: { $0.key < $1.key }) { json.member(name, value) } }
  }

  /// Writes an object of numbers, sorted by name.
  public mutating func member(_ name: String, _ values: [String: Int]) {
    key(name)
    object { json in for (name, value) in values.sorted(by: { $0.key < $1.key }) { json.member(name, value) } }
  }

  /// Writes counts.
  public mutating func member(_ name: String, _ counts: ConversionCounts) {
    key(name)
    object { json in
      json.member("read", counts.read)
      json.member("written", counts.written)
      json.member("quarantined", counts.quarantined)
      json.member("unchanged", counts.unchanged)
      json.member("filtered", counts.filtered)
      json.member("notApplicable", counts.notApplicable)
    }
  }

  /// Writes an object member.
  public mutating func member(_ name: String, _ body: (inout JSONBuilder) -> Void) {
    key(name)
    object(body)
  }

  private mutating func key(_ name: String) {
    separate()
    text += Self.quoted(name) + ": "
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { text += "," }
    text += "\n" + String(repeating: "  ", count: depth)
    needsComma = false
  }

  private mutating func open(_ bracket: String) {
    text += bracket
    depth += 1
    needsComma = false
  }

  private mutating func close(_ bracket: String) {
    depth -= 1
    if text.last != "{", text.last != "[" { text += "\n" + String(repeating: "  ", count: depth) }
    text += bracket
    needsComma = true
  }

  /// A JSON string with its quotes.
  private static func quoted(_ value: String) -> String {
    var buffer = ByteBuffer(capacity: value.utf8.count + 16)
    buffer.appendJSON(value)
    return buffer.string()
  }
}
