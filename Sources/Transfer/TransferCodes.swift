public import Diagnostics

extension DiagnosticCode {
  /// libcurl is not there.
  public static let curlMissing = DiagnosticCode(
    "curl-missing", .fatal,
    title: .init("libcurl cannot be loaded", vi: "Không nạp được libcurl"),
    explanation: .init(
      "Transfers go through libcurl (libcurl.so.4), which is loaded when the first one is asked for.",
      vi: "Việc truyền tệp dùng libcurl (libcurl.so.4), chỉ nạp khi có yêu cầu truyền đầu tiên."),
    remedy: .init("Install it: apt-get install libcurl4.", vi: "Hãy cài đặt: apt-get install libcurl4."))

  /// A URL's scheme is unknown.
  public static let urlScheme = DiagnosticCode(
    "url-scheme", .fatal,
    title: .init("An unknown kind of URL", vi: "Loại URL không rõ"),
    explanation: .init(
      "The part before :// says how files go: sftp, ftp, ftpes (TLS by AUTH), ftps (TLS from the start), http, https, dav, davs, s3, smtp, smtps, file.",
      vi:
        "Phần trước :// cho biết cách chuyển tệp: sftp, ftp, ftpes, ftps, http, https, dav, davs, s3, smtp, smtps, file."
    ),
    remedy: .init("Correct the part before ://.", vi: "Sửa phần trước ://."))

  /// A password stands in a URL.
  public static let urlPassword = DiagnosticCode(
    "url-password", .fatal,
    title: .init("A password in a URL", vi: "Mật khẩu nằm trong URL"),
    explanation: .init(
      "URLs stand in the process list, in the shell's history and in logs; a password must not.",
      vi: "URL hiện trong danh sách tiến trình, lịch sử lệnh và nhật ký; mật khẩu không được nằm ở đó."),
    remedy: .init(
      "Name an endpoint in the configuration file, with its password from a file, a variable or a command.",
      vi: "Khai báo điểm kết nối trong tệp cấu hình, mật khẩu lấy từ tệp, biến môi trường hoặc lệnh."))

  /// A URL cannot be read.
  public static let urlMalformed = DiagnosticCode(
    "url-malformed", .fatal,
    title: .init("The URL cannot be read", vi: "Không đọc được URL"),
    explanation: .init(
      "A URL is written as scheme://user@host:port/folder/file; other characters in names as %XX.",
      vi: "URL có dạng cách://người-dùng@máy-chủ:cổng/thư-mục/tệp; ký tự khác trong tên viết dạng %XX."),
    remedy: .init("Correct the URL.", vi: "Sửa URL."))

  /// A name that is no plain file name.
  public static let remoteName = DiagnosticCode(
    "remote-name", .fatal,
    title: .init("Not a plain file name", vi: "Không phải tên tệp hợp lệ"),
    explanation: .init(
      "Names with “..”, slashes, line breaks or control characters could leave their folder or hide a command to the server, and are refused.",
      vi:
        "Tên có “..”, dấu gạch chéo, xuống dòng hoặc ký tự điều khiển có thể thoát khỏi thư mục hay chèn lệnh, nên bị từ chối."
    ),
    remedy: .init(
      "Rename the file; when it stands at a partner’s server, ask the partner to.",
      vi: "Đổi tên tệp; nếu tệp ở máy chủ của đối tác, hãy nhờ đối tác đổi tên."))

  /// Several files of one command would get one name.
  public static let transferSameName = DiagnosticCode(
    "transfer-same-name", .fatal,
    title: .init("Two files with one name", vi: "Hai tệp cùng tên"),
    explanation: .init(
      "Files are sent and fetched under their own names. In one place the second would replace the first, and nobody would miss it.",
      vi: "Tệp được gửi và tải với tên của nó. Ở cùng một nơi, tệp sau sẽ thay tệp trước mà không ai biết."),
    remedy: .init(
      "Send or fetch them one at a time, to names or folders of their own; or let the endpoint’s policy be publish.existing: unique.",
      vi: "Gửi hoặc tải từng tệp, vào tên hay thư mục riêng; hoặc đặt publish.existing: unique cho điểm kết nối."))

  /// Codes of endpoints and transfers.
  public static let transferCodes: [DiagnosticCode] =
    [
      .curlMissing, .urlScheme, .urlPassword, .urlMalformed, .remoteName, .transferSameName, .s3Service, .mailAddress,
      .mailHeader,
      .mailUnknown,
    ] + networkCodes + endpointCodes + sellingPartnerCodes + deliveryCodes
}
