internal import ProductModel
internal import Profiles

/// Currency signs and words that people put beside amounts.
enum CurrencyWords {
  struct OtherCurrency: Error { let word: String }

  private static let signs: [String: [String]] = [
    "VND": ["đ", "₫", "vnđ", "đồng", "dong", "d"],
    "USD": ["$", "us$", "usd$", "đô la", "dollar", "dollars"],
    "JPY": ["¥", "￥", "円", "yen"],
    "KRW": ["₩", "￦", "원", "won"],
    "EUR": ["€", "euro", "euros"],
    "GBP": ["£"], "THB": ["฿", "baht"], "CNY": ["¥", "￥", "元", "rmb"], "TWD": ["nt$"], "AUD": ["a$"], "SGD": ["s$"],
  ]

  /// The folded words for a currency, its code among them.
  static func words(of currency: String) -> [String] { (signs[currency] ?? []) + [currency.lowercased()] }

  /// Whether a folded word is a sign or code of any currency.
  static func isKnown(_ word: String) -> Bool {
    signs.values.contains { $0.contains(word) } || Currency.decimals(word.uppercased()) != nil
  }

  /// The range of a text without a currency word in front or behind.
  static func strip(
    _ text: UnsafeBufferPointer<UInt8>, expected: [String]
  ) -> Result<Range<Int>, OtherCurrency> {
    var start = 0, end = text.count
    while start < end, !isNumeral(text[start]) { start += 1 }
    // Full-width digits begin with 0xEF: leave such a text to the parser.
    if start > 0, text[0] == 0xEF, text.count > 2, text[1] == 0xBC, text[2] &- 0x90 < 10 { return .success(0..<end) }
    while end > start, !(text[end - 1] &- 0x30 < 10) { end -= 1 }
    if start == end { return .failure(OtherCurrency(word: "")) }
    for part in [text[..<start], text[end...]] where !part.isEmpty {
      if part.contains(0xEF), part.count > 3 { return .success(0..<text.count) }
      let word = CodeList.folded(String(decoding: part, as: UTF8.self)).filter { $0 != "\u{202F}" }
      guard word.isEmpty || word == "-" || expected.contains(word) else { return .failure(OtherCurrency(word: word)) }
    }
    return .success(start..<end)
  }

  private static func isNumeral(_ byte: UInt8) -> Bool {
    byte &- 0x30 < 10 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
  }
}
