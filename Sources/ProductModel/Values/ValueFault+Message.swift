public import Diagnostics

extension ValueFault {
  /// What is wrong, for a finding.
  public var message: LocalizedText {
    switch self {
    case .empty: return LocalizedText("the value is empty", vi: "giá trị trống")
    case .notUTF8(let at):
      return LocalizedText("not UTF-8 at byte \(at) of the value", vi: "byte thứ \(at) của giá trị không phải UTF-8")
    case .notNFC:
      return LocalizedText(
        "the text is not in normalisation form C", vi: "văn bản chưa ở dạng chuẩn hoá C (dấu tách rời chữ)")
    case .control(let at):
      return LocalizedText("a control character at byte \(at) of the value", vi: "ký tự điều khiển ở byte thứ \(at)")
    case .outerBlank: return LocalizedText("blanks around the value", vi: "có khoảng trắng ở đầu hoặc cuối")
    case .notBoolean: return LocalizedText("neither true nor false", vi: "không phải true hay false")
    case .notInteger: return LocalizedText("not a plain whole number", vi: "không phải số nguyên")
    case .notDecimal:
      return LocalizedText(
        "not a plain decimal number such as 12.5", vi: "không phải số thập phân dạng 12.5 (dấu chấm, không số 0 thừa)")
    case .measure(.noUnit):
      return LocalizedText(
        "not a number, a blank and a unit code such as “500 GRM”",
        vi: "không phải số, dấu cách và mã đơn vị, ví dụ “500 GRM”")
    case .measure(.number):
      return LocalizedText(
        "the number in front of the unit is not a plain decimal", vi: "số trước mã đơn vị không phải số thập phân chuẩn"
      )
    case .measure(.unknownUnit):
      return LocalizedText(
        "the unit is no known code of UN/ECE Recommendation 20 or 21",
        vi: "mã đơn vị không có trong Khuyến nghị 20 hoặc 21 của UN/ECE")
    case .notADate:
      return LocalizedText("not a day that exists, as 2026-11-22", vi: "không phải ngày có thật dạng 2026-11-22")
    case .notADateTime:
      return LocalizedText(
        "not a date, time and offset, as 2026-11-22T08:00:00+07:00",
        vi: "không phải ngày, giờ và múi giờ dạng 2026-11-22T08:00:00+07:00")
    case .notAURL:
      return LocalizedText("not an absolute URL", vi: "không phải địa chỉ URL đầy đủ")
    case .unpaddedGTIN:
      return LocalizedText(
        "a GTIN is kept with 14 digits, zeros in front", vi: "GTIN được lưu đủ 14 chữ số, thêm số 0 ở đầu")
    case .gtin(let result): return result.message("GTIN", lengths: "8, 12, 13 or 14", vi: "8, 12, 13 hoặc 14")
    case .gln(let result): return result.message("GLN", lengths: "13", vi: "13")
    }
  }
}

extension GTINResult {
  /// What is wrong with a number of a kind (`GTIN`, `GLN`), for a finding.
  public func message(_ kind: String, lengths: String, vi: String) -> LocalizedText {
    switch self {
    case .valid: return LocalizedText("a right \(kind)", vi: "\(kind) đúng")
    case .wrongLength:
      return LocalizedText("a \(kind) has \(lengths) digits", vi: "\(kind) phải có \(vi) chữ số")
    case .notDigits: return LocalizedText("a \(kind) has digits only", vi: "\(kind) chỉ gồm chữ số")
    case .wrongCheckDigit(let expected):
      return LocalizedText(
        "wrong check digit: the last digit of this \(kind) would be \(expected)",
        vi: "sai số kiểm tra: chữ số cuối của \(kind) này phải là \(expected)")
    case .scientific:
      return LocalizedText(
        "a number in scientific form: a spreadsheet has lost digits of this \(kind)",
        vi: "số ở dạng khoa học: bảng tính đã làm mất chữ số của \(kind) này")
    }
  }
}
