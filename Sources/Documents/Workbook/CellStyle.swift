/// How a cell looks and how its number is shown. Equal styles share one format in the file.
public struct CellStyle: Sendable, Hashable {
  /// Where text stands from left to right.
  public enum HorizontalAlignment: Sendable, Hashable { case general, left, center, right }
  /// Where text stands from top to bottom.
  public enum VerticalAlignment: Sendable, Hashable { case top, center, bottom }
  /// Lines around the cell.
  public enum Border: Sendable, Hashable { case none, hair, thin, medium }

  /// The font's name, such as `ＭＳ Ｐゴシック`; nil for the program's own.
  public var fontName: String?
  /// The font's size in points.
  public var fontSize: Double?
  /// Bold letters.
  public var isBold = false
  /// Slanted letters.
  public var isItalic = false
  /// The letters' colour as 0xRRGGBB.
  public var fontColor: UInt32?
  /// The background colour as 0xRRGGBB.
  public var fillColor: UInt32?
  /// Lines on all four sides.
  public var border = Border.none
  /// The lines' colour as 0xRRGGBB.
  public var borderColor: UInt32?
  /// Breaks long text into lines.
  public var wrapsText = false
  /// Where text stands from left to right.
  public var horizontal = HorizontalAlignment.general
  /// Where text stands from top to bottom.
  public var vertical = VerticalAlignment.bottom
  /// The number format, such as `@` (text), `#,##0`, `0.0`, `yyyy/mm/dd`; nil for General.
  public var numberFormat: String?

  /// The program's plain style.
  public init() {}

  /// The plain style with changes made in a closure: `CellStyle { $0.isBold = true }`.
  public init(_ change: (inout CellStyle) -> Void) { change(&self) }

  /// A copy with changes made in a closure.
  public func with(_ change: (inout CellStyle) -> Void) -> CellStyle {
    var style = self
    change(&style)
    return style
  }

  /// The plain style.
  public static let plain = CellStyle()
  /// Text that must not be taken for a number: GTINs, codes, telephone numbers.
  public static let text = CellStyle { $0.numberFormat = "@" }
  /// A date as `2026/11/21`.
  public static let date = CellStyle { $0.numberFormat = "yyyy/mm/dd" }
}
