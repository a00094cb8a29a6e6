internal import Bytes
internal import Diagnostics
internal import Synchronization

/// A mail with one attachment, made while it is sent: the bytes of the file pass through base64, so memory does not grow
/// with them (RFC 5322, RFC 2045 to 2047, RFC 2231).
///
/// The same file, settings and date give the same bytes.
final class MailMessage: ByteSource {
  /// The Message-ID with its angle brackets: the same for the same file, name, subject, people and day (UTC).
  let id: String
  let size: UInt64

  private let head: [UInt8]
  private let tail: [UInt8]
  private let file: any ByteSource

  private struct State {
    /// What is ready to be sent, from `from` on.
    var ready: [UInt8] = []
    var from = 0
    var step = Step.head
    /// Bytes of the file that fill no whole line yet.
    var held: [UInt8] = []
  }
  private enum Step { case head, file, tail, end }
  private let state = Mutex(State())

  /// Bytes of the file in one line of 76 letters.
  private static let lineBytes = 57

  /// Makes the mail; the file is read once for its digest.
  ///
  /// - Parameter date: seconds since 1970, for the Date header.
  /// - Throws: what the file throws; `.configuration` with `mail-header`.
  init(_ settings: MailSettings, name: String, file: any ByteSource, date: Int64) throws(Fault) {
    self.file = file
    let subject = settings.subject.replacing("{name}", with: name)
    try Self.check(header: subject, "mail")
    try Self.check(header: name, "mail")

    var digest = SHA256()
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
    defer { memory.deallocate() }
    try file.seek(to: 0)
    while case let read = try file.read(into: memory), read > 0 {
      digest.add(UnsafeRawBufferPointer(rebasing: memory[..<read]))
    }
    try file.seek(to: 0)
    // Each part is closed by NUL, which none of them can hold.
    var identity = SHA256()
    let day = String(date / 86_400)
    for part in [settings.from] + settings.to + [subject, settings.text, name, day, digest.hex] {
      identity.add(Array(part.utf8) + [0])
    }
    let token = String(identity.hex.prefix(40))
    id = "<\(token)@\(settings.from.split(separator: "@").last ?? "localhost")>"

    // Letters of base64 lines never start with two hyphens, so the boundary cannot occur in them.
    let boundary = "ocop-\(token)"
    var lines = [
      "Date: \(MailDate.text(date))", "From: <\(settings.from)>",
      "To: " + settings.to.map { "<\($0)>" }.joined(separator: ",\r\n "),
      "Subject: \(Self.encoded(header: subject))", "Message-ID: \(id)", "MIME-Version: 1.0",
      "Content-Type: multipart/mixed;\r\n boundary=\"\(boundary)\"", "",
    ]
    if !settings.text.isEmpty {
      lines += [
        "--\(boundary)", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "",
        Self.lines(Array(settings.text.utf8)),
      ]
    }
    lines += [
      "--\(boundary)", "Content-Type: \(Self.mediaType(of: name))",
      "Content-Disposition: attachment;\r\n \(Self.fileName(name))", "Content-Transfer-Encoding: base64", "", "",
    ]
    head = Array(lines.joined(separator: "\r\n").utf8)
    tail = Array("--\(boundary)--\r\n".utf8)
    // Four letters for three bytes, and an end after each line.
    let letters = (file.size + 2) / 3 * 4
    let lineCount = (file.size + UInt64(Self.lineBytes) - 1) / UInt64(Self.lineBytes)
    size = UInt64(head.count) + letters + 2 * lineCount + UInt64(tail.count)
  }

  /// Whether the last byte was handed out, so that the server may have the mail.
  var wasReadToItsEnd: Bool { state.withLock { $0.step == .end && $0.from == $0.ready.count } }

  /// Starts anew; mails cannot be sent from the middle.
  func seek(to offset: UInt64) throws(Fault) {
    guard offset == 0 else {
      throw Fault(
        .bug,
        Diagnostic(
          .transferProtocol, message: .init("A mail is sent from its start.", vi: "Thư phải gửi từ đầu.")))
    }
    try file.seek(to: 0)
    state.withLock { $0 = State() }
  }

  func read(into memory: UnsafeMutableRawBufferPointer) throws(Fault) -> Int {
    try state.withLock { state throws(Fault) in
      if state.from == state.ready.count { try refill(&state) }
      let part = state.ready[state.from..<min(state.ready.count, state.from + memory.count)]
      memory.copyBytes(from: part)
      state.from += part.count
      return part.count
    }
  }

