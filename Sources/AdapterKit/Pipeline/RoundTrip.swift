public import Diagnostics
public import Documents
public import ProductModel
public import Profiles

#if canImport(Glibc)
  internal import Glibc
#endif

/// Documents → products → document → products: what differs in the end, and what the writer said it could not carry.
public struct RoundTrip {
  /// What a round trip gave.
  public struct Outcome: Sendable {
    /// Products compared.
    public var compared = 0
    /// Products that came back equal.
    public var equal = 0
    /// What differs, product by product; the first ones.
    public var differences: [(product: String, difference: Difference)] = []
    /// How many differences in all.
    public var differenceCount = 0
    /// Products that were written but did not come back.
    public var missing = 0
    /// Products that were rejected on the way: faulty, or refused by the profile gone through.
    public var rejected = 0
    /// What the writer reported.
    public var losses = LossReport()
    /// Whether nothing was lost.
    public var isWhole: Bool { differenceCount == 0 && missing == 0 && rejected == 0 && losses.isEmpty }
  }

  /// Runs it over documents of one profile, taken as one stream.
  ///
  /// - Throws: as a conversion.
  public static func run(
    _ documents: [InputDocument], source: Profile, through target: Profile, registry: AdapterRegistry, asOf: String,
    diagnostics: DiagnosticCollector
  ) throws(Fault) -> Outcome {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let copy = "\(folder)/ocop-roundtrip-\(getpid())-\(target.name)"
    defer { unlink(copy) }
    var conversion = Conversion(
      inputs: documents.map { .document($0) }, source: source, output: copy, target: target, asOf: asOf)
    conversion.keepsResidue = true
    let written = try conversion.run(registry, diagnostics)
    var outcome = Outcome()
    outcome.losses = written.losses
    let after = try ProductStream(
      InputDocument.open(copy), profile: target, registry: registry, asOf: asOf, diagnostics: diagnostics)
    var sent: [Product] = [], faulted = 0
    for document in documents {
      let before = try ProductStream(
        document, profile: source, registry: registry, asOf: asOf, diagnostics: DiagnosticCollector())
      sent += try before.all()
      faulted += before.faulted
    }
    let returned = try after.all()
    for pair in ProductPairing.pairs(sent, returned) {
      guard let i = pair.old else { continue }
      guard let j = pair.new else {
        outcome.missing += 1
        continue
      }
      outcome.compared += 1
      let differences = returned[j].differences(from: sent[i])
      if differences.isEmpty { outcome.equal += 1 }
      outcome.differenceCount += differences.count
      for difference in differences where outcome.differences.count < 1000 {
        outcome.differences.append((sent[i].identity ?? "#\(i + 1)", difference))
      }
    }
    // Products that were faulty when read never came from `before`; those that the writer left out are not missing.
    outcome.rejected = written.products.quarantined
    outcome.missing -= written.products.notApplicable + written.products.quarantined - faulted
    return outcome
  }
}
