internal import Diagnostics
internal import Documents

/// A short XML answer of a server as a tree: listings and errors. Read by the project's own parser, so its limits hold (no
/// DTD, no entities, capped depth and length).
struct SmallXML {
  /// The local name, without namespace.
  var name: String
  /// The text inside, without that of children.
  var text = ""
  /// Elements inside, in order.
  var children: [SmallXML] = []

  /// The first child with a name.
  subscript(name: String) -> SmallXML? { children.first { $0.name == name } }

  /// All children with a name.
  func all(_ name: String) -> [SmallXML] { children.filter { $0.name == name } }

  /// The first element with a name at any depth.
  func first(_ name: String) -> SmallXML? {
    if self.name == name { return self }
    for child in children {
      if let found = child.first(name) { return found }
    }
    return nil
  }

  /// Reads a document.
  ///
  /// - Throws: `.malformed` with a code of the XML reader.
  static func parse(_ bytes: [UInt8], name: String) throws(Fault) -> SmallXML {
    let builder = Builder()
    var parser = XMLPushParser(handler: builder, name: name)
    try parser.push(bytes)
    try parser.finish()
    return builder.open[0].children.first ?? SmallXML(name: "")
  }

  private final class Builder: XMLHandler {
    /// The elements that are open, from a root above the document's on.
    var open = [SmallXML(name: "")]

    override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
      open.append(SmallXML(name: name.localName))
    }

    override func text(_ bytes: UnsafeBufferPointer<UInt8>) {
      open[open.count - 1].text += String(decoding: bytes, as: UTF8.self)
    }

    override func endElement(_ name: XMLName) {
      let element = open.removeLast()
      open[open.count - 1].children.append(element)
    }
  }
}
