internal import CLibXML2
public import Diagnostics

/// The name of an element: pointers into the parser's table of names.
///
/// Within one parse the same name has the same pointers, so plans may compare addresses and key tables with them; they are
/// valid as long as the parser lives. Two pointers never stand for one string in one table, but nobody should build
/// correctness on that: a miss must compare the bytes.
public struct XMLName: Hashable {
  /// The name without its prefix, NUL-terminated UTF-8.
  public let local: UnsafePointer<UInt8>
  /// The namespace's name, NUL-terminated UTF-8; nil for none.
  public let uri: UnsafePointer<UInt8>?
  /// The prefix as written, NUL-terminated UTF-8; nil for none. For messages and residue only.
  public let prefix: UnsafePointer<UInt8>?

  @usableFromInline @inline(__always) init(
    local: UnsafePointer<UInt8>, uri: UnsafePointer<UInt8>?, prefix: UnsafePointer<UInt8>?
  ) {
    self.local = local
    self.uri = uri
    self.prefix = prefix
  }

  /// The name without its prefix as a String; for tests and messages.
  public var localName: String { String(cString: local) }
  /// The namespace's name as a String; for tests and messages.
  public var namespace: String? { uri.map { String(cString: $0) } }
  /// The name as written, `prefix:local`; for messages and residue.
  public var qualifiedName: String { (prefix.map { String(cString: $0) + ":" } ?? "") + localName }
}

/// One attribute of an element; the value is valid only during `startElement`.
public struct XMLAttribute {
  /// The attribute's name.
  public let name: XMLName
  /// The value's bytes, UTF-8, references resolved and white space normalised (XML 1.0, section 3.3.3).
  public let value: UnsafeBufferPointer<UInt8>

  @usableFromInline @inline(__always) init(name: XMLName, value: UnsafeBufferPointer<UInt8>) {
    self.name = name
    self.value = value
  }

  /// The value as a String; for tests and messages.
  public var string: String { String(decoding: value, as: UTF8.self) }
}

/// The attributes of an element in document order, without namespace declarations: a view over the parser's array that
/// cannot be kept, since it is neither copyable nor owned by who gets it.
public struct XMLAttributes: ~Copyable {
  @usableFromInline let base: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
  /// How many attributes the element has.
  public let count: Int

  @inline(__always) init(base: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, count: Int) {
    self.base = base
    self.count = count
  }

  /// The attribute at a place from 0 to `count - 1`.
  @inlinable public subscript(index: Int) -> XMLAttribute {
    precondition(index >= 0 && index < count, "no such attribute")
    // Five pointers each: local name, prefix, namespace, value, end of value.
    let at = base.unsafelyUnwrapped + 5 * index
    let value = at[3].unsafelyUnwrapped
    return XMLAttribute(
      name: XMLName(local: at[0].unsafelyUnwrapped, uri: at[2], prefix: at[1]),
      value: UnsafeBufferPointer(start: value, count: at[4].unsafelyUnwrapped - value))
  }

  /// The value of the attribute with a local name and no namespace; nil when there is none. For small tags and tests.
  public func value(_ local: StaticString) -> UnsafeBufferPointer<UInt8>? {
    for i in 0..<count {
      let attribute = self[i]
      if attribute.name.uri == nil, xmlStrEqual(attribute.name.local, local.utf8Start) == 1 { return attribute.value }
    }
    return nil
  }

  /// The value of the attribute with a local name and no namespace as a String; nil when there is none.
  public func string(_ local: StaticString) -> String? { value(local).map { String(decoding: $0, as: UTF8.self) } }
}

/// What receives the events of an `XMLPushParser`: subclass it and override what is needed.
///
/// Names and bytes are valid during the call only (names: as long as the parser). A handler stops the parse with `fail(_:)`.
open class XMLHandler {
  /// The parser's state while one is parsing for this handler.
  final var parserState: UnsafeMutablePointer<XMLParserState>?

  /// Makes a handler; a subclass calls this from its initialiser.
  public init() {}

  /// An element begins. Namespace declarations are resolved and not among the attributes.
  open func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {}

  /// An element ends.
  open func endElement(_ name: XMLName) {}

  /// Text or CDATA: UTF-8, line ends normalised, references resolved. One run of text may come in several calls; white space
  /// between elements comes too.
  open func text(_ bytes: UnsafeBufferPointer<UInt8>) {}

  /// Says whether texts are wanted from here on; handlers that want few of them save a call for every white space between tags.
  /// What is not told is not counted against the limit on texts either. CDATA is always told.
  public final func listenToTexts(_ listens: Bool) { parserState?.pointee.tellTexts(listens) }

  /// Ends the parse: no event comes after the present one, and `push` or `finish` throws the fault. The first fault stays.
  public final func fail(_ fault: Fault) { parserState?.pointee.stop(with: fault) }

  /// The parser's `byteOffset` by itself, for handlers that want it of every element.
  public final var byteOffset: UInt64 { parserState?.pointee.byteOffset ?? 0 }

  /// Where the parser stands; everything is 0 outside a parse.
  public final var parser: XMLPosition { XMLPosition(state: parserState) }
}

/// Where a parser stands while it calls its handler. A view: read it during the call, do not keep it.
public struct XMLPosition {
  let state: UnsafeMutablePointer<XMLParserState>?

  /// Bytes of decoded (UTF-8) input up to where the parser stands: in `startElement` just before the tag's `>` or `/>`, in
  /// `endElement` just behind the end tag, in `text` somewhere at the text's begin or end.
  public var byteOffset: UInt64 { state?.pointee.byteOffset ?? 0 }

  /// The offset of the present start tag's `<` in the decoded input; only in `startElement`.
  public var tagOffset: UInt64 { state?.pointee.tagOffset ?? 0 }

  /// The line, from 1.
  public var line: Int { state?.pointee.line ?? 0 }

  /// How many elements are open: in `startElement` and `endElement` with the present one.
  public var depth: Int { state?.pointee.depth ?? 0 }

  /// The place for a finding: file, line, column and byte.
  public var place: Place { state?.pointee.place ?? Place() }
}
