internal import CLibXML2
public import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// Reads an XML document piece by piece and calls a handler: libxml2's SAX2 push parser, made safe.
///
/// No DTD, no entities beyond the five of XML and character references, no network, no files; every document is bounded by
/// `XMLLimits`. libxml2 checks well-formedness and the encoding; text arrives as UTF-8 whatever the document's encoding is.
/// Memory does not grow with the document, except for its distinct names.
///
/// ```swift
/// var parser = try XMLPushParser(handler: handler, name: "feed.xml")
/// while … { try parser.push(chunk) }
/// try parser.finish()
/// ```
public struct XMLPushParser: ~Copyable {
  /// What receives the events.
  public let handler: XMLHandler

  private let state: UnsafeMutablePointer<XMLParserState>
  private var isFinished = false

  /// Starts a parse. Nothing is read yet.
  ///
  /// - Parameters:
  ///   - handler: what receives the events; it belongs to one parser at a time.
  ///   - name: the document's name for messages.
  public init(handler: XMLHandler, limits: XMLLimits = .default, name: String) {
    xmlLibrary
    self.handler = handler
    state = .allocate(capacity: 1)
    state.initialize(to: XMLParserState(handler: handler, limits: limits, name: name))
    handler.parserState = state
  }

  deinit {
    if handler.parserState == state { handler.parserState = nil }
    state.pointee.free()
    state.deinitialize(count: 1)
    state.deallocate()
  }

  /// Parses the next bytes of the document, in pieces of any size; 64 KiB is best.
  ///
  /// - Throws: `malformed` with `xml-malformed` or `xml-encoding`; `unreadable` with `xml-doctype` or `xml-limit`; or what the
  ///   handler gave to `fail(_:)`. Every later call throws the same again.
  public mutating func push(_ bytes: UnsafeBufferPointer<UInt8>) throws(Fault) {
    precondition(!isFinished, "pushed after finish")
    XMLParserState.push(state, bytes)
    if let fault = state.pointee.fault { throw fault }
  }

  /// Parses the next bytes of the document.
  ///
  /// - Throws: as `push(_:)` of a buffer.
  public mutating func push(_ bytes: [UInt8]) throws(Fault) {
    precondition(!isFinished, "pushed after finish")
    let state = state
    bytes.withUnsafeBufferPointer { XMLParserState.push(state, $0) }
    if let fault = state.pointee.fault { throw fault }
  }

  /// Ends the document: everything was pushed.
  ///
  /// - Throws: as `push(_:)`; `xml-malformed` when the document is cut off or empty.
  public mutating func finish() throws(Fault) {
    if !isFinished {
      isFinished = true
      XMLParserState.finish(state)
    }
    if let fault = state.pointee.fault { throw fault }
  }

  /// Bytes of decoded (UTF-8) input up to where the parser stands.
  public var byteOffset: UInt64 { state.pointee.byteOffset }

  /// The line where the parser stands, from 1.
  public var line: Int { state.pointee.line }
}

/// What is done once for the process: libxml2's initialisation, and a loader that refuses every external entity.
private let xmlLibrary: Void = {
  xmlInitParser()
  xmlSetExternalEntityLoader { _, _, _ in nil }
}()

/// What the callbacks know; libxml2 holds a pointer to it as its user data. The parser owns it.
struct XMLParserState {
  /// Not owned: the parser struct keeps it alive. `Unmanaged`, so that events neither retain nor release.
  let handler: Unmanaged<XMLHandler>
  let limits: XMLLimits
  let name: String
  var context: xmlParserCtxtPtr?
  var fault: Fault?
  /// libxml2's first error of this document.
  var error: (code: Int32, line: Int, column: Int, offset: UInt64, message: LocalizedText)?
  var textLength = 0
  /// Elements that are open. libxml2's own count does not have the present one yet when an event is told.
  var depth = 0
  var total: UInt64 = 0
  var hasRoot = false
  /// Bytes held back until the first four are there, from which the encoding is detected.
  var head: [UInt8] = []

  init(handler: XMLHandler, limits: XMLLimits, name: String) {
    self.handler = .passUnretained(handler)
    self.limits = limits
    self.name = name
  }

  mutating func free() {
    if let context { xmlFreeParserCtxt(context) }
    context = nil
  }

  // MARK: Position

  var byteOffset: UInt64 {
    guard let input = context?.pointee.input else { return 0 }
    // The fields are read without a call; right as long as no entity is ever opened.
    return UInt64(input.pointee.consumed) + UInt64(input.pointee.cur - input.pointee.base)
  }

