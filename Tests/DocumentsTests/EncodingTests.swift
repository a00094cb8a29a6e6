import Bytes
import Diagnostics
import Documents
import Testing

private func decoded(
  _ bytes: [UInt8], as encoding: TextEncoding? = nil, fallback: TextEncoding? = nil
) throws -> (text: [UInt8], input: DecodedInput) {
  let input = try InputDocument(bytes: bytes, name: "t").decoded(as: encoding, fallback: fallback)
  return (try input.document.bytes(at: input.textStart, count: .max), input)
}

private func encoded(_ text: String, _ encoding: TextEncoding) throws -> [UInt8] {
  var encoder = try TextEncoder(encoding)
  var buffer = ByteBuffer()
  #expect(encoder.encode(text, into: &buffer) == nil)
  return Array(buffer.bytes)
}

@Suite("Encodings") struct EncodingTests {
  @Test(
    "Usual names",
    arguments: [
      ("Shift_JIS", TextEncoding.cp932), ("windows-31j", .cp932), ("EUC-KR", .cp949), ("UTF-8", .utf8), ("utf8", .utf8),
      ("Windows-1258", .windows1258), ("CP1252", .windows1252), ("latin1", .iso8859x1), ("ISO-8859-1", .iso8859x1),
      ("UTF-16LE", .utf16LE), ("ks_c_5601-1987", .cp949),
    ])
  func names(_ name: String, _ encoding: TextEncoding) { #expect(TextEncoding(named: name) == encoding) }

  @Test("Every encoding's own name is known, and others are not") func ownNames() {
    for encoding in TextEncoding.allCases { #expect(TextEncoding(named: encoding.rawValue) == encoding) }
    #expect(TextEncoding(named: "EBCDIC") == nil)
  }

  @Test("Byte order marks and UTF-16 without one") func marks() throws {
    let text = "tên,giá\r\nMật ong,1\r\n"
    let bytes = Array(text.utf8)
    #expect(try decoded([0xEF, 0xBB, 0xBF] + bytes).text == bytes)
    #expect(try decoded([0xEF, 0xBB, 0xBF] + bytes).input.textStart == 3)
    for encoding in [TextEncoding.utf16LE, .utf16BE] {
      let wide = try encoded(text, encoding)
      #expect(wide.count == text.unicodeScalars.count * 2)
      for found in [try decoded(encoding.byteOrderMark + wide), try decoded(wide)] {
        #expect(found.text == bytes)
        #expect(found.input.encoding == encoding)
      }
    }
    #expect(try decoded(encoded("품명\t원산지\n꿀\t베트남\n", .utf16LE)).input.encoding == .utf16LE)
  }

  @Test("A zero byte in plain text is damage, not UTF-16", arguments: ["a,b\n1\0,2\n", "a,b\n\u{0}1,2\n", "a\0"])
  func strayZero(_ text: String) throws {
    let found = try decoded(Array(text.utf8))
    #expect(found.input.encoding == .utf8)
    #expect(found.text == Array(text.utf8))
  }

  @Test("Workbooks, archives and PDF documents under the name of a text file are called what they are")
  func binary() throws {
    let zip: [UInt8] = [0x50, 0x4B, 0x03, 0x04, 0x14, 0x00, 0x06, 0x00]
    for bytes in [
      zip, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0], [0x1F, 0x8B, 0x08, 0], Array("%PDF-1.7".utf8),
    ] {
      let found = fault { _ = try decoded(bytes) }
      #expect(found?.kind == .unreadable)
      #expect(found?.diagnostic.code == .encodingNotText)
    }
    #expect(fault { _ = try decoded(zip) }?.diagnostic.message.en.contains(".xlsx") == true)
  }

  @Test("What no byte can tell is never guessed") func unknown() throws {
    let bytes = try encoded("品名,蜂蜜\r\n", .cp932)
    let found = fault { _ = try decoded(bytes) }
    #expect(found?.kind == .unreadable)
    #expect(found?.diagnostic.code == .encodingUnknown)
    #expect(found?.diagnostic.place.byte == 0)
    let assumed = try decoded(bytes, fallback: .cp932)
    #expect(assumed.text == Array("品名,蜂蜜\r\n".utf8))
    #expect(assumed.input.isAssumed)
    // The fallback yields to what the bytes do tell.
    #expect(try decoded(Array("mật ong".utf8), fallback: .cp932).input.encoding == .utf8)
    #expect(try decoded([], fallback: .cp932).input.encoding == .utf8)
    #expect(
      fault { _ = try decoded([0xEF, 0xBB, 0xBF, 0x61], as: .cp932) }?.diagnostic.code == .encodingContradiction)
    #expect(fault { _ = try decoded([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0]) }?.diagnostic.code == .encodingUnsupported)
  }

