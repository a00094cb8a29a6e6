internal import CLibCURL

extension Endpoint {
  /// The server's part of an address for libcurl, such as `ftp://host:21`.
  func origin(_ scheme: String) -> String {
    scheme + "://" + url.host + (url.port.map { ":\($0)" } ?? "")
  }

  /// A request with this endpoint's limits, log-in and trust.
  func request(_ address: String, protocols: String) -> CurlRequest {
    var request = CurlRequest(url: address, protocols: protocols)
    request.set(CURLOPT_CONNECTTIMEOUT_MS, Int(limits.connect * 1000))
    request.set(CURLOPT_LOW_SPEED_TIME, max(1, Int(limits.stall)))
    request.set(CURLOPT_TIMEOUT_MS, Int(limits.total * 1000))
    if let speed = limits.speed {
      request.set(CURLOPT_MAX_RECV_SPEED_LARGE, size: Int64(clamping: speed))
      request.set(CURLOPT_MAX_SEND_SPEED_LARGE, size: Int64(clamping: speed))
    }
    if let user = login.user { request.set(CURLOPT_USERNAME, user) }
    if let password = login.password { request.set(CURLOPT_PASSWORD, password.reveal) }
    if let file = login.certificateFile { request.set(CURLOPT_SSLCERT, file) }
    if let file = login.certificateKeyFile { request.set(CURLOPT_SSLKEY, file) }
    if let passphrase = login.passphrase { request.set(CURLOPT_KEYPASSWD, passphrase.reveal) }
    if let file = trust.authorityFile { request.set(CURLOPT_CAINFO, file) }
    request.set(CURLOPT_SSLVERSION, Self.versions(mostTLS: trust.mostTLS))
    return request
  }

  /// libcurl's number for TLS 1.2 up to a highest version.
  static func versions(mostTLS: String?) -> Int {
    let least = CURL_SSLVERSION_TLSv1_2
    switch mostTLS {
    case "1.2": return least | CURL_SSLVERSION_TLSv1_2 << 16
    case "1.3": return least | CURL_SSLVERSION_TLSv1_3 << 16
    default: return least
    }
  }
}
