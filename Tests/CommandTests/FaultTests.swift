import Foundation
import Testing

/// Broken input as users send it: every finding has its place, the rest is converted, and counts add up.
@Suite("Faults at the command")
struct FaultTests {
  static let header =
    "Mã SKU,Tên sản phẩm,Danh mục,Tên nhà cung cấp,Mô tả chi tiết,Xuất xứ,Tỉnh/Thành phố,Giá niêm yết (VND),Đơn vị tính,Khối lượng tịnh,Đơn vị khối lượng tịnh,Trọng lượng vận chuyển (gram),Số lượng tồn kho,Mã vạch (GTIN),Ảnh đại diện\r\n"

  static func row(
    sku: String, name: String = "Mật hoa dừa", price: String = "45000", net: String = "250", unit: String = "g",
    gtin: String = "8938501234018"
  ) -> String {
    "\(sku),\(name),Thực phẩm,HTX Ví dụ,Mô tả,Việt Nam,Cao Bằng,\(price),chai,\(net),\(unit),300,5,\(gtin),https://example.vn/a.jpg\r\n"
  }

  /// One faulty row between two good ones: code, line and column header, two written, one quarantined, exit 3.
  @Test(arguments: [
    ("wrong check digit", row(sku: "B", gtin: "8938501234019"), "gtin-check-digit", "Mã vạch (GTIN)"),
    ("spreadsheet GTIN", row(sku: "B", gtin: "8.9E+12"), "gtin-scientific", "Mã vạch (GTIN)"),
    ("unknown unit", row(sku: "B", unit: "xyz"), "unknown-unit", "Khối lượng tịnh"),
    ("English grouping", row(sku: "B", price: "\"45,000.5\""), "number-format", "Giá niêm yết (VND)"),
  ])
  func recordFaults(name: String, faulty: String, code: String, column: String) throws {
    let folder = try Folder()
    let input = try folder.write(
      "\u{FEFF}" + Self.header + Self.row(sku: "A") + faulty + Self.row(sku: "C", gtin: "8938501234025"), "feed.csv")
    let (command, report) = try Command.convert(input, from: "buu-dien", to: "canonical", in: folder)
    #expect(command.exitCode == 3, "\(command.errors)")
    let records = try #require(report["records"] as? [String: Int])
    #expect(records["read"] == 3)
    #expect(records["written"] == 2)
    #expect(records["quarantined"] == 1)
    let diagnostics = try #require(report["diagnostics"] as? [[String: Any]])
    let finding = try #require(diagnostics.first { $0["code"] as? String == code }, "\(diagnostics)")
    #expect(finding["line"] as? Int == 3)
    #expect(finding["field"] as? String == column)
    #expect(finding["product"] != nil)
    #expect(finding["column"] is Int)
    // The quarantine runs through the same command and fails the same way; nothing else is in it.
    let quarantine = try #require((report["quarantine"] as? [String])?.first)
    let (again, second) = try Command.convert(quarantine, from: "buu-dien", to: "canonical", in: folder)
    #expect(again.exitCode == 3)
    #expect((second["records"] as? [String: Int])?["read"] == 1)
  }

  @Test func vietnameseMoneyIsRead() throws {
    let folder = try Folder()
    let input = try folder.write(Self.header + Self.row(sku: "A", price: "45.000 đ"), "feed.csv")
    let (command, _) = try Command.convert(input, from: "buu-dien", to: "canonical", in: folder)
    #expect(command.exitCode == 0, "\(command.errors)")
    let text = try String(contentsOfFile: folder.path("out"), encoding: .utf8)
    #expect(text.contains("\"amount\":\"45000\""))
  }

  /// NFD text is composed and said so.
  @Test func decomposedTextIsComposed() throws {
    let folder = try Folder()
    let input = try folder.write(
      Self.header + Self.row(sku: "A", name: "Mật hoa dừa".decomposedStringWithCanonicalMapping), "feed.csv")
    let (command, report) = try Command.convert(input, from: "buu-dien", to: "canonical", in: folder)
    #expect(command.exitCode == 0, "\(command.errors)")
    let text = try String(contentsOfFile: folder.path("out"), encoding: .utf8)
    #expect(text.utf8.firstRange(of: Array("Mật hoa dừa".utf8)) != nil)
    #expect((report["findings"] as? [String: Int])?.isEmpty == false)
  }

