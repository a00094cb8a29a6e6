public import AdapterKit
internal import Bytes
public import Diagnostics
internal import Documents
public import ProductModel
public import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

/// The one conformance suite. An adapter passes with a three-line test:
///
/// ```swift
/// @Test func conforms() throws {
///   #expect(try Conformance(of: BuuDienFeedAdapter(), profile: "buu-dien", library: library, seeds: seeds).failures() == [])
/// }
/// ```
///
/// Every check runs the adapter through its public interface. A capability counts when its check has passed.
public struct Conformance {
  /// What an adapter is shown to do.
  public enum Capability: String, CaseIterable, Sendable {
    /// Name, purpose, media types and an example profile of its own.
    case describesItself = "describes itself"
    /// Products → document → products gives the same trees but for reported losses, for the seeds and random products.
    case roundTrips = "round-trips, reporting every loss"
    /// Ten times the products take hardly more memory.
    case streams = "streams in bounded memory"
    /// A fault in one record is reported with its place and quarantines that record only.
    case positions = "positions every finding"
    /// Quarantined records, mended, run through again.
    case quarantines = "quarantines in the source format"
    /// Empty, cut, foreign and hostile documents end in a fault or finding, never in a crash or hang.
    case refusesHostileInput = "refuses hostile input"
    /// The same products give the same bytes.
    case isReproducible = "writes the same bytes twice"
  }

  /// The adapter.
  public let adapter: any Adapter
  /// The profile it is shown with.
  public let profile: Profile
  /// Products that the profile accepts.
  public let seeds: [Product]
  /// How much more memory ten times the products may take, in MiB. Formats that must hold all strings need more.
  public let memoryAllowance: Int
  /// How many products make the memory check's small document; ten times as many make the large one.
  public let streamSize: Int
  /// Whether random products must come back too, beside the seeds. Switched off for a format that states what the model
  /// leaves unsaid, so that a product comes back with more than it had.
  public let includesRandomProducts: Bool

  private let asOf = "2026-11-22"

  /// Prepares the suite.
  ///
  /// - Throws: when the profile does not load.
  public init(
    of adapter: any Adapter, profile name: String, library: ProfileLibrary, seeds: [Product], memoryAllowance: Int = 24,
    streamSize: Int = 500, includesRandomProducts: Bool = true
  ) throws(Fault) {
    self.adapter = adapter
    self.profile = try library.load(name, asOf: asOf)
    self.seeds = seeds
    self.memoryAllowance = memoryAllowance
    self.streamSize = streamSize
    self.includesRandomProducts = includesRandomProducts
  }

  /// What is wrong, capability by capability; empty when the adapter conforms.
  public func failures() -> [String] {
    Capability.allCases.flatMap { capability in check(capability).map { "\(capability.rawValue): \($0)" } }
  }

  /// What is wrong with one capability; empty when it is shown.
  public func check(_ capability: Capability) -> [String] {
    do throws(Fault) {
      switch capability {
      case .describesItself: return describesItself()
      case .roundTrips: return try roundTrips()
      case .streams: return try streams()
      case .positions: return try positions()
      case .quarantines: return try quarantines()
      case .refusesHostileInput: return hostile()
      case .isReproducible: return try reproducible()
      }
    } catch {
      return [error.description]
    }
  }

  // MARK: Checks

  private func describesItself() -> [String] {
    let s = adapter.specification
    var problems: [String] = []
    if s.name.isEmpty || s.title.isEmpty { problems.append("name or title is empty") }
    if s.purpose.count < 40 { problems.append("the purpose says too little") }
    if s.mediaTypes.isEmpty || s.fileExtensions.isEmpty { problems.append("no media type or file extension") }
    if profile.adapter != s.name { problems.append("the example profile belongs to “\(profile.adapter)”") }
    return problems
  }

