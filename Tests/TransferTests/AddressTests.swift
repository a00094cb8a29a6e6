import Diagnostics
import Testing

@testable import Transfer

@Suite("Addresses and names")
struct AddressTests {
  @Test func urlsAreTakenApart() throws {
    let url = try RemoteURL("sftp://partner@SFTP.example.vn:2222/in/m%E1%BA%ADt%20hoa.csv")
    #expect(url.scheme == .sftp)
    #expect(url.user == "partner")
    #expect(url.host == "sftp.example.vn")
    #expect(url.port == 2222)
    #expect(url.path.names == ["in", "mật hoa.csv"])
    #expect(url.path.encoded == "/in/m%E1%BA%ADt%20hoa.csv")
    // Neither the user nor the query, which may carry a token, is shown.
    #expect(try RemoteURL("https://me@host/a?token=abc").description == "https://host/a")
    #expect(try RemoteURL("https://[::1]:8443/").host == "[::1]")
  }

  @Test(arguments: [
    ("ftps//host/a", "url-malformed"), ("gopher://host/", "url-scheme"), ("sftpp://host/", "url-scheme"),
    ("sftp://me:secret@host/", "url-password"), ("sftp://host:0/", "url-malformed"), ("sftp:///a", "url-malformed"),
    ("sftp://ho st/", "url-malformed"), ("sftp://host/%zz", "url-malformed"), ("sftp://host/%ff", "url-malformed"),
    ("sftp://host/a/../b", "remote-name"), ("sftp://host/a%2F..%2Fb", "remote-name"),
    ("ftp://host/x%0d%0aDELE%20y", "remote-name"), ("ftp://host/a%00b", "remote-name"),
    ("sftp://host/a%5Cb", "remote-name"),
  ])
  func badURLsAreRefused(_ text: String, _ code: String) {
    #expect {
      try RemoteURL(text)
    } throws: { error in
      let fault = error as? Fault
      return fault?.diagnostic.code.id == code && fault?.kind == .configuration
        && fault?.description.contains("secret") == false
    }
  }

  @Test func aNearSchemeIsSuggested() {
    #expect { try RemoteURL("sftpp://host/") } throws: { "\($0)".contains("sftp") }
  }

  @Test(arguments: [
    "127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
  ])
  func privateIPv4(_ text: String) { #expect(!PublicAddress.isPublic(four: four(text))) }

  @Test(arguments: ["8.8.8.8", "172.32.0.1", "100.128.0.1", "203.162.4.1"])
  func publicIPv4(_ text: String) { #expect(PublicAddress.isPublic(four: four(text))) }

  @Test func ipv6() {
    func six(_ start: [UInt8], _ end: [UInt8] = []) -> [UInt8] {
      start + [UInt8](repeating: 0, count: 16 - start.count - end.count) + end
    }
    #expect(!PublicAddress.isPublic(six: six([], [1])))
    #expect(!PublicAddress.isPublic(six: six([0xFE, 0x80], [1])))
    #expect(!PublicAddress.isPublic(six: six([0xFD, 0x00], [1])))
    #expect(!PublicAddress.isPublic(six: six([], [0xFF, 0xFF, 127, 0, 0, 1])))
    #expect(!PublicAddress.isPublic(six: six([0, 0x64, 0xFF, 0x9B], [10, 0, 0, 1])))
    #expect(!PublicAddress.isPublic(six: six([0x20, 0x02, 192, 168, 1, 1])))
    #expect(PublicAddress.isPublic(six: six([], [0xFF, 0xFF, 8, 8, 8, 8])))
    #expect(PublicAddress.isPublic(six: six([0x24, 0x04, 0x68, 0x00], [0x0E])))
  }

  private func four(_ text: String) -> UInt32 { text.split(separator: ".").reduce(0) { $0 << 8 | UInt32($1)! } }
}

@Suite("Listings and dates of servers")
struct ListingTests {
  @Test func threeForms() {
    let long = FileListing.parse(
      """
      total 12
      drwxr-xr-x    2 1000  1000      4096 Nov 22 04:29 đã xong
      -rw-r--r--    1 1000  1000    300000 Nov 22  2025 mật hoa  dừa.csv
      lrwxrwxrwx    1 0     0           11 Nov 22 04:29 link -> /etc/passwd
      -rw-r--r--    1 1000  1000         1 Nov 22 04:29 ..\\..\\evil
      """, form: .long)
    #expect(long.files.map(\.name) == ["đã xong", "mật hoa  dừa.csv", "link"])
    #expect(long.files.map(\.kind) == [.folder, .file, .other])
    #expect(long.files[1].version.size == 300_000)
    #expect(long.refused.map(\.code.id) == ["remote-name"])

    let windows = FileListing.parse(
      "11-22-26  04:29AM       <DIR>          in\n11-22-26  04:29AM   12 a b.csv", form: .long)
    #expect(windows.files.map(\.name) == ["in", "a b.csv"])
    #expect(windows.files[1].version.size == 12)

    let facts = FileListing.parse(
      "type=cdir;modify=20261122042902; .\r\ntype=file;size=12;modify=20261122042902; a b;c.csv\r\ntype=file;size=1; ../up\r\n",
      form: .facts)
    #expect(facts.files.map(\.name) == ["a b;c.csv"])
    #expect(facts.files[0].version == RemoteVersion(size: 12, modified: 1_795_321_742))
    #expect(facts.refused.count == 1)
    #expect(facts.refusedFiles.map(\.name) == ["../up"])
  }

  @Test func httpDates() {
    #expect(HTTPDate.seconds("Thu, 01 Jan 1970 00:00:00 GMT") == 0)
    #expect(HTTPDate.seconds("Tue, 29 Feb 2000 12:00:00 GMT") == 951_825_600)
    #expect(HTTPDate.seconds("Sun, 22 Nov 2026 04:29:02 GMT") == 1_795_321_742)
    #expect(HTTPDate.seconds("2026-11-22") == nil)
    for clock in ["9000000000000000000:00:00", "24:00:00", "00:60:00", "00:00:9000000000000000000", "-1:00:00"] {
      #expect(HTTPDate.seconds("Sun, 22 Nov 2026 \(clock) GMT") == nil, "\(clock)")
    }
  }

  @Test func davListing() throws {
    let answer = """
      <?xml version="1.0"?><D:multistatus xmlns:D="DAV:">
      <D:response><D:href>/in/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop></D:propstat></D:response>
      <D:response><D:href>http://h/in/a%20b.csv</D:href><D:propstat><D:prop><D:getcontentlength>12</D:getcontentlength><D:getetag>"x"</D:getetag></D:prop></D:propstat></D:response>
      <D:response><D:href>/in/..%2fup</D:href></D:response>
      <D:response><D:href>/other/c</D:href></D:response>
      </D:multistatus>
      """
    let listing = try DAVListing.parse(Array(answer.utf8), of: RemotePath("/in/"), at: RemoteURL("dav://h/"))
    #expect(listing.files.map(\.name) == ["a b.csv"])
    #expect(listing.files[0].version == RemoteVersion(size: 12, etag: "\"x\""))
    #expect(listing.refused.count == 1)
  }

  @Test func base64() {
    for text in ["", "f", "fo", "foo", "foob", "fooba", "foobar"] {
      #expect(Base64.decode(Base64.encode(Array(text.utf8))) == Array(text.utf8))
    }
    #expect(Base64.encode(Array("fooba".utf8)) == "Zm9vYmE=")
    #expect(Base64.decode("Zm9v*") == nil)
  }
}
