import AdapterTesting
import Bytes
import Diagnostics
import ProductModel
import Profiles
import Testing

@testable import AdapterKit

/// Lists are cut at single bytes and joined by copies where that is the same as the steps one by one. Whether it is, is asked of
/// random texts: the same nodes, values, origins and findings, the same text and losses.
@Suite struct ListCodecTests {
  /// A list rule of some pieces.
  private static func rule(
    _ kind: NodeKind, by separator: String, in parent: String? = nil, set: [SetValue] = [], _ pieces: [PatternPiece]
  ) -> ListRule {
    ListRule(
      field: FieldRule(place: header("x")), parent: parent.map { path($0).steps } ?? [], kind: kind, set: set, only: [],
      separator: separator, pieces: pieces, none: "none")
  }

  private static func value(_ text: String, _ kind: NodeKind, _ converter: Converter = .text) -> PatternPiece {
    .value(path(text, in: kind), converter)
  }

  private static let nutrients = "nutrition[100 GRM].basis"
  private static let contains = SetValue(attribute: .level, source: .constant("CONTAINS"))

  /// Lists that are cut by single bytes.
  private static let rules: [ListRule] = [
    rule(.allergen, by: "|", set: [contains], [value("code", .allergen)]),
    rule(
      .nutrient, by: ";", in: nutrients,
      [value("code", .nutrient), .literal("="), value("amount", .nutrient, .measure)]),
    rule(
      .nutrient, by: " ; ", in: nutrients,
      [value("code", .nutrient), .literal(" "), value("amount", .nutrient, .measure)]),
    rule(
      .media, by: "|", set: [SetValue(attribute: .type, source: .constant("PRODUCT_IMAGE"))],
      [value("url", .media)]),
    rule(
      .ingredient, by: ";",
      [
        value("name@vi", .ingredient), .literal(" = "),
        value("share", .ingredient, .decimal(.plain, minFraction: 0, maxFraction: nil)),
        .literal("|"), value("name@en", .ingredient),
      ]),
    rule(
      .ingredient, by: ";",
      [
        value("name@vi", .ingredient), .literal("="), value("name@en", .ingredient), .literal("="),
        value("name@ja", .ingredient),
      ]),
  ]

  private static let words = [
    "FAT", "=", "=", "|", "|", ";", ";", " ", "\u{A0}", "\u{3000}", "12 GRM", "12.5 GRM", "12.50 GRM", "0.5 KGM",
    "-3 CEL",
    "01 GRM", "1 XYZ", "1 XBO", "12", "12.5", "é", "đường", "砂糖", "https://a.example/b", "https://a b", "none", "x",
    "GRM",
    "#", "CONTAINS",
  ]

  private static func text(_ random: inout SplitMix64) -> String {
    // Some texts have more cuts than are looked at together.
    let count = Int.random(in: 0..<10, using: &random) == 0 ? 400 : Int.random(in: 0..<30, using: &random)
    return (0..<count).map { _ in words.randomElement(using: &random) ?? "" }.joined()
  }

  /// Everything that reading gave, in words.
  private static func read(_ codec: ListCodec, _ texts: [String], _ batch: inout ProductBatch) -> [String] {
    batch.beginProduct(at: 0)
    var findings: [PartFinding] = []
    for text in texts {
      let place = batch.append("«" + text + "»")
      codec.read(
        offset: place.offset + 2, length: place.length - 4, origin: 100, on: 0, in: &batch, findings: &findings)
    }
    batch.endProduct(length: 0)
    let product = batch[product: 0]
    var seen: [String] = []
    for number in 0..<product.descendants.upperBound {
      let node = product.node(at: number)
      seen.append("\(node.kind) under \(node.parent)")
      for entry in node.entryRange {
        let what = product.entry(entry)
        seen.append(
          "\(what.attribute)@\(what.facet)=\(product.string(of: entry)) from \(batch.origin(product: 0, entry: entry))")
      }
    }
    return seen
      + findings.map {
        "\($0.path.map(\.description) ?? "-") \($0.finding.code.id) \($0.finding.message.en) \($0.value ?? "-")"
      }
  }

  /// Everything that writing gave, in words.
  private static func write(_ codec: ListCodec, _ batch: borrowing ProductBatch) -> [String] {
    let product = batch[product: 0]
    var coverage = Coverage(), losses = LossReport(), buffer = ByteBuffer()
    coverage.begin(product)
    var outcome = "written"
    switch codec.write(product, into: &buffer, coverage: &coverage) {
    case .written: break
    case .missing: outcome = "missing"
    case .fault(let part): outcome = part.finding.code.id
    }
    coverage.finish(product, into: &losses)
    return [outcome, buffer.string()] + losses.losses.map { "\($0.pattern) \($0.reason.rawValue) \($0.count)" }.sorted()
  }

  @Test(arguments: 0..<6) func readingByCutsIsReadingStepByStep(_ number: Int) throws {
    let rule = Self.rules[number]
    let quick = try ListCodec(rule, at: .product, codes: [:])
    let slow = try ListCodec(rule, at: .product, codes: [:], isGeneral: true)
    #expect(quick.isQuick)
    #expect(!slow.isQuick)
    var random = SplitMix64(state: 11 + UInt64(number))
    for _ in 0..<400 {
      let text = Self.text(&random)
      var one = ProductBatch(), other = ProductBatch()
      let expected = Self.read(slow, [text], &other)
      try #require(Self.read(quick, [text], &one) == expected, "“\(text)”")
    }
  }

  /// The source has other separators, lacks values, or has more than the target writes.
  @Test(arguments: 0..<6) func writingByCopiesIsWritingStepByStep(_ number: Int) throws {
    let target = Self.rules[number]
    let quick = try ListCodec(target, at: .product, codes: [:])
    let slow = try ListCodec(target, at: .product, codes: [:], isGeneral: true)
    var sources = [target]
    var turned = target
    turned.pieces.reverse()
    sources.append(turned)
    var other = target
    other.separator = "/"
    if target.kind == .allergen { other.set = [] }
    other.pieces.append(contentsOf: [.literal("#"), Self.value(Self.more[target.kind] ?? "code", target.kind)])
    sources.append(other)
    var random = SplitMix64(state: 29 + UInt64(number))
    for i in 0..<600 {
      let source = try ListCodec(sources[i % sources.count], at: .product, codes: [:])
      var batch = ProductBatch()
      let text = (0..<Int.random(in: 0..<4, using: &random)).map { _ in
        Self.text(&random).replacing("|", with: i % 3 == 2 ? "/" : "|")
      }
      _ = Self.read(source, text, &batch)
      let expected = Self.write(slow, batch)
      try #require(Self.write(quick, batch) == expected, "\(text)")
    }
  }

  /// An attribute that none of the rules writes.
  private static let more: [NodeKind: String] = [
    .allergen: "level", .nutrient: "precision", .media: "fileName", .ingredient: "originText@vi",
  ]
}
