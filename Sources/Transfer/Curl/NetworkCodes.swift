public import Diagnostics

// What goes wrong between this machine and a server; the classes behind them are in CurlFailure.
extension DiagnosticCode {
  /// The server cannot be reached.
  public static let transferUnreachable = DiagnosticCode(
    "transfer-unreachable", .fatal,
    title: .init("The server cannot be reached", vi: "Không kết nối được máy chủ"),
    explanation: .init(
      "The name did not resolve or nothing answered at the address and port.",
      vi: "Không phân giải được tên hoặc không ai trả lời ở địa chỉ và cổng đó."),
    remedy: .init(
      "Check host and port, and whether the server runs; then run the same command again.",
      vi: "Kiểm tra máy chủ, cổng và máy chủ có đang chạy không; rồi chạy lại lệnh cũ."))

  /// The connection broke.
  public static let transferBroken = DiagnosticCode(
    "transfer-broken", .fatal,
    title: .init("The connection broke", vi: "Kết nối bị đứt"),
    explanation: .init(
      "The connection ended before the transfer was whole. A download goes on where it stopped when the file is the same; after an upload the server is asked what it has.",
      vi:
        "Kết nối kết thúc trước khi truyền xong. Tải về sẽ tiếp tục nếu tệp không đổi; sau khi tải lên, hệ thống hỏi máy chủ đã nhận được gì."
    ),
    remedy: .init(
      "Run the same command again: it goes on where it stopped. When it breaks again, look at the network between.",
      vi: "Chạy lại lệnh cũ: việc truyền tiếp tục từ chỗ dừng. Nếu lại đứt, hãy kiểm tra mạng."))

  /// The server did not answer in time.
  public static let transferTimeout = DiagnosticCode(
    "transfer-timeout", .fatal,
    title: .init("The server did not answer in time", vi: "Máy chủ không trả lời kịp"),
    explanation: .init(
      "No byte moved for the time that `limits` allows, or the whole exchange took too long.",
      vi: "Không có byte nào được truyền trong thời hạn, hoặc cả lần trao đổi quá lâu."),
    remedy: .init(
      "Try again later, or raise limits: of the endpoint.",
      vi: "Thử lại sau, hoặc tăng limits: của điểm kết nối."))

  /// The server is busy.
  public static let transferBusy = DiagnosticCode(
    "transfer-busy", .fatal,
    title: .init("The server is busy", vi: "Máy chủ đang bận"),
    explanation: .init(
      "The server asked to come back later (HTTP 429, 503, FTP 421, 450).",
      vi: "Máy chủ yêu cầu quay lại sau (HTTP 429, 503, FTP 421, 450)."),
    remedy: .init(
      "Run the same command again later; it was tried again already, as often as retry: allows.",
      vi: "Chạy lại lệnh cũ sau; hệ thống đã thử lại đủ số lần mà retry: cho phép."))

  /// The log-in was refused.
  public static let transferLogin = DiagnosticCode(
    "transfer-login", .fatal,
    title: .init("The log-in was refused", vi: "Đăng nhập bị từ chối"),
    explanation: .init(
      "User, password, key or token are not accepted; it is not tried again, since servers lock accounts. SFTP here needs an Ed25519 or ECDSA key: libssh2 1.10 cannot log in with RSA keys at current servers.",
      vi:
        "Tên, mật khẩu, khóa hoặc token không được chấp nhận; không thử lại vì máy chủ có thể khóa tài khoản. SFTP cần khóa Ed25519 hoặc ECDSA."
    ),
    remedy: .init(
      "Check the endpoint's log-in; for SFTP make a key by ssh-keygen -t ed25519 and send its public half to the partner.",
      vi:
        "Kiểm tra thông tin đăng nhập; với SFTP hãy tạo khóa bằng ssh-keygen -t ed25519 và gửi khóa công khai cho đối tác."
    ))

