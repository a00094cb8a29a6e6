public import Diagnostics

extension DiagnosticCode {
  /// All codes of this module.
  public static let settingsCodes: [DiagnosticCode] = [
    .settingsYAML, .settingsLimit, .settingsKeyUnknown, .settingsKeyMissing, .settingsValue, .settingsScalarUnquoted,
  ]

  /// The file is not YAML of the kind that is read here.
  public static let settingsYAML = DiagnosticCode(
    "settings-yaml", .error,
    title: .init("Malformed YAML", vi: "YAML sai cú pháp"),
    explanation: .init(
      "Profiles and files of endpoints are YAML in UTF-8 with text keys, each key once in its mapping, without anchors and aliases.",
      vi:
        "Hồ sơ ánh xạ và tệp điểm kết nối là YAML mã UTF-8, khóa là văn bản và không lặp, không dùng neo (&) và bí danh (*)."
    ),
    remedy: .init(
      "Mend the line named; texts with “: ”, “#”, “{”, “[”, “*” or “&” need quotes.",
      vi: "Sửa dòng đã nêu; văn bản có “: ”, “#”, “{”, “[”, “*”, “&” phải để trong ngoặc kép."))

  /// The file is bigger or deeper than any of its kind needs.
  public static let settingsLimit = DiagnosticCode(
    "settings-limit", .error,
    title: .init("Over a limit", vi: "Vượt giới hạn"),
    explanation: .init(
      "Files of settings may have 1 MiB and 60 levels, profiles 8 ancestors, vocabularies 16 MiB, so that a broken or hostile file does no harm.",
      vi:
        "Tệp cấu hình tối đa 1 MiB và 60 tầng, hồ sơ ánh xạ tối đa 8 đời cha, bảng từ vựng tối đa 16 MiB, để tệp hỏng không gây hại."
    ),
    remedy: .init(
      "Divide the file; a profile can let others inherit.", vi: "Hãy chia nhỏ tệp; hồ sơ ánh xạ có thể dùng kế thừa."))

  /// A key that is not known where it stands.
  public static let settingsKeyUnknown = DiagnosticCode(
    "settings-key-unknown", .error,
    title: .init("Unknown key", vi: "Khóa không có"),
    explanation: .init(
      "Unknown keys are errors, because a mistyped key would otherwise do nothing in silence.",
      vi: "Khóa lạ là lỗi, vì khóa gõ sai sẽ âm thầm không có tác dụng."),
    remedy: .init(
      "mappings/README.md lists the keys of profiles, Documentation/endpoints.md those of endpoints.",
      vi: "Xem khóa của hồ sơ trong mappings/README.md, của điểm kết nối trong Documentation/endpoints.md."))

  /// A key that must be there.
  public static let settingsKeyMissing = DiagnosticCode(
    "settings-key-missing", .error,
    title: .init("Missing key", vi: "Thiếu khóa"),
    explanation: .init("Something that cannot be done without is absent.", vi: "Thiếu một khóa bắt buộc."),
    remedy: .init("Add it.", vi: "Hãy thêm vào."))

  /// A value of the wrong kind.
  public static let settingsValue = DiagnosticCode(
    "settings-value", .error,
    title: .init("Wrong value", vi: "Giá trị sai"),
    explanation: .init(
      "The key takes another kind of value: a number, true or false, a list, or one of some words.",
      vi: "Khóa này nhận loại giá trị khác: số, true/false, danh sách, hoặc một trong các từ cho sẵn."),
    remedy: .init(
      "mappings/README.md says what keys of profiles take, Documentation/endpoints.md what keys of endpoints take.",
      vi: "Xem giá trị của khóa trong mappings/README.md (hồ sơ) hoặc Documentation/endpoints.md (điểm kết nối)."))

  /// A text without quotes that YAML readers take for something else.
  public static let settingsScalarUnquoted = DiagnosticCode(
    "settings-scalar-unquoted", .warning,
    title: .init("Unquoted text", vi: "Văn bản không có ngoặc kép"),
    explanation: .init(
      "YAML 1.1 reads NO as false, 08938501234018 as a number and 1.10 as 1.1. The gateway takes the text as it stands, other programs do not.",
      vi:
        "YAML 1.1 đọc NO thành false, 08938501234018 thành số, 1.10 thành 1.1. Cổng OCOP giữ nguyên văn, phần mềm khác thì không."
    ),
    remedy: .init("Put it in quotes.", vi: "Đặt trong ngoặc kép."))
}