  var tagOffset: UInt64 {
    guard let input = context?.pointee.input else { return 0 }
    // `<` cannot stand inside a tag, so the nearest one behind us began it.
    var at = input.pointee.cur!
    while at > input.pointee.base, at.pointee != UInt8(ascii: "<") { at -= 1 }
    return UInt64(input.pointee.consumed) + UInt64(at - input.pointee.base)
  }

  var line: Int { Int(context?.pointee.input?.pointee.line ?? 0) }

  var place: Place {
    Place(file: name, line: line, column: context?.pointee.input.map { Int($0.pointee.col) }, byte: byteOffset)
  }

  // MARK: Stopping

  mutating func stop(with fault: Fault) {
    if self.fault == nil { self.fault = fault }
    // No event any more; what is left of the piece is parsed in silence, which costs little and upsets nothing in libxml2.
    context?.pointee.disableSAX = 1
  }

  mutating func stopAtLimit(_ what: LocalizedText, _ limit: UInt64) {
    stop(
      with: Fault(
        .unreadable,
        Diagnostic(
          .xmlLimit, at: place,
          message: .init(
            "The XML document is over a limit: \(what.en) (limit \(limit))",
            vi: "Tài liệu XML vượt giới hạn: \(what.vi) (giới hạn \(limit))"))))
  }

  mutating func stopAtEncoding(_ encoding: String) {
    stop(
      with: Fault(
        .unreadable,
        Diagnostic(
          .xmlEncoding, at: Place(file: name, line: 1), value: encoding,
          message: .init(
            "The XML document is in the encoding «\(encoding)», which is not read",
            vi: "Tài liệu XML dùng bảng mã «\(encoding)», không đọc được"))))
  }

  // MARK: Parsing

  static func push(_ state: UnsafeMutablePointer<XMLParserState>, _ bytes: UnsafeBufferPointer<UInt8>) {
    // Pieces bound what is parsed between two looks at the limits.
    var from = 0
    while from < bytes.count, state.pointee.fault == nil {
      let count = min(bytes.count - from, 1 << 16)
      let piece = UnsafeBufferPointer(rebasing: bytes[from..<from + count])
      from += count
      state.pointee.total += UInt64(count)
      if state.pointee.total > state.pointee.limits.totalBytes {
        state.pointee.stopAtLimit(.init("size in bytes", vi: "số byte"), state.pointee.limits.totalBytes)
      } else if state.pointee.context == nil {
        state.pointee.head.append(contentsOf: piece)
        if state.pointee.head.count >= 4 { begin(state) }
      } else {
        parse(state, piece, last: false)
      }
    }
  }

  static func finish(_ state: UnsafeMutablePointer<XMLParserState>) {
    if state.pointee.fault != nil { return }
    if state.pointee.context == nil {
      if state.pointee.head.isEmpty {
        return state.pointee.raise(XML_ERR_DOCUMENT_EMPTY, .init("the document is empty", vi: "tài liệu rỗng"))
      }
      begin(state)
    }
    if state.pointee.fault == nil { parse(state, UnsafeBufferPointer(start: nil, count: 0), last: true) }
    if state.pointee.fault == nil, !state.pointee.hasRoot {
      state.pointee.raise(XML_ERR_DOCUMENT_END, .init("there is no element", vi: "không có phần tử nào"))
    }
  }