  private func refill(_ state: inout State) throws(Fault) {
    state.ready = []
    state.from = 0
    while state.ready.isEmpty {
      switch state.step {
      case .head:
        state.ready = head
        state.step = .file
      case .file:
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
        defer { memory.deallocate() }
        let read = try file.read(into: memory)
        state.held.append(contentsOf: memory[..<read])
        let whole = read == 0 ? state.held.count : state.held.count / Self.lineBytes * Self.lineBytes
        state.ready = Array(Self.lines(Array(state.held[..<whole])).utf8)
        state.held.removeFirst(whole)
        if read == 0 { state.step = .tail }
      case .tail:
        state.ready = tail
        state.step = .end
      case .end: return
      }
    }
  }

  // MARK: Headers

  /// Refuses an address that could hide a header or a command: letters of ASCII, one `@`, no blanks, brackets or control
  /// characters, at most 254 bytes (RFC 5321, 4.5.3.1).
  static func check(address: String, _ place: String) throws(Fault) {
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    let isPlain = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>()[],;:\\\"".utf8.contains($0) }
    guard isPlain, parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, address.utf8.count <= 254 else {
      throw Fault(
        .configuration, Diagnostic(.mailAddress, at: Place(file: place), value: address.escapedForDisplay))
    }
  }

  /// Refuses a subject or name with line breaks or other control characters, which could add headers (S10).
  static func check(header: String, _ place: String) throws(Fault) {
    guard header.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }), header.utf8.count <= 998
    else {
      throw Fault(.configuration, Diagnostic(.mailHeader, at: Place(file: place), value: header.escapedForDisplay))
    }
  }

  /// A header's text: as it is when it is short ASCII, else in encoded words of at most 75 letters (RFC 2047).
  static func encoded(header: String) -> String {
    if header.utf8.count <= 60, header.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }), !header.contains("=?") {
      return header
    }
    var words: [String] = []
    var word: [UInt8] = []
    for scalar in header.unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      // 45 bytes make 60 letters; a character is never cut.
      if word.count + bytes.count > 45 {
        words.append("=?UTF-8?B?\(Base64.encode(word))?=")
        word = []
      }
      word += bytes
    }
    words.append("=?UTF-8?B?\(Base64.encode(word))?=")
    return words.joined(separator: "\r\n ")
  }

  /// The attachment's name: quoted when it is plain, else percent-encoded (RFC 2231), in pieces that fit a line.
  static func fileName(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
    if isPlain, name.utf8.count <= 60 { return "filename=\"\(name)\"" }
    let encoded = Array(PercentCode.encode(name).utf8)
    if encoded.count <= 60 { return "filename*=UTF-8''" + String(decoding: encoded, as: UTF8.self) }
    var pieces: [String] = []
    var from = 0
    while from < encoded.count {
      var to = min(encoded.count, from + 54)
      // A byte's three letters stay together.
      while to < encoded.count, encoded[max(from, to - 2)..<to].contains(0x25) { to -= 1 }
      let start = pieces.isEmpty ? "UTF-8''" : ""
      pieces.append("filename*\(pieces.count)*=\(start)\(String(decoding: encoded[from..<to], as: UTF8.self))")
      from = to
    }
    return pieces.joined(separator: ";\r\n ")
  }

  private static func mediaType(of name: String) -> String {
    switch name.lowercased().split(separator: ".").last {
    case "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    case "csv": "text/csv"
    case "xml": "application/xml"
    case "json", "jsonl": "application/json"
    case "pdf": "application/pdf"
    case "zip": "application/zip"
    case "gz": "application/gzip"
    default: "application/octet-stream"
    }
  }

  /// Base64 in lines of 76 letters, each with its end.
  private static func lines(_ bytes: [UInt8]) -> String {
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: lineBytes) {
      text += Base64.encode(Array(bytes[start..<min(start + lineBytes, bytes.count)])) + "\r\n"
    }
    return text
  }
}

/// Dates of mails.
enum MailDate {
  /// `Sun, 22 Nov 2026 04:29:02 +0000` (RFC 5322, 3.3).
  static func text(_ seconds: Int64) -> String {
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let iso = ISODate.text(seconds).split { "-T:Z".contains($0) }
    let day = Int((seconds % 604_800 + 604_800) % 604_800 / 86_400)
    return "\(days[day]), \(iso[2]) \(months[(Int(iso[1]) ?? 1) - 1]) \(iso[0]) \(iso[3]):\(iso[4]):\(iso[5]) +0000"
  }
}
