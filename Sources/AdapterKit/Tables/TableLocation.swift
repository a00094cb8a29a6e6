/// Where the names and the data of a table stand, when something else than the names tells.
public struct TableLocation: Sendable, Hashable {
  /// The row of names, from 1; empty lines count.
  public var headerRow: Int
  /// The first row of data, from 1.
  public var dataRow: Int

  /// Makes a location.
  public init(headerRow: Int, dataRow: Int) {
    self.headerRow = headerRow
    self.dataRow = dataRow
  }
}
