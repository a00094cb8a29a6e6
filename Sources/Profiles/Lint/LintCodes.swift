public import Diagnostics

extension DiagnosticCode {
  static let lintCodes: [DiagnosticCode] = [
    .profileOperand, .profileStanding, .profilePlaceTwice, .profileAttributeTwice,
    .profileUnreachable, .profileCanonicalValue, .profileConverterMismatch, .profileLossy, .profileFacet,
    .profileKeyUnfilled, .profileNumbering, .profileTargetShort, .profileCodeListAmbiguous, .profileConstant,
    .profileXMLFrame, .profileAdapterUnknown, .profileTestEmpty,
  ]

  /// An operand of a derived value that cannot be used.
  public static let profileOperand = DiagnosticCode(
    "profile-operand", .error,
    title: .init("Wrong operand", vi: "Toán hạng sai"),
    explanation: .init(
      "count and sum work on the nodes right below the enclosing node; sum needs a number, scale measures; a formula names codes of its own sheet.",
      vi:
        "count và sum tính trên các nút ngay dưới nút đang xét; sum cần số, scale cần số đo; công thức nêu mã trong cùng trang tính."
    ),
    remedy: .init("Name an operand that exists there.", vi: "Nêu toán hạng có ở đó."))

  /// No standing, or a claim without source.
  public static let profileStanding = DiagnosticCode(
    "profile-standing", .error,
    title: .init("Unclear standing", vi: "Chưa rõ mức xác nhận"),
    explanation: .init(
      "Every profile says itself how sure it is: confirmed (with source), recommended or unconfirmed, since when and why. Standings are not inherited.",
      vi:
        "Mỗi hồ sơ tự nêu mức xác nhận: confirmed (kèm nguồn), recommended hoặc unconfirmed, từ ngày nào, vì sao. Mức này không kế thừa."
    ),
    remedy: .init(
      "Write standing: {state: …, date: \"…\", source: …}.", vi: "Viết standing: {state: …, date: \"…\", source: …}."))

  /// Two rules for one place.
  public static let profilePlaceTwice = DiagnosticCode(
    "profile-place-twice", .error,
    title: .init("Two rules for one place", vi: "Hai quy tắc cho một vị trí"),
    explanation: .init(
      "When it is read, only one of them would get the value; when it is written, the place would stand there twice.",
      vi: "Khi đọc, chỉ một quy tắc nhận giá trị; khi ghi, vị trí bị lặp hai lần."),
    remedy: .init("Keep one of them.", vi: "Giữ lại một quy tắc."))

  /// Two places that write one attribute.
  public static let profileAttributeTwice = DiagnosticCode(
    "profile-attribute-twice", .warning,
    title: .init("Two places for one attribute", vi: "Hai vị trí cho một thuộc tính"),
    explanation: .init(
      "When they differ in an input, the one read later wins, silently. Derived values and fallbacks are not meant.",
      vi:
        "Nếu đầu vào ghi khác nhau, giá trị đọc sau sẽ thay giá trị trước mà không báo. Không tính derive và fallback."),
    remedy: .init(
      "Write the second one by derive, which does not read.", vi: "Ghi vị trí thứ hai bằng derive vì derive không đọc.")
  )

  /// A condition that never holds.
  public static let profileUnreachable = DiagnosticCode(
    "profile-unreachable", .warning,
    title: .init("Never reached", vi: "Không bao giờ tới"),
    explanation: .init(
      "A condition asks for a value that the attribute cannot have or that an outer condition excludes, or nothing calls a block.",
      vi:
        "Điều kiện đòi giá trị mà thuộc tính không thể có hoặc điều kiện ngoài đã loại trừ, hoặc không có gì gọi khối này."
    ),
    remedy: .init("Mend the value, or take the rule out.", vi: "Sửa giá trị hoặc bỏ quy tắc."))

  /// A canonical value in the profile that the model does not allow.
  public static let profileCanonicalValue = DiagnosticCode(
    "profile-canonical-value", .error,
    title: .init("Not a canonical value", vi: "Không phải giá trị chuẩn"),
    explanation: .init(
      "Selectors, set, conditions, constants of attributes, keys of code lists and tests hold canonical values: codes of the vocabulary, 12.5, 2026-11-22, true.",
      vi:
        "Bộ chọn, set, điều kiện, hằng của thuộc tính, khóa danh mục mã và phép thử dùng giá trị chuẩn: mã trong từ vựng, 12.5, 2026-11-22, true."
    ),
    remedy: .init("Write the canonical value.", vi: "Viết giá trị chuẩn."))

  /// A converter that does not fit the attribute's type.
  public static let profileConverterMismatch = DiagnosticCode(
    "profile-converter-mismatch", .error,
    title: .init("Converter does not fit", vi: "Bộ chuyển đổi không hợp kiểu"),
    explanation: .init(
      "Every attribute has a type; a converter turns text into values of some types only.",
      vi: "Mỗi thuộc tính có một kiểu; bộ chuyển đổi chỉ tạo được giá trị của một số kiểu."),
    remedy: .init("Take a converter of that type.", vi: "Dùng bộ chuyển đổi đúng kiểu."))

  /// A converter that loses something when it writes.
  public static let profileLossy = DiagnosticCode(
    "profile-lossy", .note,
    title: .init("May lose precision", vi: "Có thể mất chính xác"),
    explanation: .init(
      "Months become days, digits are cut, a time of day is dropped: the value read back is not the value written. Each case in data is reported as a loss.",
      vi:
        "Tháng thành ngày, số lẻ bị cắt, giờ bị bỏ: giá trị đọc lại khác giá trị đã ghi. Mỗi trường hợp trong dữ liệu được báo là mất mát."
    ),
    remedy: .init("Nothing, when the partner asks for it.", vi: "Không cần làm gì nếu đối tác yêu cầu như vậy."))

