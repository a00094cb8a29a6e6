public import Diagnostics

// What goes wrong between a file here and the same file at a server.
extension DiagnosticCode {
  /// A local file cannot be read or written.
  public static let localFile = DiagnosticCode(
    "local-file", .fatal,
    title: .init("A local file cannot be read or written", vi: "Không đọc hoặc ghi được tệp trên máy này"),
    explanation: .init(
      "The file or folder on this machine is missing, not permitted, of another kind than a file, or its disk is full or broken.",
      vi: "Tệp hoặc thư mục trên máy này bị thiếu, không có quyền, không phải tệp thường, hoặc đĩa đầy hay hỏng."),
    remedy: .init("Correct the path, the rights or the disk.", vi: "Sửa đường dẫn, quyền hoặc đĩa."))

  /// The file to be sent is still being written.
  public static let sourceChanging = DiagnosticCode(
    "source-changing", .fatal,
    title: .init("The file is still being written", vi: "Tệp vẫn đang được ghi"),
    explanation: .init(
      "Its size, time or identity changed while it was read. Nothing of it stands under the final name.",
      vi: "Kích thước, thời gian hoặc chính tệp đã thay đổi trong lúc đọc. Không có gì được đặt dưới tên chính thức."),
    remedy: .init(
      "Send it again when it is complete; let its writer make it under another name and rename it.",
      vi: "Gửi lại khi tệp đã hoàn tất; nên ghi dưới tên khác rồi đổi tên."))

  /// A download is shorter or longer than announced.
  public static let downloadIncomplete = DiagnosticCode(
    "download-incomplete", .fatal,
    title: .init("The download is not whole", vi: "Tệp tải về không đầy đủ"),
    explanation: .init(
      "The bytes that came are fewer or more than the server announced, or the file changed at the server meanwhile.",
      vi: "Số byte nhận được ít hoặc nhiều hơn máy chủ thông báo, hoặc tệp trên máy chủ đã thay đổi."),
    remedy: .init(
      "Nothing, when a later attempt succeeds; else ask the partner whether the file is being written.",
      vi: "Không cần làm gì nếu lần sau thành công; nếu không hãy hỏi đối tác tệp có đang được ghi không."))

  /// Nothing proves that a download is whole.
  public static let downloadUnproven = DiagnosticCode(
    "download-unproven", .fatal,
    title: .init("Nothing proves that the download is whole", vi: "Không có gì chứng minh tệp tải về đầy đủ"),
    explanation: .init(
      "The server told neither a length nor a digest and ended by closing the connection: a broken connection looks the same.",
      vi: "Máy chủ không cho biết độ dài hay mã băm và kết thúc bằng cách đóng kết nối: giống hệt khi bị đứt."),
    remedy: .init(
      "Give the digest, --sha256, when the partner publishes one; ask the partner to send a Content-Length.",
      vi: "Cung cấp mã băm --sha256 nếu đối tác công bố; đề nghị đối tác gửi Content-Length."))

  /// A digest does not fit.
  public static let digestMismatch = DiagnosticCode(
    "digest-mismatch", .fatal,
    title: .init("The digest does not fit", vi: "Mã băm không khớp"),
    explanation: .init(
      "The bytes have another MD5 or SHA-256 than the server or --sha256 says. Nothing stands under the final name.",
      vi: "Dữ liệu có MD5 hoặc SHA-256 khác với máy chủ hoặc --sha256. Không có gì được đặt dưới tên chính thức."),
    remedy: .init(
      "Fetch it again; when it stays so, the file or the digest is the wrong one.",
      vi: "Tải lại; nếu vẫn vậy thì tệp hoặc mã băm không đúng."))

  /// The server has other bytes than were sent.
  public static let uploadMismatch = DiagnosticCode(
    "upload-mismatch", .fatal,
    title: .init("The server has other bytes than were sent", vi: "Máy chủ có dữ liệu khác với đã gửi"),
    explanation: .init(
      "After the upload the server tells another size or digest.",
      vi: "Sau khi gửi, máy chủ báo kích thước hoặc mã băm khác."),
    remedy: .init(
      "Nothing, when a later attempt succeeds; else ask the partner about disk space and about programs that change files.",
      vi:
        "Không cần làm gì nếu lần sau thành công; nếu không hãy hỏi đối tác về dung lượng đĩa và chương trình sửa tệp.")
  )

