public import Diagnostics

extension DiagnosticCode {
  /// A rule's converter does not fit its attribute or names a list that does not exist.
  public static let converterUnfit = DiagnosticCode(
    "converter-unfit", .fatal,
    title: .init("The rule's converter cannot be used here", vi: "Bộ chuyển đổi của quy tắc không dùng được ở đây"),
    explanation: .init(
      "A converter names a code list, unit or currency that does not exist, or needs another type of attribute.",
      vi: "Bộ chuyển đổi dùng danh mục mã, đơn vị hoặc tiền tệ không tồn tại, hoặc cần kiểu thuộc tính khác."),
    remedy: .init("Correct the rule in the profile.", vi: "Sửa quy tắc trong hồ sơ ánh xạ."))

  /// A GTIN whose last digit does not follow from the others.
  public static let gtinCheckDigit = DiagnosticCode(
    "gtin-check-digit", .error,
    title: .init("Wrong check digit", vi: "Sai số kiểm tra"),
    explanation: .init(
      "The last digit of a GTIN follows from the others (GS1 General Specifications, section 7.9), so a mistyped number is found.",
      vi:
        "Chữ số cuối của GTIN được tính từ các số trước (GS1 General Specifications, mục 7.9) để phát hiện gõ sai."
    ),
    remedy: .init("Compare with the number under the barcode.", vi: "So với dãy số in dưới mã vạch."))

  /// A GTIN of another length than 8, 12, 13 or 14.
  public static let gtinLength = DiagnosticCode(
    "gtin-length", .error,
    title: .init("A GTIN of wrong length", vi: "GTIN sai độ dài"),
    explanation: .init(
      "A GTIN has 8, 12, 13 or 14 digits. Spreadsheets drop zeros at the front of cells formatted as numbers.",
      vi: "GTIN có 8, 12, 13 hoặc 14 chữ số. Bảng tính hay bỏ số 0 ở đầu ô định dạng số."),
    remedy: .init("Format the column as text and enter it again.", vi: "Định dạng cột là văn bản rồi nhập lại."))

  /// Something else than digits in a GTIN.
  public static let gtinCharacters = DiagnosticCode(
    "gtin-characters", .error,
    title: .init("A GTIN holds digits only", vi: "GTIN chỉ gồm chữ số"),
    explanation: .init(
      "Letters and signs cannot stand in a GTIN.", vi: "GTIN không chứa chữ hay ký hiệu."),
    remedy: .init("Enter the number under the barcode.", vi: "Nhập dãy số in dưới mã vạch."))

  /// A GTIN that a spreadsheet turned into `8.9385E+12`.
  public static let gtinScientific = DiagnosticCode(
    "gtin-scientific", .error,
    title: .init("A spreadsheet has shortened the GTIN", vi: "Bảng tính đã rút gọn GTIN"),
    explanation: .init(
      "Excel shows long numbers as 8.93850E+12 and saves only those digits in text files; the others are lost.",
      vi: "Excel hiện số dài thành 8.93850E+12 và khi lưu dạng văn bản chỉ giữ các số đó; phần còn lại đã mất."),
    remedy: .init(
      "Format the column as text, enter the GTINs again, then save.",
      vi: "Định dạng cột là văn bản, nhập lại GTIN rồi lưu."))

  /// A GLN whose last digit does not follow from the others.
  public static let glnCheckDigit = DiagnosticCode(
    "gln-check-digit", .error,
    title: .init("Wrong check digit in a GLN", vi: "GLN sai số kiểm tra"),
    explanation: .init(
      "The last digit of a Global Location Number follows from the others (GS1 General Specifications, section 7.9), so a mistyped number is found.",
      vi:
        "Chữ số cuối của mã địa điểm GLN được tính từ các số trước (GS1 General Specifications, mục 7.9) để phát hiện gõ sai."
    ),
    remedy: .init(
      "Compare with the party's GS1 certificate, or ask the party.",
      vi: "So với giấy chứng nhận mã GS1 của bên đó, hoặc hỏi họ."))

