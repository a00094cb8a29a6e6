public import Diagnostics

extension DiagnosticCode {
  /// The codes of the engine that reads and writes products in workbooks.
  public static let workbookEngineCodes: [DiagnosticCode] = [
    .workbookLayout, .workbookTemplate, .workbookSheetMissing, .workbookHeaderMissing, .workbookColumnMissing,
    .workbookColumnUnknown, .workbookSheetTooLarge, .workbookRowUnmatched, .workbookRowAmbiguous,
    .workbookParentMissing,
    .workbookPosition, .workbookSheetsDiffer, .formBeatsTable, .formWithoutRow, .cardDiffers, .workbookCellError,
    .workbookFormulaEmpty, .workbookLabelMoved,
  ]

  /// A layout that a workbook cannot have.
  public static let workbookLayout = DiagnosticCode(
    "workbook-layout", .fatal,
    title: .init("The profile's layout does not fit a workbook", vi: "Bố cục trong hồ sơ không hợp với sổ tính"),
    explanation: .init(
      "A workbook needs one table with one row a product, or forms; other tables say by join: which product a row belongs to.",
      vi:
        "Sổ tính cần một bảng mỗi sản phẩm một dòng, hoặc các phiếu; các bảng khác ghi join: để biết dòng thuộc sản phẩm nào."
    ),
    remedy: .init("Mend the profile; see mappings/README.md.", vi: "Sửa hồ sơ; xem mappings/README.md."))

  /// A workbook made from another template.
  public static let workbookTemplate = DiagnosticCode(
    "workbook-template", .warning,
    title: .init("The workbook was made from another template", vi: "Sổ tính được tạo từ mẫu khác"),
    explanation: .init(
      "The hidden sheet _meta names the template and its version. Another template is refused, another version is read with care.",
      vi: "Trang ẩn _meta ghi tên mẫu và phiên bản. Mẫu khác bị từ chối, phiên bản khác được đọc thận trọng."),
    remedy: .init("Read it with the profile that it was written with.", vi: "Đọc bằng đúng hồ sơ đã dùng để xuất."))

  /// A sheet that the profile needs is not there.
  public static let workbookSheetMissing = DiagnosticCode(
    "workbook-sheet-missing", .fatal,
    title: .init("A sheet is missing", vi: "Thiếu trang tính"),
    explanation: .init(
      "Neither the table with one row a product nor a form was found: the sheet was renamed or removed, or this is another workbook.",
      vi:
        "Không thấy bảng mỗi sản phẩm một dòng, cũng không thấy phiếu nào: trang bị đổi tên, bị xóa, hoặc đây là sổ tính khác."
    ),
    remedy: .init("Give the sheet its name back.", vi: "Đặt lại tên trang tính như cũ."))

  /// No row of headers was found.
  public static let workbookHeaderMissing = DiagnosticCode(
    "workbook-header-missing", .fatal,
    title: .init("The headers of the table were not found", vi: "Không tìm thấy dòng tiêu đề của bảng"),
    explanation: .init(
      "Columns are found by their codes or names in one of the first 20 rows.",
      vi: "Cột được tìm theo mã hoặc tên ở một trong 20 dòng đầu."),
    remedy: .init("Put the headers back as in the template.", vi: "Khôi phục dòng tiêu đề như trong mẫu."))

  /// A required column is not there.
  public static let workbookColumnMissing = DiagnosticCode(
    "workbook-column-missing", .fatal,
    title: .init("A required column is missing", vi: "Thiếu cột bắt buộc"),
    explanation: .init(
      "Without it no row can be taken.", vi: "Không có cột này thì không nhận được dòng nào."),
    remedy: .init("Add the column, or mend its heading.", vi: "Thêm cột, hoặc sửa lại tiêu đề."))

  /// A column that no rule takes.
  public static let workbookColumnUnknown = DiagnosticCode(
    "workbook-column-unknown", .note,
    title: .init("A column is not known", vi: "Có cột không nhận ra"),
    explanation: .init(
      "Its values are not taken over.", vi: "Giá trị trong cột này không được lấy."),
    remedy: .init(
      "Compare the heading with the template's, or add a rule to the profile.",
      vi: "So tiêu đề với mẫu, hoặc thêm quy tắc vào hồ sơ."))

  /// A sheet that must be held whole has too many cells or rows.
  public static let workbookSheetTooLarge = DiagnosticCode(
    "workbook-sheet-too-large", .fatal,
    title: .init("A sheet is too large to be joined", vi: "Trang tính quá lớn để ghép nối"),
    explanation: .init(
      "Sheets with several rows a product are held in memory, because their rows may stand in any order; forms as well. The limit protects the machine.",
      vi:
        "Các trang có nhiều dòng cho một sản phẩm được giữ trong bộ nhớ vì dòng có thể đứng tùy ý; phiếu cũng vậy. Giới hạn để bảo vệ máy."
    ),
    remedy: .init("Split the workbook by products.", vi: "Chia sổ tính theo nhóm sản phẩm."))

  /// A row of a joined table whose product is not in the main table.
  public static let workbookRowUnmatched = DiagnosticCode(
    "workbook-row-unmatched", .error,
    title: .init("The row belongs to no product", vi: "Dòng không thuộc sản phẩm nào"),
    explanation: .init(
      "Rows of this sheet name their product by GTIN, SKU or number; the main table has no such product.",
      vi: "Dòng ở trang này ghi sản phẩm bằng GTIN, mã hàng hoặc số thứ tự; bảng chính không có sản phẩm đó."),
    remedy: .init(
      "Mend the code in this row, or add the product to the main table.",
      vi: "Sửa mã ở dòng này, hoặc thêm sản phẩm vào bảng chính."))

