/// The nearest of some names to a mistyped one, for "did you mean" hints; nil when none is close.
///
/// Close means at most one edit (insert, delete, replace, swap of neighbours) for every three letters, and a unique best.
public func nearest(to word: String, among names: some Sequence<String>) -> String? {
  KnownNames(names).nearest(to: word)
}

/// Names to which mistyped ones are compared: a table with hundreds of unknown columns asks for each of them.
public struct KnownNames {
  private var names: [(name: String, letters: [Int])] = []
  /// The letters of all names, numbered.
  private var alphabet: [Character: Int] = [:]

  /// Gathers names; case does not matter.
  public init(_ names: some Sequence<String>) {
    for name in names {
      var letters: [Int] = []
      for letter in name.lowercased() {
        let number = alphabet[letter] ?? alphabet.count
        alphabet[letter] = number
        letters.append(number)
      }
      self.names.append((name, letters))
    }
  }

  /// The nearest name, as `nearest(to:among:)` has it.
  public func nearest(to word: String) -> String? {
    // Nobody mistypes a page of text, and the distance would take long to find.
    guard word.utf8.count <= 200, !names.isEmpty else { return nil }
    let limit = max(1, word.count / 3)
    let letters = word.lowercased().map { alphabet[$0] ?? -1 }
    if letters.count <= 64 { return nearest(BitColumns<UInt64>(letters, alphabet.count), limit) }
    if letters.count <= 128 { return nearest(BitColumns<UInt128>(letters, alphabet.count), limit) }
    return nearest(Rows(letters), limit)
  }

  private func nearest(_ word: some WordDistance, _ limit: Int) -> String? {
    var best: (name: String, distance: Int)?
    var tie = false
    for (name, letters) in names where abs(letters.count - word.count) <= limit {
      let distance = word.distance(to: letters)
      guard distance <= limit else { continue }
      if let b = best, distance == b.distance, b.name != name { tie = true }
      if distance < best?.distance ?? .max {
        best = (name, distance)
        tie = false
      }
    }
    return tie ? nil : best?.name
  }
}

/// A word from which edits are counted: inserted, deleted and replaced letters, and swapped neighbours.
private protocol WordDistance {
  var count: Int { get }
  func distance(to name: [Int]) -> Int
}

/// A column of the table of distances in the bits of a word (H. Hyyrö, 2003): one step for each letter of the other name.
private struct BitColumns<Bits: FixedWidthInteger & UnsignedInteger>: WordDistance {
  let count: Int
  /// Where each letter stands in the word.
  private var places: [Bits]

  init(_ word: [Int], _ letters: Int) {
    count = word.count
    places = Array(repeating: 0, count: letters)
    for (i, letter) in word.enumerated() where letter >= 0 { places[letter] |= 1 << Bits(i) }
  }

  func distance(to name: [Int]) -> Int {
    if count == 0 { return name.count }
    let last: Bits = 1 << Bits(count - 1)
    // Where the column grows and falls, where its diagonal stays, and where the last letter stood.
    var up = Bits.max, down: Bits = 0, diagonal: Bits = 0, before: Bits = 0
    var distance = count
    for letter in name {
      let here = places[letter]
      let swapped = ((~diagonal & here) << 1) & before
      diagonal = (((here & up) &+ up) ^ up) | here | down | swapped
      var grows = down | ~(diagonal | up), falls = diagonal & up
      if grows & last != 0 { distance += 1 }
      if falls & last != 0 { distance -= 1 }
      grows = grows << 1 | 1
      falls <<= 1
      up = falls | ~(diagonal | grows)
      down = grows & diagonal
      before = here
    }
    return distance
  }
}

/// The table of distances row by row, for long words.
private struct Rows: WordDistance {
  private let word: [Int]
  var count: Int { word.count }

  init(_ word: [Int]) { self.word = word }

  func distance(to name: [Int]) -> Int {
    if word.isEmpty || name.isEmpty { return max(word.count, name.count) }
    var before = [Int](), previous = Array(0...name.count)
    for i in 1...word.count {
      var current = [i] + Array(repeating: 0, count: name.count)
      for j in 1...name.count {
        let cost = word[i - 1] == name[j - 1] ? 0 : 1
        current[j] = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
        if i > 1, j > 1, word[i - 1] == name[j - 2], word[i - 2] == name[j - 1] {
          current[j] = min(current[j], before[j - 2] + 1)
        }
      }
      before = previous
      previous = current
    }
    return previous[name.count]
  }
}

/// “Did you mean …?” in both languages, or nil.
public func didYouMean(_ name: String?) -> LocalizedText? {
  name.map { .init("Did you mean “\($0)”?", vi: "Có phải ý bạn là “\($0)”?") }
}
