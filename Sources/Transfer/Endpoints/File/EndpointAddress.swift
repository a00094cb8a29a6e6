public import Diagnostics

/// A place at a server as people write it on the command line: a URL, `NAME` or `NAME:path`.
///
/// A path behind a name is meant below the endpoint's own, with or without a slash at its beginning; it is not
/// percent-encoded. A text with a colon behind a legal name means an endpoint; where a file could be meant too, a file of
/// that very name wins, and `./` at the beginning makes anything a file.
public enum EndpointAddress: Sendable, Hashable {
  /// A URL.
  case url(String)
  /// An endpoint of the file, and a path below it.
  case named(String, path: String?)

  /// Reads a text that can mean nothing but a server.
  ///
  /// - Throws: `.configuration` with `url-malformed`.
  public init(_ text: String) throws(Fault) {
    if let address = Self(orFile: text) {
      self = address
    } else if EndpointEntry.isName(text) {
      self = .named(text, path: nil)
    } else {
      let shown = text.escapedForDisplay
      throw Fault(
        .configuration,
        Diagnostic(
          .urlMalformed, at: Place(file: shown), value: shown,
          message: .init(
            "“\(shown)” is neither a URL nor NAME or NAME:path of an endpoint.",
            vi: "“\(shown)” không phải URL, cũng không phải TÊN hay TÊN:đường-dẫn của điểm kết nối.")))
    }
  }

  /// Reads a text that may also mean a file; nil when it does.
  public init?(orFile text: String) {
    if RemoteURL.isURL(text) {
      self = .url(text)
      return
    }
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), EndpointEntry.isName(text[..<colon]) else {
      return nil
    }
    let path = text[text.index(after: colon)...]
    self = .named(String(text[..<colon]), path: path.isEmpty ? nil : String(path))
  }

  /// The endpoint, with its secrets, at the path that is meant.
  ///
  /// - Parameters:
  ///   - file: the option `--endpoints`.
  ///   - withSecrets: false leaves them out, for what needs no log-in.
  /// - Throws: `.configuration`: faults of the URL, of the file of endpoints, of the entry and its secrets, of the path.
  public func endpoint(_ file: String?, withSecrets: Bool = true) throws(Fault) -> Endpoint {
    switch self {
    case .url(let text): return Endpoint(url: try RemoteURL(text))
    case .named(let name, let path):
      guard let found = EndpointFile.find(file) else {
        throw Fault(
          .configuration,
          Diagnostic(
            .endpointFile, at: Place(file: "endpoints.yaml"), value: name,
            message: .init(
              "“\(name)” means an endpoint, but there is no file of endpoints.",
              vi: "“\(name)” là tên điểm kết nối, nhưng không có tệp điểm kết nối.")))
      }
      var endpoint = try EndpointFile(reading: found).entry(name).endpoint(withSecrets: withSecrets)
      if let path {
        var whole = endpoint.url.path.description
        if !whole.hasSuffix("/") { whole += "/" }
        endpoint.url.path = try RemotePath(whole + path)
      }
      return endpoint
    }
  }
}
