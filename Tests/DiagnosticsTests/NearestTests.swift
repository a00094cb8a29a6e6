import Diagnostics
import Testing

@Suite("The nearest of some names") struct NearestTests {
  @Test func oneLetterAmissIsFound() {
    let names = ["Mã SKU", "Tên sản phẩm", "Giá bán (VND)", "price"]
    #expect(nearest(to: "Ma SKU", among: names) == "Mã SKU")
    #expect(nearest(to: "ten san pham", among: names) == "Tên sản phẩm")
    #expect(nearest(to: "pirce", among: names) == "price")
    #expect(nearest(to: "PRICE", among: names) == "price")
    #expect(nearest(to: "stock", among: names) == nil)
    #expect(nearest(to: "aa", among: ["ab", "ac"]) == nil, "two are as near")
    #expect(nearest(to: "", among: names) == nil && nearest(to: "x", among: []) == nil)
  }

  /// Words of all lengths, by a table of distances written down as the definition has it.
  @Test func distancesAreThoseOfTheTable() {
    var random = Steps(state: 7)
    for length in 1...150 {
      let word = (0..<length).map { _ in random.letter() }
      var name = word
      for _ in 0..<random.next(length / 3 + 2) { edit(&name, &random) }
      let isShort = String(word).utf8.count <= 200
      let expected = isShort && distance(word, name) <= max(1, length / 3) ? String(name) : nil
      #expect(nearest(to: String(word), among: [String(name)]) == expected, "\(String(word)) \(String(name))")
    }
  }

  private func edit(_ name: inout [Character], _ random: inout Steps) {
    let at = random.next(max(name.count - 1, 1))
    switch random.next(4) {
    case 0: name.insert(random.letter(), at: min(at, name.count))
    case 1: if !name.isEmpty { name.remove(at: at) }
    case 2: if !name.isEmpty { name[at] = random.letter() }
    default: if at + 1 < name.count { name.swapAt(at, at + 1) }
    }
  }

  private func distance(_ a: [Character], _ b: [Character]) -> Int {
    var table = Array(repeating: Array(repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in 0...a.count {
      for j in 0...b.count {
        if i == 0 || j == 0 {
          table[i][j] = i + j
          continue
        }
        table[i][j] = min(
          table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
        }
      }
    }
    return table[a.count][b.count]
  }

  private struct Steps {
    var state: UInt64

    mutating func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }

    mutating func letter() -> Character { ["a", "b", "c", "đ", "e", "_"][next(6)] }
  }
}
