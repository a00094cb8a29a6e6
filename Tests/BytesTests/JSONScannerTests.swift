import Bytes
import Testing

/// A scan as one line of text: what a reader of the tokens sees.
func scan(_ text: String) -> String { scan(Array(text.utf8)) }

func scan(_ bytes: [UInt8]) -> String {
  var bytes = bytes
  return bytes.withUnsafeMutableBufferPointer { buffer in
    var scanner = JSONScanner(buffer)
    var words: [String] = []
    do throws(JSONFault) {
      while true {
        switch try scanner.next() {
        case .beginObject: words.append("{")
        case .endObject: words.append("}")
        case .beginArray: words.append("[")
        case .endArray: words.append("]")
        case .key(let offset, let length): words.append(scanner.text(offset, length) + ":")
        case .string(let offset, let length): words.append("'" + scanner.text(offset, length) + "'")
        case .number(let offset, let length): words.append(scanner.text(offset, length))
        case .true: words.append("true")
        case .false: words.append("false")
        case .null: words.append("null")
        case .end: return words.joined(separator: " ")
        }
      }
    } catch { return "\(error.reason) at \(error.offset)" }
  }
}

@Suite("JSON scanner") struct JSONScannerTests {
  @Test(
    "Values are read in order",
    arguments: [
      ("{}", "{ }"), ("[]", "[ ]"), (" [ 1 , -0.5e+3 , 1E9 ] ", "[ 1 -0.5e+3 1E9 ]"), ("\"\"", "''"), ("0", "0"),
      ("{\"a\":{\"b\":[true,false,null]},\"c\":\"d\"}", "{ a: { b: [ true false null ] } c: 'd' }"),
      ("\u{FEFF}[\"Mật ong\",{\"x\":[]}]", "[ 'Mật ong' { x: [ ] } ]"),
      (#"{"a":1,"a":2}"#, "{ a: 1 a: 2 }"),
    ])
  func values(_ text: String, _ expected: String) { #expect(scan(text) == expected) }

  @Test(
    "Escapes become their characters",
    arguments: [
      (#""\"\\\/\b\f\n\r\t""#, "'\"\\/\u{8}\u{C}\n\r\t'"), (#""\u0041\u1ea1\u0000""#, "'Aạ\u{0}'"),
      (#""a\uD83C\uDF6Fb\n""#, "'a🍯b\n'"), (#"["\u00e9","x\ty"]"#, "[ 'é' 'x\ty' ]"),
      (
        #"{"k\u0065y":"long text after one escape: \u2713 and then no more of them"}"#,
        "{ key: 'long text after one escape: ✓ and then no more of them' }"
      ),
    ])
  func escapes(_ text: String, _ expected: String) { #expect(scan(text) == expected) }

  @Test(
    "What is no JSON is refused, with its place",
    arguments: [
      ("", "unexpectedEnd at 0"), ("  ", "unexpectedEnd at 2"), ("{", "unexpectedEnd at 1"),
      ("[1", "unexpectedEnd at 2"), ("[1,]", "unexpectedByte at 3"), ("{\"a\"}", "unexpectedByte at 4"),
      ("{\"a\":1,}", "unexpectedByte at 7"), ("{a:1}", "unexpectedByte at 1"), ("[1 2]", "unexpectedByte at 3"),
      ("{\"a\":1 \"b\":2}", "unexpectedByte at 7"), ("[}", "unexpectedByte at 1"), ("{]", "unexpectedByte at 1"),
      ("1 2", "trailingText at 2"), ("{}x", "trailingText at 2"), ("01", "badNumber at 0"), ("-", "badNumber at 0"),
      ("1.", "badNumber at 0"), ("1e", "badNumber at 0"), (".5", "unexpectedByte at 0"), ("+1", "unexpectedByte at 0"),
      ("nul", "unexpectedEnd at 3"), ("nuLl", "unexpectedByte at 2"), ("NaN", "unexpectedByte at 0"),
      ("\"abc", "unexpectedEnd at 4"), ("\"a\\", "unexpectedEnd at 3"), ("\"\\u12", "unexpectedEnd at 5"),
      ("\"a\nb\"", "controlCharacter at 2"), (#""\x""#, "badEscape at 1"), (#""\u12g4""#, "badEscape at 1"),
      (#""\ud83c""#, "loneSurrogate at 1"), (#""\ud83cabcdef""#, "loneSurrogate at 1"),
      (#""\ud83c\u0041""#, "loneSurrogate at 1"), (#""\udf6f""#, "loneSurrogate at 1"), ("'a'", "unexpectedByte at 0"),
      ("[1]]", "trailingText at 3"), ("// x\n1", "unexpectedByte at 0"),
    ])
  func refusals(_ text: String, _ expected: String) { #expect(scan(text) == expected) }

  @Test("Bytes that are no UTF-8 are refused, also behind an escape") func invalidBytes() {
    #expect(scan([0x22, 0x61, 0xFF, 0x22]) == "invalidUTF8 at 2")
    #expect(scan([0x22, 0xE1, 0xBA, 0x22]) == "invalidUTF8 at 1")
    #expect(scan([0x22, 0x5C, 0x6E, 0xC0, 0x80, 0x22]).hasPrefix("invalidUTF8"))
  }

  @Test("64 levels are read and 65 are not") func depth() {
    let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(scan(deep).hasSuffix("]"))
    #expect(scan("[" + deep + "]") == "tooDeep at 64")
    #expect(scan(String(repeating: "{\"a\":", count: 100_000)) == "tooDeep at 320")
  }

  @Test("Every text cut short is refused and never read outside") func cuts() {
    let text = Array(#"{"a":[1.5e-3,true,null,{"b\u1ea1\ud83c\udf6f":"c"}],"d":""}"#.utf8)
    #expect(scan(text) == "{ a: [ 1.5e-3 true null { bạ🍯: 'c' } ] d: '' }")
    for count in 0..<text.count { #expect(scan(Array(text[..<count])).contains(" at ")) }
  }

  @Test("Random changes never crash, and what is accepted is balanced") func noise() {
    var random = SplitMix64(state: 1)
    let seed = Array(#"{"a":[1,true,{"b\n":"\u0041"}],"c":-1.5e2}"#.utf8),
      letters = Array(#"{}[]",:\u0d8a1e.- tn"#.utf8)
    var accepted = 0
    for _ in 0..<20_000 {
      var text = seed
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        text[Int.random(in: 0..<text.count, using: &random)] = letters.randomElement(using: &random)!
      }
      text.withUnsafeMutableBufferPointer { buffer in
        var scanner = JSONScanner(buffer)
        var open = 0
        do throws(JSONFault) {
          while true {
            switch try scanner.next() {
            case .beginObject, .beginArray: open += 1
            case .endObject, .endArray: open -= 1
            case .end:
              accepted += 1
              #expect(open == 0)
              return
            default: break
            }
            #expect(scanner.depth == open)
          }
        } catch {
          #expect((0...buffer.count).contains(error.offset))
        }
      }
    }
    #expect(accepted > 100 && accepted < 19_900)
  }

  @Test("Values can be passed over") func skipping() throws {
    var bytes = Array(#"{"a":{"x":[1,{"y":2}]},"b":"keep","c":[[],[1]],"d":7}"#.utf8)
    var kept: [String] = []
    try bytes.withUnsafeMutableBufferPointer { buffer in
      var scanner = JSONScanner(buffer)
      #expect(try scanner.next() == .beginObject)
      while case .key(let offset, let length) = try scanner.next() {
        let key = scanner.text(offset, length)
        if key == "b" || key == "d" {
          switch try scanner.next() {
          case .string(let at, let count), .number(let at, let count): kept.append(scanner.text(at, count))
          default: Issue.record("no scalar")
          }
        } else {
          try scanner.skipValue()
        }
      }
      #expect(try scanner.next() == .end)
      #expect(scanner.depth == 0)
    }
    #expect(kept == ["keep", "7"])
  }

  @Test("Array elements can be passed over, and the end is left in place") func skippingElements() throws {
    var bytes = Array("[[1],2,{\"a\":3}]".utf8)
    try bytes.withUnsafeMutableBufferPointer { buffer in
      var scanner = JSONScanner(buffer)
      #expect(try scanner.next() == .beginArray)
      try scanner.skipValue()
      #expect(try scanner.next() == .number(offset: 5, length: 1))
      try scanner.skipValue()
      try scanner.skipValue()
      #expect(try scanner.next() == .endArray)
      #expect(try scanner.next() == .end)
    }
  }

  @Test("What the buffer writes, the scanner reads") func roundTrip() {
    var random = SplitMix64(state: 2)
    for _ in 0..<2_000 {
      var text = ""
      for _ in 0..<Int.random(in: 0...40, using: &random) {
        text.unicodeScalars.append("ab\"\\\u{0}\u{1F}\n\t ạ한蜂🍯/".unicodeScalars.randomElement(using: &random)!)
      }
      var buffer = ByteBuffer()
      buffer.appendJSON(text)
      #expect(scan(Array(buffer.bytes)) == "'" + text + "'")
    }
  }
}

/// A generator whose numbers are the same in every run, so that a failure can be seen again.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
