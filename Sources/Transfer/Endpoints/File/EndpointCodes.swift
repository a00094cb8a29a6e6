public import Diagnostics

extension DiagnosticCode {
  /// Codes of the file of endpoints, of secrets, and of whom to trust.
  static let endpointCodes: [DiagnosticCode] = [
    .endpointFile, .endpointFileRights, .endpointUnknown, .endpointProtocol, .endpointUnused, .endpointInsecure,
    .endpointPublish, .secretLiteral, .secretMissing, .secretRights, .sshKeyUnusable, .knownHostMissing,
    .hostKeyRevoked,
    .fingerprintDiffers,
  ]

  /// The file of endpoints is not there or cannot be read.
  public static let endpointFile = DiagnosticCode(
    "endpoint-file", .error,
    title: .init("No file of endpoints", vi: "Không có tệp điểm kết nối"),
    explanation: .init(
      "Endpoints stand in the file of --endpoints, else of OCOP_ENDPOINTS, else in endpoints.yaml of this folder, else in ~/.config/ocop/endpoints.yaml.",
      vi:
        "Điểm kết nối nằm trong tệp của --endpoints, nếu không thì của OCOP_ENDPOINTS, endpoints.yaml trong thư mục này, hoặc ~/.config/ocop/endpoints.yaml."
    ),
    remedy: .init(
      "Write one; Documentation/endpoints.example.yaml is a beginning.",
      vi: "Hãy tạo tệp; bắt đầu từ Documentation/endpoints.example.yaml."))

  /// Others may write into the file of endpoints.
  public static let endpointFileRights = DiagnosticCode(
    "endpoint-file-rights", .error,
    title: .init("Others may change the file of endpoints", vi: "Người khác sửa được tệp điểm kết nối"),
    explanation: .init(
      "Who can change the file can send files elsewhere or run commands as you. It must not be writable by all; with commands in it, by you or root alone.",
      vi:
        "Ai sửa được tệp thì có thể gửi dữ liệu đi nơi khác hoặc chạy lệnh với quyền của bạn. Tệp không được cho mọi người ghi; nếu có lệnh thì chỉ bạn hoặc root được ghi."
    ),
    remedy: .init("chmod go-w FILE; chown it to yourself.", vi: "chmod go-w TỆP; chown tệp về tên bạn."))

  /// No endpoint has this name.
  public static let endpointUnknown = DiagnosticCode(
    "endpoint-unknown", .error,
    title: .init("No such endpoint", vi: "Không có điểm kết nối này"),
    explanation: .init(
      "NAME:path means a path at an endpoint of the file, unless a file of that very name exists here. ./NAME:path always means a file.",
      vi:
        "TÊN:đường-dẫn là đường dẫn tại một điểm kết nối, trừ khi có tệp đúng tên đó. ./TÊN:đường-dẫn luôn là tệp."),
    remedy: .init(
      "“ocop endpoints list” shows the names.", vi: "Lệnh “ocop endpoints list” liệt kê các tên."))

  /// A URL's scheme is not among those that the file allows.
  public static let endpointProtocol = DiagnosticCode(
    "endpoint-protocol", .error,
    title: .init("Protocol not allowed", vi: "Giao thức không được phép"),
    explanation: .init(
      "“protocols” lists the schemes that an endpoint, or every endpoint of the file, may use; the URL's scheme decides which one it does.",
      vi:
        "“protocols” liệt kê các cách truyền mà điểm kết nối (hoặc cả tệp) được dùng; phần trước :// quyết định dùng cách nào."
    ),
    remedy: .init("Correct the URL, or allow its scheme.", vi: "Sửa URL hoặc cho phép cách truyền đó."))

  /// A setting that the protocol has no use for.
  public static let endpointUnused = DiagnosticCode(
    "endpoint-unused", .warning,
    title: .init("A setting without effect", vi: "Thiết lập không có tác dụng"),
    explanation: .init(
      "The key does nothing with this URL's protocol; perhaps the URL is not what was meant.",
      vi: "Khóa này không có tác dụng với giao thức của URL; có thể URL ghi nhầm."),
    remedy: .init("Remove it, or correct the URL.", vi: "Bỏ khóa này hoặc sửa URL."))

  /// Something that works but exposes secrets or loses files.
  public static let endpointInsecure = DiagnosticCode(
    "endpoint-insecure", .warning,
    title: .init("An unsafe setting", vi: "Thiết lập không an toàn"),
    explanation: .init(
      "Passwords over ftp, http and dav can be read on the way. FTP over TLS 1.3 loses uploads at random where servers demand session reuse.",
      vi:
        "Mật khẩu qua ftp, http, dav có thể bị đọc trên đường truyền. FTP qua TLS 1.3 thỉnh thoảng mất tệp khi máy chủ buộc dùng lại phiên."
    ),
    remedy: .init(
      "Use sftp, ftpes, ftps, https or davs; leave tls.most at 1.2 for FTP.",
      vi: "Dùng sftp, ftpes, ftps, https hoặc davs; với FTP hãy để tls.most là 1.2."))

