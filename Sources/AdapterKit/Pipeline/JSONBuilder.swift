public import Bytes

/// Builds small JSON documents for reports: members in the order they are added, two blanks a level. Not for products,
/// whose canonical form has its own writer.
public struct JSONBuilder: ~Copyable {
  private var buffer = ByteBuffer(capacity: 4096)
  private var depth = 0
  private var needsComma = false

  /// Makes an empty builder.
  public init() {}

  /// The text so far.
  public var text: String { buffer.string() }

  /// Writes the text so far into a buffer.
  public func write(into out: inout ByteBuffer) { out.append(buffer.bytes) }

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
    buffer.appendJSON(value)
  }

  /// Writes a number member.
  public mutating func member(_ name: String, _ value: Int) {
    key(name)
    buffer.append(String(value))
  }

  /// Writes a boolean member.
  public mutating func member(_ name: String, _ value: Bool) {
    key(name)
    buffer.append(value ? "true" : "false")
  }

  /// Writes an array of texts.
  public mutating func member(_ name: String, _ values: [String]) {
    array(name, values) { json, value in json.buffer.appendJSON(value) }
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
    buffer.appendJSON(name)
    buffer.append(": ")
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { buffer.append(UInt8(ascii: ",")) }
    newLine()
    needsComma = false
  }

  private mutating func newLine() {
    buffer.append(UInt8(ascii: "\n"))
    for _ in 0..<depth { buffer.append("  ") }
  }

  private mutating func open(_ bracket: String) {
    buffer.append(bracket)
    depth += 1
    needsComma = false
  }

  private mutating func close(_ bracket: String) {
    depth -= 1
    let last = buffer.bytes.last
    if last != UInt8(ascii: "{"), last != UInt8(ascii: "[") { newLine() }
    buffer.append(bracket)
    needsComma = true
  }
}
