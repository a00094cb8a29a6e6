public import Diagnostics
public import Documents
public import ProductModel
public import Profiles

/// The products of one document one by one, as comfortable copies: for comparing and testing, not for conversion.
public final class ProductStream {
  private let reader: any ProductReader
  private var batch = ProductBatch()
  private var next = 0
  private var atEnd = false
  /// How many records were faulty and so passed over.
  public private(set) var faulted = 0

  /// Opens a document by a profile.
  ///
  /// - Throws: what the adapter throws.
  public init(
    _ input: InputDocument, profile: Profile, registry: AdapterRegistry, asOf: String, diagnostics: DiagnosticCollector
  ) throws(Fault) {
    let adapter = try registry.adapter(named: profile.adapter)
    reader = try adapter.makeReader(input, AdapterContext(profile: profile, asOf: asOf, diagnostics: diagnostics))
  }

  /// The next good product, or nil at the end.
  ///
  /// - Throws: a document fault.
  public func nextProduct() throws(Fault) -> Product? {
    while !atEnd {
      while next < batch.count {
        let row = next
        next += 1
        if batch.rows[row].state == .good { return batch.product(at: row) }
        if batch.rows[row].state == .faulted { faulted += 1 }
      }
      batch.recycle()
      next = 0
      if try !reader.read(into: &batch) { atEnd = true }
    }
    return nil
  }

  /// All products that are left.
  ///
  /// - Throws: a document fault.
  public func all() throws(Fault) -> [Product] {
    var products: [Product] = []
    while let product = try nextProduct() { products.append(product) }
    return products
  }
}
