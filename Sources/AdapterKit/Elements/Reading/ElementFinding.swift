internal import Diagnostics
internal import Documents
internal import ProductModel

/// A finding inside an open record: kept until the record is whole, so that it can name the product.
struct ElementFinding {
  var code: DiagnosticCode
  var severity: Severity?
  var message: LocalizedText
  var hint: LocalizedText?
  /// Offset from the record's start.
  var origin: UInt32
  /// The element path.
  var element: String
  /// The node in the scratch that it is about, or -1.
  var node: Int32 = -1
  /// The attribute, from the node.
  var path: ModelPath?
  var value: String?
}

/// Gives findings their place and hands them on.
final class ElementFindingSink {
  /// How many findings of one record are kept.
  static let recordLimit = 200

  let input: InputDocument
  let resolver: PositionResolver
  let diagnostics: DiagnosticCollector

  init(_ input: InputDocument, textStart: UInt64, diagnostics: DiagnosticCollector) {
    self.input = input
    self.diagnostics = diagnostics
    resolver = PositionResolver(input, textStart: textStart)
  }

  /// The place of a start tag, of which an offset inside or just behind is known.
  func place(near offset: UInt64) -> Place {
    let start = tagStart(before: offset)
    return (try? resolver.place(of: start)) ?? Place(file: input.name, byte: start)
  }

  /// The offset of the `<` at or before an offset; `<` cannot stand inside a tag.
  private func tagStart(before offset: UInt64) -> UInt64 {
    var end = offset + 1
    while end > 0 {
      let from = end > 512 ? end - 512 : 0
      guard let bytes = try? input.bytes(at: from, count: Int(end - from)), !bytes.isEmpty else { return offset }
      if let at = bytes.lastIndex(of: UInt8(ascii: "<")) { return from + UInt64(at) }
      end = from
    }
    return offset
  }

  func diagnostic(
    _ finding: ElementFinding, offset: UInt64, product: String?, attribute: String? = nil
  ) -> Diagnostic {
    var place = place(near: offset + UInt64(finding.origin))
    place.element = finding.element
    return Diagnostic(
      finding.code, severity: finding.severity, at: place, product: product, attribute: attribute, value: finding.value,
      message: finding.message, hint: finding.hint)
  }
}
