public import Diagnostics

extension DiagnosticCode {
  /// All codes of this module.
  public static let profilesCodes: [DiagnosticCode] = loadingCodes + lintCodes

  static let loadingCodes: [DiagnosticCode] = [
    .profileNotFound, .profileInheritance, .profilePlaceUnknown, .profilePlaceAmbiguous, .profileVariableUnknown,
    .profilePath, .profileElementPath, .profileConverter, .profileCodeListUnknown, .profileVocabulary, .profilePattern,
    .profileBlockUnknown, .profileLayout,
  ]

  /// There is no such profile, or its file cannot be read.
  public static let profileNotFound = DiagnosticCode(
    "profile-not-found", .error,
    title: .init("No such profile", vi: "Không có hồ sơ ánh xạ này"),
    explanation: .init(
      "A profile is a .yaml file below the mappings folder, named by its file name without .yaml, or given by its path.",
      vi: "Hồ sơ ánh xạ là tệp .yaml trong thư mục mappings, gọi bằng tên tệp bỏ .yaml, hoặc bằng đường dẫn."),
    remedy: .init(
      "“ocop profiles list” shows the names.", vi: "Lệnh “ocop profiles list” liệt kê các tên."))

  /// A parent is missing, or profiles extend each other in a circle.
  public static let profileInheritance = DiagnosticCode(
    "profile-inheritance", .error,
    title: .init("Wrong inheritance", vi: "Kế thừa sai"),
    explanation: .init(
      "“extends” names another profile of the same folder; a chain has an end and at most 8 links.",
      vi: "“extends” nêu tên một hồ sơ khác trong cùng thư mục; chuỗi kế thừa có điểm cuối và tối đa 8 đời."),
    remedy: .init("Name a profile that exists and does not lead back.", vi: "Nêu một hồ sơ có thật và không quay vòng.")
  )

  /// `remove:`, `before:`, `after:` or a changing rule names a place that the parent does not have.
  public static let profilePlaceUnknown = DiagnosticCode(
    "profile-place-unknown", .error,
    title: .init("Unknown place", vi: "Vị trí không có"),
    explanation: .init(
      "A rule of the parent is named by its header, path, at, cell code or code. It may have been renamed there.",
      vi: "Quy tắc của hồ sơ cha được gọi bằng header, path, at, mã ô hoặc code. Có thể nó đã đổi tên."),
    remedy: .init(
      "“ocop profiles show PARENT” prints its places.", vi: "Lệnh “ocop profiles show TÊN-CHA” in các vị trí."))

  /// A changing rule fits several rules of the parent.
  public static let profilePlaceAmbiguous = DiagnosticCode(
    "profile-place-ambiguous", .warning,
    title: .init("Ambiguous place", vi: "Vị trí không rõ"),
    explanation: .init(
      "Several rules of the parent share a place, for example the values of an attribute that has many.",
      vi: "Hồ sơ cha có nhiều quy tắc ở cùng vị trí, ví dụ thuộc tính nhiều giá trị."),
    remedy: .init(
      "Name the same “is” as the rule that is meant, or remove them all and write them again.",
      vi: "Ghi cùng “is” với quy tắc cần đổi, hoặc bỏ hết rồi viết lại."))

  /// `$name` that nothing defines.
  public static let profileVariableUnknown = DiagnosticCode(
    "profile-variable-unknown", .error,
    title: .init("Unknown variable", vi: "Biến không có"),
    explanation: .init(
      "$name and ${name} stand for variables of “let”, for --set, and for $profile, $market, $language, $asOf.",
      vi: "$tên và ${tên} là biến trong “let”, trong --set, hoặc $profile, $market, $language, $asOf."),
    remedy: .init(
      "Define it in “let”, or write $$ for a dollar sign.", vi: "Khai báo trong “let”, hoặc viết $$ cho dấu đô la."))

  /// A path that the model does not have.
  public static let profilePath = DiagnosticCode(
    "profile-path", .error,
    title: .init("Unknown attribute or node", vi: "Thuộc tính hoặc nút không có"),
    explanation: .init(
      "A path leads from the enclosing node through kinds of nodes to an attribute, as the canonical model declares them.",
      vi: "Đường dẫn đi từ nút đang xét qua các loại nút tới một thuộc tính, theo khai báo của mô hình chuẩn."),
    remedy: .init(
      "“ocop explain model” lists kinds and attributes; “product.” starts from the product.",
      vi: "Lệnh “ocop explain model” liệt kê loại nút và thuộc tính; “product.” bắt đầu từ sản phẩm."))

