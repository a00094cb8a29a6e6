internal import Diagnostics

/// Reads the answer to PROPFIND (RFC 4918, 9.1).
enum DAVListing {
  /// The entries of a folder; the folder itself, which the answer repeats, is left out.
  ///
  /// - Throws: give up with `transfer-refused` for an answer that is no listing.
  static func parse(_ bytes: [UInt8], of folder: RemotePath, at url: RemoteURL) throws(TransferFault) -> RemoteListing {
    let answer: SmallXML
    do throws(Fault) { answer = try SmallXML.parse(bytes, name: url.at(folder).description) } catch {
      throw TransferFault(error, .giveUp)
    }
    var listing = RemoteListing(files: [])
    for response in answer.all("response") {
      guard let href = response["href"]?.text, let name = lastName(of: href, in: folder) else { continue }
      let properties = response.all("propstat").compactMap { $0["prop"] }
      func text(_ name: String) -> String? { properties.lazy.compactMap { $0[name]?.text }.first { !$0.isEmpty } }
      let isFolder = properties.contains { $0["resourcetype"]?["collection"] != nil }
      var version = RemoteVersion(
        size: text("getcontentlength").flatMap { UInt64($0) },
        modified: text("getlastmodified").flatMap(HTTPDate.seconds))
      if let tag = text("getetag"), tag.hasPrefix("\"") { version.etag = tag }
      listing.add(RemoteFile(name: name, kind: isFolder ? .folder : .file, version: version))
    }
    return listing
  }

  /// The decoded name behind the folder's path; nil for the folder itself and for what is not directly in it.
  private static func lastName(of href: String, in folder: RemotePath) -> String? {
    var path = href[...]
    if let scheme = path.firstRange(of: "://") {
      guard let slash = path[scheme.upperBound...].firstIndex(of: "/") else { return nil }
      path = path[slash...]
    }
    // Taken apart before it is decoded, so that an encoded slash stays inside its name, where it is refused.
    let names = path.split(separator: "/").map { PercentCode.decode($0) ?? "\u{0}" }
    guard names.count == folder.names.count + 1, names.dropLast().elementsEqual(folder.names) else { return nil }
    return names.last
  }
}
