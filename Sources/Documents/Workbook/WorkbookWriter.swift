internal import CXlsxWriter
public import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#endif

/// Writes a workbook (.xlsx) with libxlsxwriter: forms and tables for people.
///
/// The same calls give the same bytes: the creation time is fixed and nothing of the machine gets into the file. The file is
/// whole after `close()`; give `OutputDocument.temporaryPath` as the path, and commit after closing.
///
/// ```swift
/// let workbook = try WorkbookWriter(path: path)
/// let sheet = try workbook.addSheet("商品一覧")
/// try sheet.writeText("8938501234018", at: CellAddress(row: 1, column: 0), style: .text)
/// try workbook.close()
/// ```
public final class WorkbookWriter {
  /// Whether rows are put onto the disk as soon as the next one begins. Cells must then come row by row and merged ranges
  /// lie in one row; texts are stored in their cells, so that memory does not grow. For tables above 50 000 rows.
  public let constantMemory: Bool

  let path: String
  private var workbook: UnsafeMutablePointer<lxw_workbook>?
  private var formats: [CellStyle: UnsafeMutablePointer<lxw_format>] = [:]
  private var sheetNames: Set<String> = []

  /// Starts a workbook that will be written to a path.
  ///
  /// - Throws: `output` with `workbook-write`.
  public init(path: String, constantMemory: Bool = false) throws(Fault) {
    self.path = path
    self.constantMemory = constantMemory
    var options = lxw_workbook_options()
    options.constant_memory = constantMemory ? 1 : 0
    options.use_zip64 = 0
    workbook = workbook_new_opt(path, &options)
    guard let workbook else {
      throw .workbook(.output, .workbookWrite, Place(file: path), .init("no memory", vi: "hết bộ nhớ"))
    }
    // 2000-01-01T00:00:00Z, instead of now.
    var properties = lxw_doc_properties()
    properties.created = 946_684_800
    try Self.check(workbook_set_properties(workbook, &properties), Place(file: path))
  }

  deinit {
    if let workbook { lxw_workbook_free(workbook) }
  }

  /// Adds a sheet behind the others.
  ///
  /// A sheet that is *very hidden* is written hidden, since the library knows no other. The first sheet cannot be hidden
  /// unless another is activated.
  ///
  /// - Throws: `output` with `workbook-write` when the name is empty, longer than 31 UTF-16 units, used already, or has one of
  ///   `[ ] : * ? / \` or a quote at an end.
  public func addSheet(
    _ name: String, visibility: WorkbookSheet.Visibility = .visible
  ) throws(Fault) -> WorkbookSheetWriter {
    let workbook = try open()
    let place = Place(file: path, sheet: name)
    guard !name.isEmpty, name.utf16.count <= 31, !name.contains(where: { "[]:*?/\\".contains($0) }),
      !name.hasPrefix("'"), !name.hasSuffix("'"), name.unicodeScalars.allSatisfy({ $0.value >= 0x20 })
    else {
      throw .workbook(
        .output, .workbookWrite, place,
        .init("a sheet cannot have the name «\(name)»", vi: "trang tính không thể có tên «\(name)»"))
    }
    guard sheetNames.insert(name.lowercased()).inserted else {
      throw .workbook(
        .output, .workbookWrite, place,
        .init("two sheets with the name «\(name)»", vi: "hai trang tính cùng tên «\(name)»"))
    }
    guard let sheet = workbook_add_worksheet(workbook, name) else {
      throw .workbook(.output, .workbookWrite, place, .init("the sheet was refused", vi: "trang tính bị từ chối"))
    }
    if visibility != .visible { worksheet_hide(sheet) }
    return WorkbookSheetWriter(self, sheet, name)
  }

  /// Gives a name to a range, so that readers find it after the sheet was rearranged: `item1.jan`.
  ///
  /// - Throws: `output` with `workbook-write` when the name is no name, or looks like a cell's address.
  public func defineName(_ name: String, _ range: CellRange, of sheet: WorkbookSheetWriter) throws(Fault) {
    try defineName(name, formula: "=" + range.reference(inSheet: sheet.name))
  }

