/// What a workbook may take before it is refused: guards against archives and sheets made to exhaust a reader.
public struct WorkbookLimits: Sendable, Hashable {
  /// Largest file, in bytes.
  public var fileSize: UInt64 = 50 << 20
  /// Most entries of the archive.
  public var entries = 2_000
  /// Most inflated bytes of one part.
  public var partSize: UInt64 = 512 << 20
  /// Most inflated bytes of all that is read from the archive while the reader lives.
  public var totalSize: UInt64 = 1 << 30
  /// Most inflated bytes for one compressed byte, once a part is above `ratioFloor`.
  public var ratio: UInt64 = 200
  /// Inflated bytes of a part above which the ratio counts.
  public var ratioFloor: UInt64 = 10 << 20
  /// Most cells of one sheet.
  public var cells = 5_000_000
  /// Most merged ranges of one sheet.
  public var merges = 200_000
  /// Most shared strings.
  public var sharedStrings = 5_000_000
  /// Most bytes of all shared strings together; they are held in memory.
  public var sharedStringBytes = 192 << 20
  /// Longest text of one cell, in bytes of UTF-8; Excel holds 32 767 UTF-16 units.
  public var textBytes = 4 * 32_767

  /// The default limits: a hundred thousand products in one sheet pass, a bomb does not.
  public init() {}

  /// The default limits.
  public static let `default` = WorkbookLimits()
}