  /// A GLN that has not 13 digits.
  public static let glnLength = DiagnosticCode(
    "gln-length", .error,
    title: .init("A GLN of wrong length", vi: "GLN sai độ dài"),
    explanation: .init(
      "A Global Location Number has 13 digits. Spreadsheets drop zeros at the front of cells formatted as numbers.",
      vi: "Mã địa điểm GLN có 13 chữ số. Bảng tính hay bỏ số 0 ở đầu ô định dạng số."),
    remedy: .init("Format the column as text and enter it again.", vi: "Định dạng cột là văn bản rồi nhập lại."))

  /// Something else than digits in a GLN.
  public static let glnCharacters = DiagnosticCode(
    "gln-characters", .error,
    title: .init("A GLN holds digits only", vi: "GLN chỉ gồm chữ số"),
    explanation: .init(
      "Letters and signs cannot stand in a Global Location Number; a tax code is another number.",
      vi: "Mã địa điểm GLN không chứa chữ hay ký hiệu; mã số thuế là số khác."),
    remedy: .init(
      "Enter the number of the party's GS1 certificate.", vi: "Nhập số trong giấy chứng nhận mã GS1 của bên đó."))

  /// A GLN that a spreadsheet turned into `8.9389E+12`.
  public static let glnScientific = DiagnosticCode(
    "gln-scientific", .error,
    title: .init("A spreadsheet has shortened the GLN", vi: "Bảng tính đã rút gọn GLN"),
    explanation: .init(
      "Excel shows long numbers as 8.93899E+12 and saves only those digits in text files; the others are lost.",
      vi: "Excel hiện số dài thành 8.93899E+12 và khi lưu dạng văn bản chỉ giữ các số đó; phần còn lại đã mất."),
    remedy: .init(
      "Format the column as text, enter the GLNs again, then save.",
      vi: "Định dạng cột là văn bản, nhập lại GLN rồi lưu."))

  /// A text that is no number in the expected form.
  public static let numberFormat = DiagnosticCode(
    "number-format", .error,
    title: .init("Not a number in the expected form", vi: "Không phải số theo dạng quy định"),
    explanation: .init(
      "Each profile says whether a comma or a point separates decimals. A number that could be meant in two ways is not guessed.",
      vi: "Mỗi hồ sơ ánh xạ quy định dấu phẩy hay dấu chấm là dấu thập phân. Số có thể hiểu hai cách thì không đoán."),
    remedy: .init("Write the number in the expected form.", vi: "Ghi số theo dạng quy định."))

  /// An amount in another currency than the place is for.
  public static let moneyCurrency = DiagnosticCode(
    "money-currency", .error,
    title: .init("Another currency than expected", vi: "Khác loại tiền quy định"),
    explanation: .init(
      "The place holds amounts in one currency. Amounts are never converted.",
      vi: "Chỗ này chỉ dành cho một loại tiền. Chương trình không quy đổi tiền."),
    remedy: .init("Give the amount in the expected currency.", vi: "Ghi số tiền theo đúng loại tiền quy định."))

  /// A measure without unit.
  public static let unitMissing = DiagnosticCode(
    "unit-missing", .error,
    title: .init("The unit is missing", vi: "Thiếu đơn vị"),
    explanation: .init("A quantity means nothing without its unit.", vi: "Số lượng không có đơn vị thì vô nghĩa."),
    remedy: .init("Fill in the unit.", vi: "Điền đơn vị."))

  /// A unit that the list does not have.
  public static let unknownUnit = DiagnosticCode(
    "unknown-unit", .error,
    title: .init("Unknown unit", vi: "Đơn vị không rõ"),
    explanation: .init(
      "The unit is neither in the profile's list nor, where codes are expected, in UN/ECE Recommendation 20 or 21.",
      vi: "Đơn vị không có trong danh mục của hồ sơ, cũng không thuộc Khuyến nghị 20 hoặc 21 của UN/ECE (nơi cần mã)."),
    remedy: .init("Use one of the known units.", vi: "Dùng một trong các đơn vị đã biết."))

