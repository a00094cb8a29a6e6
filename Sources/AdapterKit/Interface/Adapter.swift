public import Diagnostics
public import Documents
public import ProductModel
public import Profiles

/// Code for one external format: declares what it is and makes readers and writers.
///
/// An adapter knows a format (how cells, elements or lines carry values), never a partner: what a partner's layout looks
/// like comes from the profile.
public protocol Adapter: Sendable {
  /// What it is. Documentation, help, lint and the capability matrix are generated from it.
  var specification: AdapterSpecification { get }

  /// Makes a reader of a document.
  ///
  /// - Throws: `.unreadable` or `.malformed` for a document that cannot be this format, `.configuration` for a profile
  ///   that does not fit the adapter.
  func makeReader(_ input: InputDocument, _ context: AdapterContext) throws(Fault) -> any ProductReader

  /// Makes a writer of a document.
  ///
  /// - Throws: `.configuration` for a profile that does not fit the adapter, `.output` when the document cannot be begun.
  func makeWriter(_ output: OutputDocument, _ context: AdapterContext) throws(Fault) -> any ProductWriter
}

/// What an adapter is: the source of its documentation.
public struct AdapterSpecification: Sendable {
  /// The name in profiles.
  public var name: String
  /// One line.
  public var title: String
  /// A paragraph: what the format is, who uses it, what to know.
  public var purpose: String
  /// Media types (IANA) of its documents.
  public var mediaTypes: [String]
  /// File name extensions without dot, the usual one first.
  public var fileExtensions: [String]
  /// The layout its profiles have.
  public var layout: LayoutKind
  /// A profile that shows it, for examples and for the conformance kit.
  public var exampleProfile: String
  /// The finding codes it may report beyond those of the engines.
  public var diagnostics: [DiagnosticCode]

  /// The kinds of layout a profile can have.
  public enum LayoutKind: String, Sendable, CaseIterable { case canonical, table, workbook, elements }

  /// Declares an adapter.
  public init(
    name: String, title: String, purpose: String, mediaTypes: [String], fileExtensions: [String], layout: LayoutKind,
    exampleProfile: String, diagnostics: [DiagnosticCode] = []
  ) {
    self.name = name
    self.title = title
    self.purpose = purpose
    self.mediaTypes = mediaTypes
    self.fileExtensions = fileExtensions
    self.layout = layout
    self.exampleProfile = exampleProfile
    self.diagnostics = diagnostics
  }
}

/// Reads a document into batches. Synchronous; memory does not grow with the input.
///
/// **Every record becomes a row of a batch.** A record with an error is reported to the context's collector and its row has
/// the state `.faulted` (with whatever values were good, or none), so that counts add up and the pipeline can quarantine it.
public protocol ProductReader: AnyObject {
  /// Fills a recycled batch; false when the document has ended and the batch stayed empty.
  ///
  /// - Throws: a document fault; rows already in the batch are good up to it.
  func read(into batch: inout ProductBatch) throws(Fault) -> Bool

  /// Where an entry with this origin stands in the input, for diagnostics made later. Called rarely.
  func place(of row: ProductRow, origin: Int) -> Place

  /// Writes records verbatim as a document of the source format that runs through the same command again.
  ///
  /// - Parameter records: rows of this reader, in input order.
  func writeRecords(_ records: [ProductRow], to output: OutputDocument) throws(Fault)

  /// How many bytes of the decoded input have been read, for progress.
  var bytesRead: UInt64 { get }

  /// Whether places of a batch may be asked for while another thread reads the next one: the reader then shares nothing between
  /// `place(of:origin:)` and `read(into:)` that changes.
  var placesWhileReading: Bool { get }
}

extension ProductReader {
  /// Not unless a reader says so.
  public var placesWhileReading: Bool { false }
}

/// Writes batches as a document. Synchronous; memory does not grow with the input.
public protocol ProductWriter: AnyObject {
  /// Writes the good rows of a batch. A product that cannot go to this partner is reported and its row's state set to
  /// `.faulted` (or `.notApplicable`); nothing of it is written. Losses go to `context.losses`.
  func write(_ batch: inout ProductBatch) throws(Fault)

  /// Writes what stands after the last product. The document is committed by the caller.
  func finish() throws(Fault)
}

/// What a reader or writer needs to know about the run.
public final class AdapterContext {
  /// The profile.
  public let profile: Profile
  /// The date that stands for today, ISO: `--as-of`.
  public let asOf: String
  /// Where findings go.
  public let diagnostics: DiagnosticCollector
  /// Where losses go.
  public var losses = LossReport()
  /// Whether readers keep what the model has no attribute for.
  public var keepsResidue: Bool
  /// Finds the place of an entry in the source, for findings made by a writer; set by the pipeline.
  public var locate: (ProductRow, Int) -> Place = { _, _ in Place() }

  /// Makes a context.
  public init(profile: Profile, asOf: String, diagnostics: DiagnosticCollector, keepsResidue: Bool = false) {
    self.profile = profile
    self.asOf = asOf
    self.diagnostics = diagnostics
    self.keepsResidue = keepsResidue
  }
}
