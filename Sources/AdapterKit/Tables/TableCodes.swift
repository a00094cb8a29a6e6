public import Diagnostics

extension DiagnosticCode {
  /// A rule that a table cannot have.
  public static let tableRuleUnfit = DiagnosticCode(
    "table-rule-unfit", .fatal,
    title: .init("A rule that a table cannot have", vi: "Quy tắc không dùng được trong bảng"),
    explanation: .init(
      "Tables have columns: recursion, elements and repetition without end have no meaning in them.",
      vi: "Bảng chỉ có cột: đệ quy, phần tử XML và lặp không giới hạn không có nghĩa trong bảng."),
    remedy: .init("Correct the rule in the profile.", vi: "Sửa quy tắc trong hồ sơ ánh xạ."))

  /// No row holds the names of the columns.
  public static let tableHeaderMissing = DiagnosticCode(
    "table-header-missing", .fatal,
    title: .init("No row with the column names was found", vi: "Không tìm thấy dòng tên cột"),
    explanation: .init(
      "Columns are found by their names in one of the first 20 rows, whatever their order.",
      vi: "Các cột được nhận theo tên trong 20 dòng đầu, không kể thứ tự."),
    remedy: .init("Check that the profile fits the file.", vi: "Kiểm tra hồ sơ có đúng với tệp không."))

  /// A required column is not there.
  public static let tableColumnMissing = DiagnosticCode(
    "table-column-missing", .fatal,
    title: .init("A required column is missing", vi: "Thiếu cột bắt buộc"),
    explanation: .init(
      "Without this column no record can be converted, so the file is stopped at once.",
      vi: "Thiếu cột này thì không chuyển đổi được dòng nào, nên dừng ngay."),
    remedy: .init("Add the column, or correct its name.", vi: "Thêm cột hoặc sửa tên cột."))

  /// Two columns with the same name.
  public static let tableColumnDuplicate = DiagnosticCode(
    "table-column-duplicate", .warning,
    title: .init("Two columns have the same name", vi: "Hai cột trùng tên"),
    explanation: .init("Only the first of them is read.", vi: "Chỉ đọc cột đầu tiên."),
    remedy: .init("Delete or rename one of them.", vi: "Xoá hoặc đổi tên một cột."))

  /// A column that no rule takes.
  public static let tableColumnUnknown = DiagnosticCode(
    "table-column-unknown", .warning,
    title: .init("A column that the profile does not know", vi: "Cột mà hồ sơ không biết"),
    explanation: .init("Its values do not go into the product.", vi: "Giá trị của cột này không vào dữ liệu sản phẩm."),
    remedy: .init("Correct its name, or add a rule to the profile.", vi: "Sửa tên cột, hoặc thêm quy tắc vào hồ sơ."))

  /// More cells than columns.
  public static let tableRowTooWide = DiagnosticCode(
    "table-row-too-wide", .error,
    title: .init("The row has more cells than there are columns", vi: "Dòng có nhiều ô hơn số cột"),
    explanation: .init(
      "A delimiter inside a text without quotes shifts everything behind it into wrong columns.",
      vi: "Dấu phân cách nằm trong văn bản không có nháy làm lệch mọi ô phía sau."),
    remedy: .init("Put the text with the delimiter in quotes.", vi: "Đặt văn bản chứa dấu phân cách trong nháy."))

  /// Codes of tables.
  public static let tableCodes: [DiagnosticCode] = [
    .tableRuleUnfit, .tableHeaderMissing, .tableColumnMissing, .tableColumnDuplicate, .tableColumnUnknown,
    .tableRowTooWide,
  ]
}
