internal import AdapterKit
internal import Bytes
internal import Diagnostics
internal import Documents
internal import ProductModel

/// Writes JSON Lines.
final class CanonicalWriter: ProductWriter {
  private let output: OutputDocument
  private var json: CanonicalJSONWriter
  private var buffer = ByteBuffer(capacity: 1 << 18)

  init(_ output: OutputDocument, _ context: AdapterContext) {
    self.output = output
    json = CanonicalJSONWriter(includesResidue: context.keepsResidue)
  }

  func write(_ batch: inout ProductBatch) throws(Fault) {
    for i in 0..<batch.count where batch.rows[i].state == .good { json.writeLine(batch[product: i], to: &buffer) }
    if buffer.count >= 1 << 16 { try flush() }
  }

  func finish() throws(Fault) { try flush() }

  private func flush() throws(Fault) {
    try output.write(buffer)
    buffer.removeAll()
  }
}
