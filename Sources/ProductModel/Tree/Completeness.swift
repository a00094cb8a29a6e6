/// What a product lacks of the attributes that somebody requires.
public struct Completeness: Sendable {
  /// One thing that is missing.
  public struct Gap: Sendable, Hashable {
    /// The requirement as it was given.
    public var required: ModelPath
    /// The place in this product; ends in a kind without selector where a whole node is missing.
    public var path: ModelPath
  }

  /// What is required.
  public var required: [ModelPath]

  /// Requires some paths.
  ///
  /// A step without selector means every node of its kind, and at least one. A path to an attribute in languages means that
  /// language; without language any will do. A path that ends in a node requires the node.
  public init(required: [ModelPath]) { self.required = required }

  /// What a product lacks, in the order of the requirements.
  public func gaps(in product: Product) -> [Gap] {
    var gaps: [Gap] = []
    for path in required { find(path, path.steps[...], product.root, [], &gaps) }
    return gaps
  }

  /// The share of requirements that a product meets, from 0 to 1; 1 when nothing is required.
  public func share(of product: Product) -> Double {
    guard !required.isEmpty else { return 1 }
    let unmet = Set(gaps(in: product).map(\.required)).count
    return 1 - Double(unmet) / Double(Set(required).count)
  }

  private func find(
    _ required: ModelPath, _ rest: ArraySlice<ModelPath.Step>, _ node: ProductNode, _ steps: [ModelPath.Step],
    _ gaps: inout [Gap]
  ) {
    guard let step = rest.first else {
      guard let attribute = required.attribute else { return }
      let isThere = node.values.contains {
        $0.attribute == attribute && ($0.facet == required.facet || required.facet == .none) && !$0.text.isEmpty
      }
      if !isThere {
        gaps.append(Gap(required: required, path: ModelPath(steps: steps, attribute: attribute, facet: required.facet)))
      }
      return
    }
    let siblings = node.nodes(step.kind)
    var found = false
    for (i, child) in siblings.enumerated() {
      switch step.selector {
      case .first: break
      case .position(let n): if n != i + 1 { continue }
      case .keys(let keys): if !keys.allSatisfy({ child[$0.attribute] == $0.value }) { continue }
      }
      found = true
      find(required, rest.dropFirst(), child, steps + [child.step(position: i + 1)], &gaps)
    }
    if !found {
      gaps.append(
        Gap(
          required: required,
          path: ModelPath(steps: steps + Array(rest), attribute: required.attribute, facet: required.facet)))
    }
  }
}
