#if canImport(Glibc)
  import Glibc
#endif

/// Third-party files that are not part of this repository; tests that want them are skipped without them.
enum SharedData {
  /// The folder that `OCOP_SHARED` names, or `../shared` beside the package; nil when there is none.
  static let root: String? = {
    let named = getenv("OCOP_SHARED").map { String(cString: $0) }
    let path = named ?? "../shared"
    return access(path + "/data", R_OK) == 0 ? path : nil
  }()

  static var isThere: Bool { root != nil }

  static func path(_ path: String) -> String { (root ?? "") + "/data/" + path }

  static func bytes(_ file: String) -> [UInt8]? {
    guard let stream = fopen(path(file), "rb") else { return nil }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, stream)
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
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
