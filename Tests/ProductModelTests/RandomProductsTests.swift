import AdapterTesting
import Bytes
import ProductModel
import Testing

@Suite("Random products: everything declared occurs, and all of it is canonical")
struct RandomProductsTests {
  @Test func coverTheModel() throws {
    var source = RandomProducts(seed: 7)
    let products = source.products(300)
    var seen: Set<String> = [], facets: Set<Facet> = [], depth = 0, mostNodes = 0
    func walk(_ node: ProductNode, _ ingredients: Int) {
      let level = node.kind == .ingredient ? ingredients + 1 : 0
      depth = max(depth, level)
      for value in node.values {
        seen.insert("\(node.kind.name).\(value.attribute.name)")
        facets.insert(value.facet)
        guard let declaration = Model.declaration(node.kind, value.attribute) else {
          Issue.record("\(node.kind.name) has no \(value.attribute.name)")
          continue
        }
        #expect(declaration.type.check(value.text) == nil, "\(node.kind.name).\(value.attribute.name) = \(value.text)")
        #expect(value.facet == .none || declaration.facet != .none)
        #expect(value.facet.channel.isEmpty || declaration.facet == .languageAndChannel)
      }
      for kind in NodeKind.allCases {
        let nodes = node.nodes(kind)
        mostNodes = max(mostNodes, nodes.count)
        #expect(nodes.count < 2 || kind.declaration.isMany)
        if !kind.declaration.key.isEmpty {
          let keys = nodes.map { node in kind.declaration.key.map { node[$0] ?? "–" } }
          #expect(Set(keys).count == keys.count)
        }
        for child in nodes {
          #expect(kind.declaration.parents.contains(node.kind))
          walk(child, level)
        }
      }
    }
    for product in products { walk(product.root, 0) }
    for kind in Model.kinds {
      for attribute in kind.attributes { #expect(seen.contains("\(kind.kind.name).\(attribute.attribute.name)")) }
    }
    #expect(facets.isSuperset(of: [.none, .vi, .en, .ja, .ko]) && facets.contains { !$0.channel.isEmpty })
    #expect(depth == 4 && mostNodes >= 5)
    let gtins = products.flatMap { $0.root.nodes(.item).compactMap { $0[.gtin] } }
    #expect(Set(gtins).count == gtins.count && gtins.count > 300)
    for product in products {
      let ids = Set(product.root.nodes(.item).compactMap { $0[.id] })
      for price in product.root.nodes(.price) { #expect(price[.item].map(ids.contains) == true) }
      for item in product.root.nodes(.item) {
        for held in item.nodes(.contains) { #expect(held[.item].map(ids.contains) ?? (held[.gtin] != nil)) }
      }
    }
  }

  @Test func sameSeedSameProducts() {
    var a = RandomProducts(seed: 42), b = RandomProducts(seed: 42), c = RandomProducts(seed: 43)
    let first = a.products(20)
    #expect(first == b.products(20))
    #expect(first != c.products(20))
  }

  /// Through JSON and back without a change, in one line and indented.
  @Test func roundTripThroughJSON() throws {
    var source = RandomProducts(seed: 3)
    for product in source.products(150) {
      let line = writeJSON(product)
      let read = readJSON(line)
      #expect(read.findings == [])
      let again = try #require(read.product)
      #expect(again.differences(from: product) == [])
      #expect(writeJSON(again) == line)
      #expect(readJSON(writeJSON(product, indentation: 2)).product == again)
    }
  }

  /// Comparing, merging and joining keep their laws on any two products.
  @Test func lawsOfMerge() {
    var source = RandomProducts(seed: 11)
    for _ in 0..<40 {
      let a = source.next(), b = source.next()
      #expect(a.isEquivalent(to: a.canonicalised()) && a.canonicalised().differences(from: a) == [])
      #expect(a.differences(from: b).isEmpty == a.isEquivalent(to: b))
      #expect(Product.merge(base: a, mine: a, theirs: b).product.isEquivalent(to: b))
      #expect(Product.merge(base: a, mine: b, theirs: a).product.isEquivalent(to: b))
      #expect(Product.merge(base: a, mine: b, theirs: a).conflicts.isEmpty)
      #expect(a.union(a).product.isEquivalent(to: a) && a.union(a).conflicts.isEmpty)
      #expect(a.union(Product()).product.isEquivalent(to: a))
    }
  }
}
