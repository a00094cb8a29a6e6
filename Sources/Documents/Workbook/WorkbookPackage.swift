internal import CZip
internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// The archive of a workbook: its parts by name, read in pieces, under limits.
///
/// Part names are compared without case and with either slash, as programs that are not Excel write them both ways.
final class WorkbookPackage {
  let document: InputDocument
  let limits: WorkbookLimits
  private let archive: OpaquePointer
  private var entries: [String: UInt64] = [:]
  /// Inflated bytes of all parts so far.
  fileprivate var inflated: UInt64 = 0

  init(_ document: InputDocument, limits: WorkbookLimits) throws(Fault) {
    let place = Place(file: document.name)
    if let fault = try WorkbookImpostor.fault(of: document) { throw fault }
    if document.size > limits.fileSize {
      throw Self.limit(place, .init("size of the file in bytes", vi: "số byte của tệp"), limits.fileSize)
    }
    self.document = document
    self.limits = limits
    archive = try Self.open(document)
    // From here on deinit closes the archive.
    let count = zip_get_num_entries(archive, 0)
    if count > limits.entries {
      throw Self.limit(place, .init("number of entries", vi: "số mục"), UInt64(limits.entries))
    }
    for index in 0..<UInt64(max(count, 0)) {
      guard let bytes = zip_get_name(archive, index, 0) else { continue }
      let name = String(cString: bytes)
      let key = Self.key(name)
      if key.split(separator: "/").contains("..") || name.utf8.first == UInt8(ascii: "/") || name.contains(":") {
        throw .workbook(.unreadable, .workbookUnsafe, place, value: name)
      }
      if entries.updateValue(index, forKey: key) != nil {
        throw .workbook(
          .unreadable, .workbookUnsafe, place, .init("two entries of one name", vi: "hai mục trùng tên"), value: name)
      }
    }
  }

  deinit { zip_discard(archive) }

  /// Whether there is a part of a name.
  func contains(_ part: String) -> Bool { entries[Self.key(part)] != nil }

  /// Opens a part; nil when there is none of the name.
  func open(_ part: String) throws(Fault) -> WorkbookPart? {
    guard let index = entries[Self.key(part)] else { return nil }
    return try WorkbookPart(package: self, archive: archive, index: index, name: part)
  }

  /// Parses a whole part; false when there is none of the name.
  func parse(_ part: String, _ handler: XMLHandler) throws(Fault) -> Bool {
    guard let stream = try open(part) else { return false }
    var parser = XMLPushParser(handler: handler, limits: Self.xmlLimits, name: stream.displayName)
    while let piece = try stream.next() { try parser.push(piece) }
    try parser.finish()
    return true
  }

  /// Limits on the XML of parts; size and text are bounded by the workbook's own.
  static let xmlLimits: XMLLimits = {
    var limits = XMLLimits()
    limits.depth = 64
    return limits
  }()

  /// A fault for a limit.
  static func limit(_ place: Place, _ what: LocalizedText, _ limit: UInt64) -> Fault {
    .workbook(
      .unreadable, .workbookLimit, place,
      .init("\(what.en) (limit \(limit))", vi: "\(what.vi) (giới hạn \(limit))"))
  }

  /// The form in which names are compared.
  private static func key(_ name: String) -> String {
    var bytes = name.utf8.map { byte -> UInt8 in
      byte == UInt8(ascii: "\\") ? UInt8(ascii: "/") : byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }
    if bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func open(_ document: InputDocument) throws(Fault) -> OpaquePointer {
    var error = zip_error_t()
    zip_error_init(&error)
    defer { zip_error_fini(&error) }
    let input = Unmanaged.passRetained(ZipInput(document))
    guard let source = zip_source_function_create(zipInputCallback, input.toOpaque(), &error) else {
      input.release()
      throw damaged(document.name, zipMessage(&error))
    }
    guard let archive = zip_open_from_source(source, ZIP_RDONLY, &error) else {
      // The reader's own fault says more than the archive's.
      let fault = input.takeUnretainedValue().fault
      let message = zipMessage(&error)
      zip_source_free(source)
      throw fault ?? damaged(document.name, message)
    }
    return archive
  }

  fileprivate static func damaged(_ name: String, _ message: String) -> Fault {
    .workbook(.malformed, .workbookDamaged, Place(file: name), .init(message, vi: message))
  }
}

private func zipMessage(_ error: UnsafeMutablePointer<zip_error_t>) -> String {
  zip_error_strerror(error).map { String(cString: $0) } ?? "zip error"
}

/// One part while it is read.
final class WorkbookPart {
  /// File and part, for messages.
  let displayName: String
  private let package: WorkbookPackage
  private let file: OpaquePointer
  private let compressed: UInt64
  private var inflated: UInt64 = 0
  private let buffer: UnsafeMutableBufferPointer<UInt8>