  /// An element path that cannot be read, or a prefix without namespace.
  public static let profileElementPath = DiagnosticCode(
    "profile-element-path", .error,
    title: .init("Wrong element path", vi: "Đường dẫn phần tử sai"),
    explanation: .init(
      "Element paths are a/b, p:a, a[@type=X], a/@unit or “.”; every prefix stands in “namespaces”.",
      vi: "Đường dẫn phần tử có dạng a/b, p:a, a[@type=X], a/@unit hoặc “.”; mọi tiền tố phải có trong “namespaces”."),
    remedy: .init("Mend the path or declare the prefix.", vi: "Sửa đường dẫn hoặc khai báo tiền tố."))

  /// A converter that does not exist, or wrong arguments.
  public static let profileConverter = DiagnosticCode(
    "profile-converter", .error,
    title: .init("Wrong converter", vi: "Bộ chuyển đổi sai"),
    explanation: .init(
      "“as” names a converter with its arguments, such as decimal(comma, 0..2) or codes(units).",
      vi: "“as” nêu bộ chuyển đổi và tham số, ví dụ decimal(comma, 0..2) hoặc codes(units)."),
    remedy: .init("mappings/README.md lists the converters.", vi: "Xem các bộ chuyển đổi trong mappings/README.md."))

  /// A code list that the profile does not declare.
  public static let profileCodeListUnknown = DiagnosticCode(
    "profile-code-list-unknown", .error,
    title: .init("Unknown code list", vi: "Danh mục mã không có"),
    explanation: .init(
      "Converters, units and drop-downs use code lists by the names under “codes”.",
      vi: "Bộ chuyển đổi, đơn vị và danh sách chọn dùng danh mục theo tên trong “codes”."),
    remedy: .init("Declare it under “codes”.", vi: "Khai báo trong “codes”."))

  /// A vocabulary that is missing or malformed, or a column that it does not have.
  public static let profileVocabulary = DiagnosticCode(
    "profile-vocabulary", .error,
    title: .init("Wrong vocabulary", vi: "Từ vựng sai"),
    explanation: .init(
      "Vocabularies are tab-separated files in mappings/vocabulary with a header whose first column is “code”.",
      vi: "Từ vựng là tệp phân cách bằng tab trong mappings/vocabulary, cột đầu tên là “code”."),
    remedy: .init("Name a vocabulary and columns that exist.", vi: "Nêu từ vựng và cột có thật."))

  /// A pattern that cannot be read or not be taken apart again.
  public static let profilePattern = DiagnosticCode(
    "profile-pattern", .error,
    title: .init("Wrong pattern", vi: "Mẫu sai"),
    explanation: .init(
      "A pattern is text with {path} or {path|converter}; when it is read it is split at the text between.",
      vi:
        "Mẫu là văn bản có {đường dẫn} hoặc {đường dẫn|bộ chuyển đổi}; khi đọc, mẫu được tách tại phần văn bản xen giữa."
    ),
    remedy: .init(
      "Close every brace and put text between two values; {{ and }} stand for braces.",
      vi: "Đóng mọi ngoặc nhọn và đặt văn bản giữa hai giá trị; {{ và }} là dấu ngoặc nhọn."))

  /// `call:` of a block that does not exist.
  public static let profileBlockUnknown = DiagnosticCode(
    "profile-block-unknown", .error,
    title: .init("Unknown block", vi: "Khối không có"),
    explanation: .init("“call” names an entry of “blocks”.", vi: "“call” nêu một mục của “blocks”."),
    remedy: .init("Declare the block.", vi: "Khai báo khối."))

  /// No layout, or more than one.
  public static let profileLayout = DiagnosticCode(
    "profile-layout", .error,
    title: .init("No layout, or several", vi: "Không có hoặc có nhiều bố cục"),
    explanation: .init(
      "A profile has exactly one of canonical, table, workbook and xml, its own or its parent's.",
      vi: "Hồ sơ có đúng một trong canonical, table, workbook, xml, của nó hoặc của hồ sơ cha."),
    remedy: .init("Write exactly one.", vi: "Ghi đúng một mục."))
}