  @Test("Damaged UTF-8 stays UTF-8, and a sequence cut by the prefix is no damage") func damage() {
    let text = Array("Bánh tráng, cà phê, mật ong".utf8)
    let found = EncodingDetector.detect(text + [0xFF] + text, isWhole: true, fallback: .cp949)
    #expect(found.encoding == .utf8)
    #expect(found.firstInvalid == text.count)
    for cut in 1...3 {
      let prefix = Array("abc🍯".utf8.dropLast(cut))
      #expect(EncodingDetector.detect(prefix, fallback: .cp932).firstInvalid == nil)
      #expect(EncodingDetector.detect(prefix, isWhole: true, fallback: .cp932).encoding == .cp932)
    }
  }

  @Test(
    "There and back",
    arguments: [
      (TextEncoding.cp932, "① ㈱ 髙 〜－ﾎﾟ 表示ソ能"), (.cp949, "똠방 ㈜ ￦1,000 한글표시"),
      (.windows1258, "Đặc sản Mật ong Bạc Hà, ưu tiên ơ Ữ ₫ đ"), (.windows1252, "Crème brûlée – 5 €"),
      (.iso8859x1, "Öl £"), (.utf16LE, "Mật 🍯"), (.utf16BE, "한 🍯"), (.utf8, "Mật"),
    ])
  func roundTrip(_ encoding: TextEncoding, _ text: String) throws {
    let expected = text.replacing("〜", with: "～")
    #expect(try decoded(encoded(text, encoding), as: encoding).text == Array(expected.utf8))
  }

  @Test("Known bytes") func knownBytes() throws {
    #expect(try encoded("～", .cp932) == [0x81, 0x60])
    #expect(try encoded("〜", .cp932) == [0x81, 0x60])
    #expect(try encoded("µ−", .cp932) == encoded("μ－", .cp932))
    #expect(try encoded("₩〜−µ", .cp949) == encoded("￦～－μ", .cp949))
    #expect(try encoded("똠", .cp949) == [0x8C, 0x63])
    #expect(try decoded([0x5C, 0x7E], as: .cp932).text == Array("\\~".utf8))
    // A base letter and a tone mark in windows-1258 come out as one letter.
    #expect(try decoded([0x61, 0xF2, 0x2C, 0xEA, 0xF2], as: .windows1258).text == Array("ạ,ệ".utf8))
  }

  @Test("A character that the encoding lacks is named, and nothing is written") func unencodable() throws {
    var encoder = try TextEncoder(.cp932)
    var buffer = ByteBuffer()
    buffer.append("x")
    let lacking = encoder.encode("蜂蜜 Mật", into: &buffer)
    #expect(lacking?.offset == 8)
    #expect(lacking?.scalar == "ậ")
    #expect(buffer.string() == "x")
    #expect(encoder.encode("蜂", into: &buffer) == nil)
    #expect(buffer.count == 3)
    var latin = try TextEncoder(.windows1252)
    #expect(latin.encode("Đ", into: &buffer)?.scalar == "Đ")
    #expect(buffer.count == 3)
  }