  /// A measure that cannot be expressed in the target's unit.
  public static let unitConversion = DiagnosticCode(
    "unit-conversion", .error,
    title: .init("The measure cannot be given in this unit", vi: "Không đổi được sang đơn vị này"),
    explanation: .init(
      "Grams do not become millilitres, nor months days: there is no sure factor between the two units.",
      vi: "Gam không đổi thành mililit, tháng không đổi thành ngày: giữa hai đơn vị không có hệ số chắc chắn."),
    remedy: .init("Give the measure in a unit of the target's kind.", vi: "Ghi số đo bằng đơn vị cùng loại với đích."))

  /// A text that is no measure or period.
  public static let measureFormat = DiagnosticCode(
    "measure-format", .error,
    title: .init("Not a number with a unit", vi: "Không phải số kèm đơn vị"),
    explanation: .init(
      "A measure is a number and a unit, such as 500 g or 24 months.",
      vi: "Số đo gồm số và đơn vị, ví dụ 500 g hoặc 24 tháng."),
    remedy: .init("Write number and unit.", vi: "Ghi số và đơn vị."))

  /// A period with words that say more.
  public static let periodWords = DiagnosticCode(
    "period-words", .warning,
    title: .init("Words after the period were passed over", vi: "Phần chữ sau thời hạn đã được bỏ qua"),
    explanation: .init(
      "Only the number and the unit of a period are kept, such as 24 tháng of “24 tháng kể từ ngày sản xuất”.",
      vi: "Chỉ giữ số và đơn vị của thời hạn, ví dụ 24 tháng trong “24 tháng kể từ ngày sản xuất”."),
    remedy: .init("Check that nothing important is lost.", vi: "Kiểm tra xem có mất ý quan trọng không."))

  /// A text that is no date in a form that cannot be misread.
  public static let dateFormat = DiagnosticCode(
    "date-format", .error,
    title: .init("Not a date in the expected form", vi: "Không phải ngày theo dạng quy định"),
    explanation: .init(
      "05/06/2026 is the fifth of June to some and the sixth of May to others, so only the profile's order and forms that begin with the year are read.",
      vi:
        "05/06/2026 có nơi hiểu là ngày 5 tháng 6, có nơi là 6 tháng 5; nên chỉ đọc theo thứ tự của hồ sơ và dạng năm đứng trước."
    ),
    remedy: .init(
      "Write it as 2026-11-22, or in the profile's form.", vi: "Ghi dạng 2026-11-22 hoặc theo dạng của hồ sơ."))

  /// A date and time without offset from UTC.
  public static let timeOffset = DiagnosticCode(
    "time-offset", .warning,
    title: .init(
      "The time has no offset; Vietnamese time was taken", vi: "Giờ không ghi múi giờ; đã hiểu là giờ Việt Nam"),
    explanation: .init(
      "A date and time without offset from UTC means another moment in every country.",
      vi: "Ngày giờ không kèm múi giờ sẽ là các thời điểm khác nhau ở mỗi nước."),
    remedy: .init("Add the offset, such as +07:00.", vi: "Ghi thêm múi giờ, ví dụ +07:00."))

  /// A text that is neither of the words for yes and no.
  public static let booleanFormat = DiagnosticCode(
    "boolean-format", .error,
    title: .init("Neither yes nor no", vi: "Không phải có hoặc không"),
    explanation: .init("Only the words of the profile are understood.", vi: "Chỉ hiểu các từ mà hồ sơ quy định."),
    remedy: .init("Use one of the expected words.", vi: "Dùng một trong các từ quy định."))

