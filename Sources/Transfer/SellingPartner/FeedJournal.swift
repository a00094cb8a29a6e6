internal import Bytes
internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// What is remembered about one seller's feeds: a small file for each, replaced in one step and synced, so that a run that
/// dies at any moment leaves the state before or after.
///
/// One process submits at a time; others wait.
struct FeedJournal: Sendable {
  private let folder: String

  /// Opens the journal of an endpoint, and makes its folder for this user alone.
  ///
  /// - Throws: `.output` with `amazon-journal` when the folder cannot be made.
  init(state: String, name: String) throws(Fault) {
    folder = "\(state)/selling-partner/\(PercentCode.encode(name))"
    var made = folder.hasPrefix("/") ? "" : "."
    for part in folder.split(separator: "/") {
      made += "/" + part
      if mkdir(made, 0o700) != 0, errno != EEXIST, errno != EISDIR {
        let error = errno
        var status = stat()
        if stat(made, &status) != 0 { throw Self.failed(made, error) }
      }
    }
  }

  /// Holds the sole right to submit until it goes.
  final class Claim: Sendable {
    private let descriptor: Int32
    init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }
  }

  /// Takes the sole right to submit; nil when another process has it.
  func claim() throws(Fault) -> Claim? {
    let path = folder + "/lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Self.failed(path, errno) }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return Claim(descriptor) }
    let error = errno
    close(descriptor)
    if error == EWOULDBLOCK || error == EINTR { return nil }
    throw Self.failed(path, error)
  }

  /// All feeds, in the order of their submission.
  func all() throws(Fault) -> [FeedRecord] {
    guard let listing = opendir(folder) else { throw Self.failed(folder, errno) }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".json") { names.append(name) }
    }
    var records: [FeedRecord] = []
    for name in names {
      let path = "\(folder)/\(name)"
      guard let bytes = Self.read(path), let value = try? JSONValue(bytes), let record = FeedRecord(value) else {
        throw Fault(
          .unreadable,
          Diagnostic(
            .amazonFeedUnknown, at: Place(file: path),
            message: .init("This record of a feed is damaged.", vi: "Bản ghi feed này bị hỏng."),
            hint: .init(
              "Look at the feeds in Seller Central, then move the file away.",
              vi: "Xem các feed trong Seller Central rồi chuyển tệp này đi nơi khác.")))
      }
      records.append(record)
    }
    return records.sorted { ($0.since, $0.attempt, $0.sha256) < ($1.since, $1.attempt, $1.sha256) }
  }

  /// Writes what is known about a feed.
  func save(_ record: FeedRecord) throws(Fault) {
    let path = "\(folder)/\(Self.name(record)).json"
    let temporary = path + ".new"
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Self.failed(temporary, errno) }
    var text = record.json + "\n"
    let error: Int32 = text.withUTF8 { bytes in
      var at = 0
      while at < bytes.count {
        let written = write(descriptor, bytes.baseAddress! + at, bytes.count - at)
        if written < 0, errno == EINTR { continue }
        if written <= 0 { return errno }
        at += written
      }
      return fsync(descriptor) == 0 ? 0 : errno
    }
    close(descriptor)
    guard error == 0 else { throw Self.failed(temporary, error) }
    guard rename(temporary, path) == 0 else { throw Self.failed(path, errno) }
    let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folderDescriptor >= 0 else { throw Self.failed(folder, errno) }
    defer { close(folderDescriptor) }
    guard fsync(folderDescriptor) == 0 else { throw Self.failed(folder, errno) }
  }

  /// Forgets a submission that is known to have had no effect.
  func remove(_ record: FeedRecord) { unlink("\(folder)/\(Self.name(record)).json") }

  /// What makes two submissions one: the same bytes, kind and marketplaces.
  private static func name(_ record: FeedRecord) -> String {
    let parts = [record.sha256, record.feedType] + record.marketplaces
    return SHA256.hex(of: Array(parts.joined(separator: "\0").utf8)).prefix(32) + "-\(record.attempt)"
  }

  private static func read(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    var count = 0
    while count < bytes.count {
      let read = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count) }
      if read < 0, errno == EINTR { continue }
      if read <= 0 { break }
      count += read
    }
    return Array(bytes[..<count])
  }

  private static func failed(_ path: String, _ error: Int32) -> Fault {
    let reason = String(cString: strerror(error))
    return Fault(
      .output,
      Diagnostic(
        .amazonJournal, at: Place(file: path),
        message: .init(
          "What is known about feeds cannot be written: \(reason).", vi: "Không ghi được trạng thái feed: \(reason).")))
  }
}