  private func roundTrips() throws(Fault) -> [String] {
    var problems: [String] = []
    var random = RandomProducts(seed: 20_261_122)
    for (name, products) in [("seeds", seeds), ("random", (0..<40).map { _ in Self.classified(random.next()) })] {
      if name == "random", !includesRandomProducts { continue }
      let written = try write(products)
      let lost = Set(written.losses.losses.map(\.pattern))
      let accepted = zip(products, written.states).filter { $0.1 == .good }.map(\.0)
      if name == "seeds", accepted.isEmpty {
        problems.append("no seed was accepted: \(written.diagnostics.kept.first?.description ?? "no finding")")
      }
      if accepted.isEmpty { continue }
      let back = try read(written.document)
      if back.products.count != accepted.count {
        problems.append(
          "\(name): \(accepted.count) products written, \(back.products.count) read back"
            + (back.diagnostics.kept.first { $0.severity >= .error }.map { ": \($0)" } ?? ""))
        continue
      }
      for (before, after) in zip(accepted, back.products) {
        for difference in after.differences(from: before) {
          let pattern = Self.pattern(of: difference.path.description)
          if lost.contains(where: { Self.covers($0, pattern) }) { continue }
          // A fallback puts a value of the product into another place; nothing may come from nowhere.
          if difference.old.isEmpty, difference.new.allSatisfy({ Self.holds(before.root, $0) }) { continue }
          problems.append("\(name): \(before.identity ?? "?") \(difference)")
          if problems.count >= 20 { return problems }
        }
      }
    }
    return problems
  }

  /// The product with a GPC brick, without which no product goes to a data pool.
  private static func classified(_ product: Product) -> Product {
    var product = product
    if product["category[gpc].code"] == nil { product["category[gpc].code"] = "10000044" }
    return product
  }

  /// Whether a text is a value somewhere in a product.
  private static func holds(_ node: ProductNode, _ text: String) -> Bool {
    text == Model.baseItem || node.values.contains { $0.text == text } || node.children.contains { holds($0, text) }
  }

