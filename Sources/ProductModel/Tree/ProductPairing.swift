/// Which products of two lists are the same.
public enum ProductPairing {
  /// Pairs the products of an older and a newer list, by their places.
  ///
  /// Products are found again by `Product.identity`; should several have the same, the n-th by the n-th. Those without
  /// identity are aligned by sequence, as nodes without a key are: equal ones first, what stands between by position. The
  /// order is that of the older list, with what is new at the end.
  public static func pairs(_ old: [Product], _ new: [Product]) -> [(old: Int?, new: Int?)] {
    var places: [String: [Int]] = [:]
    for i in new.indices.reversed() {
      if let identity = new[i].identity { places[identity, default: []].append(i) }
    }
    var partner = [Int?](repeating: nil, count: old.count)
    var isTaken = [Bool](repeating: false, count: new.count)
    for i in old.indices {
      guard let identity = old[i].identity, let at = places[identity]?.popLast() else { continue }
      partner[i] = at
      isTaken[at] = true
    }
    let namelessOld = old.indices.filter { old[$0].identity == nil }
    let namelessNew = new.indices.filter { new[$0].identity == nil }
    for pair in Alignment.bySequence(namelessOld.map { old[$0].root }, namelessNew.map { new[$0].root }) {
      guard let i = pair.old, let j = pair.new else { continue }
      partner[namelessOld[i]] = namelessNew[j]
      isTaken[namelessNew[j]] = true
    }
    return old.indices.map { (old: $0, new: partner[$0]) } + new.indices.filter { !isTaken[$0] }.map { (nil, $0) }
  }
}
