internal import COcopShims

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
public struct SHA256: Sendable {
  private var digest = ocop_digest()

  /// Starts a digest.
  public init() { ocop_sha256_start(&digest) }

  /// Adds bytes.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    ocop_sha256_add(&digest, bytes.baseAddress, bytes.count)
  }

  /// Adds bytes.
  public mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  /// The 32 bytes of the digest so far; more can be added afterwards.
  public var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { result, count in
      withUnsafePointer(to: digest) { ocop_sha256_result($0, result.baseAddress) }
      count = 32
    }
  }

  /// The digest so far in 64 lower-case hexadecimal digits.
  public var hex: String { bytes.hexadecimal }

  /// The digest of some bytes in lower-case hexadecimal digits.
  public static func hex(of bytes: [UInt8]) -> String {
    var digest = SHA256()
    digest.add(bytes)
    return digest.hex
  }
}

/// MD5 (RFC 1321) of bytes that come in pieces: for comparison with servers that tell it, never for trust.
public struct MD5: Sendable {
  private var digest = ocop_digest()

  /// Starts a digest.
  public init() { ocop_md5_start(&digest) }

  /// Adds bytes.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) { ocop_md5_add(&digest, bytes.baseAddress, bytes.count) }

  /// Adds bytes.
  public mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  /// The 16 bytes of the digest so far; more can be added afterwards.
  public var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 16) { result, count in
      withUnsafePointer(to: digest) { ocop_md5_result($0, result.baseAddress) }
      count = 16
    }
  }

  /// The digest so far in 32 lower-case hexadecimal digits.
  public var hex: String { bytes.hexadecimal }
}

extension [UInt8] {
  /// Two lower-case hexadecimal digits a byte.
  fileprivate var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
