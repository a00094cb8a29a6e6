import Testing

@testable import Transfer

/// Digests against the standards' own examples, and against themselves in pieces.
struct DigestTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "d41d8cd98f00b204e9800998ecf8427e"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "900150983cd24fb0d6963f7d28e17f72"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", "8215ef0796a20bcaaae116d3876c664a"
    ),
  ])
  func examples(text: String, sha256: String, md5: String) {
    #expect(SHA256.hex(of: Array(text.utf8)) == sha256)
    var digest = MD5()
    digest.add(Array(text.utf8))
    #expect(digest.hex == md5)
  }

  @Test func aMillionLetters() {
    var sha256 = SHA256()
    var md5 = MD5()
    for _ in 0..<1000 {
      let part = [UInt8](repeating: 0x61, count: 1000)
      sha256.add(part)
      md5.add(part)
    }
    #expect(sha256.hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    #expect(md5.hex == "7707d6ae4e027c70eea2a935c2296f21")
  }

  /// Every length around the block's ends, cut at every place, gives what the whole gives.
  @Test func pieces() {
    for length in [1, 55, 56, 63, 64, 65, 119, 120, 128, 200] {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let whole = SHA256.hex(of: bytes)
      var md5 = MD5()
      md5.add(bytes)
      for cut in 0...length {
        var first = SHA256()
        var second = MD5()
        for part in [Array(bytes[..<cut]), Array(bytes[cut...])] {
          first.add(part)
          second.add(part)
        }
        #expect(first.hex == whole && second.hex == md5.hex, "\(length) cut at \(cut)")
      }
    }
  }
}