  /// Other tests of the same process only add to the peak, so the least of some attempts counts.
  private func streams() throws(Fault) -> [String] {
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

  private func positions() throws(Fault) -> [String] {
    guard let broken = try brokenDocument() else { return [] }
    let result = try read(broken.document)
    var problems: [String] = []
    guard let finding = result.diagnostics.kept.first(where: { $0.severity == .error }) else {
      return ["a wrong check digit was not found"]
    }
    let place = finding.place
    if place.file == nil { problems.append("no file: \(finding)") }
    if place.line == nil && place.cell == nil { problems.append("no line or cell: \(finding)") }
    if finding.attribute == nil { problems.append("no attribute: \(finding)") }
    if finding.product == nil { problems.append("no product: \(finding)") }
    // One record, or as many as the format needs for one product.
    if result.faulted == 0 { problems.append("no record was faulted") }
    if result.products.count != broken.good {
      problems.append("\(result.products.count) of \(broken.good) good records were read")
    }
    return problems
  }

  private func quarantines() throws(Fault) -> [String] {
    guard let broken = try brokenDocument() else { return [] }
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
    let again = try read(InputDocument.open(path))
    if again.faulted != rejected.count || !again.products.isEmpty {
      return [
        "the quarantine of \(rejected.count) records reads as \(again.faulted) faulty, \(again.products.count) good"
      ]
    }
    // Mended, it runs through.
    let text = try InputDocument.open(path)
    var bytes = try text.bytes(at: 0, count: Int(text.size))
    guard Self.replace(broken.wrong, broken.right, in: &bytes) else {
      return ["the quarantine does not hold the record"]
    }
    let mended = try read(InputDocument(bytes: bytes, name: "mended"))
    return mended.products.count == 1 && mended.faulted == 0 ? [] : ["the mended quarantine does not read"]
  }

  private func hostile() -> [String] {
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

  private func reproducible() throws(Fault) -> [String] {
    let first = try write(seeds).document, second = try write(seeds).document
    let a = try first.bytes(at: 0, count: Int(first.size)), b = try second.bytes(at: 0, count: Int(second.size))
    return a == b ? [] : ["two documents differ"]
  }

  // MARK: Parts

  private struct Written {
    var document: InputDocument
    var losses: LossReport
    var states: [ProductState]
    var diagnostics: DiagnosticCollector
  }

  private func context() -> (context: AdapterContext, diagnostics: DiagnosticCollector) {
    let diagnostics = DiagnosticCollector()
    return (AdapterContext(profile: profile, asOf: asOf, diagnostics: diagnostics), diagnostics)
  }

  private func write(_ products: some Sequence<Product>) throws(Fault) -> Written {
    let (context, diagnostics) = context()
    let path = temporaryPath("written")
    defer { unlink(path) }
    let file = try OutputDocument.create(path)
    let writer = try adapter.makeWriter(file, context)
    var states: [ProductState] = []
    var batch = ProductBatch()
    for product in products {
      batch.append(product)
      if batch.isFull {
        try writer.write(&batch)
        states += batch.rows.map(\.state)
        batch.recycle()
      }
    }
    try writer.write(&batch)
    states += batch.rows.map(\.state)
    try writer.finish()
    try file.commit()
    // The document outlives its name: it is open.
    return Written(
      document: try InputDocument.open(path), losses: context.losses, states: states, diagnostics: diagnostics)
  }

  private func read(_ document: InputDocument) throws(Fault) -> (
    products: [Product], faulted: Int, diagnostics: DiagnosticCollector
  ) {
    let (context, diagnostics) = context()
    let reader = try adapter.makeReader(document, context)
    var products: [Product] = []
    var faulted = 0
    var batch = ProductBatch()
    while try reader.read(into: &batch) {
      for i in 0..<batch.count {
        if batch.rows[i].state == .good { products.append(Product(batch[product: i])) } else { faulted += 1 }
      }
      batch.recycle()
    }
    return (products, faulted, diagnostics)
  }

  private func firstAccepted() throws(Fault) -> Product? {
    let written = try write(seeds)
    return zip(seeds, written.states).first { $0.1 == .good }?.0
  }

  /// Three good products of which the second then gets a wrong check digit, for formats that are text; nil for others,
  /// whose adapters show this in tests of their own.
  private func brokenDocument() throws(Fault) -> (
    document: InputDocument, good: Int, wrong: [UInt8], right: [UInt8]
  )? {
    guard adapter.specification.layout != .workbook, let seed = try firstAccepted() else { return nil }
    let products = (1...3).map { seed.renumbered($0) }
    guard let gtin = products[1]["item[each].gtin"] else { return nil }
    let written = try write(products)
    var bytes = try written.document.bytes(at: 0, count: Int(written.document.size))
    let right = Array(gtin.dropFirst().utf8)
    var wrong = right
    wrong[12] = wrong[12] == UInt8(ascii: "9") ? UInt8(ascii: "0") : wrong[12] + 1
    guard Self.replace(right, wrong, in: &bytes) else { return nil }
    return (InputDocument(bytes: bytes, name: "broken"), 2, wrong, right)
  }

  private static func replace(_ old: [UInt8], _ new: [UInt8], in bytes: inout [UInt8]) -> Bool {
    var found = false
    var at = 0
    while at + old.count <= bytes.count {
      if bytes[at] == old[0], bytes[at..<at + old.count].elementsEqual(old) {
        bytes.replaceSubrange(at..<at + old.count, with: new)
        found = true
        at += old.count
      } else {
        at += 1
      }
    }
    return found
  }

  /// A path without positions and keys: `price[market=JP,item=each].amount` → `price.amount`.
  static func pattern(of path: String) -> String {
    var out = ""
    var depth = 0
    for character in path {
      if character == "[" { depth += 1 }
      if depth == 0 { out.append(character) }
      if character == "]" { depth -= 1 }
    }
    return out
  }

  /// Whether a reported loss is about this path: the same attribute of the same kinds; a lost node covers all below it.
  static func covers(_ loss: String, _ pattern: String) -> Bool {
    let loss = Self.pattern(of: loss)
    if loss == pattern { return true }
    // Kinds without a key are aligned by sequence: when some of their values are lost, the others may move up.
    if let kind = NodeKind(name: String(pattern.prefix { $0 != "." })), kind.declaration.key.isEmpty,
      kind.declaration.isMany, loss.hasPrefix(kind.name)
    {
      return true
    }
    let bare = pattern.prefix { $0 != "@" }
    return loss == bare || bare.hasPrefix(loss + ".") || loss.hasPrefix(bare + ".") || loss.hasPrefix(bare + "@")
  }

  private func temporaryPath(_ name: String) -> String {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    return "\(folder)/ocop-conformance-\(getpid())-\(profile.name)-\(name)-\(Int.random(in: 0..<1 << 48))"
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

extension Product {
  /// A copy under other GTINs and SKUs: the n-th of a series, with right check digits.
  public func renumbered(_ n: Int) -> Product {
    var copy = self
    for i in copy.root.children.indices where copy.root.children[i].kind == .item {
      let gtin = "0893" + String(String(100_000_000 + n * 16 + i).suffix(9))
      if copy.root.children[i][.gtin] != nil { copy.root.children[i][.gtin] = gtin + Self.checkDigit(gtin) }
      if let sku = copy.root.children[i][.sku] { copy.root.children[i][.sku] = sku.prefix(20) + "-\(n)" }
    }
    return copy
  }

  private static func checkDigit(_ digits: String) -> String {
    var sum = 0
    for (i, digit) in digits.utf8.reversed().enumerated() { sum += Int(digit - 48) * (i % 2 == 0 ? 3 : 1) }
    return String((10 - sum % 10) % 10)
  }
}
