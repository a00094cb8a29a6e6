internal import Bytes
internal import CLibCURL
internal import Diagnostics

/// Files in a bucket of Simple Storage Service, at AWS or a service of one's own.
///
/// An object appears whole or not at all, so nothing is renamed. Every upload carries the SHA-256 and MD5 of its bytes, and
/// the entity tag of the answer is compared with them (R11, R12); files above `S3Multipart.threshold` go in parts.
/// Folders are what key prefixes up to a slash look like.
struct S3Store: Store {
  /// Most pages of one listing.
  private static let pageLimit = 1000

  /// Entries of one page; S3 gives at most 1000.
  var pageSize = 1000

  private let service: S3Service

  /// Opens a bucket; nothing is connected yet.
  ///
  /// - Throws: `.configuration` with `s3-service` when the service's address cannot be read.
  init(_ endpoint: Endpoint, _ engine: CurlEngine) throws(Fault) { service = try S3Service(endpoint, engine) }

  var abilities: StoreAbilities {
    var abilities = StoreAbilities()
    abilities.resumesReads = true
    abilities.lists = true
    abilities.removes = true
    abilities.tellsSize = true
    abilities.tellsDigest = true
    abilities.writesWhole = true
    abilities.writesIfAbsent = true
    return abilities
  }

  func status(of path: RemotePath) async throws(TransferFault) -> RemoteFile? {
    if path.isFolder {
      let page = try await page(of: path, after: nil, most: 1)
      return page.isEmpty ? nil : RemoteFile(name: path.name, kind: .folder, version: RemoteVersion())
    }
    let response = await service.perform("HEAD", path)
    if response.result == CURLE_OK, response.status == 404 { return nil }
    try service.check(response, path, .reading)
    return RemoteFile(name: path.name, version: S3Answer.version(of: response))
  }

  func list(_ folder: RemotePath) async throws(TransferFault) -> RemoteListing {
    var listing = RemoteListing(files: [])
    var token: String?
    for _ in 0..<Self.pageLimit {
      let page = try await page(of: folder.asFolder(), after: token, most: pageSize)
      page.add(to: &listing)
      // A service that gives the same token again would never end.
      guard let next = page.nextToken, next != token else { return listing }
      token = next
    }
    throw service.fault(
      .transferTooLarge, .unreadable, .giveUp, folder,
      .init("more than \(listing.files.count) objects", vi: "hơn \(listing.files.count) đối tượng"))
  }

  func read(
    _ path: RemotePath, from offset: UInt64, of version: RemoteVersion?, into sink: any ByteSink
  ) async throws(TransferFault) -> RemoteVersion {
    // Without an entity tag nothing proves that the rest belongs to the same version: start anew (R14).
    if offset > 0, let tag = version?.etag {
      let response = await service.perform(
        "GET", path, headers: ["If-Match: \(tag)", "Range: bytes=\(offset)-"], into: sink)
      // 412: another version. 416: nothing is left, or the object is shorter now. Either way the sink has not begun.
      if response.result != CURLE_OK || (response.status != 412 && response.status != 416) {
        try service.check(response, path, .reading)
        return S3Answer.version(of: response)
      }
    }
    let response = await service.perform("GET", path, into: sink)
    try service.check(response, path, .reading)
    return S3Answer.version(of: response)
  }

  func write(
    _ path: RemotePath, from source: any ByteSource, at offset: UInt64, if condition: WriteCondition
  ) async throws(TransferFault) -> RemoteVersion {
    if source.size > S3Multipart.threshold {
      return try await S3Multipart(service: service, path: path, source: source, condition: condition).run()
    }
    let digests = try S3Digests(source, from: 0, count: source.size)
    var headers = ["Content-Type: application/octet-stream"]
    if condition == .absent { headers.append("If-None-Match: *") }
    let response = await service.perform("PUT", path, headers: headers, sending: source, digests)
    try service.check(response, path, .changing)
    let version = S3Answer.version(of: response)
    try service.compare(version.md5, with: digests.md5.hex, path)
    return RemoteVersion(size: source.size, etag: version.etag, md5: version.md5)
  }

  /// Copies within the bucket, compares, and removes the old object: S3 has no rename. Objects up to 5 GiB.
  func move(_ path: RemotePath, to target: RemotePath, replacing: Bool) async throws(TransferFault) {
    if !replacing, try await status(of: target) != nil {
      throw service.fault(.transferExists, .output, .giveUp, target, .init("the object exists", vi: "đối tượng đã có"))
    }
    guard let before = try await status(of: path) else {
      throw service.fault(.transferNotFound, .output, .giveUp, path, .init("no such object", vi: "không có đối tượng"))
    }
    // The answer of a copy may start with 200 and end with an error, so the target is asked.
    let response = await service.perform("PUT", target, headers: ["x-amz-copy-source: \(service.copySource(path))"])
    try service.check(response, target, .changing)
    guard let after = try await status(of: target), after.version.size == before.version.size else {
      throw service.fault(
        .transferBroken, .transient, .retry, target, .init("the copy is not whole", vi: "bản sao không đầy đủ"))
    }
    try await remove(path)
  }

  func remove(_ path: RemotePath) async throws(TransferFault) {
    let response = await service.perform("DELETE", path)
    if response.result == CURLE_OK, response.status == 404, S3Answer.error(in: response)?.code != "NoSuchBucket" {
      return
    }
    try service.check(response, path, .changing)
  }

  private func page(of folder: RemotePath, after token: String?, most: Int) async throws(TransferFault) -> S3ListPage {
    let prefix = folder.names.isEmpty ? "" : folder.names.joined(separator: "/") + "/"
    var query = [
      ("list-type", "2"), ("delimiter", "/"), ("prefix", prefix), ("max-keys", String(most)), ("encoding-type", "url"),
    ]
    if let token { query.append(("continuation-token", token)) }
    let sink = MemorySink(limit: 16 << 20)
    let response = await service.perform("GET", .root, query: query, into: sink)
    try service.check(response, folder, .reading)
    do throws(Fault) {
      return S3ListPage(try SmallXML.parse(sink.bytes, name: service.place(folder)), prefix: prefix)
    } catch {
      throw TransferFault(error, .giveUp)
    }
  }
}
