public import Diagnostics

/// A path on a server: decoded, absolute, made of plain names.
///
/// Whatever comes from data or from a server's listing passes through here, so that a name can neither leave its folder nor
/// hide a command (S9, S10): no empty name, no `.` and `..`, no slash or backslash, no control character (CR, LF and NUL
/// above all), at most 255 bytes a name and 4096 in all.
public struct RemotePath: Sendable, Hashable, CustomStringConvertible {
  /// The names from the root on.
  public let names: [String]
  /// Whether it was written with a slash at its end: a folder.
  public let isFolder: Bool

  /// The root.
  public static let root = RemotePath(names: [], isFolder: true)

  private init(names: [String], isFolder: Bool) {
    self.names = names
    self.isFolder = isFolder
  }

  /// Takes a decoded path apart; slashes in a row count once.
  ///
  /// - Throws: `.configuration` with `remote-name`.
  public init(_ text: String) throws(Fault) {
    let names = text.split(separator: "/").map(String.init)
    for name in names {
      if let reason = Self.refusal(of: name) { throw Self.fault(name, reason) }
    }
    if text.utf8.count > 4096 {
      throw Self.fault(
        String(text.prefix(60)), .init("a path has at most 4096 bytes", vi: "đường dẫn dài tối đa 4096 byte"))
    }
    self.init(names: names, isFolder: text.hasSuffix("/") || names.isEmpty)
  }

  /// The last name; empty for the root.
  public var name: String { names.last ?? "" }

  /// The folder it stands in; the root's is the root.
  public var parent: RemotePath { RemotePath(names: Array(names.dropLast()), isFolder: true) }

  /// The path of a file in this folder.
  ///
  /// - Throws: `.configuration` with `remote-name`.
  public func appending(_ name: String) throws(Fault) -> RemotePath {
    if let reason = Self.refusal(of: name) { throw Self.fault(name, reason) }
    return RemotePath(names: names + [name], isFolder: false)
  }

  /// The same path with or without a slash at its end.
  public func asFolder(_ isFolder: Bool = true) -> RemotePath { RemotePath(names: names, isFolder: isFolder) }

  /// Decoded, from the root on.
  public var description: String { "/" + names.joined(separator: "/") + (isFolder && !names.isEmpty ? "/" : "") }

  /// Percent-encoded for a URL: all but the unreserved characters of RFC 3986.
  public var encoded: String { PercentCode.encode(description, keeping: "/") }

  /// Why a name is no plain file name; nil when it is one.
  public static func refusal(of name: String) -> LocalizedText? {
    if name.isEmpty { return .init("a name is empty", vi: "tên bị trống") }
    if name == "." || name == ".." {
      return .init("“\(name)” leads out of the folder", vi: "“\(name)” dẫn ra khỏi thư mục")
    }
    if name.utf8.count > 255 { return .init("a name has at most 255 bytes", vi: "tên dài tối đa 255 byte") }
    for scalar in name.unicodeScalars {
      if scalar == "/" || scalar == "\\" {
        return .init("a name may not contain a slash or backslash", vi: "tên không được chứa dấu gạch chéo")
      }
      if scalar.properties.generalCategory == .control || scalar.value == 0x2028 || scalar.value == 0x2029 {
        return .init(
          "a name may not contain line breaks or other control characters",
          vi: "tên không được chứa ký tự xuống dòng hay ký tự điều khiển")
      }
    }
    return nil
  }

  static func fault(_ name: String, _ reason: LocalizedText) -> Fault {
    let shown = name.escapedForDisplay
    return Fault(
      .configuration,
      Diagnostic(
        .remoteName, at: Place(file: shown), value: shown,
        message: .init(
          "“\(shown)” cannot be a remote file's name: \(reason.en).",
          vi: "“\(shown)” không thể là tên tệp trên máy chủ: \(reason.vi).")))
  }
}

extension String {
  /// Control characters as `\u{…}`, so that a name from outside cannot write lines of its own into a log (S21).
  var escapedForDisplay: String {
    var result = ""
    for scalar in unicodeScalars.prefix(300) {
      if scalar.properties.generalCategory == .control || scalar.value == 0x2028 || scalar.value == 0x2029 {
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