  /// A text that the code list does not have.
  public static let codeUnknown = DiagnosticCode(
    "code-unknown", .error,
    title: .init("Not in the code list", vi: "Không có trong danh mục"),
    explanation: .init(
      "The place takes the words of a code list only, so that both sides mean the same.",
      vi: "Chỗ này chỉ nhận các từ trong danh mục để hai bên cùng hiểu như nhau."),
    remedy: .init("Choose one of the list's words.", vi: "Chọn một từ trong danh mục."))

  /// A text that an open list does not have.
  public static let codeUnlisted = DiagnosticCode(
    "code-unlisted", .warning,
    title: .init("Not in the code list; taken as it stands", vi: "Không có trong danh mục; giữ nguyên"),
    explanation: .init(
      "The list is open: other codes pass, but a mistyped one passes too.",
      vi: "Danh mục mở: mã khác vẫn được nhận, nên mã gõ sai cũng lọt qua."),
    remedy: .init("Check the spelling.", vi: "Kiểm tra chính tả."))

  /// None or several of the squares of a choice are ticked.
  public static let choiceMarks = DiagnosticCode(
    "choice-marks", .error,
    title: .init("Several choices are marked", vi: "Đánh dấu nhiều lựa chọn"),
    explanation: .init("One square may be filled in: ■.", vi: "Chỉ được đánh dấu một ô: ■."),
    remedy: .init("Mark one choice.", vi: "Chỉ đánh dấu một lựa chọn."))

  /// A URL that is none.
  public static let urlFormat = DiagnosticCode(
    "url-format", .error,
    title: .init("Not an absolute URL", vi: "Không phải địa chỉ URL đầy đủ"),
    explanation: .init(
      "A link begins with its scheme, such as https://, and holds no blanks (RFC 3986).",
      vi: "Đường dẫn phải bắt đầu bằng giao thức, ví dụ https://, và không có khoảng trắng (RFC 3986)."),
    remedy: .init("Copy the whole address from the browser.", vi: "Chép đầy đủ địa chỉ từ trình duyệt."))

  /// A text longer than the partner takes.
  public static let textTooLong = DiagnosticCode(
    "text-too-long", .error,
    title: .init("The text is too long for the partner", vi: "Văn bản quá dài so với quy định của đối tác"),
    explanation: .init(
      "Partners cut or refuse longer texts. Nothing is cut silently.",
      vi: "Đối tác sẽ cắt hoặc từ chối văn bản dài hơn. Chương trình không tự ý cắt."),
    remedy: .init(
      "Shorten the text, or give a shorter one for this channel.", vi: "Rút gọn, hoặc thêm bản ngắn cho kênh này."))

  /// Another text than the constant that must stand there.
  public static let constMismatch = DiagnosticCode(
    "const-mismatch", .error,
    title: .init("Another value than the one that must stand here", vi: "Khác với giá trị cố định phải có ở đây"),
    explanation: .init(
      "The profile says that this place always holds one value; another one means that the record is of another kind.",
      vi: "Hồ sơ quy định chỗ này luôn là một giá trị; giá trị khác nghĩa là bản ghi thuộc loại khác."),
    remedy: .init("Check that the profile fits the file.", vi: "Kiểm tra hồ sơ có đúng với tệp không."))

  /// Text with separate accents.
  public static let nfdNormalised = DiagnosticCode(
    "nfd-normalised", .warning,
    title: .init("Letters with separate accents were composed", vi: "Chữ có dấu tách rời đã được ghép lại"),
    explanation: .init(
      "The text holds base letters and accents as separate characters, as macOS writes file names; other systems see another word.",
      vi: "Văn bản tách riêng chữ cái và dấu (như macOS đặt tên tệp); hệ thống khác sẽ coi là từ khác."),
    remedy: .init(
      "Nothing to do; new texts are best typed in NFC (Unicode dựng sẵn).",
      vi: "Không cần làm gì; nên gõ Unicode dựng sẵn."))

