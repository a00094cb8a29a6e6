internal import CLibXML2
internal import Diagnostics

/// What the callbacks know; libxml2 holds a pointer to it as its user data. The parser owns it.
struct XMLParserState {
  // What every event looks at comes first.

  /// Not owned: the parser struct keeps it alive. `Unmanaged`, so that events neither retain nor release.
  let handler: Unmanaged<XMLHandler>
  var context: xmlParserCtxtPtr?
  var textLength = 0
  /// Elements that are open. libxml2's own count does not have the present one yet when an event is told.
  var depth = 0
  /// The limit on depth; 0 before the root element, which is looked at more closely.
  var depthLimit = 0
  let attributeLimit: Int
  let textLimit: Int
  /// The limit on namespace declarations as libxml2 counts them: two places each.
  let namespacePlaces: Int

  let limits: XMLLimits
  let name: String
  var fault: Fault?
  /// libxml2's first error of this document.
  var error: (code: Int32, line: Int, column: Int, offset: UInt64, message: LocalizedText)?
  var total: UInt64 = 0
  var hasRoot = false
  /// Bytes held back until the first four are there, from which the encoding is detected.
  var head: [UInt8] = []

  init(handler: XMLHandler, limits: XMLLimits, name: String) {
    self.handler = .passUnretained(handler)
    self.limits = limits
    self.name = name
    attributeLimit = limits.attributes
    textLimit = limits.textLength
    namespacePlaces = 2 * min(limits.namespaces, 1 << 30)
  }

  mutating func free() {
    if let context { xmlFreeParserCtxt(context) }
    context = nil
  }

  // MARK: Position

  var byteOffset: UInt64 {
    guard let input = context?.pointee.input else { return 0 }
    // The fields are read without a call; right as long as no entity is ever opened.
    return UInt64(input.pointee.consumed) &+ UInt64(input.pointee.cur - input.pointee.base)
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
}
