/// What a private key's file is, without opening the key: to say before the first transfer what cannot work.
struct PrivateKeyKind {
  /// The algorithm as SSH names it; empty when it does not show; nil when the file is no private key.
  private(set) var algorithm: String?
  /// Whether a passphrase is needed.
  private(set) var isEncrypted = false

  init(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map {
      $0.filter { $0 != "\r" }
    }
    guard let first = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") && $0.hasSuffix("PRIVATE KEY-----") })
    else {
      return
    }
    isEncrypted =
      lines[first].contains("ENCRYPTED") || lines.contains { $0.hasPrefix("Proc-Type:") && $0.contains("ENCRYPTED") }
    let body = lines[(first + 1)...].prefix { !$0.hasPrefix("-----END") }.filter { !$0.contains(":") }
    let content = Base64.decode(body.joined()) ?? []
    switch lines[first].dropFirst(11).dropLast(5) {
    case "RSA PRIVATE KEY": algorithm = "ssh-rsa"
    case "DSA PRIVATE KEY": algorithm = "ssh-dss"
    case "EC PRIVATE KEY": algorithm = "ecdsa-sha2"
    case "OPENSSH PRIVATE KEY":
      // openssh-key-v1, NUL, cipher, key derivation and its options, count of keys, then the public key.
      let magic = Array("openssh-key-v1\0".utf8)
      guard content.starts(with: magic), let cipher = HostKey.bytes(content, at: magic.count) else { return }
      isEncrypted = cipher != Array("none".utf8)
      var at = magic.count + 4 + cipher.count
      for _ in 0..<2 {
        guard let skipped = HostKey.bytes(content, at: at) else { return }
        at += 4 + skipped.count
      }
      guard let key = HostKey.bytes(content, at: at + 4) else { return }
      algorithm = HostKey.string(key, at: 0)
    default:
      // PKCS #8 says the algorithm by its object identifier: 1.2.840.113549.1.1.1 is RSA.
      let rsa: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
      algorithm = !isEncrypted && Array(content.prefix(64)).firstRange(of: rsa) != nil ? "ssh-rsa" : ""
    }
  }
}
