public import Diagnostics

extension DiagnosticCode {
  /// The codes of the workbook reader and writer.
  public static let workbookCodes: [DiagnosticCode] = [
    .workbookWebPage, .workbookText, .workbookLegacy, .workbookEncrypted, .workbookBinary, .workbookOtherFormat,
    .workbookDamaged, .workbookLimit, .workbookUnsafe, .workbookWrite, .workbookTextTooLong,
  ]

  /// A web page with a workbook's name.
  public static let workbookWebPage = DiagnosticCode(
    "workbook-web-page", .fatal,
    title: .init("The file is a web page, not a workbook", vi: "Tệp là trang web, không phải sổ tính Excel"),
    explanation: .init(
      "Portals often answer with a page (a sign-in form, an error) under the name of the file that was asked for, or export a table as HTML named .xls or .xlsx.",
      vi:
        "Cổng thông tin hay trả về một trang (đăng nhập, báo lỗi) dưới tên tệp được yêu cầu, hoặc xuất bảng HTML đặt tên .xls, .xlsx."
    ),
    remedy: .init(
      "Download the file again while signed in; or open it in a spreadsheet program and save it as .xlsx.",
      vi: "Hãy đăng nhập và tải lại tệp; hoặc mở bằng chương trình bảng tính rồi lưu thành .xlsx."))

  /// Delimited or other plain text with a workbook's name.
  public static let workbookText = DiagnosticCode(
    "workbook-text", .fatal,
    title: .init("The file is plain text, not a workbook", vi: "Tệp là văn bản thuần, không phải sổ tính Excel"),
    explanation: .init(
      "A CSV or TSV file that was renamed to .xlsx stays a text file.",
      vi: "Tệp CSV hoặc TSV đổi tên thành .xlsx vẫn là tệp văn bản."),
    remedy: .init(
      "Read it as delimited text: name it .csv or .tsv.", vi: "Hãy đọc như tệp CSV: đổi tên thành .csv hoặc .tsv."))

  /// A workbook of Excel 97–2003 or older.
  public static let workbookLegacy = DiagnosticCode(
    "workbook-legacy-xls", .fatal,
    title: .init(
      "The file is a workbook of Excel 97–2003 (.xls), which is not read",
      vi: "Tệp là sổ tính Excel 97–2003 (.xls), không được hỗ trợ"),
    explanation: .init(
      "The old binary format is a different format; only Office Open XML workbooks (.xlsx) are read.",
      vi: "Định dạng nhị phân cũ là một định dạng khác; chỉ đọc sổ tính Office Open XML (.xlsx)."),
    remedy: .init(
      "Open it in a spreadsheet program and save it as .xlsx.",
      vi: "Hãy mở bằng chương trình bảng tính rồi lưu thành .xlsx."))

  /// A workbook protected by a password.
  public static let workbookEncrypted = DiagnosticCode(
    "workbook-encrypted", .fatal,
    title: .init("The workbook is protected by a password", vi: "Sổ tính được đặt mật khẩu"),
    explanation: .init(
      "An encrypted workbook cannot be opened without its password, and the gateway keeps none.",
      vi: "Sổ tính mã hoá không mở được nếu không có mật khẩu, và cổng không lưu mật khẩu nào."),
    remedy: .init("Save a copy without a password.", vi: "Hãy lưu một bản không đặt mật khẩu."))

  /// A binary workbook of Excel 2007 and later.
  public static let workbookBinary = DiagnosticCode(
    "workbook-xlsb", .fatal,
    title: .init(
      "The file is a binary workbook (.xlsb), which is not read",
      vi: "Tệp là sổ tính nhị phân (.xlsb), không được hỗ trợ"),
    explanation: .init(
      "An .xlsb file holds its sheets in a binary form.", vi: "Tệp .xlsb lưu các trang tính ở dạng nhị phân."),
    remedy: .init(
      "Open it in a spreadsheet program and save it as .xlsx.",
      vi: "Hãy mở bằng chương trình bảng tính rồi lưu thành .xlsx."))

  /// Another document with a workbook's name.
  public static let workbookOtherFormat = DiagnosticCode(
    "workbook-other-format", .fatal,
    title: .init("The file is no Office Open XML workbook", vi: "Tệp không phải sổ tính Office Open XML"),
    explanation: .init(
      "Read are .xlsx and .xlsm; not OpenDocument (.ods), Word documents, Apple Numbers, XML spreadsheets of 2003 or other archives.",
      vi:
        "Đọc được .xlsx và .xlsm; không đọc OpenDocument (.ods), tài liệu Word, Apple Numbers, bảng tính XML 2003 hay tệp nén khác."
    ),
    remedy: .init(
      "Open it in a spreadsheet program and save it as .xlsx.",
      vi: "Hãy mở bằng chương trình bảng tính rồi lưu thành .xlsx."))

