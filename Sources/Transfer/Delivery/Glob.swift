internal import Diagnostics

/// A pattern over names: `*` any characters, `?` one, `[a-z]` or `[!a-z]` one of some, `{csv,xml}` one of several words.
///
/// A leading dot is matched only by a dot, so that files which are still being written under a hidden name are left alone.
/// Matching takes at most the product of both lengths.
struct Glob: Sendable {
  private enum Part: Sendable {
    case any
    case one
    case scalar(Unicode.Scalar)
    case set([ClosedRange<UInt32>], negated: Bool)
  }

  /// Most alternatives after braces are multiplied out.
  private static let limit = 1000

  private let alternatives: [[Part]]

  /// Whether a name holds anything that a pattern gives a meaning.
  static func isPattern(_ name: String) -> Bool { name.unicodeScalars.contains { "*?[{".unicodeScalars.contains($0) } }

  /// Reads a pattern.
  ///
  /// - Throws: `.configuration` with `glob-malformed`.
  init(_ pattern: String) throws(Fault) {
    guard let words = Self.expand(Array(pattern.unicodeScalars)) else { throw Self.malformed(pattern) }
    var alternatives: [[Part]] = []
    for word in words {
      guard let parts = Self.parts(word) else { throw Self.malformed(pattern) }
      alternatives.append(parts)
    }
    self.alternatives = alternatives
  }

  /// Whether a name fits.
  func matches(_ name: String) -> Bool {
    let scalars = Array(name.unicodeScalars)
    return alternatives.contains { Self.matches($0, scalars) }
  }

  private static func malformed(_ pattern: String) -> Fault {
    let shown = pattern.escapedForDisplay
    return Fault(
      .configuration,
      Diagnostic(
        .globMalformed, at: Place(file: shown), value: shown,
        message: .init("The pattern “\(shown)” cannot be read.", vi: "Không đọc được mẫu “\(shown)”.")))
  }

  /// Multiplies braces out; nil when one is not closed or there are too many.
  private static func expand(_ text: [Unicode.Scalar]) -> [[Unicode.Scalar]]? {
    guard let open = text.firstIndex(of: "{") else { return [text] }
    var depth = 0
    var cuts = [open]
    var close: Int?
    scan: for index in open..<text.count {
      switch text[index] {
      case "{": depth += 1
      case "," where depth == 1: cuts.append(index)
      case "}":
        depth -= 1
        if depth == 0 {
          close = index
          break scan
        }
      default: break
      }
    }
    guard let close, depth == 0 else { return nil }
    cuts.append(close)
    var all: [[Unicode.Scalar]] = []
    for (from, to) in zip(cuts, cuts.dropFirst()) {
      var word = Array(text[..<open])
      word += text[(from + 1)..<to]
      word += text[(close + 1)...]
      guard let words = expand(word) else { return nil }
      all += words
      if all.count > limit { return nil }
    }
    return all
  }

  private static func parts(_ word: [Unicode.Scalar]) -> [Part]? {
    var parts: [Part] = []
    var index = 0
    while index < word.count {
      switch word[index] {
      case "*":
        if case .any? = parts.last {} else { parts.append(.any) }
      case "?": parts.append(.one)
      case "[":
        var at = index + 1
        let negated = at < word.count && (word[at] == "!" || word[at] == "^")
        if negated { at += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        // A bracket right after the opening one is a member.
        let first = at
        while at < word.count, word[at] != "]" || at == first {
          if at + 2 < word.count, word[at + 1] == "-", word[at + 2] != "]" {
            guard word[at].value <= word[at + 2].value else { return nil }
            ranges.append(word[at].value...word[at + 2].value)
            at += 3
          } else {
            ranges.append(word[at].value...word[at].value)
            at += 1
          }
        }
        guard at < word.count else { return nil }
        parts.append(.set(ranges, negated: negated))
        index = at
      default: parts.append(.scalar(word[index]))
      }
      index += 1
    }
    return parts
  }

  private static func matches(_ parts: [Part], _ name: [Unicode.Scalar]) -> Bool {
    if name.first == "." {
      guard case .scalar(".")? = parts.first else { return false }
    }
    var part = 0
    var at = 0
    // Where the last `*` stands and what it has taken so far: the only place to go back to.
    var star: (part: Int, at: Int)?
    while at < name.count {
      if part < parts.count, case .any = parts[part] {
        star = (part, at)
        part += 1
      } else if part < parts.count, fits(parts[part], name[at]) {
        part += 1
        at += 1
      } else if let last = star {
        star = (last.part, last.at + 1)
        part = last.part + 1
        at = last.at + 1
      } else {
        return false
      }
    }
    return parts[part...].allSatisfy { if case .any = $0 { true } else { false } }
  }

  private static func fits(_ part: Part, _ scalar: Unicode.Scalar) -> Bool {
    switch part {
    case .any, .one: true
    case .scalar(let wanted): wanted == scalar
    case .set(let ranges, let negated): ranges.contains { $0.contains(scalar.value) } != negated
    }
  }
}
