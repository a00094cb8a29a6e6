internal import Diagnostics

/// The one list of protocols: which store speaks which scheme.
enum StoreRegistry {
  /// Opens the store of an endpoint; nothing is connected yet.
  ///
  /// - Throws: `.configuration` when the endpoint's settings do not fit the protocol.
  static func open(_ endpoint: Endpoint, on engine: CurlEngine) throws(Fault) -> any Store {
    switch endpoint.url.scheme {
    case .http, .https, .dav, .davs: HTTPStore(endpoint, engine)
    case .ftp, .ftps, .ftpes: FTPStore(endpoint, engine)
    case .sftp: try SFTPStore(endpoint, engine)
    case .file: FolderStore()
    case .s3: try S3Store(endpoint, engine)
    case .smtp, .smtps: try MailStore(endpoint, engine)
    }
  }
}
