public import Diagnostics

extension DiagnosticCode {
  static let lintCodes: [DiagnosticCode] = [.profileScalarUnquoted, .profileOperand]

  /// A text without quotes that YAML readers take for something else.
  public static let profileScalarUnquoted = DiagnosticCode(
    "profile-scalar-unquoted", .warning,
    title: .init("Unquoted text", vi: "Văn bản không có ngoặc kép"),
    explanation: .init(
      "YAML 1.1 reads NO as false, 08938501234018 as a number and 1.10 as 1.1. The gateway takes the text as it stands, other programs do not.",
      vi:
        "YAML 1.1 đọc NO thành false, 08938501234018 thành số, 1.10 thành 1.1. Cổng OCOP giữ nguyên văn, phần mềm khác thì không."
    ),
    remedy: .init("Put it in quotes.", vi: "Đặt trong ngoặc kép."))

  /// An operand of a derived value that cannot be used.
  public static let profileOperand = DiagnosticCode(
    "profile-operand", .error,
    title: .init("Wrong operand", vi: "Toán hạng sai"),
    explanation: .init(
      "count and sum work on the nodes right below the enclosing node; sum needs a number; a formula names codes of its own sheet.",
      vi: "count và sum tính trên các nút ngay dưới nút đang xét; sum cần số; công thức nêu mã trong cùng trang tính."),
    remedy: .init("Name an operand that exists there.", vi: "Nêu toán hạng có ở đó."))
}
