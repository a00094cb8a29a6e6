public import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// Where a password, key or token comes from. It is fetched when its endpoint is used, and not before.
public enum SecretSource: Sendable, Hashable {
  /// It stands in the file of endpoints itself.
  case literal(Secret)
  /// A variable of the environment.
  case environment(String)
  /// A file that only this user (or root) can read; a line break at its end is cut.
  case file(String)
  /// A program with its arguments, run without a shell; its standard output, without the line break at its end.
  case command([String])

  /// Most bytes of a secret.
  static let byteLimit = 64 << 10
  /// Seconds that a command may take.
  static let timeLimit = 30.0

  /// Fetches the secret.
  ///
  /// - Parameters:
  ///   - key: the key in the file, such as `password`, for messages.
  ///   - place: where it is declared.
  /// - Throws: `.configuration` with `secret-missing` or `secret-rights`. No message holds what a file or command gave.
  public func fetch(_ key: String, at place: Place) throws(Fault) -> Secret {
    switch self {
    case .literal(let secret): return secret
    case .environment(let name):
      guard let value = getenv(name), value.pointee != 0 else {
        throw Self.missing(
          key, place, .init("the variable \(name) is not set", vi: "biến \(name) chưa được đặt"))
      }
      return try Self.secret(Array(String(cString: value).utf8), key, place)
    case .file(let path):
      switch PrivateFile.read(path, limit: Self.byteLimit) {
      case .failure(let reason):
        throw Self.missing(
          key, place,
          .init("“\(path)” cannot be read: \(reason.text.en)", vi: "không đọc được “\(path)”: \(reason.text.vi)"))
      case .success(let file):
        guard file.isPrivate else { throw Fault(.configuration, Self.open(path, file, place)) }
        return try Self.secret(file.bytes, key, place)
      }
    case .command(let words):
      switch SecretCommand.run(words, seconds: Self.timeLimit, limit: Self.byteLimit) {
      case .failure(let reason): throw Self.missing(key, place, reason.text)
      case .success(let bytes): return try Self.secret(bytes, key, place)
      }
    }
  }

  /// What can be said without running or showing anything; nil when nothing is wrong.
  func finding(_ key: String, at place: Place) -> Diagnostic? {
    switch self {
    case .literal: return nil
    case .environment(let name):
      guard getenv(name) == nil else { return nil }
      // Where it is needed it may be set: a warning.
      return Self.missing(
        key, place, .init("the variable \(name) is not set here", vi: "biến \(name) chưa được đặt ở đây")
      ).diagnostic.with(.warning)
    case .file:
      do throws(Fault) { _ = try fetch(key, at: place) } catch { return error.diagnostic.with(.error) }
      return nil
    case .command(let words):
      guard let program = words.first, !SecretCommand.exists(program) else { return nil }
      return Self.missing(
        key, place, .init("there is no program “\(program)”", vi: "không có chương trình “\(program)”")
      ).diagnostic.with(.warning)
    }
  }

  /// One line of text: no control characters, which could begin another command or header.
  private static func secret(_ bytes: [UInt8], _ key: String, _ place: Place) throws(Fault) -> Secret {
    var bytes = bytes
    if bytes.last == 0x0A { bytes.removeLast() }
    if bytes.last == 0x0D { bytes.removeLast() }
    guard !bytes.isEmpty else { throw missing(key, place, .init("it is empty", vi: "giá trị trống")) }
    guard let text = String(validating: bytes, as: UTF8.self), bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw missing(
        key, place,
        .init("it is not one line of UTF-8 text", vi: "không phải một dòng văn bản UTF-8"))
    }
    return Secret(text)
  }

  static func missing(_ key: String, _ place: Place, _ reason: LocalizedText) -> Fault {
    Fault(
      .configuration,
      Diagnostic(
        .secretMissing, at: place,
        message: .init("“\(key)” cannot be had: \(reason.en).", vi: "Không lấy được “\(key)”: \(reason.vi).")))
  }

  /// The finding that others have rights on a file.
  static func open(_ path: String, _ file: PrivateFile, _ place: Place) -> Diagnostic {
    let mode = String(file.mode, radix: 8)
    let en = file.isOurs ? "has mode \(mode)" : "belongs to another user"
    let vi = file.isOurs ? "có quyền \(mode)" : "thuộc về người khác"
    return Diagnostic(
      .secretRights, at: place, value: path,
      message: .init("“\(path)” holds a secret and \(en).", vi: "“\(path)” chứa bí mật và \(vi)."))
  }
}

extension Diagnostic {
  /// The same with another severity.
  func with(_ severity: Severity) -> Diagnostic {
    var other = self
    other.severity = severity
    return other
  }
}
