import Diagnostics
import Testing

@testable import Transfer

/// Mails as they are made, without a server.
struct MailMessageTests {
  private var settings: MailSettings {
    var settings = MailSettings()
    settings.from = "feeds@example.vn"
    settings.to = ["buyer@example.jp"]
    settings.subject = "Bảng giá {name}"
    return settings
  }

  /// Reads a message in pieces of a size.
  private func bytes(_ message: MailMessage, pieces: Int) throws -> [UInt8] {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: pieces)
    while case let read = try piece.withUnsafeMutableBytes({ try message.read(into: $0) }), read > 0 {
      all += piece[..<read]
    }
    return all
  }

  /// The size is known before, and the same file gives the same bytes, however they are asked for.
  @Test(arguments: [0, 1, 56, 57, 58, 114, 65_536, 100_003])
  func sameBytes(_ count: Int) throws {
    let file = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let message = try MailMessage(settings, name: "a.csv", file: MemorySource(file), date: 1_795_321_742)
    let once = try bytes(message, pieces: 1 << 20)
    #expect(once.count == Int(message.size))
    #expect(message.wasReadToItsEnd)
    try message.seek(to: 0)
    #expect(!message.wasReadToItsEnd)
    #expect(try bytes(message, pieces: 77) == once)
    let again = try MailMessage(settings, name: "a.csv", file: MemorySource(file), date: 1_795_321_742)
    #expect(try bytes(again, pieces: 4096) == once)
    #expect(String(decoding: once, as: UTF8.self).contains("Date: Sun, 22 Nov 2026 04:29:02 +0000\r\n"))
    let lines = String(decoding: once, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.utf8.count <= 78 })
  }

  /// A second attempt of the day has the same Message-ID; another file, name or receiver has not.
  @Test func identity() throws {
    func id(_ bytes: [UInt8] = [1], name: String = "a.csv", to: String = "b@c.vn", date: Int64 = 1_795_321_742) throws
      -> String
    {
      var settings = settings
      settings.to = [to]
      return try MailMessage(settings, name: name, file: MemorySource(bytes), date: date).id
    }
    let first = try id()
    #expect(first.hasSuffix("@example.vn>"))
    #expect(try id(date: 1_795_325_000) == first)
    for other in [try id([2]), try id(name: "b.csv"), try id(to: "x@c.vn"), try id(date: 1_795_421_742)] {
      #expect(other != first)
    }
  }

  /// S10: line breaks cannot add headers or commands.
  @Test(arguments: [
    "a@b.vn\r\nBcc: x@y.vn", "a b@c.vn", "<a@b.vn>", "a@", "@b.vn", "a@b@c.vn", "a@b.vn\u{0}", "đ@b.vn", "",
  ])
  func addresses(_ address: String) {
    #expect(throws: Fault.self) { try MailMessage.check(address: address, "test") }
  }

  @Test func subjects() throws {
    var settings = settings
    settings.subject = "x\r\nBcc: a@b.vn"
    #expect(throws: Fault.self) { try MailMessage(settings, name: "a", file: MemorySource([]), date: 0) }
    #expect(MailMessage.encoded(header: "plain") == "plain")
    #expect(MailMessage.encoded(header: "giá") == "=?UTF-8?B?Z2nDoQ==?=")
    #expect(MailMessage.encoded(header: "=?x") != "=?x")
    let long = MailMessage.encoded(header: String(repeating: "mật hoa dừa ", count: 20))
    #expect(long.split(separator: "\r\n ").allSatisfy { $0.utf8.count <= 75 && $0.hasPrefix("=?UTF-8?B?") })
  }

  @Test func names() {
    #expect(MailMessage.fileName("feed.csv") == "filename=\"feed.csv\"")
    #expect(MailMessage.fileName("giá.csv") == "filename*=UTF-8''gi%C3%A1.csv")
    let long = MailMessage.fileName(String(repeating: "giá dừa ", count: 10))
    let pieces = long.split(separator: ";\r\n ")
    #expect(pieces.count > 1 && pieces.allSatisfy { $0.utf8.count <= 78 })
    #expect(pieces[0].hasPrefix("filename*0*=UTF-8''"))
  }
}
