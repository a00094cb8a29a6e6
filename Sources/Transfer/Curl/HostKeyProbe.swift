internal import CLibCURL
internal import Diagnostics
internal import Synchronization

/// Asks an SSH server for its host keys, without logging in.
///
/// libcurl demands the type of key that the known hosts name first. So each attempt gets a known host of one type with a key
/// of zeros, and what the server shows is noted and refused.
struct HostKeyProbe {
  let endpoint: Endpoint
  let engine: CurlEngine

  private static let types = [
    ("ssh-ed25519", 32), ("ecdsa-sha2-nistp256", 65), ("ecdsa-sha2-nistp384", 97), ("ecdsa-sha2-nistp521", 133),
  ]

  /// The keys, best types first.
  func run() async throws(Fault) -> [HostKey] {
    var keys: [HostKey] = []
    var last: Fault?
    for (type, size) in Self.types {
      let catcher = HostKeyCatcher()
      let prepared = try PreparedKnownHosts(
        "\(KnownHosts.name(endpoint.url.host, endpoint.port)) \(type) \(Self.zeros(type, size))\n")
      var bare = endpoint
      bare.login = Endpoint.Login()
      var request = bare.request(endpoint.origin("sftp") + "/", protocols: "sftp")
      request.set(CURLOPT_SSH_KNOWNHOSTS, prepared.path)
      request.set(CURLOPT_NOBODY, 1)
      request.hostKeyCatcher = catcher
      let response = await engine.perform(request)
      withExtendedLifetime(prepared) {}
      if let key = catcher.key {
        if !keys.contains(key) { keys.append(key) }
        continue
      }
      guard let fault = endpoint.fault(of: response, at: .root, .reading) else { continue }
      // A server without this type ends the exchange of keys; all else is the same for every type.
      guard fault.fault.diagnostic.code == .transferKeyExchange || fault.fault.diagnostic.code == .transferBroken else {
        throw fault.fault
      }
      last = fault.fault
    }
    if keys.isEmpty, let last { throw last }
    return keys.sorted { $0.rank < $1.rank }
  }

  /// A key of a type in base64, all zeros behind its names.
  private static func zeros(_ type: String, _ size: Int) -> String {
    func string(_ bytes: [UInt8]) -> [UInt8] {
      let count = UInt32(bytes.count)
      return (0..<4).map { UInt8(truncatingIfNeeded: count >> UInt32(24 - 8 * $0)) } + bytes
    }
    var blob = string(Array(type.utf8))
    if type.hasPrefix("ecdsa-sha2-") { blob += string(Array(type.dropFirst(11).utf8)) }
    return Base64.encode(blob + string([UInt8](repeating: 0, count: size)))
  }
}

/// Notes the key that a server shows, and refuses it.
final class HostKeyCatcher: Sendable {
  private let caught = Mutex<HostKey?>(nil)

  /// The key; nil when the server showed none.
  var key: HostKey? { caught.withLock { $0 } }

  fileprivate func take(_ key: HostKey?) { caught.withLock { $0 = key } }

  /// What libcurl calls; its context is the catcher.
  static let callback: curl_sshkeycallback = { _, _, found, _, context in
    guard let context, let found, let bytes = found.pointee.key else { return Int32(CURLKHSTAT_REJECT.rawValue) }
    let catcher = Unmanaged<HostKeyCatcher>.fromOpaque(context).takeUnretainedValue()
    // Raw bytes with their count, or base64 with a zero at its end.
    let count = found.pointee.len
    catcher.take(
      count > 0
        ? HostKey(blob: Array(UnsafeRawBufferPointer(start: bytes, count: count)))
        : HostKey(base64: String(cString: bytes)))
    return Int32(CURLKHSTAT_REJECT.rawValue)
  }
}
