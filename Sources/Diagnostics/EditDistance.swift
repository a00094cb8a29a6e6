/// The nearest of some names to a mistyped one, for "did you mean" hints; nil when none is close.
///
/// Close means at most one edit (insert, delete, replace, swap of neighbours) for every three letters, and a unique best.
public func nearest(to word: String, among names: some Sequence<String>) -> String? {
  // Nobody mistypes a page of text, and the distance would take long to find.
  guard word.utf8.count <= 200 else { return nil }
  let limit = max(1, word.count / 3)
  var best: (name: String, distance: Int)?
  var tie = false
  for name in names {
    let distance = editDistance(Array(word.lowercased()), Array(name.lowercased()))
    guard distance <= limit else { continue }
    if let b = best, distance == b.distance, b.name != name { tie = true }
    if best == nil || distance < best!.distance {
      best = (name, distance)
      tie = false
    }
  }
  return tie ? nil : best?.name
}

private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var before = [Int](), previous = Array(0...b.count)
  for i in 1...a.count {
    var current = [i] + Array(repeating: 0, count: b.count)
    for j in 1...b.count {
      let cost = a[i - 1] == b[j - 1] ? 0 : 1
      current[j] = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { current[j] = min(current[j], before[j - 2] + 1) }
    }
    before = previous
    previous = current
  }
  return previous[b.count]
}

/// “Did you mean …?” in both languages, or nil.
public func didYouMean(_ name: String?) -> LocalizedText? {
  name.map { .init("Did you mean “\($0)”?", vi: "Có phải ý bạn là “\($0)”?") }
}
