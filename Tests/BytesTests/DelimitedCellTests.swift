import Bytes
import Testing

@Suite("Cells of delimited text") struct DelimitedCellTests {
  /// Every length and every place, since cells are copied in blocks that overlap.
  @Test func specialCharactersPutQuotesAround() {
    for length in 0...70 {
      let plain = (0..<length).map { UInt8(0x61 + $0 % 26) }
      #expect(written(plain) == plain)
      for special in [UInt8(ascii: ";"), 0x22, 0x0D, 0x0A] {
        for place in 0..<length {
          var cell = plain
          cell[place] = special
          let inner = cell.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] }
          #expect(written(cell) == [0x22] + inner + [0x22])
        }
      }
    }
  }

  @Test func insertedBytesMoveTheRest() {
    var buffer = ByteBuffer(capacity: 64)
    buffer.append("12tháng")
    buffer.insert(0x20, at: 2)
    #expect(buffer.string() == "12 tháng")
  }

  private func written(_ cell: [UInt8]) -> [UInt8] {
    var buffer = ByteBuffer(capacity: 64)
    buffer.append("x")
    cell.withUnsafeBufferPointer { buffer.appendDelimited($0, delimiter: UInt8(ascii: ";")) }
    return Array(buffer.bytes.dropFirst())
  }
}
