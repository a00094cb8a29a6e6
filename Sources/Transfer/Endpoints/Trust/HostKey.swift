internal import Bytes

/// A public key of an SSH server.
public struct HostKey: Sendable, Hashable {
  /// The key as SSH sends it: its type as a string, then the type's numbers (RFC 4253, 6.6).
  let blob: [UInt8]

  /// Takes a key; nil when the bytes do not begin with a type.
  init?(blob: [UInt8]) {
    guard Self.string(blob, at: 0) != nil else { return nil }
    self.blob = blob
  }

  /// Takes a key in base64, as it stands in files.
  init?(base64: String) {
    guard let blob = Base64.decode(base64) else { return nil }
    self.init(blob: blob)
  }

  /// The type, such as `ssh-ed25519`.
  public var type: String { Self.string(blob, at: 0) ?? "" }

  /// What people compare: `SHA256:` and 43 characters, as OpenSSH prints it.
  public var fingerprint: String {
    var digest = SHA256()
    digest.add(blob)
    var text = Base64.encode(digest.bytes)
    while text.last == "=" { text.removeLast() }
    return "SHA256:" + text
  }

  /// Whether a text is this key's fingerprint; padding and blanks around it do not matter, letters' case does.
  public func has(fingerprint text: String) -> Bool {
    var text = text[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " || text.last == "=" { text.removeLast() }
    return text == fingerprint
  }

  /// The key in base64, as it stands in files.
  var base64: String { Base64.encode(blob) }

  /// How well libssh2 1.10 can verify it: 0 best, 9 not at all.
  var rank: Int {
    switch type {
    case "ssh-ed25519": 0
    case "ecdsa-sha2-nistp256": 1
    case "ecdsa-sha2-nistp384": 2
    case "ecdsa-sha2-nistp521": 3
    default: 9
    }
  }

  /// A length-prefixed string of SSH's wire form.
  static func string(_ bytes: [UInt8], at offset: Int) -> String? {
    guard let content = self.bytes(bytes, at: offset) else { return nil }
    let text = String(validating: content, as: UTF8.self)
    guard let text, !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    return text
  }

  /// The bytes behind a length of 32 bits.
  static func bytes(_ bytes: [UInt8], at offset: Int) -> [UInt8]? {
    guard offset >= 0, bytes.count - offset >= 4 else { return nil }
    let count = bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
    guard count <= bytes.count - offset - 4 else { return nil }
    return Array(bytes[(offset + 4)..<(offset + 4 + count)])
  }
}