  /// Gives a name to a formula such as `='Mã hàng'!$A$1:$A$9`.
  ///
  /// - Throws: as the other.
  public func defineName(_ name: String, formula: String) throws(Fault) {
    let workbook = try open()
    let place = Place(file: path, field: name)
    guard Self.isName(name) else {
      throw .workbook(
        .output, .workbookWrite, place,
        .init("a range cannot have the name «\(name)»", vi: "vùng không thể có tên «\(name)»"))
    }
    try Self.check(workbook_define_name(workbook, name, formula), place)
  }

  /// Letters, digits, `_` and `.`, not beginning with a digit or point, and not to be taken for a cell: `A1`, `R1C1`, `R`, `C`.
  /// The library lets the latter pass, and Excel then calls the file damaged.
  private static func isName(_ name: String) -> Bool {
    guard let first = name.first, first.isLetter || first == "_", name.utf16.count <= 255,
      name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }), CellAddress(name) == nil
    else { return false }
    // R1C1 notation: both parts with or without numbers.
    var rest = name.uppercased()[...]
    for letter in ["R", "C"] where rest.hasPrefix(letter) {
      rest = rest.dropFirst()
      rest = rest.drop { $0.isASCII && $0.isNumber }
    }
    return !rest.isEmpty
  }

  /// Writes the file. Nothing can be added after that.
  ///
  /// - Throws: `output` with `workbook-write`.
  public func close() throws(Fault) {
    let workbook = try open()
    // Asked before the library does, which prints its failures.
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      throw .workbook(.output, .workbookWrite, Place(file: path), .init(reason, vi: reason))
    }
    Glibc.close(descriptor)
    // Closing frees the workbook, also when it fails.
    self.workbook = nil
    try Self.check(workbook_close(workbook), Place(file: path))
  }

  /// The workbook; a fault when it has been closed.
  func open() throws(Fault) -> UnsafeMutablePointer<lxw_workbook> {
    if let workbook { return workbook }
    throw .workbook(.bug, .workbookWrite, Place(file: path), .init("written after close", vi: "ghi sau khi đóng"))
  }

  static func check(_ error: lxw_error, _ place: Place) throws(Fault) {
    if error == LXW_NO_ERROR { return }
    let reason = lxw_strerror(error).map { String(cString: $0) } ?? "error \(error.rawValue)"
    throw .workbook(.output, .workbookWrite, place, .init(reason, vi: reason))
  }

  /// The library's format of a style; equal styles share one.
  func format(_ style: CellStyle) throws(Fault) -> UnsafeMutablePointer<lxw_format>? {
    if style == .plain { return nil }
    if let format = formats[style] { return format }
    let workbook = try open()
    guard let format = workbook_add_format(workbook) else { return nil }
    if let name = style.fontName { format_set_font_name(format, name) }
    if let size = style.fontSize { format_set_font_size(format, size) }
    if style.isBold { format_set_bold(format) }
    if style.isItalic { format_set_italic(format) }
    if let color = style.fontColor { format_set_font_color(format, Self.color(color)) }
    if let color = style.fillColor {
      format_set_pattern(format, UInt8(LXW_PATTERN_SOLID.rawValue))
      format_set_fg_color(format, Self.color(color))
    }
    switch style.border {
    case .none: break
    case .hair: format_set_border(format, UInt8(LXW_BORDER_HAIR.rawValue))
    case .thin: format_set_border(format, UInt8(LXW_BORDER_THIN.rawValue))
    case .medium: format_set_border(format, UInt8(LXW_BORDER_MEDIUM.rawValue))
    }
    if let color = style.borderColor { format_set_border_color(format, Self.color(color)) }
    if style.wrapsText { format_set_text_wrap(format) }
    switch style.horizontal {
    case .general: break
    case .left: format_set_align(format, UInt8(LXW_ALIGN_LEFT.rawValue))
    case .center: format_set_align(format, UInt8(LXW_ALIGN_CENTER.rawValue))
    case .right: format_set_align(format, UInt8(LXW_ALIGN_RIGHT.rawValue))
    }
    switch style.vertical {
    case .top: format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_TOP.rawValue))
    case .center: format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_CENTER.rawValue))
    case .bottom: break
    }
    if let code = style.numberFormat { format_set_num_format(format, code) }
    formats[style] = format
    return format
  }

  /// The library takes 0 for "no colour" and has another number for black.
  private static func color(_ rgb: UInt32) -> UInt32 { rgb == 0 ? 0x100_0000 : rgb & 0xFF_FFFF }
}
