import Ledger

@testable import Transfer

#if canImport(Glibc)
  import Glibc
#endif

/// A folder that goes away with the test.
final class TestFolder: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/ocop-delivery-XXXXXX".utf8CString)
    mkdtemp(&template)
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in names(path) { remove(path + "/" + name) }
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  static func names(_ path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  var names: [String] { Self.names(path) }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) -> String {
    let file = fopen(path + "/" + name, "w")!
    defer { fclose(file) }
    fwrite(bytes, 1, bytes.count, file)
    return path + "/" + name
  }

  func read(_ name: String) -> [UInt8]? {
    guard let file = fopen(path + "/" + name, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }

  func mode(_ name: String) -> UInt32 {
    var status = stat()
    return lstat(path + "/" + name, &status) == 0 ? status.st_mode & 0o7777 : 0
  }
}

/// Bytes without repetition that tests can compare.
func sample(_ count: Int, seed: UInt8 = 1) -> [UInt8] {
  var state = UInt32(seed) &* 2_654_435_761
  return (0..<count).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(state >> 24)
  }
}

extension Endpoint {
  static func test(_ path: String, _ change: (inout Endpoint) -> Void = { _ in }) throws -> Endpoint {
    var endpoint = Endpoint(url: try RemoteURL("sftp://partner.example\(path)"))
    change(&endpoint)
    return endpoint
  }
}
