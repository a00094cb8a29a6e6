public import Diagnostics

extension DiagnosticCode {
  /// The codes of the XML reader.
  public static let xmlCodes: [DiagnosticCode] = [.xmlMalformed, .xmlDoctype, .xmlEncoding, .xmlLimit]

  /// XML that is not well-formed, or ends too early.
  public static let xmlMalformed = DiagnosticCode(
    "xml-malformed", .fatal,
    title: .init("The XML document is malformed or cut off", vi: "Tài liệu XML sai cú pháp hoặc bị cắt cụt"),
    explanation: .init(
      "A document that breaks the rules of XML 1.0 or of namespaces has no defined content, so nothing of it is published.",
      vi:
        "Tài liệu vi phạm quy tắc XML 1.0 hoặc không gian tên thì không có nội dung xác định, nên không phần nào được xuất bản."
    ),
    remedy: .init(
      "Send the whole file again; if it stays malformed, give its sender the line and column.",
      vi: "Hãy gửi lại trọn vẹn tệp; nếu vẫn sai, báo cho bên gửi biết dòng và cột."))

  /// XML with a document type declaration.
  public static let xmlDoctype = DiagnosticCode(
    "xml-doctype", .fatal,
    title: .init(
      "The XML document has a DOCTYPE, which is refused", vi: "Tài liệu XML có khai báo DOCTYPE nên bị từ chối"),
    explanation: .init(
      "A document type can define entities that read files, call the network or grow without end. No product format needs one.",
      vi:
        "DOCTYPE có thể định nghĩa thực thể đọc tệp, gọi mạng hoặc phình to vô hạn. Không định dạng sản phẩm nào cần đến nó."
    ),
    remedy: .init("Remove the <!DOCTYPE …> declaration.", vi: "Hãy bỏ khai báo <!DOCTYPE …>."))

  /// XML in an encoding that is not read, or with bytes that are not in its encoding.
  public static let xmlEncoding = DiagnosticCode(
    "xml-encoding", .fatal,
    title: .init("The XML document's encoding cannot be read", vi: "Không đọc được bảng mã của tài liệu XML"),
    explanation: .init(
      "Read are UTF-8, UTF-16, ASCII, ISO 8859, Windows code pages and the usual Vietnamese, Japanese, Korean and Chinese encodings; bytes that do not belong to the encoding are refused, never replaced.",
      vi:
        "Đọc được UTF-8, UTF-16, ASCII, ISO 8859, các bảng mã Windows và các bảng mã thông dụng của Việt Nam, Nhật, Hàn, Trung; byte không thuộc bảng mã thì bị từ chối chứ không thay thế."
    ),
    remedy: .init(
      "Save the document as UTF-8 and declare that encoding.",
      vi: "Hãy lưu tài liệu bằng UTF-8 và khai báo đúng bảng mã."))

  /// XML beyond a limit.
  public static let xmlLimit = DiagnosticCode(
    "xml-limit", .fatal,
    title: .init("The XML document is over a limit", vi: "Tài liệu XML vượt quá giới hạn"),
    explanation: .init(
      "Limits on depth, tags, attributes, text and size keep a document made to do harm from taking the machine.",
      vi: "Giới hạn về độ sâu, thẻ, thuộc tính, văn bản và kích thước ngăn tài liệu độc hại chiếm hết máy."),
    remedy: .init(
      "Split the document; if it is honest, raise the limit named in the message.",
      vi: "Hãy chia nhỏ tài liệu; nếu tài liệu hợp lệ, hãy nâng giới hạn nêu trong thông báo."))
}
