internal import ProductModel

/// What became of everything that was read. Always: read = written + quarantined + unchanged + filtered + not applicable,
/// per record and per product.
public struct ConversionCounts: Sendable, Hashable {
  /// Everything read.
  public var read = 0
  /// Written to the output.
  public var written = 0
  /// Kept verbatim in quarantine.
  public var quarantined = 0
  /// Left out because nothing had changed.
  public var unchanged = 0
  /// Left out by a filter.
  public var filtered = 0
  /// Not accepted by the target's profile.
  public var notApplicable = 0

  /// Makes empty counts.
  public init() {}

  /// Whether the parts add up to the whole; anything else is a defect.
  public var addsUp: Bool { read == written + quarantined + unchanged + filtered + notApplicable }

  mutating func count(_ state: ProductState, _ n: Int) {
    read += n
    switch state {
    case .good: written += n
    case .faulted: quarantined += n
    case .notApplicable: notApplicable += n
    case .filtered: filtered += n
    }
  }
}
