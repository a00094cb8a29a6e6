internal import CLibXML2
internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

// The callbacks: from libxml2's events to the handler's. They run for every tag and every text of a document.

extension XMLParserState {
  static func callbacks() -> xmlSAXHandler {
    var sax = xmlSAXHandler()
    sax.initialized = UInt32(XML_SAX2_MAGIC)
    sax.startElementNs = { data, local, prefix, uri, _, _, attributeCount, _, attributes in
      XMLParserState.start(
        data.unsafelyUnwrapped.assumingMemoryBound(to: XMLParserState.self),
        XMLName(local: local.unsafelyUnwrapped, uri: uri, prefix: prefix), Int(attributeCount), attributes)
    }
    sax.endElementNs = { data, local, prefix, uri in
      let state = data.unsafelyUnwrapped.assumingMemoryBound(to: XMLParserState.self)
      state.pointee.textLength = 0
      state.pointee.handler._withUnsafeGuaranteedRef {
        $0.endElement(XMLName(local: local.unsafelyUnwrapped, uri: uri, prefix: prefix))
      }
      state.pointee.depth &-= 1
    }
    sax.characters = textEvent
    // The same function for white space spares libxml2 a look at every text.
    sax.ignorableWhitespace = textEvent
    sax.cdataBlock = { data, bytes, count in
      guard let bytes, count > 0 else { return }
      XMLParserState.cdata(data.unsafelyUnwrapped.assumingMemoryBound(to: XMLParserState.self), bytes, Int(count))
    }
    sax.internalSubset = { data, _, _, _ in
      let state = data.unsafelyUnwrapped.assumingMemoryBound(to: XMLParserState.self)
      state.pointee.stop(
        with: Fault(.unreadable, Diagnostic(.xmlDoctype, at: state.pointee.place)))
      // Here libxml2 looks for a halt, before it reads any declaration.
      if let context = state.pointee.context { xmlStopParser(context) }
    }
    sax.serror = { data, error in XMLParserState.note(data, UnsafeMutablePointer(mutating: error)) }
    return sax
  }

  private static let textEvent: charactersSAXFunc = { data, bytes, count in
    XMLParserState.text(data.unsafelyUnwrapped.assumingMemoryBound(to: XMLParserState.self), bytes, Int(count))
  }

  /// Has texts told, or not: then libxml2 passes over them without a call.
  mutating func tellTexts(_ tells: Bool) {
    guard let sax = context?.pointee.sax else { return }
    sax.pointee.characters = tells ? Self.textEvent : nil
    sax.pointee.ignorableWhitespace = sax.pointee.characters
  }

  // MARK: Elements

  /// Tells the handler of an element.
  @inline(__always) private static func start(
    _ state: UnsafeMutablePointer<XMLParserState>, _ name: XMLName, _ count: Int,
    _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
  ) {
    state.pointee.textLength = 0
    state.pointee.depth &+= 1
    let places = Int(state.pointee.context.unsafelyUnwrapped.pointee.nsNr)
    if count > state.pointee.attributeLimit || state.pointee.depth > state.pointee.depthLimit
      || places > state.pointee.namespacePlaces
    {
      return startUnusual(state, name, count, attributes)
    }
    // The handler is kept alive by whoever pushes; a reference counted here would cost at every event.
    state.pointee.handler._withUnsafeGuaranteedRef {
      $0.startElement(name, XMLAttributes(base: attributes, count: count))
    }
  }

  /// The root element, and elements beyond a limit.
  @inline(never) private static func startUnusual(
    _ state: UnsafeMutablePointer<XMLParserState>, _ name: XMLName, _ count: Int,
    _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
  ) {
    if refuseElement(state, count) { return }
    state.pointee.handler._withUnsafeGuaranteedRef {
      $0.startElement(name, XMLAttributes(base: attributes, count: count))
    }
  }

  /// Looks at the encoding with the first element, and at the limits; true when the parse has been stopped.
  private static func refuseElement(_ state: UnsafeMutablePointer<XMLParserState>, _ attributes: Int) -> Bool {
    let context = state.pointee.context.unsafelyUnwrapped
    let limits = state.pointee.limits
    if !state.pointee.hasRoot {
      state.pointee.hasRoot = true
      state.pointee.depthLimit = limits.depth
      let encoding = context.pointee.encoding ?? context.pointee.input?.pointee.encoding
      if let encoding {
        let name = String(cString: encoding)
        if !XMLEncodings.isRead(name) { state.pointee.stopAtEncoding(name) }
      }
    }
    if attributes > limits.attributes {
      state.pointee.stopAtLimit(
        .init("number of attributes of an element", vi: "số thuộc tính của một phần tử"), UInt64(limits.attributes))
    } else if state.pointee.depth > limits.depth {
      state.pointee.stopAtLimit(.init("depth of elements", vi: "độ sâu phần tử"), UInt64(limits.depth))
    } else if Int(context.pointee.nsNr) > state.pointee.namespacePlaces {
      state.pointee.stopAtLimit(
        .init("number of namespace declarations", vi: "số khai báo không gian tên"), UInt64(limits.namespaces))
    }
    return state.pointee.fault != nil
  }

  // MARK: Texts

  /// Tells the handler of a text.
  @inline(__always) private static func text(
    _ state: UnsafeMutablePointer<XMLParserState>, _ bytes: UnsafePointer<UInt8>?, _ count: Int
  ) {
    // libxml2 tells of text even when it was told to be silent.
    if state.pointee.context.unsafelyUnwrapped.pointee.disableSAX != 0 { return }
    let length = state.pointee.textLength &+ count
    state.pointee.textLength = length
    if length > state.pointee.textLimit { return stopAtText(state) }
    state.pointee.handler._withUnsafeGuaranteedRef { $0.text(UnsafeBufferPointer(start: bytes, count: count)) }
  }

  @inline(never) private static func stopAtText(_ state: UnsafeMutablePointer<XMLParserState>) {
    state.pointee.stopAtLimit(
      .init("length of a text in bytes", vi: "độ dài một đoạn văn bản theo byte"), UInt64(state.pointee.textLimit))
  }

  /// Tells the handler of CDATA, which libxml2's push parser gives with the line ends that it has in the file: they are
  /// normalised here (XML 1.0, section 2.11).
  private static func cdata(
    _ state: UnsafeMutablePointer<XMLParserState>, _ bytes: UnsafePointer<UInt8>, _ count: Int
  ) {
    var from = 0
    // A line end that two pieces share: the piece before is still in front of this one in libxml2's buffer.
    if bytes[0] == 0x0A, let input = state.pointee.context?.pointee.input, bytes > input.pointee.base,
      bytes < input.pointee.end, bytes[-1] == 0x0D
    {
      from = 1
    }
    while from < count {
      let at = memchr(bytes + from, 0x0D, count - from).map { UnsafeRawPointer($0) - UnsafeRawPointer(bytes) } ?? count
      if at > from { text(state, bytes + from, at - from) }
      if at == count { return }
      withUnsafePointer(to: 0x0A as UInt8) { text(state, $0, 1) }
      from = at + 1 < count && bytes[at + 1] == 0x0A ? at + 2 : at + 1
    }
  }
}
