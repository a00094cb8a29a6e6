public import Diagnostics

extension DiagnosticCode {
  /// Every code that this module reports.
  public static let productModelCodes: [DiagnosticCode] = [
    .jsonMalformed, .jsonUnknownKey, .jsonType, .jsonDuplicateKey, .jsonFacet, .valueNotCanonical, .recordTooManyParts,
  ]

  /// A line that is no JSON.
  public static let jsonMalformed = DiagnosticCode(
    "json-malformed", .error,
    title: .init("Not JSON", vi: "Không phải JSON"),
    explanation: .init(
      "The line is no JSON value by RFC 8259: cut short, badly quoted, nested deeper than 64 levels, or not UTF-8.",
      vi: "Dòng này không phải giá trị JSON theo RFC 8259: bị cắt, sai dấu nháy, lồng quá 64 cấp hoặc không phải UTF-8."
    ),
    remedy: .init(
      "Write one whole JSON object a line, in UTF-8.", vi: "Ghi mỗi dòng một đối tượng JSON trọn vẹn, mã UTF-8."))

  /// A member that the model does not have there.
  public static let jsonUnknownKey = DiagnosticCode(
    "json-unknown-key", .error,
    title: .init("Unknown name", vi: "Tên không có trong mô hình"),
    explanation: .init(
      "The canonical model has no attribute or node of this name here; reading on without it would lose data in silence.",
      vi: "Mô hình chuẩn không có thuộc tính hay nút tên này ở đây; bỏ qua thì dữ liệu mất mà không ai biết."),
    remedy: .init(
      "Correct the name, or remove it; the JSON Schema lists all names.",
      vi: "Sửa hoặc bỏ tên này; lược đồ JSON liệt kê mọi tên."))

  /// A JSON type that cannot be this attribute's value.
  public static let jsonType = DiagnosticCode(
    "json-type", .error,
    title: .init("Wrong JSON type", vi: "Sai kiểu JSON"),
    explanation: .init(
      "Decimals, measures, codes and texts are strings, yes and no are true and false, whole numbers are numbers; nodes are "
        + "objects, in an array where they can repeat.",
      vi: "Số thập phân, số đo, mã và văn bản là chuỗi; đúng/sai là true/false; số nguyên là số; nút là đối tượng, "
        + "để trong mảng khi lặp lại được."),
    remedy: .init("Write the value in the type that is named.", vi: "Ghi giá trị theo kiểu được nêu."))

  /// The same name twice in one object.
  public static let jsonDuplicateKey = DiagnosticCode(
    "json-duplicate-key", .error,
    title: .init("Name twice in one object", vi: "Tên lặp lại trong một đối tượng"),
    explanation: .init(
      "JSON leaves open which of two members with one name holds, so neither is trusted.",
      vi: "JSON không quy định giá trị nào trong hai giá trị cùng tên là đúng, nên không dùng giá trị nào."),
    remedy: .init("Keep one of them.", vi: "Giữ lại một giá trị."))

  /// A language or channel that cannot stand here.
  public static let jsonFacet = DiagnosticCode(
    "json-facet", .error,
    title: .init("Wrong language or channel", vi: "Sai ngôn ngữ hoặc kênh"),
    explanation: .init(
      "Texts are told apart by a language of ISO 639-1 and, for some, a channel: vi, en/amazon-us; und where there is no language.",
      vi:
        "Văn bản phân biệt theo ngôn ngữ ISO 639-1 và, với một số thuộc tính, theo kênh: vi, en/amazon-us; und khi không có "
        + "ngôn ngữ."),
    remedy: .init("Write a language code such as vi, en, ja or ko.", vi: "Ghi mã ngôn ngữ như vi, en, ja hoặc ko."))

  /// A value that is not in the canonical form of its type.
  public static let valueNotCanonical = DiagnosticCode(
    "value-not-canonical", .error,
    title: .init("Value not in canonical form", vi: "Giá trị chưa ở dạng chuẩn"),
    explanation: .init(
      "Each type has exactly one way to write a value, so that comparing texts compares values.",
      vi: "Mỗi kiểu chỉ có một cách ghi giá trị, nhờ đó so sánh chữ là so sánh giá trị."),
    remedy: .init("Write the value in the form that is named.", vi: "Ghi giá trị theo dạng được nêu."))

  /// A product with more nodes or values than one record may have.
  public static let recordTooManyParts = DiagnosticCode(
    "record-too-many-parts", .error,
    title: .init("Too many parts in one product", vi: "Một sản phẩm có quá nhiều phần"),
    explanation: .init(
      "One product may have 65 534 nodes and as many values; more is a broken or hostile record.",
      vi: "Một sản phẩm có tối đa 65 534 nút và chừng ấy giá trị; nhiều hơn là bản ghi hỏng hoặc cố ý phá."),
    remedy: .init("Split the record.", vi: "Tách bản ghi."))
}
