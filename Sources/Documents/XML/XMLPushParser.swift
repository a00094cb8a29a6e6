internal import CLibXML2
public import Diagnostics

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

  /// Parses the next bytes of the document, in pieces of any size; libxml2 is given small ones.
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