  @Test("Long texts are encoded across buffers") func longTexts() throws {
    let text = String(repeating: "蜂蜜ハチミツ〜", count: 2_000)
    #expect(try decoded(encoded(text, .cp932), as: .cp932).text == Array(text.replacing("〜", with: "～").utf8))
  }

  @Test("Bytes that the encoding does not know become one 0xFF with their place") func undecodable() throws {
    let found = try decoded(Array("ab,".utf8) + [0x88, 0xA0, 0x81, 0x2C, 0x63, 0x81], as: .cp932)
    #expect(found.text.filter { $0 == 0xFF }.count == found.input.undecodableCount)
    #expect(found.input.undecodableCount >= 2)
    for place in found.input.undecodable { #expect(found.text[Int(place.spooled)] == 0xFF) }
    #expect(found.input.undecodable.last?.offset == 8)
    // The delimiter behind half a character is not swallowed.
    #expect(found.text.filter { $0 == 0x2C }.count == 2)
    #expect(found.input.originalOffset(of: found.input.undecodable[0].spooled) == found.input.undecodable[0].offset)

    let wide = try decoded([0xFF, 0xFE, 0x61, 0, 0x00, 0xD8, 0x62, 0, 0x63])
    #expect(wide.text == [0x61, 0xFF, 0x62, 0xFF])
    #expect(wide.input.undecodable.map(\.offset) == [4, 8])
    // windows-1258 keeps a letter back, waiting for a tone mark: it must come before the bad byte.
    #expect(try decoded([0x61, 0xD2 & 0xFF, 0x61], as: .windows1258).text.isEmpty == false)
  }

  @Test("Characters across the reading chunk's border are whole") func chunkBorders() throws {
    for encoding in [TextEncoding.cp932, .cp949, .utf16LE] {
      for lead in ["", "a"] {
        let text = lead + String(repeating: encoding == .cp949 ? "꿀벌" : "蜂蜜", count: 50_000)
        let found = try decoded(encoded(text, encoding), as: encoding)
        #expect(found.text == Array(text.utf8))
        #expect(found.input.undecodableCount == 0)
      }
    }
    let vietnamese = String(repeating: "Mật ong Bạc Hà ", count: 20_000)
    #expect(try decoded(encoded(vietnamese, .windows1258), as: .windows1258).text == Array(vietnamese.utf8))
  }

  @Test("UTF-8 is not copied") func notCopied() throws {
    let document = InputDocument(bytes: Array("abc".utf8), name: "t")
    #expect(try document.decoded().document === document)
  }
}

@Suite("Encoding corpora", .enabled(if: SharedData.isThere, "needs OCOP_SHARED")) struct EncodingCorpusTests {
  @Test("CPython's Shift_JIS text") func japanese() throws {
    let bytes = try #require(SharedData.bytes("corpora/encodings/cpython-cjk/shift_jis.txt"))
    let expected = try #require(SharedData.bytes("corpora/encodings/cpython-cjk/shift_jis-utf8.txt"))
    let found = try decoded(bytes, as: TextEncoding(named: "Shift_JIS"))
    #expect(found.text == expected)
    #expect(try encoded(String(decoding: expected, as: UTF8.self), .cp932) == bytes)
  }

  @Test("CPython's EUC-KR text, as far as it does not spell syllables out of letters") func korean() throws {
    let bytes = try #require(SharedData.bytes("corpora/encodings/cpython-cjk/euc_kr.txt"))
    let expected = try #require(SharedData.bytes("corpora/encodings/cpython-cjk/euc_kr-utf8.txt"))
    let found = try decoded(bytes, as: TextEncoding(named: "EUC-KR")).text.split(separator: 0x0A)
    let wanted = expected.split(separator: 0x0A)
    #expect(found.count == wanted.count)
    let same = zip(found, wanted).filter { $0 == $1 }.count
    #expect(wanted.count == 6)
    #expect(same == 5)
  }
}