  /// The server does not allow this.
  public static let transferDenied = DiagnosticCode(
    "transfer-denied", .fatal,
    title: .init("The server does not allow this", vi: "Máy chủ không cho phép"),
    explanation: .init(
      "The user may not read or write at this place.",
      vi: "Người dùng không được đọc hoặc ghi ở vị trí này."),
    remedy: .init(
      "Check the path; ask the partner for the right.",
      vi: "Kiểm tra đường dẫn; xin đối tác cấp quyền."))

  /// There is no such file at the server.
  public static let transferNotFound = DiagnosticCode(
    "transfer-not-found", .fatal,
    title: .init("There is no such file at the server", vi: "Máy chủ không có tệp này"),
    explanation: .init(
      "The path does not lead to a file. FTP paths count from the log-in folder, SFTP paths from the root.",
      vi: "Đường dẫn không dẫn tới tệp. Đường dẫn FTP tính từ thư mục đăng nhập, SFTP tính từ gốc."),
    remedy: .init(
      "List the folder: ocop ls URL.",
      vi: "Xem danh sách thư mục: ocop ls URL."))

  /// A file stands there already.
  public static let transferExists = DiagnosticCode(
    "transfer-exists", .fatal,
    title: .init("A file stands there already", vi: "Đã có tệp ở đó"),
    explanation: .init(
      "The endpoint's policy, or the server, does not replace files.",
      vi: "Chính sách của điểm kết nối hoặc máy chủ không cho thay tệp."),
    remedy: .init(
      "Choose existing: replace or unique, or remove the file.",
      vi: "Chọn existing: replace hoặc unique, hoặc xóa tệp."))

  /// No room at the server.
  public static let transferFull = DiagnosticCode(
    "transfer-full", .fatal,
    title: .init("No room at the server", vi: "Máy chủ hết chỗ"),
    explanation: .init(
      "The server's disk or quota is full, or it takes no file of this size (HTTP 413, 507, FTP 452, 552).",
      vi: "Đĩa hoặc hạn mức của máy chủ đã đầy, hoặc không nhận tệp cỡ này."),
    remedy: .init(
      "Tell the partner; send again when there is room.",
      vi: "Báo cho đối tác; gửi lại khi có chỗ."))

  /// Larger than allowed.
  public static let transferTooLarge = DiagnosticCode(
    "transfer-too-large", .fatal,
    title: .init("Larger than allowed", vi: "Lớn hơn mức cho phép"),
    explanation: .init(
      "The file, or what it unpacks to, has more bytes than the endpoint's limit.",
      vi: "Tệp, hoặc nội dung sau khi giải nén, vượt giới hạn của điểm kết nối."),
    remedy: .init(
      "Raise limits: size: when the file is meant to be so large.",
      vi: "Tăng limits: size: nếu tệp thật sự lớn như vậy."))

  /// The server refused.
  public static let transferRefused = DiagnosticCode(
    "transfer-refused", .fatal,
    title: .init("The server refused", vi: "Máy chủ từ chối"),
    explanation: .init(
      "The server answered that it will not do this, for the reason it gives.",
      vi: "Máy chủ trả lời không thực hiện, với lý do kèm theo."),
    remedy: .init(
      "Read the server's words; correct path, name or settings.",
      vi: "Đọc lời máy chủ; sửa đường dẫn, tên hoặc thiết lập."))

  /// The server's certificate or TLS does not hold.
  public static let transferTLS = DiagnosticCode(
    "transfer-tls", .fatal,
    title: .init("The server's certificate or TLS does not hold", vi: "Chứng chỉ hoặc TLS của máy chủ không hợp lệ"),
    explanation: .init(
      "The server could not prove who it is, or does not speak TLS 1.2. Certificates are always verified; nothing falls back to clear text.",
      vi:
        "Máy chủ không chứng minh được danh tính hoặc không hỗ trợ TLS 1.2. Chứng chỉ luôn được kiểm tra; không chuyển sang dạng không mã hóa."
    ),
    remedy: .init(
      "Check the host's name; a private authority is named by tls: {ca: FILE}.",
      vi: "Kiểm tra tên máy chủ; chứng chỉ nội bộ khai báo bằng tls: {ca: TỆP}."))

