internal import AdapterKit
internal import Diagnostics
internal import ProductModel
internal import Profiles

// Random products as a format wants them: few would be accepted as they are.

extension Conformance {
  /// The product with what the profile asks for and the product does not say, by the examples of the model, and with texts
  /// as short as the profile wants them: what users do who follow the findings.
  ///
  /// A profile recommends what its format must state and what it would otherwise state by itself (CIN: the last change), so
  /// that no such value comes from nowhere. Workbooks are taken as they are, since each look would write one.
  func completed(_ product: Product) throws(Fault) -> Product {
    var product = product
    for condition in profile.accepts
    where condition.values.isEmpty && !condition.isNegated && product[condition.path] == nil {
      product[condition.path] = condition.path.declaration?.example
    }
    if adapter.specification.layout == .workbook { return product }
    for _ in 0..<12 {
      let written = try write([product])
      if written.states == [.notApplicable] { break }
      var isChanged = false
      for finding in written.diagnostics.kept {
        if let attribute = finding.attribute, let path = try? ModelPath(attribute), path.attribute != nil {
          if finding.code == .requiredMissing || finding.code == .recommendedMissing {
            if Self.fill(path, of: &product) { isChanged = true }
          } else if finding.code == .textTooLong {
            if Self.shorten(path, of: &product) { isChanged = true }
          }
        }
      }
      if !isChanged { break }
    }
    return product
  }

  /// Gives a place the model's example; a node that lacks part of its key is taken out, lest there be two of one key.
  private static func fill(_ path: ModelPath, of product: inout Product) -> Bool {
    var path = path
    guard let attribute = path.attribute, let declaration = path.declaration else { return false }
    if declaration.facet != .none, path.facet == .none { path.facet = .vi }
    if path.kind != .product, path.steps.count == 1, path.kind.declaration.key.dropFirst().contains(attribute) {
      let count = product.root.children.count
      product.root.children.removeAll { node in
        guard node.kind == path.kind, node[attribute] == nil, case .keys(let keys) = path.steps[0].selector else {
          return false
        }
        return keys.allSatisfy { node[$0.attribute] == $0.value }
      }
      return product.root.children.count < count
    }
    if product[path] != nil { return false }
    // Every GTIN of a product is another one.
    let isItem = attribute == .gtin && path.kind == .item
    let known = product.root.nodes(.item).count { $0[.gtin] != nil }
    product[path] =
      isItem ? Product.gtin("0892\(product.identity.map { $0.suffix(8) } ?? "00000000")\(known)") : declaration.example
    return product[path] != nil
  }

  /// Cuts a text, in all languages where the path names none.
  private static func shorten(_ path: ModelPath, of product: inout Product) -> Bool {
    var isChanged = false
    let isInLanguages = path.facet == .none && path.declaration?.facet ?? .none != .none
    for facet in isInLanguages ? [Facet.none, .vi, .en, .ja, .ko] : [path.facet] {
      var place = path
      place.facet = facet
      guard let long = product[place], long.count > 20 else { continue }
      product[place] = long.prefix(20).split(separator: " ").joined(separator: " ")
      isChanged = true
    }
    return isChanged
  }
}