  /// A workbook that is cut off or broken.
  public static let workbookDamaged = DiagnosticCode(
    "workbook-damaged", .fatal,
    title: .init("The workbook is damaged or cut off", vi: "Sổ tính bị hỏng hoặc bị cắt cụt"),
    explanation: .init(
      "The archive or a part of it cannot be read whole, so what could be read is not published.",
      vi: "Không đọc được trọn vẹn tệp nén hoặc một phần của nó, nên phần đọc được cũng không được xuất bản."),
    remedy: .init(
      "Transfer the file again; if it stays damaged, open it in a spreadsheet program and save it anew.",
      vi: "Hãy truyền lại tệp; nếu vẫn hỏng, mở bằng chương trình bảng tính rồi lưu lại."))

  /// A workbook beyond a limit.
  public static let workbookLimit = DiagnosticCode(
    "workbook-limit", .fatal,
    title: .init("The workbook is over a limit", vi: "Sổ tính vượt quá giới hạn"),
    explanation: .init(
      "A small archive can hold a huge sheet; limits on size, ratio, entries and cells keep such a file from taking the machine.",
      vi:
        "Một tệp nén nhỏ có thể chứa trang tính khổng lồ; giới hạn về kích thước, tỉ lệ nén, số mục và số ô ngăn tệp chiếm hết máy."
    ),
    remedy: .init(
      "Split the workbook; if it is honest, raise the limit named in the message.",
      vi: "Hãy chia nhỏ sổ tính; nếu tệp hợp lệ, hãy nâng giới hạn nêu trong thông báo."))

  /// A workbook whose archive is built to deceive.
  public static let workbookUnsafe = DiagnosticCode(
    "workbook-unsafe", .fatal,
    title: .init(
      "The workbook's archive has entries that no program writes",
      vi: "Tệp nén của sổ tính có mục mà không chương trình nào ghi ra"),
    explanation: .init(
      "Two entries of one name, or names that lead out of the archive, make programs see different contents or overwrite files.",
      vi:
        "Hai mục trùng tên, hoặc tên trỏ ra ngoài tệp nén, khiến các chương trình thấy nội dung khác nhau hoặc ghi đè tệp."
    ),
    remedy: .init(
      "Do not use the file; ask its sender how it was made.", vi: "Đừng dùng tệp này; hãy hỏi bên gửi cách tạo ra nó."))

  /// A workbook that could not be written.
  public static let workbookWrite = DiagnosticCode(
    "workbook-write", .fatal,
    title: .init("The workbook could not be written", vi: "Không ghi được sổ tính"),
    explanation: .init(
      "The library that writes workbooks refused a value, or the disk refused the file.",
      vi: "Thư viện ghi sổ tính từ chối một giá trị, hoặc đĩa từ chối tệp."),
    remedy: .init(
      "Look at the reason in the message: free disk space, or correct the sheet's or name's spelling.",
      vi: "Xem lý do trong thông báo: giải phóng đĩa, hoặc sửa tên trang tính hay tên vùng."))

  /// A text that no cell can hold.
  public static let workbookTextTooLong = DiagnosticCode(
    "workbook-text-too-long", .error,
    title: .init("The text is longer than a cell can hold", vi: "Văn bản dài hơn mức một ô chứa được"),
    explanation: .init(
      "A cell holds 32 767 UTF-16 units; longer text would be cut by the program that opens the file.",
      vi: "Một ô chứa tối đa 32 767 đơn vị UTF-16; văn bản dài hơn sẽ bị chương trình mở tệp cắt bớt."),
    remedy: .init("Shorten the text.", vi: "Hãy rút ngắn văn bản."))
}

extension Fault {
  /// A fault of a workbook, its message made of the code's title and a detail.
  static func workbook(
    _ kind: Kind, _ code: DiagnosticCode, _ place: Place, _ detail: LocalizedText? = nil, value: String? = nil
  ) -> Fault {
    let message = detail.map { LocalizedText("\(code.title.en): \($0.en)", vi: "\(code.title.vi): \($0.vi)") }
    return Fault(kind, Diagnostic(code, at: place, value: value, message: message))
  }
}
