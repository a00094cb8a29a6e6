/// Where in the input a finding was made. Parts that a format does not have stay nil.
public struct Place: Sendable, Hashable {
  /// The input's name as the user gave it.
  public var file: String?
  /// Line, from 1.
  public var line: Int?
  /// Column, from 1, counted in characters of the decoded text.
  public var column: Int?
  /// Offset from the start of the decoded (UTF-8) input, in bytes.
  public var byte: UInt64?
  /// The worksheet's name.
  public var sheet: String?
  /// The cell's address, such as `F14`.
  public var cell: String?
  /// The element path in an XML document, such as `/message/transaction/item/gtin`.
  public var element: String?
  /// The column header, form label or attribute path as the partner names it.
  public var field: String?

  /// Makes a place; leave out what is unknown.
  public init(
    file: String? = nil, line: Int? = nil, column: Int? = nil, byte: UInt64? = nil, sheet: String? = nil,
    cell: String? = nil, element: String? = nil, field: String? = nil
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.byte = byte
    self.sheet = sheet
    self.cell = cell
    self.element = element
    self.field = field
  }
}

extension Place: CustomStringConvertible {
  /// `file:line:column`, `file:Sheet!F14`, and the element or field in brackets.
  public var description: String {
    var text = file ?? ""
    if let sheet { text += (text.isEmpty ? "" : ":") + sheet + (cell.map { "!" + $0 } ?? "") }
    if let line { text += (text.isEmpty ? "" : ":") + String(line) + (column.map { ":" + String($0) } ?? "") }
    if line == nil, cell == nil, let byte { text += (text.isEmpty ? "" : ":") + "byte " + String(byte) }
    if let element { text += (text.isEmpty ? "" : " ") + element }
    if let field { text += (text.isEmpty ? "" : " ") + "[" + field + "]" }
    return text
  }
}
