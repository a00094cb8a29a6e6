public import Diagnostics

extension DiagnosticCode {
  /// Text between a closing quote and the next delimiter.
  public static let delimitedTextAfterQuote = DiagnosticCode(
    "delimited-text-after-quote", .error,
    title: .init("Text after a closing quote", vi: "Có chữ sau dấu nháy đóng"),
    explanation: .init(
      "In a quoted cell every quote is written twice; a single one ends the cell, and a delimiter must follow (RFC 4180, section 2).",
      vi:
        "Trong ô có nháy, mỗi dấu nháy phải viết đôi; nháy đơn kết thúc ô và sau nó phải là dấu phân cách (RFC 4180, mục 2)."
    ),
    remedy: .init("Double the quotes inside the cell.", vi: "Viết đôi dấu nháy bên trong ô."))

  /// A quote in a cell that does not begin with one.
  public static let delimitedStrayQuote = DiagnosticCode(
    "delimited-stray-quote", .error,
    title: .init("A quote inside a cell without quotes", vi: "Dấu nháy trong ô không đặt trong nháy"),
    explanation: .init(
      "A cell that holds a quote must itself stand in quotes (RFC 4180, section 2), or nobody can tell where it ends.",
      vi: "Ô chứa dấu nháy phải được đặt trong nháy (RFC 4180, mục 2), nếu không thì không biết ô kết thúc ở đâu."),
    remedy: .init(
      "Put the cell in quotes and double its quotes, or read the file with tolerant quotes.",
      vi: "Đặt ô trong nháy và viết đôi dấu nháy, hoặc đọc tệp ở chế độ nháy dễ dãi (tolerant)."))

  /// A quote that is never closed.
  public static let delimitedUnterminatedQuote = DiagnosticCode(
    "delimited-unterminated-quote", .error,
    title: .init("A quoted cell is not closed", vi: "Ô mở nháy nhưng không đóng"),
    explanation: .init(
      "A cell begins with a quote, and no closing quote comes before the end. Reading goes on with the next line.",
      vi: "Ô bắt đầu bằng dấu nháy nhưng đến hết vẫn không có nháy đóng. Việc đọc tiếp tục từ dòng sau."),
    remedy: .init(
      "Close the quote, or check whether the file was cut off.", vi: "Đóng nháy, hoặc xem tệp có bị cắt cụt không."))

  /// A row beyond the cap.
  public static let delimitedRowTooLong = DiagnosticCode(
    "delimited-row-too-long", .error,
    title: .init("The row is too long", vi: "Dòng quá dài"),
    explanation: .init(
      "One row may have 8 MiB. More is no product, but a wrong delimiter, a missing line end or an attack.",
      vi:
        "Một dòng tối đa 8 MiB. Dài hơn thì không phải sản phẩm mà do sai dấu phân cách, thiếu xuống dòng hoặc bị tấn công."
    ),
    remedy: .init("Check the file's kind and line ends.", vi: "Kiểm tra loại tệp và ký tự xuống dòng."))

  /// More columns than the cap.
  public static let delimitedTooManyColumns = DiagnosticCode(
    "delimited-too-many-columns", .error,
    title: .init("The row has too many columns", vi: "Dòng có quá nhiều cột"),
    explanation: .init(
      "One row may have 16 384 columns, as an Excel sheet has.", vi: "Một dòng tối đa 16 384 cột, như trang tính Excel."
    ),
    remedy: .init("Check the delimiter.", vi: "Kiểm tra dấu phân cách."))

  /// A byte 0 in text.
  public static let delimitedNulByte = DiagnosticCode(
    "delimited-nul-byte", .error,
    title: .init("A zero byte in text", vi: "Có byte 0 trong văn bản"),
    explanation: .init(
      "Text holds no zero bytes: the file is binary, damaged, or UTF-16 without a byte order mark.",
      vi: "Văn bản không có byte 0: tệp là tệp nhị phân, bị hỏng, hoặc là UTF-16 thiếu dấu BOM."),
    remedy: .init("Export the file again as UTF-8.", vi: "Xuất lại tệp dạng UTF-8."))

  /// Bytes in a cell that are no UTF-8.
  public static let delimitedInvalidText = DiagnosticCode(
    "delimited-invalid-text", .error,
    title: .init("Bytes that are no text in the file's encoding", vi: "Có byte không thuộc bảng mã của tệp"),
    explanation: .init(
      "The cell holds bytes that the file's encoding does not know, so part of a name or number is lost.",
      vi: "Ô chứa byte không có trong bảng mã của tệp, nên một phần tên hoặc số đã mất."),
    remedy: .init(
      "Export the file again as UTF-8, or name its true encoding.", vi: "Xuất lại dạng UTF-8, hoặc chỉ đúng bảng mã."))

  /// Codes of delimited text.
  public static let delimitedCodes: [DiagnosticCode] = [
    .delimitedTextAfterQuote, .delimitedStrayQuote, .delimitedUnterminatedQuote, .delimitedRowTooLong,
    .delimitedTooManyColumns, .delimitedNulByte, .delimitedInvalidText,
  ]
}

extension DelimitedFault {
  /// The code under which the fault is reported.
  public var code: DiagnosticCode {
    switch self {
    case .textAfterQuote: .delimitedTextAfterQuote
    case .strayQuote: .delimitedStrayQuote
    case .unterminatedQuote: .delimitedUnterminatedQuote
    case .rowTooLong: .delimitedRowTooLong
    case .tooManyColumns: .delimitedTooManyColumns
    case .nulByte: .delimitedNulByte
    }
  }
}
