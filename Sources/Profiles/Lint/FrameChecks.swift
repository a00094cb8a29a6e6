internal import Diagnostics
internal import Documents
internal import Settings

/// Whether prologue and epilogue of an XML layout make a document around its records.
struct FrameChecks {
  let lint: ProfileLint
  let layout: ElementLayout

  private static let marker = "ocop-record"

  func run() {
    let xml = lint.built.source["xml"]
    let prologue = xml?["prologue"], epilogue = xml?["epilogue"]
    guard let prologue else {
      lint.report(
        .settingsKeyMissing, at: xml?.position.place ?? Place(), value: "prologue",
        "“prologue” is missing here.", "Ở đây thiếu “prologue”.",
        hint: .init("Write the root's start tag.", vi: "Viết thẻ mở của phần tử gốc."))
      return
    }
    let observer = FrameObserver(marker: FrameChecks.marker)
    if let problem = parse("<\(FrameChecks.marker)/>", observer) {
      // A fault behind the record is the epilogue's.
      let place = (observer.stack != nil ? epilogue ?? prologue : prologue).position.place
      lint.report(
        .profileXMLFrame, at: place, "Prologue and epilogue are not well-formed together: \(problem)",
        "Prologue và epilogue không hợp thành XML đúng: \(problem)")
      return
    }
    checkRecordPath(observer.stack ?? [], xml)
    for (prefix, uri) in layout.namespaces.sorted(by: { $0.key < $1.key }) {
      let observer = FrameObserver(marker: FrameChecks.marker)
      let problem = parse("<\(prefix):\(FrameChecks.marker)/>", observer)
      if problem == nil, observer.namespace == uri { continue }
      let place = xml?["namespaces"]?[prefix]?.position.place ?? prologue.position.place
      lint.report(
        .profileXMLFrame, severity: .warning, at: place, value: prefix,
        "The prologue does not declare xmlns:\(prefix)=\"\(uri)\".",
        "Prologue chưa khai báo xmlns:\(prefix)=\"\(uri)\".")
    }
  }

  /// The elements that the prologue leaves open are those above the record.
  private func checkRecordPath(_ open: [FrameObserver.Element], _ xml: SourceNode?) {
    let place = xml?["record"]?.position.place ?? Place()
    let expected = layout.record.steps.dropLast().map { FrameObserver.Element(namespace: $0.namespace, name: $0.name) }
    guard let root = open.first else {
      lint.report(
        .profileXMLFrame, at: place, "The prologue opens no root element.", "Prologue chưa mở phần tử gốc.")
      return
    }
    let above = Array(open.dropFirst())
    guard above != expected else { return }
    let written = ([root] + above).map(\.name).joined(separator: "/")
    let read = ([root.name] + layout.record.steps.map(\.name)).joined(separator: "/")
    lint.report(
      .profileXMLFrame, at: place, value: layout.record.description,
      "Records are written into “\(written)” and read at “\(read)”.",
      "Bản ghi được ghi vào “\(written)” nhưng đọc tại “\(read)”.",
      hint: .init(
        "“record” begins below the root; its parents are what the prologue leaves open, with their namespaces.",
        vi: "“record” bắt đầu dưới phần tử gốc; các phần tử trên nó là những gì prologue để mở, đúng không gian tên."))
  }

  /// Parses the frame around some text; what is wrong, or nil.
  private func parse(_ record: String, _ observer: FrameObserver) -> String? {
    do throws(Fault) {
      var limits = XMLLimits()
      limits.totalBytes = 4 << 20
      var parser = XMLPushParser(handler: observer, limits: limits, name: "prologue")
      try parser.push(Array((layout.prologue + record + layout.epilogue).utf8))
      try parser.finish()
      return nil
    } catch {
      let line = error.diagnostic.place.line.map { "line \($0): " } ?? ""
      return line + error.diagnostic.message.en
    }
  }
}

/// Notes which elements are open around the record.
private final class FrameObserver: XMLHandler {
  struct Element: Hashable {
    var namespace: String?
    var name: String
  }

  private(set) var stack: [Element]?
  private(set) var namespace: String?
  private let marker: String
  private var open: [Element] = []

  init(marker: String) {
    self.marker = marker
    super.init()
  }

  override func startElement(_ name: XMLName, _ attributes: borrowing XMLAttributes) {
    let element = Element(namespace: name.namespace, name: name.localName)
    if element.name == marker {
      stack = open
      namespace = element.namespace
    }
    open.append(element)
  }

  override func endElement(_ name: XMLName) { open.removeLast() }
}
