internal import Bytes
internal import CLibCURL
internal import Diagnostics

/// One upload in parts: each part is tried again by itself, and an upload that fails is aborted, so that no parts are left
/// behind and paid for.
///
/// What remains after the machine dies in between is the bucket's own business: a life-cycle rule
/// (AbortIncompleteMultipartUpload) removes it.
struct S3Multipart {
  /// Files above this go in parts; up to it one request is simpler and its entity tag is an MD5.
  static let threshold: UInt64 = 32 << 20
  /// Least bytes of a part; S3 allows 5 MiB, but for the last one.
  static let leastPart: UInt64 = 16 << 20
  /// Most parts that S3 takes.
  static let mostParts: UInt64 = 10_000

  var service: S3Service
  var path: RemotePath
  var source: any ByteSource
  var condition: WriteCondition

  private struct Part {
    var number: Int
    var tag: String
    var md5: [UInt8]
  }

  func run() async throws(TransferFault) -> RemoteVersion {
    // Before anything large is sent; `complete` makes sure of it.
    if condition == .absent {
      let response = await service.perform("HEAD", path)
      if response.result != CURLE_OK || response.status != 404 {
        try service.check(response, path, .reading)
        throw service.fault(.transferExists, .output, .giveUp, path, .init("the object exists", vi: "đối tượng đã có"))
      }
    }
    let upload = try await begin()
    do throws(TransferFault) {
      let parts = try await send(upload)
      return try await complete(upload, parts)
    } catch {
      // In a task of its own: when this one was cancelled, the abort is needed all the more.
      await Task { await abort(upload) }.value
      throw error
    }
  }

  private func begin() async throws(TransferFault) -> String {
    var retrying = Retrying(service.endpoint.retry)
    while true {
      let sink = MemorySink(limit: 1 << 20)
      let response = await service.perform(
        "POST", path, query: [("uploads", "")], headers: ["Content-Type: application/octet-stream"],
        sending: MemorySource([]),
        into: sink)
      do throws(TransferFault) {
        try service.check(response, path, .reading)
        guard let id = (try? SmallXML.parse(sink.bytes, name: "upload"))?["UploadId"]?.text, !id.isEmpty else {
          throw service.fault(
            .transferRefused, .output, .giveUp, path,
            .init("the service gave no upload a number", vi: "dịch vụ không cấp mã cho lần tải lên"))
        }
        return id
      } catch {
        guard await retrying.pause(after: error) else { throw error }
      }
    }
  }

  private func send(_ upload: String) async throws(TransferFault) -> [Part] {
    let mebibyte: UInt64 = 1 << 20
    let fair = (source.size + Self.mostParts - 1) / Self.mostParts
    let size = max(Self.leastPart, (fair + mebibyte - 1) / mebibyte * mebibyte)
    var parts: [Part] = []
    var start: UInt64 = 0
    while start < source.size {
      let count = min(size, source.size - start)
      let digests = try S3Digests(source, from: start, count: count)
      parts.append(
        try await send(upload, number: parts.count + 1, PartSource(source, start: start, size: count), digests))
      start += count
    }
    return parts
  }

  private func send(
    _ upload: String, number: Int, _ part: PartSource, _ digests: S3Digests
  ) async throws(TransferFault) -> Part {
    var retrying = Retrying(service.endpoint.retry)
    while true {
      do throws(TransferFault) {
        do throws(Fault) { try part.seek(to: 0) } catch { throw TransferFault(error, .giveUp) }
        let response = await service.perform(
          "PUT", path, query: [("partNumber", String(number)), ("uploadId", upload)], sending: part, digests)
        // A part may be sent twice: the later one counts, and both are alike.
        try service.check(response, path, .reading)
        let version = S3Answer.version(of: response)
        try service.compare(version.md5, with: digests.md5.hex, path)
        guard let tag = version.etag else {
          throw service.fault(
            .transferRefused, .output, .giveUp, path,
            .init("the service gave part \(number) no entity tag", vi: "dịch vụ không trả ETag cho phần \(number)"))
        }
        return Part(number: number, tag: tag, md5: digests.md5.bytes)
      } catch {
        guard await retrying.pause(after: error) else { throw error }
      }
    }
  }

  /// Makes the object out of the parts. An answer that is missing is asked about by the entity tag, which follows from the
  /// parts: the MD5 of their MD5s.
  private func complete(_ upload: String, _ parts: [Part]) async throws(TransferFault) -> RemoteVersion {
    var whole = MD5()
    for part in parts { whole.add(part.md5) }
    let expected = "\"\(whole.hex)-\(parts.count)\""
    // Encrypted objects have other tags, and nothing can be told from them.
    let isTelling = parts.allSatisfy { S3Answer.md5(ofTag: $0.tag) == $0.md5.hexadecimal }

    var body = ByteBuffer()
    body.append("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">")
    for part in parts {
      body.append("<Part><PartNumber>\(part.number)</PartNumber><ETag>")
      var tag = part.tag
      tag.withUTF8 { body.appendXML($0) }
      body.append("</ETag></Part>")
    }
    body.append("</CompleteMultipartUpload>")
    let bytes = Array(body.string().utf8)
    let headers = ["Content-Type: application/xml"] + (condition == .absent ? ["If-None-Match: *"] : [])

    // An earlier attempt may have made it: then a refusal of this one says nothing.
    var mayStand = false
    var retrying = Retrying(service.endpoint.retry)
    while true {
      let sink = MemorySink(limit: 1 << 20)
      let response = await service.perform(
        "POST", path, query: [("uploadId", upload)], headers: headers, sending: MemorySource(bytes), S3Digests(bytes),
        into: sink)
      do throws(TransferFault) {
        try service.check(response, path, .changing)
        // 200 comes at once and the work takes minutes: the body says how it ended.
        if let problem = S3Answer.error(in: sink.bytes) {
          let usual = service.fault(.transferRefused, .output, .giveUp, path, .init("", vi: ""))
          throw service.fault(problem, usual, path)
        }
        let tag = (try? SmallXML.parse(sink.bytes, name: "upload"))?["ETag"]?.text
        if isTelling, let tag, tag != expected {
          throw service.fault(
            .transferBroken, .transient, .giveUp, path,
            .init("the object’s tag is \(tag) instead of \(expected)", vi: "ETag là \(tag) thay vì \(expected)"))
        }
        return RemoteVersion(size: source.size, etag: tag ?? (isTelling ? expected : nil))
      } catch {
        // Done by an earlier attempt, or by this one, whose answer is missing?
        if isTelling, try await stands(expected) { return RemoteVersion(size: source.size, etag: expected) }
        if error.remedy == .giveUp, mayStand { throw TransferFault(error.fault, .ask) }
        if error.remedy == .ask { mayStand = true }
        guard error.remedy != .giveUp, await retrying.pause(after: error) else { throw error }
      }
    }
  }

  private func stands(_ tag: String) async throws(TransferFault) -> Bool {
    let response = await service.perform("HEAD", path)
    return response.result == CURLE_OK && response.status == 200 && S3Answer.version(of: response).etag == tag
  }

  private func abort(_ upload: String) async {
    var retrying = Retrying(service.endpoint.retry)
    while true {
      let response = await service.perform("DELETE", path, query: [("uploadId", upload)])
      if response.result == CURLE_OK, response.status == 404 { return }
      do throws(TransferFault) {
        try service.check(response, path, .reading)
        return
      } catch {
        guard await retrying.pause(after: error) else { return }
      }
    }
  }
}
