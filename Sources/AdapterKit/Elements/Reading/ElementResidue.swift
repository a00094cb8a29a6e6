internal import Bytes
internal import Documents

/// Gathers an element that no rule takes, with everything inside, as XML text that stands on its own: each namespace that it
/// uses is declared in it. Only at work when residue is kept.
struct ElementResidue {
  /// Larger elements are not kept.
  private static let limit = 1 << 20

  /// Whether anything is kept at all.
  private(set) var keeps = false
  /// Whether an element is being gathered.
  private(set) var isOpen = false
  /// The name of the element before in the same parent; nil for none.
  var after: UnsafePointer<UInt8>?

  private var text = ""
  private var depth = 0
  private var names: [String] = []
  private var declared: [(prefix: String, uri: String, depth: Int)] = []
  private var isTagOpen = false

  mutating func begin() {
    keeps = true
    after = nil
  }

  /// Begins an element: context is where it stood, and after which element.
  mutating func open(
    _ name: XMLName, _ attributes: borrowing XMLAttributes, context: String, after: UnsafePointer<UInt8>?
  ) {
    isOpen = true
    names = []
    declared = []
    isTagOpen = false
    depth = 0
    text = context + " " + (after.map { String(cString: $0) } ?? "") + "\u{1F}"
    start(name, attributes)
  }

  mutating func start(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
    if isTagOpen { text += ">" }
    depth += 1
    let tag = name.qualifiedName
    names.append(tag)
    text += "<" + tag
    declare(name)
    for i in 0..<attributes.count {
      let attribute = attributes[i]
      if attribute.name.uri != nil { declare(attribute.name) }
      text += " \(attribute.name.qualifiedName)=\"" + Self.escaped(attribute.string, attribute: true) + "\""
    }
    isTagOpen = true
  }

  mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    if isTagOpen { text += ">" }
    isTagOpen = false
    if text.utf8.count < Self.limit { text += Self.escaped(String(decoding: bytes, as: UTF8.self), attribute: false) }
  }

  mutating func end() {
    let tag = names.popLast() ?? ""
    text += isTagOpen ? "/>" : "</\(tag)>"
    isTagOpen = false
    declared.removeAll { $0.depth >= depth }
    depth -= 1
  }

  /// The text `context U+001F xml`, or nil when it grew too long.
  mutating func close() -> String? {
    isOpen = false
    return text.utf8.count < Self.limit ? text : nil
  }

  private mutating func declare(_ name: XMLName) {
    let prefix = name.prefix.map { String(cString: $0) } ?? "", uri = name.namespace ?? ""
    if prefix == "xml" { return }
    let known = declared.last { $0.prefix == prefix }?.uri ?? ""
    if known == uri { return }
    declared.append((prefix, uri, depth))
    text += (prefix.isEmpty ? " xmlns" : " xmlns:" + prefix) + "=\"" + Self.escaped(uri, attribute: true) + "\""
  }

  private static func escaped(_ text: String, attribute: Bool) -> String {
    var buffer = ByteBuffer(capacity: text.utf8.count + 64)
    var text = text
    text.withUTF8 { buffer.appendXML($0, attribute: attribute) }
    return buffer.string()
  }
}
