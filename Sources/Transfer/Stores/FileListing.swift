internal import Diagnostics

/// Reads listings of FTP and SFTP servers.
enum FileListing {
  /// The two forms in use.
  enum Form {
    /// `type=file;size=12;modify=20261122042902; name` (MLSD, RFC 3659).
    case facts
    /// `-rw-r--r-- 1 user group 12 Nov 22 04:29 name`, as `ls -l` prints it (FTP LIST, SFTP), or that of Windows:
    /// `11-22-26  04:29AM  12 name`.
    case long
  }

  /// Takes a listing apart. Lines that are no entry (totals, notes) are passed over; names that are no plain file name are
  /// left out and reported (S9).
  static func parse(_ text: String, form: Form) -> RemoteListing {
    var listing = RemoteListing(files: [])
    for line in text.split(omittingEmptySubsequences: true, whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
      guard let file = form == .facts ? facts(line) : long(line), file.name != ".", file.name != ".." else { continue }
      listing.add(file)
    }
    return listing
  }

  private static func facts(_ line: Substring) -> RemoteFile? {
    guard let blank = line.firstIndex(of: " ") else { return nil }
    var file = RemoteFile(name: String(line[line.index(after: blank)...]), kind: .other, version: RemoteVersion())
    for fact in line[..<blank].split(separator: ";") {
      let parts = fact.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { continue }
      switch parts[0].lowercased() {
      case "type":
        switch parts[1].lowercased() {
        case "file": file.kind = .file
        case "dir": file.kind = .folder
        case "cdir", "pdir": return nil
        default: file.kind = .other
        }
      case "size": file.version.size = UInt64(parts[1])
      case "modify": file.version.modified = seconds(parts[1])
      default: break
      }
    }
    return file
  }

  /// `20261122042902` in UTC.
  private static func seconds(_ text: Substring) -> Int64? {
    let digits = Array(text.utf8.prefix(14))
    guard digits.count == 14, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    func part(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
    let month = Int(part(4..<6)) ?? 0
    guard (1...12).contains(month) else { return nil }
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return HTTPDate.seconds(
      "Mon, \(part(6..<8)) \(names[month - 1]) \(part(0..<4)) \(part(8..<10)):\(part(10..<12)):\(part(12..<14)) GMT")
  }

  private static func long(_ line: Substring) -> RemoteFile? {
    guard let first = line.first else { return nil }
    if first.isNumber { return windows(line) }
    guard "-dlbcps".contains(first) else { return nil }
    // Mode, links, owner, group, size, month, day, time or year, name; the name may hold blanks.
    var fields: [Substring] = []
    var rest = line
    while fields.count < 8 {
      rest = rest.drop { $0 == " " }
      guard let blank = rest.firstIndex(of: " ") else { return nil }
      fields.append(rest[..<blank])
      rest = rest[blank...]
    }
    var name = rest.dropFirst()
    guard fields[0].count >= 10, let size = UInt64(fields[4]), !name.isEmpty else { return nil }
    if first == "l", let arrow = name.firstRange(of: " -> ") { name = name[..<arrow.lowerBound] }
    let kind: RemoteFile.Kind = first == "-" ? .file : first == "d" ? .folder : .other
    return RemoteFile(name: String(name), kind: kind, version: RemoteVersion(size: kind == .file ? size : nil))
  }

  private static func windows(_ line: Substring) -> RemoteFile? {
    let fields = line.split(separator: " ", maxSplits: 3)
    guard fields.count == 4 else { return nil }
    let name = String(fields[3].drop { $0 == " " })
    if fields[2] == "<DIR>" { return RemoteFile(name: name, kind: .folder, version: RemoteVersion()) }
    guard let size = UInt64(fields[2]) else { return nil }
    return RemoteFile(name: name, version: RemoteVersion(size: size))
  }
}
