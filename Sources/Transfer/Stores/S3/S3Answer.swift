internal import Bytes
internal import Diagnostics

/// Reads what the service answers.
enum S3Answer {
  /// An error as the service describes it.
  struct Problem: Sendable {
    /// Such as `SlowDown`.
    var code: String
    var message: String
    /// The region where the bucket is, when that was wrong.
    var region: String?
  }

  /// The error in an answer's body; nil when there is none. Nothing else of the body is taken: it repeats the request, with
  /// its tokens.
  static func error(in response: CurlResponse) -> Problem? {
    guard response.status >= 300, !response.errorBody.isEmpty else { return nil }
    guard var problem = error(in: response.errorBody) else { return nil }
    if problem.region == nil { problem.region = response["x-amz-bucket-region"] }
    return problem
  }

  /// The error in a body, which may come with status 200 where the service needs long; nil when it is none.
  static func error(in body: [UInt8]) -> Problem? {
    guard let tree = try? SmallXML.parse(body, name: "error"), tree.name == "Error", let code = tree["Code"]?.text
    else {
      return nil
    }
    return Problem(code: code, message: tree["Message"]?.text ?? "", region: tree["Region"]?.text)
  }

  /// The version of an object by its headers. The entity tag is the MD5 of the bytes, unless the object was sent in parts
  /// (then it has a hyphen) or is encrypted by a key of the key service.
  static func version(of response: CurlResponse) -> RemoteVersion {
    var version = response.version
    version.md5 = md5(ofTag: version.etag)
    if let encryption = response["x-amz-server-side-encryption"], encryption.hasPrefix("aws:kms") { version.md5 = nil }
    if response["x-amz-server-side-encryption-customer-algorithm"] != nil { version.md5 = nil }
    return version
  }

  /// The MD5 that an entity tag is; nil when it is something else.
  static func md5(ofTag tag: String?) -> String? {
    guard let tag else { return nil }
    let digits = tag.utf8.filter { $0 != 0x22 }
    guard digits.count == 32, digits.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) }) else {
      return nil
    }
    return String(decoding: digits, as: UTF8.self)
  }
}

/// One page of a listing (ListObjectsV2).
struct S3ListPage {
  /// Where the next page starts; nil after the last one.
  let nextToken: String?
  private let tree: SmallXML
  private let prefix: String
  private let isEncoded: Bool

  init(_ tree: SmallXML, prefix: String) {
    self.tree = tree
    self.prefix = prefix
    isEncoded = tree["EncodingType"]?.text.lowercased() == "url"
    nextToken = tree["IsTruncated"]?.text == "true" ? tree["NextContinuationToken"]?.text : nil
  }

  /// Whether the page holds nothing at all.
  var isEmpty: Bool { tree["Contents"] == nil && tree["CommonPrefixes"] == nil }

  /// Adds the page's files and folders; names that are no plain file name are reported instead (S9).
  func add(to listing: inout RemoteListing) {
    for entry in tree.all("Contents") {
      // The folder's own mark, an empty object that some tools make.
      guard let name = name(entry["Key"]), !name.isEmpty else { continue }
      var version = RemoteVersion(
        size: entry["Size"].flatMap { UInt64($0.text) },
        modified: entry["LastModified"].flatMap { ISODate.seconds($0.text) })
      if let tag = entry["ETag"]?.text, tag.hasPrefix("\""), tag.hasSuffix("\"") {
        version.etag = tag
        version.md5 = S3Answer.md5(ofTag: tag)
      }
      listing.add(RemoteFile(name: name, version: version))
    }
    for entry in tree.all("CommonPrefixes") {
      guard var name = name(entry["Prefix"]) else { continue }
      if name.hasSuffix("/") { name.removeLast() }
      listing.add(RemoteFile(name: name, kind: .folder, version: RemoteVersion()))
    }
  }

  /// The key behind the folder's prefix; nil for what is not in the folder. An unreadable encoding gives NUL, which is refused.
  private func name(_ element: SmallXML?) -> String? {
    guard let text = element?.text else { return nil }
    // AWS writes a blank as `+` and a plus as `%2B`.
    let key = isEncoded ? PercentCode.decode(text.replacing("+", with: "%20")) ?? "\u{0}" : text
    guard key.hasPrefix(prefix) else { return key == "\u{0}" ? key : nil }
    return String(key.dropFirst(prefix.count))
  }
}