  /// The host's key is not the known one.
  public static let transferHostKey = DiagnosticCode(
    "transfer-host-key", .fatal,
    title: .init("The host's key is not the known one", vi: "Khóa máy chủ không khớp"),
    explanation: .init(
      "The server's SSH key is unknown or has changed. It may be another machine; nothing is trusted on first use.",
      vi: "Khóa SSH của máy chủ chưa biết hoặc đã đổi. Có thể là máy khác; không tự tin cậy lần đầu."),
    remedy: .init(
      "Ask the partner for the fingerprint, then: ocop endpoints trust NAME --fingerprint SHA256:….",
      vi: "Hỏi đối tác dấu vân tay khóa, rồi: ocop endpoints trust TÊN --fingerprint SHA256:…."))

  /// The SSH key exchange failed.
  public static let transferKeyExchange = DiagnosticCode(
    "transfer-key-exchange", .fatal,
    title: .init("The SSH key exchange failed", vi: "Trao đổi khóa SSH thất bại"),
    explanation: .init(
      "libssh2 1.10 cannot verify RSA host keys by SHA-2: a server that offers nothing else, or a known-hosts file whose first line of the host is ssh-rsa, cannot be used.",
      vi:
        "libssh2 1.10 không kiểm được khóa RSA bằng SHA-2: máy chủ chỉ có RSA, hoặc known_hosts có dòng đầu là ssh-rsa, sẽ không dùng được."
    ),
    remedy: .init(
      "Add the server's Ed25519 or ECDSA key (ssh-keyscan -t ed25519,ecdsa); a server with RSA alone cannot be reached.",
      vi: "Thêm khóa Ed25519 hoặc ECDSA của máy chủ; máy chủ chỉ có RSA thì không kết nối được."))

  /// The server sends elsewhere.
  public static let transferRedirect = DiagnosticCode(
    "transfer-redirect", .fatal,
    title: .init("The server sends elsewhere", vi: "Máy chủ chuyển hướng đi nơi khác"),
    explanation: .init(
      "Redirects are followed within one scheme, host and port only, because log-in and headers must not reach another server.",
      vi: "Chỉ theo chuyển hướng trong cùng giao thức, máy chủ và cổng, để thông tin đăng nhập không tới máy khác."),
    remedy: .init(
      "Put the final address into the endpoint.",
      vi: "Ghi địa chỉ cuối cùng vào điểm kết nối."))

  /// The protocol cannot do this.
  public static let transferProtocol = DiagnosticCode(
    "transfer-protocol", .fatal,
    title: .init("The protocol cannot do this", vi: "Giao thức không làm được"),
    explanation: .init(
      "The protocol of the URL has no such operation, or libcurl here was built without it.",
      vi: "Giao thức của URL không có thao tác này, hoặc libcurl ở đây không hỗ trợ."),
    remedy: .init(
      "Use another protocol of the partner.",
      vi: "Dùng giao thức khác của đối tác."))

  /// Stopped on request.
  public static let transferCancelled = DiagnosticCode(
    "transfer-cancelled", .fatal,
    title: .init("Stopped on request", vi: "Đã dừng theo yêu cầu"),
    explanation: .init(
      "The transfer was stopped by a signal; parts are kept and the next run goes on.",
      vi: "Việc truyền bị dừng bởi tín hiệu; phần đã có được giữ và lần sau tiếp tục."),
    remedy: .init(
      "Run the same command again.",
      vi: "Chạy lại lệnh cũ."))

  static let networkCodes: [DiagnosticCode] = [
    .transferUnreachable, .transferBroken, .transferTimeout, .transferBusy, .transferLogin, .transferDenied,
    .transferNotFound, .transferExists, .transferFull, .transferTooLarge, .transferRefused, .transferTLS,
    .transferHostKey, .transferKeyExchange, .transferRedirect, .transferProtocol, .transferCancelled,
  ]
}
