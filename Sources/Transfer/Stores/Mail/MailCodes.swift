public import Diagnostics

extension DiagnosticCode {
  /// Something that is no mail address.
  public static let mailAddress = DiagnosticCode(
    "mail-address", .fatal,
    title: .init("Not a mail address", vi: "Không phải địa chỉ thư"),
    explanation: .init(
      "A sender or receiver is written as name@host, without blanks, brackets or line breaks, which could hide a command to the server or another header.",
      vi:
        "Người gửi và người nhận viết dạng tên@máy-chủ, không có khoảng trắng, ngoặc hay xuống dòng, vì có thể chèn lệnh hoặc tiêu đề khác."
    ),
    remedy: .init("Correct the endpoint’s mail: from and to.", vi: "Sửa mail: from và to của điểm kết nối."))

  /// A subject or name that is no header.
  public static let mailHeader = DiagnosticCode(
    "mail-header", .fatal,
    title: .init("Not a mail’s subject or file name", vi: "Không phải tiêu đề thư hay tên tệp"),
    explanation: .init(
      "A line break in a subject or file name would add headers to the mail.",
      vi: "Xuống dòng trong tiêu đề hay tên tệp sẽ chèn thêm tiêu đề vào thư."),
    remedy: .init("Take line breaks and control characters out.", vi: "Bỏ xuống dòng và ký tự điều khiển."))

  /// Nobody knows whether a mail has arrived.
  public static let mailUnknown = DiagnosticCode(
    "mail-unknown", .fatal,
    title: .init("A mail may or may not have arrived", vi: "Thư có thể đã đến hoặc chưa"),
    explanation: .init(
      "The connection broke between the mail’s last byte and the server’s answer. A mail server cannot be asked what it has, so the mail is not sent again by itself: the receiver might get it twice.",
      vi:
        "Kết nối bị đứt giữa byte cuối của thư và câu trả lời của máy chủ. Không thể hỏi máy chủ thư đã có gì, nên hệ thống không tự gửi lại: người nhận có thể nhận hai lần."
    ),
    remedy: .init(
      "Ask the receiver. A second mail of the same day has the same Message-ID, by which a receiver can tell it.",
      vi: "Hãy hỏi người nhận. Thư gửi lại trong cùng ngày có cùng Message-ID để nhận biết."))
}
