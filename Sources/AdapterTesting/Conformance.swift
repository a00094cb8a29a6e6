public import AdapterKit
public import Diagnostics
public import ProductModel
public import Profiles

/// The one conformance suite. An adapter passes with a three-line test:
///
/// ```swift
/// @Test func conforms() throws {
///   #expect(try Conformance(of: TableAdapter.buuDienFeed, profile: "buu-dien", library: library, seeds: seeds).result().failures == [])
/// }
/// ```
///
/// Every check runs the adapter through its public interface. A capability counts when its check has passed; the published
/// matrix of capabilities is made from the results.
public struct Conformance {
  /// What an adapter is shown to do.
  public enum Capability: String, CaseIterable, Sendable {
    /// Name, purpose, media types and an example profile of its own.
    case describesItself = "describes itself"
    /// A document of its own is read, all records as good products.
    case reads
    /// Products that the profile accepts become a document.
    case writes
    /// Every product written is read back, once, under the same identity: the seeds and random products.
    case roundTrips = "round-trips"
    /// What comes back differs from what was written only where a loss was reported.
    case reportsLosses = "reports every loss"
    /// Ten times the products take hardly more memory.
    case streams = "streams in bounded memory"
    /// Whatever is found in a damaged document or a bad product is reported with its place, product and attribute, and
    /// concerns that record only.
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

  let asOf = "2026-11-22"

  /// Prepares the suite.
  ///
  /// - Throws: when the profile does not load.
  public init(
    of adapter: any Adapter, profile name: String, library: ProfileLibrary, seeds: [Product], memoryAllowance: Int = 24,
    streamSize: Int = 500
  ) throws(Fault) {
    self.adapter = adapter
    self.profile = try library.load(name, asOf: asOf)
    self.seeds = seeds
    self.memoryAllowance = memoryAllowance
    self.streamSize = streamSize
  }

  /// Runs all checks.
  public func result() -> ConformanceResult {
    var result = ConformanceResult(adapter: adapter.specification.name, profile: profile.name)
    var trips = Trips()
    check(.describesItself, &result) { () throws(Fault) in describesItself() }
    check(.writes, &result) { () throws(Fault) in
      trips = try makeTrips()
      return trips.writing
    }
    if trips.isEmpty, trips.writing.isEmpty { trips.writing.append("nothing was written") }
    check(.reads, &result) { () throws(Fault) in trips.isEmpty ? ["nothing was written"] : trips.reading }
    check(.roundTrips, &result) { () throws(Fault) in trips.isEmpty ? ["nothing was written"] : trips.identity }
    check(.reportsLosses, &result) { () throws(Fault) in trips.isEmpty ? ["nothing was written"] : trips.silent }
    check(.streams, &result) { () throws(Fault) in try streams() }
    check(.positions, &result) { () throws(Fault) in try positions() }
    check(.quarantines, &result) { () throws(Fault) in try quarantines() }
    check(.refusesHostileInput, &result) { () throws(Fault) in hostile() }
    check(.isReproducible, &result) { () throws(Fault) in try reproducible() }
    result.carried = trips.carried
    result.randomProducts = trips.randomProducts
    return result
  }

  private func check(
    _ capability: Capability, _ result: inout ConformanceResult, _ body: () throws(Fault) -> [String]
  ) {
    do throws(Fault) { result.problems[capability] = try body() } catch {
      result.problems[capability] = [error.description]
    }
  }
}