  /// A language where the attribute has none.
  public static let profileFacet = DiagnosticCode(
    "profile-facet", .error,
    title: .init("No language here", vi: "Không có ngôn ngữ ở đây"),
    explanation: .init(
      "Only texts for people have a language; codes, numbers and dates have none.",
      vi: "Chỉ văn bản cho người đọc mới có ngôn ngữ; mã, số, ngày thì không."),
    remedy: .init("Take facet out.", vi: "Bỏ facet."))

  /// Nodes of a keyed kind whose key nothing fills.
  public static let profileKeyUnfilled = DiagnosticCode(
    "profile-key-unfilled", .error,
    title: .init("Key is never filled", vi: "Khóa không được điền"),
    explanation: .init(
      "The key tells two nodes of a kind apart. Without it they fall together when they are read, and cannot be compared or merged.",
      vi:
        "Khóa phân biệt hai nút cùng loại. Thiếu khóa, khi đọc các nút sẽ nhập làm một, không so sánh hay hợp nhất được."
    ),
    remedy: .init(
      "Fill a key attribute by a rule or by set, or choose it in the path.",
      vi: "Điền thuộc tính khóa bằng quy tắc hoặc set, hoặc chọn trong đường dẫn."))

  /// Numbered columns or sheets without number or limit.
  public static let profileNumbering = DiagnosticCode(
    "profile-numbering", .error,
    title: .init("Wrong numbering", vi: "Đánh số sai"),
    explanation: .init(
      "Numbered columns hold {i} in every name and say max; names of forms hold {n}.",
      vi: "Cột đánh số có {i} trong mọi tên và có max; tên biểu mẫu có {n}."),
    remedy: .init("Add the number or the limit.", vi: "Thêm số thứ tự hoặc giới hạn."))

  /// A target that values will not fit in.
  public static let profileTargetShort = DiagnosticCode(
    "profile-target-short", .note,
    title: .init("Target is short", vi: "Đích ngắn"),
    explanation: .init(
      "Values of this type or texts of this code list can be longer than max allows, and will be errors.",
      vi: "Giá trị kiểu này hoặc văn bản của danh mục mã có thể dài hơn max cho phép và sẽ thành lỗi."),
    remedy: .init("Raise max, or shorten the texts.", vi: "Tăng max hoặc rút ngắn văn bản."))

  /// A code list that does not read back what it writes.
  public static let profileCodeListAmbiguous = DiagnosticCode(
    "profile-code-list-ambiguous", .note,
    title: .init("Codes fall together", vi: "Mã trùng văn bản"),
    explanation: .init(
      "Several codes are written with the same text, which reads as the first of them.",
      vi: "Nhiều mã được ghi cùng một văn bản, khi đọc thành mã đầu tiên."),
    remedy: .init(
      "Nothing, when the partner does not tell them apart; exact: true writes the codes instead.",
      vi: "Không cần làm gì nếu đối tác không phân biệt; exact: true sẽ ghi mã."))

  /// A constant where an attribute stands too.
  public static let profileConstant = DiagnosticCode(
    "profile-constant", .warning,
    title: .init("Constant and attribute", vi: "Hằng và thuộc tính"),
    explanation: .init(
      "The place is read into the attribute but always written as the constant, whatever the attribute holds. Without a place, is and const together set a value on every product.",
      vi:
        "Vị trí được đọc vào thuộc tính nhưng luôn ghi hằng, bất kể thuộc tính chứa gì. Không có vị trí, is và const cùng nhau đặt giá trị cho mọi sản phẩm."
    ),
    remedy: .init(
      "Leave is out, and set the attribute by a rule without place or by set, unless this is what the partner asks for.",
      vi: "Bỏ is, và đặt thuộc tính bằng quy tắc không có vị trí hoặc bằng set, trừ khi đối tác yêu cầu như vậy."))

  /// Prologue and epilogue that do not make a well-formed document around the records.
  public static let profileXMLFrame = DiagnosticCode(
    "profile-xml-frame", .error,
    title: .init("Malformed frame", vi: "Khung XML sai"),
    explanation: .init(
      "Prologue, records and epilogue together are one well-formed document that declares every prefix; records are read where they are written.",
      vi:
        "Prologue, bản ghi và epilogue hợp thành một tài liệu XML đúng, khai báo mọi tiền tố; bản ghi được đọc tại nơi đã ghi."
    ),
    remedy: .init("Open and close the same elements.", vi: "Mở và đóng cùng các phần tử."))

  /// An adapter that does not exist.
  public static let profileAdapterUnknown = DiagnosticCode(
    "profile-adapter-unknown", .error,
    title: .init("Unknown adapter", vi: "Bộ chuyển định dạng không có"),
    explanation: .init("The adapter is the code for the format.", vi: "Adapter là phần mã xử lý định dạng."),
    remedy: .init("“ocop adapters” lists them.", vi: "Lệnh “ocop adapters” liệt kê."))

  /// A test that cannot fail.
  public static let profileTestEmpty = DiagnosticCode(
    "profile-test-empty", .warning,
    title: .init("Test shows nothing", vi: "Phép thử không chứng tỏ gì"),
    explanation: .init(
      "A test reads input and compares product or diagnostics, or writes product and compares output.",
      vi: "Phép thử đọc input rồi so product hoặc diagnostics, hoặc ghi product rồi so output."),
    remedy: .init("Add what is expected.", vi: "Thêm kết quả mong đợi."))
}