  /// A control character in a text.
  public static let controlCharacter = DiagnosticCode(
    "control-character", .warning,
    title: .init("Control characters became blanks", vi: "Ký tự điều khiển đã được thay bằng khoảng trắng"),
    explanation: .init(
      "Text copied from other programs may hold invisible control characters, which XML and many systems refuse.",
      vi: "Văn bản chép từ chương trình khác có thể chứa ký tự điều khiển vô hình mà XML và nhiều hệ thống từ chối."),
    remedy: .init("Delete them in the source.", vi: "Xoá chúng trong dữ liệu gốc."))

  /// Bytes that are no UTF-8.
  public static let textInvalid = DiagnosticCode(
    "text-invalid-bytes", .error,
    title: .init("Bytes that are no text", vi: "Có byte không phải văn bản"),
    explanation: .init(
      "The value holds bytes that are no UTF-8, so part of it is lost. Nothing is replaced by ?.",
      vi: "Giá trị có byte không phải UTF-8 nên một phần đã mất. Không thay bằng dấu ?."),
    remedy: .init(
      "Export the file again as UTF-8, or name its true encoding.",
      vi: "Xuất lại tệp dạng UTF-8, hoặc chỉ đúng bảng mã."))

  /// A text that does not follow the pattern of its place.
  public static let patternMismatch = DiagnosticCode(
    "pattern-mismatch", .error,
    title: .init("The text does not follow the pattern", vi: "Văn bản không theo mẫu"),
    explanation: .init(
      "Several values stand in one place, divided by signs that the profile names.",
      vi: "Nhiều giá trị nằm chung một chỗ, ngăn bằng các dấu mà hồ sơ quy định."),
    remedy: .init("Write it as the pattern shows.", vi: "Ghi theo đúng mẫu."))

  /// A value that the partner must have is missing.
  public static let requiredMissing = DiagnosticCode(
    "required-missing", .error,
    title: .init("A value that the partner requires is missing", vi: "Thiếu giá trị mà đối tác bắt buộc"),
    explanation: .init(
      "The partner refuses the product without this value, so it is not sent.",
      vi: "Đối tác từ chối sản phẩm thiếu giá trị này, nên sản phẩm không được gửi."),
    remedy: .init("Fill it in at the source.", vi: "Bổ sung ở dữ liệu gốc."))

  /// A value that the partner would like is missing.
  public static let recommendedMissing = DiagnosticCode(
    "recommended-missing", .warning,
    title: .init("A value that the partner recommends is missing", vi: "Thiếu giá trị mà đối tác khuyến nghị"),
    explanation: .init(
      "The product goes out without it, and sells worse.", vi: "Sản phẩm vẫn được gửi nhưng khó bán hơn."),
    remedy: .init("Fill it in at the source if you can.", vi: "Nên bổ sung ở dữ liệu gốc."))

  /// A product with more parts than a batch can hold.
  public static let productTooLarge = DiagnosticCode(
    "product-too-large", .error,
    title: .init("The product has too many values", vi: "Sản phẩm có quá nhiều giá trị"),
    explanation: .init(
      "A product holds at most 65 534 values and nodes; more is no product.",
      vi: "Một sản phẩm chứa tối đa 65 534 giá trị và nút; nhiều hơn thì không phải sản phẩm."),
    remedy: .init("Check whether several products were run together.", vi: "Kiểm tra có bị gộp nhiều sản phẩm không."))

  /// Codes of converting values, shared by all engines.
  public static let conversionCodes: [DiagnosticCode] = [
    .converterUnfit, .gtinCheckDigit, .gtinLength, .gtinCharacters, .gtinScientific, .glnCheckDigit, .glnLength,
    .glnCharacters, .glnScientific, .numberFormat, .moneyCurrency, .unitMissing, .unknownUnit, .unitConversion,
    .measureFormat, .periodWords, .dateFormat, .timeOffset, .booleanFormat,
    .codeUnknown, .codeUnlisted, .choiceMarks, .urlFormat, .textTooLong, .constMismatch, .nfdNormalised,
    .controlCharacter, .textInvalid, .patternMismatch, .requiredMissing, .recommendedMissing, .productTooLarge,
  ]
}
