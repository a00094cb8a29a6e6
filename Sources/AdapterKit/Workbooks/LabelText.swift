internal import Bytes

/// How labels and headers of sheets are compared: compatibility forms made equal, letters in lower case, marks and white
/// space taken away. Only for comparing; what is stored stays as typed.
enum LabelText {
  /// Marks that layouts put before and after labels.
  private static let marks: Set<Unicode.Scalar> = [
    "■", "□", "◇", "◆", "●", "○", "☑", "☐", "*", "＊", "※", "(", ")", "（", "）", "[", "]", "［", "］", ":", "：", "・", "·",
    "…", "?", "¥",
  ]

  /// A label for comparison.
  static func folded(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.nfcForm.unicodeScalars {
      let scalar = narrow(scalar)
      // Circled numbers stand before labels: ①.
      if scalar.properties.isWhitespace || marks.contains(scalar) || (0x2460...0x2473).contains(scalar.value) {
        continue
      }
      out.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
    }
    return String(out)
  }

  /// The forms under which a cell's text may be a label: whole, its first line, and without what says that it is required.
  static func forms(_ text: String) -> [String] {
    var forms = [folded(text)]
    if let line = text.split(whereSeparator: \.isNewline).first, line.count < text.count {
      forms.append(folded(String(line)))
    }
    for word in ["bắtbuộc", "必須", "任意", "필수", "선택", "required", "optional"] {
      for form in forms where form.hasSuffix(word) || form.hasPrefix(word) {
        let rest = form.hasSuffix(word) ? form.dropLast(word.count) : form.dropFirst(word.count)
        if !rest.isEmpty { forms.append(String(rest)) }
      }
    }
    return forms
  }

  private static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0xFF01...0xFF5E: return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    case 0x3000: return " "
    case 0xFFE5: return "¥"
    default: return scalar
    }
  }
}
