public import Diagnostics

extension DiagnosticCode {
  /// There is no such file.
  public static let inputMissing = DiagnosticCode(
    "input-missing", .fatal,
    title: .init("There is no such file", vi: "Không có tệp này"),
    explanation: .init(
      "The path does not lead to a file. A relative path counts from the directory in which the program was started.",
      vi: "Đường dẫn không dẫn tới tệp nào. Đường dẫn tương đối tính từ thư mục nơi chương trình được chạy."),
    remedy: .init("Check the path; use - for standard input.", vi: "Kiểm tra đường dẫn; dùng - cho đầu vào chuẩn."))

  /// The path is a directory.
  public static let inputIsDirectory = DiagnosticCode(
    "input-is-directory", .fatal,
    title: .init("This is a directory, not a file", vi: "Đây là thư mục, không phải tệp"),
    explanation: .init("One file is read at a time.", vi: "Mỗi lần chỉ đọc một tệp."),
    remedy: .init("Name the file inside the directory.", vi: "Ghi rõ tên tệp trong thư mục."))

  /// The file may not be read.
  public static let inputPermission = DiagnosticCode(
    "input-permission", .fatal,
    title: .init("The file may not be read", vi: "Không có quyền đọc tệp"),
    explanation: .init(
      "The user under whom the program runs has no right to read the file or to enter one of its directories.",
      vi: "Người dùng chạy chương trình không có quyền đọc tệp hoặc vào một trong các thư mục chứa nó."),
    remedy: .init("Give the right to read, or run as its owner.", vi: "Cấp quyền đọc, hoặc chạy bằng chủ của tệp."))

  /// The device failed, or something else keeps the file from being read.
  public static let inputUnreadable = DiagnosticCode(
    "input-unreadable", .fatal,
    title: .init("The input cannot be read", vi: "Không đọc được dữ liệu vào"),
    explanation: .init(
      "The system refused to open or read the input: a failing disk, a lost network share, too many open files.",
      vi: "Hệ thống từ chối mở hoặc đọc: đĩa hỏng, mất ổ mạng, quá nhiều tệp đang mở."),
    remedy: .init("Copy the file to a local disk and try again.", vi: "Chép tệp về đĩa máy rồi thử lại."))

  /// A stream, or a decoded copy of the input, does not fit into the temporary directory.
  public static let spoolFailed = DiagnosticCode(
    "spool-failed", .fatal,
    title: .init("The temporary file cannot be written", vi: "Không ghi được tệp tạm"),
    explanation: .init(
      "Streams, and files that are not UTF-8, are kept in a temporary file in the directory that TMPDIR names (/tmp otherwise).",
      vi: "Luồng dữ liệu và tệp không phải UTF-8 được giữ trong tệp tạm, trong thư mục TMPDIR (nếu không có thì /tmp)."),
    remedy: .init(
      "Free space there, or set TMPDIR to a directory with room.",
      vi: "Giải phóng chỗ trống, hoặc đặt TMPDIR tới thư mục còn chỗ."))

  /// The output cannot be made.
  public static let outputFailed = DiagnosticCode(
    "output-failed", .fatal,
    title: .init("The output cannot be written", vi: "Không ghi được tệp ra"),
    explanation: .init(
      "The system refused to make, write or rename the file. What stood there before is unchanged.",
      vi: "Hệ thống từ chối tạo, ghi hoặc đổi tên tệp. Tệp cũ (nếu có) vẫn nguyên."),
    remedy: .init("Check that the directory exists.", vi: "Kiểm tra thư mục có tồn tại không."))

  /// The disk or the quota is full.
  public static let outputFull = DiagnosticCode(
    "output-full", .fatal,
    title: .init("No room is left for the output", vi: "Hết chỗ để ghi tệp ra"),
    explanation: .init(
      "The disk, the user's quota or the limit on a file's size is reached. What stood there before is unchanged.",
      vi: "Đĩa đầy, hết hạn mức, hoặc vượt cỡ tệp cho phép. Tệp cũ (nếu có) vẫn nguyên."),
    remedy: .init("Free space, or write to another disk.", vi: "Giải phóng chỗ trống, hoặc ghi sang đĩa khác."))

  /// The program that reads our output has ended.
  public static let outputClosed = DiagnosticCode(
    "output-closed", .fatal,
    title: .init("The reader of the output has ended", vi: "Bên nhận dữ liệu ra đã dừng"),
    explanation: .init(
      "Output goes to another program through a pipe, and that program stopped reading.",
      vi: "Dữ liệu ra được chuyển cho chương trình khác qua ống, và chương trình ấy đã thôi đọc."),
    remedy: .init("Look for the other program's message.", vi: "Xem thông báo của chương trình kia."))

  /// The output may not be written there.
  public static let outputPermission = DiagnosticCode(
    "output-permission", .fatal,
    title: .init("The output may not be written there", vi: "Không có quyền ghi vào đó"),
    explanation: .init(
      "A file is first written beside its target, so the right to make files in the target's directory is needed.",
      vi: "Tệp được ghi tạm cạnh tệp đích, nên cần quyền tạo tệp trong thư mục của tệp đích."),
    remedy: .init(
      "Give the right to write in the directory, or write elsewhere.",
      vi: "Cấp quyền ghi vào thư mục, hoặc ghi chỗ khác."))

  /// Codes of opening, reading and writing files.
  public static let ioCodes: [DiagnosticCode] = [
    .inputMissing, .inputIsDirectory, .inputPermission, .inputUnreadable, .spoolFailed, .outputFailed, .outputFull,
    .outputClosed, .outputPermission,
  ]
}
