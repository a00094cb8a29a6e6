internal import CLibXML2
internal import Diagnostics

// Giving libxml2 the document's bytes, and looking at the limits between two pieces.

extension XMLParserState {
  /// How many bytes libxml2 is given at a time.
  ///
  /// It copies them into a buffer of its own, and once it has parsed 4 KiB it moves all that is left to the front. Pieces of
  /// this size leave nothing to move, and the buffer stays in the processor's first cache together with the handler's data.
  private static let pieceSize = 1 << 12
  /// How many bytes it is given at most, when it holds back that many: it looks at all of them again with every piece.
  private static let largestPieceSize = 1 << 16

  static func push(_ state: UnsafeMutablePointer<XMLParserState>, _ bytes: UnsafeBufferPointer<UInt8>) {
    withErrorsCaught(state) {
      // Pieces bound what is parsed between two looks at the limits.
      var from = 0
      while from < bytes.count, state.pointee.fault == nil {
        let size = min(max(pieceSize, state.pointee.waiting), largestPieceSize)
        let count = min(bytes.count - from, size)
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
  }

  static func finish(_ state: UnsafeMutablePointer<XMLParserState>) {
    if state.pointee.fault != nil { return }
    withErrorsCaught(state) {
      if state.pointee.context == nil {
        if state.pointee.head.isEmpty {
          return state.pointee.raise(XML_ERR_DOCUMENT_EMPTY, .init("the document is empty", vi: "tài liệu rỗng"))
        }
        begin(state)
      }
      if state.pointee.fault == nil { parse(state, UnsafeBufferPointer(start: nil, count: 0), last: true) }
    }
    if state.pointee.fault == nil, !state.pointee.hasRoot {
      state.pointee.raise(XML_ERR_DOCUMENT_END, .init("there is no element", vi: "không có phần tử nào"))
    }
  }

  /// Errors of the converters of encodings have no context and would go to standard error: they are caught on this thread
  /// for the length of a call.
  private static func withErrorsCaught(_ state: UnsafeMutablePointer<XMLParserState>, _ body: () -> Void) {
    let handlerSlot = __xmlStructuredError().unsafelyUnwrapped
    let contextSlot = __xmlStructuredErrorContext().unsafelyUnwrapped
    let (oldHandler, oldContext) = (handlerSlot.pointee, contextSlot.pointee)
    handlerSlot.pointee = { state, error in XMLParserState.note(state, error) }
    contextSlot.pointee = UnsafeMutableRawPointer(state)
    body()
    handlerSlot.pointee = oldHandler
    contextSlot.pointee = oldContext
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
    let start = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
    let code = xmlParseChunk(context, start, Int32(bytes.count), last ? 1 : 0)
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

  /// How many bytes libxml2 holds back until a tag, a comment or a CDATA section is whole.
  private var waiting: Int { context?.pointee.input.map { $0.pointee.end - $0.pointee.cur } ?? 0 }

  /// Checks what libxml2 holds back, and its table of names.
  private mutating func checkWaiting(_ context: xmlParserCtxtPtr) {
    guard let input = context.pointee.input else { return }
    let waiting = input.pointee.end - input.pointee.cur
    if waiting > limits.tagLength {
      // Comments, instructions and CDATA sections may be longer than a tag; text is never held back for long.
      let second = input.pointee.cur.pointee == UInt8(ascii: "<") ? input.pointee.cur[1] : 0
      let isTag =
        context.pointee.instate != XML_PARSER_CDATA_SECTION && second != UInt8(ascii: "!")
        && second != UInt8(ascii: "?")
      if isTag {
        return stopAtLimit(.init("length of a tag in bytes", vi: "độ dài một thẻ theo byte"), UInt64(limits.tagLength))
      }
      if waiting > limits.commentLength {
        return stopAtLimit(
          .init("length of a comment or CDATA section in bytes", vi: "độ dài một chú thích hoặc khối CDATA theo byte"),
          UInt64(limits.commentLength))
      }
    }
    if Int(xmlDictSize(context.pointee.dict)) > limits.names {
      stopAtLimit(.init("number of distinct names", vi: "số tên khác nhau"), UInt64(limits.names))
    }
  }
}