  /// A row whose product is named twice in the main table.
  public static let workbookRowAmbiguous = DiagnosticCode(
    "workbook-row-ambiguous", .error,
    title: .init("The row may belong to several products", vi: "Dòng có thể thuộc nhiều sản phẩm"),
    explanation: .init(
      "Several rows of the main table have the code by which this row names its product.",
      vi: "Nhiều dòng của bảng chính có cùng mã mà dòng này dùng để ghi sản phẩm."),
    remedy: .init(
      "Give each product a code of its own, or write the number of its row.",
      vi: "Cho mỗi sản phẩm một mã riêng, hoặc ghi số thứ tự của dòng."))

  /// A row that stands below a node which is not there.
  public static let workbookParentMissing = DiagnosticCode(
    "workbook-parent-missing", .error,
    title: .init("The row stands below something that is missing", vi: "Dòng nằm dưới một phần không có"),
    explanation: .init(
      "A content names a pack, a nutrient names a basis, or a compound ingredient's part names its whole; that one has no row.",
      vi:
        "Dòng nội dung ghi quy cách, dòng chất dinh dưỡng ghi cơ sở tính, thành phần con ghi thành phần cha; phần đó không có dòng."
    ),
    remedy: .init("Add the row it names, or mend the name.", vi: "Thêm dòng được nhắc tới, hoặc sửa lại tên."))

  /// A position that is no number path.
  public static let workbookPosition = DiagnosticCode(
    "workbook-position", .error,
    title: .init("The position is not understood", vi: "Không hiểu số thứ tự"),
    explanation: .init(
      "Positions are 1, 2, 3 …, and 2.1 for the first part of the second.",
      vi: "Số thứ tự là 1, 2, 3 …, và 2.1 cho phần đầu của số 2."),
    remedy: .init("Number the rows anew.", vi: "Đánh số lại các dòng."))

  /// Two sheets say different things about one value.
  public static let workbookSheetsDiffer = DiagnosticCode(
    "workbook-sheets-differ", .warning,
    title: .init("Two sheets differ about one value", vi: "Hai trang tính ghi khác nhau về một giá trị"),
    explanation: .init(
      "The value stands in several sheets, and one of them was changed. The sheet that comes first counts.",
      vi: "Giá trị có ở nhiều trang, và một trang đã bị sửa. Trang đứng trước được lấy."),
    remedy: .init("Change the value in all sheets.", vi: "Sửa giá trị ở tất cả các trang."))

  /// The form differs from the table; the form counts.
  public static let formBeatsTable = DiagnosticCode(
    "form-beats-table", .warning,
    title: .init("The form differs from the list; the form counts", vi: "Phiếu khác danh sách; lấy theo phiếu"),
    explanation: .init(
      "List and form were written equal, so somebody changed one of them. Partners correct the form.",
      vi: "Danh sách và phiếu được xuất giống nhau, nên đã có người sửa một bên. Đối tác thường sửa trên phiếu."),
    remedy: .init("Check the value, and change the list too.", vi: "Kiểm tra giá trị, và sửa cả danh sách."))

  /// A form whose product has no row in the table.
  public static let formWithoutRow = DiagnosticCode(
    "form-without-row", .warning,
    title: .init("The form's product is not in the list", vi: "Sản phẩm trong phiếu không có trong danh sách"),
    explanation: .init(
      "It is read as a product of its own.", vi: "Phiếu được đọc thành một sản phẩm riêng."),
    remedy: .init("Check the product's codes in the form.", vi: "Kiểm tra mã sản phẩm trong phiếu."))

  /// Company data that differ between products.
  public static let cardDiffers = DiagnosticCode(
    "card-differs", .warning,
    title: .init("Products differ in what is said once", vi: "Các sản phẩm khác nhau ở phần chỉ ghi một lần"),
    explanation: .init(
      "The company sheet has one value for the whole workbook. It stays empty where products differ.",
      vi: "Trang doanh nghiệp chỉ có một giá trị cho cả sổ tính. Ô để trống khi các sản phẩm khác nhau."),
    remedy: .init("Write one workbook for each company.", vi: "Xuất mỗi doanh nghiệp một sổ tính."))

  /// A cell with an error value.
  public static let workbookCellError = DiagnosticCode(
    "workbook-cell-error", .error,
    title: .init("The cell holds an error", vi: "Ô chứa giá trị lỗi"),
    explanation: .init(
      "A formula of the workbook failed, so that there is no value.",
      vi: "Công thức trong sổ tính bị lỗi nên không có giá trị."),
    remedy: .init("Mend the formula, or write the value.", vi: "Sửa công thức, hoặc ghi thẳng giá trị."))

  /// A formula that no program has computed.
  public static let workbookFormulaEmpty = DiagnosticCode(
    "workbook-formula-empty", .warning,
    title: .init("The formula has no value", vi: "Công thức chưa có giá trị"),
    explanation: .init(
      "The program that saved the workbook did not compute it.", vi: "Chương trình lưu sổ tính chưa tính công thức này."
    ),
    remedy: .init(
      "Open the workbook in a spreadsheet program and save it.",
      vi: "Mở sổ tính bằng chương trình bảng tính rồi lưu lại."))

  /// A label that stands elsewhere than in the template.
  public static let workbookLabelMoved = DiagnosticCode(
    "workbook-label-moved", .note,
    title: .init("A label of the form has moved", vi: "Nhãn trong phiếu đã đổi chỗ"),
    explanation: .init(
      "Rows or columns were inserted or removed. The value was taken beside or below the label.",
      vi: "Dòng hoặc cột đã được thêm hay bớt. Giá trị được lấy bên cạnh hoặc bên dưới nhãn."),
    remedy: .init(
      "Nothing to do; check the value when in doubt.", vi: "Không cần làm gì; nếu nghi ngờ hãy kiểm tra giá trị."))
}