  /// Makes libxml2's context with the document's first bytes.
  private static func begin(_ state: UnsafeMutablePointer<XMLParserState>) {
    let head = state.pointee.head
    state.pointee.head = []
    var sax = callbacks()
    let first = min(4, head.count)
    let context = head.withUnsafeBytes {
      xmlCreatePushParserCtxt(&sax, state, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(first), nil)
    }
    guard let context else {
      state.pointee.stopAtLimit(.init("memory", vi: "bộ nhớ"), 0)
      return
    }
    state.pointee.context = context
    // NOENT sounds dangerous and is not, since no entity can be declared: without it `&amp;` in an attribute's value comes as
    // `&#38;`, for a second pass that SAX has not.
    _ = xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOENT.rawValue))
    if head.count > first {
      head.withUnsafeBufferPointer { parse(state, UnsafeBufferPointer(rebasing: $0[first...]), last: false) }
    }
  }

  private static func parse(
    _ state: UnsafeMutablePointer<XMLParserState>, _ bytes: UnsafeBufferPointer<UInt8>, last: Bool
  ) {
    guard let context = state.pointee.context else { return }
    // Errors of the converters of encodings have no context and would go to standard error: they are caught on this thread
    // for the length of the call.
    let handlerSlot = __xmlStructuredError().unsafelyUnwrapped
    let contextSlot = __xmlStructuredErrorContext().unsafelyUnwrapped
    let (oldHandler, oldContext) = (handlerSlot.pointee, contextSlot.pointee)
    handlerSlot.pointee = { state, error in XMLParserState.note(state, error) }
    contextSlot.pointee = UnsafeMutableRawPointer(state)
    let start = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
    let code = xmlParseChunk(context, start, Int32(bytes.count), last ? 1 : 0)
    handlerSlot.pointee = oldHandler
    contextSlot.pointee = oldContext

    if state.pointee.fault != nil { return }
    if state.pointee.error == nil, context.pointee.wellFormed == 0 || (last && code != 0) {
      state.pointee.error = (code, state.pointee.line, 0, state.pointee.byteOffset, .init("", vi: ""))
    }
    let depth = state.pointee.depth
    if last, depth > 0, state.pointee.error?.code == Int32(XML_ERR_DOCUMENT_END.rawValue) {
      // libxml2 speaks of extra content here, which misleads.
      state.pointee.error?.message = .init(
        "the document ends while \(depth) elements are open", vi: "tài liệu kết thúc khi còn \(depth) phần tử chưa đóng"
      )
    }
    if last, state.pointee.error == nil, let buffer = context.pointee.input?.pointee.buf,
      buffer.pointee.encoder != nil, xmlBufUse(buffer.pointee.raw) > 0
    {
      // libxml2 forgets what its converter holds back.
      return state.pointee.raise(
        XML_ERR_INVALID_ENCODING, .init("the document ends within a character", vi: "tài liệu kết thúc giữa một ký tự"))
    }
    if state.pointee.error != nil { return state.pointee.raiseError() }
    state.pointee.checkWaiting(context)
  }

  /// Checks what libxml2 holds back until a tag or comment is whole, and its table of names.
  private mutating func checkWaiting(_ context: xmlParserCtxtPtr) {
    guard let input = context.pointee.input else { return }
    let waiting = input.pointee.end - input.pointee.cur
    if waiting > limits.tagLength {
      // A comment or an instruction may be longer than a tag; CDATA and text are never held back for long.
      let second = input.pointee.cur.pointee == UInt8(ascii: "<") ? input.pointee.cur[1] : 0
      let isComment = second == UInt8(ascii: "!") || second == UInt8(ascii: "?")
      if !isComment {
        return stopAtLimit(.init("length of a tag in bytes", vi: "độ dài một thẻ theo byte"), UInt64(limits.tagLength))
      }
      if waiting > limits.commentLength {
        return stopAtLimit(
          .init("length of a comment in bytes", vi: "độ dài một chú thích theo byte"), UInt64(limits.commentLength))
      }
    }
    if Int(xmlDictSize(context.pointee.dict)) > limits.names {
      stopAtLimit(.init("number of distinct names", vi: "số tên khác nhau"), UInt64(limits.names))
    }
  }

  // MARK: Errors

  /// Keeps libxml2's first error that matters.
  private static func note(_ data: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<xmlError>?) {
    guard let state = data?.assumingMemoryBound(to: XMLParserState.self), let error, state.pointee.error == nil else {
      return
    }
    let code = error.pointee.code
    if error.pointee.level == XML_ERR_WARNING || code == Int32(XML_WAR_NS_URI.rawValue) { return }
    // One line, without the full stop or line end that libxml2 puts at times.
    let text = error.pointee.message.map { String(cString: $0) } ?? ""
    let message = text.split(whereSeparator: { $0.isNewline }).joined(separator: " ")
    let context = state.pointee.context
    state.pointee.error = (
      code, error.pointee.line > 0 ? Int(error.pointee.line) : state.pointee.line, Int(error.pointee.int2),
      context == nil ? 0 : state.pointee.byteOffset, .init(message, vi: message)
    )
    // Namespace errors do not stop libxml2 by themselves.
    context?.pointee.disableSAX = 1
  }

  /// Makes a fault of an error that libxml2 does not find.
  private mutating func raise(_ code: xmlParserErrors, _ message: LocalizedText) {
    error = (Int32(code.rawValue), line, 0, byteOffset, message)
    raiseError()
  }

  /// Makes a fault of the error that was noted.
  private mutating func raiseError() {
    guard let error else { return }
    let isEncoding =
      error.code == Int32(XML_ERR_INVALID_ENCODING.rawValue)
      || error.code == Int32(XML_ERR_UNSUPPORTED_ENCODING.rawValue)
      || error.code == Int32(XML_ERR_UNKNOWN_ENCODING.rawValue) || error.code == Int32(XML_I18N_CONV_FAILED.rawValue)
      || error.code == Int32(XML_IO_ENCODER.rawValue)
    let code: DiagnosticCode = isEncoding ? .xmlEncoding : .xmlMalformed
    let place = Place(
      file: name, line: max(error.line, 1), column: error.column > 0 ? error.column : nil, byte: error.offset)
    let message = error.message
    stop(
      with: Fault(
        .malformed,
        Diagnostic(
          code, at: place,
          message: message.en.isEmpty
            ? nil : .init("\(code.title.en): \(message.en)", vi: "\(code.title.vi): \(message.vi)"))))
  }

  // MARK: Callbacks

  private static func callbacks() -> xmlSAXHandler {
    var sax = xmlSAXHandler()
    sax.initialized = UInt32(XML_SAX2_MAGIC)
    sax.startElementNs = { data, local, prefix, uri, _, _, attributeCount, _, attributes in
      let state = data.unsafelyUnwrapped.assumingMemoryBound(to: XMLParserState.self)
      let count = Int(attributeCount)
      state.pointee.textLength = 0
      state.pointee.depth &+= 1
      if XMLParserState.checkElement(state, count) { return }
      // The handler is kept alive by whoever pushes; a reference counted here would cost at every event.
      state.pointee.handler._withUnsafeGuaranteedRef {
        $0.startElement(
          XMLName(local: local.unsafelyUnwrapped, uri: uri, prefix: prefix),
          XMLAttributes(base: attributes, count: count))
      }
    }
    sax.endElementNs = { data, local, prefix, uri in
      let state = data.unsafelyUnwrapped.assumingMemoryBound(to: XMLParserState.self)
      state.pointee.textLength = 0
      state.pointee.handler._withUnsafeGuaranteedRef {
        $0.endElement(XMLName(local: local.unsafelyUnwrapped, uri: uri, prefix: prefix))
      }
      state.pointee.depth &-= 1
    }
    sax.characters = { data, bytes, count in
      XMLParserState.text(data.unsafelyUnwrapped.assumingMemoryBound(to: XMLParserState.self), bytes, Int(count))
    }
    // The same function for white space spares libxml2 a look at every text.
    sax.ignorableWhitespace = sax.characters
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

  /// Tells the handler of a text.
  @inline(__always) private static func text(
    _ state: UnsafeMutablePointer<XMLParserState>, _ bytes: UnsafePointer<UInt8>?, _ count: Int
  ) {
    // libxml2 tells of text even when it was told to be silent.
    if state.pointee.context.unsafelyUnwrapped.pointee.disableSAX != 0 { return }
    state.pointee.textLength &+= count
    if state.pointee.textLength > state.pointee.limits.textLength {
      let limit = UInt64(state.pointee.limits.textLength)
      return state.pointee.stopAtLimit(
        .init("length of a text in bytes", vi: "độ dài một đoạn văn bản theo byte"), limit)
    }
    state.pointee.handler._withUnsafeGuaranteedRef { $0.text(UnsafeBufferPointer(start: bytes, count: count)) }
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

  /// Checks the limits of one element; true when the parse has been stopped.
  @inline(__always) private static func checkElement(
    _ state: UnsafeMutablePointer<XMLParserState>, _ attributes: Int
  ) -> Bool {
    let context = state.pointee.context.unsafelyUnwrapped
    if !state.pointee.hasRoot || attributes > state.pointee.limits.attributes
      || state.pointee.depth > state.pointee.limits.depth
      || Int(context.pointee.nsNr) > 2 * state.pointee.limits.namespaces
    {
      return refuseElement(state, context, attributes)
    }
    return false
  }

  @inline(never) private static func refuseElement(
    _ state: UnsafeMutablePointer<XMLParserState>, _ context: xmlParserCtxtPtr, _ attributes: Int
  ) -> Bool {
    if !state.pointee.hasRoot {
      state.pointee.hasRoot = true
      let encoding = context.pointee.encoding ?? context.pointee.input?.pointee.encoding
      if let encoding {
        let name = String(cString: encoding)
        if !XMLEncodings.isRead(name) { state.pointee.stopAtEncoding(name) }
      }
    }
    let limits = state.pointee.limits
    if attributes > limits.attributes {
      state.pointee.stopAtLimit(
        .init("number of attributes of an element", vi: "số thuộc tính của một phần tử"), UInt64(limits.attributes))
    } else if state.pointee.depth > limits.depth {
      state.pointee.stopAtLimit(.init("depth of elements", vi: "độ sâu phần tử"), UInt64(limits.depth))
    } else if Int(context.pointee.nsNr) > 2 * limits.namespaces {
      state.pointee.stopAtLimit(
        .init("number of namespace declarations", vi: "số khai báo không gian tên"), UInt64(limits.namespaces))
    }
    return state.pointee.fault != nil
  }
}