  /// A publishing policy that cannot work.
  public static let endpointPublish = DiagnosticCode(
    "endpoint-publish", .error,
    title: .init("A publishing policy that cannot work", vi: "Cách xuất bản không dùng được"),
    explanation: .init(
      "The name during the upload and the name of the done-file differ from the final name and are plain names in its folder.",
      vi: "Tên tạm khi tải lên và tên tệp báo xong phải khác tên cuối cùng và nằm cùng thư mục."),
    remedy: .init(
      "Write it as in “.{name}.{id}.part” and “{name}.done”.", vi: "Viết dạng “.{name}.{id}.part” và “{name}.done”."))

  /// A secret stands in the file itself.
  public static let secretLiteral = DiagnosticCode(
    "secret-literal", .warning,
    title: .init("A secret in the file of endpoints", vi: "Bí mật nằm trong tệp điểm kết nối"),
    explanation: .init(
      "Files of settings are copied, mailed and put under version control. A secret in one is refused unless only you (or root) can read the file.",
      vi:
        "Tệp cấu hình hay bị sao chép, gửi thư, đưa vào kho mã. Bí mật trong tệp bị từ chối, trừ khi chỉ bạn (hoặc root) đọc được tệp."
    ),
    remedy: .init(
      "Write {file: /path}, {env: NAME} or {command: [program, argument]} instead; at the least chmod 600 the file.",
      vi: "Hãy dùng {file: /đường-dẫn}, {env: TÊN} hoặc {command: [lệnh, tham số]}; ít nhất chmod 600 tệp."))

  /// A secret cannot be had.
  public static let secretMissing = DiagnosticCode(
    "secret-missing", .error,
    title: .init("A secret cannot be had", vi: "Không lấy được bí mật"),
    explanation: .init(
      "The variable is not set, the file is not there, or the command failed, took more than 30 seconds or printed nothing. A secret is one line.",
      vi:
        "Biến chưa đặt, tệp không có, hoặc lệnh lỗi, chạy quá 30 giây, không in gì. Bí mật chỉ gồm một dòng."),
    remedy: .init("Set the variable, write the file, mend the command.", vi: "Đặt biến, tạo tệp hoặc sửa lệnh."))

  /// Others may read a secret's file.
  public static let secretRights = DiagnosticCode(
    "secret-rights", .error,
    title: .init("Others may read the secret", vi: "Người khác đọc được bí mật"),
    explanation: .init(
      "A file with a secret or a private key belongs to you or root, and nobody else has rights on it.",
      vi: "Tệp chứa bí mật hoặc khóa riêng phải thuộc về bạn hoặc root, và không ai khác có quyền trên tệp."),
    remedy: .init("chmod 600 FILE.", vi: "chmod 600 TỆP."))

  /// A private key that cannot be used.
  public static let sshKeyUnusable = DiagnosticCode(
    "ssh-key-unusable", .error,
    title: .init("The private key cannot be used", vi: "Khóa riêng không dùng được"),
    explanation: .init(
      "libssh2 1.10 signs with RSA keys by SHA-1 alone, which servers refuse; DSA keys are refused everywhere.",
      vi: "libssh2 1.10 chỉ ký khóa RSA bằng SHA-1, máy chủ từ chối; khóa DSA bị từ chối khắp nơi."),
    remedy: .init(
      "Make an Ed25519 key (ssh-keygen -t ed25519) and give the partner its .pub file.",
      vi: "Tạo khóa Ed25519 (ssh-keygen -t ed25519) và gửi đối tác tệp .pub."))

  /// Nothing usable is known about a host's key.
  public static let knownHostMissing = DiagnosticCode(
    "known-host-missing", .warning,
    title: .init("The host's key is not known", vi: "Chưa biết khóa máy chủ"),
    explanation: .init(
      "The file of known hosts has no Ed25519 or ECDSA key for this host and port; a transfer will stop.",
      vi: "Tệp máy chủ đã biết không có khóa Ed25519 hay ECDSA cho máy chủ và cổng này; việc truyền sẽ dừng."),
    remedy: .init(
      "Ask the partner for the fingerprint, then: ocop endpoints trust NAME --fingerprint SHA256:….",
      vi: "Hỏi đối tác dấu vân tay khóa, rồi: ocop endpoints trust TÊN --fingerprint SHA256:…."))

  /// The file of known hosts revokes the only keys of a host.
  public static let hostKeyRevoked = DiagnosticCode(
    "host-key-revoked", .fatal,
    title: .init("The host's key is revoked", vi: "Khóa máy chủ đã bị thu hồi"),
    explanation: .init(
      "The file of known hosts marks the key as @revoked, which wins over every other line.",
      vi: "Tệp máy chủ đã biết đánh dấu khóa là @revoked, có hiệu lực hơn mọi dòng khác."),
    remedy: .init("Ask the partner for the new key's fingerprint.", vi: "Hỏi đối tác dấu vân tay của khóa mới."))

  /// The server has no key with the given fingerprint.
  public static let fingerprintDiffers = DiagnosticCode(
    "fingerprint-differs", .fatal,
    title: .init("No key of the server has this fingerprint", vi: "Không khóa nào của máy chủ có dấu vân tay này"),
    explanation: .init(
      "Either the fingerprint is of another key, or this is not the partner's server.",
      vi: "Hoặc dấu vân tay là của khóa khác, hoặc đây không phải máy chủ của đối tác."),
    remedy: .init(
      "Do not go on; ask the partner by another way than this network.",
      vi: "Đừng tiếp tục; hãy hỏi đối tác qua kênh khác."))
}
