public import Diagnostics

extension DiagnosticCode {
  /// A file given as canonical JSON Lines that is something else.
  public static let jsonLinesExpected = DiagnosticCode(
    "json-lines-expected", .fatal,
    title: LocalizedText("Not JSON Lines", vi: "Không phải JSON Lines"),
    explanation: LocalizedText(
      "The canonical form is one JSON object a line; the first character of the file must be “{”.",
      vi: "Dạng chuẩn là mỗi dòng một đối tượng JSON; ký tự đầu tệp phải là “{”."),
    remedy: LocalizedText(
      "Give the profile of the file's real format with --from.", vi: "Chỉ đúng hồ sơ của định dạng tệp bằng --from."))

  /// The codes of the canonical adapter.
  public static let canonicalCodes: [DiagnosticCode] = [jsonLinesExpected]
}
