internal import AdapterKit
internal import Diagnostics
internal import Documents
internal import ProductModel
internal import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

// The checks that need documents of their own.

extension Conformance {
  func describesItself() -> [String] {
    let s = adapter.specification
    var problems: [String] = []
    if s.name.isEmpty || s.title.isEmpty { problems.append("name or title is empty") }
    if s.purpose.count < 40 { problems.append("the purpose says too little") }
    if s.mediaTypes.isEmpty || s.fileExtensions.isEmpty { problems.append("no media type or file extension") }
    if profile.adapter != s.name { problems.append("the example profile belongs to “\(profile.adapter)”") }
    return problems
  }

  /// Other tests of the same process only add to the peak, so the least of some attempts counts.
  func streams() throws(Fault) -> [String] {
    guard let seed = try firstAccepted() else { return ["no seed is accepted"] }
    var problems: [String] = []
    for _ in 0..<4 {
      problems = try streamsOnce(seed)
      if problems.isEmpty { break }
    }
    return problems
  }

  private func streamsOnce(_ seed: Product) throws(Fault) -> [String] {
    var peaks: [Int] = []
    for size in [streamSize, streamSize * 10] {
      let path = temporaryPath("stream")
      defer { unlink(path) }
      resetPeak()
      let before = peakMemory()
      let file = try OutputDocument.create(path)
      let writer = try adapter.makeWriter(file, context().context)
      var batch = ProductBatch()
      for i in 0..<size {
        batch.append(seed.renumbered(i))
        if batch.isFull || i == size - 1 {
          try writer.write(&batch)
          batch.recycle()
        }
      }
      try writer.finish()
      try file.commit()
      let reader = try adapter.makeReader(InputDocument.open(path), context().context)
      var read = 0
      while try reader.read(into: &batch) {
        read += batch.count
        batch.recycle()
      }
      if read != size { return ["\(size) products written, \(read) read back"] }
      peaks.append(peakMemory() - before)
    }
    let growth = (peaks[1] - peaks[0]) / 1024
    return growth > memoryAllowance ? ["ten times the products took \(growth) MiB more"] : []
  }

  /// Damage is found, every finding says where, and the records beside it are read.
  func positions() throws(Fault) -> [String] {
    guard let broken = try brokenDocument() else { return ["no product could be damaged"] }
    let result = try read(broken.document)
    var problems: [String] = []
    let errors = result.diagnostics.kept.filter { $0.severity >= .error }
    if errors.isEmpty { problems.append("a wrong check digit was not found") }
    for finding in errors {
      let place = finding.place
      if place.file == nil { problems.append("no file: \(finding)") }
      if place.line == nil && place.cell == nil { problems.append("no line or cell: \(finding)") }
      if finding.attribute == nil && place.field == nil { problems.append("no attribute: \(finding)") }
      if finding.product == nil { problems.append("no product: \(finding)") }
    }
    // One record, or as many as the format needs for one product.
    if result.faulted == 0 { problems.append("no record was faulted") }
    if result.products.count != broken.good {
      problems.append("\(result.products.count) of \(broken.good) good records were read")
    }
    // A product with nothing but its identity lacks what a partner needs.
    guard let seed = try firstAccepted() else { return problems }
    var bare = seed
    bare.root.values.removeAll { $0.facet != .none }
    for finding in try write([bare]).diagnostics.kept where finding.severity >= .error {
      if finding.attribute == nil && finding.place.field == nil { problems.append("no attribute: \(finding)") }
      if finding.product == nil { problems.append("no product: \(finding)") }
    }
    return problems
  }

  /// What is wrong with a record is mended in the quarantine, and it runs through.
  func quarantines() throws(Fault) -> [String] {
    guard let broken = try brokenDocument() else { return ["no product could be damaged"] }
    let collector = DiagnosticCollector()
    let reader = try adapter.makeReader(
      broken.document, AdapterContext(profile: profile, asOf: asOf, diagnostics: collector))
    var rejected: [ProductRow] = []
    var batch = ProductBatch()
    while try reader.read(into: &batch) {
      rejected += batch.rows.filter { $0.state == .faulted }
      batch.recycle()
    }
    let path = temporaryPath("quarantine")
    defer { unlink(path) }
    let file = try OutputDocument.create(path)
    try reader.writeRecords(rejected, to: file)
    try file.commit()
    let quarantine = try InputDocument.open(path)
    let again = try read(quarantine)
    if again.faulted != rejected.count || !again.products.isEmpty {
      return [
        "the quarantine of \(rejected.count) records reads as \(again.faulted) faulty, \(again.products.count) good"
      ]
    }
    guard let mended = try replacing(broken.wrong, broken.right, in: quarantine) else {
      return ["the quarantine does not hold the record"]
    }
    let result = try read(mended)
    return result.products.count == 1 && result.faulted == 0
      ? []
      : [
        "the mended quarantine does not read"
          + (result.diagnostics.kept.first { $0.severity >= .error }.map { ": \($0)" } ?? "")
      ]
  }

  func hostile() -> [String] {
    var problems: [String] = []
    for (name, bytes) in HostileInput.documents {
      do throws(Fault) {
        let result = try read(InputDocument(bytes: bytes, name: name))
        // Read to the end without a fault: fine, as long as nothing was made up.
        if !result.products.isEmpty { problems.append("\(name): \(result.products.count) products were read") }
      } catch {
        if error.kind == .bug { problems.append("\(name): \(error)") }
      }
    }
    // Every beginning of a real document.
    guard let document = try? write(seeds.prefix(3)).document,
      let whole = try? document.bytes(at: 0, count: Int(document.size))
    else { return problems + ["nothing to cut"] }
    for cut in stride(from: 0, to: whole.count, by: max(1, whole.count / 60)) {
      do throws(Fault) {
        _ = try read(InputDocument(bytes: Array(whole[..<cut]), name: "cut at \(cut)"))
      } catch {
        if error.kind == .bug { problems.append("cut at \(cut): \(error)") }
      }
    }
    return problems
  }

  func reproducible() throws(Fault) -> [String] {
    let first = try write(seeds).document, second = try write(seeds).document
    let a = try first.bytes(at: 0, count: Int(first.size)), b = try second.bytes(at: 0, count: Int(second.size))
    return a == b ? [] : ["two documents differ"]
  }
}

/// Peak resident memory in KiB since the last reset.
private func peakMemory() -> Int {
  guard let file = fopen("/proc/self/status", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, 256, file) != nil {
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if text.hasPrefix("VmHWM:") { return Int(text.filter { $0 >= "0" && $0 <= "9" }) ?? 0 }
  }
  return 0
}

private func resetPeak() {
  guard let file = fopen("/proc/self/clear_refs", "w") else { return }
  fputs("5", file)
  fclose(file)
}
