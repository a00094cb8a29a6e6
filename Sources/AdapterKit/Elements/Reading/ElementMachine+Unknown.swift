internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

// Elements that no rule takes: told once, and kept as residue when that is wanted.

extension ElementMachine {
  /// Passes over an element that no rule takes, and says so once for each path.
  @inline(never) mutating func skip(
    _ name: XMLName, _ attributes: borrowing XMLAttributes, _ handler: ElementHandler, from state: Int32,
    notTaken: Bool = false
  ) {
    skipping = 1
    if recordTop < 0 {
      if nearMiss == nil {
        for edge in plan.edges[Int(state)] where Self.isEqual(name.local, edge.name) {
          nearMiss = (
            name.localName, name.namespace, edge.namespace.map { String(decoding: $0, as: UTF8.self) },
            handler.parser.tagOffset
          )
        }
      }
      return
    }
    if keepsResidue, !notTaken {
      residue.open(name, attributes, context: path(to: top), after: residue.after)
      wantsText = true
    }
    if row > 0 {
      if names.rows[Int(row)].isReported || unknownCount >= Self.unknownLimit { return }
      names.rows[Int(row)].isReported = true
    } else if unknownCount >= Self.unknownLimit || !reported.insert("\(state) \(name.qualifiedName)").inserted {
      return
    }
    unknownCount += 1
    reportUnknown(name, handler, state, notTaken: notTaken)
  }

  mutating func reportUnknown(_ name: XMLName, _ handler: ElementHandler, _ state: Int32, notTaken: Bool) {
    let element = path(to: top, and: name.local)
    var hint: LocalizedText?
    for edge in plan.edges[Int(state)]
    where Self.isEqual(name.local, edge.name) && !Self.isEqual(name.uri, edge.namespace) {
      let expected = edge.namespace.map { "«" + String(decoding: $0, as: UTF8.self) + "»" }
      hint = LocalizedText(
        "an element of this name is read in \(expected.map { "the namespace " + $0 } ?? "no namespace")",
        vi: "phần tử tên này được đọc \(expected.map { "trong không gian tên " + $0 } ?? "ngoài mọi không gian tên")")
    }
    let code: DiagnosticCode = notTaken ? .elementNotTaken : .elementUnmapped
    let finding = ElementFinding(
      code: code, severity: notTaken ? nil : (plan.unmatched == .warn ? .warning : nil),
      message: .init(
        notTaken ? "this item's “\(name.localName)” is not read here" : "no rule reads “\(name.qualifiedName)”",
        vi: notTaken
          ? "“\(name.localName)” của cấp này không được đọc" : "không có quy tắc nào đọc “\(name.qualifiedName)”"),
      hint: hint, origin: UInt32(truncatingIfNeeded: handler.parser.tagOffset &- current.offset), element: element)
    if plan.unmatched == .error, !notTaken {
      return handler.fail(Fault(.malformed, sink.diagnostic(finding, offset: current.offset, product: nil)))
    }
    findings.append(finding)
  }

  mutating func keepResidue() {
    guard let value = residue.close() else { return }
    let node = materialise(frames[top].base + tables.states[Int(frames[top].state)].scope)
    let place = batch.pointee.append(value)
    current.addEntry(.residue, .none, on: node, offset: place.offset, length: place.length, origin: frames[top].origin)
  }
}
