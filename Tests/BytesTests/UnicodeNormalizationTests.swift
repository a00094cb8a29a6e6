import Bytes
import Testing

@Suite("Normalisation form C") struct UnicodeNormalizationTests {
  private func normalised(_ text: String) -> [UInt8]? { Array(text.utf8).withUnsafeBufferPointer { nfc($0) } }

  @Test(
    "Decomposed text is composed",
    arguments: [
      ("Ma\u{302}\u{323}t ong", "Mật ong"), ("e\u{323}\u{302}", "ệ"), ("o\u{31B}\u{301}", "ớ"),
      ("\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}", "한글"), ("か\u{3099}", "が"), ("\u{212B}", "Å"),
      ("\u{F900}", "豈"), ("\u{1E0A}\u{323}", "\u{1E0C}\u{307}"), ("\u{344}", "\u{308}\u{301}"),
    ])
  func composed(_ text: String, _ expected: String) {
    #expect(normalised(text) == Array(expected.utf8))
    #expect(Array(text.nfcForm.utf8) == Array(expected.utf8))
  }

  @Test(
    "Composed text is left alone",
    arguments: ["", "plain", "Bánh tráng Đặng Thủy", "한글표시", "蜂蜜 カシューナッツ", "🍯", "x\u{323}", "\u{AC00}\u{11A7}"])
  func unchanged(_ text: String) { #expect(normalised(text) == nil) }

  @Test("Bytes that are no UTF-8 are left alone") func invalid() {
    #expect([UInt8]([0x65, 0xCC, 0x81, 0xFF]).withUnsafeBufferPointer { nfc($0) } == nil)
  }
}
