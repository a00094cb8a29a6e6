import Bytes
import Diagnostics
// Foundation only for `Bundle`, which SwiftPM's resources need.
import Foundation
import ProductModel
import Testing

/// The six hand-written products (nine records), one canonical JSON object a line.
func sixLines() throws -> [String] {
  let url = try #require(Bundle.module.url(forResource: "six", withExtension: "jsonl", subdirectory: "Fixtures"))
  let text = try String(decoding: Data(contentsOf: url), as: UTF8.self)
  return text.split(separator: "\n").map(String.init)
}

func sixProducts() throws -> [Product] { try sixLines().map { try #require(readJSON($0).product) } }

/// Reads one line that begins at byte 1000 of an imagined file, behind some other bytes in the arena.
func readJSON(_ bytes: [UInt8], filler: Int = 7) -> (product: Product?, findings: [Diagnostic], dropped: Int) {
  var batch = ProductBatch()
  var reader = CanonicalJSONReader()
  _ = batch.append(String(repeating: "#", count: filler))
  let start = bytes.withUnsafeBufferPointer {
    $0.isEmpty ? batch.byteCount : batch.append($0.baseAddress!, count: $0.count)
  }
  let added = reader.read(line: start..<start + bytes.count, in: &batch, recordOffset: 1000)
  return (added ? Product(batch[product: 0]) : nil, reader.findings, reader.dropped)
}

func readJSON(_ text: String) -> (product: Product?, findings: [Diagnostic], dropped: Int) {
  readJSON(Array(text.utf8))
}

func writeJSON(_ product: Product, indentation: Int = 0, residue: Bool = false) -> String {
  var batch = ProductBatch()
  batch.append(product)
  var writer = CanonicalJSONWriter(indentation: indentation, includesResidue: residue)
  var out = ByteBuffer()
  writer.write(batch[product: 0], to: &out)
  return out.string()
}

/// A batch, a reader and a writer that are used again and again, as in a run.
final class JSONHarness {
  var batch = ProductBatch()
  var reader = CanonicalJSONReader()
  private var writer = CanonicalJSONWriter()
  private var out = ByteBuffer()

  /// Reads one record into the emptied batch; its first byte is byte 1000 of the input.
  func read(_ bytes: ArraySlice<UInt8>) -> Bool {
    batch.recycle()
    let start = bytes.withUnsafeBufferPointer {
      $0.isEmpty ? batch.byteCount : batch.append($0.baseAddress!, count: $0.count)
    }
    return reader.read(line: start..<start + bytes.count, in: &batch, recordOffset: 1000)
  }

  /// The product of the batch as JSON.
  func text() -> String {
    out.removeAll()
    writer.write(batch[product: 0], to: &out)
    return out.string()
  }
}
