public import Diagnostics

extension DiagnosticCode {
  /// The codes of the engine for XML documents.
  public static let elementCodes: [DiagnosticCode] = [
    .elementLayout, .elementNoRecord, .elementUnmapped, .elementNotTaken, .elementConflict, .elementLanguage,
    .elementSeveralBases, .elementNoItem, .elementCycle,
  ]

  /// A layout that the engine cannot run.
  public static let elementLayout = DiagnosticCode(
    "element-layout", .fatal,
    title: .init("The profile's XML layout cannot be used", vi: "Không dùng được bố cục XML của hồ sơ"),
    explanation: .init(
      "A rule refers to something that the profile does not have, such as a block that is called.",
      vi: "Một quy tắc tham chiếu đến thứ mà hồ sơ không có, ví dụ một khối được gọi."),
    remedy: .init(
      "Correct the profile; `ocop profiles lint` shows the place.",
      vi: "Hãy sửa hồ sơ; `ocop profiles lint` chỉ ra vị trí."))

  /// A document without any record of the layout.
  public static let elementNoRecord = DiagnosticCode(
    "element-no-record", .fatal,
    title: .init(
      "The XML document holds no record of this profile", vi: "Tài liệu XML không có bản ghi nào theo hồ sơ này"),
    explanation: .init(
      "Records are found by the names and namespaces of the elements around them. Another document type, or elements in another namespace, are other names.",
      vi:
        "Bản ghi được tìm theo tên và không gian tên của các phần tử bao quanh. Loại tài liệu khác hoặc không gian tên khác là tên khác."
    ),
    remedy: .init(
      "Check that the file fits the profile; give its sender the expected path and namespaces.",
      vi: "Hãy kiểm tra tệp có khớp hồ sơ không; báo cho bên gửi đường dẫn và không gian tên cần có."))

  /// An element that no rule reads.
  public static let elementUnmapped = DiagnosticCode(
    "element-unmapped", .note,
    title: .init("An element that no rule reads", vi: "Phần tử không có quy tắc nào đọc"),
    explanation: .init(
      "The canonical product has no attribute for it, or the profile does not map it. It is told once for each path; with residue it is kept and written back to the same format.",
      vi:
        "Mô hình sản phẩm chuẩn không có thuộc tính tương ứng, hoặc hồ sơ không ánh xạ. Mỗi đường dẫn chỉ báo một lần; nếu giữ phần dư thì được ghi lại cho cùng định dạng."
    ),
    remedy: .init("Nothing, or add a rule to the profile.", vi: "Không cần làm gì, hoặc thêm quy tắc vào hồ sơ."))

  /// An element that is read on other nodes only.
  public static let elementNotTaken = DiagnosticCode(
    "element-not-taken", .note,
    title: .init("An element that is read on another pack level", vi: "Phần tử được đọc ở cấp đóng gói khác"),
    explanation: .init(
      "The profile takes this data from one level only, usually the base unit, since it is the same on all. Told once for each path.",
      vi:
        "Hồ sơ chỉ lấy dữ liệu này từ một cấp, thường là đơn vị cơ bản, vì mọi cấp như nhau. Mỗi đường dẫn báo một lần."
    ),
    remedy: .init("Nothing, when the levels say the same.", vi: "Không cần làm gì nếu các cấp giống nhau."))

  /// Two values where one can be.
  public static let elementConflict = DiagnosticCode(
    "element-conflict", .warning,
    title: .init("One thing is said twice and differently", vi: "Một dữ liệu được nêu hai lần khác nhau"),
    explanation: .init(
      "The same attribute of the same node came twice with different values, for example a pack's quantity in its two lists of contents.",
      vi:
        "Cùng một thuộc tính xuất hiện hai lần với giá trị khác nhau, ví dụ số lượng trong hai danh sách thành phần của một kiện."
    ),
    remedy: .init("Make both places say the same.", vi: "Hãy làm cho hai chỗ giống nhau."))

  /// A language attribute that is no language.
  public static let elementLanguage = DiagnosticCode(
    "element-language", .error,
    title: .init("The language of a text is not a language code", vi: "Mã ngôn ngữ của văn bản không hợp lệ"),
    explanation: .init(
      "Texts are kept by language; a text of an unknown language cannot be kept apart from others.",
      vi: "Văn bản được lưu theo ngôn ngữ; không rõ ngôn ngữ thì không phân biệt được."),
    remedy: .init("Use an ISO 639-1 code such as vi, en, ja or ko.", vi: "Dùng mã ISO 639-1 như vi, en, ja hoặc ko."))

  /// More than one base unit in a record.
  public static let elementSeveralBases = DiagnosticCode(
    "element-several-bases", .warning,
    title: .init("The record holds more than one base unit", vi: "Bản ghi có nhiều hơn một đơn vị cơ bản"),
    explanation: .init(
      "A mixed case holds different products. What belongs to the product as a whole is taken from the first base unit.",
      vi: "Thùng hỗn hợp chứa nhiều sản phẩm. Dữ liệu chung của sản phẩm lấy từ đơn vị cơ bản đầu tiên."),
    remedy: .init(
      "Send each product with its own packs, and the mixed case as an assortment.",
      vi: "Hãy gửi từng sản phẩm với các kiện của nó, và thùng hỗn hợp dưới dạng bộ sản phẩm."))

  /// A product without a trade item, for a format that is about trade items.
  public static let elementNoItem = DiagnosticCode(
    "element-no-item", .error,
    title: .init("The product has no trade item", vi: "Sản phẩm không có đơn vị thương phẩm"),
    explanation: .init(
      "The format describes trade items; a product without one has nothing to be described by.",
      vi: "Định dạng mô tả đơn vị thương phẩm; sản phẩm không có thì không mô tả được."),
    remedy: .init(
      "Give the product an item, such as `item[each]` with its GTIN.",
      vi: "Hãy thêm đơn vị, ví dụ `item[each]` cùng GTIN."))

  /// Packs that hold each other.
  public static let elementCycle = DiagnosticCode(
    "element-cycle", .error,
    title: .init("Packs hold each other, or are nested too deep", vi: "Các kiện chứa lẫn nhau hoặc lồng quá sâu"),
    explanation: .init(
      "A pack that holds itself, directly or through others, has no end; more than 16 levels do not occur.",
      vi: "Kiện chứa chính nó, trực tiếp hay gián tiếp, thì không có điểm dừng; không có thực tế quá 16 cấp."),
    remedy: .init("Correct what the packs hold.", vi: "Hãy sửa nội dung các kiện."))
}
