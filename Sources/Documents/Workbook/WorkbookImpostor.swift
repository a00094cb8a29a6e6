internal import Diagnostics

/// Tells what a file is that is named like a workbook and is none.
enum WorkbookImpostor {
  /// The fault for a document that is no zip archive; nil when it begins like one.
  static func fault(of document: InputDocument) throws(Fault) -> Fault? {
    let place = Place(file: document.name)
    let head = try document.prefix(4096)
    if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) || head.starts(with: [0x50, 0x4B, 0x05, 0x06]) { return nil }
    if head.isEmpty {
      return .workbook(.malformed, .workbookDamaged, place, .init("the file is empty", vi: "tệp rỗng"))
    }
    if head.starts(with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
      let names = try compoundFileNames(of: document, head)
      let isEncrypted = names.contains("EncryptedPackage") || names.contains("EncryptionInfo")
      return .workbook(.unreadable, isEncrypted ? .workbookEncrypted : .workbookLegacy, place)
    }
    // A BIFF stream without a container: BOF records of Excel 2 to 5.
    if head.count >= 4, head[0] == 0x09, [0x00, 0x02, 0x04, 0x08].contains(head[1]), head[3] == 0x00 {
      return .workbook(.unreadable, .workbookLegacy, place)
    }
    let text = asciiView(head)
    if text.hasPrefix("<") {
      if text.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return .workbook(
          .unreadable, .workbookOtherFormat, place,
          .init("it is an XML spreadsheet of Excel 2003", vi: "đây là bảng tính XML của Excel 2003"))
      }
      for mark in ["<!doctype html", "<html", "<head", "<body", "<table", "<meta", "<script"] where text.contains(mark)
      {
        return .workbook(.unreadable, .workbookWebPage, place)
      }
      return .workbook(
        .unreadable, .workbookOtherFormat, place, .init("it is an XML document", vi: "đây là tài liệu XML"))
    }
    if looksLikeText(head) { return .workbook(.unreadable, .workbookText, place) }
    return .workbook(.malformed, .workbookDamaged, place, .init("it is no zip archive", vi: "không phải tệp nén zip"))
  }

  /// The fault for an archive without a workbook part.
  static func fault(ofArchive package: WorkbookPackage) -> Fault {
    let place = Place(file: package.document.name)
    if package.contains("xl/workbook.bin") { return .workbook(.unreadable, .workbookBinary, place) }
    let others: [(String, LocalizedText)] = [
      ("word/document.xml", .init("it is a Word document", vi: "đây là tài liệu Word")),
      ("ppt/presentation.xml", .init("it is a PowerPoint presentation", vi: "đây là bài trình chiếu PowerPoint")),
      ("content.xml", .init("it is an OpenDocument file", vi: "đây là tệp OpenDocument")),
      ("index/document.iwa", .init("it is an Apple Numbers file", vi: "đây là tệp Apple Numbers")),
    ]
    for (part, text) in others where package.contains(part) {
      return .workbook(.unreadable, .workbookOtherFormat, place, text)
    }
    return .workbook(
      .unreadable, .workbookOtherFormat, place,
      .init("the archive holds no workbook part", vi: "tệp nén không chứa phần workbook"))
  }

  /// The names in the first directory sector of a compound file (MS-CFB, sections 2.2 and 2.6).
  private static func compoundFileNames(of document: InputDocument, _ head: [UInt8]) throws(Fault) -> [String] {
    guard head.count >= 512 else { return [] }
    let shift = UInt64(head[30])
    let sector = (0..<4).reduce(UInt64(0)) { $0 | UInt64(head[48 + $1]) << UInt64(8 * $1) }
    guard shift == 9 || shift == 12, sector < 1 << 31 else { return [] }
    let directory = try document.bytes(at: (sector + 1) << shift, count: 4096)
    var names: [String] = []
    for entry in stride(from: 0, to: directory.count - 127, by: 128) {
      let bytes = Int(directory[entry + 64]) | Int(directory[entry + 65]) << 8
      guard bytes >= 2, bytes <= 64 else { continue }
      let units = stride(from: 0, to: bytes - 2, by: 2).map {
        UInt16(directory[entry + $0]) | UInt16(directory[entry + $0 + 1]) << 8
      }
      names.append(String(decoding: units, as: UTF16.self))
    }
    return names
  }

  /// The ASCII of a text's beginning in lower case, without byte order mark, NULs of UTF-16 and leading white space.
  private static func asciiView(_ head: [UInt8]) -> String {
    let bytes = head.filter { $0 != 0 && $0 < 0x80 }.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    return String(decoding: bytes.drop { $0 <= 0x20 }, as: UTF8.self)
  }

  private static func looksLikeText(_ head: [UInt8]) -> Bool {
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return true }
    return !head.contains { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D && $0 != 0x0C }
  }
}
