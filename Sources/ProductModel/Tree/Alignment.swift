// Which nodes of two lists are the same: the question behind comparison and merge.

/// A pair of places in two lists; one side is nil where the other list has no partner for it.
struct AlignedPair: Hashable {
  var old: Int?
  var new: Int?
}

enum Alignment {
  /// Pairs the children of one kind: by full key where the kind has one, else by sequence. The order is that of the new list,
  /// with what is gone at the place where it stood.
  static func pairs(_ old: [ProductNode], _ new: [ProductNode], of kind: NodeKind) -> [AlignedPair] {
    if old.isEmpty { return new.indices.map { AlignedPair(old: nil, new: $0) } }
    if new.isEmpty { return old.indices.map { AlignedPair(old: $0, new: nil) } }
    if kind.declaration.key.isEmpty { return bySequence(old, new) }
    return byKey(old, new)
  }

  /// The n-th node with a key is paired with the n-th of the other list, should a key come twice.
  private static func byKey(_ old: [ProductNode], _ new: [ProductNode]) -> [AlignedPair] {
    var places: [[String?]: [Int]] = [:]
    for (i, node) in old.enumerated().reversed() { places[node.keyTuple, default: []].append(i) }
    var partner = [Int?](repeating: nil, count: new.count)
    var isTaken = [Bool](repeating: false, count: old.count)
    for (i, node) in new.enumerated() {
      guard let at = places[node.keyTuple]?.popLast() else { continue }
      partner[i] = at
      isTaken[at] = true
    }
    var pairs: [AlignedPair] = []
    for i in new.indices { pairs.append(AlignedPair(old: partner[i], new: i)) }
    for i in old.indices where !isTaken[i] { pairs.append(AlignedPair(old: i, new: nil)) }
    return pairs
  }

  /// Equal nodes are anchors (the longest common subsequence); between two anchors nodes are paired by position.
  static func bySequence(_ old: [ProductNode], _ new: [ProductNode]) -> [AlignedPair] {
    let a = old.map { $0.canonicalised() }, b = new.map { $0.canonicalised() }
    var pairs: [AlignedPair] = []
    var i = 0, j = 0
    func gap(to iEnd: Int, _ jEnd: Int) {
      while i < iEnd, j < jEnd {
        pairs.append(AlignedPair(old: i, new: j))
        i += 1
        j += 1
      }
      while i < iEnd {
        pairs.append(AlignedPair(old: i, new: nil))
        i += 1
      }
      while j < jEnd {
        pairs.append(AlignedPair(old: nil, new: j))
        j += 1
      }
    }
    for (x, y) in anchors(a, b) {
      gap(to: x, y)
      pairs.append(AlignedPair(old: x, new: y))
      i = x + 1
      j = y + 1
    }
    gap(to: a.count, b.count)
    return pairs
  }

  /// The longest common subsequence as pairs of places. Equal starts and ends are taken off first; what is left is compared
  /// cell by cell up to four million cells, beyond that nothing more is anchored.
  static func anchors<T: Hashable>(_ a: [T], _ b: [T]) -> [(Int, Int)] {
    // Numbers instead of nodes: each comparison is one of integers.
    var numbers: [T: Int] = [:]
    func number(_ item: T) -> Int {
      if let known = numbers[item] { return known }
      numbers[item] = numbers.count
      return numbers.count - 1
    }
    let a = a.map(number), b = b.map(number)
    var start = 0
    while start < a.count, start < b.count, a[start] == b[start] { start += 1 }
    var tail = 0
    while tail < a.count - start, tail < b.count - start, a[a.count - 1 - tail] == b[b.count - 1 - tail] { tail += 1 }
    var found = (0..<start).map { ($0, $0) }
    let n = a.count - start - tail, m = b.count - start - tail
    if n > 0, m > 0, n * m <= 4_000_000 {
      var lengths = [Int32](repeating: 0, count: (n + 1) * (m + 1))
      for i in stride(from: n - 1, through: 0, by: -1) {
        for j in stride(from: m - 1, through: 0, by: -1) {
          let isEqual = a[start + i] == b[start + j]
          lengths[i * (m + 1) + j] =
            isEqual
            ? lengths[(i + 1) * (m + 1) + j + 1] + 1
            : max(lengths[(i + 1) * (m + 1) + j], lengths[i * (m + 1) + j + 1])
        }
      }
      var i = 0, j = 0
      while i < n, j < m {
        if a[start + i] == b[start + j] {
          found.append((start + i, start + j))
          i += 1
          j += 1
        } else if lengths[(i + 1) * (m + 1) + j] >= lengths[i * (m + 1) + j + 1] {
          i += 1
        } else {
          j += 1
        }
      }
    }
    for k in stride(from: tail, to: 0, by: -1) { found.append((a.count - k, b.count - k)) }
    return found
  }
}

extension ProductNode {
  /// The step to this node among siblings: its full key, its position in their kind, or nothing where the kind stands once.
  func step(position: Int) -> ModelPath.Step {
    let declaration = kind.declaration
    let keys = declaration.key.compactMap { key in self[key].map { ModelPath.KeyValue(attribute: key, value: $0) } }
    if !keys.isEmpty { return ModelPath.Step(kind: kind, selector: .keys(keys)) }
    return ModelPath.Step(
      kind: kind, selector: declaration.isMany && declaration.key.isEmpty ? .position(position) : .first)
  }
}
