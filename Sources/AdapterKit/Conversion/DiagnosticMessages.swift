internal import Diagnostics

/// Sentences that several findings share.
enum DiagnosticMessages {
  static let composed = LocalizedText(
    "The text had letters with separate accents (NFD); they were composed",
    vi: "Văn bản dùng dấu tách rời (NFD); đã ghép lại thành dựng sẵn")
  static let control = LocalizedText(
    "Control characters in the text became blanks", vi: "Ký tự điều khiển trong văn bản đã được thay bằng khoảng trắng")

  /// A value for a message: at most 40 characters.
  static func short(_ text: some StringProtocol) -> String {
    text.count > 40 ? text.prefix(39) + "…" : String(text)
  }

  /// “Did you mean” in both languages, or nil.
  static func suggestion(_ name: String?) -> LocalizedText? {
    name.map { LocalizedText("Did you mean “\($0)”?", vi: "Có phải là “\($0)”?") }
  }
}
