public import Diagnostics

extension DiagnosticCode {
  /// Bytes are not UTF-8 and nobody has said what they are.
  public static let encodingUnknown = DiagnosticCode(
    "encoding-unknown", .fatal,
    title: .init(
      "The file is not UTF-8, and its encoding is not known", vi: "Tệp không phải UTF-8 và không rõ bảng mã"),
    explanation: .init(
      "From this byte on the text is not UTF-8. Japanese, Korean and Windows code pages cannot be told apart by their bytes, and a wrong guess would turn names into other names.",
      vi:
        "Từ byte này văn bản không phải UTF-8. Không thể phân biệt các bảng mã Nhật, Hàn và Windows qua byte; đoán sai sẽ biến tên này thành tên khác."
    ),
    remedy: .init(
      "Save the file as UTF-8, or name its encoding, such as --encoding cp932.",
      vi: "Lưu tệp dạng UTF-8, hoặc chỉ rõ bảng mã, ví dụ --encoding cp932."))

  /// A workbook, an archive or a PDF document under the name of a text file.
  public static let encodingNotText = DiagnosticCode(
    "encoding-not-text", .fatal,
    title: .init("The file is no text", vi: "Tệp không phải văn bản"),
    explanation: .init(
      "Its first bytes are those of a workbook, an archive or a PDF document, whatever its name says.",
      vi: "Các byte đầu là của sổ tính, tệp nén hoặc tài liệu PDF, dù tên tệp ghi thế nào."),
    remedy: .init(
      "Give a workbook the name and profile of a workbook, or save it as CSV; unpack an archive first.",
      vi:
        "Nếu là sổ tính, hãy đặt đúng tên và chọn hồ sơ cho sổ tính, hoặc lưu thành CSV; nếu là tệp nén, hãy giải nén trước."
    ))

  /// The byte order mark tells another encoding than the user.
  public static let encodingContradiction = DiagnosticCode(
    "encoding-contradiction", .fatal,
    title: .init("The file is in another encoding than stated", vi: "Bảng mã của tệp khác với khai báo"),
    explanation: .init(
      "The file begins with a byte order mark, which tells its encoding for certain.",
      vi: "Tệp bắt đầu bằng dấu BOM, cho biết chắc chắn bảng mã của tệp."),
    remedy: .init("Leave the encoding out; it is then found.", vi: "Bỏ khai báo bảng mã; chương trình sẽ tự nhận."))

  /// An encoding that is not read or written.
  public static let encodingUnsupported = DiagnosticCode(
    "encoding-unsupported", .fatal,
    title: .init("This encoding is not supported", vi: "Bảng mã này không được hỗ trợ"),
    explanation: .init(
      "Read and written are UTF-8, UTF-16, windows-1258, windows-1252, cp932 (Shift_JIS), cp949 (EUC-KR) and ISO 8859-1, as far as the system's converters are installed.",
      vi:
        "Hỗ trợ UTF-8, UTF-16, windows-1258, windows-1252, cp932 (Shift_JIS), cp949 (EUC-KR) và ISO 8859-1, nếu hệ thống có bộ chuyển mã."
    ),
    remedy: .init("Save the file as UTF-8.", vi: "Lưu tệp dạng UTF-8."))

  /// Bytes that the encoding does not know.
  public static let encodingInvalidBytes = DiagnosticCode(
    "encoding-invalid-bytes", .error,
    title: .init("Bytes that the encoding does not know", vi: "Có byte không có trong bảng mã"),
    explanation: .init(
      "The file was decoded, and here stands a byte sequence that is no character of its encoding.",
      vi: "Khi giải mã tệp, tại đây có chuỗi byte không phải ký tự nào của bảng mã."),
    remedy: .init(
      "Check that the encoding is right; save the file as UTF-8.", vi: "Kiểm tra lại bảng mã; lưu tệp dạng UTF-8."))

  /// A character that the target's encoding does not have.
  public static let encodingUnencodable = DiagnosticCode(
    "encoding-unencodable", .error,
    title: .init("A character that the output's encoding does not have", vi: "Ký tự không có trong bảng mã đầu ra"),
    explanation: .init(
      "cp932 and cp949 have no Vietnamese letters such as ạ and Đ, for instance. Nothing is replaced by ?.",
      vi: "Ví dụ cp932 và cp949 không có chữ Việt như ạ, Đ. Không thay ký tự bằng dấu ?."),
    remedy: .init(
      "Give a text in the partner's language, or write UTF-8 if the partner takes it.",
      vi: "Cung cấp văn bản bằng ngôn ngữ của đối tác, hoặc ghi UTF-8 nếu đối tác nhận."))

  /// Codes of text encodings.
  public static let encodingCodes: [DiagnosticCode] = [
    .encodingUnknown, .encodingNotText, .encodingContradiction, .encodingUnsupported, .encodingInvalidBytes,
    .encodingUnencodable,
  ]
}
