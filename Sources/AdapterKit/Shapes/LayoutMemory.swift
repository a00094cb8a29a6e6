internal import ProductModel

/// The layouts of the products that a reader has built last, so that products which look alike are known as such from the start:
/// sealed by copying, and looked up by number by rules and writers.
final class LayoutMemory {
  private var known = BoundedCache<SealedLayout>()

  /// Ends the open product of a batch.
  func endProduct(of batch: inout ProductBatch, length: UInt64, state: ProductState) {
    let size = batch.openSize
    let hint = ProductShape.hint(size, 0)
    if let recent = known.recent(hint), batch.seal(as: recent) { return batch.endProduct(length: length, state: state) }
    if max(size.nodes, size.entries) > ProductShape.partLimit {
      return batch.endProduct(length: length, state: state)
    }
    let hash = batch.unsafeOpenMemory.hashOfOutline(size)
    for place in known.places(hash) {
      guard let layout = known.value(place, hash), batch.seal(as: layout) else { continue }
      known.found(layout, hint)
      return batch.endProduct(length: length, state: state)
    }
    let isAdmitted = known.admits(hash)
    batch.endProduct(length: length, state: state)
    if isAdmitted { known.add(batch.takeLayout(), hash, hint) }
  }
}
