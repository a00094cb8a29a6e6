import Diagnostics
import Foundation
import Synchronization
import Testing

@testable import Transfer

/// S3 against SeaweedFS, which checks signatures, content and conditions.
@Suite("S3", .needs(.s3))
struct S3StoreTests {
  static func endpoint(port: String? = nil) async throws -> Endpoint {
    let server = try await Servers.get(.s3)
    var endpoint = Endpoint(url: try RemoteURL("s3://\(server["S3_BUCKET"])/"))
    endpoint.s3.service = "http://\(server["S3_HOST"]):\(port ?? server["S3_PORT"])"
    endpoint.s3.region = server["S3_REGION"]
    endpoint.s3.accessKey = Secret(server["S3_KEY"])
    endpoint.s3.secretKey = Secret(server["S3_SECRET"])
    endpoint.retry.firstPause = 0.05
    return endpoint
  }

  private func fails(_ endpoint: Endpoint, _ body: (S3Store) async throws -> Void) async throws -> TransferFault {
    let engine = try CurlEngine()
    defer { engine.close() }
    let error = await #expect(throws: TransferFault.self) { try await body(S3Store(endpoint, engine)) }
    return try #require(error)
  }

  /// Every byte of the source differs from its neighbours, so that swapped parts are seen.
  static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 16) } }

  @Test func conforms() async throws {
    try await conformance(of: await Self.endpoint(), in: RemotePath("/conformance/"))
  }

  @Test(arguments: ["a b.csv", "mật hoa dừa.csv", "a+b=c&d.csv", "100%.csv", "日本 ①.xlsx", "~tilde-_.'()*!.csv", "…"])
  func namesOfKeys(_ name: String) async throws {
    let engine = try CurlEngine()
    defer { engine.close() }
    let store = try S3Store(await Self.endpoint(), engine)
    // The cases run side by side, each in a folder of its own.
    let parent = "tên + dấu = cách \(name.utf8.count)"
    let folder = try RemotePath("/\(parent)/")
    let path = try folder.appending(name)
    let written = try await store.write(path, from: MemorySource([1, 2, 3]), at: 0, if: .always)
    #expect(written.md5 == "5289df737df57326fcdd22597afb1fac")
    let status = try await store.status(of: path)
    #expect(status?.version.md5 == written.md5)
    #expect(try await store.list(folder).files.map(\.name) == [name])
    #expect(try await store.list(.root).files.contains { $0.kind == .folder && $0.name == parent })
    #expect(try await store.status(of: folder)?.kind == .folder)
    try await store.remove(path)
    #expect(try await store.status(of: path) == nil)
  }

  /// S9: a key that is no plain file name is reported and left out; the others are listed.
  @Test(.requirements("S9", "S10")) func hostileKeysAreLeftOut() async throws {
    let engine = try CurlEngine()
    defer { engine.close() }
    let endpoint = try await Self.endpoint()
    let store = try S3Store(endpoint, engine)
    let folder = try RemotePath("/hostile/")
    _ = try await store.write(try folder.appending("good.csv"), from: MemorySource([1]), at: 0, if: .always)
    // No path of ours can name these, so the curl command makes them.
    let secret = "\(endpoint.s3.accessKey!.reveal):\(endpoint.s3.secretKey!.reveal)"
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for key in ["a%0D%0ADELE%20x", "%01"] {
      let made = try await Child.run(
        "curl",
        [
          "-sSf", "--aws-sigv4", "aws:amz:us-east-1:s3", "-u", secret, "-H", "x-amz-content-sha256: \(nothing)", "-X",
          "PUT",
          "\(endpoint.s3.service!)/feeds/hostile/\(key)",
        ])
      #expect(made.code == 0, "\(made.errors)")
    }
    let listing = try await store.list(folder)
    #expect(listing.files.map(\.name) == ["good.csv"])
    #expect(listing.refused.count == 2)
    #expect(listing.refused.allSatisfy { $0.code == .remoteName && !$0.text(in: .en).contains("\r") })
  }

  /// Pages go on until the last one.
  @Test func listsInPages() async throws {
    let engine = try CurlEngine()
    defer { engine.close() }
    var store = try S3Store(await Self.endpoint(), engine)
    store.pageSize = 3
    let folder = try RemotePath("/pages/")
    for number in 0..<8 {
      _ = try await store.write(try folder.appending("f\(number)"), from: MemorySource([0]), at: 0, if: .always)
    }
    _ = try await store.write(try RemotePath("/pages/sub/x"), from: MemorySource([0]), at: 0, if: .always)
    let listing = try await store.list(folder)
    #expect(listing.files.map(\.name).sorted() == (0..<8).map { "f\($0)" } + ["sub"])
    #expect(listing.files.first { $0.name == "sub" }?.kind == .folder)
  }

  /// R17, S4: what cannot heal is given up at once, with its reason and without the secret.
  @Test(.requirements("R17", "S4")) func refusals() async throws {
    let path = try RemotePath("/x.csv")
    var wrong = try await Self.endpoint()
    wrong.s3.secretKey = Secret("wrong+secret")
    var fault = try await fails(wrong) { _ = try await $0.list(.root) }
    #expect(fault.remedy == .giveUp && fault.fault.diagnostic.code == .transferLogin)
    #expect(fault.fault.diagnostic.text(in: .en).contains("SignatureDoesNotMatch"))
    #expect(!fault.fault.diagnostic.text(in: .en).contains("wrong+secret"))

    var stranger = try await Self.endpoint()
    stranger.s3.accessKey = Secret("AKNOBODY")
    fault = try await fails(stranger) { _ = try await $0.list(.root) }
    #expect(fault.remedy == .giveUp && fault.fault.diagnostic.code == .transferLogin)

    var reader = try await Self.endpoint()
    reader.s3.accessKey = Secret(try await Servers.get(.s3)["S3_READ_KEY"])
    reader.s3.secretKey = Secret(try await Servers.get(.s3)["S3_READ_SECRET"])
    fault = try await fails(reader) { _ = try await $0.write(path, from: MemorySource([1]), at: 0, if: .always) }
    #expect(fault.remedy == .giveUp && fault.fault.diagnostic.code == .transferDenied)

    var elsewhere = try await Self.endpoint()
    elsewhere.url = try RemoteURL("s3://no-such-bucket/")
    fault = try await fails(elsewhere) { _ = try await $0.list(.root) }
    #expect(fault.remedy == .giveUp && fault.fault.diagnostic.code == .transferNotFound)
    #expect(fault.fault.kind == .configuration)

    var unreadable = try await Self.endpoint()
    unreadable.s3.service = "ftp://127.0.0.1"
    let engine = try CurlEngine()
    defer { engine.close() }
    #expect(throws: Fault.self) { try S3Store(unreadable, engine) }
  }

  /// R12: bytes that change on their way are not stored, and the upload can be tried again.
  @Test(.requirements("R12", "R11")) func damagedOnTheWay() async throws {
    let server = try await Servers.get(.s3)
    let proxy = try await Server.start(.faultproxy, [server["S3_PORT"], "--up-flip", "1500000"])
    let path = try RemotePath("/damaged.bin")
    let fault = try await fails(await Self.endpoint(port: proxy["PROXY_PORT"])) {
      _ = try await $0.write(path, from: MemorySource(Self.bytes(2_000_000)), at: 0, if: .always)
    }
    #expect(fault.remedy == .retry && fault.fault.diagnostic.code == .transferBroken)
    let engine = try CurlEngine()
    defer { engine.close() }
    #expect(try await S3Store(await Self.endpoint(), engine).status(of: path) == nil)
  }

  /// R10: an answer that is lost makes the outcome unknown, and the server knows it.
  @Test(.requirements("R10")) func lostAnswer() async throws {
    let server = try await Servers.get(.s3)
    let proxy = try await Server.start(.faultproxy, [server["S3_PORT"], "--lose-answer", "the last bytes"])
    let path = try RemotePath("/lost.txt")
    let fault = try await fails(await Self.endpoint(port: proxy["PROXY_PORT"])) {
      _ = try await $0.write(path, from: MemorySource(Array("these are the last bytes".utf8)), at: 0, if: .always)
    }
    #expect(fault.remedy == .ask)
    let engine = try CurlEngine()
    defer { engine.close() }
    #expect(try await S3Store(await Self.endpoint(), engine).status(of: path)?.version.size == 24)
  }

  // MARK: Parts

  /// Uploads in parts of an object that are neither completed nor aborted.
  private func unfinished(_ endpoint: Endpoint, _ path: RemotePath) async throws -> Int {
    let engine = try CurlEngine()
    defer { engine.close() }
    let service = try S3Service(endpoint, engine)
    let sink = MemorySink(limit: 1 << 20)
    let response = await service.perform("GET", .root, query: [("uploads", "")], into: sink)
    #expect(response.status == 200)
    return try SmallXML.parse(sink.bytes, name: "uploads").all("Upload").count {
      $0["Key"]?.text == path.names.joined(separator: "/")
    }
  }

  @Test(.requirements("R11")) func inParts() async throws {
    let engine = try CurlEngine()
    defer { engine.close() }
    let endpoint = try await Self.endpoint()
    let store = try S3Store(endpoint, engine)
    let path = try RemotePath("/parts/lớn + dài.bin")
    let bytes = Self.bytes(Int(S3Multipart.threshold) + 3_000_001)
    let version = try await store.write(path, from: MemorySource(bytes), at: 0, if: .absent)
    #expect(version.size == UInt64(bytes.count))
    #expect(version.etag?.hasSuffix("-3\"") == true)
    #expect(try await store.status(of: path)?.version.etag == version.etag)
    let back = RecordingSink()
    _ = try await store.read(path, from: 0, of: nil, into: back)
    #expect(back.bytes == bytes)
    await #expect(throws: TransferFault.self) {
      try await store.write(path, from: MemorySource(bytes), at: 0, if: .absent)
    }
    #expect(try await unfinished(endpoint, path) == 0)
    try await store.remove(path)
  }

  /// A part that breaks is sent again by itself; the others are not.
  @Test func onePartAgain() async throws {
    let server = try await Servers.get(.s3)
    // Within the second part; the connection after it is whole.
    let proxy = try await Server.start(.faultproxy, [server["S3_PORT"], "--up-reset", "\(20 << 20)", "--first", "1"])
    let engine = try CurlEngine()
    let store = try S3Store(await Self.endpoint(port: proxy["PROXY_PORT"]), engine)
    let path = try RemotePath("/parts/again.bin")
    let bytes = Self.bytes(Int(S3Multipart.threshold) + 5)
    let version = try await store.write(path, from: MemorySource(bytes), at: 0, if: .always)
    #expect(try await store.status(of: path)?.version.etag == version.etag)
    let log = proxy.lines("PROXY_LOG").joined()
    #expect(log.contains("up-reset"))
    try await store.remove(path)
    engine.close()
  }

  /// A lost answer to the last request is resolved by the entity tag: nothing is sent twice, nothing fails.
  @Test(.requirements("R10")) func lostCompletion() async throws {
    let server = try await Servers.get(.s3)
    let proxy = try await Server.start(
      .faultproxy, [server["S3_PORT"], "--lose-answer", "</CompleteMultipartUpload>", "--first", "1"])
    let engine = try CurlEngine()
    defer { engine.close() }
    let store = try S3Store(await Self.endpoint(port: proxy["PROXY_PORT"]), engine)
    let path = try RemotePath("/parts/completed.bin")
    let bytes = Self.bytes(Int(S3Multipart.threshold) + 5)
    let version = try await store.write(path, from: MemorySource(bytes), at: 0, if: .always)
    #expect(version.etag?.hasSuffix("-3\"") == true)
    let log = proxy.lines("PROXY_LOG").joined()
    #expect(log.contains("answer-lost"))
    try await store.remove(path)
  }

  /// An upload that fails in the middle leaves no parts behind.
  @Test func abortsWhatFails() async throws {
    let endpoint = try await Self.endpoint()
    let path = try RemotePath("/parts/failed.bin")
    let fault = try await fails(endpoint) {
      let source = FailingSource(Self.bytes(Int(S3Multipart.threshold) + 5), at: 20 << 20)
      _ = try await $0.write(path, from: source, at: 0, if: .always)
    }
    #expect(fault.remedy == .giveUp)
    #expect(try await unfinished(endpoint, path) == 0)
    let engine = try CurlEngine()
    defer { engine.close() }
    #expect(try await S3Store(endpoint, engine).status(of: path) == nil)
  }
}

/// A file that cannot be read from some place on.
final class FailingSource: ByteSource {
  private let inner: MemorySource
  private let limit: Int
  private let at = Mutex(0)

  init(_ bytes: [UInt8], at limit: Int) {
    inner = MemorySource(bytes)
    self.limit = limit
  }

  var size: UInt64 { inner.size }

  func seek(to offset: UInt64) throws(Fault) {
    try inner.seek(to: offset)
    at.withLock { $0 = Int(offset) }
  }

  func read(into memory: UnsafeMutableRawBufferPointer) throws(Fault) -> Int {
    guard at.withLock({ $0 }) < limit else {
      throw Fault(.unreadable, Diagnostic(.transferNotFound, message: .init("the disk failed", vi: "đĩa hỏng")))
    }
    let read = try inner.read(into: memory)
    at.withLock { $0 += read }
    return read
  }
}
