public import Diagnostics

extension DiagnosticCode {
  /// A profile names an adapter that this program does not have.
  public static let adapterUnknown = DiagnosticCode(
    "adapter-unknown", .fatal,
    title: LocalizedText("Unknown adapter", vi: "Bộ chuyển đổi không tồn tại"),
    explanation: LocalizedText(
      "A profile's `adapter:` must be one of those that `ocop adapters list` shows.",
      vi: "`adapter:` của hồ sơ phải là một trong các tên mà `ocop adapters list` liệt kê."),
    remedy: LocalizedText("Correct the name in the profile.", vi: "Sửa tên trong hồ sơ."))

  /// More records were rejected than `--max-rejects` allows.
  public static let tooManyRejects = DiagnosticCode(
    "too-many-rejects", .fatal,
    title: LocalizedText("Too many rejected records", vi: "Quá nhiều bản ghi bị loại"),
    explanation: LocalizedText(
      "So many records failed that the input is probably not what it should be; nothing was published.",
      vi: "Quá nhiều bản ghi lỗi nên có lẽ tệp vào không đúng; chưa có gì được xuất bản."),
    remedy: LocalizedText(
      "Look at the first findings; check the profile given with --from; raise --max-rejects when the rejects are expected.",
      vi: "Xem các lỗi đầu tiên; kiểm tra hồ sơ ở --from; tăng --max-rejects nếu việc loại là bình thường."))

  /// The input held no product at all.
  public static let inputEmpty = DiagnosticCode(
    "input-empty", .warning,
    title: LocalizedText("No products in the input", vi: "Tệp vào không có sản phẩm"),
    explanation: LocalizedText(
      "The document was read to its end and held no record.", vi: "Đã đọc hết tài liệu mà không thấy bản ghi nào."),
    remedy: LocalizedText(
      "Check that this is the right file and profile.", vi: "Kiểm tra đúng tệp và đúng hồ sơ chưa."))

  /// The codes of the pipeline.
  public static let pipelineCodes: [DiagnosticCode] = [adapterUnknown, tooManyRejects, inputEmpty]
}