  @Test func missingRequiredColumnEndsTheDocument() throws {
    let folder = try Folder()
    let input = try folder.write("Tên sản phẩm,Mã vạch (GTIN)\r\nTrà,8938501234018\r\n", "feed.csv")
    let (command, _) = try Command.convert(input, from: "buu-dien", to: "canonical", in: folder)
    #expect([65, 66].contains(command.exitCode))
    #expect(command.errors.contains("Mã SKU"))
    #expect(!folder.exists("out"))
  }

  @Test func invalidByteFaultsItsRecordOnly() throws {
    let folder = try Folder()
    var bytes = Array((Self.header + Self.row(sku: "A") + Self.row(sku: "B", name: "X?Y", gtin: "8938501234025")).utf8)
    let at = try #require(bytes.firstIndex(of: UInt8(ascii: "?")))
    bytes[at] = 0xFF
    let input = try folder.write(bytes, "feed.csv")
    let (command, report) = try Command.convert(input, from: "buu-dien", to: "canonical", in: folder)
    #expect(command.exitCode == 3, "\(command.errors)")
    #expect((report["records"] as? [String: Int])?["written"] == 1)
    let diagnostics = try #require(report["diagnostics"] as? [[String: Any]])
    #expect(diagnostics.contains { $0["line"] as? Int == 3 && $0["byte"] as? Int == at })
  }

  /// Documents that are broken as a whole leave nothing behind.
  @Test(arguments: [
    ("truncated XML", "gs1-cin", Array("<?xml version=\"1.0\"?><a><b>".utf8)),
    ("XML bomb", "gs1-cin", Array("<!DOCTYPE a [<!ENTITY x \"yy\"><!ENTITY z \"&x;&x;\">]><a>&z;</a>".utf8)),
    ("web page named xlsx", "producer-sheet", Array("<!DOCTYPE html><html><body>Log in</body></html>".utf8)),
    ("not JSON", "canonical", Array("hello".utf8)),
  ])
  func documentFaults(name: String, profile: String, bytes: [UInt8]) throws {
    let folder = try Folder()
    let input = try folder.write(bytes, "input.xlsx")
    let (command, report) = try Command.convert(input, from: profile, to: "canonical", in: folder)
    #expect([65, 66].contains(command.exitCode), "\(command.errors)")
    #expect(report["status"] as? String == "failed")
    #expect(folder.contents.filter { !$0.hasPrefix("report") } == ["input.xlsx"])
  }

  /// A small file that inflates to gigabytes is refused before it does.
  @Test func zipBombIsRefused() throws {
    let folder = try Folder()
    let python = Process()
    python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    python.arguments = [
      "python3", "-c",
      """
      import sys, zipfile
      z = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)
      z.writestr("[Content_Types].xml", "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>")
      z.writestr("_rels/.rels", "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='r' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument' Target='xl/workbook.xml'/></Relationships>")
      with z.open("xl/workbook.xml", "w", force_zip64=True) as f:
          f.write(b"<workbook>")
          for _ in range(1500): f.write(b" " * (1 << 20))
      z.close()
      """, folder.path("bomb.xlsx"),
    ]
    try python.run()
    python.waitUntilExit()
    let (command, _) = try Command.convert(
      folder.path("bomb.xlsx"), from: "producer-sheet", to: "canonical", in: folder)
    #expect([65, 66].contains(command.exitCode), "\(command.errors)")
    #expect(!folder.exists("out"))
  }

  @Test func tooManyRejectsPublishNothing() throws {
    let folder = try Folder()
    let input = try folder.write(
      Self.header + Self.row(sku: "A", gtin: "1") + Self.row(sku: "B", gtin: "2") + Self.row(sku: "C"), "feed.csv")
    let (command, _) = try Command.convert(
      input, from: "buu-dien", to: "canonical", in: folder, extra: ["--max-rejects", "1"])
    #expect(command.exitCode == 65)
    #expect(!folder.exists("out"))
    #expect(folder.contents.allSatisfy { !$0.contains("quarantine") })
  }

  @Test func missingInputIsUnreadable() throws {
    let folder = try Folder()
    let (command, _) = try Command.convert(folder.path("none.csv"), from: "buu-dien", to: "canonical", in: folder)
    #expect(command.exitCode == 66)
  }

  @Test func unknownProfileIsConfiguration() throws {
    let folder = try Folder()
    let input = try folder.write("x", "a.csv")
    let (command, _) = try Command.convert(input, from: "buu-dein", to: "canonical", in: folder)
    #expect(command.exitCode == 78)
    #expect(command.errors.contains("buu-dien"))
  }
}
