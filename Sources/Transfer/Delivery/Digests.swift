internal import Crypto

/// A digest of bytes that come in pieces, which can be read at any time and go on.
struct Digest<Function: HashFunction & Sendable>: Sendable {
  private var function = Function()

  /// Adds bytes.
  mutating func add(_ bytes: UnsafeRawBufferPointer) { function.update(bufferPointer: bytes) }

  /// Adds bytes.
  mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  /// The digest so far.
  var bytes: [UInt8] { Array(function.finalize()) }

  /// The digest so far in lower-case hexadecimal digits.
  var hex: String { bytes.hexadecimal }

  /// The digest of some bytes in lower-case hexadecimal digits.
  static func hex(of bytes: [UInt8]) -> String {
    var digest = Self()
    digest.add(bytes)
    return digest.hex
  }
}

/// What the ledger, S3 and people compare.
typealias SHA256 = Digest<Crypto.SHA256>

/// For comparison with servers that tell it, never for trust.
typealias MD5 = Digest<Insecure.MD5>

extension [UInt8] {
  /// Two lower-case hexadecimal digits a byte.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