  /// Whether the partner has the file is not known.
  public static let deliveryUnknown = DiagnosticCode(
    "delivery-unknown", .fatal,
    title: .init("Whether the partner has the file is not known", vi: "Không biết đối tác đã nhận tệp chưa"),
    explanation: .init(
      "The connection broke after the file was sent, and the server cannot be asked or its answer does not decide. Sending again could deliver it twice.",
      vi:
        "Kết nối đứt sau khi gửi và không hỏi được máy chủ, hoặc câu trả lời không đủ rõ. Gửi lại có thể giao hai lần."),
    remedy: .init(
      "Ask the partner. When the file is not there, send it with --again.",
      vi: "Hỏi đối tác. Nếu chưa nhận được, gửi lại với --again."))

  /// Another process is transferring the same file.
  public static let transferInProgress = DiagnosticCode(
    "transfer-in-progress", .fatal,
    title: .init("Another process transfers to the same place", vi: "Tiến trình khác đang truyền tới cùng vị trí"),
    explanation: .init(
      "Two at once could deliver twice or mix two files; this one waited and gave up.",
      vi: "Hai tiến trình cùng lúc có thể giao hai lần hoặc trộn lẫn; tiến trình này đã chờ rồi dừng."),
    remedy: .init("Run it again when the other has ended.", vi: "Chạy lại khi tiến trình kia kết thúc."))

  /// Compressed bytes are damaged.
  public static let gzipDamaged = DiagnosticCode(
    "gzip-damaged", .fatal,
    title: .init("The compressed file is damaged", vi: "Tệp nén bị hỏng"),
    explanation: .init(
      "The gzip data is cut off or its check sum does not fit.",
      vi: "Dữ liệu gzip bị cắt hoặc tổng kiểm tra không khớp."),
    remedy: .init(
      "Ask the partner to make it again; without --decompress it is kept as it is.",
      vi: "Đề nghị đối tác tạo lại; bỏ --decompress để giữ nguyên."))

  /// A pattern for names cannot be read.
  public static let globMalformed = DiagnosticCode(
    "glob-malformed", .fatal,
    title: .init("The pattern for names cannot be read", vi: "Không đọc được mẫu tên tệp"),
    explanation: .init(
      "* stands for any characters, ? for one, [a-z] for one of some, {csv,xml} for one of several words; they stand in the last name only.",
      vi: "* thay nhiều ký tự, ? thay một, [a-z] một trong số đó, {csv,xml} một trong các từ; chỉ dùng ở tên cuối."),
    remedy: .init("Close the bracket or brace; use fewer alternatives.", vi: "Đóng ngoặc; dùng ít lựa chọn hơn."))

  static let deliveryCodes: [DiagnosticCode] = [
    .localFile, .sourceChanging, .downloadIncomplete, .downloadUnproven, .digestMismatch, .uploadMismatch,
    .deliveryUnknown, .transferInProgress, .gzipDamaged, .globMalformed,
  ]
}

extension Fault {
  /// A fault of a local file by the system's error number.
  static func local(_ path: String, _ error: Int32, _ kind: Fault.Kind = .output) -> Fault {
    let reason = systemMessage(error)
    return local(path, .init(reason, vi: reason), kind)
  }

  /// A fault of a local file.
  static func local(_ path: String, _ reason: LocalizedText, _ kind: Fault.Kind = .output) -> Fault {
    let shown = path.escapedForDisplay
    return Fault(
      kind,
      Diagnostic(
        .localFile, at: Place(file: shown),
        message: .init(
          kind == .output ? "\(shown) cannot be written: \(reason.en)." : "\(shown) cannot be read: \(reason.en).",
          vi: kind == .output ? "Không ghi được \(shown): \(reason.vi)." : "Không đọc được \(shown): \(reason.vi).")))
  }
}
