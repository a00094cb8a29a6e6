internal import Documents
internal import Profiles

/// The looks of our workbooks, one place for all of them: grey labels, pale yellow for what must be filled in, pale green for
/// what the partner fills in, dark blue bars, blue headers.
struct WorkbookStyles {
  private let base: CellStyle
  /// The title of a form.
  let title: CellStyle
  /// The note under a title.
  let note: CellStyle
  /// A bar between blocks of a form.
  let bar: CellStyle
  /// A label of a form or card.
  let label: CellStyle
  /// The hidden row of codes.
  let codes: CellStyle
  /// A header of a column that may stay empty.
  let header: CellStyle
  /// A header of a column that must be filled in.
  let requiredHeader: CellStyle
  /// A header of a column that the partner fills in.
  let partnerHeader: CellStyle
  /// The second line of headers.
  let sublabel: CellStyle
  /// A line of a text sheet.
  let text: CellStyle
  /// A cell of a sheet that nobody looks at.
  let plain: CellStyle

  /// Makes the styles with a font.
  init(font: String?) {
    let base = CellStyle {
      $0.fontName = font
      $0.fontSize = 10
      $0.vertical = .center
    }
    self.base = base
    let boxed = base.with {
      $0.border = .thin
      $0.borderColor = 0xA6A6A6
      $0.wrapsText = true
    }
    title = boxed.with {
      $0.fontSize = 14
      $0.isBold = true
      $0.fillColor = 0xDDEBF7
      $0.horizontal = .center
    }
    note = base.with {
      $0.fontSize = 8
      $0.fontColor = 0x666666
    }
    bar = boxed.with {
      $0.isBold = true
      $0.fontColor = 0xFFFFFF
      $0.fillColor = 0x1F4E78
    }
    label = boxed.with {
      $0.fontSize = 9
      $0.fillColor = 0xF2F2F2
    }
    codes = base.with {
      $0.fontSize = 8
      $0.fontColor = 0x7F7F7F
      $0.numberFormat = "@"
    }
    header = boxed.with {
      $0.isBold = true
      $0.fillColor = 0xDDEBF7
      $0.horizontal = .center
    }
    requiredHeader = header.with { $0.fillColor = 0xFCE4D6 }
    partnerHeader = header.with { $0.fillColor = 0xE2EFDA }
    sublabel = boxed.with {
      $0.fontSize = 8
      $0.fillColor = 0xF2F2F2
      $0.horizontal = .center
    }
    text = base.with {
      $0.wrapsText = true
      $0.vertical = .top
    }
    plain = base.with { $0.numberFormat = "@" }
  }

  /// The header of a column.
  func header(_ requirement: Requirement) -> CellStyle {
    switch requirement {
    case .required: return requiredHeader
    case .blank: return partnerHeader
    case .optional, .recommended: return header
    }
  }

  /// A value cell of a table or form.
  ///
  /// - Parameters:
  ///   - requirement: what the cell's colour says.
  ///   - format: the number format; `@` for text.
  ///   - isFilled: whether the colour is shown; tables show it only on empty cells, so that filled ones stay calm.
  func value(_ requirement: Requirement, format: String, isFilled: Bool, isCentred: Bool = false, isTop: Bool = false)
    -> CellStyle
  {
    base.with {
      if isTop { $0.vertical = .top }
      $0.border = .thin
      $0.borderColor = 0xA6A6A6
      $0.wrapsText = true
      $0.numberFormat = format
      if isCentred { $0.horizontal = .center }
      guard isFilled else { return }
      if requirement == .required { $0.fillColor = 0xFFF2CC }
      if requirement == .blank { $0.fillColor = 0xE2EFDA }
    }
  }
}