  fileprivate init(package: WorkbookPackage, archive: OpaquePointer, index: UInt64, name: String) throws(Fault) {
    self.package = package
    displayName = package.document.name + "!" + name
    let place = Place(file: displayName)
    var status = zip_stat_t()
    zip_stat_init(&status)
    guard zip_stat_index(archive, index, 0, &status) == 0 else {
      throw WorkbookPackage.damaged(displayName, zipMessage(zip_get_error(archive)))
    }
    if status.valid & UInt64(ZIP_STAT_ENCRYPTION_METHOD) != 0, status.encryption_method != 0 {
      throw .workbook(.unreadable, .workbookEncrypted, place)
    }
    compressed = status.comp_size
    guard let file = zip_fopen_index(archive, index, 0) else {
      throw WorkbookPackage.damaged(displayName, zipMessage(zip_get_error(archive)))
    }
    self.file = file
    buffer = .allocate(capacity: 1 << 16)
  }

  deinit {
    zip_fclose(file)
    buffer.deallocate()
  }

  /// The next bytes, valid until the next call; nil at the end, after the checksum was found right.
  func next() throws(Fault) -> UnsafeBufferPointer<UInt8>? {
    let count = zip_fread(file, buffer.baseAddress, UInt64(buffer.count))
    if count < 0 { throw WorkbookPackage.damaged(displayName, zipMessage(zip_file_get_error(file))) }
    if count == 0 { return nil }
    inflated += UInt64(count)
    package.inflated += UInt64(count)
    let limits = package.limits
    let place = Place(file: displayName)
    if inflated > limits.partSize {
      throw WorkbookPackage.limit(
        place, .init("inflated bytes of a part", vi: "số byte giải nén của một phần"), limits.partSize)
    }
    if package.inflated > limits.totalSize {
      throw WorkbookPackage.limit(place, .init("inflated bytes in all", vi: "tổng số byte giải nén"), limits.totalSize)
    }
    if inflated > limits.ratioFloor, inflated / max(compressed, 1) > limits.ratio {
      throw WorkbookPackage.limit(place, .init("ratio of compression", vi: "tỉ lệ nén"), limits.ratio)
    }
    return UnsafeBufferPointer(start: buffer.baseAddress, count: Int(count))
  }
}

/// What libzip reads from: a document at a position.
private final class ZipInput {
  let document: InputDocument
  var position: UInt64 = 0
  var error = zip_error_t()
  var fault: Fault?

  init(_ document: InputDocument) {
    self.document = document
    zip_error_init(&error)
  }

  deinit { zip_error_fini(&error) }

  func answer(_ data: UnsafeMutableRawPointer?, _ length: UInt64, _ command: zip_source_cmd_t) -> Int64 {
    switch command {
    case ZIP_SOURCE_OPEN:
      position = 0
      return 0
    case ZIP_SOURCE_CLOSE: return 0
    case ZIP_SOURCE_READ:
      guard let data, let count = Int(exactly: length) else { return invalid() }
      do throws(Fault) {
        let read = try document.read(at: position, into: UnsafeMutableRawBufferPointer(start: data, count: count))
        position += UInt64(read)
        return Int64(read)
      } catch {
        fault = error
        zip_error_set(&self.error, ZIP_ER_READ, EIO)
        return -1
      }
    case ZIP_SOURCE_SEEK:
      guard let data else { return invalid() }
      let offset = zip_source_seek_compute_offset(position, document.size, data, length, &error)
      if offset < 0 { return -1 }
      position = UInt64(offset)
      return 0
    case ZIP_SOURCE_TELL: return Int64(clamping: position)
    case ZIP_SOURCE_STAT:
      guard let data, length >= UInt64(MemoryLayout<zip_stat_t>.size) else { return invalid() }
      let status = data.assumingMemoryBound(to: zip_stat_t.self)
      zip_stat_init(status)
      status.pointee.size = document.size
      status.pointee.valid |= UInt64(ZIP_STAT_SIZE)
      return Int64(MemoryLayout<zip_stat_t>.size)
    case ZIP_SOURCE_ERROR:
      guard let data else { return -1 }
      return zip_error_to_data(&error, data, length)
    case ZIP_SOURCE_SUPPORTS:
      return [
        ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
        ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS,
      ].reduce(0) { $0 | 1 << Int64($1.rawValue) }
    default:
      zip_error_set(&error, ZIP_ER_OPNOTSUPP, 0)
      return -1
    }
  }

  private func invalid() -> Int64 {
    zip_error_set(&error, ZIP_ER_INVAL, 0)
    return -1
  }
}

private let zipInputCallback: zip_source_callback = { user, data, length, command in
  guard let user else { return -1 }
  let input = Unmanaged<ZipInput>.fromOpaque(user)
  if command == ZIP_SOURCE_FREE {
    input.release()
    return 0
  }
  return input.takeUnretainedValue().answer(data, length, command)
}
