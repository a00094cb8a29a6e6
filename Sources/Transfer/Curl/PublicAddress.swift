internal import CLibCURL

#if canImport(Glibc)
  internal import Glibc
#endif

/// Which addresses are on the open Internet. Addresses that come from data (a picture's link) may lead only there.
enum PublicAddress {
  /// Whether a socket address is public; what is not IPv4 or IPv6 is not.
  ///
  /// Left out are the special-purpose blocks of RFC 6890 and its successors: this host, private, shared, link-local,
  /// documentation, benchmarking, multicast, reserved, and IPv4 addresses in IPv6 clothing of these.
  static func isPublic(_ address: UnsafeRawPointer) -> Bool {
    switch Int32(address.load(as: sockaddr.self).sa_family) {
    case AF_INET:
      let four = address.load(as: sockaddr_in.self).sin_addr.s_addr
      return isPublic(four: UInt32(bigEndian: four))
    case AF_INET6:
      var six = address.load(as: sockaddr_in6.self).sin6_addr
      return withUnsafeBytes(of: &six) { isPublic(six: Array($0)) }
    default: return false
    }
  }

  static func isPublic(four address: UInt32) -> Bool {
    let blocks: [(UInt32, Int)] = [
      (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12),
      (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16), (0xC612_0000, 15), (0xC633_6400, 24),
      (0xCB00_7100, 24), (0xE000_0000, 4), (0xF000_0000, 4),
    ]
    return !blocks.contains { block, bits in (address ^ block) >> UInt32(32 - bits) == 0 }
  }

  static func isPublic(six bytes: [UInt8]) -> Bool {
    guard bytes.count == 16 else { return false }
    func four(_ at: Int) -> UInt32 { bytes[at..<(at + 4)].reduce(0) { $0 << 8 | UInt32($1) } }
    // ::ffff:a.b.c.d, ::a.b.c.d, 64:ff9b::a.b.c.d and 2002:a.b.c.d:: carry an IPv4 address.
    if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == bytes[11], bytes[10] == 0xFF || bytes[10] == 0 {
      return isPublic(four: four(12)) && four(12) > 1
    }
    if four(0) == 0x0064_FF9B { return isPublic(four: four(12)) }
    if bytes[0] == 0x20, bytes[1] == 0x02 { return isPublic(four: four(2)) }
    // Global unicast is 2000::/3, without 2001::/23 (protocol assignments) and 2001:db8::/32, 3fff::/20 (documentation).
    guard bytes[0] & 0xE0 == 0x20 else { return false }
    if bytes[0] == 0x20, bytes[1] == 0x01, bytes[2] < 2 || (bytes[2] == 0x0D && bytes[3] == 0xB8) { return false }
    return !(bytes[0] == 0x3F && bytes[1] == 0xFF && bytes[2] & 0xF0 == 0)
  }
}
