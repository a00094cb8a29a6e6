internal import CLibXML2
internal import Diagnostics

// From libxml2's errors to faults.

extension XMLParserState {
  /// Keeps libxml2's first error that matters.
  static func note(_ data: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<xmlError>?) {
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
  mutating func raise(_ code: xmlParserErrors, _ message: LocalizedText) {
    error = (Int32(code.rawValue), line, 0, byteOffset, message)
    raiseError()
  }

  /// Makes a fault of the error that was noted.
  mutating func raiseError() {
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
}
