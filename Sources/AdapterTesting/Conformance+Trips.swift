internal import AdapterKit
internal import Diagnostics
internal import ProductModel

// Products → document → products, once for all checks that need it.

extension Conformance {
  /// What the trips of seeds and random products showed.
  struct Trips {
    /// Whether no product has arrived.
    var isEmpty = true
    /// How many random products were written.
    var randomProducts = 0
    var writing: [String] = []
    var reading: [String] = []
    var identity: [String] = []
    var silent: [String] = []
    var carried: [NodeKind: [Attribute: ConformanceResult.Carriage]] = [:]
  }

  func makeTrips() throws(Fault) -> Trips {
    var trips = Trips()
    var random = RandomProducts(seed: 20_261_122)
    var made: [Product] = []
    for _ in 0..<40 { made.append(try completed(random.next())) }
    for (name, products) in [("seeds", seeds), ("random", made)] {
      let written = try write(products)
      let lost = Set(written.losses.losses.map(\.pattern))
      let accepted = zip(products, written.states).filter { $0.1 == .good }.map(\.0)
      if name == "seeds", accepted.isEmpty {
        trips.writing.append("no seed was accepted: \(written.diagnostics.kept.first?.description ?? "no finding")")
      }
      if name == "random" { trips.randomProducts = accepted.count }
      if accepted.isEmpty { continue }
      trips.isEmpty = false
      let back = try read(written.document)
      if back.faulted > 0 {
        let first = back.diagnostics.kept.first { $0.severity >= .error }
        trips.reading.append("\(name): \(back.faulted) records are faulty\(first.map { ": \($0)" } ?? "")")
      }
      if back.products.count != accepted.count {
        trips.identity.append("\(name): \(accepted.count) products written, \(back.products.count) read back")
        continue
      }
      for (before, after) in zip(accepted, back.products) {
        if before.identity != after.identity, before.identity.map({ !Self.holds(after.root, $0) }) ?? false,
          after.identity.map({ !Self.holds(before.root, $0) }) ?? true
        {
          trips.identity.append("\(name): \(before.identity ?? "?") came back as \(after.identity ?? "?")")
        }
        let differences = after.differences(from: before)
        trips.note(differences, of: before)
        for difference in differences where trips.silent.count < 20 {
          let pattern = Self.pattern(of: difference.path.description)
          if lost.contains(where: { Self.covers($0, pattern) }) { continue }
          // A fallback puts a value of the product into another place; nothing may come from nowhere.
          if difference.old.isEmpty, difference.new.allSatisfy({ Self.holds(before.root, $0) }) { continue }
          trips.silent.append("\(name): \(before.identity ?? "?") \(difference)")
        }
      }
    }
    return trips
  }

  /// Whether a text is a value somewhere in a product.
  static func holds(_ node: ProductNode, _ text: String) -> Bool {
    text == Model.baseItem || node.values.contains { $0.text == text } || node.children.contains { holds($0, text) }
  }

  /// A path without positions and keys: `price[market=JP,item=each].amount` → `price.amount`.
  static func pattern(of path: String) -> String {
    var out = ""
    var depth = 0
    for character in path {
      if character == "[" { depth += 1 }
      if depth == 0 { out.append(character) }
      if character == "]" { depth -= 1 }
    }
    return out
  }

  /// Whether a reported loss is about this path: the same attribute of the same kinds; a lost node covers all below it.
  static func covers(_ loss: String, _ pattern: String) -> Bool {
    let loss = Self.pattern(of: loss)
    if loss == pattern { return true }
    // Kinds without a key are aligned by sequence: when some of their values are lost, the others may move up.
    if let kind = NodeKind(name: String(pattern.prefix { $0 != "." })), kind.declaration.key.isEmpty,
      kind.declaration.isMany, loss.hasPrefix(kind.name)
    {
      return true
    }
    let bare = pattern.prefix { $0 != "@" }
    return loss == bare || bare.hasPrefix(loss + ".") || loss.hasPrefix(bare + ".") || loss.hasPrefix(bare + "@")
  }
}

extension Conformance.Trips {
  /// Takes down which attributes of a product came back.
  fileprivate mutating func note(_ differences: [Difference], of product: Product) {
    var had: [NodeKind: [Attribute: Int]] = [:], lost: [NodeKind: [Attribute: Int]] = [:]
    func count(_ node: ProductNode) {
      for (i, value) in node.values.enumerated() {
        // A difference is about all values of one attribute and facet.
        let isRepeated = node.values[..<i].contains { $0.attribute == value.attribute && $0.facet == value.facet }
        if !isRepeated { had[node.kind, default: [:]][value.attribute, default: 0] += 1 }
      }
      node.children.forEach(count)
    }
    count(product.root)
    for difference in differences where !difference.old.isEmpty {
      guard let attribute = difference.path.attribute else { continue }
      lost[difference.path.steps.last?.kind ?? .product, default: [:]][attribute, default: 0] += 1
    }
    for (kind, attributes) in had {
      for (attribute, count) in attributes {
        let gone = lost[kind]?[attribute] ?? 0
        let now: ConformanceResult.Carriage = gone == 0 ? .whole : gone < count ? .part : .none
        let before = carried[kind]?[attribute] ?? now
        carried[kind, default: [:]][attribute] = before == now ? now : .part
      }
    }
  }
}
