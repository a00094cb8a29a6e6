/// Computes the simple formulas of our own layouts, so that programs which show cached values show the right ones.
///
/// Numbers, texts, `+ - * /`, comparisons with `=` and `<>`, and the functions `IF OR AND INT ROUND SUM VALUE`. Anything else
/// has no cached value. Arithmetic is in doubles, as in the programs that compute the cell anew.
struct FormulaEvaluator {
  /// What a formula or a part of it stands for.
  enum Value: Equatable {
    case number(Double)
    case text(String)
    case truth(Bool)
  }

  private let characters: [Character]
  private var at = 0
  private var depth = 0
  private let lookUp: (String) -> Value?

  /// The value of a formula with `{code}` for other fields; nil when it is not simple or a field has no known value.
  static func value(of formula: String, _ lookUp: @escaping (String) -> Value?) -> Value? {
    var evaluator = FormulaEvaluator(characters: Array(formula), lookUp: lookUp)
    if evaluator.peek() == "=" { evaluator.at += 1 }
    guard let value = evaluator.comparison() else { return nil }
    evaluator.skipBlanks()
    return evaluator.at == evaluator.characters.count ? value : nil
  }

  private init(characters: [Character], lookUp: @escaping (String) -> Value?) {
    self.characters = characters
    self.lookUp = lookUp
  }

  private func peek() -> Character? { at < characters.count ? characters[at] : nil }

  private mutating func skipBlanks() { while peek() == " " { at += 1 } }

  private mutating func take(_ character: Character) -> Bool {
    skipBlanks()
    guard peek() == character else { return false }
    at += 1
    return true
  }

  private mutating func comparison() -> Value? {
    // Profiles are trusted, yet a deep formula shall not overflow the stack.
    depth += 1
    defer { depth -= 1 }
    guard depth < 64, let left = sum() else { return nil }
    if take("=") { return sum().map { .truth(Self.isEqual(left, $0)) } }
    if take("<") {
      guard take(">") else { return nil }
      return sum().map { .truth(!Self.isEqual(left, $0)) }
    }
    return left
  }

  private mutating func sum() -> Value? {
    guard var left = product() else { return nil }
    while true {
      let sign: Double
      if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return left }
      guard let right = product(), let a = Self.number(left), let b = Self.number(right) else { return nil }
      left = .number(a + sign * b)
    }
  }

  private mutating func product() -> Value? {
    guard var left = atom() else { return nil }
    while true {
      if take("*") {
        guard let right = atom(), let a = Self.number(left), let b = Self.number(right) else { return nil }
        left = .number(a * b)
      } else if take("/") {
        guard let right = atom(), let a = Self.number(left), let b = Self.number(right), b != 0 else { return nil }
        left = .number(a / b)
      } else {
        return left
      }
    }
  }

  private mutating func atom() -> Value? {
    skipBlanks()
    guard let first = peek() else { return nil }
    if take("(") {
      guard let value = comparison(), take(")") else { return nil }
      return value
    }
    if take("-") { return atom().flatMap { Self.number($0) }.map { .number(-$0) } }
    if first == "{" {
      guard let end = characters[at...].firstIndex(of: "}") else { return nil }
      let code = String(characters[(at + 1)..<end])
      at = end + 1
      return lookUp(code)
    }
    if first == "\"" {
      guard let end = characters[(at + 1)...].firstIndex(of: "\"") else { return nil }
      defer { at = end + 1 }
      return .text(String(characters[(at + 1)..<end]))
    }
    if first.isNumber || first == "." {
      let start = at
      while let c = peek(), c.isNumber || c == "." { at += 1 }
      return Double(String(characters[start..<at])).map { .number($0) }
    }
    let start = at
    while let c = peek(), c.isLetter { at += 1 }
    let name = String(characters[start..<at])
    guard !name.isEmpty, take("(") else { return nil }
    var arguments: [Value] = []
    if !take(")") {
      repeat {
        guard let argument = comparison() else { return nil }
        arguments.append(argument)
      } while take(",")
      guard take(")") else { return nil }
    }
    return Self.call(name, arguments)
  }

  private static func call(_ name: String, _ arguments: [Value]) -> Value? {
    let numbers = arguments.compactMap { number($0) }
    switch name {
    case "IF":
      guard arguments.count == 3, let truth = truth(arguments[0]) else { return nil }
      return arguments[truth ? 1 : 2]
    case "OR": return .truth(arguments.contains { truth($0) == true })
    case "AND": return .truth(arguments.allSatisfy { truth($0) == true })
    case "INT":
      guard arguments.count == 1, let a = numbers.first else { return nil }
      return .number(a.rounded(.down))
    case "ROUND":
      guard numbers.count == 2, arguments.count == 2, numbers[1].magnitude <= 9 else { return nil }
      var scale = 1.0
      for _ in 0..<Int(numbers[1].magnitude) { scale *= 10 }
      if numbers[1] < 0 { scale = 1 / scale }
      return .number((numbers[0] * scale).rounded(.toNearestOrAwayFromZero) / scale)
    case "SUM": return .number(numbers.reduce(0, +))
    case "VALUE":
      guard arguments.count == 1, case .text(var text) = arguments[0] else { return arguments.first }
      let isPercent = text.hasSuffix("%")
      if isPercent { text.removeLast() }
      return Double(text).map { .number(isPercent ? $0 / 100 : $0) }
    default: return nil
    }
  }

  private static func isEqual(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.number(let x), .number(let y)): return x == y
    case (.text(let x), .text(let y)): return x.lowercased() == y.lowercased()
    case (.truth(let x), .truth(let y)): return x == y
    default: return false
    }
  }

  private static func number(_ value: Value) -> Double? {
    switch value {
    case .number(let number): return number
    case .truth(let truth): return truth ? 1 : 0
    case .text: return nil
    }
  }

  private static func truth(_ value: Value) -> Bool? {
    switch value {
    case .truth(let truth): return truth
    case .number(let number): return number != 0
    case .text: return nil
    }
  }
}
